"""Build the preview: what applying the file would do with each pupil. Nothing is changed here."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.apps import apps

from sendco.clock import long_date
from staff.models import TeachingGroup, User

from ...models import Enrolment, ImportChange
from ...models.pupil import YearGroup
from ...register.services import needs_on
from ..reading.pupil_rows import NAME_FIELDS, Problem
from . import sen as sen_rules
from .comparing import FLAGS, PUPIL_FIELDS, clean, differences
from .known import known_pupils, newer_than
from .matching import Matcher
from .opening import source_number

Kind = ImportChange.Kind
REASON = "import"  # the beginning of the reason on each history row that an import writes
GONE_ALREADY = "The file says this pupil left on {day}, and sendco has no record of them. There is nothing to take in."
MAYBE_REJECTED = "A row that was not taken in may be about this pupil."
MAYBE_COMPARE = "A row that looks like this pupil waits for you to compare."


@dataclass
class Directory:
    """What the rows refer to in this school: classes, people, types of need."""

    school: object
    today: date

    def __post_init__(self):
        groups = TeachingGroup.objects.filter(school=self.school, is_archived=False)
        self.groups = {group.name.casefold(): group for group in groups}
        people = User.objects.working_at(self.school, self.today)
        self.people = {person.email.casefold(): person for person in people}
        self.need_types = {need.code: need for need in needs_on(self.today)}
        self.need_names = {code: need.short_name for code, need in self.need_types.items()}

    def group(self, name):
        """Return (the class or None when it is new, why it cannot be used)."""
        group = self.groups.get(name.casefold())
        if group and group.kind != TeachingGroup.Kind.FORM:
            return None, f"“{group.name}” is a teaching group here, not a class, so the class is not taken in."
        if group is None and len(name) > TeachingGroup._meta.get_field("name").max_length:
            return None, f"The name of the class, “{name[:40]}…”, is too long, so it is not taken in."
        return group, ""


class Planner:
    def __init__(self, imported, head, *, today):
        self.imported, self.school, self.today = imported, imported.school, today
        ctf = head["ctf"]
        # A transfer file tells of the days at the school that sent it; only our own file tells of ours.
        self.dates_are_ours = not ctf or source_number(ctf) == imported.school.dfe_number != ""
        self.directory = Directory(self.school, today)
        self.known = known_pupils(self.school)
        self.matcher = Matcher([known.pupil for known in self.known.values()])
        self.maybe = {}

    def plan(self, rows, *, progress):
        """Return unsaved ImportChanges for the rows and for the pupils the file does not name."""
        rows = [clean(row, dates_are_ours=self.dates_are_ours) for row in rows]
        good = [row for row in rows if not row.is_rejected]
        matches = self.matcher.match_all(good)
        changes = []
        for done, row in enumerate(rows, start=1):
            change = self._rejected(row) if row.is_rejected else self._change(row, matches[row.number])
            if change.kind == Kind.REJECTED and not row.is_rejected:
                row.problems += [Problem("", reason, fatal=True) for reason in change.reasons]
            changes.append(change)
            progress(done, len(rows), f"Comparing row {done:,} of {len(rows):,}")
        changes += self._missing(rows)
        self._keep_what_is_newer(changes)
        for change in changes:
            settle(change)
        return changes

    def _change(self, row, match):
        if match.pupil:
            return self._about(row, match.pupil)
        if not match.candidates:
            return self._new(row)
        for pupil, _ in match.candidates:
            self.maybe.setdefault(pupil, MAYBE_COMPARE)
        candidates = [self._candidate(row, pupil, why) for pupil, why in match.candidates]
        new = self._new(row)
        data = {**new.data, "candidates": candidates, "refusal": " ".join(new.reasons) * (new.kind == Kind.REJECTED)}
        return self._make(Kind.COMPARE, row, data=data, reasons=_notes(row), is_chosen=False)

    def _candidate(self, row, pupil, why):
        known = self.known[pupil]
        fields, notes = differences(row, known, self.directory)
        return {
            "pupil": pupil,
            "label": known.pupil.name,
            "detail": ", ".join(filter(None, [born(known.pupil.birth_on), year(known.pupil.year_group)])),
            "why": why,
            "fields": fields,
            "notes": notes,
            "seen": known.as_seen(),
        }

    def _about(self, row, pupil):
        known = self.known[pupil]
        fields, notes = differences(row, known, self.directory)
        kind = Kind.CHANGED if fields else Kind.SAME
        data = {"seen": known.as_seen(), "detail": group_words(known.pupil)} if fields else {}
        change = self._make(kind, row, data=data, fields=fields, reasons=_notes(row) + notes)
        change.pupil, change.label = known.pupil, known.pupil.name
        return change

    def _new(self, row):
        data = row.data
        joined = _day(data.get("joined_on")) or self.today
        if data.get("left_on") and _day(data["left_on"]) <= self.today:
            day = long_date(_day(data["left_on"]))
            return self._make(Kind.REJECTED, row, reasons=[GONE_ALREADY.format(day=day)], is_chosen=False)
        names = self.directory.need_names
        sen = sen_rules.sen_of(row, need_names=names, today=self.today, born=_day(data.get("birth_on")))
        code = sen.code or "N"
        sen_rules.obey_register(sen, code)
        needs = sen_rules.complete(sen, code)
        if sen.refusal:
            return self._make(Kind.REJECTED, row, reasons=[sen.refusal], is_chosen=False)
        payload = {name: data.get(name) for name in (*PUPIL_FIELDS, "enrolment_type") if data.get(name) is not None}
        payload |= {"joined_on": joined.isoformat(), "contacts": row.contacts, "needs": needs, "code": code}
        payload["flags"] = [kind.value for name, kind in FLAGS.items() if data.get(name)]
        payload["sen_start"] = sen.start.isoformat() if sen.start else None
        payload["past"] = [[past, first.isoformat(), last.isoformat()] for past, first, last in sen.past]
        notes = sen.notes + self._places(data, payload)
        words = sen_rules.words(code, sen.start, needs, names) if code != "N" else ""
        payload["summary"] = ", ".join(filter(None, [year(data.get("year_group")), payload.get("group", "")]))
        payload["status"] = words
        return self._make(Kind.NEW, row, data={"row": payload}, reasons=_notes(row) + notes)

    def _places(self, data, payload):
        notes = []
        if data.get("group"):
            group, refusal = self.directory.group(data["group"])
            notes += [refusal] * bool(refusal)
            if not refusal:
                payload["group"] = group.name if group else data["group"]
                payload["group_is_new"] = group is None
        if email := data.get("key_worker_email"):
            worker = self.directory.people.get(email.casefold())
            payload["key_worker"] = worker.pk if worker else None
            if worker is None:
                notes.append(f"Nobody with the address {email} works here, so the key worker is not taken in.")
        return notes

    def _rejected(self, row):
        for pupil in self.matcher.may_be_about(row):
            self.maybe[pupil] = MAYBE_REJECTED
        return self._make(Kind.REJECTED, row, reasons=row.reasons, is_chosen=False)

    def _missing(self, rows):
        """Pupils on roll whom no row names: leavers, if the file holds the whole school."""
        if not rows:
            return
        for known in self.known.values():
            pupil = known.pupil
            if pupil.left_on or pupil.pk in self.matcher.taken:
                continue
            doubt = self.maybe.get(pupil.pk, "")
            data = {"left_on": self._last_day(pupil).isoformat(), "detail": group_words(pupil)}
            yield ImportChange(
                owner=self.imported,
                kind=Kind.LEAVER,
                pupil=pupil,
                label=pupil.name,
                data={"seen": known.as_seen(), **data},
                reasons=[doubt] if doubt else [],
                is_chosen=self.imported.is_whole_school and not doubt,
            )

    def _last_day(self, pupil):
        made = self.imported.file_made_on or self.today
        return max(filter(None, [min(made, self.today), pupil.joined_on]))

    def _make(self, kind, row, **values):
        label = " ".join(filter(None, (row.data.get(name) for name in reversed(NAME_FIELDS))))
        return ImportChange(
            owner=self.imported, kind=kind, row_number=row.number, label=label[:220] or f"Row {row.number}", **values
        )

    def _keep_what_is_newer(self, changes):
        """Ours is kept where somebody changed the field here after the file was made, and the preview says who."""
        fields = [item for change in changes for item in _all_items(change)]
        ids = {}
        for item in fields:
            if item["source"]:
                label, found, _ = item["source"]
                ids.setdefault(label, set()).update(found if isinstance(found, list) else [found] if found else [])
        since = self.imported.file_moment
        newer = {label: newer_than(apps.get_model(label), found, since, reason=REASON) for label, found in ids.items()}
        for item in fields:
            source = item.pop("source")
            if not source or item["locked"]:
                continue
            label, found, name = source
            who = next(
                (newer[label][key] for one in (found if isinstance(found, list) else [found])
                 if (key := (one, name)) in newer.get(label, {})), None
            )  # fmt: skip
            if who:
                item["chosen"] = False
                item["note"] = f"{who[0]} changed this on {long_date(who[1].date())}, after the file was made."


def settle(change):
    """Say whether anything of a changed pupil is chosen."""
    if change.kind == Kind.CHANGED:
        change.is_chosen = any(item["chosen"] for item in change.fields)


def counts_of(changes):
    found = Counter(change.kind for change in changes)
    return {kind.value: found.get(kind, 0) for kind in Kind}


def new_groups(changes):
    """Names of classes that applying would add."""
    names = {change.data["row"]["group"] for change in changes if change.data.get("row", {}).get("group_is_new")}
    for change in changes:
        for item in _all_items(change):
            if item["key"] == "group" and item["note"].startswith("This class is not"):
                names.add(item["theirs"])
    return sorted(names)


def _all_items(change):
    yield from change.fields
    for candidate in change.data.get("candidates", []):
        yield from candidate["fields"]


def _notes(row):
    return [problem.message for problem in row.problems if not problem.fatal]


def _day(text):
    return date.fromisoformat(text) if text else None


def born(day):
    return f"born {long_date(day)}" if day else ""


def year(value):
    return YearGroup(value).label if value else ""


def group_words(pupil):
    return pupil.form_group.name if pupil.form_group else year(pupil.year_group)


def enrolment_kind(value):
    return value or Enrolment.Kind.SINGLE
