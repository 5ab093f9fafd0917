"""Reviews as pages show them: where each stands, what comes next, who has said what."""

from dataclasses import dataclass, replace
from datetime import timedelta

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from pupils import search
from pupils.models import Contact, Pupil
from sendco.due.models import DueItem
from staff.permissions import Permission as P

from ...deadlines import reviews as rules
from ...models import AnnualReview, Invitee, Plan, Recommendation, ReviewReport
from ...plans.selectors.plans import REVIEW_RULES, TRANSFER_RULES
from . import answers
from .facts import latest_report, missing_in_report

SOURCE = AnnualReview._meta.label_lower
PLANS = Plan._meta.label_lower
# How long before it is due a review is listed as coming: a term; a transfer, the two terms in which it is prepared.
COMING, TRANSFER_COMING = timedelta(weeks=12), timedelta(weeks=30)
# Until a week before the papers go there is time to wait for words.
WAIT_FOR_WORDS = timedelta(days=7)
# Nobody is written to again about the same thing within this.
WRITTEN_LATELY = timedelta(days=14)
# The date of the plan that a review meets was due no longer than this before it began.
DUE_BEFORE = timedelta(days=60)
Role = Invitee.Role
DRAWN = ReviewReport.objects.filter(review=OuterRef("pk"), pdf_id__isnull=False)
UNSIGNED = Q(held_on__isnull=False, approved_at=None, report_sent_on=None)
# The report lies before the head: it is drawn, it recommends something, and the plan is still this school's.
WITH_HEAD = UNSIGNED & Q(Exists(DRAWN), pupil__left_on=None, plan__ceased_on=None) & ~Q(recommendation="")
IS_WITH_HEAD = Case(When(WITH_HEAD, then=Value(True)), default=Value(False))
# code: (words for the list, what it asks of the database)
STAGES = {
    "plan": ("To be planned", Q(meeting_on=None, held_on=None)),
    "prepare": ("Preparing the meeting", Q(meeting_on__isnull=False, held_on=None)),
    "report": ("Report to write", UNSIGNED & ~WITH_HEAD),
    "sign": ("Report with the head", WITH_HEAD),
    "send": ("Approved, to be sent", Q(approved_at__isnull=False, report_sent_on=None)),
    "decision": ("Authority decides", Q(report_sent_on__isnull=False, decision_on=None)),
    "amend": ("Authority changes the plan", Q(decision=Recommendation.AMEND)),
}


def stage_of(review):
    """The code of STAGES, or "closed". Of a review that was read here, with `is_with_head`."""
    if review.closed_on:
        return "closed"
    if review.decision_on:
        return "amend"
    if review.report_sent_on:
        return "decision"
    if review.approved_at:
        return "send"
    if review.held_on:
        return "sign" if review.is_with_head else "report"
    return "prepare" if review.meeting_on else "plan"


def stage_words(review):
    return f"Closed: {review.close_reason}" if review.closed_on else STAGES[stage_of(review)][0]


# --- The list ----------------------------------------------------------------------------------------------------
def reviews_of(acting):
    """Every review in view with its next date and whether one is late. The joins and dates come in one query."""
    dates = DueItem.objects.filter(source_type=SOURCE, source_id=OuterRef("pk")).open()
    first = dates.order_by("due_on", "pk")
    return (
        AnnualReview.objects.visible_to(acting)
        .select_related("pupil__form_group", "plan__authority", "organiser")
        .annotate(
            next_on=Subquery(first.values("due_on")[:1]),
            next_title=Coalesce(Subquery(first.values("title")[:1], output_field=CharField()), Value("")),
            next_duty=Coalesce(Subquery(first.values("duty")[:1], output_field=CharField()), Value("")),
            is_with_head=IS_WITH_HEAD,
            is_late=Exists(dates.filter(due_on__lt=timezone.localdate(), exception="")),
        )
        .order_by("closed_on", "next_on", "-began_on", "pk")
    )


