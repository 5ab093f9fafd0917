"""Whatever somebody types into an address or a form: no 500, no other rows, no words of the database."""

import itertools

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from pupils.models import Pupil
from staff.roles import Role
from tests.test_access import FIXED, MATRIX

from .drive import Walk, client_of
from .test_choices import forms_in

pytestmark = pytest.mark.postgresql("what the database refuses to store")

SENCO, TEACHER, OFFICE = Role.SENCO.label, Role.TEACHER.label, Role.OFFICE.label
NASTY = [
    "' OR 1=1 --",
    '"; DROP TABLE pupils_pupil; --',
    "%",
    "_",
    "%%%_%",
    "\\",
    "\x00",
    "kez\x00ia",
    "a" * 5000,
    "é" * 3000,
    "\U0010ffff\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "\u202egnp.exe",
    "(((((((((",
    "[a-z]{1,999}",
    "{{ 7*7 }}{% debug %}",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "0",
    "-1",
    "1e9",
    "٣",
    "²",
    "9" * 40,
    "0x10",
    "NaN",
    "Infinity",
    "true",
    "null",
    "2026-02-30",
    "9999-12-31",
    "0001-01-01",
    "None",
    "",
    " ",
]
# Of each sort one, for walks that send values to every form.
SHORT = ["' OR 1=1 --", "\x00", "a" * 5000, "\U0010ffff", "-1", "²", "9" * 40, "NaN", "2026-02-30", "0001-01-01", ""]
# PostgreSQL refuses what SQLite stores: there each field gets some of what a database may refuse. What the code alone
# can trip over, it trips over on both, and wherever there is a field of its kind.
STRICT = ["\x00", "a" * 5000, "\U0010ffff", "-1", "9" * 40, "0001-01-01"]
IS_STRICT = "postgresql" in settings.DATABASES["default"]["ENGINE"]
VALUES = STRICT if IS_STRICT else SHORT
TURNS = range(3)
DATABASE_WORDS = ("syntax error", "sqlite", "psycopg", "OperationalError", "DataError", "no such column")
ASKED = [
    ("register", "who q year group unit need area flag worker due sort columns page filters"),
    ("pupil-search", "q"),
    ("register-export", "who q pupil sort columns group"),
    ("pupils:concern-new", "q pupil"),
    ("pupils:concern-list", "show page"),
    ("pupils:data-quality", "gap page"),
    ("pupils:census", "census"),
    ("pupils:key-worker-many", "pupil"),
    ("pupils:duplicate-list", "page"),
    ("pupils:import-list", "page"),
    ("pupils:watch-list", "page show"),
    ("school-activity", "page"),
    ("job-list", "page"),
    ("staff:calendar", "year starts_in"),
    ("staff:people", "page q"),
    ("staff:group-list", "show page"),
]
ABOUT_ONE = [
    ("pupil-detail", "pupil", "tab"),
    ("pupil-timeline", "pupil", "kind page"),
    ("pupil-readers", "pupil", "page"),
    ("pupils:import-detail", "import", "tab page"),
    ("pupils:status-change", "pupil", "concern"),
    ("pupils:letter-new", "entry", "kind"),
]


@pytest.fixture
def no_limits(monkeypatch):
    for module in (
        "sendco.pages.search",
        "sendco.pages.register.views",
        "pupils.concerns.views",
        "pupils.quality.views",
    ):
        monkeypatch.setattr(f"{module}.check_limit", lambda *args: None)


@pytest.fixture
def asked(stage, no_limits):
    """Every address that reads something from its query, with the names it reads and the values to try.

    Free words meet every nasty value where the database is strict; all else meets one of each sort.
    """
    addresses = [(reverse(name), names.split()) for name, names in ASKED]
    addresses += [(reverse(name, args=[stage.ids[thing][0]]), names.split()) for name, thing, names in ABOUT_ONE]
    return [(address, names, NASTY if IS_STRICT and "q" in names else SHORT) for address, names in addresses]


def quiet(client):
    """Let an error be an answer, as in production."""
    client.raise_request_exception = False
    return client


def says_too_much(response):
    body = response.content.decode(errors="replace") if not response.streaming else ""
    return response.status_code >= 500 or any(word in body for word in DATABASE_WORDS)


