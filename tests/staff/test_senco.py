"""The SENCo's qualification: by when, for whom it is not needed, and which course counts."""

from datetime import date

import pytest
from django.urls import reverse

from sendco.due.models import DueItem
from sendco.pages.due.items import due_for
from staff import deadlines
from staff.acting import acting_for
from staff.deadlines import Course, Qualification, course_state, qualification_rule, qualification_state
from staff.models import SencoAppointment
from staff.owed import all_differences, bring_school_up_to_date
from staff.senco import services
from staff.senco.refusals import SencoReason
from tests.staff.test_posts import refused

from .adults import adult

pytestmark = pytest.mark.postgresql("constraints")
BECAME = date(2025, 11, 3)


def values(member, **more):
    return {
        "member": member, "appointed_on": BECAME, "ended_on": None, "first_senco_on": None, "months_before": 0,
        "is_qualified_teacher": True, "is_head": False, "course": "", "course_started_on": None,
        "course_completed_on": None,
    } | more  # fmt: skip


def appoint(school, member, by, **more):
    row = SencoAppointment(school=school)
    return services.save_appointment(appointment=row, values=values(member, **more), version=1, by=by)


def items(row):
    return {item.rule: item for item in DueItem.objects.filter(source_type="staff.sencoappointment", source_id=row.pk)}


# --- The law ---
@pytest.mark.parametrize(
    ("course", "begun", "done", "state"),
    [
        ("", None, None, Course.NONE),
        ("npq", None, None, Course.OPEN),
        ("npq", date(2024, 9, 1), None, Course.OPEN),
        ("npq", date(2025, 10, 1), date(2027, 3, 1), Course.COUNTS),
        ("npq", date(2024, 8, 31), None, Course.NOT_OPEN_YET),
        ("nasenco", date(2024, 8, 31), None, Course.OPEN),
        ("nasenco", date(2024, 9, 1), None, Course.BEGUN_TOO_LATE),
        ("nasenco", date(2024, 9, 1), date(2026, 1, 1), Course.BEGUN_TOO_LATE),
        ("nasenco", date(2011, 9, 1), date(2012, 7, 1), Course.COUNTS),
        ("nasenco", None, date(2012, 7, 1), Course.COUNTS),
        ("nasenco", None, date(2025, 7, 1), Course.BEGIN_UNKNOWN),
        ("nasenco", None, None, Course.BEGIN_UNKNOWN),
        ("nasenco", date(2024, 1, 8), date(2027, 8, 31), Course.COUNTS),
        ("nasenco", date(2024, 1, 8), date(2027, 9, 1), Course.DONE_TOO_LATE),
    ],
)
def test_which_course_counts(course, begun, done, state):
    assert course_state(course, begun, done) == state


@pytest.mark.parametrize(
    ("setting", "became", "months", "state"),
    [
        ("maintained_primary", BECAME, 0, Qualification.NEEDED),
        ("academy", BECAME, 12, Qualification.NEEDED),
        ("academy", BECAME, 13, Qualification.ENOUGH_MONTHS),
        ("maintained_secondary", date(2009, 9, 1), 0, Qualification.BEFORE_THE_LAW),
        ("maintained_secondary", date(2009, 9, 2), 0, Qualification.NEEDED),
        ("pru", BECAME, 0, Qualification.NEEDED),
        ("special", BECAME, 0, Qualification.NOT_BOUND),
        ("independent", BECAME, 0, Qualification.NOT_BOUND),
    ],
)
def test_who_needs_it(setting, became, months, state):
    found = qualification_state(setting=setting, became_on=became, months_before=months, course=Course.NONE)

    assert found == state


def test_a_referral_unit_is_told_that_it_is_the_code_and_not_the_law():
    assert qualification_rule("pru").basis == "guidance"
    assert "does not name referral units" in qualification_rule("pru").check
    assert qualification_rule("academy").basis == "statute"


# --- What stands in the feed ---
def test_the_third_anniversary_is_due(school, senco, head):
    school.setting_type = "maintained_primary"
    school.save()
    row = appoint(school, adult(school, user=senco), head)

    item = items(row)["senco.qualification"]

    assert item.due_on == date(2028, 11, 3)
    assert item.owner_id == senco.pk
    assert "SEND Regulations 2014, reg 49" in item.explanation
    assert not item.is_personal
    assert due_for(acting_for(head)).filter(pk=item.pk).exists()
    assert not list(all_differences())


def test_the_first_appointment_anywhere_is_counted_from(school, senco, head):
    school.setting_type = "academy"
    school.save()
    row = appoint(school, adult(school, user=senco), head, first_senco_on=date(2025, 1, 6), months_before=8)

    assert items(row)["senco.qualification"].due_on == date(2028, 1, 6)


