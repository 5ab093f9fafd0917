"""A child's EHC plan from the day it is recorded to the day it ceases. Each function is one thing a person does."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from pupils.models import Need
from pupils.models.register import ON_REGISTER, Code
from pupils.register import services as register
from sendco.audit import services as audit
from sendco.clock import SEND_LAW_FROM, long_date
from staff.errors import Refused
from staff.services import ChangedMeanwhile

from ...authorities.services import check_worker
from ...cases.settling import settle
from ...deadlines import deadline
from ...deadlines.moves import CEASE_WINDOW
from ...models import Appeal, Placement, Plan, PlanMove, TopUpFunding
from ...requests.services import assessments

ONE_DAY = timedelta(days=1)
FINAL, CAME, DRAFT = "final", "came", "draft"
CHANGEABLE = "made_on last_concluded_on caseworker names named_school transfer_on note".split()


# --- Checks that several things share ----------------------------------------------------------------------------
def check_day(day, words, *, pupil=None, after=None, after_words=""):
    """Refuse a day that cannot be: before there were plans, before the child, in the future, before what it follows."""
    if day is None:
        return
    if day > timezone.localdate():
        raise Refused(f"{words} is in the future. Check the date, or record it on the day.")
    if day < SEND_LAW_FROM:
        raise Refused(f"{words} is before 1 September 2014, when there were no EHC plans. Check the year.")
    if pupil and pupil.birth_on and day < pupil.birth_on:
        raise Refused(f"{words} is before the child was born. Check the year.")
    if after and day < after:
        raise Refused(f"{words} is before {after_words} ({long_date(after)}). Check both dates.")


def _check_authority(school_id, authority, caseworker=None):
    if authority.school_id != school_id:
        raise Refused("That authority belongs to another school's list. Choose one of this school's.")
    if authority.ended_on:
        raise Refused(f"{authority.name} is not in use any more. Choose another, or take it back into use.")
    check_worker(caseworker, authority)


def _check_named(names, named_school):
    if names == Plan.Names.OTHER and not named_school.strip():
        raise Refused("Write which school or setting the plan names.")


def lock(plan, version=None):
    """Take the plan's row for this transaction. Raises ChangedMeanwhile when it is not the version that was seen."""
    row = Plan.objects.select_for_update(of=("self",)).select_related("school", "pupil", "authority").get(pk=plan.pk)
    if version is not None and row.version != version:
        raise ChangedMeanwhile(row)
    return row


def _check_in_force(plan):
    if plan.ceased_on:
        raise Refused(f"This plan ended on {long_date(plan.ceased_on)}. It is kept as it was.")


def save(plan, *names, by):
    plan.version += 1
    with audit.saving(plan, by=by):
        plan.save(update_fields=[*names, "version"])


def _record(code, plan, text, *, by, happened_on=None):
    audit.record(code, plan, text=text, by=by, happened_on=happened_on)


