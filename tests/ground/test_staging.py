"""Rows made ready beside the database and taken over at once."""

from datetime import date

import pytest
from django.db import connection

from pupils.models import Contact, Enrolment, Pupil
from sendco.staging import Staging, reserve_ids, settle_references
from tests.factories import PupilFactory

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql("temporary tables and reserved ids")]


@pytest.fixture
def staging():
    made = Staging()
    yield made
    made.close()


def test_reserved_ids_are_given_to_nobody_else(school):
    first, second = reserve_ids(Pupil, 3), reserve_ids(Pupil, 2)
    pupil = PupilFactory(school=school)

    assert len({*first, *second, pupil.pk}) == 6
    assert reserve_ids(Pupil, 0) == []


def test_rows_that_refer_to_each_other_are_made_ready_before_any_is_there(school, staging):
    pupil = Pupil(school=school, legal_surname="O'Dowd", legal_forename="Zoë %s", sort_name="o'dowd zoë")
    enrolment = Enrolment(pupil=pupil, starts_on=date(2026, 9, 2))
    for row in (pupil, enrolment):
        [row.pk] = reserve_ids(type(row), 1)
    settle_references(enrolment)

    staging.insert(Enrolment, [enrolment], keep_ids=True)
    staging.insert(Pupil, [pupil], keep_ids=True)
    assert not Pupil.objects.exists()
    staging.take_over()

    stored = Pupil.objects.get()
    assert (stored.pk, stored.legal_name, stored.version) == (pupil.pk, "Zoë %s O'Dowd", 1)
    assert stored.enrolments.get().starts_on == date(2026, 9, 2)


def test_only_the_named_fields_change(school, staging):
    rows = PupilFactory.create_batch(3, school=school, year_group="4", first_language="Urdu")
    for row in rows[:2]:
        row.year_group, row.first_language = "5", "Welsh"

    staging.update(Pupil, rows[:2], ["year_group"])
    staging.take_over()

    stored = Pupil.objects.order_by("pk").values_list("year_group", "first_language")
    assert list(stored) == [("5", "Urdu"), ("5", "Urdu"), ("4", "Urdu")]


def test_sealed_values_are_stored_as_the_field_stores_them(school, staging):
    pupil = PupilFactory(school=school)
    contact = Contact(pupil=pupil, name="Ash", address="2 New Row")

    staging.insert(Contact, [contact], keep_ids=False)
    staging.take_over()

    assert Contact.objects.get().address == "2 New Row"


def test_nothing_is_left_behind(school):
    staging = Staging()
    staging.update(Pupil, PupilFactory.create_batch(2, school=school), ["year_group"])
    staging.close()

    with connection.cursor() as cursor:
        for _ in range(2):
            cursor.execute("CREATE TEMPORARY TABLE staged_0 (id integer)")
            cursor.execute("DROP TABLE staged_0")


def test_no_rows_are_no_statement(staging):
    staging.insert(Pupil, [], keep_ids=True)
    staging.update(Pupil, [], ["year_group"])

    staging.take_over()

    assert not Pupil.objects.exists()
