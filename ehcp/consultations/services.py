"""An authority asks for a place: log it, write the reply on the grounds of the law, have the head approve, send it.

Whether there is room is not a ground by itself (CFA 2014 s39(4)): what binds is whether this child's place would be
incompatible with the efficient education of others or the efficient use of resources, with evidence.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from pupils.models import Pupil
from sendco.files import services as files
from sendco.jobs.models import Job, Status
from sendco.refusals import Refused
from staff.models import School, User
from staff.signatories import signatory

from ..cases.kernel import assign, changing, entered_on, opening
from ..cases.refusals import CaseReason
from ..letters.services import correspondence, letters
from ..models import CaseLetter, CaseLetterKind, Consultation, LocalAuthority
from . import steps
from .refusals import ConsultationReason
from .reply import letter_of, missing, recipient_of, reply_values

Reply = Consultation.Reply
Ground = Consultation.Ground
# A consultation older than this is a slip of the year.
OLDEST = timedelta(days=3650)
DETAILS = (
    "authority", "caseworker", "pupil", "child_name", "child_birth_on", "child_year", "coming_from", "received_on",
    "method", "needs", "class_name", "class_size", "class_plans", "class_support", "class_adults", "room",
)  # fmt: skip
# What the letter says of these, whoever approved it has read.
PRINTED = ("authority", "caseworker", "pupil", "child_name", "child_birth_on", "received_on")
CLASS_FACTS = ("class_name", "class_size", "class_plans", "class_support", "class_adults", "room")


def _check_received(received_on: date) -> None:
    if timezone.localdate() - received_on > OLDEST:
        raise Refused(ConsultationReason.TOO_LONG_AGO, field="received_on")


def log(
    *,
    school: School,
    authority: LocalAuthority,
    child_name: str,
    received_on: date,
    by: User,
    upload: UploadedFile | None = None,
    **facts: Any,
) -> Consultation:
    """Keep a consultation and start its 15 calendar days (guidance: CoP 9.83). `facts` are any of DETAILS.

    Raises Refused and FileRefused.
    """
    _check_received(received_on)
    if authority.school_id != school.pk or authority.ended_on:
        raise Refused(ConsultationReason.AUTHORITY_NOT_IN_USE)
    pupil: Pupil | None = facts.get("pupil")
    if pupil is not None and pupil.school_id != school.pk:
        raise Refused(ConsultationReason.CHILD_OF_ANOTHER_SCHOOL)
    case = Consultation(
        school=school, authority=authority, child_name=child_name, received_on=received_on, drafted_by=by
    )
    assign(case, facts, allowed=DETAILS)
    with opening(case, by=by) as change:
        if upload is not None:
            stored = files.store(
                upload=upload, school_id=school.pk, pupil_id=pupil.pk if pupil else None, by=by,
                purpose="consultation", keep_original=True,
            )  # fmt: skip
            case.plan_file_id = stored.pk
        change.tell("ehcp.consultation_received", f"Consulted by {authority.name}", on=received_on)
    return case


def change_facts(*, case: Consultation, version: int, by: User, **facts: Any) -> Consultation:
    """Change what was logged: any of DETAILS."""
    with changing(case, version=version, by=by, step=steps.DETAILS) as change:
        if "received_on" in facts:
            _check_received(facts["received_on"])
        before = {name: getattr(change.case, name) for name in PRINTED}
        assign(change.case, facts, allowed=DETAILS)
        if before != {name: getattr(change.case, name) for name in PRINTED}:
            _take_approval_back(change.case)
        change.touch()
        change.tell("ehcp.consultation_changed", "Consultation: details changed")
    return change.case


def draft(
    *,
    case: Consultation,
    version: int,
    reply: str,
    by: User,
    grounds: Sequence[str] = (),
    evidence: dict | None = None,
    steps_considered: str = "",
    needed: str = "",
    class_facts: dict | None = None,
    ready: bool = False,
) -> Consultation:
    """Keep the reply as far as it is written, and hand it to the head when it is `ready`.

    `class_facts` are those of the class the child would join. A change after the head's approval takes it back. Raises
    Refused, and keeps nothing, when it is to go to the head and lacks what the law asks for.
    """
    with changing(case, version=version, by=by, step=steps.WRITE) as change:
        case = change.case
        if set(grounds) - set(Ground.values):
            raise Refused(ConsultationReason.NOT_A_GROUND, field="grounds")
        case.reply, case.grounds = reply, list(grounds)
        case.evidence = {ground: (evidence or {}).get(ground, "") for ground in grounds}
        case.steps_considered, case.needed, case.drafted_by = steps_considered, needed, by
        assign(case, class_facts or {}, allowed=CLASS_FACTS)
        _take_approval_back(case)
        if ready:
            _check_complete(case)
            case.ready_at = timezone.now()
        change.touch()
        text = "Reply to the consultation handed to the head" if ready else "Reply to the consultation written"
        change.tell("ehcp.consultation_drafted", text)
    return case


def _take_approval_back(case: Consultation) -> None:
    case.ready_at = case.approved_by = case.approved_at = None


def _check_complete(case: Consultation) -> None:
    if lacking := missing(case):
        raise Refused(ConsultationReason.NOT_READY, missing="; ".join(lacking))


def approve(*, case: Consultation, version: int, by: User, read: str | None = None) -> Consultation:
    """The head signs the reply, and its letter is frozen. `read` is the mark of the letter that lay before the head.

    Raises Refused while the reply lacks what the law asks for, and when the letter reads differently by now.
    """
    with changing(case, version=version, by=by, step=steps.APPROVE) as change:
        case = change.case
        _check_complete(case)
        if read is not None and read != mark_of(as_it_would_be_sent(case, by=by)):
            raise Refused(ConsultationReason.OTHER_WORDS)
        case.approved_by, case.approved_at = by, timezone.now()
        case.ready_at = case.ready_at or case.approved_at
        change.tell("ehcp.consultation_approved", "Reply to the consultation approved")
        _letter_of(case, by=by)
    return case


def send_back(*, case: Consultation, version: int, note: str, by: User) -> Consultation:
    """The head asks for changes; the note goes with the case."""
    with changing(case, version=version, by=by, step=steps.SEND_BACK) as change:
        if not note.strip():
            raise Refused(ConsultationReason.NOTHING_TO_CHANGE)
        _take_approval_back(change.case)
        change.touch()
        change.tell("ehcp.consultation_sent_back", f"Reply sent back: {note}")
    return change.case


def make_letter(*, case: Consultation, by: User) -> CaseLetter:
    """The approved reply as a letter, signed by whoever approved it. The one that is there is not made twice."""
    with changing(case, by=by, step=steps.LETTER) as change:
        letter = letter_of(change.case)
        if letter and not _failed(letter):
            return letter
        return _letter_of(change.case, by=by)


def _failed(letter: CaseLetter) -> bool:
    """Its PDF was not made, as when whoever approved it has left since."""
    jobs = Job.objects.filter(status__in=(Status.FAILED, Status.CANCELLED))
    return letter.file_id is None and jobs.filter(pk=letter.job_id or 0).exists()


def _letter_of(case: Consultation, *, by: User) -> CaseLetter:
    approved_by: Any = case.approved_by  # the step asks for it
    return letters.make(
        kind=CaseLetterKind.CONSULTATION_REPLY, case=case, recipient=recipient_of(case), address=case.authority.address,
        by=by, signed=signatory(case.school, approved_by), values=reply_values(case),
    )  # fmt: skip


def mark_of(paper: dict[str, str]) -> str:
    """What tells one letter from another, so that nobody signs words that changed while they were read."""
    return hashlib.sha256(json.dumps(paper, sort_keys=True).encode()).hexdigest()[:32]


def as_it_would_be_sent(case: Consultation, *, by: User) -> dict[str, str]:
    """The letter that this person's approval would freeze, for reading first."""
    subject, body = letters.written(
        kind=CaseLetterKind.CONSULTATION_REPLY, case=case, recipient=recipient_of(case), dated_on=timezone.localdate(),
        signed=signatory(case.school, by), values=reply_values(case),
    )  # fmt: skip
    return {"recipient": recipient_of(case), "address": case.authority.address, "subject": subject, "body": body}


