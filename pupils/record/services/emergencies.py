"""Open one child's record in an emergency: a reason, two hours, told at once, and a report of what was read."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from sendco.audit import services as audit
from sendco.audit.models import Audience
from sendco.audit.selectors import reads_between
from sendco.refusals import Refused
from staff.models import Membership, User
from staff.models.people import current_on
from staff.roles import Role
from staff.tasks import send_account_mail

from ...models import Emergency, Pupil
from ..refusals import EmergencyReason

# Long enough for an accident on a trip; who needs it longer asks for a role or a group.
OPEN_FOR = timedelta(hours=2)
# Who needs more than this in a day needs a group or a role, not emergencies.
MOST_A_DAY = 3
# Counted over the last day and night, not since midnight.
A_DAY = timedelta(hours=24)
TOLD = (Role.HEAD, Role.SENCO, Role.DPO)


@transaction.atomic
def open_record(*, pupil: Pupil, reason: str, by: User) -> Emergency:
    """Open this child to this person for two hours. Asked twice, it is one."""
    User.objects.select_for_update().get(pk=by.pk)
    now = timezone.now()
    standing = Emergency.objects.open(now).filter(pupil=pupil, user=by).first()
    if standing:
        return standing
    if Emergency.objects.filter(user=by, opened_at__gt=now - A_DAY).count() >= MOST_A_DAY:
        raise Refused(EmergencyReason.TOO_MANY, most=MOST_A_DAY)
    row = Emergency.objects.create(
        school_id=pupil.school_id, pupil=pupil, user=by, reason=reason, opened_at=now, ends_at=now + OPEN_FOR
    )
    text = f"Opened in an emergency until {timezone.localtime(row.ends_at):%H:%M}. {reason}"
    audit.record("emergency.opened", row, text=text, by=by, audience=Audience.CONFIDENTIAL)
    _tell(row, "emergency_opened")
    return row


def report_ended(now: datetime) -> int:
    """Report what was read in emergencies that are over. Safe to run as often as one likes. Returns how many."""
    ids = Emergency.objects.filter(reported_at=None, ends_at__lte=now).values_list("pk", flat=True)
    return sum(_report(pk, now) for pk in list(ids))


@transaction.atomic
def _report(pk: int, now: datetime) -> bool:
    if not Emergency.objects.filter(pk=pk, reported_at=None).update(reported_at=now):
        return False
    row = Emergency.objects.select_related("pupil", "user", "school").get(pk=pk)
    about = {"school_id": row.school_id, "pupil_id": row.pupil_id, "user_id": row.user_id}
    what = reads_between(first=row.opened_at, last=row.ends_at, **about)
    text = f"Emergency of {row.user.name} is over. Read: {', '.join(what) or 'nothing'}"
    audit.record("emergency.reported", row, text=text, by=None, audience=Audience.CONFIDENTIAL)
    _tell(row, "emergency_over", what=what)
    return True


def _tell(row: Emergency, name: str, **context: object) -> None:
    held = Membership.objects.filter(current_on(timezone.localdate()), school=row.school_id, role__in=TOLD)
    people = User.objects.filter(is_active=True, pk__in=held.values("user")).exclude(pk=row.user_id).order_by("pk")
    link = settings.SITE_URL + reverse("pupil-readers", args=[row.pupil_id])
    about = {"row": row, "initials": row.pupil.initials, "link": link, "school": row.school, **context}
    for person in people:
        text = render_to_string(f"emails/{name}-body-text.txt", about | {"person": person}).strip()
        subject = render_to_string(f"emails/{name}-subject.txt", about).strip()
        send_account_mail(to=person.email, subject=subject, text=text, school=row.school)
