"""Every refusal has a code, every code is raised, and its words take the data it is raised with."""

import ast
import importlib
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from sendco.refusals import Reason

ROOT = Path(__file__).parent.parent
FLOORS = ("sendco", "staff", "pupils", "ehcp", "governance")
RAISERS = {"Refused", "FileRefused", "FileNotAvailable", "FileNotReadable"}


def files():
    for floor in FLOORS:
        yield from sorted((ROOT / floor).rglob("*.py"))


@cache
def nodes():
    """Return (path, node) for each call and each `Something.NAME` of the code."""
    return [
        (path, node)
        for path in files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.Call, ast.Attribute))
    ]


def calls():
    """Yield (path, call) for each refusal that is made in the code."""
    for path, node in nodes():
        if isinstance(node, ast.Call) and _called(node) in RAISERS:
            yield path, node


def _called(call):
    """The last part of the called name: `Refused` for `sendco.refusals.Refused` too."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def is_sentence(node):
    """Whether these are words, or made from words here."""
    makes_words = isinstance(node, ast.Call) and _called(node) in {"str", "format", "join", "_"}
    return makes_words or isinstance(node, (ast.Constant, ast.JoinedStr, ast.BinOp))


@cache
def named():
    """Return (class and member, names of the data) for each refusal that names its reason."""
    return [
        (ast.unparse(call.args[0]), {keyword.arg for keyword in call.keywords})
        for _, call in calls()
        if call.args and isinstance(call.args[0], ast.Attribute)
    ]


@cache
def mentioned():
    """Return every `Reason.NAME` of the code, for those too that a table or a function hands on."""
    return {
        f"{node.value.id}.{node.attr}"
        for _, node in nodes()
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }


def reasons():
    """Return every enumeration of reasons in the code: each module that names the base is imported first."""
    for path in files():
        if "(Reason):" in path.read_text():
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    found = [one for one in Reason.__subclasses__() if one.__module__.split(".")[0] in FLOORS]
    return sorted(found, key=lambda one: (one.__module__, one.__name__))


REASONS = reasons()
MEMBERS = [pytest.param(one, id=f"{one.__class__.__name__}.{one.name}") for many in REASONS for one in many]


def fields(words):
    return {name for _, name, _, _ in Formatter().parse(str(words)) if name is not None}


def test_no_refusal_is_words_alone():
    alone = [
        f"{path.relative_to(ROOT)}:{call.lineno}" for path, call in calls() if call.args and is_sentence(call.args[0])
    ]

    assert alone == []


@pytest.mark.parametrize("member", MEMBERS)
def test_words_take_the_data_that_the_code_gives(member):
    given = [data for name, data in named() if name == f"{member.__class__.__name__}.{member.name}"]

    # `field` names the field of the form that it is about, not a word.
    assert all(fields(member.words) in (data, data - {"field"}) for data in given), (given, member.words)


@pytest.mark.parametrize("member", MEMBERS)
def test_every_reason_is_given_somewhere(member):
    assert f"{member.__class__.__name__}.{member.name}" in mentioned()


@pytest.mark.parametrize("many", REASONS, ids=lambda many: many.__name__)
def test_codes_are_unique_and_say_what_the_name_says(many):
    assert list(many.__members__) == [one.name for one in many]
    assert [one.value.replace("-", "_") for one in many] == [one.name.lower() for one in many]


def test_no_two_enumerations_share_a_name():
    names = [many.__name__ for many in REASONS]

    assert len(set(names)) == len(names)
