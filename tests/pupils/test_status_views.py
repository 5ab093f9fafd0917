from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pupils.concerns import services as concerns
from pupils.models import Concern, Need, NeedType, RegisterEntry
from pupils.register import services as register
from pupils.register.refusals import RegisterReason
from sendco.audit.models import Event, Read
from sendco.due.models import DueItem
from staff.owed import all_differences
from tests.everywhere import agree, everywhere
from tests.factories import PupilFactory
from tests.refusals import shows


@pytest.fixture
def codes(db):
    return {row.code: row for row in NeedType.objects.all()}


@pytest.fixture
def change(codes):
    """What a person fills in to start SEN Support."""

    def data(pupil, **changed):
        entry = register.open_entry(pupil)
        return {
            "code": "K",
            "starts_on": timezone.localdate().isoformat(),
            "reason": "Reads two years below her age",
            "decided_by": "N Rahman with mother",
            "evidence": "Reading test of 12 Jan",
            "primary": codes["SLCN"].pk,
            "second": codes["SEMH"].pk,
            "third": "",
            "entry": entry.pk if entry else "",
        } | changed

    return data


@pytest.fixture
def on_support(pupil, senco, codes):
    return register.change_status(
        pupil=pupil,
        code="K",
        starts_on=timezone.localdate() - timedelta(days=60),
        reason="Secret reason",
        decided_by="All",
        by=senco,
        needs=[codes["SLCN"]],
    )


def url(pupil):
    return reverse("pupils:status-change", args=[pupil.pk])


def page_of(response):
    return response.content.decode()


def day(ago):
    return (timezone.localdate() - timedelta(days=ago)).isoformat()


# --- Long ago ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("began", ["2014-09-08", "2015-09-07", "2018-12-20"])
def test_support_that_began_before_the_days_we_know_opens_every_page(sign_in, senco, pupil, change, began):
    """The bank holidays known begin in 2019: what began before gives no date, and no page fails."""
    pupil = PupilFactory(school=pupil.school, birth_on=date(2005, 3, 1), joined_on=date(2009, 9, 1))
    client = sign_in(senco)

    assert client.post(url(pupil), change(pupil, starts_on=began)).status_code == 302

    entry = register.open_entry(pupil)
    correct = {"starts_on": "2015-09-08", "reason": "The letter says so", "decided_by": "N Rahman"}
    assert client.post(reverse("pupils:status-correct", args=[entry.pk]), correct).status_code == 302
    for where in ("pupil-detail", "pupils:register-history", "pupils:status-change", "pupil-timeline"):
        assert client.get(reverse(where, args=[pupil.pk])).status_code == 200, where
    assert client.get(reverse("pupils:letter-new", args=[entry.pk])).status_code == 200
    said = everywhere(client, senco, pupil, on=timezone.localdate())
    assert not DueItem.objects.filter(rule="support.tell_parent").exists()
    assert pupil.name in said["register"]
    assert list(all_differences()) == []
    agree(client, senco, pupil)


# --- Change ------------------------------------------------------------------------------------------------------
def test_starting_sen_support_keeps_who_and_why_and_goes_to_the_letter(sign_in, senco, pupil, change):
    response = sign_in(senco).post(url(pupil), change(pupil))

    entry = register.open_entry(pupil)
    assert (entry.code, entry.evidence, entry.entered_by) == ("K", "Reading test of 12 Jan", senco)
    assert response.url == reverse("pupils:letter-new", args=[entry.pk])
    needs = Need.objects.filter(pupil=pupil, ends_on=None).values_list("need_type__code", flat=True)
    assert list(needs) == ["SLCN", "SEMH"]
    assert DueItem.objects.get(rule="support.tell_parent").met_on is None


