import csv
import io
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from pupils.models import Need, NeedType, Pupil, RegisterEntry
from pupils.quality.census import census_table, censuses, check_census, key_of, next_census
from sendco.audit.models import Event, Read
from staff.models import Unit
from staff.permissions import Permission
from tests.factories import PupilFactory

pytestmark = pytest.mark.postgresql("queries over dates")

TODAY = date(2026, 11, 20)
SPRING, AUTUMN, SUMMER = "spring-2027", "autumn-2026", "summer-2027"
UPN = "X373400126001"


def suggestion(key):
    return censuses(TODAY)[key]


def check(acting, user, key=SPRING):
    return check_census(acting(user), suggestion(key), today=TODAY)


def need(pupil, code="SPLD", rank=1, **values):
    kind = NeedType.objects.get(code=code)
    dates = {"starts_on": date(2026, 9, 1)} | values
    return Need.objects.create(pupil=pupil, need_type=kind, rank=rank, area=kind.area, **dates)


def child(school, code="N", *codes, number=None, starts_on=date(2026, 9, 1), **values):
    pupil = PupilFactory(school=school, upn=number, on_roll=False, **values)
    RegisterEntry.objects.create(school=school, pupil=pupil, code=code, starts_on=starts_on)
    pupil.enrolments.create(starts_on=starts_on)
    for rank, kind in enumerate(codes, start=1):
        need(pupil, kind, rank)
    return pupil


def broken(found):
    return {
        problem.rule.code: [pupil.pk for pupil in problem.pupils] for problem in found if problem.rule.code != "upn"
    }


# --- Which census ------------------------------------------------------------------------------------------------
def test_the_censuses_of_the_year_are_offered_by_the_usual_pattern():
    assert [suggestion(key).census_on for key in (AUTUMN, SPRING, SUMMER)] == [
        date(2026, 10, 1),
        date(2027, 1, 21),
        date(2027, 5, 20),
    ]


@pytest.mark.parametrize(
    ("today", "key"),
    [
        (date(2026, 9, 1), AUTUMN),
        (date(2026, 10, 28), AUTUMN),
        (date(2026, 10, 29), SPRING),
        (date(2027, 2, 18), SUMMER),
        (date(2027, 8, 1), "autumn-2027"),
    ],
)
def test_the_next_census_is_the_one_whose_return_is_still_to_be_made(today, key):
    assert key_of(next_census(today)) == key


# --- Counting ----------------------------------------------------------------------------------------------------
def test_the_three_codes_add_up_to_the_roll(school, senco, acting, foreign_pupil):
    for code, times in (("N", 3), ("K", 2), ("E", 1)):
        for _ in range(times):
            child(school, code)
    PupilFactory(school=school, left_on=date(2026, 10, 9))

    found = check(acting, senco)

    assert found.counts == {"N": 3, "K": 2, "E": 1}
    assert (found.roll, found.coded, found.adds_up) == (6, 6, True)


def test_a_pupil_without_a_code_breaks_the_sum(school, senco, acting):
    child(school)
    lost = PupilFactory(school=school, on_roll=False)

    found = check(acting, senco)

    assert (found.roll, found.coded, found.adds_up) == (2, 1, False)
    assert broken(found.problems) == {"status": [lost.pk]}


def test_a_census_day_that_is_over_is_counted_as_it_stood(school, senco, acting):
    pupil = child(school, "N")
    RegisterEntry.objects.filter(pupil=pupil).update(ends_on=date(2026, 10, 20))
    RegisterEntry.objects.create(school=school, pupil=pupil, code="K", starts_on=date(2026, 10, 21))
    child(school, "E", left_on=date(2026, 10, 1))
    child(school, "E", joined_on=date(2026, 10, 2), starts_on=date(2026, 10, 2))

    assert check(acting, senco, AUTUMN).counts == {"N": 1, "K": 0, "E": 1}
    assert check(acting, senco, AUTUMN).day == date(2026, 10, 1)
    assert check(acting, senco, SPRING).counts == {"N": 0, "K": 1, "E": 1}
    assert check(acting, senco, SPRING).day == TODAY


