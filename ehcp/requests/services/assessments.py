"""A request for an EHC needs assessment, from the school's readiness check to the plan or the refusal.

Each step writes what happened, refuses what cannot be, and derives the dates again. Exceptions of the law disapply a
limit and move nothing (law file 1.2).
"""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from pupils.models import Pupil
from sendco.clock import SEND_LAW_FROM, NotKnownYet, long_date
from sendco.refusals import Refused
from staff.models import User

from ...authorities.services import check_worker
from ...cases.kernel import assign, changing, opening
from ...cases.refusals import CaseReason
from ...deadlines import Allowed
from ...deadlines.reviews import looks_at_adulthood
from ...models import Advice, Caseworker, Exemption, LocalAuthority, NeedsAssessment, Plan
from ...owed import exemption_words
from .. import steps
from ..kind import REQUEST
from ..receipt import counted_as_received
from ..refusals import RequestReason

Decision = NeedsAssessment.Decision
Kind = NeedsAssessment.Kind
AskedBy = NeedsAssessment.AskedBy


# --- Beginning ---------------------------------------------------------------------------------------------------
FACTS_TO_BEGIN = ("caseworker", "reason", "received_on", "became_responsible_on")


def begin(
    *,
    pupil: Pupil,
    authority: LocalAuthority,
    by: User,
    kind: str = Kind.FIRST,
    asked_by: str = AskedBy.SCHOOL,
    began_on: date | None = None,
    **facts: Any,
) -> NeedsAssessment:
    """Open a request: the school prepares one, or learns of one that somebody else made. `facts`: FACTS_TO_BEGIN."""
    if not pupil.on_roll:
        raise Refused(RequestReason.CHILD_LEFT, child=pupil.name)
    if authority.school_id != pupil.school_id or authority.ended_on:
        raise Refused(RequestReason.AUTHORITY_NOT_IN_USE)
    check_worker(facts.get("caseworker"), authority)
    plan = Plan.objects.filter(pupil=pupil, ceased_on=None).first()
    if kind == Kind.FIRST and plan:
        raise Refused(RequestReason.HAS_A_PLAN, child=pupil.forename)
    if kind == Kind.AGAIN and not plan:
        raise Refused(RequestReason.HAS_NO_PLAN, child=pupil.forename)
    case = NeedsAssessment(
        school=pupil.school, pupil=pupil, authority=authority, kind=kind, asked_by=asked_by,
        began_on=began_on or timezone.localdate(), plan=plan,
    )  # fmt: skip
    assign(case, facts, allowed=FACTS_TO_BEGIN)
    with opening(case, by=by, taken_reason=RequestReason.OPEN_ALREADY, child=pupil.forename) as change:
        for advice_kind in advice_wanted(pupil):
            change.keep(Advice(assessment=case, kind=advice_kind))
        change.tell("ehcp.request_began", f"{case.get_kind_display()} begun", on=case.began_on)
    return case


def advice_wanted(pupil: Pupil) -> list[Advice.Kind]:
    """The reg 6(1) list for this child; preparing for adulthood from Year 9."""
    kinds = [Advice.Kind.PARENT, Advice.Kind.EDUCATION, Advice.Kind.MEDICAL, Advice.Kind.PSYCHOLOGY, Advice.Kind.SOCIAL]
    if looks_at_adulthood(pupil.year_group):
        kinds.append(Advice.Kind.ADULTHOOD)
    return kinds


def save_reason(*, case: NeedsAssessment, version: int, reason: str, by: User) -> NeedsAssessment:
    with changing(case, version=version, by=by, step=steps.REASON) as change:
        change.case.reason = reason
        change.touch()
        change.tell("ehcp.request_changed", "Words of the request changed")
    return change.case


def set_caseworker(*, case: NeedsAssessment, version: int, caseworker: Caseworker | None, by: User) -> NeedsAssessment:
    """Who at the authority answers for this request now; None where nobody is named."""
    with changing(case, version=version, by=by) as change:
        case = change.case
        check_worker(caseworker, case.authority)
        if caseworker != case.caseworker:
            case.caseworker = caseworker
            name = caseworker.name if caseworker else "nobody"
            change.tell("ehcp.request_caseworker", f"Caseworker of the request: {name}")
    return case


