"""The school's calendar: terms, INSET days and closures; typed, copied from last year, or read from a file."""

from datetime import date

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sendco.clock import academic_year_start
from sendco.drafts.services import discard_draft, load_draft, save_draft
from sendco.limits.services import check_limit
from sendco.refusals import Refused

from .. import selectors, services
from ..access import require_permission
from ..forms.calendar import (
    HALF_TERMS,
    WHOLE_TERMS,
    CalendarFileForm,
    ClosureForm,
    ImportFormSet,
    TermFormSet,
    WhichYearForm,
    YearForm,
    term_rows,
    typed_rows,
)
from ..models import AcademicYear, Closure
from ..permissions import Permission
from ..term_dates import Row
from .drafts import find_draft, forget_draft, typed

RECENT = 5
# With a colon, so that no page can save a draft of this name.
PREVIEW = "calendar:import"


def crumbs():
    return [("Calendar", reverse("staff:calendar"))]


def address_of(starts_in):
    return f"{reverse('staff:calendar')}?year={starts_in}"


def year_name(starts_in):
    return f"{starts_in}-{(starts_in + 1) % 100:02d}"


@require_permission(Permission.SCHOOL_VIEW)
@require_GET
def calendar(request):
    this_year = academic_year_start(timezone.localdate())
    asked = WhichYearForm(request.GET)
    starts_in = asked.cleaned_data["year"] if asked.is_valid() else this_year
    entered = dict(selectors.academic_years(request.acting).values_list("starts_in", "is_confirmed"))
    context = {
        "title": "School calendar",
        "section": "calendar",
        "overview": selectors.year_overview(request.acting, starts_in),
        "tabs": [(year, year_name(year)) for year in sorted({*entered, this_year, this_year + 1, starts_in})],
        "nothing_entered": not entered,
        "may_edit": request.acting.can(Permission.SCHOOL_EDIT),
        "may_copy": starts_in - 1 in entered,
        "year_before": year_name(starts_in - 1),
        "least": selectors.LEAST_SCHOOL_DAYS,
        "changes": selectors.school_changes(request.acting, codes="calendar.")[:RECENT],
    }
    return render(request, "staff/calendar.html", context)


@require_permission(Permission.SCHOOL_EDIT)
@require_http_methods(["GET", "POST"])
def year_edit(request, starts_in):
    """Type a year's terms: three, or six half terms."""
    if not 2000 <= starts_in <= 2099:
        raise Http404
    year = selectors.academic_years(request.acting).filter(starts_in=starts_in).first()
    names = WHOLE_TERMS if request.GET.get("terms") == "3" else HALF_TERMS
    key = f"term-dates-{starts_in}-{len(names)}"
    draft = find_draft(request, key)
    is_confirmed = year.is_confirmed if year else True
    rows = term_rows(year.terms.all() if year else [], names=names)
    if draft:
        is_confirmed, rows = "is_confirmed" in draft.data, typed_rows(typed(draft)) or rows
    form = YearForm(request.POST or None, initial={"is_confirmed": is_confirmed})
    formset = TermFormSet(request.POST or None, initial=rows, prefix="terms")
    if request.method == "POST" and form.is_valid() and formset.is_valid():
        if _save_year(request, starts_in, form, formset):
            forget_draft(request, key)
            return redirect(address_of(starts_in))
    context = {
        "title": f"Term dates {year_name(starts_in)}",
        "section": "calendar",
        "crumbs": crumbs(),
        "form": form,
        "formset": formset,
        "year": year,
        "cancel": address_of(starts_in),
        "draft": draft,
        "draft_key": key,
    }
    bad = formset.is_bound and (form.errors or formset.total_error_count())
    return render(request, "staff/calendar_year_form.html", context, status=422 if bad else 200)


def _save_year(request, starts_in, form, formset):
    try:
        year = services.save_academic_year(
            school=request.acting.school,
            starts_in=starts_in,
            terms=formset.terms,
            is_confirmed=form.cleaned_data["is_confirmed"],
            by=request.user,
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, f"Term dates for {year} saved.")
    return True


@require_permission(Permission.SCHOOL_EDIT)
@require_http_methods(["GET", "POST"])
def year_copy(request, starts_in):
    before = selectors.academic_years(request.acting).filter(starts_in=starts_in - 1).first()
    if before is None:
        raise Http404
    refusal, status = "", 200
    if request.method == "POST":
        try:
            year = services.copy_academic_year(school=request.acting.school, starts_in=starts_in, by=request.user)
        except Refused as refused:
            refusal, status = str(refused), 422
        else:
            messages.success(request, f"A suggestion for {year} is saved. Check each date, then confirm.")
            return redirect(address_of(starts_in))
    context = {
        "title": f"Copy {before} to {year_name(starts_in)}",
        "section": "calendar",
        "crumbs": crumbs(),
        "refusal": refusal,
        "terms": [
            (term.name, term.starts_on + services.YEAR_OF_WEEKS, term.ends_on + services.YEAR_OF_WEEKS)
            for term in before.terms.all()
        ],
        "cancel": address_of(starts_in),
    }
    return render(request, "staff/calendar_year_copy.html", context, status=status)


