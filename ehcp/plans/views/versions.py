"""The words of a plan: its versions and their sections."""

import copy

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from pupils.views.form_pages import tab_title
from sendco.audit import services as audit
from sendco.files.http import download_response
from sendco.files.services import FileNotAvailable
from sendco.formkit.page import form_page, posted
from sendco.formkit.versions import Versioned
from staff.access import require_permission
from staff.permissions import Permission as P

from ...models import SectionLetter
from .. import forms
from ..selectors import plans as selectors
from ..selectors.compared import compare_versions
from ..selectors.versions import latest
from ..services import plans as plan_services
from ..services import reading
from ..services import versions as services
from .plans import plan_form, plan_in_view, plan_page

MOST_LOOKED_BACK = 50  # earlier wordings of a section or a row


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
def letter_or_404(letter):
    if letter not in SectionLetter.values:
        raise Http404
    return letter


def draft_key(version, letter):
    """The key of what is typed for one section of one version."""
    return f"plan-section-{version.pk}-{letter}"


def section_form(request, version, letter):
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
    letter = letter_or_404(letter)
    if version.confirmed_at is None:
        return redirect("ehcp:section-check", pk=version.pk, letter=letter)

    def keep(cleaned):
        return services.save_section(version=version, letter=letter, by=request.user, **cleaned)

    return plan_form(
        request,
        section_form(request, version, letter),
        keep,
        case=version.plan,
        done=f"Section {letter} is saved.",
        then=lambda _saved: f"{version_address(version)}#section-{letter}",
        title=f"Section {letter}: {SectionLetter(letter).label}",
        submit="Save the section",
        template="ehcp/section_edit.html",
        more=[beside(version)],
        cancel=version_address(version),
        draft=draft_key(version, letter),
        version=version,
        versioned=OF_A_SECTION,
    )
