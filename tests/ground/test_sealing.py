"""Whatever is done to a sealed row, on either database, adding up again finds it."""

from datetime import timedelta
from unittest import mock

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from governance import tasks
from governance.services.sealing import seal_and_tell
from pupils.models import Contact
from pupils.record.services import contacts as services
from sendco.audit import sealing
from sendco.audit import services as audit
from sendco.audit.models import AppendOnlyError, Event, Read, Seal
from sendco.audit.triggers import lifted
from staff.models import OutgoingMail
from staff.roles import Role
from tests.factories import MembershipFactory

pytestmark = pytest.mark.postgresql("triggers, and values as the database gives them")
DAYS = ["2026-11-23 10:00", "2026-11-24 10:00", "2026-11-25 10:00"]


@pytest.fixture
def sealed(pupil, senco):
    """Three days of work, each sealed in the night after it; it is noon of the fourth day."""
    contact = Contact(pupil=pupil, name="Folake Adeyemi", address="7 Heron Row")
    for day in DAYS:
        with time_machine.travel(day, tick=False):
            contact.phone = day
            services.save_contact(contact=contact, by=senco)
            audit.record_read(school_id=pupil.school_id, pupil_id=pupil.pk, by=senco)
            night = timezone.now() + timedelta(hours=18)
        with time_machine.travel(night, tick=False):
            assert sealing.seal(timezone.now())
            assert sealing.seal(timezone.now()) is None
    with time_machine.travel("2026-11-26 12:00", tick=False):
        yield contact


def faults(**head):
    return [(str(fault.day), fault.what) for fault in sealing.check(**head)]


def tamper(command, parameters=()):
    """As somebody who owns the tables could."""
    with lifted(connection), connection.cursor() as cursor:
        cursor.execute(command, parameters)


def test_what_was_sealed_agrees(sealed):
    assert faults() == []
    assert Seal.objects.count() == 3
    call_command("check_audit")
    call_command("check_audit", head=Seal.objects.latest("day").head)


def test_work_of_today_is_sealed_in_the_night(sealed, pupil, senco):
    audit.record_read(school_id=pupil.school_id, pupil_id=pupil.pk, by=senco)

    assert faults() == []
    with time_machine.travel("2026-11-27 02:59", tick=False):
        assert sealing.seal(timezone.now()) is None
    with time_machine.travel("2026-11-29 03:30", tick=False):
        assert sealing.seal(timezone.now()).day.isoformat() == "2026-11-28"
    assert faults() == []


@pytest.mark.parametrize("table", ["audit_event", "audit_read", "pupils_historicalcontact"])
def test_removed_row_is_found(sealed, table, capsys):
    column = {"audit_event": "recorded_at", "audit_read": "hour_at"}.get(table, "history_date")
    key = "history_id" if "historical" in table else "id"
    tamper(f"DELETE FROM {table} WHERE {key} = (SELECT MIN({key}) FROM {table} WHERE {column} > '2026-11-24')")

    [(day, what)] = faults()
    assert day == "2026-11-24"
    assert table in what
    assert "removed" in what
    with pytest.raises(CommandError, match="not what was sealed"):
        call_command("check_audit")
    assert table in capsys.readouterr().out


def test_table_that_was_emptied_is_found(sealed):
    tamper("DELETE FROM audit_read")

    assert faults() == [(day[:10], "audit_read: 1 of 1 rows were removed") for day in DAYS]


def test_changed_row_is_found(sealed):
    tamper("UPDATE audit_event SET by_name = 'Somebody Else' WHERE code = 'contact.saved'")

    assert [what for _, what in faults()] == ["audit_event: a row was changed"] * 3


def test_row_that_is_put_in_later_is_found(sealed, pupil):
    with time_machine.travel(DAYS[1], tick=False):
        Read.objects.create(school_id=1, pupil_id=pupil.pk, what="x", user_id=1, user_name="x", hour_at=timezone.now())

    assert faults() == [("2026-11-24", "audit_read: 1 rows were put in later")]


def test_changed_and_removed_seals_are_found(sealed):
    tamper("UPDATE audit_seal SET head = %s WHERE day = '2026-11-24'", ["a" * 64])
    assert {day for day, _ in faults()} == {"2026-11-24", "2026-11-25"}

    tamper("DELETE FROM audit_seal WHERE day = '2026-11-24'")
    assert faults()


def test_chain_that_is_made_anew_lacks_the_head_that_was_written_down(sealed):
    head = Seal.objects.latest("day").head
    tamper("UPDATE audit_event SET by_name = 'Somebody Else' WHERE code = 'contact.saved'")
    tamper("DELETE FROM audit_seal")
    assert sealing.seal(timezone.now())

    assert faults() == []
    assert [what for _, what in faults(head=head)] == ["the seal that was written down is not among these"]


def test_column_that_a_later_version_adds_breaks_no_seal(pupil, senco):
    whole, before = sealing._sum_of, sorted({field.attname for field in Read._meta.concrete_fields} - {"reason"})

    def without_it(model, after, day):
        return whole(model, after, day, columns=before if model is Read else None)

    with time_machine.travel(DAYS[0], tick=False):
        audit.record_read(school_id=pupil.school_id, pupil_id=pupil.pk, by=senco)
    with time_machine.travel(DAYS[1], tick=False), mock.patch.object(sealing, "_sum_of", without_it):
        assert sealing.seal(timezone.now())

    assert faults() == []
    tamper("UPDATE audit_read SET user_name = 'Somebody Else'")
    assert [what for _, what in faults()] == ["audit_read: a row was changed"]


def test_hiding_an_address_breaks_no_seal(sealed, senco):
    sealed.address_hidden = True
    services.save_contact(contact=sealed, by=senco)

    assert not sealed.history.exclude(address="").exists()
    assert faults() == []


def test_seals_are_kept_too(sealed):
    with pytest.raises(AppendOnlyError):
        Seal.objects.all().delete()


def test_head_is_logged_each_night_and_mailed_on_monday(school, senco, caplog):
    dpo = MembershipFactory(school=school, role=Role.DPO).user
    for day, mails in (("2026-11-24 04:00", 0), ("2026-11-30 04:00", 1)):
        with time_machine.travel(day, tick=False):
            made = seal_and_tell(timezone.now())
        assert made.head[:8] in caplog.text
        assert OutgoingMail.objects.count() == mails
    assert OutgoingMail.objects.get().to == dpo.email
    assert made.head[:8] in OutgoingMail.objects.get().text


def test_night_s_work_of_the_scheduler_makes_the_seal(school, settings):
    with time_machine.travel("2026-11-24 04:00", tick=False):
        tasks.seal()

    assert Seal.objects.get().day.isoformat() == "2026-11-23"
    assert tasks.seal.name in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}


def test_every_kept_table_is_sealed():
    assert {Event, Read, Contact.history.model} <= set(sealing.kept_models())
    for model in sealing.kept_models():
        assert model._meta.get_field(sealing.when_of(model))