@require_permission(Permission.SCHOOL_EDIT)
@require_POST
def year_confirm(request, pk):
    year = get_object_or_404(AcademicYear.objects.visible_to(request.acting), pk=pk)
    try:
        services.confirm_academic_year(year=year, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Term dates of {year} confirmed.")
    return redirect(address_of(year.starts_in))


@require_permission(Permission.SCHOOL_EDIT)
@require_http_methods(["GET", "POST"])
def closure_add(request):
    form = ClosureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name, _, starts_on, _ = form.closure
        try:
            added = services.add_closures(school=request.acting.school, closures=[form.closure], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            words = f"{name} added to the calendar." if added else "Those days were in the calendar already."
            messages.success(request, words)
            return redirect(address_of(academic_year_start(starts_on)))
    context = {
        "title": "Add a closure or INSET day",
        "lead": "Weekends and bank holidays are known already. Days between two terms are closed by themselves.",
        "section": "calendar",
        "crumbs": crumbs(),
        "form": form,
        "submit": "Add to the calendar",
        "cancel": reverse("staff:calendar"),
    }
    return render(request, "components/form_page.html", context, status=422 if form.errors else 200)


@require_permission(Permission.SCHOOL_EDIT)
@require_http_methods(["GET", "POST"])
def closure_remove(request, pk):
    closure = get_object_or_404(Closure.objects.visible_to(request.acting), pk=pk)
    cancel = address_of(academic_year_start(closure.starts_on))
    if request.method == "POST":
        services.remove_closure(closure=closure, by=request.user)
        messages.success(request, f"{closure.name} removed. Those days count as school days again.")
        return redirect(cancel)
    context = {
        "title": f"Remove {closure.name}?",
        "section": "calendar",
        "crumbs": crumbs(),
        "explanation": "The days count as school days again, and dates that count school days move with them.",
        "submit": f"Remove {closure.name}",
        "danger": True,
        "cancel": cancel,
        "cancel_words": "Keep it",
    }
    return render(request, "components/confirm_page.html", context)


# --- From a file: upload, look at what it says, then save --------------------------------------------------------
@require_permission(Permission.SCHOOL_EDIT)
@require_http_methods(["GET", "POST"])
def calendar_import(request):
    form = CalendarFileForm()
    if request.method == "POST":
        form = CalendarFileForm(request.POST, request.FILES)
        check_limit("upload", request.user.pk)
        if form.is_valid():
            _keep_preview(request, form.reading)
            return redirect("staff:calendar-import-check")
    context = {
        "title": "Add dates from a file",
        "lead": "You see every date before anything is saved.",
        "section": "calendar",
        "crumbs": crumbs(),
        "form": form,
        "submit": "Read the file",
        "cancel": reverse("staff:calendar"),
    }
    return render(request, "components/form_page.html", context, status=422 if form.errors else 200)


@require_permission(Permission.SCHOOL_EDIT)
@require_http_methods(["GET", "POST"])
def calendar_import_check(request):
    rows, problems = _preview_of(request)
    if not rows and not problems:
        messages.warning(request, "Choose the file again.")
        return redirect("staff:calendar-import")
    formset = ImportFormSet(request.POST or None, rows=rows, prefix="rows") if rows else None
    if request.method == "POST" and formset and formset.is_valid():
        if _save_import(request, formset):
            return redirect("staff:calendar")
    context = {
        "title": "Check the dates",
        "section": "calendar",
        "crumbs": [*crumbs(), ("Add dates from a file", reverse("staff:calendar-import"))],
        "formset": formset,
        "problems": problems,
        "cancel": reverse("staff:calendar-import"),
    }
    bad = request.method == "POST"
    return render(request, "staff/calendar_import_check.html", context, status=422 if bad else 200)


def _save_import(request, formset):
    terms, closures = formset.chosen()
    try:
        years, added = services.import_calendar(
            school=request.acting.school, terms=terms, closures=closures, by=request.user
        )
    except Refused as refusal:
        formset.non_form_errors().append(str(refusal))
        return False
    discard_draft(by=request.user, school_id=request.acting.school.pk, form_key=PREVIEW)
    saved = [f"Term dates for {year} saved." for year in years]
    if closures:
        saved.append(f"{added} added to the calendar." if added else "The other days were there already.")
    messages.success(request, " ".join(saved))
    return True


def _keep_preview(request, reading):
    """What a file says waits on the server, for the person who uploaded it alone."""
    rows = [
        [row.name, row.kind, row.starts_on.isoformat(), row.ends_on.isoformat(), row.is_wanted] for row in reading.rows
    ]
    data = {"rows": rows, "problems": reading.problems[:100]}
    save_draft(by=request.user, school_id=request.acting.school.pk, form_key=PREVIEW, data=data)


def _preview_of(request):
    draft = load_draft(by=request.user, school_id=request.acting.school.pk, form_key=PREVIEW)
    if draft is None:
        return [], []
    rows = [
        Row(name, kind, date.fromisoformat(starts_on), date.fromisoformat(ends_on), is_wanted)
        for name, kind, starts_on, ends_on, is_wanted in draft.data["rows"]
    ]
    return rows, draft.data["problems"]
