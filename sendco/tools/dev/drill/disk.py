"""A data folder on a file system that is really full: pages are read, forms say why and keep what was typed."""

import os
import sqlite3
import subprocess
import time
from contextlib import closing, contextmanager

from .report import CannotRun
from .site import copy_of, wait_until

MEGABYTES = 64
# Beat and the worker write to the queue each minute, and meet the full disk too.
HELD_FULL = 70
WHY = "The disk of this site is full"
NOTE = "Great-aunt who fetches the child on Thursdays"


@contextmanager
def small_disk(folder):
    """A file system of its own. Nothing of it is left on the machine's disk."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=700", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except OSError:
        done = None
    if done is None or done.returncode:
        raise CannotRun(
            "a small file system must be mounted, which needs Linux and root. Without root, in a namespace of one's "
            "own: unshare --user --map-root-user --mount python3 dev.py drill disk"
        )
    try:
        yield folder
    finally:
        # Lazily: a process that just ended may hold it a moment longer.
        subprocess.run(["umount", "-l", str(folder)], check=False)


class Filler:
    """Takes what is free, again and again: somebody else's log would."""

    def __init__(self, folder):
        self.path, self.database = folder / "somebody-elses.log", folder / "sendco.sqlite3"

    def fill(self):
        """Returns how many bytes were free. The database's log has no room left of its own, as after a long time."""
        with closing(sqlite3.connect(self.database, timeout=10)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        taken, block = 0, 1 << 20
        with self.path.open("ab", buffering=0) as file:
            while block >= 1:
                try:
                    wrote = os.write(file.fileno(), bytes(block))
                    taken += wrote
                except OSError:
                    block //= 16
        return taken

    def free(self):
        self.path.unlink()


def full(drill, seed, folder):
    with small_disk(folder / "data") as data:
        site = copy_of(seed, data)
        with site.running() as process:
            person, filler = site.sign_in(), Filler(data)
            before = site.ask("pupil")
            pages = ["/", "/register/", f"/pupils/{before['pk']}/"]
            for page in pages:
                person.get(page)
            wait_until(lambda: site.visitor().get("/readyz").status == 200, seconds=100)
            with drill.step(f"Fill the disk of {MEGABYTES} MB to its last byte") as notes:
                notes.append(f"{filler.fill() // 1024} KB were free")
            read(drill, site, person, filler, pages)
            write(drill, person, filler, before["pk"])
            hold(drill, site, person, filler, pages)
            with drill.step("Free the disk and send the same again") as notes:
                filler.free()
                left = site.ask("pupil")
                drill.expect(left == before, f"something half saved was left: {before} became {left}")
                again(drill, site, person, before, notes)
            with drill.step("Ready again") as notes:
                ready = wait_until(lambda: site.visitor().get("/readyz").status == 200, seconds=100)
                drill.expect(ready, f"/readyz still says {site.visitor().get('/readyz').text}")
            drill.expect(process.poll() is None, "the site ended")
        drill.expect(not site.broken_pages(), f"pages broke: {site.broken_pages()}")
        drill.expect("stopped by itself" not in site.log(), "a part of the site had to be started again")


def read(drill, site, person, filler, pages):
    with drill.step("Read with the disk full") as notes:
        for page in pages * 5:
            filler.fill()
            answer = person.get(page)
            drill.expect(answer.status == 200, f"{page} answered {answer.status}")
            drill.expect("/accounts/" not in answer.url, f"{page} sent somebody who is signed in to {answer.url}")
        notes.append(f"{', '.join(pages)}: 200, five times each")
        filler.fill()
        alive, ready = site.visitor().get("/healthz"), site.visitor().get("/readyz")
        drill.expect((alive.status, alive.text) == (200, "alive"), f"/healthz answered {alive.status} {alive.text}")
        said = ready.status == 503 and '"database": true' in ready.text and '"cache": false' in ready.text
        drill.expect(said, f"/readyz answered {ready.status} {ready.text}")
        notes += ["/healthz 200", f"/readyz {ready.status} {ready.text}"]


def write(drill, person, filler, pk):
    with drill.step("Write with the disk full") as notes:
        for _ in range(3):
            filler.fill()
            refused(drill, person.post(*contact(pk)), "a contact", words=NOTE)
            filler.fill()
            path, fields, files = document(pk)
            refused(drill, person.post(path, fields, files=files), "a document", words=fields["title"])
        notes.append("a contact and a document, three times each: 503, the reason and the typed text in the answer")


def refused(drill, answer, what, *, words):
    drill.expect(answer.status == 503, f"{what} was answered with {answer.status} at {answer.url}")
    drill.expect(WHY in answer.text, f"the answer to {what} does not say that the disk is full")
    drill.expect(words in answer.text, f"the answer to {what} does not hold what was typed")


def hold(drill, site, person, filler, pages):
    with drill.step("Stay full while scheduler and worker go on") as notes:
        end = time.monotonic() + HELD_FULL
        read_well = 0
        while time.monotonic() < end:
            filler.fill()
            for page in pages:
                answer = person.get(page)
                read_well += answer.status == 200
                drill.expect(answer.status == 200, f"{page} answered {answer.status}")
            time.sleep(3)
        notes.append(f"{read_well} pages read")


def again(drill, site, person, before, notes):
    pk = before["pk"]
    path, fields, files = document(pk)
    for answer in (person.post(*contact(pk)), person.post(path, fields, files=files)):
        drill.expect(
            answer.status == 200 and answer.url.endswith(f"/pupils/{pk}/"), f"answered {answer.status} at {answer.url}"
        )
    now = site.ask("pupil")
    wanted = {**before, "contacts": before["contacts"] + 1, "documents": before["documents"] + 1}
    drill.expect(now == wanted, f"expected {wanted}, found {now}")
    notes.append("one contact and one document more, and no bytes without a row")


def contact(pk):
    return f"/pupils/{pk}/contacts/add/", {"name": "Hannah Adeyemi", "relation": NOTE, "priority": "1"}


def document(pk):
    """Larger than the pages that a database file has to spare."""
    facts = {"title": "Report after the visit", "kind": "other", "dated_on": "01/09/2025", "author": ""}
    return f"/pupils/{pk}/documents/add/", facts, {"upload": ("report.txt", b"What was seen.\n" * 20_000)}