def filtered(reviews, values, acting):
    """Narrow by the form's cleaned values; without any, the open ones."""
    show = values.get("show") or "open"
    if show != "all":
        reviews = reviews.filter(closed_on__isnull=show == "open")
    if values.get("stage"):
        reviews = reviews.filter(STAGES[values["stage"]][1], closed_on=None)
    if values.get("year"):
        reviews = reviews.filter(pupil__year_group__in=values["year"])
    if values.get("authority"):
        reviews = reviews.filter(plan__authority=values["authority"])
    if values.get("kind"):
        reviews = reviews.filter(kind=values["kind"])
    if values.get("late"):
        reviews = reviews.filter(is_late=True)
    if values.get("q"):
        reviews = reviews.filter(pupil__in=search.matches(Pupil.objects.all(), acting, values["q"]).values("pk"))
    return reviews


def coming(acting, *, today):
    """Plans whose review is due within 12 weeks, or should have been, and none is open: nearest first. One query."""
    due = DueItem.objects.filter(source_type=PLANS, source_id=OuterRef("pk")).open()
    review = due.filter(rule__in=REVIEW_RULES).order_by("due_on", "pk")
    transfer = due.filter(rule__in=TRANSFER_RULES, due_on__lte=today + TRANSFER_COMING)
    under_way = AnnualReview.objects.filter(plan=OuterRef("pk"), closed_on=None)
    return (
        Plan.objects.visible_to(acting)
        .filter(ceased_on=None, pupil__left_on=None)
        .annotate(review_by=Subquery(review.values("due_on")[:1]), transfers=Exists(transfer))
        .filter(~Exists(under_way), review_by__lte=today + COMING)
        .select_related("pupil__form_group", "authority")
        .order_by("review_by", "pk")
    )


def due_dates_of(plan):
    """(when the review is due, latest day planned for its meeting) of a plan; either may be None."""
    items = DueItem.objects.filter(source_type=PLANS, source_id=plan.pk).open().order_by("due_on")
    found = {}
    for item in items:
        found.setdefault(item.rule, item)
    due = next((found[rule] for rule in REVIEW_RULES if rule in found), None)
    meeting = found.get("review.meeting")
    transfer = found.get("transfer.meeting")
    latest = min((item.due_on for item in (meeting, transfer) if item), default=None)
    return (due.due_on if due else None), latest


# --- One review --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Person:
    """One row of the table of people. `state` is (tone, icon, words) of the contribution."""

    invitee: Invitee
    state: tuple
    short: bool
    may_write: bool

    @property
    def is_in(self):
        return answers.is_sent(self.invitee)


def people_of(review, *, today):
    """The people of a review in the order of the list. One query."""
    rows = review.invitees.filter(removed_on=None).select_related("contact", "user", "contribution").order_by("pk")
    latest = rules.latest_notice(review.meeting_on) if review.meeting_on else None
    found = []
    for invitee in rows:
        late = latest is not None and (invitee.invited_on or today) > latest
        may_write = invitee.contact is None or invitee.contact.may_be_written_to
        found.append(Person(invitee, _contribution_state(invitee, review, today), late, may_write))
    return found


def _contribution_state(invitee, review, today):
    if answers.is_held_back(invitee):
        return ("soon", "message-circle", "In: talk first")
    if answers.is_sent(invitee):
        on = timezone.localdate(answers.contribution_of(invitee).sent_at)
        late = review.contribute_by is not None and on > review.contribute_by
        return ("ok", "circle-check", "In, late" if late else "In")
    if invitee.asked_on is None:
        return ("wait", "minus", "Not asked")
    if review.held_on or (review.contribute_by and today > review.contribute_by):
        return ("late", "alert-octagon", "Missing")
    return ("soon", "clock", "Waiting")


