from datetime import date

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from sendco.audit import services as audit
from sendco.files.http import download_response
from sendco.files.models import StoredFile
from sendco.files.services import FileNotAvailable
from sendco.formkit.page import FormPage, form_page, posted
from sendco.jobs.models import Job, Status
from sendco.pdf.render import PdfUnavailable, pdf_available
from staff.access import require_permission
from staff.permissions import Permission
from staff.signatories import signatories

from ...models import Letter, RegisterEntry, SupportPlan
from ...models.letters import LetterKind
from ..forms import LetterForm, SentForm
from ..refusals import LetterReason
from ..services import letters as services
from ..services.filing import file_name
from .words import WordsPages


def _crumbs(pupil):
    history = reverse("pupils:register-history", args=[pupil.pk])
    return [("Register", reverse("register")), (pupil.name, pupil.get_absolute_url()), ("Status history", history)]


# --- Make --------------------------------------------------------------------------------------------------------
@require_permission(Permission.LETTER_SEND)
@form_page
def letter_new(request, pk):
    """Show the letter as each person would read it, change its words or date, make it."""
    entries = RegisterEntry.objects.visible_to(request.acting).select_related(
        "school", "pupil__form_group", "pupil__school"
    )
    entry = get_object_or_404(entries, pk=pk)
    kind = services.kind_for(entry)
    if kind is None:
        raise Http404
    dated_on = _day(request.POST.get("dated_on")) or timezone.localdate()
    recipients = services.recipients(entry.pupil, dated_on)
    template = services.WORDS.of(entry.school, kind)
    initial = {"subject": template.subject, "body": template.body}
    form = LetterForm(
        posted(request),
        words=services.WORDS,
        kind=kind,
        recipients=recipients,
        initial=initial,
        signatories=signatories(request.acting),
    )

    def page():
        audit.record_read(school_id=entry.school_id, pupil_id=entry.pupil_id, by=request.user, what="letter")
        return {
            "title": "Write the letter",
            "section": "register",
            "crumbs": _crumbs(entry.pupil),
            "entry": entry,
            "recipients": recipients,
            "previews": _previews(request, entry, form, recipients, dated_on),
            "dated_on": dated_on,
            "pdf_trouble": "" if pdf_available() else str(PdfUnavailable()),
        }

    return FormPage(
        form=form,
        save=lambda _cleaned: _make(request, entry, form),
        not_with="preview",
        then=lambda letters: _after_making(request, entry, letters),
        page=page,
        template="pupils/letter_new.html",
    ).respond(request)


def _day(text):
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _make(request, entry, form):
    data = form.cleaned_data
    return services.make_letters(
        entry=entry,
        keys=data["people"],
        subject=data["subject"],
        body=data["body"],
        dated_on=data["dated_on"],
        by=request.user,
        signed=form.signed,
    )


def _after_making(request, entry, letters):
    count = len(letters)
    messages.success(request, f"{count} letter{'' if count == 1 else 's'} made. Print each, then say how it went.")
    if count == 1:
        return redirect("pupils:letter-detail", pk=letters[0].pk)
    return redirect("pupils:register-history", pk=entry.pupil_id)


def _previews(request, entry, form, recipients, dated_on):
    """What each chosen person would read; nothing while the words hold a field that is not on the list."""
    if form.is_bound and ({"subject", "body"} & form.errors.keys()):
        return []
    subject, body = form["subject"].value(), form["body"].value()
    chosen = set(form["people"].value() or [])
    shown = []
    for recipient in [candidate for candidate in recipients if candidate.key in chosen]:
        written = services.written_to(
            entry=entry, recipient=recipient, subject=subject, body=body, dated_on=dated_on,
            signed=form.signed,
        )  # fmt: skip
        shown.append(
            {"recipient": recipient.name, "address": recipient.address, "subject": written[0], "body": written[1]}
        )
    return shown


