"""The pages of somebody without an account: one question at a time, saved as it is typed, sent once at the end.

The browser's pass says who it is; being signed in as staff means nothing here. Whatever is wrong with the way in, the
answer is the same page that any unknown address gets.
"""

import re
import uuid
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from sendco.formkit.page import REFUSED
from sendco.limits.services import RateLimited, check_limit
from sendco.links import services as links
from sendco.refusals import Refused
from sendco.typed import clean, mark_of

from ...models import Contribution, Invitee
from ..selectors import contributions as selectors
from ..selectors.invitees import contribution_of, others_of
from ..services import contributions as services
from ..services import outsiders
from ..services.mail import PURPOSE

CHECK = "check"
PAGE_NAME = re.compile(r"[a-z0-9]{1,40}")


def with_pass(view):
    """Let in the browser that holds the pass of an open link; everybody else finds nothing here."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        try:
            request.link, request.invitee = outsiders.person_with_pass(request)
            return view(request, *args, **kwargs)
        except (links.LinkClosed, Refused) as error:  # refused here: it ended while this request was on its way
            typed = request.POST.get("words", "").strip()
            if typed or request.POST.get("way"):
                return _draw(request, "ehcp/answer_ended.html", {"title": "This page has ended", "words": typed}, 404)
            raise Http404 from error

    return login_not_required(guarded)


def _draw(request, template, context, status=200):
    # Somebody who is signed in as staff is a stranger here: no menu, no clock of a session, no messages.
    way = {"way": links.way_of(request.link)} if hasattr(request, "link") else {}
    return render(request, template, {"acting": None, "messages": ()} | way | context, status=status)


def _page(invitee, **context):
    """What every page of this person shows around the question. Built for its reader: nobody else's words."""
    return selectors.outside_page(invitee) | context


# --- The way through ---------------------------------------------------------------------------------------------
@with_pass
@require_http_methods(["GET", "HEAD"])
def answer(request):
    """Go to the first question that has no answer; to the last page when all have one."""
    row = contribution_of(request.invitee)
    questions = selectors.questions_of(request.invitee)
    open_ones = [
        number for number, question in enumerate(questions, 1) if not selectors.is_answered(row, question.code)
    ]
    return redirect("ehcp:answer-question", open_ones[0]) if open_ones else redirect("ehcp:answer-check")


@with_pass
@require_http_methods(["GET", "HEAD", "POST"])
def answer_question(request, number):
    questions = selectors.questions_of(request.invitee)
    if not 1 <= number <= len(questions):
        raise Http404
    question = questions[number - 1]
    if request.method != "POST":
        return _question(request, number, questions)
    try:
        check_limit("link_save", request.link.pk)
    except RateLimited as error:
        return _question(request, number, questions, error=str(error), typed=request.POST, status=429)
    try:
        news, error = _save(request, question)
    except Refused as refused:
        return _question(request, number, questions, error=str(refused), typed=request.POST, status=REFUSED)
    if request.htmx:
        return _saved(request, question, news=news, error=error)
    if error:
        return _question(request, number, questions, error=error, typed=request.POST, status=REFUSED)
    return _go_on(request, number, questions, news=news)


def _save(request, question):
    """Keep what the form holds. Returns (did another phone write here, what was too long in words)."""
    posted = request.POST
    text = posted.get("words", "")
    picked = selectors.picked_words(question, posted.getlist("pick")) if question.picks else None
    row = contribution_of(request.invitee)
    if not row.pk and not clean(text) and not picked:
        return False, ""  # nothing was written, so nothing is begun
    _, news = services.save_answer(
        invitee=request.invitee,
        code=question.code,
        words=text,
        page=_page_name(posted),
        before=posted.get("before", ""),
        picked=picked,
    )
    return news, selectors.too_long(text)


def _page_name(posted):
    name = posted.get("page", "")
    return name if PAGE_NAME.fullmatch(name) else ""


def _go_on(request, number, questions, *, news):
    go = request.POST.get("go", "next")
    question = questions[number - 1]
    here = redirect("ehcp:answer-question", number)
    if go in ("join", "keep"):
        services.settle(invitee=request.invitee, code=question.code, join=go == "join")
        return here
    if upload := request.FILES.get("upload"):
        if error := _upload(request, upload):
            return _question(request, number, questions, error=error, status=REFUSED)
        return here if go == "file" else _onwards(request, number, questions)
    if go == "file":
        return _question(request, number, questions, error="Choose a photo or a file first.", status=REFUSED)
    if news:
        return _question(request, number, questions, status=409)
    if go == "back":
        return redirect("ehcp:answer-question", max(number - 1, 1))
    return _onwards(request, number, questions)


