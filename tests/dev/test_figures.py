"""Each figure on a small invented tree: what its docstring says is counted, and the neighbour is not."""

import json

import pytest

from sendco.install import shell
from sendco.tools.dev import figures, last_run
from sendco.tools.dev.main import main
from sendco.tools.dev.sources import Project

KIT = "sendco/formkit"


@pytest.fixture
def counted(tmp_path):
    """Write files into a tree and return what one figure makes of it."""

    def count(name, files):
        for path, text in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return figures.value_of(figures.FIGURES[name](Project(tmp_path)))

    return count


def lines(number, line="x = 1"):
    return f"{line}\n" * number


# --- Sizes ---


def test_modules_leave_out_migrations_and_tests(counted):
    tree = {"ehcp/a.py": "", "ehcp/migrations/0001.py": "", "sendco/clock/b.py": "", "tests/c.py": "", "other/d.py": ""}

    assert counted("modules", tree) == 2


@pytest.mark.parametrize(("size", "number"), [(400, 0), (401, 1)])
def test_long_module_has_over_400_lines(counted, size, number):
    assert counted("long-modules", {"staff/a.py": lines(size)}) == number


@pytest.mark.parametrize(("body", "number"), [(39, 0), (40, 1)])
def test_long_function_has_over_40_lines_with_its_def(counted, body, number):
    text = "@first\n@second\ndef long():\n" + lines(body, "    x = 1")

    assert counted("long-functions", {"staff/a.py": text}) == number


def test_functions_count_methods_and_inner_ones(counted):
    text = "class A:\n    def b(self):\n        def c(): ...\nasync def d(): ...\n"

    assert counted("functions", {"staff/a.py": text}) == 3


def test_templates_lines_are_long_over_140(counted):
    tree = {"templates/a.html": "x" * 140 + "\n" + "x" * 141, "templates/_b.html": "x" * 900}

    assert counted("long-template-lines", tree) == 2


def test_only_pages_count_as_long_templates(counted):
    paths = ["ehcp/a.html", "ehcp/_b.html", "components/c.html", "emails/d.html", "reports/e.html"]

    assert counted("long-templates", {f"templates/{path}": lines(121, "<p>") for path in paths}) == 1


def test_raw_boxes_are_counted_outside_components(counted):
    raw = '<section class="box">\n<section class="box box-pad"><section class="boxer">'

    assert counted("raw-sections", {"templates/a.html": raw, "templates/components/box.html": raw}) == 2


# --- Forms and refusals ---


def test_conflict_is_counted_where_it_is_handled_outside_the_kit(counted):
    handled = "try: ...\nexcept services.ChangedMeanwhile:\n    draw()\n"
    among = "try: ...\nexcept (Refused, ChangedMeanwhile) as error:\n    draw()\n"
    handed_on = "try: ...\nexcept ChangedMeanwhile:\n    raise\n"
    raised = "raise ChangedMeanwhile(row)\n"

    tree = {"ehcp/views.py": handled + among + handed_on, "ehcp/services.py": raised, f"{KIT}/conflict.py": handled}
    assert counted("conflict-branches", tree) == 2


def test_status_422_is_counted_outside_the_kit(counted):
    assert counted("written-422", {"ehcp/views.py": "a = 422 if bad else 200", f"{KIT}/draw.py": "b = 422"}) == 1


@pytest.mark.parametrize(
    ("call", "number"),
    [
        ("Refused('The case is closed.')", 1),
        ("errors.Refused(f'Closed on {day}.')", 1),
        ("Refused(words)", 1),
        ("Refused(self.reason)", 0),
        ("Refused(ReviewReason.CLOSED, day=day)", 0),
        ("Refused('The case is closed.', code='closed')", 0),
        ("Closed('The case is closed.')", 0),
    ],
)
def test_refusal_has_a_code_or_is_counted(counted, call, number):
    assert counted("refusals-without-code", {"ehcp/services.py": f"raise {call}"}) == number


def test_tests_of_sentences_know_the_classes_below_refused(counted):
    asserted = """
with pytest.raises(Refused, match="closed"): ...
with pytest.raises(errors.Closed, match="closed"): ...
with pytest.raises(Refused): ...
with pytest.raises(ValueError, match="a chart"): ...
"""
    tree = {"ehcp/errors.py": "class Closed(Refused): ...", "tests/test_a.py": asserted}

    assert counted("tests-of-sentences", tree) == 2


# --- The law ---


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("due = day + timedelta(days=14)", 1),
        ("due = day + timedelta(weeks=4)", 1),
        ("due = day + timedelta(15)", 1),
        ("after = day + timedelta(days=1)", 0),
        ("lease = timedelta(minutes=10)", 0),
        ("due = day + timedelta(days=count)", 0),
        ("SHOWN = timedelta(days=14)  # a screenful", 0),
        ("# A screenful.\nSHOWN = timedelta(days=14)", 0),
        ("SHOWN = timedelta(days=14)", 1),
        ("def f():\n    # A screenful.\n    shown = timedelta(days=14)", 1),
        ("FIRST = date(2014, 9, 1)", 1),
        ("day = date(year, 9, 1)", 0),
        ("size = 2014", 0),
        ("grown = age_on(day) >= 16", 1),
        ("grown = 9 <= int(pupil.year_group)", 1),
        ("late = pupil.year_group in (9, 10)", 1),
        ("page = count >= 16", 0),
        ("said = 'The law asks for it from Year 9.'", 1),
        ("label = 'Year 9'", 0),
        ('def f():\n    """From Year 9 on."""', 0),
    ],
)
def test_legal_counts_are_told_by_their_form(counted, line, number):
    assert counted("legal-counts", {"ehcp/services/reviews.py": line}) == number


