"""Pages that put a pupil on roll and change what the school knows of the child."""

import copy
from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.urls import reverse

from sendco.clock import long_date
from sendco.formkit.page import FormPage, form_page, posted
from staff.access import require_permission
from staff.permissions import Permission

from ...models import Enrolment, GroupPlace, Pupil, PupilSupport
from ...models.register import ON_REGISTER
from ...views.form_pages import confirm, pupil_form, pupil_page
from ..forms.records import (
    EnrolmentForm,
    FirstDayForm,
    GroupForm,
    KeyWorkerForm,
    LeaverForm,
    PupilAddForm,
    PupilForm,
    ReadmitForm,
    SupportForm,
    year_by_birth,
)
from ..services import pupils as services
from ..services.enrolments import correct_first_day

DRAFT = "pupil-new"


def _pupil(request, pk):
    return get_object_or_404(Pupil.objects.visible_to(request.acting), pk=pk)


def _say_saved(request, pupil, message):
    """Say what was saved, and that the year taught in is not the one by birth date: said, never changed."""
    by_birth = year_by_birth(pupil)
    if by_birth and pupil.year_group:
        taught = pupil.get_year_group_display()
        message += f" Taught in {taught}; by birth date it would be {by_birth}. Kept as typed."
    messages.success(request, message)


@require_permission(Permission.PUPIL_EDIT)
@form_page
def pupil_add(request):
    form = PupilAddForm(posted(request), acting=request.acting)

    def add(_cleaned):
        return services.add_pupil(school=request.acting.school, by=request.user, **form.enrolment(), **form.values())

    def said(pupil):
        _say_saved(request, pupil, f"{pupil.name} is on roll.")
        on_register = form.enrolment()["code"] in ON_REGISTER
        return reverse("pupils:needs-change" if on_register else "pupil-detail", args=[pupil.pk])

    page = {
        "title": "Add a pupil",
        "submit": "Put on roll",
        "cancel": reverse("register"),
        "section": "register",
        "crumbs": [("Register", reverse("register"))],
        "lead": "For one child. A whole list comes in faster as an import.",
    }
    return FormPage(form=form, save=add, then=said, page=page, draft=DRAFT, template="pupils/pupil_form.html").respond(
        request
    )


@require_permission(Permission.PUPIL_EDIT)
@form_page
def pupil_edit(request, pk):
    pupil = _pupil(request, pk)
    form = PupilForm(posted(request), instance=copy.copy(pupil), acting=request.acting)

    def save(cleaned):
        return services.update_pupil(pupil=pupil, values=form.values(), version=cleaned["version"], by=request.user)

    def said(saved):
        _say_saved(request, saved, "Details saved.")
        return pupil_page(request.acting, saved)

    return pupil_form(
        request,
        form,
        save,
        pupil=pupil,
        then=said,
        title=f"Details of {pupil.name}",
        submit="Save",
        template="pupils/pupil_form.html",
    )


@require_permission(Permission.PUPIL_EDIT)
@form_page
def enrolment_change(request, pk):
    pupil = _pupil(request, pk)
    enrolments = list(Enrolment.objects.visible_to(request.acting).filter(pupil=pupil).select_related("unit"))
    present = next((row for row in enrolments if row.ends_on is None), None)
    initial = {"kind": present.kind, "unit": present.unit_id, "other_school": present.other_school} if present else None
    form = EnrolmentForm(posted(request), acting=request.acting, initial=initial)

    def change(cleaned):
        return services.change_enrolment(pupil=pupil, by=request.user, **{"unit": None} | cleaned)

    return pupil_form(
        request,
        form,
        change,
        pupil=pupil,
        done=f"Enrolment of {pupil.name} changed.",
        title=f"Change the enrolment of {pupil.name}",
        submit="Save the change",
        template="pupils/enrolment_form.html",
        present=present,
        enrolments=enrolments,
    )


@require_permission(Permission.PUPIL_EDIT)
@form_page
def first_day_correct(request, pk):
    enrolment = get_object_or_404(Enrolment.objects.visible_to(request.acting).select_related("pupil"), pk=pk)
    pupil = enrolment.pupil
    form = FirstDayForm(posted(request), initial={"starts_on": enrolment.starts_on})

    def correct(cleaned):
        return correct_first_day(enrolment=enrolment, by=request.user, **cleaned)

    return pupil_form(
        request,
        form,
        correct,
        pupil=pupil,
        done="First day corrected. What stood there before stays in the history.",
        title=f"Correct the first day of {pupil.name}",
        lead=f"{enrolment.get_kind_display()} since {long_date(enrolment.starts_on)}. Only for a slip: the status that "
        "began on that day moves with it, and dates that are due are worked out again.",
        submit="Correct the first day",
    )


