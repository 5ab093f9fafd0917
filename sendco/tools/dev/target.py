"""A demo site on a free local port with a data folder of its own, and what a signed-in person can reach of it."""

import json
import os
import re
import signal
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from pathlib import Path

from ...install import environment
from ...install.shell import ROOT, Problem, output
from .servers import free_port, wait_for_port

SETTINGS = {
    "SENDCO_DEBUG": "0",
    "SENDCO_DEMO": "1",
    "SENDCO_SECRET_KEY": "only-for-attacks-9876543210-abcdefghijklmnopqrstuvwxyz-ABC",  # pragma: allowlist secret
    "SENDCO_CLAMD_SOCKET": "",
    "SENDCO_EMAIL_URL": "",
}
# The site keeps its limits, which have tests of their own: here they would only hide the pages behind "wait a minute".
LIFT_LIMITS = """
import django, time
django.setup()
from django.db import connection
while True:
    time.sleep(2)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM limits_hit")
"""
# What a stranger may hold, and what a stranger asks for: addresses of open reviews, the pages behind them, and pages
# of the school. Two people of each kind, who have written nothing yet, each with a code that was mailed to them.
OUTSIDE = """
import django, json
django.setup()
from django.urls import reverse
from ehcp.models import AnnualReview, Consultation, ContributionFile, Invitee, NeedsAssessment, Plan
from ehcp.reviews.selectors.invitees import PURPOSE, why_not
from sendco.links import services as links
from sendco.links.models import Link

def secret_of(one):
    about = {"subject_id": one.pk, "school_id": one.review.school_id, "pupil_id": one.review.pupil_id}
    link, secret = links.make(purpose=PURPOSE, by=None, days=1, **about)
    code = links.make_code(link)
    Link.objects.filter(pk=link.pk).update(code_expires_at=link.expires_at)
    return reverse("link-open", args=[secret]), code

def at(route, *rows):
    return [reverse(f"ehcp:{route}", args=[row.pk]) for row in rows if row]

people = Invitee.objects.filter(contribution=None, user=None).exclude(review__meeting_on=None).order_by("-pk")
people = [one for one in people.select_related("review__pupil", "review__school", "contact") if not why_not(one)]
two = [[one for one in people if one.role == role][:2] for role in ("parent", "child", "health")]
plan, review, request, consultation, file = (
    model.objects.order_by("-pk").first()
    for model in (Plan, AnnualReview, NeedsAssessment, Consultation, ContributionFile)
)
print(json.dumps({
    "secrets": [secret_of(one) for pair in zip(*two) for one in pair],
    "answers": [reverse(f"ehcp:answer{part}") for part in ("", "-check", "-sent")]
    + [reverse("ehcp:answer-question", args=[number]) for number in (1, 2, 3, 99)],
    "inside": [reverse(f"ehcp:{kind}-list") for kind in ("plan", "review", "assessment", "consultation", "appeal")]
    + [reverse(f"ehcp:{kind}-new") for kind in ("plan", "review", "assessment", "consultation")]
    + at("plan-detail", plan) + at("plan-edit", plan) + at("review-detail", review) + at("review-meeting", review)
    + at("contribution-list", review) + at("review-pack-file", review) + at("contribution-detail", *people[:1])
    + at("my-view", *people[:1]) + at("contribution-file", file) + at("contribution-file-keep", file)
    + at("assessment-detail", request) + at("assessment-pack-file", request)
    + at("consultation-detail", consultation) + at("consultation-file", consultation),
}))
"""
# Pages that would end the session, change the password or take the attacker's own place at the school.
KEEP_OUT = re.compile(r"^/(accounts/|static/)|/leave/$|/switch/$|/revoke/$|^/school/people/")
LINK_HOLDER = "link holder"
PER_PAGE_KIND = 2
TOKEN_COOKIE = "csrf"  # noqa: S105 - its name


@dataclass
class Person:
    """Somebody with cookies. Whoever holds only a link is not signed in, but has the link in the session."""

    name: str
    cookies: dict
    starts: list = field(default_factory=lambda: ["/"])

    @property
    def cookie(self):
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    @property
    def headers(self):
        return {"Cookie": self.cookie, "X-CSRFToken": self.cookies.get(TOKEN_COOKIE, "")}


