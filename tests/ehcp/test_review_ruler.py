from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from ehcp.reviews.ruler import draw
from sendco.clock import Urgency

TODAY = date(2027, 1, 12)


def due(rule, on):
    return SimpleNamespace(
        rule=rule, due_on=on, replaced_by=None, closed_on=None, met_on=None, urgency=lambda today: Urgency.DUE_SOON
    )


def on(days):
    return TODAY + timedelta(days=days)


def drawn(*, words_by, papers, meeting):
    review = SimpleNamespace(held_on=None, meeting_on=on(meeting), contribute_by=on(words_by))
    return draw(items=[due("review.papers", on(papers))], review=review, today=TODAY, calendar=None)


@pytest.mark.parametrize(
    ("words_by", "papers", "meeting"), [(-3, 0, 3), (-2, -1, 0), (0, 1, 2), (-10, 3, 17), (-3, 20, 34), (5, 6, 7)]
)
def test_today_is_written_over_no_other_label(words_by, papers, meeting):
    ruler = drawn(words_by=words_by, papers=papers, meeting=meeting)

    near = [mark for mark in ruler.marks if abs(mark.x - ruler.today) < 80]
    heights = [height for mark in near for height in (mark.text_y, mark.day_y)]
    assert [height for height in heights if abs(height - ruler.today_y) < 12] == []
    assert ruler.height > max(ruler.today_y, *(mark.day_y for mark in ruler.marks))
