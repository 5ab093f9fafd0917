from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.formkit import drafts
from sendco.formkit.page import FormPage, form_page, posted
from sendco.formkit.versions import Versioned, nothing
from sendco.limits.services import RateLimited, check_limit
from staff.access import require_permission
from staff.permissions import Permission

from .. import search
from ..models import Concern, ConcernView, Pupil, WatchListEntry
from ..models.concerns import RATED
from ..register.selectors import open_entry
from . import selectors, services
from .forms import AskForm, ConcernForm, PupilSearchForm, TriageForm, ViewAnswerForm, WithdrawViewForm

PER_PAGE = 25
HOME = ("Concerns", "pupils:concern-list")


def crumbs(*more):
    return [(HOME[0], reverse(HOME[1])), *more]


# --- Raise -------------------------------------------------------------------------------------------------------
@require_permission(Permission.CONCERN_RAISE)
@form_page
def concern_new(request):
    """Two steps on one address: find the child, then say what you see."""
    if not request.GET.get("pupil"):
        return _choose_pupil(request)
    chosen = request.GET["pupil"]
    pupils = Pupil.objects.in_directory(request.acting).select_related("form_group")
    pupil = get_object_or_404(pupils, pk=chosen if chosen.isascii() and chosen.isdigit() else 0)
    form = ConcernForm(posted(request), school=request.acting.school)
    key = f"concern-new-{pupil.pk}"
    return FormPage(
        form=form,
        save=lambda _cleaned: services.raise_concern(pupil=pupil, by=request.user, **form.values()),
        done=_reply,
        then=lambda concern: reverse("pupils:concern-detail", args=[concern.pk]),
        page=lambda: _concern_page(request, form, pupil, key),
        draft=key,
        leaves=OF_ONE_SENDING,
        template="pupils/concern_new.html",
    ).respond(request)


# A draft of a form that was sent meanwhile must not make the next one look like the same form.
OF_ONE_SENDING = ("form_key", "words_checked")


def kept_unless_found(request, form, key):
    """The key under which typing is kept. What may belong with the safeguarding lead is not kept, not as a draft."""
    if not form.found_words:
        return key
    drafts.forget(request, key)
    return ""


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


def _concern_page(request, form, pupil, key):
    return {
        "title": "Raise a concern",
        "section": "concerns",
        "crumbs": crumbs(),
        "pupil": pupil,
        "submit": "Send",
        "cancel": reverse("pupils:concern-list"),
        "draft_key": kept_unless_found(request, form, key),
    }


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
    if selectors.may_triage(request.acting, concern):
        return _triage_page(request, concern)
    return render(request, "pupils/concern_answer.html", _about(request, concern))


def _about(request, concern):
    audit.record_read(school_id=concern.school_id, pupil_id=concern.pupil_id, by=request.user, what="concern")
    return {
        "title": f"Concern about {concern.pupil.name}",
        "section": "concerns",
        "crumbs": crumbs(),
        "today": timezone.localdate(),
        "concern": concern,
        "look": services.first_look(concern),
        "may_open_pupil": Pupil.objects.visible_to(request.acting).filter(pk=concern.pupil_id).exists(),
    }


def _triage_page(request, concern):
    """The concern with the form that decides about it, which is posted to an address of its own."""
    if concern.closed_on is not None and request.method != "POST":
        return render(request, "pupils/concern_detail.html", _about(request, concern) | _for_triage(request, concern))
    form = _triage_form(concern, posted(request))
    return FormPage(
        form=form,
        save=lambda _cleaned: services.triage(concern=concern, by=request.user, **form.values()),
        then=lambda decided: _after_triage(request, decided),
        page=lambda: (
            _about(request, concern)
            | _for_triage(request, concern)
            | {"cancel": reverse("pupils:concern-detail", args=[concern.pk])}
        ),
        template="pupils/concern_detail.html",
        versioned=Versioned(values=nothing, groups=(form.decision(),)),
    ).respond(request)


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
@form_page
def concern_triage(request, pk):
    concern = _to_triage(request, pk)
    return _triage_page(request, concern)


def _after_triage(request, concern):
    if concern.outcome == Concern.Outcome.SUPPORT:
        return redirect(reverse("pupils:status-change", args=[concern.pupil_id]) + f"?concern={concern.pk}")
    messages.success(
        request, f"{concern.pupil.name}: {concern.get_outcome_display()}. {concern.raised_by.name} can read this."
    )
    return redirect("pupils:concern-list")


