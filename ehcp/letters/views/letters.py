"""Letters of cases: written from the school's words, previewed, made, sent; and the words themselves."""

from datetime import date

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from pupils.letters.services.filing import file_name
from pupils.letters.views.words import WordsPages
from pupils.models import Contact
from sendco.audit import services as audit
from sendco.clock import young_person_from
from sendco.files.http import download_response
from sendco.files.models import StoredFile
from sendco.files.services import FileNotAvailable
from sendco.formkit.page import FormPage, form_page, posted
from sendco.jobs.models import Job, Status
from sendco.pdf.render import PdfUnavailable, pdf_available
from sendco.refusals import Refused
from staff.access import require_permission
from staff.permissions import Permission
from staff.signatories import signatories

from ...cases import finding as cases
from ...cases.kinds import office_of
from ...models import CaseLetter, CaseLetterKind
from ...reviews.services import invitations
from .. import fields as letter_fields
from ..forms import CaseLetterForm, CaseLetterSentForm
from ..refusals import CaseLetterReason
from ..services import letters as services


def recipients_of(case, kind):
    """Return [(key, words, name, address, contact)] of those this letter may go to."""
    authority = office_of(case).authority
    officer = office_of(case).__dict__.get("caseworker_id")
    offices = []
    if officer:
        worker = office_of(case).caseworker
        offices.append(("officer", f"{worker.name}, {authority.name}", worker.name, authority.address, None))
    offices.append(
        (
            "authority",
            f"{authority.name}, SEN team",
            f"{letter_fields.SEN_TEAM}, {authority.name}",
            authority.address,
            None,
        )
    )
    if kind in letter_fields.TO_AUTHORITY or not case.pupil_id:
        return offices
    born_on = case.pupil.birth_on
    if born_on and timezone.localdate() >= young_person_from(born_on):  # the rights are their own: they are written to
        offices.insert(0, ("young-person", f"{case.pupil.name}, the young person", case.pupil.name, "", None))
    contacts = Contact.objects.filter(pupil=case.pupil, ended_on=None, do_not_contact=False).order_by("priority", "pk")
    people = [
        (
            f"contact-{contact.pk}",
            f"{contact.name}{f' ({contact.relation})' if contact.relation else ''}",
            contact.name,
            "",
            contact,
        )
        for contact in contacts
        if contact.may_be_written_to
    ]
    return people + offices


# --- Make --------------------------------------------------------------------------------------------------------
@require_permission(Permission.CASE_EDIT)
@form_page
def letter_new(request, case, pk, kind):
    """Show the letter as it will be read, change its words or date, make it."""
    if kind not in letter_fields.OF_CASE.get(case, ()):
        raise Http404
    this_case = cases.find(request, case, pk)
    people = recipients_of(this_case, kind)
    wording = services.WORDS.of(this_case.school, kind)
    form = CaseLetterForm(
        posted(request),
        words=services.WORDS,
        kind=kind,
        recipients=[(key, label) for key, label, *_ in people],
        signatories=signatories(request.acting),
        initial={"subject": wording.subject, "body": wording.body},
    )
    return FormPage(
        form=form,
        save=lambda _cleaned: _make(request, this_case, kind, form, people),
        not_with="preview",
        done="The letter is made. Send it, then say how it went.",
        then=lambda letter: reverse("ehcp:letter-detail", args=[letter.pk]),
        page=lambda: _writing_page(request, this_case, kind, form, people),
        template="ehcp/letter_new.html",
    ).respond(request)


def _writing_page(request, case, kind, form, people):
    paper, trouble = None, ""
    try:
        paper = _paper(request, case, kind, form, people)
    except Refused as error:
        trouble = str(error)
        if form.is_bound and trouble not in form.non_field_errors():
            form.add_error(None, trouble)
    return cases.below(case, title=CaseLetterKind(kind).label) | {
        "paper": paper,
        "trouble": trouble,
        "school": case.school,
        "dated_on": _day(form["dated_on"].value()),
        "cancel": cases.address_of(case),
        "pdf_trouble": "" if pdf_available() else str(PdfUnavailable()),
    }


def _day(value):
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value or "")
    except ValueError:
        return timezone.localdate()


def _chosen(form, people):
    key = form["to"].value()
    return next((person for person in people if person[0] == key), people[0])


def _paper(request, case, kind, form, people):
    """The letter as its recipient would read it; None while the words hold a field that is not on the list."""
    if form.is_bound and ({"subject", "body"} & form.errors.keys()):
        return None
    _, _, name, address, contact = _chosen(form, people)
    subject, body = services.written(
        case=case, kind=kind, recipient=name, dated_on=_day(form["dated_on"].value()), signed=form.signed,
        values=services.own_values(case, kind), subject=form["subject"].value(), body=form["body"].value(),
    )  # fmt: skip
    if contact is not None and not contact.address_hidden:
        address = contact.full_address
    return {"recipient": name, "address": address, "subject": subject, "body": body}


