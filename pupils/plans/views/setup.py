"""What stands behind the plans of a school: kinds of plan, review windows, and targets for several pupils."""

from functools import partial

from django.core.paginator import Paginator
from django.db.models import F
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.formkit.versions import Versioned
from staff.access import require_permission

from ...models import CohortTarget, PlanKind, ReviewWindow, WindowClass
from .. import forms, selectors
from ..services import kinds, targets, windows
from .shared import LEADS, READS, home


def _page(title, *, submit="", cancel="", trail=(), **more):
    return {
        "title": title, "section": "support", "crumbs": [*home(), *trail], "submit": submit, "cancel": cancel,
    } | more  # fmt: skip


# --- Kinds of plan -----------------------------------------------------------------------------------------------
def _kinds():
    return ("Kinds of plan", reverse("pupils:plan-kind-list"))


@require_permission(*READS)
@require_GET
def plan_kind_list(request):
    rows = PlanKind.objects.visible_to(request.acting)
    context = _page("Kinds of plan") | {
        "kinds": rows,
        "today": timezone.localdate(),
        "may_lead": any(request.acting.can(permission) for permission in LEADS),
    }
    return render(request, "pupils/plan_kind_list.html", context)


def _own_kind(request, pk):
    return get_object_or_404(PlanKind.objects.visible_to(request.acting).filter(school=request.acting.school), pk=pk)


@require_permission(*LEADS)
@form_page
def plan_kind_add(request):
    kind = PlanKind(school=request.acting.school, valid_from=timezone.localdate(), authority="School policy")
    return _kind(request, kind, title="Add a kind of plan", submit="Add the kind")


@require_permission(*LEADS)
@form_page
def plan_kind_edit(request, pk):
    kind = _own_kind(request, pk)
    return _kind(request, kind, title=f"Change {kind.name}", submit="Save the kind")


def _kind(request, kind, *, title, submit):
    held = (
        _own_kind(request, kind.pk)
        if kind.pk
        else PlanKind(school=kind.school, valid_from=kind.valid_from, authority=kind.authority)
    )
    form = forms.KindForm(posted(request), instance=held)
    return FormPage(
        form=form,
        save=lambda cleaned: kinds.save_kind(
            kind=kind, values=form.values, version=cleaned["version"], by=request.user
        ),
        done=lambda saved: f"{saved.name} saved.",
        then=reverse("pupils:plan-kind-list"),
        page=_page(title, submit=submit, cancel=reverse("pupils:plan-kind-list"), trail=[_kinds()]),
    ).respond(request)


@require_permission(*LEADS)
@form_page
def plan_kind_end(request, pk):
    kind = _own_kind(request, pk)
    return FormPage(
        form=forms.EndKindForm(posted(request), initial={"valid_to": timezone.localdate()}),
        save=lambda cleaned: kinds.end_kind(kind=kind, by=request.user, **cleaned),
        done=f"{kind.name}: no plan of it begins after that day.",
        then=reverse("pupils:plan-kind-list"),
        page=_page(
            f"End {kind.name}",
            submit="End it",
            cancel=reverse("pupils:plan-kind-list"),
            trail=[_kinds()],
            lead="Plans of this kind that stand go on, and keep their parts.",
        ),
    ).respond(request)


# --- Review windows ----------------------------------------------------------------------------------------------
def _windows():
    return ("Review windows", reverse("pupils:window-list"))


@require_permission(*LEADS)
@require_GET
def window_list(request):
    context = _page("Review windows") | {"windows": selectors.windows(request.acting), "today": timezone.localdate()}
    return render(request, "pupils/window_list.html", context)


@require_permission(*LEADS)
@form_page
def window_add(request):
    window = ReviewWindow(school=request.acting.school, opens_on=timezone.localdate())
    return _window(request, window, title="Set a review window", submit="Set the window")


@require_permission(*LEADS)
@form_page
def window_edit(request, pk):
    window = get_object_or_404(ReviewWindow.objects.visible_to(request.acting), pk=pk)
    return _window(request, window, title=f"Change {window.name}", submit="Save the window")


def _window(request, window, *, title, submit):
    held = (
        ReviewWindow.objects.visible_to(request.acting).get(pk=window.pk)
        if window.pk
        else ReviewWindow(school=window.school, opens_on=window.opens_on)
    )
    form = forms.WindowForm(posted(request), instance=held)
    return FormPage(
        form=form,
        save=lambda cleaned: windows.save_window(window=window, by=request.user, **cleaned),
        done=lambda saved: f"{saved.name}: {saved.classes.count()} classes are asked for their reviews.",
        then=reverse("pupils:window-list"),
        page=_page(
            title,
            submit=submit,
            cancel=reverse("pupils:window-list"),
            trail=[_windows()],
            lead="The teacher of each class with plans to review is asked. A plan or target may be reviewed earlier.",
        ),
    ).respond(request)


