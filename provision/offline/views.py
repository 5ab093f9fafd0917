"""The phone's part: what it holds while somebody is signed in, what it sends later, and the page without a signal."""

import base64

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from pupils.models import Pupil
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.limits.services import check_limit
from staff.access import polls, require_permission
from staff.models import User
from staff.permissions import Permission as P

from ..models import LateLog
from ..sessions import forms
from ..sessions.selectors import LONGEST_ID
from . import worker
from .forms import DeclineForm, SealedForm
from .late import has_left, keep_late, open_sealed
from .receiving import KEPT, accept, decline, receive
from .selectors import day_to_keep, keys_of, lines_of, sign_in_of

OTHER_ACCOUNT = 409
LATE_LIST = "provision:late-list"
PER_PAGE = 40


@polls
@require_permission(P.PROVISION_LOG, P.PROVISION_EDIT)
@require_GET
def offline_day(request):
    """What the phone seals: the account's keys and the day's own groups."""
    facts = {
        "account": str(request.user.pk),
        "sign_in": sign_in_of(request.session.session_key),
        "keys": keys_of(request.user.pk),
        "csrf": get_token(request),
        "day": day_to_keep(request.acting),
    }
    return JsonResponse(facts)


@polls
@require_permission(P.PROVISION_LOG, P.PROVISION_EDIT)
@require_POST
def offline_send(request):
    """Take in one log. Whose it is stands beside it: on a shared phone nothing goes out under another name."""
    if request.headers.get("X-Sendco-Account") != str(request.user.pk):
        return JsonResponse({"state": "other"}, status=OTHER_ACCOUNT)
    receipt = receive(acting=request.acting, data=request.POST)
    if receipt.state == KEPT and request.POST.get("say"):
        messages.success(request, receipt.words)
    return JsonResponse(receipt.as_json())


@csrf_exempt  # no cookie is asked: what is sent proves itself by the seal
@login_not_required
@require_POST
def offline_sealed(request):
    """Take in a sealed log where nobody is signed in. It is opened for somebody who has left alone: everybody else
    signs in, and their phone sends it."""
    form = SealedForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"state": "refused"})
    sent = form.cleaned_data
    check_limit("sealed_log", sent["account"])
    user = User.objects.filter(pk=sent["account"]).first()
    entry = _opened(sent) if user else None
    school = str((entry or {}).get("school", ""))
    is_known = entry and school.isdecimal() and len(school) < LONGEST_ID and has_left(user, int(school))
    if not is_known:
        return JsonResponse({"state": "signed-out"})
    keep_late(user=user, school_id=int(school), entry=entry)
    return JsonResponse({"state": KEPT})


def _opened(sent):
    try:
        iv, text = (base64.b64decode(sent[name], validate=True) for name in ("iv", "text"))
    except ValueError:
        return None
    return open_sealed(account=sent["account"], key=str(sent["key"]), name=sent["name"], iv=iv, text=text)


# --- Logs of people who have left --------------------------------------------------------------------------------
def _late_in_view(request, pk):
    rows = LateLog.objects.visible_to(request.acting).select_related("said_by", "session__provision", "decided_by")
    return get_object_or_404(rows, pk=pk)


def _late_page(title, **more):
    trail = [("Provision", reverse("provision:provision-list")), ("Logs of people who have left", reverse(LATE_LIST))]
    return {"title": title, "section": "provision", "crumbs": trail, "cancel": reverse(LATE_LIST)} | more


@require_permission(P.PROVISION_EDIT)
@require_GET
def late_list(request):
    rows = LateLog.objects.visible_to(request.acting).select_related("said_by", "session__provision", "decided_by")
    page = Paginator(rows.order_by("-received_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    words = lines_of(page.object_list)
    for row in page.object_list:
        row.lines = words[row.pk]
    context = _late_page("Logs of people who have left") | {"page": page}
    context["crumbs"] = context["crumbs"][:1]
    return render(request, "provision/late_list.html", context)


@require_permission(P.PROVISION_EDIT)
@form_page
def late_accept(request, pk):
    row = _late_in_view(request, pk)
    return ConfirmPage(
        act=lambda: accept(row=row, acting=request.acting),
        done="Accepted. The session is logged as it was said.",
        then=reverse(LATE_LIST),
        refused_to=reverse(LATE_LIST),
        page=_late_page(
            "Accept this log?",
            tab_title="Accept a log",
            submit="Accept it",
            explanation=f"{row.said_by.name} logged it before leaving: {row.title}, {row.day}. It is entered as said.",
        ),
    ).respond(request)


@require_permission(P.PROVISION_EDIT)
@form_page
def late_decline(request, pk):
    row = _late_in_view(request, pk)
    return FormPage(
        form=DeclineForm(posted(request)),
        save=lambda cleaned: decline(row=row, acting=request.acting, **cleaned),
        done="Not accepted. What was sent stays on record.",
        then=reverse(LATE_LIST),
        page=_late_page(
            "Do not accept this log",
            submit="Do not accept it",
            lead=f"Of {row.said_by.name}: {row.title}, {row.day}.",
        ),
    ).respond(request)


@login_not_required
@require_GET
def offline_page(request):
    """The page that stands in for every other while there is no signal: it holds nobody's data."""
    child = Pupil(pk=0, legal_forename=worker.CHILD, legal_surname=worker.CHILD)
    context = {
        "log": forms.LogForm(pupils=[child], planned=1),
        "lost": forms.LostForm(),
        "near": forms.NEAR,
        "child": worker.CHILD,
    }
    return render(request, "provision/offline.html", context)


@login_not_required
@require_GET
def service_worker(request):
    """The script that serves that page, with the list of what it keeps."""
    return HttpResponse(worker.script(), content_type="text/javascript; charset=utf-8")


@login_not_required
@require_GET
def app_manifest(request):
    """What a phone reads when somebody puts sendco on its first screen."""
    icons = [
        {"src": static(f"img/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size, purpose in ((192, "any"), (512, "any"), (512, "maskable"))
    ]
    facts = {
        "id": "/",
        "name": "sendco",
        "short_name": "sendco",
        "description": "Provision for pupils with special educational needs and disabilities",
        "lang": "en-GB",
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f7f5f0",
        "theme_color": "#0d5868",
        "icons": icons,
    }
    return JsonResponse(facts, content_type="application/manifest+json")
