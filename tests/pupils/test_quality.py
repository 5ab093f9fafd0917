from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pupils.models import Assessment, Contact, Letter, Need, NeedType, Pupil, RegisterEntry, WatchListEntry
from pupils.quality.checks import CHECKS, GROUPS
from pupils.quality.gaps import find_gaps
from pupils.register.services import change_status
from sendco.audit.models import Event
from staff.models import AcademicYear, Term, Unit
from staff.roles import Role
from tests.factories import MembershipFactory, PupilFactory, TeachingGroupFactory, UserFactory
from tests.factories.ehcp import PlanFactory

pytestmark = pytest.mark.postgresql("queries over sums and missing values")

TODAY = date(2026, 11, 20)
NUMBERS = ["X373400126001", "Z886321627014", "Q301407624219", "Z933205125108"]


@pytest.fixture(autouse=True)
def _calendar(school):
    year = AcademicYear.objects.create(school=school, starts_in=2026)
    Term.objects.create(academic_year=year, name="Year", starts_on=date(2026, 9, 1), ends_on=date(2027, 7, 20))


@pytest.fixture
def sound(school):
    """A pupil with nothing missing."""
    return whole(school)


def whole(school, number=0, **values):
    defaults = {"upn": NUMBERS[number], "form_group": TeachingGroupFactory(school=school)}
    defaults |= {"birth_on": date(2016, 10, 3), "year_group": "5"}
    pupil = PupilFactory(school=school, **(defaults | values))
    Contact.objects.create(pupil=pupil, name="Dana Cole", has_parental_responsibility=True, phone="01632 960001")
    return pupil


def need(pupil, code="SPLD", rank=1, starts_on=date(2026, 9, 1)):
    kind = NeedType.objects.get(code=code)
    return Need.objects.create(pupil=pupil, need_type=kind, rank=rank, area=kind.area, starts_on=starts_on)


def on(pupil, code, starts_on=date(2026, 9, 1), **values):
    RegisterEntry.objects.filter(pupil=pupil, ends_on=None).update(ends_on=starts_on - timedelta(days=1))
    told = {"parent_told_on": starts_on} | values
    if code == "E":
        PlanFactory(pupil=pupil, made_on=starts_on)
    return RegisterEntry.objects.create(school=pupil.school, pupil=pupil, code=code, starts_on=starts_on, **told)


def gaps(user, acting, only=None):
    return {one.check.code: one for one in find_gaps(acting(user), today=TODAY, only=only)}


def test_a_pupil_with_nothing_missing_has_no_gap(sound, senco, acting):
    assert gaps(senco, acting) == {}


def test_on_support_without_a_need_is_counted_in_words(school, senco, acting):
    for number in range(3):
        on(whole(school, number), "K")
    on(whole(school, 3), "E")

    found = gaps(senco, acting)

    assert found["k-need"].words == "3 pupils on K have no primary need"
    assert found["e-need"].words == "1 pupil on E has no primary need"
    assert set(found) == {"k-need", "e-need"}


def _n_with_need(pupil, senco):
    need(pupil)


def _nsa_on_plan(pupil, senco):
    on(pupil, "E")
    need(pupil, "NSA")


def _ranks(pupil, senco):
    on(pupil, "K")
    need(pupil, rank=2)


def _no_status(pupil, senco):
    pupil.register_entries.update(ends_on=date(2026, 10, 1))


def _overlap(pupil, senco):
    on(pupil, "K", date(2026, 9, 1))
    need(pupil)
    pupil.register_entries.filter(code="N").update(ends_on=date(2026, 9, 20))


def _future_status(pupil, senco):
    on(pupil, "K", date(2027, 1, 4))
    need(pupil)


def _future_roll(pupil, senco):
    Pupil.objects.filter(pk=pupil.pk).update(joined_on=date(2027, 1, 4))


def _set(**values):
    def change(pupil, senco):
        Pupil.objects.filter(pk=pupil.pk).update(**values)

    return change


def _not_told(pupil, senco):
    on(pupil, "K", parent_told_on=None)
    need(pupil)


def _no_responsibility(pupil, senco):
    pupil.contacts.update(has_parental_responsibility=False)


def _unreachable(pupil, senco):
    pupil.contacts.update(phone="")


