"""Back up as docs/deployment.md says, go on working, lose everything, restore as it says, and look what came back."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

from ....install.shell import Problem
from .. import servers
from .report import CannotRun
from .site import KEY, copy_of

AS_THE_GUIDE_SAYS = ("--clean", "--if-exists", "--no-owner", "--no-privileges")
APP_ROLE = "sendco_app:only-for-drills"  # pragma: allowlist secret


def local_copy(drill, seed, folder):
    """SQLite: the database file is put in its place."""
    site = copy_of(seed, folder / "data")

    def put_back():
        shutil.copyfile(folder / "backup" / "sendco.dump", site.data / "sendco.sqlite3")
        for ending in ("-wal", "-shm"):
            Path(f"{site.data / 'sendco.sqlite3'}{ending}").unlink(missing_ok=True)

    rehearse(drill, site, put_back, owner={}, empty=lambda: None)


def on_servers(drill, seed, folder):
    """PostgreSQL with two roles, and Redis: pg_restore into the database as it is, and into a new one."""
    if not (servers.find_postgresql() and servers.find_redis() and shutil.which("redis-cli")):
        raise CannotRun("this needs PostgreSQL and Redis: apt-get install postgresql redis-server")
    binaries = servers.find_postgresql()
    with servers.private_servers() as env:
        parts = urlsplit(env["DATABASE_URL"])
        app_url = parts._replace(netloc=f"{APP_ROLE}@127.0.0.1:{parts.port}").geturl()
        server = {"PGHOST": "127.0.0.1", "PGPORT": str(parts.port), "PGUSER": parts.username}
        path = {"PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
        site = copy_of(seed, folder / "data", **{**env, **path, "DATABASE_URL": app_url})
        for name in site.data.glob("sendco.sqlite3*"):
            name.unlink()
        shutil.rmtree(site.data / "files")
        owner = {"DATABASE_URL": env["DATABASE_URL"], "SENDCO_APP_DATABASE_URL": app_url}
        site.need("prepare", "--verbosity", "0", env=owner)
        site.need("demo", env={"DATABASE_URL": env["DATABASE_URL"]})
        site.ask("store-files")

        def pg(*command):
            run(command, {**server, **path})

        def put_back():
            dump = folder / "backup" / "sendco.dump"
            pg("pg_restore", "--dbname=sendco", *AS_THE_GUIDE_SAYS, dump)
            run(["redis-cli", "-u", env["REDIS_URL"], "flushall"], {})

        def empty():
            """A new machine: the role is made anew by `prepare`, which knows it."""
            pg("dropdb", "--force", "sendco")
            pg("dropuser", "sendco_app")
            pg("createdb", "--encoding", "UTF8", "--locale", "C.UTF-8", "--template", "template0", "sendco")

        rehearse(drill, site, put_back, owner=owner, empty=empty)


def run(command, env):
    done = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Problem(f"{command[0]} ended with {done.returncode}: {done.stdout[-1500:]}")


def rehearse(drill, site, put_back, *, owner, empty):
    """The whole rehearsal. `put_back` restores the database as the guide says, `empty` makes that of a new machine."""
    backup = site.folder / "backup"
    backup.mkdir(mode=0o700)
    site.ask("seal")
    with site.running():
        with drill.step("The site runs; somebody is signed in and others hold ways in") as notes:
            person = site.sign_in()
            ways = site.ask("ways-in")
            opened = opening(site, person, ways)
            drill.expect(all(opened.values()), f"before the backup these did not open: {closed(opened)}")
            notes.append(f"{', '.join(opened)} open")
        before, head = back_up(drill, site, backup)
        with drill.step("Go on working: ways in are closed, files are added, a document is taken out"):
            site.ask("change")
            opened = opening(site, person, ways)
            drill.expect(not any(opened[way] for way in ("link", "feed", "invitation")), "a closed way still opens")
            drill.expect(site.ask("facts")["rows"] != before["rows"], "nothing changed")
    restored = time.monotonic()
    restore(drill, site, backup, put_back, owner, before, head)
    with drill.step("Start the site again") as notes, site.running():
        opened = opening(site, person, ways)
        drill.expect(not any(opened.values()), f"after the restore these still open: {opening_words(opened)}")
        notes.append(f"{len(opened)} old ways in are dead")
        again = site.sign_in()
        drill.expect(again.get("/register/").status == 200, "the register does not open after signing in again")
        notes.append("sign-in works")
    with drill.step("From the loss to the first sign-in") as notes:
        notes.append(f"{time.monotonic() - restored:.0f} s")
    drill.expect(not site.broken_pages(), f"pages broke: {site.broken_pages()}")
    if owner:
        with drill.step("Once more into a new, empty database") as notes:
            destroy(site)
            empty()
            fill(site, backup, put_back)
            site.need("prepare", "--verbosity", "0", env=owner)
            compare(drill, before, site.ask("facts"), notes)


def back_up(drill, site, backup):
    """The database first and the files second; returns what was there, and the head of the audit record."""
    first = site.ask("facts")
    with drill.step("Back up: backup_database, then tar of the files") as notes:
        printed = site.need("backup_database", backup / "sendco.dump")
        run(["tar", "-C", site.data, "-cf", backup / "files.tar", "files"], {})
        shutil.copyfile(site.data / KEY, backup / KEY)
        notes += [f"{(backup / name).stat().st_size // 1024} KB of {name}" for name in ("sendco.dump", "files.tar")]
    head = (re.findall(r"\b[0-9a-f]{64}\b", printed) or [""])[0]
    drill.expect(head, "backup_database told no head of the audit record")
    second = site.ask("facts")
    # What the running site itself wrote meanwhile cannot be compared.
    first["rows"] = {table: rows for table, rows in first["rows"].items() if second["rows"][table] == rows}
    return first, head


def destroy(site):
    for path in site.data.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def fill(site, backup, put_back):
    shutil.copyfile(backup / KEY, site.data / KEY)
    (site.data / KEY).chmod(0o600)
    put_back()
    run(["tar", "-C", site.data, "-xf", backup / "files.tar"], {})


def restore(drill, site, backup, put_back, owner, before, head):
    with drill.step("Destroy the data folder; then the database and the files from the backup, the key from its place"):
        destroy(site)
        fill(site, backup, put_back)
    with drill.step("prepare") as notes:
        site.need("prepare", "--verbosity", "0", env=owner)
        compare(drill, before, site.ask("facts"), notes)
    for words in (["check_audit", "--head", head], ["check_deadlines"], ["check_tenancy"]):
        with drill.step(words[0]) as notes:
            code, printed = site.manage(*words)
            lines = printed.strip().splitlines() or [""]
            last = lines[-1]
            drill.expect(code == 0, f"{words[0]} says: {' '.join(lines[-5:])}")
            notes.append(last.partition(" Head:")[0])
    with drill.step("end_all_access --yes") as notes:
        printed = site.need("end_all_access", "--yes")
        counted = [line.split(maxsplit=1) for line in printed.splitlines() if " " in line.strip()]
        ended = {name: int(number) for number, name in counted if number.isdigit()}
        for name in ("links of outsiders", "calendar feeds", "invitations", "sessions"):
            drill.expect(ended.get(name), f"the backup brought back no {name}, so their end proves nothing")
        notes += [f"{number} {name}" for name, number in ended.items()]


def compare(drill, before, after, notes):
    """Rows of every table, the files by SHA-256, and the sealed addresses in clear: as they were."""
    now = after["rows"]
    differing = {table: (rows, now.get(table)) for table, rows in before["rows"].items() if now.get(table) != rows}
    drill.expect(not differing, f"rows differ (backup, now): {differing}")
    drill.expect(after["files"] == before["files"] and not after["lost"], "stored files differ from the backup")
    drill.expect(before["hidden"][0] and after["hidden"] == before["hidden"], "hidden addresses cannot be read")
    rows = sum(before["rows"].values())
    notes += [f"{rows} rows of {len(before['rows'])} tables", f"{len(before['files'])} files by SHA-256"]
    notes.append(f"{before['hidden'][0]} hidden addresses, as in the backup")


def opening(site, person, ways):
    """Which ways in open now."""
    stranger = site.visitor()
    opened = {name: stranger.get(ways[name]).status == 200 for name in ("link", "feed", "invitation")}
    opened["password reset"] = "set-password" in site.visitor().get(ways["reset"]).url
    answer = person.get("/")
    opened["session"] = answer.status == 200 and "/accounts/" not in answer.url
    return opened


def closed(opened):
    return ", ".join(name for name, open_now in opened.items() if not open_now)


def opening_words(opened):
    return ", ".join(name for name, open_now in opened.items() if open_now)
