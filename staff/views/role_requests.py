"""A role that opens children's records waits for a second person, or, where none answers, goes for three days."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from sendco.clock import full_date
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted

from .. import services
from ..access import require_permission, step_up
from ..covering import last_day
from ..forms.people import CoverForm
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
        explanation="{asker} asked for it. The role opens children's records or pay. Their address is {email}: make "
        "sure that it is this person's own.",
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


@require_permission(Permission.PEOPLE_MANAGE)
@step_up
@form_page
def role_cover(request, pk):
    """In an emergency: neither the head nor the SENDCo can be reached to confirm it."""
    wanted = get_object_or_404(open_requests(request), pk=pk)
    person, role = wanted.user.name, wanted.get_role_display()
    until = full_date(last_day(timezone.localdate()))
    page = {
        "title": f"Make {person} {role} for three days?",
        "lead": f"Only where neither the headteacher nor the SENDCo can be reached. It ends by itself after {until}. "
        f"They, the data protection officer and {person} are told at once with your reason, and afterwards how many "
        "children's records were opened.",
        "section": "people",
        "crumbs": crumbs(wanted.user),
        "submit": "Give the role for three days",
        "cancel": reverse("staff:people"),
    }
    return FormPage(
        form=CoverForm(posted(request)),
        save=lambda cleaned: services.cover_role(wanted=wanted, by=request.user, **cleaned),
        done=f"{person} is {role} until {until}.",
        then=reverse("staff:people"),
        page=page,
    ).respond(request)
