"""An address that is hidden today is hidden in what was kept before: the history, letters, and what an import noted."""

from typing import Any

from django.apps import apps
from django.db import transaction

from sendco import crypt
from sendco.audit import services as audit
from sendco.files import services as files
from sendco.files.models import StoredFile
from sendco.jobs import services as jobs
from sendco.jobs.models import Job, Status
from staff.models import User

from ...models import Contact, ImportChange
from ...models.letters import Addressed

AGAIN = "pupils.letter_again"


def letter_models() -> list[type[Addressed]]:
    """Every kind of letter there is, on this floor and above."""
    return [model for model in apps.get_models() if issubclass(model, Addressed)]


def seal_the_past(contact: Contact, *, by: User | None) -> None:
    """Seal every address of this contact that stands in clear. Called in the transaction that hides it."""
    rows = Contact.history.filter(id=contact.pk).exclude(address="", postcode="")
    for row in rows:
        sealed = row.sealed_address or crypt.encrypt("\n".join(part for part in (row.address, row.postcode) if part))
        rows.model.objects.filter(pk=row.pk).update(address="", postcode="", sealed_address=sealed)
    for model in letter_models():
        letters = model._default_manager.select_for_update(of=("self",)).filter(contact=contact).exclude(address="")
        for letter in letters:
            _seal_letter(letter, by=by)
    for change in ImportChange.objects.select_for_update().filter(pupil=contact.pupil_id):
        change.forget_contact(contact.pk)
        change.save(update_fields=["data", "fields", "undo"])


def _seal_letter(letter: Any, *, by: User | None) -> None:
    """The paper is drawn anew without the address. What was drawn before goes: its words are all in the letter."""
    kept = letter.history.exclude(address="")
    letter.sealed_address, letter.address = crypt.encrypt(letter.address), ""
    stored, letter.file_id = letter.file_id, None
    params = {"model": letter._meta.label_lower, "letter": letter.pk, "was": stored}
    title = "Make a letter without the address"
    job = jobs.enqueue(AGAIN, title=title, by=None, school_id=letter.school.pk, params=params)
    letter.job_id = job.pk
    with audit.saving(letter, by=by, reason="The address is hidden"):
        letter.save(update_fields=["sealed_address", "address", "file_id", "job_id"])
    for row in kept:
        kept.model.objects.filter(pk=row.pk).update(address="", sealed_address=crypt.encrypt(row.address))
    for file in StoredFile.objects.filter(pk=stored) if stored else ():
        files.delete(stored=file, by=by)


def seal_left_over() -> int:
    """Seal letters that show an address hidden before letters were sealed. Returns how many contacts those had.

    Paper that could not be drawn without the address is tried again: nobody asked for it, so nobody else would.
    """
    hidden = Contact.objects.filter(address_hidden=True)
    count = 0
    for model in letter_models():
        shown = model._default_manager.exclude(address="").filter(contact__in=hidden)
        for contact in hidden.filter(pk__in=shown.values("contact")):
            with transaction.atomic():
                seal_the_past(contact, by=None)
            count += 1
    for job in Job.objects.filter(kind=AGAIN, status=Status.FAILED):
        jobs.retry(job)
    return count
