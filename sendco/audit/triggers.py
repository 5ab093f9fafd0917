"""Database triggers that refuse to change or remove rows, on both databases. Used in migrations."""

from django.db import migrations

POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION sendco_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'append-only table %', TG_TABLE_NAME; END;
$$ LANGUAGE plpgsql;
"""


def create(schema_editor, table):
    name = schema_editor.quote_name
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES_FUNCTION, params=None)
        schema_editor.execute(
            f"CREATE TRIGGER {name(table + '_keep')} BEFORE UPDATE OR DELETE ON {name(table)} "
            "FOR EACH ROW EXECUTE FUNCTION sendco_append_only()"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {name(table + '_keep_all')} BEFORE TRUNCATE ON {name(table)} "
            "FOR EACH STATEMENT EXECUTE FUNCTION sendco_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        schema_editor.execute(
            f"CREATE TRIGGER {name(f'{table}_keep_{verb.lower()}')} BEFORE {verb} ON {name(table)} "
            "BEGIN SELECT RAISE(ABORT, 'append-only table'); END"
        )


def drop(schema_editor, table):
    name = schema_editor.quote_name
    if schema_editor.connection.vendor == "postgresql":
        for suffix in ("_keep", "_keep_all"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name(table + suffix)} ON {name(table)}")
        return
    for verb in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name(f'{table}_keep_{verb}')}")


def append_only(app_label, *models):
    """Return the migration operation that makes these models' tables append-only."""

    def forwards(apps, schema_editor):
        for model in models:
            create(schema_editor, apps.get_model(app_label, model)._meta.db_table)

    def backwards(apps, schema_editor):
        for model in models:
            drop(schema_editor, apps.get_model(app_label, model)._meta.db_table)

    return migrations.RunPython(forwards, backwards)
