"""Letters of cases: the school's words, filled in, frozen, made into a PDF by a job and filed with case and child."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from pupils.letters.services.words import LetterWords, contact_words
from pupils.models import Contact
from sendco.audit import services as audit
from sendco.clock import Basis, full_date
from sendco.due.models import DueItem
from sendco.due.registry import source_of
from sendco.jobs import services as jobs
from sendco.refusals import Refused
from staff.models import School, User
from staff.selectors import school_calendar
from staff.signatories import Signatory, headteacher, signatory

from ...cases.kinds import kind_of, office_of
from ...models import (
    CaseLetter,
    CaseLetterKind,
    CaseLetterTemplate,
    Invitee,
)
from ...reviews.services import invitations
from ...reviews.services.inviting import UNNAMED
from .. import duties
from .. import fields as letter_fields
from ..refusals import CaseLetterReason
from ..selectors import CHASERS, LetterCase, late_duty

Kind = CaseLetterKind
WORDS = LetterWords(CaseLetterTemplate, letter_fields, lambda school, kind: letter_fields.default_words(kind))


# --- What the fields hold ----------------------------------------------------------------------------------------
def _child_values(case: LetterCase) -> dict[str, str]:
    pupil = case.pupil
    if pupil is None:
        consultation: Any = case  # no other case is about a child who is not on roll
        full, born = consultation.child_name, consultation.child_birth_on
        first = full.split(" ")[0]
    else:
        first, full, born = pupil.forename, pupil.name, pupil.birth_on
    return {
        "child.first_name": first,
        "child.full_name": full,
        "child.birth_date": full_date(born) if born else "(date not known)",
    }


def greeting(recipient: str) -> str:
    """Who stands after "Dear": a person, the office without its council, or a colleague whose name nobody gave."""
    office, comma, _ = recipient.partition(",")
    if recipient in UNNAMED:
        return "colleague"
    return office if comma and office == letter_fields.SEN_TEAM else recipient


def _head_name(school: School, kind: str, signed: Signatory) -> str:
    """Whoever approved a reply signs it; elsewhere the head who signs, or the one whom the school means."""
    if kind == Kind.CONSULTATION_REPLY or signed.user == (head := headteacher(school)):
        return signed.user.name
    return head.name if head else "Headteacher"


# What a letter says of the date it complains about; of the school's own policy nothing.
FOOTING: dict[str, str] = {
    Basis.STATUTE: "The limit is set by law. School holidays do not stop it, and it does not move because of panels or "
    "staffing.",
    Basis.GUIDANCE: "Statutory guidance sets it. It is to be followed unless there is a good reason.",
    Basis.PRACTICE: "No law sets this date. It is how long others hold the step may take.",
}


def _duty_values(case: LetterCase, item: DueItem, on: date) -> dict[str, str]:
    late = (on - item.due_on).days
    return {
        "duty.name": duties.name_of(item.rule, item.title),
        "duty.in_heading": duties.in_heading(item.rule, item.title),
        "duty.effect": duties.effect_of(item.rule, _child_values(case)["child.first_name"]),
        "duty.title": item.title,
        "duty.due_date": full_date(item.due_on),
        "duty.days_late": f"{late} day{'' if late == 1 else 's'}",
        "duty.footing": FOOTING.get(item.basis, ""),
        "duty.law": item.authority.rstrip("."),
        "duty.sum": _sum_of(case, item),
    }


def _sum_of(case: LetterCase, item: DueItem) -> str:
    """The sum anew from the facts of the case: what the due table keeps of it is written for our own pages."""
    source = source_of(case)
    row = source.rows(pk=case.pk).get()
    for owed in source.derive(row, school_calendar(case.school)):
        found = owed.deadline
        if (found.rule.code, found.trigger_on) == (item.rule, item.trigger_on):
            return duties.sum_of(found)
    return item.explanation.partition(": ")[2].split(". ")[0]


def merge_values(
    *,
    case: LetterCase,
    kind: str,
    recipient: str,
    dated_on: date,
    signed: Signatory,
    values: dict[str, str] | None = None,
) -> dict[str, str]:
    """Every field of this letter. `values` are what the caller knows; they win."""
    office: Any = office_of(case)
    school, authority = case.school, office.authority
    fields = {
        "recipient.name": recipient,
        "recipient.greeting": greeting(recipient),
        "authority.name": authority.name,
        "authority.advice": authority.advice_service or "look for SENDIASS on your council's Local Offer",
        "letter.date": full_date(dated_on),
        "school.name": school.name,
        "school.contact": contact_words(school),
        "sender.name": signed.user.name,
        "sender.role": signed.role,
        "head.name": _head_name(school, kind, signed),
    }
    fields |= _child_values(case) | kind_of(case).common_values(case)
    if kind in CHASERS and dated_on > timezone.localdate():
        raise Refused(CaseLetterReason.DATED_AHEAD, field="dated_on")
    if kind in CHASERS:
        item = late_duty(case, kind, today=dated_on)
        if item is None:
            raise Refused(CaseLetterReason.NOTHING_LATE)
        fields |= _duty_values(case, item, dated_on)
    return fields | (values or {})


def written(
    *,
    case: LetterCase,
    kind: str,
    recipient: str,
    dated_on: date,
    signed: Signatory,
    values: dict[str, str] | None = None,
    subject: str | None = None,
    body: str | None = None,
) -> tuple[str, str]:
    """Return (subject, body) as the recipient would read them. Raises Refused for an unknown field."""
    wording = WORDS.of(case.school, kind)
    subject, body = subject or wording.subject, body or wording.body
    WORDS.check(kind, subject, body)
    filled = merge_values(case=case, kind=kind, recipient=recipient, dated_on=dated_on, signed=signed, values=values)
    return letter_fields.fill_in(subject, filled, kind)[:150], letter_fields.fill_in(body, filled, kind)


# --- The letter --------------------------------------------------------------------------------------------------
@transaction.atomic
def make(
    *,
    kind: str,
    case: LetterCase,
    recipient: str,
    by: User,
    address: str = "",
    invitee: Invitee | None = None,
    contact: Contact | None = None,
    values: dict[str, str] | None = None,
    dated_on: date | None = None,
    signed: Signatory | None = None,
    subject: str | None = None,
    body: str | None = None,
) -> CaseLetter:
    """Freeze a letter and have its PDF made. `subject` and `body` are words with fields, else the school's own; it is
    `signed` by whoever makes it unless somebody else is named.

    Raises Refused when a contact may not be written to, or for an unknown field.
    """
    if contact is not None and not contact.may_be_written_to:
        raise Refused(CaseLetterReason.HELD_BACK)
    dated_on = dated_on or timezone.localdate()
    if contact is not None and not address and not contact.address_hidden:
        address = contact.full_address
    signed = signed or signatory(case.school, by)
    subject, body = written(
        case=case, kind=kind, recipient=recipient, dated_on=dated_on, signed=signed, values=values, subject=subject,
        body=body,
    )  # fmt: skip
    letter = CaseLetter(
        school=case.school,
        pupil=case.pupil,
        kind=kind,
        invitee=invitee,
        contact=contact,
        recipient=recipient[:150],
        address=address,
        subject=subject,
        body=body,
        dated_on=dated_on,
        made_by=by,
        signed_by=signed.user,
        **{kind_of(case).code: case},
    )
    with audit.saving(letter, by=by):
        letter.save()
    job = jobs.enqueue(
        "ehcp.letter_pdf", title="Make a letter", by=by, school_id=case.school_id, params={"letter": letter.pk}
    )
    letter.job_id = job.pk
    with audit.saving(letter, by=by):
        letter.save(update_fields=["job_id"])
    _record("ehcp.letter_made", letter, f"Letter written to {letter.recipient}: {letter.get_kind_display()}", by=by)
    return letter


def _record(code: str, letter: CaseLetter, text: str, *, by: User, on: date | None = None) -> None:
    audit.record(
        code, letter, text=text, by=by, school_id=letter.school_id, pupil_id=letter.pupil_id,
        happened_on=on or letter.dated_on,
    )  # fmt: skip


def is_superseded(letter: CaseLetter) -> bool:
    """A reply that was changed after the letter was made from it: nobody approved what it says now."""
    reply = letter.consultation
    if reply is None or letter.kind != Kind.CONSULTATION_REPLY:
        return False
    return reply.approved_at is None or letter.made_at < reply.approved_at


@transaction.atomic
def mark_sent(
    *, letter: CaseLetter, sent_on: date, via: str, by: User, proof: str = ""
) -> tuple[CaseLetter, invitations.Noted | None]:
    """Record how and when the letter went, and what proves it.

    Returns the letter and, for an invitation to a review, what the review now has of it; else None.
    """
    letter = CaseLetter.objects.select_for_update(of=("self",)).select_related("contact").get(pk=letter.pk)
    if letter.sent_on:
        raise Refused(CaseLetterReason.WENT_ALREADY, sent_on=letter.sent_on)
    if letter.contact is not None and not letter.contact.may_be_written_to:
        raise Refused(CaseLetterReason.HELD_BACK_SINCE)
    if is_superseded(letter):
        raise Refused(CaseLetterReason.REPLY_CHANGED)
    if sent_on > timezone.localdate():
        raise Refused(CaseLetterReason.SENT_IN_FUTURE, field="sent_on")
    letter.sent_on, letter.sent_via, letter.proof = sent_on, via, proof
    with audit.saving(letter, by=by):
        letter.save(update_fields=["sent_on", "sent_via", "proof"])
    how = letter.get_sent_via_display().lower()
    _record("ehcp.letter_sent", letter, f"Sent: letter to {letter.recipient}, {how}", by=by, on=sent_on)
    return letter, invitations.note_letter(letter=letter, by=by) if invitations.invites(letter) else None


# --- What a case itself knows for its letters --------------------------------------------------------------------
def own_values(case: Model, kind: str) -> dict[str, str]:
    """The fields of this kind that only the case knows. Raises Refused where the letter would be too early."""
    own = kind_of(case).letter_values.get(kind)
    return own(case) if own else {}
