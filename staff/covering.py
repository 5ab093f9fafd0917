"""Nobody who leads can be reached: a colleague gets a role for three days, on one person's word and on record.

Whoever manages accounts may do it, never for themselves, and only for somebody who has worked here for a while. Those
who lead, the data protection officer and the colleague are told at once and afterwards. Such a role leads nobody: it
gives and confirms none, exports nothing, and opens no hidden address (`permissions.ONLY_CONFIRMED`).
"""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from sendco.audit.selectors import children_read
from sendco.clock import LONDON
from sendco.refusals import Refused

from .acting import acting_for
from .granting import mail, record, who_confirms, who_is_told
from .models import Membership, RoleRequest, School, User
from .models.people import current_on
from .permissions import Permission
from .refusals import GrantReason
from .roles import Role

# Those who confirm had a day to see the mail.
FIRST_ASKED = timedelta(hours=24)
LASTS_DAYS = 3
# Nobody opens children to an account that was made for it.
WORKED_HERE = timedelta(days=30)
# Whose leaders are away for longer names others, or asks who runs the site.
NOT_AGAIN_FOR = timedelta(days=30)


def last_day(today: date) -> date:
    return today + timedelta(days=LASTS_DAYS - 1)


def refusal_to_cover(wanted: RoleRequest, *, by: User) -> Refused | None:
    """Return the Refused that says why this colleague may not give it unconfirmed, or None when they may."""
    acting = acting_for(by, wanted.school_id)
    if acting.school != wanted.school or not acting.can(Permission.PEOPLE_MANAGE):
        return Refused(GrantReason.LEADERS_CONFIRM)
    if by.pk == wanted.user_id:
        return Refused(GrantReason.OWN_ROLE)
    if wanted.role == Role.HEAD:
        return Refused(GrantReason.NO_HEAD_UNCONFIRMED)
    if not who_confirms(wanted.school, but=[wanted.user_id]).exists():
        return Refused(GrantReason.CONFIRM_INSTEAD)
    opens_at = timezone.localtime(wanted.asked_at + FIRST_ASKED)
    if timezone.now() < opens_at:
        return Refused(GrantReason.COVER_TOO_SOON, time=f"{opens_at:%H:%M}", weekday=f"{opens_at:%A}")
    if not _works_here(wanted.user, wanted.school):
        return Refused(GrantReason.NEW_HERE, person=wanted.user.name)
    last = _last_covered(wanted.school)
    if last and timezone.now() < last + NOT_AGAIN_FOR:
        return Refused(GrantReason.COVERED_LATELY, day=timezone.localtime(last + NOT_AGAIN_FOR).date())
    return None


def _works_here(user: User, school: School) -> bool:
    today = timezone.localdate()
    held = Membership.objects.filter(current_on(today), user=user, school=school, starts_on__lte=today - WORKED_HERE)
    return held.exists()


def _last_covered(school: School) -> datetime | None:
    covered = RoleRequest.objects.filter(school=school, outcome=RoleRequest.Outcome.COVERED)
    return covered.aggregate(last=Max("closed_at"))["last"]


def close_as_covered(wanted: RoleRequest, *, reason: str, by: User) -> RoleRequest:
    """Take the request for this transaction. Raises Refused when it may not be given without a second person."""
    # Two requests of one school at once: only one of them is given unconfirmed.
    School.objects.select_for_update().get(pk=wanted.school_id)
    row = RoleRequest.objects.select_for_update(of=["self"]).select_related("school", "user", "unit").get(pk=wanted.pk)
    if row.closed_at:
        raise Refused(GrantReason.REQUEST_CLOSED)
    if refusal := refusal_to_cover(row, by=by):
        raise refusal
    row.closed_at, row.outcome, row.decided_by = timezone.now(), RoleRequest.Outcome.COVERED, by
    row.reason, row.covered_until = reason, last_day(timezone.localdate())
    row.save(update_fields=["closed_at", "outcome", "decided_by", "reason", "covered_until"])
    text = f"{row.user.name} is {row.get_role_display()} for {LASTS_DAYS} days, unconfirmed. {reason}"
    record(row, "person.role_covered", text, by=by)
    _tell(row, "role_covered")
    return row


def report_ended(now: datetime) -> int:
    """Report the roles given unconfirmed that are over. Safe to run as often as one likes. Returns how many."""
    today = now.astimezone(LONDON).date()
    ids = RoleRequest.objects.filter(reported_at=None, covered_until__lt=today).values_list("pk", flat=True)
    return sum(_report(pk, now) for pk in list(ids))


@transaction.atomic
def _report(pk: int, now: datetime) -> bool:
    if not RoleRequest.objects.filter(pk=pk, reported_at=None).update(reported_at=now):
        return False
    row = RoleRequest.objects.select_related("school", "user", "decided_by").get(pk=pk)
    # It is covered, so both are there.
    end = datetime.combine(row.covered_until + timedelta(days=1), time(), LONDON)  # type: ignore[operator]
    children = children_read(
        school_id=row.school_id, user_id=row.user_id, first=row.closed_at, last=end  # type: ignore[arg-type]
    )  # fmt: skip
    text = f"{row.user.name} is no longer {row.get_role_display()} unconfirmed. Children's records opened: {children}"
    record(row, "person.role_cover_over", text, by=None)
    _tell(row, "role_cover_over", children=children)
    return True


def _tell(row: RoleRequest, name: str, **context: object) -> None:
    for person in who_is_told(row, but=row.decided_by):
        mail(name, person, row, concerned=person == row.user, **context)
