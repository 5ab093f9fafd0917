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
    WatchListEntry,
)
from ...models.register import ON_REGISTER, Code
from ..fields import FIELDS, Derived
from ..fields.contacts import LABELS as PARTS_OF_CONTACT
from ..fields.needs import LAST_RANK
from ..fields.stages import day_of

if TYPE_CHECKING:
    from ..rows import ContactSaid
    from ..selectors.known import Known

ONE_DAY = timedelta(days=1)
LAST_PRIORITY = 99
LOOK_AGAIN_IN = timedelta(weeks=12)  # as the form of the watch list proposes
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
        """The file's, or the day of the import."""
        return self.pupil.joined_on or self.today

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

    def begin_status(self, said: dict[str, Any]) -> None:
        """The stages that are over, then the open entry and its needs. Without a day it is the day of the import."""
        start = day_of(said["start"])
        began = start or self.today
        self.add_past(said, until=began)
        self._enter(said["code"], began, is_start_unknown=start is None, reason=said["reason"])
        lasting = self._add_past_needs(said, began)
        for rank, need in enumerate(said["needs"], start=1):
            self._add_need(need, rank, lasting.get((need, rank), began))
        if said["watch"]:
            self.watch(day_of(said["watch"]), said["reason"])

    def add_past(self, said: dict[str, Any], *, until: date | None = None) -> None:
        """Enter the stages that are over, each ending before `until`."""
        for code, first, last in said["past"]:
            first_day, last_day = date.fromisoformat(first), date.fromisoformat(last)
            if until is None or first_day < until:
                ends_on = last_day if until is None else min(last_day, until - ONE_DAY)
                self._enter(code, first_day, ends_on=ends_on)

    def _add_past_needs(self, said: dict[str, Any], began: date) -> dict[tuple[str, int], date]:
        """Enter the needs that are over. Returns the first days of those that went on into the present status."""
        lasting = {}
        for code, rank, first, last in said["past_needs"]:
            first_day, last_day = date.fromisoformat(first), date.fromisoformat(last)
            goes_on = last_day + ONE_DAY == began and code in said["needs"][rank - 1 : rank]
            if goes_on:
                lasting[code, rank] = first_day
            elif first_day <= last_day:
                self._add_need(code, min(rank, LAST_RANK), first_day, ends_on=last_day)
        return lasting

    def leave_new(self, left_on: date) -> None:
        """A new pupil who is gone already: nothing that was made for them goes on, or begins after the last day."""
        self.pupil.left_on, self.pupil.leaving_reason = left_on, self.work.why[:200]
        for model in (Enrolment, RegisterEntry, Need, PupilFlag, WatchListEntry):
            for change, row in self.batch.made.get(model, []):
                if change is self.change and row.ends_on is None:
                    row.starts_on, row.ends_on = min(row.starts_on, left_on), left_on
        self.work.due = [row for row in self.work.due if row.pupil is not self.pupil]

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
    def change_status(self, said: dict[str, Any]) -> None:
        """Close the open entry the day before and open the next.

        An entry that began that day, or on no known day at all, gives way: it becomes the new one.
        """
        entry, told = self.known.entry, day_of(said["start"])
        code, start = said["code"], told or self.today
        if entry and start <= entry.starts_on:
            self._end_before(entry, start)
            values = {
                "starts_on": start,
                "is_start_unknown": told is None,
                "is_taken_over": start < self.today,
            }
            self.batch.change(self.change, entry, code=code, reason=self._reason(said["reason"]), **values)
            self.work.due.append(entry)
        else:
            if entry:
                self.batch.change(self.change, entry, ends_on=start - ONE_DAY)
                self.work.due.append(entry)
            self._enter(code, start, is_start_unknown=told is None, reason=said["reason"])
        self._set_needs(said["needs"], start)
        if code in ON_REGISTER and self.known.watch:
            self._end_watch(start, f"{Code(code).label} started")
        if said["watch"] and not self.known.watch:
            self.watch(day_of(said["watch"]), said["reason"])

    def _end_before(self, entry: RegisterEntry, start: date) -> None:
        """The entry before one that is moved ends the day before it, if it ran up to it or beyond."""
        earlier = [other for other in self.known.entries if other.pk != entry.pk and other.starts_on < start]
        if (
            earlier
            and (last := earlier[-1]).ends_on
            and (last.ends_on >= start or last.ends_on == entry.starts_on - ONE_DAY)
        ):
            self.batch.change(self.change, last, ends_on=start - ONE_DAY)

    def watch(self, since: date | None, why: str) -> None:
        watch = WatchListEntry(
            school=self.work.school, pupil=self.pupil, reason=self._reason(why), starts_on=since or self.today,
            look_again_on=self.today + LOOK_AGAIN_IN, entered_by=self.work.by,
        )  # fmt: skip
        self.batch.make(self.change, watch)
        self.work.due.append(watch)

    def _reason(self, why: str) -> str:
        return " ".join(filter(None, [self.work.why, why]))[:500]

    def set_needs_now(self, needs: list[str]) -> None:
        began = self.known.entry.starts_on if self.known.entry else self.today
        self._set_needs(needs, max(self.today, began))

    def move_status_start(self, start: date) -> None:
        entry: Any = self.known.entry  # only an open entry is moved
        for need in self.known.needs:
            if need.starts_on == entry.starts_on:
                self.batch.change(self.change, need, starts_on=start)
        self._end_before(entry, start)
        values = {"starts_on": start, "is_start_unknown": False, "is_taken_over": start < self.today}
        self.batch.change(self.change, entry, **values)
        self.work.due.append(entry)

    def _enter(
        self, code: str, start: date, *, ends_on: date | None = None, is_start_unknown: bool = False, reason: str = ""
    ) -> None:
        entry = RegisterEntry(
            school=self.work.school, pupil=self.pupil, code=code, starts_on=start, ends_on=ends_on,
            reason=self._reason(reason), entered_by=self.work.by, is_start_unknown=is_start_unknown,
            # Nobody owes home a word about what began before this day, or on a day that nobody knows.
            is_taken_over=start < self.today or is_start_unknown,
        )  # fmt: skip
        self.batch.make(self.change, entry)
        if code == Code.SUPPORT and ends_on is None:
            self.work.due.append(entry)

    def _add_need(self, code: str, rank: int, start: date, *, ends_on: date | None = None) -> None:
        kind = self.directory.need_types[code]
        need = Need(pupil=self.pupil, need_type=kind, rank=rank, area=kind.area, starts_on=start, ends_on=ends_on)
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

    def readmit(self, day: date, said: dict[str, Any]) -> None:
        """On roll again from the day the file gives, with the status it gives, which begins here that day at best."""
        pupil = self.pupil
        last = max([entry.ends_on for entry in self.known.entries if entry.ends_on] + [pupil.left_on])
        first_day = max(day, last + ONE_DAY)
        self.batch.change(self.change, pupil, left_on=None, leaving_reason="", destination="", joined_on=first_day)
        self.batch.make(self.change, Enrolment(pupil=pupil, starts_on=first_day))
        told = day_of(said["start"])
        start = max(told or first_day, first_day)
        self._enter(said["code"], start, is_start_unknown=told is None, reason=said["reason"])
        if start > first_day:
            self._enter(Code.NONE, first_day, ends_on=start - ONE_DAY)
        for rank, need in enumerate(said["needs"], start=1):
            self._add_need(need, rank, start)
        if said["watch"]:
            self.watch(first_day, said["reason"])
