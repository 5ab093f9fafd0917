"""SEN status as a history, its days, and types of need, made to obey the rules of the register."""

from dataclasses import dataclass, field, replace
from datetime import date

from sendco.clock import long_date

from ..notes import Note, NoteCode, brief
from ..parsing import codes, values
from ..parsing.codes import WATCHED
from ..questions import Option, Question
from ..rows import Doubt, NeedSaid, PupilRow, Stage
from .base import Cells, Comparison, Difference, Field, Source
from .needs import in_order
from .stages import (
    NO_SEN,
    ONE_DAY,
    PLAN,
    SUPPORT,
    Stages,
    day_of,
    gives_way,
    is_open,
    iso_text,
    missing_stages,
    past_stages,
    problem_of,
    stage_words,
)

OLD_CODES = ("A", "P", "S")
NOW = (NO_SEN, SUPPORT, PLAN)
# What somebody has at most whose status a column of yes and no denies.
LESS = {PLAN: SUPPORT, SUPPORT: NO_SEN}
NOT_ASSESSED = "NSA"
KEEP, END = "keep", "end"
WATCH = "watch"
HISTORY = "history"


@dataclass
class Sen:
    """What a file says about one pupil, made to obey the register. Words of the reason say what the file said."""

    code: str = ""  # "" when the file says nothing
    start: date | None = None  # None when nobody knows since when
    needs: list[str] = field(default_factory=list)
    past: list[Stage] = field(default_factory=list)
    past_needs: list[NeedSaid] = field(default_factory=list)
    watched_since: date | None = None
    is_undecided: bool = False  # the file says something that a person must read first
    changes: bool = False  # whether the status itself would become another, so that needs and start go with it
    ends_plan: bool = False
    reason: str = ""

    def as_json(self, needs: list[str]) -> dict:
        return {
            "code": self.code,
            "start": iso_text(self.start),
            "needs": needs,
            "past": [[stage.code, iso_text(stage.starts_on), iso_text(stage.ends_on)] for stage in self.past],
            "past_needs": [[need.type, need.rank, iso_text(need.starts_on), iso_text(need.ends_on)]
                           for need in self.past_needs],
            "watch": iso_text(self.watched_since),
            "reason": self.reason,
        }  # fmt: skip


