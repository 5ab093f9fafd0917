"""Concerns at every stage, assessments and letters."""

from datetime import timedelta
from decimal import Decimal

from pupils.models import Assessment, Concern, ConcernView, Letter
from pupils.models.concerns import RATED
from pupils.models.letters import LetterKind
from pupils.models.register import Code
from pupils.record.services.assessments import score_in_words
from sendco.clock import long_date

from . import texts

Outcome = Concern.Outcome


class Triage:
    """Raise concerns about children of one school and take each as far as its stage."""

    def __init__(self, setting, raisers):
        self.setting, self.raisers, self.count = setting, raisers, 0

    def raise_about(self, child, *, raised_on, parent=Concern.Parent.TOLD, by=None):
        what, where, how_often, tried, tried_for, parent_words = texts.CONCERNS[self.count % len(texts.CONCERNS)]
        by = by or self.raisers[self.count % len(self.raisers)]
        self.count += 1
        name = child.pupil.forename
        concern = Concern(
            school=self.setting.school,
            pupil=child.pupil,
            raised_by=by,
            raised_on=raised_on,
            entered_at=self.setting.book.moment(raised_on),
            what=what.format(name=name),
            where=where,
            how_often=how_often,
            tried=tried,
            tried_for=tried_for,
            parent_told=parent,
            parent_words=parent_words if parent == Concern.Parent.TOLD else "",
        )
        self.setting.book.add(concern, on=raised_on, by=by)
        told = Concern.Parent(parent).label
        self._event("concern.raised", concern, f"Concern raised. Does the parent know? {told}", on=raised_on, by=by)
        return concern

    def ask(self, concern, user, *, asked_on, answered_on=None):
        senco = self.setting.senco
        concern.first_action_at = concern.first_action_at or self.setting.book.moment(asked_on)
        view = ConcernView(concern=concern, asked_of=user, asked_by=senco, asked_on=asked_on)
        if answered_on:
            for name in RATED:
                setattr(view, name, self.setting.rng.choice((0, 0, 1, 1, 2, 3)))
            view.strengths = self.setting.rng.choice(texts.STRENGTHS)
            view.notes = self.setting.rng.choice(texts.VIEW_NOTES)
            view.answered_at = self.setting.book.moment(answered_on)
        self.setting.book.add(view, on=asked_on, by=senco)
        self._event("concern.views_asked", concern, "1 colleague asked for a view", on=asked_on, by=senco)
        if answered_on:
            self._event("concern.view_given", view, "View of a colleague given", on=answered_on, by=user, about=concern)
        return view

    def decide(self, concern, outcome, note, *, on, look_again_on=None, closed_on=None):
        senco = self.setting.senco
        moment = self.setting.book.moment(on)
        concern.first_action_at = concern.first_action_at or moment
        concern.outcome, concern.outcome_note = outcome, note
        concern.decided_by, concern.decided_at = senco, moment
        concern.look_again_on = look_again_on
        concern.closed_on = closed_on
        again = f", look again on {long_date(look_again_on)}" if look_again_on else ""
        self._event("concern.triaged", concern, f"Concern: {Outcome(outcome).label}{again}", on=on, by=senco)
        if closed_on and outcome == Outcome.SUPPORT:
            text = f"Concern closed: {Outcome(outcome).label}"
            self._event("concern.closed", concern, text, on=closed_on, by=senco)
        return concern

    def _event(self, code, row, text, *, on, by, about=None):
        self.setting.book.event(code, row, text, on=on, by=by, pupil=(about or row).pupil)

    def every_stage(self, children, colleagues):
        """Take concerns about these children to each stage in turn, some of them late. Uses up twelve children."""
        days, waiting = self.setting.days, iter(children)
        self.raise_about(next(waiting), raised_on=days.back(1))
        self.raise_about(next(waiting), raised_on=days.back(2), parent=Concern.Parent.NOT_YET)
        for late in (9, 12):
            self.raise_about(next(waiting), raised_on=days.back(late))
        asked = self.raise_about(next(waiting), raised_on=days.back(5))
        self.ask(asked, colleagues[0], asked_on=days.back(3), answered_on=days.back(1))
        self.ask(asked, colleagues[1], asked_on=days.back(3))
        overdue = self.raise_about(next(waiting), raised_on=days.back(16))
        self.ask(overdue, colleagues[2], asked_on=days.back(13))
        self.ask(overdue, colleagues[0], asked_on=days.back(13), answered_on=days.back(10))
        for raised, decided, again, note in (
            (22, 18, days.ahead(4), texts.STRATEGIES[0]),
            (40, 36, days.back(3), texts.STRATEGIES[1]),
        ):
            concern = self.raise_about(next(waiting), raised_on=days.back(raised))
            self.decide(concern, Outcome.STRATEGIES, note, on=days.back(decided), look_again_on=again)
        watched = self.raise_about(next(waiting), raised_on=days.back(14))
        self.decide(watched, Outcome.OBSERVE, texts.OBSERVE, on=days.back(10), look_again_on=days.ahead(7))
        agreed = self.raise_about(next(waiting), raised_on=days.back(18))
        self.decide(agreed, Outcome.SUPPORT, texts.SUPPORT, on=days.back(1))
        for raised, decided in ((30, 28), (55, 50)):
            closed, day = self.raise_about(next(waiting), raised_on=days.back(raised)), days.back(decided)
            self.decide(closed, Outcome.NO_ACTION, texts.NO_ACTION, on=day, closed_on=day)

    def led_to(self, child, outcome, note, *, on):
        """A concern that came before what was done for this child on that day."""
        raised_on = self.setting.days.on_or_before(on - timedelta(days=6))
        if raised_on >= child.joined_on:
            concern = self.raise_about(child, raised_on=raised_on)
            self.decide(concern, outcome, note, on=on, closed_on=on)


