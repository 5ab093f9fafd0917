"""A role that opens children's records waits for a second person, who confirms or refuses it here."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.urls import reverse

from sendco.formkit.page import ConfirmPage, form_page

from .. import services
from ..access import require_permission, step_up
from ..permissions import Permission
from .people import crumbs, open_requests


def _decide(request, pk, act, *, title, explanation, submit, done, danger=False):
    wanted = get_object_or_404(open_requests(request), pk=pk)
    words = {"person": wanted.user.name, "role": wanted.get_role_display()}
    page = {
        "title": title.format(**words),
        "explanation": explanation.format(email=wanted.user.email, asker=wanted.asked_by.name, **words),
        "section": "people",
        "crumbs": crumbs(wanted.user),
        "submit": submit,
        "cancel": reverse("staff:people"),
        "danger": danger,
    }
    return ConfirmPage(
        act=partial(act, wanted=wanted, by=request.user),
        done=done.format(**words),
        then=reverse("staff:people"),
        refused_level=messages.ERROR,
        page=page,
    ).respond(request)


@require_permission(Permission.PEOPLE_MANAGE)
@step_up
@form_page
def role_confirm(request, pk):
    return _decide(
        request,
        pk,
        services.confirm_role,
        title="Confirm that {person} is {role}?",
        explanation="{asker} asked for it. The role opens children's records. Their address is {email}: make sure that "
        "it is this person's own.",
        submit="Confirm the role",
        done="{person} is {role} now.",
    )


@require_permission(Permission.PEOPLE_MANAGE)
@step_up
@form_page
def role_refuse(request, pk):
    return _decide(
        request,
        pk,
        services.refuse_role,
        title="Refuse the role {role} for {person}?",
        explanation="{asker} asked for it, and gets an email. {person} ({email}) opens no child's record with it.",
        submit="Refuse",
        done="Refused. {person} was told.",
        danger=True,
    )