def _watch(pupil, senco):
    WatchListEntry.objects.create(
        school=pupil.school, pupil=pupil, reason="Secret reason", look_again_on=TODAY - timedelta(days=1)
    )


def _worker(pupil, senco):
    left = MembershipFactory(school=pupil.school, ends_on=date(2026, 7, 20)).user
    Pupil.objects.filter(pk=pupil.pk).update(key_worker=left)


def _worker_inactive(pupil, senco):
    inactive = MembershipFactory(school=pupil.school, user=UserFactory(is_active=False)).user
    Pupil.objects.filter(pk=pupil.pk).update(key_worker=inactive)


def _letter(pupil, senco):
    Letter.objects.create(
        pupil=pupil,
        kind="support_starts",
        recipient="Dana Cole",
        subject="Support",
        body="Dear",
        dated_on=date(2026, 11, 1),
        made_by=senco,
    )


def _no_terms(pupil, senco):
    Term.objects.all().delete()


def _short_calendar(pupil, senco):
    Term.objects.update(ends_on=TODAY + timedelta(days=89))


def _long_on_support(pupil, senco):
    on(pupil, "K", TODAY.replace(year=2025))
    need(pupil, starts_on=TODAY.replace(year=2025))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_n_with_need, "n-need"),
        (_nsa_on_plan, "nsa-e"),
        (_ranks, "ranks"),
        (_no_status, "no-status"),
        (_overlap, "overlap"),
        (_future_status, "future"),
        (_future_roll, "future"),
        (_set(upn=None), "no-upn"),
        (_set(upn="W80120002400A"), "temporary-upn"),
        (_set(birth_on=None), "no-birth"),
        (_set(year_group=""), "no-year"),
        (_set(year_group="3"), "year-far"),
        (_set(year_group="7"), "year-far"),
        (_set(form_group=None), "no-class"),
        (_not_told, "not-told"),
        (_no_responsibility, "no-pr"),
        (_unreachable, "no-way-to-reach"),
        (_watch, "watch"),
        (_worker, "worker-left"),
        (_worker_inactive, "worker-left"),
        (_letter, "letters"),
        (_no_terms, "calendar"),
        (_short_calendar, "calendar"),
        (_long_on_support, "long-k"),
    ],
)
def test_each_gap_is_found_and_nothing_else(sound, senco, acting, spoil, code):
    spoil(sound, senco)

    found = gaps(senco, acting)

    assert list(found) == [code]
    assert [gap.pupil_id for gap in found[code].gaps] == [None if code == "calendar" else sound.pk]


@pytest.mark.parametrize("code", [check.code for check in CHECKS])
def test_every_check_has_its_group_and_speaks_of_one_and_of_many(code):
    check = next(check for check in CHECKS if check.code == code)

    assert check.group in [key for key, _, _ in GROUPS]
    if check.counted:
        assert check.words(1).startswith("1 ")
        assert check.words(1)[2:] != check.words(2)[2:]


@pytest.mark.parametrize("year", ["4", "5", "6", "X"])
def test_a_year_near_the_birth_date_is_no_gap(sound, senco, acting, year):
    Pupil.objects.update(year_group=year)

    assert gaps(senco, acting) == {}


@pytest.mark.parametrize(
    ("ends_on", "is_gap"), [(TODAY + timedelta(days=90), False), (TODAY + timedelta(days=89), True)]
)
def test_calendar_has_to_reach_ninety_days(sound, senco, acting, ends_on, is_gap):
    Term.objects.update(ends_on=ends_on)

    assert ("calendar" in gaps(senco, acting)) == is_gap


def test_a_recent_assessment_or_need_is_a_change_on_support(sound, senco, acting):
    on(sound, "K", date(2024, 9, 9))
    first = need(sound, starts_on=date(2024, 9, 9))
    assert list(gaps(senco, acting)) == ["long-k"]

    test = Assessment.objects.create(
        pupil=sound, test="Reading", taken_on=date(2026, 6, 1), scale="raw", score=9, assessed_by="N. Rahman"
    )
    assert gaps(senco, acting) == {}

    Assessment.objects.filter(pk=test.pk).update(removed_on=TODAY)
    assert list(gaps(senco, acting)) == ["long-k"]
    Need.objects.filter(pk=first.pk).update(starts_on=date(2026, 9, 1))
    assert gaps(senco, acting) == {}


