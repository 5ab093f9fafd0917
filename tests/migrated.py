"""The database as the migrations leave it, kept in a file for the rest of the run: later legs and sites copy it.

The migrations take longer with every model. `dev.py test` names the file; a plain pytest has none and migrates.
"""

import os
import shutil
import sqlite3
from pathlib import Path

from django.db import connection
from django.db.backends.signals import connection_created

FILE = Path(os.environ["SENDCO_MIGRATED"]) if os.environ.get("SENDCO_MIGRATED") else None


def is_there():
    return FILE is not None and FILE.exists()


def copy_to(folder):
    """Give a site its database, or leave it to make one."""
    if is_there():
        shutil.copy(FILE, folder / "sendco.sqlite3")


def fill_when_made():
    """Copy the file into the test database as soon as there is one. Django's own migrate then finds nothing to do."""
    if is_there():
        connection_created.connect(_fill)


def fill_no_more():
    connection_created.disconnect(_fill)


def _fill(connection, **kwargs):
    if connection.vendor != "sqlite" or connection.introspection.table_names():
        return
    with sqlite3.connect(f"file:{FILE}?mode=ro", uri=True) as stored:
        stored.backup(connection.connection)
    stored.close()


def keep():
    """The first database of the run is the one that is kept; written beside it first, for workers come together."""
    if FILE is None or is_there() or connection.vendor != "sqlite":
        return
    beside = FILE.with_suffix(f".{os.getpid()}")
    with sqlite3.connect(beside) as stored:
        connection.connection.backup(stored)
    stored.close()
    beside.replace(FILE)
