"""What a request knows for its letters."""

from sendco.clock import full_date

from ..models import NeedsAssessment
from .selectors import advice_of

CFA = "Children and Families Act 2014"
WORDS = {
    NeedsAssessment.Kind.FIRST: (
        "EHC needs assessment",
        "assess the education, health and care needs of {child}{born} ({act}, section 36(1)).",
        "The law gives you six weeks from the day you receive this request to tell the parents, and us, whether you "
        "will assess (SEND Regulations 2014, regs 4 and 5).",
    ),
    NeedsAssessment.Kind.AGAIN: (
        "EHC re-assessment",
        "re-assess the education, health and care needs of {child}{born} ({act}, section 44(2)).",
        "The law gives you 15 days from the day you receive this request to tell the parents, and us, whether you will "
        "re-assess (SEND Regulations 2014, reg 25(1)).",
    ),
}


def request_values(case: NeedsAssessment) -> dict[str, str]:
    """What is asked for, why, and which papers are here to be sent with it."""
    kept = [advice for advice in advice_of(case) if advice.is_here]
    papers = [f"{number}. {advice.get_kind_display()}" for number, advice in enumerate(kept, start=1)]
    what, asks, answer = WORDS[NeedsAssessment.Kind(case.kind)]
    born = f", born {full_date(case.pupil.birth_on)}" if case.pupil.birth_on else ""
    return {
        "request.what": what,
        "request.asks": asks.format(child=case.pupil.name, born=born, act=CFA),
        "request.answer": answer,
        "request.reason": case.reason,
        "request.papers": "\n".join(papers) or "This letter alone.",
    }
