"""Open one child's record in an emergency, for somebody who finds the child by name only."""

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from sendco.formkit.page import FormPage, form_page, posted
from staff.access import require_permission, step_up
from staff.permissions import Permission

from ...models import Pupil
from ...views.form_pages import tab_title
from ..forms.emergencies import EmergencyForm
from ..selectors import is_in_view
from ..services import emergencies as services


@require_permission(Permission.EMERGENCY_OPEN)
@step_up
@form_page
def emergency_open(request, pk):
    pupil = get_object_or_404(Pupil.objects.in_directory(request.acting), pk=pk)
    if is_in_view(request.acting, pupil):
        return redirect("pupil-detail", pk=pk)
    page = {
        "title": f"Open {pupil.name} in an emergency",
        "tab_title": tab_title("Open in an emergency"),
        "lead": "For two hours you see what their own teachers see. The headteacher, the SENDCo and the data "
        "protection officer are told at once, with your reason, and afterwards what you read.",
        "section": "register",
        "crumbs": [("Find a pupil", reverse("pupil-search"))],
        "submit": "Open the record",
        "cancel": reverse("pupil-search"),
    }
    return FormPage(
        form=EmergencyForm(posted(request)),
        save=lambda cleaned: services.open_record(pupil=pupil, reason=cleaned["reason"], by=request.user),
        then=reverse("pupil-detail", args=[pk]),
        page=page,
    ).respond(request)
