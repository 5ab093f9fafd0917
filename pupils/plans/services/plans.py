"""Begin a cycle, change what it says, name who reads it, close it and open it again."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from sendco.audit import services as audit
from sendco.audit.models import Audience
from sendco.clock import long_date
from sendco.refusals import Refused
from staff.acting import acting_for
from staff.models import Membership, User
from staff.models.people import current_on
from staff.owed import bring_up_to_date
from staff.saving import save_versioned

from ...models import PlanKind, PlanReader, PlanVoice, Pupil, SupportOutcome, SupportPlan, Target, TargetReview
from ...outside.following import asks_follow
from ...seeing import sees
from ..dates import LONGEST_YEARS
from ..refusals import SupportPlanReason

Stage = PlanVoice.Stage


def locked(plan: SupportPlan, *, open_only: bool = True) -> SupportPlan:
    """The stored plan, taken for this transaction. Raises Refused where it is closed or its pupil has left."""
    row = SupportPlan.objects.select_for_update(of=("self",)).select_related("pupil__school", "kind").get(pk=plan.pk)
    if open_only and row.closed_on:
        raise Refused(SupportPlanReason.CLOSED, day=row.closed_on)
    return row


def note(code: str, plan: SupportPlan, text: str, *, by: User | None, happened_on: date | None = None) -> None:
    """An event of a plan. Of a confidential one it says no more than that something was done."""
    if plan.is_confidential:
        text = f"Confidential plan: {code.partition('.')[2].replace('_', ' ')}"
    audience = Audience.CONFIDENTIAL if plan.is_confidential else Audience.RECORD
    audit.record(
        code, plan, text=text, by=by, school_id=plan.pupil.school_id, pupil_id=plan.pupil_id, happened_on=happened_on,
        audience=audience,
    )  # fmt: skip


def _check_days(starts_on: date, review_on: date) -> None:
    if review_on < starts_on:
        raise Refused(SupportPlanReason.REVIEW_BEFORE_START, day=starts_on, field="review_on")
    if review_on.year - starts_on.year > LONGEST_YEARS:
        raise Refused(SupportPlanReason.TOO_FAR_AHEAD, years=LONGEST_YEARS, field="review_on")


def works_here(user: User, school_id: int) -> bool:
    return Membership.objects.filter(current_on(timezone.localdate()), user=user, school=school_id).exists()


def _check_opens_for(user: User, pupil: Pupil, field: str) -> None:
    """A plan is of no use to who does not see the child."""
    if not works_here(user, pupil.school_id):
        raise Refused(SupportPlanReason.LEAD_NOT_HERE, person=user.name, field=field)
    if not sees(user, pupil):
        raise Refused(SupportPlanReason.DOES_NOT_SEE, person=user.name, pupil=pupil.forename, field=field)


def open_plans_of_kind(pupil: Pupil, kind: PlanKind) -> QuerySet[SupportPlan]:
    """The open plans of this child that are of the same kind, whichever dated row of it they began under."""
    return SupportPlan.objects.filter(
        pupil=pupil, closed_on=None, kind__code=kind.code, kind__school=kind.school
    ).select_related("kind")


@transaction.atomic
def begin(
    *,
    pupil: Pupil,
    kind: PlanKind,
    lead: User,
    starts_on: date,
    review_on: date,
    assessed: dict[str, str],
    by: User,
    is_confidential: bool = False,
    outcome: str = "",
    area: str = "",
    targets: list[dict[str, Any]] | None = None,
    strategies: list[dict[str, Any]] | None = None,
    child_says: dict[str, Any] | None = None,
) -> SupportPlan:
    """Open the first cycle of a plan of this kind, with what is known of it. Everything but the dates may be empty.

    Raises Refused where the kind is not in force on the first day, where one of this kind is open, or the pupil left.
    """
    # The rooms of one service: targets change through their own, which look at the plan.
    from .doing import add_strategy, save_voice
    from .targets import save_outcome, save_target

    pupil = Pupil.objects.select_for_update().get(pk=pupil.pk)
    if pupil.left_on:
        raise Refused(SupportPlanReason.PUPIL_LEFT, pupil=pupil.name, day=pupil.left_on)
    if not PlanKind.objects.on(starts_on).filter(pk=kind.pk).exists():
        raise Refused(SupportPlanReason.KIND_NOT_IN_FORCE, day=starts_on, field="kind")
    _check_days(starts_on, review_on)
    _check_opens_for(lead, pupil, "lead")
    if there := open_plans_of_kind(pupil, kind).first():
        if not SupportPlan.objects.visible_to(acting_for(by, pupil.school_id)).filter(pk=there.pk).exists():
            raise Refused(SupportPlanReason.OPEN_HIDDEN, field="kind")
        raise Refused(SupportPlanReason.OPEN_ALREADY, pupil=pupil.forename, day=there.starts_on, field="kind")
    plan = SupportPlan(
        pupil=pupil, kind=kind, lead=lead, starts_on=starts_on, review_on=review_on, assessed=_kept(assessed, kind),
        is_confidential=is_confidential, entered_by=by,
    )  # fmt: skip
    with audit.saving(plan, by=by):
        plan.save()
    if is_confidential:
        _name(plan, by, by=by)
    text = f"{kind.name} begun, to be reviewed by {long_date(review_on)}"
    note("support.begun", plan, text, by=by, happened_on=starts_on)
    if child_says and child_says.get("words"):
        save_voice(voice=PlanVoice(plan=plan), values=child_says, version=1, by=by)
    if outcome:
        written = save_outcome(
            outcome=SupportOutcome(plan=plan), values={"text": outcome, "area": area}, version=1, by=by
        )
        for values in targets or []:
            values = values | {"by_on": values.get("by_on") or review_on}
            save_target(target=Target(outcome=written), values=values, version=1, by=by)
    for values in strategies or []:
        add_strategy(plan=plan, values=values, by=by)
    bring_up_to_date(plan)
    return plan


def _kept(assessed: dict[str, str], kind: PlanKind) -> dict[str, str]:
    """The sections that have words, by code. A section that the kind does not have is nowhere to be seen: left out."""
    codes = [section["code"] for section in kind.sections]
    return {code: assessed[code] for code in codes if assessed.get(code, "").strip()}


@transaction.atomic
def change(*, plan: SupportPlan, values: dict[str, Any], version: int, by: User) -> SupportPlan:
    """Change the words, the dates or the lead of an open plan. `values` may hold any of the fields of begin().

    Raises ChangedMeanwhile with the stored row when somebody else saved first.
    """
    row = locked(plan)
    values = dict(values)
    _check_days(values.get("starts_on", row.starts_on), values.get("review_on", row.review_on))
    if "lead" in values and values["lead"].pk != row.lead_id:
        _check_opens_for(values["lead"], row.pupil, "lead")
    if "assessed" in values:
        values["assessed"] = _kept(values["assessed"], row.kind)
    saved, changed = save_versioned(row, values, version=version, by=by)
    if changed:
        note("support.changed", saved, f"{saved.kind.name}: {_named(changed)} changed", by=by)
        bring_up_to_date(saved)
    return saved


FIELD_NAMES = {
    "assessed": "what we know",
    "review_on": "the review date",
    "starts_on": "the first day",
    "lead": "who leads it",
    "review_note": "the note of the review",
}


def _named(changed: list[str]) -> str:
    return ", ".join(FIELD_NAMES.get(name, name.replace("_", " ")) for name in changed)


# --- Confidential plans ------------------------------------------------------------------------------------------
def _name(plan: SupportPlan, user: User, *, by: User) -> PlanReader:
    reader = PlanReader(plan=plan, user=user)
    with audit.saving(reader, by=by):
        reader.save()
    return reader


@transaction.atomic
def set_confidential(*, plan: SupportPlan, is_confidential: bool, by: User) -> SupportPlan:
    """Close a plan to all but its lead and those named, or open it again. Whoever closes it is named."""
    row = locked(plan, open_only=False)
    if row.is_confidential == is_confidential:
        return row
    row.is_confidential, row.version = is_confidential, row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["is_confidential", "version"])
    if is_confidential and not row.readers.filter(user=by, ended_on=None).exists():
        _name(row, by, by=by)
    note("support.who_reads_it", row, f"{row.kind.name} opened to all who see the pupil", by=by)
    bring_up_to_date(row)
    asks_follow(plan=row)
    return row


@transaction.atomic
def name_reader(*, plan: SupportPlan, user: User, by: User) -> PlanReader:
    row = locked(plan, open_only=False)
    if row.readers.filter(user=user, ended_on=None).exists():
        raise Refused(SupportPlanReason.READER_THERE, person=user.name, field="user")
    _check_opens_for(user, row.pupil, "user")
    reader = _name(row, user, by=by)
    note("support.reader_named", row, f"{user.name} may read the {row.kind.name}", by=by)
    return reader


@transaction.atomic
def end_reader(*, reader: PlanReader, by: User) -> None:
    row = locked(reader.plan, open_only=False)
    stored = PlanReader.objects.select_for_update(of=("self",)).get(pk=reader.pk)
    if stored.ended_on:
        return
    stored.ended_on = timezone.localdate()
    with audit.saving(stored, by=by):
        stored.save(update_fields=["ended_on"])
    note("support.reader_ended", row, f"{reader.user.name} no longer reads the {row.kind.name}", by=by)


# --- Closing without a review, and putting that right ---------------------------------------------------------------
@transaction.atomic
def stop(*, plan: SupportPlan, ending: str, ending_note: str, version: int, by: User) -> SupportPlan:
    """Close a plan that is not reviewed: support has stopped, the child left, or it was entered by mistake."""
    row = locked(plan)
    today = timezone.localdate()
    values = {"ending": ending, "ending_note": ending_note, "closed_on": max(today, row.starts_on), "closed_by": by}
    saved, _ = save_versioned(row, values, version=version, by=by)
    note("support.stopped", saved, f"{saved.kind.name} closed: {saved.get_ending_display().lower()}", by=by)
    bring_up_to_date(saved)
    _bring_targets_up_to_date(saved)
    return saved


@transaction.atomic
def reopen(*, plan: SupportPlan, by: User) -> SupportPlan:
    """Take a closing back. A next cycle that nobody has worked on goes with it; one that was worked on stays."""
    row = locked(plan, open_only=False)
    if row.is_open:
        raise Refused(SupportPlanReason.NOTHING_CLOSED)
    following = SupportPlan.objects.select_for_update(of=("self",)).filter(previous=row).first()
    if following is not None and following.ending != SupportPlan.Ending.MISTAKE:
        if following.version > 1 or following.closed_on or _was_worked_on(following):
            raise Refused(SupportPlanReason.NOT_EMPTY, day=following.starts_on)
        _withdraw(following, by=by)
    elif following is not None:
        following.previous = None
        with audit.saving(following, by=by):
            following.save(update_fields=["previous"])
    if there := open_plans_of_kind(row.pupil, row.kind).exclude(pk=row.pk).first():
        raise Refused(SupportPlanReason.OPEN_ALREADY, pupil=row.pupil.forename, day=there.starts_on)
    was_reviewed, closed_on = row.ending == SupportPlan.Ending.REVIEWED, row.closed_on
    row.closed_on, row.closed_by, row.ending, row.ending_note = None, None, "", ""
    row.version += 1
    with audit.saving(row, by=by):
        row.save(update_fields=["closed_on", "closed_by", "ending", "ending_note", "version"])
    # What was settled with the cycle is open again, as it was written.
    for target in Target.objects.filter(outcome__plan=row, ended_on=None) if was_reviewed else ():
        last = target.reviews.filter(settled_on=closed_on).order_by("-pk").first()
        if last and not target.reviews.filter(settled_on=None).exists():
            last.settled_on = last.settled_by = None
            with audit.saving(last, by=by):
                last.save(update_fields=["settled_on", "settled_by"])
    note("support.reopened", row, f"{row.kind.name} opened again", by=by)
    bring_up_to_date(row)
    _bring_targets_up_to_date(row)
    return row


def _was_worked_on(plan: SupportPlan) -> bool:
    """Whether anybody has added to a cycle or changed it since it was seeded."""
    return (
        plan.notes.exists()
        or plan.voices.exists()
        or plan.strategies.filter(version__gt=1).exists()
        or plan.strategies.filter(times=1).exists()
        or SupportOutcome.objects.filter(plan=plan, version__gt=1).exists()
        or TargetReview.objects.filter(target__outcome__plan=plan).exists()
        or plan.outcomes.exclude(text__in=_texts_before(plan)).exists()
        or Target.objects.filter(outcome__plan=plan).exclude(version=1, carried_from__isnull=False).exists()
        or Target.objects.filter(outcome__plan=plan, values__isnull=False).exists()
    )


def _texts_before(plan: SupportPlan) -> list[str]:
    return list(SupportOutcome.objects.filter(plan__following=plan).values_list("text", flat=True))


def _withdraw(plan: SupportPlan, *, by: User) -> None:
    """A cycle that was only seeded is no record of anything: it is closed as a mistake and leaves the series."""
    plan.ending, plan.closed_on, plan.closed_by = SupportPlan.Ending.MISTAKE, plan.starts_on, by
    plan.ending_note, plan.previous = "The cycle before was opened again", None
    with audit.saving(plan, by=by):
        plan.save(update_fields=["ending", "closed_on", "closed_by", "ending_note", "previous"])
    bring_up_to_date(plan)
    _bring_targets_up_to_date(plan)


def _bring_targets_up_to_date(plan: SupportPlan) -> None:
    asks_follow(plan=plan)
    for target in Target.objects.filter(outcome__plan=plan, review_on__isnull=False).select_related(
        "outcome__plan__pupil__school", "outcome__plan__kind"
    ):
        bring_up_to_date(target)
