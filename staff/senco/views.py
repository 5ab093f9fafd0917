"""Who is SENCo and where the qualification stands."""

from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sendco.formkit.page import FormPage, form_page, posted

from ..access import require_permission
from ..models import SencoAppointment
from ..permissions import Permission as P
from . import forms, selectors, services


def _page(title, **more):
    trail = [("Training", reverse("staff:training-list"))]
    return {"title": title, "section": "training", "crumbs": trail} | more


def _appointment(request, pk):
    rows = SencoAppointment.objects.visible_to(request.acting).select_related("school", "member")
    return get_object_or_404(rows, pk=pk)


@require_permission(P.POST_EDIT)
@require_GET
def senco_list(request):
    rows = selectors.standings(request.acting)
    context = _page("SENCo and qualification") | {
        "now": [row for row in rows if not _is_over(row, request.acting.today)],
        "earlier": [row for row in rows if _is_over(row, request.acting.today)],
        "today": request.acting.today,
    }
    return render(request, "staff/senco_list.html", context)


def _is_over(row, today):
    return row.appointment.ended_on is not None and row.appointment.ended_on < today


@require_permission(P.POST_EDIT)
@require_GET
def senco_detail(request, pk):
    """Where a date about the qualification leads."""
    _appointment(request, pk)
    return redirect("staff:senco-list")


@require_permission(P.POST_EDIT)
@form_page
def senco_add(request):
    return _form(request, SencoAppointment(school=request.acting.school), title="Enter who is SENCo")


@require_permission(P.POST_EDIT)
@form_page
def senco_edit(request, pk):
    appointment = _appointment(request, pk)
    return _form(request, appointment, title=f"SENCo and qualification: {appointment.member.name}")


def _form(request, appointment, *, title):
    back = reverse("staff:senco-list")
    shown = appointment if appointment.pk is None else _appointment(request, appointment.pk)
    form = forms.AppointmentForm(posted(request), instance=shown, acting=request.acting)
    stored = SencoAppointment(school=request.acting.school) if appointment.pk is None else appointment
    return FormPage(
        form=form,
        save=lambda cleaned: services.save_appointment(
            appointment=stored, values=form.values, version=cleaned["version"], by=request.user
        ),
        done="Saved.",
        then=back,
        page=_page(title, submit="Save", cancel=back),
    ).respond(request)