def allowed_contacts(review):
    """The child's adults who may be written to and are not on the list yet."""
    contacts = Contact.objects.filter(pupil=review.pupil, ended_on=None, do_not_contact=False)
    listed = review.invitees.filter(removed_on=None).exclude(contact=None).values("contact")
    return contacts.exclude(pk__in=listed).order_by("priority", "name", "pk")


def counts_of(review):
    return review.invitees.filter(removed_on=None).aggregate(
        everybody=Count("pk"),
        invited=Count("pk", filter=Q(invited_on__isnull=False)),
        asked=Count("pk", filter=Q(asked_on__isnull=False)),
        sent=Count("pk", filter=Q(contribution__sent_at__isnull=False)),
    )


# --- What comes next ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Step:
    """One step of the checklist. `route` "" where there is nothing to do on a page."""

    title: str
    done: bool
    note: str = ""
    route: str = ""
    words: str = ""
    args: tuple = ()
    posts: str = ""  # where the button does it at once: the page to look at instead

    def address(self, review):
        return reverse(self.route, args=self.args or (review.pk,)) if self.route else ""

    def page(self, review):
        return reverse(self.posts, args=(review.pk,)) if self.posts and self.route else self.address(review)


def _several(number, one, many=""):
    return f"{number} {one if number == 1 else many or one + 's'}"


def steps_of(review, *, people, acting, today):
    """The whole way of this review, step by step, from facts that are already there."""
    after = [*_report(review, acting), *_authority(review)]
    if review.held_on is None:
        after = [replace(step, route="") for step in after]
    return [*_before(review, people), *after]


def _before(review, people):
    held = review.held_on is not None
    uninvited = [person for person in people if person.invitee.invited_on is None]
    unasked = [person for person in people if person.invitee.asked_on is None and person.invitee.role != Role.HEAD]
    missing = [person for person in people if person.invitee.asked_on and not person.is_in]
    came = sum(person.is_in for person in people)
    chase = missing and not review.papers_sent_on
    return [
        Step("Fix the day of the meeting", review.meeting_on is not None, "", "ehcp:review-plan", "Plan the meeting"),
        Step(
            "Invite everybody", held or not uninvited,
            f"{_several(len(uninvited), 'person', 'people')} not invited yet" if uninvited else "",
            "ehcp:review-invite", f"Invite {_several(len(uninvited), 'person', 'people')}",
        ),
        Step(
            "Ask for views and reports", held or not unasked,
            f"{_several(len(unasked), 'person', 'people')} not asked yet" if unasked else "",
            "ehcp:review-ask", f"Ask {_several(len(unasked), 'person', 'people')}",
        ),
        Step("Write the school's report", bool(review.school_report.strip()) or held, "", "ehcp:review-school-report",
             "Write the school's report"),
        Step(
            "Views and reports in", held or not chase, f"{came} in, {len(missing)} missing",
            "ehcp:review-chase", f"Chase {_several(len(missing), 'person', 'people')}",
        ),
        _papers_step(review, held),
        Step("Hold the meeting", held, "", "ehcp:review-meeting", "Open the meeting screen"),
    ]  # fmt: skip


def _papers_step(review, held):
    """The first click has the papers drawn, and leads to where they are read and sent."""
    done = review.papers_sent_on is not None or held
    if review.pack_job_id or done:
        return Step("Send the papers round", done, "", "ehcp:review-papers", "Send the papers")
    return Step(
        "Send the papers round",
        done,
        "",
        "ehcp:review-pack-make",
        "Put the papers together",
        posts="ehcp:review-papers",
    )


