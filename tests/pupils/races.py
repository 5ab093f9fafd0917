"""Run one service in many threads at once, each with a connection of its own, over a copy of the test's database."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, connections, transaction

from sendco.refusals import Refused


def outcome(function):
    """Return what the function returns, or the name of the refusal."""
    try:
        with transaction.atomic():
            return function()
    except Refused as refusal:
        return type(refusal).__name__


def race(function, *, count, folder):
    """Return the outcomes of `count` calls at the same moment; the test's own database stays as it was.

    SQLite in memory refuses a second writer at once, so the threads share a file, as the site does. PostgreSQL's
    threads could not see the rows of a test that is not committed: there the calls follow one another.
    """
    if connection.vendor != "sqlite":
        return _one_after_another(function, count)
    return _in_threads(function, count, copied(folder / "race.sqlite3"))


def copied(path):
    """Put the test's SQLite database into a file, in the mode in which a site has it.

    The first connection would change the mode, and SQLite lets nobody wait for that: of many at once some would fail.
    """
    path.write_bytes(connection.connection.serialize())
    file = sqlite3.connect(path)
    file.execute("PRAGMA journal_mode = WAL")
    file.close()
    return path


def _one_after_another(function, count):
    with transaction.atomic():
        outcomes = [outcome(function) for _ in range(count)]
        transaction.set_rollback(True)
    return outcomes


def _in_threads(function, count, path):
    start = threading.Barrier(count)
    settings = connection.settings_dict | {"NAME": path}
    wrapper = type(connections["default"])

    def once():
        connections["default"] = wrapper(settings, "default")
        try:
            start.wait()
            return outcome(function)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(once) for _ in range(count)]]