def _make(request, case, kind, form, people):
    _, _, name, address, contact = _chosen(form, people)
    return services.make(
        kind=kind, case=case, recipient=name, address=address, contact=contact, by=request.user,
        values=services.own_values(case, kind), dated_on=form.cleaned_data["dated_on"], signed=form.signed,
        subject=form.cleaned_data["subject"], body=form.cleaned_data["body"],
    )  # fmt: skip


# --- One letter --------------------------------------------------------------------------------------------------
def _letter(request, pk):
    letters = CaseLetter.objects.visible_to(request.acting).select_related(
        "school", "pupil", "contact", "made_by", "assessment", "plan", "review", "consultation", "appeal"
    )
    letter = get_object_or_404(letters, pk=pk)
    if letter.pupil_id:
        audit.record_read(school_id=letter.school_id, pupil_id=letter.pupil_id, by=request.user, what="letter")
    return letter


def _may_go(letter):
    return letter.contact is None or letter.contact.may_be_written_to


def _trouble(letter, job):
    if letter.file_id or job is None:
        return ""
    if job.status in (Status.FAILED, Status.CANCELLED):
        return job.error or job.message
    return "" if pdf_available() else str(PdfUnavailable())


@require_permission(Permission.CASE_VIEW)
@require_GET
def letter_detail(request, pk):
    letter = _letter(request, pk)
    job = Job.objects.filter(pk=letter.job_id, school_id=letter.school_id).first() if letter.job_id else None
    context = cases.below(letter.case, title=f"Letter to {letter.recipient}") | {
        "letter": letter,
        "school": letter.school,
        "child": cases.child_name(letter.case),
        "may_go": _may_go(letter),
        "superseded": CaseLetterReason.REPLY_CHANGED.words if services.is_superseded(letter) else "",
        "may_edit": request.acting.can(Permission.CASE_EDIT),
        "trouble": _trouble(letter, job),
        "making": job is not None and not job.is_finished,
        "my_job": job if job and job.user_id == request.user.pk else None,
        "back": cases.address_of(letter.case),
        "invited": invitations.invitee_of(letter) if letter.sent_on and invitations.invites(letter) else None,
    }
    return render(request, "ehcp/letter_detail.html", context)


@require_permission(Permission.CASE_VIEW)
@require_GET
def letter_file(request, pk):
    letter = _letter(request, pk)
    stored = StoredFile.objects.filter(pk=letter.file_id, school_id=letter.school_id).first()
    if stored is None or not _may_go(letter):
        raise Http404
    try:
        return download_response(stored, filename=file_name(letter))
    except FileNotAvailable as error:
        messages.error(request, str(error))
        return redirect("ehcp:letter-detail", pk=letter.pk)


@require_permission(Permission.CASE_EDIT)
@form_page
def letter_sent(request, pk):
    letter = _letter(request, pk)
    back = reverse("ehcp:letter-detail", args=[letter.pk])
    if letter.kind == CaseLetterKind.CONSULTATION_REPLY:
        return redirect("ehcp:consultation-sent", pk=letter.consultation_id)  # the reply and its letter go together

    def said(answer):
        _, noted = answer
        if noted:
            (messages.success if noted.ok else messages.warning)(request, noted.words)
        return cases.address_of(letter.case)

    lead = f"{letter.get_kind_display()}, to {letter.recipient}."
    if invitations.invites(letter) and invitations.invitee_of(letter):
        lead += " The day and the way are kept with the review too, as the proof of notice."
    page = cases.below(letter.case, title="The letter has gone", more=[(f"Letter to {letter.recipient}", back)])
    return FormPage(
        form=CaseLetterSentForm(posted(request)),
        save=lambda cleaned: services.mark_sent(letter=letter, by=request.user, **cleaned),
        done=f"Kept: the letter to {letter.recipient} has gone.",
        then=said,
        page=page | {"lead": lead, "submit": "Save", "cancel": back},
    ).respond(request)


# --- The school's words ------------------------------------------------------------------------------------------
PAGES = WordsPages(services.WORDS, CaseLetterKind, "Letters about EHC plans", "ehcp")


@require_permission(Permission.LETTER_TEMPLATE_EDIT)
@require_GET
def template_list(request):
    return PAGES.show(request)


@require_permission(Permission.LETTER_TEMPLATE_EDIT)
@form_page
def template_edit(request, kind):
    return PAGES.edit(request, kind)
