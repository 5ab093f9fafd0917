"""Requests for needs assessments as pages show them: the stage in words, and the one thing to do next."""

from dataclasses import dataclass

from django.db import models
from django.db.models import Case, CharField, F, OuterRef, Q, Subquery, Value, When
from django.urls import reverse
from django.utils import timezone

from pupils import search
from pupils.models import Pupil
from sendco.clock import NotKnownYet, long_date
from sendco.due.models import DueItem

from ..letters.selectors import late_duty
from ..models import Advice, Appeal, CaseLetter, CaseLetterKind, Method, NeedsAssessment, Plan
from .readiness import readiness
from .receipt import counted_as_received

SOURCE = NeedsAssessment._meta.label_lower
Decision = NeedsAssessment.Decision


class Stage(models.TextChoices):
    PREPARING = "preparing", "Being prepared"
    DECISION = "decision", "Waiting for the decision to assess"
    REFUSED = "refused", "Refused"
    ASSESSING = "assessing", "Being assessed"
    NO_PLAN = "no_plan", "No plan to be made"
    DRAFT = "draft", "Draft plan out"
    CLOSED = "closed", "Closed"


# A decision against a plan that nothing has reversed since.
NO_PLAN_STANDS = Q(no_plan_on__isnull=False) & (Q(reversed_on=None) | Q(no_plan_on__gte=F("reversed_on")))
STAGE = Case(
    When(closed_on__isnull=False, then=Value(Stage.CLOSED)),
    When(received_on=None, became_responsible_on=None, then=Value(Stage.PREPARING)),
    When(NO_PLAN_STANDS, then=Value(Stage.NO_PLAN)),
    When(draft_served_on__isnull=False, then=Value(Stage.DRAFT)),
    When(decision=Decision.REFUSE, reversed_on=None, then=Value(Stage.REFUSED)),
    When(decision="", reversed_on=None, then=Value(Stage.DECISION)),
    default=Value(Stage.ASSESSING),
    output_field=CharField(),
)


# --- The list ----------------------------------------------------------------------------------------------------
def assessments_of(acting):
    """The requests in view with their stage and the next date; what is latest stands first, what is closed last."""
    dates = DueItem.objects.open().filter(source_type=SOURCE, source_id=OuterRef("pk"), exception="")
    first = dates.order_by("due_on", "pk")
    return (
        NeedsAssessment.objects.visible_to(acting)
        .select_related("pupil__form_group", "authority", "caseworker", "school", "plan")
        .annotate(stage=STAGE, next_item=Subquery(first.values("pk")[:1]), next_on=Subquery(first.values("due_on")[:1]))
        .order_by(F("closed_on").desc(nulls_first=True), F("next_on").asc(nulls_last=True), "pk")
    )


def filtered(cases, values, acting):
    """Narrow the list by the form's cleaned values."""
    show = values.get("show") or "open"
    if show != "all":
        cases = cases.filter(closed_on__isnull=show == "open")
    for name, field in (("authority", "authority"), ("asked_by", "asked_by"), ("stage", "stage")):
        if values.get(name):
            cases = cases.filter(**{field: values[name]})
    if values.get("year"):
        cases = cases.filter(pupil__year_group__in=values["year"])
    if values.get("q"):
        cases = cases.filter(pupil__in=search.matches(Pupil.objects.all(), acting, values["q"]).values("pk"))
    return cases


@dataclass(frozen=True)
class Row:
    case: NeedsAssessment
    item: DueItem | None
    weeks: int | None
    stage: str


def rows_for(page, today):
    """A page of the list with the next date of each. One query."""
    items = DueItem.objects.in_bulk([case.next_item for case in page if case.next_item])
    return [Row(case, items.get(case.next_item), weeks_since(case, today), stage_words(case)) for case in page]


