"""Plans as pages show them: which version counts, what is vague, what is missing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone

from pupils import search
from pupils.models import Contact, Pupil, RegisterEntry
from pupils.models.pupil import YEAR_ORDER, YearGroup
from pupils.models.register import Code
from sendco.due.models import DueItem
from staff.acting import Acting

from ...models import AnnualReview, Plan, PlanVersion, ProvisionLine
from .. import vague
from .versions import latest_ids

SOURCE = Plan._meta.label_lower
TRANSFER_MEETING = "transfer.meeting"
TRANSFER_RULES = ("transfer.amend", "transfer.post16_move")
REVIEW_RULES = ("review.due", "review.early_years", "move.review")


def versions_of(acting: Acting) -> QuerySet[PlanVersion]:
    """Every version of the plans this person may see."""
    return PlanVersion.objects.filter(plan__in=Plan.objects.visible_to(acting)).select_related(
        "plan__pupil__form_group", "plan__authority", "plan__school"
    )


# --- Vague lines -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Checked:
    """A line of provision with what could be challenged in it."""

    line: ProvisionLine
    findings: list

    @property
    def is_vague(self) -> bool:
        return bool(self.findings)

    @property
    def short(self) -> str:
        """What is vague in one line: “Access to”, “as needed”. No amount, no frequency."""
        quoted = ", ".join(f"“{finding.words}”" for finding in self.findings if finding.words)
        lacks = ", ".join(vague.MISSING[finding.kind] for finding in self.findings if not finding.words)
        return ". ".join(part for part in (quoted, lacks and lacks[0].upper() + lacks[1:]) if part)


def checked_lines(version: PlanVersion | None) -> list[Checked]:
    """The lines of a version in their order, each with its findings. One query."""
    if version is None:
        return []
    return [Checked(line, vague.of_line(line)) for line in version.lines.select_related("outcome")]


def vague_lines_by_plan(plan_ids: Iterable[int]) -> dict[int, list[Checked]]:
    """{plan id: [Checked]} of the vague lines in the versions that count. Two queries."""
    versions = {pk: plan_id for plan_id, pk in latest_ids(plan_ids).items()}
    by_plan = defaultdict(list)
    for line in ProvisionLine.objects.filter(plan_version__in=versions):
        findings = vague.of_line(line)
        if findings:
            by_plan[versions[line.plan_version_id]].append(Checked(line, findings))
    return dict(by_plan)


# --- The list ----------------------------------------------------------------------------------------------------
def plans_of(acting: Acting) -> QuerySet[Plan]:
    """The plans in view with what the list shows of each: the review under way and the next date."""
    dates = DueItem.objects.filter(source_type=SOURCE, source_id=OuterRef("pk")).open()
    next_review = dates.filter(rule__in=REVIEW_RULES).order_by("due_on", "pk").values("due_on")[:1]
    open_review = AnnualReview.objects.filter(plan=OuterRef("pk"), closed_on=None)
    late = DueItem.objects.filter(source_type=AnnualReview._meta.label_lower).overdue(timezone.localdate())
    on_e = RegisterEntry.objects.filter(pupil=OuterRef("pupil"), ends_on=None, code=Code.PLAN)
    return (
        Plan.objects.visible_to(acting)
        .select_related("pupil__form_group", "authority", "caseworker")
        .annotate(
            review_by=Subquery(next_review),
            open_review=Subquery(open_review.order_by("-began_on", "-pk").values("pk")[:1]),
            is_late=Exists(late.filter(source_id=OuterRef("open_review"))),
            is_draft=Q(made_on=None) & ~Exists(on_e),
        )
        .order_by("pupil__sort_name", "pk")
    )


def filtered(plans: QuerySet[Plan], values: dict[str, Any], acting: Acting, today: date) -> QuerySet[Plan]:
    """Narrow the list by the form's cleaned values."""
    show = values.get("show") or "now"
    narrowing = {
        "now": Q(ceased_on=None, pupil__left_on=None),
        "left": Q(ceased_on=None, pupil__left_on__isnull=False),
        "ceased": Q(ceased_on__isnull=False),
        "all": Q(),
    }
    plans = plans.filter(narrowing[show])
    if values.get("authority"):
        plans = plans.filter(authority=values["authority"])
    if values.get("year"):
        plans = plans.filter(pupil__year_group__in=values["year"])
    if values.get("review"):
        plans = plans.filter(_by_review(values["review"], today))
    for gap in values.get("gap") or []:
        plans = _by_gap(plans, gap)
    if values.get("q"):
        plans = plans.filter(pupil__in=search.matches(Pupil.objects.all(), acting, values["q"]).values("pk"))
    return plans


