from datetime import date

import pytest

from sendco.clock import closed_window


def test_no_request_for_advice_no_exception():
    assert closed_window(date(2027, 7, 24), date(2027, 9, 1)).is_open_on(None) is False


@pytest.mark.parametrize("reopens", [date(2027, 7, 24), date(2027, 7, 23)])
def test_a_school_reopens_after_it_closes(reopens):
    with pytest.raises(ValueError, match="re-open after"):
        closed_window(date(2027, 7, 24), reopens)