@pytest.mark.parametrize("key", [SENCO, TEACHER])
def test_query_breaks_nothing(stage, asked, key):
    client, broken = quiet(client_of(stage.people[key])), []
    for address, names, values in asked:
        for value in values if key == SENCO else SHORT[:4]:  # the same words reach the same code for both
            with transaction.atomic():
                response = client.get(address, dict.fromkeys(names, value))
                transaction.set_rollback(True)
            if says_too_much(response):
                broken.append((address, value[:30], response.status_code))

    assert broken == []


@pytest.mark.parametrize(
    "query",
    [
        "&".join(f"q={number}" for number in range(900)),
        "&".join(f"pupil={number}" for number in range(900)),
        "".join(f"q[{number}]" for number in range(400)) + "=x",
        "q[a][b][c][d]=x&q.a.b=y&__proto__=z&q__contains=k",
        "q=%ff%fe%00&who=%c3%28&sort=%80",
        "q=%u0041&q=%",
        "sort=legal_surname&sort=-password&sort=school__memberships__user__password",
        "pupil__school=1&school=2&school_id=2&merged_into__isnull=0&left_on__gt=2000-01-01",
        "columns=upn&columns=birth_on&columns=legal_forename&columns=contacts__address",
        ";".join(["q=a"] * 300),
        "=" * 300 + "&" * 300,
    ],
    ids=lambda query: query[:24],
)
def test_odd_query_breaks_nothing(stage, no_limits, query):
    for key in (SENCO, TEACHER):
        client = quiet(client_of(stage.people[key]))
        for name in ("register", "pupil-search", "register-export", "pupils:concern-list", "pupils:key-worker-many"):
            assert not says_too_much(client.get(f"{reverse(name)}?{query}")), (name, query[:40])


def test_lookup_in_the_query_reaches_no_other_row(stage):
    """Names of the query are never names of columns: an unknown one is left out."""
    client = client_of(stage.people[TEACHER])
    seen = set(Pupil.objects.visible_to(stage.acting(TEACHER)).values_list("pk", flat=True))

    for query in ("school=2", "school_id=2&merged_into=1", "pupil__school=2", "q=%25&who=all", "q=_&who=all"):
        page = client.get(f"{reverse('register')}?who=all&{query}")
        assert {pupil.pk for pupil in page.context["page"].object_list} <= seen
    numbers = client.get(f"{reverse('register')}?who=all&columns=upn&columns=name")
    assert stage.pupil.upn not in numbers.content.decode()


@pytest.mark.parametrize("wild", ["%", "_", "canary%", "*", ".", "' OR 'a'='a"])
def test_search_knows_no_wild_cards(stage, no_limits, wild):
    client = client_of(stage.people[SENCO])
    found = client.get(reverse("pupil-search"), {"q": wild}).context["found"]
    everybody = client.get(reverse("register"), {"who": "all"}).context["page"].paginator.count
    narrowed = client.get(reverse("register"), {"who": "all", "q": f"zzz{wild}zzz"}).context["page"].paginator.count

    assert len(found) <= 1 or "canary" in wild
    assert narrowed in (0, everybody)
    assert client.get(reverse("register"), {"who": "all", "q": "zzzzz"}).context["page"].paginator.count == 0


def test_number_of_a_child_finds_nobody_for_a_teacher(stage, no_limits):
    """Who may not see a UPN cannot ask whose it is."""
    teacher, office = client_of(stage.people[TEACHER]), client_of(stage.people[OFFICE])

    for upn in (stage.pupil.upn, stage.pupil.upn.lower()):
        assert teacher.get(reverse("pupil-search"), {"q": upn}).context["found"] == []
        assert [one.pk for one in office.get(reverse("pupil-search"), {"q": upn}).context["found"]] == [stage.pupil.pk]


def test_hidden_flag_filters_nothing_for_a_teacher(stage):
    """The filter of a flag that is hidden is left out: the list must not shrink to those who have it."""
    client = client_of(stage.people[TEACHER])
    plain = client.get(reverse("register"), {"who": "all"})

    for kind in ("cp", "cin"):
        narrowed = client.get(reverse("register"), {"who": "all", "flag": kind})
        assert narrowed.context["page"].paginator.count == plain.context["page"].paginator.count
    assert client.get(reverse("register"), {"who": "all", "flag": "fsm"}).context["page"].paginator.count >= 1


# --- Numbers in the path ------------------------------------------------------------------------------------------
BIGGER_THAN_BIG = "9223372036854775808"


