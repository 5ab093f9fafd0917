import pytest
from django.urls import reverse

from sendco.audit.models import Event
from sendco.drafts.models import Draft
from staff import services
from staff.models import School, Unit
from staff.permissions import Permission
from staff.roles import Role
from tests.factories import MembershipFactory


@pytest.fixture
def details(school):
    """What the form of the school's details sends when nothing was touched."""
    return {
        "version": school.version,
        "name": school.name,
        "short_name": school.short_name,
        "setting_type": school.setting_type,
        "trust_name": "",
        "local_authority": school.local_authority,
        "lowest_age": 4,
        "highest_age": 11,
        "dfe_number": "",
        "urn": "",
        "address": "",
        "telephone": "",
        "email": "",
        "idle_minutes": 20,
        "concern_days": 5,
        "letter_days": 5,
    }


def test_school_shows_details_and_units(sign_in, teacher, school):
    Unit.objects.create(school=school, name="The Willow Room", kind=Unit.Kind.RESOURCED, places=16)

    response = sign_in(teacher).get(reverse("staff:school"))

    assert response.status_code == 200
    body = response.content.decode()
    assert "Fernhill Primary School" in body
    assert "The Willow Room" in body
    assert reverse("staff:school-edit") not in body


def test_school_without_units_says_what_a_unit_is_for(sign_in, senco):
    assert "The whole school is one" in sign_in(senco).get(reverse("staff:school")).content.decode()


def test_school_is_closed_to_governors(sign_in, governor):
    assert sign_in(governor).get(reverse("staff:school")).status_code == 403


def test_school_shows_units_of_this_school_alone(sign_in, senco, other_school):
    Unit.objects.create(school=other_school, name="Foreign Unit", kind=Unit.Kind.RESOURCED)

    assert "Foreign Unit" not in sign_in(senco).get(reverse("staff:school")).content.decode()


@pytest.mark.parametrize("name", ["staff:school", "staff:permissions"])
def test_pages_to_look_at_take_no_post(sign_in, senco, name):
    assert sign_in(senco).post(reverse(name)).status_code == 405


def test_edit_saves_and_shows_what_was_done(sign_in, office, details, school):
    client = sign_in(office)

    response = client.post(reverse("staff:school-edit"), details | {"telephone": "01632 960123"}, follow=True)

    school.refresh_from_db()
    assert school.telephone == "01632 960123"
    assert school.version == details["version"] + 1
    assert "School details changed: telephone" in response.content.decode()
    assert school.history.first().history_user_id == office.pk


def test_edit_that_changes_nothing_leaves_no_event(sign_in, office, details, school):
    sign_in(office).post(reverse("staff:school-edit"), details)

    school.refresh_from_db()
    assert school.version == details["version"]
    assert not Event.objects.filter(code="school.changed").exists()


def test_edit_is_refused_to_teachers(sign_in, teacher, details):
    assert sign_in(teacher).post(reverse("staff:school-edit"), details).status_code == 403


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("dfe_number", "12/3456", "A DfE number has seven digits"),
        ("dfe_number", "٨١٠٢٣٤٥", "A DfE number has seven digits"),
        ("urn", "12345", "A URN has six digits"),
        ("idle_minutes", "9", "Enter a number from 10 to 60."),
        ("idle_minutes", "61", "Enter a number from 10 to 60."),
        ("concern_days", "0", "Enter a number from 1 to 60."),
        ("letter_days", "61", "Enter a number from 1 to 60."),
        ("highest_age", "3", "The oldest age is below the youngest age."),
        ("name", "", "This field is required."),
        ("version", "x", "Enter a whole number."),
        ("setting_type", "castle", "not one of the available choices"),
    ],
)
def test_edit_refuses_bad_values(sign_in, senco, details, school, field, typed, message):
    response = sign_in(senco).post(reverse("staff:school-edit"), details | {field: typed})

    assert response.status_code == 422
    assert message in response.content.decode()
    school.refresh_from_db()
    assert school.version == details["version"]


