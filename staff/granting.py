"""A role that opens children's records or pay takes two: whoever holds only account rights asks, a leader confirms.

The first people of a new school need nobody: until somebody has led it, there is no second person and no child.
"""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from sendco.audit import services as audit
from sendco.audit.models import Audience
from sendco.refusals import Refused

from .acting import acting_for
from .models import Membership, RoleRequest, School, Unit, User
from .models.people import current_on
from .permissions import ROLE_PERMISSIONS, Permission
from .refusals import GrantReason, PeopleReason
from .roles import Role
from .tasks import send_account_mail

TAKES_TWO = {
    Permission.PUPIL_VIEW,
    Permission.PUPIL_VIEW_UNIT,
    Permission.PUPIL_VIEW_ALL,
    Permission.DIRECTORY_SEARCH,
    Permission.PAY_VIEW,
}
# Where nobody else leads the school, whoever manages its people may confirm, but only after those who are told had a
# day to see the mail: nobody who runs the site opens children alone and at once.
WAIT_WITHOUT_LEADER = timedelta(hours=24)
# Who led the school so lately is told when nobody leads it any more.
LED_LATELY = timedelta(days=90)


def takes_two(role: str) -> bool:
    return bool(ROLE_PERMISSIONS.get(Role(role), frozenset()) & TAKES_TWO)


def confirming_roles() -> list[Role]:
    return [role for role, held in ROLE_PERMISSIONS.items() if Permission.ROLE_CONFIRM in held]


def needs_second(*, school: School, role: str, by: User | None) -> bool:
    """Whether this person may not give this role alone. `by` is None for the command line, which is not a person."""
    if by is None or not takes_two(role):
        return False
    acting = acting_for(by, school.pk)
    if acting.school == school and acting.can(Permission.ROLE_CONFIRM):
        return False
    return Membership.objects.filter(school=school, role__in=confirming_roles()).exists()


def who_confirms(school: School, *, but: list[int]) -> QuerySet[User]:
    """Who leads the school today, without the people it is about."""
    held = Membership.objects.filter(
        current_on(timezone.localdate()),
        school=school,
        role__in=confirming_roles(),
        user__is_active=True,
        is_unconfirmed=False,
    )
    return User.objects.filter(pk__in=held.values("user")).exclude(pk__in=but).order_by("name", "pk")


@transaction.atomic
def ask(
    *,
    user: User,
    school: School,
    role: str,
    by: User,
    unit: Unit | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> RoleRequest:
    """Keep the role as asked for and tell all whom it concerns. Asked twice, it is one request."""
    standing = RoleRequest.objects.open().filter(user=user, school=school, role=role).first()
    if standing:
        return standing
    wanted = RoleRequest(user=user, school=school, role=role, unit=unit, asked_by=by)
    wanted.starts_on, wanted.ends_on = starts_on, ends_on
    try:
        with transaction.atomic():
            wanted.save()
    except IntegrityError:
        return RoleRequest.objects.open().get(user=user, school=school, role=role)
    label = Role(role).label
    record(wanted, "person.role_asked", f"{user.name} is to be {label}: waits for a second person", by=by)
    for person in who_is_told(wanted, but=wanted.asked_by):
        mail("role_asked", person, wanted, concerned=person == user)
    return wanted


def refusal_to_confirm(wanted: RoleRequest, *, by: User) -> Refused | None:
    """Return the Refused that says why this colleague may not confirm it, or None when they may."""
    acting = acting_for(by, wanted.school_id)
    if by.pk == wanted.user_id:
        return Refused(GrantReason.OWN_ROLE)
    leads = acting.school == wanted.school and acting.can(Permission.ROLE_CONFIRM)
    if leads and by.pk != wanted.asked_by_id:
        return None
    if who_confirms(wanted.school, but=[wanted.user_id]).exists():
        return Refused(GrantReason.LEADERS_CONFIRM)
    opens_at = wanted.asked_at + WAIT_WITHOUT_LEADER
    if timezone.now() < opens_at:
        when = timezone.localtime(opens_at)
        return Refused(GrantReason.TOO_SOON, time=f"{when:%H:%M}", weekday=f"{when:%A}")
    return None


def close(wanted: RoleRequest, outcome: str, *, by: User) -> RoleRequest:
    """Take the request for this transaction. Raises Refused when it is closed, or not this colleague's to decide."""
    row = RoleRequest.objects.select_for_update(of=["self"]).select_related("school", "user", "unit").get(pk=wanted.pk)
    if row.closed_at:
        raise Refused(GrantReason.REQUEST_CLOSED)
    if outcome == RoleRequest.Outcome.CONFIRMED and (refusal := refusal_to_confirm(row, by=by)):
        raise refusal
    if by.pk == row.user_id:
        raise Refused(PeopleReason.OWN_ROLE_GIVEN)
    row.closed_at, row.outcome, row.decided_by = timezone.now(), outcome, by
    row.save(update_fields=["closed_at", "outcome", "decided_by"])
    said = "confirmed" if outcome == RoleRequest.Outcome.CONFIRMED else "refused"
    record(row, f"person.role_{said}", f"{row.user.name} as {row.get_role_display()}: {said}", by=by)
    for person in (row.user, row.asked_by):
        mail("role_decided", person, row, concerned=person == row.user)
    return row


def who_is_told(wanted: RoleRequest, *, but: User | None) -> list[User]:
    """Everybody concerned except for one: who leads, the data protection officer, the person.

    Where nobody leads, those who led lately are told too.
    """
    leaders = list(who_confirms(wanted.school, but=[wanted.user_id]))
    today = timezone.localdate()
    others = Membership.objects.filter(current_on(today), school=wanted.school, role=Role.DPO)
    if not leaders:
        led = {"school": wanted.school, "role__in": confirming_roles(), "ends_on__gte": today - LED_LATELY}
        others = others | Membership.objects.filter(**led)
    ids = [*(person.pk for person in leaders), *others.values_list("user", flat=True), wanted.user_id]
    return [person for person in User.objects.filter(pk__in=ids).order_by("pk") if person != but]


def record(wanted: RoleRequest, code: str, text: str, *, by: User | None) -> None:
    audit.record(code, wanted.user, text=text, by=by, school_id=wanted.school_id, audience=Audience.ACCOUNTS)


def mail(name: str, person: User, wanted: RoleRequest, *, concerned: bool, **context: Any) -> None:
    context |= {"person": person, "wanted": wanted, "concerned": concerned, "school": wanted.school}
    context["link"] = f"{settings.SITE_URL}{reverse('staff:people')}"
    subject = " ".join(render_to_string(f"emails/{name}-subject.txt", context).split())
    text = render_to_string(f"emails/{name}-body-text.txt", context).strip()
    html = render_to_string("emails/account-body-html.html", {"subject": subject, "text": text})
    send_account_mail(to=person.email, subject=subject, text=text, html=html, school=wanted.school)