# --- Beginning ---------------------------------------------------------------------------------------------------
@transaction.atomic
def start_plan(
    *,
    pupil,
    authority,
    by,
    state=FINAL,
    made_on=None,
    last_concluded_on=None,
    caseworker=None,
    names=Plan.Names.HERE,
    named_school="",
    needs=(),
    note="",
    assessment=None,
):
    """Record a plan. `state` is FINAL, CAME (a plan that came with the child, its date perhaps unknown) or DRAFT.

    A plan that is made moves the register to E from that day; a draft moves nothing. `assessment` is the request that
    it came of.
    """
    pupil = register.lock(pupil)
    _check_authority(pupil.school_id, authority, caseworker)
    _check_named(names, named_school)
    if not pupil.on_roll:
        raise Refused(f"{pupil.name} left on {long_date(pupil.left_on)}. Only a pupil on roll gets a new plan here.")
    present = Plan.objects.filter(pupil=pupil, ceased_on=None).first()
    if present:
        raise Refused(f"{pupil.name} has an EHC plan already. Open it to add a version.")
    if state == FINAL and made_on is None:
        raise Refused("Give the date on the final plan. If nobody knows it yet, choose that it came with the child.")
    if state == DRAFT and (made_on or last_concluded_on):
        raise Refused("A draft has no date of its own yet. Leave the dates empty until the final plan is issued.")
    check_day(made_on, "The date of the plan", pupil=pupil)
    check_day(last_concluded_on, "The last review", pupil=pupil, after=made_on, after_words="the plan was made")
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
    with audit.saving(plan, by=by):
        plan.save()
    words = "Draft of an EHC plan" if state == DRAFT else "EHC plan"
    dated = f" of {long_date(made_on)}" if made_on else ""
    _record("plan.started", plan, f"{words}{dated} recorded. {authority.name} keeps it.", by=by, happened_on=made_on)
    if assessment:
        assessments.plan_recorded(case=assessment, plan=plan, by=by)
    if state != DRAFT:
        move_register(plan, needs, by=by)
    settle(plan)
    return plan


def move_register(plan, needs=(), *, by):
    """Put the child's register entry on E from the day of the plan, if it is not E yet. Never before the final plan."""
    pupil = plan.pupil
    entry = register.open_entry(pupil)
    if entry is None or entry.code == Code.PLAN:
        return
    first_free = entry.starts_on + ONE_DAY
    starts_on = max(day for day in (plan.made_on or pupil.joined_on, pupil.joined_on, first_free) if day)
    if starts_on > timezone.localdate():
        raise Refused(
            f"The present status, {entry.get_code_display()}, began today. Correct the day it began on the register "
            "first; then the plan can follow it."
        )
    needs = list(needs) or _present_needs(pupil)
    if not needs:
        raise Refused("The register needs a type of need with an EHC plan. Choose the primary one.")
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


def lacks_need(pupil):
    """Whether the register cannot move to E before somebody names a type of need."""
    entry = register.open_entry(pupil)
    return entry is not None and entry.code != Code.PLAN and not _present_needs(pupil)


def _present_needs(pupil):
    """The open types of need in their order, without those that only go with SEN Support."""
    open_needs = Need.objects.filter(pupil=pupil, ends_on=None, need_type__only_with_sen_support=False)
    return [need.need_type for need in open_needs.select_related("need_type").order_by("rank")]


@transaction.atomic
def issue_plan(*, plan, made_on, by, needs=()):
    """Note the day a final plan was made: of a draft that became final, or of a plan whose date was not known."""
    plan = lock(plan)
    _check_in_force(plan)
    if plan.made_on:
        raise Refused(f"This plan has its date already: {long_date(plan.made_on)}. Change it among the details.")
    check_day(made_on, "The date of the plan", pupil=plan.pupil)
    plan.made_on = made_on
    save(plan, "made_on", by=by)
    _record("plan.issued", plan, f"Final plan of {long_date(made_on)}", by=by, happened_on=made_on)
    move_register(plan, needs, by=by)
    settle(plan)
    return plan


@transaction.atomic
def change_plan(*, plan, values, version, by):
    """Save the plan's details. Dates that follow from them are worked out again."""
    row = lock(plan, version)
    values = {name: value for name, value in values.items() if name in CHANGEABLE}
    made_on = values.get("made_on", row.made_on)
    if made_on is None and row.made_on:
        raise Refused("This plan has a date. Correct it; it cannot be taken away.")
    check_day(values.get("made_on"), "The date of the plan", pupil=row.pupil)
    check_day(values.get("last_concluded_on"), "The last review", after=made_on, after_words="the plan was made")
    _check_named(values.get("names", row.names), values.get("named_school", row.named_school))
    worker = values.get("caseworker")
    if worker and worker.pk != row.caseworker_id:
        _check_authority(row.school_id, row.authority, worker)
    issued = row.made_on is None and made_on is not None
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, values[name])
    save(row, *changed, by=by)
    labels = ", ".join(str(Plan._meta.get_field(name).verbose_name) for name in changed)
    _record("plan.changed", row, f"EHC plan changed: {labels}", by=by)
    if issued:
        move_register(row, by=by)
    settle(row)
    return row


