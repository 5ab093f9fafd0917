"""Consultations as the list and the page show them."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q, QuerySet

from pupils.models import Pupil
from sendco.due.models import DueItem
from staff.acting import Acting

from ..cases.steps import Stage, last_begun
from ..models import Consultation, LocalAuthority
from .steps import STAGES

# The reply is written and handed to the head, who has not signed it.
WITH_HEAD = Q(ready_at__isnull=False, approved_at=None, sent_on=None)


def consultations_of(
    acting: Acting, *, show: str = "open", authority: LocalAuthority | None = None
) -> QuerySet[Consultation]:
    rows = Consultation.objects.visible_to(acting).select_related("authority", "caseworker", "pupil")
    if authority:
        rows = rows.filter(authority=authority)
    if show == "closed":
        return rows.exclude(closed_on=None).order_by("-closed_on", "-pk")
    if show == "all":
        return rows.order_by("-received_on", "-pk")
    rows = rows.filter(closed_on=None)
    if show == "head":
        return rows.filter(WITH_HEAD).order_by("received_on", "pk")
    if show == "sent":
        return rows.exclude(sent_on=None).order_by("-sent_on", "-pk")
    return rows.filter(sent_on=None).order_by("received_on", "pk")


def with_head(acting: Acting) -> QuerySet[Consultation]:
    """Open consultations whose reply waits for the head's approval."""
    return Consultation.objects.visible_to(acting).filter(WITH_HEAD, closed_on=None)


def dues_of(cases: Iterable[Consultation]) -> dict[int, DueItem]:
    """{case id: due item} of the reply. One query."""
    items = DueItem.objects.filter(
        source_type=Consultation._meta.label_lower, source_id__in=[case.pk for case in cases], rule="consultation.reply"
    )
    return {item.source_id: item for item in items}


def stage_of(case: Consultation) -> Stage:
    return last_begun(STAGES, case)


def stage_label(case: Consultation) -> str:
    """Where it stands, in words; why it was closed, where somebody said so."""
    return (case.closed_on and case.close_reason) or str(stage_of(case).label)


def capacity_by_class(acting: Acting) -> list[tuple[str, int, int, int]]:
    """[(class, children, with a plan, on SEN Support)] of the whole school, for the person who writes the reply."""
    rows: Any = (
        Pupil.objects.visible_to(acting)  # type: ignore[no-redef]  # `plans` counts, row by row
        .filter(left_on=None)
        .exclude(form_group=None)
        .values("form_group__name")
        .annotate(
            size=Count("pk", distinct=True),
            plans=Count("pk", distinct=True, filter=Q(register_entries__ends_on=None, register_entries__code="E")),
            support=Count("pk", distinct=True, filter=Q(register_entries__ends_on=None, register_entries__code="K")),
        )
        .order_by("form_group__name")
    )
    return [(row["form_group__name"], row["size"], row["plans"], row["support"]) for row in rows]
