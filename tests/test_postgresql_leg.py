"""Every test that touches what differs between the databases is marked for the PostgreSQL leg."""

import ast
from pathlib import Path

import pytest

from tests import postgresql

TESTS = Path(__file__).resolve().parent
TOUCHES = {"IntegrityError", "DatabaseError", "OperationalError", "Contest", "race", "lifted", "transactional_db"}
MODULES = sorted(file for file in TESTS.rglob("test_*.py") if "browser" not in file.parts and "soak" not in file.parts)


def unmarked(source):
    """The test functions of a module that touch locks, constraints, triggers or SQL without a mark saying so."""
    tree = ast.parse(source)
    module = [node.value for node in tree.body if isinstance(node, ast.Assign) and named(node) == "pytestmark"]
    if any(_marks(value) for value in module):
        return []
    tests = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    return [node.name for node in tests if touches(node) and not any(map(_marks, node.decorator_list))]


def named(node):
    return getattr(node.targets[0], "id", "")


def touches(node):
    names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    names |= {inner.arg for inner in ast.walk(node) if isinstance(inner, ast.arg)}
    return bool(names & TOUCHES or postgresql.calls(node) & {*postgresql.ASKED, "cursor"})


def _marks(node):
    return "pytest.mark.postgresql(" in ast.unparse(node)


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.name)
def test_what_touches_the_database_itself_runs_on_postgresql(file):
    assert unmarked(file.read_text(encoding="utf-8")) == []


def test_touch_is_seen_and_a_mark_answers_it():
    body = "def test_a():\n    with pytest.raises(IntegrityError):\n        pass\n"

    assert unmarked(body) == ["test_a"]
    assert unmarked("def test_b(rows):\n    rows.annotate(n=1)\n") == ["test_b"]
    assert unmarked('@pytest.mark.postgresql("unique")\n' + body) == []
    assert unmarked('pytestmark = pytest.mark.postgresql("unique")\n' + body) == []
    assert unmarked("def test_c(senco):\n    assert senco\n") == []


def test_functions_that_lock_or_sum_are_found():
    found = postgresql.functions()

    assert ("sendco/audit/triggers.py", "_triggers") in found
    assert len(found) > 50


@pytest.mark.postgresql("a distinct query")
@pytest.mark.django_db
def test_function_that_asks_is_noted():
    from staff.models import School

    met = set()

    with postgresql.noting(met):
        list(School.objects.distinct())

    assert {name for file, name in met if file == __file__} == {"test_function_that_asks_is_noted"}
