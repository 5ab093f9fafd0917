"""A post to be filled, and what came of it."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from staff.models import Vacancy
from staff.vacancies import services
from staff.vacancies.refusals import VacancyReason
from tests.staff.test_posts import refused

pytestmark = pytest.mark.postgresql("constraints")
OPENED = date(2026, 11, 2)


def values(**more):
    return {
        "title": "Teaching assistant", "staff_group": "support", "unit": None, "hours_a_week": 25, "reason": "Growth",
        "points": "", "opened_on": OPENED, "wanted_from": None, "outcome": "", "closed_on": None,
    } | more  # fmt: skip


def save(school, by, row=None, **more):
    row = row or Vacancy(school=school)
    return services.save_vacancy(vacancy=row, values=values(**more), version=row.version, by=by)


def test_an_outcome_closes_it_today_and_taking_it_back_opens_it(school, head):
    row = save(school, head)

    row = save(school, head, row, outcome="filled")
    assert row.closed_on == timezone.localdate()

    row = save(school, head, row)
    assert (row.outcome, row.closed_on) == ("", None)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"closed_on": date(2026, 11, 9)}, VacancyReason.OUTCOME_MISSING),
        ({"closed_on": date(2026, 11, 1), "outcome": "filled"}, VacancyReason.CLOSED_BEFORE_OPENED),
    ],
)
def test_what_cannot_be_is_refused(school, head, more, reason):
    refused(reason, save, school=school, by=head, **more)
    assert not Vacancy.objects.exists()


def test_points_are_lines_without_their_marks():
    assert Vacancy(points="- Makaton\n\n \u2022 First aid\n").point_list == ["Makaton", "First aid"]


def test_through_the_pages(client, school, senco, teacher):
    client.force_login(senco)
    typed = {"version": 1, "title": "Assistant", "staff_group": "support", "hours_a_week": "25", "reason": "Growth",
             "points": "Makaton", "opened_on": "2026-11-02"}  # fmt: skip
    assert client.post(reverse("staff:vacancy-add"), typed | {"hours_a_week": "169"}).status_code == 422
    assert client.post(reverse("staff:vacancy-add"), typed).status_code == 302
    assert "Makaton" in client.get(reverse("staff:vacancy-list")).content.decode()

    client.force_login(teacher)
    assert client.get(reverse("staff:vacancy-list")).status_code == 403
