"""The queue of a local copy: nothing half written is seen, and nothing half written stops a worker."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection
from kombu.exceptions import ChannelError

from sendco import broker
from sendco.celery import app

ROOT = Path(__file__).resolve().parents[2]
HALF = ["", '{"body": "W10', "null", "[1]", '{"body": 1}', '{"body": 1, "properties": {}}', '{"properties": 1}']


@pytest.fixture
def queue(tmp_path):
    (tmp_path / "queue").mkdir()
    return tmp_path / "queue"


@pytest.fixture
def channel(queue):
    options = {
        "data_folder_in": str(queue),
        "data_folder_out": str(queue),
        "control_folder": str(queue.parent / "control"),
    }
    with Connection("folder://", transport_options=options) as connection:
        yield connection.default_channel


def message(number):
    return {"body": number, "properties": {"delivery_tag": f"tag{number}"}, "headers": {}}


def put_half(queue, text, *, old):
    file = queue / "0_half.celery.msg"
    file.write_text(text, encoding="utf-8")
    age = broker.PATIENCE_SECONDS + 1 if old else 0
    os.utime(file, (time.time() - age, time.time() - age))
    return file


def test_local_copy_uses_this_queue():
    assert isinstance(app.connection(hostname="folder://").transport, broker.Transport)


@pytest.mark.parametrize("text", HALF)
def test_unreadable_message_is_set_aside_and_the_next_one_is_read(text, queue, channel):
    file = put_half(queue, text, old=True)
    channel._put("celery", message(2))

    assert channel._get("celery")["body"] == 2
    assert not file.exists()
    assert (queue / "unreadable" / file.name).exists()


def test_message_that_is_still_written_is_read_when_it_is_whole(queue, channel):
    file = put_half(queue, '{"body": 1, "prop', old=False)
    channel._put("celery", message(2))

    assert channel._get("celery")["body"] == 2
    file.write_text('{"body": 1, "properties": {"delivery_tag": "tag"}}', encoding="utf-8")

    assert channel._get("celery")["body"] == 1
    with pytest.raises(Empty):
        channel._get("celery")


def test_no_message_is_seen_before_it_is_whole(queue, channel):
    seen, stop = [], threading.Event()

    def look():
        while not stop.is_set():
            seen.extend(file.stat().st_size for file in queue.glob("*.msg"))

    thread = threading.Thread(target=look)
    thread.start()
    for number in range(300):
        channel._put("celery", message(number))
    stop.set()
    thread.join()

    assert seen
    assert min(seen) > 20


def test_each_message_is_had_once_by_one_of_several_readers(queue, channel):
    for number in range(200):
        channel._put("celery", message(number))
    had = []

    def read():
        while True:
            try:
                had.append(channel._get("celery")["body"])
            except Empty:
                return

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(had) == list(range(200))
    assert not list(queue.iterdir())


@pytest.mark.parametrize("text", ["", '[["", "", "cel', "3"])
def test_unreadable_table_is_written_again(text, queue, channel):
    channel._queue_bind("celery", "celery", "", "celery")
    file = channel._exchange_file("celery")
    file.write_text(text, encoding="utf-8")

    assert channel.get_table("celery") == []
    channel._queue_bind("celery", "celery", "", "celery")

    assert [row.queue for row in channel.get_table("celery")] == ["celery"]


def test_queues_bound_at_once_are_all_in_the_table(channel):
    def bind(number):
        channel._queue_bind("fan", "", "", f"queue{number}")

    threads = [threading.Thread(target=bind, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    channel._delete("queue3", "fan", "", "")

    assert {row.queue for row in channel.get_table("fan")} == {f"queue{n}" for n in range(20) if n != 3}


def test_full_disk_is_said_and_leaves_nothing(queue, channel, monkeypatch):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)

    with pytest.raises(ChannelError, match="No space left"):
        channel._put("celery", message(1))
    assert not list(queue.iterdir())


def test_what_was_set_aside_goes_after_a_week(queue, channel):
    put_half(queue, "", old=True)
    with pytest.raises(Empty):
        channel._get("celery")

    assert broker.tidy(queue) == 0
    assert broker.tidy(queue, now=time.time() + broker.KEPT_SECONDS + 60) == 1


def test_worker_outlives_an_empty_message_and_an_empty_table(tmp_path):
    queue, control = tmp_path / "broker" / "queue", tmp_path / "broker" / "control"
    for folder in (queue, control):
        folder.mkdir(parents=True)
    (control / "celery.exchange").touch()
    file = put_half(queue, "", old=True)
    chosen = {"SENDCO_DATA": str(tmp_path), "SENDCO_DEBUG": "1", "REDIS_URL": ""}
    command = [sys.executable, "-m", "celery", "-A", "sendco.celery", "--quiet", "worker", "--pool", "solo"]
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    worker = subprocess.Popen([*command, *alone], cwd=ROOT, env={**os.environ, **chosen}, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 40
        while file.exists() and worker.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)  # a worker that cannot go on ends within its next look

        assert not file.exists()
        assert worker.poll() is None
    finally:
        worker.kill()
        worker.communicate()
