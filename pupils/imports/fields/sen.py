"""SEN status, its days, and types of need, made to obey the rules of the register."""

from dataclasses import asdict, dataclass, field
from datetime import date, timedelta

from sendco.clock import long_date

from ..notes import Note, NoteCode, brief
from ..parsing import codes
from ..rows import NeedSaid, Stage
from .base import Cells, Column, Comparison, Difference, Field, Shelf, Source, column, split

NO_SEN, SUPPORT, PLAN = "N", "K", "E"
NOT_ASSESSED = "NSA"
ONE_DAY = timedelta(days=1)
MOST_NEEDS = 4
LAST_RANK = 99
ORDINALS = {1: ("Primary", "First", "Main"), 2: ("Secondary", "Second"), 3: ("Tertiary", "Third"), 4: ("Fourth",)}
NUMBERED = "SEN Need Type {}; Need {}; SEN Type {}; SEND Need {}; Need Type {}; SEN {}; SEN Category {}"
WORDED = "{} SEN Need; {} Need; {} Need Type; {} SEN Type; {} SEND Need; {} Area of Need"
ALONE = """
SEN Need; SEN Needs; SEN Type; SEN Types; SEND Need; SEND Needs; Need; Needs; Need Type; SEN Need Type; SEN Need Types;
Type of Need; Area of Need; SEN Category; SEN Description; SEN Need Description; SEN Needs List
"""


@dataclass
class Sen:
    """What a file says about one pupil, made to obey the register."""

    code: str = ""  # "" when the file says nothing
    start: date | None = None
    needs: list[str] = field(default_factory=list)
    refusal: Note | None = None
    changes: bool = False  # whether the status itself would become another, so that needs and start go with it
    ends_plan: bool = False


class SenStatus(Field):
    """The status now. What the file says of needs and days is weighed together with it."""

    def __init__(self, name, column, *, start, needs, stages, birth):
        super().__init__(name, column)
        self.start, self.needs, self.stages, self.birth = start, needs, stages, birth

    def compare(self, said: Comparison):
        known = said.known
        sen = said.sen = self._weigh(said, known.pupil.birth_on)
        code = sen.code or known.code
        sen.ends_plan = known.code == PLAN and code != PLAN
        sen.changes = code != known.code and not sen.ends_plan
        _obey_register(sen, PLAN if sen.ends_plan else code, said)
        ours = status_words(known.code, known.entry.starts_on if known.entry else None, known.need_codes, said)
        if sen.ends_plan:
            theirs, stays = status_words(code, sen.start, [], said), Note(NoteCode.PLAN_STAYS)
            yield Difference(self.name, "SEN status", ours, theirs, None, is_locked=True, note=stays)
        elif sen.changes:
            needs = _complete(sen, code, known.need_codes, said)
            value = {"code": code, "start": sen.start.isoformat() if sen.start else None, "needs": needs}
            yield Difference(
                self.name, "SEN status", ours, status_words(code, sen.start, needs, said), value,
                is_chosen=code != PLAN, is_locked=sen.refusal is not None,
                note=sen.refusal or (Note(NoteCode.ONLY_ONCE_ISSUED) if code == PLAN else None),
                source=Source.of(known.entry, "code"),
            )  # fmt: skip

    def plan(self, said):
        sen = said.sen = self._weigh(said, said.row.get(self.birth))
        code = sen.code or NO_SEN
        _obey_register(sen, code, said)
        needs = _complete(sen, code, [], said)
        if sen.refusal:
            said.refusals.append(sen.refusal)
        past = past_stages(said.row.get(self.stages, ()))
        return {
            "code": code,
            "start": sen.start.isoformat() if sen.start else None,
            "needs": needs,
            "past": [[stage.code, stage.starts_on.isoformat(), stage.ends_on.isoformat()] for stage in past],
        }

    def _weigh(self, said, born):
        """Read status, start and needs of a row as far as they can be true today."""
        sen = Sen(code=said.row.get(self, ""), start=said.row.get(self.start))
        if sen.start and (sen.start > said.today or (born and sen.start < born)):
            said.note(NoteCode.SEN_START_WRONG, day=sen.start.isoformat())
            sen.start = None
        for need in said.row.get(self.needs, ()):
            if need.type in said.directory.need_names:
                sen.needs.append(need.type)
            else:
                said.note(NoteCode.NEED_NOT_IN_USE, need=need.type)
        return sen

    def begin(self, writer, value):
        past = [(code, date.fromisoformat(first), date.fromisoformat(last)) for code, first, last in value["past"]]
        writer.begin_status(value["code"], _day(value["start"]), value["needs"], past)

    def apply(self, writer, difference):
        value = difference.value
        writer.change_status(value["code"], _day(value["start"]), value["needs"])

    def taken_with_all(self, difference):
        """A plan is taken in only by itself."""
        return not difference.is_locked and difference.value["code"] != PLAN


class SenStart(Field):
    """Since when the status is held."""

    may_differ = True

    def join(self, value, other):
        return min(filter(None, (value, other)), default=None)

    def to_json(self, value):
        return value.isoformat() if value else None

    def from_json(self, value):
        return _day(value)

    def compare(self, said):
        sen, entry = said.sen, said.known.entry
        if sen.changes or sen.ends_plan or entry is None or not sen.code:
            return
        if sen.start is None or sen.start == entry.starts_on:
            return
        earlier = [other for other in said.known.entries if other.pk != entry.pk]
        blocked = any(
            stage.starts_on >= sen.start or (stage.ends_on and stage.ends_on >= sen.start) for stage in earlier
        )
        yield Difference(
            self.name, "SEN status since", long_date(entry.starts_on), long_date(sen.start), sen.start.isoformat(),
            is_locked=blocked, note=Note(NoteCode.EARLIER_STATUS_BLOCKS) if blocked else None,
            source=Source.of(entry, "starts_on"),
        )  # fmt: skip

    def apply(self, writer, difference):
        writer.move_status_start(_day(difference.value))


