import pytest
import time_machine

from tests.factories import PupilFactory
from tests.staff.adults import adult

from .helping import NOON, calendar, run_of


@pytest.fixture(autouse=True)
def _wednesday():
    """Wednesday 4 November 2026, noon, in the week after the autumn half term."""
    with time_machine.travel(f"{NOON}+00:00", tick=False):
        yield


@pytest.fixture
def open_school(school):
    calendar(school)
    return school


@pytest.fixture
def pupils(open_school, group):
    names = ("Aisha", "Noah", "Edie", "Tomasz")
    return [PupilFactory(school=open_school, form_group=group, legal_forename=name) for name in names]


@pytest.fixture
def leader(open_school, teaching_assistant):
    return adult(open_school, user=teaching_assistant)


@pytest.fixture
def run(open_school, pupils, leader, senco):
    """Talk Boost with four children on Mondays and Wednesdays at nine, from Monday of this week for four weeks."""
    return run_of(open_school, pupils, by=senco, adults=[leader])
