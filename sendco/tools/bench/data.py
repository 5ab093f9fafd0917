"""Schools of any size, made in bulk. Names are drawn from a short list: speed does not read them."""

import random
from datetime import date, timedelta

from django.utils import timezone

from pupils import search
from pupils.models import Contact, Enrolment, Need, NeedType, Pupil, PupilFlag, RegisterEntry, SearchKey, WatchListEntry
from sendco.audit.models import Event
from sendco.due.models import DueItem
from staff.models import GroupStaff, Membership, School, TeachingGroup, User
from staff.roles import Role

FORENAMES = "Ada Ben Cara Dev Ella Finn Gia Hal Ines Jon Kit Lena Milo Nia Omar Pia Quin Rosa Sol Tess".split()
SURNAMES = "Ash Birch Cole Dunn Eden Firth Grove Holt Ivory Joy Kerr Lake Marsh North Oak Pell Quill Rowe Stone".split()
BATCH = 2000


def make_school(number, pupils, *, seed=1):
    """Make one school with this many pupils, a fifth of them on the register. Returns (school, its SENDCo)."""
    draw = random.Random(seed * 1000 + number)  # noqa: S311  (data for a benchmark)
    school = School.objects.create(
        name=f"Bench School {number}", short_name=f"Bench {number}", setting_type="maintained_secondary", highest_age=18
    )
    senco = _person(school, number, "senco", Role.SENCO)
    groups = TeachingGroup.objects.bulk_create(
        TeachingGroup(school=school, name=f"{place:03d}") for place in range(max(1, pupils // 30))
    )
    teacher = _person(school, number, "teacher", Role.TEACHER)
    GroupStaff.objects.create(group=groups[0], user=teacher, kind="teaches", starts_on=date(2020, 9, 1))
    rows = [_pupil(school, place, groups, senco, draw) for place in range(pupils)]
    rows = Pupil.objects.bulk_create(rows, batch_size=BATCH)
    _details(school, rows, senco, draw)
    return school, senco


def _person(school, number, word, role):
    user = User.objects.create_user(email=f"{word}{number}@bench.example", name=f"{word.title()} Bench{number}")
    Membership.objects.create(user=user, school=school, role=role, starts_on=date(2020, 9, 1))
    return user


def _pupil(school, place, groups, senco, draw):
    pupil = Pupil(
        school=school,
        upn=f"B{place:012d}",
        legal_forename=draw.choice(FORENAMES),
        legal_surname=f"{draw.choice(SURNAMES)}{place:05d}",
        birth_on=date(2008, 9, 1) + timedelta(days=draw.randrange(2500)),
        year_group=str(draw.randrange(7, 12)),
        form_group=groups[place % len(groups)],
        key_worker=senco if place % 5 == 0 else None,
        joined_on=date(2024, 9, 2),
    )
    pupil.sort_name = pupil.make_sort_name()
    return pupil


def _details(school, pupils, senco, draw):
    today = timezone.localdate()
    types = {row.code: row for row in NeedType.objects.all()}
    on_register = pupils[::5]
    codes = {pupil.pk: "E" if place % 4 == 0 else "K" for place, pupil in enumerate(on_register)}
    start = date(2024, 9, 2)
    _bulk(Enrolment, (Enrolment(pupil=pupil, starts_on=start) for pupil in pupils))
    entries = (
        RegisterEntry(school=school, pupil=pupil, code=codes.get(pupil.pk, "N"), starts_on=start) for pupil in pupils
    )
    _bulk(RegisterEntry, entries)
    chosen = [types[code] for code in ("SEMH", "SLCN", "ASD", "MLD")]
    _bulk(
        Need,
        (
            Need(pupil=pupil, need_type=kind, rank=rank, area=kind.area, starts_on=start)
            for pupil in on_register
            for rank, kind in enumerate(draw.sample(chosen, 2), start=1)
        ),
    )
    flagged = pupils[::3]
    _bulk(
        PupilFlag, (PupilFlag(pupil=pupil, kind=kind, starts_on=start) for pupil in flagged for kind in ("fsm", "pp"))
    )
    watched = pupils[1::25]
    _bulk(
        WatchListEntry,
        (
            WatchListEntry(school=school, pupil=pupil, reason="Reading", starts_on=start, look_again_on=today)
            for pupil in watched
        ),
    )
    _bulk(Contact, (Contact(pupil=pupil, name="Parent", has_parental_responsibility=True) for pupil in pupils))
    _bulk(DueItem, (_due(school, pupil, today, draw) for pupil in on_register))
    _bulk(Event, (_event(school, pupil, senco, today) for pupil in pupils for _ in range(3)))
    _bulk(SearchKey, (key for pupil in pupils for key in search.keys_for(pupil)))


def _bulk(model, rows):
    model._base_manager.bulk_create(rows, batch_size=BATCH)


def _due(school, pupil, today, draw):
    due_on = today + timedelta(days=draw.randrange(-10, 90))
    return DueItem(
        school_id=school.pk,
        pupil_id=pupil.pk,
        source_type="bench",
        source_id=pupil.pk,
        rule="watch.look_again",
        title="Next look at a monitored pupil",
        duty="school",
        basis="local",
        authority="School policy",
        trigger_on=due_on,
        due_on=due_on,
        explanation="Benchmark",
    )


def _event(school, pupil, senco, today):
    return Event(
        school_id=school.pk,
        pupil_id=pupil.pk,
        code="pupil.changed",
        subject_type="pupils.pupil",
        subject_id=pupil.pk,
        text="Details changed: year taught in",
        happened_on=today,
        by_id=senco.pk,
        by_name=senco.name,
    )
