"""Reading a plan from its PDF: sections as a suggestion, each checked beside its page before any of it counts."""

from functools import partial

from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from pupils.views.form_pages import tab_title
from sendco.audit import services as audit
from sendco.files.http import download_response
from sendco.files.models import StoredFile
from sendco.files.services import FileNotAvailable
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.jobs.models import Job
from sendco.jobs.models import Status as JobStatus
from sendco.limits.services import check_limit
from staff.access import require_permission
from staff.permissions import Permission as P

from ...models import PlanVersion, SectionLetter
from .. import forms
from ..selectors import plans as selectors
from ..services import plans as plan_services
from ..services import reading as services
from .plans import plan_form, plan_in_view, plan_page
from .versions import (
    OF_A_SECTION,
    all_sections,
    beside,
    draft_key,
    letter_or_404,
    section_form,
    version_address,
    version_in_view,
    version_name,
)

# Which rows belong to a section: outcomes to E, lines to the sections of provision.
OF_SECTION = {"E": "outcome", "F": "line", "G": "line", "H1": "line", "H2": "line"}


@require_permission(P.CASE_EDIT)
@form_page
def plan_read(request, pk):
    plan = plan_in_view(request, pk)
    form = forms.PlanReadForm(posted(request), request.FILES or None, initial={"kind": PlanVersion.Kind.FINAL})
    if request.method == "POST":
        check_limit("upload", request.user.pk)

    def begin(cleaned):
        return services.start_reading(plan=plan, by=request.user, **cleaned)

    return plan_form(
        request,
        form,
        begin,
        case=plan,
        done="The plan is kept. Its words are being read.",
        title="Read a plan from its PDF",
        submit="Keep and read the plan",
        then=version_address,
        lead="The words are put into sections as a suggestion. You check each beside its page; until then nothing "
        "of it counts.",
    )


def _job_of(version):
    return Job.objects.filter(pk=version.reading.job_id, school_id=version.plan.school_id).first()


def _unconfirmed(request, pk):
    version = version_in_view(request, pk)
    if version.confirmed_at or not hasattr(version, "reading"):
        raise Http404
    return version


@require_permission(P.CASE_EDIT)
@form_page
def version_check(request, pk):
    """All sections of what was read, which of them somebody checked, and the button that makes it count."""
    version = version_in_view(request, pk)
    if version.confirmed_at or not hasattr(version, "reading"):
        return redirect("ehcp:version-detail", pk=version.pk) if version.confirmed_at else _no_reading(version)
    is_first = version.plan.made_on is None and version.kind == PlanVersion.Kind.FINAL
    asks_need = is_first and plan_services.lacks_need(version.plan.pupil)
    form = forms.NeedForm(posted(request), asks_need=asks_need)

    def confirm(_cleaned):
        return services.confirm_version(version=version, needs=form.needs(), by=request.user)

    return FormPage(
        form=form,
        save=confirm,
        done=f"{version_name(version)} counts from now on.",
        then=reverse("ehcp:version-detail", args=[version.pk]),
        page=lambda: _check_page(version, request) | {"asks_need": asks_need},
        template="ehcp/version_check.html",
    ).respond(request)


def _check_page(version, request):
    job = _job_of(version)
    checked = set(version.reading.checked)
    sections = [(letter, words, html, letter in checked) for letter, words, html in all_sections(version)]
    return plan_page(version.plan, f"Check {version_name(version).lower()}") | {
        "tab_title": tab_title("Check a plan"),
        "version": version,
        "reading": version.reading,
        "job": job,
        "job_failed": job is not None and job.status in (JobStatus.FAILED, JobStatus.CANCELLED),
        "my_job": job is not None and job.user_id == request.user.pk,
        "sections": sections,
        "next_letter": next((letter for letter, _, _, done in sections if not done), None),
        "done": len(checked),
        "stored": services.stored_file(version),
    }


def _no_reading(version):
    return redirect("ehcp:plan-detail", pk=version.plan_id)


@require_permission(P.CASE_EDIT)
@form_page
def section_check(request, pk, letter):
    """One section beside the pages of the PDF."""
    version = _unconfirmed(request, pk)
    letter = letter_or_404(letter)
    is_right = request.POST.get("then") == "right"

    def check(cleaned):
        return services.check_section(version=version, letter=letter, is_right=is_right, by=request.user, **cleaned)

    return FormPage(
        form=section_form(request, version, letter),
        save=check,
        then=lambda saved: _after_check(version, letter, is_right, saved),
        page=lambda: _section_page(version, letter),
        template="ehcp/section_check.html",
        draft=draft_key(version, letter),
        versioned=OF_A_SECTION,
    ).respond(request)


def _section_page(version, letter):
    checked = version.reading.checked
    return plan_page(version.plan, f"Check Section {letter}", beside(version)) | {
        "tab_title": tab_title("Check a plan"),
        "version": version,
        "letter": letter,
        "name": SectionLetter(letter).label,
        "sections": [(one, words, one in checked) for one, words in SectionLetter.choices],
        "rows_kind": OF_SECTION.get(letter),
        "outcomes": list(version.outcomes.all()) if letter == "E" else [],
        "lines": [row for row in selectors.checked_lines(version) if row.line.section == letter],
        "pages": list(version.reading.pictures.all()),
        "page": version.reading.places.get(letter),
        "done": len(checked),
        "may_edit": True,
        "cancel": reverse("ehcp:section-check", args=[version.pk, letter]),
    }


def _after_check(version, letter, is_right, saved):
    """To the next section that nobody checked, or to the whole when none is left."""
    if not is_right:
        return redirect("ehcp:section-check", pk=version.pk, letter=letter)
    order = SectionLetter.values
    later = order[order.index(letter) + 1 :] + order
    following = next((one for one in later if one not in saved.checked), None)
    if following is None:
        return redirect("ehcp:version-check", pk=version.pk)
    return redirect("ehcp:section-check", pk=version.pk, letter=following)


@require_permission(P.CASE_EDIT)
@form_page
def version_discard(request, pk):
    version = _unconfirmed(request, pk)
    plan = version.plan
    return ConfirmPage(
        act=partial(services.discard_version, version=version, by=request.user),
        done="What was read is thrown away. The PDF stays with the child's documents.",
        then=reverse("ehcp:plan-detail", args=[plan.pk]),
        page=plan_page(plan, f"Throw away {version_name(version).lower()}", beside(version))
        | {
            "explanation": "What was read, and what you changed of it, goes. The PDF itself stays with the documents.",
            "submit": "Throw it away",
            "danger": True,
            "cancel": version_address(version),
        },
    ).respond(request)


@require_permission(P.CASE_VIEW)
@require_GET
def version_page(request, pk, number):
    """The picture of one page. It is shown beside the words, so it is part of reading the record, which is kept."""
    version = version_in_view(request, pk)
    plan = version.plan
    picture = version.reading.pictures.filter(number=number).first() if hasattr(version, "reading") else None
    own = StoredFile.objects.filter(school_id=plan.school_id, pupil_id=plan.pupil_id)
    stored = own.filter(pk=picture.file_id).first() if picture else None
    if stored is None:
        raise Http404
    audit.record_read(school_id=plan.school_id, pupil_id=plan.pupil_id, by=request.user, what="EHC plan, pages")
    try:
        return download_response(stored, filename=f"page-{number}.png")
    except FileNotAvailable as error:
        raise Http404 from error