def record_sent(
    *,
    case: Consultation,
    version: int,
    sent_on: date,
    via: str,
    by: User,
    proof: str = "",
    upload: UploadedFile | None = None,
) -> Consultation:
    """The reply went: the duty is met, the proof is filed with the case."""
    with changing(case, version=version, by=by, step=steps.SEND) as change:
        case = change.case
        approved_on = timezone.localdate(case.approved_at) if case.approved_at else sent_on
        if entered_on(case) <= sent_on < approved_on:  # what went before it was entered here was approved on paper
            raise Refused(ConsultationReason.SENT_BEFORE_APPROVED, approved_on=approved_on, field="sent_on")
        case.sent_on, case.sent_via, case.proof = sent_on, via, proof
        if letter := letter_of(case):
            letters.mark_sent(letter=letter, sent_on=sent_on, via=via, proof=proof, by=by)
        change.tell("ehcp.consultation_answered", f"Reply to {case.authority.name} sent", on=sent_on)
        correspondence.log(
            case=case, direction="out", party=case.authority.name, dated_on=sent_on,
            subject="Reply to the consultation", method=via, proof=proof, upload=upload, by=by,
        )  # fmt: skip
    return case


def record_outcome(*, case: Consultation, named: str, named_on: date, by: User) -> Consultation:
    """What the authority did: the plan names this school, or another. It ends the case."""
    with changing(case, by=by, step=steps.OUTCOME) as change:
        case = change.case
        case.named, case.named_on, case.closed_on = named, named_on, named_on
        case.close_reason = case.get_named_display()
        change.tell("ehcp.consultation_ended", case.close_reason, on=named_on)
    return case


def close(*, case: Consultation, reason: str, by: User) -> Consultation:
    """End a case without an answer: withdrawn by the authority, or logged by mistake."""
    with changing(case, by=by) as change:
        if not reason.strip():
            raise Refused(CaseReason.NO_REASON)
        change.case.closed_on, change.case.close_reason = timezone.localdate(), reason[:200]
        change.tell("ehcp.consultation_ended", f"Consultation closed: {reason}")
    return change.case
