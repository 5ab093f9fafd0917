"""Which worker takes which tests: a module that prepares something for all of its tests goes to one, whole."""

from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[1]
FOR_ALL = 'scope="module"'


class ByPreparation(LoadScopeScheduling):
    """Modules that prepare go first; all other tests go wherever there is time, one by one.

    The marks for groups that xdist has are lost with pytest 9.2 (pytest-dev/pytest-xdist issue 1386).
    """

    def _split_scope(self, nodeid):
        path = nodeid.partition("::")[0]
        return path if prepares(path) else nodeid


@cache
def prepares(path):
    """Whether the tests of this file share what was prepared once: by the file itself or by its folder."""
    file = ROOT / path
    return any(
        FOR_ALL in text.read_text(encoding="utf-8") for text in (file, file.with_name("conftest.py")) if text.is_file()
    )
