"""The words of a plan: its versions, sections, outcomes and lines, and reading them from a PDF."""

import copy
from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pupils.views.form_pages import tab_title
from sendco.audit import services as audit
from sendco.files.http import download_response
from sendco.files.models import StoredFile
from sendco.files.services import FileNotAvailable
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.formkit.versions import Versioned
from sendco.jobs.models import Job
from sendco.jobs.models import Status as JobStatus
from sendco.limits.services import check_limit
from sendco.refusals import Refused
from staff.access import require_permission
from staff.permissions import Permission as P

from ...models import PlanOutcome, PlanVersion, ProvisionLine, SectionLetter
from .. import forms
from ..selectors import plans as selectors
from ..selectors.compared import compare_versions
from ..selectors.versions import latest
from ..services import plans as plan_services
from ..services import reading
from ..services import versions as services
from .plans import plan_form, plan_in_view, plan_page

MOST_LOOKED_BACK = 50  # earlier wordings of a section or a row
ROWS = {"outcome": PlanOutcome, "line": ProvisionLine}
# Which rows belong to a section: outcomes to E, lines to the sections of provision.
OF_SECTION = {"E": "outcome", "F": "line", "G": "line", "H1": "line", "H2": "line"}


def version_in_view(request, pk):
    return get_object_or_404(selectors.versions_of(request.acting), pk=pk)


def version_address(version):
    """The page of a version: where it is read, or, while nobody confirmed it, where it is checked."""
    route = "ehcp:version-detail" if version.confirmed_at else "ehcp:version-check"
    return reverse(route, args=[version.pk])


def version_name(version):
    return f"Version {version.number}"


def beside(version):
    return (version_name(version), version_address(version))


# --- One version -------------------------------------------------------------------------------------------------
@require_permission(P.CASE_VIEW)
@require_GET
def version_detail(request, pk):
    version = version_in_view(request, pk)
    if version.confirmed_at is None:
        return redirect(version_address(version))
    plan = version.plan
    audit.record_read(school_id=plan.school_id, pupil_id=plan.pupil_id, by=request.user, what="EHC plan")
    current = latest(plan)
    context = plan_page(plan, f"{version_name(version)} of the plan") | {
        "tab_title": tab_title("EHC plan"),
        "version": version,
        "is_current": current == version,
        "sections": all_sections(version),
        "outcomes": list(version.outcomes.all()),
        "lines": selectors.checked_lines(version),
        "others": plan.versions.exclude(pk=version.pk).exclude(confirmed_at=None),
        "may_edit": request.acting.can(P.CASE_EDIT) and plan.ceased_on is None,
    }
    return render(request, "ehcp/version_detail.html", context)


def all_sections(version):
    """(letter, name, words) of every section, empty ones too."""
    found = {section.letter: section.html for section in version.sections.all()}
    return [(letter, words, found.get(letter, "")) for letter, words in SectionLetter.choices]


@require_permission(P.CASE_EDIT)
@form_page
def version_new(request, pk):
    plan = plan_in_view(request, pk)
    asks_need = plan.made_on is None and plan_services.lacks_need(plan.pupil)
    form = forms.VersionStartForm(posted(request), plan=plan, asks_need=asks_need)

    def begin(cleaned):
        values = {name: value for name, value in cleaned.items() if name != "need"}
        return services.new_version(plan=plan, by=request.user, needs=form.needs(), **values)

    return plan_form(
        request,
        form,
        begin,
        case=plan,
        done="The version is there. Change its sections, outcomes and lines.",
        title="New version",
        submit="Begin the version",
        then=version_address,
        lead="It begins with the words of the version you choose. A final version moves the register to E from its "
        "date.",
    )


@require_permission(P.CASE_EDIT)
@form_page
def version_edit(request, pk):
    version = version_in_view(request, pk)
    plan = version.plan
    form = forms.VersionForm(posted(request), instance=copy.copy(version), initial={"version": version.edit_version})

    def save(cleaned):
        return services.change_version(
            version=version, values=form.values(), edit_version=cleaned["version"], by=request.user
        )

    return plan_form(
        request,
        form,
        save,
        case=plan,
        done="The version is saved.",
        title=f"{version_name(version)} of the plan",
        submit="Save",
        more=[beside(version)],
        cancel=version_address(version),
        then=version_address,
        versioned=Versioned(mark=lambda row: row.edit_version, before=_version_seen),
    )


def _version_seen(version, number):
    seen = version.history.filter(edit_version=number).first()
    return seen.instance if seen else None


@require_permission(P.CASE_VIEW)
@require_GET
def version_compare(request, pk):
    version = version_in_view(request, pk)
    form = forms.CompareForm(request.GET or None, version=version)
    other = form.cleaned_data["other"] if form.is_bound and form.is_valid() else form.fields["other"].queryset.first()
    old, new = sorted((version, other), key=lambda one: one.number) if other else (None, version)
    context = plan_page(version.plan, "Two versions side by side", beside(version)) | {
        "tab_title": tab_title("EHC plan"),
        "version": version,
        "old": old,
        "new": new,
        "form": forms.CompareForm(initial={"other": other}, version=version),
        "found": compare_versions(old, new) if other else None,
        "only_changes": request.GET.get("all") != "1",
    }
    return render(request, "ehcp/version_compare.html", context)


