"""A decision that the parent may take to mediation and to the Tribunal, and the log of what came of it."""

from django.db import transaction
from django.utils import timezone

from pupils.errors import ChangedMeanwhile, Refused
from pupils.owed import bring_up_to_date
from sendco.audit import services as audit
from sendco.clock import long_date

from ..models import Appeal
from ..requests.services.assessments import check_day

# Each fact of the log, and the one it cannot come before.
FACTS = {
    "contacted_on": ("The day the mediation adviser was contacted", "letter_on", "the authority's letter"),
    "told_on": ("The day the adviser was told", "letter_on", "the authority's letter"),
    "mediation_on": ("The end of mediation", "told_on", "it was asked for"),
    "certificate_on": ("The mediation certificate", "letter_on", "the authority's letter"),
    "lodged_on": ("The appeal", "letter_on", "the authority's letter"),
    "sent_to_la_on": ("The day the Tribunal sent the appeal to the authority", "lodged_on", "the appeal was lodged"),
    "la_responded_on": ("The authority's response", "sent_to_la_on", "the appeal was sent to it"),
    "school_evidence_on": ("The school's evidence", "lodged_on", "the appeal was lodged"),
    "order_on": ("The order or agreement", "letter_on", "the authority's letter"),
    "draft_on": ("What the order asked for first", "order_on", "the order"),
    "complied_on": ("The day the authority did what was ordered", "order_on", "the order"),
}
# These may lie ahead.
PLANNED = ("hearing_on", "school_evidence_by")


def _open(case, version=None):
    rows = Appeal.objects.select_for_update(of=("self",)).select_related(
        "school", "pupil", "authority", "assessment", "plan"
    )
    found = rows.get(pk=case.pk)
    if version is not None and found.version != version:
        raise ChangedMeanwhile(found)
    if found.closed_on:
        raise Refused(f"This appeal was closed on {long_date(found.closed_on)}. It is kept as it was.")
    return found


@transaction.atomic
def begin(*, about, letter_on, by, assessment=None, plan=None, note=""):
    """Open the log of a decision, from the day the authority sent its letter."""
    case_of = assessment or plan
    if case_of is None:
        raise Refused("Choose the request or the plan that the decision is about.")
    check_day(letter_on, "The authority's letter")
    same = Appeal.objects.filter(about=about, assessment=assessment, plan=plan, closed_on=None)
    if same.exists():
        raise Refused("The log of this decision is open already. Go on there.")
    case = Appeal(
        school=case_of.school, pupil=case_of.pupil, authority=case_of.authority, assessment=assessment, plan=plan,
        about=about, letter_on=letter_on, note=note,
    )  # fmt: skip
    with audit.saving(case, by=by):
        case.save()
    text = f"Decision that can be appealed: {case.get_about_display().lower()}"
    audit.record("ehcp.appeal_began", case, text=text, by=by, happened_on=letter_on)
    bring_up_to_date(case)
    return case


@transaction.atomic
def change(*, case, version, by, **facts):
    """Write down what happened. Raises Refused for an order of days that cannot be."""
    case = _open(case, version)
    for name, value in facts.items():
        setattr(case, name, value)
    for name, (words, before, before_words) in FACTS.items():
        check_day(getattr(case, name), words, after=getattr(case, before), after_what=before_words)
    for name in PLANNED:
        day = getattr(case, name)
        if day and day < case.letter_on:
            raise Refused("A hearing or a date for evidence cannot lie before the authority's letter. Check the year.")
    if case.order and not case.order_on:
        raise Refused("Give the day the order or agreement was sent out: its time limits run from it.")
    case.version += 1
    with audit.saving(case, by=by):
        case.save(update_fields=[*facts, "version"])
    said = ", ".join(words for name, words in WORDS.items() if name in facts and facts[name])
    audit.record("ehcp.appeal_changed", case, text=f"Appeal: {said or 'changed'}"[:300], by=by)
    bring_up_to_date(case)
    if case.assessment:
        bring_up_to_date(case.assessment)
    return case


WORDS = {
    "contacted_on": "mediation adviser contacted",
    "mediation_on": "mediation ended",
    "certificate_on": "mediation certificate issued",
    "lodged_on": "appeal lodged",
    "la_responded_on": "authority responded",
    "hearing_on": "hearing fixed",
    "school_evidence_on": "school's evidence sent",
    "order_on": "order or agreement",
    "complied_on": "authority did what was ordered",
}


@transaction.atomic
def close(*, case, version, outcome, by, on=None):
    case = _open(case, version)
    day = on or timezone.localdate()
    check_day(day, "The last day", after=case.letter_on, after_what="the authority's letter")
    case.outcome, case.closed_on = outcome, day
    case.version += 1
    with audit.saving(case, by=by):
        case.save(update_fields=["outcome", "closed_on", "version"])
    audit.record(
        "ehcp.appeal_closed", case, text=f"Appeal closed: {case.get_outcome_display()}", by=by, happened_on=day
    )
    bring_up_to_date(case)
    return case
