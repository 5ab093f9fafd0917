"""Build the preview: what applying the file would do with each pupil. Nothing is changed here."""

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.apps import apps

from sendco.clock import long_date

from ...models import Import, ImportChange, Pupil
from ...models.pupil import YearGroup
from ..fields import (
    BACK,
    BEGIN_AGAIN,
    CLASS,
    FIELDS,
    LABELS,
    LAST_DAY,
    MIS_ID,
    NAMES,
    SEN,
    UPN,
    YEAR,
    Comparison,
    Difference,
)
from ..fields.sen import status_words
from ..fields.stages import NO_SEN, stage_words
from ..notes import Note, NoteCode
from ..questions import LEAVE_OUT, TAKE, Option, Question
from ..rows import Doubt, Line, PupilRow
from .directory import Directory
from .known import known_pupils, newer_than, upns_elsewhere
from .matching import Matcher
from .opening import source_number
from .settling import ask, take_candidate, told_by

if TYPE_CHECKING:
    from .known import Known
    from .matching import Match

Kind = ImportChange.Kind
ELSEWHERE, RIVALS = "elsewhere", "rivals"  # keys of questions about a whole row
SAYS = 100  # letters of what a file said, by which an answer is remembered


@dataclass
class Drawn:
    """What a row would do with one pupil, or as a new one: `planned` is None for a pupil who is here."""

    differences: list[Difference]
    planned: dict[str, Any] | None
    notes: list[Note]
    questions: list[Question]
    sen: Any = None  # of a new pupil, weighed


@dataclass
class Draft:
    """A change that is still being planned: its differences are typed, and the stored form is written at the end."""

    change: ImportChange
    differences: list[Difference]
    candidates: list[dict]  # each with its own differences
    questions: list[Question] = dataclasses.field(default_factory=list)
    proposed: int | None = None  # the candidate it is, unless somebody says otherwise

    def all_differences(self) -> Iterator[Difference]:
        yield from self.differences
        for candidate in self.candidates:
            yield from candidate["fields"]

    def finished(self) -> ImportChange:
        change = self.change
        change.fields = [difference.as_stored() for difference in self.differences]
        if self.candidates:
            change.data["candidates"] = [
                candidate | {"fields": [difference.as_stored() for difference in candidate["fields"]]}
                for candidate in self.candidates
            ]
        if self.proposed:
            take_candidate(change, self.proposed)
        else:
            ask(change, self.questions)
        return change


