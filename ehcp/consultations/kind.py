"""What a consultation declares about itself."""

from ..cases.kind import CaseKind, DatedFact
from ..models import Consultation

CONSULTATION = CaseKind(
    code="consultation",
    model=Consultation,
    noun="consultation",
    tab="consultations",
    route="ehcp:consultation-detail",
    facts=(
        DatedFact("received_on", "The day the consultation arrived", "the consultation arrived"),
        DatedFact("sent_on", "The day the reply went", "the reply went", after=("received_on",), clears=("sent_via",)),
        DatedFact(
            "named_on",
            "The day the authority named a school",
            "the authority named a school",
            after=("received_on",),
            closes=True,
            clears=("named",),
        ),
        DatedFact("closed_on", "The last day", "the consultation was closed", after=("received_on",), written=False),
    ),
)
