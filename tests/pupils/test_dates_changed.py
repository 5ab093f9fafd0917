from datetime import date, timedelta

import pytest
from django.utils import timezone

import pupils.tasks  # noqa: F401  (registers the handlers)
from pupils.models import Concern
from sendco.due.models import DueItem
from sendco.jobs.models import Job
from sendco.jobs.runner import run
from staff.models import AcademicYear, Term
from staff.owed import all_differences, bring_up_to_date
from staff.services import add_closures, update_school


@pytest.fixture
def concern(school, teacher, pupil):
    concern = Concern.objects.create(school=school, pupil=pupil, raised_by=teacher, what="Tired", parent_told="told")
    bring_up_to_date(concern)
    return concern


def due_on():
    return DueItem.objects.get(rule="concern.first_look").due_on


def make_year(school, starts_in):
    return AcademicYear.objects.create(school=school, starts_in=starts_in)


def run_jobs():
    for job in Job.objects.filter(kind="school.dates_changed", status="queued"):
        run(job.pk)


def test_new_term_dates_move_the_dates_counted_in_school_days(school, senco, concern):
    today = timezone.localdate()
    before = due_on()
    starts_in = today.year if today.month >= 9 else today.year - 1
    # The school closes tomorrow for some weeks: school days from today on are far apart.
    Term.objects.bulk_create(
        [
            Term(
                academic_year=make_year(school, starts_in), name="Now", starts_on=date(starts_in, 8, 1), ends_on=today
            ),
            Term(
                academic_year=make_year(school, starts_in + 1),
                name="Later",
                starts_on=today + timedelta(days=40),
                ends_on=today + timedelta(days=80),
            ),
        ]
    )
    day = today + timedelta(days=41)
    add_closures(school=school, closures=[("Works", "closed", day, day)], by=senco)

    assert list(all_differences()) != []
    run_jobs()

    assert list(all_differences()) == []
    assert due_on() > before


def test_another_number_of_days_moves_them_too(school, senco, concern):
    before = due_on()
    update_school(school=school, values={"concern_days": 10}, version=school.version, by=senco)

    run_jobs()

    assert due_on() > before
    assert list(all_differences()) == []


def test_another_telephone_number_asks_for_nothing(school, senco, concern):
    update_school(school=school, values={"telephone": "01632 960002"}, version=school.version, by=senco)

    assert not Job.objects.filter(kind="school.dates_changed").exists()
