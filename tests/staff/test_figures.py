"""The staff list's figures and the homes: to each what is theirs to know."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from staff.absences.services import save_absence
from staff.acting import acting_for
from staff.models import Appraisal, AppraisalScheme, Certificate, GroupStaff, Skill, Slot, SupervisionMeeting
from staff.posts.figures import figures
from staff.reading import services as reading
from tests.staff.test_reading import values

from .adults import BEGAN, adult, kind, timetable


@pytest.fixture
def people(school, senco, teaching_assistant, teacher):
    """The SENCo leads the assistant, and the teacher is led by nobody."""
    manager = adult(school, user=senco)
    return {
        "senco": manager,
        "assistant": adult(school, user=teaching_assistant, manager=manager),
        "teacher": adult(school, user=teacher, staff_group="teacher"),
    }


def today():
    return timezone.localdate()


@pytest.fixture
def due(school, people, senco):
    """An appraisal and a certificate that ends, of the assistant and of the teacher alike."""
    scheme = AppraisalScheme.objects.create(
        school=school, starts_in=2026, staff_group="support", objectives_by=date(2026, 10, 31),
        mid_year_by=date(2027, 2, 28), end_year_by=date(2027, 7, 15),
    )  # fmt: skip
    skill = Skill.objects.create(school=school, name="First aid", valid_months=36)
    for key in ("assistant", "teacher"):
        member = people[key]
        Appraisal.objects.create(
            school=school, member=member, scheme=scheme, appraiser=senco, began_on=date(2026, 9, 7)
        )
        Certificate.objects.create(
            member=member, skill=skill, issued_on=date(2023, 1, 9), expires_on=today() + timedelta(days=30)
        )


def test_only_ones_own_line_shows_steps_and_certificates(people, due, senco, head):
    for_senco = figures(acting_for(senco), people.values())
    for_head = figures(acting_for(head), people.values())

    assert for_senco[people["assistant"].pk].step[0] == "objectives"
    assert len(for_senco[people["assistant"].pk].certificates) == 1
    assert for_senco[people["teacher"].pk].step is None
    assert not for_senco[people["teacher"].pk].certificates
    assert len(for_head[people["teacher"].pk].certificates) == 1


def test_the_list_costs_the_same_for_one_and_for_many(school, people, due, head):
    acting = acting_for(head)
    with CaptureQueriesContext(connection) as one:
        figures(acting, [people["assistant"]])
    many = [adult(school, f"Colleague {number}") for number in range(12)]

    with CaptureQueriesContext(connection) as all_of_them:
        figures(acting, [*people.values(), *many])

    assert len(all_of_them) == len(one)


def test_the_pages_show_them(client, people, due, head):
    client.force_login(head)

    assert client.get(reverse("staff:member-list")).status_code == 200
    home = client.get(reverse("home")).content.decode()
    assert "Appraisals and training" in home
    assert "of 2 signed" in home


def test_the_senco_has_no_figures_of_appraisals_that_are_not_hers(client, people, due, senco):
    client.force_login(senco)

    assert "Appraisals and training" not in client.get(reverse("home")).content.decode()


def test_an_assistant_finds_their_own_next_steps_on_the_home_page(
    client, school, people, due, senco, head, teaching_assistant
):
    meeting = SupervisionMeeting.objects.create(
        school=school, member=people["assistant"], leader=senco, planned_on=today() + timedelta(days=3)
    )
    card = reading.save_briefing(
        briefing=reading.Briefing(school=school), values=values(title="Fire drill"), version=1, by=head
    )
    reading.ask_everybody(briefing=card, by=head)
    client.force_login(teaching_assistant)

    home = client.get(reverse("home")).content.decode()

    assert "Fire drill" in home
    assert reverse("staff:meeting-detail", args=[meeting.pk]) in home
    assert "My objectives" in home
    assert "First aid" in home


def test_somebody_off_the_staff_list_has_a_home_too(client, school, teacher):
    client.force_login(teacher)

    assert "My work here" not in client.get(reverse("home")).content.decode()


# --- Who comes to my class ---
def test_a_teacher_sees_who_is_with_their_classes_today(client, school, teacher, group, head):
    table, aide = timetable(school), adult(school, "Ana Field")
    weekday = today().weekday()
    facts = {"timetable": table, "kind": kind(school), "starts_on": BEGAN, "ends_at": time(10), "starts_at": time(9)}
    Slot.objects.create(member=aide, weekday=weekday, group=group, doing="Phonics", **facts)
    Slot.objects.create(member=aide, weekday=weekday, doing="Elsewhere", **facts)
    Slot.objects.create(member=aide, weekday=(weekday + 1) % 5, group=group, doing="Tomorrow", **facts)
    client.force_login(teacher)

    def shown():
        text = client.get(reverse("home")).content.decode()
        return [word for word in ("Phonics", "Elsewhere", "Tomorrow", "Away") if word in text]

    assert shown() == ["Phonics"]
    save_absence(member=aide, absence=None, starts_on=today(), ends_on=today(), by=head)
    assert shown() == ["Phonics", "Away"]
    GroupStaff.objects.filter(user=teacher).update(ends_on=today() - timedelta(days=1))
    assert shown() == []
