"""A child's EHC plan from the day it is recorded to the day it ceases. Each function is one thing a person does."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from pupils.models import Need, NeedType, Pupil
from pupils.models.register import Code
from pupils.register import services as register
from sendco.clock import SEND_LAW_FROM, long_date
from sendco.refusals import Refused
from staff.models import User

from ...authorities.services import check_worker
from ...cases.kernel import Change, assign, changing, opening
from ...cases.refusals import CaseReason
from ...models import Caseworker, LocalAuthority, NeedsAssessment, Placement, Plan, PlanMove, TopUpFunding
from ...requests.services import assessments
from ..refusals import PlanReason

ONE_DAY = timedelta(days=1)
FINAL, CAME, DRAFT = "final", "came", "draft"
CHANGEABLE = "made_on last_concluded_on caseworker names named_school transfer_on note".split()


# --- Checks that several things share ----------------------------------------------------------------------------
def check_day(
    day: date | None, label: str, *, pupil: Pupil | None = None, after: date | None = None, after_words: str = ""
) -> None:
    """Refuse a day that cannot be: before there were plans, before the child, in the future, before what it follows.

    For days of rows beside the plan; the kernel looks at the plan's own.
    """
    if day is None:
        return
    if day > timezone.localdate():
        raise Refused(PlanReason.IN_FUTURE, label=label)
    if day < SEND_LAW_FROM:
        raise Refused(CaseReason.BEFORE_THE_LAW, label=label)
    if pupil and pupil.birth_on and day < pupil.birth_on:
        raise Refused(CaseReason.BEFORE_BIRTH, label=label)
    if after and day < after:
        raise Refused(CaseReason.OUT_OF_ORDER, label=label, event=after_words, day=after)


def _check_authority(school_id: int, authority: LocalAuthority, caseworker: Caseworker | None = None) -> None:
    if authority.school_id != school_id:
        raise Refused(PlanReason.AUTHORITY_OF_ANOTHER_SCHOOL)
    if authority.ended_on:
        raise Refused(PlanReason.AUTHORITY_NOT_IN_USE, authority=authority.name)
    check_worker(caseworker, authority)


def _check_named(names: str, named_school: str) -> None:
    if names == Plan.Names.OTHER and not named_school.strip():
        raise Refused(PlanReason.NO_NAMED_SCHOOL, field="named_school")


# --- Beginning ---------------------------------------------------------------------------------------------------
@transaction.atomic
def start_plan(
    *,
    pupil: Pupil,
    authority: LocalAuthority,
    by: User,
    state: str = FINAL,
    made_on: date | None = None,
    last_concluded_on: date | None = None,
    caseworker: Caseworker | None = None,
    names: str = Plan.Names.HERE,
    named_school: str = "",
    needs: Sequence[NeedType] = (),
    note: str = "",
    assessment: NeedsAssessment | None = None,
) -> Plan:
    """Record a plan. `state` is FINAL, CAME (a plan that came with the child, its date perhaps unknown) or DRAFT.

    A plan that is made moves the register to E from that day; a draft moves nothing. `assessment` is the request that
    it came of.
    """
    pupil = register.lock(pupil)
    _check_authority(pupil.school_id, authority, caseworker)
    _check_named(names, named_school)
    if not pupil.on_roll:
        raise Refused(PlanReason.CHILD_LEFT, child=pupil.name, left_on=pupil.left_on)
    present = Plan.objects.filter(pupil=pupil, ceased_on=None).first()
    if present:
        raise Refused(PlanReason.HAS_A_PLAN, child=pupil.name)
    if state == FINAL and made_on is None:
        raise Refused(PlanReason.NO_DATE, field="made_on")
    if state == DRAFT and (made_on or last_concluded_on):
        raise Refused(PlanReason.DRAFT_WITH_DATE)
    plan = Plan(
        school=pupil.school,
        pupil=pupil,
        authority=authority,
        caseworker=caseworker,
        made_on=made_on,
        last_concluded_on=last_concluded_on,
        names=names,
        named_school=named_school,
        note=note,
    )
    with opening(plan, by=by) as change:
        what = "Draft of an EHC plan" if state == DRAFT else "EHC plan"
        dated = f" of {long_date(made_on)}" if made_on else ""
        change.tell("plan.started", f"{what}{dated} recorded. {authority.name} keeps it.", on=made_on)
        if assessment:
            assessments.plan_recorded(case=assessment, plan=plan, by=by)
        if state != DRAFT:
            move_register(plan, needs, by=by)
    return plan


def move_register(plan: Plan, needs: Sequence[NeedType] = (), *, by: User) -> None:
    """Put the child's register entry on E from the day of the plan, if it is not E yet. Never before the final plan."""
    pupil = plan.pupil
    entry = register.open_entry(pupil)
    if entry is None or entry.code == Code.PLAN:
        return
    first_free = entry.starts_on + ONE_DAY
    starts_on = max(day for day in (plan.made_on or pupil.joined_on, pupil.joined_on, first_free) if day)
    if starts_on > timezone.localdate():
        raise Refused(PlanReason.STATUS_BEGAN_TODAY, status=entry.get_code_display())
    needs = list(needs) or present_needs(pupil)
    if not needs:
        raise Refused(PlanReason.NO_NEED)
    dated = f" of {long_date(plan.made_on)}" if plan.made_on else ", its date not known yet"
    register.change_status(
        pupil=pupil,
        code=Code.PLAN,
        starts_on=starts_on,
        reason=f"EHC plan{dated}",
        decided_by=plan.authority.name,
        by=by,
        needs=needs,
    )


