"""The phone's part: what it holds while somebody is signed in, what it sends later, and the page without a signal."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from pupils.models import Pupil
from staff.access import polls, require_permission
from staff.permissions import Permission as P

from ..sessions import forms
from . import worker
from .receiving import KEPT, receive
from .selectors import day_to_keep, keys_of, sign_in_of

OTHER_ACCOUNT = 409


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
