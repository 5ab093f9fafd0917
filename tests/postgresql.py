"""What the PostgreSQL leg has to meet: every lock, sum, distinct row and raw statement of the product, at least once.

The leg runs the tests marked `postgresql`. While it runs, this notes which function asked the database for such a
thing; when it ends, a function that asked for none of its own fails the run by name.
"""

import ast
import sys
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("sendco", "staff", "pupils", "ehcp", "provision", "governance")
# The migrations ran to make the database; the tools are no part of the site.
LEFT_OUT = ("migrations", "tools")
ASKED = ("select_for_update", "annotate", "aggregate", "distinct", "raw")


def functions():
    """Return {(file, outermost function)} of the product's functions whose SQL may differ between databases."""
    found = set()
    for part in PRODUCT:
        for file in sorted((ROOT / part).rglob("*.py")):
            if not set(LEFT_OUT) & set(file.relative_to(ROOT).parts):
                tree = ast.parse(file.read_text(encoding="utf-8"))
                found |= {(str(file.relative_to(ROOT)), name) for name in asking(tree)}
    return found


def asking(tree):
    """The qualified names of a module's functions and methods that call one of ASKED, or open a cursor."""
    outer = [("", node) for node in tree.body]
    outer += [(f"{node.name}.", inner) for node in tree.body if isinstance(node, ast.ClassDef) for inner in node.body]
    for prefix, node in outer:
        if isinstance(node, ast.FunctionDef) and calls(node) & {*ASKED, "cursor"}:
            yield prefix + node.name


def calls(node):
    """The names of the methods that are called somewhere in it."""
    return {
        inner.func.attr
        for inner in ast.walk(node)
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute)
    }


@contextmanager
def noting(met):
    """Add (file, outermost function) to `met` for each function of the product that asks for one of these."""
    with mock.patch.multiple(QuerySet, **{name: _noted(getattr(QuerySet, name), met) for name in ASKED}):
        with mock.patch.object(BaseDatabaseWrapper, "cursor", _noted(BaseDatabaseWrapper.cursor, met)):
            yield


def _noted(method, met):
    def noted(self, *arguments, **options):
        frame = sys._getframe(1)
        while frame and "/django/" in frame.f_code.co_filename:  # a manager passes on to its queryset
            frame = frame.f_back
        if frame:
            code = frame.f_code
            met.add((code.co_filename, getattr(code, "co_qualname", code.co_name).split(".<locals>")[0]))
        return method(self, *arguments, **options)

    noted.queryset_only = getattr(method, "queryset_only", False)
    return noted


def unmet(met):
    """Name the functions of the product that no test of the leg made ask."""
    here = {(file.removeprefix(f"{ROOT}/"), name) for file, name in met}
    return sorted(f"{file}: {name}" for file, name in functions() - here)