def test_subsidiary_registrations_and_guests_are_named(school, senco, acting):
    child(school).enrolments.update(kind="subsidiary")
    child(school).enrolments.update(kind="guest")
    child(school).enrolments.update(kind="main")

    assert check(acting, senco).elsewhere == 2


# --- What would be refused ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "types", "rule"),
    [
        ("K", [], "type"),
        ("E", [], "type"),
        ("N", ["SPLD"], "none"),
        ("E", ["NSA"], "nsa"),
        ("K", ["SPLD", "SLCN"], None),
        ("K", ["NSA"], None),
        ("E", ["ASD"], None),
        ("N", [], None),
    ],
)
def test_types_of_need_that_spring_would_refuse(school, senco, acting, code, types, rule):
    pupil = child(school, code, *types)

    assert broken(check(acting, senco).problems) == ({rule: [pupil.pk]} if rule else {})


def test_not_assessed_with_no_need_breaks_both_rules(school, senco, acting):
    pupil = child(school, "N", "NSA")

    assert broken(check(acting, senco).problems) == {"nsa": [pupil.pk], "none": [pupil.pk]}


def test_ranks_have_to_count_from_one(school, senco, acting):
    pupil = child(school, "K")
    need(pupil, rank=2)

    assert broken(check(acting, senco).problems) == {"ranks": [pupil.pk]}


def test_a_type_that_the_table_no_longer_holds_is_no_type(school, senco, acting):
    pupil = child(school, "K", "OTH")
    NeedType.objects.filter(code="OTH").update(valid_to=date(2026, 8, 31))

    assert broken(check(acting, senco).problems) == {"type": [pupil.pk]}


def test_two_codes_on_one_day_are_found(school, senco, acting):
    pupil = child(school, "N", starts_on=date(2026, 9, 1))
    RegisterEntry.objects.create(
        school=school, pupil=pupil, code="K", starts_on=date(2026, 9, 10), ends_on=date(2026, 12, 1)
    )

    assert broken(check(acting, senco).problems) == {"statuses": [pupil.pk]}


@pytest.mark.parametrize("key", [AUTUMN, SUMMER])
def test_autumn_and_summer_ask_for_no_types_and_say_what_spring_will(school, senco, acting, key):
    pupil = child(school, "K")

    found = check(acting, senco, key)

    assert broken(found.problems) == {}
    assert broken(found.for_spring) == {"type": [pupil.pk]}
    assert [is_asked for _, is_asked in found.asked] == [True, False, False]


def test_upn_and_birth_date_are_asked_for(school, senco, acting):
    pupil = child(school, birth_on=None)

    found = {problem.rule.code: problem.words for problem in check(acting, senco).problems}

    assert found == {"upn": "1 pupil has no UPN", "birth": "1 pupil has no date of birth"}
    assert pupil.pk


def test_the_check_takes_as_many_queries_for_many(school, senco, acting, django_assert_num_queries):
    person = acting(senco)
    for times in (1, 20):
        for _ in range(times):
            child(school, "K", "SPLD")
        with django_assert_num_queries(4):
            check_census(person, suggestion(SPRING), today=TODAY)


# --- The list ----------------------------------------------------------------------------------------------------
def test_the_list_holds_what_the_census_asks(school, senco, acting):
    unit = Unit.objects.create(school=school, name="The Nest", kind="sen_unit")
    pupil = child(school, "K", "SPLD", "SLCN", "ASD", number=UPN, legal_forename="Kezia", legal_surname="Adeyemi")
    pupil.enrolments.update(unit=unit)

    headings, rows = census_table(acting(senco), check(acting, senco))

    row = dict(zip(headings, rows[0], strict=True))
    assert row["UPN"] == UPN
    assert (row["SEN provision"], row["Primary type"], row["Secondary type"]) == ("K", "SPLD", "SLCN")
    assert (row["SEN unit"], row["Resourced provision"], row["To check"]) == (True, False, "")


