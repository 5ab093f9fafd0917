"""Reviewing: one cell of the grid at a time; settling a target; closing a cycle with the next one seeded from it."""

import hashlib
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import User
from staff.owed import bring_up_to_date
from staff.selectors import school_calendar

from ...concerns.disclosure import words_of_disclosure
from ...models import (
    Contact,
    PlanKind,
    PlanStrategy,
    PlanVoice,
    SupportOutcome,
    SupportPlan,
    Target,
    TargetReview,
    TargetValue,
    WindowClass,
)
from ...models.plans import CarryReason, Judgement, NextStep
from ...outside.following import asks_follow
from ..dates import propose_review, sooner
from ..refusals import SupportPlanReason, TargetReason
from ..values import typed_value
from .plans import locked, note, works_here
from .targets import baseline_follows, value_of

CHOICES = {"judgement": Judgement, "next_step": NextStep, "carry_reason": CarryReason}
TEXTS = {"comment": 1000, "unmeasured": 200}
VALUES = ("value", "otherwise")
CELLS = (*VALUES, *CHOICES, *TEXTS)
NOTE, CHILD, PARENT = "note", "child", "parent-"
LONGEST_NUMBER = 18  # digits that a database counts to
GOES_ON = (NextStep.CARRY, NextStep.CHANGE)


class CellChanged(Exception):
    """Somebody else wrote this cell meanwhile. `theirs` is what stands there; nothing was saved."""

    def __init__(self, theirs: str) -> None:
        super().__init__(theirs)
        self.theirs = theirs


# --- One cell ----------------------------------------------------------------------------------------------------
def cell_text(review: TargetReview | None, field: str) -> str:
    """What stands in a cell of a target, as it is typed."""
    if review is None:
        return ""
    if field in VALUES:
        value = getattr(review, "value", None)
        if field == "otherwise":
            return "1" if value is not None and value.otherwise else ""
        return typed_value(value)
    return str(getattr(review, field))


def _check_words(text: str, *, words_checked: bool) -> None:
    """Raise Refused for what may belong with the safeguarding lead, unless somebody has looked and says it may stay."""
    if words_checked:
        return
    if phrases := words_of_disclosure(text):
        raise Refused(TargetReason.DISCLOSURE, words=f"“{'”, “'.join(phrases)}”")


@transaction.atomic
def write_cell(*, target: Target, field: str, typed: str, was: str, by: User, words_checked: bool = False) -> str:
    """Save one cell of a target's row; returns what stands there now.

    `was` is what the screen showed before. Raises CellChanged where something else stands there by now, Refused with
    what to write, and ValueError for a field or a choice that no page offers.
    """
    if field not in CELLS:
        raise ValueError(f"no cell {field}")
    plan = locked(target.outcome.plan)
    row = Target.objects.select_for_update(of=("self",)).select_related("outcome__plan__pupil").get(pk=target.pk)
    if row.ended_on:
        raise Refused(TargetReason.ENDED, day=row.ended_on)
    review = row.reviews.filter(settled_on=None).select_related("value__target").first()
    stands, typed = cell_text(review, field), typed.strip()
    if typed == stands:
        return stands
    if was.strip() != stands:
        raise CellChanged(stands)
    review = review or TargetReview(target=row)
    if field in VALUES:
        return _write_value(review, row, field, typed, plan, by=by)
    if field in CHOICES:
        if typed and typed not in CHOICES[field].values:
            raise ValueError(f"{typed} is no {field}")
    else:
        typed = typed[: TEXTS[field]]
        _check_words(typed, words_checked=words_checked)
    setattr(review, field, typed)
    _save_review(review, by=by)
    return typed


def _save_review(review: TargetReview, *, by: User) -> None:
    review.written_by = by
    with audit.saving(review, by=by):
        review.save()


