"""The words a school's letters start from: ours until it keeps its own, with fields from a closed list."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from django.db import transaction

from sendco.audit import services as audit
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import School, User

from ...models import LetterTemplate
from ..fields import LetterTextError
from ..refusals import TextReason


def _refusal(error: LetterTextError) -> Refused:
    if error.unknown:
        return Refused(TextReason.UNKNOWN_FIELDS, unknown=", ".join(error.unknown), known=", ".join(error.known))
    return Refused(TextReason.LONE_BRACKETS, example="{{ child.first_name }}")


def contact_words(school: School) -> str:
    """How to reach the school, as a sentence goes on after "please"."""
    ways = [f"telephone {school.telephone}"] if school.telephone else []
    ways += [f"write to {school.email}"] if school.email else []
    return " or ".join(ways) or "write to the school"


@dataclass(frozen=True)
class LetterWords:
    """One family of letters: its model of templates, its module of merge fields, and our (subject, body) for a kind."""

    model: Any
    fields: ModuleType
    ours: Callable

    def of(self, school: School, kind: str) -> LetterTemplate:
        """Return the school's template of this kind; an unsaved one with our words and version 0 when it has none."""
        stored = self.model.objects.filter(school=school, kind=kind).first()
        if stored:
            return stored
        subject, body = self.ours(school, kind)
        return self.model(school=school, kind=kind, subject=subject, body=body, version=0)

    def check(self, kind: str, *texts: str) -> None:
        for text in texts:
            try:
                self.fields.check(text, kind)
            except LetterTextError as error:
                raise _refusal(error) from error

    @transaction.atomic
    def save(self, *, school: School, kind: str, subject: str, body: str, version: int, by: User) -> LetterTemplate:
        """Keep the school's own words. Raises ChangedMeanwhile, and Refused for a field that is not on the list."""
        School.objects.select_for_update().filter(pk=school.pk).first()
        template = self.of(school, kind)
        if template.version != version:
            raise ChangedMeanwhile(template)
        self.check(kind, subject, body)
        template.subject, template.body, template.version = subject, body, version + 1
        with audit.saving(template, by=by):
            template.save()
        audit.record("letter.template_saved", template, text=f"Letter words changed: {template}", by=by)
        return template

    def example(self, kind: str, subject: str, body: str) -> dict[str, str] | None:
        """Return the letter with an invented child's facts, or None while the words cannot be filled in."""
        values = self.fields.samples(kind)
        try:
            subject, body = (self.fields.fill_in(text, values, kind) for text in (subject, body))
        except LetterTextError:
            return None
        return {"recipient": values["recipient.name"], "address": "", "subject": subject, "body": body}
