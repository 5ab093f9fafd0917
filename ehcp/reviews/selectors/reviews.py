"""Reviews as pages show them: where each stands, what comes next, who has said what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from pupils import search
from pupils.models import Contact, Pupil
from sendco.clock import SchoolCalendar
from sendco.due.models import DueItem
from staff.acting import Acting
from staff.selectors import school_calendar

from ...cases.steps import Stage, last_begun
from ...deadlines import reviews as rules
from ...models import AnnualReview, Invitee, Plan, Recommendation, ReviewReport
from ...plans.selectors.plans import REVIEW_RULES, TRANSFER_MEETING, TRANSFER_RULES
from .. import steps
from ..steps import STAGES
from . import answers

SOURCE = AnnualReview._meta.label_lower
PLANS = Plan._meta.label_lower
# How long before it is due a review is listed as coming: a term; a transfer, the two terms in which it is prepared.
COMING, TRANSFER_COMING = timedelta(weeks=12), timedelta(weeks=30)
# Nobody is written to again about the same thing within this.
WRITTEN_LATELY = timedelta(days=14)
# The date of the plan that a review meets was due no longer than this before it began.
DUE_BEFORE = timedelta(days=60)
Role = Invitee.Role
DRAWN = ReviewReport.objects.filter(review=OuterRef("pk"), pdf_id__isnull=False)
UNSIGNED = Q(held_on__isnull=False, approved_at=None, report_sent_on=None)
# The report lies before the head: it is drawn, it recommends something, and the plan is still this school's.
WITH_HEAD = UNSIGNED & Q(Exists(DRAWN), pupil__left_on=None, plan__ceased_on=None) & ~Q(recommendation="")
IS_WITH_HEAD = Case(When(WITH_HEAD, then=Value(True)), default=Value(False))


# A plan of which a review is being prepared: begun, and neither held nor closed.
BEING_PREPARED = Q(Exists(AnnualReview.objects.filter(plan=OuterRef("pk"), closed_on=None, held_on=None)))
# Held, and the authority has not finished.
WAITS = Q(held_on__isnull=False, final_on=None, not_amending_on=None, decision__in=("", Recommendation.AMEND))
# Where the authority stays silent for so long after a meeting, the next review is to be begun.
NEXT_AFTER = timedelta(weeks=39)


def under_way(plan: Plan, *, beside: bool) -> AnnualReview | None:
    """The review of this plan that is open, one in preparation before one that waits for the authority; `beside`: only
    the former, which stands in the way of another."""
    rows = plan.reviews.filter(closed_on=None).order_by(F("held_on").asc(nulls_first=True), "-pk")
    return (rows.filter(held_on=None) if beside else rows).first()


def in_stage(code: str) -> Q:
    """Open reviews that stand in this stage of STAGES."""
    stage = next(stage for stage in STAGES if stage.code == code)
    later = {other.since for other in STAGES[STAGES.index(stage) :]} - {stage.since}
    begun = Q(**{f"{stage.since}__isnull": False}) if stage.since else Q()
    reached = begun & Q(closed_on=None, **{f"{field}__isnull": True for field in later})
    if stage.since != "held_on":
        return reached
    return reached & (WITH_HEAD if code == steps.WITH_HEAD else ~WITH_HEAD)


def stage_of(review: Any) -> Stage:
    """The last stage that has begun. Of an open review that was read here, with `is_with_head`."""
    stages = STAGES if review.is_with_head else [stage for stage in STAGES if stage.code != steps.WITH_HEAD]
    return last_begun(stages, review)


def stage_words(review: AnnualReview) -> str:
    if not review.closed_on:
        return str(stage_of(review).label)
    waits = ". The LA has not finished" if review.waits_for_authority else ""
    return f"Closed: {review.close_reason}{waits}"


# --- The list ----------------------------------------------------------------------------------------------------
def reviews_of(acting: Acting) -> QuerySet[AnnualReview]:
    """Every review in view with its next date and whether one is late. The joins and dates come in one query."""
    dates = DueItem.objects.filter(source_type=SOURCE, source_id=OuterRef("pk")).open()
    first = dates.order_by("due_on", "pk")
    return (
        AnnualReview.objects.visible_to(acting)
        .select_related("pupil__form_group", "plan__authority", "organiser")
        .annotate(
            next_on=Subquery(first.values("due_on")[:1]),
            next_title=Coalesce(Subquery(first.values("title")[:1], output_field=CharField()), Value("")),
            next_duty=Coalesce(Subquery(first.values("duty")[:1], output_field=CharField()), Value("")),
            is_with_head=IS_WITH_HEAD,
            is_late=Exists(dates.filter(due_on__lt=timezone.localdate(), exception="")),
        )
        .order_by("closed_on", "next_on", "-began_on", "pk")
    )


def filtered(reviews: QuerySet[Any], values: Mapping[str, Any], acting: Acting) -> QuerySet[AnnualReview]:
    """Narrow by the form's cleaned values; without any, the open ones."""
    show = values.get("show") or "open"
    if show != "all":
        is_open = Q(closed_on=None) | WAITS & Q(plan__ceased_on=None, pupil__left_on=None)
        reviews = reviews.filter(is_open if show == "open" else ~is_open)
    if values.get("stage"):
        reviews = reviews.filter(in_stage(values["stage"]))
    if values.get("year"):
        reviews = reviews.filter(pupil__year_group__in=values["year"])
    if values.get("authority"):
        reviews = reviews.filter(plan__authority=values["authority"])
    if values.get("kind"):
        reviews = reviews.filter(kind=values["kind"])
    if values.get("late"):
        reviews = reviews.filter(is_late=True)
    if values.get("q"):
        reviews = reviews.filter(pupil__in=search.matches(Pupil.objects.all(), acting, values["q"]).values("pk"))
    return reviews


