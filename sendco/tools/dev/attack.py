"""Attack a demo site of our own with wapiti, schemathesis and sqlmap: this machine only, and bounded in time."""

import csv
import json
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from ...install import assets, environment
from ...install.shell import ROOT, Problem, say
from . import servers, target

REPORTS = ROOT / "var" / "attack"
TOOLS = ("wapiti", "schemathesis", "sqlmap")
# One role sees every filter; each parameter takes sqlmap about 150 requests.
SQLMAP_ROLES = ("SENDCo",)
SQLMAP_TIMES = 6
ROLES = ("SENDCo", "Teacher", target.LINK_HOLDER)
# Without the modules that call a server of wapiti's own or fetch lists, those for other products, and the timed SQL
# attack, which is sqlmap's work here.
MODULES = (
    "backup", "cookieflags", "crlf", "csp", "csrf", "exec", "file", "htaccess", "http_headers", "ldap", "methods",
    "permanentxss", "redirect", "shellshock", "sql", "upload", "xss",
)  # fmt: skip
LEFT_ALONE = ("/accounts/*", "/static/*", "/school/people/*", "/*/leave/", "/*/switch/", "/*/revoke/")
NOWHERE = "http://127.0.0.1:9/"
# A copy on plain http at localhost has neither; tests/test_headers.py and `check --deploy` hold a real site to both.
ONLY_WITH_TLS = re.compile(r"Strict[- ]Transport|Secure flag|secure flag|HTTPS", re.IGNORECASE)


@dataclass
class Outcome:
    tool: str
    role: str
    seconds: float
    tried: str
    findings: list = field(default_factory=list)

    def line(self):
        words = f"{len(self.findings)} findings" if self.findings else "nothing found"
        return f"  {self.tool:<13} {self.role:<11} {self.seconds:6.0f} s  {words}; {self.tried}"


def attack(*, seconds, postgresql, tools=TOOLS):
    """Run the tools as every role for about `seconds` each, sqlmap for longer; returns 1 when anything was found."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends this ends the site with it
    environment.ensure("base")
    assets.build()
    programs = environment.ensure_apart("attack")
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    outcomes = []
    with _servers(postgresql) as addresses, target.demo_site(addresses) as site:
        for role in ROLES:
            person = _person(site, role)
            pages, forms = target.walk(site, person)
            say(f"\n=== {role}: {len(pages)} pages, {len(forms)} forms ===")
            if role == target.LINK_HOLDER:
                outcomes.append(_doors(site, person))
                say(outcomes[-1].line())
            for tool in tools:
                if tool == "sqlmap" and role not in SQLMAP_ROLES:
                    continue
                outcomes.append(_outcome(tool, programs, site, role, pages, forms, seconds))
                say(outcomes[-1].line())
        failures, answered = site.failures(), site.requests()
        shutil.copyfile(site.log, REPORTS / "site.log")
    return report(outcomes, failures, answered)


def _person(site, role):
    return target.hold_link(site) if role == target.LINK_HOLDER else target.sign_in(site, role)


def _doors(site, person):
    """Whether a stranger with a link gets into the school's own pages."""
    started, tried = time.monotonic(), len(site.outside["inside"])
    findings = [f"a stranger was let in: {path}" for path in target.let_in(site, person)]
    return Outcome("doors", person.name, time.monotonic() - started, f"{tried} pages of the school", findings)


def _outcome(tool, programs, site, role, pages, forms, seconds):
    run = {"wapiti": _wapiti, "schemathesis": _schemathesis, "sqlmap": _sqlmap}[tool]
    # A session of its own: an attack may have ended the last one.
    person, before, started = _person(site, role), site.requests(), time.monotonic()
    tried, findings = run(programs, site, person, pages, forms, seconds)
    sent = site.requests() - before
    inside = sum(times for (_, signed_in), times in sent.items() if signed_in)
    total = sum(sent.values())
    # A tool that lost its session attacks the sign-in page alone, and finds nothing with great success.
    if role != target.LINK_HOLDER and total and inside < total / 2:
        findings = [*findings, f"only {inside} of {total} requests were signed in: this run proves nothing"]
    return Outcome(tool, role, time.monotonic() - started, f"{total} requests, {inside} signed in; {tried}", findings)


def report(outcomes, failures, answered):
    say()
    for outcome in outcomes:
        say(outcome.line())
        for finding in outcome.findings:
            say(f"      {finding}")
    for failure, times in failures.most_common():
        say(f"  server error, {times} times: {failure}")
    statuses = Counter()
    for (status, _), times in answered.items():
        statuses[status] += times
    kinds = ", ".join(f"{status}: {times}" for status, times in sorted(statuses.items()))
    found = sum(len(outcome.findings) for outcome in outcomes) + len(failures)
    say(f"{sum(answered.values())} requests ({kinds}).")
    say(f"Attack: {found} findings. The tools' own reports are in {REPORTS.relative_to(ROOT)}/.")
    return 1 if found else 0


