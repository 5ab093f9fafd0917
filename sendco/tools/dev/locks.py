"""The lock files: hashes for everything, no registry's address anywhere, nothing asked for and left unlocked."""

import re

from ...install import environment
from ...install.shell import run, say

FILES = ("base", "dev", "browser", "assets", "attack")
NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)")
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;]+)[^\n]*\\\n\s+--hash=sha256:", re.MULTILINE)
EXACT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;#]+)")
ADDRESS = re.compile(r"https?://")


def lock():
    """Compile every requirements/*.in anew, and the npm lock file."""
    environment.ensure("dev")
    for name in FILES:
        say(f"Locking requirements/{name}.txt ...")
        compiler = [environment.VENV / "bin" / "uv", "pip", "compile", "--quiet", "--generate-hashes", "--universal"]
        paths = [f"requirements/{name}.in", "-o", f"requirements/{name}.txt"]
        run([*compiler, "--python-version", "3.11", "--no-header", *paths])
    run(["npm", "install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"], quiet=True)
    return 0


def faults(root):
    """Return what is wrong with the lock files under `root`, in words; an empty list when all is well."""
    found = []
    for source in sorted((root / "requirements").glob("*.in")):
        found += _unlocked(source, source.with_suffix(".txt"))
    for path in sorted((root / "requirements").glob("*")):
        if ADDRESS.search(path.read_text(encoding="utf-8")):
            found.append(f"requirements/{path.name} records an address. Lock again without index options.")
    package_lock = root / "package-lock.json"
    if package_lock.is_file() and '"resolved"' in package_lock.read_text(encoding="utf-8"):
        found.append("package-lock.json records addresses. Set omit-lockfile-registry-resolved=true in .npmrc.")
    for name in ("uv.lock", "pylock.toml"):
        if (root / name).exists():
            found.append(f"{name} records registry addresses. Remove it; requirements/*.txt are the lock files.")
    return found


def _unlocked(source, locked):
    if not locked.is_file():
        return [f"requirements/{locked.name} is missing. Run: python3 dev.py lock"]
    pins = {_normal(name): version for name, version in PINNED.findall(locked.read_text(encoding="utf-8"))}
    found = []
    for line in source.read_text(encoding="utf-8").splitlines():
        asked = NAME.match(line)
        if not asked:
            continue
        name = _normal(asked.group(1))
        exact = EXACT.match(line)
        if name not in pins:
            found.append(f"{source.name} asks for {asked.group(1)}, which {locked.name} does not lock with hashes.")
        elif exact and exact.group(2) != pins[name]:
            found.append(f"{locked.name} locks {name} {pins[name]}, but {source.name} asks for {exact.group(2)}.")
    return found


def _normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()
