"""Tell the DPO and the SENDCo when somebody opens, or exports, very many records in a short time."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from governance.models import ManyRecords
from sendco.audit import services as audit
from sendco.audit.models import Audience
from sendco.audit.selectors import ManyReads, many_reads
from sendco.clock import LONDON
from staff.models import Membership, School, User
from staff.models.people import current_on
from staff.roles import Role
from staff.tasks import send_account_mail

# Children within one hour: more than anybody needs who works with them, and a class list that is exported.
MOST_READ, MOST_EXPORTED = 40, 40
# The hour that runs and the one before: what was read just before the tick is looked at too.
LOOKED_AT = timedelta(hours=2)
TOLD = (Role.DPO, Role.SENCO)
WHERE_NOBODY_IS = (Role.HEAD,)


def watch(now: datetime) -> int:
    """Look at the last hours and tell what is new. Safe to run as often as one likes. Returns how many were told."""
    since = now.replace(minute=0, second=0, microsecond=0) - LOOKED_AT
    found = [(ManyRecords.Kind.READ, one) for one in many_reads(since=since, at_least=MOST_READ, exports=False)]
    found += [(ManyRecords.Kind.EXPORTED, one) for one in many_reads(since=since, at_least=MOST_EXPORTED, exports=True)]
    return sum(_tell(kind, many) for kind, many in found)


def _tell(kind: ManyRecords.Kind, many: ManyReads) -> bool:
    try:
        with transaction.atomic():
            row = ManyRecords.objects.create(
                school_id=many.school_id,
                user_id=many.user_id,
                day=many.hour_at.astimezone(LONDON).date(),
                kind=kind,
                children=many.children,
                hour_at=many.hour_at,
            )
            _record_and_mail(row)
    except IntegrityError:  # told before, or by another worker at this moment
        return False
    return True


def _record_and_mail(row: ManyRecords) -> None:
    school, person = School.objects.get(pk=row.school_id), User.objects.get(pk=row.user_id)
    when = row.hour_at.astimezone(LONDON)
    did = "exported" if row.kind == ManyRecords.Kind.EXPORTED else "opened"
    text = f"{person.name} {did} the records of {row.children} children between {when:%H:%M} and {when.hour + 1}:00"
    audit.record(
        f"records.many_{row.kind}", person, text=text, by=None, school_id=school.pk, audience=Audience.ACCOUNTS
    )
    context = {"school": school, "who": person, "what": text, "day": row.day}
    context["link"] = settings.SITE_URL + reverse("staff:person-detail", args=[person.pk])
    for told in who_is_told(school, but=person):
        words = render_to_string("emails/many_records-body-text.txt", context | {"person": told}).strip()
        send_account_mail(to=told.email, subject="Many records opened in a short time", text=words, school=school)


def who_is_told(school: School, *, but: User) -> list[User]:
    """The DPO and the SENDCo of the school, never the person it is about; the headteacher where there is neither."""
    for roles in (TOLD, WHERE_NOBODY_IS):
        held = Membership.objects.filter(current_on(timezone.localdate()), school=school, role__in=roles)
        people = User.objects.filter(is_active=True, pk__in=held.values("user")).exclude(pk=but.pk).order_by("pk")
        if people:
            return list(people)
    return []
