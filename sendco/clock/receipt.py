"""When something sent counts as received (the reading advisers publish; the SEND Regs 2014 leave it open)."""

from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from sendco.clock.calendar import next_working_day, working_day_after

LONDON = ZoneInfo("Europe/London")
CLOSE_OF_DAY = time(17, 0)


class SentBy(StrEnum):
    BY_HAND = "by_hand"
    SIGNED_FOR = "signed_for"
    FIRST_CLASS_POST = "first_class_post"
    EMAIL = "email"


def receipt_date(sent_at: datetime, method: SentBy | str, *, signed_on: date | None = None) -> date:
    """The day from which clocks run.

    By hand and e-mail: that day in UK time; after 5pm or on a non-working day, the next working day. First class post:
    the next working day after posting. Signed for: the day it was signed for, which must be given.
    Raises ValueError for a time without a zone, an unknown method or a missing or impossible `signed_on`, and
    HolidaysNotKnown beyond the bank holiday data.
    """
    if sent_at.tzinfo is None:
        raise ValueError("The time it was sent needs a time zone.")
    method, local = SentBy(method), sent_at.astimezone(LONDON)
    day = local.date()
    if method is SentBy.SIGNED_FOR:
        return _signed(day, signed_on)
    if method is SentBy.FIRST_CLASS_POST or local.time() > CLOSE_OF_DAY:
        return working_day_after(day)
    return next_working_day(day)


def _signed(sent_on: date, signed_on: date | None) -> date:
    if signed_on is None:
        raise ValueError("Give the day it was signed for.")
    if signed_on < sent_on:
        raise ValueError("It cannot be signed for before it was sent.")
    return signed_on
