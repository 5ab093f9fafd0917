"""Reading support plans: one as a page shows it, a class as the review grid does, and the school's list."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from sendco.charts.frame import Chart
from sendco.charts.lines import sparkline
from sendco.clock import short_date
from staff.acting import Acting
from staff.models import GroupStaff, Membership, School, TeachingGroup, User
from staff.models.people import current_on
from staff.permissions import ROLE_PERMISSIONS, Permission

from ..models import (
    CohortTarget,
    Contact,
    GroupPlace,
    PlanKind,
    PlanNote,
    PlanStrategy,
    PlanVoice,
    Pupil,
    PupilSupport,
    RegisterEntry,
    ReviewWindow,
    SupportOutcome,
    SupportPlan,
    Target,
    TargetReview,
    TargetValue,
    WindowClass,
)
from ..models.plans import CarryReason, Judgement, NextStep, SupportPlanQuerySet
from ..models.register import Code
from . import values as numbers

FEW = 3  # how many of a kind a page names before it counts the rest


def plans_in_view(acting: Acting) -> SupportPlanQuerySet:
    return SupportPlan.objects.visible_to(acting).select_related("pupil__school", "pupil__form_group", "kind", "lead")


def kinds_for(acting: Acting, day: date) -> QuerySet[PlanKind]:
    """The kinds of which a plan may begin on this day."""
    return PlanKind.objects.visible_to(acting).on(day)


def leaders(school: School) -> QuerySet[User]:
    """Who may be asked to lead a plan: those who may contribute to plans in this school today."""
    return _holders(school, Permission.SUPPORT_CONTRIBUTE)


def readers(school: School) -> QuerySet[User]:
    """Who may look after what only those who read the record see: a referral, a challenge."""
    return _holders(school, Permission.NARRATIVE_VIEW)


def _holders(school: School, permission: Permission) -> QuerySet[User]:
    roles = [role for role, held in ROLE_PERMISSIONS.items() if permission in held]
    held = Membership.objects.filter(current_on(timezone.localdate()), school=school, role__in=roles)
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("name", "pk")


# --- One target as it is shown -----------------------------------------------------------------------------------
@dataclass
class TargetShown:
    """A target with what was measured. `reached` compares the last value with the aim; None where it cannot.

    `same_elsewhere` counts other pupils' open targets of the same words; `typed_again` says that an earlier plan of
    this child had the same words, and nobody said why they stand again.
    """

    target: Target
    values: list[TargetValue] = field(default_factory=list)
    review: TargetReview | None = None
    settled: list[TargetReview] = field(default_factory=list)
    same_elsewhere: int = 0
    typed_again: bool = False

    @property
    def comparable(self) -> list[TargetValue]:
        return [value for value in self.values if not value.otherwise and value.value is not None]

    @property
    def last(self) -> TargetValue | None:
        return self.comparable[-1] if self.comparable else None

    @property
    def last_words(self) -> str:
        return self.words_of(self.values[-1]) if self.values else ""

    def words_of(self, value: TargetValue) -> str:
        return value.words or numbers.shown(value.value, self.target)

    @property
    def said(self) -> list[tuple[TargetValue, str]]:
        """Each value with its words."""
        return [(value, self.words_of(value)) for value in self.values]

    @property
    def spark(self) -> Chart | None:
        """How it moved from the baseline on, as a small line; None for fewer than two points."""
        points = [(value.taken_on, value.value) for value in self.comparable if value.value is not None]
        if self.target.baseline is not None and not self.target.baseline_from_first:
            points.insert(0, (self.target.baseline_on or self.target.plan.starts_on, self.target.baseline))
        if len(points) < 2:
            return None
        return sparkline(
            title=f"Target {self.target.number}",
            labels=[short_date(day) for day, _ in points],
            values=[float(number) for _, number in points],
            table=False,
        )

    # --- In the grid ---
    @property
    def _now(self) -> TargetValue | None:
        return getattr(self.review, "value", None) if self.review else None

    @property
    def typed_now(self) -> str:
        """The value of the open review, as somebody would type it."""
        return numbers.typed_value(self._now)

    @property
    def now_otherwise(self) -> bool:
        return self._now is not None and self._now.otherwise

    @property
    def last_before(self) -> str:
        """The last value before the open review."""
        earlier = [value for value in self.values if value != self._now]
        return self.words_of(earlier[-1]) if earlier else ""

    @property
    def is_unmeasured(self) -> bool:
        return not self.target.is_measured

    @property
    def baseline_words(self) -> str:
        if self.target.baseline is not None:
            return numbers.shown(self.target.baseline, self.target)
        return self.target.baseline_words

    @property
    def aim_words(self) -> str:
        return numbers.shown(self.target.aim, self.target) if self.target.aim is not None else self.target.aim_words

    @property
    def reached(self) -> bool | None:
        return numbers.is_reached(self.last.value, self.target) if self.last else None

    @property
    def gain_words(self) -> str:
        gain = numbers.gain(self.target, self.last.value) if self.last else None
        if gain is None:
            return ""
        sign = "+" if gain > 0 else "-" if gain < 0 else ""
        return f"{sign}{numbers.plain(abs(gain))}"

    @property
    def cycle_words(self) -> str:
        """Third cycle of this target; empty in its first."""
        return f"{ordinal(self.target.cycles)} cycle of this target" if self.target.cycles > 1 else ""

    @property
    def gaps(self) -> list[str]:
        """What keeps anybody from saying later whether it was reached."""
        target, found = self.target, []
        if not target.is_measured:
            found.append("no measure")
        if target.aim is None and not target.aim_words:
            found.append("no aim")
        if not target.by_on:
            found.append("no date")
        if target.baseline is None and not target.baseline_words and not target.baseline_from_first:
            found.append("no baseline")
        return found


ORDINALS = ("", "First", "Second", "Third", "Fourth", "Fifth", "Sixth")


def ordinal(number: int) -> str:
    return ORDINALS[number] if number < len(ORDINALS) else f"{number}th"


def shown_targets(targets: list[Target], *, brief: bool = False) -> dict[int, TargetShown]:
    """{target id: as shown}. Four queries, however many there are; one where `brief`: with values, and without reviews
    and where else the same words stand.
    """
    ids = [target.pk for target in targets]
    found = {target.pk: TargetShown(target) for target in targets}
    for value in TargetValue.objects.filter(target__in=ids, removed_on=None).select_related("taken_by"):
        value.target = found[value.target_id].target
        found[value.target_id].values.append(value)
    if brief:
        return found
    reviews = TargetReview.objects.filter(target__in=ids).select_related("settled_by", "written_by")
    values = {value.review_id: value for one in found.values() for value in one.values if value.review_id}
    for review in reviews:
        if review.pk in values:
            review.value = values[review.pk]
        else:
            review._state.fields_cache["value"] = None
        if review.settled_on:
            found[review.target_id].settled.append(review)
        else:
            found[review.target_id].review = review
    for pk, count in _same_words(targets).items():
        found[pk].same_elsewhere = count
    for pk in _typed_again(targets):
        found[pk].typed_again = True
    return found


def _same_words(targets: list[Target]) -> dict[int, int]:
    """{target id: how many other pupils of the school have a target of the same words in an open plan}. One query."""
    marks = {target.wording for target in targets if target.wording and not target.cohort_id}
    if not marks:
        return {}
    school = targets[0].outcome.plan.pupil.school_id
    rows = (
        Target.objects.current()
        .filter(wording__in=marks, outcome__plan__closed_on=None, outcome__plan__pupil__school=school)
        .filter(outcome__plan__is_confidential=False)
        .values_list("wording", "outcome__plan__pupil")
        .distinct()
    )
    by_mark = defaultdict(set)
    for wording, pupil in rows:
        by_mark[wording].add(pupil)
    return {
        target.pk: len(by_mark[target.wording] - {target.outcome.plan.pupil_id})
        for target in targets
        if target.wording and not target.cohort_id
    }


def _typed_again(targets: list[Target]) -> set[int]:
    """Ids of targets that were not carried on, though an earlier plan of the child has one of the same words."""
    anew = [target for target in targets if target.wording and not target.carried_from_id and not target.cohort_id]
    if not anew:
        return set()
    rows = (
        Target.objects.filter(wording__in={target.wording for target in anew}, outcome__removed_on=None)
        .filter(outcome__plan__pupil__in={target.outcome.plan.pupil_id for target in anew})
        .filter(outcome__plan__is_confidential=False)
        .exclude(outcome__plan__ending=SupportPlan.Ending.MISTAKE)
        .values_list("wording", "outcome__plan__pupil", "outcome__plan__starts_on", "outcome__plan")
    )
    earlier = defaultdict(set)
    for wording, pupil, starts_on, plan in rows:
        earlier[wording, pupil].add((starts_on, plan))
    return {
        target.pk
        for target in anew
        for plan in (target.outcome.plan,)
        if any(one < (plan.starts_on, plan.pk) for one in earlier[target.wording, plan.pupil_id])
    }


# --- One plan ----------------------------------------------------------------------------------------------------
@dataclass
class OutcomeShown:
    outcome: SupportOutcome
    targets: list[TargetShown]


@dataclass
class PlanShown:
    """Everything of one plan. `series` are all cycles, newest first, this one among them."""

    plan: SupportPlan
    sections: list[tuple[str, str, str]]
    outcomes: list[OutcomeShown]
    ended: list[TargetShown]
    strategies: list[PlanStrategy]
    ended_strategies: list[PlanStrategy]
    notes: list[PlanNote]
    voices: list[PlanVoice]
    series: list[SupportPlan]

    @property
    def targets(self) -> list[TargetShown]:
        return [one for outcome in self.outcomes for one in outcome.targets]

    @property
    def of_the_child(self) -> list[PlanVoice]:
        return [voice for voice in self.voices if voice.is_childs]

    @property
    def of_parents(self) -> list[PlanVoice]:
        return [voice for voice in self.voices if not voice.is_childs]

    @property
    def parents_differ(self) -> bool:
        """Whether more than one parent has said something at the same stage: shown side by side, for a person to see
        whether they agree."""
        stages = Counter(voice.stage for voice in self.of_parents)
        return any(count > 1 for count in stages.values())

    @property
    def gaps(self) -> list[tuple[Target, list[str]]]:
        return [(one.target, one.gaps) for one in self.targets if one.gaps]

    @property
    def copied(self) -> list[TargetShown]:
        return [one for one in self.targets if one.same_elsewhere or one.typed_again]

    @property
    def repeated(self) -> list[PlanStrategy]:
        """Strategies that stand a second time unchanged."""
        return [strategy for strategy in self.strategies if strategy.times > 1]


def plan_shown(plan: SupportPlan, acting: Acting | None = None) -> PlanShown:
    """A constant number of queries: ten. The series holds what `acting` may open; without one this cycle alone."""
    outcomes = list(plan.outcomes.filter(removed_on=None))
    targets = list(Target.objects.filter(outcome__in=outcomes).select_related("outcome", "cohort"))
    for outcome in outcomes:
        outcome.plan = plan
    by_id = {outcome.pk: outcome for outcome in outcomes}
    for target in targets:
        target.outcome = by_id[target.outcome_id]
    found = shown_targets(targets)
    strategies = list(plan.strategies.select_related("added_by", "note", "target"))
    words = plan.assessed
    return PlanShown(
        plan=plan,
        sections=[(part["title"], words.get(part["code"], ""), part.get("hint", "")) for part in plan.kind.sections],
        outcomes=[
            OutcomeShown(
                outcome,
                [found[one.pk] for one in targets if one.outcome_id == outcome.pk and not one.ended_on],
            )
            for outcome in outcomes
        ],
        ended=[found[one.pk] for one in targets if one.ended_on],
        strategies=[one for one in strategies if not one.ended_on],
        ended_strategies=[one for one in strategies if one.ended_on],
        notes=list(plan.notes.filter(removed_on=None).select_related("added_by", "target")),
        voices=list(plan.voices.filter(removed_on=None).select_related("contact", "taken_by")),
        series=series_of(plan, acting) if acting else [plan],
    )


def series_of(plan: SupportPlan, acting: Acting) -> list[SupportPlan]:
    """Every cycle of this kind for this child that this person may open, newest first, but mistakes. One query."""
    rows = SupportPlan.objects.visible_to(acting).filter(
        pupil=plan.pupil_id, kind__code=plan.kind.code, kind__school=plan.kind.school_id
    )
    rows = rows.exclude(ending=SupportPlan.Ending.MISTAKE)
    return list(rows.select_related("lead").order_by("-starts_on", "-pk"))


def outcome_counts(plans: Iterable[SupportPlan]) -> dict[int, dict[str, int]]:
    """{plan id: {judgement: how many targets}} of what was settled. One query."""
    rows = TargetReview.objects.filter(target__outcome__plan__in=plans, settled_on__isnull=False).values_list(
        "target__outcome__plan", "judgement"
    )
    found: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(Judgement.values, 0))
    for plan, judgement in rows:
        found[plan][judgement or Judgement.NOT_KNOWN] += 1
    return dict(found)  # a template that asks a defaultdict for its items makes one


def plans_of_pupil(acting: Acting, pupil: Pupil) -> list[SupportPlan]:
    """All cycles that this person may open, open ones first, with `judged`, and the open with `shown_now`."""
    rows = SupportPlan.objects.visible_to(acting).filter(pupil=pupil).exclude(ending=SupportPlan.Ending.MISTAKE)
    rows = rows.order_by(F("closed_on").desc(nulls_first=True), "-starts_on", "-pk")
    plans: list[Any] = list(rows.select_related("kind", "lead"))
    counts = outcome_counts(plans)
    for plan in plans:
        plan.pupil, plan.judged = pupil, counts.get(plan.pk)
    with_targets(plan for plan in plans if plan.is_open)
    return plans


def cycles_of(pupil: Pupil) -> list[PlanShown]:
    """Every cycle of this child as it stands, oldest first, for papers that leave the school: none that is
    confidential, and none that was a mistake."""
    plans = SupportPlan.objects.filter(pupil=pupil, is_confidential=False).exclude(ending=SupportPlan.Ending.MISTAKE)
    return [
        plan_shown(plan) for plan in plans.select_related("pupil__school", "kind", "lead").order_by("starts_on", "pk")
    ]


def cycles_since(pupil: Pupil, day: date | None) -> list[PlanShown]:
    """Cycles that are open or were closed since a day, oldest first, for papers that leave the school."""
    return [
        shown
        for shown in cycles_of(pupil)
        if shown.plan.closed_on is None or day is None or shown.plan.closed_on >= day
    ]


# --- The review grid ---------------------------------------------------------------------------------------------
@dataclass
class GridPlan:
    """One pupil's plan in the grid: a row for each target, then the note, the child's words and the parents'."""

    plan: SupportPlan
    rows: list[TargetShown]
    voices: dict[int | None, PlanVoice]
    parents: list[Contact]
    comments: list[PlanNote]
    parent_names: dict[int, str] = field(default_factory=dict)
    may_lead: bool = False

    @property
    def child_says(self) -> str:
        voice = self.voices.get(None)
        return voice.words if voice else ""

    @property
    def child_label(self) -> str:
        return f"{self.plan.pupil.forename} says"

    @property
    def parent_cells(self) -> list[tuple[str, str, str]]:
        """(label, field, words) of each parent."""
        return [
            (
                f"{self.parent_names.get(one.pk, 'A parent')} says",
                f"parent-{one.pk}",
                self.voices[one.pk].words if one.pk in self.voices else "",
            )
            for one in self.parents
            if one.has_parental_responsibility or one.pk in self.voices
        ]

    @property
    def missing(self) -> int:
        """How many rows say nothing yet of what happens next."""
        return sum(row.review is None or not row.review.next_step for row in self.rows)


