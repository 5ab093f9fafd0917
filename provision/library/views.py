"""The library of interventions, and who waits for them."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from pupils.models import Pupil
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from staff.access import require_permission
from staff.permissions import Permission as P

from ..models import Intervention, WaitingPupil
from ..runs import selectors as runs
from ..runs import services as running
from ..runs.forms import EndWaitForm, WaitForm
from . import forms, selectors, services

LIBRARY = ("Library", "/provision/library/")


def page_of(title, *, submit="", cancel="", trail=()):
    return {
        "title": title,
        "tab_title": f"Provision: {submit}" if submit else title,
        "section": "provision",
        "crumbs": [("Provision", reverse("provision:provision-list")), *trail],
        "submit": submit,
        "cancel": cancel,
    }


def address(intervention):
    return reverse("provision:intervention-detail", args=[intervention.pk])


def _intervention(request, pk):
    return get_object_or_404(Intervention.objects.visible_to(request.acting).select_related("skill"), pk=pk)


def _asked_for(request):
    """The child for whom something is looked for; nobody where the address names none."""
    asked = request.GET.get("pupil", "")
    return int(asked) if asked.isdecimal() and len(asked) < 12 else 0


@require_permission(P.PROVISION_VIEW)
@require_GET
def intervention_list(request):
    acting = request.acting
    rows = list(selectors.library(acting, acting.today))
    areas = {}
    for row in rows:
        areas.setdefault(row.get_area_display(), []).append(row)
    context = page_of("Library of interventions") | {
        "areas": areas.items(),
        "archived": Intervention.objects.visible_to(acting).filter(is_archived=True),
        "may_edit": acting.can(P.PROVISION_EDIT),
        "pupil": Pupil.objects.visible_to(acting).filter(pk=_asked_for(request)).first(),
    }
    return render(request, "provision/intervention_list.html", context)


@require_permission(P.PROVISION_VIEW)
@require_GET
def intervention_detail(request, pk):
    acting, row = request.acting, _intervention(request, pk)
    here = list(runs.runs(acting).filter(intervention=row).order_by("-starts_on", "pk"))
    records = runs.records_of([run.pk for run in here], last=acting.today)
    counts = runs.counts_of([run.pk for run in here], acting.today)
    context = page_of(row.name, trail=[LIBRARY]) | {
        "intervention": row,
        "runs": [(run, records[run.pk], counts.get(run.pk, 0)) for run in here],
        "waiting": runs.waiting(acting).filter(intervention=row),
        "measures": row.measures.select_related("kind"),
        "today": acting.today,
        "may_edit": acting.can(P.PROVISION_EDIT),
    }
    return render(request, "provision/intervention_detail.html", context)


@require_permission(P.PROVISION_EDIT)
@form_page
def intervention_add(request):
    return _form(request, Intervention(school=request.acting.school), title="Add an intervention")


@require_permission(P.PROVISION_EDIT)
@form_page
def intervention_edit(request, pk):
    row = _intervention(request, pk)
    return _form(request, row, title=f"Change {row.name}")


def _form(request, row, *, title):
    is_new = row.pk is None
    stored = Intervention(school=request.acting.school) if is_new else row
    edited = row if is_new else _intervention(request, row.pk)
    form = forms.InterventionForm(posted(request), instance=edited, acting=request.acting)
    cancel = reverse("provision:intervention-list") if is_new else address(row)
    return FormPage(
        form=form,
        save=lambda cleaned: services.save_intervention(
            intervention=stored, values=form.values, version=cleaned["version"], kinds=form.kinds, by=request.user
        ),
        done=lambda saved: f"{saved.name} is saved.",
        then=address,
        page=page_of(title, submit="Save", cancel=cancel, trail=[LIBRARY]),
    ).respond(request)


@require_permission(P.PROVISION_EDIT)
@form_page
def library_start(request):
    cancel = reverse("provision:intervention-list")
    page = page_of("Begin with the library that comes with sendco?", submit="Add them", cancel=cancel, trail=[LIBRARY])
    page["explanation"] = (
        "24 interventions as schools commonly run them. They are yours: change, archive and add to them. Names that "
        "you have already are left out."
    )
    return ConfirmPage(
        act=partial(services.start_library, school=request.acting.school, by=request.user),
        done=lambda count: f"{count} interventions added." if count else "All of them are in your library already.",
        then=cancel,
        page=page,
    ).respond(request)


@require_permission(P.PROVISION_EDIT)
@form_page
def intervention_archive(request, pk):
    row = _intervention(request, pk)
    back = row.is_archived
    title = f"Use {row.name} again?" if back else f"Take {row.name} out of use?"
    page = page_of(title, submit="Use it again" if back else "Take it out of use", cancel=address(row), trail=[LIBRARY])
    page["explanation"] = "What was done with it stays as it is, in its runs, figures and reports."
    act = services.bring_back if back else services.archive
    return ConfirmPage(
        act=partial(act, intervention=row, by=request.user),
        done=f"{row.name} is in use again." if back else f"{row.name} is out of use.",
        then=address(row),
        page=page,
    ).respond(request)


# --- Who waits ---------------------------------------------------------------------------------------------------
@require_permission(P.PROVISION_EDIT)
@require_GET
def waiting_list(request):
    acting = request.acting
    rows = [(row, (acting.today - row.since).days) for row in runs.waiting(acting)]
    context = page_of("Waiting for a place") | {"rows": rows}
    return render(request, "provision/waiting_list.html", context)


@require_permission(P.PROVISION_EDIT)
@form_page
def waiting_add(request, pk):
    row = _intervention(request, pk)
    return FormPage(
        form=WaitForm(posted(request), acting=request.acting),
        save=lambda cleaned: running.put_on_list(intervention=row, by=request.user, **cleaned),
        done="On the waiting list.",
        then=address(row),
        page=page_of(
            f"Who waits for {row.name}?", submit="Put on the list", cancel=address(row),
            trail=[LIBRARY, (row.name, address(row))],
        ),
    ).respond(request)  # fmt: skip


@require_permission(P.PROVISION_EDIT)
@form_page
def waiting_remove(request, pk):
    row = get_object_or_404(
        WaitingPupil.objects.filter(pupil__in=Pupil.objects.visible_to(request.acting), ended_on=None).select_related(
            "pupil", "intervention"
        ),
        pk=pk,
    )
    back = reverse("provision:waiting-list")
    return FormPage(
        form=EndWaitForm(posted(request)),
        save=lambda cleaned: running.take_off_list(row=row, by=request.user, **cleaned),
        done="Taken off the waiting list.",
        then=back,
        page=page_of(
            f"Take {row.pupil.name} off the list for {row.intervention.name}?", submit="Take off the list", cancel=back,
            trail=[("Waiting", back)],
        ),
    ).respond(request)  # fmt: skip
