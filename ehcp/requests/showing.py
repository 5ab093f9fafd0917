"""A request as its page shows it: the one thing to do next, each step with its day, and the readiness check."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from sendco.clock import long_date

from ..cases.showing import Next
from ..cases.steps import Step
from ..letters.selectors import late_duty
from ..models import Advice, Appeal, CaseLetter, CaseLetterKind, NeedsAssessment
from . import steps
from .readiness import readiness
from .selectors import Stage, plan_in_force, receipt_words

Decision = NeedsAssessment.Decision


def _to(route, *args):
    return reverse(route, args=args)


def address_of(step: Step, case: NeedsAssessment) -> str:
    return _to(step.route, case.pk) if step.route else _to("ehcp:assessment-step", case.pk, step.code)


# --- What comes next ---------------------------------------------------------------------------------------------
def next_for(case: NeedsAssessment, *, today: date, gaps: int = 0) -> Next | None:
    """What the school does next about this request; None when all is done. `case` comes from `assessments_of`."""
    late = _chaser(case, today) if case.stage not in (Stage.CLOSED, Stage.PREPARING) else None
    return late or NEXT[Stage(case.stage)](case, gaps)


def _chaser(case, today):
    """A letter about what the authority is late with, unless one went since."""
    for kind in (CaseLetterKind.LA_LATE_FINAL, CaseLetterKind.LA_LATE_DECISION):
        item = late_duty(case, kind, today=today)
        if item and not CaseLetter.objects.filter(assessment=case, kind=kind, dated_on__gt=item.due_on).exists():
            return Next(
                "Write to the authority",
                f"{item.title} was due on {long_date(item.due_on)} ({item.authority}).",
                "Write the letter",
                _to("ehcp:letter-new", "assessment", case.pk, kind),
            )
    return None


def _asks(step, case, why=""):
    return Next(str(step.asks), why or str(step.why), str(step.label), address_of(step, case))


def _prepare(case, gaps):
    step = steps.next_of_preparing(case)
    why = f"{gaps} thing{'s are' if gaps > 1 else ' is'} missing; you may ask all the same." if gaps else ""
    return _asks(step, case, why if step is steps.PACK else "")


def _appeal(case, about):
    why = "The parent has two months from the letter. The log shows each date."
    log = Appeal.objects.filter(assessment=case, about=about, closed_on=None).first()
    if log:
        return Next("Follow the appeal", why, "Open the appeal log", _to("ehcp:appeal-detail", log.pk))
    query = f"?assessment={case.pk}&about={about}"
    return Next("Open the appeal log", why, "Open the log", _to("ehcp:appeal-new") + query)


def _refused(case, gaps):
    again = case.kind == NeedsAssessment.Kind.AGAIN
    return _appeal(case, Appeal.About.NOT_REASSESS if again else Appeal.About.NOT_ASSESS)


def _closed(case, gaps):
    if not case.final_on or case.plan_id or plan_in_force(case):
        return None
    record = steps.RECORD
    href = f"{_to(record.route)}?pupil={case.pupil_id}&assessment={case.pk}"
    return Next(str(record.asks), str(record.why), str(record.label), href)


NEXT: dict[Stage, Callable[[NeedsAssessment, int], Next | None]] = {
    Stage.PREPARING: _prepare,
    Stage.DECISION: lambda case, gaps: _asks(steps.DECISION, case),
    Stage.REFUSED: _refused,
    Stage.ASSESSING: lambda case, gaps: _asks(steps.next_of_assessing(case), case),
    Stage.NO_PLAN: lambda case, gaps: _appeal(case, Appeal.About.NO_PLAN),
    Stage.DRAFT: lambda case, gaps: _asks(steps.next_of_draft(case), case),
    Stage.CLOSED: _closed,
}


# --- Its steps ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Fact:
    """A step of the request: what it is called, what is known of it, and where to enter or change it."""

    label: str
    on: date | None
    words: str
    href: str

    @property
    def is_known(self):
        return self.on is not None


def facts_of(case: NeedsAssessment, *, may_edit: bool) -> list[Fact]:
    """Each step that is known or can be entered now, in the order of the law."""
    facts = []
    for step in steps.DATED:
        on = steps.day_of(step, case)
        is_open = may_edit and not case.closed_on and step.is_possible(case) and step.offered(case)
        if on or is_open:
            facts.append(Fact(_title(step, case), on, _said(step, case), address_of(step, case) if is_open else ""))
    return facts


def _title(step, case):
    if step is steps.RECEIVED and case.became_responsible_on and not case.received_on:
        return "The authority became responsible"
    return str(step.title)


def _said(step, case):
    if step is steps.SENT:
        return receipt_words(case)
    if step is steps.RECEIVED:
        return "Week 0"
    if step is steps.DECISION:
        return case.get_decision_display()
    if step is steps.REVERSAL and case.reversed_on:
        return f"{case.get_reversal_display()}: {case.get_reversed_to_display().lower()}"
    return ""


# --- The readiness check -----------------------------------------------------------------------------------------
# Where each gap of the readiness check is mended: (route, what it takes, words).
MENDED = {
    "support": ("pupils:status-change", "pupil", "Change the status"),
    "cycles": ("pupil-detail", "pupil", "Open the pupil's plans"),
    "provision": ("ehcp:costed-map", "pupil", "See the costed map"),
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
    checks = []
    for key, title, ok, what in readiness(case):
        route, takes, label = MENDED[key]
        checks.append(Check(title, ok, what, _to(route, ids[takes]) if ids[takes] else "", label))
    return checks