def coming(acting: Acting, *, today: date) -> QuerySet[Plan]:
    """Plans whose review, or transfer review, is due within 12 weeks, or should have been, and none is open: nearest
    first, as `due_by`. One query.
    """
    due = DueItem.objects.filter(source_type=PLANS, source_id=OuterRef("pk")).open()
    review = due.filter(rule__in=REVIEW_RULES).order_by("due_on", "pk")
    transfer = due.filter(rule__in=TRANSFER_RULES, due_on__lte=today + TRANSFER_COMING)
    of_plan = AnnualReview.objects.filter(plan=OuterRef("pk"))
    under_way = of_plan.filter(Q(closed_on=None, held_on=None) | WAITS & Q(held_on__gt=today - NEXT_AFTER))
    return (
        Plan.objects.visible_to(acting)
        .filter(ceased_on=None, pupil__left_on=None)
        .annotate(
            review_by=Subquery(review.values("due_on")[:1]),
            transfer_by=Subquery(due.filter(rule=TRANSFER_MEETING).order_by("due_on").values("due_on")[:1]),
            transfers=Exists(transfer),
            due_by=Least(Coalesce("review_by", "transfer_by"), Coalesce("transfer_by", "review_by")),
        )
        .filter(~Exists(under_way), due_by__lte=today + COMING)
        .select_related("pupil__form_group", "authority")
        .order_by("due_by", "pk")
    )


def asks_for_transfer(plan: Plan, *, today: date) -> bool:
    """Whether the review that comes next is the one before a change of phase."""
    due = DueItem.objects.filter(source_type=PLANS, source_id=plan.pk).open()
    return due.filter(rule=TRANSFER_MEETING, due_on__lte=today + COMING).exists()


def due_dates_of(plan: Plan) -> tuple[date | None, date | None]:
    """(when the review is due, latest day planned for its meeting) of a plan; either may be None."""
    items = DueItem.objects.filter(source_type=PLANS, source_id=plan.pk).open().order_by("due_on")
    by_rule: dict[str, DueItem] = {}
    for item in items:
        by_rule.setdefault(item.rule, item)
    due = next((by_rule[rule] for rule in REVIEW_RULES if rule in by_rule), None)
    meeting = by_rule.get("review.meeting")
    transfer = by_rule.get(TRANSFER_MEETING)
    latest = min((item.due_on for item in (meeting, transfer) if item), default=None)
    return (due.due_on if due else None), latest


# --- One review --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Person:
    """One row of the table of people. `state` is (tone, icon, words) of the contribution."""

    invitee: Invitee
    state: tuple[str, str, str]
    short: bool
    may_write: bool

    @property
    def is_in(self) -> bool:
        return answers.is_sent(self.invitee)


