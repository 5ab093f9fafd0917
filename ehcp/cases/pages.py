"""What the pages of this floor share: the tabs of the case lists and the crumbs above a case."""

from django.urls import reverse

CASE_TABS = (
    ("plans", "Plans", "ehcp:plan-list"),
    ("reviews", "Reviews", "ehcp:review-list"),
    ("assessments", "Requests", "ehcp:assessment-list"),
    ("consultations", "Consultations", "ehcp:consultation-list"),
    ("appeals", "Appeals", "ehcp:appeal-list"),
)


def list_page(tab, *, title):
    """Context that every case list passes to its template."""
    return {"title": title, "section": "ehcp", "case_tabs": CASE_TABS, "case_tab": tab, "crumbs": []}


def case_page(tab, *, title, more=()):
    """Context of a page below a case list: crumbs lead back to the list."""
    words, route = next((words, route) for key, words, route in CASE_TABS if key == tab)
    return {"title": title, "section": "ehcp", "crumbs": [(words, reverse(route)), *more]}
