"""How `dev.py attack` chooses its targets and reads what the tools say; it runs for real before a release."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import time_machine

from sendco.install.shell import Problem
from sendco.tools.dev import attack, target
from tests.ehcp.contributing import MONDAY, planned_review

PAGE = """
<a href="/pupils/7/">One</a> <a href="/pupils/7/?tab=register">Tab</a> <a href="https://elsewhere.example/">Away</a>
<a href="//elsewhere.example/">Away too</a> <a href="/accounts/logout/">Out</a> <a href="next/">Next</a>
<form action="/register/"><input name="q"><select name="need"><option value="">Any</option><option value="VI">x</option>
</select></form>
<form method="post" action="/concerns/new/">
<input name="csrfmiddlewaretoken" value="t"><textarea name="what"></textarea></form>
"""


@pytest.fixture
def walked(monkeypatch):
    asked = []

    def page(site, person, path):
        asked.append(path)
        found = target.Page()
        found.feed(PAGE)
        return found

    monkeypatch.setattr(target, "_page", page)
    person = target.Person("SENDCo", {"sendco": "s", "csrf": "t"})
    return target.walk(None, person, most=20), asked


def site_with_log(tmp_path, *lines):
    log = tmp_path / "log"
    log.write_text("".join(f"web    | {line}\n" for line in lines), encoding="utf-8")
    return target.Site("http://127.0.0.1:1", log, {}, "", "/", "SQLite")


def test_walk_stays_on_the_site_and_signed_in(walked):
    (pages, _), asked = walked

    assert asked[0] == "/"
    assert {"/pupils/7/", "/pupils/7/?tab=register", "/next/"} <= set(pages)
    assert not [page for page in pages if "elsewhere" in page or page.startswith("/accounts/")]


def test_walk_sees_a_few_of_each_kind(monkeypatch):
    def page(site, person, path):
        found = target.Page()
        found.feed("".join(f'<a href="/pupils/{number}/">x</a>' for number in range(50)))
        return found

    monkeypatch.setattr(target, "_page", page)
    pages, _ = target.walk(None, target.Person("SENDCo", {}))

    assert len(pages) == 1 + target.PER_PAGE_KIND


def test_forms_are_found_with_their_fields_once(walked):
    (_, forms), _ = walked

    assert [(form.method, form.action, list(form.fields)) for form in forms] == [
        ("get", "/register/", ["q", "need"]),
        ("post", "/concerns/new/", ["csrfmiddlewaretoken", "what"]),
    ]


def test_person_sends_session_and_token():
    assert target.Person("SENDCo", {"sendco": "s", "csrf": "t"}).headers == {
        "Cookie": "sendco=s; csrf=t",
        "X-CSRFToken": "t",
    }


def test_description_frees_numbers_queries_and_fields(walked):
    (pages, forms), _ = walked

    paths = attack.openapi(pages, forms)["paths"]

    names = [parameter["name"] for parameter in paths["/pupils/{number0}/"]["get"]["parameters"]]
    assert names == ["number0", "tab"]
    assert [parameter["name"] for parameter in paths["/register/"]["get"]["parameters"]] == ["q", "need"]
    body = paths["/concerns/new/"]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]
    assert list(body["schema"]["properties"]) == ["what"]


def test_each_page_with_a_query_is_one_target_with_all_its_names(walked):
    (pages, forms), _ = walked

    assert attack.queries(pages, forms) == ["/register/?q=a&need=", "/pupils/7/?tab=register"]


def test_finding_that_only_tls_can_mend_is_left_out():
    told = {
        "vulnerabilities": {
            "HTTP Secure Headers": [{"info": "Strict-Transport-Security is not set", "method": "GET", "path": "/"}],
            "Reflected Cross Site Scripting": [
                {"info": "XSS", "method": "GET", "path": "/pupils/7/", "parameter": "tab"}
            ],
        },
        "anomalies": {"Internal Server Error": [{"info": "500", "method": "POST", "path": "/pupils/8/"}] * 2},
    }

    assert attack.wapiti_findings(told) == [
        "Internal Server Error: 500 (POST /pupils/{number}/ ) x2",
        "Reflected Cross Site Scripting: XSS (GET /pupils/{number}/ tab) x1",
    ]


def test_injectable_parameter_is_read_from_the_results(tmp_path):
    results = tmp_path / "results.csv"
    header = "Target URL,Place,Parameter,Technique(s),Note(s)\n"
    chance = "http://127.0.0.1:1/data/census/?census=a,GET,census,B,false positive or unexploitable\n"
    true = "http://127.0.0.1:1/find/?q=a,GET,q,B,\n"
    results.write_text(f"{header}{true}{chance}http://127.0.0.1:1/,,,,\n", encoding="utf-8")

    assert attack.sqlmap_findings(results, "") == ["injectable: q at http://127.0.0.1:1/find/?q=a"]
    assert attack.sqlmap_findings(tmp_path / "none", "sqlmap identified the following injection point(s)") != []
    assert attack.sqlmap_findings(tmp_path / "none", "all tested parameters do not appear to be injectable") == []


def test_server_errors_are_read_from_the_sites_own_log(tmp_path):
    site = site_with_log(
        tmp_path,
        json.dumps({"event": "request", "route": "home", "status": 200, "user": 3}),
        json.dumps({"event": "request", "route": "register", "status": 500, "user": 3}),
        json.dumps({"event": "failed", "exception": "ValueError", "where": "pupils.views:7"}),
        "no json",
    )

    assert dict(site.failures()) == {"register answered 500": 1, "ValueError pupils.views:7": 1}
    assert dict(site.requests()) == {(200, True): 1, (500, True): 1}


@pytest.mark.parametrize(("user", "says"), [({"user": 3}, []), ({}, ["only 0 of 1 requests were signed in"])])
def test_attack_that_lost_its_session_proves_nothing(tmp_path, monkeypatch, user, says):
    site = site_with_log(tmp_path)

    def tool(programs, site, person, pages, forms, seconds):
        line = json.dumps({"event": "request", "route": "home", "status": 200, **user})
        site.log.write_text(f"web    | {line}\n", encoding="utf-8")
        return "one page", []

    monkeypatch.setattr(attack, "_wapiti", tool)
    monkeypatch.setattr(attack, "_person", lambda site, role: target.Person(role, {}))

    outcome = attack._outcome("wapiti", None, site, "SENDCo", [], [], 1)

    assert [finding.split(":")[0] for finding in outcome.findings] == says


def test_report_fails_for_a_finding_and_for_a_server_error(capsys):
    clean = attack.Outcome("sqlmap", "SENDCo", 1.0, "3 parameters")
    found = attack.Outcome("wapiti", "Teacher", 1.0, "9 pages", ["XSS"])

    assert attack.report([clean], Counter(), {(200, True): 4}) == 0
    assert attack.report([clean, found], Counter(), {}) == 1
    assert attack.report([clean], Counter({"home answered 500": 1}), {}) == 1
    assert "XSS" in capsys.readouterr().out


# --- Whoever holds a link ----------------------------------------------------------------------------------------
@pytest.fixture
def told(db, pupil, senco, capsys):
    """What the demo site would tell the attack, of one planned review with its people."""
    with time_machine.travel(MONDAY, tick=False):
        planned_review(pupil, senco)
        exec(compile(target.OUTSIDE, "OUTSIDE", "exec"), {})  # as the attack runs it beside its own site
        yield json.loads(capsys.readouterr().out.splitlines()[-1])


def test_addresses_that_the_attack_is_told_lead_to_the_questions_and_not_to_the_school(told, client):
    assert len(told["secrets"]) == 3

    for secret, code in told["secrets"]:
        assert client.get(secret).status_code == 200
        assert client.post(secret, {"code": code}).url == "/answer/"
    assert {client.get(path).status_code for path in told["answers"]} <= {200, 302, 404}
    assert client.get("/answer/1/").status_code == 200
    for kind in ("plans", "reviews", "requests", "consultations", "contributions"):
        assert [path for path in told["inside"] if path.startswith(f"/{kind}/")], kind
    for path in told["inside"]:
        assert client.get(path).url.startswith("/accounts/login/"), path


def holder(monkeypatch, arrived="http://127.0.0.1:1/answer/"):
    monkeypatch.setattr(target.Browser, "post", lambda self, path, fields: arrived)
    outside = {"secrets": [("/l/one/", "1"), ("/l/two/", "2")], "answers": ["/answer/"], "inside": ["/plans/"]}
    site = target.Site("http://127.0.0.1:1", None, {}, "", "/school/invitations/x/", "SQLite", outside)
    return site, target.hold_link(site)


def test_holder_of_a_link_asks_for_each_kind_of_address_and_uses_each_secret_once(monkeypatch):
    site, first = holder(monkeypatch)
    second = target.hold_link(site)

    assert {"/school/invitations/x/", "/l/one/", "/answer/", "/plans/"} <= set(first.starts)
    assert "/l/two/" in second.starts
    assert site.outside["secrets"] == []


def test_link_that_does_not_open_stops_the_attack(monkeypatch):
    with pytest.raises(Problem, match="did not open"):
        holder(monkeypatch, arrived="http://127.0.0.1:1/l/one/")


@pytest.mark.parametrize(("refused", "found"), [(True, []), (False, ["a stranger was let in: /plans/"])])
def test_stranger_who_is_let_in_is_a_finding(monkeypatch, refused, found):
    site, person = holder(monkeypatch)
    monkeypatch.setattr(target, "_is_refused", lambda site, person, path: refused)

    assert attack._doors(site, person).findings == found


def test_demo_that_tells_no_links_stops_the_attack(monkeypatch):
    monkeypatch.setattr(target, "output", lambda command: "")

    with pytest.raises(Problem, match="told no links"):
        target._outside({})


def test_nothing_but_this_machine_is_named():
    for module in (attack, target):
        hosts = set(re.findall(r"https?://([\w.-]+)", Path(module.__file__).read_text(encoding="utf-8")))
        assert hosts <= {"127.0.0.1"}


def test_program_that_will_not_listen_is_ended_with_its_children():
    child = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    process = subprocess.Popen(
        [sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout.readline() == "1\n"

    target.end(process, patience=1)

    # The pipe ends only when the last program that holds it is gone.
    assert process.communicate(timeout=10)[0] == ""


def test_tool_is_ended_by_the_clock(tmp_path, monkeypatch):
    monkeypatch.setattr(attack, "REPORTS", tmp_path)

    assert attack._run([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path / "log", limit=0.3) is None
    assert attack._run([sys.executable, "-c", "raise SystemExit(3)"], tmp_path / "log", limit=30) == 3
