import pytest

from pupils import search
from tests.factories import PupilFactory

pytestmark = pytest.mark.postgresql("search and order")


@pytest.fixture
def bjorn(school):
    return PupilFactory(
        school=school,
        legal_forename="Björn",
        legal_surname="Āboliņš-Ferreira",
        preferred_forename="BJ",
        upn="X373400126001",
    )


@pytest.mark.parametrize(
    "text",
    [
        "bjorn",
        "BJÖRN",
        "abolins",
        "ferreira",
        "ferriera",
        "aboli",
        "bj",
        "ferreira bjorn",
        "x373400126001",
        "bjron",
        "feraira",
    ],
)
def test_finds_whatever_is_typed(bjorn, acting, senco, text):
    assert search.find(acting(senco), text) == [bjorn]


@pytest.mark.parametrize("text", ["", "   ", "zzz", "%", "_", "' OR 1=1", "\u202e", "x" * 500])
def test_finds_nothing_and_breaks_nothing(bjorn, acting, senco, text):
    assert search.find(acting(senco), text) == []


def test_likeliest_comes_first(school, acting, senco):
    PupilFactory(school=school, legal_forename="Jamie", legal_surname="Smyth")
    exact = PupilFactory(school=school, legal_forename="James", legal_surname="Smith")

    assert search.find(acting(senco), "james smith")[0] == exact


def test_teacher_finds_everybody_but_opens_their_own(acting, teacher, pupil, other_pupil):
    found = {one.name: one.opens for one in search.find(acting(teacher), "e")} | {
        one.name: one.opens for text in ("kezia", "leo") for one in search.find(acting(teacher), text)
    }

    assert found["Kezia Adeyemi"] is True
    assert found["Leo Farrant"] is False


def test_teacher_cannot_search_by_number(bjorn, acting, teacher):
    assert search.find(acting(teacher), "x373400126001") == []


def test_other_schools_are_not_found(foreign_pupil, acting, senco):
    assert search.find(acting(senco), "whitlock") == []


def test_fragment_and_page_need_the_same_permission(client, sign_in, governor):
    sign_in(governor)

    assert client.get("/find/?q=a").status_code == 403
    assert client.get("/find/?q=a", headers={"HX-Request": "true"}).status_code == 403


@pytest.mark.usefixtures("one_window")
def test_search_is_limited(client, sign_in, senco):
    sign_in(senco)

    statuses = [client.get("/find/?q=a").status_code for _ in range(61)]

    assert statuses[0] == 200
    assert statuses[-1] == 429
