"""Absences: a stretch of time, typed in one place, with what it leaves uncovered and the return."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sendco.refusals import ChangedMeanwhile
from staff.absences import selectors, services
from staff.absences.refusals import AbsenceReason
from staff.acting import acting_for
from staff.models import Absence, Slot, Unit
from staff.roles import Role
from tests.factories import MembershipFactory
from tests.staff.test_posts import refused

from .adults import MONDAY, adult, kind, timetable

pytestmark = pytest.mark.postgresql("locks")

FRIDAY = MONDAY + timedelta(days=4)


def away(member, head, starts_on=MONDAY, ends_on=MONDAY, **more):
    return services.save_absence(member=member, absence=None, starts_on=starts_on, ends_on=ends_on, by=head, **more)


# --- The stretch of time ---
@pytest.mark.parametrize(
    ("day", "stretch"),
    [
        (MONDAY - timedelta(days=1), None),
        (MONDAY, (630, 1440)),
        (MONDAY + timedelta(days=1), (0, 1440)),
        (FRIDAY, (0, 720)),
        (FRIDAY + timedelta(days=1), None),
    ],
)
def test_first_and_last_day_may_be_parts_of_a_day(day, stretch):
    row = Absence(starts_on=MONDAY, ends_on=FRIDAY, starts_at=time(10, 30), ends_at=time(12))

    assert selectors.stretch_on(row, day) == stretch


def test_without_a_last_day_it_lasts():
    assert selectors.stretch_on(Absence(starts_on=MONDAY), date(2030, 1, 7)) == (0, 1440)


# --- Recording ---
def test_what_overlaps_is_refused_and_what_touches_is_not(school, head):
    member = adult(school)
    away(member, head, ends_at=time(12))

    refused(AbsenceReason.OVERLAPS, away, member=member, head=head, starts_at=time(11, 59))
    away(member, head, starts_at=time(12))
    refused(AbsenceReason.OVERLAPS, away, member=member, head=head, starts_on=date(2026, 11, 2), ends_on=None)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"ends_on": MONDAY - timedelta(days=1)}, AbsenceReason.DATES_IN_ORDER),
        ({"starts_at": time(12), "ends_at": time(12)}, AbsenceReason.TIMES_IN_ORDER),
        ({"starts_on": date(2025, 8, 1), "ends_on": date(2025, 8, 1)}, AbsenceReason.NOT_IN_POST),
        ({"ends_on": date(2026, 12, 19)}, AbsenceReason.AFTER_LEAVING),
    ],
)
def test_what_cannot_be_is_refused(school, head, values, reason):
    member = adult(school)
    member.posts.update(ends_on=date(2026, 12, 18))

    refused(reason, away, member=member, head=head, **values)
    assert not Absence.objects.exists()


def test_of_two_who_change_an_absence_the_second_is_told(school, head):
    member = adult(school)
    row = away(member, head)
    services.save_absence(member=member, absence=row, starts_on=MONDAY, ends_on=FRIDAY, version=1, by=head)

    with pytest.raises(ChangedMeanwhile):
        services.save_absence(member=member, absence=row, starts_on=MONDAY, ends_on=None, version=1, by=head)


def test_who_may_not_see_the_reason_leaves_it_as_it_is(school, head, office):
    member = adult(school)
    row = away(member, head, reason="family")

    services.save_absence(member=member, absence=row, starts_on=MONDAY, ends_on=FRIDAY, version=1, by=office)

    row.refresh_from_db()
    assert (row.reason, row.ends_on) == ("family", FRIDAY)


# --- The return ---
def test_the_day_before_the_return_is_the_last_one_away(school, head):
    row = away(adult(school), head, ends_on=None)

    services.note_return(absence=row, returned_on=FRIDAY, by=head)

    row.refresh_from_db()
    assert (row.ends_on, row.returned_on) == (FRIDAY - timedelta(days=1), FRIDAY)


def test_who_comes_back_later_than_entered_was_away_until_then(school, head):
    """Recorded for Monday, back on Friday: on Wednesday nobody proposes her."""
    member = adult(school)
    row = away(member, head)

    services.note_return(absence=row, returned_on=FRIDAY, by=head)

    row.refresh_from_db()
    assert row.ends_on == FRIDAY - timedelta(days=1)
    wednesday = MONDAY + timedelta(days=2)
    assert selectors.stretches_away([member.pk], [wednesday])[member.pk][wednesday] == [(0, 24 * 60)]


def test_a_weekend_before_the_return_is_not_missed(school, head):
    row = away(adult(school), head, ends_on=FRIDAY, ends_at=time(12))

    services.note_return(absence=row, returned_on=FRIDAY + timedelta(days=3), by=head)

    row.refresh_from_db()
    assert (row.ends_on, row.ends_at) == (FRIDAY, time(12))


def test_a_return_does_not_run_over_another_absence(school, head):
    member = adult(school)
    row = away(member, head)
    away(member, head, starts_on=FRIDAY - timedelta(days=1), ends_on=FRIDAY)

    refused(
        AbsenceReason.OVERLAPS, services.note_return,
        absence=row, returned_on=FRIDAY + timedelta(days=5), by=head,
    )  # fmt: skip


def test_a_return_before_the_absence_is_refused(school, head):
    row = away(adult(school), head, ends_on=None)

    refused(AbsenceReason.RETURN_TOO_EARLY, services.note_return, absence=row, returned_on=MONDAY, by=head)


def test_an_absence_recorded_by_mistake_goes_and_stays_in_the_history(school, head):
    member = adult(school)
    row = away(member, head)

    services.remove_absence(absence=row, by=head)

    assert selectors.away_on(acting_for(head), MONDAY) == []
    assert Absence.history.filter(id=row.pk).count() == 2
    refused(AbsenceReason.REMOVED, services.note_return, absence=row, returned_on=FRIDAY, by=head)
    away(member, head)  # the time is free again


# --- Who is away ---
def test_everybody_away_stands_on_the_list_whatever_they_would_have_done(school, head):
    names = ["Has lessons", "Has none", "Works on other days"]
    members = [adult(school, names[0]), adult(school, names[1]), adult(school, names[2], days=[4])]
    for member in members:
        away(member, head)

    assert [one.member.name for one in selectors.away_on(acting_for(head), MONDAY)] == sorted(names)


def test_another_schools_adults_are_not_on_the_list(school, other_school, head, outsider):
    away(adult(other_school), outsider)

    assert selectors.away_on(acting_for(head), MONDAY) == []


# --- Pages ---
@pytest.fixture
def placed(school, head):
    member = adult(school, "Ana Field")
    row = timetable(school)
    Slot.objects.create(
        timetable=row, member=member, kind=kind(school), weekday=timezone.localdate().weekday() % 5,
        starts_at=time(9), ends_at=time(10), starts_on=row.starts_on, doing="Phonics catch-up",
    )  # fmt: skip
    return member


def test_recording_an_absence_shows_what_it_uncovers(client, head, placed, school):
    client.force_login(head)
    typed = {"version": 0, "member": placed.pk, "starts_on": MONDAY, "ends_on": FRIDAY, "reason": "illness"}

    response = client.post(reverse("staff:absence-add"), typed, follow=True)

    page = response.content.decode()
    assert "Phonics catch-up" in page
    assert "Illness" in page
    assert "Nobody" in page  # nobody else is free then


def test_the_office_records_without_a_reason(client, office, placed):
    client.force_login(office)

    page = client.get(reverse("staff:absence-add")).content.decode()

    assert 'name="reason"' not in page
    response = client.post(
        reverse("staff:absence-add"), {"version": 0, "member": placed.pk, "starts_on": MONDAY, "ends_on": ""}
    )
    assert response.status_code == 302
    assert Absence.objects.get().ends_on is None


def test_a_refusal_keeps_what_was_typed(client, head, placed):
    client.force_login(head)
    typed = {"version": 0, "member": placed.pk, "starts_on": "2025-08-01", "ends_on": "2025-08-04", "reason": "leave"}

    response = client.post(reverse("staff:absence-add"), typed)

    page = response.content.decode()
    assert response.status_code == 422
    assert "holds no post here on Fri 1 Aug 2025" in page
    assert 'value="2025-08-04"' in page


def test_an_end_without_its_day_is_asked_for(client, head, placed):
    client.force_login(head)
    typed = {"version": 0, "member": placed.pk, "starts_on": MONDAY, "ends_at": "12:00"}

    response = client.post(reverse("staff:absence-add"), typed)

    assert "Enter the last day as well" in response.content.decode()


def test_a_provision_lead_records_for_their_unit_alone(client, school, placed):
    unit = Unit.objects.create(school=school, name="The Nest", kind="resourced")
    lead = MembershipFactory(school=school, role=Role.PROVISION_LEAD, unit=unit).user
    inside = adult(school, "Inside", unit=unit)
    client.force_login(lead)
    typed = {"version": 0, "starts_on": MONDAY, "ends_on": MONDAY}

    outside = client.post(reverse("staff:absence-add"), typed | {"member": placed.pk})
    assert outside.status_code == 422
    assert client.post(reverse("staff:absence-add"), typed | {"member": inside.pk}).status_code == 302
    assert Absence.objects.get().member == inside


def test_the_home_page_says_who_is_away(client, senco, head, school, placed):
    today = timezone.localdate()
    away(placed, head, starts_on=today, ends_on=today)
    client.force_login(senco)

    page = client.get("/").content.decode()

    assert "1 adult away today" in page
    assert "Ana Field" in page
