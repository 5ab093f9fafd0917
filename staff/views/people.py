"""Who works here, in which role and from when to when."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted

from .. import selectors, services
from ..access import require_permission, step_up
from ..covering import refusal_to_cover
from ..forms.people import EndRoleForm, RoleForm
from ..granting import refusal_to_confirm
from ..models import LostFactor, Membership, RoleRequest, User
from ..permissions import Permission
from ..sign_in.invitations import invite_by_mail
from ..sign_in.lost_factors import refusal_to_decide
from ..supervision.selectors import grants_to_decide

RECENT = 10


def crumbs(person=None):
    trail = [("People", reverse("staff:people"))]
    return [*trail, (person.name, reverse("staff:person-detail", args=[person.pk]))] if person else trail


@require_permission(Permission.PEOPLE_VIEW)
@require_GET
def people(request):
    may_manage = request.acting.can(Permission.PEOPLE_MANAGE)
    everyone = selectors.people_of(request.acting)
    context = {
        "title": "People",
        "section": "people",
        "people": selectors.with_second_factor(everyone) if may_manage else everyone,
        "lost_factors": _lost_factors(request),
        "role_requests": role_requests(request),
        "invitations": selectors.open_invitations(request.acting) if may_manage else [],
        "notes_requests": grants_to_decide(request.acting),
        "may_manage": may_manage,
        "may_see_activity": may_manage or request.acting.can(Permission.NARRATIVE_VIEW),
    }
    return render(request, "staff/people.html", context)


def _lost_factors(request, **of):
    """Open requests for a new second step, each with the refusal for a colleague who may not decide."""
    if not request.acting.can(Permission.PEOPLE_MANAGE):
        return []
    rows = LostFactor.objects.visible_to(request.acting).open().filter(**of).select_related("user")
    for lost in rows:
        lost.refusal = refusal_to_decide(lost, school=request.acting.school, by=request.user)
    return rows


def role_requests(request, **of):
    """Open requests of this school, each with the refusal for a colleague who may not confirm it."""
    if not request.acting.can(Permission.PEOPLE_MANAGE):
        return []
    rows = list(open_requests(request).filter(**of))
    for wanted in rows:
        wanted.refusal = refusal_to_confirm(wanted, by=request.user)
        wanted.may_cover = wanted.refusal is not None and refusal_to_cover(wanted, by=request.user) is None
    return rows


def open_requests(request):
    rows = RoleRequest.objects.visible_to(request.acting).open()
    return rows.select_related("user", "school", "unit", "asked_by")


@require_permission(Permission.PEOPLE_VIEW)
@require_GET
def person_detail(request, pk):
    may_manage = request.acting.can(Permission.PEOPLE_MANAGE)
    visible = User.objects.visible_to(request.acting)
    person = get_object_or_404(selectors.with_second_factor(visible) if may_manage else visible, pk=pk)
    today = timezone.localdate()
    roles = list(selectors.roles_of(request.acting, person))
    context = {
        "title": person.name,
        "section": "people",
        "crumbs": crumbs(),
        "person": person,
        "roles": [role for role in roles if role.ends_on is None or role.ends_on >= today],
        "past_roles": [role for role in roles if role.ends_on and role.ends_on < today],
        "places": selectors.places_of(request.acting, person),
        "today": today,
        "may_manage": may_manage,
        "lost_factors": _lost_factors(request, user=person),
        "role_requests": role_requests(request, user=person),
        "is_self": person.pk == request.user.pk,
        "changes": selectors.person_changes(request.acting, person)[:RECENT],
    }
    return render(request, "staff/person_detail.html", context)


@require_permission(Permission.PEOPLE_MANAGE)
@step_up
@form_page
def role_add(request, pk):
    person = get_object_or_404(User.objects.visible_to(request.acting), pk=pk)

    def add(cleaned):
        return services.give_role(user=person, school=request.acting.school, by=request.user, **cleaned)

    return FormPage(
        form=RoleForm(posted(request), acting=request.acting),
        save=add,
        done=lambda given: _given(person, given),
        then=reverse("staff:person-detail", args=[pk]),
        page=_below(person, title=f"Add a role for {person.name}", submit="Add role"),
    ).respond(request)


def _given(person, given):
    role = given.get_role_display()
    if isinstance(given, RoleRequest):
        waits = f"The headteacher or the SENDCo confirms it for {person.name} first."
        return f"{role} opens children's records or pay. {waits}"
    return f"{person.name} is {role}. They sign in again to use it."


@require_permission(Permission.PEOPLE_MANAGE)
@step_up
@form_page
def role_end(request, pk):
    role = get_object_or_404(Membership.objects.visible_to(request.acting).select_related("user", "school"), pk=pk)
    person = role.user
    page = _below(
        person,
        title=f"End the role {role.get_role_display()}",
        submit="Set last day",
        lead=f"{person.name} is signed out everywhere as soon as you save.",
    )
    return FormPage(
        form=EndRoleForm(posted(request)),
        save=lambda cleaned: services.end_membership(membership=role, ends_on=cleaned["ends_on"], by=request.user),
        done=f"Saved. {person.name} was signed out everywhere.",
        then=reverse("staff:person-detail", args=[person.pk]),
        page=page,
    ).respond(request)


def _below(person, *, title, submit, lead=""):
    return {
        "title": title,
        "lead": lead,
        "section": "people",
        "crumbs": crumbs(person),
        "submit": submit,
        "cancel": reverse("staff:person-detail", args=[person.pk]),
    }


@require_permission(Permission.PEOPLE_MANAGE)
@step_up
@form_page
def invitation_resend(request, pk):
    """Send a fresh link to the same person for the same role. The link sent before stops working."""
    invitation = get_object_or_404(selectors.open_invitations(request.acting), pk=pk)

    def send():
        facts = {name: getattr(invitation, name) for name in ("email", "name", "role", "unit", "ends_on")}
        return invite_by_mail(school=request.acting.school, by=request.user, **facts)

    page = {
        "title": f"Send the invitation to {invitation.name} again?",
        "section": "people",
        "crumbs": crumbs(),
        "explanation": f"A new link goes to {invitation.email}. The link sent before stops working.",
        "submit": "Send again",
        "cancel": reverse("staff:people"),
    }
    return ConfirmPage(
        act=send,
        done=f"Invitation sent again to {invitation.email}.",
        then=reverse("staff:people"),
        refused_level=messages.ERROR,
        page=page,
    ).respond(request)
