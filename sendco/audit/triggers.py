"""Database triggers that refuse to change or remove rows, on both databases. Used in migrations."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connections, migrations, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TRIGGERS_A_TABLE = 2
ON_SQLITE = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%append-only table%'"
ON_POSTGRES = """
SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
WHERE proname IN ('sendco_append_only', 'sendco_append_only_but') AND NOT tgisinternal
"""

POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION sendco_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'append-only table %', TG_TABLE_NAME; END;
$$ LANGUAGE plpgsql;
"""


# The one change that a kept row may see: a column is emptied (an address that is hidden since), and what stood there is
# sealed in another, once. As arguments of the trigger: the sealed column begins with an equals sign.
POSTGRES_EMPTYING = """
CREATE OR REPLACE FUNCTION sendco_append_only_but() RETURNS trigger AS $$
DECLARE
  before jsonb := to_jsonb(OLD);
  after jsonb;
  col text;
  emptied boolean := false;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    after := to_jsonb(NEW);
    FOREACH col IN ARRAY TG_ARGV LOOP
      IF left(col, 1) = '=' THEN
        col := substr(col, 2);
        IF before ->> col <> '' AND after ->> col IS DISTINCT FROM before ->> col THEN
          RAISE EXCEPTION 'append-only table %', TG_TABLE_NAME;
        END IF;
      ELSIF after ->> col <> '' AND after ->> col IS DISTINCT FROM before ->> col THEN
        RAISE EXCEPTION 'append-only table %', TG_TABLE_NAME;
      END IF;
      emptied := emptied OR (after ->> col = '' AND before ->> col <> '');
      before := before - col;
      after := after - col;
    END LOOP;
    IF emptied AND before = after THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'append-only table %', TG_TABLE_NAME;
END;
$$ LANGUAGE plpgsql;
"""


@dataclass(frozen=True)
class Emptied:
    columns: tuple[str, ...]
    sealed: str


MAY_EMPTY: dict[str, Emptied] = {}


def may_empty(table: str, *columns: str, sealed: str) -> None:
    """Let these columns of a kept table be emptied; what stood in them may be sealed into another, once."""
    MAY_EMPTY[table] = Emptied(columns, sealed)


def create(schema_editor: BaseDatabaseSchemaEditor, table: str) -> None:
    name, emptied = schema_editor.quote_name, MAY_EMPTY.get(table)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES_FUNCTION, params=None)
        schema_editor.execute(POSTGRES_EMPTYING, params=None)
        called = "sendco_append_only()"
        if emptied:
            arguments = ", ".join(f"'{column}'" for column in (*emptied.columns, f"={emptied.sealed}"))
            called = f"sendco_append_only_but({arguments})"
        schema_editor.execute(
            f"CREATE TRIGGER {name(table + '_keep')} BEFORE UPDATE OR DELETE ON {name(table)} "
            f"FOR EACH ROW EXECUTE FUNCTION {called}"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {name(table + '_keep_all')} BEFORE TRUNCATE ON {name(table)} "
            "FOR EACH STATEMENT EXECUTE FUNCTION sendco_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        when = _unless_emptied(schema_editor, table, emptied) if emptied and verb == "UPDATE" else ""
        schema_editor.execute(
            f"CREATE TRIGGER {name(f'{table}_keep_{verb.lower()}')} BEFORE {verb} ON {name(table)} {when}"
            "BEGIN SELECT RAISE(ABORT, 'append-only table'); END"
        )


def _unless_emptied(schema_editor: BaseDatabaseSchemaEditor, table: str, emptied: Emptied) -> str:
    name, connection = schema_editor.quote_name, schema_editor.connection
    with connection.cursor() as cursor:
        columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    allowed, changes = [], []
    for column in columns:
        old, new = f"OLD.{name(column)}", f"NEW.{name(column)}"
        same = f"{new} IS {old}"
        if column in emptied.columns:
            changes.append(f"{new} IS NOT {old}")
            same = f"({same} OR {new} = '')"
        elif column == emptied.sealed:
            same = f"({same} OR {old} = '')"
        allowed.append(same)
    return f"WHEN NOT ({' AND '.join(allowed)} AND ({' OR '.join(changes)})) "


def drop(schema_editor: BaseDatabaseSchemaEditor, table: str) -> None:
    name = schema_editor.quote_name
    if schema_editor.connection.vendor == "postgresql":
        for suffix in ("_keep", "_keep_all"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name(table + suffix)} ON {name(table)}")
        return
    for verb in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name(f'{table}_keep_{verb}')}")


def append_only(app_label: str, *models: str) -> migrations.RunPython:
    """Return the migration operation that makes these models' tables append-only."""

    def forwards(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for model in models:
            create(schema_editor, apps.get_model(app_label, model)._meta.db_table)

    def backwards(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for model in models:
            drop(schema_editor, apps.get_model(app_label, model)._meta.db_table)

    return migrations.RunPython(forwards, backwards)


# --- Keeping them there ------------------------------------------------------------------------------------------
def kept_tables() -> list[str]:
    """The tables that may only be added to: the audit's and every history."""
    # Migrations of the ground read this module before the models are loaded.
    from django.apps import apps
    from simple_history.models import HistoricalChanges

    from .models import AppendOnly

    return [model._meta.db_table for model in apps.get_models() if issubclass(model, AppendOnly | HistoricalChanges)]


def keep(connection: BaseDatabaseWrapper) -> list[str]:
    """Create the triggers that are missing. Returns the tables that had lost theirs.

    SQLite changes a table by making it afresh, and the triggers go with the old one.
    """
    present = set(connection.introspection.table_names())
    guards = Counter(table for table, _ in _triggers(connection))
    lost = [table for table in kept_tables() if table in present and guards[table] < TRIGGERS_A_TABLE]
    editor = connection.schema_editor()
    for table in lost:
        drop(editor, table)
        create(editor, table)
    return lost


def keep_after_migrate(*, using: str, **kwargs: Any) -> None:
    keep(connections[using])


def _triggers(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """Our triggers that are there, as (table, trigger)."""
    with connection.cursor() as cursor:
        cursor.execute(ON_POSTGRES if connection.vendor == "postgresql" else ON_SQLITE)
        return cursor.fetchall()


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Let append-only tables be changed in the block, which is one transaction: what fails in it undoes all of it.

    For disposal, which keeps a record of its own, and for emptying a test's database.
    """
    editor, triggers = connection.schema_editor(), _triggers(connection)
    name = editor.quote_name
    with transaction.atomic(using=connection.alias):
        if connection.vendor == "postgresql":
            _switch(editor, triggers, "DISABLE")
            yield
            _switch(editor, triggers, "ENABLE")
        else:
            for _, trigger in triggers:
                editor.execute(f"DROP TRIGGER {name(trigger)}")
            yield
        keep(connection)


def _switch(editor: BaseDatabaseSchemaEditor, triggers: list[tuple[str, str]], verb: str) -> None:
    # PostgreSQL alters no table for which a check still waits for the end of the transaction.
    editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    editor.execute("SET CONSTRAINTS ALL DEFERRED")
    for table, trigger in triggers:
        editor.execute(f"ALTER TABLE {editor.quote_name(table)} {verb} TRIGGER {editor.quote_name(trigger)}")
