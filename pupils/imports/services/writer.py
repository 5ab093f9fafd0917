"""What an import may do to one pupil. Fields call it; everything goes through the batch, which keeps how to undo it."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from staff.models import User

from ...models import (
    Concern,
    Contact,
    Enrolment,
    GroupPlace,
    ImportChange,
    Need,
    Pupil,
    PupilFlag,
    PupilSupport,
    RegisterEntry,
)
from ...models.register import ON_REGISTER, Code
from ..fields import FIELDS, Derived
from ..fields.contacts import LABELS as PARTS_OF_CONTACT

if TYPE_CHECKING:
    from ..rows import ContactSaid
    from ..selectors.known import Known

ONE_DAY = timedelta(days=1)
LAST_PRIORITY = 99
SEARCHED = {attribute for field in FIELDS if field.derives == Derived.SEARCH_KEYS for attribute in field.attributes}


class Writer:
    """Work on one pupil. `work` is the whole import that is applied; `known` is None for a new pupil."""

    def __init__(self, work: Any, change: ImportChange, known: "Known | None" = None) -> None:
        self.work, self.change = work, change
        # None for a new pupil, of whom only what makes one is asked.
        self.known: Known = known  # type: ignore[assignment]  # see above
        self.pupil = known.pupil if known else Pupil(school=work.school)
        self.batch, self.directory, self.today = work.batch, work.directory, work.today
        self.values: dict[str, Any] = {}  # attributes of the pupil that change
        self.enrolment_kind = Enrolment.Kind.SINGLE

    def set(self, **values: Any) -> None:
        """Set attributes of the pupil; they are written together."""
        self.values |= values

    def set_key_worker(self, pk: int) -> None:
        self.values["key_worker"] = User.objects.get(pk=pk)

    @property
    def _first_day(self) -> date:
        """Who comes from a file has one: the file's, or the day of the import."""
        return self.pupil.joined_on  # type: ignore[return-value]  # see above

    # --- A new pupil -----------------------------------------------------------------------------------------------
    def add_pupil(self) -> None:
        """Make the pupil and the enrolment, before anything that belongs to them."""
        for name, value in self.values.items():
            setattr(self.pupil, name, value)
        self.pupil.sort_name = self.pupil.make_sort_name()
        self.batch.make(self.change, self.pupil)
        self.batch.find_by_name(self.pupil)
        kind = self.enrolment_kind
        self.batch.make(self.change, Enrolment(pupil=self.pupil, kind=kind, starts_on=self._first_day))
        self.change._made = self.pupil  # type: ignore[attr-defined]  # a mark for `finishing`

    def begin_status(self, code: str, start: date | None, needs: list[str], past: list[tuple[str, date, date]]) -> None:
        """The stages that are over, then the open entry, and its needs."""
        began = start or min(self._first_day, self.today)
        if past and not start:
            began = max(began, past[-1][2] + ONE_DAY)
        for past_code, first, last in past:
            if first < began:
                self._enter(past_code, first, ends_on=min(last, began - ONE_DAY))
        self._enter(code, began)
        for rank, need in enumerate(needs, start=1):
            self._add_need(need, rank, began)

    # --- The pupil's own record ------------------------------------------------------------------------------------
    def save_details(self) -> None:
        """Write what was set. The version moves in any case: whoever has the record open is told that it changed."""
        values, pupil, enrolment = self.values, self.pupil, self.known.enrolment
        if values.get("upn") and pupil.upn and "former_upn" not in values:
            values["former_upn"] = pupil.upn
        if "joined_on" in values and enrolment and enrolment.starts_on == pupil.joined_on:
            self.batch.change(self.change, enrolment, starts_on=values["joined_on"])
        self.batch.change(self.change, pupil, version=pupil.version + 1, **values)
        if SEARCHED & values.keys():
            self.batch.find_by_name(pupil)

    def enrol(self, kind: str) -> None:
        current: Any = self.known.enrolment  # who is on roll has one
        if current.starts_on >= self.today:
            self.batch.change(self.change, current, kind=kind)
            return
        self.batch.change(self.change, current, ends_on=self.today - ONE_DAY)
        copied = {"unit": current.unit, "other_school": current.other_school, "commissioner": current.commissioner}
        self.batch.make(self.change, Enrolment(pupil=self.pupil, kind=kind, starts_on=self.today, **copied))

    # --- Flags and contacts ----------------------------------------------------------------------------------------
    def start_flag(self, kind: str, *, from_first_day: bool = False) -> None:
        start = min(self._first_day, self.today) if from_first_day else self.today
        self.batch.make(self.change, PupilFlag(pupil=self.pupil, kind=kind, starts_on=start))

    def end_flag(self, kind: str) -> None:
        flag: Any = self.known.open_flag(kind)  # only an open one is ended
        self.batch.change(self.change, flag, ends_on=max(self.today, flag.starts_on))

    def add_contact(self, said: "ContactSaid") -> None:
        about = {name: getattr(said, name) or "" for name in PARTS_OF_CONTACT}
        contact = Contact(
            pupil=self.pupil,
            name=said.name,
            priority=min(said.priority, LAST_PRIORITY),
            has_parental_responsibility=bool(said.responsibility),
            **about,
        )
        self.batch.make(self.change, contact)

    def change_contact(self, pk: int, **values: Any) -> None:
        contact = next(each for each in self.known.contacts if each.pk == pk)
        if not self.batch.has_changed(contact):
            values["version"] = contact.version + 1
        self.batch.change(self.change, contact, **values)

    # --- The register ----------------------------------------------------------------------------------------------
    def change_status(self, code: str, start: date | None, needs: list[str]) -> None:
        """Close the open entry the day before and open the next; an entry that began that day is put right instead."""
        entry, start = self.known.entry, start or self.today
        if entry and start <= entry.starts_on:
            start = self.today
        if entry and start <= entry.starts_on:
            start = entry.starts_on
            self.batch.change(self.change, entry, code=code, reason=self.work.why)
            self.work.due.append(entry)
        else:
            if entry:
                self.batch.change(self.change, entry, ends_on=start - ONE_DAY)
                self.work.due.append(entry)
            self._enter(code, start)
        self._set_needs(needs, start)
        if code in ON_REGISTER and self.known.watch:
            self._end_watch(start, f"{Code(code).label} started")

    def set_needs_now(self, needs: list[str]) -> None:
        began = self.known.entry.starts_on if self.known.entry else self.today
        self._set_needs(needs, max(self.today, began))

    def move_status_start(self, start: date) -> None:
        entry = self.known.entry
        for need in self.known.needs:
            if need.starts_on == entry.starts_on:  # type: ignore[union-attr]  # only an open entry is moved
                self.batch.change(self.change, need, starts_on=start)
        self.batch.change(self.change, entry, starts_on=start)
        self.work.due.append(entry)

    def _enter(self, code: str, start: date, *, ends_on: date | None = None) -> None:
        entry = RegisterEntry(
            school=self.work.school, pupil=self.pupil, code=code, starts_on=start, ends_on=ends_on,
            reason=self.work.why, entered_by=self.work.by, is_taken_over=start < self.today,
        )  # fmt: skip
        self.batch.make(self.change, entry)
        if code == Code.SUPPORT:
            self.work.due.append(entry)

    def _add_need(self, code: str, rank: int, start: date) -> None:
        kind = self.directory.need_types[code]
        need = Need(pupil=self.pupil, need_type=kind, rank=rank, area=kind.area, starts_on=start)
        self.batch.make(self.change, need)

    def _set_needs(self, codes: list[str], start: date) -> None:
        held = {need.need_type.code: need for need in self.known.needs}
        for code, need in held.items():
            if code not in codes or codes.index(code) + 1 != need.rank:
                self.batch.change(self.change, need, ends_on=max(start - ONE_DAY, need.starts_on))
        for rank, code in enumerate(codes, start=1):
            if code not in held or held[code].rank != rank:
                self._add_need(code, rank, start)

    def _end_watch(self, on: date, outcome: str) -> None:
        watch: Any = self.known.watch  # asked for while there is one
        self.batch.change(self.change, watch, ends_on=max(on, watch.starts_on), outcome=outcome)
        self.work.due.append(watch)

    # --- Leavers and those who came back ---------------------------------------------------------------------------
    def leave(self, left_on: date, why: str = "") -> None:
        pupil, known = self.pupil, self.known
        self.batch.change(self.change, pupil, left_on=left_on, leaving_reason=(why or self.work.why)[:200])
        for model in (Enrolment, GroupPlace, PupilSupport, PupilFlag):
            for row in model.objects.filter(pupil=pupil, ends_on=None):
                self.batch.change(self.change, row, ends_on=max(left_on, row.starts_on))
        if entry := known.entry:
            self.batch.change(self.change, entry, ends_on=max(left_on, entry.starts_on))
            self.work.due.append(entry)
        for need in known.needs:
            self.batch.change(self.change, need, ends_on=max(left_on, need.starts_on))
        if known.watch:
            self._end_watch(left_on, "Left the school")
        for concern in Concern.objects.filter(pupil=pupil, closed_on=None):
            self.batch.change(self.change, concern, closed_on=max(left_on, concern.raised_on))
        self.work.left.append(pupil.pk)

    def readmit(self) -> None:
        pupil = self.pupil
        last = max([entry.ends_on for entry in self.known.entries if entry.ends_on] + [pupil.left_on])
        start = max(self.today, last + ONE_DAY)
        self.batch.change(self.change, pupil, left_on=None, leaving_reason="", destination="")
        self.batch.make(self.change, Enrolment(pupil=pupil, starts_on=start))
        self._enter(Code.NONE, start)
