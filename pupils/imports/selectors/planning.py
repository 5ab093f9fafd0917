"""Build the preview: what applying the file would do with each pupil. Nothing is changed here."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.apps import apps

from sendco.clock import long_date

from ...models import Import, ImportChange, Pupil
from ...models.pupil import YearGroup
from ..fields import BACK, CLASS, FIELDS, LAST_DAY, NAMES, SEN, YEAR, Comparison, Difference
from ..fields.sen import NO_SEN, status_words
from ..notes import Note, NoteCode
from ..rows import PupilRow
from .directory import Directory
from .known import known_pupils, newer_than
from .matching import Matcher
from .opening import source_number

if TYPE_CHECKING:
    from .known import Known
    from .matching import Match

Kind = ImportChange.Kind


@dataclass
class Draft:
    """A change that is still being planned: its differences are typed, and the stored form is written at the end."""

    change: ImportChange
    differences: list[Difference]
    candidates: list[dict]  # each with its own differences

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
        settle(change)
        return change


class Planner:
    def __init__(self, imported: Import, head: dict[str, Any], *, today: date) -> None:
        self.imported, self.school, self.today = imported, imported.school, today
        ctf = head["ctf"]
        dates_are_ours = not ctf or source_number(ctf) == imported.school.dfe_number != ""
        self.directory = Directory(self.school, today, dates_are_ours=dates_are_ours)
        self.known = known_pupils(self.school)
        self.matcher = Matcher([known.pupil for known in self.known.values()])
        self.maybe: dict[int, Any] = {}  # pupil id to why a row may be about this pupil
        self.refused: dict[int, Any] = {}  # row number to why a row was kept out here

    def plan(self, rows: list[PupilRow], *, progress: Callable[[int, int, str], None]) -> list[ImportChange]:
        """Return unsaved ImportChanges for the rows and for the pupils the file does not name."""
        rows = [tidied(row, self.directory) for row in rows]
        matches = self.matcher.match_all([row for row in rows if not row.is_rejected])
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

    def _draft(self, row: PupilRow, match: "Match") -> Draft:
        if match.pupil:
            return self._about(row, match.pupil)
        if match.candidates:
            return self._to_compare(row, match.candidates)
        draft = self._new(row)
        if draft.change.kind == Kind.REJECTED:
            reasons = map(Note.from_stored, draft.change.reasons)
            self.refused[row.number] = tuple(replace(reason, is_fatal=True) for reason in reasons)
        return draft

    def _to_compare(self, row: PupilRow, candidates: list[tuple[int, NoteCode]]) -> Draft:
        for pupil, _ in candidates:
            self.maybe.setdefault(pupil, NoteCode.MAY_BE_COMPARED_ROW)
        new = self._new(row).change
        refusal = new.reasons if new.kind == Kind.REJECTED else []
        draft = self._make(Kind.COMPARE, row, data={**new.data, "refusal": refusal}, is_chosen=False)
        draft.candidates = [self._candidate(row, pupil, why) for pupil, why in candidates]
        return draft

    def _candidate(self, row: PupilRow, pupil: int, why: NoteCode) -> dict[str, Any]:
        known = self.known[pupil]
        differences, notes = compared(row, known, self.directory)
        return {
            "pupil": pupil,
            "label": known.pupil.name,
            "detail": ", ".join(filter(None, [born(known.pupil.birth_on), year(known.pupil.year_group)])),
            "why": why.value,
            "fields": differences,
            "notes": [note.as_stored() for note in notes],
            "seen": known.as_seen(),
        }

    def _about(self, row: PupilRow, pupil: int) -> Draft:
        known = self.known[pupil]
        differences, notes = compared(row, known, self.directory)
        kind = Kind.CHANGED if differences else Kind.SAME
        data = {"seen": known.as_seen(), "detail": group_words(known.pupil)} if differences else {}
        draft = self._make(kind, row, notes, data=data)
        draft.differences = differences
        draft.change.pupil, draft.change.label = known.pupil, known.pupil.name
        return draft

    def _new(self, row: PupilRow) -> Draft:
        said = Comparison(row, None, self.directory)
        planned = {field.name: value for field in FIELDS if (value := field.plan(said)) is not None}
        if said.refusals:
            reasons = [said.refusals[0].as_stored()]
            return self._make(Kind.REJECTED, row, reasons=reasons, is_chosen=False)
        group, sen = planned.get(CLASS.name, {}).get("name", ""), planned[SEN.name]
        is_listed = sen["code"] != NO_SEN
        row_texts = {
            "summary": ", ".join(filter(None, [year(row.get(YEAR)), group])),
            "status": status_words(sen["code"], said.sen.start, sen["needs"], said) if is_listed else "",
        }
        return self._make(Kind.NEW, row, said.notes, data={"new": planned, "row": row_texts})

    def _rejected(self, row: PupilRow) -> Draft:
        for pupil in self.matcher.may_be_about(row):
            self.maybe[pupil] = NoteCode.MAY_BE_REJECTED_ROW
        return self._make(Kind.REJECTED, row, reasons=[note.as_stored() for note in row.reasons], is_chosen=False)

    def _missing(self, rows: list[PupilRow]) -> Iterator[Draft]:
        """Pupils on roll whom no row names: leavers, if the file holds the whole school."""
        if not rows:
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
                is_chosen=self.imported.is_whole_school and not doubt,
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
            reasons=reasons, **values,
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
    return replace(row, values=values)


def compared(row: PupilRow, known: "Known", directory: Directory) -> tuple[list[Difference], list[Note]]:
    """Return (differences, notes) for a row about a pupil we have."""
    said = Comparison(row, known, directory)
    if known.pupil.left_on:
        return list(BACK.compare_leaver(said, LAST_DAY)), []
    differences = [difference for field in FIELDS for difference in field.compare(said)]
    return differences, said.notes


def settle(change: ImportChange) -> None:
    """Say whether anything of a changed pupil is chosen."""
    if change.kind == Kind.CHANGED:
        change.is_chosen = any(item["chosen"] for item in change.fields)


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