@require_permission(Permission.PUPIL_EDIT)
@form_page
def pupil_leave(request, pk):
    pupil = _pupil(request, pk)
    form = LeaverForm(posted(request))

    def leave(cleaned):
        return services.record_leaver(pupil=pupil, by=request.user, **cleaned)

    return pupil_form(
        request,
        form,
        leave,
        pupil=pupil,
        done=lambda _answer: f"{pupil.name} is off roll from {long_date(form.cleaned_data['left_on'])}.",
        title=f"{pupil.name} leaves",
        lead="The record is kept. SEN status, needs, flags, groups and support end on the last day.",
        submit="Take off roll",
        template="pupils/leaver_form.html",
    )


@require_permission(Permission.PUPIL_EDIT)
@form_page
def pupil_readmit(request, pk):
    pupil = _pupil(request, pk)
    form = ReadmitForm(posted(request), acting=request.acting)

    def readmit(cleaned):
        return services.readmit(pupil=pupil, by=request.user, **cleaned)

    return pupil_form(
        request,
        form,
        readmit,
        pupil=pupil,
        done=f"{pupil.name} is back on roll. Check the SEN status and the flags.",
        title=f"{pupil.name} comes back",
        lead="A new enrolment begins with no SEN status. What was recorded before stays as it was.",
        submit="Put back on roll",
    )


@require_permission(Permission.PUPIL_EDIT)
@form_page
def key_worker(request, pk):
    pupil = _pupil(request, pk)
    form = KeyWorkerForm(posted(request), acting=request.acting, initial={"user": pupil.key_worker_id})

    def choose(cleaned):
        services.set_key_worker(pupils=[pupil], user=cleaned["user"], by=request.user)

    return pupil_form(
        request, form, choose, pupil=pupil, done="Key worker saved.", title=f"Key worker of {pupil.name}", submit="Save"
    )


@require_permission(Permission.PUPIL_EDIT)
@form_page
def support_add(request, pk):
    pupil = _pupil(request, pk)
    form = SupportForm(posted(request), acting=request.acting)

    def add(cleaned):
        return services.add_support(pupil=pupil, by=request.user, **cleaned)

    return pupil_form(
        request,
        form,
        add,
        pupil=pupil,
        done=lambda _answer: f"{form.cleaned_data['user'].name} supports {pupil.name}.",
        title=f"Who supports {pupil.name}",
        submit="Add",
    )


@require_permission(Permission.PUPIL_EDIT)
@form_page
def support_end(request, pk):
    rows = PupilSupport.objects.visible_to(request.acting).open().select_related("pupil", "user")
    support = get_object_or_404(rows, pk=pk)
    return confirm(
        request,
        partial(services.end_support, support=support, by=request.user),
        pupil=support.pupil,
        done=f"{support.user.name} no longer supports {support.pupil.name}.",
        title=f"{support.user.name} stops supporting {support.pupil.name}",
        explanation=f"{support.user.first_name} can no longer open this record through it, from now on.",
        submit="End the support",
    )


@require_permission(Permission.PUPIL_EDIT)
@form_page
def group_place(request, pk):
    pupil = _pupil(request, pk)
    form = GroupForm(posted(request), acting=request.acting)

    def place(cleaned):
        return services.place_in_group(pupil=pupil, group=cleaned["group"], by=request.user)

    return pupil_form(
        request,
        form,
        place,
        pupil=pupil,
        done=lambda _answer: f"{pupil.name} is in {form.cleaned_data['group'].name}.",
        title=f"Put {pupil.name} in a group",
        submit="Put in the group",
    )


@require_permission(Permission.PUPIL_EDIT)
@form_page
def group_end(request, pk):
    rows = GroupPlace.objects.visible_to(request.acting).open().select_related("pupil", "group")
    place = get_object_or_404(rows, pk=pk)
    return confirm(
        request,
        partial(services.end_group_place, place=place, by=request.user),
        pupil=place.pupil,
        done=f"{place.pupil.name} is no longer in {place.group.name}.",
        title=f"Take {place.pupil.name} out of {place.group.name}",
        explanation="The staff of this group can no longer open this record through it, from now on.",
        submit="Take out of the group",
    )
