"""Walk a running demo site as every role and take a picture of each page: `python3 dev.py pictures FOLDER` runs it."""

import argparse
import json
import os
import subprocess
import sys
from collections import deque
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import sync_playwright

from .every_page import BEFORE_SIGNING_IN, FLAGS, HEIGHT, OWN, ROLES, WIDTHS, links, picture_name, state_of

VISITOR = "visitor"
# Asked of the site's own checkout, whose addresses may be others than ours.
NAME_VIEWS = """
import django, os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sendco.settings")
django.setup()
from django.urls import Resolver404, resolve
for line in sys.stdin:
    try:
        print(resolve(line.strip()).view_name, flush=True)
    except Resolver404:
        print(flush=True)
"""
# A busy machine may take its time: nothing is measured here.
PATIENCE = 180_000
# What the site draws by lot, another time on every visit: a password of three words.
BY_LOT = "#three-words"
SETTLED = "document.fonts.status === 'loaded' && !document.querySelector('.htmx-request')"


class Views:
    """Name the view of a path, as the site's own table of addresses has it."""

    def __init__(self, root):
        command = [sys.executable, "-c", NAME_VIEWS]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process, self.known = subprocess.Popen(command, cwd=root, **pipes), {}

    def __call__(self, path):
        if path not in self.known:
            self.process.stdin.write(f"{path}\n")
            self.process.stdin.flush()
            self.known[path] = self.process.stdout.readline().strip()
        return self.known[path]


class Camera:
    def __init__(self, browser, options):
        self.browser, self.options = browser, options
        self.view_of, self.index, self.looked = Views(options.site_root), {}, set()

    def role(self, role, email, starts):
        """Sign in and take a picture of each state of a page that links lead to."""
        page = self.page()
        page.goto(f"{self.options.address}/accounts/login/")
        page.locator("input[name=login]").fill(email)
        page.locator("input[name=password]").fill(self.options.password)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(f"{self.options.address}/")
        waiting, seen = deque(f"{self.options.address}{path}" for path in [*starts, "/"]), set()
        while waiting:
            href = waiting.popleft()
            state = state_of(href, self.view_of)
            if state is None or state in seen:
                continue
            seen.add(state)
            if state in self.looked and state[0] not in OWN and not self.options.every_role:
                continue
            self.looked.add(state)
            if self.shoot(page, role, state, href):
                waiting.extend(links(page, self.options.address))
        page.context.close()

    def visitor(self):
        page = self.page()
        for path in BEFORE_SIGNING_IN:
            every_key = parse_qs(urlsplit(path).query).keys()
            self.shoot(page, VISITOR, state_of(path, self.view_of, every_key), f"{self.options.address}{path}")
        page.context.close()

    def page(self):
        wanted = {
            "locale": "en-GB",
            "timezone_id": "Europe/London",
            "device_scale_factor": 1,
            "reduced_motion": "reduce",
        }
        context = self.browser.new_context(viewport={"width": WIDTHS[0], "height": HEIGHT}, **wanted)
        context.set_default_timeout(PATIENCE)
        context.clock.set_fixed_time(self.options.now)
        return context.new_page()

    def shoot(self, page, role, state, href):
        """Take the page at each width; returns False for what is no page."""
        page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
        answer = page.goto(href)
        if "text/html" not in answer.headers.get("content-type", ""):
            return False
        settle(page)
        page.eval_on_selector_all(BY_LOT, "all => all.forEach(one => { one.textContent = 'drawn-by-lot' })")
        about = {
            "role": role,
            "view": state[0],
            "address": href.removeprefix(self.options.address),
            "title": page.title(),
            "status": answer.status,
        }
        for width in WIDTHS:
            name = picture_name(role, state, width)
            if name in self.index:
                raise SystemExit(f"Two pages have the name {name}.")
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.screenshot(
                path=self.options.folder / name, full_page=True, animations="disabled", caret="hide", scale="css"
            )
            self.index[name] = {**about, "width": width}
        return True


def settle(page):
    """Wait for fonts and for what htmx still fetches. The policy forbids Playwright to wait in the page."""
    for _ in range(600):
        if page.evaluate(SETTLED):
            return
        page.wait_for_timeout(50)
    raise SystemExit(f"{page.url} did not come to rest.")


def main(words):
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--site-root", type=Path)
    parser.add_argument("--like", type=Path)
    parser.add_argument("--every-role", action="store_true")
    for name in ("--now", "--address", "--port", "--password"):
        parser.add_argument(name)
    options = parser.parse_args(words)
    options.folder.mkdir(parents=True, exist_ok=True)
    known = json.loads((options.like / "index.json").read_text()).values() if options.like else []
    flags = [*FLAGS, f"--host-resolver-rules=MAP localhost 127.0.0.1:{options.port}", "--hide-scrollbars"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["SENDCO_CHROMIUM"], args=flags)
        camera = Camera(browser, options)
        camera.visitor()
        for role, email in ROLES.items():
            starts = dict.fromkeys(shot["address"] for shot in known if shot["role"] == role)
            camera.role(role, email, starts)
            sys.stdout.write(f"{role}: {len(camera.index)} pictures so far\n")
            sys.stdout.flush()
        browser.close()
    (options.folder / "index.json").write_text(json.dumps(camera.index, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
