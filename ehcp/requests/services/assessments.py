"""A request for an EHC needs assessment, from the school's readiness check to the plan or the refusal.

Each step writes what happened, refuses what cannot be, and derives the dates again. Exceptions of the law disapply a
limit and move nothing (law file 1.2).
"""

from django.db import IntegrityError, transaction
from django.utils import timezone

from pupils.errors import ChangedMeanwhile, Refused
from pupils.models import Document, RegisterEntry
from pupils.owed import bring_up_to_date
from sendco.audit import services as audit
from sendco.clock import SEND_LAW_FROM, NotKnownYet, SentBy, long_date, receipt_date

from ...authorities.services import check_worker
from ...deadlines.reviews import looks_at_adulthood
from ...models import Advice, Exemption, Method, NeedsAssessment, Plan
from ...owed import exemption_words

Decision = NeedsAssessment.Decision
Kind = NeedsAssessment.Kind
AskedBy = NeedsAssessment.AskedBy


def lock(case, version=None):
    rows = NeedsAssessment.objects.select_for_update(of=("self",)).select_related(
        "school", "pupil", "authority", "plan"
    )
    found = rows.get(pk=case.pk)
    if version is not None and found.version != version:
        raise ChangedMeanwhile(found)
    return found


def _open(case, version=None):
    case = lock(case, version)
    if case.closed_on:
        raise Refused(f"This request was closed on {long_date(case.closed_on)}. It is kept as it was.")
    return case


def _keep(case, *fields, by, code, text, on=None):
    case.version += 1
    with audit.saving(case, by=by):
        case.save(update_fields=[*fields, "version"])
    audit.record(code, case, text=text[:300], by=by, happened_on=on or timezone.localdate())
    bring_up_to_date(case)
    return case


def check_day(day, what, *, after=None, after_what=""):
    """Refuse a day in the future, before EHC plans existed, or before what it follows."""
    if day is None:
        return
    if day > timezone.localdate():
        raise Refused(f"{what} cannot be in the future. Check the date.")
    if day < SEND_LAW_FROM:
        raise Refused(f"{what} is before September 2014, when there were no EHC plans. Check the year.")
    if after and day < after:
        raise Refused(f"{what} cannot be before {after_what} on {long_date(after)}. Check both dates.")


# --- Beginning ---------------------------------------------------------------------------------------------------
@transaction.atomic
def begin(*, pupil, authority, by, kind=Kind.FIRST, asked_by=AskedBy.SCHOOL, began_on=None, **facts):
    """Open a request: the school prepares one, or learns of one that somebody else made."""
    began_on = began_on or timezone.localdate()
    check_day(began_on, "The day it began")
    if not pupil.on_roll:
        raise Refused(f"{pupil.name} has left the school.")
    if authority.school_id != pupil.school_id or authority.ended_on:
        raise Refused("Choose one of this school's authorities that is in use.")
    check_worker(facts.get("caseworker"), authority)
    plan = Plan.objects.filter(pupil=pupil, ceased_on=None).first()
    if kind == Kind.FIRST and plan:
        raise Refused(f"{pupil.forename} has an EHC plan. Ask for a re-assessment instead.")
    if kind == Kind.AGAIN and not plan:
        raise Refused(f"{pupil.forename} has no EHC plan, so there is nothing to assess again.")
    case = NeedsAssessment(
        school=pupil.school, pupil=pupil, authority=authority, kind=kind, asked_by=asked_by, began_on=began_on,
        plan=plan, **facts,
    )  # fmt: skip
    try:
        with transaction.atomic(), audit.saving(case, by=by):
            case.save()
    except IntegrityError as error:
        raise Refused(f"A request for {pupil.forename} is open already. Finish or close that one first.") from error
    for one in advice_wanted(pupil):
        row = Advice(assessment=case, kind=one)
        with audit.saving(row, by=by):
            row.save()
    audit.record("ehcp.request_began", case, text=f"{case.get_kind_display()} begun", by=by, happened_on=began_on)
    bring_up_to_date(case)
    return case


def advice_wanted(pupil):
    """The reg 6(1) list for this child; preparing for adulthood from Year 9."""
    kinds = [Advice.Kind.PARENT, Advice.Kind.EDUCATION, Advice.Kind.MEDICAL, Advice.Kind.PSYCHOLOGY, Advice.Kind.SOCIAL]
    if looks_at_adulthood(pupil.year_group):
        kinds.append(Advice.Kind.ADULTHOOD)
    return kinds


@transaction.atomic
def save_reason(*, case, version, reason, by):
    case = _open(case, version)
    case.reason = reason
    return _keep(case, "reason", by=by, code="ehcp.request_changed", text="Words of the request changed")