class SenStatus(Field):
    """The status now, and the periods before it. What the file says of needs and days is weighed together with it."""

    may_differ = True  # rows that tell of several periods
    reads_after = 2

    def __init__(self, name, column, *marks, start, end, needs, birth):
        """`marks` are columns that say yes or no to one status each, with the status: (column, code)."""
        super().__init__(name, column, *(mark for mark, _ in marks))
        self.marks = marks
        self.start, self.end, self.needs, self.birth = start, end, needs, birth
        self.stages = Stages("stages")

    # --- Reading ---------------------------------------------------------------------------------------------------
    def read(self, cells: Cells, so_far):
        if "sen_history" in cells.extra:
            so_far[self.stages] = self._stages_of(cells)
            return None
        text, start, end = self._text_of(cells), so_far.get(self.start), so_far.get(self.end)
        if text is None:
            return None
        is_over = end is not None and not is_open(end, cells.today)
        code = codes.sen_code_of(text)
        if is_over and code:
            so_far[self.stages] = self._one_stage(cells, text, code, start, end)
            return None
        code = cells.read(self.columns[0], text)
        if code and start:
            so_far[self.stages] = (Stage(code, start),)
        return code

    def _text_of(self, cells):
        """The status as its own column says it, or as columns of yes and no say it; None where they do not agree."""
        text = cells.texts.get(self.columns[0].name, "")
        marked, denied, unread = self._marks_in(cells)
        says_yes = _answer(text)
        says_nothing = says_yes or values.is_no_status(text)  # "yes" alone is no status
        if says_yes and not marked and PLAN in denied:
            marked = SUPPORT  # on the register, and without a plan
        if says_nothing and unread and not marked:
            _, text = unread.popitem()  # asked about, like any status that nobody can read
        self._note_unread(cells, unread)
        if says_nothing:
            return marked or text
        written = codes.sen_code_of(text)
        if written not in NOW:
            return text
        other = marked or (LESS.get(written, "") if written in denied else "")
        if other in ("", written):
            return text
        note = Note(NoteCode.STATUS_SAID_TWO_WAYS, {"value": brief(text), "status": other}, self.columns[0].name)
        cells.doubts.append(Doubt(self.columns[0].name, note, (written, other)))
        return None

    def _marks_in(self, cells):
        """Return the status that the columns of yes and no make, those denied, and what is neither: {column: text}."""
        said, denied, unread = [], [], {}
        for column, code in self.marks:
            mark = cells.texts.get(column.name, "")
            answer, written = _answer(mark), codes.sen_code_of(mark)
            if answer is False:
                denied.append(code)
            elif answer or written in NOW:
                said.append(code if answer else written)
            elif not values.is_no_status(mark):
                unread[column] = mark
        marked = PLAN if PLAN in said else next(iter(said), "")
        if not marked and len(denied) == len(self.marks):
            marked = NO_SEN  # one "no" alone leaves the other status open
        return marked, denied, unread

    def _note_unread(self, cells, unread):
        for column, mark in unread.items():
            cells.notes.append(
                Note(NoteCode.NEITHER_YES_NOR_NO, {"value": brief(mark)}, column.name, label=column.label)
            )

    def _one_stage(self, cells, text, code, start, end):
        if start:
            return (Stage(code, start, end),)
        cells.notes.append(Note(NoteCode.STAGE_LEFT_OUT, {"value": brief(text)}, self.columns[0].name))
        return (Stage(NO_SEN, end + ONE_DAY),)

    def _stages_of(self, cells):
        """Every stage of a transfer file, the codes from before 2014 included."""
        stages = []
        for stage in cells.extra["sen_history"]:
            code = codes.sen_code_of(stage["code"])
            start, end = (cells.read(self.start.columns[0], stage[which]) for which in ("start_on", "end_on"))
            if code and start:
                stages.append(Stage(code, start, None if end and is_open(end, cells.today) else end))
            else:
                cells.notes.append(Note(NoteCode.STAGE_LEFT_OUT, {"value": brief(stage["code"])}, "sen_code"))
        return tuple(stages)

    def join(self, value, other):
        """Rows that name one status and no days agree; others are told apart by their days in `complete`."""
        return value if value == other else value or other

    def complete(self, row: PupilRow, today):
        """Read the periods: the last one that is open is the status, a gap is a time without SEN."""
        if not {self, self.stages, self.start, self.end} & row.values.keys():
            return row
        stages = list(row.get(self.stages, ()))
        row = replace(row, notes=(*row.notes, *self._problems(row, stages, today)))
        if not stages or self._is_asked(row):
            return row
        going_on = sorted((stage for stage in stages if stage.ends_on is None), key=lambda stage: stage.starts_on)
        if not going_on:
            last = max(stage.ends_on for stage in stages)
            return self._with(row, NO_SEN, last + ONE_DAY)
        current = going_on[-1]
        if current.code in OLD_CODES:
            note = Note(NoteCode.STATUS_BEFORE_2014, {"value": current.code, "status": current.code})
            doubt = Doubt(self.columns[0].name, note, codes.ASKED_OF_OLD)
            return replace(row, doubts=(*row.doubts, doubt), values={**row.values, self: None})
        row = self._with(row, current.code, current.starts_on)
        others = [stage.code for stage in going_on if stage.code in (NO_SEN, SUPPORT, PLAN)]
        if len(set(others)) > 1:
            note = Note(NoteCode.TWO_OPEN_STAGES, {"codes": others}, self.columns[0].name)
            doubt = Doubt(self.columns[0].name, note, tuple(dict.fromkeys(reversed(others))), current.code)
            row = replace(row, doubts=(*row.doubts, doubt), values={**row.values, self: None})
        return row

    def _problems(self, row, stages, today):
        """Notes on days that cannot be, which keep the row out, or that belong to no status."""
        problems = [problem for stage in stages if (problem := problem_of(stage, row.get(self.birth), today))]
        notes = [replace(each, column=self.start.columns[0].name, is_fatal=True) for each in problems]
        if not (stages or row.get(self) or self._is_asked(row)):
            for field in (self.start, self.end):
                if day := row.get(field):
                    code = NoteCode.SEN_DAY_WITHOUT_STATUS
                    notes.append(Note(code, {"day": iso_text(day)}, field.columns[0].name))
        return [note for place, note in enumerate(notes) if note not in notes[:place]]

    def _is_asked(self, row):
        """Whether the file says a status that only a person can read."""
        return any(doubt.column == self.columns[0].name for doubt in row.doubts)

    def _with(self, row, code, start):
        return replace(row, values={**row.values, self: code, self.start: start})

    # --- Weighing --------------------------------------------------------------------------------------------------
    def _weigh(self, said: Comparison) -> Sen:
        row = said.row
        chosen = row.get(self, "")
        is_watched, is_unknown = chosen == WATCHED, chosen.endswith("?")
        sen = Sen(code=NO_SEN if is_watched else chosen.rstrip("?"))
        sen.is_undecided = not sen.code and self._is_asked(row)
        stages = row.get(self.stages, ())
        if sen.code and not (is_unknown or is_watched):
            going_on = [stage.starts_on for stage in stages if stage.ends_on is None and stage.code == sen.code]
            sen.start = max(going_on) if going_on else row.get(self.start)
        if is_watched:
            sen.watched_since = min(row.get(self.start) or said.today, said.today)
        if is_unknown or is_watched:
            sen.reason = said.file_words
        if sen.code != NO_SEN:
            for need in row.get(self.needs, ()):
                self._place_need(sen, need, said)
        elif row.get(self.needs):
            said.note(NoteCode.NEEDS_WITHOUT_SEN)
        sen.past = past_stages(stages, sen.start, said.today)
        return sen

    def _place_need(self, sen, need, said):
        if need.type not in said.directory.need_names:
            said.note(NoteCode.NEED_NOT_IN_USE, need=need.type)
        elif need.ends_on is None:
            sen.needs.append(need.type)
        elif need.starts_on:
            sen.past_needs.append(need)

    # --- A pupil who is here ---------------------------------------------------------------------------------------
    def compare(self, said: Comparison):
        known = said.known
        sen = said.sen = self._weigh(said)
        code = sen.code or known.code
        sen.ends_plan = known.code == PLAN and code != PLAN
        sen.changes = code != known.code and not sen.ends_plan
        _obey_register(sen, code, said)
        if sen.is_undecided:
            return
        if sen.ends_plan:
            said.questions.append(self._plan_ends(said, sen))
        elif sen.changes:
            yield self._change(said, sen)
        elif sen.watched_since and not known.watch:
            yield Difference(f"{self.name}:{WATCH}", "Watch list", "", f"Since {long_date(sen.watched_since)}",
                             sen.as_json([]))  # fmt: skip
        missing = missing_stages(sen.past, known.entries, sen.start if sen.changes else None)
        if missing:
            sen.past = missing
            yield Difference(
                f"{self.name}:{HISTORY}", "SEN status before", "",
                "; ".join(stage_words(stage, said) for stage in missing), sen.as_json([]),
            )  # fmt: skip

    def _change(self, said, sen, *, is_chosen=None, note=None):
        known, entry = said.known, said.known.entry
        if entry and sen.start and not gives_way(entry, sen.start, known.entries):
            sen.start, is_chosen, note = None, False, Note(NoteCode.STARTED_BEFORE_PRESENT, {
                "day": entry.starts_on.isoformat()})  # fmt: skip
        needs = _complete(sen, sen.code, known.need_codes, said)
        if is_chosen is None:
            is_chosen = sen.code != PLAN
            note = note or (Note(NoteCode.ONLY_ONCE_ISSUED) if sen.code == PLAN else None)
        ours = status_words(known.code, entry.known_start if entry else None, known.need_codes, said)
        return Difference(
            self.name, "SEN status", ours, status_words(sen.code, sen.start, needs, said), sen.as_json(needs),
            is_chosen=is_chosen, note=note, source=Source.of(entry, "code"),
        )  # fmt: skip

    def _plan_ends(self, said, sen):
        """The file knows of no plan. Whether the council ended it, a person knows."""
        ending = self._change(said, sen, is_chosen=True, note=Note(NoteCode.PLAN_ENDS_HERE))
        told = {"status": said.directory.status_label(sen.code)}
        kept = {"day": iso_text(said.known.entry.starts_on)}
        return Question(
            self.name,
            Note(NoteCode.PLAN_NOT_IN_FILE, told | kept),
            f"{PLAN}>{sen.code}",
            (
                Option(KEEP, Note(NoteCode.OPTION_PLAN_STAYS)),
                Option(END, Note(NoteCode.OPTION_PLAN_ENDED, {"what": ending.theirs}), fields=(ending.as_stored(),)),
            ),
        )

    def option_label(self, value, directory):
        if value == WATCHED:
            return Note(NoteCode.OPTION_WATCHED)
        code = NoteCode.OPTION_STATUS_UNDATED if value.endswith("?") else NoteCode.OPTION_STATUS
        status = value.rstrip("?")
        return Note(code, {"status": "No SEN" if status == NO_SEN else directory.status_label(status)})

    # --- A new pupil -----------------------------------------------------------------------------------------------
    def plan(self, said):
        sen = said.sen = self._weigh(said)
        sen.code = sen.code or NO_SEN
        if sen.is_undecided:
            return sen.as_json([])
        _obey_register(sen, sen.code, said)
        return sen.as_json(_complete(sen, sen.code, [], said))

    def begin(self, writer, value):
        writer.begin_status(value)

    def apply(self, writer, difference):
        if difference.rest == WATCH:
            writer.watch(day_of(difference.value["watch"]), difference.value["reason"])
        elif difference.rest == HISTORY:
            writer.add_past(difference.value)
        else:
            writer.change_status(difference.value)

    def taken_with_all(self, difference):
        """A plan is taken in only by itself."""
        return not difference.is_locked and (difference.rest or difference.value["code"] != PLAN)


