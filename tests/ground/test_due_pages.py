"""What each floor registers for pages: every rule leads somewhere, and each route and letter that is named is there."""

import pytest
from django.urls import reverse

from ehcp import due_pages as of_plans
from ehcp.deadlines import CODES
from ehcp.letters.selectors import CHASERS
from ehcp.models import CaseLetterKind
from pupils import due_pages as of_pupils
from pupils.deadlines import FIXED
from sendco.due.pages import Takes, pages_of, to_sign

PAGES = of_pupils.PAGES | of_plans.PAGES
WAYS = [
    way for pages in PAGES.values() for way in (pages.action, pages.for_others, pages.chaser) if way is not None
]  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_every_rule_about_plans_leads_to_a_page(code):
    """A date that nobody can act on or look at is a dead end."""
    pages = pages_of(code)

    assert pages.action or pages.watched


@pytest.mark.parametrize("code", [rule.code for rule in FIXED] + ["support.review", "window.write", "equipment.check"])
def test_every_rule_about_pupils_leads_to_a_page(code):
    pages = pages_of(code)

    assert pages.action or pages.watched or pages.steps


def test_no_page_is_registered_for_a_rule_that_is_none():
    single = {code for code in of_plans.PAGES if "." in code}

    assert single <= set(CODES)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.route)
def test_way_leads_to_a_route(way):
    args = [] if way.query else [1 if isinstance(arg, Takes) else arg for arg in way.args]

    assert reverse(way.route, args=args)


def test_signings_lead_to_routes():
    for signing in to_sign().values():
        assert reverse(signing.route)
        assert reverse(signing.sign_route, args=[1])


def test_each_letter_to_a_late_authority_is_about_some_rule_and_the_other_way_round():
    chased = {pages_of(code).letter for code in CODES} - {""}

    assert chased == set(CHASERS)
    assert chased <= set(CaseLetterKind)


def test_what_a_family_shares_stands_beside_what_is_a_rules_own():
    pages = pages_of("rebased.draft")

    assert (pages.short, pages.watched) == ("Draft", "ehcp:assessment-detail")
    assert pages.letter == CaseLetterKind.LA_LATE_FINAL
