"""The virtual environment: made once, and installed into again only when a locked requirements file changed."""

import ctypes
import ctypes.util
import importlib.util
import os
import sys
from pathlib import Path

from .shell import ROOT, Problem, apt_command, apt_install, can_apt, digest, is_stamped, output, run, say, write_stamp

VENV = Path(os.environ.get("SENDCO_VENV") or ROOT / ".venv").absolute()
PYTHON = VENV / "bin" / "python"
# A later file holds every pin of the earlier ones, so installing it settles those too.
CONTAINS = {"base": ["base"], "dev": ["dev", "base"], "browser": ["browser", "dev", "base"]}
INSTALL = ["install", "-q", "--disable-pip-version-check", "--require-hashes", "--no-deps"]
PANGO = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-liberation2"]


def ensure(requirements):
    """Make the environment if need be and install `requirements`/NAME.txt into it if its hash changed."""
    _ensure_venv()
    wanted = {name: digest(ROOT / "requirements" / f"{name}.txt") for name in CONTAINS[requirements]}
    if is_stamped(_stamp(requirements), wanted[requirements]):
        return
    say(f"Installing requirements/{requirements}.txt (about half a minute the first time) ...")
    run([PYTHON, "-m", "pip", *INSTALL, "-r", f"requirements/{requirements}.txt"])
    for name, value in wanted.items():
        write_stamp(_stamp(name), value)


def ensure_apart(name):
    """Install `requirements`/NAME.txt into an environment of its own, .venv-NAME, and return its folder of programs.

    For programs of which the site imports nothing and whose pins would fight with the site's.
    """
    folder = VENV.with_name(f"{VENV.name}-{name}")
    if not (folder / "bin" / "python").exists():
        _ensure_venv()
        run([PYTHON, "-m", "venv", "--clear", folder])
    wanted = digest(ROOT / "requirements" / f"{name}.txt")
    stamp = folder / f".sendco-{name}"
    if not is_stamped(stamp, wanted):
        say(f"Installing requirements/{name}.txt into {folder.name}/ (about a minute the first time) ...")
        pip = [folder / "bin" / "python", "-m", "pip", *INSTALL]
        run([*pip, "-r", f"requirements/{name}.txt"])
        write_stamp(stamp, wanted)
    return folder / "bin"


def manage(*arguments, env=None, check=True):
    return run([PYTHON, "manage.py", *arguments], env=env, check=check)


def check_pango():
    """PDFs need Pango. Install it where that is ours to do; otherwise say how, and go on without."""
    if _has_pango():
        return
    if can_apt() and apt_install(PANGO) and _has_pango():
        return
    how = "brew install pango" if sys.platform == "darwin" else apt_command(PANGO)
    say(f"Pango is missing, so PDFs are switched off; everything else works. To switch them on: {how}")


def _stamp(name):
    return VENV / f".sendco-{name}"


def _ensure_venv():
    if PYTHON.exists() and output([PYTHON, "-c", "import pip; print(1)"]) == "1":
        return
    if importlib.util.find_spec("ensurepip") is None:
        packages = [f"python{sys.version_info.major}.{sys.version_info.minor}-venv"]
        if not (can_apt() and apt_install(packages)):
            raise Problem(
                "Python's venv module is not complete on this machine. Install it and run this again:\n"
                f"  {apt_command(packages)}"
            )
    say(f"Making the virtual environment in {VENV.name}/ ...")
    # The interpreter is started anew: this one looked for ensurepip before it was there.
    run([sys.executable, "-m", "venv", "--clear", VENV])


def _has_pango():
    for name in ("libpango-1.0.so.0", "libpango-1.0.dylib", "/opt/homebrew/lib/libpango-1.0.dylib"):
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return ctypes.util.find_library("pango-1.0") is not None
