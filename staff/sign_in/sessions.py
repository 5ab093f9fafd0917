"""How many places somebody may be signed in at, and ending the others."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from ..services import end_sessions

MOST = 5


def keep_newest(*, user):
    """Let at most five sessions live: a sixth sign-in ends the oldest."""
    rows = UserSession.objects.filter(user=user).order_by("-created_at", "-pk")
    keys = list(rows.values_list("session_key", flat=True)[MOST:])
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()


def end_others(*, request, user):
    """Sign the person out everywhere but here; here counts only when it is they who are signed in here."""
    is_here = request.user.is_authenticated and request.user.pk == user.pk
    end_sessions(user=user, keep=request.session.session_key if is_here else None)


def renew(*, request):
    """Give this session a new key, for when a service has just ended all sessions of the person at the keyboard."""
    request.session.cycle_key()
    UserSession.objects.create_from_request(request)