def grid(plans: QuerySet[SupportPlan]) -> list[GridPlan]:
    """A constant number of queries, however many plans and targets: nine."""
    found = list(plans.order_by("pupil__sort_name", "pupil_id", "pk"))
    ids = [plan.pk for plan in found]
    by_id = {plan.pk: plan for plan in found}
    outcomes = {row.pk: row for row in SupportOutcome.objects.filter(plan__in=ids, removed_on=None)}
    for outcome in outcomes.values():
        outcome.plan = by_id[outcome.plan_id]
    targets = list(
        Target.objects.filter(outcome__in=list(outcomes), ended_on=None).order_by("outcome__number", "number")
    )
    for target in targets:
        target.outcome = outcomes[target.outcome_id]
    shown = shown_targets(targets)
    voices: dict[int, dict[int | None, PlanVoice]] = defaultdict(dict)
    parents: dict[int, list[Contact]] = defaultdict(list)
    comments: dict[int, list[PlanNote]] = defaultdict(list)
    for voice in PlanVoice.objects.filter(plan__in=ids, stage=PlanVoice.Stage.REVIEW, removed_on=None):
        voices[voice.plan_id][voice.contact_id] = voice
    for contact in Contact.objects.filter(
        pupil__in=[plan.pupil_id for plan in found], ended_on=None, do_not_contact=False
    ):
        parents[contact.pupil_id].append(contact)
    notes = PlanNote.objects.filter(plan__in=ids, kind=PlanNote.Kind.COMMENT, removed_on=None)
    for note in notes.select_related("added_by"):
        comments[note.plan_id].append(note)
    return [
        GridPlan(
            plan=plan,
            rows=[shown[target.pk] for target in targets if target.outcome.plan_id == plan.pk],
            voices=voices[plan.pk],
            parents=parents[plan.pupil_id],
            comments=comments[plan.pk],
        )
        for plan in found
    ]