@require_permission(P.CASE_VIEW)
@require_GET
def version_file(request, pk):
    """The PDF as it came, byte for byte, as a download."""
    version = version_in_view(request, pk)
    plan = version.plan
    stored = reading.stored_file(version)
    if stored is None:
        raise Http404
    audit.record_read(school_id=plan.school_id, pupil_id=plan.pupil_id, by=request.user, what="EHC plan, original")
    try:
        return download_response(stored, filename=f"plan-{version.dated_on:%Y-%m-%d}.pdf")
    except FileNotAvailable as error:
        messages.warning(request, str(error))
        return redirect(version_address(version))


# --- Sections ----------------------------------------------------------------------------------------------------
def _letter_or_404(letter):
    if letter not in SectionLetter.values:
        raise Http404
    return letter


def _draft_key(version, letter):
    """The key of what is typed for one section of one version."""
    return f"plan-section-{version.pk}-{letter}"


def _section_form(request, version, letter):
    section = services.section_of(version, letter)
    return forms.SectionForm(posted(request), initial={"html": section.html, "seen": services.seen_of(section.html)})


# A section is known by its words: what it said before is in its history under the same mark.
OF_A_SECTION = Versioned(
    field="seen",
    mark=lambda section: services.seen_of(section.html),
    values=lambda section: {"html": section.html},
    before=lambda section, seen: next(
        (row for row in section.history.all()[:MOST_LOOKED_BACK] if services.seen_of(row.html) == seen), None
    ),
)


@require_permission(P.CASE_EDIT)
@form_page
def section_edit(request, pk, letter):
    version = version_in_view(request, pk)
    letter = _letter_or_404(letter)
    if version.confirmed_at is None:
        return redirect("ehcp:section-check", pk=version.pk, letter=letter)

    def keep(cleaned):
        return services.save_section(version=version, letter=letter, by=request.user, **cleaned)

    return plan_form(
        request,
        _section_form(request, version, letter),
        keep,
        case=version.plan,
        done=f"Section {letter} is saved.",
        then=lambda _saved: f"{version_address(version)}#section-{letter}",
        title=f"Section {letter}: {SectionLetter(letter).label}",
        submit="Save the section",
        template="ehcp/section_edit.html",
        more=[beside(version)],
        cancel=version_address(version),
        draft=_draft_key(version, letter),
        version=version,
        versioned=OF_A_SECTION,
    )


# --- Outcomes and lines ------------------------------------------------------------------------------------------
def _row_in_view(request, kind, pk):
    versions = selectors.versions_of(request.acting)
    rows = ROWS[kind].objects.filter(plan_version__in=versions).select_related("plan_version__plan__pupil")
    return get_object_or_404(rows, pk=pk)


def _back_to(version, kind, section="F"):
    """Where the row stands: in its version, or beside the pages while the version is being checked."""
    if version.confirmed_at:
        return f"{version_address(version)}#{kind}s"
    letter = "E" if kind == "outcome" else section
    return reverse("ehcp:section-check", args=[version.pk, letter]) + f"#{kind}s"


def _row_page(request, form, save, *, version, kind, title, submit, section="F"):
    return plan_form(
        request,
        form,
        save,
        case=version.plan,
        done=f"The {kind} is saved.",
        then=lambda saved: _back_to(version, kind, getattr(saved, "section", section)),
        title=title,
        submit=submit,
        template="ehcp/plan_row_form.html",
        more=[beside(version)],
        cancel=_back_to(version, kind, section),
        kind=kind,
        versioned=_of_a_row(kind),
    )


def _of_a_row(kind):
    """An outcome or a line is known by its words, as a section is."""

    def mark(row):
        return services.row_seen(row, _names(kind))

    def before(row, seen):
        found = (past.instance for past in row.history.all()[:MOST_LOOKED_BACK])
        return next((past for past in found if mark(past) == seen), None)

    return Versioned(field="seen", mark=mark, before=before)


def _names(kind):
    return services.OUTCOME_FIELDS if kind == "outcome" else services.LINE_FIELDS


@require_permission(P.CASE_EDIT)
@form_page
def outcome_add(request, pk):
    version = version_in_view(request, pk)
    form = forms.OutcomeForm(posted(request))

    def save(_cleaned):
        return services.save_outcome(version=version, values=form.values(), seen="", by=request.user)

    return _row_page(
        request, form, save, version=version, kind="outcome", title="Add an outcome", submit="Add the outcome"
    )


@require_permission(P.CASE_EDIT)
@form_page
def outcome_edit(request, pk):
    outcome = _row_in_view(request, "outcome", pk)
    seen = services.row_seen(outcome, services.OUTCOME_FIELDS)
    form = forms.OutcomeForm(posted(request), instance=copy.copy(outcome), initial={"seen": seen})
    version = outcome.plan_version

    def save(cleaned):
        return services.save_outcome(
            version=version, outcome=outcome, values=form.values(), seen=cleaned["seen"], by=request.user
        )

    title = f"Outcome {outcome.number}"
    return _row_page(request, form, save, version=version, kind="outcome", title=title, submit="Save the outcome")