def _write_value(review: TargetReview, target: Target, field: str, typed: str, plan: SupportPlan, *, by: User) -> str:
    value = getattr(review, "value", None) if review.pk else None
    if field == "otherwise":
        if value is None:
            raise Refused(TargetReason.NO_VALUE_YET)
        value.otherwise = bool(typed)
    elif not typed:
        return _unwrite(value, target, by=by)
    else:
        read = value_of(target, typed)
        if review.pk is None or review.written_by_id is None:
            _save_review(review, by=by)
        value = value or TargetValue(target=target, review=review)
        value.value, value.words, value.taken_on, value.taken_by = (
            read["value"],
            read["words"],
            timezone.localdate(),
            by,
        )
    value.target = target
    if value.pk:
        value.version += 1
    with audit.saving(value, by=by):
        value.save()
    baseline_follows(target, by=by)
    return typed_value(value) if field == "value" else ("1" if value.otherwise else "")


def _unwrite(value: TargetValue | None, target: Target, *, by: User) -> str:
    if value is not None:
        value.removed_on, value.review, value.version = timezone.localdate(), None, value.version + 1
        with audit.saving(value, by=by):
            value.save()
        baseline_follows(target, by=by)
    return ""


def plan_cell_text(plan: SupportPlan, field: str) -> str:
    if field == NOTE:
        return plan.review_note
    voice = _voice(plan, field)
    return voice.words if voice else ""


def _contact_of(field: str) -> int:
    """The number of the parent whose cell it is. Raises ValueError for what no page offers."""
    number = field.removeprefix(PARENT)
    if not (field.startswith(PARENT) and number.isascii() and number.isdigit() and len(number) < LONGEST_NUMBER):
        raise ValueError(f"no cell {field}")
    return int(number)


def _voice(plan: SupportPlan, field: str) -> PlanVoice | None:
    contact = None if field == CHILD else _contact_of(field)
    return PlanVoice.objects.filter(plan=plan, stage=PlanVoice.Stage.REVIEW, contact=contact, removed_on=None).first()


@transaction.atomic
def write_plan_cell(
    *, plan: SupportPlan, field: str, typed: str, was: str, by: User, words_checked: bool = False
) -> str:
    """Save the note of the meeting, the child's words or one parent's. As write_cell()."""
    row = locked(plan)
    stands, typed = plan_cell_text(row, field).strip(), typed.strip()
    if typed == stands:
        return stands
    if was.strip() != stands:
        raise CellChanged(stands)
    _check_words(typed, words_checked=words_checked)
    if field == NOTE:
        row.review_note, row.version = typed, row.version + 1
        with audit.saving(row, by=by):
            row.save(update_fields=["review_note", "version"])
        return typed
    voice = _voice(row, field) or _new_voice(row, field)
    voice.words, voice.said_on, voice.taken_by = typed or voice.words, timezone.localdate(), by
    voice.removed_on = None if typed else timezone.localdate()
    if voice.pk:
        voice.version += 1
    with audit.saving(voice, by=by):
        voice.save()
    return typed


def _new_voice(plan: SupportPlan, field: str) -> PlanVoice:
    contact = None
    if field != CHILD:
        contact = Contact.objects.filter(pupil=plan.pupil, pk=_contact_of(field), ended_on=None).first()
        if contact is None:
            raise ValueError("no such parent")
        if contact.do_not_contact:
            raise Refused(SupportPlanReason.CONTACT_NOT_TO_ASK)
    # How they told us nobody has said here.
    return PlanVoice(plan=plan, stage=PlanVoice.Stage.REVIEW, contact=contact, method="")


# --- Settling ----------------------------------------------------------------------------------------------------
def what_is_missing(target: Target, review: TargetReview | None) -> TargetReason | None:
    """What keeps a target from being settled; None where it is ready."""
    if review is None or not review.next_step:
        return TargetReason.NEXT_MISSING
    if review.next_step == NextStep.CARRY and not review.carry_reason:
        return TargetReason.CARRY_WHY
    has_value = getattr(review, "value", None) is not None
    if review.judgement == Judgement.MET and target.is_measured and not has_value and not review.unmeasured:
        return TargetReason.MET_UNMEASURED
    return None