CHOICES = {
    "judgement": Judgement.choices,
    "next_step": NextStep.choices,
    "carry_reason": CarryReason.choices,
}


def classes_with_plans(acting: Acting) -> list[tuple[TeachingGroup | None, int]]:
    """The classes of pupils in view that have an open plan, with how many; those without a class last. Two queries."""
    counts: Counter[int | None] = Counter(
        SupportPlan.objects.visible_to(acting)
        .open()
        .filter(pupil__left_on=None)
        .order_by()
        .values_list("pupil__form_group", flat=True)
    )
    groups = TeachingGroup.objects.filter(pk__in=[pk for pk in counts if pk]).order_by("name", "pk")
    found: list[tuple[TeachingGroup | None, int]] = [(group, counts[group.pk]) for group in groups]
    return [*found, (None, counts[None])] if counts.get(None) else found


# --- Lists -------------------------------------------------------------------------------------------------------
def open_plans(acting: Acting) -> QuerySet[SupportPlan]:
    """Open plans of pupils on roll, the next review first."""
    return plans_in_view(acting).open().filter(pupil__left_on=None).order_by("review_on", "pupil__sort_name", "pk")


def plans_of_own_pupils(acting: Acting) -> QuerySet[SupportPlan]:
    """Open plans of the pupils whom this person teaches, tutors or supports, in a class, a set or alone."""
    groups = GroupStaff.objects.filter(current_on(timezone.localdate()), user=acting.user, group__is_archived=False)
    placed = GroupPlace.objects.current().filter(group__in=groups.values("group"))
    supported = PupilSupport.objects.current().filter(user=acting.user)
    own = Q(pupil__form_group__in=groups.values("group")) | Q(pupil__key_worker=acting.user)
    own |= Q(pupil__in=placed.values("pupil")) | Q(pupil__in=supported.values("pupil"))
    return open_plans(acting).filter(own)


