"""The commands that start, test and check the project: `sendco.tools.dev` and `sendco.install`."""

import ast
import re
import socket
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sendco.install import assets, environment, shell
from sendco.tools.dev import lint, local, locks, servers, suite
from sendco.tools.dev.main import main

ROOT = Path(__file__).resolve().parent.parent
SVG = '<svg viewBox="0 0 24 24">\n  <path stroke="none" d="M0 0h24v24H0z" fill="none" />\n  <path d="M1 2" />\n</svg>'


# --- Before anything is installed ---


def test_dev_package_needs_the_standard_library_only():
    files = [*(ROOT / "sendco/tools/dev").glob("*.py"), *(ROOT / "sendco/install").glob("*.py")]
    assert len(files) > 12
    # A program of its own, which dev.py starts with the environment's Python; nothing imports it.
    files = [file for file in files if file.name != "sbom.py"]

    for file in [ROOT / "dev.py", *files]:
        assert not re.search(r"import .*\bsbom\b", file.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
            for name in names:
                assert name.split(".")[0] in {*sys.stdlib_module_names, "sendco"}, f"{file.name} imports {name}"


def test_old_python_is_told_what_to_do():
    program = "import runpy, sys; sys.version_info = (3, 9, 2); runpy.run_path('dev.py', run_name='__main__')"

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "needs Python 3.11 or later, and this is Python 3.9" in done.stderr


def test_help_lists_every_command(capsys):
    assert main(["help"]) == 0

    shown = capsys.readouterr().out
    for command in ("demo", "start", "test", "lint", "lock", "assets", "bench", "soak", "secrets"):
        assert command in shown


def test_unknown_argument_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["demo", "--prot", "8000"])


# --- The environment ---