@require_permission(P.CASE_EDIT)
@form_page
def line_add(request, pk):
    version = version_in_view(request, pk)
    section = request.GET.get("section", "F")
    section = section if section in ProvisionLine.Section.values else "F"
    form = forms.LineForm(posted(request), version=version, initial={"section": section})

    def save(_cleaned):
        return services.save_line(version=version, values=form.values(), seen="", by=request.user)

    return _row_page(
        request,
        form,
        save,
        version=version,
        kind="line",
        section=section,
        title="Add a line of provision",
        submit="Add the line",
    )


@require_permission(P.CASE_EDIT)
@form_page
def line_edit(request, pk):
    line = _row_in_view(request, "line", pk)
    version, section = line.plan_version, line.section
    seen = services.row_seen(line, services.LINE_FIELDS)
    form = forms.LineForm(posted(request), version=version, instance=copy.copy(line), initial={"seen": seen})

    def save(cleaned):
        return services.save_line(
            version=version, line=line, values=form.values(), seen=cleaned["seen"], by=request.user
        )

    title = f"Line {section}{line.number}"
    return _row_page(
        request, form, save, version=version, kind="line", section=section, title=title, submit="Save the line"
    )


def _row_confirm(request, kind, pk):
    row = _row_in_view(request, kind, pk)
    version = row.plan_version
    back = _back_to(version, kind, getattr(row, "section", "F"))
    return ConfirmPage(
        act=partial(services.remove_row, row=row, by=request.user),
        done=f"The {kind} is taken out. What it said stays in the history.",
        then=back,
        page=plan_page(version.plan, f"Take out this {kind}", beside(version))
        | {"explanation": row.text, "submit": f"Take out the {kind}", "danger": True, "cancel": back},
    ).respond(request)


@require_permission(P.CASE_EDIT)
@form_page
def outcome_remove(request, pk):
    return _row_confirm(request, "outcome", pk)


@require_permission(P.CASE_EDIT)
@form_page
def line_remove(request, pk):
    return _row_confirm(request, "line", pk)


def _row_move(request, kind, pk):
    row = _row_in_view(request, kind, pk)
    try:
        services.move_row(row=row, up=request.POST.get("way") != "down", by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect(_back_to(row.plan_version, kind, getattr(row, "section", "F")))


@require_permission(P.CASE_EDIT)
@require_POST
def outcome_move(request, pk):
    return _row_move(request, "outcome", pk)


@require_permission(P.CASE_EDIT)
@require_POST
def line_move(request, pk):
    return _row_move(request, "line", pk)


@require_permission(P.CASE_EDIT)
@form_page
def line_challenge(request, pk):
    line = _row_in_view(request, "line", pk)
    plan = line.plan_version.plan
    present = line.challenged_on or timezone.localdate()
    form = forms.ChallengeForm(posted(request), initial={"challenged_on": present, "note": line.challenge_note})

    def challenge(cleaned):
        return services.challenge_line(line=line, by=request.user, **cleaned)

    return plan_form(
        request,
        form,
        challenge,
        case=plan,
        done="Saved beside the line.",
        title=f"Ask what line {line.section}{line.number} means",
        submit="Save",
        template="ehcp/line_challenge.html",
        checked=selectors.Checked(line, selectors.vague.of_line(line)),
    )


# --- Reading a PDF -----------------------------------------------------------------------------------------------
@require_permission(P.CASE_EDIT)
@form_page
def plan_read(request, pk):
    plan = plan_in_view(request, pk)
    form = forms.PlanReadForm(posted(request), request.FILES or None, initial={"kind": PlanVersion.Kind.FINAL})
    if request.method == "POST":
        check_limit("upload", request.user.pk)

    def begin(cleaned):
        return reading.start_reading(plan=plan, by=request.user, **cleaned)

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
        return reading.confirm_version(version=version, needs=form.needs(), by=request.user)

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
        "stored": reading.stored_file(version),
    }


def _no_reading(version):
    return redirect("ehcp:plan-detail", pk=version.plan_id)


@require_permission(P.CASE_EDIT)
@form_page
def section_check(request, pk, letter):
    """One section beside the pages of the PDF."""
    version = _unconfirmed(request, pk)
    letter = _letter_or_404(letter)
    is_right = request.POST.get("then") == "right"

    def check(cleaned):
        return reading.check_section(version=version, letter=letter, is_right=is_right, by=request.user, **cleaned)

    return FormPage(
        form=_section_form(request, version, letter),
        save=check,
        then=lambda saved: _after_check(version, letter, is_right, saved),
        page=lambda: _section_page(version, letter),
        template="ehcp/section_check.html",
        draft=_draft_key(version, letter),
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
        act=partial(reading.discard_version, version=version, by=request.user),
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
