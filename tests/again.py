"""A form that is opened and sent anew. Tests send forms without the token of a page: at once, the same words would be
one form that was sent twice."""

from datetime import timedelta

import time_machine
from django.utils import timezone


def later(minutes=1):
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False)
