"""Passwords and keys in the tree: what detect-secrets finds must be labelled as none in its baseline, by a person."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from ...install import environment
from ...install.shell import ROOT, run

BASELINE = ".ci/secrets.baseline"
PROGRAM = environment.VENV / "bin" / "detect-secrets"
# Asking the makers of keys whether a key is theirs would send it to them.
SCAN = [PROGRAM, "scan", "--no-verify", "--baseline"]
HELP = (
    "Take a real secret out and change it wherever it is used. Mark a line that only looks like one with "
    "`# pragma: allowlist secret`, or label it as none: python3 dev.py accept-secrets"
)


def faults(root):
    """Name what is found in tracked files and is not labelled as no secret; moved lines do not matter."""
    with tempfile.TemporaryDirectory() as folder:
        # The scan writes into its baseline what is new and where things stand now; the labels stay.
        copy = Path(shutil.copy(root / BASELINE, folder))
        subprocess.run([*SCAN, copy], cwd=root, check=True)
        results = json.loads(copy.read_text(encoding="utf-8"))["results"]
    unlabelled = [
        f"{file}:{place['line_number']}: {place['type']}"
        for file, places in sorted(results.items())
        for place in places
        if place.get("is_secret") is not False
    ]
    return [*unlabelled, HELP] if unlabelled else []


def accept():
    """Bring the baseline up to date and ask about each finding that nobody has labelled."""
    run([*SCAN, ROOT / BASELINE])
    return run([PROGRAM, "audit", ROOT / BASELINE])