def lacks_need(pupil: Pupil) -> bool:
    """Whether the register cannot move to E before somebody names a type of need."""
    entry = register.open_entry(pupil)
    return entry is not None and entry.code != Code.PLAN and not present_needs(pupil)


def present_needs(pupil: Pupil) -> list[NeedType]:
    """The open types of need in their order, without those that only go with SEN Support."""
    open_needs = Need.objects.filter(pupil=pupil, ends_on=None, need_type__only_with_sen_support=False)
    return [need.need_type for need in open_needs.select_related("need_type").order_by("rank")]


def issue_plan(*, plan: Plan, made_on: date, by: User, needs: Sequence[NeedType] = ()) -> Plan:
    """Note the day a final plan was made: of a draft that became final, or of a plan whose date was not known."""
    with changing(plan, by=by) as change:
        plan = change.case
        if plan.made_on:
            raise Refused(PlanReason.DATED_ALREADY, made_on=plan.made_on)
        plan.made_on = made_on
        change.tell("plan.issued", f"Final plan of {long_date(made_on)}", on=made_on)
        change.save()
        move_register(plan, needs, by=by)
    return plan


def change_plan(*, plan: Plan, values: dict, version: int, by: User) -> Plan:
    """Save the plan's details: those of `values` that are CHANGEABLE."""
    with changing(plan, version=version, by=by, closed_too=True) as change:
        plan = change.case
        had_date, worker = plan.made_on, values.get("caseworker")
        if had_date and values.get("made_on", had_date) is None:
            raise Refused(PlanReason.DATE_TAKEN_AWAY, field="made_on")
        if worker and worker.pk != plan.caseworker_id:
            _check_authority(plan.school_id, plan.authority, worker)
        changed = assign(
            plan, {name: value for name, value in values.items() if name in CHANGEABLE}, allowed=CHANGEABLE
        )
        if not changed:
            return plan
        _check_named(plan.names, plan.named_school)
        fields: list[Any] = [Plan._meta.get_field(name) for name in changed]
        labels = ", ".join(str(field.verbose_name) for field in fields)
        change.tell("plan.changed", f"EHC plan changed: {labels}")
        change.save()
        if had_date is None and plan.made_on:
            move_register(plan, by=by)
    return plan


def set_caseworker(*, plan: Plan, caseworker: Caseworker | None, version: int, by: User) -> Plan:
    with changing(plan, version=version, by=by) as change:
        plan = change.case
        check_worker(caseworker, plan.authority)
        if caseworker != plan.caseworker:
            plan.caseworker = caseworker
            name = caseworker.name if caseworker else "nobody"
            change.tell("plan.caseworker", f"Caseworker of the plan: {name}")
    return plan


# --- Placement and top-up ----------------------------------------------------------------------------------------
def _follow(change: Change[Plan], model: Any, starts_on: date, what: str) -> None:
    """End what is open the day before the new one starts; refuse one that would lie under it."""
    rows = model.objects.filter(plan=change.case)
    present = rows.filter(ends_on=None).first()
    last = rows.exclude(ends_on=None).order_by("-ends_on").first()
    if last and last.ends_on >= starts_on:
        raise Refused(PlanReason.LAST_ONE_ENDED, what=what, ends_on=last.ends_on, field="starts_on")
    if present is None:
        return
    if present.starts_on >= starts_on:
        raise Refused(PlanReason.PRESENT_ONE_BEGAN, what=what, starts_on=present.starts_on, field="starts_on")
    present.ends_on = starts_on - ONE_DAY
    change.keep(present, "ends_on")


def add_placement(*, plan: Plan, setting: str, starts_on: date, by: User, kind: str = "") -> Placement:
    with changing(plan, by=by) as change:
        _follow(change, Placement, starts_on, "placement")
        placement = change.keep(Placement(plan=change.case, setting=setting, kind=kind, starts_on=starts_on))
        change.tell("plan.placed", f"Placement from {long_date(starts_on)}: {setting}", on=starts_on)
    return placement


