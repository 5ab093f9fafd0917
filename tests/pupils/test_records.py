from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pupils.models import Enrolment, GroupPlace, Pupil, PupilSupport, RegisterEntry
from pupils.record.forms.records import PupilForm, year_by_birth, year_in_words
from pupils.record.refusals import EnrolmentReason, RecordReason, SupportReason
from pupils.record.services import pupils as services
from sendco.drafts.services import load_draft, save_draft
from staff.models import TeachingGroup, Unit
from staff.roles import Role
from tests.again import later
from tests.factories import MembershipFactory, PupilFactory, TeachingGroupFactory, UserFactory
from tests.refusals import shows

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def days_ago(number):
    return TODAY() - timedelta(days=number)


def url(name, row):
    return reverse(f"pupils:{name}", args=[row.pk])


def details(pupil=None, **changes):
    usual = {"legal_forename": "Kezia", "legal_surname": "Adeyemi", "sex": "U", "year_group": "5"}
    if pupil:
        usual |= {"birth_on": pupil.birth_on.isoformat(), "form_group": pupil.form_group_id or "", "version": "1"}
    return usual | changes


def newcomer(**changes):
    return details(joined_on_day=TODAY().isoformat(), kind="single", code="N", **changes)


PUPIL_PAGES = [
    "pupil-edit",
    "enrolment-change",
    "pupil-leave",
    "pupil-readmit",
    "key-worker",
    "support-add",
    "group-place",
]


# --- Who may -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("where", PUPIL_PAGES)
def test_pages_of_a_pupil_open_to_who_may_edit_and_to_nobody_else(
    sign_in, where, pupil, office, teacher, governor, outsider
):
    assert sign_in(office).get(url(where, pupil)).status_code == 200
    assert sign_in(outsider).get(url(where, pupil)).status_code == 404
    assert sign_in(outsider).post(url(where, pupil), {}).status_code == 404
    for person in (teacher, governor):
        assert sign_in(person).get(url(where, pupil)).status_code == 403
        assert sign_in(person).post(url(where, pupil), {}).status_code == 403
    assert sign_in(office).put(url(where, pupil)).status_code == 405


@pytest.mark.parametrize("where", ["pupil-edit", "enrolment-change", "pupil-leave", "support-add", "group-place"])
def test_an_empty_form_comes_back_with_words(sign_in, office, pupil, where):
    assert sign_in(office).post(url(where, pupil), {}).status_code == 422


# --- Add ---------------------------------------------------------------------------------------------------------
def test_pupil_add_puts_on_roll_and_drops_the_draft(sign_in, senco, school):
    save_draft(by=senco, school_id=school.pk, form_key="pupil-new", data={"legal_forename": ["Amina"]})
    client = sign_in(senco)
    page = client.get(reverse("pupils:pupil-add"))
    assert page.context["form"]["legal_forename"].value() == "Amina"

    response = client.post(reverse("pupils:pupil-add"), newcomer(legal_forename="Amina", upn="x373400126001"))

    pupil = Pupil.objects.get(school=school)
    assert (response.status_code, response.url) == (302, pupil.get_absolute_url())
    assert (pupil.name, pupil.upn, pupil.joined_on) == ("Amina Adeyemi", "X373400126001", TODAY())
    assert load_draft(by=senco, school_id=school.pk, form_key="pupil-new") is None


def test_pupil_add_with_a_plan_leads_to_the_needs(sign_in, senco, school):
    response = sign_in(senco).post(reverse("pupils:pupil-add"), newcomer() | {"code": "E"})

    pupil = Pupil.objects.get(school=school)
    assert RegisterEntry.objects.get(pupil=pupil).code == "E"
    assert response.url == reverse("pupils:needs-change", args=[pupil.pk])


