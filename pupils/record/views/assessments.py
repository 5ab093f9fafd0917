import copy
from functools import partial

from django.shortcuts import get_object_or_404
from django.urls import reverse

from sendco.formkit.page import form_page, posted
from staff.access import require_permission
from staff.permissions import Permission

from ...models import Assessment, Pupil
from ...views.form_pages import confirm, pupil_form
from ..forms.assessments import AssessmentForm
from ..services import assessments as services


def _assessment(request, pk):
    rows = Assessment.objects.visible_to(request.acting).filter(removed_on=None).select_related("pupil")
    return get_object_or_404(rows, pk=pk)


@require_permission(Permission.ASSESSMENT_EDIT)
@form_page
def assessment_add(request, pk):
    pupil = get_object_or_404(Pupil.objects.visible_to(request.acting), pk=pk)
    form = AssessmentForm(posted(request), pupil=pupil, initial={"assessed_by": request.user.name})

    def add(_cleaned):
        return services.add_assessment(pupil=pupil, values=form.values(), by=request.user)

    return pupil_form(
        request,
        form,
        add,
        pupil=pupil,
        done="Assessment added.",
        title=f"Add an assessment of {pupil.name}",
        submit="Add the assessment",
        template="pupils/assessment_form.html",
    )


@require_permission(Permission.ASSESSMENT_EDIT)
@form_page
def assessment_edit(request, pk):
    assessment = _assessment(request, pk)
    form = AssessmentForm(posted(request), instance=copy.copy(assessment), pupil=assessment.pupil)

    def save(cleaned):
        return services.update_assessment(
            assessment=assessment, values=form.values(), version=cleaned["version"], by=request.user
        )

    return pupil_form(
        request,
        form,
        save,
        pupil=assessment.pupil,
        done="Assessment saved.",
        title=f"Assessment of {assessment.pupil.name}",
        submit="Save",
        template="pupils/assessment_form.html",
        remove=reverse("pupils:assessment-remove", args=[pk]),
    )


@require_permission(Permission.ASSESSMENT_EDIT)
@form_page
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