def _servers(postgresql):
    if not postgresql:
        return nullcontext({})
    finders = {"PostgreSQL": servers.find_postgresql, "Redis": servers.find_redis}
    missing = servers.missing_after_install(finders)
    if missing:
        raise Problem(f"This needs {', '.join(missing)}.")
    return servers.private_servers()


# --- wapiti ---


def _wapiti(programs, site, person, pages, forms, seconds):
    name = f"wapiti-{_slug(person)}"
    result, store = REPORTS / f"{name}.json", REPORTS / name
    starts = [word for page in pages for word in ("-s", site.address + page)]
    out = (
        []
        if person.name == target.LINK_HOLDER
        else [word for path in LEFT_ALONE for word in ("-x", site.address + path)]
    )
    command = [
        programs / "wapiti", "-u", site.address + "/", *starts, *out, "--cookie-value", person.cookie,
        "-m", ",".join(MODULES), "--no-bugreport", "--endpoint", NOWHERE,
        "--store-session", store, "--store-config", store, "--max-scan-time", int(seconds / 3),
        "--max-attack-time", max(5, int(seconds * 2 / 3 / len(MODULES))),
        "--max-links-per-page", 40, "--max-files-per-dir", 20,
        "-S", "normal", "-t", 20, "-f", "json", "-o", result,
    ]  # fmt: skip
    _run(command, REPORTS / f"{name}.txt", limit=seconds * 2 + 60)
    if not result.is_file():
        return "no report", [f"wapiti wrote no report: see {name}.txt"]
    told = json.loads(result.read_text(encoding="utf-8"))
    return f"{told['infos'].get('crawled_pages_nbr', '?')} pages", wapiti_findings(told)


def wapiti_findings(told):
    """Return the findings of a report in words, without those that plain http on localhost cannot help."""
    counted = Counter()
    for part in ("vulnerabilities", "anomalies"):
        for category, found in told.get(part, {}).items():
            for one in found:
                words = f"{category}: {one.get('info', '')}"
                if not ONLY_WITH_TLS.search(words):
                    counted[
                        f"{words} ({one.get('method')} {target.kind(one.get('path', ''))} {one.get('parameter') or ''})"
                    ] += 1
    return [f"{words} x{times}" for words, times in sorted(counted.items())]


# --- schemathesis ---


def _schemathesis(programs, site, person, pages, forms, seconds):
    described = openapi(pages, forms)
    path = REPORTS / f"openapi-{_slug(person)}.json"
    path.write_text(json.dumps(described, indent=1), encoding="utf-8")
    operations = sum(len(methods) for methods in described["paths"].values())
    if not operations:
        return "no forms", []
    # About 25 requests a second on two cores.
    examples = max(5, min(100, int(seconds * 25 / operations)))
    headers = [word for name, value in person.headers.items() for word in ("-H", f"{name}: {value}")]
    command = [
        programs / "schemathesis", "run", path, "--base-url", site.address, *headers, "-c", "not_a_server_error",
        "--data-generation-method", "all", "--hypothesis-max-examples", examples, "--hypothesis-seed", 7,
        "--hypothesis-deadline", 30_000, "--hypothesis-database", "none", "--hypothesis-suppress-health-check", "all",
        "--request-timeout", 30_000, "--workers", 2, "--schemathesis-io-telemetry", "false",
        "--junit-xml", REPORTS / f"schemathesis-{_slug(person)}.xml",
    ]  # fmt: skip
    log = REPORTS / f"schemathesis-{_slug(person)}.txt"
    code = _run(command, log, limit=seconds * 2)
    text = log.read_text(encoding="utf-8", errors="replace")
    failed = sorted(set(re.findall(r"^_+ ((?:GET|POST) \S+) _+$", text, re.MULTILINE)))
    findings = [f"failed: {operation}" for operation in failed]
    if code not in (0, 1, None):
        findings.append(f"schemathesis ended with {code}: see {log.name}")
    ran_out = ", ended by the clock" if code is None else ""
    return f"{operations} operations, up to {examples} examples each{ran_out}", findings


def openapi(pages, forms):
    """Describe what the walk found: each kind of page with its numbers free, each form with its fields free."""
    paths = {}
    for page in pages:
        path, _, query = target.kind(page).partition("?")
        known = paths.setdefault(_named_numbers(path), {}).setdefault("get", _operation(path))
        _add_query(known, query.split("&") if query else [], {})
    for form in forms:
        fields = {name: values for name, values in form.fields.items() if name != "csrfmiddlewaretoken"}
        path = form.action.split("?")[0]
        if form.method == "get":
            plain = target.kind(path)
            known = paths.setdefault(_named_numbers(plain), {}).setdefault("get", _operation(plain))
            _add_query(known, fields, fields)
        else:
            paths.setdefault(path, {})["post"] = _form_operation(fields)
    return {
        "openapi": "3.0.3",
        "info": {"title": "What the walk found", "version": "1"},
        "paths": paths,
    }