@dataclass
class Site:
    address: str
    log: Path
    accounts: dict
    password: str
    link: str
    database: str
    outside: dict = field(default_factory=dict)  # what OUTSIDE tells

    def failures(self):
        """Return how often each route answered with a server error, and the last line of each traceback."""
        found = Counter()
        for line in self.log.read_text(encoding="utf-8", errors="replace").splitlines():
            entry = _json_of(line)
            if entry.get("event") == "request" and int(entry.get("status") or 0) >= 500:
                found[f"{entry.get('route')} answered {entry['status']}"] += 1
            elif entry.get("event") == "failed":
                found[" ".join(str(entry[key]) for key in ("exception", "where") if entry.get(key))] += 1
        return found

    def requests(self):
        """Return how many requests there were by status and by whether somebody was signed in."""
        found = Counter()
        for line in self.log.read_text(encoding="utf-8", errors="replace").splitlines():
            entry = _json_of(line)
            if entry.get("event") == "request":
                found[entry["status"], "user" in entry] += 1
        return found


@contextmanager
def demo_site(servers_env=None):
    """Prepare, fill and start a demo site with worker and scheduler; everything is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="sendco-attack-") as folder:
        port, database = free_port(), "PostgreSQL" if servers_env else "SQLite"
        own = {"DATABASE_URL": "", "REDIS_URL": "", "CACHE_REDIS_URL": "", **SETTINGS, **(servers_env or {})}
        env = {**own, "SENDCO_DATA": folder, "SENDCO_SITE_URL": f"http://127.0.0.1:{port}"}
        environment.manage("prepare", "--verbosity", "0", env=env)
        environment.manage("demo", "--canary", env=env)
        accounts, password = _accounts(env)
        log = Path(folder) / "log"
        command = [environment.PYTHON, "manage.py", "run_all", "--port", port]
        with running(command, env, log) as site, running([environment.PYTHON, "-c", LIFT_LIMITS], env):
            wait_for_port(port, site, seconds=60)
            link, outside = _invitation(env), _outside(env)
            yield Site(f"http://127.0.0.1:{port}", log, accounts, password, link, database, outside)


def sign_in(site, role):
    """Sign in through the page, as a person would; the role is the first word of a post in the demo's accounts."""
    email = next((email for post, email in site.accounts.items() if post.startswith(role)), None)
    if email is None:
        raise Problem(f"The demo has no account for {role}.")
    browser = Browser(site)
    arrived = browser.post("/accounts/login/", {"login": email, "password": site.password})
    if "/accounts/" in arrived:
        raise Problem(f"{role} could not sign in: the site showed {arrived}.")
    return Person(role, browser.cookies())


def hold_link(site):
    """Follow an invitation's link as far as it goes without choosing a password, and one to the questions of a review.

    Each time another address of a review: whoever sends the answers has used it up.
    """
    browser = Browser(site)
    browser.post(site.link, {})
    secret, code = site.outside["secrets"].pop(0)
    arrived = browser.post(secret, {"code": code})
    if "/answer/" not in arrived:
        raise Problem(f"The link to a review did not open: the site showed {arrived}.")
    starts = [site.link, "/school/invitations/join/", "/accounts/login/", secret]
    return Person(LINK_HOLDER, browser.cookies(), [*starts, *site.outside["answers"], *site.outside["inside"]])


def let_in(site, person):
    """The pages of the school that this person may never see and that answered all the same."""
    return [path for path in site.outside["inside"] if not _is_refused(site, person, path)]


def _is_refused(site, person, path):
    request = urllib.request.Request(site.address + path, headers=person.headers)  # noqa: S310  # nosec B310  (our own site)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  # nosec B310  (our own site)
            return urllib.parse.urlsplit(answer.geturl()).path.startswith("/accounts/login/")
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code in (403, 404)


class Browser:
    def __init__(self, site):
        self.site, self.jar = site, CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def post(self, path, fields):
        """Post a form with the page's own token; returns the address where that led."""
        with self.opener.open(self.site.address + path, timeout=30) as page:
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.read().decode()).group(1)
        form = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
        with self.opener.open(self.site.address + path, form, timeout=30) as arrived:
            return arrived.geturl()

    def cookies(self):
        return {cookie.name: cookie.value for cookie in self.jar}


# --- The walk ---


@dataclass
class Form:
    action: str
    method: str
    fields: dict = field(default_factory=dict)  # name -> the values it offers


def walk(site, person, *, most=120):
    """Follow links and return (addresses, forms): a few pages of each kind, not every pupil's."""
    seen, kinds, forms = [], Counter(), {}
    waiting, keep_out = starts(person)
    while waiting and len(seen) < most:
        path = waiting.pop(0)
        page = _page(site, person, path)
        seen.append(path)
        for found in page.forms:
            action = _local(found.action or path, path)
            if action and not keep_out.search(action.split("?")[0]):
                forms.setdefault((found.method, kind(action), *found.fields), Form(action, found.method, found.fields))
        for link in page.links:
            target = _local(link, path)
            if target is None or keep_out.search(target.split("?")[0]) or target in seen or target in waiting:
                continue
            kinds[kind(target)] += 1
            if kinds[kind(target)] <= PER_PAGE_KIND:
                waiting.append(target)
    return seen, list(forms.values())