class Planner:
    def __init__(self, imported: Import, head: dict[str, Any], *, today: date) -> None:
        self.imported, self.school, self.today = imported, imported.school, today
        ctf = head["ctf"]
        dates_are_ours = not ctf or source_number(ctf) == imported.school.dfe_number != ""
        # A transfer file of a few pupils, or of pupils who come, says nothing about those who are here.
        self.lists_missing = not ctf or (dates_are_ours and ctf["qualifier"].lower() != "partial")
        self.directory = Directory(self.school, today, dates_are_ours=dates_are_ours)
        self.known = known_pupils(self.school)
        self.matcher = Matcher([known.pupil for known in self.known.values()])
        self.maybe: dict[int, Any] = {}  # pupil id to why a row may be about this pupil
        self.refused: dict[int, Any] = {}  # row number to why a row was kept out here
        self.elsewhere: set[str] = set()  # UPNs of this file that pupils of other schools have

    def plan(self, rows: list[PupilRow], *, progress: Callable[[int, int, str], None]) -> list[ImportChange]:
        """Return unsaved ImportChanges for the rows and for the pupils the file does not name."""
        rows = self._apart([tidied(row, self.directory) for row in rows])
        self.elsewhere = upns_elsewhere(self.school, rows)
        going = [row for row in rows if not row.is_rejected]
        matches = self.matcher.match_all([row for row in going if not row.rivals])
        matches |= self.matcher.match_rivals([row for row in going if row.rivals])
        drafts = []
        for done, row in enumerate(rows, start=1):
            drafts.append(self._rejected(row) if row.is_rejected else self._draft(row, matches[row.number]))
            progress(done, len(rows), f"Comparing row {done:,} of {len(rows):,}")
        drafts += self._missing(rows)
        self._keep_what_is_newer(drafts)
        return [draft.finished() for draft in drafts]

    def with_refusals(self, rows: list[PupilRow]) -> list[PupilRow]:
        """The rows, with what the plan found against them beside what the reading did."""
        return [replace(row, notes=row.notes + self.refused.get(row.number, ())) for row in rows]

    def _apart(self, rows: list[PupilRow]) -> list[PupilRow]:
        """Rows of different pupils under one number: the pupil who is known to have it keeps it, else somebody says."""
        for field in (UPN, MIS_ID):
            owners: dict[Any, list[PupilRow]] = defaultdict(list)
            for row in rows:
                if row.get(field) and not row.is_rejected:
                    owners[row.get(field)].append(row)
            changed: dict[int, PupilRow] = {}
            for group in owners.values():
                if len({_identity(row, field) for row in group}) > 1:
                    changed |= self._rivals(group, field)
            rows = [changed.get(row.number, row) for row in rows]
        return rows

    def _rivals(self, group: list[PupilRow], field: Any) -> dict[int, PupilRow]:
        numbers = [row.number for row in group]
        said = {"rows": numbers, "what": LABELS[field.name], "value": group[0].get(field)}
        holders = [row.number for row in group if self.matcher.is_holder(row, field)]
        if holders:
            note = (Note(NoteCode.NUMBER_SHARED, said, field.name, is_fatal=True),)
            refused = [row for row in group if row.number not in holders]
            self.refused |= {row.number: note for row in refused}
            return {row.number: replace(row, notes=row.notes + note) for row in refused}
        note = (Note(NoteCode.NUMBER_SHARED, said, field.name),)
        rivals = tuple(sorted({*numbers, *(number for row in group for number in row.rivals)}))
        return {row.number: replace(row, notes=row.notes + note, rivals=rivals) for row in group}

    # --- One row ---------------------------------------------------------------------------------------------------
    def _draft(self, row: PupilRow, match: "Match") -> Draft:
        if match.pupil:
            return self._about(row, match.pupil)
        if match.candidates:
            return self._to_compare(row, match.candidates)
        return self._new(row)

    def _to_compare(self, row: PupilRow, candidates: list[tuple[int, NoteCode]]) -> Draft:
        drawn = [(pupil, why, self._drawn(row, self.known[pupil])) for pupil, why in candidates]
        pupil, why, only = drawn[0]
        if why == NoteCode.SAME_NAME_AND_BIRTH and not only.differences and not only.questions:
            self.matcher.taken.add(pupil)
            return self._about(row, pupil)
        for each, _, _ in drawn:
            self.maybe.setdefault(each, NoteCode.MAY_BE_COMPARED_ROW)
        new = self._new(row)
        data = {**new.change.data, "new_questions": [question.as_stored() for question in new.questions]}
        draft = self._make(Kind.COMPARE, row, data=data, is_chosen=False)
        draft.candidates = [self._candidate(*each) for each in drawn]
        if why == NoteCode.SAME_NAME_AND_BIRTH:
            draft.proposed = pupil
            self.matcher.taken.add(pupil)
        return draft

    def _candidate(self, pupil: int, why: NoteCode, drawn: Drawn) -> dict[str, Any]:
        known = self.known[pupil]
        return {
            "pupil": pupil,
            "label": known.pupil.name,
            "detail": ", ".join(filter(None, [born(known.pupil.birth_on), year(known.pupil.year_group)])),
            "why": why.value,
            "fields": drawn.differences,
            "notes": [note.as_stored() for note in drawn.notes],
            "questions": [question.as_stored() for question in drawn.questions],
            "seen": known.as_seen(),
        }

    def _about(self, row: PupilRow, pupil: int) -> Draft:
        known = self.known[pupil]
        drawn = self._drawn(row, known)
        kind = Kind.CHANGED if drawn.differences or drawn.questions else Kind.SAME
        data = {"seen": known.as_seen(), "detail": group_words(known.pupil)} if kind == Kind.CHANGED else {}
        draft = self._make(kind, row, drawn.notes, data=data)
        draft.differences, draft.questions = drawn.differences, drawn.questions
        draft.change.pupil, draft.change.label = known.pupil, known.pupil.name
        return draft

    def _new(self, row: PupilRow) -> Draft:
        drawn = self._drawn(row, None)
        planned: Any = drawn.planned
        group, sen = planned.get(CLASS.name, {}).get("name", ""), planned[SEN.name]
        left_on = planned.get(LAST_DAY.name)
        summary = [year(row.get(YEAR)), group, f"left on {long_date(date.fromisoformat(left_on))}" if left_on else ""]
        row_texts = {"summary": ", ".join(filter(None, summary)), "status": self._status_of_new(sen, drawn.sen)}
        draft = self._make(Kind.NEW, row, drawn.notes, data={"new": planned, "row": row_texts})
        draft.questions = drawn.questions
        return draft

    def _status_of_new(self, planned: dict[str, Any], sen: Any) -> str:
        """What the register will say, the periods before included, for whoever it says something about."""
        if sen.is_undecided:
            return ""
        said = Comparison(PupilRow(Line(0)), None, self.directory)
        parts = [stage_words(stage, said) for stage in sen.past]
        if sen.code != NO_SEN or sen.past or sen.start:
            parts.append(status_words(sen.code, sen.start, planned["needs"], said))
        return "; ".join(parts)

    def _drawn(self, row: PupilRow, known: "Known | None") -> Drawn:
        """What the row would do, with a question for each cell in doubt, each of whose answers is drawn as well."""
        drawn = self._plain(row, known)
        for doubt in row.doubts:
            field = next(field for field in FIELDS if any(column.name == doubt.column for column in field.columns))
            drawn.questions.append(self._question(row, known, drawn, field, doubt))
        if known is not None:
            drawn.questions = [each for question in drawn.questions if (each := remembered(question, known))]
        if row.rivals:
            drawn.questions.append(_which_row(row))
        if known is None and row.get(UPN) in self.elsewhere:
            options = (Option(TAKE, Note(NoteCode.OPTION_TAKE)), Option(LEAVE_OUT, Note(NoteCode.OPTION_OUT)))
            drawn.questions.append(Question(ELSEWHERE, Note(NoteCode.UPN_ELSEWHERE), row.get(UPN), options))
        return drawn

    def _plain(self, row: PupilRow, known: "Known | None") -> Drawn:
        said = Comparison(row, known, self.directory)
        if known is None:
            planned = {field.name: value for field in FIELDS if (value := field.plan(said)) is not None}
            return Drawn([], planned, said.notes, said.questions, said.sen)
        return Drawn(compared(said), None, said.notes, said.questions)

    def _question(self, row: PupilRow, known: "Known | None", drawn: Drawn, field: Any, doubt: Doubt) -> Question:
        options = []
        for value in doubt.choices:
            read = replace(row, values={**row.values, field: value})
            other = self._plain(read, known)
            told = [note.as_stored() for note in other.notes if note not in drawn.notes]
            sets = {
                name: each for name, each in (other.planned or {}).items() if (drawn.planned or {}).get(name) != each
            }
            fields = tuple(each.as_stored() for each in other.differences if each not in drawn.differences)
            chosen = tuple({**each, "chosen": not each["locked"]} for each in fields)
            label = field.option_label(value, self.directory)
            options.append(Option(value or TAKE, label, sets, chosen, tuple(told)))
        options.append(Option(LEAVE_OUT, Note(NoteCode.OPTION_OUT)))
        says = str(doubt.note.data.get("value") or "/".join(doubt.note.data.get("codes", ())))
        return Question(field.name, doubt.note, says, tuple(options), doubt.proposed)

    def _rejected(self, row: PupilRow) -> Draft:
        for pupil in self.matcher.may_be_about(row):
            self.maybe[pupil] = NoteCode.MAY_BE_REJECTED_ROW
        return self._make(Kind.REJECTED, row, reasons=[note.as_stored() for note in row.reasons], is_chosen=False)

    def _missing(self, rows: list[PupilRow]) -> Iterator[Draft]:
        """Pupils on roll whom no row names. Whether they have left, a person says: never chosen by itself."""
        if not rows or not self.lists_missing:
            return
        for known in self.known.values():
            pupil = known.pupil
            if pupil.left_on or pupil.pk in self.matcher.taken:
                continue
            doubt = self.maybe.get(pupil.pk)
            last_day = self._last_day(pupil).isoformat()
            change = ImportChange(
                owner=self.imported,
                kind=Kind.LEAVER,
                pupil=pupil,
                label=pupil.name,
                data={"seen": known.as_seen(), "left_on": last_day, "detail": group_words(pupil)},
                reasons=[Note(doubt).as_stored()] if doubt else [],
                is_chosen=False,
            )
            yield Draft(change, [], [])

    def _last_day(self, pupil: Pupil) -> date:
        made = self.imported.file_made_on or self.today
        return max(filter(None, [min(made, self.today), pupil.joined_on]))

    def _make(
        self,
        kind: ImportChange.Kind,
        row: PupilRow,
        notes: Iterable[Note] = (),
        *,
        reasons: list[dict[str, Any]] | None = None,
        **values: Any,
    ) -> Draft:
        label = " ".join(filter(None, (row.get(name) for name in reversed(NAMES))))
        if reasons is None:
            reasons = [note.as_stored() for note in (*row.warnings, *notes)]
        change = ImportChange(
            owner=self.imported, kind=kind, row_number=row.number, label=label[:220] or f"Row {row.number}",
            reasons=reasons, told=told_by(reasons), **values,
        )  # fmt: skip
        return Draft(change, [], [])

    def _keep_what_is_newer(self, drafts: list[Draft]) -> None:
        """Ours is kept where somebody changed the field here after the file was made, and the preview says who."""
        differences = [(each, each.source) for draft in drafts for each in draft.all_differences() if each.source]
        ids: dict[str, set[int]] = {}
        for _, source in differences:
            ids.setdefault(source.model, set()).update(source.ids)
        since = self.imported.file_moment
        newer = {label: newer_than(apps.get_model(label), row_ids, since) for label, row_ids in ids.items()}
        for each, source in differences:
            changed = newer[source.model]
            who = next((changed[key] for pk in source.ids if (key := (pk, source.attribute)) in changed), None)
            if who and not each.is_locked:
                each.is_chosen = False
                name, day = who
                each.note = Note(NoteCode.SOMEBODY_CHANGED_THIS, {"who": name, "day": day.date().isoformat()})