@transaction.atomic
def set_caseworker(*, case, version, caseworker, by):
    """Who at the authority answers for this request now; None where nobody is named."""
    case = _open(case, version)
    check_worker(caseworker, case.authority)
    if caseworker == case.caseworker:
        return case
    case.caseworker = caseworker
    name = caseworker.name if caseworker else "nobody"
    return _keep(case, "caseworker", by=by, code="ehcp.request_caseworker", text=f"Caseworker of the request: {name}")


@transaction.atomic
def save_advice(*, advice, by, **facts):
    """Who gives a piece of advice, when it was asked for, when it came, and where it is kept."""
    case = _open(advice.assessment)
    check_day(facts.get("asked_on"), "The day it was asked for")
    check_day(
        facts.get("received_on"), "The day the advice came", after=facts.get("asked_on"), after_what="it was asked for"
    )
    document = facts.get("document")
    if document is not None and document.pupil_id != case.pupil_id:
        raise Refused("That document belongs to another child.")
    for name, value in facts.items():
        setattr(advice, name, value)
    with audit.saving(advice, by=by):
        advice.save()
    audit.record("ehcp.advice_changed", case, text=f"Advice: {advice.get_kind_display()}", by=by)
    return advice


# The law's list names one of each of these; of the others there may be several.
SEVERAL = (Advice.Kind.OTHER, Advice.Kind.ADULTHOOD, Advice.Kind.REQUESTED)


@transaction.atomic
def add_advice(*, case, kind, by, who=""):
    """Put somebody more on the list of those who advise: reg 6(1)(f) to (h)."""
    case = _open(case)
    if kind not in SEVERAL:
        raise Refused("That line is on the list already. Change it there.")
    advice = Advice(assessment=case, kind=kind, who=who)
    with audit.saving(advice, by=by):
        advice.save()
    audit.record("ehcp.advice_changed", case, text=f"Advice: {advice.get_kind_display()}", by=by)
    return advice


# --- Is the school ready to ask? ---------------------------------------------------------------------------------
def readiness(case):
    """Return [(key, words, is there, what to do)] before a school's own request. Nothing here is a condition of law:
    the test is whether a plan may be necessary (CFA s36(8)); a gap makes the request weaker, not unlawful.
    """
    pupil = case.pupil
    entries = RegisterEntry.objects.filter(pupil=pupil, code="K").order_by("starts_on")
    first = entries.first()
    documents = Document.objects.filter(pupil=pupil, removed_on=None)
    views = case.advice.filter(kind=Advice.Kind.PARENT).exclude(received_on=None)
    outside = case.advice.exclude(kind__in=[Advice.Kind.PARENT, Advice.Kind.EDUCATION]).exclude(received_on=None)
    return [
        (
            "support",
            f"SEN Support since {long_date(first.starts_on)}" if first else "No SEN Support on the register",
            first is not None,
            "Put the child on SEN Support, or say in the request why you ask without it.",
        ),
        (
            "assessments",
            "Tests and scores that show the gap",
            pupil.assessments.filter(removed_on=None).exists(),
            "Enter the scores you have.",
        ),
        (
            "advice",
            "Advice from outside the school",
            outside.exists() or documents.filter(kind=Document.Kind.REPORT).exists(),
            "File the reports you have, or ask for one.",
        ),
        ("views", "The parent's and the child's views", views.exists(), "Ask for their views and file them."),
        (
            "reason",
            "Why a plan may be needed, in your words",
            len(case.reason.split()) >= 20,
            "Write what was tried, what came of it, and what the child needs now.",
        ),
    ]


# --- Sending -----------------------------------------------------------------------------------------------------
# The clock's word for each way of sending; a web page of the authority counts like e-mail.
SENT_BY = {
    Method.EMAIL: SentBy.EMAIL,
    Method.PORTAL: SentBy.EMAIL,
    Method.FIRST_CLASS: SentBy.FIRST_CLASS_POST,
    Method.SIGNED_FOR: SentBy.SIGNED_FOR,
    Method.HAND: SentBy.BY_HAND,
}


def counted_as_received(sent_at, method):
    """The day on which what was sent then counts as received. Raises ValueError for signed-for post."""
    return receipt_date(sent_at, SENT_BY[method])


@transaction.atomic
def record_sent(*, case, version, sent_at, method, by, received_on=None):
    """The request went. The day it counts as received is worked out from how it went, or given (signed for).

    Week 0 is the day the authority receives it, not the day of a panel (SEND Regulations 2014, reg 5(1)).
    """
    case = _open(case, version)
    sent_on = timezone.localdate(sent_at)
    check_day(sent_on, "The day it went", after=case.began_on, after_what="the request began")
    if received_on is None:
        try:
            received_on = counted_as_received(sent_at, method)
        except NotKnownYet as error:
            raise Refused(
                "That date lies beyond the bank holidays known here. Give the day it was received."
            ) from error
        except ValueError as error:
            raise Refused("Give the day it was signed for.") from error
    if received_on < sent_on:
        raise Refused(f"It cannot be received before it went on {long_date(sent_on)}. Check both dates.")
    case.sent_at, case.method, case.received_on = sent_at, method, received_on
    return _keep(
        case, "sent_at", "method", "received_on", by=by, code="ehcp.request_sent",
        text=f"Request sent to {case.authority.name}, received {long_date(received_on)}", on=sent_on,
    )  # fmt: skip


