"""What the closed child processes share: bytes in; a line of JSON and the bytes to keep out."""

import json
import sys
from collections.abc import Callable

from sendco.pdf.sandbox import close_the_doors, limit_this_process


class Unreadable(Exception):
    """The reason is one of: damaged, locked, large."""


def answer(read: Callable[[bytes, str], tuple[bytes, set[str]]]) -> None:
    """Run `read(content, word)`, where `word` is what the parent asked for; it returns (bytes, names of what acts)."""
    limit_this_process()
    close_the_doors()
    try:
        kept, active_names = read(sys.stdin.buffer.read(), sys.argv[3])
        head = {"found": sorted(active_names)}
    except Unreadable as unreadable:
        kept, head = b"", {"refused": str(unreadable)}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + kept)