def test_pupil_add_by_the_office_never_sets_a_status(sign_in, office, school):
    client = sign_in(office)
    assert "code" not in client.get(reverse("pupils:pupil-add")).context["form"].fields

    client.post(reverse("pupils:pupil-add"), newcomer() | {"code": "K"})

    assert RegisterEntry.objects.get(school=school).code == "N"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"upn": "Y373400126001"}, "first letter does not match"),
        ({"uln": "12E9"}, "digits only"),
        ({"birth_on": "2099-01-01"}, "cannot be after today"),
        ({"birth_on": "1916-02-14"}, "Check the year"),
        ({"joined_on_day": "2099-01-01"}, "cannot be after today"),
        ({"birth_on": "2020-01-01", "joined_on_day": "2019-01-01"}, "joined the school before that day"),
        ({"kind": "main"}, "name of the other school"),
        ({"legal_surname": ""}, "required"),
        ({"upn": "Z886321627014"}, RecordReason.UPN_TAKEN),
    ],
)
def test_pupil_add_refuses_in_words_and_keeps_what_was_typed(sign_in, senco, school, changes, words):
    PupilFactory(school=school, upn="Z886321627014")

    response = sign_in(senco).post(reverse("pupils:pupil-add"), newcomer() | {"pronouns": "she/her"} | changes)

    assert response.status_code == 422
    assert shows(response.content.decode(), words)
    assert response.context["form"]["pronouns"].value() == "she/her"
    assert Pupil.objects.count() == 1


def test_a_provision_lead_admits_to_the_own_unit_only(sign_in, school):
    own = Unit.objects.create(school=school, name="Harbour", kind=Unit.Kind.RESOURCED)
    other = Unit.objects.create(school=school, name="Quay", kind=Unit.Kind.RESOURCED)
    lead = MembershipFactory(school=school, role=Role.PROVISION_LEAD, unit=own, user=UserFactory()).user
    client = sign_in(lead)

    assert client.post(reverse("pupils:pupil-add"), newcomer(unit=other.pk)).status_code == 422
    assert client.post(reverse("pupils:pupil-add"), newcomer(unit="")).status_code == 422
    assert client.post(reverse("pupils:pupil-add"), newcomer(unit=own.pk)).status_code == 302
    assert Enrolment.objects.get().unit == own


# --- Year taught in ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "Reception"),
        (-1, "Nursery 2"),
        (-2, "Nursery 1"),
        (6, "Year 6"),
        (14, "Year 14"),
        (-3, "outside school years"),
    ],
)
def test_year_in_words(number, words):
    assert year_in_words(number) == words


@pytest.mark.parametrize(
    ("born", "year", "hint"),
    [
        (date(2016, 2, 14), "5", "Year 6"),
        (date(2016, 2, 14), "6", None),
        (date(2016, 8, 31), "6", None),
        (date(2016, 9, 1), "6", "Year 5"),
        (None, "6", None),
    ],
)
def test_the_year_by_birth_date_is_said_when_it_differs(born, year, hint):
    assert year_by_birth(Pupil(birth_on=born, year_group=year), today=date(2026, 11, 20)) == hint


def test_the_year_typed_is_kept_and_the_other_is_said(sign_in, senco, pupil, acting):
    taught = Pupil.objects.get(pk=pupil.pk)
    form = PupilForm(instance=taught, acting=acting(senco))
    assert f"By birth date it would be {year_by_birth(taught)}" in form.fields["year_group"].help_text

    sign_in(senco).post(url("pupil-edit", pupil), details(pupil, year_group="3"))
    page = sign_in(senco).get(url("pupil-edit", pupil)).content.decode()

    pupil.refresh_from_db()
    assert pupil.year_group == "3"
    assert "Taught in Year 3; by birth date it would be" in page


# --- Edit --------------------------------------------------------------------------------------------------------
def test_pupil_edit_saves(sign_in, office, pupil):
    response = sign_in(office).post(url("pupil-edit", pupil), details(pupil, preferred_forename="Kez"))

    pupil.refresh_from_db()
    assert (response.status_code, pupil.preferred_forename, pupil.version) == (302, "Kez", 2)


def test_pupil_edit_names_the_child_as_stored_while_the_form_is_wrong(sign_in, office, pupil):
    page = sign_in(office).post(url("pupil-edit", pupil), details(pupil, legal_forename="Zed", upn="wrong"))

    assert page.status_code == 422
    assert "Details of Kezia Adeyemi" in page.content.decode()