def people_of(review: AnnualReview, *, today: date) -> list[Person]:
    """The people of a review in the order of the list. One query."""
    rows = review.invitees.filter(removed_on=None).select_related("contact", "user", "contribution").order_by("pk")
    latest = rules.latest_notice(review.meeting_on) if review.meeting_on else None
    people = []
    for invitee in rows:
        late = latest is not None and (invitee.invited_on or today) > latest
        may_write = invitee.contact is None or invitee.contact.may_be_written_to
        people.append(Person(invitee, _contribution_state(invitee, review, today), late, may_write))
    return people


def _contribution_state(invitee: Invitee, review: AnnualReview, today: date) -> tuple[str, str, str]:
    if answers.is_held_back(invitee):
        return ("soon", "message-circle", "In: talk first")
    contribution = answers.contribution_of(invitee)
    if contribution is not None and contribution.sent_at is not None:
        on = timezone.localdate(contribution.sent_at)
        late = review.contribute_by is not None and on > review.contribute_by
        return ("soon", "circle-check", "In, late") if late else ("ok", "circle-check", "In")
    if invitee.asked_on is None:
        return ("wait", "minus", "Not asked")
    if review.held_on or (review.contribute_by and today > review.contribute_by):
        return ("late", "alert-octagon", "Missing")
    return ("soon", "clock", "Waiting")


def allowed_contacts(review: AnnualReview) -> QuerySet[Contact]:
    """The child's adults who may be written to and are not on the list yet."""
    contacts = Contact.objects.filter(pupil=review.pupil, ended_on=None, do_not_contact=False)
    listed = review.invitees.filter(removed_on=None).exclude(contact=None).values("contact")
    return contacts.exclude(pk__in=listed).order_by("priority", "name", "pk")


def counts_of(review: AnnualReview) -> dict[str, int]:
    return review.invitees.filter(removed_on=None).aggregate(
        everybody=Count("pk"),
        invited=Count("pk", filter=Q(invited_on__isnull=False)),
        asked=Count("pk", filter=Q(asked_on__isnull=False)),
        sent=Count("pk", filter=Q(contribution__sent_at__isnull=False)),
    )


# --- Beside the steps ------------------------------------------------------------------------------------------------
def late_letter(review: AnnualReview, *, today: date) -> tuple[str, str] | None:
    """(kind of letter, words) when the authority is late with something here; None when it is not."""
    late = DueItem.objects.overdue(today).filter(source_type=SOURCE, source_id=review.pk, duty="la")
    rules = set(late.values_list("rule", flat=True))
    if rules & {"review.final"}:
        return "la_late_amended", "Write to the authority: the final plan is late"
    if rules & {"review.decision", "review.notice"}:
        return "la_late_review", "Write to the authority: it is late"
    return None


def was_written(review: AnnualReview, kind: str, *, today: date) -> bool:
    """Did a letter of this kind go about this review in the last two weeks?"""
    return review.caseletters.filter(kind=kind, dated_on__gte=today - WRITTEN_LATELY).exists()


def plan_dates_of(review: AnnualReview) -> list[DueItem]:
    """The dates of the plan that this review has to meet, for the ruler. One query."""
    items = DueItem.objects.filter(source_type=PLANS, source_id=review.plan_id, rule="review.due")
    since = review.began_on - DUE_BEFORE
    return list(items.filter(due_on__gte=since).order_by("due_on")[:1])


def review_in_view(acting: Acting, pk: int) -> AnnualReview | None:
    """The review with what its pages show, or None."""
    rows = AnnualReview.objects.visible_to(acting).select_related(
        "pupil__form_group", "pupil__key_worker", "plan__authority", "plan__caseworker", "school", "organiser",
        "approved_by", "new_version",
    )  # fmt: skip
    return rows.annotate(is_with_head=IS_WITH_HEAD).filter(pk=pk).first()


def with_head(acting: Acting) -> QuerySet[AnnualReview]:
    """Open reviews whose report waits for the head's approval."""
    return AnnualReview.objects.visible_to(acting).filter(WITH_HEAD, Q(closed_on=None) | WAITS)


def calendar_of(review: AnnualReview) -> SchoolCalendar | None:
    return school_calendar(review.school)
