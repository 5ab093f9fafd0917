"""What the last whole run of the suite took, for `dev.py figures`."""

import json
import os
from pathlib import Path

from ...install.shell import ROOT

NAME = "suite.json"


def keep(seconds, *, whole):
    """Write the time into the data folder; a run of chosen tests says nothing about the suite."""
    if whole:
        data = Path(os.environ.get("SENDCO_DATA") or ROOT / "var")
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        (data / NAME).write_text(json.dumps({"seconds": round(seconds, 1)}), encoding="utf-8")


def seconds(root=ROOT):
    """Return the time of all legs from the first to the last, or None when no whole run was kept."""
    data = Path((os.environ.get("SENDCO_DATA") if root == ROOT else None) or root / "var")
    if not (data / NAME).is_file():
        return None
    return json.loads((data / NAME).read_text(encoding="utf-8"))["seconds"]
