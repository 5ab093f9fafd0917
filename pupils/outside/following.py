"""What was asked by link follows what it rests on: a plan, a referral, a parent who may be written to."""

from typing import Any

from staff.owed import bring_up_to_date

from ..models import OutsideAsk


def asks_follow(**which: Any) -> None:
    """Derive again what the open questions of these owe, after what they rest on changed."""
    for row in OutsideAsk.objects.filter(**which).open():
        bring_up_to_date(row)