def test_a_plan_goes_back_to_the_history(sign_in, senco, pupil, on_support, change):
    response = sign_in(senco).post(url(pupil), change(pupil, code="E"))

    assert response.url == reverse("pupils:register-history", args=[pupil.pk])


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"primary": "", "second": ""}, RegisterReason.NEEDS_MISSING),
        ({"primary": ""}, "from the top"),
        ({"second": "same"}, RegisterReason.NEED_REPEATED),
        ({"starts_on": day(-2)}, RegisterReason.STATUS_IN_FUTURE),
        ({"starts_on": "2015-06-01"}, RegisterReason.START_BEFORE_BIRTH),
        ({"starts_on": "soon"}, "Enter a valid date"),
        ({"code": "N"}, RegisterReason.NEEDS_WITHOUT_SEN),
        ({"code": "A"}, "Select a valid choice"),
        ({"reason": ""}, "required"),
        ({"reason": "She disclosed it"}, "safeguarding lead"),
        ({"primary": "nsa", "code": "E"}, RegisterReason.NEED_ONLY_WITH_SUPPORT),
        ({"primary": "999"}, "Select a valid choice"),
    ],
)
def test_a_refusal_is_said_in_words_and_keeps_what_was_typed(sign_in, senco, pupil, change, codes, changed, words):
    named = {"same": codes["SLCN"].pk, "nsa": codes["NSA"].pk}
    data = change(pupil, **{name: named.get(value, value) for name, value in changed.items()})

    response = sign_in(senco).post(url(pupil), data)

    assert response.status_code == 422
    assert shows(page_of(response), words)
    assert "N Rahman with mother" in page_of(response)
    assert register.open_entry(pupil).code == "N"


def test_a_type_that_came_in_2025_is_not_there_for_an_earlier_start(sign_in, senco, pupil, change, codes):
    later = change(pupil, primary=codes["DS"].pk, starts_on="2024-12-31")

    response = sign_in(senco).post(url(pupil), later)

    assert response.status_code == 422
    assert "Select a valid choice" in page_of(response)


def test_the_page_opened_from_a_concern_is_filled_in_and_closes_it(sign_in, senco, teacher, pupil, change):
    key = "9a1f3fd1-0f4a-49f5-8a55-7d2f3d2c1a01"
    concern = concerns.raise_concern(pupil=pupil, what="Loses place", parent_told="told", form_key=key, by=teacher)
    concern = concerns.triage(concern=concern, outcome="support", note="Two years behind", version=1, by=senco)
    client, address = sign_in(senco), f"{url(pupil)}?concern={concern.pk}"
    form = client.get(address).context["form"]
    assert (form["code"].value(), form["reason"].value()) == ("K", "Two years behind")

    client.post(address, change(pupil))

    concern.refresh_from_db()
    assert concern.closed_on == timezone.localdate()


@pytest.mark.parametrize("concern", ["999", "x", "²"])
def test_a_concern_that_is_not_there_fills_in_nothing(sign_in, senco, pupil, concern):
    response = sign_in(senco).get(url(pupil), {"concern": concern})

    assert response.status_code == 200
    assert response.context["concern"] is None


def test_a_concern_of_another_child_fills_in_nothing(sign_in, senco, teacher, pupil, other_pupil):
    key = "9a1f3fd1-0f4a-49f5-8a55-7d2f3d2c1a02"
    other = concerns.raise_concern(pupil=other_pupil, what="Leo hides", parent_told="told", form_key=key, by=teacher)

    assert "Leo hides" not in page_of(sign_in(senco).get(url(pupil), {"concern": other.pk}))
    assert Concern.objects.get().closed_on is None


def test_a_change_by_somebody_else_is_shown_beside_mine(sign_in, senco, head, pupil, change, codes):
    mine = change(pupil, reason="My reason")
    register.change_status(
        pupil=pupil, code="E", starts_on=timezone.localdate(), reason="Plan issued", decided_by="LA", by=head,
        needs=[codes["ASD"]],
    )  # fmt: skip

    response = sign_in(senco).post(url(pupil), mine)

    assert response.status_code == 422
    page = page_of(response)
    assert "Plan issued" in page
    assert "My reason" in page
    assert register.open_entry(pupil).code == "E"


def test_a_leaver_is_refused_in_words(sign_in, senco, pupil, change):
    data = change(pupil)
    RegisterEntry.objects.filter(pupil=pupil).update(ends_on=day(1))
    pupil.left_on = timezone.localdate() - timedelta(days=1)
    pupil.save()

    response = sign_in(senco).post(url(pupil), data)

    assert response.status_code == 422
    assert "has left" in page_of(response)


# --- Correct -----------------------------------------------------------------------------------------------------
def correction(**changed):
    return {"starts_on": day(70), "reason": "Typed wrongly", "decided_by": "All"} | changed