class SenStart(Field):
    """Since when the status is held."""

    may_differ = True

    def join(self, value, other):
        return min(filter(None, (value, other)), default=None)

    def to_json(self, value):
        return iso_text(value)

    def from_json(self, value):
        return day_of(value)

    def compare(self, said):
        sen, entry = said.sen, said.known.entry
        if sen is None or sen.changes or sen.ends_plan or sen.is_undecided or entry is None or not sen.code:
            return
        if sen.start is None or sen.start == entry.starts_on:
            return
        before = [other for other in said.known.entries if other.pk != entry.pk]
        blocked = any(other.starts_on >= sen.start for other in before)
        ours = long_date(entry.starts_on) if entry.known_start else ""
        yield Difference(
            self.name, "SEN status since", ours, long_date(sen.start), iso_text(sen.start),
            is_locked=blocked, note=Note(NoteCode.EARLIER_STATUS_BLOCKS) if blocked else None,
            source=Source.of(entry, "starts_on") if entry.known_start else None,
        )  # fmt: skip

    def apply(self, writer, difference):
        writer.move_status_start(day_of(difference.value))


class SenEnd(SenStart):
    """The last day of a status: a period that is over. `SenStatus` makes a history of it."""

    def join(self, value, other):
        return max(filter(None, (value, other)), default=None)

    def compare(self, said):
        return iter(())


def _answer(text):
    """True for yes, False for no, None for a text that is neither."""
    try:
        return values.parse_flag(text).value
    except values.BadValue:
        return None


def _obey_register(sen, code, said):
    """Make the needs fit the status that the pupil will have."""
    if code == NO_SEN:
        if sen.needs:
            said.note(NoteCode.NEEDS_WITHOUT_SEN)
        sen.needs = []
    elif code == PLAN and NOT_ASSESSED in sen.needs:
        sen.needs = [need for need in sen.needs if need != NOT_ASSESSED]
        said.note(NoteCode.NOT_ASSESSED_WITH_PLAN)


def _complete(sen, code, held, said):
    """Return the needs a pupil with this status will have. None at all is a gap that the data page shows."""
    if code not in (SUPPORT, PLAN) or sen.needs:
        return sen.needs
    if kept := [need for need in held if code == SUPPORT or need != NOT_ASSESSED]:
        return kept
    said.note(NoteCode.NEED_MISSING)
    return []


def status_words(code, start, needs, said):
    text = said.directory.status_label(code)
    text += f" from {long_date(start)}" if start else ", since when is not known"
    return f"{text}: {in_order(needs, said.directory.need_names)}" if needs else text
