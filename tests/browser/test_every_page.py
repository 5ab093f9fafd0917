"""Every page that a role reaches by links: no axe violation, no sideways scroll, no blocked script, no heavy page.

A state of a page is looked at once, in the first role that reaches it; the roles that see most come first.
"""

import re
from collections import deque
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve

from .every_page import BEFORE_SIGNING_IN, HEIGHT, OWN, ROLES, WIDTHS, links, state_of

pytestmark = pytest.mark.browser

LARGEST = 100 * 1024
LOOKED = set()
OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],  # describing every node that is right takes as long as the rules
}


def view_of(path):
    try:
        return resolve(path).view_name
    except Resolver404:
        return None


# What a page is made of is the same at every width; these look at where its parts lie and how large they are.
OF_THE_WIDTH = OPTIONS | {
    "runOnly": {"type": "rule", "values": ["target-size", "scrollable-region-focusable", "region"]}
}


AXE = Axe().axe_script
RUN_AXE = "options => axe.run(document, options).then(result => result.violations)"


def look(page, problems, where, *, narrow=OPTIONS):
    page.evaluate(AXE)
    for width, options in zip(WIDTHS, (OPTIONS, narrow), strict=True):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        for violation in page.evaluate(RUN_AXE, options):
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
        state = state_of(href, view_of)
        if state is None or state in seen:
            continue
        seen.add(state)
        if state in LOOKED and state[0] not in OWN:
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
            # What only a narrow page has, such as its menu, is on every page: all rules are asked on a few.
            look(page, problems, where, narrow=OPTIONS if state[0] in OWN else OF_THE_WIDTH)
            waiting.extend(links(page, site))
    assert not problems, "\n".join(problems)
    assert len(seen) >= 4, f"{role} reaches too little: {seen}"


def blocked(message):
    return message.type == "error" and re.search(r"Content Security Policy|Refused to", message.text)


@pytest.mark.parametrize("path", BEFORE_SIGNING_IN)
def test_pages_before_signing_in(path, page, site):
    problems = []
    page.on("console", lambda message: problems.append(f"console: {message.text}") if blocked(message) else None)

    assert page.goto(f"{site}{path}").status == 200

    look(page, problems, path)
    assert not problems, "\n".join(problems)
