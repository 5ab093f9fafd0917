"""docker-compose.yml and Dockerfile are not run by any test: what they promise and name is checked here."""

import re
import shlex
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SITE = ["migrate", "web", "worker", "beat"]
INSIDE = ["migrate", "beat", "db", "broker", "cache"]


def command_line(service):
    command = service.get("command", [])
    return shlex.join(command) if isinstance(command, list) else command


def test_services_are_the_ones_described():
    assert set(SERVICES) == {*SITE, "db", "broker", "cache"}


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_hardened(name):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"] not in {"root", "0", "0:0"}
    assert service["pids_limit"] > 0
    assert service["mem_limit"]
    assert not service.get("privileged")
    assert all("noexec" in mount for mount in service["tmpfs"])


def test_images_are_pinned_in_one_place_that_a_new_version_reads_too():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")

    assert SERVICES["web"]["build"]["args"]["PYTHON_IMAGE"].startswith("${PYTHON_IMAGE:-")
    for name in ("PYTHON_IMAGE", "POSTGRES_IMAGE", "REDIS_IMAGE"):
        assert f"#{name}=" in example


@pytest.mark.parametrize("name", SERVICES)
def test_service_tells_whether_it_is_well(name):
    health = SERVICES[name].get("healthcheck")

    if name == "web":
        assert "HEALTHCHECK" in DOCKERFILE
    elif name == "migrate":
        assert health == {"disable": True}
    else:
        assert health["test"]


def test_only_the_web_port_is_published_and_only_to_this_machine():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert list(published) == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in published["web"])


@pytest.mark.parametrize("name", INSIDE)
def test_inner_service_has_no_way_out(name):
    assert SERVICES[name]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_come_from_files(name):
    service = SERVICES[name]

    for variable, value in service.get("environment", {}).items():
        if re.search(r"PASSWORD|SECRET|KEY|_URL", variable) and variable != "SENDCO_SITE_URL":
            assert variable.endswith("_FILE"), variable
            assert Path(value).name in service["secrets"], variable
    assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])


def test_secrets_command_makes_every_file_that_is_named(tmp_path, capsys):
    from sendco.tools.dev import secret_files

    secret_files.write(tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == {
        Path(entry["file"]).name for entry in COMPOSE["secrets"].values()
    }


def test_secret_files_agree_and_are_never_overwritten(tmp_path, capsys):
    from sendco.tools.dev import secret_files

    secret_files.write(tmp_path)
    first = {path.name: path.read_text() for path in tmp_path.iterdir()}
    (tmp_path / "cache_url").unlink()
    secret_files.write(tmp_path)

    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == first
    assert first["database_password"] in first["owner_url"]
    assert first["database_url"].startswith("postgresql://sendco_app:")
    assert first["database_password"] not in first["database_url"]
    assert first["broker_password"] in first["broker_url"]
    assert first["broker_password"] != first["cache_password"]


@pytest.mark.parametrize("name", SITE)
def test_named_program_exists(name):
    words = shlex.split(command_line(SERVICES[name]))

    if words[:2] == ["python", "manage.py"]:
        assert words[2] in get_commands()
    elif words:
        assert words[:3] == ["celery", "-A", "sendco.celery"]


def test_containers_wait_for_the_database_to_be_ready():
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert SERVICES[name]["depends_on"]["db"] == {"condition": "service_healthy"}


def test_only_the_migration_is_the_owner_of_the_tables():
    """What runs the site cannot change what is kept for ever: it gets neither the owner's address nor password."""
    owners = {"owner_url", "database_password"}

    assert {name for name, service in SERVICES.items() if owners & set(service.get("secrets", []))} == {"migrate", "db"}
    assert SERVICES["migrate"]["environment"]["DATABASE_URL_FILE"] == "/run/secrets/owner_url"
    assert SERVICES["migrate"]["environment"]["SENDCO_APP_DATABASE_URL_FILE"] == "/run/secrets/database_url"
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["environment"]["DATABASE_URL_FILE"] == "/run/secrets/database_url"


def test_there_is_one_scheduler():
    schedulers = [name for name, service in SERVICES.items() if " beat " in f" {command_line(service)} "]

    assert schedulers == ["beat"]


@pytest.mark.parametrize("name", SERVICES)
def test_volumes_are_declared(name):
    for volume in SERVICES[name].get("volumes", []):
        assert volume.split(":")[0] in COMPOSE["volumes"]


def test_broker_forgets_nothing_and_the_cache_is_another():
    broker, cache = command_line(SERVICES["broker"]), command_line(SERVICES["cache"])

    assert "--appendonly yes" in broker
    assert "noeviction" in broker
    assert "allkeys-lru" in cache


def test_variables_of_the_compose_file_are_explained():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8"))

    assert {name for name in named if name not in example} == {"SENDCO_IMAGE"}


def test_image_runs_as_nobody_special_and_copies_what_exists():
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for source in sources.split():
            assert (ROOT / source).exists(), source


def test_image_gets_neither_history_nor_data():
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert "*" in lines
    assert not {"!.git", "!var", "!secrets", "!.env", "!tests"} & set(lines)