def _by_review(state: str, today: date) -> Q:
    return {
        "open": Q(open_review__isnull=False),
        "none": Q(open_review=None),
        "late": Q(review_by__lt=today),
    }[state]


def _by_gap(plans: QuerySet[Plan], gap: str) -> QuerySet[Plan]:
    if gap == "date":
        return plans.filter(made_on=None)
    if gap == "worker":
        return plans.filter(caseworker=None)
    if gap == "words":
        return plans.exclude(pk__in=latest_ids(plans.values("pk")))
    if gap == "vague":
        return plans.filter(pk__in=vague_lines_by_plan(list(plans.values_list("pk", flat=True))))
    due = DueItem.objects.filter(source_type=SOURCE, rule__in=TRANSFER_RULES).open()
    return plans.filter(pk__in=due.values("source_id"))


# --- One plan ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Gap:
    """Something a plan's record lacks: what, and where to mend it."""

    words: str
    route: str
    pk: int


def gaps_of(plan: Plan, version: PlanVersion | None) -> list[Gap]:
    """What is missing, in words, most important first."""
    gaps = []
    if plan.made_on is None:
        on_e = RegisterEntry.objects.filter(pupil=plan.pupil_id, ends_on=None, code=Code.PLAN).exists()
        lack = "The date of the plan is not known" if on_e else "Draft: the final plan is not issued yet"
        gaps.append(Gap(lack, "ehcp:plan-issue", plan.pk))
    if version is None:
        gaps.append(Gap("The plan's words are not here: read its PDF, or type a version", "ehcp:plan-read", plan.pk))
    if plan.caseworker_id is None:
        gaps.append(Gap("No caseworker is named", "ehcp:plan-caseworker", plan.pk))
    return gaps


def copies_go_to(plan: Plan) -> QuerySet[Contact]:
    """The adults who get a copy of what is sent: those with parental responsibility, in however many homes."""
    contacts = Contact.objects.filter(pupil=plan.pupil, ended_on=None, has_parental_responsibility=True)
    return contacts.order_by("do_not_contact", "name", "pk")


# --- Phase transfer ----------------------------------------------------------------------------------------------
@dataclass
class Transfer:
    plan: Plan
    item: DueItem
    meeting: DueItem | None
    review: AnnualReview | None
    next_setting: str


def transfers_of(acting: Acting) -> list[tuple[str, list[Transfer]]]:
    """Everybody whose plan must name the next setting, by year group: {year group: [Transfer]}. Five queries."""
    due = DueItem.objects.filter(source_type=SOURCE, rule__in=TRANSFER_RULES, school_id=acting.school.pk)
    items = {item.source_id: item for item in due.filter(closed_on=None).order_by("-due_on", "-pk")}
    meetings = DueItem.objects.filter(source_type=SOURCE, rule=TRANSFER_MEETING, school_id=acting.school.pk).open()
    meeting_of = {item.source_id: item for item in meetings.order_by("-due_on", "-pk")}
    reviews = AnnualReview.objects.filter(kind=AnnualReview.Kind.TRANSFER).order_by("began_on", "pk")
    plans = (
        Plan.objects.visible_to(acting)
        .filter(pk__in=items, ceased_on=None, pupil__left_on=None)
        .select_related("pupil__form_group", "authority")
        .prefetch_related(Prefetch("reviews", queryset=reviews, to_attr="transfer_reviews"))
    )
    by_year = defaultdict(list)
    for plan in plans:
        review = plan.transfer_reviews[-1] if plan.transfer_reviews else None
        named = plan.named_school if plan.names != Plan.Names.HERE else ""
        by_year[plan.pupil.year_group].append(Transfer(plan, items[plan.pk], meeting_of.get(plan.pk), review, named))
    order = sorted(by_year, key=lambda year: YEAR_ORDER.get(year, 99))
    for rows in by_year.values():
        rows.sort(key=lambda row: (row.item.due_on, row.plan.pupil.sort_name, row.plan.pk))
    return [(YearGroup(year).label if year else "No year group", by_year[year]) for year in order]