@pytest.fixture
def bare_venv(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(environment, "VENV", tmp_path)
    monkeypatch.setattr(environment, "PYTHON", tmp_path / "bin" / "python")
    monkeypatch.setattr(environment, "run", lambda command, **options: calls.append([str(part) for part in command]))
    return calls


def test_requirements_are_installed_once_with_hashes(bare_venv, monkeypatch, capsys):
    monkeypatch.setattr(environment, "_ensure_venv", lambda: None)

    environment.ensure("base")
    environment.ensure("base")

    assert len(bare_venv) == 1
    assert "--require-hashes" in bare_venv[0]


def test_larger_set_settles_the_smaller(bare_venv, monkeypatch, capsys):
    monkeypatch.setattr(environment, "_ensure_venv", lambda: None)

    environment.ensure("browser")
    environment.ensure("dev")
    environment.ensure("base")

    assert [call[-1] for call in bare_venv] == ["requirements/browser.txt"]


def test_changed_requirements_are_installed_again(bare_venv, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(environment, "_ensure_venv", lambda: None)
    environment.ensure("base")
    (tmp_path / ".sendco-base").write_text("the hash of last week", encoding="utf-8")

    environment.ensure("base")

    assert len(bare_venv) == 2


def test_missing_ensurepip_names_the_command(bare_venv, monkeypatch):
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(environment, "can_apt", lambda: False)

    with pytest.raises(shell.Problem, match=r"sudo apt-get install python3\.\d+-venv"):
        environment.ensure("base")


def test_missing_ensurepip_is_installed_for_root_on_debian(bare_venv, monkeypatch, capsys):
    installed = []
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(environment, "can_apt", lambda: True)
    monkeypatch.setattr(environment, "apt_install", lambda packages: installed.extend(packages) or True)

    environment.ensure("base")

    assert installed[0].endswith("-venv")
    assert "venv" in bare_venv[0]


def test_missing_pango_is_said_and_not_fatal(monkeypatch, capsys):
    monkeypatch.setattr(environment, "_has_pango", lambda: False)
    monkeypatch.setattr(environment, "can_apt", lambda: False)

    environment.check_pango()

    assert "PDFs are switched off" in capsys.readouterr().out


# --- Assets ---


@pytest.fixture
def icon_tree(tmp_path):
    (tmp_path / "templates" / "pupils").mkdir(parents=True)
    (tmp_path / "static").mkdir()
    (tmp_path / "outline").mkdir()
    for name in ("user", "home", "alert-triangle"):
        (tmp_path / "outline" / f"{name}.svg").write_text(SVG, encoding="utf-8")
    return tmp_path


def test_icons_are_found_in_templates_and_in_the_list(icon_tree):
    uses = '<use href="{% static \'vendor/icons.svg\' %}#i-user"/> {% icon "home" %} {% icon page.icon %}'
    (icon_tree / "templates" / "base.html").write_text(uses, encoding="utf-8")
    (icon_tree / "templates" / "pupils" / "page.html").write_text(
        '<use href="/static/vendor/icons.svg#i-home"/>', encoding="utf-8"
    )
    (icon_tree / "static" / "icons.txt").write_text("# chosen in Python\nalert-triangle\n", encoding="utf-8")

    assert assets.wanted_icons(icon_tree) == ["alert-triangle", "home", "user"]


def test_style_sheet_is_its_parts_in_order_without_comments(tmp_path):
    (tmp_path / "sendco.css").write_text(
        '/* all */\n@import "tokens.css";\n@import "rich-text.css";\n', encoding="utf-8"
    )
    (tmp_path / "tokens.css").write_text(
        "/* colours */\n:root {\n  --sc-ink: #1c2a2f; /* dark */\n}\n", encoding="utf-8"
    )
    (tmp_path / "rich-text.css").write_text(".rich { margin: 0; }\n", encoding="utf-8")

    sheet = assets.style_sheet(tmp_path / "sendco.css")

    assert [line.strip() for line in sheet.splitlines()] == [
        ":root {",
        "--sc-ink: #1c2a2f;",
        "}",
        ".rich { margin: 0; }",
    ]


def test_every_part_of_the_style_sheet_is_in_it():
    styles = assets.STYLES
    parts = {file.name for file in styles.glob("*.css")} - {"sendco.css", "report.css"}
    imported = assets.IMPORT.findall((styles / "sendco.css").read_text(encoding="utf-8"))

    assert sorted(imported) == sorted(parts)


def test_icons_of_components_are_found(icon_tree):
    (icon_tree / "templates" / "base.html").write_text(
        '{% message "soon" icon="lock" %}Keep it{% endmessage %}{% state "wait" "Off" icon=\'ban\' %}', encoding="utf-8"
    )

    assert assets.wanted_icons(icon_tree) == ["ban", "lock"]


def test_sprite_has_a_symbol_for_each_icon_without_the_bounding_box(icon_tree):
    sprite = assets.sprite(["home", "user"], icon_tree / "outline")

    assert '<symbol id="i-home" viewBox="0 0 24 24"' in sprite
    assert '<symbol id="i-user" viewBox="0 0 24 24"' in sprite
    assert sprite.count('<path d="M1 2" />') == 2
    assert "M0 0h24v24H0z" not in sprite


def test_unknown_icons_are_listed(icon_tree):
    with pytest.raises(shell.Problem, match="hause, usr"):
        assets.sprite(["hause", "home", "usr"], icon_tree / "outline")


# --- Lock files ---


@pytest.fixture
def locked(tmp_path):
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "base.in").write_text(
        "django==5.2.19  # why\nXlsxWriter\n-c other.txt\n", encoding="utf-8"
    )
    pins = "".join(f"{pin} \\\n    --hash=sha256:00\n" for pin in ("django==5.2.19", "xlsxwriter==3.2.0"))
    (tmp_path / "requirements" / "base.txt").write_text(pins, encoding="utf-8")
    return tmp_path


def test_good_lock_has_no_faults(locked):
    assert locks.faults(locked) == []


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("requirements/base.txt", "django==5.2.19 \\\n    --hash=sha256:00\nxlsxwriter==3.2.0\n", "XlsxWriter"),
        (
            "requirements/base.txt",
            "django==5.2.18 \\\n --hash=sha256:00\nxlsxwriter==3 \\\n --hash=sha256:0\n",
            "5.2.18",
        ),
        ("requirements/dev.in", "pytest\n", "dev.txt is missing"),
        ("requirements/dev.txt", "--index-url https://packages.example.org/simple\n", "address"),
        ("package-lock.json", '{"resolved": "x"}', "package-lock.json"),
        ("uv.lock", "", "uv.lock"),
        ("pylock.toml", "", "pylock.toml"),
    ],
)
def test_bad_lock_is_named(locked, file, content, said):
    (locked / file).write_text(content, encoding="utf-8")

    assert said in "\n".join(locks.faults(locked))


def test_lock_files_of_the_project_are_good():
    assert locks.faults(ROOT) == []


# --- A local copy ---


@pytest.fixture
def no_settings(monkeypatch):
    for name in ("SENDCO_SECRET_KEY", "SENDCO_SECRET_KEY_FILE", "SENDCO_SITE_URL", "SENDCO_DATA"):
        monkeypatch.delenv(name, raising=False)


