"""The weeks of a review drawn to scale: where each date stands, today, and the days the school is closed."""

from dataclasses import dataclass
from datetime import date, timedelta

from sendco.clock import Urgency, long_date
from sendco.due.pages import pages_of

from ..deadlines import reviews

# Room before the first date and after the last.
MARGIN = timedelta(days=4)
WIDTH, LEFT, RIGHT = 1000, 50, 50
AXIS = 58
ROOM = 112  # what a label needs to either side of the next one in its row
ROWS = ((22, 36), (98, 112), (130, 144))


@dataclass(frozen=True)
class Mark:
    x: float
    label: str
    day: str
    state: str
    row: int
    text_y: int
    day_y: int
    stem_from: int
    stem_to: int
    anchor: str


@dataclass(frozen=True)
class Ruler:
    """Numbers for the SVG, and the same in words."""

    marks: list
    shut: list
    months: list
    today: float | None
    today_y: int
    done_width: float
    height: int
    words: str


def draw(*, items, review, today, calendar):
    """A Ruler, or None while there are fewer than two dates to show. `items` are the dates of review and plan."""
    points = sorted(_points(items, review, today), key=lambda point: (point[0], point[1]))
    if len({day for day, _, _ in points}) < 2:
        return None
    first, last = min(points[0][0], today) - MARGIN, points[-1][0] + MARGIN
    if (points[0][0] - today).days > 60:  # planned far ahead: today would squeeze everything else
        first = points[0][0] - MARGIN
    scale = (WIDTH - LEFT - RIGHT) / (last - first).days

    def at(day):
        return round(LEFT + (day - first).days * scale, 1)

    marks = _marks(points, at)
    now = at(today) if first <= today <= last else None
    crowded = {mark.row for mark in marks if now and abs(mark.x - now) < ROOM}
    today_y = next((ROWS[row][0] for row in (1, 2) if row not in crowded), ROWS[2][1] + 18)
    lowest = max(today_y, *(ROWS[mark.row][1] for mark in marks))
    return Ruler(
        marks=marks,
        shut=_shut(calendar, first, last, at),
        months=_months(first, last, at),
        today=now,
        today_y=today_y,
        done_width=round(at(min(max(today, first), last)) - LEFT, 1),
        height=max(lowest, ROWS[1][1]) + 12,
        words=". ".join(f"{label} {long_date(day)}, {STATES[state]}" for day, label, state in points),
    )


STATES = {"done": "done", "late": "late", "open": "to come", "fixed": "fixed"}


def _points(items, review, today):
    by_rule = {}
    for item in items:
        label = pages_of(item.rule).short
        if not label or item.replaced_by or (item.closed_on and not item.met_on):
            continue
        by_rule[item.rule] = (item.due_on, label, _state(item, today))
    points = list(by_rule.values())
    meeting = review.held_on or review.meeting_on
    if meeting:
        points.append((meeting, "Meeting", "done" if review.held_on else "fixed"))
        points += [(day, title, "open") for rule, title, day in _ahead(meeting) if rule not in by_rule]
    if review.contribute_by and not review.held_on:
        points.append((review.contribute_by, "Words in by", "done" if today > review.contribute_by else "open"))
    return points


def _ahead(meeting):
    """What will be due if the meeting is held on its day, so that the whole way shows from the first."""
    for rule in (reviews.REPORT, reviews.DECISION):
        yield rule.code, pages_of(rule.code).short, rule.count.due(meeting)


def _state(item, today):
    if item.met_on:
        return "done" if item.met_on <= item.due_on else "late"
    return "late" if item.urgency(today) is Urgency.OVERDUE else "open"


def _marks(points, at):
    """Labels go above the line, else below, else lower, wherever the last one in that row leaves room."""
    ends, marks = [-ROOM] * len(ROWS), []
    for day, label, state in points:
        x = at(day)
        row = next((row for row, end in enumerate(ends) if x - end >= ROOM), len(ROWS) - 1)
        ends[row] = x
        text_y, day_y = ROWS[row]
        stem = (day_y + 4, AXIS) if row == 0 else (AXIS, text_y - 12)
        anchor = "start" if x < LEFT + 30 else "end" if x > WIDTH - RIGHT - 30 else "middle"
        marks.append(Mark(x, label, _short(day), state, row, text_y, day_y, *stem, anchor))
    return marks


def _short(day):
    return f"{day:%a} {day.day} {day:%b}"


def _shut(calendar, first, last, at):
    """(x, width, words) of the closures of three days or more."""
    if calendar is None:
        return []
    closures = []
    for closure in calendar.closures:
        start, end = max(closure.first, first), min(closure.last, last)
        if (end - start).days >= 2:
            label = f"School closed {long_date(closure.first)} to {long_date(closure.last)}"
            closures.append((at(start), round(at(end) - at(start), 1), label))
    return closures


def _months(first, last, at):
    """(x, name) of each first day of a month within."""
    months, day = [], date(first.year, first.month, 1)
    while day <= last:
        if day > first:
            months.append((at(day), day.strftime("%b")))
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return months
