"""Letters to parents and young people: the school's words, who may get one, and the making, filing and sending."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock import full_date, young_person_from
from sendco.jobs import services as jobs
from sendco.refusals import Refused
from staff.models import School, User
from staff.models.school import ALTERNATIVE
from staff.roles import Role
from staff.selectors import people_with
from staff.signatories import Signatory, only_one, signatory

from ...models import Contact, Letter, LetterTemplate, Need, Pupil, RegisterEntry
from ...models.letters import LetterKind
from ...models.register import Code
from ...register import services as register
from .. import fields as letter_fields
from ..refusals import LetterReason
from .words import LetterWords, contact_words

ONE_DAY = timedelta(days=1)
YOUNG_PERSON = "young-person"


# --- The school's words ------------------------------------------------------------------------------------------
def _ours(school: School, kind: str) -> tuple[str, str]:
    return letter_fields.default_words(kind, is_alternative=school.setting_type in ALTERNATIVE)


WORDS = LetterWords(LetterTemplate, letter_fields, _ours)


# --- Who gets a letter -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Recipient:
    """Somebody this letter may go to. `key` is what the form sends; `contact` is None for the young person."""

    key: str
    name: str
    note: str = ""
    contact: Contact | None = None
    is_parent: bool = True
    is_suggested: bool = True

    @property
    def address(self) -> str:
        """A hidden address is printed nowhere, not even on the letter of the person who lives there."""
        return self.contact.full_address if self.contact and not self.contact.address_hidden else ""


def recipients(pupil: Pupil, on: date) -> list[Recipient]:
    """Return who a letter of that date may go to: the young person alone once rights are theirs, else the contacts."""
    if pupil.birth_on and on >= young_person_from(pupil.birth_on):
        return [
            Recipient(
                YOUNG_PERSON, pupil.name, note="Rights are the young person's own from the end of compulsory school age"
            )
        ]
    contacts = Contact.objects.filter(pupil=pupil, do_not_contact=False, ended_on=None)
    ordered = contacts.order_by("-has_parental_responsibility", "priority", "name", "pk")
    return [_as_recipient(contact) for contact in ordered if contact.may_be_written_to]


def _as_recipient(contact: Contact) -> Recipient:
    notes = [contact.relation] if contact.relation else []
    notes.append(
        "parental responsibility" if contact.has_parental_responsibility else "no parental responsibility recorded"
    )
    if contact.order_with_dsl:
        notes.append("a court order is held: ask the safeguarding lead first")
    if contact.address_hidden:
        notes.append("address hidden: hand it over")
    if contact.needs_interpreter or contact.language:
        notes.append(f"language: {contact.language or 'interpreter needed'}")
    return Recipient(
        str(contact.pk),
        contact.name,
        note=", ".join(notes),
        contact=contact,
        is_parent=is_parent(contact),
        is_suggested=contact.has_parental_responsibility and not contact.order_with_dsl,
    )


def is_parent(contact: Contact) -> bool:
    """A parent in education law: parental responsibility, or care of the child (Education Act 1996 s576)."""
    return contact.has_parental_responsibility or contact.lives_with


# --- The letter --------------------------------------------------------------------------------------------------
def kind_for(entry: RegisterEntry) -> LetterKind | None:
    """Which letter goes with this entry, or None: SEN Support that starts, or that ended with no plan after it."""
    if entry.code == Code.SUPPORT:
        return LetterKind.SEN_SUPPORT_STARTS
    before = _before(entry)
    ended = entry.code == Code.NONE and before is not None and before.code == Code.SUPPORT
    return LetterKind.SEN_SUPPORT_ENDS if ended else None


def _before(entry: RegisterEntry) -> RegisterEntry | None:
    earlier = RegisterEntry.objects.filter(pupil=entry.pupil_id, starts_on__lt=entry.starts_on)
    return earlier.order_by("-starts_on").first()


def merge_values(*, entry: RegisterEntry, recipient: Recipient, dated_on: date, signed: Signatory) -> dict[str, str]:
    """Every merge field of this letter, filled for one recipient."""
    pupil, school = entry.pupil, entry.school
    support: Any = entry if entry.code == Code.SUPPORT else _before(entry)  # a letter is about support, here or gone
    needs = Need.objects.filter(pupil=pupil, ends_on=None).select_related("need_type")
    to_young_person = recipient.key == YOUNG_PERSON
    values = {
        "recipient.name": recipient.name,
        "child.first_name": pupil.forename,
        "child.full_name": pupil.name,
        "child.name_or_you": "you" if to_young_person else pupil.forename,
        "child.names_or_your": "your" if to_young_person else f"{pupil.forename}'s",
        "child.class": pupil.form_group.name if pupil.form_group else "",
        "support.start_date": full_date(support.starts_on),
        "support.needs": ", ".join(need.need_type.name for need in needs) or "not known yet",
        "letter.date": full_date(dated_on),
        "school.name": school.name,
        "school.contact": contact_words(school),
        "school.governing_body": school.governing_body,
        "sender.name": signed.user.name,
        "sender.role": signed.role,
        "senco.name": _whom_to_ask(school, signed),
    }
    if kind_for(entry) == LetterKind.SEN_SUPPORT_ENDS:
        values["support.end_date"] = full_date(support.ends_on or entry.starts_on - ONE_DAY)
    return values


def _whom_to_ask(school: School, signed: Signatory) -> str:
    """Where several are SENDCos here, the one who signs; else none by name."""
    sencos = list(people_with(school, Role.SENCO))
    senco = signed.user if signed.user in sencos else only_one(sencos)
    return senco.name if senco else "the SENDCo"


def written_to(
    *, entry: RegisterEntry, recipient: Recipient, subject: str, body: str, dated_on: date, signed: Signatory
) -> tuple[str, str]:
    """Return (subject, body) as this recipient would read them. Raises Refused for an unknown field."""
    kind = kind_for(entry)
    WORDS.check(kind, subject, body)  # type: ignore[arg-type]  # a letter is about support that is or was there
    values = merge_values(entry=entry, recipient=recipient, dated_on=dated_on, signed=signed)
    return letter_fields.fill_in(subject, values, kind)[:150], letter_fields.fill_in(body, values, kind)


@transaction.atomic
def make_letters(
    *,
    entry: RegisterEntry,
    keys: list[str],
    subject: str,
    body: str,
    dated_on: date,
    by: User,
    signed: Signatory | None = None,
) -> list[Letter]:
    """Freeze a letter of one's own for each recipient, and have its PDF made. The same form twice makes no more.

    Raises Refused when a key is not of somebody this child's letter of that date may go to.
    """
    register.lock(entry.pupil)
    kind = kind_for(entry)
    if kind is None:
        raise Refused(LetterReason.NO_LETTER_FOR_STATUS)
    allowed = {recipient.key: recipient for recipient in recipients(entry.pupil, dated_on)}
    if not keys:
        raise Refused(LetterReason.NOBODY_CHOSEN)
    if not set(keys) <= set(allowed):
        raise Refused(LetterReason.RECIPIENT_NOT_ALLOWED)
    content: dict[str, Any] = {
        "subject": subject,
        "body": body,
        "dated_on": dated_on,
        "by": by,
        "signed": signed or signatory(entry.school, by),
    }
    return [_make(entry, kind, allowed[key], **content) for key in keys]


def _make(
    entry: RegisterEntry,
    kind: LetterKind,
    recipient: Recipient,
    *,
    subject: str,
    body: str,
    dated_on: date,
    by: User,
    signed: Signatory,
) -> Letter:
    subject, body = written_to(
        entry=entry, recipient=recipient, subject=subject, body=body, dated_on=dated_on, signed=signed
    )
    facts = {
        "pupil": entry.pupil,
        "kind": kind,
        "contact": recipient.contact,
        "to_young_person": recipient.key == YOUNG_PERSON,
        "subject": subject,
        "body": body,
        "dated_on": dated_on,
        "register_entry": entry,
        "signed_by": signed.user,
    }
    made = Letter.objects.filter(**facts, sent_on=None).first()
    if made:
        return made
    letter = Letter(recipient=recipient.name, address=recipient.address, made_by=by, **facts)
    with audit.saving(letter, by=by):
        letter.save()
    job = jobs.enqueue(
        "pupils.letter_pdf", title="Make a letter", by=by, school_id=entry.school_id, params={"letter": letter.pk}
    )
    letter.job_id = job.pk
    with audit.saving(letter, by=by):
        letter.save(update_fields=["job_id"])
    text = f"Letter written to {letter.recipient}: {letter.get_kind_display()}"
    audit.record("letter.made", letter, text=text, by=by, school_id=entry.school_id, happened_on=dated_on)
    return letter


def may_go(letter: Letter) -> bool:
    """Whether the recipient may still be written to; a ban after the letter was made stops it."""
    return letter.contact is None or letter.contact.may_be_written_to


@transaction.atomic
def mark_sent(*, letter: Letter, sent_on: date, via: str, by: User) -> Letter:
    """Record how and when the letter went. To a parent or the young person it also meets the duty to tell them."""
    register.lock(letter.pupil)
    letter = (
        Letter.objects.select_for_update(of=("self",))
        .select_related("contact", "register_entry", "pupil")
        .get(pk=letter.pk)
    )
    if letter.sent_on:
        raise Refused(LetterReason.SENT_ALREADY, sent_on=letter.sent_on)
    if not may_go(letter):
        raise Refused(LetterReason.MAY_NOT_BE_WRITTEN_TO)
    if sent_on > timezone.localdate():
        raise Refused(LetterReason.SENT_IN_FUTURE)
    letter.sent_on, letter.sent_via = sent_on, via
    with audit.saving(letter, by=by):
        letter.save(update_fields=["sent_on", "sent_via"])
    how = f"letter to {letter.recipient}, {letter.get_sent_via_display().lower()}"
    audit.record(
        "letter.sent", letter, text=f"Sent: {how}", by=by, school_id=letter.pupil.school_id, happened_on=sent_on
    )
    _note_told(letter, how, by=by)
    return letter


def _note_told(letter: Letter, how: str, *, by: User) -> None:
    """The first day on which a parent or the young person was told counts; a later letter moves nothing."""
    entry = letter.register_entry
    if letter.kind != LetterKind.SEN_SUPPORT_STARTS or entry is None:
        return
    if not letter.to_young_person and not (letter.contact and is_parent(letter.contact)):
        return
    if letter.sent_on and (entry.parent_told_on is None or letter.sent_on < entry.parent_told_on):
        register.note_parent_told(entry=entry, told_on=letter.sent_on, how=how, by=by)
