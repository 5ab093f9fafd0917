"""Runs of interventions: set up on one page, changed from a day on, copied to the next term."""

from datetime import timedelta
from functools import partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sendco.audit.services import record_reads
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.formkit.versions import Versioned, nothing
from staff.access import require_permission
from staff.models import Unit
from staff.permissions import Permission as P
from staff.selectors import current_term, school_calendar

from ..models import Intervention, Place, Provision, Sharing
from ..scores.selectors import of_places, points_of
from ..sessions.selectors import with_facts
from . import forms, selectors, services
from .clashes import clashes
from .planning import last_day_after
from .showing import times_in_words

SHOWN = {"now": "Now", "next": "To come", "past": "Over"}
MEANWHILE = Versioned(
    values=nothing, words="Somebody else changed this run meanwhile. Look at it, then save yours again."
)
MOST_SESSIONS = 60
NEXT_SESSIONS = 10
LONG_FORM = "provision/long_form.html"


def page_of(title, *, submit="", cancel="", run=None):
    trail = [("Provision", reverse("provision:provision-list"))]
    if run:
        trail.append((run.name, address(run)))
    # The browser's tab names no child: a run may carry the name of one.
    tab = {"tab_title": f"Provision: {submit}"} if submit else {}
    return {"title": title, "section": "provision", "crumbs": trail, "submit": submit, "cancel": cancel} | tab


def address(run):
    return reverse("provision:provision-detail", args=[run.pk])


def run_in_view(request, pk):
    runs = selectors.runs(request.acting).select_related("school", "intervention__skill", "unit")
    return get_object_or_404(runs, pk=pk)


@require_permission(P.PROVISION_VIEW)
@require_GET
def provision_list(request):
    acting, today = request.acting, request.acting.today
    shown = request.GET.get("when") if request.GET.get("when") in SHOWN else "now"
    runs = selectors.runs(acting)
    runs = {
        "now": runs.on(today),
        "next": runs.filter(starts_on__gt=today),
        "past": runs.filter(ends_on__lt=today),
    }[shown].order_by("intervention__area", "intervention__name", "name", "pk")
    runs = list(runs[:300])
    records = selectors.records_of([run.pk for run in runs], last=today)
    counts = selectors.counts_of([run.pk for run in runs], today)
    areas = {}
    for run in runs:
        line = (run, records[run.pk], counts.get(run.pk, 0), times_in_words(selectors.times_now(run, today)))
        areas.setdefault(run.intervention.get_area_display(), []).append(line)
    context = page_of("Provision") | {
        "crumbs": [],
        "areas": areas.items(),
        "shown": shown,
        "choices": SHOWN.items(),
        "waiting": selectors.waiting(acting).count() if acting.can(P.PROVISION_EDIT) else 0,
        "may_edit": acting.can(P.PROVISION_EDIT),
    }
    return render(request, "provision/provision_list.html", context)


@require_permission(P.PROVISION_VIEW)
@require_GET
def provision_detail(request, pk):
    run, acting, today = run_in_view(request, pk), request.acting, request.acting.today
    may_edit = acting.can(P.PROVISION_EDIT)
    sessions = with_facts(run.sessions.all())
    ahead = sessions.filter(on__gte=today).order_by("on", "starts_at", "part", "pk")
    behind = sessions.filter(on__lt=today).order_by("-on", "starts_at", "part", "pk")
    whole = "sessions" in request.GET
    places = selectors.places_of(acting, run)
    shown = [place for place in places if place.is_known] if not selectors.leads(acting, run) else places
    context = page_of(run.name) | {
        "run": run,
        "places": shown,
        "others": len(places) - len(shown),
        "times": selectors.times_now(run, today),
        "record": selectors.records_of([run.pk], last=today)[run.pk],
        "clashes": clashes(run, today) if may_edit else [],
        "no_days": selectors.unplanned_days(run),
        "ahead": list(ahead if whole else ahead[:NEXT_SESSIONS]),
        "behind": list(behind if whole else behind[:MOST_SESSIONS]),
        "is_whole": whole or (behind.count() <= MOST_SESSIONS and ahead.count() <= NEXT_SESSIONS),
        "is_shared": len([row for row in run.adults.all() if row.ends_on is None]) > 1,
        "today": today,
        "may_edit": may_edit,
        "may_add": may_edit or selectors.leads_now(acting, run),
    }
    context["children"] = _children(acting, run, shown)
    record_reads(school_id=run.school_id, pupil_ids=[row.pupil_id for row in shown], by=request.user, what="provision")
    return render(request, "provision/provision_detail.html", context)


