"""Apply a preview: everything in one short transaction, or nothing."""

import json
from collections import Counter
from datetime import date, timedelta

from django.db import transaction

from sendco.clock import long_date
from staff.models import TeachingGroup, User

from ...models import (
    Concern,
    Contact,
    Enrolment,
    GroupPlace,
    Import,
    ImportChange,
    Need,
    Pupil,
    PupilFlag,
    PupilSupport,
    RegisterEntry,
)
from ...models.register import ON_REGISTER, Code
from ..selectors.comparing import DATES, PUPIL_FIELDS
from ..selectors.known import known_pupils
from ..selectors.planning import REASON, Directory, enrolment_kind
from .batch import Batch
from .finishing import finish

Kind, Answer, Outcome = ImportChange.Kind, ImportChange.Answer, ImportChange.Outcome
ONE_DAY = timedelta(days=1)
MOVED_ON = "Somebody changed this pupil after the preview was made, so nothing was taken in. Import the file again."
GONE = "This record was merged or removed after the preview was made, so nothing was taken in."
UPN_TAKEN = "Another pupil here has this UPN, so the row was left out."
NAMES = {"upn", "legal_surname", "legal_forename", "middle_names", "preferred_surname", "preferred_forename"}


def chosen_changes(imported):
    """What applying would do, in the order of the file."""
    rows = imported.changes.filter(is_chosen=True, kind__in=[Kind.NEW, Kind.CHANGED, Kind.LEAVER, Kind.COMPARE])
    return list(rows.order_by("row_number", "pk"))


@transaction.atomic
def apply(*, imported, by, still_mine, today):
    """Apply what is chosen. Returns counts. `still_mine` is called once the rows are locked, before the first write."""
    still_mine()
    imported = Import.objects.select_for_update(of=["self"]).select_related("school").get(pk=imported.pk)
    if imported.status != Import.Status.APPLYING:
        return {}
    changes = chosen_changes(imported)
    work = _Work(imported, changes, by=by, today=today)
    work.prepare()
    work.batch.write()
    finish(work)
    return work.counts


