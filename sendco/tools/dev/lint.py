"""Every check that needs no test run. All of them run, side by side, then the failures are named together."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor, as_completed

from ...install import assets, environment
from ...install.shell import ROOT, say
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
    failed = _failed(_checks())
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
    # The longest first, so that none of them is alone at the end.
    return {
        "secrets": secret_scan.faults,
        "bandit": [tools / "bandit", "-q", "-ll", "-r", *floors],
        "types": [tools / "mypy"],
        "house rules": [python, "-m", "tests.house_rules"],
        "templates": [tools / "djlint", "--lint", "--quiet", "templates"],
        "ruff": [tools / "ruff", "check", *CONCISE, "."],
        "format": [tools / "ruff", "format", "--check", *CONCISE, "."],
        "imports": [tools / "lint-imports"],
        "migrations": [python, "manage.py", "makemigrations", "--check", "--dry-run"],
        "django": [python, "manage.py", "check"],
        "locks": locks.faults,
        "image": [tools / "hadolint", "--no-color", *IMAGE, "Dockerfile"],
    }


def _failed(checks):
    """Run as many at once as there are cores, and say of each what it said when it ends. Returns who failed."""
    failed = []
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        running = {pool.submit(_said, check): name for name, check in checks.items()}
        for ended in as_completed(running):
            passed, said = ended.result()
            say(f"--- {running[ended]}" + (f"\n{said.rstrip()}" if said.strip() else ""))
            failed += [] if passed else [running[ended]]
    return failed


def _said(check):
    """Run one check: whether it passed, and its words."""
    if callable(check):
        faults = check(ROOT)
        return not faults, "\n".join(faults)
    command = [str(part) for part in check]
    kept = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **DJANGO}, check=False, **kept)
    return done.returncode == 0, done.stdout