def _children(acting, run, places):
    """What changed for the children of whom this person may know: one's own, all for those who lead it."""
    whole = selectors.leads(acting, run)
    children = of_places([place for place in places if whole or place.is_known])
    words = dict(points_of(acting.school))
    for one in children:
        one.judged = words.get(one.outcome.value) if one.outcome else None
    return children


# --- Setting up --------------------------------------------------------------------------------------------------
@require_permission(P.PROVISION_EDIT)
@form_page
def provision_add(request, pk):
    acting = request.acting
    intervention = get_object_or_404(Intervention.objects.visible_to(acting), pk=pk, is_archived=False)
    form = forms.SetUpForm(posted(request), acting=acting, initial=_usual(acting, intervention, request.GET))

    def save(cleaned):
        return services.set_up(
            school=acting.school, intervention=intervention, values=form.values, times=form.times,
            adults=list(cleaned["adults"]), pupils=list(cleaned["pupils"]), by=request.user,
        )  # fmt: skip

    cancel = reverse("provision:intervention-detail", args=[intervention.pk])
    page = page_of(f"Set up {intervention.name}", submit="Set it up", cancel=cancel)
    page["lead"] = f"Usually: {intervention.shape}."
    return FormPage(
        form=form, save=save, done=lambda run: f"{run.name} is set up.", then=address, page=page,
        template=LONG_FORM,
    ).respond(request)  # fmt: skip


def _usual(acting, intervention, asked):
    """What a run of it usually looks like, from the next school day on, with those who wait for it."""
    calendar = school_calendar(acting.school)
    first = acting.today + timedelta(days=1)
    number = intervention.runs.filter(ends_on__gte=acting.today).count() + 1
    units = Unit.objects.visible_to(acting)
    waits = [row.pupil_id for row in selectors.waiting(acting).filter(intervention=intervention)]
    return {
        "name": f"{intervention.name}, group {number}"[:80],
        "pupils": [*waits, *(int(pk) for pk in asked.getlist("pupil") if pk.isdecimal() and len(pk) < 12)],
        "weekdays": [str(day) for day in range(min(intervention.times_a_week, 5))],
        "minutes": intervention.minutes,
        "starts_on": first,
        "ends_on": last_day_after(calendar, first, intervention.weeks),
        "sharing": Sharing.TOGETHER,
        "unit": units.filter(pk__in=acting.unit_ids).first() if not acting.can(P.PUPIL_VIEW_ALL) else None,
    }


@require_permission(P.PROVISION_EDIT)
@form_page
def provision_edit(request, pk):
    run = run_in_view(request, pk)
    names = ("name", "starts_on", "ends_on", "place", "focus", "unit", "funding", "is_private", "version")
    initial = {name: getattr(run, name) for name in names}
    form = forms.RunForm(posted(request), acting=request.acting, initial=initial)
    return FormPage(
        form=form,
        save=lambda cleaned: services.change_run(
            run=run, values=form.values, version=cleaned["version"], by=request.user
        ),
        done="Saved.",
        then=address(run),
        page=page_of(f"Change {run.name}", submit="Save", cancel=address(run), run=run),
    ).respond(request)


@require_permission(P.PROVISION_EDIT)
@form_page
def provision_times(request, pk):
    run, today = run_in_view(request, pk), request.acting.today
    rows = [
        {"weekday": str(row.weekday), "week": row.week, "starts_at": row.starts_at, "minutes": row.minutes}
        for row in selectors.times_now(run, today)
        if row.ends_on is None
    ]
    formset = forms.TimeFormSet(posted(request), initial=rows, prefix="time")
    page = page_of(f"When {run.name} meets", submit="Save the times", cancel=address(run), run=run)
    page |= {
        "formset": formset,
        "lead": "Sessions before the day you choose stay as they are, logged or not. To take a time away, empty it.",
    }
    return FormPage(
        form=forms.FromDayForm(posted(request), initial={"version": run.version}),
        also=(formset,),
        save=lambda cleaned: services.set_times(run=run, times=formset.times, by=request.user, **cleaned),
        done="The times are saved, and the sessions to come are planned anew.",
        then=address(run),
        page=page,
        template="provision/times_form.html",
        versioned=MEANWHILE,
    ).respond(request)


