"""Types of need with their places, and the words that are none."""

from dataclasses import asdict

from ..notes import Note, NoteCode, brief
from ..parsing import codes
from ..parsing.values import is_blank
from ..rows import NeedSaid
from .base import WORD, Cells, Column, Difference, Field, Shelf, Source, column, split
from .stages import day_of, is_open, iso_text

LAST_RANK = 99
# A word in a column of needs that no type was taken for.
UNREAD_NEEDS = (NoteCode.NOT_A_NEED, NoteCode.NEED_BEFORE_2014, NoteCode.NEED_LEFT_OUT)
ORDINALS = {1: ("Primary", "First", "Main"), 2: ("Secondary", "Second"), 3: ("Tertiary", "Third"), 4: ("Fourth",)}
NUMBERED = "SEN Need Type {}; Need {}; SEN Type {}; SEND Need {}; Need Type {}; SEN {}; SEN Category {}"
WORDED = "{} SEN Need; {} Need; {} Need Type; {} SEN Type; {} SEND Need; {} Area of Need"
ALONE = """
SEN Need; SEN Needs; SEN Type; SEN Types; SEND Need; SEND Needs; Need; Needs; Need Type; SEN Need Type; SEN Need Types;
Type of Need; Types of need; Area of Need; Areas of Need; Area(s) of Need; Category of Need; SEN Category;
SEN Description; SEN Need Description; SEN Needs List
"""


class Needs(Field):
    """Types of need in the order of their ranks, from several columns, cells that list several, or several rows."""

    may_differ = True
    reads_after = 1

    def __init__(self, name):
        self.numbered = tuple(_need_column(n) for n in ORDINALS)
        self.rank = column(
            "need_rank",
            "SEN need rank; Rank; Ranking; Need rank; SEN type rank; SEN type ranking; Need ranking; SEN need ranking; "
            "Need priority; SEN need order; SEN ranking",
            codes.parse_rank,
            Shelf.SEND,
        )
        super().__init__(name, *self.numbered, self.rank)

    def is_in(self, cells):
        return True

    def read(self, cells: Cells, so_far):
        said = [need for entry in cells.extra.get("needs", []) if (need := self._from_transfer(cells, entry))]
        rank = codes.parse_rank(cells.texts.get(self.rank.name, ""))
        if not rank and not is_blank(told := cells.texts.get(self.rank.name, "")):
            cells.notes.append(Note(NoteCode.NOT_A_RANK, {"value": brief(told)}, self.rank.name))
        matched = [column for column in self.numbered if column.name in cells.texts]
        days = _days_of_row(cells, so_far)
        for place, each in enumerate(matched, start=1):
            for text, own_rank in codes.split_needs(cells.texts[each.name]):
                # A note names the column by its place among those that are there.
                if code := self._read(cells, self.numbered[place - 1], text):
                    said.append(NeedSaid(code, own_rank or rank or place, *days))
        # Ranks stay as the file gives them until all rows about the pupil are known; `settle` closes the gaps.
        return tuple(said)

    def _read(self, cells, each, text):
        """A word that is no type of need is what somebody said it is, or is left out with a note."""
        if (said := cells.choices.get(word_key(text))) is not None:
            if said in codes.NEED_TYPES:
                cells.notes.append(Note(NoteCode.NEED_AS_CHOSEN, {"value": brief(text), "need": said}, each.name))
                return said
            cells.notes.append(Note(NoteCode.NEED_LEFT_OUT, {"value": brief(text)}, each.name))
            return None
        return cells.read(each, text)

    def _from_transfer(self, cells, entry):
        start, end = (_safe_day(entry[which]) for which in ("start_on", "end_on"))
        code = self._read(cells, self.numbered[0], entry["type"]) if entry["type"] else None
        if not code:
            return None
        is_over = end is not None and not is_open(end, cells.today)
        return NeedSaid(code, codes.parse_rank(entry["rank"]) or LAST_RANK, start, end if is_over else None)

    def join(self, value, other):
        return (*(value or ()), *(other or ()))

    def settle(self, value):
        """Number the needs 1, 2, 3 in the order of their ranks; a type named twice keeps its best place."""
        ordered = sorted((need for need in value if need.ends_on is None), key=lambda need: need.rank)
        types = dict.fromkeys(need.type for need in ordered)
        going_on = [NeedSaid(code, place) for place, code in enumerate(types, start=1)]
        over = dict.fromkeys(need for need in value if need.ends_on is not None)
        return (*going_on, *over)

    def to_json(self, value):
        return [asdict(need) | {"starts_on": iso_text(need.starts_on), "ends_on": iso_text(need.ends_on)}
                for need in value or ()]  # fmt: skip

    def from_json(self, value):
        return tuple(
            NeedSaid(need["type"], need["rank"], day_of(need["starts_on"]), day_of(need["ends_on"])) for need in value
        )

    def compare(self, said):
        held, sen = said.known.need_codes, said.sen
        if sen is None or sen.changes or sen.ends_plan or sen.is_undecided or not sen.needs or sen.needs == held:
            return
        names = said.directory.need_names
        # A word that nobody could read may be the very need that would end.
        is_whole = not any(note.code in UNREAD_NEEDS for note in said.row.notes)
        yield Difference(
            self.name, "Types of need", in_order(held, names), in_order(sen.needs, names), sen.needs,
            is_chosen=is_whole, note=None if is_whole else Note(NoteCode.NEEDS_NOT_ALL_READ),
            source=Source.of(said.known.needs, "need_type_id"),
        )  # fmt: skip

    def apply(self, writer, difference):
        writer.set_needs_now(difference.value)


def word_key(text):
    """The key under which it is kept what somebody said a word for a need means."""
    return f"{WORD}:{brief(text).casefold()}"


def _need_column(n):
    headings = [shape.format(n) for shape in split(NUMBERED)]
    headings += [shape.format(word) for word in ORDINALS[n] for shape in split(WORDED)]
    label = f"SEN need {n}"
    return Column(f"need_{n}", (label, *headings, *(split(ALONE) if n == 1 else ())), _parse_need, Shelf.SEND)


def _parse_need(text, today):
    return codes.parse_need(text)


def _days_of_row(cells, so_far):
    """First and last day of the needs of a row about a period that is over; (None, None) of one that goes on."""
    days = {field.name: value for field, value in so_far.items()}
    start, end = days.get("sen_start"), days.get("sen_end")
    return (start, end) if start and end and not is_open(end, cells.today) else (None, None)


def in_order(needs, need_names):
    return ", then ".join(need_names.get(need, need) for need in needs) or "None"


def _safe_day(text):
    try:
        return day_of(text)
    except ValueError:
        return None