@transaction.atomic
def set_caseworker(*, plan, caseworker, version, by):
    row = lock(plan, version)
    _check_in_force(row)
    check_worker(caseworker, row.authority)
    if caseworker == row.caseworker:
        return row
    row.caseworker = caseworker
    save(row, "caseworker", by=by)
    name = caseworker.name if caseworker else "nobody"
    _record("plan.caseworker", row, f"Caseworker of the plan: {name}", by=by)
    return row


# --- Placement and top-up ----------------------------------------------------------------------------------------
def _follow(model, plan, starts_on, words, *, by):
    """End what is open the day before the new one starts; refuse one that would lie under it."""
    present = model.objects.filter(plan=plan, ends_on=None).first()
    last = model.objects.filter(plan=plan).exclude(ends_on=None).order_by("-ends_on").first()
    if last and last.ends_on >= starts_on:
        raise Refused(f"The last {words} ended on {long_date(last.ends_on)}. Give a later first day.")
    if present is None:
        return
    if present.starts_on >= starts_on:
        raise Refused(f"The present {words} began on {long_date(present.starts_on)}. Give a later first day.")
    present.ends_on = starts_on - ONE_DAY
    with audit.saving(present, by=by):
        present.save(update_fields=["ends_on"])


@transaction.atomic
def add_placement(*, plan, setting, starts_on, by, kind=""):
    plan = lock(plan)
    _check_in_force(plan)
    _follow(Placement, plan, starts_on, "placement", by=by)
    placement = Placement(plan=plan, setting=setting, kind=kind, starts_on=starts_on)
    with audit.saving(placement, by=by):
        placement.save()
    text = f"Placement from {long_date(starts_on)}: {setting}"
    _record("plan.placed", plan, text, by=by, happened_on=starts_on)
    return placement


@transaction.atomic
def add_top_up(*, plan, band, starts_on, by, amount=None, note=""):
    plan = lock(plan)
    _check_in_force(plan)
    _follow(TopUpFunding, plan, starts_on, "top-up", by=by)
    top_up = TopUpFunding(plan=plan, band=band, amount=amount, note=note, starts_on=starts_on)
    with audit.saving(top_up, by=by):
        top_up.save()
    text = f"Top-up funding from {long_date(starts_on)}: {band}"
    _record("plan.top_up", plan, text, by=by, happened_on=starts_on)
    return top_up


@transaction.atomic
def end_dated(*, row, ends_on, by):
    """End a placement or a top-up."""
    row = type(row).objects.select_for_update(of=("self",)).select_related("plan").get(pk=row.pk)
    if row.ends_on:
        raise Refused(f"This ended on {long_date(row.ends_on)} already.")
    if ends_on < row.starts_on:
        raise Refused(f"It began on {long_date(row.starts_on)}. The last day cannot be before that.")
    row.ends_on = ends_on
    with audit.saving(row, by=by):
        row.save(update_fields=["ends_on"])
    words = "Placement" if isinstance(row, Placement) else "Top-up funding"
    _record("plan.dated_ended", row.plan, f"{words} ended on {long_date(ends_on)}: {row}", by=by, happened_on=ends_on)
    return row


# --- Moving to another authority (regs 15 and 16) ----------------------------------------------------------------
MOVE_DATES = "moved_on aware_on transferred_on parent_told_on health_aware_on health_told_on".split()


def _check_move(dates):
    transferred = dates.get("transferred_on")
    check_day(transferred, "The transfer", after=dates["moved_on"], after_words="the move")
    check_day(dates.get("parent_told_on"), "The letter to the parent", after=transferred, after_words="the transfer")
    if dates.get("parent_told_on") and not transferred:
        raise Refused("Give the day the plan was transferred: the letter to the parent follows it.")
    aware = dates.get("health_aware_on")
    check_day(dates.get("health_told_on"), "The day health was told", after=aware, after_words="it became aware")