def tidied(row: PupilRow, directory: Directory) -> PupilRow:
    """The row as its values can be stored: without texts that are too long, or what only repeats something."""
    values = {field: field.tidy(value, row.values, directory) for field, value in row.values.items()}
    lost = tuple(note for field, value in row.values.items() for note in field.losses(value, directory) if value)
    return replace(row, values=values, notes=row.notes + lost)


def compared(said: Comparison) -> list[Difference]:
    """Return the differences of a row about a pupil we have. Of one who left, all hang on coming back, the first."""
    known: Known = said.known
    if not known.pupil.left_on:
        return [difference for field in FIELDS for difference in field.compare(said)]
    if said.row.get(LAST_DAY):
        return []
    fields = [field for field in FIELDS if field not in BEGIN_AGAIN]
    return [*BACK.compare_leaver(said), *(difference for field in fields for difference in field.compare(said))]


def _identity(row: PupilRow, field: Any) -> Any:
    """What makes two rows under one number rows of two pupils."""
    names = tuple((row.get(name) or "").casefold() for name in NAMES)
    return names if field is UPN else (*names, row.get(UPN))


def _which_row(row: PupilRow) -> Question:
    numbers = [str(number) for number in row.rivals]
    note = next(note for note in row.notes if note.code in (NoteCode.RIVAL_ROWS, NoteCode.NUMBER_SHARED))
    options = (Option(TAKE, Note(NoteCode.OPTION_THIS_ROW)), Option(LEAVE_OUT, Note(NoteCode.OPTION_OUT)))
    return Question(RIVALS, note, ",".join(numbers), options)


