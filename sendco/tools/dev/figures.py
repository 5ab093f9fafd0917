"""`dev.py figures`: the sizes of this project that a stranger would ask for. Each rule stands in its docstring.

A figure is a function of the project that returns the places it counts, or a number.
"""

import ast
import json
import re
from pathlib import Path

from ...install.shell import ROOT, Problem, say
from . import last_run
from .import_graph import AT_ONCE, FOR_TYPES, IN_FUNCTION, circles, graph, imports_of
from .sources import FUNCTIONS, Project

LONG_FUNCTION, LONG_MODULE, LONG_LINE, LONG_TEMPLATE = 40, 400, 140, 120
# The one kit for form pages: conflicts are caught and 422 is written there alone.
KIT = re.compile(r"^sendco/formkit/")
LAYERS = re.compile(r"(^|/)(selectors|services)(/|\.py$)")
LAW_SPEAKS = re.compile(r"(^|/)(deadlines|owed)(/|\.py$)|^sendco/clock/")
LAW_IS_USED = re.compile(r"^(ehcp|pupils|governance|staff|sendco/pages)/")
YEAR_WORDS = re.compile(r"\bYear (?:[1-9]|1[0-4])\b")
NO_PAGE = re.compile(r"(^|/)_|^templates/(components|emails|reports)/")
RAW_SECTION = re.compile(r'<section class="box[ "]')


def figures(*, root=ROOT, names=(), into=None):
    """Print the table, or the places behind the figures in `names`; `into` is a file for the table as JSON."""
    project = Project(Path(root).resolve())
    unknown = set(names) - FIGURES.keys()
    if unknown:
        raise Problem(f"No figure is called {', '.join(sorted(unknown))}. They are: {', '.join(FIGURES)}.")
    for name in names:
        places = FIGURES[name](project)
        for place in places if isinstance(places, list) else [f"{name} is a number: {places}"]:
            say(place)
    if not names:
        table = {name: value_of(figure(project)) for name, figure in FIGURES.items()}
        for name, value in table.items():
            say(f"{name:<{max(map(len, FIGURES))}}  {'not known' if value is None else value}")
        if into:
            Path(into).write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    return 0


def value_of(counted):
    return len(counted) if isinstance(counted, list) else counted


# --- Sizes ---


def modules(project):
    """Python files of the floors, migrations left out, packages' own files counted."""
    return [source.path for source in project.product]


def functions(project):
    """Functions and methods, those inside others too."""
    return [source.at(node, node.name) for source in project.product for node in source.functions]


def long_functions(project):
    """Functions over 40 lines from `def` to the last line, decorators not counted."""
    return [
        source.at(node, f"{node.name} {size}")
        for source in project.product
        for node in source.functions
        if (size := node.end_lineno - node.lineno + 1) > LONG_FUNCTION
    ]


def long_modules(project):
    """Modules over 400 lines, blank ones counted."""
    return [f"{source.path} {len(source.lines)}" for source in project.product if len(source.lines) > LONG_MODULE]


def long_template_lines(project):
    """Lines over 140 characters in any template."""
    return [
        f"{source.path}:{number} {len(line)}"
        for source in project.templates
        for number, line in enumerate(source.lines, 1)
        if len(line) > LONG_LINE
    ]


def long_templates(project):
    """Page templates over 120 lines: no fragment (`_name`), component, mail or printed report."""
    pages = [source for source in project.templates if not NO_PAGE.search(source.path)]
    return [f"{source.path} {len(source.lines)}" for source in pages if len(source.lines) > LONG_TEMPLATE]


def raw_sections(project):
    """`<section class="box…">` written out in a template that is no component."""
    return [
        f"{source.path}:{number}"
        for source in project.templates
        if not source.path.startswith("templates/components/")
        for number, line in enumerate(source.lines, 1)
        for _ in RAW_SECTION.findall(line)
    ]


# --- One way for each form and refusal ---


def conflict_branches(project):
    """`except` clauses that name ChangedMeanwhile, alone or among others, outside the form kit.

    A clause that only raises it again hands the conflict on and counts as none.
    """
    return [
        source.at(node)
        for source in _outside_kit(project)
        for node in source.nodes
        if isinstance(node, ast.ExceptHandler) and node.type and not _only_raises(node)
        if any(_name(part) == "ChangedMeanwhile" for part in ast.walk(node.type))
    ]