def with_targets(plans: Iterable[Any]) -> list[Any]:
    """Open plans, each with `shown_now`: its targets in brief. Two queries with targets, one without."""
    found = {plan.pk: plan for plan in plans}
    current = Target.objects.current().filter(outcome__plan__in=found)
    targets = list(current.select_related("outcome").order_by("outcome__number", "number"))
    for plan in found.values():
        plan.shown_now = []
    for target in targets:
        target.outcome.plan = found[target.outcome.plan_id]
    shown = shown_targets(targets, brief=True) if targets else {}
    for target in targets:
        found[target.outcome.plan_id].shown_now.append(shown[target.pk])
    return list(found.values())


def without_plan(acting: Acting) -> QuerySet[Pupil]:
    """Pupils on SEN Support who have no open plan of any kind, whoever may open it: a plan that this person may not
    see is a plan."""
    open_entry = RegisterEntry.objects.filter(pupil=OuterRef("pk"), ends_on=None, code=Code.SUPPORT)
    planned = SupportPlan.objects.filter(pupil=OuterRef("pk"), closed_on=None)
    return (
        Pupil.objects.visible_to(acting)
        .filter(Exists(open_entry), left_on=None)
        .exclude(Exists(planned))
        .select_related("form_group")
        .order_by("sort_name", "pk")
    )


