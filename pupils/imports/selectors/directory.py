"""What the rows of a file refer to in a school: classes, people, types of need, and the words of its codes."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.db.models import Model

from staff.models import School, TeachingGroup, User

from ...models import Contact, Enrolment, Pupil
from ...models.pupil import CONFIDENTIAL_FLAGS, FlagKind
from ...models.register import Code, HistoricCode
from ...register.selectors import needs_on
from ..notes import Note, NoteCode

SHOWN_OF_A_LONG_NAME = 40
CODE_LABELS = {code.value: code.label for code in (*Code, *HistoricCode)}


class Directory:
    def __init__(self, school: School, today: date, *, dates_are_ours: bool = True) -> None:
        self.school, self.today = school, today
        # A transfer file tells of the days at the school that sent it; only our own file tells of ours.
        self.dates_are_ours = dates_are_ours
        groups = TeachingGroup.objects.filter(school=school, is_archived=False)
        self.groups = {group.name.casefold(): group for group in groups}
        people = User.objects.working_at(school, today)
        self.people = {person.email.casefold(): person for person in people}
        self.by_name: dict[str, list[User]] = defaultdict(list)
        for person in self.people.values():
            self.by_name[person.name.casefold()].append(person)
        self.need_types = {need.code: need for need in needs_on(today)}
        self.need_names = {code: need.short_name for code, need in self.need_types.items()}

    def group(self, name: str) -> tuple[TeachingGroup | None, Note | None]:
        """Return (the class or None when it is new, why it cannot be used or None)."""
        group = self.groups.get(name.casefold())
        if group and group.kind != TeachingGroup.Kind.FORM:
            return None, Note(NoteCode.NOT_A_CLASS, {"name": group.name})
        if group is None and len(name) > _field(TeachingGroup, "name").max_length:
            return None, Note(NoteCode.CLASS_NAME_TOO_LONG, {"name": name[:SHOWN_OF_A_LONG_NAME]})
        return group, None

    def person(self, who: str) -> User | None:
        """Who works here under an e-mail address, or under a name that only one has."""
        namesakes = self.by_name.get(who.casefold(), [])
        return self.people.get(who.casefold()) or (namesakes[0] if len(namesakes) == 1 else None)

    def longest(self, attribute: str) -> int | None:
        return _field(Pupil, attribute).max_length

    def longest_of_contact(self, attribute: str) -> int | None:
        return _field(Contact, attribute).max_length

    def label_of(self, attribute: str, value: str) -> str:
        """The words of a code of the pupil, such as a year group."""
        return dict(_field(Pupil, attribute).flatchoices)[value]

    def enrolment_label(self, kind: str) -> str:
        return Enrolment.Kind(kind).label

    def status_label(self, code: str) -> str:
        return CODE_LABELS[code]

    def flag_label(self, kind: str) -> str:
        return FlagKind(kind).label

    def is_confidential(self, kind: str) -> bool:
        return kind in CONFIDENTIAL_FLAGS


def _field(model: type[Model], name: str) -> Any:
    return model._meta.get_field(name)
