"""What every field of an import declares: its headings, how it is read, compared, shown, applied and undone."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from ..notes import Note, NoteCode
from ..parsing.values import BadValue, Doubtful, exchanged, is_blank
from ..questions import Question
from ..rows import Doubt, PupilRow

# Keys and answers of what is chosen about a whole file.
DATE_ORDER, DAY_FIRST, MONTH_FIRST = "dates", "day", "month"
# Whether Excel exchanged the day and the month of those cells of a column of dates that it could read.
DATE_CELLS, AS_THEY_STAND, EXCHANGED = "date-cells", "stand", "exchanged"
NAME_ORDER = "names"
WORD = "word"


class Shelf(StrEnum):
    """Under which title a column stands when somebody matches columns by hand."""

    PUPIL = "The pupil"
    SCHOOL = "At school"
    SEND = "SEND"
    FLAGS = "Flags"
    CONTACTS = "Contacts"
    NOT_KEPT = "Read, but not kept"


class Derived(StrEnum):
    """What is worked out from a field, and must be worked out anew when an import changes it or is undone."""

    SEARCH_KEYS = "search keys"


@dataclass(frozen=True)
class Column:
    """One column that a file may have. Of its headings the first is its label, and the best match."""

    name: str
    headings: tuple[str, ...]
    parse: Callable = field(compare=False)  # (text, today) to Parsed; of a date also month_first
    shelf: Shelf = Shelf.PUPIL
    is_date: bool = False
    # Without a value that can be trusted nobody knows who the pupil is or what the status is: the row is kept out.
    keeps_out: bool = False
    is_blank: Callable[[str], bool] = field(default=is_blank, compare=False)

    @property
    def label(self) -> str:
        return self.headings[0]


def split(text):
    return tuple(" ".join(part.split()) for part in text.split(";"))


def column(name, headings, parse, shelf=Shelf.PUPIL, *, is_date=False, **how):
    """Make a column; `headings` are parted by semicolons. A parser of dates is told today and the order of the day."""
    parser = parse if is_date else lambda text, today: parse(text)
    return Column(name, split(headings), parser, shelf, is_date, **how)


@dataclass(frozen=True, slots=True)
class Source:
    """The stored value that a difference is about, so that somebody's later change to it can be found."""

    model: str
    ids: tuple[int, ...]
    attribute: str

    @classmethod
    def of(cls, stored, attribute):
        """`stored` is a row, several rows, or None where nothing is stored yet."""
        rows = [row for row in (stored if isinstance(stored, list) else [stored]) if row is not None]
        return cls(rows[0]._meta.label_lower, tuple(row.pk for row in rows), attribute) if rows else None


@dataclass
class Difference:
    """One line of the preview. `ours` and `theirs` are words, "" for an empty value; `value` is what would be kept."""

    key: str  # the name of the field; fields that may differ in several ways add what they need after a colon
    label: str
    ours: str
    theirs: str
    value: Any
    is_chosen: bool = True
    is_locked: bool = False
    is_confidential: bool = False
    note: Note | None = None
    source: Source | None = None  # only while the plan is made

    @property
    def takes_effect(self) -> bool:
        return self.is_chosen and not self.is_locked

    @property
    def rest(self) -> str:
        """What the key says after the name of the field."""
        return self.key.partition(":")[2]

    def as_stored(self) -> dict:
        return {
            "key": self.key,
            "label": self.label,
            "ours": self.ours,
            "theirs": self.theirs,
            "value": self.value,
            "chosen": self.takes_effect,
            "locked": self.is_locked,
            "note": self.note.as_stored() if self.note else None,
            "confidential": self.is_confidential,
        }

    @classmethod
    def from_stored(cls, stored) -> "Difference":
        """Read a line of a plan. In plans of earlier releases a note is a sentence, and an empty value is "Empty"."""
        ours, theirs = ("" if stored[name] == "Empty" else stored[name] for name in ("ours", "theirs"))
        note = Note.from_stored(stored["note"]) if stored["note"] else None
        return cls(
            stored["key"], stored["label"], ours, theirs, stored["value"], stored["chosen"], stored["locked"],
            stored["confidential"], note,
        )  # fmt: skip