def _report(review, acting):
    missing = missing_in_report(review) if review.held_on and not review.report_sent_on else []
    report = latest_report(review)
    approve = acting.can(P.CASE_APPROVE)
    sent = review.report_sent_on is not None
    ready = report is not None and report.pdf_id is not None
    return [
        Step("Write up the meeting", sent or bool(review.held_on and not missing), "; ".join(missing),
             "ehcp:review-meeting", "Write up the meeting"),
        Step("Make the report", sent or report is not None, report.layout_name if report else "",
             "ehcp:review-report", "Make the report", posts="" if report else "ehcp:review-report"),
        Step(
            "Head approves", sent or review.approved_at is not None,
            "" if approve or review.approved_at else "Waiting for the headteacher",
            "ehcp:review-approve" if approve and report else "ehcp:review-report",
            "Approve the report" if approve and ready else "Open the report",
            args=(report.pk,) if approve and report else (),
        ),
        Step("Send the report", sent, "", "ehcp:review-report-sent", "Record that it went"),
    ]  # fmt: skip


def _authority(review):
    steps = [
        Step("The authority decides", review.decision_on is not None,
             review.get_decision_display() if review.decision else "", "ehcp:review-decision", "Record the decision"),
    ]  # fmt: skip
    if review.decision != Recommendation.AMEND:
        return steps
    over = review.closed_on is not None
    return [
        *steps,
        Step("Amendment notice", over or review.notice_on is not None, "", "ehcp:review-notice", "Record the notice"),
        Step("Parent's comments", over or review.representations_on is not None, "The parent has 15 days",
             "ehcp:review-comments", "Record the comments"),
        Step("Final plan", over, "", "ehcp:review-final", "Record the final plan"),
    ]  # fmt: skip


def next_step(review, steps, *, today):
    """The one step that is next; None when nothing is left to do. Comments of a parent never hold the rest up."""
    if review.closed_on or not review.pupil.on_roll:
        return None
    open_steps = [step for step in steps if not step.done and step.title != "Parent's comments"]
    if not open_steps:
        return None
    first = open_steps[0]
    waits = first.title == "Views and reports in" and not _overdue_contributions(review, today)
    if waits:
        return open_steps[1] if len(open_steps) > 1 and not _too_early(review, today) else None
    if first.title in ("Send the papers round", "Hold the meeting") and review.meeting_on is None:
        return steps[0]
    return first


def _overdue_contributions(review, today):
    return review.contribute_by is not None and today >= review.contribute_by


def _too_early(review, today):
    """Papers go two weeks before; until a week before that there is time to wait for words."""
    return review.meeting_on is not None and today < rules.PAPERS.count.due(review.meeting_on) - WAIT_FOR_WORDS


def late_letter(review, *, today):
    """(kind of letter, words) when the authority is late with something here; None when it is not."""
    late = DueItem.objects.overdue(today).filter(source_type=SOURCE, source_id=review.pk, duty="la")
    rules = set(late.values_list("rule", flat=True))
    if rules & {"review.final"}:
        return "la_late_amended", "Write to the authority: the final plan is late"
    if rules & {"review.decision", "review.notice"}:
        return "la_late_review", "Write to the authority: it is late"
    return None


def was_written(review, kind, *, today):
    """Did a letter of this kind go about this review in the last two weeks?"""
    return review.caseletters.filter(kind=kind, dated_on__gte=today - WRITTEN_LATELY).exists()


def plan_dates_of(review):
    """The dates of the plan that this review has to meet, for the ruler. One query."""
    items = DueItem.objects.filter(source_type=PLANS, source_id=review.plan_id, rule="review.due")
    since = review.began_on - DUE_BEFORE
    return list(items.filter(due_on__gte=since).order_by("due_on")[:1])


def review_in_view(acting, pk):
    """The review with what its pages show, or None."""
    rows = AnnualReview.objects.visible_to(acting).select_related(
        "pupil__form_group", "pupil__key_worker", "plan__authority", "plan__caseworker", "school", "organiser",
        "approved_by", "new_version",
    )  # fmt: skip
    return rows.annotate(is_with_head=IS_WITH_HEAD).filter(pk=pk).first()


def with_head(acting):
    """Open reviews whose report waits for the head's approval."""
    return AnnualReview.objects.visible_to(acting).filter(WITH_HEAD, closed_on=None)


def calendar_of(review):
    from staff.selectors import school_calendar

    return school_calendar(review.school)
