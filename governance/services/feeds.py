"""Make, revoke and find calendar feeds. The secret is told once and kept nowhere."""

import hashlib
import hmac
import secrets

from django.db import transaction
from django.utils import timezone

from governance.models import CalendarFeed
from sendco.audit import services as audit
from sendco.audit.models import Audience
from sendco.storage import beside
from staff.acting import Acting, acting_for
from staff.models import School, User

READ_NOTED_EVERY = 3600  # seconds: a calendar asks often, and when it did to the hour is enough to know


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def make_feed(*, user: User, school: School) -> tuple[CalendarFeed, str]:
    """Make a new address for this person and school; an older one stops. Returns (feed, secret)."""
    revoke_feeds(user=user, school=school)
    secret = secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(user=user, school=school, secret_hash=hash_of(secret))
    _record("calendar_feed.made", feed, "Calendar feed made. Dates with initials go to a calendar outside sendco.")
    return feed, secret


@transaction.atomic
def revoke_feeds(*, user: User, school: School) -> bool:
    """Stop this person's addresses of the school; returns whether there was one."""
    feeds = list(CalendarFeed.objects.select_for_update().filter(user=user, school=school).open())
    for feed in feeds:
        feed.revoked_at = timezone.now()
        feed.save(update_fields=["revoked_at"])
        _record("calendar_feed.revoked", feed, "Calendar feed stopped.")
    return bool(feeds)


def _record(code: str, feed: CalendarFeed, text: str) -> None:
    audit.record(code, feed, text=text, by=feed.user, school_id=feed.school_id, audience=Audience.ACCOUNTS)


def find_feed(secret: str) -> CalendarFeed | None:
    """The open feed of this secret, or None. Found by its hash, so how long it takes tells nothing of the secret."""
    wanted = hash_of(secret)
    feed = CalendarFeed.objects.open().filter(secret_hash=wanted).select_related("user", "school").first()
    return feed if feed and hmac.compare_digest(feed.secret_hash, wanted) else None


def acting_of(feed: CalendarFeed) -> Acting | None:
    """Its person as they may act in its school today, or None when they may no longer."""
    if not feed.user.is_active:
        return None
    acting = acting_for(feed.user, feed.school_id)
    return acting if acting.school and acting.school.pk == feed.school_id else None


def note_read(feed: CalendarFeed) -> None:
    now = timezone.now()
    if feed.last_read_at is None or (now - feed.last_read_at).total_seconds() > READ_NOTED_EVERY:
        rows = CalendarFeed.objects.filter(pk=feed.pk)
        beside(f"calendar feed {feed.pk} was read", lambda: rows.update(last_read_at=now))
