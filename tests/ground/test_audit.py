import pytest
from django.db import DatabaseError, connection, transaction

from sendco.audit.models import AppendOnlyError, Event, Read
from sendco.audit.services import record, record_read
from staff.models import School

pytestmark = pytest.mark.postgresql("triggers")


@pytest.fixture
def event(senco, pupil):
    return record("pupil.note", pupil, text="Something happened", by=senco, pupil_id=pupil.pk)


def test_event_keeps_words_and_the_person(event, senco, pupil):
    assert (event.text, event.by_name, event.pupil_id) == ("Something happened", "Nadia Rahman", pupil.pk)
    assert event.school_id == pupil.school_id


def test_event_refuses_change_in_python(event):
    event.text = "Something else"

    with pytest.raises(AppendOnlyError):
        event.save()
    with pytest.raises(AppendOnlyError):
        event.delete()
    with pytest.raises(AppendOnlyError):
        Event.objects.all().delete()
    with pytest.raises(AppendOnlyError):
        Event.objects.update(text="x")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET text = 'x'",
        "DELETE FROM audit_event",
        "DELETE FROM audit_read",
        "UPDATE pupils_historicalpupil SET legal_surname = 'x'",
        "DELETE FROM staff_historicalmembership",
    ],
)
def test_database_refuses_change(event, senco, pupil, head, statement):
    from pupils.record.services.pupils import update_pupil

    record_read(school_id=pupil.school_id, pupil_id=pupil.pk, by=senco)
    update_pupil(pupil=pupil, values={"pronouns": "she"}, version=pupil.version, by=senco)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_replacing_a_row_is_refused_too(event):
    if connection.vendor != "sqlite":
        statement = "TRUNCATE audit_event"
    else:
        statement = f"INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event WHERE id = {event.pk}"

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_reads_leave_one_row_an_hour(senco, pupil):
    for _ in range(3):
        record_read(school_id=pupil.school_id, pupil_id=pupil.pk, by=senco)

    assert Read.objects.count() == 1


def test_history_names_the_person(senco, school):
    from staff.services import update_school

    update_school(school=school, values={"telephone": "01632 960001"}, version=school.version, by=senco)

    assert School.history.filter(id=school.pk).first().history_user_id == senco.pk
