"""What a request knows for its letters."""

from ..models import NeedsAssessment


def request_values(case: NeedsAssessment) -> dict[str, str]:
    kept = case.advice.exclude(received_on=None).order_by("kind", "pk")
    papers = [f"{number}. {advice.get_kind_display()}" for number, advice in enumerate(kept, start=1)]
    return {"request.reason": case.reason, "request.papers": "\n".join(papers) or "The papers of the pack."}