@transaction.atomic
def record_received(*, case, version, by, received_on=None, became_responsible_on=None):
    """Somebody else asked, or the authority became responsible (CFA s24): the day its clock started."""
    case = _open(case, version)
    check_day(received_on, "The day the authority received it")
    check_day(became_responsible_on, "The day the authority became responsible")
    if not (received_on or became_responsible_on):
        raise Refused("Give the day the authority received the request, or became responsible.")
    case.received_on, case.became_responsible_on = received_on, became_responsible_on
    return _keep(
        case, "received_on", "became_responsible_on", by=by, code="ehcp.request_received",
        text=f"{case.authority.name} has the request since {long_date(case.starts_on)}",
    )  # fmt: skip


def _started(case):
    if case.starts_on is None:
        raise Refused("Enter first when the authority received the request.")
    return case.starts_on


# --- The authority's steps ---------------------------------------------------------------------------------------
@transaction.atomic
def record_decision(*, case, version, decision, decision_on, by):
    """Whether the authority will assess. A refusal leaves the case open: it can be appealed, and reversed."""
    case = _open(case, version)
    check_day(decision_on, "The decision", after=_started(case), after_what="the authority received the request")
    case.decision, case.decision_on = decision, decision_on
    text = f"{case.authority.name}: {Decision(decision).label.lower()}"
    return _keep(case, "decision", "decision_on", by=by, code="ehcp.request_decided", text=text, on=decision_on)


@transaction.atomic
def record_advice_asked(*, case, version, asked_on, by):
    """The authority's request for the school's advice arrived: six weeks, in the holidays too (reg 8(1))."""
    case = _open(case, version)
    check_day(asked_on, "The request for advice", after=_started(case), after_what="the authority received the request")
    case.advice_asked_on = asked_on
    return _keep(
        case, "advice_asked_on", by=by, code="ehcp.advice_asked", text="The school is asked for its advice", on=asked_on
    )


@transaction.atomic
def record_advice_sent(*, case, version, sent_on, by):
    case = _open(case, version)
    if case.advice_asked_on is None:
        raise Refused("Enter first when the authority asked the school for advice.")
    check_day(sent_on, "The advice", after=case.advice_asked_on, after_what="it was asked for")
    case.advice_sent_on = sent_on
    return _keep(case, "advice_sent_on", by=by, code="ehcp.advice_sent", text="The school's advice sent", on=sent_on)


@transaction.atomic
def record_no_plan(*, case, version, on, by):
    """After assessing, the authority decided not to make a plan (reg 10(1))."""
    case = _open(case, version)
    check_day(on, "The decision", after=_started(case), after_what="the authority received the request")
    if case.decision == Decision.REFUSE and not case.reversed_on:
        raise Refused(
            "The authority refused to assess, so it has not assessed. Enter first that the refusal was reversed."
        )
    case.no_plan_on = on
    return _keep(case, "no_plan_on", by=by, code="ehcp.no_plan", text="The authority will not make a plan", on=on)


@transaction.atomic
def record_draft(*, case, version, served_on, by):
    """The draft plan came: at least 15 days beginning with that day for the parent's words (reg 13(1)(a))."""
    case = _open(case, version)
    check_day(
        served_on, "The draft plan", after=case.decision_on or _started(case), after_what="the decision to assess"
    )
    case.draft_served_on = served_on
    return _keep(case, "draft_served_on", by=by, code="ehcp.draft_served", text="Draft plan served", on=served_on)


@transaction.atomic
def record_representations(*, case, version, on, by):
    case = _open(case, version)
    if case.draft_served_on is None:
        raise Refused("Enter first when the draft plan came.")
    check_day(on, "The parent's words", after=case.draft_served_on, after_what="the draft came")
    case.representations_on = on
    return _keep(
        case, "representations_on", by=by, code="ehcp.representations", text="The parent commented on the draft", on=on
    )


