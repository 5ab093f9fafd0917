"""Fields about the pupil's place in the school: class, key worker, enrolment, the last day."""

from datetime import date

from sendco.clock import long_date

from ..notes import Note, NoteCode
from .base import Comparison, Difference, Field, Source


class FormClass(Field):
    attributes, before_pupil = ("form_group",), True

    def _find(self, said: Comparison):
        """Return (the name to store, the class or None when it is new), or None when there is nothing to store."""
        name = said.row.get(self)
        if not name:
            return None
        group, refusal = said.directory.group(name)
        if refusal:
            said.notes.append(refusal)
            return None
        return name, group

    def compare(self, said):
        held, name = said.known.pupil.form_group, said.row.get(self)
        if not name or (held and held.name.casefold() == name.casefold()) or not (named_group := self._find(said)):
            return
        name, group = named_group
        yield Difference(
            self.name, "Class", held.name if held else "", group.name if group else name, name,
            note=None if group else Note(NoteCode.CLASS_WILL_BE_ADDED),
            source=Source.of(said.known.pupil, "form_group_id"),
        )  # fmt: skip

    def plan(self, said):
        if not (named_group := self._find(said)):
            return None
        name, group = named_group
        return {"name": group.name if group else name, "is_new": group is None}

    def begin(self, writer, value):
        writer.set(form_group=writer.directory.groups[value["name"].casefold()])

    def apply(self, writer, difference):
        writer.set(form_group=writer.directory.groups[difference.value.casefold()])


class KeyWorker(Field):
    attributes, before_pupil = ("key_worker",), True

    def _find(self, said):
        email = said.row.get(self)
        worker = said.directory.people.get(email.casefold()) if email else None
        if email and worker is None:
            said.note(NoteCode.KEY_WORKER_UNKNOWN, email=email)
        return worker

    def compare(self, said):
        pupil, worker = said.known.pupil, self._find(said)
        if worker and worker.pk != pupil.key_worker_id:
            yield Difference(
                self.name, "Key worker", pupil.key_worker.name if pupil.key_worker else "", worker.name, worker.pk,
                source=Source.of(pupil, "key_worker_id"),
            )  # fmt: skip

    def plan(self, said):
        worker = self._find(said)
        return worker.pk if worker else None

    def begin(self, writer, value):
        writer.set(key_worker_id=value)

    def apply(self, writer, difference):
        writer.set_key_worker(difference.value)


class EnrolmentKind(Field):
    before_pupil = True

    def compare(self, said):
        kind, current = said.row.get(self), said.known.enrolment
        if kind and current and current.kind != kind:
            yield Difference(
                self.name, "Enrolment", current.get_kind_display(), said.directory.enrolment_label(kind), kind,
                source=Source.of(current, "kind"),
            )  # fmt: skip

    def plan(self, said):
        return said.row.get(self)

    def begin(self, writer, value):
        writer.enrolment_kind = value

    def apply(self, writer, difference):
        writer.enrol(difference.value)


class LastDay(Field):
    """The last day here, of a pupil who leaves."""

    def to_json(self, value):
        return value.isoformat() if value else None

    def from_json(self, value):
        return date.fromisoformat(value) if value else None

    def tidy(self, value, values, directory):
        return value if directory.dates_are_ours else None

    def compare(self, said):
        day, joined = said.row.get(self), said.known.pupil.joined_on
        if day is None:
            return
        if day > said.today:
            said.note(NoteCode.LAST_DAY_TO_COME, day=day.isoformat())
        elif joined and day < joined:
            said.note(NoteCode.LAST_DAY_BEFORE_FIRST, day=day.isoformat())
        else:
            yield Difference(self.name, "On roll", "On roll", f"Left on {long_date(day)}", day.isoformat())

    def plan(self, said):
        day = said.row.get(self)
        if day and day <= said.today:
            said.refusals.insert(0, Note(NoteCode.GONE_ALREADY, {"day": day.isoformat()}))
        return None

    def apply(self, writer, difference):
        writer.leave(self.from_json(difference.value))


class ComingBack(Field):
    """A pupil who had left stands in the file without a last day. Nothing is read for it, and it is never preset."""

    def compare_leaver(self, said, last_day):
        if said.row.get(last_day):
            return
        ours = f"Left on {long_date(said.known.pupil.left_on)}"
        yield Difference(
            self.name, "On roll", ours, "On roll", True, is_chosen=False, note=Note(NoteCode.CAME_BACK)
        )  # fmt: skip

    def apply(self, writer, difference):
        writer.readmit()
