"""What came and went about a case, with the file and what proves the date."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from pupils.concerns.views import posted
from sendco.audit import services as audit
from sendco.files.http import download_response
from sendco.files.kinds import FileRefused
from sendco.files.models import StoredFile
from sendco.files.services import FileNotAvailable
from sendco.limits.services import check_limit
from sendco.refusals import Refused
from staff.access import require_permission
from staff.permissions import Permission

from ...cases import finding as cases
from ...models import Correspondence
from ..forms import CorrespondenceForm, ReasonForm
from ..services import correspondence as services


@require_permission(Permission.CASE_EDIT)
@require_http_methods(["GET", "POST"])
def correspondence_new(request, case, pk):
    found = cases.find(request, case, pk)
    form = CorrespondenceForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["upload"]:
            check_limit("upload", request.user.pk)
        try:
            services.log(case=found, by=request.user, **form.cleaned_data)
        except (Refused, FileRefused) as error:
            form.add_error("upload" if isinstance(error, FileRefused) else None, str(error))
        else:
            messages.success(request, "Kept with the case.")
            return redirect(cases.address_of(found))
    context = cases.below(found, title="Add a letter, mail or call") | {
        "lead": f"{cases.child_name(found)}. Keep what came and what went: dates are proved by it.",
        "form": form,
        "submit": "Keep it",
        "cancel": cases.address_of(found),
    }
    return render(request, "components/form_page.html", context, status=422 if form.errors else 200)


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
@require_http_methods(["GET", "POST"])
def correspondence_remove(request, pk):
    row = _entry(request, pk)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        services.remove(row=row, by=request.user, **form.cleaned_data)
        messages.success(request, "Taken off. Its history is kept.")
        return redirect(cases.address_of(row.case))
    context = cases.below(row.case, title="Take this off") | {
        "lead": f"{row.subject}, {row.party}. It stays in the history of the case.",
        "form": form,
        "submit": "Take it off",
        "cancel": cases.address_of(row.case),
    }
    return render(request, "components/form_page.html", context, status=422 if form.errors else 200)
