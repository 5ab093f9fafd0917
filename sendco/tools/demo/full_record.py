"""One child in school 1 with something in every part of the record, in ordinary words or in the canary's."""

from decimal import Decimal

from pupils.models import Assessment, Concern, ConcernView, Contact, Letter, WatchListEntry
from pupils.models.concerns import RATED
from pupils.models.letters import LetterKind
from pupils.models.pupil import FlagKind
from pupils.models.register import Code
from pupils.record.services.assessments import score_in_words
from sendco.clock import long_date

from . import canary, homes, texts

SUPPORTED_FOR = 50  # school days

# `{name}` is the child's forename and `{surname}` the family's; what is not here stays as the plan made it.
ORDINARY = {
    "flag": {"ordinary_note": "", "confidential_note": texts.SAFEGUARDING},
    "enrolment": {},
    "contact": {
        "name": "Lorraine {surname}",
        "relation": "Mother",
        "email": "lorraine.home@mail.example",
        "phone": "07700 900991",
        "language": "British Sign Language",
        "note": "Text first: phone calls need the relay service.",
        "address": "27 Ferryman Road\nWestmarch",
        "postcode": "WM9 4FR",
    },
    "hidden": {
        "name": "Dean {surname}",
        "relation": "Father",
        "email": "dean.away@mail.example",
        "phone": "07700 900992",
        "language": "",
        "note": "Letters by the school's own post, never by the child.",
        "address": "3 Heron Court\nEastholt",
        "postcode": "EA9 2HC",
    },
    "register": {
        "reason": texts.STARTED_SUPPORT["SEMH"],
        "evidence": "Class teacher's notes of six weeks, two observations and a reading test.",
        "decided_by": texts.DECIDED_BY,
    },
    "watch": {"reason": texts.WATCHED[1], "outcome": "The gap did not close. SEN Support starts."},
    "concern": {"outcome_note": texts.STRATEGIES[2]},
    "view": {"strengths": texts.STRENGTHS[1], "notes": texts.VIEW_NOTES[0]},
    "assessment": {
        "test": "Single word reading",
        "form": "A",
        "assessed_by": "The SENDCo",
        "note": "Rested after ten minutes and finished.",
    },
    "letter": {
        "recipient": "Lorraine {surname}",
        "address": "27 Ferryman Road\nWestmarch\nWM9 4FR",
        "subject": texts.LETTER_SUBJECT,
        "body": texts.LETTER_BODY,
    },
}


def write_plan(child, setting, *, with_canary):
    """Complete a child's plan before its rows are made."""
    days, words = setting.days, _words(child, setting, with_canary)
    child.story = "full record"
    if with_canary:
        child.details |= words("pupil")
    child.enrolment |= words("enrolment")
    child.flags[FlagKind.FREE_MEALS] = words("flag")["ordinary_note"]
    child.flags[FlagKind.CHILD_PROTECTION] = words("flag")["confidential_note"]
    child.joined_on = min(child.joined_on, days.back(80))
    child.stages = [(Code.NONE, child.joined_on), (Code.SUPPORT, days.back(SUPPORTED_FOR))]
    child.reasons[1] = words("register")["reason"]
    shown = Contact(
        priority=1, has_parental_responsibility=True, lives_with=True, needs_interpreter=True, **words("contact")
    )
    hidden = Contact(priority=2, order_with_dsl=True, **words("hidden"))
    homes.hide(hidden)
    child.contacts = [shown, hidden]


def write_rows(child, setting, triage, *, with_canary):
    """Add what happened around the child: watch list, concern, view, assessment and letter."""
    days, senco, book = setting.days, setting.senco, setting.book
    words = _words(child, setting, with_canary)
    support = child.entries[-1]
    support.evidence, support.decided_by = words("register")["evidence"], words("register")["decided_by"]
    watched = WatchListEntry(
        school=setting.school,
        pupil=child.pupil,
        starts_on=days.back(70),
        look_again_on=days.back(52),
        ends_on=support.starts_on,
        entered_by=senco,
        **words("watch"),
    )
    book.add(watched, on=days.back(70), by=senco)
    _concern(child, setting, triage, words)
    score = Decimal(88)
    test = Assessment(
        pupil=child.pupil,
        taken_on=days.back(30),
        scale=Assessment.Scale.STANDARDISED,
        score=score,
        low=score - 6,
        high=score + 6,
        entered_by=senco,
        **words("assessment"),
    )
    book.add(test, on=days.back(30), by=senco)
    told = f"Assessment: {test.test}, {test.form}. {score_in_words(test)}"
    book.event("assessment.added", test, told, on=test.taken_on, by=senco, pupil=child.pupil)
    letter = Letter(
        pupil=child.pupil,
        kind=LetterKind.SEN_SUPPORT_STARTS,
        contact=child.contacts[0],
        dated_on=support.parent_told_on,
        register_entry=support,
        made_by=senco,
        sent_on=support.parent_told_on,
        sent_via=Letter.Via.POST,
        **words("letter"),
    )
    book.add(letter, on=letter.dated_on, by=senco)
    told = f"Letter sent to {letter.recipient}: SEN Support starts"
    book.event("letter.sent", letter, told, on=letter.sent_on, by=senco, pupil=child.pupil)


def _concern(child, setting, triage, words):
    days = setting.days
    concern = triage.raise_about(child, raised_on=days.back(20), by=setting.people["teacher3"])
    for name, text in words("concern").items():
        setattr(concern, name, text)
    view = triage.ask(concern, setting.people["hlta1"], asked_on=days.back(18))
    view.answered_at = setting.book.moment(days.back(15))
    for name in RATED:
        setattr(view, name, ConcernView.Scale.SOME)
    view.strengths, view.notes = words("view")["strengths"], words("view")["notes"]
    note = words("concern")["outcome_note"]
    triage.decide(concern, Concern.Outcome.STRATEGIES, note, on=days.back(14), look_again_on=days.ahead(8))


def _words(child, setting, with_canary):
    """Return a function from a part of the record to its texts by field."""
    if with_canary:
        return canary.texts
    surname, senco, school = child.details["legal_surname"], setting.senco.name, setting.school
    known = {
        "name": child.details.get("preferred_forename") or child.details["legal_forename"],
        "surname": surname,
        "recipient": f"Lorraine {surname}",
        "senco": senco,
        "school": school.name,
        "authority": school.local_authority,
        "day": long_date(setting.days.back(SUPPORTED_FOR)),
    }
    return lambda about: {name: text.format(**known) for name, text in ORDINARY[about].items()}
