"""The school's calendar: terms, INSET days and closures; typed, copied from last year, or read from a file."""

from datetime import date
from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from sendco.clock import academic_year_name, academic_year_start, full_date
from sendco.drafts.services import discard_draft, load_draft, save_draft
from sendco.formkit.page import ConfirmPage, FormPage, NoFields, form_page, posted
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
)
from ..models import AcademicYear, Closure
from ..permissions import Permission
from ..refusals import SchoolReason
from ..term_dates import Row

RECENT = 5
# With a colon, so that no page can save a draft of this name.
PREVIEW = "calendar:import"


def crumbs():
    return [("Calendar", reverse("staff:calendar"))]


def address_of(starts_in):
    return f"{reverse('staff:calendar')}?year={starts_in}"


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
        "tabs": [(year, academic_year_name(year)) for year in sorted({*entered, this_year, this_year + 1, starts_in})],
        "nothing_entered": not entered,
        "may_edit": request.acting.can(Permission.SCHOOL_EDIT),
        "may_copy": starts_in - 1 in entered,
        "year_before": academic_year_name(starts_in - 1),
        "least": selectors.LEAST_SCHOOL_DAYS,
        "changes": selectors.school_changes(request.acting, codes="calendar.")[:RECENT],
    }
    return render(request, "staff/calendar.html", context)


@require_permission(Permission.SCHOOL_EDIT)
@form_page
def year_edit(request, starts_in):
    """Type a year's terms: three, or six half terms."""
    if not 2000 <= starts_in <= 2099:
        raise Http404
    year = selectors.academic_years(request.acting).filter(starts_in=starts_in).first()
    names = WHOLE_TERMS if request.GET.get("terms") == "3" else HALF_TERMS
    form = YearForm(posted(request), initial={"is_confirmed": year.is_confirmed if year else True})
    rows = term_rows(year.terms.all() if year else [], names=names)
    formset = TermFormSet(posted(request), initial=rows, prefix="terms")

    def save(cleaned):
        return services.save_academic_year(
            school=request.acting.school,
            starts_in=starts_in,
            terms=formset.terms,
            is_confirmed=cleaned["is_confirmed"],
            by=request.user,
        )

    page = {
        "title": f"Term dates {academic_year_name(starts_in)}",
        "section": "calendar",
        "crumbs": crumbs(),
        "formset": formset,
        "year": year,
        "cancel": address_of(starts_in),
    }
    return FormPage(
        form=form,
        also=(formset,),
        save=save,
        done=lambda saved: f"Term dates for {saved} saved.",
        then=address_of(starts_in),
        page=page,
        draft=f"term-dates-{starts_in}-{len(names)}",
        template="staff/calendar_year_form.html",
    ).respond(request)


@require_permission(Permission.SCHOOL_EDIT)
@form_page
def year_copy(request, starts_in):
    before = selectors.academic_years(request.acting).filter(starts_in=starts_in - 1).first()
    if before is None:
        raise Http404

    def copy(_cleaned):
        return services.copy_academic_year(school=request.acting.school, starts_in=starts_in, by=request.user)

    page = {
        "title": f"Copy {before} to {academic_year_name(starts_in)}",
        "section": "calendar",
        "crumbs": crumbs(),
        "terms": [
            (term.name, term.starts_on + services.YEAR_OF_WEEKS, term.ends_on + services.YEAR_OF_WEEKS)
            for term in before.terms.all()
        ],
        "cancel": address_of(starts_in),
    }
    return FormPage(
        form=NoFields(posted(request)),
        save=copy,
        done=lambda year: f"A suggestion for {year} is saved. Check each date, then confirm.",
        then=address_of(starts_in),
        page=page,
        template="staff/calendar_year_copy.html",
    ).respond(request)


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
@form_page
def closure_add(request):
    form = ClosureForm(posted(request))

    def add(_cleaned):
        return services.add_closures(school=request.acting.school, closures=[form.closure], by=request.user)

    def said(added):
        return f"{form.closure[0]} added to the calendar." if added else "Those days were in the calendar already."

    page = {
        "title": "Add a closure or INSET day",
        "lead": "Weekends, usual bank holidays and the days between two terms are known already.",
        "section": "calendar",
        "crumbs": crumbs(),
        "submit": "Add to the calendar",
        "cancel": reverse("staff:calendar"),
    }
    return FormPage(
        form=form,
        save=add,
        done=said,
        then=lambda _added: address_of(academic_year_start(form.closure[2])),
        page=page,
    ).respond(request)


