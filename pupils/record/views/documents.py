from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET

from sendco.audit import services as audit
from sendco.files.http import download_response
from sendco.files.services import FileNotAvailable
from sendco.formkit.page import form_page, posted
from sendco.limits.services import check_limit
from staff.access import require_permission
from staff.permissions import Permission

from ...models import Document, Pupil
from ...views.form_pages import confirm, pupil_form
from ..forms.documents import DocumentForm
from ..services import documents as services


def _document(request, pk):
    documents = Document.objects.visible_to(request.acting).filter(removed_on=None).select_related("pupil")
    return get_object_or_404(documents, pk=pk)


@require_permission(Permission.DOCUMENT_EDIT)
@form_page
def document_add(request, pk):
    pupil = get_object_or_404(Pupil.objects.visible_to(request.acting), pk=pk)
    form = DocumentForm(posted(request), request.FILES or None)
    if request.method == "POST":
        check_limit("upload", request.user.pk)

    def add(cleaned):
        return services.add_document(pupil=pupil, by=request.user, **cleaned)

    return pupil_form(
        request,
        form,
        add,
        pupil=pupil,
        done=lambda added: f"“{added.title}” is filed with {pupil.name}.",
        title=f"Add a document to {pupil.name}",
        lead="It is checked first. Programs inside it are taken out; a plan is kept exactly as it came.",
        submit="Add the document",
        template="pupils/document_form.html",
    )


@require_permission(Permission.NARRATIVE_VIEW)
@require_GET
def document_download(request, pk):
    """Send the file under a name that says nothing of the child. The read is kept first."""
    document = _document(request, pk)
    stored = services.file_of(document)
    if stored is None:
        raise Http404
    audit.record_read(
        school_id=document.pupil.school_id,
        pupil_id=document.pupil_id,
        by=request.user,
        what=f"document: {document.title}"[:40],
    )
    try:
        return download_response(stored, filename=services.neutral_name(document, stored))
    except FileNotAvailable as error:
        messages.warning(request, str(error))
        return redirect("pupil-detail", pk=document.pupil_id)


@require_permission(Permission.DOCUMENT_EDIT)
@form_page
def document_remove(request, pk):
    document = _document(request, pk)
    return confirm(
        request,
        partial(services.remove_document, document=document, by=request.user),
        pupil=document.pupil,
        done=f"“{document.title}” is removed.",
        title=f"Remove “{document.title}”",
        explanation="Nobody can open it from the pupil's page then. That it was here stays in the history.",
        submit="Remove the document",
    )
