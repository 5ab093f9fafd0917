"""Rows keep to their school, and what is written once stays: the database itself refuses."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from simple_history.models import HistoricalChanges

from sendco.audit.models import AppendOnly, Event
from sendco.audit.triggers import drop, keep, lifted
from sendco.management.commands.check_tenancy import crossed_pairs

pytestmark = pytest.mark.postgresql("triggers and raw SQL")


def test_no_row_crosses_after_the_demo(stage):
    assert list(crossed_pairs()) == []


def test_no_row_crosses_after_a_day_s_work(busy):
    busy()

    assert list(crossed_pairs()) == []
    call_command("check_tenancy", verbosity=0)


# --- Append-only -------------------------------------------------------------------------------------------------
KEPT = [model for model in apps.get_models() if issubclass(model, (AppendOnly, HistoricalChanges))]
REFUSALS = {
    "sqlite": [
        "UPDATE {table} SET {key} = {key}",
        "DELETE FROM {table}",
        "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
        "REPLACE INTO {table} SELECT * FROM {table}",
    ],
    "postgresql": [
        "UPDATE {table} SET {key} = {key}",
        "DELETE FROM {table}",
        "TRUNCATE {table}",
        "TRUNCATE {table} CASCADE",
    ],
}


def test_every_history_and_the_audit_are_kept():
    names = {model._meta.label_lower for model in KEPT}

    assert {"audit.event", "audit.read", "pupils.historicalpupil", "pupils.historicalcontact"} <= names
    assert len(names) >= 20


def refused(statement):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        return True
    return False


def test_database_keeps_what_was_written(busy):
    """Every statement that changes or removes a row, on every table that the demo and a day's work fill."""
    busy()
    taken, lost, filled = [], [], 0
    for model in KEPT:
        table, key = connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name(model._meta.pk.column)
        count = model._base_manager.count()
        filled += count > 0
        statements = [one.format(table=table, key=key) for one in REFUSALS[connection.vendor]]
        taken += [one for one in statements if not refused(one) and count]
        if model._base_manager.count() != count:
            lost.append(table)

    assert (taken, lost) == ([], [])
    assert filled >= 20


def test_every_kept_table_has_its_triggers(db):
    """Also those that no test filled."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal")
        else:
            cursor.execute("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'")
        found = {}
        for table, name in cursor.fetchall():
            found.setdefault(table.strip('"'), set()).add(name)

    assert {model._meta.db_table for model in KEPT if len(found.get(model._meta.db_table, ())) < 2} == set()


def test_triggers_that_were_lost_come_back(db):
    """As after a migration on SQLite, which makes a changed table afresh and leaves the triggers behind."""
    table = Event._meta.db_table
    drop(connection.schema_editor(), table)

    assert keep(connection) == [table]
    assert keep(connection) == []


def test_migrating_brings_lost_triggers_back(db):
    drop(connection.schema_editor(), Event._meta.db_table)

    call_command("migrate", verbosity=0)

    assert keep(connection) == []


def test_lifting_is_over_when_it_is_over(db, school):
    event = Event.objects.create(
        school_id=school.pk, code="x", subject_type="x", text="words", happened_on="2026-01-12", by_name="x"
    )
    table = connection.ops.quote_name(Event._meta.db_table)

    with lifted(connection), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE id = %s", [event.pk])

    assert not Event.objects.filter(pk=event.pk).exists()
    Event.objects.create(
        school_id=school.pk, code="x", subject_type="x", text="words", happened_on="2026-01-12", by_name="x"
    )
    assert refused(f"DELETE FROM {table}")


def test_lifting_ends_when_what_it_was_for_fails(db, school):
    Event.objects.create(
        school_id=school.pk, code="x", subject_type="x", text="words", happened_on="2026-01-12", by_name="x"
    )

    with pytest.raises(ZeroDivisionError), lifted(connection):
        raise ZeroDivisionError

    assert refused(f"DELETE FROM {connection.ops.quote_name(Event._meta.db_table)}")