@pytest.mark.parametrize("path", ["ehcp/deadlines/a.py", "pupils/deadlines.py", "ehcp/owed/a.py", "sendco/clock/a.py"])
def test_rules_may_count(counted, path):
    assert counted("legal-counts", {path: "due = day + timedelta(days=14)"}) == 0


# --- Types ---


def test_only_public_functions_of_services_and_selectors_need_types(counted):
    text = """
def whole(*, case: Case, by: User) -> Case: ...
def no_return(case: Case): ...
def bare_parameter(case, *, by: User) -> Case: ...
def bare_rest(*rows) -> None: ...
def _private(case): ...
class Reader:
    def read(self, row: Row) -> str:
        def inner(x): ...
    def bare(self, row): ...
class _Hidden:
    def read(self, row): ...
"""
    tree = {"ehcp/services/a.py": text, "ehcp/views.py": text}

    assert counted("functions-without-annotation", tree) == 4


# --- Imports ---

CIRCLE = {
    "ehcp/__init__.py": "",
    "ehcp/letters.py": "from .consultations import ask\n",
    "ehcp/consultations.py": "from . import post\n",
}


@pytest.mark.parametrize(
    ("back", "at_once", "with_functions", "with_types"),
    [
        ("import ehcp.letters\n", 3, 3, 3),
        ("from ehcp.letters import write\n", 3, 3, 3),
        ("def f():\n    from .letters import write\n", 0, 3, 3),
        ("if TYPE_CHECKING:\n    from .letters import write\n", 0, 0, 3),
        ("from .models import Letter\n", 0, 0, 0),
    ],
)
def test_circle_is_found_by_the_kind_of_its_imports(counted, back, at_once, with_functions, with_types):
    tree = {**CIRCLE, "ehcp/post.py": back, "ehcp/models/__init__.py": "from ..post import send\n"}

    assert counted("modules-in-circles", tree) == at_once
    assert counted("import-circles", tree) == bool(at_once)
    assert counted("modules-in-circles-with-functions", tree) == with_functions
    assert counted("modules-in-circles-with-types", tree) == with_types


def test_two_circles_are_two(counted):
    pairs = {f"staff/{a}.py": f"from . import {b}\n" for a, b in ("ab", "ba", "cd", "dc", "ea")}

    assert counted("import-circles", pairs) == 2
    assert counted("modules-in-circles", pairs) == 4


def test_dots_of_a_package_begin_at_itself(counted):
    tree = {"staff/views/__init__.py": "from .people import show\n", "staff/views/people.py": "from . import crumbs\n"}

    assert counted("modules-in-circles", tree) == 2


@pytest.mark.parametrize(
    ("block", "number"),
    [
        ("    from a import b\n", 1),
        ("    from a import b  # Django is not set up before\n", 0),
        ("    from a import b  # noqa: PLC0415\n", 1),
        ("    # Celery is slow to load.\n    from a import b\n    from c import d\n", 0),
        ("    x = 1\n    from a import b\n    from c import d\n", 2),
    ],
)
def test_imports_in_functions_say_why(counted, block, number):
    assert counted("unexplained-function-imports", {"staff/a.py": f"def f():\n{block}"}) == number


# --- Tests and the suite ---


def test_tests_are_measured_against_the_product(counted):
    tree = {"staff/a.py": lines(500), "tests/test_a.py": "def test_one(): ...\ndef helper(): ...\n" + lines(248)}

    assert counted("test-lines-per-line", tree) == 0.5
    assert counted("tests-per-1000-lines", tree) == 2.0


def test_time_of_a_whole_run_is_kept_and_of_chosen_tests_is_not(tmp_path, monkeypatch):
    monkeypatch.setenv("SENDCO_DATA", str(tmp_path))

    assert last_run.seconds() is None
    last_run.keep(70.24, whole=True)
    last_run.keep(1.0, whole=False)

    assert last_run.seconds() == 70.2


# --- The command ---


def test_table_and_file_say_the_same(tmp_path, capsys):
    (tmp_path / "staff").mkdir()
    (tmp_path / "staff" / "a.py").write_text("def f(): ...\n")

    assert main(["figures", "--root", str(tmp_path), "--json", str(tmp_path / "figures.json")]) == 0

    told = json.loads((tmp_path / "figures.json").read_text())
    shown = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert shown.keys() == told.keys() == figures.FIGURES.keys()
    assert shown["functions"] == str(told["functions"]) == "1"
    assert (shown["suite-seconds"], told["suite-seconds"]) == ("not known", None)


def test_list_prints_the_places(tmp_path, capsys):
    (tmp_path / "staff").mkdir()
    (tmp_path / "staff" / "a.py").write_text("def f(): ...\n")

    assert main(["figures", "--root", str(tmp_path), "--list", "functions"]) == 0

    assert capsys.readouterr().out == "staff/a.py:1 f\n"


def test_unknown_figure_is_told_the_known_ones(tmp_path):
    with pytest.raises(shell.Problem, match="conflict-branches"):
        figures.figures(root=tmp_path, names=["conflicts"])


def test_every_figure_states_its_rule():
    assert all(figure.__doc__ for figure in figures.FIGURES.values())
