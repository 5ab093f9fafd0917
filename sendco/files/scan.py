"""An optional virus scanner: clamd, over its socket."""

import socket
import struct
from collections.abc import Iterable

from django.conf import settings

TIMEOUT = 30


class ScannerUnavailable(Exception):
    """No answer that can be trusted; the file stays unscanned."""


def is_configured() -> bool:
    return bool(settings.CLAMD_SOCKET)


def is_infected(chunks: Iterable[bytes]) -> bool:
    """Send the bytes to clamd and return its verdict."""
    try:
        with _connect() as scanner:
            scanner.sendall(b"zINSTREAM\0")
            for chunk in chunks:
                scanner.sendall(struct.pack("!L", len(chunk)) + chunk)
            scanner.sendall(struct.pack("!L", 0))
            reply = _reply(scanner)
    except OSError as error:
        raise ScannerUnavailable(type(error).__name__) from error
    if reply == "stream: OK":
        return False
    if reply.endswith(" FOUND"):
        return True
    raise ScannerUnavailable("unknown answer")


def _connect() -> socket.socket:
    """`CLAMD_SOCKET` is a path, or host:port."""
    where = settings.CLAMD_SOCKET
    if not where.startswith("/"):
        host, _, port = where.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=TIMEOUT)
    scanner = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    scanner.settimeout(TIMEOUT)
    try:
        scanner.connect(where)
    except OSError:
        scanner.close()
        raise
    return scanner


def _reply(scanner: socket.socket) -> str:
    reply = b""
    while not reply.endswith(b"\0") and len(reply) < 4096:
        part = scanner.recv(4096)
        if not part:
            break
        reply += part
    return reply.rstrip(b"\0").decode("ascii", "replace")