@require_permission(P.PROVISION_EDIT)
@form_page
def provision_adults(request, pk):
    run = run_in_view(request, pk)
    now = [row.member_id for row in run.adults.all() if row.ends_on is None]
    form = forms.AdultsForm(
        posted(request), acting=request.acting, initial={"adults": now, "sharing": run.sharing, "version": run.version}
    )
    page = page_of(f"Who leads {run.name}", submit="Save", cancel=address(run), run=run)
    page["lead"] = "Who held a session before the day you choose stays as it is."
    return FormPage(
        form=form,
        save=lambda cleaned: services.set_adults(
            run=run, by=request.user, **cleaned | {"adults": list(cleaned["adults"])}
        ),
        done="Saved, and the sessions to come have their adults.",
        then=address(run),
        page=page,
        template=LONG_FORM,
        versioned=MEANWHILE,
    ).respond(request)


@require_permission(P.PROVISION_EDIT)
@form_page
def provision_copy(request, pk):
    run, acting = run_in_view(request, pk), request.acting
    calendar = school_calendar(acting.school)
    term = current_term(acting.school, acting.today)
    first = max(run.ends_on, acting.today, term.ends_on if term else run.ends_on) + timedelta(days=1)
    first = last_day_after(calendar, first, 1) - timedelta(days=4) if calendar else first
    initial = {"starts_on": first, "ends_on": last_day_after(calendar, first, run.intervention.weeks)}
    page = page_of(f"Run {run.name} again", submit="Copy it", cancel=address(run), run=run)
    page["lead"] = "With the same pupils, adults, days and times. All of it can be changed afterwards."
    return FormPage(
        form=forms.CopyForm(posted(request), initial=initial),
        save=lambda cleaned: services.copy_run(run=run, by=request.user, **cleaned),
        done=lambda copy: f"{copy.name} is copied.",
        then=address,
        page=page,
    ).respond(request)


@require_permission(P.PROVISION_EDIT)
@form_page
def provision_remove(request, pk):
    run = run_in_view(request, pk)
    page = page_of(f"Remove {run.name}?", submit="Remove it", cancel=address(run), run=run)
    page |= {
        "explanation": "Only for a run that was set up by mistake and has no log. Otherwise change its last day.",
        "danger": True,
        "cancel_words": "Keep it",
    }
    return ConfirmPage(
        act=partial(services.remove_run, run=run, by=request.user),
        done=f"{run.name} is removed.",
        then=reverse("provision:provision-list"),
        refused_to=address(run),
        page=page,
    ).respond(request)


# --- Children in it ----------------------------------------------------------------------------------------------
@require_permission(P.PROVISION_EDIT)
@form_page
def place_add(request, pk):
    run = run_in_view(request, pk)
    return FormPage(
        form=forms.PupilsForm(posted(request), acting=request.acting, run=run),
        save=lambda cleaned: services.add_pupils(
            run=run, pupils=list(cleaned["pupils"]), starts_on=cleaned["starts_on"], by=request.user
        ),
        done=lambda places: f"{len(places)} pupils added." if len(places) > 1 else "Added.",
        then=address(run),
        page=page_of(f"Who joins {run.name}?", submit="Add", cancel=address(run), run=run),
        template=LONG_FORM,
    ).respond(request)


def _place(request, pk):
    rows = Place.objects.visible_to(request.acting).filter(provision__in=Provision.objects.visible_to(request.acting))
    return get_object_or_404(rows.select_related("provision__intervention", "provision__school", "pupil"), pk=pk)


@require_permission(P.PROVISION_EDIT)
@form_page
def place_edit(request, pk):
    place = _place(request, pk)
    run = place.provision
    parts = sorted({row.part for row in run.adults.filter(ends_on=None) if row.part})
    form = forms.PlaceForm(posted(request), instance=_place(request, pk), acting=request.acting, parts=parts)
    return FormPage(
        form=form,
        save=lambda cleaned: services.change_place(
            place=place, values=form.values, targets=form.chosen, version=cleaned["version"], by=request.user
        ),
        done="Saved.",
        then=address(run),
        page=page_of(f"{place.pupil.name} in {run.name}", submit="Save", cancel=address(run), run=run)
        | {"lead": f"Entry: {run.intervention.entry}" if run.intervention.entry else ""},
    ).respond(request)


@require_permission(P.PROVISION_EDIT)
@form_page
def place_remove(request, pk):
    place = _place(request, pk)
    run = place.provision
    page = page_of(f"Remove {place.pupil.name} from {run.name}?", submit="Remove", cancel=address(run), run=run)
    page |= {
        "explanation": "Only for a place given by mistake. If the child was in it, change the last day instead.",
        "danger": True,
        "cancel_words": "Keep the place",
    }
    return ConfirmPage(
        act=partial(services.remove_place, place=place, by=request.user),
        done="Removed.",
        then=address(run),
        page=page,
    ).respond(request)