def written_422(project):
    """The number 422 in code outside the form kit; middleware and error pages count too, the tools do not."""
    wanted = [source for source in _outside_kit(project) if not source.path.startswith("sendco/tools/")]
    return [source.at(node) for source in wanted for node in source.nodes if _is_number(node, 422)]


def refusals_without_code(project):
    """`Refused(…)`, the class itself, made from a sentence: no `code=`, and its first argument is no member of an enum.

    A member is written with a dot and capitals (`ReviewReason.CLOSED`), or handed on by a name that ends in "reason". A
    class of its own is a code.
    """
    return [
        source.at(node)
        for source in project.product
        for node in source.nodes
        if isinstance(node, ast.Call) and _name(node.func) == "Refused"
        if not any(keyword.arg == "code" for keyword in node.keywords)
        if not any(_is_member(argument) or _name(argument).endswith("reason") for argument in node.args[:1])
    ]


def tests_of_sentences(project):
    """`pytest.raises(…, match=…)` of Refused or a class below it, by name anywhere in the project."""
    refusals = _family(project, "Refused")
    return [
        source.at(node)
        for source in project.tests
        for node in source.nodes
        if isinstance(node, ast.Call) and _name(node.func) == "raises"
        if any(keyword.arg == "match" for keyword in node.keywords)
        if any(_name(part) in refusals for argument in node.args[:1] for part in ast.walk(argument))
    ]


# --- One home for the law ---


def legal_counts(project):
    """Counts, ages and years in the floors and pages that may be the law's, outside deadlines, owed and the clock.

    Counted by form, as nobody can tell by machine what the law says: (1) `timedelta` or `relativedelta` with a number
    of days, weeks, months or years over 1 written in it, since 1 is the day beside; (2) a date or moment with its
    year written in it; (3) a number over 1 compared with something whose name speaks of age or year; (4) "Year 9"
    inside a longer sentence, docstrings aside. As in the house rule, a name given in the open module with a comment on
    its line or above it says what it is, and counts no more.
    """
    wanted = [s for s in project.product if LAW_IS_USED.search(s.path) and not LAW_SPEAKS.search(s.path)]
    return [
        source.at(node)
        for source in wanted
        for node in _law_like(source)
        if not any(line.lineno <= node.lineno <= line.end_lineno for line in _explained_names(source))
    ]


def _explained_names(source):
    names = [node for node in source.tree.body if isinstance(node, ast.Assign)]
    return [
        node
        for node in names
        if "#" in source.lines[node.lineno - 1]
        or (node.lineno > 1 and source.lines[node.lineno - 2].lstrip().startswith("#"))
    ]


def _law_like(source):
    docstrings = {id(node.value) for node in source.nodes if isinstance(node, ast.Expr)}
    found = {}
    for node in source.nodes:
        sentence = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        year_in_words = YEAR_WORDS.search(node.value) if sentence else None
        if (
            (isinstance(node, ast.Call) and _is_long_span(node))
            or (isinstance(node, ast.Call) and _is_fixed_date(node))
            or (isinstance(node, ast.Compare) and _compares_age(node))
            or (year_in_words and year_in_words.group() != node.value)
        ):
            found.setdefault(node.lineno, node)
    return [found[line] for line in sorted(found)]


def _is_long_span(call):
    if _name(call.func) not in {"timedelta", "relativedelta"}:
        return False
    spans = [keyword.value for keyword in call.keywords if keyword.arg in {"days", "weeks", "months", "years"}]
    return any(_is_count(node) for node in [*call.args[:1], *spans])


def _is_fixed_date(call):
    return _name(call.func) in {"date", "datetime"} and any(map(_is_count, call.args[:1]))


def _compares_age(compare):
    sides = [compare.left, *compare.comparators]
    speaks = any(re.search(r"(^|_)(age|years?)(_|$)", _name(part)) for side in sides for part in ast.walk(side))
    return speaks and any(_is_count(part) for side in sides for part in _elements(side))


def _elements(node):
    return node.elts if isinstance(node, ast.Tuple | ast.Set | ast.List) else [node]


# --- Types and imports ---


