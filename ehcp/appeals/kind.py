"""What the log of a decision that can be appealed declares about itself."""

from ..cases.kind import CaseKind, DatedFact
from ..models import Appeal

LETTER = ("letter_on",)
ORDER = ("order_on",)

APPEAL = CaseKind(
    code="appeal",
    model=Appeal,
    noun="appeal",
    tab="appeals",
    route="ehcp:appeal-detail",
    joins=("authority", "assessment", "plan"),
    follows=lambda appeal: [case for case in (appeal.assessment, appeal.plan) if case],
    facts=(
        DatedFact("letter_on", "The authority's letter", "the authority's letter"),
        DatedFact("contacted_on", "The day the mediation adviser was contacted", "the adviser was contacted", LETTER),
        DatedFact("told_on", "The day the adviser was told", "it was asked for", LETTER),
        DatedFact("mediation_on", "The end of mediation", "mediation ended", ("told_on",)),
        DatedFact("certificate_on", "The mediation certificate", "the certificate was issued", LETTER),
        DatedFact("lodged_on", "The appeal", "the appeal was lodged", LETTER),
        DatedFact(
            "sent_to_la_on", "The day the Tribunal sent the appeal to the authority", "it was sent on", ("lodged_on",)
        ),
        DatedFact("la_responded_on", "The authority's response", "the authority responded", ("sent_to_la_on",)),
        DatedFact("hearing_on", "The hearing", "the hearing", LETTER, ahead=True),
        DatedFact("school_evidence_by", "The day the evidence is due", "the evidence was due", LETTER, ahead=True),
        DatedFact("school_evidence_on", "The school's evidence", "the evidence went", ("lodged_on",)),
        DatedFact("order_on", "The order or agreement", "the order", LETTER, clears=("order", "other_steps")),
        DatedFact("agreed_by_on", "The time agreed in writing", "the time agreed in writing", ORDER, ahead=True),
        DatedFact("other_done_on", "The day the other steps were done", "the other steps were done", ORDER),
        DatedFact("draft_on", "What the order asked for first", "what was asked for first", ORDER),
        DatedFact("complied_on", "The day the authority did what was ordered", "it was done", ORDER),
        DatedFact("closed_on", "The last day", "the appeal was closed", LETTER, written=False),
    ),
)
