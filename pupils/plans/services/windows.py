"""The weeks in which a school reviews together: opened by date, asked of each class's teacher, chased by the clock."""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from sendco.audit import services as audit
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import GroupStaff, School, User
from staff.models.people import current_on
from staff.owed import bring_up_to_date

from ...models import ReviewWindow, SupportPlan, Target, TargetReview, WindowClass
from ..refusals import WindowReason


def teachers_by_class(school: School) -> dict[int, User]:
    """{class: who teaches it today}; the first by name where there are several."""
    rows = GroupStaff.objects.filter(
        current_on(timezone.localdate()), group__school=school, group__is_archived=False, kind=GroupStaff.Kind.TEACHES
    ).select_related("user")
    found: dict[int, User] = {}
    for row in rows.order_by("user__name", "pk"):
        found.setdefault(row.group_id, row.user)
    return found


@transaction.atomic
def save_window(
    *, window: ReviewWindow, name: str, opens_on: date, due_on: date, version: int, by: User
) -> ReviewWindow:
    """Add or change a window and ask the teacher of each class that has open plans due by its last day.

    Raises Refused where there is nobody to ask.
    """
    if due_on < opens_on:
        raise Refused(WindowReason.DUE_BEFORE_OPENING, field="due_on")
    others = ReviewWindow.objects.filter(school=window.school, name=name, removed_on=None).exclude(pk=window.pk)
    if others.exists():
        raise Refused(WindowReason.NAME_TAKEN, field="name")
    if window.pk:
        window = ReviewWindow.objects.select_for_update(of=("self",)).select_related("school").get(pk=window.pk)
        if window.version != version:
            raise ChangedMeanwhile(window)
        window.version += 1
    window.name, window.opens_on, window.due_on = name, opens_on, due_on
    with audit.saving(window, by=by):
        window.save()
    ask_classes(window, by=by)
    if not window.classes.exists():
        raise Refused(WindowReason.NO_CLASS_LEFT)
    audit.record("window.saved", window, text=f"Review window {name} saved", by=by)
    return window


def plans_of(window: ReviewWindow) -> QuerySet[SupportPlan]:
    """The open plans of pupils on roll that are to be reviewed by the window's last day. Confidential ones have their
    lead and a date of their own: a class is not asked for what its teacher may not open."""
    return SupportPlan.objects.filter(
        pupil__school=window.school_id, pupil__left_on=None, pupil__merged_into=None, closed_on=None,
        is_confidential=False, review_on__lte=window.due_on,
    )  # fmt: skip


def ask_classes(window: ReviewWindow, *, by: User | None) -> int:
    """Ask each class that is not asked yet, and bring the dates of all up to date. Returns how many were new."""
    teachers = teachers_by_class(window.school)
    asked = {row.group_id for row in window.classes.all()}
    groups = set(plans_of(window).values_list("pupil__form_group", flat=True)) - asked
    lead = plans_of(window).select_related("lead").order_by("pk").first()
    for group in sorted(groups, key=lambda pk: pk or 0):
        owner = teachers.get(group) or by or (lead.lead if lead else None)
        if owner is None:
            continue
        row = WindowClass(window=window, group_id=group, owner=owner)
        with audit.saving(row, by=by):
            row.save()
    for row in window.classes.select_related("window__school"):
        bring_up_to_date(row)
    return len(groups)


def ask_open_windows(school: School, day: date) -> int:
    """For the daily run: classes that have come to have plans to review are asked too. Returns how many."""
    windows = ReviewWindow.objects.filter(school=school, removed_on=None, due_on__gte=day).select_related("school")
    return sum(ask_classes(window, by=None) for window in windows)


@transaction.atomic
def remove_window(*, window: ReviewWindow, by: User) -> None:
    """Take a window back. The plans and what was written keep their own dates."""
    row = ReviewWindow.objects.select_for_update(of=("self",)).select_related("school").get(pk=window.pk)
    if row.removed_on:
        return
    row.removed_on, row.version = timezone.localdate(), row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["removed_on", "version"])
    for one in row.classes.select_related("window__school"):
        bring_up_to_date(one)
    audit.record("window.removed", row, text=f"Review window {row.name} removed", by=by)


def unwritten(row: WindowClass) -> int:
    """How many targets of this class have neither a judgement nor a word about them yet. Two queries."""
    plans = plans_of(row.window).filter(pupil__form_group=row.group_id)
    targets = set(Target.objects.current().filter(outcome__plan__in=plans).values_list("pk", flat=True))
    written = TargetReview.objects.filter(target__in=targets, settled_on=None).exclude(judgement="", comment="")
    return len(targets - set(written.values_list("target", flat=True)))


@transaction.atomic
def say_written(*, row: WindowClass, by: User) -> WindowClass:
    """The teacher says that the class's reviews are written. Raises Refused while some have no word."""
    stored = WindowClass.objects.select_for_update(of=("self",)).select_related("window__school").get(pk=row.pk)
    if stored.done_on:
        raise Refused(WindowReason.DONE, day=stored.done_on)
    if missing := unwritten(stored):
        raise Refused(WindowReason.REVIEWS_MISSING, count=missing)
    stored.done_on, stored.done_by = timezone.localdate(), by
    with audit.saving(stored, by=by):
        stored.save(update_fields=["done_on", "done_by"])
    bring_up_to_date(stored)
    where = stored.group.name if stored.group else "pupils of no class"
    audit.record("window.written", stored.window, text=f"Reviews of {where} written", by=by)
    return stored


@transaction.atomic
def set_owner(*, row: WindowClass, owner: User, by: User) -> WindowClass:
    stored = WindowClass.objects.select_for_update(of=("self",)).select_related("window__school").get(pk=row.pk)
    if stored.owner_id != owner.pk:
        stored.owner = owner
        with audit.saving(stored, by=by):
            stored.save(update_fields=["owner"])
        bring_up_to_date(stored)
    return stored