def test_a_contact_who_is_not_to_be_contacted_needs_no_telephone(sound, senco, acting):
    Contact.objects.create(pupil=sound, name="Kit Marsh", do_not_contact=True)
    Contact.objects.create(pupil=sound, name="Jo Marsh", ended_on=date(2026, 9, 1))

    assert gaps(senco, acting) == {}


def test_leavers_merged_records_and_other_schools_have_no_gaps(school, sound, senco, acting, foreign_pupil):
    PupilFactory(school=school, left_on=date(2026, 10, 1), upn=None, birth_on=None)
    PupilFactory(school=school, merged_into=sound, upn=None, birth_on=None)

    assert gaps(senco, acting) == {}


def test_office_sees_no_narrative_and_no_letters(sound, office, senco, acting):
    _long_on_support(sound, senco)
    _letter(sound, senco)

    assert set(gaps(senco, acting)) == {"long-k", "letters"}
    assert gaps(office, acting) == {}


def test_a_provision_lead_sees_the_gaps_of_their_unit_alone(school, sound, acting):
    unit = Unit.objects.create(school=school, name="The Nest", kind="resourced")
    lead = MembershipFactory(school=school, role=Role.PROVISION_LEAD, unit=unit).user
    mine = whole(school, 1, year_group="")
    whole(school, 2, year_group="")
    mine.enrolments.update(unit=unit)

    assert [gap.pupil_id for gap in gaps(lead, acting)["no-year"].gaps] == [mine.pk]


def test_queries_do_not_grow_with_the_number_of_pupils(client, count_queries, sign_in, school, senco):
    sign_in(senco)
    address = reverse("pupils:data-quality")
    for _ in range(2):
        on(PupilFactory(school=school), "K")
    few = count_queries(address)
    for _ in range(20):
        on(PupilFactory(school=school, year_group=""), "K")

    assert count_queries(address) == few
    assert few < 30


def test_the_checks_themselves_take_ten_queries(school, senco, acting, django_assert_max_num_queries):
    on(PupilFactory(school=school), "K")
    person = acting(senco)

    with django_assert_max_num_queries(10):
        find_gaps(person, today=TODAY)


# --- The page ----------------------------------------------------------------------------------------------------
def test_the_page_names_the_pupil_and_links_to_what_mends_it(client, sign_in, senco, sound):
    on(sound, "K")

    page = sign_in(senco).get(reverse("pupils:data-quality")).content.decode()

    assert "1 pupil on K has no primary need" in page
    assert sound.name in page
    assert reverse("pupils:needs-change", args=[sound.pk]) in page


@pytest.mark.parametrize("spoil", [_watch, _not_told, _letter, _unreachable, _overlap, _future_roll, _no_terms])
def test_a_gap_that_another_row_mends_links_to_it(client, sign_in, senco, sound, spoil):
    spoil(sound, senco)
    client = sign_in(senco)

    page = client.get(reverse("pupils:data-quality"))

    addresses = [row[2] for group in page.context["groups"] for one in group["findings"] for row in one.rows]
    assert addresses
    assert all(client.get(address).status_code == 200 for address in addresses)


def test_the_page_says_so_when_nothing_is_missing(client, sign_in, senco, sound):
    assert "No gap found" in sign_in(senco).get(reverse("pupils:data-quality")).content.decode()


def test_the_page_gives_no_reason_to_the_office_and_no_link_it_may_not_follow(client, sign_in, office, senco, sound):
    on(sound, "K")
    _watch(sound, senco)

    page = sign_in(office).get(reverse("pupils:data-quality")).content.decode()

    assert "1 pupil being monitored is past the date to look again" in page
    assert "Secret reason" not in page
    assert reverse("pupils:needs-change", args=[sound.pk]) not in page


def test_one_gap_lists_every_pupil_page_by_page(client, sign_in, senco, school):
    for number in range(55):
        PupilFactory(school=school, upn=None, legal_surname=f"Quill{number:02}")
    client = sign_in(senco)

    first = client.get(reverse("pupils:data-quality"), {"gap": "no-upn"}).content.decode()
    second = client.get(reverse("pupils:data-quality"), {"gap": "no-upn", "page": "2"}).content.decode()

    assert "55 pupils have no UPN" in first
    assert "Quill00" in first
    assert "Quill54" not in first
    assert "Quill54" in second


