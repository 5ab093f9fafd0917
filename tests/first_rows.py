"""After a test that commits, put the database back as the migrations left it, without asking Django for each row."""

import sqlite3

from django.core.management import call_command
from django.db import connection

from sendco.audit.triggers import lifted

# Beside the tables of the site, where no query of a test and no flush looks.
SHELF = "first_rows"
_pristine = {}


def keep():
    """Remember what stands in a database that was just made."""
    if connection.vendor == "sqlite":
        _pristine["database"] = sqlite3.connect(":memory:")
        connection.connection.backup(_pristine["database"])
        return
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {SHELF}")
        filled = [
            table
            for table in connection.introspection.django_table_names(only_existing=True, include_views=False)
            if _has_rows(cursor, table)
        ]
        for table in filled:
            cursor.execute(f'CREATE TABLE {SHELF}."{table}" AS TABLE public."{table}"')
    _pristine["tables"] = filled


def put_back():
    """Leave the tables as they were kept. Numbers that were given go on: no row gets one that another had."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        _pristine["database"].backup(connection.connection)
        return
    with lifted(connection), connection.cursor() as cursor:
        call_command("flush", verbosity=0, interactive=False, reset_sequences=False, inhibit_post_migrate=True)
        for table in _pristine["tables"]:
            cursor.execute(f'INSERT INTO public."{table}" SELECT * FROM {SHELF}."{table}"')


def _has_rows(cursor, table):
    cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")')
    return cursor.fetchone()[0]
