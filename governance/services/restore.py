"""After a restore the database holds ways in that were closed since. End them all, before anybody may come in."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from governance.models import CalendarFeed
from sendco.audit import services as audit
from sendco.audit.models import Audience
from sendco.links import services as links
from staff.models import Invitation, LostFactor, OutgoingMail, School, User

# A reset key is made from the moment of the last sign-in: moving it ends every key and is seen nowhere.
A_MOMENT = timedelta(seconds=1)


@transaction.atomic
def end_all_access() -> dict[str, int]:
    """End every outsider's link, feed, invitation, reset and session. Returns how many of each.

    A new secret key would not do it: links, feeds and invitations are kept as hashes, and no key is part of them.
    """
    now = timezone.now()
    ended = {
        "links of outsiders": links.revoke(),
        "calendar feeds": CalendarFeed.objects.open().update(revoked_at=now),
        "invitations": Invitation.objects.filter(accepted_at=None, revoked_at=None).update(revoked_at=now),
        "requests about a lost device": LostFactor.objects.filter(closed_at=None).update(
            closed_at=now, outcome=LostFactor.Outcome.RAN_OUT
        ),
        "account mails not sent yet": OutgoingMail.objects.filter(sent_at=None).update(sent_at=now, text="", html=""),
        "sessions": Session.objects.all().delete()[0],
    }
    UserSession.objects.all().delete()
    User.objects.update(last_login=Coalesce(F("last_login"), Now()) + A_MOMENT)
    # Codes and marks of the second step that were used up are kept there.
    transaction.on_commit(cache.clear)
    words = ", ".join(f"{number} {name}" for name, number in ended.items())
    text = f"After a restore every way in was ended: {words}; and every key to reset a password."
    for school in School.objects.all():
        audit.record("access.all_ended", school, text=text, by=None, school_id=school.pk, audience=Audience.ACCOUNTS)
    return ended