def test_one_gap_that_is_mended_says_so(client, sign_in, senco, sound):
    page = sign_in(senco).get(reverse("pupils:data-quality"), {"gap": "no-upn"}).content.decode()

    assert "Nothing left to mend here" in page


@pytest.mark.parametrize(("role", "gap"), [("senco", "nonsense"), ("office", "long-k")])
def test_a_gap_that_does_not_exist_for_this_person_is_not_found(request, sign_in, role, gap):
    client = sign_in(request.getfixturevalue(role))

    assert client.get(reverse("pupils:data-quality"), {"gap": gap}).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [("senco", 200), ("head", 200), ("office", 200), ("teacher", 403), ("teaching_assistant", 403), ("governor", 403)],
)
def test_who_sees_the_data_check(request, sign_in, role, status):
    client = sign_in(request.getfixturevalue(role))

    assert client.get(reverse("pupils:data-quality")).status_code == status
    assert client.post(reverse("pupils:data-quality")).status_code in (403, 405)


# --- One key worker for several ----------------------------------------------------------------------------------
@pytest.fixture
def colleague(school):
    return MembershipFactory(school=school, user=UserFactory(name="Dee Marlow")).user


def test_key_worker_for_several_pupils(client, sign_in, senco, colleague, pupil, other_pupil):
    client = sign_in(senco)
    address = reverse("pupils:key-worker-many")

    page = client.get(address, {"pupil": [pupil.pk, other_pupil.pk]}).content.decode()
    response = client.post(address, {"pupil": [pupil.pk, other_pupil.pk], "user": colleague.pk})

    assert "Key worker of 2 pupils" in page
    assert f'name="pupil" value="{other_pupil.pk}"' in page
    assert response.url == reverse("register")
    assert set(Pupil.objects.values_list("key_worker", flat=True)) == {colleague.pk}
    assert Event.objects.filter(code="pupil.key_worker").count() == 2


def test_nobody_is_a_key_worker_too(client, sign_in, senco, colleague, pupil):
    Pupil.objects.update(key_worker=colleague)

    sign_in(senco).post(reverse("pupils:key-worker-many"), {"pupil": [pupil.pk], "user": ""})

    pupil.refresh_from_db()
    assert pupil.key_worker is None


def test_key_worker_of_nobody_goes_back_to_the_register(client, sign_in, senco, foreign_pupil):
    client = sign_in(senco)

    for asked in ({}, {"pupil": [foreign_pupil.pk]}, {"pupil": ["x", "9" * 30]}):
        response = client.get(reverse("pupils:key-worker-many"), asked)
        assert response.url == reverse("register")


def test_a_pupil_of_another_school_is_never_taken_along(client, sign_in, senco, colleague, pupil, foreign_pupil):
    data = {"pupil": [pupil.pk, foreign_pupil.pk], "user": colleague.pk}

    response = sign_in(senco).post(reverse("pupils:key-worker-many"), data)

    assert response.status_code == 422
    foreign_pupil.refresh_from_db()
    assert foreign_pupil.key_worker is None


def test_a_key_worker_of_another_school_is_no_choice(client, sign_in, senco, outsider, pupil):
    response = sign_in(senco).post(reverse("pupils:key-worker-many"), {"pupil": [pupil.pk], "user": outsider.pk})

    assert response.status_code == 422


@pytest.mark.parametrize("role", ["teacher", "governor", "administrator", "dsl"])
def test_key_worker_for_several_asks_for_the_permission(request, sign_in, role, pupil):
    client = sign_in(request.getfixturevalue(role))

    assert client.post(reverse("pupils:key-worker-many"), {"pupil": [pupil.pk]}).status_code == 403


def test_a_mended_gap_leaves_the_page(client, sign_in, senco, sound):
    today = timezone.localdate()
    on(sound, "K", today - timedelta(days=5))
    client = sign_in(senco)
    assert "no primary need" in client.get(reverse("pupils:data-quality")).content.decode()

    change_status(pupil=sound, code="N", starts_on=today, reason="Mistake", decided_by="N. Rahman", by=senco)

    assert "no primary need" not in client.get(reverse("pupils:data-quality")).content.decode()
