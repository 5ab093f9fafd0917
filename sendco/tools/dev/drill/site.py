"""A demo site that can be stopped, destroyed and started again, and a visitor who reads the whole answer."""

import json
import re
import secrets
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path

from ....install import environment
from ....install.shell import ROOT, Problem
from .. import servers, target

KEY = "secret_key"
HIDDEN_FIELD = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')


class DrillSite:
    """One site: its data folder, its environment, and a log outside the data folder, which a drill may fill."""

    def __init__(self, data, **env):
        self.data, self.logs = Path(data), []
        self.folder = self.data.parent
        self.port = servers.free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        own = {"DATABASE_URL": "", "REDIS_URL": "", "CACHE_REDIS_URL": "", **target.SETTINGS}
        del own["SENDCO_SECRET_KEY"]
        paths = {"SENDCO_DATA": str(self.data), "SENDCO_SECRET_KEY_FILE": str(self.data / KEY)}
        self.env = {**own, **paths, "SENDCO_SITE_URL": self.address, **env}
        self._accounts = None

    # --- Its commands ---
    def manage(self, *words, env=None):
        """Run a command of the site; returns (exit code, what it printed)."""
        return self.run([environment.PYTHON, "manage.py", *words], env=env)

    def need(self, *words, env=None):
        """Run a command that must succeed; returns what it printed."""
        code, printed = self.manage(*words, env=env)
        if code:
            raise Problem(f"manage.py {words[0]} ended with {code}: {printed[-1500:]}")
        return printed

    def ask(self, word, *values):
        """Have something told or done by the site's own code (inside.py)."""
        code, printed = self.run(inside(word, *values))
        if code:
            raise Problem(f"Asking for {word} ended with {code}: {printed[-1500:]}")
        return json.loads(printed.splitlines()[-1])

    def run(self, command, *, env=None, stdin=None):
        done = subprocess.run(
            [str(part) for part in command],
            cwd=ROOT,
            env={**target.bare_environment(), "DJANGO_SETTINGS_MODULE": "sendco.settings", **self.env, **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=stdin or subprocess.DEVNULL,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    @contextmanager
    def beside(self, word, *values):
        """Have something done by the site's own code while the block runs; yields the process."""
        log = self.folder / f"{word}.log"
        with target.running(inside(word, *values), self.env, log) as process:
            yield process

    # --- Running it ---
    @contextmanager
    def running(self):
        """Web, worker and scheduler as one, as a local copy runs them; yields the process above the three."""
        self.logs.append(self.folder / f"site{len(self.logs)}.log")
        command = [environment.PYTHON, "manage.py", "run_all", "--port", self.port]
        with target.running(command, self.env, self.logs[-1]) as process:
            servers.wait_for_port(self.port, process, seconds=60)
            yield process

    def log(self):
        return "".join(path.read_text(encoding="utf-8", errors="replace") for path in self.logs)

    def broken_pages(self):
        """How often each route broke. That nothing can be stored (503) is said, and no break."""
        found = target.Counter()
        for path in self.logs:
            found += target.Site("", path, {}, "", "", "").failures()
        return [f"{what} ({times} times)" for what, times in found.items() if not what.endswith("answered 503")]

    def visitor(self):
        return Visitor(self.address)

    def sign_in(self, role="SENDCo, three"):
        """A visitor who has signed in through the page; a Problem when the page did not let them in."""
        if self._accounts is None:
            self._accounts = target.read_accounts(self.need("demo", "--accounts"))
        accounts, password = self._accounts
        email = next(email for post, email in accounts.items() if post.startswith(role))
        visitor = self.visitor()
        arrived = visitor.post("/accounts/login/", {"login": email, "password": password})
        if arrived.status != 200 or "/accounts/" in arrived.url:
            raise Problem(f"{role} could not sign in: {arrived.status} at {arrived.url}.")
        return visitor


def inside(word, *values):
    return [environment.PYTHON, "-m", "sendco.tools.dev.drill.inside", word, *map(str, values)]


def seed(data):
    """The site that every drill begins with: two demo schools, some stored files, and a key of its own."""
    data.mkdir(mode=0o700)
    write_key(data)
    site = DrillSite(data)
    site.need("prepare", "--verbosity", "0")
    site.need("demo")
    site.ask("store-files")


def write_key(data):
    path = data / KEY
    path.touch(mode=0o600)
    path.write_text(secrets.token_urlsafe(50), encoding="utf-8")


def copy_of(seed_folder, data, **env):
    shutil.copytree(seed_folder, data, dirs_exist_ok=True)
    data.chmod(0o700)
    return DrillSite(data, **env)


def wait_until(true, *, seconds, every=0.5):
    """Whether it became true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(every)
    return False


@dataclass
class Answer:
    status: int
    text: str
    url: str


class Visitor:
    """A browser without a page: cookies, redirects, and answers also where they are refusals."""

    def __init__(self, address):
        self.address = address
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path):
        return self._answer(self.address + path)

    def post(self, path, fields, *, files=None):
        """Post a form with what its page hides in it."""
        page = self.get(path)
        hidden = {name: value for name, value in HIDDEN_FIELD.findall(page.text)}
        if "csrfmiddlewaretoken" not in hidden:
            return page
        body, kind = encoded({**hidden, **fields}, files or {})
        return self._answer(self.address + path, body, {"Content-Type": kind, "Referer": self.address + path})

    def _answer(self, url, body=None, headers=None):
        request = urllib.request.Request(url, body, headers or {})  # noqa: S310  # nosec B310  (our own site)
        try:
            with self.opener.open(request, timeout=60) as answer:
                return Answer(answer.status, answer.read().decode("utf-8", "replace"), answer.geturl())
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, refused.read().decode("utf-8", "replace"), refused.geturl())
        except OSError as error:
            return Answer(0, str(error), url)


def encoded(fields, files):
    """The body of a form and its type; files as {name: (file name, bytes)}."""
    if not files:
        return urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded"
    mark, parts = uuid.uuid4().hex, []
    for name, value in fields.items():
        parts.append(f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for name, (filename, content) in files.items():
        about = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"'
        parts.append(f"--{mark}\r\n{about}\r\nContent-Type: application/octet-stream\r\n\r\n".encode())
        parts.append(content + b"\r\n")
    return b"".join([*parts, f"--{mark}--\r\n".encode()]), f"multipart/form-data; boundary={mark}"
