"""The guard on every view: signed in (Django's middleware), in a school, and allowed."""

import time
from functools import partial, wraps

from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import reauthentication_required
from django.core.exceptions import PermissionDenied

from .permissions import Permission

TEN_MINUTES, ONE_HOUR = 600, 3600  # seconds


def require_permission(*permissions):
    """Let in who holds any of these. Sets `required_permission`, which the access test looks for on every view."""
    for permission in permissions:
        if not isinstance(permission, Permission):
            raise TypeError(f"{permission!r} is not a Permission")

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not any(request.acting.can(permission) for permission in permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.required_permission = permissions
        return guarded

    return decorate


def signed_in(view):
    """For pages of one's own account, which need no school."""
    view.required_permission = (Permission.OWN_ACCOUNT,)
    return view


def polls(view):
    """Mark a view that the page asks for by itself: it does not count as somebody being there."""
    view.is_polling = True
    return view


def step_up(view=None, *, within=TEN_MINUTES):
    """Ask for the password, a passkey or a code again unless it was given `within` so many seconds, at sign-in too."""
    if view is None:
        return partial(step_up, within=within)
    guarded = reauthentication_required(view, enabled=lambda request: not _proved_lately(request, within))
    guarded.required_permission = getattr(view, "required_permission", None)
    return guarded


def _proved_lately(request, within):
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - max(record["at"] for record in records) < within
