"""The page of somebody without an account: one question, saved as it is typed, sent once.

The browser's pass says who it is; being signed in as staff means nothing here. Whatever is wrong with the way in, the
answer is the same page that any unknown address gets.
"""

import re
import uuid
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from sendco.files.http import download_response
from sendco.files.services import FileNotAvailable
from sendco.formkit.page import REFUSED
from sendco.limits.services import RateLimited, check_limit
from sendco.links import services as links
from sendco.refusals import Refused
from sendco.typed import mark_of

from ..models import HandoverPack, OutsideAsk, PlanVoice
from ..plans.selectors import plan_shown
from . import people, services

PAGE_NAME = re.compile(r"[a-z0-9]{1,40}")
Kind = OutsideAsk.Kind


def with_pass(view):
    """Let in the browser that holds the pass of an open link; everybody else finds nothing here."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        try:
            request.link, request.ask = people.ask_with_pass(request)
        except links.LinkClosed as error:
            typed = request.POST.get("words", "").strip()
            if typed or request.POST.get("way"):
                return _draw(
                    request, "pupils/outside_ended.html", {"title": "This page has ended", "words": typed}, 404
                )
            raise Http404 from error
        return view(request, *args, **kwargs)

    return login_not_required(guarded)


def _draw(request, template, context, status=200):
    # Somebody who is signed in as staff is a stranger here: no menu, no clock of a session, no messages.
    way = {"way": links.way_of(request.link)} if hasattr(request, "link") else {}
    return render(request, template, {"acting": None, "messages": ()} | way | context, status=status)


@with_pass
@require_http_methods(["GET", "HEAD", "POST"])
def outside_answer(request):
    ask, posted = request.ask, request.POST
    if request.method != "POST":
        return _page(request, page=uuid.uuid4().hex)
    page = posted.get("page", "")
    page = page if PAGE_NAME.fullmatch(page) else uuid.uuid4().hex
    words, go = posted.get("words", ""), posted.get("go", "save")
    shown = posted.get("before", "").split(",")
    try:
        check_limit("link_save" if request.htmx else "link_answer", request.link.pk)
        ask = services.keep_typed(row=ask, page=page, words=words, shown=shown)
        if upload := request.FILES.get("upload"):
            services.add_file(row=ask, upload=upload)
        if go == "send":
            name = posted.get("name", "")
            services.answer(row=ask, link=request.link, page=page, words=words, name=name, shown=shown)
            return redirect("pupils:outside-sent")
    except (Refused, RateLimited) as error:
        status = 429 if isinstance(error, RateLimited) else REFUSED
        if request.htmx:
            return _saved(request, ask, page, error=str(error), before=posted.get("before", ""))
        return _page(request, page=page, typed=posted, error=str(error), status=status)
    if request.htmx:
        return _saved(request, ask, page)
    request.ask = ask
    return _page(request, page=page, typed=posted)


def _saved(request, ask, page, error="", before=""):
    context = {
        "saved_at": timezone.now(), "before": before, "fragment": True, "error": error,
        "news": bool(services.others_of(ask, page)),
    }  # fmt: skip
    return render(request, "pupils/_outside_saved.html", context)


def _page(request, *, page, typed=None, error="", status=200):
    ask = request.ask
    pupil = ask.pupil
    drafts = list(filter(None, ask.drafts.values()))
    context = {
        "title": "A question for you",
        "school_name": pupil.school.name,
        "about": pupil.forename if ask.kind == Kind.PARENT else pupil.name,
        "school": pupil.school,
        "ask": ask,
        "pupil": pupil,
        "page": page,
        # A page that is opened anew goes on where the last one stopped; others' texts stand below it.
        "words": typed.get("words", "") if typed is not None else "\n\n".join(drafts),
        # These texts stand in the box now: what is made of them there replaces them.
        "before": typed.get("before", "") if typed is not None else ",".join(map(mark_of, drafts)),
        "name": typed.get("name", "") if typed is not None else "",
        "others": services.others_of(ask, page) if typed is not None else [],
        "files": ask.files.all(),
        "saved_at": None,
        "error": error,
        "shown": plan_shown(ask.plan) if ask.plan else None,
        "child_says": _child_says(ask),
        "parts": [dict(HandoverPack.Part.choices).get(part, part) for part in ask.pack.parts] if ask.pack else [],
    }
    return _draw(request, "pupils/outside_answer.html", context, status)


def _child_says(ask):
    """The child's own words; never what the other parent or staff wrote."""
    if ask.plan is None:
        return []
    return PlanVoice.objects.filter(plan=ask.plan, contact=None, removed_on=None)


@with_pass
@require_POST
def outside_file_remove(request, pk):
    try:
        services.remove_file(row=request.ask, pk=pk)
    except Refused as error:
        raise Http404 from error
    return redirect("pupils:outside-answer")


@with_pass
@require_http_methods(["GET", "HEAD"])
def outside_pack(request):
    """The PDF of the pack that this link hands over."""
    if request.ask.pack is None:
        raise Http404
    try:
        stored = services.file_of(request.ask.pack)
        response = download_response(stored, filename="handover.pdf")
        if request.method == "GET":
            services.note_opened(request.ask)
        return response
    except (Refused, FileNotAvailable) as error:
        return _page(request, page=uuid.uuid4().hex, error=str(error))


@login_not_required
@require_http_methods(["GET", "HEAD"])
def outside_sent(request):
    """Thank you, with a copy of one's own words: for the browser that sent them, as long as its pass lives."""
    try:
        link = links.just_used(request, people.PURPOSE)
    except links.LinkClosed as error:
        raise Http404 from error
    ask = people.asks().filter(pk=link.subject_id).exclude(answered_at=None).first()
    if ask is None:
        raise Http404
    context = {
        "title": "Thank you", "school_name": ask.pupil.school.name, "school": ask.pupil.school, "ask": ask,
        "files": ask.files.all(),
    }  # fmt: skip
    return _draw(request, "pupils/outside_sent.html", context)