ADVICE_FIELDS = ("who", "asked_on", "received_on", "words", "document")


def save_advice(*, advice: Advice, by: User, **facts: Any) -> Advice:
    """Keep ADVICE_FIELDS: who gives it, when it was asked for, when it came, its words and where it is kept."""
    with changing(advice.assessment, by=by) as change:
        _check_advice(facts.get("asked_on"), facts.get("received_on"))
        document = facts.get("document")
        if document is not None and document.pupil_id != change.case.pupil_id:
            raise Refused(RequestReason.DOCUMENT_OF_ANOTHER_CHILD, field="document")
        assign(advice, facts, allowed=ADVICE_FIELDS)
        change.keep(advice)
        change.tell("ehcp.advice_changed", f"Advice: {advice.get_kind_display()}")
    return advice


def _check_advice(asked_on: date | None, received_on: date | None) -> None:
    labels = (
        ("asked_on", asked_on, "The day it was asked for"),
        ("received_on", received_on, "The day the advice came"),
    )
    for field, day, label in labels:
        if day and day > timezone.localdate():
            raise Refused(RequestReason.ADVICE_IN_FUTURE, label=label, field=field)
        if day and day < SEND_LAW_FROM:
            raise Refused(CaseReason.BEFORE_THE_LAW, label=label, field=field)
    if asked_on and received_on and received_on < asked_on:
        raise Refused(RequestReason.ADVICE_BEFORE_ASKED, asked_on=asked_on, field="received_on")


# The law's list names one of each of these; of the others there may be several.
SEVERAL = (Advice.Kind.OTHER, Advice.Kind.ADULTHOOD, Advice.Kind.REQUESTED)


def add_advice(*, case: NeedsAssessment, kind: str, by: User, who: str = "") -> Advice:
    """Put somebody more on the list of those who advise: reg 6(1)(f) to (h)."""
    with changing(case, by=by) as change:
        if kind not in SEVERAL:
            raise Refused(RequestReason.ADVICE_ON_THE_LIST)
        advice = change.keep(Advice(assessment=change.case, kind=kind, who=who))
        change.tell("ehcp.advice_changed", f"Advice: {advice.get_kind_display()}")
    return advice


# --- Sending -----------------------------------------------------------------------------------------------------
def record_sent(
    *,
    case: NeedsAssessment,
    version: int,
    sent_at: datetime,
    method: str,
    by: User,
    received_on: date | None = None,
) -> NeedsAssessment:
    """The request went. The day it counts as received is worked out from how it went, or given (signed for).

    Week 0 is the day the authority receives it, not the day of a panel (SEND Regulations 2014, reg 5(1)).
    """
    with changing(case, version=version, by=by, step=steps.SENT) as change:
        case, sent_on = change.case, timezone.localdate(sent_at)
        case.sent_at, case.method = sent_at, method
        case.received_on = received_on or _received(sent_at, method)
        if case.received_on < sent_on:
            raise Refused(RequestReason.RECEIVED_BEFORE_SENT, sent_on=sent_on, field="received_on")
        text = f"Request sent to {case.authority.name}, received {long_date(case.received_on)}"
        change.tell("ehcp.request_sent", text, on=sent_on)
    return case


def _received(sent_at: datetime, method: str) -> date:
    try:
        return counted_as_received(sent_at, method)
    except NotKnownYet as error:
        raise Refused(RequestReason.BEYOND_BANK_HOLIDAYS, field="received_on") from error
    except ValueError as error:
        raise Refused(RequestReason.SIGNED_FOR_WITHOUT_DAY, field="received_on") from error


def record_received(
    *,
    case: NeedsAssessment,
    version: int,
    by: User,
    received_on: date | None = None,
    became_responsible_on: date | None = None,
) -> NeedsAssessment:
    """Somebody else asked, or the authority became responsible (CFA s24): the day its clock started."""
    with changing(case, version=version, by=by, step=steps.RECEIVED) as change:
        case = change.case
        if received_on and received_on > timezone.localdate():
            fact: Any = REQUEST.fact("received_on")
            raise Refused(CaseReason.IN_FUTURE, label=fact.label, field="received_on")
        if not (received_on or became_responsible_on):
            raise Refused(RequestReason.NO_START)
        case.received_on, case.became_responsible_on = received_on, became_responsible_on
        text = f"{case.authority.name} has the request since {long_date(case.starts_on)}"
        change.tell("ehcp.request_received", text)
    return case