@require_permission(Permission.SCHOOL_EDIT)
@form_page
def closure_remove(request, pk):
    closure = get_object_or_404(Closure.objects.visible_to(request.acting), pk=pk)
    back = address_of(academic_year_start(closure.starts_on))
    days = full_date(closure.starts_on)
    if closure.ends_on != closure.starts_on:
        days += f" to {full_date(closure.ends_on)}"
    page = {
        "title": f"Remove {closure.name}, {days}?",
        "section": "calendar",
        "crumbs": crumbs(),
        "explanation": "The days count as school days again, and dates that count school days move with them.",
        "submit": "Remove it",
        "danger": True,
        "cancel": back,
        "cancel_words": "Keep it",
    }
    return ConfirmPage(
        act=partial(services.remove_closure, closure=closure, by=request.user),
        done=f"{closure.name} removed. Those days count as school days again.",
        then=back,
        page=page,
    ).respond(request)


# --- From a file: upload, look at what it says, then save --------------------------------------------------------
@require_permission(Permission.SCHOOL_EDIT)
@form_page
def calendar_import(request):
    form = CalendarFileForm(posted(request), request.FILES or None)
    if request.method == "POST":
        check_limit("upload", request.user.pk)
    page = {
        "title": "Add dates from a file",
        "lead": "You see every date before anything is saved.",
        "section": "calendar",
        "crumbs": crumbs(),
        "submit": "Read the file",
        "cancel": reverse("staff:calendar"),
    }
    return FormPage(
        form=form,
        save=lambda _cleaned: _keep_preview(request, form.reading),
        then=reverse("staff:calendar-import-check"),
        page=page,
    ).respond(request)


@require_permission(Permission.SCHOOL_EDIT)
@form_page
def calendar_import_check(request):
    rows, problems = _preview_of(request)
    if not rows and not problems:
        messages.warning(request, "Choose the file again.")
        return redirect("staff:calendar-import")
    formset = ImportFormSet(posted(request), rows=rows, prefix="rows") if rows else None
    page = {
        "title": "Check the dates",
        "section": "calendar",
        "crumbs": [*crumbs(), ("Add dates from a file", reverse("staff:calendar-import"))],
        "formset": formset,
        "problems": problems,
        "cancel": reverse("staff:calendar-import"),
    }
    return FormPage(
        form=NoFields(posted(request)),
        also=(formset,) if formset is not None else (),
        save=lambda _cleaned: _save_import(request, formset) if formset is not None else _refuse_empty(),
        done=_import_words,
        then=reverse("staff:calendar"),
        page=page,
        template="staff/calendar_import_check.html",
    ).respond(request)


def _refuse_empty():
    raise Refused(SchoolReason.NOTHING_IN_FILE)


def _save_import(request, formset):
    """(years saved, closures added, whether there were any)."""
    terms, closures = formset.chosen()
    years, added = services.import_calendar(
        school=request.acting.school, terms=terms, closures=closures, by=request.user
    )
    discard_draft(by=request.user, school_id=request.acting.school.pk, form_key=PREVIEW)
    return years, added, bool(closures)


def _import_words(answer):
    years, added, has_closures = answer
    saved = [f"Term dates for {year} saved." for year in years]
    if has_closures:
        saved.append(f"{added} added to the calendar." if added else "The other days were there already.")
    return " ".join(saved)


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
