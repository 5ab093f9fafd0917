"""Draw the pack of a request in the background. It can run twice without harm."""

from django.db import transaction
from django.utils import timezone

from pupils.models import Document
from sendco.jobs.registry import handler
from sendco.jobs.services import JobFailed
from sendco.pdf.jobs import draw
from staff.jobs import acting_of
from staff.permissions import Permission
from staff.signatories import signatories

from ..models import NeedsAssessment
from . import pack
from .services.pack import file_pack


@handler("ehcp.request_pack")
def request_pack(run):
    """Draw the pack of a school's request, with the enclosed PDFs as its last pages."""

    acting = acting_of(run, Permission.CASE_EDIT)
    cases = NeedsAssessment.objects.visible_to(acting).select_related("school", "pupil", "authority", "caseworker")
    case = cases.filter(pk=run.params["assessment"]).first()
    if case is None:
        raise JobFailed("This request is not there any more.")
    documents = Document.objects.visible_to(acting).filter(pupil=case.pupil, removed_on=None)
    wanted = {*run.params["documents"], *pack.documents_of_advice(case, run.params["parts"])}
    signing = {signed.user.pk: signed for signed in signatories(acting)}
    signed_by = run.params.get("signed_by", acting.user.pk)
    if signed_by not in signing:
        raise JobFailed("Whoever was to sign the letter does not work here any more. Make the pack again.")
    run.progress(0, 2, "Drawing the pack")
    now = timezone.localtime()
    about = {"school_name": case.school.name, "author": acting.user.name, "made_at": now}

    def drawn(contents, template="reports/request_pack.html"):
        return draw(template, contents | about, title=f"Request for an EHC {case.get_kind_display().lower()}")

    pdf = pack.drawn(
        case,
        acting,
        drawn,
        parts=run.params["parts"],
        documents=list(documents.filter(pk__in=wanted).order_by("dated_on", "pk")),
        dated_on=now.date(),
        signed=signing[signed_by],
        progress=lambda: run.progress(1, 2, "Numbering its pages"),
    )
    with transaction.atomic():
        run.still_mine()
        file_pack(case=case, pdf=pdf, by=acting.user)
    return {"assessment": case.pk, "message": f"The pack is ready: {pack.page_count(pdf)} pages."}
