"""Meetings with parents, what was agreed and is not yet done, and contact with home."""

from datetime import time, timedelta

from pupils.models import (
    ContactLog,
    EveningTeacher,
    Meeting,
    MeetingAction,
    MeetingPerson,
    MeetingPupil,
    ParentsEvening,
)
from pupils.models.register import Code
from sendco.clock import long_date

NOTES = "We looked at the targets together. Mornings go better. We agreed to go on and to look again next term."
SAYS = ("I like the group on Mondays.", "I want to sit with my friend.", "Reading is easier with the ruler.")
AGREED = ("Send the word list home on Fridays", "Ask the clinic for a date", "Try a seat near the door for two weeks")
TALKED = (
    ("call", "out", "Told about the good week. Pleased, asks for the word list."),
    ("mail", "in", "Asks whether the clinic has answered. Answered the same day."),
    ("call", "missed", "Rang twice about the meeting; nobody answered. Letter sent instead."),
)


def add(setting, children):
    """Gather it into the book: a meeting held last term for most pupils on SEN support, and some to come."""
    book, days, senco = setting.book, setting.days, setting.people["senco"]
    supported = [child for child in children if child.code == Code.SUPPORT and child.pupil and not child.left]
    gone = setting.people.get("gone")
    for place, child in enumerate(supported):
        parents = [one for one in child.contacts if not one.do_not_contact][:2]
        held_on = days.back(30 + place % 20)
        if not parents or child.joined_on >= held_on:
            continue
        first = _meeting(setting, child, parents, held_on, held=True, place=place)
        if place % 3 == 0:
            action = MeetingAction(
                meeting=first, pupil=child.pupil, text=AGREED[(place // 3) % 3], asked_again=place % 2
            )
            action.due_on = days.back(6) if place % 2 else days.ahead(6)
            action.owner, action.owner_name = (senco, "") if place % 4 else (None, "The mother")
            if gone and place:
                action.owner, action.owner_name, gone = gone, "", None  # nobody has taken it over yet
            book.add(action, on=held_on, by=senco)
        if place % 4 == 1:
            _meeting(setting, child, parents, days.ahead(3 + place % 9), held=False, place=place)
        means, way, words = TALKED[place % 3]
        log = ContactLog(
            pupil=child.pupil, contact=parents[0], means=means, way=way, happened_on=days.back(5 + place % 9),
            words=words, by=child.key_worker or senco,
        )  # fmt: skip
        book.add(log, on=log.happened_on, by=log.by)
    _others(setting, [child for child in supported if child.key_worker and child.contacts])


def _others(setting, supported):
    """A progress meeting about three, one called off, a team around the child with somebody from outside, and a
    parents' evening with two times taken."""
    book, days, senco = setting.book, setting.days, setting.people["senco"]
    progress = Meeting(
        school=setting.school, kind="progress", about="Autumn progress", planned_on=days.ahead(8), minutes=60,
        starts_at=time(15, 45), place="Library", organiser=senco,
    )  # fmt: skip
    book.add(progress, on=days.back(4), by=senco)
    for child in supported[:3]:
        book.add(MeetingPupil(meeting=progress, pupil=child.pupil), on=days.back(4), by=senco)
    for user in dict.fromkeys((senco, *(child.key_worker for child in supported[:3]))):
        book.add(MeetingPerson(meeting=progress, user=user), on=days.back(4), by=senco)
    off = _about(setting, supported[3], "parents", days.back(2), cancelled_on=days.back(3), cancel_note="Mother is ill")
    off.sequence = 1
    team = _about(setting, supported[4], "team", days.ahead(5), starts_at=time(10))
    book.add(
        MeetingPerson(meeting=team, name="Dr Imani Okafor", role="educational psychologist"), on=days.back(9), by=senco
    )
    _evening(setting, supported[5:7])


def _about(setting, child, kind, on, **more):
    book, senco, typed = setting.book, setting.people["senco"], setting.days.back(9)
    meeting = Meeting(
        school=setting.school, pupil=child.pupil, kind=kind, planned_on=on, organiser=senco, place="SENDCo's room",
        **more,
    )  # fmt: skip
    book.add(meeting, on=typed, by=senco)
    book.add(MeetingPupil(meeting=meeting, pupil=child.pupil), on=typed, by=senco)
    book.add(MeetingPerson(meeting=meeting, user=senco), on=typed, by=senco)
    return meeting


def _evening(setting, booked):
    book, days, senco = setting.book, setting.days, setting.people["senco"]
    evening = ParentsEvening(
        school=setting.school, name="Winter parents' evening", on=days.ahead(12), starts_at=time(16),
        ends_at=time(18, 30), minutes=15, place="Hall",
    )  # fmt: skip
    book.add(evening, on=days.back(6), by=senco)
    for user in dict.fromkeys((senco, *(child.key_worker for child in booked))):
        book.add(EveningTeacher(evening=evening, user=user), on=days.back(6), by=senco)
    for number, child in enumerate(booked):
        meeting = Meeting(
            school=setting.school, pupil=child.pupil, kind="parents", planned_on=evening.on, minutes=evening.minutes,
            starts_at=time(16, 15 * number), place=evening.place, about=evening.name, evening=evening, organiser=senco,
        )  # fmt: skip
        book.add(meeting, on=days.back(2), by=senco)
        book.add(MeetingPupil(meeting=meeting, pupil=child.pupil), on=days.back(2), by=senco)
        book.add(MeetingPerson(meeting=meeting, user=senco), on=days.back(2), by=senco)
        for contact in [one for one in child.contacts if not one.do_not_contact][:1]:
            book.add(MeetingPerson(meeting=meeting, contact=contact), on=days.back(2), by=senco)


def _meeting(setting, child, parents, on, *, held, place):
    book, senco = setting.book, setting.people["senco"]
    meeting = Meeting(
        school=setting.school, pupil=child.pupil, kind="parents", about="Review of the plan", planned_on=on,
        starts_at=time(15, 30), place="SENDCo's room", organiser=senco, held_on=on if held else None,
        notes=NOTES if held else "",
    )  # fmt: skip
    typed = on - timedelta(days=10) if held else setting.days.back(3)
    book.add(meeting, on=typed, by=senco)
    part = MeetingPupil(meeting=meeting, pupil=child.pupil, child_says=SAYS[place % 3] if held else "")
    book.add(part, on=typed, by=senco)
    for number, contact in enumerate(parents):
        came = (number == 0 or place % 3 == 0) if held else None
        book.add(MeetingPerson(meeting=meeting, contact=contact, came=came), on=typed, by=senco)
    book.add(MeetingPerson(meeting=meeting, user=senco, came=True if held else None), on=typed, by=senco)
    if held:
        text = f"Meeting with parents held on {long_date(on)}"
        book.event("meeting.held", meeting, text, on=on, by=senco, pupil=child.pupil)
    return meeting