def _settle(review: TargetReview, target: Target, *, on: date, by: User) -> None:
    review.settled_on, review.settled_by, review.due_on = on, by, target.review_on
    with audit.saving(review, by=by):
        review.save(update_fields=["settled_on", "settled_by", "due_on"])


@transaction.atomic
def settle_target(*, target: Target, review_on: date | None, by: User) -> TargetReview:
    """Close the look at one target while its plan and its class's window go on.

    One that is finished, stopped or to be written anew ends; one that carries on is looked at again on `review_on`, or
    with the plan where that is empty. Raises Refused with what is missing.
    """
    plan = locked(target.outcome.plan)
    row = (
        Target.objects.select_for_update(of=("self",)).select_related("outcome__plan__pupil__school").get(pk=target.pk)
    )
    row.outcome.plan = plan
    review = row.reviews.filter(settled_on=None).select_related("value").first()
    missing = what_is_missing(row, review)
    if missing or review is None:
        raise Refused(missing or TargetReason.NEXT_MISSING)
    today = timezone.localdate()
    if review_on and review_on < today:
        raise Refused(SupportPlanReason.REVIEW_BEFORE_START, day=today, field="review_on")
    _settle(review, row, on=today, by=by)
    if review.next_step == NextStep.CARRY:
        row.review_on = review_on
    else:
        row.ended_on, row.end_note = today, review.get_next_step_display()
    row.version += 1
    with audit.saving(row, by=by):
        row.save(update_fields=["review_on", "ended_on", "end_note", "version"])
    text = f"Target {row.number} reviewed: {review.get_judgement_display() or 'no judgement'}"
    note("support.target_reviewed", plan, text, by=by)
    bring_up_to_date(row)
    return review


def stamp_of(target: Target) -> str:
    """What a page about one target has seen of its open review, in one mark: it differs once anybody has written."""
    cells = cells_of(target)
    return hashlib.sha256("\x1f".join(cells[name] for name in CELLS).encode()).hexdigest()[:24]


def cells_of(target: Target) -> dict[str, str]:
    """{cell: what stands in it} of the open review of a target."""
    review = target.reviews.filter(settled_on=None).select_related("value__target").first()
    return {name: cell_text(review, name) for name in CELLS}


@transaction.atomic
def review_alone(
    *, target: Target, values: dict[str, Any], seen: str, review_on: date | None, by: User, words_checked: bool = False
) -> TargetReview:
    """Write one whole look at a target and settle it. `values` are the texts of its cells, `seen` the stamp of what was
    on the screen. Raises ChangedMeanwhile with the target where somebody wrote about it since.
    """
    locked(target.outcome.plan)
    if stamp_of(target) != seen:
        raise ChangedMeanwhile(target)
    for field in CELLS:
        typed = ("1" if values[field] else "") if field == "otherwise" else values[field]
        if field == "otherwise" and not values["value"]:
            continue
        stands = cells_of(target)[field]
        try:
            write_cell(target=target, field=field, typed=typed, was=stands, by=by, words_checked=words_checked)
        except Refused as refusal:
            raise Refused(refusal.reason, **{"field": field} | refusal.data) from refusal
    return settle_target(target=target, review_on=review_on, by=by)


# --- Closing a cycle ---------------------------------------------------------------------------------------------
class Ready(NamedTuple):
    """A target that is going to be settled, with its open review."""

    target: Target
    review: TargetReview | None


def current_targets(plan: SupportPlan) -> list[Ready]:
    targets = (
        Target.objects.current()
        .filter(outcome__plan=plan)
        .select_related("outcome__plan__pupil__school", "outcome__plan__kind")
        .order_by("outcome__number", "number")
    )
    open_reviews = TargetReview.objects.filter(target__outcome__plan=plan, settled_on=None).select_related("value")
    by_target = {review.target_id: review for review in open_reviews}
    return [Ready(target, by_target.get(target.pk)) for target in targets]


def not_ready(rows: list[Ready]) -> list[Ready]:
    return [row for row in rows if what_is_missing(*row)]


