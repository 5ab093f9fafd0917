import io
import sys
from types import SimpleNamespace
from unittest import mock

import pytest

from pupils.imports.reading import child
from pupils.imports.selectors import opening


def read_here(module, payload, *, limits):
    """Read a file as the closed process does, without its walls, which other tests try: it starts too slowly."""
    out = io.BytesIO()
    with (
        mock.patch.multiple(child, limit_this_process=mock.DEFAULT, close_the_doors=mock.DEFAULT),
        mock.patch.object(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(payload))),
        mock.patch.object(sys, "stdout", SimpleNamespace(buffer=out)),
    ):
        child.main()
    return out.getvalue()


@pytest.fixture(autouse=True)
def _most_are_read_here(request, monkeypatch):
    """Hundreds of files are read: those marked `closed_process`, and all tests of reading itself, start the process."""
    if request.node.get_closest_marker("closed_process") or "reading" in request.node.path.parts:
        return
    monkeypatch.setattr(opening, "run_child", read_here)
