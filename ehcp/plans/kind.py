"""What an EHC plan declares about itself."""

from ..cases.kind import CaseKind, DatedFact
from ..models import CaseLetterKind, Plan
from .letter_values import short_line_values, vague_line_values

MADE = ("made_on",)

PLAN = CaseKind(
    code="plan",
    model=Plan,
    noun="plan",
    tab="plans",
    route="ehcp:plan-detail",
    joins=("authority", "caseworker"),
    closed="ceased_on",
    letter_values={
        CaseLetterKind.LA_VAGUE_LINES: vague_line_values,
        CaseLetterKind.LA_SHORT_LINES: short_line_values,
    },
    facts=(
        DatedFact("made_on", "The date of the plan", "the plan was made"),
        DatedFact("last_concluded_on", "The last review", "the last review", MADE),
        DatedFact("cease_proposed_on", "The first letter", "the first letter", MADE),
        DatedFact("cease_notified_on", "The decision to cease", "the decision to cease", ("cease_proposed_on", *MADE)),
        DatedFact(
            "ceased_on",
            "The last day",
            "the plan ceased",
            ("cease_notified_on", *MADE),
            note="Emptied, the plan goes on with what ended that day. The register keeps its status: change it there.",
        ),
    ),
)