# --- The authority's steps ---------------------------------------------------------------------------------------
def record_decision(
    *, case: NeedsAssessment, version: int, decision: str, decision_on: date, by: User
) -> NeedsAssessment:
    """Whether the authority will assess. A refusal leaves the case open: it can be appealed, and reversed."""
    with changing(case, version=version, by=by, step=steps.DECISION) as change:
        case = change.case
        case.decision, case.decision_on = decision, decision_on
        text = f"{case.authority.name}: {Decision(decision).label.lower()}"
        change.tell("ehcp.request_decided", text, on=decision_on)
    return case


def record_advice_asked(*, case: NeedsAssessment, version: int, asked_on: date, by: User) -> NeedsAssessment:
    """The authority's request for the school's advice arrived: six weeks, in the holidays too (reg 8(1))."""
    with changing(case, version=version, by=by, step=steps.ADVICE_ASKED) as change:
        change.case.advice_asked_on = asked_on
        change.tell("ehcp.advice_asked", "The school is asked for its advice", on=asked_on)
    return change.case


def record_advice_sent(*, case: NeedsAssessment, version: int, sent_on: date, by: User) -> NeedsAssessment:
    with changing(case, version=version, by=by, step=steps.ADVICE_SENT) as change:
        change.case.advice_sent_on = sent_on
        change.tell("ehcp.advice_sent", "The school's advice sent", on=sent_on)
    return change.case


def record_no_plan(*, case: NeedsAssessment, version: int, on: date, by: User) -> NeedsAssessment:
    """After assessing, the authority decided not to make a plan (reg 10(1))."""
    with changing(case, version=version, by=by, step=steps.NO_PLAN) as change:
        case = change.case
        case.no_plan_on = on
        change.tell("ehcp.no_plan", "The authority will not make a plan", on=on)
    return case


def record_draft(*, case: NeedsAssessment, version: int, served_on: date, by: User) -> NeedsAssessment:
    """The draft plan came: at least 15 days beginning with that day for the parent's words (reg 13(1)(a))."""
    with changing(case, version=version, by=by, step=steps.DRAFT) as change:
        change.case.draft_served_on = served_on
        change.tell("ehcp.draft_served", "Draft plan served", on=served_on)
    return change.case


def record_representations(*, case: NeedsAssessment, version: int, on: date, by: User) -> NeedsAssessment:
    with changing(case, version=version, by=by, step=steps.WORDS) as change:
        change.case.representations_on = on
        change.tell("ehcp.representations", "The parent commented on the draft", on=on)
    return change.case


def record_final(
    *, case: NeedsAssessment, version: int, final_on: date, by: User, plan: Plan | None = None
) -> NeedsAssessment:
    """The final plan came. `plan` is the plan made of it; the request is over."""
    with changing(case, version=version, by=by, step=steps.FINAL) as change:
        case = change.case
        if plan is not None and plan.pupil_id != case.pupil_id:
            raise Refused(RequestReason.PLAN_OF_ANOTHER_CHILD)
        case.final_on, case.plan = final_on, plan or case.plan
        case.closed_on, case.close_reason = final_on, "The final plan came"
        change.tell("ehcp.final_plan", "Final plan came", on=final_on)
    return case


def plan_recorded(*, case: NeedsAssessment, plan: Plan, by: User) -> NeedsAssessment:
    """The plan that is being recorded came of this request. Called in the transaction that records it."""
    with changing(case, by=by, closed_too=True) as change:
        case = change.case
        if case.pupil_id != plan.pupil_id:
            raise Refused(RequestReason.REQUEST_OF_ANOTHER_CHILD)
        if case.plan_id:
            raise Refused(RequestReason.PLAN_STANDS_ALREADY)
        if case.closed_on and case.final_on is None:
            raise Refused(RequestReason.CLOSED_WITHOUT_PLAN, closed_on=case.closed_on)
        case.plan = plan
        change.tell("ehcp.request_plan", "The plan made of the request is recorded")
    return case