def _named_numbers(path):
    for place in range(path.count("{number}")):
        path = path.replace("{number}", f"{{number{place}}}", 1)
    return path


def _operation(path):
    number = {"type": "integer", "minimum": 0, "maximum": 10**20}
    names = [f"number{place}" for place in range(path.count("{number}"))]
    parameters = [{"in": "path", "name": name, "required": True, "schema": number} for name in names]
    return {"parameters": parameters, "responses": {"default": {"description": "a page"}}}


def _add_query(operation, names, offered):
    there = {parameter["name"] for parameter in operation["parameters"]}
    for name in names:
        if name not in there:
            operation["parameters"].append(
                {"in": "query", "name": name, "schema": _value(offered.get(name) if offered else None)}
            )


def _value(offered):
    text = {"type": "string", "maxLength": 300}
    values = sorted(set(offered or []))[:40]
    return {"anyOf": [text, {"type": "string", "enum": values}]} if values else text


def _form_operation(fields):
    shape = {"type": "object", "properties": {name: _value(values) for name, values in fields.items()}}
    body = {"content": {"application/x-www-form-urlencoded": {"schema": shape}}}
    return {"requestBody": body, "responses": {"default": {"description": "a page"}}}


# --- sqlmap ---


def _sqlmap(programs, site, person, pages, forms, seconds):
    addresses = queries(pages, forms)
    if not addresses:
        return "no queries", []
    listed = REPORTS / f"sqlmap-{_slug(person)}.targets"
    listed.write_text("".join(f"{site.address}{address}\n" for address in addresses), encoding="utf-8")
    results = REPORTS / f"sqlmap-{_slug(person)}.csv"
    command = [
        programs / "sqlmap", "-m", listed, "--batch", "--cookie", person.cookie, "--level", 2, "--risk", 1,
        "--technique", "BEU", "--dbms", site.database, "--threads", 2, "--timeout", 20, "--retries", 1,
        "--flush-session", "--skip-waf",
        "--param-exclude", "^(sendco|csrf|csrfmiddlewaretoken|User-Agent|Referer)$", "--ignore-code", "400,404,422",
        "--output-dir", REPORTS / f"sqlmap-{_slug(person)}", "--results-file", results, "--disable-coloring",
    ]  # fmt: skip
    log = REPORTS / f"sqlmap-{_slug(person)}.txt"
    code = _run(command, log, limit=seconds * SQLMAP_TIMES)
    text = log.read_text(encoding="utf-8", errors="replace")
    findings = sqlmap_findings(results, text)
    tested = text.count("does not seem to be injectable") + len(findings)
    ran_out = ", ended by the clock" if code is None else ""
    return f"{tested} parameters of {len(addresses)} addresses{ran_out}", findings


def queries(pages, forms):
    """Return one address for each page that takes a query, with every filter, search and order that the walk met."""
    found = {}
    for page in pages:
        path, _, query = page.partition("?")
        for name, value in parse_qsl(query):
            found.setdefault(target.kind(path), (path, {}))[1].setdefault(name, value)
    for form in forms:
        path = form.action.split("?")[0]
        for name, values in form.fields.items() if form.method == "get" else ():
            # Left blank where blank means all: a page without rows would answer every guess alike.
            value = "" if "" in values else (values or ["a"])[-1]
            found.setdefault(target.kind(path), (path, {}))[1].setdefault(name, value)
    # The widest first: they are the searches and filters, and the clock may end the rest.
    widest = sorted(found.values(), key=lambda target: (-len(target[1]), target[0]))
    return [f"{path}?{urlencode(fields)}" for path, fields in widest]


def sqlmap_findings(results, text):
    found = []
    if results.is_file():
        with results.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if (row.get("Technique(s)") or "").strip()]
        # sqlmap tries each find again and notes those that were chance: a page that differs from one call to the next.
        true = [row for row in rows if "false positive" not in (row.get("Note(s)") or "")]
        found = [f"injectable: {row.get('Parameter')} at {row.get('Target URL')}" for row in true]
    if "identified the following injection point" in text and not found:
        found = ["an injection point: see the report"]
    return found


def _slug(person):
    return person.name.lower().replace(" ", "-")


def _run(command, log, *, limit):
    """Run a tool for at most `limit` seconds; returns its exit code, or None when the clock ended it."""
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=REPORTS,
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return process.wait(timeout=limit)
        except subprocess.TimeoutExpired:
            return None
        finally:
            target.end(process)