def starts(person):
    """Return where this person begins, and which addresses are left alone."""
    return list(person.starts), re.compile(r"^/static/") if person.name == LINK_HOLDER else KEEP_OUT


def kind(address):
    """The address with its numbers and values left out: pages of one kind are made by one view."""
    path, _, query = address.partition("?")
    names = sorted({name for name, _ in urllib.parse.parse_qsl(query, keep_blank_values=True)})
    return re.sub(r"/\d[\d-]*(?=/|$)", "/{number}", path) + ("?" + "&".join(names) if names else "")


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.forms, self._select = [], [], None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag == "form":
            self.forms.append(Form(given.get("action") or "", (given.get("method") or "get").lower(), {}))
        elif self.forms and given.get("name") and tag in {"input", "select", "textarea", "button"}:
            self.forms[-1].fields.setdefault(given["name"], [])
            self._select = given["name"] if tag == "select" else self._select
            if given.get("value"):
                self.forms[-1].fields[given["name"]].append(given["value"])
        elif tag == "option" and self._select and self.forms:
            self.forms[-1].fields[self._select].append(given.get("value") or "")

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = None


def _page(site, person, path):
    request = urllib.request.Request(site.address + path, headers=person.headers)  # noqa: S310  # nosec B310  (our own site)
    page = Page()
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  # nosec B310  (our own site)
            if answer.headers.get_content_type() == "text/html":
                page.feed(answer.read().decode("utf-8", errors="replace"))
    except urllib.error.HTTPError as refused:
        refused.close()
    return page


def _local(link, path):
    """Return the link as a path on this site, or None when it leads away or nowhere."""
    parts = urllib.parse.urlsplit(urllib.parse.urljoin(path, link))
    if parts.scheme or parts.netloc or not parts.path.startswith("/"):
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")


# --- The site ---


@contextmanager
def running(command, env, log=None, *, root=ROOT):
    """Run a program of the site in the checkout at `root` for as long as the block lasts."""
    with log.open("w") if log else tempfile.TemporaryFile("w") as out:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=root,
            env={**bare_environment(), "DJANGO_SETTINGS_MODULE": "sendco.settings", **env},
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            end(process)


def end(process, *, patience=40):
    """End a program started in a session of its own, and whatever it started, also when it will not listen."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=patience)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def bare_environment():
    return {name: value for name, value in os.environ.items() if not name.startswith("SENDCO_")}


def _accounts(env):
    return read_accounts(_shown(env, "demo", "--accounts"))


def read_accounts(shown):
    """Return ({post: e-mail}, password) from what `manage.py demo --accounts` printed."""
    rows = [re.split(r"\s{2,}", line) for line in shown.splitlines()]
    accounts = {}
    for row in rows:
        if len(row) == 3 and "@" in row[2]:
            accounts.setdefault(row[0], row[2])
    return accounts, shown.rsplit(": ", 1)[-1].strip()


def _invitation(env):
    """The path behind one unanswered invitation, for the attacks of somebody who holds only a link."""
    asked = {
        "name": "Attack Lane School",
        "short-name": "Attack Lane",
        "setting": "maintained_primary",
        "head-name": "Ida Hollin",
        "head-email": "ida@attacklane.example",
        "senco-name": "Per Wold",
        "senco-email": "per@attacklane.example",
    }
    words = [part for name, value in asked.items() for part in (f"--{name}", value)]
    shown = _shown(env, "create_school", *words)
    found = re.search(r"/school/invitations/[\w-]{43}/", shown)
    if not found:
        raise Problem("create_school printed no invitation link.")
    return found.group()


def _outside(env):
    told = _python(env, "-c", OUTSIDE)
    if not told:
        raise Problem("The demo told no links to the questions of its reviews.")
    return json.loads(told.splitlines()[-1])


def _shown(env, *words):
    return _python(env, "manage.py", *words)


def _python(env, *words):
    settings = {"DJANGO_SETTINGS_MODULE": "sendco.settings", **env}
    return output(["env", *(f"{name}={value}" for name, value in settings.items()), environment.PYTHON, *words])


def _json_of(line):
    """The part after `web    | `, when it is one of our own log lines."""
    start = line.find("{")
    try:
        entry = json.loads(line[start:]) if start >= 0 else {}
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}
