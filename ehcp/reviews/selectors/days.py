"""Days for the meeting: school days that leave two weeks' notice and the authority its weeks, and what speaks against a
day that somebody picks. Pure: dates and a calendar in, days and words out."""

from dataclasses import dataclass
from datetime import date, timedelta

from sendco.clock import CalendarNotKnown, HolidaysNotKnown, SchoolCalendar, SendingDays, long_date

from ...deadlines import reviews as rules
from ...models import LocalAuthority

# How far ahead days are suggested where no date binds.
WINDOW = timedelta(days=56)
# What is asked for comes this long before everything goes to everybody.
SPARE = timedelta(days=4)
MOST = 6
FURTHEST = 120


@dataclass(frozen=True)
class Suggestion:
    """School days between `earliest` and `latest`, which are days that can be had too; both None where none is known.
    `late` is true where no day is left that keeps every date of the law."""

    days: list[date]
    earliest: date | None = None
    latest: date | None = None
    late: bool = False


def is_school_day(day: date, calendar: SchoolCalendar) -> bool:
    """False where the calendar is not entered: nobody knows, so no day there is offered."""
    try:
        return calendar.is_school_day(day)
    except (CalendarNotKnown, HolidaysNotKnown):
        return False


def suggest(
    *, today: date, latest: date | None, calendar: SchoolCalendar | None, authority: LocalAuthority
) -> Suggestion:
    """Up to six days from the first that leaves time for notice, words and papers, to `latest`; the next ones where
    none is left."""
    if calendar is None:
        return Suggestion([])
    first = rules.earliest_meeting(today)
    possible = [day for day in _school_days(first, FURTHEST, calendar) if _can_be_had(day, today, calendar, authority)]
    last = latest or first + WINDOW
    days = [day for day in possible if day <= last]
    if days:
        return Suggestion(_spread(days), days[0], days[-1])
    if last > calendar.last_day or not possible:
        return Suggestion([])
    return Suggestion(possible[:MOST], possible[0], late=True)


def _can_be_had(day: date, today: date, calendar: SchoolCalendar, authority: LocalAuthority) -> bool:
    """Everybody can still be asked, invited and sent the papers in time, on days on which the school is open."""
    own = timedelta(days=authority.papers_days or 0)
    papers_on = min(rules.PAPERS.count.due(day), day - own)
    send_by = calendar.last_school_day_on_or_before(papers_on) or papers_on
    asked_by = contribute_by(day, today=today, calendar=calendar, authority=authority)
    return asked_by is not None and send_by >= today


def contribute_by(day: date, *, today: date, calendar: SchoolCalendar | None, authority: LocalAuthority) -> date | None:
    """By when to ask for words: a day on which the school is open, some days before the notice, and not today. None
    where the meeting is too near for that."""
    papers_on = min(rules.latest_notice(day), day - timedelta(days=authority.papers_days or 0))
    wanted = SendingDays(calendar).on_or_before(papers_on - SPARE)
    return wanted if wanted > today else None


def _school_days(first: date, count: int, calendar: SchoolCalendar) -> list[date]:
    return [day for step in range(count) if is_school_day(day := first + timedelta(days=step), calendar)]


def _spread(days: list[date]) -> list[date]:
    """Days across the whole window, its last one among them: rather the middle of a week than a Monday or Friday."""
    if len(days) <= MOST:
        return days
    calm = [day for day in days if day.weekday() in (1, 2, 3)] or days
    step = max(1, len(calm) // (MOST - 1))
    chosen = calm[::step][: MOST - 1]
    return sorted({*chosen, days[-1]})


def warnings(
    *,
    day: date,
    today: date,
    due_on: date | None,
    calendar: SchoolCalendar | None,
    authority: LocalAuthority,
    plan_on: date | None = None,
) -> list[str]:
    """What speaks against this day, in words; none of it forbids the day."""
    if day < today:
        return ["This day is past. Enter the meeting as held, and when and how each person was invited."]
    cautions = []
    if calendar is None or not calendar.covers(day):
        cautions.append("Calendar not entered for this day, so check that it is a school day.")
    elif not is_school_day(day, calendar):
        cautions.append(f"{long_date(day)} is not a school day.")
    tell_by = rules.latest_notice(day)
    if tell_by < today:
        short = (today - tell_by).days
        cautions.append(
            f"Notice would be {short} day{'' if short == 1 else 's'} short of the two weeks of reg 20(3). "
            "It stays a breach even where everybody agrees."
        )
    decide_by = rules.DECISION.count.due(day)
    if due_on and decide_by > due_on:
        over = (decide_by - due_on).days
        cautions.append(
            f"The authority's four weeks end on {long_date(decide_by)}, {over} "
            f"day{'' if over == 1 else 's'} after the review is due on {long_date(due_on)}."
        )
    return cautions + _practice(day, today, authority) + _holidays(day, calendar)


def _practice(day: date, today: date, authority: LocalAuthority) -> list[str]:
    cautions = []
    if authority.papers_days and day - timedelta(days=authority.papers_days) < today:
        cautions.append(
            f"{authority.name} asks for the papers {authority.papers_days} days before: "
            f"{long_date(day - timedelta(days=authority.papers_days))} is past."
        )
    report_by = rules.REPORT.count.due(day)
    if authority.report_days and day + timedelta(days=authority.report_days) < report_by:
        cautions.append(
            f"{authority.name} asks for the report in {authority.report_days} days: "
            f"{long_date(day + timedelta(days=authority.report_days))}. The law says {long_date(report_by)}."
        )
    return cautions


def _holidays(day: date, calendar: SchoolCalendar | None) -> list[str]:
    cautions: list[str] = []
    if calendar is None:
        return cautions
    dates = (
        ("Papers are due", rules.PAPERS.count.due(day)),
        ("The report is due", rules.REPORT.count.due(day)),
    )
    for label, on in dates:
        if calendar.covers(on) and not is_school_day(on, calendar):
            act_by = calendar.last_school_day_on_or_before(on)
            if act_by:
                cautions.append(f"{label} on {long_date(on)}, when school is closed. Act by {long_date(act_by)}.")
    return cautions
