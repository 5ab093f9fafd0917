"""Every field of a child and of a contact, posted by every role: only what pupils/fields.py allows may change."""

import datetime

import pytest
from django.db import models
from django.urls import reverse
from django.utils import timezone

from pupils import fields
from pupils.models import Contact, Pupil
from pupils.record.forms.contacts import ContactForm
from pupils.record.forms.records import PupilAddForm, PupilForm
from staff.permissions import Permission, permissions_of
from staff.roles import Role
from tests.factories import MembershipFactory, SchoolFactory, TeachingGroupFactory, UserFactory

pytestmark = pytest.mark.django_db
TABLES = {Pupil: fields.PUPIL, Contact: fields.CONTACT}
CHECKED = {
    "upn": "X373400126001",
    "former_upn": "Z886321627014",
    "uln": "1234567899",
    "postcode": "AB12 3DE",
    "phone": "01632 960001",
    "email": "canary@example.org",
}


class Anyone:
    """Somebody with these roles: what the table asks of an acting person."""

    def __init__(self, *roles):
        self.permissions = permissions_of(roles)

    def can(self, permission):
        return permission in self.permissions


def names_of(model):
    return {field.name for field in model._meta.fields if not field.primary_key}


@pytest.mark.parametrize("model", TABLES)
def test_each_field_of_the_model_is_in_the_table_and_nothing_else(model):
    assert set(TABLES[model]) == names_of(model)


@pytest.mark.parametrize(
    ("form", "model"), [(PupilForm, Pupil), (PupilAddForm, Pupil), (ContactForm, Contact)], ids=lambda one: one.__name__
)
def test_a_form_names_only_fields_that_somebody_may_write(form, model):
    everybody = Anyone(*Role)

    assert set(form._meta.fields) == fields.writable(TABLES[model], everybody)


@pytest.mark.parametrize("role", Role)
def test_nobody_writes_what_they_may_not_read(role):
    for table in TABLES.values():
        assert fields.writable(table, Anyone(role)) <= fields.readable(table, Anyone(role))


@pytest.mark.parametrize("role", [Role.TEACHER, Role.TEACHING_ASSISTANT])
def test_the_classroom_reads_no_number_no_birth_date_and_no_family(role):
    assert not fields.readable(fields.PUPIL, Anyone(role)) & {"upn", "uln", "former_upn", "birth_on", "mis_id"}
    assert not fields.readable(fields.CONTACT, Anyone(role))


@pytest.mark.parametrize("role", [Role.GOVERNOR, Role.ADMINISTRATOR, Role.DPO])
def test_some_roles_read_nothing_of_a_child(role):
    assert not fields.readable(fields.PUPIL, Anyone(role))
    assert not fields.readable(fields.CONTACT, Anyone(role))


def test_a_field_needs_reading_for_writing():
    table = {"name": fields.Access((Permission.CONTACT_VIEW,), (Permission.PUPIL_EDIT,))}

    class Half(Anyone):
        def can(self, permission):
            return permission == Permission.PUPIL_EDIT

    assert fields.writable(table, Half()) == set()


# --- Mass assignment ---------------------------------------------------------------------------------------------
def canary(field, school):
    """Another value of the field's kind, as a browser would post it."""
    if field.name in CHECKED:
        return CHECKED[field.name]
    if isinstance(field, models.ForeignKey):
        return str(foreign_canary(field, school).pk)
    if isinstance(field, models.DateTimeField):
        return "2019-03-04 05:06"
    if isinstance(field, models.DateField):
        return "2015-03-04"
    if isinstance(field, models.BooleanField):
        return "on"
    if isinstance(field, models.IntegerField):
        return "7"
    return field.choices[1][0] if field.choices else "Canary"


def foreign_canary(field, school):
    name = field.related_model._meta.model_name
    if name == "teachinggroup":
        return TeachingGroupFactory(school=school)
    if name == "user":
        return MembershipFactory(school=school, role=Role.TEACHER).user
    return SchoolFactory() if name == "school" else Pupil.objects.order_by("-pk").first()


def posted(model, row, school):
    data = {}
    for field in model._meta.fields:
        data[field.name] = canary(field, school)
        data[field.attname] = data[field.name]
    return data | {"version": str(row.version)}


def stored(row):
    values = type(row).objects.values().get(pk=row.pk)
    moving = {"version", "changed_at", "sort_name"}
    return {row._meta.get_field(name).name: value for name, value in values.items() if name not in moving}


def changed(row, before):
    return {name for name, value in stored(row).items() if value != before[name]}


@pytest.fixture
def somebody(school, sign_in):
    def of(role):
        unit = school.units.create(name="Harbour", kind="resourced") if role == Role.PROVISION_LEAD else None
        user = MembershipFactory(school=school, role=role, unit=unit, user=UserFactory()).user
        return sign_in(user), unit

    return of


def in_sight(pupil, unit):
    if unit:
        pupil.enrolments.update(unit=unit)


@pytest.mark.parametrize("role", Role)
def test_posting_every_field_of_a_pupil_changes_only_what_the_role_may_write(role, somebody, pupil, other_pupil):
    client, unit = somebody(role)
    in_sight(pupil, unit)
    before = stored(pupil)

    response = client.post(reverse("pupils:pupil-edit", args=[pupil.pk]), posted(Pupil, pupil, pupil.school))

    allowed = fields.writable(fields.PUPIL, Anyone(role))
    assert changed(pupil, before) == allowed
    assert response.status_code == (302 if allowed else 403)


@pytest.mark.parametrize("role", Role)
def test_posting_every_field_of_a_contact_changes_only_what_the_role_may_write(role, somebody, pupil, other_pupil):
    contact = Contact.objects.create(pupil=pupil, name="Folake Adeyemi")
    client, unit = somebody(role)
    in_sight(pupil, unit)
    before = stored(contact)

    response = client.post(reverse("pupils:contact-edit", args=[contact.pk]), posted(Contact, contact, pupil.school))

    may = Permission.PUPIL_EDIT in permissions_of([role])
    allowed = fields.writable(fields.CONTACT, Anyone(role)) if may else set()
    # The canary hides the address: it is sealed, so the plain columns stay empty.
    expected = allowed - {"address", "postcode"} | ({"sealed_address"} if allowed else set())
    assert changed(contact, before) == expected, response.content.decode()


@pytest.mark.parametrize("role", Role)
def test_posting_every_field_with_a_new_pupil_sets_nothing_beyond_the_form(role, somebody, school, other_pupil):
    client, unit = somebody(role)
    data = posted(Pupil, other_pupil, school) | {"upn": "W80120002400A", "mis_id": "the new one"}
    data |= {"joined_on_day": timezone.localdate().isoformat(), "kind": "single", "code": "N"}
    data["unit"] = unit.pk if unit else ""

    response = client.post(reverse("pupils:pupil-add"), data)

    added = Pupil.objects.filter(mis_id="the new one").first()
    assert (added is not None) == (Permission.PUPIL_EDIT in permissions_of([role])), response.content.decode()
    if added:
        assert (added.school, added.left_on, added.merged_into, added.key_worker) == (school, None, None, None)
        assert (added.destination, added.leaving_reason, added.former_upn, added.version) == ("", "", "", 1)
        assert added.joined_on == timezone.localdate()
        assert isinstance(added.birth_on, datetime.date)