@transaction.atomic
def close_cycle(
    *, plan: SupportPlan, by: User, goes_on: bool = True, review_on: date | None = None, version: int | None = None
) -> SupportPlan:
    """Settle every target, close the cycle, and seed the next one where it goes on. Returns the next, or this one.

    Raises Refused where the plan is closed already or a target says nothing of what happens next.
    """
    row = locked(plan)
    rows = current_targets(row)
    if missing := not_ready(rows):
        numbers = ", ".join(str(one.target.number) for one in missing)
        reasons = {what_is_missing(*one) for one in missing}
        only = reasons.pop() if len(reasons) == 1 else None
        if only and only is not TargetReason.NEXT_MISSING:
            raise Refused(only, targets=numbers)
        raise Refused(SupportPlanReason.NOT_SETTLED, count=len(missing), targets=numbers)
    today = max(timezone.localdate(), row.starts_on)
    if goes_on and review_on and review_on < today:
        raise Refused(SupportPlanReason.REVIEW_BEFORE_START, day=today, field="review_on")
    for target, review in rows:
        _settle(review, target, on=today, by=by)  # type: ignore[arg-type]  # a target without one is not ready
    row.closed_on, row.closed_by, row.ending, row.version = today, by, SupportPlan.Ending.REVIEWED, row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["closed_on", "closed_by", "ending", "version"])
    note("support.closed", row, f"{row.kind.name}: cycle {row.cycle} reviewed and closed", by=by, happened_on=today)
    bring_up_to_date(row)
    asks_follow(plan=row)
    for target, _ in rows:
        target.outcome.plan = row
        bring_up_to_date(target)
    following = _seed(row, rows, on=today, review_on=review_on, by=by) if goes_on else None
    _done_if_last(row, by=by)
    return following or row


def proposed_review(plan: SupportPlan, rows: list[Ready], on: date) -> date:
    """The day to propose for the next cycle: half way where something was not met."""
    calendar = school_calendar(plan.pupil.school)
    day = propose_review(plan.pupil.school, plan.kind, on, calendar=calendar)
    if any(review is not None and review.judgement == Judgement.NOT_MET for _, review in rows):
        return sooner(on, day, calendar=calendar)
    return day


def _kind_in_force(plan: SupportPlan, on: date) -> PlanKind:
    kinds = PlanKind.objects.on(on).filter(code=plan.kind.code, school=plan.kind.school)
    kind = kinds.order_by("-valid_from").first()
    if kind is None:
        raise Refused(SupportPlanReason.KIND_NOT_IN_FORCE, day=on)
    return kind


def _seed(plan: SupportPlan, rows: list[Ready], *, on: date, review_on: date | None, by: User) -> SupportPlan:
    """The next cycle with what goes on: outcomes, targets from where they stand now, and strategies, counted again."""
    kind = _kind_in_force(plan, on)
    lead = plan.lead if works_here(plan.lead, plan.pupil.school_id) else by
    following = SupportPlan(
        pupil=plan.pupil, kind=kind, previous=plan, cycle=plan.cycle + 1, lead=lead, starts_on=on,
        review_on=review_on or proposed_review(plan, rows, on), assessed=_moved(plan, kind),
        is_confidential=plan.is_confidential, entered_by=by,
    )  # fmt: skip
    _save(following, by=by)
    for reader in plan.readers.filter(ended_on=None):
        _save(type(reader)(plan=following, user_id=reader.user_id), by=by)
    outcomes: dict[int, SupportOutcome] = {}
    targets: dict[int, Target] = {}
    for target, review in rows:
        if review is None or review.next_step not in GOES_ON:
            continue
        old = target.outcome
        if old.pk not in outcomes:
            copy = SupportOutcome(plan=following, number=len(outcomes) + 1, text=old.text, area=old.area)
            outcomes[old.pk] = _save(copy, by=by)
        if review.next_step == NextStep.CARRY:
            targets[target.pk] = _carry(target, review, outcomes[old.pk], len(targets) + 1, following, by=by)
    for strategy in plan.strategies.filter(ended_on=None):
        if strategy.target_id is None or strategy.target_id in targets:
            _save(
                PlanStrategy(
                    plan=following, target=targets.get(strategy.target_id or 0), text=strategy.text, who=strategy.who,
                    how_often=strategy.how_often, note_id=strategy.note_id, times=strategy.times + 1,
                    carried_from=strategy, added_by_id=strategy.added_by_id, added_on=on,
                ),
                by=by,
            )  # fmt: skip
    text = f"{kind.name}: cycle {following.cycle} begun, to be reviewed by {long_date(following.review_on)}"
    note("support.begun", following, text, by=by, happened_on=on)
    bring_up_to_date(following)
    return following


