"""Adults with posts, patterns and lines, for tests of this floor."""

from datetime import date, time

from staff.board.services import ensure_kinds
from staff.models import LineManagement, Post, StaffMember, Timetable, WorkPattern, WorkTime

BEGAN = date(2025, 9, 1)
MONDAY = date(2026, 11, 16)
USUAL = ((time(8, 30), time(15, 15), time(12), time(12, 30)),)


def adult(school, name="Ana Field", *, user=None, manager=None, unit=None, days=range(5), times=USUAL, **post):
    """Put somebody on the staff list with a post and a pattern."""
    member = StaffMember.objects.create(school=school, name=user.name if user else name, user=user)
    values = {"title": "Teaching assistant", "hours_a_week": "31.25", "starts_on": BEGAN, "unit": unit} | post
    row = Post.objects.create(member=member, **values)
    pattern = WorkPattern.objects.create(post=row, starts_on=row.starts_on)
    for weekday in days:
        for first, last, unpaid_from, unpaid_until in times:
            WorkTime.objects.create(
                pattern=pattern, weekday=weekday, starts_at=first, ends_at=last, unpaid_from=unpaid_from,
                unpaid_until=unpaid_until,
            )  # fmt: skip
    if manager:
        LineManagement.objects.create(member=member, manager=manager, starts_on=BEGAN)
    return member


def timetable(school, **values):
    """A timetable from the first day, with the kinds that every school has."""
    ensure_kinds(school, by=None)
    values = {"name": "2025-26", "starts_on": BEGAN, "first_week_on": BEGAN} | values
    return Timetable.objects.create(school=school, **values)


def kind(school, name="In a lesson"):
    return school.slot_kinds.get(name=name)
