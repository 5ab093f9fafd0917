"""What the application's database role may do: all that a day's work needs, and nothing to what is kept for ever.

Triggers alone do not hold against the application: whoever owns a table can switch them off. So one role owns the
tables and migrates, and another, which owns nothing, runs the site (PostgreSQL; SQLite knows no roles).
"""

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from .triggers import MAY_EMPTY, kept_tables

# What only migrations write.
READ_ONLY = ("django_migrations",)


def ensure_role(connection: BaseDatabaseWrapper, name: str, password: str) -> bool:
    """Make the application's role where it is missing. Returns whether it was made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
        if cursor.fetchone():
            return False
        command = sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}")
        cursor.execute(command.format(sql.Identifier(name), sql.Literal(password)))
    return True


def grant(connection: BaseDatabaseWrapper, name: str) -> None:
    """Give the application's role its rights on every table there is. Run it as the owner, after each migration."""
    present = set(connection.introspection.table_names())
    role, database = sql.Identifier(name), sql.Identifier(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        for command in (
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
            "GRANT USAGE ON SCHEMA public TO {role}",
            # An import makes its rows ready in tables of its own (sendco/staging.py).
            "GRANT TEMPORARY ON DATABASE {database} TO {role}",
            "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        ):
            cursor.execute(sql.SQL(command).format(role=role, database=database))
        for table in sorted(present.intersection((*kept_tables(), *READ_ONLY))):
            taken = "INSERT, UPDATE, DELETE" if table in READ_ONLY else "UPDATE, DELETE"
            command = sql.SQL(f"REVOKE {taken} ON {{table}} FROM {{role}}")
            cursor.execute(command.format(table=sql.Identifier(table), role=role))
        for table, emptied in MAY_EMPTY.items():
            columns = sql.SQL(", ").join(sql.Identifier(column) for column in (*emptied.columns, emptied.sealed))
            command = sql.SQL("GRANT UPDATE ({columns}) ON {table} TO {role}")
            cursor.execute(command.format(columns=columns, table=sql.Identifier(table), role=role))


def owns_what_is_kept(connection: BaseDatabaseWrapper) -> bool:
    """Whether the role of this connection could switch the triggers off: it owns a kept table, or may do anything."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(pg_has_role(current_user, relowner, 'MEMBER')) FROM pg_class WHERE relname = ANY(%s)",
            [kept_tables()],
        )
        return bool(cursor.fetchone()[0])
