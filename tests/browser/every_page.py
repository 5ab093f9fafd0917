"""Which pages a walk over the site looks at: as whom, at which widths, and what counts as the same page."""

import re
from urllib.parse import parse_qs, urlsplit

# One account for each role, of both schools together; those that see most come first.
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
BEFORE_SIGNING_IN = [
    "/accounts/login/",
    "/accounts/password/reset/",
    "/accounts/signup/",
    "/accessibility/",
    "/dates/",
    "/dates/?event=sent",
    "/dates/?event=meeting&on=2027-01-12&closed_from=2026-12-19&closed_to=2027-01-03",
    "/dates/?event=notice&on=2027-01-29&meeting=2027-01-12",
    "/dates/?event=sixth_form&on=2027-09-01",
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = (1280, 360)
HEIGHT = 900
# A state of a page is its view and these parts of its query: a tab is another page to the eye, page 2 is not.
STATES = {"tab", "filters", "kind", "who"}
# These differ from role to role.
OWN = {"home", "pupil-detail", "pupils:concern-list"}
NOT_PAGES = {"pupils:import-rejected", "account_logout"}
# What these lead to is saved, not shown.
DOWNLOADS = ("-file", "-download", "-pdf", "-docx", "-ics")


def state_of(href, view_of, keys=STATES):
    """Return (view, parts of the query) of an address, or None for what is no page; `view_of` names a path's view."""
    parts = urlsplit(href)
    name = view_of(parts.path)
    if not name or name in NOT_PAGES or name.endswith(DOWNLOADS):
        return None
    query = parse_qs(parts.query)
    return name, tuple((key, query[key][0]) for key in sorted(keys & query.keys()))


def links(page, site):
    """Return the addresses on this site that the page links to."""
    hrefs = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
    return [href.split("#")[0] for href in hrefs if href.startswith(site)]


def picture_name(role, state, width):
    """Return the name of a file that is the same in every run: of the role, the page's state and the width alone."""
    view, query = state
    words = [role, view, *(f"{key}-{value}" for key, value in query), str(width)]
    return "--".join(re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-") for word in words) + ".png"
