"""What is next in the case behind a date, for lists that show dates of many cases: one query for each kind."""

from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from sendco.due.models import DueItem
from sendco.due.pages import Step
from staff.acting import Acting
from staff.permissions import Permission

from .models import AnnualReview, Consultation, ReviewReport
from .reviews.selectors.reviews import NEXT_AFTER, WAITS


def _ids(items: list[DueItem]) -> set[int]:
    return {item.source_id for item in items}


def of_papers(acting: Acting, items: list[DueItem]) -> dict[int, Step]:
    """Papers are put together before they go."""
    rows = AnnualReview.objects.filter(pk__in=_ids(items), pack_file_id__isnull=False)
    drawn = set(rows.values_list("pk", flat=True))
    return {
        item.pk: Step("Prepare the papers", "ehcp:review-papers", (item.source_id,))
        for item in items
        if item.source_id not in drawn
    }


def of_report(acting: Acting, items: list[DueItem]) -> dict[int, Step]:
    """A report is written up, made, approved and sent; the row says which of these is next."""
    newest = ReviewReport.objects.filter(review=OuterRef("pk")).order_by("-made_at", "-pk")
    rows = AnnualReview.objects.filter(pk__in=_ids(items)).values_list(
        "pk", "recommendation", "approved_at", Subquery(newest.values("pdf_id")[:1])
    )
    steps = {}
    for pk, recommendation, approved_at, pdf in rows:
        if approved_at:
            steps[pk] = Step("Record that it went", "ehcp:review-report-sent", (pk,))
        elif pdf and recommendation:
            # There it says whether the record has changed since, and only what has not is approved.
            steps[pk] = Step("Read the report", "ehcp:review-report", (pk,))
        elif recommendation:
            steps[pk] = Step("Make the report", "ehcp:review-report", (pk,))
        else:
            steps[pk] = Step("Write up the meeting", "ehcp:review-meeting", (pk,))
    return {item.pk: steps[item.source_id] for item in items if item.source_id in steps}


def of_plan(acting: Acting, items: list[DueItem]) -> dict[int, Step]:
    """A review that is being prepared, or waits for the authority, is gone on with, not begun a second time."""
    since = timezone.localdate() - NEXT_AFTER
    under_way = Q(closed_on=None, held_on=None) | WAITS & Q(closed_on=None, held_on__gt=since)
    rows = AnnualReview.objects.filter(under_way, plan__in=_ids(items))
    begun = dict(rows.order_by(F("held_on").desc(nulls_last=True)).values_list("plan", "pk"))
    return {
        item.pk: Step("Open the review", "ehcp:review-detail", (begun[item.source_id],))
        for item in items
        if item.source_id in begun
    }


def of_consultation(acting: Acting, items: list[DueItem]) -> dict[int, Step]:
    """A reply is written, approved and sent."""
    rows = Consultation.objects.filter(pk__in=_ids(items)).values_list("pk", "reply", "ready_at", "approved_at")
    may_approve = acting.can(Permission.CASE_APPROVE)
    steps = {}
    for pk, reply, ready_at, approved_at in rows:
        if approved_at:
            steps[pk] = Step("Send the reply", "ehcp:consultation-detail", (pk,))
        elif ready_at:
            approve = Step("Approve the reply", "ehcp:consultation-approve", (pk,))
            steps[pk] = approve if may_approve else Step("Open the reply", "ehcp:consultation-detail", (pk,))
        elif reply:
            steps[pk] = Step("Continue the reply", "ehcp:consultation-detail", (pk,))
    return {item.pk: steps[item.source_id] for item in items if item.source_id in steps}
