"""Parents and other adults of a child. An address that is hidden stands nowhere in clear."""

from django.db import transaction
from django.utils import timezone

from sendco import crypt
from sendco.audit import services as audit
from sendco.audit.models import Audience
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import User

from ...models import Contact
from ...outside.following import asks_follow
from ..refusals import ContactReason
from .hiding import seal_the_past


def _seal(contact: Contact) -> None:
    """Keep a hidden address encrypted and out of the plain columns.

    It never comes back by itself: that would show it without a reason. Who ends the hiding types it again.
    """
    if contact.address_hidden and (contact.address or contact.postcode):
        contact.sealed_address = crypt.encrypt(contact.full_address)
        contact.address = contact.postcode = ""
    elif not contact.address_hidden and contact.sealed_address:
        if not contact.address:
            raise Refused(ContactReason.SHOWN_ADDRESS_MISSING)
        contact.sealed_address = ""


@transaction.atomic
def save_contact(*, contact: Contact, by: User, version: int | None = None) -> Contact:
    """Add or change a contact. A hidden address is sealed; ChangedMeanwhile when somebody else saved first."""
    is_new = contact.pk is None
    if not is_new:
        current = Contact.objects.select_for_update().get(pk=contact.pk)
        if version is not None and current.version != version:
            raise ChangedMeanwhile(current)
        contact.version = current.version + 1
    _seal(contact)
    with audit.saving(contact, by=by):
        contact.save()
    if contact.address_hidden:
        seal_the_past(contact, by=by)
    if not is_new:
        asks_follow(contact=contact)
    text = f"Contact {'added' if is_new else 'changed'}: {contact.name}"
    school_id = contact.pupil.school_id
    audit.record("contact.saved", contact, text=text, by=by, school_id=school_id, audience=Audience.CONFIDENTIAL)
    return contact


@transaction.atomic
def end_contact(*, contact: Contact, by: User) -> None:
    contact = Contact.objects.select_for_update(of=["self"]).select_related("pupil").get(pk=contact.pk)
    if contact.ended_on:
        raise Refused(ContactReason.ENDED_ALREADY, contact=contact.name, ended_on=contact.ended_on)
    contact.ended_on = timezone.localdate()
    contact.version += 1
    with audit.saving(contact, by=by):
        contact.save(update_fields=["ended_on", "version"])
    asks_follow(contact=contact)
    text, school_id = f"Contact ended: {contact.name}", contact.pupil.school_id
    audit.record("contact.ended", contact, text=text, by=by, school_id=school_id, audience=Audience.CONFIDENTIAL)


@transaction.atomic
def reveal_address(*, contact: Contact, reason: str, by: User) -> str:
    """Return a hidden address in clear. The read and the reason are kept: as a read, and as an event each time."""
    school_id, pupil_id = contact.pupil.school_id, contact.pupil_id
    audit.record_read(
        school_id=school_id, pupil_id=pupil_id, by=by, what="hidden address", reason=reason, required=True
    )
    text = f"Hidden address of {contact.name} looked at: {reason}"
    audit.record(
        "contact.address_revealed", contact, text=text, by=by, school_id=school_id, audience=Audience.CONFIDENTIAL
    )
    return contact.reveal_address()
