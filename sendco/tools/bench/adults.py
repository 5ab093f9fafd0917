"""A school of forty adults with a full board, five days of nine slots each; and sixty with the skills of its pupils."""

from datetime import date, time, timedelta

from pupils.models import Pupil, PupilSkill
from staff.board.services import ensure_kinds
from staff.models import Certificate, Post, Slot, SlotKind, StaffMember, TeachingGroup, Timetable, WorkPattern, WorkTime
from staff.training.services import ensure_skills
from staff.weeks import monday_of

ADULTS, DAYS, SLOTS = 40, 5, 9
SINCE = date(2024, 9, 2)
FIRST, LAST = time(8, 30), time(15, 30)


def add_adults(school, number=ADULTS):
    """Give a school so many adults, each placed in every slot of the week."""
    ensure_kinds(school, by=None)
    timetable = Timetable.objects.create(school=school, name="Bench", starts_on=SINCE, first_week_on=monday_of(SINCE))
    members = StaffMember.objects.bulk_create(
        StaffMember(school=school, name=f"Adult {place:03d}") for place in range(number)
    )
    posts = Post.objects.bulk_create(
        Post(member=member, title="Teaching assistant", hours_a_week=35, starts_on=SINCE) for member in members
    )
    patterns = WorkPattern.objects.bulk_create(WorkPattern(post=post, starts_on=SINCE) for post in posts)
    WorkTime.objects.bulk_create(
        WorkTime(pattern=pattern, weekday=weekday, starts_at=FIRST, ends_at=LAST)
        for pattern in patterns
        for weekday in range(DAYS)
    )
    kinds = list(SlotKind.objects.filter(school=school))
    groups = list(TeachingGroup.objects.filter(school=school)[:12])
    Slot.objects.bulk_create(
        (
            _slot(timetable, member, kinds[(place + number) % len(kinds)], groups[place % len(groups)], weekday, number)
            for place, member in enumerate(members)
            for weekday in range(DAYS)
            for number in range(SLOTS)
        ),
        batch_size=2000,
    )


def add_skills(school, more=20):
    """Sixty adults in all, trained in every third of the usual skills, and each pupil in need of one."""
    ensure_skills(school, by=None)
    members = [*StaffMember.objects.filter(school=school)]
    fresh = StaffMember.objects.bulk_create(
        StaffMember(school=school, name=f"Trained {place:03d}") for place in range(more)
    )
    posts = Post.objects.bulk_create(
        Post(member=member, title="Teaching assistant", hours_a_week=35, starts_on=SINCE) for member in fresh
    )
    patterns = WorkPattern.objects.bulk_create(WorkPattern(post=post, starts_on=SINCE) for post in posts)
    WorkTime.objects.bulk_create(
        WorkTime(pattern=pattern, weekday=place % DAYS, starts_at=FIRST, ends_at=LAST)
        for place, pattern in enumerate(patterns)
    )
    skills = list(school.skills.order_by("pk"))
    Certificate.objects.bulk_create(
        Certificate(member=member, skill=skill, issued_on=SINCE, expires_on=date(2099, 1, 1 + place % 28))
        for place, member in enumerate([*members, *fresh])
        for number, skill in enumerate(skills)
        if (place + number) % 3 == 0
    )
    PupilSkill.objects.bulk_create(
        PupilSkill(pupil=pupil, skill=skills[place % len(skills)], starts_on=SINCE)
        for place, pupil in enumerate(Pupil.objects.filter(school=school, left_on=None))
    )


def _slot(timetable, member, kind, group, weekday, number):
    first = timedelta(minutes=8 * 60 + 30 + 45 * number)
    last = first + timedelta(minutes=45)
    return Slot(
        timetable=timetable, member=member, kind=kind, group=group if number % 3 else None, weekday=weekday,
        starts_at=_time(first), ends_at=_time(last), starts_on=SINCE, doing="" if number % 3 else "Phonics",
    )  # fmt: skip


def _time(since_midnight):
    minutes = int(since_midnight.total_seconds()) // 60
    return time(minutes // 60, minutes % 60)
