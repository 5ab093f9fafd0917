"""What came and went about a case, with the file and what proves the date."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET

from sendco.audit import services as audit
from sendco.files.http import download_response
from sendco.files.models import StoredFile
from sendco.files.services import FileNotAvailable
from sendco.formkit.page import FormPage, form_page, posted
from sendco.limits.services import check_limit
from staff.access import require_permission
from staff.permissions import Permission

from ...cases import finding as cases
from ...models import Correspondence
from ..forms import CorrespondenceForm, ReasonForm
from ..services import correspondence as services


@require_permission(Permission.CASE_EDIT)
@form_page
def correspondence_new(request, case, pk):
    this_case = cases.find(request, case, pk)
    form = CorrespondenceForm(posted(request), request.FILES or None)
    if request.FILES:
        check_limit("upload", request.user.pk)
    page = cases.below(this_case, title="Add a letter, mail or call") | {
        "lead": f"{cases.child_name(this_case)}. Keep what came and what went: dates are proved by it.",
        "submit": "Keep it",
        "cancel": cases.address_of(this_case),
    }
    return FormPage(
        form=form,
        save=lambda cleaned: services.log(case=this_case, by=request.user, **cleaned),
        done="Kept with the case.",
        then=cases.address_of(this_case),
        page=page,
    ).respond(request)


def _entry(request, pk):
    rows = Correspondence.objects.visible_to(request.acting).filter(removed_on=None)
    row = get_object_or_404(
        rows.select_related("school", "pupil", "assessment", "plan", "review", "consultation", "appeal"), pk=pk
    )
    if row.pupil_id:
        audit.record_read(school_id=row.school_id, pupil_id=row.pupil_id, by=request.user, what="case papers")
    return row


@require_permission(Permission.CASE_VIEW)
@require_GET
def correspondence_file(request, pk):
    row = _entry(request, pk)
    stored = StoredFile.objects.filter(pk=row.file_id, school_id=row.school_id).first()
    if stored is None:
        raise Http404
    try:
        return download_response(stored)
    except FileNotAvailable as error:
        messages.error(request, str(error))
        return redirect(cases.address_of(row.case))


@require_permission(Permission.CASE_EDIT)
@form_page
def correspondence_remove(request, pk):
    row = _entry(request, pk)
    page = cases.below(row.case, title="Take this off") | {
        "lead": f"{row.subject}, {row.party}. It stays in the history of the case.",
        "submit": "Take it off",
        "cancel": cases.address_of(row.case),
    }
    return FormPage(
        form=ReasonForm(posted(request)),
        save=lambda cleaned: services.remove(row=row, by=request.user, **cleaned),
        done="Taken off. Its history is kept.",
        then=cases.address_of(row.case),
        page=page,
    ).respond(request)
