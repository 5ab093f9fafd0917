"""The nightly seal on the audit record: made, and its head written down where the database cannot reach it."""

import logging
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from sendco.audit import sealing
from sendco.audit.models import Seal
from staff.models import Membership, User
from staff.models.people import current_on
from staff.roles import Role
from staff.tasks import send_account_mail

logger = logging.getLogger("sendco.audit")
MAILED_ON = 0  # Monday: one head of a chain holds all days before it


def seal_and_tell(now: datetime) -> Seal | None:
    """Make the seal that is due, log its head, and mail it once a week to the data protection officers."""
    made = sealing.seal(now)
    if made is None:
        return None
    logger.warning("Audit record sealed up to %s, head %s", made.day, " ".join(_parts(made.head)))
    if timezone.localtime(now).weekday() == MAILED_ON:
        for person in _officers():
            context = {"person": person, "seal": made, "parts": _parts(made.head), "site": settings.SITE_URL}
            text = render_to_string("emails/audit_seal-body-text.txt", context).strip()
            send_account_mail(to=person.email, subject="Seal of the audit record: please keep", text=text)
    return made


def _parts(head: str) -> list[str]:
    """In eights, to be compared by eye; and no log takes it for a secret then."""
    return [head[at : at + 8] for at in range(0, len(head), 8)]


def _officers() -> list[User]:
    held = Membership.objects.filter(current_on(timezone.localdate()), role=Role.DPO)
    return list(User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("pk"))
