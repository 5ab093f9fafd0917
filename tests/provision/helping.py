"""Schools with a calendar, interventions, runs and logs, for tests of this floor."""

from datetime import date, time

from provision.models import Intervention, Session
from provision.runs.services import At, set_up
from provision.sessions.services import Mark, log_session
from staff.models import AcademicYear, Closure, Term
from tests.staff.adults import adult

# A Monday in term; tests of this floor stand on the Wednesday of that week unless they say otherwise.
MONDAY = date(2026, 11, 2)
WEDNESDAY = date(2026, 11, 4)
NOON = "2026-11-04 12:00:00"
TERMS = (
    (2026, "Autumn", date(2026, 9, 1), date(2026, 12, 18)),
    (2026, "Spring", date(2027, 1, 4), date(2027, 3, 25)),
    (2026, "Summer", date(2027, 4, 12), date(2027, 7, 21)),
)
HALF_TERM = ("Autumn half term", Closure.Kind.HOLIDAY, date(2026, 10, 26), date(2026, 10, 30))
NINE = time(9)


def calendar(school):
    """The school year 2026-27 with its autumn half term."""
    year, _ = AcademicYear.objects.get_or_create(school=school, starts_in=2026, defaults={"is_confirmed": True})
    for _, name, first, last in TERMS:
        Term.objects.create(academic_year=year, name=name, starts_on=first, ends_on=last)
    name, kind, first, last = HALF_TERM
    Closure.objects.create(school=school, name=name, kind=kind, starts_on=first, ends_on=last)


def intervention(school, name="Talk Boost", **values):
    values = {"area": "ci", "group_size": 4, "minutes": 30, "times_a_week": 2, "weeks": 4} | values
    return Intervention.objects.create(school=school, name=name, **values)


def run_of(
    school, pupils, *, by, adults=None, times=((0, NINE), (2, NINE)), starts_on=MONDAY, ends_on=date(2026, 11, 27),
    what=None, minutes=30, **values,
):  # fmt: skip
    """A run on Mondays and Wednesdays at nine for four weeks, led by one adult unless others are given."""
    if adults is None:
        adults = [adult(school)]
    return set_up(
        school=school, intervention=what or intervention(school), adults=adults, pupils=pupils, by=by,
        values={"name": "Talk Boost, Robins", "starts_on": starts_on, "ends_on": ends_on} | values,
        times=[At(weekday, at, minutes) for weekday, at in times],
    )  # fmt: skip


def sessions(run):
    return list(run.sessions.order_by("on", "starts_at", "part"))


def held(session, *, by, away=(), minutes=None, key=None, note="", marks=None):
    """Log a session with everyone there but those in `away`, a {pupil: reason} or a list of pupils."""
    reasons = {pupil.pk: "absent" for pupil in away} if not isinstance(away, dict) else {
        pupil.pk: reason for pupil, reason in away.items()
    }  # fmt: skip
    if marks is None:
        places = session.provision.places.all()
        there = [place for place in places if place.holds_on(session.on) and session.part in ("", place.part)]
        marks = [Mark(place.pupil_id, reason=reasons.get(place.pupil_id, "")) for place in there]
    return log_session(
        session=session, marks=marks, minutes=minutes or session.minutes, note=note, key=key, by=by
    )  # fmt: skip


def fresh(session):
    return Session.objects.get(pk=session.pk)
