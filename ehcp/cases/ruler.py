"""The dates of a case drawn to scale along its weeks. No queries: it reads the rows of `selectors.dates`."""

from dataclasses import dataclass
from datetime import date

from sendco.clock import Basis, long_date, short_date
from sendco.due.pages import pages_of

WIDTH, EDGE = 760, 34
# A label takes the first of these places that is free: (above the line, which row).
PLACES = ((True, 0), (False, 0), (True, 1), (False, 1))
ROW_HEIGHT, ABOVE, BELOW = 32, 14, 42
LETTER = 6.6
MOST_WEEKS = 60


@dataclass(frozen=True)
class Mark:
    """One step on the ruler: where its dot is, and its two lines of text with a line that leads to them."""

    label: str
    day: str
    x: int
    text_x: int
    anchor: str
    look: str
    up: bool
    row: int
    axis: int

    @property
    def text_y(self):
        return self.axis - ABOVE - 18 - self.row * ROW_HEIGHT if self.up else self.axis + BELOW + self.row * ROW_HEIGHT

    @property
    def day_y(self):
        return self.text_y + 14

    @property
    def lead_y(self):
        return self.day_y + 4 if self.up else self.text_y - 12


@dataclass(frozen=True)
class Ruler:
    starts_on: date
    weeks: int
    marks: list
    ticks: list  # of (x, number of the week or "")
    today_x: int | None
    today_week: int
    axis: int
    height: int
    words: str
    left: int = EDGE
    right: int = WIDTH - EDGE
    width: int = WIDTH

    @property
    def done_x(self):
        return self.right if self.today_x is None else self.today_x


def ruler(dates, *, starts_on, today, weeks=20):
    """Lay the dates along the weeks from `starts_on`; longer than `weeks` where a date lies beyond. None before."""
    if starts_on is None:
        return None
    rows = [row for row in dates if not row.item.replaced_by and row.item.due_on >= starts_on]
    last = max([(row.item.due_on - starts_on).days / 7 for row in rows] + [weeks])
    weeks = min(int(-(-last // 1)), MOST_WEEKS)
    rows = [row for row in rows if (row.item.due_on - starts_on).days <= weeks * 7]

    def place(day):
        return round(EDGE + (day - starts_on).days / (weeks * 7) * (WIDTH - 2 * EDGE))

    slots = _slots(rows, place)
    up = 1 + max([row for is_up, row in slots if is_up], default=0)
    down = 1 + max([row for is_up, row in slots if not is_up], default=0)
    axis = up * ROW_HEIGHT + ABOVE + 8
    week = (today - starts_on).days // 7
    inside = 0 <= (today - starts_on).days <= weeks * 7
    return Ruler(
        starts_on=starts_on,
        weeks=weeks,
        marks=[_mark(row, slot, place, axis) for row, slot in zip(rows, slots, strict=True)],
        ticks=_ticks(weeks),
        today_x=place(today) if inside else None,
        today_week=week,
        axis=axis,
        height=axis + BELOW + down * ROW_HEIGHT,
        words=_words(rows, starts_on, week),
    )


def _name(item):
    """The short name; where practice stands beside a date of the same name, it says so."""
    name = pages_of(item.rule).short or item.title
    return f"{name}, practice" if item.rule.startswith("rebased.") and item.basis == Basis.PRACTICE else name


def _span(item, x):
    """How the text stands at x, and from where to where it reaches, kept inside the picture."""
    half = LETTER * max(len(_name(item)), len(short_date(item.due_on))) / 2
    if x - half < 4:
        return "start", 4, 4 + 2 * half
    if x + half > WIDTH - 4:
        return "end", WIDTH - 4 - 2 * half, WIDTH - 4
    return "middle", x - half, x + half


def _slots(rows, place):
    taken, slots = dict.fromkeys(PLACES, 0.0), []
    for row in rows:
        _, left, right = _span(row.item, place(row.item.due_on))
        slot = next((candidate for candidate in PLACES if taken[candidate] + 8 <= left), PLACES[-1])
        taken[slot] = right
        slots.append(slot)
    return slots


def _mark(row, slot, place, axis):
    x = place(row.item.due_on)
    anchor, left, right = _span(row.item, x)
    text_x = {"start": left, "middle": x, "end": right}[anchor]
    look = {"step-row-done": "done", "step-row-late": "late", "step-row-now": "soon", "step-row-gone": "gone"}.get(
        row.look[0], "open"
    )
    return Mark(
        label=_name(row.item), day=short_date(row.item.due_on), x=x, text_x=round(text_x), anchor=anchor, look=look,
        up=slot[0], row=slot[1], axis=axis,
    )  # fmt: skip


def _ticks(weeks):
    step = 2 if weeks <= 20 else 4
    return [
        (round(EDGE + week / weeks * (WIDTH - 2 * EDGE)), week if week % step == 0 else "") for week in range(weeks + 1)
    ]


def _words(rows, starts_on, week):
    told = [f"{_name(row.item)} {long_date(row.item.due_on)}, {row.words.lower()}" for row in rows]
    now = f"Today is in week {week}." if week >= 0 else ""
    return f"Week 0 is {long_date(starts_on)}. {now} {'. '.join(told)}."
