"""Unpack what a ZIP archive holds piece by piece, and stop when it becomes too much. Standard library only."""

import zipfile
from collections.abc import Iterator

CHUNK = 64 * 1024
# A small part of blank cells squeezes well (an empty sheet may reach 200:1) and harms nobody.
RATIO_COUNTS_FROM = 1024 * 1024


class UnpacksTooFar(Exception):
    """The archive would fill more memory than its file lets expect."""


def pieces_of(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, room: int, most_ratio: int) -> Iterator[bytes]:
    """Yield what one entry unpacks to. Raises UnpacksTooFar beyond `room` bytes, or `most_ratio` times its packed size.

    What really comes out is counted: the sizes that the archive claims may be false.
    """
    size = 0
    with archive.open(entry) as stream:
        while piece := stream.read(CHUNK):
            size += len(piece)
            if size > room or (size > RATIO_COUNTS_FROM and size > most_ratio * max(entry.compress_size, 1)):
                raise UnpacksTooFar
            yield piece