@transaction.atomic
def record_final(*, case, version, final_on, by, plan=None):
    """The final plan came. `plan` is the plan made of it; the request is over."""
    case = _open(case, version)
    check_day(final_on, "The final plan", after=case.draft_served_on or _started(case), after_what="the step before it")
    if plan is not None and plan.pupil_id != case.pupil_id:
        raise Refused("That plan belongs to another child.")
    case.final_on, case.plan = final_on, plan or case.plan
    case.closed_on, case.close_reason = final_on, "The final plan came"
    return _keep(
        case, "final_on", "plan", "closed_on", "close_reason", by=by, code="ehcp.final_plan", text="Final plan came",
        on=final_on,
    )  # fmt: skip


@transaction.atomic
def plan_recorded(*, case, plan, by):
    """The plan that is being recorded came of this request. Called in the transaction that records it."""
    case = lock(case)
    if case.pupil_id != plan.pupil_id:
        raise Refused("That request is about another child.")
    if case.plan_id:
        raise Refused("A plan stands with this request already. Open the request to see it.")
    if case.closed_on and case.final_on is None:
        raise Refused(f"That request was closed without a plan on {long_date(case.closed_on)}.")
    case.plan = plan
    return _keep(case, "plan", by=by, code="ehcp.request_plan", text="The plan made of the request is recorded")


@transaction.atomic
def plan_was_mistake(*, plan, by):
    """The plan was entered wrongly: the request that it was said to come of has none again."""
    for found in NeedsAssessment.objects.filter(plan=plan, kind=Kind.FIRST):
        case = lock(found)
        case.plan = None
        _keep(case, "plan", by=by, code="ehcp.request_plan", text="The plan of the request was entered by mistake")


@transaction.atomic
def record_reversal(*, case, version, reversed_on, reversal, reversed_to, by, notified_on=None):
    """A refusal did not stand: the day of the order, of the agreement, or of the authority's own change of mind."""
    case = _open(case, version)
    refused = case.no_plan_on if reversed_to == NeedsAssessment.ReversedTo.PLAN else case.decision_on
    if refused is None or (reversed_to == NeedsAssessment.ReversedTo.ASSESS and case.decision != Decision.REFUSE):
        raise Refused("Nothing was refused yet, so nothing can be reversed. Enter the refusal first.")
    check_day(reversed_on, "The reversal", after=refused, after_what="the refusal")
    check_day(notified_on, "The authority's letter", after=reversed_on, after_what="the reversal")
    case.reversed_on, case.reversal, case.reversed_to = reversed_on, reversal, reversed_to
    case.reversal_notified_on = notified_on
    text = f"The refusal was reversed. {case.get_reversal_display()}"
    kept = _keep(
        case, "reversed_on", "reversal", "reversed_to", "reversal_notified_on", by=by, code="ehcp.refusal_reversed",
        text=text, on=reversed_on,
    )  # fmt: skip
    for appeal in case.appeals.select_related("school", "pupil", "assessment"):
        bring_up_to_date(appeal)  # the request now keeps the new dates, and the appeal's order does not
    return kept


@transaction.atomic
def close(*, case, version, reason, by, on=None):
    """End a request without a plan: withdrawn, not sent after all, or the refusal was accepted."""
    case = _open(case, version)
    if not reason.strip():
        raise Refused("Say why the request is closed.")
    case.closed_on, case.close_reason = on or timezone.localdate(), reason[:200]
    check_day(case.closed_on, "The last day", after=case.began_on, after_what="the request began")
    return _keep(
        case, "closed_on", "close_reason", by=by, code="ehcp.request_closed", text=f"Request closed: {reason}",
        on=case.closed_on,
    )  # fmt: skip


# --- Exceptions --------------------------------------------------------------------------------------------------
@transaction.atomic
def claim_exemption(*, case, version, step, ground, claimed_by, claimed_on, by, **facts):
    """Record that somebody claims an exception. What the law does not know is kept as claimed and disapplies nothing.

    Returns (claim, Allowed): the words say which regulation it rests on, or why it does not hold.
    """
    case = _open(case, version)
    check_day(claimed_on, "The claim")
    starts_on, ends_on = facts.get("starts_on"), facts.get("ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        raise Refused("The last day is before the first day. Check both dates.")
    claim = Exemption(assessment=case, step=step, ground=ground, claimed_by=claimed_by, claimed_on=claimed_on, **facts)
    with audit.saving(claim, by=by):
        claim.save()
    _keep(
        case, by=by, code="ehcp.exemption_claimed",
        text=f"Exception claimed by {claim.get_claimed_by_display().lower()}: {claim.get_ground_display()}",
        on=claimed_on,
    )  # fmt: skip
    return claim, exemption_words(claim)


@transaction.atomic
def withdraw_exemption(*, claim, by):
    case = _open(claim.assessment)
    claim.withdrawn_on = timezone.localdate()
    with audit.saving(claim, by=by):
        claim.save(update_fields=["withdrawn_on"])
    return _keep(case, by=by, code="ehcp.exemption_withdrawn", text="The exception is not claimed any more")
