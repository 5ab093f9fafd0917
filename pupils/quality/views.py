"""The data check, the census check, and one key worker for several pupils."""

import hashlib

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.formkit.page import FormPage, form_page, posted
from sendco.limits.services import check_limit
from staff.access import require_permission, step_up
from staff.permissions import Permission

from ..duplicates.forms import CensusForm, KeyWorkerManyForm
from ..models import Pupil
from ..record.services.pupils import set_key_worker
from ..spreadsheets import csv_bytes
from .census import census_table, check_census, key_of
from .checks import CHECKS, GROUPS
from .gaps import Finding, find_gaps, with_names

FIRST_ROWS = 6
PER_PAGE = 50
MOST_CHOSEN = 1000


def crumbs():
    return [("Data check", reverse("pupils:data-quality"))]


# --- Gaps --------------------------------------------------------------------------------------------------------
@require_permission(Permission.DATA_QUALITY_VIEW)
@require_GET
def data_quality(request):
    """Every gap with its first pupils, or one gap with all of them."""
    if request.GET.get("gap"):
        return _one_gap(request, request.GET["gap"])
    findings = with_names(request.acting, find_gaps(request.acting), most=FIRST_ROWS)
    _add_links(findings, request.acting)
    groups = [
        {"title": title, "tone": tone, "findings": [finding for finding in findings if finding.check.group == key]}
        for key, title, tone in GROUPS
    ]
    context = {
        "title": "Data check",
        "section": "data",
        "groups": [group for group in groups if group["findings"]],
        "may_merge": request.acting.can(Permission.MERGE),
        "sees_all": request.acting.sees_all_pupils,
    }
    return render(request, "pupils/quality_list.html", context)


def _one_gap(request, code):
    check = next((check for check in CHECKS if check.code == code), None)
    if check is None or not request.acting.can(check.sees):
        raise Http404
    findings = find_gaps(request.acting, only=code)
    gaps = findings[0].gaps if findings else []
    page = Paginator(gaps, PER_PAGE).get_page(request.GET.get("page"))
    finding = Finding(check, list(page.object_list))
    _add_links(with_names(request.acting, [finding], most=PER_PAGE), request.acting)
    context = {
        "title": check.words(len(gaps)) if gaps else "Nothing left to mend here",
        "section": "data",
        "crumbs": crumbs(),
        "finding": finding,
        "page": page,
    }
    return render(request, "pupils/quality_gap.html", context)


def _add_links(findings, acting):
    for finding in findings:
        mend = finding.check.mend
        mends = acting.can(mend.permission)
        finding.rows = [(pupil, gap, _address(mend, gap) if mends else "") for pupil, gap in finding.rows]


def _address(mend, gap):
    if mend.by == "nothing":
        return reverse(mend.route)
    if mend.by == "query":
        return f"{reverse(mend.route)}?pupil={gap.pupil_id}"
    if mend.by == "target" and gap.target is None:
        return reverse("pupil-detail", args=[gap.pupil_id])
    return reverse(mend.route, args=[gap.target if mend.by == "target" else gap.pupil_id])


# --- Census ------------------------------------------------------------------------------------------------------
@require_permission(Permission.DATA_QUALITY_VIEW)
@require_GET
def census(request):
    today = timezone.localdate()
    form = CensusForm(request.GET if "census" in request.GET else None, today=today)
    check = check_census(request.acting, form.chosen(), today=today)
    context = {
        "title": "Census check",
        "section": "data",
        "crumbs": crumbs(),
        "form": form,
        "key": key_of(check.suggestion),
        "check": check,
        "problems": _with_links(check.problems, request.acting),
        "for_spring": _with_links(check.for_spring, request.acting),
        "is_to_come": check.day < check.suggestion.census_on,
        "may_export": request.acting.can(Permission.EXPORT_RUN),
        "sees_all": request.acting.sees_all_pupils,
    }
    return render(request, "pupils/census_check.html", context)


def _with_links(problems, acting):
    """Each problem with its first pupils as (pupil, address that mends it)."""
    linked = []
    for problem in problems:
        mend = problem.rule.mend
        mends = acting.can(mend.permission)
        rows = [(pupil, reverse(mend.route, args=[pupil.pk]) if mends else "") for pupil in problem.pupils[:PER_PAGE]]
        linked.append({"problem": problem, "rows": rows, "more": len(problem.pupils) - len(rows)})
    return linked


@require_permission(Permission.EXPORT_RUN)
@step_up
@require_POST
def census_download(request):
    """The list for whoever works the information system. Kept in the audit record with its SHA-256, nowhere else."""
    form = CensusForm(request.POST)
    if not form.is_valid():
        raise Http404
    check_limit("export", request.user.pk)
    now = timezone.localtime()
    check = check_census(request.acting, form.chosen(), today=now.date())
    headings, rows = census_table(request.acting, check)
    footer = f"Exported by {request.user.name} on {long_date(now.date())} at {now:%H:%M} for the census check"
    content = csv_bytes(headings, [*rows, [footer]])
    text = (
        f"List for the {check.suggestion.term} census {check.suggestion.census_on.year} exported: {check.roll} pupils "
        f"({', '.join(headings)}). SHA-256 {hashlib.sha256(content).hexdigest()}"
    )
    school = request.acting.school
    about = {"school_id": school.pk, "by": request.user, "reason": f"{check.suggestion.term} census"}
    audit.record_export(pupil_ids=[row.pupil.pk for row in check.rows], what="census", **about)
    audit.record("census.exported", school, text=text, by=request.user, school_id=school.pk)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="census-{key_of(check.suggestion)}.csv"'
    return response


# --- One key worker for several pupils ----------------------------------------------------------------------------
@require_permission(Permission.PUPIL_EDIT)
@form_page
def key_worker_many(request):
    source = request.POST if request.method == "POST" else request.GET
    asked = [int(pk) for pk in source.getlist("pupil")[:MOST_CHOSEN] if pk.isdecimal() and len(pk) < 19]
    pupils = list(Pupil.objects.visible_to(request.acting).on_roll().filter(pk__in=asked).by_name())
    if not pupils:
        messages.warning(request, "Choose at least one pupil who is on roll, then choose the key worker.")
        return redirect("register")
    form = KeyWorkerManyForm(posted(request), acting=request.acting, initial={"pupil": [pupil.pk for pupil in pupils]})
    more = f" and {len(pupils) - FIRST_ROWS} more" if len(pupils) > FIRST_ROWS else ""
    page = {
        "title": f"Key worker of {len(pupils)} pupil{'' if len(pupils) == 1 else 's'}",
        "lead": ", ".join(pupil.name for pupil in pupils[:FIRST_ROWS]) + more,
        "submit": "Save",
        "cancel": reverse("register"),
        "section": "register",
        "crumbs": [("SEND register", reverse("register"))],
    }
    return FormPage(
        form=form,
        save=lambda cleaned: set_key_worker(pupils=cleaned["pupil"], user=cleaned["user"], by=request.user),
        done=lambda count: f"Key worker saved for {count} pupil{'' if count == 1 else 's'}.",
        then=reverse("register"),
        page=page,
    ).respond(request)