@transaction.atomic
def record_move(*, plan, new_authority, moved_on, aware_on, by, **dates):
    """The family moves into another authority's area; the plan goes with them. A move ahead may be recorded."""
    plan = lock(plan)
    _check_in_force(plan)
    _check_authority(plan.school_id, new_authority)
    if new_authority.pk == plan.authority_id:
        raise Refused(f"{plan.authority.name} keeps this plan already. Choose the authority of the new home.")
    if plan.moves.filter(transferred_on=None).exists():
        raise Refused("A move of this plan is under way. Give the day it was transferred first.")
    if aware_on > timezone.localdate():
        raise Refused("The day the old authority learned of the move is in the future. Check the date.")
    _check_move(dates | {"moved_on": moved_on})
    move = PlanMove(
        plan=plan,
        old_authority=plan.authority.name,
        new_authority=new_authority,
        moved_on=moved_on,
        aware_on=aware_on,
        **dates,
    )
    with audit.saving(move, by=by):
        move.save()
    text = f"Move from {move.old_authority} to {new_authority.name} on {long_date(moved_on)}"
    _record("plan.moved", plan, text, by=by, happened_on=min(moved_on, timezone.localdate()))
    _hand_over(plan, move, by=by)
    settle(move, plan)
    return move


@transaction.atomic
def change_move(*, move, by, **dates):
    move = PlanMove.objects.select_for_update(of=("self",)).select_related("new_authority").get(pk=move.pk)
    plan = lock(move.plan)
    _check_move({name: getattr(move, name) for name in MOVE_DATES} | dates)
    changed = [name for name, value in dates.items() if getattr(move, name) != value]
    for name in changed:
        setattr(move, name, dates[name])
    with audit.saving(move, by=by):
        move.save(update_fields=changed)
    said = [
        f"{move._meta.get_field(name).verbose_name} {long_date(dates[name]) if dates[name] else 'taken away'}"
        for name in changed
    ]
    _record("plan.move_changed", plan, f"Move to {move.new_authority.name}: {', '.join(said) or 'no change'}", by=by)
    _hand_over(plan, move, by=by)
    settle(move, plan)
    return move


def _hand_over(plan, move, *, by):
    """From the transfer on the plan is the new authority's own, and nobody there is named yet."""
    latest = plan.moves.exclude(transferred_on=None).order_by("-transferred_on", "-pk").first()
    if move.transferred_on is None or latest != move or plan.authority_id == move.new_authority_id:
        return
    plan.authority, plan.caseworker = move.new_authority, None
    save(plan, "authority", "caseworker", by=by)


# --- Ceasing (CFA s45, regs 29 to 31) ----------------------------------------------------------------------------
def last_day_to_appeal(notified_on):
    """The day until which the parent may appeal, the plan in force; None beyond the calendar's own data."""
    found = deadline(CEASE_WINDOW, notified_on)
    return found.due_on if found else None


@transaction.atomic
def note_ceasing(*, plan, version, by, proposed_on=None, notified_on=None, reason=""):
    """Note what the authority wrote: first that it considers ceasing and consults, then its decision. Empty takes back.

    Both are letters of their own (reg 31). Neither ends the plan.
    """
    row = lock(plan, version)
    _check_in_force(row)
    check_day(proposed_on, "The first letter", after=row.made_on, after_words="the plan was made")
    check_day(notified_on, "The decision", after=proposed_on or row.made_on, after_words="the first letter")
    row.cease_proposed_on, row.cease_notified_on, row.cease_reason = proposed_on, notified_on, reason
    save(row, "cease_proposed_on", "cease_notified_on", "cease_reason", by=by)
    steps = []
    if proposed_on:
        steps.append(f"considered and consulted on from {long_date(proposed_on)}")
    if notified_on:
        steps.append(f"decided on {long_date(notified_on)}")
    text = f"Ceasing the plan: {', '.join(steps)}. {reason}".strip() if steps else "Ceasing the plan was taken back"
    _record("plan.ceasing", row, text, by=by)
    settle(row)
    return row