@pytest.mark.parametrize("typed", ["810/2345", "810-2345", " 810 2345 ", "8102345"])
def test_dfe_number_is_stored_as_seven_digits(sign_in, senco, details, school, typed):
    sign_in(senco).post(reverse("staff:school-edit"), details | {"dfe_number": typed})

    school.refresh_from_db()
    assert school.dfe_number == "8102345"


@pytest.mark.parametrize("minutes", [10, 60])
def test_idle_minutes_at_the_ends_are_allowed(sign_in, senco, details, school, minutes):
    sign_in(senco).post(reverse("staff:school-edit"), details | {"idle_minutes": minutes})

    school.refresh_from_db()
    assert school.idle_minutes == minutes


def test_second_save_meets_both_versions_and_keeps_what_was_typed(sign_in, senco, details, school):
    School.objects.filter(pk=school.pk).update(telephone="01632 960999", address="Mill Lane\nWestmarch", version=2)
    client = sign_in(senco)
    typed = details | {"telephone": "01632 960111", "address": "Mill Lane\r\nWestmarch"}

    response = client.post(reverse("staff:school-edit"), typed)

    body = response.content.decode()
    assert response.status_code == 422
    assert "Two people changed this" in body
    assert "01632 960111" in body
    rows = response.context["conflict"].rows
    assert [(row.yours.words, row.stored.words) for row in rows] == [("01632 960111", "01632 960999")]
    school.refresh_from_db()
    assert school.telephone == "01632 960999"

    seen = response.context["form"]["version"].value()
    client.post(reverse("staff:school-edit"), typed | {"version": seen})

    school.refresh_from_db()
    assert school.telephone == "01632 960111"


def test_unit_is_added(sign_in, senco, school):
    values = {"name": "Outreach", "kind": Unit.Kind.TIER, "tier": 1, "planned_weeks": 8}

    response = sign_in(senco).post(reverse("staff:unit-add"), values, follow=True)

    assert Unit.objects.get(school=school).planned_weeks == 8
    assert "Outreach saved" in response.content.decode()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kind": "tier"}, "Say which tier this is"),
        ({"kind": "resourced", "tier": "2"}, "Only a tier of alternative provision has a number"),
        ({"kind": "tier", "tier": "0"}, "Enter a number from 1 to 9."),
        ({"kind": "resourced", "places": "-1"}, "greater than or equal to 0"),
        ({"kind": "castle"}, "not one of the available choices"),
    ],
)
def test_unit_refuses_bad_values(sign_in, senco, values, message):
    response = sign_in(senco).post(reverse("staff:unit-add"), {"name": "Tier", **values})

    assert response.status_code == 422
    assert message in response.content.decode()
    assert not Unit.objects.exists()


def test_two_units_of_one_name_are_refused(sign_in, senco, school):
    Unit.objects.create(school=school, name="Outreach", kind=Unit.Kind.RESOURCED)

    response = sign_in(senco).post(reverse("staff:unit-add"), {"name": "Outreach", "kind": "resourced"})

    assert response.status_code == 422
    assert "There is a unit called Outreach already" in response.content.decode()


def test_unit_edit_keeps_to_its_school(sign_in, senco, teacher, school, other_school):
    unit = Unit.objects.create(school=school, name="Outreach", kind=Unit.Kind.RESOURCED)
    foreign = Unit.objects.create(school=other_school, name="Outreach", kind=Unit.Kind.RESOURCED)
    values = {"name": "Outreach", "kind": "resourced", "places": 12}

    assert sign_in(senco).post(reverse("staff:unit-edit", args=[unit.pk]), values).status_code == 302
    assert sign_in(senco).post(reverse("staff:unit-edit", args=[foreign.pk]), values).status_code == 404
    assert sign_in(senco).put(reverse("staff:unit-edit", args=[unit.pk])).status_code == 405
    assert sign_in(teacher).get(reverse("staff:unit-edit", args=[unit.pk])).status_code == 403

    unit.refresh_from_db()
    foreign.refresh_from_db()
    assert (unit.places, foreign.places) == (12, None)


