"""Open an import file: the bytes are read by a closed child process, never by the site or the worker itself."""

import gzip
import io
import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from sendco.pdf.sandbox import ChildFailed, Limits, run_child
from staff.models import School

from ..reading.refusals import FileNotReadable, FileReason
from ..reading.transport import row_from_json

CHILD_LIMITS = Limits(memory_mb=1024, cpu_seconds=120, wall_seconds=180)
LONGEST_LINE = 8 * 1024 * 1024


def read(
    *,
    content: bytes,
    filename: str,
    mapping: dict[str, str] | None,
    remembered: dict[str, str],
    today: date,
    choices: dict[str, str],
) -> tuple[dict[str, Any], Iterable[Any]]:
    """Return (what the file is, an iterator of PupilRows). Without a settled mapping there are no rows.

    Raises FileNotReadable with words for the person who sent it.
    """
    asked = {"filename": filename, "mapping": mapping, "remembered": remembered, "choices": choices}
    asked["today"] = today.isoformat()
    try:
        answer = run_child(
            "pupils.imports.reading.child", json.dumps(asked).encode() + b"\n" + content, limits=CHILD_LIMITS
        )
    except ChildFailed:
        raise FileNotReadable(FileReason.TOO_MUCH_WORK) from None
    lines = gzip.GzipFile(fileobj=io.BytesIO(answer))
    head = json.loads(lines.readline(LONGEST_LINE))
    if "refused" in head:
        raise FileNotReadable.from_json(head["refused"])
    return head, (row_from_json(json.loads(line)) for line in iter(lambda: lines.readline(LONGEST_LINE), b""))


def check_school(head: dict[str, Any], school: School) -> None:
    """Refuse a transfer file that neither comes from this school nor goes to it. Unknown numbers refuse nothing."""
    ctf = head["ctf"]
    if not ctf or not school.dfe_number:
        return
    numbers = [number for number in (dest_number(ctf), source_number(ctf)) if number]
    if numbers and school.dfe_number not in numbers:
        dfe_numbers = " and ".join(dict.fromkeys(numbers))
        raise FileNotReadable(FileReason.FOR_ANOTHER_SCHOOL, found=dfe_numbers, ours=school.dfe_number)


def source_number(ctf: dict[str, str]) -> str:
    return _number(ctf["source_la"], ctf["source_estab"])


def dest_number(ctf: dict[str, str]) -> str:
    return _number(ctf["dest_la"], ctf["dest_estab"])


def _number(authority: str, establishment: str) -> str:
    """A DfE number, or "" where the file leaves it open (XXXXXXX for an unknown school)."""
    number = f"{authority}{establishment}".replace("/", "").replace(" ", "")
    return number if len(number) == 7 and number.isdecimal() else ""
