"""The register of SEND equipment."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from staff.access import require_permission
from staff.permissions import Permission as P

from ..models import Equipment, EquipmentCheck, EquipmentLoan
from . import forms, selectors, services


def _page(title, *, submit="", cancel="", thing=None):
    trail = [("Equipment", reverse("pupils:equipment-list"))]
    if thing:
        trail.append((thing.name, address(thing)))
    return {"title": title, "section": "equipment", "crumbs": trail, "submit": submit, "cancel": cancel}


def address(thing):
    return reverse("pupils:equipment-detail", args=[thing.pk])


def _thing(request, pk):
    return get_object_or_404(Equipment.objects.visible_to(request.acting).select_related("school"), pk=pk)


def _loan(request, pk):
    rows = EquipmentLoan.objects.filter(equipment__school=request.acting.school)
    return get_object_or_404(rows.select_related("equipment", "pupil"), pk=pk)


def _check(request, pk):
    rows = EquipmentCheck.objects.filter(equipment__school=request.acting.school)
    return get_object_or_404(rows.select_related("equipment"), pk=pk)


def _with_whom(request, loans):
    """Say of each loan who has it, to those who may know the pupil."""
    known = selectors.pupils_in_view(request.acting, loans)
    for loan in loans:
        loan.whom = loan.room or (loan.pupil.name if loan.pupil_id in known else "a pupil")
        loan.opens = loan.pupil_id in known


@require_permission(P.EQUIPMENT_EDIT)
@require_GET
def equipment_list(request):
    rows = list(selectors.for_list(request.acting))
    _with_whom(request, [loan for row in rows for loan in row.loan_now])
    failed = selectors.failed([row.pk for row in rows])
    for row in rows:
        row.has_failed = row.pk in failed
    context = _page("Equipment") | {
        "crumbs": [],
        "things": [row for row in rows if not row.outcome],
        "gone": [row for row in rows if row.outcome],
        "cost": selectors.cost_of(request.acting),
        "today": request.acting.today,
    }
    return render(request, "pupils/equipment_list.html", context)


@require_permission(P.EQUIPMENT_EDIT)
@require_GET
def equipment_detail(request, pk):
    thing = _thing(request, pk)
    loans = list(thing.loans.select_related("pupil"))
    _with_whom(request, loans)
    checks = list(thing.checks.order_by("-due_on", "-pk"))
    context = _page(thing.name) | {
        "thing": thing,
        "loan": next((loan for loan in loans if loan.ends_on is None), None),
        "loans": [loan for loan in loans if loan.ends_on],
        "checks": [check for check in checks if not check.done_on and not check.ended_on],
        "done": [check for check in checks if check.done_on],
        "has_failed": bool(selectors.failed([thing.pk])),
        "today": request.acting.today,
    }
    return render(request, "pupils/equipment_detail.html", context)


@require_permission(P.EQUIPMENT_EDIT)
@form_page
def equipment_add(request):
    return _form(request, Equipment(school=request.acting.school), title="Add equipment")


@require_permission(P.EQUIPMENT_EDIT)
@form_page
def equipment_edit(request, pk):
    thing = _thing(request, pk)
    return _form(request, thing, title=f"Change {thing.name}")


def _form(request, thing, *, title):
    is_new = thing.pk is None
    form = forms.EquipmentForm(posted(request), instance=thing if is_new else _thing(request, thing.pk))
    stored = Equipment(school=request.acting.school) if is_new else thing
    return FormPage(
        form=form,
        save=lambda cleaned: services.save_equipment(
            thing=stored, values=form.values, version=cleaned["version"], by=request.user
        ),
        done=lambda saved: f"{saved.name} saved.",
        then=address,
        page=_page(title, submit="Save", cancel=reverse("pupils:equipment-list") if is_new else address(thing)),
    ).respond(request)


def _simple(request, thing, *, form, save, title, done, submit="Save"):
    return FormPage(
        form=form,
        save=save,
        done=done,
        then=address(thing),
        page=_page(title, submit=submit, cancel=address(thing), thing=thing),
    ).respond(request)


@require_permission(P.EQUIPMENT_EDIT)
@form_page
def equipment_lend(request, pk):
    thing = _thing(request, pk)
    return _simple(
        request,
        thing,
        form=forms.LendForm(posted(request), acting=request.acting),
        save=lambda cleaned: services.lend(thing=thing, by=request.user, **cleaned),
        title=f"Who gets {thing.name}?",
        done="Noted who has it.",
    )


@require_permission(P.EQUIPMENT_EDIT)
@form_page
def equipment_back(request, pk):
    loan = _loan(request, pk)
    return _simple(
        request,
        loan.equipment,
        form=forms.BackForm(posted(request), initial={"ends_on": loan.ends_on} if loan.ends_on else None),
        save=lambda cleaned: services.take_back(loan=loan, by=request.user, **cleaned),
        title=f"{loan.equipment.name} is back",
        done="Noted that it is back.",
    )


@require_permission(P.EQUIPMENT_EDIT)
@form_page
def check_add(request, pk):
    thing = _thing(request, pk)
    return _simple(
        request,
        thing,
        form=forms.CheckForm(posted(request)),
        save=lambda cleaned: services.add_check(thing=thing, by=request.user, **cleaned),
        title=f"Add a check of {thing.name}",
        done="The check stands in what is due.",
    )


@require_permission(P.EQUIPMENT_EDIT)
@form_page
def check_done(request, pk):
    check = _check(request, pk)
    return _simple(
        request,
        check.equipment,
        form=forms.DoneForm(posted(request)),
        save=lambda cleaned: services.check_done(check=check, by=request.user, **cleaned),
        title=f"{check.get_kind_display()} of {check.equipment.name}",
        done="The check is noted, and the next one is due.",
    )


@require_permission(P.EQUIPMENT_EDIT)
@form_page
def check_correct(request, pk):
    check = get_object_or_404(
        EquipmentCheck.objects.filter(equipment__school=request.acting.school)
        .exclude(done_on=None)
        .select_related("equipment"),
        pk=pk,
    )
    initial = {"done_on": check.done_on, "found": check.found, "has_failed": check.has_failed}
    return _simple(
        request,
        check.equipment,
        form=forms.DoneForm(posted(request), initial=initial),
        save=lambda cleaned: services.correct_check(check=check, by=request.user, **cleaned),
        title=f"Correct the check of {check.equipment.name}",
        done="Corrected.",
    )


@require_permission(P.EQUIPMENT_EDIT)
@form_page
def check_edit(request, pk):
    check = _check(request, pk)
    return _simple(
        request,
        check.equipment,
        form=forms.ChangeCheckForm(posted(request), initial={"due_on": check.due_on, "months": check.months}),
        save=lambda cleaned: services.change_check(check=check, by=request.user, **cleaned),
        title=f"Change when {check.equipment.name} is checked",
        done="Saved.",
    )


@require_permission(P.EQUIPMENT_EDIT)
@form_page
def check_end(request, pk):
    check = _check(request, pk)
    thing = check.equipment
    page = _page(f"No longer check {thing.name}?", submit="End the check", cancel=address(thing), thing=thing)
    page |= {
        "explanation": f"{check.get_kind_display()}. What was done before stays on record.",
        "danger": True,
        "cancel_words": "Keep it",
    }
    return ConfirmPage(
        act=partial(services.end_check, check=check, by=request.user),
        done="Ended.",
        then=address(thing),
        page=page,
    ).respond(request)