def functions_without_annotation(project):
    """Public functions and methods of services and selectors with a parameter or the return left bare.

    Public means no leading underscore, in no private class and in no other function; self and cls need nothing.
    """
    return [
        source.at(node, node.name)
        for source in project.product
        if LAYERS.search(source.path)
        for node in _public(source.tree)
        if not _is_annotated(node)
    ]


def import_circles(project):
    """Groups of modules that import each other when they load; models packages left out."""
    return [" <> ".join(group) for group in circles(graph(project.product, {AT_ONCE}))]


def modules_in_circles(project):
    """Modules in those groups."""
    return _in_circles(project, {AT_ONCE})


def modules_in_circles_with_functions(project):
    """The same, with imports inside functions counted as well."""
    return _in_circles(project, {AT_ONCE, IN_FUNCTION})


def modules_in_circles_with_types(project):
    """The same, with imports inside functions and under TYPE_CHECKING counted as well."""
    return _in_circles(project, {AT_ONCE, IN_FUNCTION, FOR_TYPES})


def unexplained_function_imports(project):
    """Imports inside a function with no comment on their line or on the line above; `noqa` alone explains nothing.

    One comment explains all the imports that follow each other below it. The `ready` of an application needs none:
    Django asks for imports there.
    """
    return [
        source.at(node)
        for source in project.product
        for node, kind in imports_of(source)
        if kind == IN_FUNCTION and not source.path.endswith("/apps.py") and not _is_explained(source, node)
    ]


def _in_circles(project, kinds):
    return [module for group in circles(graph(project.product, kinds)) for module in group]


def _is_explained(source, node):
    own = " ".join(source.lines[node.lineno - 1 : node.end_lineno])
    if re.search(r"#\s*(?!noqa|type:)\w", own):
        return True
    place = node.lineno - 2
    while re.match(r"\s*((from|import)\s|$)", source.lines[place]):
        place -= 1
    return source.lines[place].strip().startswith("#")


# --- Tests ---


def test_lines_per_line(project):
    """Lines of tests/ for each line of the product, blank ones counted in both."""
    return round(_line_count(project.tests) / max(1, _line_count(project.product)), 2)


def tests_per_1000_lines(project):
    """Functions called `test_…` for each 1,000 lines of the product; one with many cases counts once."""
    tests = [node for source in project.tests for node in source.functions if node.name.startswith("test_")]
    return round(1000 * len(tests) / max(1, _line_count(project.product)), 1)


def suite_seconds(project):
    """What `dev.py test` took the last time it ran whole in that checkout, from first to last."""
    return last_run.seconds(project.root)


FIGURES = {
    figure.__name__.replace("_", "-"): figure
    for figure in (
        modules, long_modules, functions, long_functions, functions_without_annotation, conflict_branches, written_422,
        refusals_without_code, tests_of_sentences, legal_counts, import_circles, modules_in_circles,
        modules_in_circles_with_functions, modules_in_circles_with_types, unexplained_function_imports,
        long_template_lines, long_templates, raw_sections, test_lines_per_line, tests_per_1000_lines, suite_seconds,
    )
}  # fmt: skip


# --- Reading syntax ---


def _outside_kit(project):
    return [source for source in project.product if not KIT.search(source.path)]


def _name(node):
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_number(node, number):
    return isinstance(node, ast.Constant) and node.value == number


def _is_count(node):
    return isinstance(node, ast.Constant) and type(node.value) is int and node.value > 1


def _is_member(node):
    return isinstance(node, ast.Attribute) and node.attr.isupper()


def _only_raises(handler):
    return len(handler.body) == 1 and isinstance(handler.body[0], ast.Raise) and handler.body[0].exc is None


def _family(project, name):
    """The names of a class and of every class below it."""
    bases = {
        node.name: {_name(base) for base in node.bases}
        for source in project.product
        for node in source.nodes
        if isinstance(node, ast.ClassDef)
    }
    family, size = {name}, 0
    while size != len(family):
        size = len(family)
        family |= {child for child, parents in bases.items() if parents & family}
    return family


def _public(scope):
    for node in scope.body:
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and not node.name.startswith("_"):
            yield from _public(node) if isinstance(node, ast.ClassDef) else [node]


def _is_annotated(function):
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    bare = [one for one in named if one and not one.annotation and one.arg not in {"self", "cls"}]
    return not bare and function.returns is not None


def _line_count(sources):
    return sum(len(source.lines) for source in sources)