class Needs(Field):
    """Types of need in the order of their ranks, from several columns, cells that list several, or several rows."""

    may_differ = True

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
        matched = [column for column in self.numbered if column.name in cells.texts]
        for place, each in enumerate(matched, start=1):
            for text in codes.split_needs(cells.texts[each.name]):
                # A note names the column by its place among those that are there.
                if code := cells.read(self.numbered[place - 1], text):
                    said.append(NeedSaid(code, rank or place))
        # Ranks stay as the file gives them until all rows about the pupil are known; `settle` closes the gaps.
        return tuple(said)

    def _from_transfer(self, cells, entry):
        if entry["end_on"] and (cells.today is None or entry["end_on"] < cells.today.isoformat()):
            return None
        code = cells.read(self.numbered[0], entry["type"])
        return NeedSaid(code, codes.parse_rank(entry["rank"]) or LAST_RANK) if code else None

    def join(self, value, other):
        return (*(value or ()), *(other or ()))

    def settle(self, value):
        """Number the needs 1, 2, 3 in the order of their ranks; a type named twice keeps its best place."""
        ordered = sorted(value, key=lambda need: need.rank)
        types = dict.fromkeys(need.type for need in ordered)
        return tuple(NeedSaid(code, place) for place, code in enumerate(types, start=1))

    def to_json(self, value):
        return [asdict(need) for need in value or ()]

    def from_json(self, value):
        return tuple(NeedSaid(**need) for need in value)

    def compare(self, said):
        held, sen = said.known.need_codes, said.sen
        if sen.changes or not sen.needs or sen.needs == held:
            return
        names = said.directory.need_names
        yield Difference(
            self.name, "Types of need", in_order(held, names), in_order(sen.needs, names), sen.needs,
            source=Source.of(said.known.needs, "need_type_id"),
        )  # fmt: skip

    def apply(self, writer, difference):
        writer.set_needs_now(difference.value)


class Stages(Field):
    """Every SEN stage that a transfer file tells of, the codes from before 2014 included."""

    may_differ = True

    def __init__(self, name, start_column):
        super().__init__(name)
        self.start_column = start_column

    def is_in(self, cells):
        return True

    def read(self, cells: Cells, so_far):
        stages = []
        for stage in cells.extra.get("sen_history", []):
            code = codes.sen_code_of(stage["code"])
            start, end = (cells.read(self.start_column, stage[which]) for which in ("start_on", "end_on"))
            if code and start:
                stages.append(Stage(code, start, end))
            else:
                cells.notes.append(Note(NoteCode.STAGE_LEFT_OUT, {"value": brief(stage["code"])}, "sen_code"))
        return tuple(stages)

    def join(self, value, other):
        return (*(value or ()), *(stage for stage in other or () if stage not in (value or ())))

    def to_json(self, value):
        return [
            [stage.code, stage.starts_on.isoformat(), stage.ends_on.isoformat() if stage.ends_on else None]
            for stage in value or ()
        ]

    def from_json(self, value):
        return tuple(Stage(code, _day(start), _day(end)) for code, start, end in value)


def _need_column(n):
    headings = [shape.format(n) for shape in split(NUMBERED)]
    headings += [shape.format(word) for word in ORDINALS[n] for shape in split(WORDED)]
    label = f"SEN need {n}"
    return Column(f"need_{n}", (label, *headings, *(split(ALONE) if n == 1 else ())), _parse_need, Shelf.SEND)


def _parse_need(text, today):
    return codes.parse_need(text)


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
    """Return the needs a pupil with this status will have, or set the refusal when a plan would have none."""
    if code not in (SUPPORT, PLAN) or sen.needs:
        return sen.needs
    if kept := [need for need in held if code == SUPPORT or need != NOT_ASSESSED]:
        return kept
    if code == SUPPORT:
        said.note(NoteCode.NOT_ASSESSED_ASSUMED)
        return [NOT_ASSESSED]
    sen.refusal = Note(NoteCode.PLAN_WITHOUT_NEED)
    return []


def status_words(code, start, needs, said):
    text = said.directory.status_label(code)
    if start:
        text += f" from {long_date(start)}"
    return f"{text}: {in_order(needs, said.directory.need_names)}" if needs else text


def in_order(needs, need_names):
    return ", then ".join(need_names.get(need, need) for need in needs) or "None"


def past_stages(stages):
    """Stages that are over, oldest first, without overlaps. Codes from before 2014 are read, never kept."""
    current = [stage for stage in stages if not stage.ends_on]
    limit = current[-1].starts_on if current else None
    past = []
    for stage in sorted(stages, key=lambda stage: stage.starts_on):
        if stage.code not in (NO_SEN, SUPPORT, PLAN) or stage.ends_on is None or (limit and stage.starts_on >= limit):
            continue
        start, end = stage.starts_on, min(stage.ends_on, limit - ONE_DAY) if limit else stage.ends_on
        if past and start <= past[-1].ends_on:
            start = past[-1].ends_on + ONE_DAY
        if start <= end:
            past.append(Stage(stage.code, start, end))
    return past


def _day(text):
    return date.fromisoformat(text) if text else None
