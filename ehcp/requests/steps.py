"""The steps of a request for an EHC needs assessment, from the reason to the plan that is recorded of it."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..cases.steps import Holds, Known, Step, Whose, by_code
from ..models import NeedsAssessment
from .kind import STARTS
from .refusals import RequestReason

Decision = NeedsAssessment.Decision
AskedBy = NeedsAssessment.AskedBy

STARTED = Known(STARTS, RequestReason.NOT_STARTED)
SHORTEST_REASON = 20  # words; fewer say nothing to a panel


def _is_refused(case):
    return case.decision == Decision.REFUSE and case.reversed_on is None


def _is_ours(case):
    return case.asked_by == AskedBy.SCHOOL


def _will_be_assessed(case):
    return case.decision == Decision.ASSESS or case.reversed_on is not None


REASON = Step(
    "reason",
    _("Reason for the request"),
    _("Write the reason"),
    "ehcp:assessment-reason",
    writes=("reason",),
    asks=_("Say why a plan may be needed"),
    why=_("What was tried, what came of it, and what the child needs now."),
)
PACK = Step(
    "pack",
    _("Request pack"),
    _("Make the pack"),
    "ehcp:assessment-pack",
    writes=("pack_file_id", "pack_job_id"),
    asks=_("Make the request pack"),
    why=_("One PDF with an index, ready to send."),
)
SENT = Step(
    "sent",
    _("Request sent"),
    _("It has gone"),
    writes=("sent_at", "method", "received_on"),
    offered=_is_ours,
    asks=_("Send the request"),
    why=_("Then enter how it went: the six weeks run from the day it is received."),
)
RECEIVED = Step(
    "received",
    _("Request received"),
    _("Enter the day"),
    writes=("received_on", "became_responsible_on"),
    offered=lambda case: not _is_ours(case),
    asks=_("Enter when the authority received it"),
    why=_("Every date of the law counts from that day."),
)
DECISION = Step(
    "decision",
    _("Decision whether to assess"),
    _("Enter the decision"),
    whose=Whose.AUTHORITY,
    writes=("decision_on", "decision"),
    needs=(STARTED,),
    asks=_("Enter the authority's decision"),
    why=_("As soon as its letter comes: the date on the letter counts."),
)
REVERSAL = Step(
    "reversal",
    _("The refusal fell"),
    whose=Whose.AUTHORITY,
    writes=("reversed_on", "reversal", "reversed_to", "reversal_notified_on", "reversal_agreed_by"),
    offered=lambda case: case.decision == Decision.REFUSE or case.no_plan_on is not None,
)
ADVICE_ASKED = Step(
    "advice-asked",
    _("School asked for advice"),
    _("Enter the day"),
    whose=Whose.AUTHORITY,
    writes=("advice_asked_on",),
    needs=(STARTED,),
    offered=lambda case: not _is_refused(case),
    asks=_("Enter when the school is asked for its advice"),
    why=_("Your six weeks start on that day."),
)
ADVICE_SENT = Step(
    "advice-sent",
    _("School's advice sent"),
    _("The advice has gone"),
    writes=("advice_sent_on",),
    needs=(Known(("advice_asked_on",), RequestReason.NOT_ASKED_FOR_ADVICE),),
    asks=_("Send the school's advice"),
    why=_("Six weeks from the day you were asked, in the holidays too."),
)
NO_PLAN = Step(
    "no-plan",
    _("Decision not to make a plan"),
    whose=Whose.AUTHORITY,
    writes=("no_plan_on",),
    needs=(STARTED, Holds(lambda case: not _is_refused(case), RequestReason.REFUSED_TO_ASSESS)),
    offered=lambda case: _will_be_assessed(case) and case.kind != NeedsAssessment.Kind.AGAIN,
)
DRAFT = Step(
    "draft",
    _("Draft plan came"),
    _("Enter the draft"),
    whose=Whose.AUTHORITY,
    writes=("draft_served_on",),
    needs=(STARTED,),
    offered=_will_be_assessed,
    asks=_("Enter the draft plan when it comes"),
    why=_("The parent has at least 15 days from it."),
)
WORDS = Step(
    "words",
    _("Parent's words on the draft"),
    _("Enter the parent's words"),
    whose=Whose.PARENT,
    writes=("representations_on",),
    needs=(Known(("draft_served_on",), RequestReason.NO_DRAFT),),
    asks=_("Help the parent to answer the draft"),
    why=_("Enter the day on which their words went. The authority waits at least 15 days."),
)
FINAL = Step(
    "final",
    _("Final plan came"),
    _("Enter the final plan"),
    whose=Whose.AUTHORITY,
    writes=("final_on", "plan"),
    needs=(STARTED,),
    offered=_will_be_assessed,
    asks=_("Enter the final plan when it comes"),
    why=_("With it the request is done, and the plan is recorded."),
)
RECORD = Step(
    "record",
    _("Plan recorded"),
    _("Record the plan"),
    "ehcp:plan-new",
    writes=("plan",),
    asks=_("Record the plan"),
    why=_("The next review counts from its date."),
)

# What is entered with its day, in the order of the law.
DATED = (SENT, RECEIVED, DECISION, REVERSAL, ADVICE_ASKED, ADVICE_SENT, NO_PLAN, DRAFT, WORDS, FINAL)
STEPS = by_code((REASON, PACK, *DATED, RECORD))


def day_of(step: Step, case: NeedsAssessment):
    """The day that stands for a step; of sending the day alone, of receiving whichever way the clock started."""
    if step is SENT:
        return case.sent_at and timezone.localdate(case.sent_at)
    return case.starts_on if step is RECEIVED else getattr(case, step.writes[0])


def next_of_preparing(case: NeedsAssessment) -> Step:
    if not _is_ours(case):
        return RECEIVED
    if len(case.reason.split()) < SHORTEST_REASON:
        return REASON
    return SENT if case.pack_file_id or case.pack_job_id else PACK


def next_of_assessing(case: NeedsAssessment) -> Step:
    if case.reversed_to == NeedsAssessment.ReversedTo.PLAN or case.advice_sent_on:
        return DRAFT
    return ADVICE_SENT if case.advice_asked_on else ADVICE_ASKED


def next_of_draft(case: NeedsAssessment) -> Step:
    return FINAL if case.representations_on else WORDS