def test_permissions_page_prints_the_whole_table(sign_in, teaching_assistant):
    response = sign_in(teaching_assistant).get(reverse("staff:permissions"))

    rows = dict(response.context["rows"])
    assert len(rows) == len(Permission)
    column = response.context["roles"].index(Role.TEACHING_ASSISTANT)
    assert rows[Permission.CONCERN_RAISE][column] is True
    assert rows[Permission.PEOPLE_MANAGE][column] is False
    assert sorted(response.context["roles"]) == sorted(Role)


def test_switch_goes_to_a_school_of_ones_own(sign_in, senco, other_school):
    MembershipFactory(user=senco, school=other_school, role=Role.TEACHER)
    client = sign_in(senco)

    assert "Go to Oakmere" in client.get(reverse("staff:school-switch")).content.decode()
    response = client.post(reverse("staff:school-switch"), {"school": other_school.pk})

    assert response.url == reverse("home")
    response = client.get(reverse("staff:school"))
    assert response.context["acting"].school == other_school
    assert response.context["acting"].roles == {Role.TEACHER}


@pytest.mark.parametrize("chosen", ["", "x", "999999"])
def test_switch_to_what_is_not_there_is_not_found(sign_in, senco, chosen):
    assert sign_in(senco).post(reverse("staff:school-switch"), {"school": chosen}).status_code == 404


def test_switch_to_a_school_one_does_not_work_in_is_not_found(sign_in, senco, other_school):
    client = sign_in(senco)

    assert client.post(reverse("staff:school-switch"), {"school": other_school.pk}).status_code == 404
    assert "school_id" not in client.session


def test_switch_to_a_school_one_has_left_is_not_found(sign_in, senco, other_school):
    MembershipFactory(user=senco, school=other_school, role=Role.TEACHER, ends_on="2024-12-20")

    assert sign_in(senco).post(reverse("staff:school-switch"), {"school": other_school.pk}).status_code == 404


def test_a_chosen_school_that_was_left_meanwhile_is_left(sign_in, senco, school, other_school):
    there = MembershipFactory(user=senco, school=other_school, role=Role.TEACHER)
    client = sign_in(senco)
    client.post(reverse("staff:school-switch"), {"school": other_school.pk})
    there.ends_on = there.starts_on
    there.save()

    assert client.get(reverse("staff:school")).context["acting"].school == school


# --- A draft of the details --------------------------------------------------------------------------------------
EDIT = "/school/edit/"


def keep_typing(client, data):
    return client.post(reverse("draft-save", args=[client.get(EDIT).context["draft_key"]]), data)


def test_details_that_were_not_saved_come_back_to_who_typed_them(sign_in, details, office, senco):
    client = sign_in(office)
    keep_typing(client, details | {"name": "Fernhill Academy"})

    body = client.get(EDIT).content.decode()

    assert "This is what you typed" in body
    assert 'value="Fernhill Academy"' in body
    assert "Fernhill Academy" not in client.get(EDIT, {"stored": "1"}).content.decode()
    assert "Fernhill Academy" not in sign_in(senco).get(EDIT).content.decode()


def test_a_draft_over_an_older_version_shows_both(sign_in, details, school, office, senco):
    client = sign_in(office)
    keep_typing(client, details | {"name": "Fernhill Academy"})
    services.update_school(school=school, values={"telephone": "01632 960001"}, version=school.version, by=senco)

    form = client.get(EDIT).context["form"]
    response = client.post(EDIT, details | {"name": "Fernhill Academy", "version": form["version"].value()})

    assert response.status_code == 422
    assert "Both versions" in response.content.decode()


def test_draft_of_the_details_goes_once_they_are_saved(sign_in, details, office):
    client = sign_in(office)
    keep_typing(client, details | {"name": "Fernhill Academy"})

    client.post(EDIT, details | {"name": "Fernhill Academy"})

    assert not Draft.objects.exists()
    assert "This is what you typed" not in client.get(EDIT).content.decode()
