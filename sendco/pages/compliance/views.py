"""Is the school doing what the law asks, and are the authorities? Ours apart from theirs, law apart from the rest."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

from django import forms
from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from ehcp.ledger.rollup import sums_between, worked_out_at
from ehcp.ledger.words import cause_words, minutes_words
from governance.selectors import compliance as figures
from sendco.charts.bars import bar_chart
from sendco.charts.lines import Line, line_chart
from sendco.formkit.page import FormPage, form_page, posted
from sendco.limits.services import check_limit
from staff.access import require_permission, step_up
from staff.models import Membership
from staff.models.people import current_on
from staff.periods import CHOICES, period_of
from staff.permissions import Permission as P
from staff.permissions import permissions_of

from ..due.missed import to_explain_count
from . import exports as compliance_exports
from .reading import figures_of, missed_items, missed_rows

PER_PAGE = 25
MOST_SHORT = 20
ON_A_PHONE = 284  # the width of a chart there


def _trend(terms, width):
    if not any(ours is not None or theirs is not None for _, ours, theirs in terms):
        return None
    lines = [
        Line("Ours", tuple(ours for _, ours, _ in terms)),
        Line("LAs", tuple(theirs for *_, theirs in terms), dashed=True),
    ]
    labels = [name for name, *_ in terms]
    return line_chart(
        title="On time by term, law only", labels=labels, lines=lines, suffix="%", head="Term", width=width, height=150
    )


def _cause_chart(causes, width):
    if not causes:
        return None
    return bar_chart(title="Causes of our late duties", bars=causes, head=("Cause", "Duties"), width=width)


def _section_f(acting, period):
    """What the plans promised and what took place: the sums of last night. Three queries."""
    found = sums_between(acting, period.first, period.last)
    promised = sum((one.promised for one in found), Decimal(0))
    short = sum((one.short for one in found), Decimal(0))
    causes = Counter()
    for one in found:
        causes.update(one.causes)
    return {
        "at": worked_out_at(acting),
        "share": int(100 * (promised - short) / promised) if promised else None,
        "promised": minutes_words(Fraction(promised)),
        "short": minutes_words(Fraction(short)),
        "plans": sum(bool(one.promised) for one in found),
        "kept": sum(bool(one.promised) and not one.short for one in found),
        "unlinked": sum(len(one.unlinked) for one in found),
        "causes": [
            (cause_words(code, "the pupil"), minutes_words(Fraction(part))) for code, part in causes.most_common(4)
        ],
        "rows": [
            (
                one, minutes_words(Fraction(one.promised)), minutes_words(Fraction(one.took_place)),
                minutes_words(Fraction(one.short)), cause_words(one.main_cause, one.plan.pupil.forename),
            )
            for one in found
            if one.short
        ][:MOST_SHORT],
    }  # fmt: skip


@require_permission(P.COMPLIANCE_VIEW)
@require_GET
def compliance(request):
    acting, today = request.acting, timezone.localdate()
    period = period_of(request.GET, school=acting.school, today=today)
    period_figures = figures_of(acting, period, today)
    terms = figures.by_term(school=acting.school, last=period.last, today=today)
    page = Paginator(missed_items(acting, period, today), PER_PAGE).get_page(request.GET.get("page"))
    context = period_figures | {
        "title": "Compliance",
        "section": "compliance",
        "period": period,
        "kept": "",
        "kept_fields": [],
        "choices": CHOICES,
        "today": today,
        "page": page,
        "missed": missed_rows(page.object_list, acting),
        "trend": _trend(terms, 480),
        "small_trend": _trend(terms, ON_A_PHONE),
        "cause_chart": _cause_chart(period_figures["causes"], 560),
        "small_cause_chart": _cause_chart(period_figures["causes"], ON_A_PHONE),
        "unexplained": to_explain_count(acting, today),
        "section_f": _section_f(acting, period),
        "may_export": acting.can(P.EXPORT_RUN),
        "has_schools": len(acting.schools) > 1,
    }
    return render(request, "pages/compliance.html", context)


# --- Several schools ----------------------------------------------------------------------------------------------
def schools_of(user, today):
    """The schools in which this person may see compliance today, by name. One query."""
    memberships = Membership.objects.filter(current_on(today), user=user).select_related("school")
    roles = {}
    for membership in memberships.order_by("school__name", "school_id"):
        roles.setdefault(membership.school, set()).add(membership.role)
    return [school for school, held in roles.items() if P.COMPLIANCE_VIEW in permissions_of(held)]


@require_permission(P.COMPLIANCE_VIEW)
@require_GET
def compliance_schools(request):
    """Figures of every school in which this person holds the permission; no child, no person."""
    today = timezone.localdate()
    period = period_of(request.GET, school=request.acting.school, today=today)
    schools = schools_of(request.user, today)
    shares = figures.by_school(
        school_ids=[school.pk for school in schools], first=period.first, last=period.last, today=today
    )
    nothing = figures.Share(0, 0)
    rows = [
        (school, shares.get(school.pk, {}).get("school", nothing), shares.get(school.pk, {}).get("la", nothing))
        for school in schools
    ]
    context = {
        "title": "Compliance of our schools",
        "section": "compliance",
        "crumbs": [("Compliance", reverse("compliance"))],
        "period": period,
        "kept": "",
        "kept_fields": [],
        "choices": CHOICES,
        "today": today,
        "rows": rows,
        "ours": _together(ours for _, ours, _ in rows),
        "theirs": _together(theirs for *_, theirs in rows),
    }
    return render(request, "pages/compliance_schools.html", context)


def _together(shares):
    shares = list(shares)
    return figures.Share(*(sum(getattr(share, name) for share in shares) for name in ("on_time", "late", "late_open")))


# --- The file -----------------------------------------------------------------------------------------------------
class ComplianceExportForm(forms.Form):
    purpose = forms.CharField(
        label="What is it for?", min_length=5, max_length=200, help_text="Kept with the record of this export."
    )
    kind = forms.ChoiceField(
        label="File",
        choices=[("pdf", "PDF to print or send"), ("xlsx", "Excel (XLSX)"), ("csv", "CSV")],
        initial="pdf",
        widget=forms.RadioSelect,
    )
    with_missed = forms.BooleanField(
        label="With every missed duty, its cause and what changes (names children)",
        required=False,
        help_text="Without it the file holds figures only.",
    )


@require_permission(P.COMPLIANCE_VIEW)
@step_up
@form_page
def compliance_export(request):
    source = request.POST if request.method == "POST" else request.GET
    period = period_of(source, school=request.acting.school, today=timezone.localdate())
    form = ComplianceExportForm(posted(request) if "purpose" in request.POST else None)

    def start(cleaned):
        check_limit("export", request.user.pk)
        return compliance_exports.start(period, acting=request.acting, **cleaned)

    page = {
        "title": "Export compliance",
        "lead": f"{period.words}, {period.dates}. The file is yours alone and can be downloaded for 24 hours.",
        "section": "compliance",
        "crumbs": [("Compliance", reverse("compliance"))],
        "carried": [(name, source[name][:20]) for name in ("period", "first", "last") if name in source],
        "cancel": reverse("compliance"),
    }
    return FormPage(
        form=form,
        save=start,
        then=lambda job: reverse("job-detail", args=[job.pk]),
        page=page,
        template="pages/export.html",
    ).respond(request)
