import pytest
from django.urls import reverse

from pupils.models import Need, NeedType, PupilFlag, RegisterEntry, SavedView
from pupils.register.services import change_status, start_watching
from tests.factories import PupilFactory

pytestmark = pytest.mark.postgresql("filters, sums and order")


@pytest.fixture
def on_support(pupil, senco):
    from datetime import date

    change_status(
        pupil=pupil,
        code="K",
        starts_on=date(2026, 1, 12),
        reason="Reading",
        decided_by="N. Rahman",
        by=senco,
        needs=[NeedType.objects.get(code="SPLD")],
    )
    return pupil


def names(response):
    return [pupil.name for pupil in response.context["page"].object_list]


def test_register_lists_who_is_on_it(client, sign_in, senco, on_support, other_pupil):
    sign_in(senco)

    response = client.get("/register/")

    assert names(response) == ["Kezia Adeyemi"]
    assert "1 on the register and 0 being monitored, of 2 pupils on roll" in " ".join(response.content.decode().split())


def test_monitored_pupils_stand_beside_the_register(client, sign_in, senco, other_pupil):
    from datetime import timedelta

    from django.utils import timezone

    look_again = timezone.localdate() + timedelta(days=30)
    start_watching(pupil=other_pupil, reason="Tired", look_again_on=look_again, by=senco)
    sign_in(senco)

    assert names(client.get("/register/")) == ["Leo Farrant"]
    assert names(client.get("/register/?who=K")) == []
    assert names(client.get("/register/?who=M")) == ["Leo Farrant"]


def test_teacher_sees_only_pupils_taught(client, sign_in, teacher, pupil, other_pupil):
    sign_in(teacher)

    assert names(client.get("/register/?who=all")) == ["Kezia Adeyemi"]


@pytest.mark.parametrize(("who", "shown"), [("senco", True), ("teacher", False)])
def test_who_knows_no_dates_of_others_is_not_told_that_there_are_none(request, sign_in, on_support, who, shown):
    page = sign_in(request.getfixturevalue(who)).get("/register/?who=all&columns=next&columns=status").content.decode()

    assert on_support.name in page
    assert ("Next date</a>" in " ".join(page.split()).replace(" </a>", "</a>")) == shown
    assert shown or "Nothing due" not in page


def test_other_schools_never_show(client, sign_in, senco, foreign_pupil):
    sign_in(senco)

    assert names(client.get("/register/?who=all")) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=kezia", 1),
        ("q=adeyemi", 1),
        ("q=kezai", 1),
        ("q=leo", 0),
        ("year=5", 1),
        ("year=6", 0),
        ("need=SPLD", 1),
        ("need=SEMH", 0),
        ("area=cl", 1),
        ("area=semh", 0),
        ("who=E", 0),
        ("who=nonsense", 1),
        ("year=99&need=%00", 1),
        ("group=abc", 1),
        ("page=-1", 1),
        ("sort=upn;drop", 1),
        ("due=late", 1),
    ],
)
def test_filters_live_in_the_address(client, sign_in, senco, on_support, query, found):
    sign_in(senco)

    assert len(names(client.get(f"/register/?{query}"))) == found


def test_confidential_flags_hide_from_those_who_may_not_know(client, sign_in, teacher, on_support):
    PupilFlag.objects.create(pupil=on_support, kind="cp")
    PupilFlag.objects.create(pupil=on_support, kind="fsm")
    sign_in(teacher)

    page = client.get("/register/").content.decode()
    narrowed = client.get("/register/?flag=cp")

    assert ">FSM<" in page
    assert ">CP<" not in page
    assert len(names(narrowed)) == 1, "a filter one may not use must not answer"


def test_saved_view_keeps_known_filters_only(client, sign_in, senco, on_support):
    sign_in(senco)

    client.post(reverse("register-view-save"), {"name": "Year 5", "query": "year=5&evil=1"})

    assert SavedView.objects.get().query == "year=5"


def test_saved_view_of_somebody_else_cannot_be_removed(client, sign_in, senco, head, school):
    view = SavedView.objects.create(user=head, school=school, name="Mine", query="")
    sign_in(senco)

    assert client.post(reverse("register-view-remove", args=[view.pk])).status_code == 404


def test_query_count_does_not_grow(client, sign_in, senco, school, count_queries):
    sign_in(senco)
    kind = NeedType.objects.get(code="SEMH")

    def more(count):
        for pupil in PupilFactory.create_batch(count, school=school):
            RegisterEntry.objects.filter(pupil=pupil).update(code="K")
            Need.objects.create(pupil=pupil, need_type=kind, rank=1, area="semh")
            PupilFlag.objects.create(pupil=pupil, kind="fsm")

    more(2)
    few = count_queries("/register/")
    more(20)

    assert count_queries("/register/") == few