class _Work:
    def __init__(self, imported, changes, *, by, today):
        self.imported, self.school, self.changes, self.by, self.today = imported, imported.school, changes, by, today
        self.batch = Batch(by=by, reason=f"{REASON} {imported.pk}")
        self.directory = Directory(self.school, today)
        self.words = {}  # change id to what the event says
        self.secret_words = {}
        self.due = []  # register entries whose deadlines must be derived again
        self.left = []
        self.counts = Counter()
        self.why = f"From the import of {imported.file_name}"

    def prepare(self):
        ids = {change.pupil_id for change in self.changes if change.pupil_id}
        self.known = known_pupils(self.school, ids=ids, lock=True)
        self._refuse_moved_on()
        self._refuse_taken_upns()
        self._add_groups()
        for change in self._going():
            if _is_new(change):
                self._add(change)
            elif change.kind == Kind.LEAVER:
                self._leave(change)
            else:
                self._change(change)

    def _going(self):
        return [change for change in self.changes if change.outcome != Outcome.SKIPPED]

    def _refuse_moved_on(self):
        """A pupil who is not as the preview showed them is left alone, and so is a second row about one pupil."""
        done = set()
        for change in self.changes:
            if _is_new(change):
                continue
            known = self.known.get(change.pupil_id)
            if known is None:
                self._skip(change, GONE)
            elif change.pupil_id in done or json.loads(json.dumps(known.as_seen())) != change.data.get("seen"):
                self._skip(change, MOVED_ON)
            done.add(change.pupil_id)

    def _refuse_taken_upns(self):
        """Leave out whoever would get a UPN that another pupil here keeps, until what remains fits together."""
        holders = Pupil.objects.filter(school=self.school, merged_into=None).exclude(upn=None)
        held = dict(holders.values_list("pk", "upn"))
        while True:
            wanted = {change: upn for change in self._going() if (upn := _new_upn(change))}
            moving = {change.pupil_id for change in wanted}
            kept = {upn for pk, upn in held.items() if pk not in moving}
            clashes, seen = [], set()
            for change, upn in wanted.items():
                if upn in kept or upn in seen:
                    clashes.append(change)
                seen.add(upn)
            if not clashes:
                return
            for change in clashes:
                self._skip(change, UPN_TAKEN)

    def _skip(self, change, reason):
        change.outcome, change.outcome_reason = Outcome.SKIPPED, reason
        self.counts["skipped"] += 1

    def _add_groups(self):
        wanted = {}
        for change in self._going():
            payload = change.data.get("row", {})
            names = [payload.get("group")] if _is_new(change) else []
            names += [item["value"] for item in _chosen(change) if item["key"] == "group"]
            wanted |= {name.casefold(): (change, name) for name in names if name and name.casefold() not in wanted}
        for key, (change, name) in wanted.items():
            if key not in self.directory.groups:
                group = TeachingGroup(school=self.school, name=name, kind=TeachingGroup.Kind.FORM)
                self.directory.groups[key] = group
                group._history_user, group._change_reason = self.by, self.batch.reason
                group.save()
                self.counts["groups"] += 1
                change.undo.setdefault("groups", []).append(group.pk)

    # --- New pupils -----------------------------------------------------------------------------------------------
    def _add(self, change):
        row = change.data["row"]
        pupil = Pupil(school=self.school)
        for name in PUPIL_FIELDS:
            if row.get(name) is not None:
                setattr(pupil, name, date.fromisoformat(row[name]) if name in DATES else row[name])
        if row.get("group"):
            pupil.form_group = self.directory.groups[row["group"].casefold()]
        pupil.key_worker_id = row.get("key_worker")
        pupil.sort_name = pupil.make_sort_name()
        self.batch.make(change, pupil)
        self.batch.find_by_name(pupil)
        kind = enrolment_kind(row.get("enrolment_type"))
        self.batch.make(change, Enrolment(pupil=pupil, kind=kind, starts_on=pupil.joined_on))
        start = self._first_status(change, pupil, row)
        for rank, code in enumerate(row["needs"], start=1):
            self._need(change, pupil, code, rank, start)
        for kind in row["flags"]:
            self.batch.make(change, PupilFlag(pupil=pupil, kind=kind, starts_on=min(pupil.joined_on, self.today)))
        for contact in row["contacts"]:
            self._contact(change, pupil, contact)
        change._made = pupil
        self.words[change.pk] = f"Imported as a new pupil from {self.imported.file_name}"
        self.counts["new"] += 1

    def _first_status(self, change, pupil, row):
        """The stages that are over, then the open entry. Returns its first day."""
        start = date.fromisoformat(row["sen_start"]) if row["sen_start"] else min(pupil.joined_on, self.today)
        past = [(code, date.fromisoformat(first), date.fromisoformat(last)) for code, first, last in row["past"]]
        if past and not row["sen_start"]:
            start = max(start, past[-1][2] + ONE_DAY)
        for code, first, last in past:
            if first < start:
                self._entry(change, pupil, code, first, ends_on=min(last, start - ONE_DAY))
        self._entry(change, pupil, row["code"], start)
        return start

    def _entry(self, change, pupil, code, start, *, ends_on=None):
        entry = RegisterEntry(
            school=self.school, pupil=pupil, code=code, starts_on=start, ends_on=ends_on,
            reason=self.why, entered_by=self.by, is_taken_over=start < self.today,
        )  # fmt: skip
        self.batch.make(change, entry)
        if code == Code.SUPPORT:
            self.due.append(entry)
        return entry

    def _need(self, change, pupil, code, rank, start):
        kind = self.directory.need_types[code]
        self.batch.make(change, Need(pupil=pupil, need_type=kind, rank=rank, area=kind.area, starts_on=start))

    def _contact(self, change, pupil, contact):
        about = {name: contact[name] or "" for name in ("relation", "email", "phone", "address", "postcode")}
        self.batch.make(
            change,
            Contact(
                pupil=pupil,
                name=contact["name"],
                priority=min(contact["priority"], 99),
                has_parental_responsibility=bool(contact.get("responsibility")),
                **about,
            ),
        )

    # --- Changed pupils -------------------------------------------------------------------------------------------
    def _change(self, change):
        known, words = self.known[change.pupil_id], []
        items = _chosen(change)
        values = {}
        for item in items:
            key = item["key"]
            if key in PUPIL_FIELDS:
                values[key] = date.fromisoformat(item["value"]) if key in DATES else item["value"]
            elif key == "group":
                values["form_group"] = self.directory.groups[item["value"].casefold()]
            elif key == "key_worker":
                values["key_worker_id"] = item["value"]
            else:
                self._apply_item(change, known, item)
            (self.secret_words.setdefault(change.pk, []) if _is_secret(item) else words).append(item["label"].lower())
        self._save_details(change, known, values)
        self.words[change.pk] = f"Imported from {self.imported.file_name}: {', '.join(words)}" if words else ""
        self.counts["changed"] += 1

    def _save_details(self, change, known, values):
        pupil = known.pupil
        if values.get("upn") and pupil.upn and "former_upn" not in values:
            values["former_upn"] = pupil.upn
        if "joined_on" in values and known.enrolment and known.enrolment.starts_on == pupil.joined_on:
            self.batch.change(change, known.enrolment, starts_on=values["joined_on"])
        worker = values.pop("key_worker_id", None)
        if worker:
            values["key_worker"] = User.objects.get(pk=worker)
        # The version moves in any case: whoever has the record open is told that it changed.
        self.batch.change(change, pupil, version=pupil.version + 1, **values)
        if NAMES & values.keys():
            self.batch.find_by_name(pupil)

    def _apply_item(self, change, known, item):
        name, _, rest = item["key"].partition(":")
        if name == "flag":
            self._flag(change, known, rest, item["value"])
        elif name == "contact" and rest.startswith("new"):
            self._contact(change, known.pupil, item["value"])
        elif name == "contact":
            pk, _, field = rest.partition(":")
            contact = next(one for one in known.contacts if one.pk == int(pk))
            bump = {} if (Contact, contact.pk) in self.batch.changed else {"version": contact.version + 1}
            self.batch.change(change, contact, **{field: item["value"]}, **bump)
        elif name == "enrolment":
            self._enrol(change, known, item["value"])
        elif name == "sen":
            self._status(change, known, item["value"])
        elif name == "needs":
            began = known.entry.starts_on if known.entry else self.today
            self._needs(change, known, item["value"], max(self.today, began))
        elif name == "sen_start":
            self._move_start(change, known, date.fromisoformat(item["value"]))
        elif name == "left":
            self._close_all(change, known, date.fromisoformat(item["value"]))
        elif name == "back":
            self._readmit(change, known)

    def _flag(self, change, known, kind, value):
        if value:
            self.batch.make(change, PupilFlag(pupil=known.pupil, kind=kind, starts_on=self.today))
        else:
            flag = known.open_flag(kind)
            self.batch.change(change, flag, ends_on=max(self.today, flag.starts_on))

    def _enrol(self, change, known, kind):
        current = known.enrolment
        if current.starts_on >= self.today:
            self.batch.change(change, current, kind=kind)
            return
        self.batch.change(change, current, ends_on=self.today - ONE_DAY)
        copied = {"unit": current.unit, "other_school": current.other_school, "commissioner": current.commissioner}
        self.batch.make(change, Enrolment(pupil=known.pupil, kind=kind, starts_on=self.today, **copied))

    def _status(self, change, known, value):
        """Close the open entry the day before and open the next; an entry that began that day is put right instead."""
        code, entry = value["code"], known.entry
        start = date.fromisoformat(value["start"]) if value["start"] else self.today
        if entry and start <= entry.starts_on:
            start = self.today
        if entry and start <= entry.starts_on:
            start = entry.starts_on
            self.batch.change(change, entry, code=code, reason=self.why)
            self.due.append(entry)
        else:
            if entry:
                self.batch.change(change, entry, ends_on=start - ONE_DAY)
                self.due.append(entry)
            self._entry(change, known.pupil, code, start)
        self._needs(change, known, value["needs"], start)
        if code in ON_REGISTER and known.watch:
            self._end_watch(change, known, start, f"{Code(code).label} started")

    def _needs(self, change, known, codes, start):
        held = {need.need_type.code: need for need in known.needs}
        for code, need in held.items():
            if code not in codes or codes.index(code) + 1 != need.rank:
                self.batch.change(change, need, ends_on=max(start - ONE_DAY, need.starts_on))
        for rank, code in enumerate(codes, start=1):
            if code not in held or held[code].rank != rank:
                self._need(change, known.pupil, code, rank, start)

    def _move_start(self, change, known, start):
        entry = known.entry
        for need in known.needs:
            if need.starts_on == entry.starts_on:
                self.batch.change(change, need, starts_on=start)
        self.batch.change(change, entry, starts_on=start)
        self.due.append(entry)

    def _end_watch(self, change, known, on, outcome):
        self.batch.change(change, known.watch, ends_on=max(on, known.watch.starts_on), outcome=outcome)
        self.due.append(known.watch)

    # --- Leavers and those who came back ----------------------------------------------------------------------------
    def _leave(self, change):
        left_on = date.fromisoformat(change.data["left_on"])
        known = self.known[change.pupil_id]
        self._close_all(change, known, left_on)
        self.batch.change(change, known.pupil, version=known.pupil.version + 1)
        self.words[change.pk] = f"Left on {long_date(left_on)}: not in {self.imported.file_name}"
        self.counts["leavers"] += 1

    def _close_all(self, change, known, left_on):
        pupil = known.pupil
        self.batch.change(change, pupil, left_on=left_on, leaving_reason=f"Not in {self.imported.file_name}"[:200])
        if change.kind != Kind.LEAVER:
            self.batch.change(change, pupil, leaving_reason=self.why[:200])
        for model in (Enrolment, GroupPlace, PupilSupport, PupilFlag):
            for row in model.objects.filter(pupil=pupil, ends_on=None):
                self.batch.change(change, row, ends_on=max(left_on, row.starts_on))
        if entry := known.entry:
            self.batch.change(change, entry, ends_on=max(left_on, entry.starts_on))
            self.due.append(entry)
        for need in known.needs:
            self.batch.change(change, need, ends_on=max(left_on, need.starts_on))
        if known.watch:
            self._end_watch(change, known, left_on, "Left the school")
        for concern in Concern.objects.filter(pupil=pupil, closed_on=None):
            self.batch.change(change, concern, closed_on=max(left_on, concern.raised_on))
        self.left.append(pupil.pk)

    def _readmit(self, change, known):
        pupil = known.pupil
        last = max([entry.ends_on for entry in known.entries if entry.ends_on] + [pupil.left_on])
        start = max(self.today, last + ONE_DAY)
        self.batch.change(change, pupil, left_on=None, leaving_reason="", destination="")
        self.batch.make(change, Enrolment(pupil=pupil, starts_on=start))
        self._entry(change, pupil, Code.NONE, start)


def _chosen(change):
    return [item for item in change.fields if item["chosen"] and not item["locked"]]


def _is_secret(item):
    return item["confidential"] or item["key"].startswith("contact")


def _is_new(change):
    return change.kind == Kind.NEW or change.answer == Answer.NEW


def _new_upn(change):
    if _is_new(change):
        return change.data["row"].get("upn")
    return next((item["value"] for item in _chosen(change) if item["key"] == "upn"), None)
