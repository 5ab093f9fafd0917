"""What a request for an EHC needs assessment declares about itself."""

from ..cases.kind import CaseKind, DatedFact
from ..models import CaseLetterKind, NeedsAssessment
from .letter_values import request_values

STARTS = ("received_on", "became_responsible_on")

REQUEST = CaseKind(
    code="assessment",
    model=NeedsAssessment,
    noun="request",
    tab="assessments",
    route="ehcp:assessment-detail",
    joins=("authority", "plan", "caseworker"),
    follows=lambda request: request.appeals.select_related("school", "pupil", "assessment"),
    letter_values={CaseLetterKind.ASSESSMENT_REQUEST: request_values},
    facts=(
        DatedFact("began_on", "The day it began", "the request began"),
        DatedFact("sent_at", "The day it went", "it went", after=("began_on",), clears=("method",)),
        # What goes by post today counts as received on a day to come.
        DatedFact(
            "received_on",
            "The day the authority received it",
            "the authority received the request",
            after=("sent_at",),
            ahead=True,
        ),
        DatedFact(
            "became_responsible_on", "The day the authority became responsible", "the authority became responsible"
        ),
        DatedFact("decision_on", "The decision", "the decision to assess or not", after=STARTS, clears=("decision",)),
        DatedFact("advice_asked_on", "The request for advice", "the school was asked for advice", after=STARTS),
        DatedFact("advice_sent_on", "The advice", "the advice went", after=("advice_asked_on",)),
        DatedFact(
            "no_plan_on", "The decision not to make a plan", "the authority decided against a plan", after=STARTS
        ),
        DatedFact("draft_served_on", "The draft plan", "the draft came", after=("decision_on", *STARTS)),
        DatedFact("representations_on", "The parent's words", "the parent commented", after=("draft_served_on",)),
        DatedFact("final_on", "The final plan", "the final plan came", after=("draft_served_on", *STARTS), closes=True),
        DatedFact(
            "reversed_on",
            "The reversal",
            "the reversal",
            after=("decision_on",),
            clears=("reversal", "reversed_to", "reversal_notified_on", "reversal_agreed_by"),
        ),
        DatedFact(
            "reversal_agreed_by",
            "The time agreed in writing",
            "the time agreed in writing",
            after=("reversed_on",),
            ahead=True,
        ),
        DatedFact("reversal_notified_on", "The authority's letter", "the authority wrote", after=("reversed_on",)),
        DatedFact("closed_on", "The last day", "the request was closed", after=("began_on",), written=False),
    ),
)
