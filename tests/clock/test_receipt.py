from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendco.clock import LONDON, HolidaysNotKnown, SentBy, is_working_day, receipt_date


@pytest.mark.parametrize("method", [SentBy.EMAIL, SentBy.BY_HAND])
def test_five_o_clock_itself_is_in_time(method):
    assert receipt_date(datetime(2027, 6, 10, 17, 0, tzinfo=LONDON), method) == date(2027, 6, 10)
    assert receipt_date(datetime(2027, 6, 10, 17, 0, 0, 1, tzinfo=LONDON), method) == date(2027, 6, 11)


def test_the_day_is_the_uk_day():
    assert receipt_date(datetime(2026, 11, 17, 7, 0, tzinfo=ZoneInfo("Asia/Tokyo")), "email") == date(2026, 11, 17)


def test_post_on_a_friday_evening_arrives_on_monday():
    assert receipt_date(datetime(2027, 1, 8, 20, 0, tzinfo=UTC), "first_class_post") == date(2027, 1, 11)


def test_signed_for_needs_a_possible_date():
    sent = datetime(2027, 1, 8, 9, 0, tzinfo=UTC)
    with pytest.raises(ValueError, match="Give the day"):
        receipt_date(sent, SentBy.SIGNED_FOR)
    with pytest.raises(ValueError, match="before it was sent"):
        receipt_date(sent, SentBy.SIGNED_FOR, signed_on=date(2027, 1, 7))
    assert receipt_date(sent, SentBy.SIGNED_FOR, signed_on=date(2027, 1, 9)) == date(2027, 1, 9)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        receipt_date(datetime(2027, 1, 8, 9, 0), "email")


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="pigeon"):
        receipt_date(datetime(2027, 1, 8, 9, 0, tzinfo=UTC), "pigeon")


def test_beyond_the_bank_holidays_is_not_known():
    with pytest.raises(HolidaysNotKnown):
        receipt_date(datetime(2035, 12, 31, 18, 0, tzinfo=UTC), "email")


@given(
    st.datetimes(datetime(2019, 1, 2), datetime(2035, 12, 20), timezones=st.just(UTC)),
    st.sampled_from([SentBy.EMAIL, SentBy.BY_HAND, SentBy.FIRST_CLASS_POST]),
)
def test_received_on_a_working_day_never_before_it_was_sent(sent, method):
    received = receipt_date(sent, method)
    assert is_working_day(received)
    assert sent.astimezone(LONDON).date() <= received <= sent.date() + timedelta(days=6)
