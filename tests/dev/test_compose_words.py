"""Only Docker would refuse a misspelt word in docker-compose.yml, so the words that may stand there are listed here."""

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
TOP = {"name", "services", "networks", "volumes", "secrets", "configs"}
SERVICE = {
    *("build", "cap_add", "cap_drop", "command", "container_name", "cpus", "depends_on", "deploy", "dns", "entrypoint"),
    *(
        "env_file",
        "environment",
        "expose",
        "healthcheck",
        "hostname",
        "image",
        "init",
        "labels",
        "logging",
        "mem_limit",
    ),
    *("networks", "pids_limit", "ports", "profiles", "pull_policy", "read_only", "restart", "secrets", "security_opt"),
    *("shm_size", "stop_grace_period", "stop_signal", "sysctls", "tmpfs", "ulimits", "user", "volumes", "working_dir"),
}
HEALTH = {"test", "interval", "timeout", "retries", "start_period", "start_interval", "disable"}
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
FORBIDDEN = {"privileged", "cap_add", "pid", "ipc", "network_mode", "devices", "userns_mode", "cgroup_parent"}


def strange(compose):
    """Return every word that Compose would not know, and every one that would undo the hardening."""
    found = [word for word in compose if word not in TOP and not word.startswith("x-")]
    for name, service in compose["services"].items():
        found += [f"{name}.{word}" for word in service if word not in SERVICE or word in FORBIDDEN]
        found += [f"{name}.healthcheck.{word}" for word in service.get("healthcheck", {}) if word not in HEALTH]
        for other, rule in service.get("depends_on", {}).items():
            if other not in compose["services"] or rule.get("condition") not in CONDITIONS:
                found.append(f"{name}.depends_on.{other}")
        for kind in ("networks", "secrets"):
            found += [f"{name}.{kind}.{word}" for word in service.get(kind, []) if word not in compose[kind]]
    return found


def test_compose_file_has_known_words_only():
    assert strange(COMPOSE) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"read_onyl": True}, "web.read_onyl"),
        ({"privileged": True}, "web.privileged"),
        ({"cap_add": ["NET_ADMIN"]}, "web.cap_add"),
        ({"healthcheck": {"every": "3s"}}, "web.healthcheck.every"),
        ({"depends_on": {"dbb": {"condition": "service_healthy"}}}, "web.depends_on.dbb"),
        ({"networks": ["outsid"]}, "web.networks.outsid"),
    ],
)
def test_strange_word_is_named(change, named):
    services = COMPOSE["services"] | {"web": COMPOSE["services"]["web"] | change}

    assert strange(COMPOSE | {"services": services}) == [named]
