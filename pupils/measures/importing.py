"""Read scores from a table: each score is understood, there already, or a problem in words that names its line.

Two shapes are read. One score a line: columns Measure and Score. One measure a column: the heading is the name of a
measure, with who filled it in behind it where that matters ("SDQ total difficulties, parent"). The file is opened by
the readers of the pupil import, so it may be CSV or a workbook, in any letters they know.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils import timezone

from sendco.clock import short_date
from sendco.refusals import Refused
from staff.acting import Acting

from ..identifiers import InvalidIdentifier, clean_upn
from ..imports.fields import BIRTH, FORENAME, FULL_NAME, MIS_ID, SURNAME, UPN
from ..imports.parsing.values import BadValue, is_blank, parse_birth_date, parse_date
from ..imports.reading.columns import guess_mapping, header_key
from ..imports.reading.readers import read_file
from ..imports.reading.refusals import FileNotReadable
from ..imports.reading.sheets import Sheet, SourceRow
from ..models import Assessment, Pupil, Rater, ScoreKind
from ..models.plans import Measure
from ..plans.values import read_value
from ..record.services.assessments import kind_problems, problems
from ..search import fold
from .selectors import in_use

MOST_LINES = 2000
OURS = {
    "measure": "measure test assessment whatwasmeasured assessmentname testname",
    "score": "score result value mark standardisedscore rawscore",
    "date": "date takenon datetaken testdate assessmentdate assessedon",
    "form": "form edition testandform formoredition version",
    "rater": "rater whofilleditin completedby informant ratedby respondent",
}
KNOWN = {word: name for name, words in OURS.items() for word in words.split()}
RATERS = {
    Rater.PARENT: "parent parents carer mother father mum dad home guardian",
    Rater.TEACHER: "teacher staff school classteacher tutor",
    Rater.SELF: "self pupil child student youngperson selfrated",
    Rater.OTHER: "other practitioner therapist",
}
RATER_OF = {word: rater for rater, words in RATERS.items() for word in words.split()}
# What people write in the cell of a score that was not taken.
NO_SCORE = {"", "a", "abs", "absent", "x", "n/a", "na", "-", "–", "did not sit", "dns", "not taken", "none"}


@dataclass(frozen=True)
class Read:
    """One score as the file has it, understood."""

    number: int
    pupil: int
    kind: int
    rater: str
    on: date
    score: Decimal
    form: str

    @property
    def key(self) -> tuple:
        """What may be there once."""
        return (self.pupil, self.kind, self.rater, self.on, self.form.casefold())

    def as_stored(self) -> list:
        return [self.number, self.pupil, self.kind, self.rater, self.on.isoformat(), str(self.score), self.form]

    @classmethod
    def from_stored(cls, stored: list) -> "Read":
        number, pupil, kind, rater, on, score, form = stored
        return cls(number, pupil, kind, rater, date.fromisoformat(on), Decimal(score), form)


@dataclass
class Reading:
    scores: list[Read] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    empty: int = 0  # cells that say that nothing was taken
    lines: int = 0


class Unreadable(Exception):
    """Nothing of the file can be used. The message says why and what to do next."""


class _Problem(Exception):
    """Why one score, or one line, is not taken in."""


@dataclass(frozen=True)
class _Column:
    """A column of scores: of one measure, or of whatever the line names."""

    index: int
    kind: ScoreKind | None = None
    rater: str = ""


def read(content: bytes, name: str, *, acting: Acting, usual: date | None, form: str = "") -> Reading:
    """Understand a file. `usual` is the day of scores for which the file says none, `form` likewise. Raises
    Unreadable."""
    try:
        sheet = read_file(content, name)
    except FileNotReadable as error:
        raise Unreadable(str(error)) from error
    table = _Table(sheet, acting)
    if len(sheet.rows) > MOST_LINES:
        raise Unreadable(f"The file has more than {MOST_LINES} lines. Save it as several files and read each.")
    found = Reading(lines=len(sheet.rows))
    seen: dict[tuple, Read] = {}
    for row in sheet.rows:
        try:
            pupil = table.pupil(row)
            for one in table.scores(row, pupil, usual, form, found):
                twin = seen.setdefault(one.key, one)
                if twin is not one and twin.score != one.score:
                    raise _Problem(f"line {twin.number} has another score of the same day for this pupil")
                if twin is one:
                    found.scores.append(one)
        except _Problem as problem:
            found.problems.append(f"Line {row.number}: {problem}.")
    return found


class _Table:
    """What the columns of one file are, and whom its lines may be about: the pupils in view."""

    def __init__(self, sheet: Sheet, acting: Acting) -> None:
        self.today = timezone.localdate()
        self.kinds = {header_key(kind.name): kind for kind in in_use(acting.school)}
        self.by_pk = {kind.pk: kind for kind in self.kinds.values()}
        self.who = {name: index for index, name in guess_mapping(sheet.headers).items()}
        self.ours: dict[str, int] = {}
        self.columns: list[_Column] = []
        for index, heading in enumerate(sheet.headers):
            self._place(index, heading)
        if "measure" in self.ours and "score" in self.ours:
            self.columns = [_Column(self.ours["score"])]
        if not self.columns:
            raise Unreadable(
                "No column of scores was found. Head one column Measure and one Score, or head a column with the name "
                "of one of your measures."
            )
        if not {UPN.name, MIS_ID.name, FULL_NAME.name, SURNAME.name} & set(self.who):
            raise Unreadable("Nothing says whom a line is about. Add a column with the UPN, or with the name.")
        self._index(list(Pupil.objects.visible_to(acting)))

    def _place(self, index: int, heading: str) -> None:
        key = header_key(heading)
        if key in KNOWN:
            self.ours.setdefault(KNOWN[key], index)
        elif column := self._of_measure(index, key):
            self.columns.append(column)

    def _of_measure(self, index: int, key: str) -> _Column | None:
        if key in self.kinds:
            return _Column(index, self.kinds[key])
        for word, rater in RATER_OF.items():
            if key.endswith(word) and (kind := self.kinds.get(key.removesuffix(word))):
                return _Column(index, kind, rater)
        return None

    def _index(self, pupils: list[Pupil]) -> None:
        self.pupils = {pupil.pk: pupil for pupil in pupils}
        self.by_upn = {number: pupil for pupil in pupils for number in (pupil.upn, pupil.former_upn) if number}
        self.by_number = {pupil.mis_id: pupil for pupil in pupils if pupil.mis_id}
        self.by_name: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for pupil in pupils:
            for words in _names_of(pupil):
                self.by_name[words].add(pupil.pk)

    # --- Whom a line is about ---
    def pupil(self, row: SourceRow) -> Pupil:
        by_number = self._by_number(row)
        words = self._words(row)
        if by_number:
            if words and words not in _names_of(by_number):
                raise _Problem(f"its number is that of {by_number.name}, and it names somebody else")
            return by_number
        if not words:
            raise _Problem("it says neither a number nor a name")
        found = [self.pupils[pk] for pk in self.by_name.get(words, ())]
        if born := self._born(row):
            found = [pupil for pupil in found if pupil.birth_on in (born, None)]
        if len(found) > 1:
            raise _Problem("several pupils have this name. Add the UPN or the date of birth")
        if not found:
            raise _Problem("nobody whom you may see has this name")
        return found[0]

    def _cell(self, row: SourceRow, index: int | None) -> str:
        text = row.values[index].strip() if index is not None and index < len(row.values) else ""
        return "" if is_blank(text) else text

    def _by_number(self, row: SourceRow) -> Pupil | None:
        text = self._cell(row, self.who.get(UPN.name))
        if text:
            try:
                return self.by_upn.get(clean_upn(text))
            except InvalidIdentifier as error:
                raise _Problem(str(error).rstrip(".").lower()) from error
        number = self._cell(row, self.who.get(MIS_ID.name))
        return self.by_number.get(number) if number else None

    def _words(self, row: SourceRow) -> tuple[str, ...]:
        names = [self._cell(row, self.who.get(name.name)) for name in (FULL_NAME, SURNAME, FORENAME)]
        return tuple(sorted(fold(" ".join(names)).split()))

    def _born(self, row: SourceRow) -> date | None:
        text = self._cell(row, self.who.get(BIRTH.name))
        if not text:
            return None
        try:
            return parse_birth_date(text, self.today).value
        except BadValue as error:
            raise _Problem(_words_of(error)) from error

    # --- What it says ---
    def scores(
        self, row: SourceRow, pupil: Pupil, usual: date | None, form: str, found: Reading
    ) -> Iterator[Read]:  # fmt: skip
        for column in self.columns:
            text = row.values[column.index].strip() if column.index < len(row.values) else ""
            if text.casefold() in NO_SCORE:
                found.empty += 1
                continue
            kind = column.kind or self._kind(row)
            rater = column.rater or self._rater(row, kind)
            on = self._on(row, usual)
            form = self._cell(row, self.ours.get("form")) or form
            yield self._checked(row, pupil, kind, rater, on, text, form)

    def _kind(self, row: SourceRow) -> ScoreKind:
        text = self._cell(row, self.ours["measure"])
        kind = self.kinds.get(header_key(text))
        if kind is None:
            raise _Problem(f"“{text[:40]}” is none of your measures" if text else "it names no measure")
        return kind

    def _rater(self, row: SourceRow, kind: ScoreKind) -> str:
        text = self._cell(row, self.ours.get("rater"))
        if not text or not kind.has_raters:
            return ""
        rater = RATER_OF.get(header_key(text))
        if rater is None:
            raise _Problem(f"“{text[:40]}” does not say who filled it in: write parent, teacher, pupil or other")
        return rater

    def _on(self, row: SourceRow, usual: date | None) -> date:
        text = self._cell(row, self.ours.get("date"))
        if not text:
            if usual is None:
                raise _Problem("it has no date, and none was chosen for the file")
            return usual
        try:
            return parse_date(text).value
        except BadValue as error:
            raise _Problem(_words_of(error)) from error

    def _checked(
        self, row: SourceRow, pupil: Pupil, kind: ScoreKind, rater: str, on: date, text: str, form: str
    ) -> Read:  # fmt: skip
        try:
            score = read_value(text, Measure.MONTHS if kind.scale == "age" else Measure.COUNT)
        except Refused as refused:
            raise _Problem(f"{kind.name}: {_within(str(refused))}") from refused
        wrong = problems(
            scale=kind.scale, score=score, low=None, high=None, taken_on=on, birth_on=pupil.birth_on, today=self.today,
            kind=kind,
        ) | kind_problems(kind, pupil=pupil, rater=rater, form=form, taken_on=on)  # fmt: skip
        if wrong:
            raise _Problem(f"{kind.name}: {_within(str(next(iter(wrong.values()))))}")
        assert score is not None  # noqa: S101  (an empty cell never comes here)
        return Read(row.number, pupil.pk, kind.pk, rater, on, score, form[:60])


def _names_of(pupil: Pupil) -> set[tuple[str, ...]]:
    """The words of each way in which the pupil is called, in no order: files write names either way round."""
    surnames = {pupil.legal_surname, pupil.preferred_surname} - {""}
    forenames = {pupil.legal_forename, pupil.preferred_forename} - {""}
    middle = {"", pupil.middle_names}
    return {
        tuple(sorted(fold(f"{surname} {forename} {more}").split()))
        for surname in surnames
        for forename in forenames
        for more in middle
    }


def _words_of(error: BadValue) -> str:
    return _within(str(error.note))


def _within(words: str) -> str:
    """A sentence of somebody else, within one of ours."""
    return words.rstrip(".")


# --- Beside what is there ----------------------------------------------------------------------------------------
@dataclass
class Plan:
    """What saving a file would do. `other` are scores of the same day that say something else here: they stay."""

    new: list[Read] = field(default_factory=list)
    same: int = 0
    other: list[tuple[Read, Decimal]] = field(default_factory=list)

    @property
    def sum(self) -> str:
        return f"{len(self.new)}-{self.same}-{len(self.other)}"


def plan_of(scores: list[Read]) -> Plan:
    """What is new of these scores, what is here already, and what is here otherwise. One query."""
    there: dict[tuple, Decimal] = {}
    rows = Assessment.objects.filter(
        pupil__in={one.pupil for one in scores}, kind__in={one.kind for one in scores}, removed_on=None
    ).values_list("pupil", "kind", "rater", "taken_on", "form", "score")
    for pupil, kind, rater, on, form, score in rows:
        there[pupil, kind, rater, on, form.casefold()] = score
    found = Plan()
    for one in scores:
        if one.key not in there:
            found.new.append(one)
        elif there[one.key] == one.score:
            found.same += 1
        else:
            found.other.append((one, there[one.key]))
    return found


def in_words(one: Read, pupils: dict[int, Pupil], kinds: dict[int, ScoreKind]) -> str:
    rater = f", {Rater(one.rater).label.lower()}" if one.rater else ""
    form = f", {one.form}" if one.form else ""
    name = pupils[one.pupil].name if one.pupil in pupils else "A pupil who is not here any more"
    kind = kinds[one.kind].name if one.kind in kinds else "a measure that is gone"
    return f"{name}: {kind}{rater}{form}, {one.score.normalize():f} on {short_date(one.on)}"
