"""Reads about equipment: who has what, and what has to be checked."""

from django.db.models import Prefetch, QuerySet, Sum

from staff.acting import Acting

from ..models import Equipment, EquipmentCheck, EquipmentLoan, Pupil


def for_list(acting: Acting) -> QuerySet[Equipment]:
    """With `loan_now` (the open loan, or nobody) and `checks_open`. Two queries more."""
    loans = EquipmentLoan.objects.filter(ends_on=None).select_related("pupil")
    checks = EquipmentCheck.objects.filter(done_on=None, ended_on=None).order_by("due_on", "pk")
    return Equipment.objects.visible_to(acting).prefetch_related(
        Prefetch("loans", queryset=loans, to_attr="loan_now"),
        Prefetch("checks", queryset=checks, to_attr="checks_open"),
    )


def failed(things: list[int]) -> set[int]:
    """Of these things those whose last check of a kind failed: not to be used. A check that was ended says nothing. One
    query."""
    last: dict[tuple[int, str], bool] = {}
    rows = EquipmentCheck.objects.filter(equipment__in=things).order_by("pk")
    for thing, kind, done_on, ended_on, has_failed in rows.values_list(
        "equipment", "kind", "done_on", "ended_on", "has_failed"
    ):
        if done_on or ended_on:
            last[thing, kind] = bool(done_on and has_failed)
    return {thing for (thing, _), has_failed in last.items() if has_failed}


def pupils_in_view(acting: Acting, loans: list[EquipmentLoan]) -> set[int]:
    """The ids of those pupils with a loan whom this person may know. One query."""
    ids = {loan.pupil_id for loan in loans if loan.pupil_id}
    return set(Pupil.objects.visible_to(acting).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()


def cost_of(acting: Acting) -> object:
    """Pounds of everything in use, as bought; None where no cost is entered."""
    return Equipment.objects.visible_to(acting).filter(outcome="").aggregate(pounds=Sum("cost"))["pounds"]
