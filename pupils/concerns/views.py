from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.drafts.services import discard_draft, load_draft
from sendco.limits.services import RateLimited, check_limit
from sendco.refusals import ChangedMeanwhile, Refused
from staff.access import require_permission
from staff.permissions import Permission

from .. import search
from ..models import Concern, ConcernView, Pupil, WatchListEntry
from ..models.concerns import RATED
from ..register.services import open_entry
from . import selectors, services
from .forms import AskForm, ConcernForm, PupilSearchForm, TriageForm, ViewAnswerForm, WithdrawViewForm

PER_PAGE = 25
HOME = ("Concerns", "pupils:concern-list")


def crumbs(*more):
    return [(HOME[0], reverse(HOME[1])), *more]


def posted(request):
    """The posted data, also when the browser sent no field at all; None on a GET."""
    return request.POST if request.method == "POST" else None


def draft_of(request, key):
    """What this person typed here before and did not send, as initial values."""
    draft = load_draft(by=request.user, school_id=request.acting.school.pk, form_key=key)
    if draft is None:
        return {}
    return {name: value[-1] if isinstance(value, list) and value else value for name, value in draft.data.items()}


def forget_draft(request, key):
    discard_draft(by=request.user, school_id=request.acting.school.pk, form_key=key)


# --- Raise -------------------------------------------------------------------------------------------------------
@require_permission(Permission.CONCERN_RAISE)
@require_http_methods(["GET", "POST"])
def concern_new(request):
    """Two steps on one address: find the child, then say what you see."""
    if not request.GET.get("pupil"):
        return _choose_pupil(request)
    chosen = request.GET["pupil"]
    pupils = Pupil.objects.in_directory(request.acting).select_related("form_group")
    pupil = get_object_or_404(pupils, pk=chosen if chosen.isascii() and chosen.isdigit() else 0)
    key = f"concern-new-{pupil.pk}"
    form = ConcernForm(posted(request), initial=_without_key(draft_of(request, key)), school=request.acting.school)
    if request.method == "POST" and form.is_valid():
        try:
            concern = services.raise_concern(pupil=pupil, by=request.user, **form.values())
        except Refused as error:
            form.add_error(None, str(error))
        else:
            forget_draft(request, key)
            messages.success(request, _reply(concern))
            return redirect("pupils:concern-detail", pk=concern.pk)
    return _concern_form(request, form, pupil, key)


def _without_key(initial):
    """A draft of a form that was sent meanwhile must not make the next one look like the same form."""
    return {name: value for name, value in initial.items() if name not in {"form_key", "words_checked"}}


def _reply(concern):
    look = services.first_look(concern)
    by_when = f" by {long_date(look['due'].due_on)}" if look["due"] else ""
    return f"Sent. {look['who']} will look at it{by_when}. You get this by mail too."


def _choose_pupil(request):
    form = PupilSearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    context = {
        "title": "Raise a concern",
        "section": "concerns",
        "crumbs": crumbs(),
        "q": text,
        "found": [],
        "wait": "",
    }
    if text:
        try:
            check_limit("search", request.user.pk)
            context["found"] = [pupil for pupil in search.find(request.acting, text) if pupil.on_roll]
        except RateLimited as error:
            context["wait"] = str(error)
    template = "pupils/concern_found.html" if request.htmx else "pupils/concern_choose.html"
    return render(request, template, context)


def _concern_form(request, form, pupil, key):
    found = getattr(form, "found_words", [])
    if found:
        # What may belong with the safeguarding lead is not kept here, not even as a draft.
        forget_draft(request, key)
    context = {
        "title": "Raise a concern",
        "section": "concerns",
        "crumbs": crumbs(),
        "form": form,
        "pupil": pupil,
        "submit": "Send",
        "cancel": reverse("pupils:concern-list"),
        "draft_key": "" if found else key,
    }
    return render(request, "pupils/concern_new.html", context, status=422 if form.errors else 200)


# --- Lists -------------------------------------------------------------------------------------------------------
@require_permission(Permission.CONCERN_RAISE)
@require_GET
def concern_list(request):
    acting = request.acting
    waiting = list(selectors.views_waiting_for(acting))
    due = selectors.dues_of(waiting, "concern.view")
    context = {
        "title": "Concerns",
        "section": "concerns",
        "today": timezone.localdate(),
        "views_waiting": [{"view": view, "due": due.get(view.pk)} for view in waiting],
    }
    if acting.can(Permission.CONCERN_TRIAGE):
        return render(request, "pupils/concern_queue.html", context | _queue(request))
    page = Paginator(selectors.raised_by_me(acting), PER_PAGE).get_page(request.GET.get("page"))
    rows = _rows(page, "concern.first_look")
    return render(request, "pupils/concern_mine.html", context | {"page": page, "rows": rows})


