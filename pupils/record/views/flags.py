from django.shortcuts import get_object_or_404

from sendco.formkit.page import form_page, posted
from staff.access import require_permission
from staff.permissions import Permission

from ...models import Pupil, PupilFlag
from ...views.form_pages import pupil_form
from ..forms.flags import FlagEndForm, FlagForm
from ..services import pupils as services


@require_permission(Permission.FLAG_EDIT)
@form_page
def flag_add(request, pk):
    pupil = get_object_or_404(Pupil.objects.visible_to(request.acting), pk=pk)
    form = FlagForm(posted(request), acting=request.acting)

    def add(cleaned):
        return services.add_flag(pupil=pupil, by=request.user, **cleaned)

    return pupil_form(
        request,
        form,
        add,
        pupil=pupil,
        done="Flag added.",
        title=f"Add a flag to {pupil.name}",
        submit="Add the flag",
        template="pupils/flag_form.html",
        present=PupilFlag.objects.visible_to(request.acting).open().filter(pupil=pupil),
    )


@require_permission(Permission.FLAG_EDIT)
@form_page
def flag_end(request, pk):
    flags = PupilFlag.objects.visible_to(request.acting).open().select_related("pupil")
    flag = get_object_or_404(flags, pk=pk)
    form = FlagEndForm(posted(request))

    def end(cleaned):
        return services.end_flag(flag=flag, ends_on=cleaned["ends_on"], by=request.user)

    return pupil_form(
        request,
        form,
        end,
        pupil=flag.pupil,
        done=f"“{flag.get_kind_display()}” ended.",
        title=f"End “{flag.get_kind_display()}” of {flag.pupil.name}",
        submit="End the flag",
    )
