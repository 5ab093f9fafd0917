"""Somebody lost the device of their second step: they ask after the password, and a colleague who leads decides."""

from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from sendco.audit import services as audit
from sendco.audit.models import Audience
from sendco.refusals import Refused

from ..acting import acting_for
from ..models import LostFactor, Membership, School, User
from ..models.people import current_on
from ..permissions import ROLE_PERMISSIONS, Permission
from ..refusals import LostFactorReason
from ..services import end_sessions
from ..tasks import send_account_mail

Outcome = LostFactor.Outcome
OPEN_DAYS = 7
# Where nobody else leads the school, whoever manages its people may decide, but only after the person had a day to
# see the mail: nobody who runs the site opens an account alone and at once.
WAIT_WITHOUT_LEADER = timedelta(hours=24)


@transaction.atomic
def ask(*, user):
    """Keep the request and tell the person and those who decide. Asked twice, it is one request and one mail."""
    User.objects.select_for_update().get(pk=user.pk)
    standing = LostFactor.objects.open().filter(user=user).first()
    if standing:
        return standing
    _close(user, Outcome.RAN_OUT)
    now = timezone.now()
    lost = LostFactor.objects.create(user=user, asked_at=now, expires_at=now + timedelta(days=OPEN_DAYS))
    for school in schools_that_decide(user):
        _record(lost, "person.device_lost", f"{user.name} says their device is lost", school=school, by=user)
    people = f"{settings.SITE_URL}{reverse('staff:people')}"
    for person in who_decides(user):
        _mail("lost_factor_decide", person, lost=lost, link=people, days=OPEN_DAYS)
    _mail("lost_factor_asked", user, lost=lost, reset=f"{settings.SITE_URL}{reverse('account_reset_password')}")
    return lost


@transaction.atomic
def approve(*, lost, school, checked, by):
    """Remove every second step and recovery code of the person and sign them out everywhere. `checked` says how."""
    lost = _decidable(lost, school=school, by=by)
    Authenticator.objects.filter(user=lost.user).delete()
    end_sessions(user=lost.user)
    _close(lost.user, Outcome.APPROVED, school=school, by=by)
    text = f"Second step of {lost.user.name} removed because the device is lost. {checked}"
    _record(lost, "person.second_step_removed", text, school=school, by=by)
    _mail("lost_factor_approved", lost.user, by=by, school=school, link=settings.SITE_URL)
    _mail("lost_factor_done", by, lost=lost, school=school)


@transaction.atomic
def refuse(*, lost, school, by):
    lost = _decidable(lost, school=school, by=by)
    _close(lost.user, Outcome.REFUSED, school=school, by=by)
    text = f"Second step of {lost.user.name} kept: the lost device was not approved"
    _record(lost, "person.device_lost_refused", text, school=school, by=by)
    _mail("lost_factor_refused", lost.user, by=by, school=school)


def found(*, user):
    """The person signed in with the second step after all."""
    _close(user, Outcome.FOUND)


def withdraw(*, user):
    """The password that the request was made with, or the second step itself, is no longer the same."""
    _close(user, Outcome.WITHDRAWN)


def schools_that_decide(user):
    """The schools whose leaders may decide: where the person leads themselves, else wherever they work today.

    A leader of one school does not open the account of somebody who leads another.
    """
    held = Membership.objects.filter(current_on(timezone.localdate()), user=user)
    leads = held.filter(role__in=_leading_roles())
    return School.objects.filter(pk__in=(leads if leads.exists() else held).values("school")).order_by("pk")


def who_decides(user):
    """The people who may approve a request of this person today, never themselves."""
    held = Membership.objects.filter(
        current_on(timezone.localdate()), school__in=schools_that_decide(user), role__in=_leading_roles(),
        is_unconfirmed=False,
    )  # fmt: skip
    return User.objects.filter(is_active=True, pk__in=held.values("user")).exclude(pk=user.pk).order_by("name", "pk")


def refusal_to_decide(lost, *, school, by):
    """Return the Refused that says why this colleague may not decide, or None when they may."""
    acting = acting_for(by, school.pk)
    if by.pk == lost.user_id:
        return Refused(LostFactorReason.OWN_REQUEST)
    if acting.school != school or school not in schools_that_decide(lost.user):
        return Refused(LostFactorReason.LEADS_ANOTHER_SCHOOL, person=lost.user.name)
    if acting.can(Permission.LOST_FACTOR_DECIDE):
        return None
    if who_decides(lost.user).exists() or not acting.can(Permission.PEOPLE_MANAGE):
        return Refused(LostFactorReason.LEADERS_DECIDE)
    opens_at = lost.asked_at + WAIT_WITHOUT_LEADER
    if timezone.now() < opens_at:
        when = timezone.localtime(opens_at)
        return Refused(LostFactorReason.TOO_SOON, time=f"{when:%H:%M}", weekday=f"{when:%A}")
    return None


def _leading_roles():
    return [role for role, held in ROLE_PERMISSIONS.items() if Permission.LOST_FACTOR_DECIDE in held]


def _decidable(lost, *, school, by):
    """Take the request for this transaction. Raises Refused when it is closed or not this colleague's to decide."""
    user = User.objects.select_for_update().get(pk=lost.user_id)
    lost = LostFactor.objects.open().filter(pk=lost.pk).first()
    if lost is None:
        raise Refused(LostFactorReason.REQUEST_CLOSED)
    lost.user = user
    if refusal := refusal_to_decide(lost, school=school, by=by):
        raise refusal
    return lost


def _close(user, outcome, *, school=None, by=None):
    rows = LostFactor.objects.filter(user=user, closed_at=None)
    rows.update(closed_at=timezone.now(), outcome=outcome, school=school, decided_by=by)


def _record(lost, code, text, *, school, by):
    audit.record(code, lost.user, text=text, by=by, school_id=school.pk, audience=Audience.ACCOUNTS)


def _mail(name, to, **context):
    context |= {"person": to}
    subject = " ".join(render_to_string(f"emails/{name}-subject.txt", context).split())
    text = render_to_string(f"emails/{name}-body-text.txt", context).strip()
    html = render_to_string("emails/account-body-html.html", {"subject": subject, "text": text})
    send_account_mail(to=to.email, subject=subject, text=text, html=html, school=context.get("school"))
