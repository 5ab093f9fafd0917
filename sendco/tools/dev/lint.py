"""Every check that needs no test run. All of them run, then the failures are named together."""

from ...install import assets, environment
from ...install.shell import ROOT, run, say
from . import locks, secret_scan

# Enough for Django to start; nothing is stored.
DJANGO = {"SENDCO_DEBUG": "1", "DATABASE_URL": "", "REDIS_URL": "", "CACHE_REDIS_URL": ""}
CONCISE = ("--quiet", "--output-format", "concise")
# Any level of fault in the Dockerfile fails; base images come from one registry.
IMAGE = ("--failure-threshold", "style", "--trusted-registry", "docker.io")
FLOORS = ("sendco", "staff", "pupils", "ehcp", "provision", "governance")


def lint():
    environment.ensure("dev")
    assets.build()
    failed = [name for name, check in _checks().items() if not _passes(name, check)]
    say()
    if failed:
        say(f"Lint: {len(failed)} failed: {', '.join(failed)}.")
        return 1
    say("Lint: all checks passed.")
    return 0


def _checks():
    python = environment.PYTHON
    tools = environment.VENV / "bin"
    floors = [name for name in FLOORS if (ROOT / name / "__init__.py").is_file()]
    return {
        "ruff": [tools / "ruff", "check", *CONCISE, "."],
        "format": [tools / "ruff", "format", "--check", *CONCISE, "."],
        "imports": [tools / "lint-imports"],
        "migrations": [python, "manage.py", "makemigrations", "--check", "--dry-run"],
        "django": [python, "manage.py", "check"],
        "templates": [tools / "djlint", "--lint", "--quiet", "templates"],
        "bandit": [tools / "bandit", "-q", "-ll", "-r", *floors],
        "house rules": [python, "-m", "tests.house_rules"],
        "locks": locks.faults,
        "secrets": secret_scan.faults,
        "image": [tools / "hadolint", "--no-color", *IMAGE, "Dockerfile"],
    }


def _passes(name, check):
    say(f"--- {name}")
    if callable(check):
        faults = check(ROOT)
        for fault in faults:
            say(fault)
        return not faults
    return run(check, env=DJANGO, check=False) == 0
