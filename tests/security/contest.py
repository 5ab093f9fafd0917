"""Let several people do things at the same moment, each with a connection of their own to one database."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, connections

from tests.pupils.races import copied, outcome


class Contest:
    """Rows have to be committed before it starts. `folder` takes SQLite's database, as the site has it in a file.

    Each function is one request, in one transaction; with `whole=False` it opens its own, as a job does.
    """

    def __init__(self, folder, *, whole=True):
        self.file, self.call = None, outcome if whole else _called
        if connection.vendor == "sqlite":
            self.file = copied(folder / "contest.sqlite3")

    def between(self, *functions):
        """Call all at once; return for each what it returned, or the name of the refusal."""
        start = threading.Barrier(len(functions))
        with ThreadPoolExecutor(len(functions)) as pool:
            waiting = [pool.submit(self._once, function, start) for function in functions]
            return [future.result(timeout=60) for future in waiting]

    def look(self, function):
        """What holds afterwards."""
        return self.between(function)[0]

    def _once(self, function, start):
        if self.file:
            settings = connection.settings_dict | {"NAME": self.file}
            connections["default"] = type(connections["default"])(settings, "default")
        try:
            start.wait()
            return self.call(function)
        finally:
            connections["default"].close()


def _called(function):
    return function()