def add_top_up(
    *, plan: Plan, band: str, starts_on: date, by: User, amount: Decimal | None = None, note: str = ""
) -> TopUpFunding:
    with changing(plan, by=by) as change:
        _follow(change, TopUpFunding, starts_on, "top-up")
        top_up = TopUpFunding(plan=change.case, band=band, amount=amount, note=note, starts_on=starts_on)
        change.keep(top_up)
        change.tell("plan.top_up", f"Top-up funding from {long_date(starts_on)}: {band}", on=starts_on)
    return top_up


def end_dated(*, row: Placement | TopUpFunding, ends_on: date, by: User) -> Placement | TopUpFunding:
    """End a placement or a top-up."""
    with changing(row.plan, by=by, closed_too=True) as change:
        row = type(row).objects.select_related("plan").get(pk=row.pk)
        if row.ends_on:
            raise Refused(PlanReason.DATED_ENDED, ends_on=row.ends_on)
        if ends_on < row.starts_on:
            raise Refused(PlanReason.DATED_ENDS_BEFORE_START, starts_on=row.starts_on, field="ends_on")
        row.ends_on = ends_on
        change.keep(row, "ends_on")
        what = "Placement" if isinstance(row, Placement) else "Top-up funding"
        change.tell("plan.dated_ended", f"{what} ended on {long_date(ends_on)}: {row}", on=ends_on)
    return row


# --- Moving to another authority (regs 15 and 16) ----------------------------------------------------------------
MOVE_DATES = "moved_on aware_on transferred_on parent_told_on health_aware_on health_told_on".split()


def _check_move(dates: dict[str, date | None]) -> None:
    transferred = dates.get("transferred_on")
    check_day(transferred, "The transfer", after=dates["moved_on"], after_words="the move")
    check_day(dates.get("parent_told_on"), "The letter to the parent", after=transferred, after_words="the transfer")
    if dates.get("parent_told_on") and not transferred:
        raise Refused(PlanReason.PARENT_TOLD_BEFORE_TRANSFER, field="transferred_on")
    aware = dates.get("health_aware_on")
    check_day(dates.get("health_told_on"), "The day health was told", after=aware, after_words="it became aware")


def record_move(
    *, plan: Plan, new_authority: LocalAuthority, moved_on: date, aware_on: date, by: User, **dates: date | None
) -> PlanMove:
    """The family moves into another authority's area; the plan goes with them. A move ahead may be recorded.

    `dates` are any of MOVE_DATES.
    """
    with changing(plan, by=by) as change:
        plan = change.case
        _check_authority(plan.school_id, new_authority)
        if new_authority.pk == plan.authority_id:
            raise Refused(PlanReason.SAME_AUTHORITY, authority=plan.authority.name)
        if plan.moves.filter(transferred_on=None).exists():
            raise Refused(PlanReason.MOVE_UNDER_WAY)
        if aware_on > timezone.localdate():
            raise Refused(PlanReason.AWARE_IN_FUTURE, field="aware_on")
        _check_move(dates | {"moved_on": moved_on})
        move = PlanMove(
            plan=plan, old_authority=plan.authority.name, new_authority=new_authority, moved_on=moved_on,
            aware_on=aware_on,
        )  # fmt: skip
        assign(move, dates, allowed=MOVE_DATES)
        change.keep(move)
        text = f"Move from {move.old_authority} to {new_authority.name} on {long_date(moved_on)}"
        change.tell("plan.moved", text, on=min(moved_on, timezone.localdate()))
        _hand_over(plan, move)
    return move


def change_move(*, move: PlanMove, by: User, **dates: date | None) -> PlanMove:
    """Correct any of MOVE_DATES."""
    with changing(move.plan, by=by, closed_too=True) as change:
        plan = change.case
        move = PlanMove.objects.select_related("new_authority").get(pk=move.pk)
        _check_move({name: getattr(move, name) for name in MOVE_DATES} | dates)
        changed = assign(move, dates, allowed=MOVE_DATES)
        if changed:
            change.keep(move, *changed)
        fields: list[Any] = [move._meta.get_field(name) for name in changed]
        said = [
            f"{field.verbose_name} {long_date(day) if (day := dates[field.name]) else 'taken away'}" for field in fields
        ]
        text = f"Move to {move.new_authority.name}: {', '.join(said) or 'no change'}"
        change.tell("plan.move_changed", text)
        _hand_over(plan, move)
    return move


def _hand_over(plan: Plan, move: PlanMove) -> None:
    """From the transfer on the plan is the new authority's own, and nobody there is named yet."""
    latest = plan.moves.exclude(transferred_on=None).order_by("-transferred_on", "-pk").first()
    if move.transferred_on is None or latest != move or plan.authority_id == move.new_authority_id:
        return
    plan.authority, plan.caseworker = move.new_authority, None