def _moved(plan: SupportPlan, kind: PlanKind) -> dict[str, str]:
    """What is known, under the parts of the kind in force. Words of a part that is no more stand with the first one."""
    codes = [section["code"] for section in kind.sections]
    kept = {code: words for code, words in plan.assessed.items() if code in codes}
    lost = [words for code, words in plan.assessed.items() if code not in codes]
    if lost and codes:
        kept[codes[0]] = "\n\n".join([*filter(None, [kept.get(codes[0])]), *lost])
    return kept


def _save(row: Any, *, by: User) -> Any:
    with audit.saving(row, by=by):
        row.save()
    return row


def _carry(
    target: Target, review: TargetReview, outcome: SupportOutcome, number: int, plan: SupportPlan, *, by: User
) -> Target:
    last = target.values.filter(removed_on=None, otherwise=False).order_by("-taken_on", "-pk").first()
    start = (last.value, last.words, last.taken_on) if last else _start_of(target)
    copy = Target(
        outcome=outcome, number=number, text=target.text, measure=target.measure, unit=target.unit,
        lower_is_better=target.lower_is_better, how=target.how, baseline=start[0], baseline_words=start[1],
        baseline_on=start[2], baseline_from_first=last is None and target.baseline_from_first, aim=target.aim,
        aim_words=target.aim_words, by_on=plan.review_on, cohort_id=target.cohort_id, carried_from=target,
        carry_reason=review.carry_reason, cycles=target.cycles + 1,
    )  # fmt: skip
    return _save(copy, by=by)


def _start_of(target: Target) -> tuple:
    return target.baseline, target.baseline_words, target.baseline_on


class Closed(NamedTuple):
    """What came of closing many: the cycles that are closed, and those that were not with the reason."""

    closed: list[SupportPlan]
    following: list[SupportPlan]
    left: list[tuple[SupportPlan, Refused]]

    @property
    def begun(self) -> int:
        return len(self.following)


def close_many(*, plans: list[SupportPlan], by: User) -> Closed:
    """Close each of these cycles that is ready, each by itself: one that is not keeps none of the others back."""
    done = Closed([], [], [])
    for plan in plans:
        try:
            rows = current_targets(plan)
            goes_on = any(review is not None and review.next_step in GOES_ON for _, review in rows) or not rows
            if not rows:
                raise Refused(SupportPlanReason.NOTHING_TO_CLOSE)
            after = close_cycle(plan=plan, by=by, goes_on=goes_on)
            done.closed.append(plan)
            if after.pk != plan.pk:
                done.following.append(after)
        except Refused as refusal:
            done.left.append((plan, refusal))
    return done


# --- The class's part of a window --------------------------------------------------------------------------------
def _done_if_last(plan: SupportPlan, *, by: User) -> None:
    """A class whose last plan of the window is closed has written its reviews."""
    group = plan.pupil.form_group_id
    today = timezone.localdate()
    for row in WindowClass.objects.filter(
        window__school=plan.pupil.school_id,
        window__removed_on=None,
        window__opens_on__lte=today,
        group=group,
        done_on=None,
    ).select_related("window"):
        waiting = SupportPlan.objects.filter(
            closed_on=None, is_confidential=False, review_on__lte=row.window.due_on, pupil__form_group=group,
            pupil__left_on=None, pupil__school=plan.pupil.school_id,
        )  # fmt: skip
        if not waiting.exists():
            row.done_on, row.done_by = today, by
            with audit.saving(row, by=by):
                row.save(update_fields=["done_on", "done_by"])
            bring_up_to_date(row)
