"""How far a review is: each of its steps, done or to come, and the one that is next."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from django.utils.translation import gettext_lazy as _

from staff.acting import Acting
from staff.permissions import Permission as P

from ...cases.steps import Step
from ...deadlines import deadline
from ...deadlines import reviews as rules
from ...models import AnnualReview, Invitee, ReviewReport
from .. import steps
from .facts import is_current, latest_report, missing_in_report
from .reviews import Person

# Until a week before the papers go there is time to wait for words.
WAIT_FOR_WORDS = timedelta(days=7)


@dataclass(frozen=True)
class Progress:
    """How one step of a review stands.

    It is `done`, or `missed`: its time went by and nothing shows that it was done, or, `partly`, not all of it. `late`
    is true of what was done after its date. `label` is on the button that leads to `route` with `args`; `route` is ""
    where there is nothing to do on a page. `posts` is set where the button does it at once: the route of the page to
    look at instead. `after_close` is true of what may still be entered though the school closed the review.
    """

    step: Step
    done: bool
    note: str = ""
    label: str = ""
    route: str = ""
    args: tuple = ()
    posts: str = ""
    after_close: bool = False
    missed: bool = False
    partly: bool = False
    late: bool = False

    @property
    def is_open(self) -> bool:
        return not (self.done or self.missed)


@dataclass(frozen=True)
class Way:
    """What the steps of one review are judged by."""

    review: AnnualReview
    people: list[Person]
    acting: Acting

    @property
    def is_held(self) -> bool:
        return self.review.held_on is not None

    @property
    def is_sent(self) -> bool:
        return self.review.report_sent_on is not None

    @cached_property
    def report(self) -> ReviewReport | None:
        return latest_report(self.review)

    @cached_property
    def missing_in_report(self) -> list[str]:
        return missing_in_report(self.review) if self.is_held else []

    @property
    def uninvited(self) -> list[Person]:
        return [person for person in self.people if person.invitee.is_to_be_invited]

    @property
    def asked(self) -> list[Person]:
        return [person for person in self.people if person.invitee.asked_on]

    @property
    def unasked(self) -> list[Person]:
        head = Invitee.Role.HEAD
        return [person for person in self.people if person.invitee.asked_on is None and person.invitee.role != head]

    @property
    def missing(self) -> list[Person]:
        return [person for person in self.asked if not person.is_in]


def _several(people: Sequence[Person]) -> str:
    return f"{len(people)} {'person' if len(people) == 1 else 'people'}"


def _of_people(step: Step, people: Sequence[Person], *, done: bool, note: str, missed: bool = False) -> Progress:
    """A step about several people, whose button counts them."""
    label = str(step.label).format(people=_several(people))
    return Progress(step, done, note, label, step.route, missed=missed and not done)


def _is_late(on: date | None, due_on: date | None) -> bool:
    return on is not None and due_on is not None and on > due_on


def _invite(way: Way) -> Progress:
    people = way.uninvited
    changed = [person for person in people if person.invitee.invited_on]
    note = f"{_several(people)} not invited yet" if people else ""
    if changed:
        note = f"{_several(changed)} to be told of the new time or place"
    if way.is_held and people:
        note = f"No invitation is recorded of {_several(people)}"
    done = bool(way.people) and not people
    progress = _of_people(steps.INVITE, people, done=done, note=note, missed=way.is_held)
    progress = replace(progress, partly=len(people) < len(way.people))
    required = [person for person in way.people if person.invitee.role in Invitee.REQUIRED]
    return replace(progress, late=done and any(person.short for person in required))


def _ask(way: Way) -> Progress:
    people = way.unasked
    note = f"{_several(people)} not asked" if people else ""
    done = bool(way.asked) and not people
    note = note if way.asked else "Nobody asked"
    progress = _of_people(steps.ASK, people, done=done, note=note, missed=way.is_held)
    return replace(progress, partly=bool(way.asked), route="" if way.is_held else progress.route)


def _school_report(way: Way) -> Progress:
    done = bool(way.review.school_report.strip())
    return replace(_plain(steps.SCHOOL_REPORT, done), missed=way.is_held and not done)


def _views(way: Way) -> Progress:
    """In when everybody who was asked has sent; where nobody was asked, nothing is in."""
    people = way.missing
    came = len(way.asked) - len(people)
    note = f"{came} in, {len(people)} missing" if way.asked else "Nobody asked yet"
    over = way.is_held or way.review.papers_sent_on is not None
    done = bool(way.asked) and not people
    progress = _of_people(steps.VIEWS, people, done=done, note=note, missed=over)
    return replace(progress, partly=came > 0, route="" if way.is_held else progress.route)


def _papers(way: Way) -> Progress:
    review = way.review
    done = steps.PAPERS.is_done(review)
    due_on = rules.PAPERS.count.due(review.meeting_on) if review.meeting_on else None
    progress = replace(
        _plain(steps.PAPERS, done), missed=way.is_held and not done, late=_is_late(review.papers_sent_on, due_on)
    )
    if not progress.is_open or steps.PACK.is_done(review):
        return progress
    return replace(progress, label=str(steps.PACK.label), route=steps.PACK.route, posts=steps.PAPERS.route)


def _write_up(way: Way) -> Progress:
    done = way.is_held and not way.missing_in_report
    return replace(_plain(steps.WRITE_UP, done, "; ".join(way.missing_in_report)), missed=way.is_sent and not done)


BEFORE_SENDCO = _("It went before the review was entered here")


def _report(way: Way) -> Progress:
    report = way.report
    if report and not way.is_sent and not is_current(report):
        progress = _plain(steps.REPORT, False, str(_("The record has changed since it was made")))
        return replace(progress, label=str(_("Make the report again")), posts=steps.REPORT.route)
    if report:
        return _plain(steps.REPORT, True, report.layout_name)
    if way.is_sent:
        return replace(_plain(steps.REPORT, False, str(BEFORE_SENDCO)), missed=True, route="")
    return replace(_plain(steps.REPORT, False), posts=steps.REPORT.route)


def _approve(way: Way) -> Progress:
    """Who may not approve, and who could but has nothing drawn to read yet, is led to the report."""
    may, report = way.acting.can(P.CASE_APPROVE), way.report
    is_approved = steps.APPROVE.is_done(way.review)
    missed = way.is_sent and not is_approved
    note = "" if may or is_approved else "Waiting for the headteacher"
    progress = Progress(
        steps.APPROVE,
        is_approved,
        str(BEFORE_SENDCO) if missed else note,
        str(steps.APPROVE.label) if may and report and report.pdf_id else "Open the report",
        steps.REPORT.route,
        missed=missed,
    )
    return replace(progress, route=steps.APPROVE.route, args=(report.pk,)) if may and report else progress


def _send(way: Way) -> Progress:
    review = way.review
    due_on = rules.REPORT.count.due(review.held_on) if review.held_on else None
    return replace(_plain(steps.SEND, way.is_sent), late=_is_late(review.report_sent_on, due_on))


def _decision(way: Way) -> Progress:
    review = way.review
    due_on = rules.DECISION.count.due(review.held_on) if review.held_on else None
    note = review.get_decision_display() if review.decision else ""
    progress = _plain(steps.DECISION, review.decision_on is not None, note)
    return replace(progress, late=_is_late(review.decision_on, due_on))


def _amending(step: Step) -> Callable[[Way], Progress]:
    """What follows a decision to amend: once all is over, what did not happen is not done."""

    def judged(way: Way) -> Progress:
        done = step.is_done(way.review)
        note = "The parent has 15 days" if step is steps.COMMENTS and not done else ""
        progress = _plain(step, done, note)
        late = step is steps.NOTICE and done and _is_late(way.review.notice_on, _notice_due(way.review))
        return replace(progress, missed=_is_over(way.review) and not done, late=late)

    return judged


def _notice_due(review: AnnualReview) -> date | None:
    found = deadline(rules.NOTICE, review.held_on)
    return found.due_on if found else None


def _final(way: Way) -> Progress:
    review = way.review
    progress = _amending(steps.FINAL)(way)
    if review.held_on is None:
        return progress
    found = rules.final_after_review(meeting_on=review.held_on, notice_on=review.notice_on)
    return replace(progress, late=_is_late(review.final_on, found.due_on if found else None))


def _is_over(review: AnnualReview) -> bool:
    return review.closed_on is not None and not review.waits_for_authority


def _plain(step: Step, done: bool, note: str = "") -> Progress:
    return Progress(step, done, note, str(step.label), step.route)


# What a step is judged by where that is more than the fact it writes.
JUDGED = {
    steps.INVITE.code: _invite,
    steps.ASK.code: _ask,
    steps.SCHOOL_REPORT.code: _school_report,
    steps.VIEWS.code: _views,
    steps.PAPERS.code: _papers,
    steps.WRITE_UP.code: _write_up,
    steps.REPORT.code: _report,
    steps.APPROVE.code: _approve,
    steps.SEND.code: _send,
    steps.DECISION.code: _decision,
    steps.NOTICE.code: _amending(steps.NOTICE),
    steps.COMMENTS.code: _amending(steps.COMMENTS),
    steps.FINAL.code: _final,
}


def progress_of(review: AnnualReview, *, people: list[Person], acting: Acting) -> list[Progress]:
    """The whole way of this review, step by step, from facts that are already there."""
    way = Way(review, people, acting)
    judged = [
        JUDGED[step.code](way) if step.code in JUDGED else _plain(step, step.is_done(review))
        for step in steps.steps_for(review)
    ]
    judged = [replace(progress, after_close=progress.step.when_closed(review)) for progress in judged]
    if way.is_held:
        return judged
    return [progress if progress.step in steps.BEFORE_MEETING else replace(progress, route="") for progress in judged]


def next_of(review: AnnualReview, way: Iterable[Progress], *, today: date) -> Progress | None:
    """The one step that is next; None when nothing is left to do."""
    if (review.closed_on and not review.waits_for_authority) or not review.pupil.on_roll:
        return None
    open_steps = [progress for progress in way if progress.is_open and progress.step not in steps.HOLDS_NOTHING_UP]
    if review.closed_on:
        open_steps = [progress for progress in open_steps if progress.after_close]
    if not open_steps:
        return None
    first = open_steps[0]
    if first.step is steps.VIEWS and not _views_are_late(review, today):
        return open_steps[1] if len(open_steps) > 1 and not _is_too_early(review, today) else None
    return first


def _views_are_late(review: AnnualReview, today: date) -> bool:
    return review.contribute_by is not None and today >= review.contribute_by


def _is_too_early(review: AnnualReview, today: date) -> bool:
    """Papers go two weeks before; until a week before that there is time to wait for words."""
    return review.meeting_on is not None and today < rules.PAPERS.count.due(review.meeting_on) - WAIT_FOR_WORDS
