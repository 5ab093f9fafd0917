"""The one PDF of a school's request: choose what goes in, have it made, open it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from sendco.audit import services as audit
from sendco.files.http import download_response
from sendco.files.services import FileNotAvailable
from sendco.formkit.page import form_page, posted
from sendco.pdf.render import PdfUnavailable, pdf_available
from staff.access import require_permission
from staff.permissions import Permission as P

from ...models import Advice
from ..forms import PackForm
from ..services import pack as services
from .assessments import case_address, case_form, case_in_view, pack_state


@require_permission(P.CASE_EDIT)
@form_page
def assessment_pack(request, pk):
    case = case_in_view(request, pk)
    kept = Advice.objects.filter(assessment=case, document__isnull=False).values_list("document", flat=True)
    form = PackForm(posted(request), acting=request.acting, pupil=case.pupil)
    if not form.is_bound:
        reports = form.fields["documents"].queryset.filter(kind="report").values_list("pk", flat=True)
        form.initial["documents"] = sorted({*kept, *reports})

    def ask(cleaned):
        return services.ask_for_pack(case=case, by=request.user, **cleaned)

    return case_form(
        request,
        form,
        ask,
        case=case,
        done="The pack is being made. It is on this page in a moment.",
        title="Request pack",
        submit="Make the pack",
        lead="One PDF: your letter, an index with page numbers, what is ticked here, and the documents you enclose.",
        template="ehcp/assessment_pack.html",
        pdf_trouble="" if pdf_available() else str(PdfUnavailable()),
        **pack_state(request, case),
    )


@require_permission(P.CASE_VIEW)
@require_GET
def assessment_pack_file(request, pk):
    case = case_in_view(request, pk)
    stored = services.pack_of(case)
    if stored is None:
        raise Http404
    audit.record_read(school_id=case.school_id, pupil_id=case.pupil_id, by=request.user, what="request pack")
    try:
        return download_response(stored, filename="request-pack.pdf")
    except FileNotAvailable as error:
        messages.error(request, str(error))
        return redirect(case_address(case))
