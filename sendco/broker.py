"""The queue of a local copy, in a folder: kombu's file transport, in which no file is ever seen half written.

kombu writes each message and each table of queues in place, so that a reader, a full disk or a killed process meets an
empty or cut file, and takes the first such file for the end of the worker (celery/kombu issue 1551). Here a file is
written beside its place and renamed into it, and one that cannot be read is passed over. What a lost message asked for
is sent again by the sweep of the jobs.
"""

import fcntl
import logging
import os
import time
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)
TEMPORARY = ".new"
# Another program may still be writing a file that is younger than this.
PATIENCE_SECONDS = 10
KEPT_SECONDS = 7 * 24 * 3600


class Channel(filesystem.Channel):
    def _put(self, queue, payload, **kwargs):
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(Path(self.data_folder_out, name), dumps(payload))

    def _get(self, queue):
        folder = Path(self.data_folder_in)
        for name in sorted(os.listdir(folder)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            file = folder / name
            try:
                payload = _message(file.read_bytes())
            except OSError:  # another worker has it
                continue
            except ValueError:
                _pass_over(file)
                continue
            # Whoever removes the file has the message: of several workers only one can.
            with suppress(OSError):
                file.unlink()
                return payload
        raise Empty

    def get_table(self, exchange):
        file = self._exchange_file(exchange)
        try:
            return [filesystem.exchange_queue_t(*row) for row in loads(file.read_bytes())]
        except FileNotFoundError:
            return []
        except (ValueError, TypeError):  # each worker writes its queues into it again when it starts
            logger.warning("A table of the queue's folder could not be read and counts as empty.")
            return []
        except OSError as error:
            raise ChannelError(f"Cannot open {file}") from error

    def _queue_bind(self, exchange, routing_key, pattern, queue):
        row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        self._change_table(exchange, lambda rows: rows if row in rows else [row, *rows])

    def _delete(self, queue, exchange, routing_key, pattern, *args, **kwargs):
        self._purge(queue)
        row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        self._change_table(exchange, lambda rows: [other for other in rows if other != row])

    def _change_table(self, exchange, change):
        file = self._exchange_file(exchange)
        self.control_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(file.with_name(f"{file.name}.lock")):
            before = self.get_table(exchange)
            after = change(before)
            if after != before or not file.exists():
                _write_whole(file, dumps(after))


class Transport(filesystem.Transport):
    Channel = Channel


def tidy(folder, *, now=None):
    """Remove what was passed over, and what a killed process left of a file, after a week. Returns how many."""
    before = (now or time.time()) - KEPT_SECONDS
    left = [*Path(folder).glob(f"*{TEMPORARY}"), *Path(folder, "unreadable").glob("*")]
    old = [file for file in left if file.stat().st_mtime < before]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def _message(text):
    payload = loads(text)
    properties = payload.get("properties") if isinstance(payload, dict) else None
    # Without its tag kombu cannot take it up, and the worker would end.
    if not isinstance(properties, dict) or "delivery_tag" not in properties:
        raise ValueError("not a message")
    return payload


def _write_whole(file, text):
    """Write the file so that it is there whole or not at all."""
    beside = file.with_name(f"{file.name}{TEMPORARY}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(file)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise ChannelError(f"Cannot write to the queue's folder: {error.strerror}") from error


def _pass_over(file):
    """Leave a file that may still be growing for the next look; put an older one out of the way."""
    with suppress(OSError):
        if time.time() - file.stat().st_mtime < PATIENCE_SECONDS:
            return
        aside = file.parent / "unreadable"
        aside.mkdir(mode=0o700, exist_ok=True)
        file.replace(aside / file.name)
        logger.warning("A message in the queue's folder could not be read and was set aside.")


@contextmanager
def _locked(path):
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