@require_permission(*LEADS)
@form_page
def window_remove(request, pk):
    window = get_object_or_404(ReviewWindow.objects.visible_to(request.acting), pk=pk)
    page = _page(f"Remove {window.name}?", submit="Remove it", cancel=reverse("pupils:window-list"), trail=[_windows()])
    return ConfirmPage(
        act=partial(windows.remove_window, window=window, by=request.user),
        done="Removed. Plans keep their own review dates.",
        then=reverse("pupils:window-list"),
        page=page | {"explanation": "Nobody is asked for it any more. What was written stays.", "danger": True},
    ).respond(request)


@require_permission(*LEADS)
@form_page
def window_owner(request, pk):
    """Somebody else writes the reviews of a class: its teacher is away, or shares the class."""
    row = get_object_or_404(
        WindowClass.objects.visible_to(request.acting).select_related("window__school", "group"), pk=pk
    )
    name = row.group.name if row.group else "Pupils of no class"
    return FormPage(
        form=forms.OwnerForm(posted(request), school=request.acting.school, initial={"owner": row.owner_id}),
        save=lambda cleaned: windows.set_owner(row=row, owner=cleaned["owner"], by=request.user),
        done="Asked.",
        then=reverse("pupils:window-list"),
        page=_page(
            f"Who writes the reviews: {name}",
            submit="Ask them",
            cancel=reverse("pupils:window-list"),
            trail=[_windows()],
        ),
    ).respond(request)


# --- Targets for several pupils ----------------------------------------------------------------------------------
def _cohorts():
    return ("Targets for several pupils", reverse("pupils:cohort-list"))


@require_permission(*READS)
@require_GET
def cohort_list(request):
    rows = CohortTarget.objects.visible_to(request.acting).order_by(F("ended_on").desc(nulls_first=True), "title", "pk")
    page = Paginator(rows, 40).get_page(request.GET.get("page"))
    context = _page("Targets for several pupils") | {
        "page": page,
        "cohorts": selectors.cohorts_shown(request.acting, list(page.object_list)),
        "may_lead": any(request.acting.can(permission) for permission in LEADS),
    }
    return render(request, "pupils/cohort_list.html", context)


def _cohort(request, pk):
    return get_object_or_404(CohortTarget.objects.visible_to(request.acting), pk=pk)


@require_permission(*READS)
@require_GET
def cohort_detail(request, pk):
    cohort = _cohort(request, pk)
    context = _page(cohort.title, trail=[_cohorts()]) | {
        "cohort": cohort,
        "shown": selectors.cohorts_shown(request.acting, [cohort])[0],
        "may_lead": any(request.acting.can(permission) for permission in LEADS),
    }
    return render(request, "pupils/cohort_detail.html", context)


@require_permission(*LEADS)
@form_page
def cohort_add(request):
    return _cohort_form(request, CohortTarget(school=request.acting.school), "Add a target for several pupils")


@require_permission(*LEADS)
@form_page
def cohort_edit(request, pk):
    cohort = _cohort(request, pk)
    return _cohort_form(request, cohort, f"Change {cohort.title}")


def _cohort_form(request, cohort, title):
    form = forms.CohortForm(posted(request), cohort=cohort)
    return FormPage(
        form=form,
        save=lambda cleaned: targets.save_cohort(
            cohort=cohort, values=form.values, version=cleaned["version"], by=request.user
        ),
        done=lambda saved: f"{saved.title} saved.",
        then=lambda saved: reverse("pupils:cohort-detail", args=[saved.pk]),
        page=_page(title, submit="Save it", cancel=reverse("pupils:cohort-list"), trail=[_cohorts()]),
        versioned=Versioned(values=forms.CohortForm.values_of),
    ).respond(request)


@require_permission(*LEADS)
@form_page
def cohort_give(request, pk):
    """Write the target into the plans of the pupils chosen."""
    cohort = _cohort(request, pk)
    back = reverse("pupils:cohort-detail", args=[cohort.pk])
    there = cohort.targets.filter(ended_on=None).values("outcome__plan")
    plans = selectors.open_plans(request.acting).exclude(pk__in=there).order_by("pupil__sort_name", "pk")
    return FormPage(
        form=forms.CohortPupilsForm(posted(request), plans=plans),
        save=lambda cleaned: targets.give_to(cohort=cohort, plans=list(cleaned["plans"]), by=request.user),
        done=lambda given: f"Written into {given} plan{'' if given == 1 else 's'}.",
        then=back,
        page=_page(
            f"Give {cohort.title} to pupils",
            submit="Write it into their plans",
            cancel=back,
            trail=[_cohorts(), (cohort.title, back)],
            lead="The first value taken of each pupil becomes that pupil's baseline.",
        ),
    ).respond(request)


@require_permission(*LEADS)
@form_page
def cohort_end(request, pk):
    cohort = _cohort(request, pk)
    back = reverse("pupils:cohort-detail", args=[cohort.pk])
    page = _page(f"End {cohort.title}?", submit="End it", cancel=back, trail=[_cohorts()])
    return ConfirmPage(
        act=partial(targets.end_cohort, cohort=cohort, by=request.user),
        done="Ended. Each pupil's own target goes on.",
        then=reverse("pupils:cohort-list"),
        page=page | {"explanation": "It is given to nobody else. Each pupil's own target goes on in their plan."},
    ).respond(request)