def remembered(question: Question, known: "Known") -> Question | None:
    """The question, or None when the answer that was given before, or is proposed, would change nothing today.

    Nor is anybody asked when every way to read the file comes to what is here already.
    """
    changing = {option.id for option in question.options if option.fields or option.sets}
    before = known.decisions.get((question.key, question.says[:SAYS]), question.answer)
    answered = question.answered(before)
    return question if changing and (answered.is_open or answered.answer in changing) else None


def counts_of(changes: list[ImportChange]) -> dict[str, int]:
    by_kind = Counter(change.kind for change in changes)
    return {kind.value: by_kind.get(kind, 0) for kind in Kind}


def new_groups(changes: list[ImportChange]) -> list[str]:
    """Names of classes that applying would add."""
    planned = [change.data.get("new", {}).get(CLASS.name) for change in changes]
    names = {group["name"] for group in planned if group and group["is_new"]}
    for change in changes:
        kept = [*change.fields, *(item for each in change.data.get("candidates", []) for item in each["fields"])]
        for item in kept:
            if item["key"] == CLASS.name:
                difference = Difference.from_stored(item)
                if difference.note and difference.note.code == NoteCode.CLASS_WILL_BE_ADDED:
                    names.add(difference.theirs)
    return sorted(names)


def born(day: date | None) -> str:
    return f"born {long_date(day)}" if day else ""


def year(value: str | None) -> str:
    return YearGroup(value).label if value else ""


def group_words(pupil: Pupil) -> str:
    return pupil.form_group.name if pupil.form_group else year(pupil.year_group)
