"""Everything with a date that this person may know of: what, by when, on what footing, whose, and what to do next."""

from itertools import groupby

from django.http import QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from governance.selectors.reminders import with_acknowledged
from sendco.formkit.page import FormPage, form_page, posted
from sendco.limits.services import check_limit
from staff.access import require_permission, step_up
from staff.permissions import Permission as P

from ..paging import KnownCount
from ..register.forms import ExportForm
from . import exports as feed_exports
from . import items as due_items
from .filters import FeedFilter
from .groups import GROUPS, PLACES, counts
from .missed import lines_of, to_explain

PER_PAGE = 40
LATE_SHOWN = 5


def shaped(items, acting):
    """The lines of a page of items. Two queries, for the children and the people."""
    pupils = due_items.children({item.pupil_id for item in items if item.pupil_id}, acting)
    return due_items.rows(items, pupils=pupils, people=due_items.owners(items, acting), acting=acting)


def _sections(rows, figures):
    """The groups that this page has lines of, in order, each with its lines and how many there are in all."""
    places = {place: (key, label, note) for (key, label, note), place in zip(GROUPS, PLACES.values(), strict=True)}
    return [
        {"key": key, "words": label, "note": note, "count": figures[key], "rows": list(lines)}
        for place, lines in groupby(rows, key=lambda row: row.item.place)
        for key, label, note in [places[place]]
    ]


def _listing(request):
    acting, today = request.acting, timezone.localdate()
    chosen = FeedFilter(request.GET, acting=acting, today=today)
    figures = counts(chosen.items())
    known = figures[chosen.shown] if chosen.shown else sum(figures.values())
    page = KnownCount(with_acknowledged(chosen.rows(), today), PER_PAGE, count=known).get_page(request.GET.get("page"))
    return {
        "page": page,
        "sections": _sections(shaped(list(page.object_list), acting), figures),
        "filter": chosen,
        "show": chosen.shown,
        "sort": chosen.order,
        "figures": figures,
        "total": sum(figures.values()),
        "today": today,
    }


@require_permission(P.PUPIL_VIEW, P.PUPIL_VIEW_UNIT, P.PUPIL_VIEW_ALL)
@require_GET
def due_list(request):
    context = _listing(request)
    if request.htmx and request.htmx.target == "rows":
        return render(request, "pages/_feed_rows.html", context)
    context |= {
        "title": "What is due",
        "section": "due",
        "tabs": [(key, label, context["figures"][key]) for key, label, _ in GROUPS],
        "show_filters": "filters" in request.GET,
        "chips": chips_of(context["filter"], request.GET),
        "may_export": request.acting.can(P.EXPORT_RUN),
    } | _unexplained(request.acting, context)
    return render(request, "pages/feed.html", context)


def _unexplained(acting, context):
    """What ended late and nobody has said why: a few of them, below the whole list."""
    if context["show"] or context["filter"].is_narrowed:
        return {"late_count": 0, "late": []}
    unexplained = to_explain(acting, context["today"])
    return {"late_count": unexplained.count(), "late": lines_of(unexplained[:LATE_SHOWN], acting)}


def chips_of(chosen, query):
    """The filters in force, in words, each with the address that takes it out."""
    chips = []
    for name in chosen.NARROWING:
        value = chosen.values().get(name)
        if not value:
            continue
        rest = query.copy()
        for gone in (name, "page"):
            rest.pop(gone, None)
        chips.append({"words": f"{chosen.fields[name].label}: {_named(chosen, name, value)}", "rest": rest.urlencode()})
    return chips


def _named(chosen, name, value):
    field = chosen.fields[name]
    if hasattr(value, "strftime"):
        return value.strftime("%d/%m/%Y")
    if hasattr(field, "queryset"):
        return ", ".join(str(row) for row in value) if name in ("group", "unit") else str(value)
    names = dict(field.choices)
    return ", ".join(names.get(choice, choice) for choice in ([value] if isinstance(value, str) else value))


@require_permission(P.EXPORT_RUN)
@step_up
@form_page
def due_export(request):
    """Ask why and which columns, then let the file be made in the background."""
    source = request.POST if request.method == "POST" else request.GET
    chosen = FeedFilter(source, acting=request.acting, today=timezone.localdate())
    form = FeedExportForm(posted(request) if "purpose" in request.POST else None, acting=request.acting)

    def start(cleaned):
        check_limit("export", request.user.pk)
        return feed_exports.start(_carried(source), acting=request.acting, **cleaned)

    page = {
        "title": "Export what is due",
        "lead": f"{chosen.rows().count()} dates. The file is yours alone and can be downloaded for 24 hours.",
        "section": "due",
        "crumbs": [("What is due", reverse("due-list"))],
        "carried": _pairs(_carried(source)),
        "cancel": reverse("due-list"),
    }
    return FormPage(
        form=form,
        save=start,
        then=lambda job: reverse("job-detail", args=[job.pk]),
        page=page,
        template="pages/export.html",
    ).respond(request)


class FeedExportForm(ExportForm):
    """Which columns of the feed; the rest as in every export."""

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, acting=acting, **kwargs)
        field = self.fields["fields_out"]
        field.choices = feed_exports.COLUMNS
        field.initial = [key for key, _ in feed_exports.COLUMNS]


def _carried(source):
    """Of what was sent, only what the feed's filter knows."""
    kept = QueryDict(mutable=True)
    for name in FeedFilter.base_fields:
        if name in source:
            kept.setlist(name, [value[:100] for value in source.getlist(name)[:100]])
    return kept


def _pairs(query):
    return [(name, value) for name in query for value in query.getlist(name)]