def _onwards(request, number, questions):
    if request.POST.get("then") == CHECK or number == len(questions):
        return redirect("ehcp:answer-check")
    return redirect("ehcp:answer-question", number + 1)


def _upload(request, upload):
    """Keep a file; returns in words why it was not kept."""
    try:
        check_limit("link_answer", request.link.pk)
        services.add_file(invitee=request.invitee, upload=upload)
    except (Refused, RateLimited) as error:
        return str(error)
    return ""


def _question(request, number, questions, *, error="", typed=None, status=200):
    row, question = contribution_of(request.invitee), questions[number - 1]
    stored = row.answers.get(question.code, "")
    picked = selectors.picked_of(row, question) if typed is None else typed.getlist("pick")
    context = {
        "title": f"Question {number} of {len(questions)}",
        "number": number,
        "count": len(questions),
        "steps": range(1, len(questions) + 1),
        "question": question,
        "picks": [(code, icon, word, code in picked) for code, icon, word in question.picks],
        # What was typed is shown again as it is, the part that was not kept too.
        "words": stored if typed is None else typed.get("words", ""),
        "before": mark_of(stored),
        "page": uuid.uuid4().hex if typed is None else _page_name(typed),
        "others": others_of(row, question.code),
        "saved_at": row.saved_at,
        "files": list(row.files.all()) if row.pk else [],
        "outcomes": selectors.outcomes_for(request.invitee) if question.code == "progress" else [],
        "error": error,
        "then": CHECK if CHECK in (request.GET.get("then"), request.POST.get("then")) else "",
    }
    return _draw(request, "ehcp/answer_question.html", _page(request.invitee, **context), status)


def _saved(request, question, *, news, error):
    row = contribution_of(request.invitee)
    context = {
        "saved_at": row.saved_at,
        "before": mark_of(row.answers.get(question.code, "")),
        "news": news,
        "error": error,
        "fragment": True,
    }
    return render(request, "ehcp/_answer_saved.html", context)


@with_pass
@require_POST
def answer_file_remove(request, pk):
    services.remove_file(invitee=request.invitee, pk=pk)
    back = request.POST.get("number", "")
    questions = selectors.questions_of(request.invitee)
    if back.isdecimal() and 1 <= int(back) <= len(questions):
        return redirect("ehcp:answer-question", int(back))
    return redirect("ehcp:answer-check")


# --- The end -----------------------------------------------------------------------------------------------------
@with_pass
@require_http_methods(["GET", "HEAD", "POST"])
def answer_check(request):
    if request.method != "POST":
        return _check(request)
    try:
        check_limit("link_answer", request.link.pk)
        services.send(invitee=request.invitee, link=request.link, talk_first="talk_first" in request.POST)
    except (Refused, RateLimited) as error:
        return _check(request, error=str(error), status=429 if isinstance(error, RateLimited) else REFUSED)
    return redirect("ehcp:answer-sent")


def _check(request, *, error="", status=200):
    row = contribution_of(request.invitee)
    context = {
        "title": "Look it over, then send it",
        "rows": selectors.rows_to_check(request.invitee, row),
        "files": list(row.files.all()) if row.pk else [],
        "error": error,
        "last": reverse("ehcp:answer-question", args=[len(selectors.questions_of(request.invitee))]),
    }
    return _draw(request, "ehcp/answer_check.html", _page(request.invitee, **context), status)


@login_not_required
@require_http_methods(["GET", "HEAD"])
def answer_sent(request):
    """Thank you, with a copy of one's own words: for the browser that sent them, as long as its pass lives."""
    try:
        link = links.just_used(request, PURPOSE)
    except links.LinkClosed as error:
        raise Http404 from error
    people = Invitee.objects.select_related("review__school", "review__pupil", "review__organiser", "contact")
    invitee = people.filter(pk=link.subject_id, removed_on=None).first()
    row = Contribution.objects.filter(invitee=invitee).exclude(sent_at=None).first()
    if invitee is None or row is None:
        raise Http404
    context = {
        "title": "Thank you",
        "rows": selectors.sent_words(row),
        "files": list(row.files.all()),
        "sent_at": timezone.localtime(row.sent_at),
    }
    return _draw(request, "ehcp/answer_sent.html", _page(invitee, **context))
