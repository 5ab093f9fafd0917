from datetime import date

import pytest
from django.urls import reverse

from pupils.duplicates.likeness import Likeness
from pupils.duplicates.selectors import kept_of, possible_duplicates, record_ids
from pupils.duplicates.services import merge, say_not_duplicate
from pupils.models import NotDuplicate
from sendco.audit.models import Event
from tests.factories import PupilFactory

pytestmark = pytest.mark.postgresql("comparison of names")

BORN = date(2016, 3, 4)
UPN = "X373400126001"


def a_child(school, forename, surname, birth_on=BORN, **values):
    return PupilFactory(school=school, legal_forename=forename, legal_surname=surname, birth_on=birth_on, **values)


def pairs(user, acting):
    return [{one.first.pk, one.second.pk} for one in possible_duplicates(acting(user))]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Kayleigh", "Dunmore"), ("Kayleigh", "Dunmoor")),
        (("Kayleigh", "Dunmore"), ("Kayliegh", "Dunmore")),
        (("Sam", "Okoro"), ("Samuel", "Okoro")),
        (("Zoë", "O'Brien"), ("Zoe", "OBrien")),
        (("Kezia", "Adeyemi"), ("Kezia", "Adeyemi-Clarke")),
        (("Marsh", "Tyler"), ("Tyler", "Marsh")),
        (("Leo", "Farrant"), ("Leo", "Farrant")),
    ],
)
def test_similar_names_of_one_birth_date_are_offered(school, senco, acting, one, other):
    first, second = a_child(school, *one), a_child(school, *other)

    assert pairs(senco, acting) == [{first.pk, second.pk}]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Rhys", "Tallow"), ("Ryan", "Tallow")),
        (("Olivia", "Marsh"), ("Oliver", "Marsh")),
        (("Jack", "Reese"), ("Jake", "Reese")),
        (("Leo", "Farrant"), ("Leo", "Whitlock")),
        (("Amara", "Nwosu"), ("Ngozi", "Eze")),
    ],
)
def test_twins_and_strangers_are_not_offered(school, senco, acting, one, other):
    a_child(school, *one)
    a_child(school, *other)

    assert pairs(senco, acting) == []


def test_the_name_a_child_likes_counts_as_a_name(school, senco, acting):
    first = a_child(school, "Björn", "Ferreira", preferred_forename="BJ")
    second = a_child(school, "BJ", "Ferreira")

    assert pairs(senco, acting) == [{first.pk, second.pk}]


def test_same_name_with_day_and_month_the_other_way_round_is_offered(school, senco, acting):
    first = a_child(school, "Leo", "Farrant", date(2016, 3, 4))
    second = a_child(school, "Leo", "Farrant", date(2016, 4, 3))

    assert pairs(senco, acting) == [{first.pk, second.pk}]
    assert possible_duplicates(acting(senco))[0].reasons == [Likeness.SAME_NAME_BIRTH_SWAPPED]


def test_similar_name_with_another_birth_date_is_not_offered(school, senco, acting):
    a_child(school, "Leo", "Farrant", date(2016, 3, 4))
    a_child(school, "Leo", "Farrant", date(2015, 3, 4))
    a_child(school, "Leon", "Farrant", date(2016, 4, 3))

    assert pairs(senco, acting) == []


def test_same_name_without_a_birth_date_is_offered(school, senco, acting):
    first, second = a_child(school, "Leo", "Farrant"), a_child(school, "Leo", "Farrant", None)

    assert pairs(senco, acting) == [{first.pk, second.pk}]


def test_a_former_upn_of_one_is_the_upn_of_the_other(school, senco, acting):
    first = a_child(school, "Leo", "Farrant", upn=UPN)
    second = a_child(school, "Imogen", "Sallow", date(2014, 1, 1), former_upn=UPN)
    a_child(school, "Rhys", "Tallow", date(2013, 1, 1))

    found = possible_duplicates(acting(senco))

    assert [{one.first.pk, one.second.pk} for one in found] == [{first.pk, second.pk}]
    assert found[0].reasons == [Likeness.SHARED_UPN]


def test_nobody_of_another_school_is_offered(school, other_school, senco, acting):
    a_child(school, "Leo", "Farrant", upn=UPN)
    a_child(other_school, "Leo", "Farrant", upn=UPN)

    assert pairs(senco, acting) == []


def test_a_pair_said_to_be_different_is_offered_no_more(school, senco, acting):
    first, second = a_child(school, "Ella", "Marsh"), a_child(school, "Ela", "Marsh")
    assert len(pairs(senco, acting)) == 1

    say_not_duplicate(one=second, other=first, by=senco)
    say_not_duplicate(one=first, other=second, by=senco)

    assert pairs(senco, acting) == []
    assert NotDuplicate.objects.get().said_by == senco
    assert Event.objects.filter(code="merge.not_duplicate").count() == 2


def test_a_merged_record_is_offered_no_more_and_leads_to_the_kept_one(school, senco, acting, outsider):
    first, second, third = (a_child(school, "Leo", "Farrant") for _ in range(3))

    merge(kept=second, gone=first, versions=(1, 1), by=senco)
    second.refresh_from_db()
    merge(kept=third, gone=second, versions=(1, second.version), by=senco)

    assert pairs(senco, acting) == []
    assert kept_of(first.pk, acting(senco)) == third
    assert kept_of(third.pk, acting(senco)) is None
    assert kept_of(first.pk, acting(outsider)) is None
    assert set(record_ids(third)) == {first.pk, second.pk, third.pk}