@pytest.mark.parametrize(
    ("method", "number"),
    [
        ("get", "0"),
        ("post", "99999999999"),
        ("get", BIGGER_THAN_BIG),
        ("post", BIGGER_THAN_BIG),
        ("get", "1" * 400),
    ],
    ids=lambda one: one[:20],
)
def test_number_in_the_path_breaks_nothing(stage, method, number):
    """Beyond what the database counts to is not there, like any other number."""
    client, broken = quiet(client_of(stage.people[SENCO])), []
    for name in MATRIX:
        address = _path(stage, name, number)
        if address is None:
            continue
        status = getattr(client, method)(address).status_code
        if status >= 500 or status == 200:
            broken.append((address[:60], status))

    assert broken == []


def _path(stage, name, number):
    thing, _ = MATRIX[name]
    if thing == "none" or thing in FIXED or not stage.ids.get(thing):
        return None
    value = stage.ids[thing][0]
    own = reverse(name, args=value if isinstance(value, tuple) else [value])
    parts = [number if part.isdecimal() else part for part in own.split("/")]
    return "/".join(parts)


# --- Forms --------------------------------------------------------------------------------------------------------
RAW = "pupil change value every key answer asked census query name q version page people form_key starts_on next"


@pytest.fixture(scope="module")
def seen():
    return {}


@pytest.fixture
def posted(stage, seen):
    """Every address that takes a form, with the names of its fields and the raw names; looked up once."""
    if not seen:
        walk = Walk(stage.people[SENCO], stage.ids, {})
        for name in MATRIX:
            for address in walk.addresses(name)[:1]:
                with transaction.atomic():
                    page = walk.client.get(address)
                    takes = walk.client.post(address).status_code != 405
                    transaction.set_rollback(True)
                if takes:
                    seen[address] = {*RAW.split(), *_fields(page)}
    return seen


@pytest.mark.parametrize("turn", TURNS)
def test_no_form_breaks(stage, posted, no_limits, turn):
    """Every field of every page is sent a nasty value, and each page's raw names with it; each turn sends another."""
    client, broken = quiet(client_of(stage.people[SENCO])), []
    for place, (address, names) in enumerate(posted.items()):
        values = {name: VALUES[(place + number + turn) % len(VALUES)] for number, name in enumerate(sorted(names))}
        with transaction.atomic():
            response = client.post(address, values)
            transaction.set_rollback(True)
        if says_too_much(response):
            broken.append((address, response.status_code, values))

    assert broken == []


def _fields(page):
    return {form.add_prefix(name) for form in forms_in(page) for name in form.fields}


def test_valid_form_with_one_nasty_field_breaks_nothing(stage, no_limits):
    """All else is right, so the value comes as far as the database."""
    client, pupil = quiet(client_of(stage.people[SENCO])), stage.pupil
    right = {
        reverse("pupils:contact-add", args=[pupil.pk]): {"name": "A", "relation": "Aunt", "priority": "1"},
        f"{reverse('pupils:concern-new')}?pupil={pupil.pk}": {
            "what": "A",
            "where": "B",
            "parent_told": "told",
            "form_key": "6fb0ef5e-66e5-4a04-a42f-9a1fd6a80f4b",
        },
        reverse("pupils:watch-start", args=[pupil.pk]): {"reason": "A", "look_again_on": "2027-05-04"},
        reverse("pupils:assessment-add", args=[pupil.pk]): {
            "test": "A",
            "taken_on": "2026-01-12",
            "scale": "standard",
            "score": "95",
            "assessed_by": "B",
        },
        reverse("register-view-save"): {"name": "A", "query": "who=K"},
        reverse("draft-save", args=["concern-new"]): {"what": "A"},
        reverse("staff:group-add"): {"name": "A", "kind": "form"},
        reverse("staff:unit-add"): {"name": "A", "kind": "mainstream"},
        reverse("staff:closure-add"): {"name": "A", "kind": "closed"}
        | dict.fromkeys(("starts_on", "ends_on"), "2026-12-01"),
    }
    broken = []
    for address, values in right.items():
        for name, value in itertools.product(values, SHORT):
            with transaction.atomic():
                response = client.post(address, values | {name: value})
                transaction.set_rollback(True)
            if says_too_much(response):
                broken.append((address, name, value[:30], response.status_code))

    assert broken == []