TABS = {
    "waiting": ("To look at", selectors.to_triage, "concern.first_look"),
    "open": ("Going on", selectors.in_hand, "concern.look_again"),
    "closed": ("Closed", selectors.closed, None),
    "mine": ("Raised by me", selectors.raised_by_me, "concern.first_look"),
}


def _queue(request):
    acting, today = request.acting, timezone.localdate()
    shown = request.GET.get("show")
    shown = shown if shown in TABS else "waiting"
    _, rows_of, rule = TABS[shown]
    page = Paginator(rows_of(acting), PER_PAGE).get_page(request.GET.get("page"))
    since, period = selectors.measured_since(acting.school, today)
    return {
        "tabs": [{"key": key, "label": label, "current": key == shown} for key, (label, _, _) in TABS.items()],
        "shown": shown,
        "page": page,
        "rows": _rows(page, rule),
        "median": in_words(selectors.median_to_first_action(acting, since)),
        "period": period,
    }


def _rows(page, rule):
    due = selectors.dues_of(page.object_list, rule) if rule else {}
    return [{"concern": concern, "due": due.get(concern.pk)} for concern in page.object_list]


def in_words(time):
    """A length of time as people say it, or an empty text for none."""
    if time is None:
        return ""
    hours = round(time.total_seconds() / 3600)
    if hours < 1:
        return "less than an hour"
    if hours < 24:
        return f"{hours} hour{'' if hours == 1 else 's'}"
    days = round(hours / 24)
    return f"{days} day{'' if days == 1 else 's'}"


# --- One concern -------------------------------------------------------------------------------------------------
def _readable(request, pk):
    concerns = selectors.readable(request.acting)
    return get_object_or_404(concerns.select_related("school", "pupil__form_group", "raised_by", "decided_by"), pk=pk)


def _to_triage(request, pk):
    concerns = Concern.objects.visible_to(request.acting)
    return get_object_or_404(concerns.select_related("school", "pupil__form_group", "raised_by", "decided_by"), pk=pk)


def _triage_form(concern, data=None):
    entry = open_entry(concern.pupil)
    watched = WatchListEntry.objects.filter(pupil=concern.pupil, ends_on=None).exists()
    return TriageForm(data, concern=concern, status=entry.code if entry else "", is_watched=watched)


@require_permission(Permission.CONCERN_RAISE)
@require_GET
def concern_detail(request, pk):
    concern = _readable(request, pk)
    return _detail(request, concern)


def _detail(request, concern, form=None, theirs=None):
    audit.record_read(school_id=concern.school_id, pupil_id=concern.pupil_id, by=request.user, what="concern")
    context = {
        "title": f"Concern about {concern.pupil.name}",
        "section": "concerns",
        "crumbs": crumbs(),
        "today": timezone.localdate(),
        "concern": concern,
        "look": services.first_look(concern),
        "may_open_pupil": Pupil.objects.visible_to(request.acting).filter(pk=concern.pupil_id).exists(),
        "theirs": theirs,
    }
    if not selectors.may_triage(request.acting, concern):
        return render(request, "pupils/concern_answer.html", context)
    context |= _for_triage(request, concern)
    if concern.closed_on is None:
        context["form"] = form or _triage_form(concern)
    failed = form is not None and form.errors
    return render(request, "pupils/concern_detail.html", context, status=422 if failed else 200)


def _for_triage(request, concern):
    views = list(concern.views.filter(withdrawn_on=None).select_related("asked_of"))
    asked = {view.asked_of_id for view in views}
    teachers = selectors.who_teaches(concern.pupil).exclude(pk=request.user.pk)
    answered = [view for view in views if view.answered_at]
    fields = ViewAnswerForm(school=concern.school).fields
    return {
        "unasked": [user for user in teachers if user.pk not in asked],
        "views": views,
        "may_withdraw": [
            view.pk
            for view in views
            if not view.answered_at and (request.acting.sees_all_pupils or view.asked_by_id == request.user.pk)
        ],
        "answered": answered,
        "ratings": [
            {
                "label": fields[name].label,
                "cells": [(view.asked_of, getattr(view, f"get_{name}_display")()) for view in answered],
            }
            for name in RATED
        ],
        "open_others": Concern.objects.visible_to(request.acting)
        .filter(pupil=concern.pupil, closed_on=None)
        .exclude(pk=concern.pk)
        .order_by("raised_on", "pk"),
    }


@require_permission(Permission.CONCERN_TRIAGE)
@require_POST
def concern_triage(request, pk):
    concern = _to_triage(request, pk)
    form, theirs = _triage_form(concern, request.POST), None
    if form.is_valid():
        try:
            concern = services.triage(concern=concern, by=request.user, **form.values())
        except ChangedMeanwhile as error:
            theirs = error.theirs
            form.add_error(None, str(error))
        except Refused as error:
            form.add_error(None, str(error))
        else:
            return _after_triage(request, concern)
    return _detail(request, _to_triage(request, pk), form, theirs)