def test_pupil_edit_of_two_people_shows_both_and_loses_nothing(sign_in, office, senco, pupil):
    theirs = {"pronouns": "she/her", "first_language": "Yoruba"}
    services.update_pupil(pupil=pupil, values=theirs, version=1, by=senco)
    mine = details(pupil, pronouns="they/them", home_authority="Westmarch")

    response = sign_in(office).post(url("pupil-edit", pupil), mine)

    page, form = response.content.decode(), response.context["form"]
    assert response.status_code == 422
    assert f"Saved by {senco.name}" in page
    assert form["pronouns"].value() == "they/them"
    assert form["first_language"].value() == "Yoruba"
    conflict = response.context["conflict"]
    rows = {row.label: (row.yours and row.yours.words, row.stored.words) for row in conflict.rows}
    assert rows == {
        "Pronouns": ("they/them", "she/her"),
        "First language": (None, "Yoruba"),
        "Home local authority": ("Westmarch", "Empty"),
    }
    pupil.refresh_from_db()
    assert pupil.pronouns == "she/her"

    sign_in(office).post(url("pupil-edit", pupil), mine | {"first_language": "Yoruba", "version": "2"})

    pupil.refresh_from_db()
    assert (pupil.pronouns, pupil.first_language, pupil.version) == ("they/them", "Yoruba", 3)


def test_pupil_edit_without_a_version_is_refused(sign_in, office, pupil):
    data = details(pupil)
    del data["version"]

    assert sign_in(office).post(url("pupil-edit", pupil), data).status_code == 422


def test_pupil_edit_takes_no_class_of_another_school(sign_in, office, pupil, other_school):
    group = TeachingGroupFactory(school=other_school)

    assert sign_in(office).post(url("pupil-edit", pupil), details(pupil, form_group=group.pk)).status_code == 422


def test_pupil_edit_keeps_an_archived_class_that_the_child_is_in(sign_in, office, pupil, group):
    group.is_archived = True
    group.save(update_fields=["is_archived"])

    response = sign_in(office).post(url("pupil-edit", pupil), details(pupil, pronouns="she/her"))

    pupil.refresh_from_db()
    assert (response.status_code, pupil.form_group) == (302, group)


# --- Enrolment, leaving, coming back -----------------------------------------------------------------------------
def test_enrolment_change(sign_in, office, school, pupil):
    unit = Unit.objects.create(school=school, name="Harbour", kind=Unit.Kind.RESOURCED)
    data = {"kind": "single", "unit": unit.pk, "starts_on": TODAY().isoformat()}

    response = sign_in(office).post(url("enrolment-change", pupil), data)

    assert (response.status_code, response.url) == (302, pupil.get_absolute_url())
    assert Enrolment.objects.get(pupil=pupil, ends_on=None).unit == unit


def test_enrolment_change_says_why_not(sign_in, office, pupil):
    client = sign_in(office)
    early = client.post(url("enrolment-change", pupil), {"kind": "single", "starts_on": "2024-09-02"})
    order = client.post(
        url("enrolment-change", pupil),
        {"kind": "single", "starts_on": TODAY().isoformat(), "planned_end_on": days_ago(1).isoformat()},
    )

    assert (early.status_code, order.status_code) == (422, 422)
    assert shows(early.content.decode(), EnrolmentReason.NOT_AFTER_PRESENT)
    assert "planned last day is before" in order.content.decode()


def test_leaving_and_coming_back(sign_in, office, pupil):
    client = sign_in(office)
    gone = client.post(url("pupil-leave", pupil), {"left_on": days_ago(3).isoformat(), "reason": "Moved house"})
    pupil.refresh_from_db()
    assert (gone.status_code, pupil.left_on) == (302, days_ago(3))
    assert (
        client.post(url("pupil-leave", pupil), {"left_on": TODAY().isoformat(), "reason": "Again"}).status_code == 422
    )

    back = client.post(url("pupil-readmit", pupil), {"joined_on": TODAY().isoformat(), "kind": "single"})

    pupil.refresh_from_db()
    assert (back.status_code, pupil.left_on) == (302, None)


