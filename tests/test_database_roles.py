"""The role that runs the site can do a day's work, and cannot change, empty or unlock what is kept for ever."""

import secrets
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from pupils.models import Contact
from pupils.record.services import contacts as services
from sendco.audit import privileges, triggers
from sendco.audit.models import Event, Read
from sendco.checks import what_is_stored_is_safe
from staff.models import User
from tests.pupils.imports.helping import UPNS, table, take_in

pytestmark = pytest.mark.postgresql("roles of the database")


@pytest.fixture
def app(db):
    """The name of a role of the application, made as `prepare` makes it; None where the database knows no roles."""
    if connection.vendor != "postgresql":
        return None
    name = f"app_{secrets.token_hex(4)}"
    assert privileges.ensure_role(connection, name, "word 'with' quotes")
    assert not privileges.ensure_role(connection, name, "other")
    privileges.grant(connection, name)
    return name


@contextmanager
def acting_as(name):
    """Under this role; where the database knows none, as whoever runs the site."""
    with connection.cursor() as cursor:
        if name is None:
            yield cursor
            return
        cursor.execute(f'SET ROLE "{name}"')
        try:
            yield cursor
        finally:
            cursor.execute("RESET ROLE")


def refuses(cursor, command):
    try:
        with transaction.atomic():
            cursor.execute(command)
    except DatabaseError as error:
        return str(error)
    return ""


def test_what_is_kept_can_be_added_to_and_nothing_else(app, pupil, senco):
    with acting_as(app) as cursor:
        Event.objects.create(code="x", subject_type="x", text="words", happened_on="2026-01-12", by_name="x")
        if app is None:  # SQLite has triggers and no roles
            assert refuses(cursor, f'UPDATE "{Event._meta.db_table}" SET "text" = \'\'')
            assert refuses(cursor, f'DELETE FROM "{Event._meta.db_table}"')
            return
        for table in triggers.kept_tables():
            for command in (
                f'UPDATE "{table}" SET {_key(table)} = {_key(table)}',
                f'DELETE FROM "{table}"',
                f'TRUNCATE "{table}"',
                f'ALTER TABLE "{table}" DISABLE TRIGGER ALL',
                f'DROP TABLE "{table}"',
                f'DROP TRIGGER "{table}_keep" ON "{table}"',
            ):
                assert refuses(cursor, command).startswith(("permission denied", "must be owner")), command
        assert refuses(cursor, "CREATE TABLE mine (id int)").startswith("permission denied")
        assert refuses(cursor, "DROP FUNCTION sendco_append_only() CASCADE").startswith("must be owner")
        assert refuses(cursor, "SET session_replication_role = replica").startswith("permission denied")
        assert refuses(cursor, "DELETE FROM django_migrations").startswith("permission denied")


def _key(table):
    return '"history_id"' if "historical" in table else '"id"'


def test_audit_and_every_history_are_kept():
    """Named by their tables and not by what the product counts among them."""
    tables = [model._meta.db_table for model in apps.get_models()]
    kept = {"audit_event", "audit_read", "audit_seal", *(table for table in tables if "_historical" in table)}

    assert len(kept) > 20
    assert set(triggers.kept_tables()) == kept


def test_role_makes_neither_roles_nor_databases(app):
    if app is None:
        return
    with connection.cursor() as cursor:
        rights = "rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
        cursor.execute(f"SELECT {rights} FROM pg_roles WHERE rolname = %s", [app])
        assert cursor.fetchall() == [(False,) * 5]
        cursor.execute("SELECT count(*) FROM pg_class JOIN pg_roles r ON r.oid = relowner WHERE rolname = %s", [app])
        assert cursor.fetchone() == (0,)


def test_a_day_s_work_is_done_under_that_role(app, proved, senco, pupil):
    client = proved(senco)
    with acting_as(app):
        assert client.get(reverse("pupil-detail", args=[pupil.pk])).status_code == 200
        typed = {"name": "Hannah", "relation": "Mother", "priority": "1", "version": "1", "address": "1 High Street"}
        assert client.post(reverse("pupils:contact-add", args=[pupil.pk]), typed).status_code == 302
        contact = Contact.objects.get()
        contact.address_hidden = True
        services.save_contact(contact=contact, by=senco)
        call_command("clear_expired")
        User.objects.filter(pk=senco.pk).update(name="Nadia R")

    assert Read.objects.exists()
    assert not contact.history.exclude(address="").exists()


def test_pupils_are_imported_under_that_role(app, school, senco, pupil):
    pupil.upn, pupil.year_group = UPNS[0], "4"
    pupil.save()
    name, born = f"{pupil.legal_surname},{pupil.legal_forename}", f"{pupil.birth_on:%d/%m/%Y}"
    file = table(f"{UPNS[0]},{name},{born},5,9Z,N,", f"{UPNS[1]},Moss,Wren,21/03/2016,5,9Z,K,SLCN")
    with acting_as(app):
        imported = take_in(school, file, senco)

    assert imported.counts["applied"] == {"groups": 1, "changed": 1, "new": 1}
    assert set(pupil.history.values_list("history_type", flat=True)) == {"+", "~"}


def test_owner_is_told_apart_at_the_start(app, settings):
    settings.IS_LOCAL = settings.DEMO = False
    settings.FIELD_KEYS = []
    if app is None:
        assert not privileges.owns_what_is_kept(connection)
        return
    assert "sendco.E020" in {error.id for error in what_is_stored_is_safe(None)}
    with acting_as(app):
        assert not privileges.owns_what_is_kept(connection)


def test_preparing_makes_the_role_and_gives_it_its_rights(db, settings):
    if connection.vendor != "postgresql":
        return
    name = f"app_{secrets.token_hex(4)}"
    settings.DEBUG = True  # static files are another test's
    settings.APP_DATABASE_URL = f"postgresql://{name}:word@127.0.0.1:5432/sendco"  # pragma: allowlist secret

    call_command("prepare", verbosity=0)

    with acting_as(name) as cursor:
        assert not privileges.owns_what_is_kept(connection)
        assert not Event.objects.exists()
        assert refuses(cursor, f'DELETE FROM "{Event._meta.db_table}"').startswith("permission denied")


def test_rights_of_an_earlier_version_are_taken_back(app):
    if app is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(f'GRANT ALL ON ALL TABLES IN SCHEMA public TO "{app}"')
        cursor.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")  # as PostgreSQL did before 15
    privileges.grant(connection, app)

    with acting_as(app) as cursor:
        taken = (
            "DELETE FROM audit_event",
            "TRUNCATE audit_read",
            "DELETE FROM django_migrations",
            "CREATE TABLE mine ()",
        )
        for command in taken:
            assert refuses(cursor, command).startswith("permission denied"), command


def test_preparing_refuses_one_role_for_both(db, settings):
    user = connection.settings_dict["USER"] or "sendco"
    settings.APP_DATABASE_URL = f"postgresql://{user}:word@127.0.0.1:5432/sendco"  # pragma: allowlist secret

    with pytest.raises(CommandError, match="must name another role"):
        call_command("prepare", verbosity=0)
