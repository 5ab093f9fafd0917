"""Many rows made ready in tables of this connection alone, then taken over by a few quick statements.

Whoever else wants to write waits only while the rows are taken over. SQLite keeps such tables outside the database's
file, so that filling them locks nobody out. The ids of new rows are reserved first: rows that refer to each other can
be made ready before any of them is there.

The statements are put together from the names of our models' tables and columns alone; values go beside them.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Field, Model

from sendco.due.registry import batched

PART = 1000


def reserve_ids(model: type[Model], number: int) -> list[int]:
    """Return ids that no other row of this table will get. Those of them that are not used stay unused."""
    if not number:
        return []
    table, column = model._meta.db_table, _key(model).column
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [_quoted(table), column, number],
            )
            return [pk for (pk,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        known = cursor.fetchone()
        cursor.execute(f"SELECT MAX({_quoted(column)}) FROM {_quoted(table)}")  # noqa: S608  # nosec B608
        last = max(known[0] if known else 0, cursor.fetchone()[0] or 0)
        if known:
            cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [last + number, table])
        else:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last + number])
    return list(range(last + 1, last + number + 1))


def settle_references(row: Model) -> None:
    """Let a row that was made beside an unsaved one refer to the id that the other has got since."""
    for field in row._meta.concrete_fields:
        if field.is_relation and field.is_cached(row) and (other := field.get_cached_value(row)) is not None:
            setattr(row, field.attname, other.pk)


class Staging:
    """Rows that wait in tables of their own. Each is taken over in the order in which it was made ready."""

    def __init__(self) -> None:
        self._waiting: list[str] = []  # statements that take the rows over
        self._tables: list[str] = []

    def insert(self, model: type[Model], rows: Iterable[Model], *, keep_ids: bool) -> None:
        """Make new rows ready. Those that nothing refers to get their ids when they are taken over."""
        fields = [field for field in model._meta.concrete_fields if keep_ids or not field.primary_key]
        table = self._fill(model, fields, rows, is_new=True)
        if table:
            target, columns = _quoted(model._meta.db_table), _columns(fields)
            rows_of = f"SELECT {columns} FROM {table}"  # noqa: S608  # nosec B608
            self._waiting.append(f"INSERT INTO {target} ({columns}) {rows_of}")

    def update(self, model: type[Model], rows: Iterable[Model], names: Sequence[str]) -> None:
        """Make changes ready: of these rows only the fields that are named change."""
        key = _key(model)
        changed: list[Field] = [model._meta.get_field(name) for name in names]
        table = self._fill(model, [key, *changed], rows, is_new=False)
        if table:
            target, same = _quoted(model._meta.db_table), _quoted(key.column)
            columns = _columns(changed)
            theirs = f"SELECT {columns} FROM {table} WHERE {table}.{same} = {target}.{same}"  # noqa: S608  # nosec B608
            which = f"SELECT {same} FROM {table}"  # noqa: S608  # nosec B608
            change = f"UPDATE {target} SET ({columns}) = ({theirs})"  # noqa: S608  # nosec B608
            self._waiting.append(f"{change} WHERE {same} IN ({which})")

    def take_over(self) -> None:
        """Write everything that waits, in the caller's transaction."""
        with connection.cursor() as cursor:
            for statement in self._waiting:
                cursor.execute(statement)

    def close(self) -> None:
        with connection.cursor() as cursor:
            for table in self._tables:
                cursor.execute(f"DROP TABLE IF EXISTS {table}")
        self._tables, self._waiting = [], []

    def _fill(self, model: type[Model], fields: Sequence[Field], rows: Iterable[Model], *, is_new: bool) -> str:
        """Make a table like the model's and fill it. Returns its name, "" when there are no rows."""
        parts = batched((_values(row, fields, is_new=is_new) for row in rows), PART)
        part = next(parts, None)
        if part is None:
            return ""
        table = f"staged_{len(self._tables)}"
        columns, marks = _columns(fields), ", ".join(["%s"] * len(fields))
        source = _quoted(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {table}")
            empty = f"SELECT {columns} FROM {source} WHERE 1 = 0"  # noqa: S608  # nosec B608
            cursor.execute(f"CREATE TEMPORARY TABLE {table} AS {empty}")
            self._tables.append(table)
            while part is not None:  # a part at a time: the values of a large file would fill the memory
                cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", part)  # noqa: S608  # nosec B608
                part = next(parts, None)
            if not is_new:
                cursor.execute(f"CREATE UNIQUE INDEX {table}_key ON {table} ({_quoted(fields[0].column)})")
        return table


def _values(row: Model, fields: Sequence[Field], *, is_new: bool) -> list[Any]:
    """The values of a row as the database takes them."""
    return [
        field.get_db_prep_save(field.pre_save(row, True) if is_new else getattr(row, field.attname), connection)
        for field in fields
    ]


def _key(model: type[Model]) -> Field:
    return model._meta.pk  # type: ignore[return-value]  # every table of ours has one


def _columns(fields: Sequence[Field]) -> str:
    return ", ".join(_quoted(field.column) for field in fields)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
