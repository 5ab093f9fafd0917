"""Who else has the same page open, so that two people who change one record know of each other."""

import hashlib
from datetime import datetime, timedelta

from django.utils import timezone

from sendco.people import Someone

from .models import Presence

STILL_HERE = timedelta(seconds=50)  # a page asks every 20 seconds; one question may get lost


def note(*, by: Someone, name: str, school_id: int, path: str) -> list[str]:
    """Note that this person has the page open. Returns the names of the others who have it open now."""
    now = timezone.now()
    page = hashlib.sha256(f"{school_id}:{path}".encode()).hexdigest()
    Presence.objects.bulk_create(
        [Presence(page=page, user_id=by.pk, name=name, seen_at=now)],
        update_conflicts=True,
        unique_fields=["page", "user_id"],
        update_fields=["name", "seen_at"],
    )
    others = Presence.objects.filter(page=page, seen_at__gt=now - STILL_HERE).exclude(user_id=by.pk)
    return list(others.order_by("name", "pk").values_list("name", flat=True))


def clean_old(now: datetime | None = None) -> int:
    """Delete what is over; returns how many."""
    deleted, _ = Presence.objects.filter(seen_at__lt=(now or timezone.now()) - timedelta(hours=1)).delete()
    return deleted
