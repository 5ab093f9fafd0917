"""An authority asks for a place: log it, write the reply on the grounds of the law, have the head approve, send it.

Whether there is room is not a ground by itself (CFA 2014 s39(4)): what binds is whether this child's place would be
incompatible with the efficient education of others or the efficient use of resources, with evidence.
"""

import re

from django.db import transaction
from django.utils import timezone

from pupils.errors import ChangedMeanwhile, Refused
from pupils.owed import bring_up_to_date
from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.files import services as files

from ..letters.services import correspondence, letters
from ..models import CaseLetterKind, Consultation

Reply = Consultation.Reply
Ground = Consultation.Ground
FULL = re.compile(r"\b(we (are|re) full|no (places?|spaces?|room)|over(-| )?subscribed|at capacity|above pan)\b", re.I)
LEAST_WORDS = 12
FIRST_DAY = 3650  # a consultation older than ten years is a slip of the year


def _lock(case, version=None):
    rows = Consultation.objects.select_for_update(of=("self",)).select_related("school", "authority", "pupil")
    found = rows.get(pk=case.pk)
    if version is not None and found.version != version:
        raise ChangedMeanwhile(found)
    if found.closed_on:
        raise Refused(f"This consultation was closed on {long_date(found.closed_on)}. It is kept as it was.")
    return found


def _keep(case, *fields, by, code, text, on=None):
    case.version += 1
    with audit.saving(case, by=by):
        case.save(update_fields=[*fields, "version"])
    _record(code, case, text, by=by, on=on)
    bring_up_to_date(case)
    return case


def _record(code, case, text, *, by, on=None):
    audit.record(code, case, text=text[:300], by=by, happened_on=on or timezone.localdate())


def _check_received(received_on):
    today = timezone.localdate()
    if received_on > today:
        raise Refused("It cannot have arrived in the future. Check the date.")
    if (today - received_on).days > FIRST_DAY:
        raise Refused("That is more than ten years ago. Check the year.")


@transaction.atomic
def log(*, school, authority, child_name, received_on, by, upload=None, **facts):
    """Keep a consultation and start its 15 calendar days (guidance: CoP 9.83). Raises Refused and FileRefused."""
    _check_received(received_on)
    if authority.school_id != school.pk or authority.ended_on:
        raise Refused("Choose one of this school's authorities that is in use.")
    pupil = facts.get("pupil")
    if pupil is not None and pupil.school_id != school.pk:
        raise Refused("That child belongs to another school.")
    case = Consultation(
        school=school, authority=authority, child_name=child_name, received_on=received_on, drafted_by=by, **facts
    )
    if upload is not None:
        stored = files.store(
            upload=upload, school_id=school.pk, pupil_id=pupil.pk if pupil else None, by=by, purpose="consultation",
            keep_original=True,
        )  # fmt: skip
        case.plan_file_id = stored.pk
    with audit.saving(case, by=by):
        case.save()
    _record("ehcp.consultation_received", case, f"Consulted by {authority.name}", by=by, on=received_on)
    bring_up_to_date(case)
    return case


@transaction.atomic
def change_facts(*, case, version, by, **facts):
    """Change what was logged: the child's details, the class it would join, the day it arrived."""
    case = _lock(case, version)
    _not_sent(case)
    if "received_on" in facts:
        _check_received(facts["received_on"])
    for name, value in facts.items():
        setattr(case, name, value)
    return _keep(case, *facts, by=by, code="ehcp.consultation_changed", text="Consultation: details changed")


def _not_sent(case):
    if case.sent_on:
        raise Refused(f"The reply went on {long_date(case.sent_on)}. It is kept as it was sent.")


@transaction.atomic
def draft(
    *,
    case,
    version,
    reply,
    by,
    grounds=(),
    evidence=None,
    steps_considered="",
    needed="",
    class_facts=None,
    ready=False,
):
    """Keep the reply as far as it is written, and hand it to the head when it is `ready`.

    `class_facts` are those of the class the child would join. A change after the head's approval takes it back. Raises
    Refused, and keeps nothing, when it is to go to the head and lacks what the law asks for.
    """
    case = _lock(case, version)
    _not_sent(case)
    unknown = set(grounds) - set(Ground.values)
    if unknown:
        raise Refused("Only the grounds of the law bind the authority. Choose from the list.")
    case.reply, case.grounds = reply, list(grounds)
    case.evidence = {ground: (evidence or {}).get(ground, "") for ground in grounds}
    case.steps_considered, case.needed, case.drafted_by = steps_considered, needed, by
    for name, value in (class_facts or {}).items():
        setattr(case, name, value)
    case.ready_at = case.approved_by = case.approved_at = None
    if ready:
        _check_complete(case)
        case.ready_at = timezone.now()
    fields = "reply grounds evidence steps_considered needed drafted_by ready_at approved_by approved_at".split()
    text = "Reply to the consultation handed to the head" if ready else "Reply to the consultation written"
    return _keep(case, *fields, *(class_facts or {}), by=by, code="ehcp.consultation_drafted", text=text)


def _check_complete(case):
    if lacking := missing(case):
        raise Refused(f"Not ready yet. Still missing: {'; '.join(lacking)}.")