def add_assessments(setting, children):
    """Give each child two tests: one at about the time support began, one later."""
    for child in children:
        tests = setting.rng.sample(texts.TESTS, 2)
        first_day = setting.days.on_or_before(max(child.joined_on, setting.days.back(180)))
        for test, form, scale, lowest, highest, band in tests:
            taken_on = setting.pick(max(first_day, child.joined_on), setting.days.back(6))
            if taken_on < child.joined_on:
                continue
            score = Decimal(setting.rng.randint(lowest, highest))
            assessment = Assessment(
                pupil=child.pupil,
                test=test,
                form=form,
                taken_on=taken_on,
                scale=scale,
                score=score,
                low=score - band if band else None,
                high=score + band if band else None,
                assessed_by=setting.senco.name,
                entered_by=setting.senco,
            )
            setting.book.add(assessment, on=taken_on, by=setting.senco)
            text = f"Assessment: {', '.join(filter(None, (test, form)))}. {score_in_words(assessment)}"
            about = {"on": taken_on, "by": setting.senco, "pupil": child.pupil}
            setting.book.event("assessment.added", assessment, text, **about)


def send_letters(setting, children, most):
    """File the letters that told parents of SEN Support, the newest first, as far as an address is known."""
    told = [
        (entry, child)
        for child in children
        for entry in child.entries
        if entry.code == Code.SUPPORT and entry.parent_told_on and _reader(child)
    ]
    told.sort(key=lambda pair: (pair[0].parent_told_on, pair[1].details["mis_id"]), reverse=True)
    for entry, child in told[:most]:
        _letter(setting, entry, child, _reader(child))


def _reader(child):
    """The first adult with parental responsibility who may be written to and whose address may be printed."""
    return next(
        (
            contact
            for contact in child.contacts
            if contact.has_parental_responsibility and contact.may_be_written_to and not contact.address_hidden
        ),
        None,
    )


def _letter(setting, entry, child, contact):
    name, school = child.pupil.forename, setting.school
    letter = Letter(
        pupil=child.pupil,
        kind=LetterKind.SEN_SUPPORT_STARTS,
        contact=contact,
        recipient=contact.name,
        address=contact.full_address,
        subject=texts.LETTER_SUBJECT.format(name=name),
        body=texts.LETTER_BODY.format(
            recipient=contact.name,
            day=long_date(entry.starts_on),
            name=name,
            authority=school.local_authority,
            senco=setting.senco.name,
            school=school.name,
        ),
        dated_on=entry.parent_told_on,
        register_entry=entry,
        made_by=setting.senco,
        sent_on=entry.parent_told_on,
        sent_via=setting.rng.choice((Letter.Via.POST, Letter.Via.HAND)),
    )
    setting.book.add(letter, on=letter.dated_on, by=setting.senco)
    text = f"Letter sent to {contact.name}: SEN Support starts"
    about = {"on": letter.sent_on, "by": setting.senco, "pupil": child.pupil}
    setting.book.event("letter.sent", letter, text, **about)


def add_readers(setting, children):
    """Leave a trace of who looked at these children's records lately."""
    for place, child in enumerate(children):
        for step, user in enumerate((setting.senco, setting.people["head"])):
            setting.book.read(child.pupil, what="record", by=user, on=setting.days.back(1 + place + step))
