"""What every field of an import declares: its headings, how it is read, compared, shown, applied and undone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from ..notes import Note, NoteCode
from ..parsing.values import BadValue, is_blank
from ..rows import PupilRow


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
    parse: Callable = field(compare=False)  # (text, today) to Parsed
    shelf: Shelf = Shelf.PUPIL

    @property
    def label(self) -> str:
        return self.headings[0]


def split(text):
    return tuple(" ".join(part.split()) for part in text.split(";"))


def column(name, headings, parse, shelf=Shelf.PUPIL, *, by_day=False):
    """Make a column; `headings` are parted by semicolons. A parser that is told today is marked `by_day`."""
    return Column(name, split(headings), parse if by_day else lambda text, today: parse(text), shelf)


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
    notes: list[Note] = field(default_factory=list)

    def read(self, column: Column, text: str | None = None):
        """Return the value of a cell, or None where it is blank or cannot be used, which is noted."""
        text = self.texts.get(column.name, "") if text is None else text
        if is_blank(text):
            return None
        try:
            value, notes = column.parse(text, self.today)
        except BadValue as problem:
            self.notes.append(replace(problem.note, column=column.name, label=column.label))
            return None
        if notes:
            self.notes += [replace(note, column=column.name, label=column.label) for note in notes]
        return value


@dataclass
class Comparison:
    """A row beside what is stored about the pupil. `known` is None for a pupil who is new."""

    row: PupilRow
    known: Any
    directory: Any  # the classes, people and codes of the school, and the day it is
    notes: list[Note] = field(default_factory=list)
    refusals: list[Note] = field(default_factory=list)  # why a new pupil cannot be taken in, the weightiest first
    sen: Any = None  # what the file says about status and needs, once the rules of the register were applied to it

    @property
    def today(self) -> date:
        return self.directory.today

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

    def to_json(self, value):
        return value

    def from_json(self, value):
        return value

    def tidy(self, value, values: dict, directory):
        """Return the value as it can be stored, or None when it cannot. `values` are those of the whole row."""
        return value

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
