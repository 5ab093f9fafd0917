from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from staff.access import require_permission
from staff.permissions import Permission

from ...models import Assessment, Pupil
from ...views.form_pages import attempt, attempt_versioned, confirm, draw, posted
from ..forms.assessments import AssessmentForm
from ..services import assessments as services


def _assessment(request, pk):
    rows = Assessment.objects.visible_to(request.acting).filter(removed_on=None).select_related("pupil")
    return get_object_or_404(rows, pk=pk)


@require_permission(Permission.ASSESSMENT_EDIT)
@require_http_methods(["GET", "POST"])
def assessment_add(request, pk):
    pupil = get_object_or_404(Pupil.objects.visible_to(request.acting), pk=pk)
    form = AssessmentForm(posted(request), pupil=pupil, initial={"assessed_by": request.user.name})

    def add(_cleaned):
        return services.add_assessment(pupil=pupil, values=form.values(), by=request.user)

    if request.method == "POST" and attempt(form, add):
        messages.success(request, "Assessment added.")
        return redirect("pupil-detail", pk=pupil.pk)
    return draw(
        request,
        form,
        pupil=pupil,
        title=f"Add an assessment of {pupil.name}",
        submit="Add the assessment",
        template="pupils/assessment_form.html",
    )


@require_permission(Permission.ASSESSMENT_EDIT)
@require_http_methods(["GET", "POST"])
def assessment_edit(request, pk):
    assessment = _assessment(request, pk)
    form = AssessmentForm(posted(request), instance=assessment, pupil=assessment.pupil)

    def save(cleaned):
        return services.update_assessment(
            assessment=assessment, values=form.values(), version=cleaned["version"], by=request.user
        )

    def rebind(data, stored):
        return AssessmentForm(data, instance=stored, pupil=assessment.pupil)

    saved, form, conflict = attempt_versioned(form, save, rebind) if request.method == "POST" else (None, form, None)
    if saved:
        messages.success(request, "Assessment saved.")
        return redirect("pupil-detail", pk=assessment.pupil_id)
    return draw(
        request,
        form,
        pupil=assessment.pupil,
        title=f"Assessment of {assessment.pupil.name}",
        submit="Save",
        template="pupils/assessment_form.html",
        remove=reverse("pupils:assessment-remove", args=[pk]),
        conflict=conflict,
        status=422 if conflict else None,
    )


@require_permission(Permission.ASSESSMENT_EDIT)
@require_http_methods(["GET", "POST"])
def assessment_remove(request, pk):
    assessment = _assessment(request, pk)
    return confirm(
        request,
        partial(services.remove_assessment, assessment=assessment, by=request.user),
        pupil=assessment.pupil,
        done="Assessment removed.",
        title=f"Remove the assessment {assessment.test}",
        explanation="For a score typed for the wrong child or by mistake. It leaves every list; its history stays.",
        submit="Remove the assessment",
    )
