"""Every page that a role reaches by links: no axe violation, no sideways scroll, no blocked script, no heavy page.

A state of a page is looked at once, in the first role that reaches it; the roles that see most come first.
"""

import re
from collections import deque
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve

pytestmark = pytest.mark.browser

# One account for each role, of both schools together.
ROLES = {
    "senco": "amara.osei-bright@harbourlane.example",
    "head": "judith.askew@harbourlane.example",
    "teacher": "piers.lockyer@harbourlane.example",
    "teaching_assistant": "carys.lyle@harbourlane.example",
    "provision_lead": "bronwen.tasker@kestrelgreen.example",
    "office": "shirin.moradi@kestrelgreen.example",
    "governor": "maurice.tindall@harbourlane.example",
    "administrator": "tarquin.bell@kestrelgreen.example",
}
WIDTHS = (1280, 360)
LARGEST = 100 * 1024
# A state of a page is its view and these parts of its query: a tab is another page to the eye, page 2 is not.
STATES = {"tab", "filters", "kind", "who"}
NOT_PAGES = {"pupils:import-rejected", "account_logout"}
# What these lead to is saved, not shown.
DOWNLOADS = ("-file", "-download", "-pdf", "-docx")
LOOKED = set()
OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],  # describing every node that is right takes as long as the rules
}


def state_of(href):
    parts = urlsplit(href)
    try:
        name = resolve(parts.path).view_name
    except Resolver404:
        return None
    if name in NOT_PAGES or name.endswith(DOWNLOADS):
        return None
    query = parse_qs(parts.query)
    return name, tuple((key, query[key][0]) for key in sorted(STATES & query.keys()))


def links(page, site):
    hrefs = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
    return [href.split("#")[0] for href in hrefs if href.startswith(site)]


def look(page, problems, where):
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page, options=OPTIONS)
        for violation in found.response["violations"]:
            nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            problems.append(f"{where} at {width}: {violation['id']}: {nodes}")
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            problems.append(f"{where} at {width}: scrolls sideways")


@pytest.mark.parametrize("role", ROLES)
def test_pages_of_a_role(role, enter, page, site):
    problems, seen = [], set()
    page.on("console", lambda message: problems.append(f"console: {message.text}") if blocked(message) else None)
    enter(ROLES[role])
    waiting = deque([f"{site}/"])
    while waiting:
        href = waiting.popleft()
        state = state_of(href)
        if state is None or state in seen:
            continue
        seen.add(state)
        own = state[0] in ("home", "pupil-detail", "pupils:concern-list")  # these differ from role to role
        if state in LOOKED and not own:
            continue
        LOOKED.add(state)
        answer = page.goto(href)
        where = f"{role} {urlsplit(href).path}?{urlsplit(href).query}"
        if answer.status >= 400:
            problems.append(f"{where}: answered {answer.status}")
            continue
        if "text/html" in answer.headers.get("content-type", ""):
            if len(answer.body()) > LARGEST:
                problems.append(f"{where}: {len(answer.body()) // 1024} KiB")
            look(page, problems, where)
            waiting.extend(links(page, site))
    assert not problems, "\n".join(problems)
    assert len(seen) >= 4, f"{role} reaches too little: {seen}"


def blocked(message):
    return message.type == "error" and re.search(r"Content Security Policy|Refused to", message.text)


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/login/",
        "/accounts/password/reset/",
        "/accounts/signup/",
        "/accessibility/",
        "/dates/",
        "/dates/?event=sent",
        "/dates/?event=meeting&on=2027-01-12&closed_from=2026-12-19&closed_to=2027-01-03",
        "/dates/?event=notice&on=2027-01-29&meeting=2027-01-12",
        "/dates/?event=sixth_form&on=2027-09-01",
    ],
)
def test_pages_before_signing_in(path, page, site):
    problems = []
    page.on("console", lambda message: problems.append(f"console: {message.text}") if blocked(message) else None)

    assert page.goto(f"{site}{path}").status == 200

    look(page, problems, path)
    assert not problems, "\n".join(problems)
