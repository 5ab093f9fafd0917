"""The database as the migrations leave it, which `dev.py test` makes once: every worker and site starts with a copy.

The migrations take longer with every model. A plain pytest names no such database, and migrates its own.
"""

import os
import shutil
import sqlite3
from pathlib import Path

from django.db import connection
from django.db.backends.signals import connection_created

FILE = Path(os.environ["SENDCO_MIGRATED"]) if os.environ.get("SENDCO_MIGRATED") else None
TEMPLATE = os.environ.get("SENDCO_MIGRATED_TEMPLATE")


def copy_to(folder):
    """Give a site its database, or leave it to make one."""
    if FILE is not None:
        shutil.copy(FILE, folder / "sendco.sqlite3")


def start_from_copies():
    """Django's own migrate then finds nothing to do."""
    if TEMPLATE and connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = TEMPLATE
    if FILE is not None:
        connection_created.connect(_fill)


def fill_no_more():
    connection_created.disconnect(_fill)


def _fill(connection, **kwargs):
    if connection.vendor != "sqlite" or connection.introspection.table_names():
        return
    with sqlite3.connect(f"file:{FILE}?mode=ro", uri=True) as stored:
        stored.backup(connection.connection)
    stored.close()
