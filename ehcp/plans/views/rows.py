"""The outcomes and the lines of provision of a version, each with a form of its own."""

import copy
from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from sendco.formkit.page import ConfirmPage, form_page, posted
from sendco.formkit.versions import Versioned
from sendco.refusals import Refused
from staff.access import require_permission
from staff.permissions import Permission as P

from ...models import PlanOutcome, ProvisionLine
from .. import forms
from ..selectors import plans as selectors
from ..services import versions as services
from .plans import plan_form, plan_page
from .versions import (
    MOST_LOOKED_BACK,
    beside,
    version_address,
    version_in_view,
)

ROWS = {"outcome": PlanOutcome, "line": ProvisionLine}


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
