"""The feed: the right rows in the right list, the words of each, filters in the address, constant queries, the file."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ehcp.models import LocalAuthority, Plan
from pupils.models.pupil import Enrolment
from sendco.due.models import DueItem
from sendco.files.models import StoredFile
from sendco.files.services import open_stored
from sendco.jobs import runner
from sendco.jobs.models import Job
from sendco.pages.due.groups import figures
from staff.models import Unit
from staff.roles import Role
from tests.factories import MembershipFactory, PupilFactory, TeachingGroupFactory

pytestmark = pytest.mark.postgresql("sums and order")

URL = "/due/"


def make_due(pupil, days, **changes):
    """An open item due so many days from today; negative is overdue."""
    today = timezone.localdate()
    values = {
        "school_id": pupil.school_id,
        "pupil_id": pupil.pk,
        "source_type": "test.case",
        "source_id": DueItem.objects.count() + 1,
        "rule": "test.report",
        "title": "Review report",
        "duty": "school",
        "basis": "statute",
        "authority": "SEND Regs 2014, reg 20(7)",
        "trigger_on": today + timedelta(days=days - 14),
        "due_on": today + timedelta(days=days),
        "explanation": "Two weeks from the meeting.",
    }
    return DueItem.objects.create(**values | changes)


@pytest.fixture
def signed_in(sign_in, senco):
    return sign_in(senco)


def page(client, query=""):
    response = client.get(f"{URL}{query}")
    assert response.status_code == 200
    return response


def shown(response):
    """{group: [titles]} of the page."""
    return {part["key"]: [row.item.title for row in part["rows"]] for part in response.context["sections"]}


def test_each_item_stands_in_its_own_list(signed_in, pupil, teacher):
    make_due(pupil, -1, title="Late")
    make_due(pupil, 0, title="Today")
    make_due(pupil, 7, title="Seventh day")
    make_due(pupil, 8, title="Eighth day")
    make_due(pupil, -3, title="Authority late", duty="la")
    make_due(pupil, -3, title="Colleague", owner_id=teacher.pk)
    make_due(pupil, -9, title="Excepted", exception="The school was closed for four weeks")
    make_due(pupil, -9, title="Met", met_on=timezone.localdate())
    make_due(pupil, -9, title="Replaced", closed_on=timezone.localdate(), replaced_by="The order's own date")

    found = shown(page(signed_in))

    assert found == {
        "overdue": ["Late"],
        "week": ["Today", "Seventh day"],
        "later": ["Eighth day"],
        "waiting": ["Authority late", "Colleague"],
        "exception": ["Excepted"],
    }


def test_counts_of_the_tabs_are_those_of_the_lists(signed_in, senco, acting, pupil):
    make_due(pupil, -1)
    make_due(pupil, 3, duty="la")
    make_due(pupil, -2, duty="la")
    make_due(pupil, -2, exception="Away")

    response = page(signed_in)

    assert response.context["figures"] == {"overdue": 1, "week": 0, "later": 0, "waiting": 2, "exception": 1}
    told = figures(acting(senco), timezone.localdate())
    assert (told["overdue"], told["waiting"], told["late_elsewhere"]) == (1, 2, 1)
    assert told["next_on"] == timezone.localdate() + timedelta(days=3)


def test_a_row_says_law_whose_duty_and_state(signed_in, pupil):
    make_due(pupil, -2)
    make_due(pupil, 3, basis="guidance", authority="SEND Code 9.83", title="Consultation reply")
    make_due(pupil, 3, basis="local", authority="School policy", title="First look")
    make_due(pupil, -4, exception="Exception (c): away for four weeks", duty="la", practice_on=None)

    words = page(signed_in).content.decode()

    assert '<span class="basis">Law</span> SEND Regs 2014, reg 20(7)' in words
    assert '<span class="basis">Guidance</span> SEND Code 9.83' in words
    assert words.count("School policy</span>") == 1
    assert "2 days late" in words
    assert "Exception claimed" in words
    assert "Exception (c): away for four weeks" in words
    assert "4 days late" not in words
    assert 'class="owner them">LA' in words


def test_the_authoritys_own_practice_stands_beside_the_date(signed_in, pupil):
    on = timezone.localdate() + timedelta(days=2)
    make_due(pupil, 9, practice_on=on, practice_note="Westmarch asks for it within a week")

    words = page(signed_in).content.decode()

    assert "Westmarch asks for it within a week" in words


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("?duty=la", {"B"}),
        ("?duty=la&duty=school", {"A", "B", "C"}),
        ("?basis=guidance", {"C"}),
        ("?rule=test.other", {"C"}),
        ("?exception=only", {"B"}),
        ("?exception=none", {"A", "C"}),
        ("?show=later", {"C"}),
        ("?duty=nonsense", {"A", "B", "C"}),
        ("?person=99999999999999999999", {"A", "B", "C"}),
        ("?due_from=2026-99-99", {"A", "B", "C"}),
    ],
)
def test_filters_in_the_address(signed_in, pupil, query, titles):
    make_due(pupil, -2, title="A")
    make_due(pupil, 2, title="B", duty="la", exception="Away")
    make_due(pupil, 20, title="C", basis="guidance", rule="test.other")

    assert {title for part in shown(page(signed_in, query)).values() for title in part} == titles


def test_filters_of_dates_person_class_year_unit_and_authority(signed_in, school, pupil, other_pupil, senco):
    mine, other = make_due(pupil, 5, title="A", owner_id=senco.pk), make_due(other_pupil, 40, title="B")
    unit = Unit.objects.create(school=school, name="Base", kind="resourced")
    Enrolment.objects.filter(pupil=other_pupil).update(unit=unit)
    PupilFactory._meta.model.objects.filter(pk=other_pupil.pk).update(year_group="9")
    authority = LocalAuthority.objects.create(school=school, name="Westmarch")
    plan = Plan.objects.create(school=school, pupil=other_pupil, authority=authority)
    DueItem.objects.filter(pk=other.pk).update(source_type="ehcp.plan", source_id=plan.pk)
    cases = {
        f"?due_from={mine.due_on}&due_to={mine.due_on}": "A",
        f"?person={senco.pk}": "A",
        f"?group={pupil.form_group_id}": "A",
        "?year=9": "B",
        f"?unit={unit.pk}": "B",
        f"?authority={authority.pk}": "B",
    }
    for query, title in cases.items():
        response = page(signed_in, query)
        assert sum(shown(response).values(), []) == [title], query
        assert len(response.context["chips"]) == len(query.split("&")), query


def test_a_row_of_another_school_is_no_filter(signed_in, pupil, outsider, other_school):
    make_due(pupil, 5)
    group = TeachingGroupFactory(school=other_school, name="Elsewhere")
    unit = Unit.objects.create(school=other_school, name="Their base", kind="resourced")
    authority = LocalAuthority.objects.create(school=other_school, name="Their authority")

    for query in (f"person={outsider.pk}", f"group={group.pk}", f"unit={unit.pk}", f"authority={authority.pk}"):
        response = page(signed_in, f"?filters=1&{query}")
        assert shown(response) == {"week": ["Review report"]}, query
        for words in (outsider.name, "Elsewhere", "Their base", "Their authority"):
            assert words not in response.content.decode()


def test_a_child_in_two_chosen_groups_is_one_row(signed_in, school, pupil):
    other = TeachingGroupFactory(school=school, name="Set 1")
    pupil.group_places.create(group=other)
    make_due(pupil, 5)

    assert shown(page(signed_in, f"?group={pupil.form_group_id}&group={other.pk}")) == {"week": ["Review report"]}


def test_order_within_the_lists(signed_in, pupil, other_pupil):
    make_due(other_pupil, -9, title="Farrant")
    make_due(pupil, -2, title="Adeyemi")

    assert shown(page(signed_in))["overdue"] == ["Farrant", "Adeyemi"]
    assert shown(page(signed_in, "?sort=child"))["overdue"] == ["Adeyemi", "Farrant"]
    assert shown(page(signed_in, "?sort=-date"))["overdue"] == ["Adeyemi", "Farrant"]


def test_paging_keeps_the_lists_in_order(signed_in, pupil):
    for number in range(45):
        make_due(pupil, -number - 1, title=f"Late {number}")
    make_due(pupil, 30, title="Far")

    first, second = page(signed_in), page(signed_in, "?page=2")

    assert list(shown(first)) == ["overdue"]
    assert len(shown(first)["overdue"]) == 40
    assert [part["count"] for part in first.context["sections"]] == [45]
    assert shown(second)["later"] == ["Far"]


def test_query_count_does_not_grow(signed_in, school, pupil, teacher, count_queries):
    make_due(pupil, -2)
    make_due(pupil, 3, owner_id=teacher.pk)
    few = count_queries(URL)
    for number in range(20):
        make_due(PupilFactory(school=school), number - 10, duty="la" if number % 3 else "school", owner_id=teacher.pk)

    assert count_queries(URL) == few


def test_other_schools_and_other_peoples_stay_out(client, sign_in, school, pupil, other_pupil, foreign_pupil, teacher):
    make_due(foreign_pupil, -1, title="Foreign")
    make_due(other_pupil, -1, title="Not mine")
    make_due(pupil, -1, title="Also not mine")
    make_due(pupil, -1, title="Asked of me", owner_id=teacher.pk)
    sign_in(teacher)

    assert shown(page(client)) == {"overdue": ["Asked of me"]}


def test_provision_lead_sees_the_own_unit(client, sign_in, school, pupil, other_pupil):
    unit = Unit.objects.create(school=school, name="Base", kind="resourced")
    Enrolment.objects.filter(pupil=pupil).update(unit=unit)
    make_due(pupil, -1, title="In the unit")
    make_due(other_pupil, -1, title="Elsewhere")
    sign_in(MembershipFactory(school=school, role=Role.PROVISION_LEAD, unit=unit).user)

    assert shown(page(client)) == {"overdue": ["In the unit"]}


def test_empty_says_how_dates_arrive(signed_in, pupil):
    assert "Dates appear here by themselves" in page(signed_in).content.decode()
    assert "Nothing due fits this" in page(signed_in, "?duty=la").content.decode()


def test_filter_boxes_open_on_request(signed_in, pupil):
    make_due(pupil, 5)

    assert "Filter and order</legend>" in page(signed_in, "?filters=1").content.decode()


def test_fragment_is_the_lists_alone(signed_in, pupil):
    make_due(pupil, 5)

    words = signed_in.get(URL, headers={"HX-Request": "true", "HX-Target": "rows"}).content.decode()

    assert "Review report" in words
    assert "<html" not in words


# --- The file -----------------------------------------------------------------------------------------------------
BODY = {
    "purpose": "For the governors' visit",
    "kind": "csv",
    "fields_out": ["child", "duty", "due", "state", "basis", "whose"],
}


def export(client, **changes):
    response = client.post(reverse("due-export"), BODY | changes)
    assert response.status_code == 302, response.content.decode()
    job = Job.objects.latest("pk")
    runner.run(job.pk)
    job.refresh_from_db()
    with open_stored(StoredFile.objects.get(pk=job.result["file"])) as stored:
        return list(csv.reader(io.StringIO(stored.read().decode("utf-8-sig"))))


def test_export_is_the_filtered_list_with_a_footer(proved, senco, pupil, other_pupil):
    make_due(pupil, -2)
    make_due(other_pupil, 9, title="=HYPERLINK(1)", duty="la", basis="guidance")
    client = proved(senco)

    rows = export(client)

    assert rows[0] == ["Child", "Duty", "Due", "State", "Law, guidance or policy", "Whose duty"]
    assert rows[1][0:2] == ["Kezia Adeyemi", "Review report"]
    assert rows[1][3:] == ["2 days late", "Law", "School"]
    assert rows[2][1] == "'=HYPERLINK(1)"
    assert "Exported by Nadia Rahman" in rows[3][0]
    assert len(export(client, duty="la")) == 3


def test_export_asks_for_the_password_and_a_purpose(client, sign_in, proved, senco, pupil):
    sign_in(senco)
    assert "reauthenticate" in client.get(reverse("due-export")).url
    proved(senco)

    response = client.post(reverse("due-export"), BODY | {"purpose": ""})

    assert response.status_code == 422
    assert Job.objects.count() == 0


def test_export_of_somebody_who_left_fails(proved, senco, pupil):
    make_due(pupil, -2)
    client = proved(senco)
    client.post(reverse("due-export"), BODY)
    senco.memberships.update(ends_on=timezone.localdate() - timedelta(days=1))

    job = Job.objects.latest("pk")
    runner.run(job.pk)
    job.refresh_from_db()

    assert job.status == "failed"
    assert StoredFile.objects.count() == 0


# --- What ended late ----------------------------------------------------------------------------------------------
def test_what_ended_late_is_asked_about_below_the_list(signed_in, pupil):
    for number in range(7):
        make_due(pupil, -20, title=f"Late {number}", met_on=timezone.localdate())

    response = page(signed_in)

    words = " ".join(response.content.decode().split()).replace(" </a>", "</a>")
    assert response.context["late_count"] == 7
    assert words.count("Say why</a>") == 5
    assert reverse("late-list") in words
    assert "Late and not yet explained" not in page(signed_in, "?duty=school").content.decode()
