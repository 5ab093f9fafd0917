"""Everybody walks the whole site: nobody meets a string of the canary's that is not for them, and each is met."""

from itertools import cycle

import pytest
from django.urls import reverse

from sendco.jobs.models import Job
from sendco.jobs.runner import run
from sendco.pages.pupil.timeline import KINDS
from sendco.pages.pupil.views import TABS
from sendco.pages.register.filters import COLUMNS, SORTS, WHO
from sendco.pages.register.forms import EXPORT_COLUMNS
from staff.permissions import Permission
from staff.roles import Role
from tests.test_access import FIXED, MATRIX

from .cast import STRINGS
from .drive import Walk

PEOPLE = [
    *(role.label for role in Role),
    "author",
    "asked",
    "teacher of others",
    "other school's SENDCo",
    "nobody",
]
ALL_COLUMNS = "&".join(f"columns={key}" for key, _ in COLUMNS)
TEXTS = {name: one.text for name, one in STRINGS.items()}


def walk(stage, key):
    """One person's walk through everything: links, routes, views of the register, fragments, files."""
    going = Walk(stage.people[key], stage.ids, TEXTS)
    going.everywhere()
    _register(going)
    _pupil(going, stage.pupil)
    _searches(going)
    _files(going, stage.acting(key))
    _reveal(going, stage)
    return going


def _register(going):
    address = reverse("register")
    for who, _ in WHO:
        going.get(f"{address}?who={who}&{ALL_COLUMNS}")
    filters = ("flag=cp", "flag=fsm", "need=SEMH", "area=semh", "year=9", "due=late", "due=28", "filters=1")
    for asked, sort in zip(filters, cycle(SORTS), strict=False):
        going.get(f"{address}?who=all&{asked}&sort={sort}")
        going.get(f"{address}?who=all&{asked}&sort={sort}", **{"HX-Request": "true", "HX-Target": "rows"})


def _pupil(going, pupil):
    for tab, *_ in TABS:
        going.get(f"{pupil.get_absolute_url()}?tab={tab}")
    for kind, _ in KINDS:
        going.get(f"{reverse('pupil-timeline', args=[pupil.pk])}?kind={kind}")
    going.get(f"{reverse('pupils:concern-new')}?pupil={pupil.pk}")


def _searches(going):
    """Part of a word finds the child; no string is asked for as a whole, for a page repeats what was typed."""
    for words in ("canary", "canary legal", "canry preferred"):
        for address in (reverse("pupil-search"), reverse("register"), reverse("pupils:concern-new")):
            going.get(f"{address}?q={words}&who=all")
        going.get(f"{reverse('pupil-search')}?q={words}", **{"HX-Request": "true", "HX-Target": "found"})


def _files(going, acting):
    before = set(Job.objects.values_list("pk", flat=True))
    everything = {"who": "all", "purpose": "For the test", "fields_out": [key for key, _ in EXPORT_COLUMNS]}
    for kind in ("csv", "xlsx"):
        going.post(reverse("register-export"), everything | {"kind": kind})
    for term in ("autumn", "spring", "summer"):
        for year in (2026, 2027):
            going.post(reverse("pupils:census-download"), {"census": f"{term}-{year}"})
    for job in Job.objects.exclude(pk__in=before).filter(kind="sendco.export"):
        run(job.pk)
        going.get(reverse("job-detail", args=[job.pk]))
        going.get(reverse("job-file", args=[job.pk]))
    if acting.can(Permission.IMPORT_RUN):
        for tab in ("new", "changed", "same", "leaver", "compare", "rejected"):
            for pk in going.ids["import"]:
                going.get(f"{reverse('pupils:import-detail', args=[pk])}?tab={tab}")


def _reveal(going, stage):
    for pk in stage.ids["contact"]:
        going.post(reverse("pupils:address-reveal", args=[pk]), {"reason": "A letter has to go there today"})


def test_cast_has_one_of_everything_that_a_route_names(stage):
    """Without an id in cast.py no walk would open the route."""
    named = {thing for thing, _ in MATRIX.values()} - {"none", *FIXED}

    assert {thing for thing in named if not stage.ids.get(thing)} == set()


@pytest.fixture(scope="module")
def walks():
    return {}


@pytest.fixture
def walked(stage, walks):
    """Return what somebody met, walking only once for all the tests."""

    def of(key):
        if key not in walks:
            walks[key] = walk(stage, key)
        return walks[key]

    return of


@pytest.mark.parametrize("key", PEOPLE)
def test_nobody_meets_what_is_not_for_them(stage, walked, key):
    may = stage.may_meet(key)

    assert {name: asked for name, asked in walked(key).met.items() if name not in may} == {}


@pytest.mark.parametrize("key", PEOPLE)
def test_nothing_breaks_on_the_way(walked, key):
    assert walked(key).broken == []


@pytest.mark.parametrize("key", PEOPLE)
def test_no_string_stands_in_a_title_or_a_header(walked, key):
    assert (walked(key).in_titles, walked(key).in_headers) == ({}, {})


def test_every_string_is_met_by_somebody_who_may(stage, walked):
    met = {name for key in PEOPLE for name in walked(key).met if name in stage.may_meet(key)}

    assert set(STRINGS) - met == set()