# --- One letter --------------------------------------------------------------------------------------------------
def _letter(request, pk):
    letters = Letter.objects.visible_to(request.acting).select_related(
        "pupil__school", "contact", "register_entry", "made_by"
    )
    return get_object_or_404(letters, pk=pk)


@require_permission(Permission.LETTER_SEND)
@require_GET
def letter_detail(request, pk):
    letter = _letter(request, pk)
    job = Job.objects.filter(pk=letter.job_id, school_id=letter.pupil.school_id).first() if letter.job_id else None
    audit.record_read(school_id=letter.pupil.school_id, pupil_id=letter.pupil_id, by=request.user, what="letter")
    context = {
        "title": f"Letter to {letter.recipient}",
        "section": "register",
        "crumbs": _crumbs(letter.pupil),
        "letter": letter,
        "school": letter.pupil.school,
        "may_go": services.may_go(letter),
        "no_more": LetterReason.MAY_NOT_BE_WRITTEN_TO.words,
        "trouble": _trouble(letter, job),
        "making": job is not None and not job.is_finished,
        "my_job": job if job and job.user_id == request.user.pk else None,
        "begin_plan": letter.kind == LetterKind.SEN_SUPPORT_STARTS
        and request.acting.can(Permission.SUPPORT_LEAD)
        and not letter.pupil.left_on
        and not SupportPlan.objects.visible_to(request.acting).filter(pupil=letter.pupil, closed_on=None).exists(),
        "others": Letter.objects.filter(register_entry=letter.register_entry_id, pupil=letter.pupil).exclude(
            pk=letter.pk
        )
        if letter.register_entry_id
        else [],
    }
    return render(request, "pupils/letter_detail.html", context)


def _trouble(letter, job):
    """Why there is no PDF, in words, or an empty text while there is one or it is being made."""
    if letter.file_id or job is None:
        return ""
    if job.status in (Status.FAILED, Status.CANCELLED):
        return job.error or job.message
    return "" if pdf_available() else str(PdfUnavailable())


@require_permission(Permission.LETTER_SEND)
@require_GET
def letter_file(request, pk):
    letter = _letter(request, pk)
    stored = StoredFile.objects.filter(pk=letter.file_id, pupil_id=letter.pupil_id).first() if letter.file_id else None
    if stored is None or not services.may_go(letter):
        raise Http404
    audit.record_read(school_id=letter.pupil.school_id, pupil_id=letter.pupil_id, by=request.user, what="letter file")
    try:
        return download_response(stored, filename=file_name(letter))
    except FileNotAvailable as error:
        messages.error(request, str(error))
        return redirect("pupils:letter-detail", pk=letter.pk)


@require_permission(Permission.LETTER_SEND)
@form_page
def letter_sent(request, pk):
    letter = _letter(request, pk)
    back = reverse("pupils:letter-detail", args=[letter.pk])
    page = {
        "title": "The letter has gone",
        "section": "register",
        "crumbs": [*_crumbs(letter.pupil), (f"Letter to {letter.recipient}", back)],
        "lead": f"{letter.get_kind_display()}, to {letter.recipient}",
        "submit": "Save",
        "cancel": back,
    }
    return FormPage(
        form=SentForm(posted(request)),
        save=lambda cleaned: services.mark_sent(letter=letter, by=request.user, **cleaned),
        done=f"Kept: the letter to {letter.recipient} has gone.",
        then=back,
        page=page,
    ).respond(request)


# --- The school's words ------------------------------------------------------------------------------------------
PAGES = WordsPages(services.WORDS, LetterKind, "Letters", "pupils")


@require_permission(Permission.LETTER_TEMPLATE_EDIT)
@require_GET
def letter_templates(request):
    return PAGES.show(request)


@require_permission(Permission.LETTER_TEMPLATE_EDIT)
@form_page
def letter_template_edit(request, kind):
    return PAGES.edit(request, kind)
