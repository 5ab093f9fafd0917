"""Fields of the pupil's own record: names, numbers, dates and codes."""

from datetime import date

from sendco.clock import long_date

from ..notes import Note, NoteCode
from .base import Cells, Comparison, Derived, Difference, Field, Source


class PupilValue(Field):
    """A text that stands in one attribute of the pupil."""

    before_pupil = True

    def __init__(self, name, label, *columns):
        super().__init__(name, *columns)
        self.label, self.attributes = label, (name,)

    def tidy(self, value, values, directory):
        longest = directory.longest(self.name)
        return None if longest and isinstance(value, str) and len(value) > longest else value

    def show(self, value, directory) -> str:
        return str(value) if value else ""

    def is_news(self, value, stored, directory) -> bool:
        return value != stored

    def note_on(self, stored):
        return None

    def compare(self, said: Comparison):
        value, stored = said.row.get(self), getattr(said.known.pupil, self.name)
        if value is None or not self.is_news(value, stored, said.directory):
            return
        yield Difference(
            self.name, self.label, self.show(stored, said.directory), self.show(value, said.directory),
            self.to_json(value), note=self.note_on(stored), source=Source.of(said.known.pupil, self.name),
        )  # fmt: skip

    def plan(self, said):
        value = said.row.get(self)
        return None if value is None else self.to_json(value)

    def begin(self, writer, value):
        writer.set(**{self.name: self.from_json(value)})

    def apply(self, writer, difference):
        writer.set(**{self.name: self.from_json(difference.value)})


class PupilName(PupilValue):
    derives = Derived.SEARCH_KEYS


class PreferredName(PupilName):
    """A name the pupil likes. One that repeats the legal name says nothing."""

    def __init__(self, name, label, legal, *columns):
        super().__init__(name, label, *columns)
        self.legal = legal

    def tidy(self, value, values, directory):
        return None if value and value == values.get(self.legal) else super().tidy(value, values, directory)


class Upn(PupilName):
    """The number by which the department knows a pupil: a new one is pointed out, and the old one is kept."""

    def note_on(self, stored):
        return Note(NoteCode.UPN_CHANGES) if stored else None


class PupilDate(PupilValue):
    def to_json(self, value):
        return value.isoformat() if value else None

    def from_json(self, value):
        return date.fromisoformat(value) if value else None

    def show(self, value, directory):
        return long_date(value) if value else ""


class FirstDay(PupilDate):
    """The day a pupil joined. A transfer file of another school tells of days there, not here."""

    def tidy(self, value, values, directory):
        return value if directory.dates_are_ours else None

    def is_news(self, value, stored, directory):
        return value != stored and value <= directory.today

    def plan(self, said):
        return (said.row.get(self) or said.today).isoformat()


class PupilChoice(PupilValue):
    """A code of the pupil; the model has its words."""

    def __init__(self, name, label, *columns, unknown=""):
        super().__init__(name, label, *columns)
        self.unknown = unknown  # a code that says nothing about a pupil who is here

    def show(self, value, directory):
        return directory.label_of(self.name, value) if value else ""

    def is_news(self, value, stored, directory):
        return value != stored and value != self.unknown


class FullName(Field):
    """A surname and a forename in one cell: it fills in what the columns of their own leave open."""

    def __init__(self, name, column, *, surname, forename):
        super().__init__(name, column)
        self.parts = (surname, forename)

    def read(self, cells: Cells, so_far):
        if all(so_far.get(part) for part in self.parts):
            return None
        both = cells.read(self.columns[0])
        for part, name in zip(self.parts, both or (None, None), strict=True):
            so_far[part] = so_far.get(part) or name
        return None


class NotKept(Field):
    """A column that is read, so that nobody wonders, and not kept."""