def weeks_since(case, today):
    """Whole weeks since the authority had the request; None before."""
    return None if case.starts_on is None else max((today - case.starts_on).days // 7, 0)


def stage_words(case):
    """The stage in words. `case` comes from `assessments_of`."""
    if case.stage == Stage.CLOSED and case.final_on:
        return "Plan made"
    if case.stage == Stage.ASSESSING and case.reversed_to == NeedsAssessment.ReversedTo.PLAN:
        return "A plan is to be made after all"
    if case.stage == Stage.ASSESSING and case.reversed_on:
        return "To be assessed after all"
    return Stage(case.stage).label


# --- What comes next ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Step:
    """The one thing to do: what, why, the words of its button and where it leads."""

    title: str
    why: str
    label: str
    href: str


def _to(route, *args):
    return reverse(route, args=args)


def step_address(case, key):
    return _to("ehcp:assessment-step", case.pk, key)


def next_step(case, *, today, gaps=0):
    """What the school does next about this request; None when all is done. `case` comes from `assessments_of`."""
    late = _chaser(case, today) if case.stage not in (Stage.CLOSED, Stage.PREPARING) else None
    return late or NEXT[Stage(case.stage)](case, gaps)


def _chaser(case, today):
    """A letter about what the authority is late with, unless one went since."""
    for kind in (CaseLetterKind.LA_LATE_FINAL, CaseLetterKind.LA_LATE_DECISION):
        item = late_duty(case, kind, today=today)
        if item and not CaseLetter.objects.filter(assessment=case, kind=kind, dated_on__gt=item.due_on).exists():
            return Step(
                "Write to the authority",
                f"{item.title} was due on {long_date(item.due_on)} ({item.authority}).",
                "Write the letter",
                _to("ehcp:letter-new", "assessment", case.pk, kind),
            )
    return None


def _prepare(case, gaps):
    if case.asked_by != NeedsAssessment.AskedBy.SCHOOL:
        return Step(
            "Enter when the authority received it",
            "Every date of the law counts from that day.",
            "Enter the day",
            step_address(case, "received"),
        )
    if len(case.reason.split()) < 20:
        return Step(
            "Say why a plan may be needed",
            "What was tried, what came of it, and what the child needs now.",
            "Write the reason",
            _to("ehcp:assessment-reason", case.pk),
        )
    if not (case.pack_file_id or case.pack_job_id):
        why = f"{gaps} thing{'s are' if gaps > 1 else ' is'} missing; you may ask all the same." if gaps else ""
        return Step(
            "Make the request pack",
            why or "One PDF with an index, ready to send.",
            "Make the pack",
            _to("ehcp:assessment-pack", case.pk),
        )
    return Step(
        "Send the request",
        "Then enter how it went: the six weeks run from the day it is received.",
        "It has gone",
        step_address(case, "sent"),
    )


def _decide(case, gaps):
    return Step(
        "Enter the authority's decision",
        "As soon as its letter comes: the date on the letter counts.",
        "Enter the decision",
        step_address(case, "decision"),
    )


def _appeal(case, about, why):
    found = Appeal.objects.filter(assessment=case, about=about, closed_on=None).first()
    if found:
        return Step("Follow the appeal", why, "Open the appeal log", _to("ehcp:appeal-detail", found.pk))
    query = f"?assessment={case.pk}&about={about}"
    return Step("Open the appeal log", why, "Open the log", _to("ehcp:appeal-new") + query)


def _refused(case, gaps):
    again = case.kind == NeedsAssessment.Kind.AGAIN
    about = Appeal.About.NOT_REASSESS if again else Appeal.About.NOT_ASSESS
    return _appeal(case, about, "The parent has two months from the letter. The log shows each date.")


def _no_plan(case, gaps):
    return _appeal(case, Appeal.About.NO_PLAN, "The parent has two months from the letter. The log shows each date.")


def _assessing(case, gaps):
    if case.reversed_to == NeedsAssessment.ReversedTo.PLAN or case.advice_sent_on:
        return Step(
            "Enter the draft plan when it comes",
            "The parent has at least 15 days from it.",
            "Enter the draft",
            step_address(case, "draft"),
        )
    if case.advice_asked_on:
        return Step(
            "Send the school's advice",
            "Six weeks from the day you were asked, in the holidays too.",
            "The advice has gone",
            step_address(case, "advice-sent"),
        )
    return Step(
        "Enter when the school is asked for its advice",
        "Your six weeks start on that day.",
        "Enter the day",
        step_address(case, "advice-asked"),
    )


def _drafted(case, gaps):
    if case.representations_on is None:
        return Step(
            "Help the parent to answer the draft",
            "Enter the day on which their words went. The authority waits at least 15 days.",
            "Enter the parent's words",
            step_address(case, "words"),
        )
    return Step(
        "Enter the final plan when it comes",
        "With it the request is done, and the plan is recorded.",
        "Enter the final plan",
        step_address(case, "final"),
    )


def _closed(case, gaps):
    if not case.final_on or case.plan_id or plan_in_force(case):
        return None
    return Step(
        "Record the plan",
        "The next review counts from its date.",
        "Record the plan",
        f"{_to('ehcp:plan-new')}?pupil={case.pupil_id}&assessment={case.pk}",
    )


NEXT = {
    Stage.PREPARING: _prepare,
    Stage.DECISION: _decide,
    Stage.REFUSED: _refused,
    Stage.ASSESSING: _assessing,
    Stage.NO_PLAN: _no_plan,
    Stage.DRAFT: _drafted,
    Stage.CLOSED: _closed,
}


# --- One request -------------------------------------------------------------------------------------------------
def plan_in_force(case):
    return Plan.objects.filter(pupil=case.pupil_id, ceased_on=None).first()


def came_of(plan, acting):
    """[(words, case)] of the requests that stand with a plan: the one it was made of, and each for a re-assessment."""
    cases = NeedsAssessment.objects.visible_to(acting).filter(plan=plan).order_by("began_on", "pk")
    return [(request_words(case), case) for case in cases]


def request_words(case):
    """A request by its day: when it was sent, else received, else begun."""
    what = "request" if case.kind == NeedsAssessment.Kind.FIRST else "request for a re-assessment"
    if case.sent_at:
        return f"{what} sent on {long_date(timezone.localdate(case.sent_at))}"
    if case.received_on:
        return f"{what} received on {long_date(case.received_on)}"
    return f"{what} begun on {long_date(case.began_on)}"


def receipt_words(case):
    """How it went and why it counts as received on its day; "" before it went."""
    if case.sent_at is None or case.received_on is None:
        return ""
    went = timezone.localtime(case.sent_at)
    said = f"{case.get_method_display()}, {long_date(went.date())} at {went:%H:%M}"
    return f"{said}. {why_received(case.sent_at, case.method, case.received_on)}"


def why_received(sent_at, method, received_on=None):
    """Why something sent then counts as received on that day, or what day that would be."""
    try:
        worked_out = counted_as_received(sent_at, method)
    except NotKnownYet:
        return "The bank holidays of that time are not known here, so the day has to be given."
    except ValueError:
        return "Signed-for post counts from the day it was signed for."
    if received_on and received_on != worked_out:
        given = f"Received {long_date(received_on)}, the day that was given."
        return f"{given} By itself it would count from {long_date(worked_out)}."
    return f"It counts as received on {long_date(worked_out)}: {RECEIPT[method]}"


RECEIPT = {
    Method.EMAIL: "e-mail counts on the day it goes, and after 5pm or on a day off on the next working day.",
    Method.PORTAL: "a web page counts like e-mail: the same day, and after 5pm or on a day off the next working day.",
    Method.FIRST_CLASS: "first class post counts on the next working day.",
    Method.HAND: "what is handed over counts that day, and after 5pm or on a day off on the next working day.",
}


@dataclass(frozen=True)
class Fact:
    """A step of the request: what it is called, what is known of it, and where to enter or change it."""

    label: str
    on: object
    words: str
    href: str

    @property
    def is_known(self):
        return self.on is not None


def _facts(case):
    """(key, label, day, words, whether it can be entered now)"""
    started, refused = case.starts_on is not None, case.decision == Decision.REFUSE
    goes_on = started and (not refused or case.reversed_on is not None)
    assessed = case.decision == Decision.ASSESS or case.reversed_on is not None
    again = case.kind == NeedsAssessment.Kind.AGAIN
    ours = case.asked_by == NeedsAssessment.AskedBy.SCHOOL
    came = case.became_responsible_on and not case.received_on
    return [
        ("sent", "Request sent", case.sent_at and timezone.localdate(case.sent_at), receipt_words(case), ours),
        (
            "received",
            "The authority became responsible" if came else "Request received",
            case.starts_on,
            "Week 0",
            not ours,
        ),
        ("decision", "Decision whether to assess", case.decision_on, case.get_decision_display(), started),
        ("reversal", "The refusal fell", case.reversed_on, _reversal_words(case), refused or bool(case.no_plan_on)),
        ("advice-asked", "School asked for advice", case.advice_asked_on, "", goes_on),
        ("advice-sent", "School's advice sent", case.advice_sent_on, "", case.advice_asked_on is not None),
        ("no-plan", "Decision not to make a plan", case.no_plan_on, "", assessed and not again),
        ("draft", "Draft plan came", case.draft_served_on, "", assessed),
        ("words", "Parent's words on the draft", case.representations_on, "", case.draft_served_on is not None),
        ("final", "Final plan came", case.final_on, "", assessed),
    ]


def _reversal_words(case):
    if not case.reversed_on:
        return ""
    return f"{case.get_reversal_display()}: {case.get_reversed_to_display().lower()}"


def facts_of(case, *, may_edit):
    """Each step that is known or can be entered now, in the order of the law."""
    found = []
    for key, label, on, words, can in _facts(case):
        href = step_address(case, key) if may_edit and can and not case.closed_on else ""
        if on or href:
            found.append(Fact(label, on, words, href))
    return found


def advice_of(case):
    """The advice in the order of the law, (a) to (h)."""
    order = {kind: place for place, kind in enumerate(Advice.Kind.values)}
    return sorted(case.advice.select_related("document"), key=lambda row: (order[row.kind], row.pk))


# Where each gap of the readiness check is mended: (route, what it takes, words).
MENDED = {
    "support": ("pupils:status-change", "pupil", "Change the status"),
    "assessments": ("pupils:assessment-add", "pupil", "Enter a score"),
    "advice": ("pupils:document-add", "pupil", "File a report"),
    "views": ("ehcp:advice-edit", "views", "Enter their views"),
    "reason": ("ehcp:assessment-reason", "case", "Write it"),
}


@dataclass(frozen=True)
class Check:
    words: str
    ok: bool
    what: str
    href: str
    label: str


def readiness_of(case):
    """The readiness check with the address where each gap is mended."""
    views = case.advice.filter(kind=Advice.Kind.PARENT).first()
    ids = {"pupil": case.pupil_id, "case": case.pk, "views": views.pk if views else None}
    found = []
    for key, words, ok, what in readiness(case):
        route, takes, label = MENDED[key]
        found.append(Check(words, ok, what, _to(route, ids[takes]) if ids[takes] else "", label))
    return found
