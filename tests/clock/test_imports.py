import ast
import sys
from pathlib import Path

import pytest

import sendco.clock

FOLDER = Path(sendco.clock.__file__).parent


def imported_names(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield node.module


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_the_clock_needs_the_standard_library_alone(path):
    outside = {
        name
        for name in imported_names(path)
        if not name.startswith("sendco.clock.") and name.split(".")[0] not in sys.stdlib_module_names
    }
    assert outside == set()


def test_sendco_itself_is_empty_so_that_the_clock_imports_alone():
    assert (FOLDER.parent / "__init__.py").read_text() == ""


def test_public_names_exist():
    assert all(hasattr(sendco.clock, name) for name in sendco.clock.__all__)
