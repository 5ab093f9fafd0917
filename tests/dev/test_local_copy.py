"""What a bare machine showed: links that commands print, and packages that are needed once."""

import pytest

from sendco.install import assets, environment
from sendco.tools.dev import local


@pytest.fixture
def copy(tmp_path, monkeypatch):
    for name in ("SENDCO_SITE_URL", "SENDCO_SECRET_KEY", "SENDCO_SECRET_KEY_FILE", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SENDCO_DATA", str(tmp_path))
    monkeypatch.setattr(environment, "ensure", lambda name: None)
    monkeypatch.setattr(environment, "check_pango", lambda: None)
    monkeypatch.setattr(assets, "build", lambda: None)
    monkeypatch.setattr(local, "_prepare_once", lambda data, env: None)
    ran = []
    monkeypatch.setattr(environment, "manage", lambda *words, env, check: ran.append((words, env)) or 0)
    return ran


def test_command_prints_links_for_the_port_the_copy_was_started_on(copy):
    local.start(port=8742, demo=False, prepare_only=True)

    local.manage(["create_school"])

    assert copy[0][1]["SENDCO_SITE_URL"] == "http://localhost:8742"


@pytest.mark.parametrize("content", [None, "", "no number"])
def test_copy_never_started_is_on_the_usual_port(copy, tmp_path, content):
    if content is not None:
        (tmp_path / local.PORT).write_text(content, encoding="utf-8")

    local.manage(["create_school"])

    assert copy[0][1]["SENDCO_SITE_URL"] == "http://localhost:8000"


def test_npm_of_the_machine_is_used_when_recent(monkeypatch):
    monkeypatch.setattr(assets.shutil, "which", lambda name: "/usr/bin/npm")
    monkeypatch.setattr(assets, "output", lambda command: "9.2.0")

    with assets._npm() as npm:
        assert npm == ["npm"]


@pytest.mark.parametrize("version", ["", "8.19.4"])
def test_npm_of_a_wheel_is_gone_after_its_one_use(monkeypatch, tmp_path, version):
    programs = tmp_path / ".venv-assets" / "bin"
    programs.mkdir(parents=True)
    monkeypatch.setattr(assets.shutil, "which", lambda name: "/usr/bin/npm" if version else None)
    monkeypatch.setattr(assets, "output", lambda command: version)
    monkeypatch.setattr(assets, "ensure_apart", lambda name: programs)

    with assets._npm() as npm:
        assert npm[0] == programs / "python"
        assert programs.is_dir()

    assert not programs.parent.exists()


def test_programs_apart_are_installed_once_beside_the_environment(monkeypatch, tmp_path, capsys):
    ran = []
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "_ensure_venv", lambda: None)
    monkeypatch.setattr(environment, "run", lambda command: ran.append([str(part) for part in command]))
    made = tmp_path / ".venv-attack" / "bin"
    made.mkdir(parents=True)
    (made / "python").touch()

    assert environment.ensure_apart("attack") == environment.ensure_apart("attack") == made

    assert [command[-1] for command in ran] == ["requirements/attack.txt"]
    assert ran[0][0] == str(made / "python")
    assert "--require-hashes" in ran[0]