def test_secret_key_is_made_once_and_closed_to_others(tmp_path, no_settings):
    first = local.local_environment(tmp_path, port=8000, demo=True)
    key = Path(first["SENDCO_SECRET_KEY_FILE"])
    text = key.read_text()

    local.local_environment(tmp_path, port=8000, demo=True)

    assert key.read_text() == text
    assert len(text) >= 50
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_demo_is_asked_for_by_one_variable(tmp_path, no_settings):
    assert local.local_environment(tmp_path, port=8000, demo=True)["SENDCO_DEMO"] == "1"
    assert local.local_environment(tmp_path, port=8000, demo=False)["SENDCO_DEMO"] == "0"
    assert local.local_environment(tmp_path, port=9000, demo=True)["SENDCO_SITE_URL"] == "http://localhost:9000"


def test_taken_port_is_said_before_anything_is_installed(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert main(["demo", "--port", str(port)]) == 1

    assert f"Port {port} is taken" in capsys.readouterr().out


def test_embedded_database_tells_whether_it_has_a_school(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert local.has_school(tmp_path) is False

    with sqlite3.connect(tmp_path / "sendco.sqlite3") as database:
        database.execute("CREATE TABLE staff_school (id integer)")
    assert local.has_school(tmp_path) is False

    with sqlite3.connect(tmp_path / "sendco.sqlite3") as database:
        database.execute("INSERT INTO staff_school VALUES (1)")
    assert local.has_school(tmp_path) is True

    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost/sendco")
    assert local.has_school(tmp_path) is None


# --- The checks ---


def test_checks_run_side_by_side_and_each_failure_is_named(capsys):
    checks = {
        "good": lambda root: [],
        "own": lambda root: ["a fault of ours"],
        "tool": [sys.executable, "-c", "print('a fault of a tool'); raise SystemExit(1)"],
    }

    assert sorted(lint._failed(checks)) == ["own", "tool"]

    shown = capsys.readouterr().out
    assert "--- own\na fault of ours\n" in shown
    assert "--- tool\na fault of a tool\n" in shown


# --- The legs of the test command ---


def test_report_names_times_and_sums_up(capsys, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    code = suite.report([suite.Leg("SQLite, files", suite.PASSED, 61.2), suite.Leg("Browser", suite.FAILED, 9.0)], 64.0)

    shown = capsys.readouterr().out
    assert code == 1
    assert "61.2 s" in shown
    assert shown.splitlines()[-1] == "Summary: 1 of 2 legs passed in 64 s; failed: Browser."


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_leg_that_cannot_run_is_loud_and_fails_in_ci(ci, code, capsys, monkeypatch):
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(servers, "find_chromium", lambda: None)
    monkeypatch.setattr(suite.servers, "missing_after_install", lambda finders: list(finders))

    leg = suite._browser([])

    assert suite.report([leg], 0.0) == code
    assert "Browser: NOT RUN, missing: Chromium (on Debian: apt-get install chromium)" in capsys.readouterr().out


@pytest.mark.parametrize(("chosen", "state"), [([], suite.FAILED), (["tests/staff"], suite.PASSED)])
def test_leg_without_tests_passes_only_when_tests_were_chosen(chosen, state, capsys, monkeypatch):
    monkeypatch.setattr(suite, "_pytest", lambda arguments, **how: suite.NO_TESTS)

    assert suite._embedded(chosen).state == state


def test_missing_server_is_installed_for_root_on_debian(monkeypatch):
    installed = []
    monkeypatch.setattr(servers, "can_apt", lambda: True)
    monkeypatch.setattr(servers, "apt_install", installed.extend)

    missing = servers.missing_after_install({"Redis": lambda: "redis-server" if installed else None})

    assert missing == []
    assert installed == ["redis-server"]


def test_newest_postgresql_is_chosen(tmp_path, monkeypatch):
    monkeypatch.setattr(servers.shutil, "which", lambda name: None)
    monkeypatch.setattr(servers, "POSTGRESQL_BINARIES", (str(tmp_path),))
    for version in ("9.6", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        for name in ("initdb", "pg_ctl"):
            (tmp_path / version / "bin" / name).touch()

    assert servers.find_postgresql() == tmp_path / "17" / "bin"


def test_server_that_ends_at_once_is_named():
    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])

    with pytest.raises(shell.Problem, match=r"ended at once \(exit 3\)"):
        servers.wait_for_port(servers.free_port(), process)
