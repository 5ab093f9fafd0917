"""Fields about the pupil's place in the school: class, key worker, enrolment, the last day."""

from datetime import date

from sendco.clock import long_date

from ..notes import Note, NoteCode, brief
from ..parsing.codes import split_year_and_class
from .base import Cells, Comparison, Difference, Field, Source


class FormClass(Field):
    """The class, from its own column, from beside the year, or from a heading above the rows of a class list."""

    attributes, before_pupil = ("form_group",), True

    def __init__(self, name, column, *, year):
        super().__init__(name, column)
        self.year = year

    def is_in(self, cells):
        return True

    def read(self, cells: Cells, so_far):
        text = cells.texts.get(self.columns[0].name, "")
        year, name = split_year_and_class(text)
        if not year:
            name = text or cells.beside.get(self.name) or cells.extra.get("group", "")
        elif not so_far.get(self.year):
            so_far[self.year] = year
            said = {"value": brief(text), "year": year, "name": name}
            cells.notes.append(Note(NoteCode.YEAR_AND_CLASS, said, self.columns[0].name, self.columns[0].label))
        return cells.read(self.columns[0], name)

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
        who = said.row.get(self)
        worker = said.directory.person(who) if who else None
        if who and worker is None:
            said.note(NoteCode.KEY_WORKER_UNKNOWN, email=who)
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
        if day is None:
            return None
        if not said.has_left:
            is_to_come = day > said.today
            said.note(NoteCode.LAST_DAY_TO_COME if is_to_come else NoteCode.LAST_DAY_BEFORE_FIRST, day=day.isoformat())
            return None
        return day.isoformat()

    def begin(self, writer, value):
        writer.leave_new(self.from_json(value))

    def apply(self, writer, difference):
        writer.leave(self.from_json(difference.value))


class ComingBack(Field):
    """A pupil who had left stands in the file without a last day: a person says that they have come back.

    What else the file says is taken in with it, and only with it.
    """

    def __init__(self, name, *, first_day, sen):
        super().__init__(name)
        self.first_day, self.sen = first_day, sen

    def compare_leaver(self, said):
        left_on = said.known.pupil.left_on
        came = said.row.get(self.first_day)
        back_on = came if came and left_on < came <= said.today else said.today
        sen = self.sen.plan(said)
        yield Difference(
            self.name, "On roll", f"Left on {long_date(left_on)}", f"On roll from {long_date(back_on)}",
            {"day": back_on.isoformat(), "sen": sen}, is_chosen=False, note=Note(NoteCode.CAME_BACK),
        )  # fmt: skip

    def apply(self, writer, difference):
        writer.readmit(self.first_day.from_json(difference.value["day"]), difference.value["sen"])