def test_a_nasenco_under_way_ends_with_august_2027(school, senco, head):
    school.setting_type = "academy"
    school.save()
    member = adult(school, user=senco)
    row = appoint(school, member, head, course="nasenco", course_started_on=date(2024, 1, 8))

    assert items(row)["senco.nasenco"].due_on == date(2027, 8, 31)
    done = values(member, course="nasenco", course_started_on=date(2024, 1, 8), course_completed_on=date(2026, 11, 2))
    services.save_appointment(appointment=row, values=done, version=row.version, by=head)
    assert {item.met_on for item in items(row).values()} == {date(2026, 11, 2)}


def test_months_before_are_an_exception_that_moves_no_date(school, senco, head):
    school.setting_type = "academy"
    school.save()
    first = date(2023, 1, 9)
    row = appoint(school, adult(school, user=senco), head, first_senco_on=first, months_before=30)

    item = items(row)["senco.qualification"]

    assert "more than 12 months" in item.exception
    assert item.due_on == date(2026, 1, 9)


def test_who_has_left_owes_nothing_any_more(school, senco, head):
    school.setting_type = "academy"
    school.save()
    row = appoint(school, adult(school, user=senco), head, ended_on=date(2026, 7, 31))

    assert items(row)["senco.qualification"].closed_on == date(2026, 7, 31)


def test_who_was_one_before_the_law_is_counted_from_this_appointment(school, senco, head):
    school.setting_type = "academy"
    school.save()
    row = appoint(school, adult(school, user=senco), head, first_senco_on=date(2008, 9, 1), months_before=6)

    assert items(row)["senco.qualification"].due_on == date(2028, 11, 3)


def test_a_last_day_beyond_the_anniversary_takes_nothing_away(client, school, senco, head):
    school.setting_type = "academy"
    school.save()
    row = appoint(school, adult(school, user=senco), head, ended_on=date(2028, 11, 4))

    assert items(row)["senco.qualification"].closed_on is None
    client.force_login(head)
    assert "Fri 3 Nov 2028" in client.get(reverse("staff:senco-list")).content.decode()


def test_a_change_of_the_kind_of_school_changes_the_authority(school, senco, head):
    school.setting_type = "pru"
    school.save()
    row = appoint(school, adult(school, user=senco), head)
    assert items(row)["senco.qualification"].basis == "guidance"

    school.setting_type = "academy"
    school.save()
    bring_school_up_to_date(school)

    assert items(row)["senco.qualification"].basis == "statute"
    assert not list(all_differences())


# --- Bad input ---
@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"months_before": 24}, SencoReason.FIRST_MISSING),
        ({"first_senco_on": date(2025, 9, 1), "months_before": 600}, SencoReason.MONTHS_TOO_MANY),
        ({"first_senco_on": date(2015, 9, 1)}, SencoReason.MONTHS_MISSING),
        ({"ended_on": date(2025, 11, 2)}, SencoReason.DATES_IN_ORDER),
        ({"first_senco_on": date(2025, 11, 4)}, SencoReason.FIRST_AFTER_APPOINTED),
        ({"course_started_on": date(2026, 1, 5)}, SencoReason.COURSE_MISSING),
        (
            {"course": "npq", "course_started_on": date(2026, 1, 5), "course_completed_on": date(2026, 1, 4)},
            SencoReason.COURSE_IN_ORDER,
        ),
        ({"course": "npq", "course_completed_on": date(2099, 1, 1)}, SencoReason.COMPLETED_IN_FUTURE),
    ],
)
def test_what_cannot_be_is_refused(school, senco, head, more, reason):
    member = adult(school, user=senco)

    refused(reason, appoint, school=school, member=member, by=head, **more)
    assert not SencoAppointment.objects.exists()


def test_nobody_is_entered_twice(school, senco, head):
    member = adult(school, user=senco)
    appoint(school, member, head)

    refused(SencoReason.SENCO_ALREADY, appoint, school=school, member=member, by=head)


def test_the_page_says_where_each_stands(client, school, senco, head):
    school.setting_type = "academy"
    school.save()
    member = adult(school, user=senco)
    client.force_login(senco)
    typed = {"version": 1, "member": member.pk, "appointed_on": "2025-11-03", "is_qualified_teacher": "on",
             "course": "nasenco", "course_started_on": "2024-09-02"}  # fmt: skip

    assert client.post(reverse("staff:senco-add"), typed).status_code == 302

    page = client.get(reverse("staff:senco-list")).content.decode()
    assert "Fri 3 Nov 2028" in page
    assert "NASENCO counts only if it was begun before" in page
    client.force_login(head)
    assert client.get(reverse("staff:senco-list")).status_code == 200


def test_somebody_who_began_long_ago_can_be_entered(client, school, senco):
    member = adult(school, user=senco)
    client.force_login(senco)
    typed = {"version": 1, "member": member.pk, "appointed_on": "2025-09-01", "first_senco_on": "1998-01-05",
             "months_before": "200", "is_qualified_teacher": "on"}  # fmt: skip

    assert client.post(reverse("staff:senco-add"), typed).status_code == 302
    assert SencoAppointment.objects.get().became_senco_on == date(1998, 1, 5)


def test_each_rule_has_a_worked_example():
    for rule in deadlines.FIXED:
        trigger, due = rule.example
        assert rule.count.due(trigger) == due