def plan_was_mistake(*, plan: Plan, by: User) -> None:
    """The plan was entered wrongly: the request that it was said to come of has none again."""
    for case in NeedsAssessment.objects.filter(plan=plan, kind=Kind.FIRST):
        with changing(case, by=by, closed_too=True) as change:
            change.case.plan = None
            change.tell("ehcp.request_plan", "The plan of the request was entered by mistake")


def record_reversal(
    *,
    case: NeedsAssessment,
    version: int,
    reversed_on: date,
    reversal: str,
    reversed_to: str,
    by: User,
    notified_on: date | None = None,
    agreed_by: date | None = None,
) -> NeedsAssessment:
    """A refusal did not stand: the day of the order, of the agreement, or of the authority's own change of mind."""
    with changing(case, version=version, by=by, step=steps.REVERSAL) as change:
        case = change.case
        to_assess = reversed_to == NeedsAssessment.ReversedTo.ASSESS
        refused_on = case.decision_on if to_assess else case.no_plan_on
        if refused_on is None or (to_assess and case.decision != Decision.REFUSE):
            raise Refused(RequestReason.NOTHING_REFUSED)
        if reversed_on < refused_on:
            raise Refused(RequestReason.REVERSED_BEFORE_REFUSED, refused_on=refused_on, field="reversed_on")
        case.reversed_on, case.reversal, case.reversed_to = reversed_on, reversal, reversed_to
        if agreed_by and reversal != NeedsAssessment.Reversal.MEDIATION:
            raise Refused(RequestReason.ONLY_IN_MEDIATION, field="reversal_agreed_by")
        case.reversal_notified_on, case.reversal_agreed_by = notified_on, agreed_by
        text = f"The refusal was reversed. {case.get_reversal_display()}"
        change.tell("ehcp.refusal_reversed", text, on=reversed_on)
    return case


def close(*, case: NeedsAssessment, version: int, reason: str, by: User, on: date | None = None) -> NeedsAssessment:
    """End a request without a plan: withdrawn, not sent after all, or the refusal was accepted."""
    with changing(case, version=version, by=by) as change:
        case = change.case
        if not reason.strip():
            raise Refused(CaseReason.NO_REASON)
        case.closed_on, case.close_reason = on or timezone.localdate(), reason[:200]
        change.tell("ehcp.request_closed", f"Request closed: {reason}", on=case.closed_on)
    return case


# --- Exceptions --------------------------------------------------------------------------------------------------
EXEMPTION_FIELDS = ("starts_on", "ends_on", "advice_asked_on", "parent_told_on", "note")


def claim_exemption(
    *,
    case: NeedsAssessment,
    version: int,
    step: str,
    ground: str,
    claimed_by: str,
    claimed_on: date,
    by: User,
    **facts: Any,
) -> tuple[Exemption, Allowed]:
    """Record that somebody claims an exception. What the law does not know is kept as claimed and disapplies nothing.

    Returns (claim, Allowed): the words say which regulation it rests on, or why it does not hold.
    """
    with changing(case, version=version, by=by) as change:
        if claimed_on > timezone.localdate():
            raise Refused(CaseReason.IN_FUTURE, label="The claim", field="claimed_on")
        starts_on, ends_on = facts.get("starts_on"), facts.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            raise Refused(RequestReason.EXEMPTION_ENDS_FIRST, field="ends_on")
        claim = Exemption(
            assessment=change.case, step=step, ground=ground, claimed_by=claimed_by, claimed_on=claimed_on
        )
        assign(claim, facts, allowed=EXEMPTION_FIELDS)
        change.keep(claim)
        change.touch()
        text = f"Exception claimed by {claim.get_claimed_by_display().lower()}: {claim.get_ground_display()}"
        change.tell("ehcp.exemption_claimed", text, on=claimed_on)
    return claim, exemption_words(claim)


def withdraw_exemption(*, claim: Exemption, by: User) -> NeedsAssessment:
    with changing(claim.assessment, by=by) as change:
        claim.withdrawn_on = timezone.localdate()
        change.keep(claim, "withdrawn_on")
        change.touch()
        change.tell("ehcp.exemption_withdrawn", "The exception is not claimed any more")
    return change.case