# --- Ask, and answer ---------------------------------------------------------------------------------------------
@require_permission(Permission.CONCERN_TRIAGE)
@form_page
def concern_ask(request, pk):
    concern = _to_triage(request, pk)
    teachers = list(selectors.who_teaches(concern.pupil).exclude(pk=request.user.pk).values_list("pk", flat=True))
    asked = concern.views.filter(withdrawn_on=None).values("asked_of")
    colleagues = selectors.colleagues(concern.school).filter(~Q(pk=request.user.pk))
    form = AskForm(posted(request), colleagues=colleagues, initial={"people": teachers})

    def said(new):
        return f"{new} colleague{'' if new == 1 else 's'} asked. They get a mail and a line on their list."

    def page():
        form.fields["people"].queryset = colleagues.exclude(pk__in=asked)
        return _below(concern) | {
            "title": "Ask for views",
            "lead": f"Everybody who teaches {concern.pupil.forename} is ticked. Nobody sees what the others wrote.",
            "submit": "Ask them",
        }

    return FormPage(
        form=form,
        save=lambda cleaned: services.ask_for_views(concern=concern, people=cleaned["people"], by=request.user),
        done=said,
        then=reverse("pupils:concern-detail", args=[concern.pk]),
        page=page,
    ).respond(request)


def _below(concern):
    """Context of a page below a concern."""
    back = reverse("pupils:concern-detail", args=[concern.pk])
    return {
        "section": "concerns",
        "crumbs": crumbs((f"Concern about {concern.pupil.name}", back)),
        "cancel": back,
    }


@require_permission(Permission.CONCERN_RAISE)
@form_page
def concern_view_answer(request, pk):
    """For the colleague who was asked, and nobody else."""
    view = get_object_or_404(selectors.views_asked_of(request.acting), pk=pk)
    key = f"concern-view-{view.pk}"
    form = ViewAnswerForm(posted(request), school=request.acting.school)
    return FormPage(
        form=form,
        save=lambda _cleaned: services.answer_view(view=view, by=request.user, **form.values()),
        done=f"Thank you. {view.asked_by.name} can read your view now.",
        then=reverse("pupils:concern-list"),
        page=lambda: _view_page(request, view, form, key),
        draft=key,
        leaves=OF_ONE_SENDING,
        template="pupils/view_answer.html",
    ).respond(request)


def _view_page(request, view, form, key):
    concern = view.concern
    audit.record_read(school_id=concern.school_id, pupil_id=concern.pupil_id, by=request.user, what="concern")
    given = [(form[name].label, getattr(view, f"get_{name}_display")()) for name in RATED] if view.answered_at else []
    return {
        "title": f"Your view of {concern.pupil.name}",
        "section": "concerns",
        "crumbs": crumbs(),
        "view": view,
        "pupil": concern.pupil,
        "due": selectors.dues_of([view], "concern.view").get(view.pk),
        "draft_key": kept_unless_found(request, form, key),
        "given": given,
    }


@require_permission(Permission.CONCERN_TRIAGE)
@form_page
def concern_view_withdraw(request, pk):
    """For whoever asked, and for those who lead SEND in the whole school."""
    seen = Concern.objects.visible_to(request.acting)
    views = ConcernView.objects.filter(concern__in=seen).select_related("concern__school", "concern__pupil", "asked_of")
    view = get_object_or_404(views, pk=pk)
    if view.asked_by_id != request.user.pk and not request.acting.sees_all_pupils:
        raise PermissionDenied
    concern = view.concern
    return FormPage(
        form=WithdrawViewForm(posted(request), school=concern.school),
        save=lambda cleaned: services.withdraw_view(view=view, reason=cleaned["reason"], by=request.user),
        done=f"{view.asked_of.name} is no longer asked and gets a mail about it.",
        then=reverse("pupils:concern-detail", args=[concern.pk]),
        page=_below(concern)
        | {
            "title": f"Stop asking {view.asked_of.name}",
            "lead": f"About {concern.pupil.name}. The line goes from their list. You can ask them again later.",
            "submit": "Stop asking",
        },
    ).respond(request)