def why_not_ended(plan, ceased_on):
    """Why the plan cannot end on this day, in words; None when it can."""
    if plan.cease_notified_on is None:
        return "The authority's decision to cease is not recorded. Note the date of its letter first."
    until = last_day_to_appeal(plan.cease_notified_on)
    if until is None:
        return "The time to appeal cannot be worked out from the date of the authority's letter. Check that date."
    if ceased_on <= until:
        return f"The plan stays in force while the parent may appeal: until {long_date(until)}. Give a later day."
    if Appeal.objects.filter(plan=plan, about=Appeal.About.CEASE, closed_on=None).exists():
        return "An appeal against ceasing is open. The plan stays in force until it is decided."
    return None


@transaction.atomic
def end_plan(*, plan, version, ceased_on, next_code, by):
    """The plan has ceased: after the time to appeal, and with no appeal open. E ends on the register with it."""
    row = lock(plan, version)
    _check_in_force(row)
    check_day(ceased_on, "The last day", after=row.made_on, after_words="the plan was made")
    refusal = why_not_ended(row, ceased_on)
    if refusal:
        raise Refused(refusal)
    _check_no_open_review(row)
    _close(row, ceased_on, by=by)
    text = f"The EHC plan ceased on {long_date(ceased_on)}. {row.cease_reason}".strip()
    _record("plan.ceased", row, text, by=by, happened_on=ceased_on)
    _leave_e(row, ceased_on, next_code, by=by)
    settle(row)
    return row


def _check_no_open_review(plan):
    if plan.reviews.filter(closed_on=None).exists():
        raise Refused("A review of this plan is open. Close it, with the reason, before the plan ends.")


def _close(plan, ceased_on, *, by):
    plan.ceased_on = ceased_on
    save(plan, "ceased_on", "cease_reason", by=by)
    for model in (Placement, TopUpFunding):
        for open_row in model.objects.filter(plan=plan, ends_on=None):
            open_row.ends_on = max(ceased_on, open_row.starts_on)
            with audit.saving(open_row, by=by):
                open_row.save(update_fields=["ends_on"])


def _leave_e(plan, ceased_on, next_code, *, by):
    entry = register.open_entry(plan.pupil)
    if entry is None or entry.code != Code.PLAN or not plan.pupil.on_roll:
        return
    # The last day still counts as E, unless it is today: a status cannot begin tomorrow.
    after = ceased_on + ONE_DAY if ceased_on < timezone.localdate() else ceased_on
    register.change_status(
        pupil=plan.pupil,
        code=next_code,
        starts_on=max(after, entry.starts_on + ONE_DAY),
        reason=f"The EHC plan ceased on {long_date(ceased_on)}",
        decided_by=plan.authority.name,
        by=by,
        needs=_present_needs(plan.pupil) if next_code in ON_REGISTER else (),
    )


@transaction.atomic
def close_mistake(*, plan, reason, by):
    """Close a plan that was entered wrongly: twice, or for the wrong child. It is kept, and nothing else changes."""
    row = lock(plan)
    _check_in_force(row)
    if not reason.strip():
        raise Refused("Write what went wrong. It stays in the history.")
    _check_no_open_review(row)
    row.cease_reason = f"Entered by mistake: {reason}"[:200]
    _close(row, max(timezone.localdate(), row.made_on or SEND_LAW_FROM), by=by)
    _record("plan.mistake", row, f"EHC plan closed, entered by mistake. {reason}", by=by)
    assessments.plan_was_mistake(plan=row, by=by)
    settle(row)
    return row
