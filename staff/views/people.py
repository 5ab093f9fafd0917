"""Who works here, in which role and from when to when."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from sendco.refusals import Refused

from .. import selectors, services
from ..access import require_permission, step_up
from ..forms.people import EndRoleForm, RoleForm
from ..models import LostFactor, Membership, User
from ..permissions import Permission
from ..sign_in.invitations import invite_by_mail
from ..sign_in.lost_factors import refusal_to_decide

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
        "invitations": selectors.open_invitations(request.acting) if may_manage else [],
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
        "is_self": person.pk == request.user.pk,
        "changes": selectors.person_changes(request.acting, person)[:RECENT],
    }
    return render(request, "staff/person_detail.html", context)


@require_permission(Permission.PEOPLE_MANAGE)
@step_up
@require_http_methods(["GET", "POST"])
def role_add(request, pk):
    person = get_object_or_404(User.objects.visible_to(request.acting), pk=pk)
    form = RoleForm(request.POST or None, acting=request.acting)
    if request.method == "POST" and form.is_valid():
        try:
            role = services.add_membership(
                user=person, school=request.acting.school, by=request.user, **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{person.name} is {role.get_role_display()}. They sign in again to use it.")
            return redirect("staff:person-detail", pk)
    return _form_page(request, person, form, title=f"Add a role for {person.name}", submit="Add role")


@require_permission(Permission.PEOPLE_MANAGE)
@step_up
@require_http_methods(["GET", "POST"])
def role_end(request, pk):
    role = get_object_or_404(Membership.objects.visible_to(request.acting).select_related("user", "school"), pk=pk)
    person, name = role.user, role.get_role_display()
    form = EndRoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.end_membership(membership=role, ends_on=form.cleaned_data["ends_on"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Saved. {person.name} was signed out everywhere.")
            return redirect("staff:person-detail", person.pk)
    return _form_page(
        request,
        person,
        form,
        title=f"End the role {name}",
        submit="Set last day",
        lead=f"{person.name} is signed out everywhere as soon as you save.",
    )


def _form_page(request, person, form, *, title, submit, lead=""):
    context = {
        "title": title,
        "lead": lead,
        "section": "people",
        "crumbs": crumbs(person),
        "form": form,
        "submit": submit,
        "cancel": reverse("staff:person-detail", args=[person.pk]),
    }
    return render(request, "components/form_page.html", context, status=422 if form.errors else 200)


@require_permission(Permission.PEOPLE_MANAGE)
@step_up
@require_http_methods(["GET", "POST"])
def invitation_resend(request, pk):
    """Send a fresh link to the same person for the same role. The link sent before stops working."""
    invitation = get_object_or_404(selectors.open_invitations(request.acting), pk=pk)
    if request.method == "POST":
        try:
            invite_by_mail(
                school=request.acting.school,
                email=invitation.email,
                name=invitation.name,
                role=invitation.role,
                unit=invitation.unit,
                ends_on=invitation.ends_on,
                by=request.user,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"Invitation sent again to {invitation.email}.")
        return redirect("staff:people")
    context = {
        "title": f"Send the invitation to {invitation.name} again?",
        "section": "people",
        "crumbs": crumbs(),
        "explanation": f"A new link goes to {invitation.email}. The link sent before stops working.",
        "submit": "Send again",
        "cancel": reverse("staff:people"),
    }
    return render(request, "components/confirm_page.html", context)