def test_a_slip_is_corrected_and_the_old_value_stays(sign_in, senco, pupil, on_support):
    address = reverse("pupils:status-correct", args=[on_support.pk])
    client = sign_in(senco)
    assert "Secret reason" in page_of(client.get(address))

    assert client.post(address, correction()).url == reverse("pupils:register-history", args=[pupil.pk])

    on_support.refresh_from_db()
    assert on_support.starts_on.isoformat() == day(70)
    assert on_support.history.filter(reason="Secret reason").exists()
    assert Event.objects.filter(code="register.corrected").exists()


def test_a_correction_that_cannot_be_is_422(sign_in, senco, on_support):
    response = sign_in(senco).post(
        reverse("pupils:status-correct", args=[on_support.pk]), correction(starts_on=day(-3))
    )

    assert response.status_code == 422
    assert "in the future" in page_of(response)


# --- Needs -------------------------------------------------------------------------------------------------------
def test_the_order_of_needs_changes(sign_in, senco, pupil, on_support, codes):
    client, address = sign_in(senco), reverse("pupils:needs-change", args=[pupil.pk])
    assert client.get(address).context["form"]["primary"].value() == codes["SLCN"].pk

    client.post(address, {"primary": codes["ASD"].pk, "second": codes["SLCN"].pk, "starts_on": day(0)})

    needs = Need.objects.filter(pupil=pupil, ends_on=None).values_list("rank", "need_type__code")
    assert list(needs) == [(1, "ASD"), (2, "SLCN")]


def test_needs_without_a_status_are_refused(sign_in, senco, pupil, codes):
    response = sign_in(senco).post(
        reverse("pupils:needs-change", args=[pupil.pk]), {"primary": codes["ASD"].pk, "starts_on": day(0)}
    )

    assert response.status_code == 422
    assert shows(page_of(response), RegisterReason.NEEDS_WITHOUT_SEN)


# --- History -----------------------------------------------------------------------------------------------------
def test_reasons_are_for_those_who_read_the_record(sign_in, senco, teacher, pupil, on_support):
    address = reverse("pupils:register-history", args=[pupil.pk])

    page = page_of(sign_in(senco).get(address))
    assert "Secret reason" in page
    assert reverse("pupils:letter-new", args=[on_support.pk]) in page

    page = page_of(sign_in(teacher).get(address))
    assert "SEN Support" in page
    for hidden in ("Secret reason", "Decided by", "Correct", "Write the letter"):
        assert hidden not in page
    assert Read.objects.filter(user_id=teacher.pk, pupil_id=pupil.pk, what="register").exists()


def test_a_letter_is_offered_when_support_ends(sign_in, senco, pupil, on_support):
    ended = register.change_status(
        pupil=pupil, code="N", starts_on=timezone.localdate(), reason="Caught up", decided_by="All", by=senco
    )

    page = page_of(sign_in(senco).get(reverse("pupils:register-history", args=[pupil.pk])))

    assert reverse("pupils:letter-new", args=[ended.pk]) in page


# --- Who may -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("senco", 200),
        ("head", 200),
        ("teacher", 403),
        ("office", 403),
        ("dsl", 403),
        ("governor", 403),
        ("outsider", 404),
    ],
)
@pytest.mark.parametrize("route", ["status-change", "needs-change", "watch-start"])
def test_who_may_change(request, sign_in, pupil, route, who, status):
    user = request.getfixturevalue(who)

    assert sign_in(user).get(reverse(f"pupils:{route}", args=[pupil.pk])).status_code == status


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("senco", 200),
        ("teacher", 200),
        ("teaching_assistant", 404),
        ("office", 200),
        ("governor", 403),
        ("outsider", 404),
    ],
)
def test_who_may_read_the_history(request, sign_in, pupil, who, status):
    user = request.getfixturevalue(who)

    assert sign_in(user).get(reverse("pupils:register-history", args=[pupil.pk])).status_code == status


@pytest.mark.parametrize(("who", "status"), [("teacher", 403), ("outsider", 404)])
def test_who_may_not_correct(request, sign_in, on_support, who, status):
    user = request.getfixturevalue(who)

    assert (
        sign_in(user).post(reverse("pupils:status-correct", args=[on_support.pk]), correction()).status_code == status
    )