def missing(case):
    """Return in words what the reply lacks to stand on the law; empty when it is ready for the head."""
    if not case.reply:
        return ["the reply itself: can, can if, or cannot"]
    found = []
    if case.reply == Reply.CAN_IF and not case.needed.strip():
        found.append("what would have to be in place")
    if case.reply == Reply.CANNOT:
        if not case.grounds:
            found.append("a ground of the law")
        for ground in case.grounds:
            words = case.evidence.get(ground, "")
            if len(words.split()) < LEAST_WORDS:
                found.append(
                    f"evidence for “{Ground(ground).label}”, in a few sentences about this child and this school"
                )
        if not case.steps_considered.strip():
            found.append("the steps you considered before saying no")
    return found


def warnings(case):
    """Return in words what weakens the reply but does not stop it."""
    said = " ".join([*case.evidence.values(), case.steps_considered])
    if case.reply == Reply.CANNOT and FULL.search(said):
        return [
            "Being full is not a ground of the law by itself. Say what one more child would do to the education of the "
            "others, or to the use of resources, and show it with figures."
        ]
    return []


@transaction.atomic
def approve(*, case, version, by):
    """The head signs the reply. Raises Refused while it lacks what the law asks for."""
    case = _lock(case, version)
    _not_sent(case)
    _check_complete(case)
    case.approved_by, case.approved_at = by, timezone.now()
    case.ready_at = case.ready_at or case.approved_at
    fields = ["approved_by", "approved_at", "ready_at"]
    return _keep(case, *fields, by=by, code="ehcp.consultation_approved", text="Reply to the consultation approved")


@transaction.atomic
def send_back(*, case, version, note, by):
    """The head asks for changes; the note goes with the case."""
    case = _lock(case, version)
    _not_sent(case)
    if not note.strip():
        raise Refused("Say what should change.")
    case.ready_at = case.approved_by = case.approved_at = None
    text = f"Reply sent back: {note}"
    return _keep(case, "ready_at", "approved_by", "approved_at", by=by, code="ehcp.consultation_sent_back", text=text)


def reply_values(case):
    """The fields of the reply letter."""
    law = "Children and Families Act 2014, section 39(4)"
    grounds = "\n\n".join(
        f"{number}. {Ground(ground).label} ({law}).\n{case.evidence.get(ground, '')}"
        for number, ground in enumerate(case.grounds, start=1)
    )
    steps = f"What we considered\n{case.steps_considered}" if case.steps_considered else ""
    needed = f"What would have to be in place\n{case.needed}" if case.needed else ""
    return {
        "reply.summary": f"{Reply(case.reply).label}.",
        "reply.grounds": grounds,
        "reply.steps": steps,
        "reply.needed": needed,
        "consulted.date": long_date(case.received_on),
    }


@transaction.atomic
def make_letter(*, case, by, sender_role=""):
    """Freeze the approved reply as a letter."""
    case = _lock(case)
    if case.approved_at is None:
        raise Refused("The head has not approved the reply yet. Ask for that first.")
    name = case.caseworker.name if case.caseworker else case.authority.name
    return letters.make(
        kind=CaseLetterKind.CONSULTATION_REPLY, case=case, recipient=name, address=case.authority.address, by=by,
        values=reply_values(case), sender_role=sender_role,
    )  # fmt: skip


@transaction.atomic
def record_sent(*, case, version, sent_on, via, by, proof="", upload=None):
    """The reply went: the duty is met, the proof is filed with the case."""
    case = _lock(case, version)
    _not_sent(case)
    if case.approved_at is None:
        raise Refused("The head has not approved the reply yet. Ask for that first.")
    if sent_on > timezone.localdate():
        raise Refused("The day it went cannot be in the future.")
    if sent_on < case.received_on:
        raise Refused(f"It cannot go before the consultation arrived on {long_date(case.received_on)}.")
    case.sent_on, case.sent_via, case.proof = sent_on, via, proof
    _keep(
        case, "sent_on", "sent_via", "proof", by=by, code="ehcp.consultation_answered",
        text=f"Reply to {case.authority.name} sent", on=sent_on,
    )  # fmt: skip
    correspondence.log(
        case=case, direction="out", party=case.authority.name, dated_on=sent_on, subject="Reply to the consultation",
        method=via, proof=proof, upload=upload, by=by,
    )  # fmt: skip
    return case


@transaction.atomic
def record_outcome(*, case, named, named_on, by):
    """What the authority did: the plan names this school, or another. It ends the case."""
    case = _lock(case)
    if named_on > timezone.localdate():
        raise Refused("The day cannot be in the future.")
    if named_on < case.received_on:
        raise Refused("The plan cannot name a school before you were consulted. Check the date.")
    case.named, case.named_on, case.closed_on = named, named_on, named_on
    case.close_reason = case.get_named_display()
    return _keep(
        case, "named", "named_on", "closed_on", "close_reason", by=by, code="ehcp.consultation_ended",
        text=case.close_reason, on=named_on,
    )  # fmt: skip


@transaction.atomic
def close(*, case, reason, by):
    """End a case without an answer: withdrawn by the authority, or logged by mistake."""
    case = _lock(case)
    if not reason.strip():
        raise Refused("Say why it is closed.")
    case.closed_on, case.close_reason = timezone.localdate(), reason[:200]
    return _keep(
        case, "closed_on", "close_reason", by=by, code="ehcp.consultation_ended", text=f"Consultation closed: {reason}"
    )