def of_leavers(acting: Acting) -> QuerySet[SupportPlan]:
    """Cycles that were open when the child left: to be closed with what was reached, or handed on."""
    return plans_in_view(acting).open().filter(pupil__left_on__isnull=False).order_by("-pupil__left_on", "pk")


def to_write(acting: Acting, today: date) -> list[WindowClass]:
    """The classes whose reviews this person is asked for, in windows that are open or late."""
    rows = WindowClass.objects.visible_to(acting).filter(owner=acting.user, done_on=None, window__opens_on__lte=today)
    return list(rows.select_related("window", "group").order_by("window__due_on", "pk"))


def with_plans(pupils: list[Any], acting: Acting) -> list[Any]:
    """Give each pupil `plan`: the open plan that is reviewed next, if this person may open one. One query."""
    found = SupportPlan.objects.visible_to(acting).open().filter(pupil__in=[pupil.pk for pupil in pupils])
    by_pupil: dict[int, SupportPlan] = {}
    for plan in found.select_related("kind").order_by("review_on", "pk"):
        by_pupil.setdefault(plan.pupil_id, plan)
    for pupil in pupils:
        pupil.plan = by_pupil.get(pupil.pk)
    return pupils


def windows(acting: Acting) -> QuerySet[ReviewWindow]:
    classes = WindowClass.objects.select_related("group", "owner", "done_by")
    return ReviewWindow.objects.visible_to(acting).prefetch_related(Prefetch("classes", queryset=classes))


