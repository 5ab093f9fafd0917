"""Writing what works, saying whether it did, and keeping children's names out."""

import re
import unicodedata
from typing import Any

from django.db import transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.refusals import Refused
from staff.acting import acting_for
from staff.models import School, User
from staff.permissions import Permission
from staff.saving import save_versioned

from ..models import PracticeNote, PracticeUse, Pupil
from .refusals import PracticeReason

NAMES = ("legal_forename", "legal_surname", "preferred_forename", "preferred_surname")


def child_named_in(school: School, *texts: str) -> str:
    """The first child on roll whose forename and surname stand close together in a text, in either order; empty where
    none does. One query."""
    words = _words(" ".join(texts))
    if not words:
        return ""
    there = set(words)
    for forename, surname, known_as, known_surname in Pupil.objects.filter(school=school, left_on=None).values_list(
        *NAMES
    ):
        for first in {forename, known_as} - {""}:
            for last in {surname, known_surname} - {""}:
                if _are_near(_words(first), _words(last), words, there):
                    return f"{first} {last}"
    return ""


def _words(text: str) -> list[str]:
    """The words of a text without marks: one way of writing an accented letter, no capitals."""
    return re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", text).casefold())


def _are_near(first: list[str], last: list[str], words: list[str], there: set[str]) -> bool:
    """Whether both names are in the text with at most one other word, a middle name, between them."""
    if not first or not last or not there.issuperset((*first, *last)):
        return False
    one, other = _places(first, words), _places(last, words)
    return any(
        0 <= after - before - len(name) <= 1
        for before, after, name in (
            *((start, end, first) for start in one for end in other if end > start),
            *((start, end, last) for start in other for end in one if end > start),
        )
    )


def _places(name: list[str], words: list[str]) -> list[int]:
    return [at for at in range(len(words) - len(name) + 1) if words[at : at + len(name)] == name]


def may_change(note: PracticeNote, user: User) -> bool:
    return note.added_by_id == user.pk or acting_for(user, note.school_id).can(Permission.CONCERN_TRIAGE)


@transaction.atomic
def save_note(*, note: PracticeNote, values: dict[str, Any], version: int, by: User) -> PracticeNote:
    """Add or change a note. Raises ChangedMeanwhile, and Refused where it names a child or is another's."""
    if note.pk is not None and not may_change(note, by):
        raise Refused(PracticeReason.NOT_YOURS)
    if named := child_named_in(note.school, values["title"], values["text"], values["source"]):
        raise Refused(PracticeReason.NAMES_CHILD, pupil=named, field="text")
    if note.pk is None:
        note.added_by = by
    saved, changed = save_versioned(note, values, version=version, by=by)
    if changed:
        audit.record("practice.saved", saved, text=f"Practice note {saved.title} saved", by=by)
    return saved


@transaction.atomic
def set_archived(*, note: PracticeNote, archived: bool, by: User) -> None:
    """Take a note off the list, or put it back. What was said of it stays."""
    row = PracticeNote.objects.select_for_update(of=("self",)).get(pk=note.pk)
    if not may_change(row, by):
        raise Refused(PracticeReason.NOT_YOURS)
    row.archived_on, row.version = (timezone.localdate() if archived else None), row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["archived_on", "version"])
    how = "put away" if archived else "taken out again"
    audit.record("practice.archived", row, text=f"Practice note {row.title} {how}", by=by)


@transaction.atomic
def unsay(*, use: PracticeUse, by: User) -> None:
    """Take back what somebody said: they do, and whoever looks at concerns, where a child can be known from it."""
    row = PracticeUse.objects.select_for_update(of=("self",)).select_related("note").get(pk=use.pk)
    if row.user_id != by.pk and not acting_for(by, row.note.school_id).can(Permission.CONCERN_TRIAGE):
        raise Refused(PracticeReason.NOT_YOURS)
    audit.record("practice.unsaid", row.note, text=f"What was said of {row.note.title} taken back", by=by)
    with audit.saving(row, by=by):
        row.delete()


@transaction.atomic
def say(*, note: PracticeNote, helped: str, comment: str, by: User) -> PracticeUse:
    """Say whether it helped. Whoever says so again replaces what they said."""
    row = PracticeNote.objects.select_for_update(of=("self",)).select_related("school").get(pk=note.pk)
    if row.archived_on:
        raise Refused(PracticeReason.ARCHIVED)
    if named := child_named_in(row.school, comment):
        raise Refused(PracticeReason.NAMES_CHILD, pupil=named, field="comment")
    use = PracticeUse.objects.filter(note=row, user=by).first() or PracticeUse(note=row, user=by)
    use.helped, use.comment, use.said_on = helped, comment, timezone.localdate()
    with audit.saving(use, by=by):
        use.save()
    return use
