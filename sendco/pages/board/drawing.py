"""The table of the board as HTML. Two thousand slots may stand on it: each is a short link, without a template."""

from collections.abc import Iterable
from datetime import date, time
from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sendco.addresses import address, address_of
from sendco.clock.words import DAYS, MONTHS, hours_and_minutes
from staff.board.selectors import AdultWeek, Board, Placed
from staff.minutes import WHOLE_DAY
from staff.models import SlotKind

FAULTS = {"outside": "not at work", "doubled": "twice", "away": "away", "untrained": "not trained"}
MOST_NAMES = 2
NOTHING = format_html("{}", "")
# One letter each, because two thousand stand on a page. "i" is every icon's.
LETTERS = {
    SlotKind.Tone.LESSON: "l",
    SlotKind.Tone.INTERVENTION: "v",
    SlotKind.Tone.DUTY: "d",
    SlotKind.Tone.MEETING: "m",
    SlotKind.Tone.REST: "r",
}
AWAY = format_html("<em>{}</em>", "Away")
PLACE = '<a class="place" href="{}{}">Place<span class="visually-hidden"> {}</span></a>'


def head(board: Board) -> SafeString:
    """The five days, with what closes them."""
    return format_html_join("", '<th scope="col">{}{}</th>', (_day_head(board, one.day) for one in board.week.days))


def _day_head(board: Board, day: date) -> tuple[str, SafeString]:
    words = f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1][:3]}"
    note = board.week.notes.get(day, "")
    return words, format_html("<small>{}</small>", note) if note else NOTHING


def label_of(placed: Placed, groups: dict[int, str], names: list[str], hidden: int = 0) -> str:
    """What a slot is called where there is room for one thing: the class, the children, what is done, or its kind."""
    if placed.group:
        return groups.get(placed.group, "")
    if names or hidden:
        more = max(len(names) - MOST_NAMES, 0) + hidden
        shown = ", ".join(names[:MOST_NAMES])
        if not shown:
            return f"{hidden} pupil{'' if hidden == 1 else 's'}"
        return f"{shown} +{more}" if more else shown
    return placed.doing or placed.kind.name


def chips(slots: Iterable[tuple[Placed, str]]) -> SafeString:
    """The slots of one day: (slot, what it is called). Attributes without quotes: a letter, and an address from the
    board's own."""
    return format_html_join(
        "",
        "<a class={} href=s/{}/>{} {}{}</a>",
        (
            (_tone(slot.kind.tone, bool(slot.faults)), slot.pk, _clock(slot.starts_at), words, _faults(*slot.faults))
            for slot, words in slots
        ),
    )


@lru_cache(maxsize=64)
def _tone(tone: str, is_bad: bool) -> SafeString:
    """The letter of the tone, as board.css has it."""
    return format_html('"{} bad"', LETTERS[tone]) if is_bad else format_html("{}", LETTERS[tone])


@lru_cache(maxsize=2048)
def _clock(at: time) -> SafeString:
    return format_html("{}", f"{at:%H:%M}")


@lru_cache(maxsize=64)
def _faults(*faults: str) -> SafeString:
    return format_html_join("", " <i>{}</i>", ((FAULTS[fault],) for fault in faults))


def rows_by_adult(board: Board, names: dict[int, list[str]], hidden: dict[int, int], *, may_edit: bool) -> SafeString:
    """One row for each adult. `names` are the children of a slot in view, `hidden` how many others there are."""
    return format_html_join(
        "",
        '<tr><th scope="row">{}</th>{}</tr>',
        (
            (_adult_head(board, adult, may_edit=may_edit), _days_of(board, adult, names, hidden))
            for adult in board.adults
        ),
    )


def _days_of(board: Board, adult: AdultWeek, names: dict[int, list[str]], hidden: dict[int, int]) -> SafeString:
    cells = []
    for one in board.week.days:
        slots = adult.by_day[one.day]
        words = ((slot, label_of(slot, board.groups, names.get(slot.pk, []), hidden.get(slot.pk, 0))) for slot in slots)
        away = AWAY if adult.away.get(one.day) == [WHOLE_DAY] else NOTHING
        cells.append((adult.member.pk, one.day.weekday(), away, chips(words)))
    return format_html_join("", "<td data-m={} data-d={}>{}{}</td>", cells)


def _adult_head(board: Board, adult: AdultWeek, *, may_edit: bool) -> SafeString:
    hours = adult.hours
    said = f"{hours_and_minutes(hours.deployed)} of {hours_and_minutes(hours.contracted)}"
    free = f", {hours_and_minutes(hours.free)} free" if hours.free else ""
    asked = f"?member={adult.member.pk}&week={board.week.monday}"
    return format_html(
        '<a href="{}?week={}">{}</a><small>{}{}</small>{}',
        address_of("member-week", adult.member.pk),
        board.week.monday,
        adult.member.name,
        said,
        free,
        format_html(PLACE, address("slot-add"), asked, adult.member.name) if may_edit else NOTHING,
    )


def rows_by(lines: Iterable[tuple[str, list[tuple[Placed, str]]]], days: list[date]) -> SafeString:
    """One row for each class or child: (its name, its slots with the adult's name)."""
    return format_html_join(
        "", '<tr><th scope="row">{}</th>{}</tr>', ((name, _by_day(slots, days)) for name, slots in lines)
    )


def _by_day(slots: list[tuple[Placed, str]], days: list[date]) -> SafeString:
    ordered = sorted(slots, key=lambda pair: (pair[0].starts_at, pair[1]))
    by_day = [[pair for pair in ordered if pair[0].day == day] for day in days]
    return format_html_join("", "<td>{}</td>", ((chips(of_day),) for of_day in by_day))