def _after_triage(request, concern):
    if concern.outcome == Concern.Outcome.SUPPORT:
        return redirect(reverse("pupils:status-change", args=[concern.pupil_id]) + f"?concern={concern.pk}")
    messages.success(
        request, f"{concern.pupil.name}: {concern.get_outcome_display()}. {concern.raised_by.name} can read this."
    )
    return redirect("pupils:concern-list")


# --- Ask, and answer ---------------------------------------------------------------------------------------------
@require_permission(Permission.CONCERN_TRIAGE)
@require_http_methods(["GET", "POST"])
def concern_ask(request, pk):
    concern = _to_triage(request, pk)
    teachers = list(selectors.who_teaches(concern.pupil).exclude(pk=request.user.pk).values_list("pk", flat=True))
    asked = concern.views.filter(withdrawn_on=None).values("asked_of")
    colleagues = selectors.colleagues(concern.school).filter(~Q(pk=request.user.pk))
    form = AskForm(posted(request), colleagues=colleagues, initial={"people": teachers})
    if request.method == "POST" and form.is_valid():
        try:
            new = services.ask_for_views(concern=concern, people=form.cleaned_data["people"], by=request.user)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, f"{new} colleague{'' if new == 1 else 's'} asked. They get a mail and a line on their list."
            )
            return redirect("pupils:concern-detail", pk=concern.pk)
    form.fields["people"].queryset = colleagues.exclude(pk__in=asked)
    context = {
        "title": "Ask for views",
        "section": "concerns",
        "crumbs": crumbs((f"Concern about {concern.pupil.name}", reverse("pupils:concern-detail", args=[concern.pk]))),
        "lead": f"Everybody who teaches {concern.pupil.forename} is ticked. Nobody sees what the others wrote.",
        "form": form,
        "submit": "Ask them",
        "cancel": reverse("pupils:concern-detail", args=[concern.pk]),
    }
    return render(request, "components/form_page.html", context, status=422 if form.errors else 200)


@require_permission(Permission.CONCERN_RAISE)
@require_http_methods(["GET", "POST"])
def concern_view_answer(request, pk):
    """For the colleague who was asked, and nobody else."""
    view = get_object_or_404(selectors.views_asked_of(request.acting), pk=pk)
    key = f"concern-view-{view.pk}"
    form = ViewAnswerForm(posted(request), initial=_without_key(draft_of(request, key)), school=request.acting.school)
    if request.method == "POST" and form.is_valid():
        try:
            services.answer_view(view=view, by=request.user, **form.values())
        except Refused as error:
            form.add_error(None, str(error))
        else:
            forget_draft(request, key)
            messages.success(request, f"Thank you. {view.asked_by.name} can read your view now.")
            return redirect("pupils:concern-list")
    if form.found_words:
        forget_draft(request, key)
    audit.record_read(school_id=view.concern.school_id, pupil_id=view.concern.pupil_id, by=request.user, what="concern")
    pupil = view.concern.pupil
    context = {
        "title": f"Your view of {pupil.name}",
        "section": "concerns",
        "crumbs": crumbs(),
        "view": view,
        "pupil": pupil,
        "due": selectors.dues_of([view], "concern.view").get(view.pk),
        "form": form,
        "draft_key": "" if form.found_words else key,
        "given": [(form[name].label, getattr(view, f"get_{name}_display")()) for name in RATED]
        if view.answered_at
        else [],
    }
    return render(request, "pupils/view_answer.html", context, status=422 if form.errors else 200)


@require_permission(Permission.CONCERN_TRIAGE)
@require_http_methods(["GET", "POST"])
def concern_view_withdraw(request, pk):
    """For whoever asked, and for those who lead SEND in the whole school."""
    seen = Concern.objects.visible_to(request.acting)
    views = ConcernView.objects.filter(concern__in=seen).select_related("concern__school", "concern__pupil", "asked_of")
    view = get_object_or_404(views, pk=pk)
    if view.asked_by_id != request.user.pk and not request.acting.sees_all_pupils:
        raise PermissionDenied
    concern = view.concern
    form = WithdrawViewForm(posted(request), school=concern.school)
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw_view(view=view, reason=form.cleaned_data["reason"], by=request.user)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{view.asked_of.name} is no longer asked and gets a mail about it.")
            return redirect("pupils:concern-detail", pk=concern.pk)
    context = {
        "title": f"Stop asking {view.asked_of.name}",
        "section": "concerns",
        "crumbs": crumbs((f"Concern about {concern.pupil.name}", reverse("pupils:concern-detail", args=[concern.pk]))),
        "lead": f"About {concern.pupil.name}. The line goes from their list. You can ask them again later.",
        "form": form,
        "submit": "Stop asking",
        "cancel": reverse("pupils:concern-detail", args=[concern.pk]),
    }
    return render(request, "components/form_page.html", context, status=422 if form.errors else 200)