def test_a_lead_who_loses_sight_of_a_leaver_is_sent_to_today(sign_in, school):
    unit = Unit.objects.create(school=school, name="Harbour", kind=Unit.Kind.RESOURCED)
    lead = MembershipFactory(school=school, role=Role.PROVISION_LEAD, unit=unit, user=UserFactory()).user
    pupil = PupilFactory(school=school)
    pupil.enrolments.update(unit=unit)

    response = sign_in(lead).post(url("pupil-leave", pupil), {"left_on": TODAY().isoformat(), "reason": "Moved"})

    assert (response.status_code, response.url) == (302, reverse("home"))


# --- Adults and groups -------------------------------------------------------------------------------------------
def test_key_worker_is_chosen_and_taken_away(sign_in, office, pupil, teacher):
    client = sign_in(office)

    client.post(url("key-worker", pupil), {"user": teacher.pk})
    pupil.refresh_from_db()
    assert pupil.key_worker == teacher

    client.post(url("key-worker", pupil), {"user": ""})
    pupil.refresh_from_db()
    assert pupil.key_worker is None


@pytest.mark.parametrize("where", ["key-worker", "support-add"])
def test_only_staff_who_open_records_are_offered(
    sign_in, office, pupil, governor, administrator, outsider, teacher, where
):
    client = sign_in(office)

    offered = set(client.get(url(where, pupil)).context["form"].fields["user"].queryset)

    assert offered == {office, teacher}
    for person in (governor, administrator, outsider):
        assert client.post(url(where, pupil), {"user": person.pk}).status_code == 422


def test_support_is_added_and_ended(sign_in, office, other_pupil, teaching_assistant, acting):
    client = sign_in(office)
    client.post(url("support-add", other_pupil), {"user": teaching_assistant.pk})
    support = PupilSupport.objects.get()
    assert client.get(url("support-end", support)).status_code == 200

    response = client.post(url("support-end", support))

    assert response.status_code == 302
    assert not Pupil.objects.visible_to(acting(teaching_assistant)).filter(pk=other_pupil.pk).exists()
    assert client.post(url("support-end", support)).status_code == 404


def test_support_added_twice_is_said(sign_in, office, pupil, teaching_assistant):
    client = sign_in(office)
    client.post(url("support-add", pupil), {"user": teaching_assistant.pk})

    with later():
        again = client.post(url("support-add", pupil), {"user": teaching_assistant.pk})

    assert again.status_code == 422
    assert "already" in again.content.decode()


def test_a_group_is_joined_and_left(sign_in, office, school, other_school, pupil):
    client = sign_in(office)
    teaching = TeachingGroupFactory(school=school, name="Maths 2", kind=TeachingGroup.Kind.TEACHING)
    stranger = TeachingGroupFactory(school=other_school)

    assert client.post(url("group-place", pupil), {"group": stranger.pk}).status_code == 422
    assert client.post(url("group-place", pupil), {"group": teaching.pk}).status_code == 302
    place = GroupPlace.objects.get(pupil=pupil)
    assert client.post(url("group-end", place)).status_code == 302

    assert not GroupPlace.objects.open().exists()


@pytest.mark.parametrize("where", ["support-end", "group-end"])
def test_rows_of_another_school_are_not_there(sign_in, outsider, teacher, pupil, group, where):
    support = PupilSupport.objects.create(pupil=pupil, user=teacher)
    place = GroupPlace.objects.create(pupil=pupil, group=group)
    row = {"support-end": support, "group-end": place}[where]

    assert sign_in(outsider).post(url(where, row)).status_code == 404
    assert sign_in(teacher).post(url(where, row)).status_code == 403


def test_a_refusal_on_confirming_is_a_message(sign_in, office, pupil, teacher, monkeypatch):
    support = PupilSupport.objects.create(pupil=pupil, user=teacher)

    def ended_meanwhile(**_):
        raise services.Refused(SupportReason.ENDED_ALREADY, person=teacher.name, ended_on=TODAY())

    monkeypatch.setattr(services, "end_support", ended_meanwhile)

    response = sign_in(office).post(url("support-end", support), follow=False)

    assert response.status_code == 302
    assert PupilSupport.objects.get().ends_on is None
