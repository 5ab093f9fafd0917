"""Fields of the pupil's own record: names, numbers, dates and codes."""

from dataclasses import replace
from datetime import date

from sendco.clock import long_date

from ..notes import Note, NoteCode
from ..parsing.codes import split_year_and_class
from ..parsing.values import parse_full_name, plain_letters
from ..questions import LEAVE_OUT, TAKE, Option, Question
from .base import NAME_ORDER, Cells, Comparison, Derived, Difference, Field, Source


class PupilValue(Field):
    """A text that stands in one attribute of the pupil."""

    before_pupil = True

    def __init__(self, name, label, *columns):
        super().__init__(name, *columns)
        self.label, self.attributes = label, (name,)

    def tidy(self, value, values, directory):
        return None if self.losses(value, directory) else value

    def losses(self, value, directory):
        longest = directory.longest(self.name)
        if not (longest and isinstance(value, str) and len(value) > longest):
            return []
        said = {"what": self.label.lower(), "length": len(value), "most": longest}
        return [Note(NoteCode.TOO_LONG, said, self.columns[0].name)]

    def show(self, value, directory) -> str:
        return str(value) if value else ""

    def is_news(self, value, stored, directory) -> bool:
        return value != stored

    def note_on(self, stored):
        return None

    def doubt_about(self, value, stored):
        """Return why the file's value is not chosen by itself, or None."""
        return None

    def compare(self, said: Comparison):
        value, stored = said.row.get(self), getattr(said.known.pupil, self.name)
        if value is None or not self.is_news(value, stored, said.directory):
            return
        doubt = self.doubt_about(value, stored)
        yield Difference(
            self.name, self.label, self.show(stored, said.directory), self.show(value, said.directory),
            self.to_json(value), is_chosen=doubt is None, note=doubt or self.note_on(stored),
            source=Source.of(said.known.pupil, self.name),
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

    def doubt_about(self, value, stored):
        """A file that lost its accents, or shouts, does not know the name better."""
        is_poorer = stored and value != stored and value.casefold() in (stored.casefold(), plain_letters(stored))
        return Note(NoteCode.ONLY_ACCENTS) if is_poorer else None


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


class SystemNumber(PupilValue):
    """A number of another system. One that lost the noughts in front, as Excel drops them, is no other number."""

    def is_news(self, value, stored, directory):
        return value != stored and value != (stored or "").lstrip("0")


class PupilDate(PupilValue):
    def doubt_about(self, value, stored):
        """Day and month exchanged: a file in another order of dates is likelier than a wrong date here."""
        is_swap = stored and (value.year, value.month, value.day) == (stored.year, stored.day, stored.month)
        return Note(NoteCode.SWAPPED_DAY) if is_swap else None

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
        """Who comes from a file has a first day, but of a leaver nobody knows it unless the file says so."""
        day = None if self._is_before_birth(said) else said.row.get(self)
        if day and day > said.today:
            said.questions.append(self._not_yet(day))
            day = said.today
        return self.to_json(day or (None if said.has_left else said.today))

    def _not_yet(self, day):
        """Nobody is on roll before the first day. Whether the child is here already, a person knows."""
        take = Option(TAKE, Note(NoteCode.OPTION_ON_ROLL_NOW))
        out = Option(LEAVE_OUT, Note(NoteCode.OPTION_OUT))
        told = Note(NoteCode.FIRST_DAY_TO_COME, {"day": day.isoformat()}, self.columns[0].name)
        return Question(self.name, told, day.isoformat(), (out, take))

    def compare(self, said):
        if not self._is_before_birth(said):
            yield from super().compare(said)

    def _is_before_birth(self, said):
        day = said.row.get(self)
        if day is None or not said.comes_too_early(day):
            return False
        said.note(NoteCode.FIRST_DAY_BEFORE_BIRTH, day=day.isoformat())
        return True


class PupilChoice(PupilValue):
    """A code of the pupil; the model has its words."""

    def __init__(self, name, label, *columns, unknown=""):
        super().__init__(name, label, *columns)
        self.unknown = unknown  # a code that says nothing about a pupil who is here

    def show(self, value, directory):
        return directory.label_of(self.name, value) if value else ""

    def option_label(self, value, directory):
        return Note(NoteCode.OPTION_WORDS, {"text": self.show(value, directory)})

    def is_news(self, value, stored, directory):
        return value != stored and value != self.unknown


class YearTaughtIn(PupilChoice):
    """The year taught in. A cell such as “7 / 7M” gives the class too, where no column of its own does."""

    def is_in(self, cells):
        return True

    def read(self, cells: Cells, so_far):
        year = cells.read(self.columns[0])
        if self.columns[0].name not in cells.texts:
            return cells.read(self.columns[0], cells.extra.get("year", ""))
        _, name = split_year_and_class(cells.texts.get(self.columns[0].name, ""))
        if year and name and "group" not in cells.texts:
            cells.beside["group"] = name
        return year


class FullName(Field):
    """A surname and a forename in one cell: it fills in what the columns of their own leave open."""

    reads_after = 3  # it only fills in what the columns of their own leave open

    def __init__(self, name, column, *, surname, forename, preferred):
        super().__init__(name, column)
        self.parts, self.preferred = (surname, forename), preferred

    def read(self, cells: Cells, so_far):
        if all(so_far.get(part) for part in self.parts):
            return None
        order = cells.choices.get(NAME_ORDER, "")
        column = replace(self.columns[0], parse=lambda text, today: parse_full_name(text, order))
        *both, liked = cells.read(column) or (None, None, None)
        for part, name in zip(self.parts, both, strict=True):
            so_far[part] = so_far.get(part) or name
        if liked:
            so_far[self.preferred] = so_far.get(self.preferred) or liked
        return None


class NotKept(Field):
    """A column that is read, so that nobody wonders, and not kept."""
