"""What was asked in the demo: of others by link, of the SENDCo by colleagues, of councils by the school."""

from datetime import timedelta

from django.utils import timezone

from pupils.models import (
    Challenge,
    ChallengeStep,
    HandoverPack,
    OutsideAsk,
    QuestionReply,
    Referral,
    SencoQuestion,
    SupportPlan,
)
from pupils.models.register import Code

from .book import at

QUESTIONS = (
    ("Where should {name} sit, so that the board can be seen and the door is near?", "Third row, by the window."),
    ("May {name} leave the hall before the bell? It is very loud.", "Yes. Tell the midday staff, and note it."),
    ("Which reading test do we use in January?", "The same as in September, so that the numbers can be compared."),
    ("Who can show me how to use the visual timetable for {name}?", ""),
)
ANSWER = "She tells us more about school since the group began. Could the word list come home on paper?"


def add(setting, children):
    """Gather questions, links and challenges into the book, at several stages."""
    book, days, senco = setting.book, setting.days, setting.people["senco"]
    supported = [child for child in children if child.code == Code.SUPPORT and child.pupil and not child.left]
    asker = next((child.key_worker for child in supported if child.key_worker), senco)
    for place, (words, answer) in enumerate(QUESTIONS):
        child = supported[place]
        pupil = child.pupil if "{name}" in words else None
        on = days.back(3 + 7 * place) if answer else days.back(9)
        question = SencoQuestion(
            school=setting.school, pupil=pupil, words=words.format(name=child.pupil.forename), asked_by=asker,
            asked_on=on, answered_on=days.back(2 + 6 * place) if answer else None,
            closed_on=days.back(1 + 6 * place) if answer and place else None,
        )  # fmt: skip
        book.add(question, on=on, by=asker)
        if answer:
            book.add(QuestionReply(question=question, words=answer, by=senco), on=question.answered_on, by=senco)
    _links(setting, supported)
    _challenges(setting, supported)


def _links(setting, supported):
    book, days, senco = setting.book, setting.days, setting.people["senco"]
    for place, child in enumerate(supported[:4]):
        parents = [one for one in child.contacts if one.has_parental_responsibility and not one.do_not_contact]
        if not parents:
            continue
        ask = OutsideAsk(
            pupil=child.pupil, kind="school", name="Robin Ashdown", organisation="Hilltop High School",
            email=f"r.ashdown{place}@hilltop.example", question="How has the start been, and what helps?",
            asked_by=senco, asked_on=days.back(12 + place), answer_by=days.ahead(4) if place else days.back(2),
        )  # fmt: skip
        ask.mailed_at, ask.mailed_to = at(ask.asked_on), ask.email
        if place in (0, 2):
            ask.answered_at, ask.words = at(days.back(5 if place == 0 else 1)), ANSWER
            ask.read_on = days.back(4) if place == 0 else None
        book.add(ask, on=ask.asked_on, by=senco)
    _to_parents_and_agencies(setting, supported)
    child = supported[4]
    to_user = child.key_worker or setting.people["head"]
    pack = HandoverPack(
        pupil=child.pupil, parts=["profile", "plans", "actions"], to_user=to_user, made_by=senco,
        made_on=days.back(6), note="Begins the day well with a quiet word at the door.",
        received_on=days.back(4), received_by=to_user.name,
    )  # fmt: skip
    book.add(pack, on=pack.made_on, by=senco)


def _to_parents_and_agencies(setting, supported):
    """A parent asked about an open plan, an agency asked for its report, and a pack that nobody has sent yet."""
    book, days, senco = setting.book, setting.days, setting.people["senco"]
    for child in supported:
        plans = [one for one in book.rows[SupportPlan] if one.pupil is child.pupil and one.closed_on is None]
        plan = next((one for one in plans if not one.is_confidential and one.kind.code == "sen_support"), None)
        asked = [one for one in child.contacts if one.has_parental_responsibility and one.email]
        asked = [one for one in asked if not one.do_not_contact]
        if plan and asked:
            ask = OutsideAsk(
                pupil=child.pupil, kind="parent", contact=asked[0], plan=plan, asked_by=senco, asked_on=days.back(3),
                question="What do you think of this plan? What works at home?", answer_by=days.ahead(7),
                mailed_at=at(days.back(3)), mailed_to=asked[0].email,
            )  # fmt: skip
            book.add(ask, on=ask.asked_on, by=senco)
            break
    seen = (one for one in book.rows[Referral] if one.seen_on and one.report_on is None and one.agency.email)
    for row in list(seen)[:1]:
        ask = OutsideAsk(
            pupil=row.pupil, kind="agency", referral=row, name=row.agency.person, organisation=row.agency.name,
            email=row.agency.email, asked_by=senco, asked_on=days.back(5), answer_by=days.ahead(5),
            question="Please send us your report, with what you recommend for school.",
            mailed_at=at(days.back(5)), mailed_to=row.agency.email,
        )  # fmt: skip
        book.add(ask, on=ask.asked_on, by=senco)
    pack = HandoverPack(
        pupil=supported[5].pupil, parts=["profile", "plans"], to_name="Robin Ashdown", to_place="Hilltop High School",
        to_email="r.ashdown@hilltop.example", made_by=senco, made_on=days.back(1),
    )  # fmt: skip
    book.add(pack, on=pack.made_on, by=senco)


def _challenges(setting, supported):
    book, days, senco = setting.book, setting.days, setting.people["senco"]
    waiting = [one for one in book.rows[Referral] if one.sent_on and one.seen_on is None and one.ended_on is None]
    longest = min((one for one in waiting if one.consent_withdrawn_on is None), key=lambda one: one.sent_on)
    to_agency = Challenge(
        school=setting.school, pupil=longest.pupil, body="agency", agency=longest.agency, owner=senco,
        about="No appointment yet", words="Please tell us by when the child is seen, and what helps until then.",
        raised_on=days.back(16), reply_by=days.back(2),
    )  # fmt: skip
    book.add(to_agency, on=to_agency.raised_on, by=senco)
    rows = (
        ("Westmarch SEND team", "No decision after the annual review", 40, 12, None, supported[0].pupil),
        ("Westmarch SEND team", "Top-up paid late", 60, 30, 35, None),
        ("Westmarch transport", "No taxi on two mornings", 12, -3, None, supported[1].pupil),
    )
    for name, about, raised, by, replied, pupil in rows:
        row = Challenge(
            school=setting.school, pupil=pupil, body="la", name=name, about=about, owner=senco,
            words="Please tell us when this is put right, and who looks after it.", raised_on=days.back(raised),
            reply_by=days.back(by) if by > 0 else timezone.localdate() + timedelta(days=-by),
        )  # fmt: skip
        if replied:
            row.replied_on, row.reply = days.back(replied), "The payment is made with the next run."
            row.ended_on, row.outcome = row.replied_on, "right"
        book.add(row, on=row.raised_on, by=senco)
        if raised > 30 and not replied:
            step = ChallengeStep(challenge=row, done_on=days.back(8), words="Rang; told it is with a manager", by=senco)
            book.add(step, on=step.done_on, by=senco)