def test_the_list_of_autumn_leaves_the_types_out(school, senco, acting):
    child(school, "K", "SPLD")

    headings, _ = census_table(acting(senco), check(acting, senco, AUTUMN))

    assert "Primary type" not in headings
    assert "SEN provision" in headings


def test_the_list_says_what_to_check(school, senco, acting):
    child(school, "K", number=UPN)

    headings, rows = census_table(acting(senco), check(acting, senco))

    assert rows[0][headings.index("To check")] == "on K or E has no valid type of need"


# --- Pages -------------------------------------------------------------------------------------------------------
def test_the_page_shows_counts_errors_and_that_days_are_to_be_confirmed(school, senco, sign_in):
    pupil = child(school, "K")

    page = sign_in(senco).get(reverse("pupils:census"), {"census": key_of(_next("spring"))}).content.decode()

    assert "confirm on GOV.UK" in page
    assert "E + K + N = 1: everybody on roll" in page
    assert "1 pupil on K or E has no valid type of need" in page
    assert "seen in public test code" in page
    assert reverse("pupils:needs-change", args=[pupil.pk]) in page


def _next(term):
    return next(one for one in censuses(timezone.localdate()).values() if one.term == term)


def test_an_unknown_census_shows_the_next_one(pupil, senco, sign_in):
    response = sign_in(senco).get(reverse("pupils:census"), {"census": "winter-1999"})

    assert response.status_code == 200
    assert response.context["check"].suggestion == next_census(timezone.localdate())


def test_the_page_takes_as_many_queries_for_many(school, senco, sign_in, count_queries):
    sign_in(senco)
    child(school, "K")
    few = count_queries(reverse("pupils:census"))
    for _ in range(15):
        child(school, "K")

    assert count_queries(reverse("pupils:census")) == few


def test_downloading_the_list(school, senco, proved):
    child(school, "K", "SPLD", number=UPN, legal_surname="=HYPERLINK()")
    key = key_of(_next("spring"))

    response = proved(senco).post(reverse("pupils:census-download"), {"census": key})

    assert response["Content-Disposition"] == f'attachment; filename="census-{key}.csv"'
    headings, row, footer = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert row[headings.index("UPN")] == UPN
    assert row[headings.index("Legal surname")] == "'=HYPERLINK()"
    assert "Nadia Rahman" in footer[0]
    event = Event.objects.get(code="census.exported")
    assert Read.objects.filter(what="export: census", reason="spring census").count() == 1
    assert "1 pupils" in event.text
    assert "SHA-256" in event.text


def test_downloading_asks_for_the_password_again_and_for_a_census(senco, sign_in, proved):
    response = sign_in(senco).post(reverse("pupils:census-download"), {"census": AUTUMN})

    assert "reauthenticate" in response.url
    assert not Event.objects.filter(code="census.exported").exists()
    client = proved(senco)
    assert client.post(reverse("pupils:census-download"), {"census": "winter-1999"}).status_code == 404
    assert client.get(reverse("pupils:census-download")).status_code == 405


@pytest.mark.parametrize(
    ("role", "page", "download"),
    [("head", 200, 302), ("office", 200, 403), ("teacher", 403, 403), ("governor", 403, 403), ("dsl", 403, 403)],
)
def test_who_reaches_the_census(request, sign_in, role, page, download):
    client = sign_in(request.getfixturevalue(role))

    assert client.get(reverse("pupils:census")).status_code == page
    assert client.post(reverse("pupils:census-download"), {"census": AUTUMN}).status_code == download


def test_the_office_finds_no_download_and_no_link_it_may_not_follow(school, office, sign_in, acting):
    pupil = child(school, "K")

    page = sign_in(office).get(reverse("pupils:census"), {"census": key_of(_next("spring"))}).content.decode()

    assert "Download" not in page
    assert reverse("pupils:needs-change", args=[pupil.pk]) not in page
    assert not acting(office).can(Permission.EXPORT_RUN)
    assert Pupil.objects.get().name in page
