"""The reply to a consultation: what it lacks to stand on the law, and what its letter says."""

import re

from sendco.clock import full_date

from ..letters.fields import SEN_TEAM
from ..models import CaseLetter, CaseLetterKind, Consultation

Reply = Consultation.Reply
Ground = Consultation.Ground
FULL = re.compile(r"\b(we (are|re) full|no (places?|spaces?|room)|over(-| )?subscribed|at capacity|above pan)\b", re.I)
LEAST_WORDS = 12


def missing(case: Consultation) -> list[str]:
    """Return in words what the reply lacks to stand on the law; empty when it is ready for the head."""
    if not case.reply:
        return ["the reply itself: can, can if, or cannot"]
    lacks = []
    if case.reply == Reply.CAN_IF and not case.needed.strip():
        lacks.append("what would have to be in place")
    if case.reply == Reply.CANNOT:
        if not case.grounds:
            lacks.append("a ground of the law")
        for ground in case.grounds:
            evidence = case.evidence.get(ground, "")
            if len(evidence.split()) < LEAST_WORDS:
                lacks.append(
                    f"evidence for “{Ground(ground).label}”, in a few sentences about this child and this school"
                )
        if not case.steps_considered.strip():
            lacks.append("the steps you considered before saying no")
    return lacks


def warnings(case: Consultation) -> list[str]:
    """Return in words what weakens the reply but does not stop it."""
    said = " ".join([*case.evidence.values(), case.steps_considered])
    if case.reply == Reply.CANNOT and FULL.search(said):
        return [
            "Being full is not a ground of the law by itself. Say what one more child would do to the education of the "
            "others, or to the use of resources, and show it with figures."
        ]
    return []


def reply_values(case: Consultation) -> dict[str, str]:
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
        "consulted.date": full_date(case.received_on),
    }


def recipient_of(case: Consultation) -> str:
    if case.caseworker and case.caseworker.ended_on is None:
        return case.caseworker.name
    return f"{SEN_TEAM}, {case.authority.name}"


def letter_of(case: Consultation) -> CaseLetter | None:
    """The letter that the approval made and that has not gone; None when the reply was changed since."""
    if case.approved_at is None:
        return None
    made = CaseLetter.objects.filter(consultation=case, kind=CaseLetterKind.CONSULTATION_REPLY, sent_on=None)
    return made.filter(made_at__gte=case.approved_at).order_by("-pk").first()