@dataclass
class Cells:
    """What a field may read of one row: its columns' cells, what a transfer file adds, and the day it is."""

    texts: dict[str, str]  # by column name; columns that are not matched are absent
    extra: dict
    today: date | None
    choices: Mapping[str, str] = field(default_factory=dict)  # what was chosen about the file as a whole
    notes: list[Note] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    beside: dict[str, str] = field(default_factory=dict)  # texts that a cell of another column holds as well

    def read(self, column: Column, text: str | None = None):
        """Return the value of a cell, or None where it is blank or cannot be used, which is noted."""
        text = self.texts.get(column.name, "") if text is None else text
        if column.is_blank(text):
            return None
        try:
            value, notes = self._parse(column, text)
        except Doubtful as doubt:
            note = replace(doubt.note, column=column.name, label=column.label)
            self.doubts.append(Doubt(column.name, note, doubt.choices, doubt.proposed))
            return None
        except BadValue as problem:
            note = replace(problem.note, column=column.name, label=column.label, is_fatal=column.keeps_out)
            self.notes.append(note)
            return None
        if notes:
            self.notes += [replace(note, column=column.name, label=column.label) for note in notes]
        return value

    def _parse(self, column, text):
        if column.is_date and self.choices.get(f"{DATE_CELLS}:{column.name}") == EXCHANGED:
            text = exchanged(text)
        month_first = self.choices.get(f"{DATE_ORDER}:{column.name}") == MONTH_FIRST
        if column.is_date and month_first:
            return column.parse(text, self.today, month_first=True)
        return column.parse(text, self.today)


@dataclass
class Comparison:
    """A row beside what is stored about the pupil. `known` is None for a pupil who is new."""

    row: PupilRow
    known: Any
    directory: Any  # the classes, people and codes of the school, and the day it is
    notes: list[Note] = field(default_factory=list)
    refusals: list[Note] = field(default_factory=list)  # why a new pupil cannot be taken in, the weightiest first
    sen: Any = None  # what the file says about status and needs, once the rules of the register were applied to it
    questions: list[Question] = field(default_factory=list)

    @property
    def today(self) -> date:
        return self.directory.today

    @property
    def has_left(self) -> bool:
        """Whether the file says that the pupil is gone already."""
        day = self._days().get("left")
        return day is not None and day <= self.today and not self.comes_too_early(day)

    def comes_too_early(self, day: date) -> bool:
        """Whether a day at this school is before what the file says of the birth or the first day."""
        days = self._days()
        known = [days.get("birth_on"), days.get("joined_on")]
        return any(first is not None and day < first for first in known)

    def _days(self):
        return {field.name: value for field, value in self.row.values.items()}

    @property
    def file_words(self) -> str:
        """What the file said that somebody had to read, as it is kept beside what they decided."""
        return " ".join(f"The file said {doubt.note.data['value']!r}." for doubt in self.row.doubts
                        if "value" in doubt.note.data)  # fmt: skip

    def note(self, code: NoteCode, **data):
        self.notes.append(Note(code, data))


class Field:
    """One thing an import can fill. The base does nothing with it but read its only column.

    A field stores nothing itself: `begin` and `apply` tell a writer what to make and to change, and the writer notes
    every value before and after, so that undoing puts back whatever a field did. What must be worked out anew after
    that is named in `derives`.
    """

    may_differ = False  # whether several rows about one pupil may differ in it
    is_secret = False  # whether the event that everybody reads leaves out that it changed
    derives: Derived | None = None
    reads_after = 0  # how late its cells are read: a field may look at those that were read before it
    attributes: tuple[str, ...] = ()  # of a pupil, that this field fills
    before_pupil = False  # whether `begin` comes before a new pupil is made, as it must for attributes of the pupil

    def __init__(self, name: str, *columns: Column):
        self.name, self.columns = name, columns

    def __repr__(self):
        return f"<{type(self).__name__} {self.name}>"

    def is_in(self, cells: Cells) -> bool:
        return any(column.name in cells.texts for column in self.columns)

    def read(self, cells: Cells, so_far: dict):
        """Return the value in a row that has it. `so_far` holds the values of the fields before."""
        return cells.read(self.columns[0])

    def join(self, value, other):
        """Return the value of two rows about one pupil."""
        return other if value is None else value

    def settle(self, value):
        """Return the value once all rows about a pupil are joined."""
        return value

    def complete(self, row: PupilRow, today: date | None) -> PupilRow:
        """Return the row with what this field makes of the others, once all rows about a pupil are joined."""
        return row

    def to_json(self, value):
        return value

    def from_json(self, value):
        return value

    def tidy(self, value, values: dict, directory):
        """Return the value as it can be stored, or None when it cannot. `values` are those of the whole row."""
        return value

    def option_label(self, value: Any, directory: Any) -> Note:
        """The words of an answer by which a cell in doubt is read as `value`."""
        return Note(NoteCode.OPTION_TAKE)

    def losses(self, value, directory) -> list[Note]:
        """What `tidy` would leave out because there is no room for it, as notes."""
        return []

    def compare(self, said: Comparison) -> Iterator[Difference]:
        """Yield what would change about a pupil who is here."""
        return iter(())

    def plan(self, said: Comparison):
        """Return what to store about a new pupil, as JSON keeps it, or None for nothing."""
        return None

    def begin(self, writer, value):
        """Store what `plan` returned, about a new pupil."""

    def apply(self, writer, difference: Difference):
        """Store a difference that was chosen."""

    def taken_with_all(self, difference: Difference) -> bool:
        """Whether "choose the file for all" chooses it too."""
        return not difference.is_confidential