@dataclass
class CohortShown:
    cohort: CohortTarget
    targets: list[TargetShown]

    @property
    def reached(self) -> int:
        return sum(one.reached is True for one in self.targets)

    @property
    def measured(self) -> int:
        return sum(one.last is not None for one in self.targets)


def cohorts_shown(acting: Acting, cohorts: list[CohortTarget]) -> list[CohortShown]:
    """The pupils of each cohort whom this person sees, with where each stands: once each, in the newest cycle that has
    the target. Four queries, however many there are."""
    targets = (
        Target.objects.visible_to(acting)
        .filter(cohort__in=cohorts, outcome__removed_on=None)
        .exclude(outcome__plan__ending=SupportPlan.Ending.MISTAKE)
        .select_related("outcome__plan__pupil__form_group")
        .order_by("outcome__plan__pupil__sort_name", "outcome__plan__pupil", "-outcome__plan__starts_on", "-pk")
    )
    newest: dict[tuple[int | None, int], Target] = {}
    for target in targets:
        newest.setdefault((target.cohort_id, target.plan.pupil_id), target)
    shown = shown_targets(list(newest.values()))
    return [
        CohortShown(cohort, [shown[target.pk] for (pk, _), target in newest.items() if pk == cohort.pk])
        for cohort in cohorts
    ]
