"""What an import file says about each pupil, typed: every value stands under the field that read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .notes import Note


@dataclass(frozen=True, slots=True)
class Line:
    """A row as the file has it. `number` is what the spreadsheet shows: the first line is 1."""

    number: int
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A cell that only a person can read. `choices` are the values it may stand for; `proposed` is one or ""."""

    column: str
    note: Note
    choices: tuple[str, ...]
    proposed: str = ""


@dataclass(frozen=True, slots=True)
class NeedSaid:
    """A type of need. One with a last day is over; `starts_on` is None where the file does not say."""

    type: str
    rank: int
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One SEN status and its days; `ends_on` is None while it goes on. Codes from before 2014 are among them."""

    code: str
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class ContactSaid:
    priority: int
    name: str
    relation: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    postcode: str | None = None
    responsibility: bool | None = None  # None when the file does not say


@dataclass(frozen=True)
class PupilRow:
    """One pupil of the file. A field that no column is matched to has no value; None stands for an empty cell."""

    line: Line
    values: Mapping[Any, Any] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    folded: tuple[Line, ...] = ()  # further lines about this pupil
    doubts: tuple[Doubt, ...] = ()
    rivals: tuple[int, ...] = ()  # numbers of rows of which at most one can be right, this one among them

    def get(self, field_asked, default=None):
        value = self.values.get(field_asked)
        return default if value is None else value

    @property
    def number(self) -> int:
        return self.line.number

    @property
    def lines(self) -> tuple[Line, ...]:
        return (self.line, *self.folded)

    @property
    def numbers(self) -> list[int]:
        return [line.number for line in self.lines]

    @property
    def is_rejected(self) -> bool:
        return any(note.is_fatal for note in self.notes)

    @property
    def reasons(self) -> list[Note]:
        """Why the row is kept out."""
        return [note for note in self.notes if note.is_fatal]

    @property
    def warnings(self) -> list[Note]:
        return [note for note in self.notes if not note.is_fatal]
