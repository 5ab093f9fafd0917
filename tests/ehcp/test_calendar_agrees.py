"""The calendar, and a child's age, as they are entered and put right: every page and mail says the same date."""

from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

import pupils.tasks  # noqa: F401  (its handlers register themselves)
from sendco.due.models import DueItem
from sendco.jobs.models import Job, Status
from sendco.jobs.runner import run
from staff import services as staff
from staff.owed import bring_up_to_date
from tests.everywhere import agree, everywhere
from tests.factories import PupilFactory
from tests.factories.ehcp import PlanFactory

EVENT = """BEGIN:VEVENT
SUMMARY:{name}
DTSTART{start}
DTEND{end}
END:VEVENT
"""
TWILIGHT = EVENT.format(name="INSET twilight", start=":20261123T153000", end=":20261123T173000")
INSET = EVENT.format(name="INSET", start=":20261123T083000", end=":20261123T153000")
HALF_TERM = EVENT.format(name="October half term", start=";VALUE=DATE:20261026", end=";VALUE=DATE:20261031")


@pytest.fixture(autouse=True)
def _october():
    with time_machine.travel("2026-10-05 10:00", tick=False):
        yield


@pytest.fixture
def year(school, senco):
    terms = [("Year", date(2026, 9, 2), date(2027, 7, 20))]
    return staff.save_academic_year(school=school, starts_in=2026, terms=terms, is_confirmed=True, by=senco)


@pytest.fixture
def transfer(school, year):
    child = PupilFactory(school=school, year_group="6")
    bring_up_to_date(PlanFactory(pupil=child, made_on=date(2024, 3, 16), last_concluded_on=date(2026, 3, 1)))
    return child


def read_dates(client, *events):
    """Send a file of term dates and take what is offered, as the page offers it."""
    content = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{''.join(events)}END:VCALENDAR\r\n".replace("\r\n", "\n")
    client.post(reverse("staff:calendar-import"), {"file": SimpleUploadedFile("dates.ics", content.encode())})
    page = reverse("staff:calendar-import-check")
    forms = list(client.get(page).context["formset"])
    data = {"rows-TOTAL_FORMS": len(forms), "rows-INITIAL_FORMS": len(forms)}
    for number, form in enumerate(forms):
        data[f"rows-{number}-kind"] = form.row.kind
        data |= {f"rows-{number}-is_wanted": "on"} if form.row.is_wanted else {}
    answer = client.post(page, data)
    work_out()
    return answer


def work_out():
    for job in Job.objects.filter(kind="school.dates_changed", status=Status.QUEUED):
        assert run(job.pk) == Status.DONE


def meeting(child):
    return DueItem.objects.get(rule="transfer.meeting", pupil_id=child.pk).due_on


def test_transfer_meeting_goes_back_over_an_inset_day_and_forward_when_it_is_removed(sign_in, senco, school, transfer):
    client = sign_in(senco)
    assert meeting(transfer) == date(2026, 11, 23)
    agree(client, senco, transfer)

    inset = {"name": "INSET", "kind": "inset", "starts_on": "2026-11-23"}
    assert client.post(reverse("staff:closure-add"), inset).status_code == 302
    work_out()

    assert meeting(transfer) == date(2026, 11, 20)
    agree(client, senco, transfer)
    client.post(reverse("staff:closure-remove", args=[school.closures.get().pk]))
    work_out()
    assert meeting(transfer) == date(2026, 11, 23)
    agree(client, senco, transfer)


def test_twilight_in_a_file_of_term_dates_moves_nothing_and_a_whole_day_does(sign_in, senco, school, transfer):
    client = sign_in(senco)

    assert read_dates(client, HALF_TERM, TWILIGHT).status_code == 302

    assert [closure.name for closure in school.closures.all()] == ["October half term"]
    assert meeting(transfer) == date(2026, 11, 23)
    agree(client, senco, transfer)

    assert read_dates(client, INSET).status_code == 302

    assert meeting(transfer) == date(2026, 11, 20)
    agree(client, senco, transfer)


def test_child_of_four_is_reviewed_after_six_months_until_the_birthday_proves_wrong(sign_in, senco, school, year):
    child = PupilFactory(school=school, birth_on=date(2022, 1, 10), year_group="R")
    bring_up_to_date(PlanFactory(pupil=child, made_on=date(2026, 4, 20)))
    client = sign_in(senco)
    assert DueItem.objects.get(rule="review.early_years").due_on == date(2026, 10, 20)
    agree(client, senco, child)

    form = client.get(reverse("pupils:pupil-edit", args=[child.pk])).context["form"]
    data = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    data |= {"birth_on": "2021-01-10", "year_group": "1", "version": child.version}
    assert client.post(reverse("pupils:pupil-edit", args=[child.pk]), data).status_code == 302

    assert not DueItem.objects.filter(rule="review.early_years", met_on=None, closed_on=None).exists()
    agree(client, senco, child)
    for page, said in everywhere(client, senco, child, on=date(2026, 10, 20)).items():
        assert "under 5" not in said, page