def test_kept_of_shows_a_teacher_only_pupils_of_their_own(pupil, other_pupil, senco, teacher, acting):
    merge(kept=other_pupil, gone=pupil, versions=(1, 1), by=senco, fields=[])

    assert kept_of(pupil.pk, acting(teacher)) is None
    assert kept_of(pupil.pk, acting(senco)) == other_pupil


def test_finding_duplicates_takes_as_many_queries_for_many(school, senco, acting, django_assert_num_queries):
    a_child(school, "Leo", "Farrant")
    a_child(school, "Leo", "Farrant")
    person = acting(senco)
    with django_assert_num_queries(3):
        possible_duplicates(person)

    for number in range(30):
        a_child(school, "Leo", f"Tarrow{'abcdefghij'[number % 10]}", date(2015, 1, 1 + number // 10))
    with django_assert_num_queries(3):
        possible_duplicates(person)


# --- The page ----------------------------------------------------------------------------------------------------
def test_the_list_shows_the_pair_and_why(school, senco, sign_in):
    first, second = a_child(school, "Ella", "Marsh"), a_child(school, "Ela", "Marsh")

    page = sign_in(senco).get(reverse("pupils:duplicate-list")).content.decode()

    assert "Ella Marsh" in page
    assert str(Likeness.SIMILAR_NAME_SAME_BIRTH.label) in page
    assert reverse("pupils:merge-preview", args=[first.pk, second.pk]) in page


def test_the_list_says_so_when_there_is_none(pupil, senco, sign_in):
    assert "No two records look like one child" in sign_in(senco).get(reverse("pupils:duplicate-list")).content.decode()


@pytest.mark.parametrize("role", ["head", "office", "teacher", "governor", "administrator"])
def test_only_who_may_merge_sees_the_list(request, role, sign_in):
    assert sign_in(request.getfixturevalue(role)).get(reverse("pupils:duplicate-list")).status_code == 403


def test_saying_different_goes_back_to_the_list(school, senco, sign_in):
    first, second = a_child(school, "Ella", "Marsh"), a_child(school, "Ela", "Marsh")
    address = reverse("pupils:not-duplicate", args=[first.pk, second.pk])
    client = sign_in(senco)

    assert client.get(address).status_code == 405
    response = client.post(address, follow=True)

    assert "stay two pupils" in response.content.decode()
    assert "No two records look like one child" in response.content.decode()


def test_a_pair_with_a_pupil_of_another_school_is_not_found(pupil, foreign_pupil, senco, sign_in):
    address = reverse("pupils:not-duplicate", args=[pupil.pk, foreign_pupil.pk])

    assert sign_in(senco).post(address).status_code == 404
    assert not NotDuplicate.objects.exists()


# --- Any two pupils ----------------------------------------------------------------------------------------------
CHOOSE = "/data/duplicates/choose/"


def test_any_two_pupils_are_found_one_after_the_other(school, senco, sign_in):
    first = a_child(school, "Kezia", "Adeyemi")
    second = a_child(school, "Leo", "Farrant", date(2012, 1, 1))
    client = sign_in(senco)

    listed = client.get(reverse("pupils:duplicate-list")).content.decode()
    found = client.get(CHOOSE, {"q": "kezia"}).content.decode()
    chosen = client.get(CHOOSE, {"first": first.pk, "q": "farant"}).content.decode()

    assert f'href="{CHOOSE}"' in listed
    assert f'href="{CHOOSE}?first={first.pk}"' in found
    assert "This record stays" in chosen
    assert f'href="{reverse("pupils:merge-preview", args=[first.pk, second.pk])}"' in chosen


def test_a_record_is_not_compared_with_itself(school, senco, sign_in):
    only = a_child(school, "Kezia", "Adeyemi")

    page = sign_in(senco).get(CHOOSE, {"first": only.pk, "q": "kezia"}).content.decode()

    assert "No other pupil has a name or number like" in page


def test_typing_gets_the_list_of_pupils_alone(school, senco, sign_in):
    a_child(school, "Kezia", "Adeyemi")

    page = sign_in(senco).get(CHOOSE, {"q": "kez"}, headers={"HX-Request": "true"}).content.decode()

    assert "Kezia Adeyemi" in page
    assert "<h1" not in page


@pytest.mark.parametrize("first", ["foreign", "none", "0", "99999999999999999999999", "x"])
def test_a_first_record_that_is_not_there_is_404(foreign_pupil, senco, sign_in, first):
    first = foreign_pupil.pk if first == "foreign" else first

    assert sign_in(senco).get(CHOOSE, {"first": first, "q": "a"}).status_code == 404


def test_pupils_of_another_school_are_not_found(foreign_pupil, senco, sign_in):
    assert "Ruby" not in sign_in(senco).get(CHOOSE, {"q": "whitlock"}).content.decode().replace("“whitlock”", "")


@pytest.mark.usefixtures("one_window")
def test_too_many_searches_are_told_to_wait(pupil, senco, sign_in):
    client = sign_in(senco)

    pages = [client.get(CHOOSE, {"q": "kezia"}) for _ in range(61)]

    assert pages[60].status_code == 200
    assert "That was done many times" in pages[60].content.decode()


@pytest.mark.parametrize("text", ["x" * 5000, "\x00", "%00", "' OR 1=1 --", "   "])
def test_odd_searches_find_nothing_and_break_nothing(pupil, senco, sign_in, text):
    response = sign_in(senco).get(CHOOSE, {"q": text})

    assert response.status_code == 200
    assert "Kezia" not in response.content.decode()
