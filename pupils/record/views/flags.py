from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from staff.access import require_permission
from staff.permissions import Permission

from ...models import Pupil, PupilFlag
from ...views.form_pages import attempt, draw, posted
from ..forms.flags import FlagEndForm, FlagForm
from ..services import pupils as services


@require_permission(Permission.FLAG_EDIT)
@require_http_methods(["GET", "POST"])
def flag_add(request, pk):
    pupil = get_object_or_404(Pupil.objects.visible_to(request.acting), pk=pk)
    form = FlagForm(posted(request), acting=request.acting)

    def add(cleaned):
        return services.add_flag(pupil=pupil, by=request.user, **cleaned)

    if request.method == "POST" and attempt(form, add):
        messages.success(request, "Flag added.")
        return redirect("pupil-detail", pk=pupil.pk)
    present = PupilFlag.objects.visible_to(request.acting).open().filter(pupil=pupil)
    return draw(
        request,
        form,
        pupil=pupil,
        title=f"Add a flag to {pupil.name}",
        submit="Add the flag",
        template="pupils/flag_form.html",
        present=present,
    )


@require_permission(Permission.FLAG_EDIT)
@require_http_methods(["GET", "POST"])
def flag_end(request, pk):
    flags = PupilFlag.objects.visible_to(request.acting).open().select_related("pupil")
    flag = get_object_or_404(flags, pk=pk)
    form = FlagEndForm(posted(request))

    def end(cleaned):
        return services.end_flag(flag=flag, ends_on=cleaned["ends_on"], by=request.user)

    if request.method == "POST" and attempt(form, end):
        messages.success(request, f"“{flag.get_kind_display()}” ended.")
        return redirect("pupil-detail", pk=flag.pupil_id)
    title = f"End “{flag.get_kind_display()}” of {flag.pupil.name}"
    return draw(request, form, pupil=flag.pupil, title=title, submit="End the flag")
