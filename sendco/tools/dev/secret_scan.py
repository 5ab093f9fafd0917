"""Passwords and keys in the tree: what detect-secrets sees must be in accepted_secrets.json, looked at by a person."""

import json
import subprocess

from ...install import environment
from ...install.shell import ROOT

BASELINE = "sendco/tools/dev/accepted_secrets.json"
# Hashes of packages, built files and pictures look like keys and are none.
LEFT_OUT = r"^(requirements/.*\.txt|package-lock\.json|static/|docs/images/|sendco/tools/dev/accepted_secrets\.json)"
HELP = (
    "Take a real secret out and change it wherever it is used. Mark a line that only looks like one with "
    "`# pragma: allowlist secret`, or accept it: python3 dev.py accept-secrets"
)


def faults(root):
    """Name what is found in tracked files beyond the baseline; moved lines do not matter."""
    known = json.loads((root / BASELINE).read_text(encoding="utf-8"))
    new = [
        f"{file}:{place['line_number']}: {place['type']}"
        for file, places in sorted(scan().items())
        for place in places
        if _kept(place) not in known.get(file, [])
    ]
    return [*new, HELP] if new else []


def accept():
    """Write the baseline anew: file, kind and a hash of what was found, never the text."""
    known = {file: sorted({_kept(place) for place in places}) for file, places in sorted(scan().items()) if places}
    (ROOT / BASELINE).write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    return 0


def scan():
    program = environment.VENV / "bin" / "detect-secrets"
    done = subprocess.run(
        [str(program), "scan", "--exclude-files", LEFT_OUT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    results = json.loads(done.stdout)["results"]
    return {file: [place for place in places if not _is_test_password(file, place)] for file, places in results.items()}


def _is_test_password(file, place):
    """Tests type passwords on every other page. Keys, tokens and random text are looked for there as everywhere."""
    return file.startswith("tests/") and place["type"] == "Secret Keyword"


def _kept(place):
    return f"{place['type']} {place['hashed_secret']}"
