from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ehcp.authorities.refusals import CaseworkerReason
from ehcp.models import Advice, Appeal, Caseworker, Exemption, NeedsAssessment
from ehcp.requests import selectors
from ehcp.requests.services import assessments as services
from pupils.models import Document
from sendco.audit.models import Event, Read
from sendco.drafts.services import load_draft, save_draft
from sendco.due.models import DueItem
from staff.acting import acting_for
from staff.owed import bring_up_to_date
from staff.roles import Role
from tests.everywhere import agree, everywhere, mailed
from tests.factories import MembershipFactory, PupilFactory
from tests.factories.ehcp import CaseworkerFactory, LocalAuthorityFactory, NeedsAssessmentFactory, PlanFactory
from tests.refusals import refused

LONDON = ZoneInfo("Europe/London")
REASON = "Kezia has had three cycles of support with help from outside, and the gap to her class grows all the same"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(datetime(2027, 1, 12, 10, tzinfo=LONDON), tick=False):
        yield


@pytest.fixture
def authority(school):
    return LocalAuthorityFactory(school=school, name="Westmarch Council")


@pytest.fixture
def case(pupil, authority, senco):
    return services.begin(pupil=pupil, authority=authority, began_on=date(2026, 9, 1), by=senco)


@pytest.fixture
def received(case, senco):
    return services.record_received(case=case, version=1, received_on=date(2026, 9, 14), by=senco)


def address(route, case, *more):
    return reverse(f"ehcp:{route}", args=[case.pk, *more])


def detail(client, case):
    response = client.get(address("assessment-detail", case))
    assert response.status_code == 200
    return response


def words_of(response):
    return " ".join(response.content.decode().split())


def fresh(case):
    return NeedsAssessment.objects.get(pk=case.pk)


def post_step(client, case, step, **data):
    return client.post(address("assessment-step", case, step), {"version": fresh(case).version, **data})


# --- Beginning ---------------------------------------------------------------------------------------------------
def test_child_is_found_by_part_of_the_name(sign_in, senco, pupil):
    response = sign_in(senco).get(reverse("ehcp:assessment-new"), {"q": "kezia"})

    assert f"?pupil={pupil.pk}" in words_of(response)


def test_request_begins_with_the_reason_and_the_authority_of_the_home(sign_in, senco, pupil, authority):
    LocalAuthorityFactory(school=pupil.school, name="Eastmarch Council")
    pupil.home_authority = "Westmarch Council"
    pupil.save()
    client, url = sign_in(senco), reverse("ehcp:assessment-new") + f"?pupil={pupil.pk}"

    assert client.get(url).context["form"]["authority"].value() == authority.pk
    data = {"asked_by": "school", "authority": authority.pk, "began_on": "2027-01-12", "reason": REASON}
    response = client.post(url, data)

    case = NeedsAssessment.objects.get(pupil=pupil)
    assert response.url == address("assessment-detail", case)
    assert case.reason == REASON
    assert case.kind == "first"
    assert case.advice.count() == 5


def test_child_with_a_plan_is_assessed_again(sign_in, senco, pupil, authority):
    PlanFactory(pupil=pupil, authority=authority)
    client, url = sign_in(senco), reverse("ehcp:assessment-new") + f"?pupil={pupil.pk}"

    assert "asks for a re-assessment" in words_of(client.get(url))
    client.post(url, {"asked_by": "school", "authority": authority.pk, "began_on": "2027-01-12"})

    assert NeedsAssessment.objects.get(pupil=pupil).kind == "again"


def test_typing_of_a_new_request_survives(sign_in, senco, pupil, authority):
    key = {"by": senco, "school_id": pupil.school_id, "form_key": f"assessment-new-{pupil.pk}"}
    save_draft(**key, data={"reason": [REASON], "asked_by": ["school"]})
    client, url = sign_in(senco), reverse("ehcp:assessment-new") + f"?pupil={pupil.pk}"

    assert REASON in words_of(client.get(url))
    client.post(url, {"asked_by": "school", "authority": authority.pk, "began_on": "2027-01-12", "reason": REASON})

    assert load_draft(**key) is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"authority": ""}, "This field is required"),
        ({"asked_by": "nobody"}, "Select a valid choice"),
        ({"began_on": "2031-01-12"}, "cannot be after today"),
        ({"began_on": "1931-01-12"}, "before September 2014"),
        ({"began_on": "31/31/2026"}, "Enter a valid date"),
        ({"reason": "x" * 40_001}, "at most 40000 characters"),
        ({"caseworker": "other"}, "works for"),
    ],
)
def test_new_request_says_what_is_wrong(sign_in, senco, pupil, authority, data, words):
    if data.get("caseworker"):
        data = {"caseworker": CaseworkerFactory(authority=LocalAuthorityFactory(school=pupil.school)).pk}
    good = {"asked_by": "school", "authority": authority.pk, "began_on": "2027-01-12", "reason": REASON}

    response = sign_in(senco).post(reverse("ehcp:assessment-new") + f"?pupil={pupil.pk}", good | data)

    assert response.status_code == 422
    assert words in words_of(response)
    assert not NeedsAssessment.objects.exists()


def test_second_open_request_is_refused_and_the_first_is_offered(sign_in, senco, case, authority):
    client, url = sign_in(senco), reverse("ehcp:assessment-new") + f"?pupil={case.pupil_id}"

    assert address("assessment-detail", case) in words_of(client.get(url))
    response = client.post(url, {"asked_by": "school", "authority": authority.pk, "began_on": "2027-01-12"})

    assert response.status_code == 422
    assert "open already" in words_of(response)


def test_child_of_another_school_is_not_there(sign_in, senco, foreign_pupil):
    url = reverse("ehcp:assessment-new") + f"?pupil={foreign_pupil.pk}"

    assert sign_in(senco).get(url).status_code == 404


# --- The caseworker ----------------------------------------------------------------------------------------------
@pytest.fixture
def grace(authority):
    return CaseworkerFactory(authority=authority, name="Grace Tilley")


def choose(client, case, worker, *, version=None):
    data = {"version": version or fresh(case).version, "caseworker": worker.pk if worker else ""}
    return client.post(address("assessment-caseworker", case), data)


def test_caseworker_is_named_and_taken_away_later(sign_in, senco, case, grace):
    client = sign_in(senco)
    assert "Choose the caseworker" in words_of(detail(client, case))

    assert choose(client, case, grace).url == address("assessment-detail", case)
    assert "Grace Tilley" in words_of(detail(client, case))
    choose(client, case, None)

    assert fresh(case).caseworker is None
    assert [row.caseworker_id for row in fresh(case).history.all()[:2]] == [None, grace.pk]
    said = Event.objects.filter(code="ehcp.request_caseworker").order_by("pk").values_list("text", flat=True)
    assert list(said) == ["Caseworker of the request: Grace Tilley", "Caseworker of the request: nobody"]


def test_same_caseworker_again_writes_nothing(sign_in, senco, case, grace):
    client = sign_in(senco)
    choose(client, case, grace)
    before = fresh(case).version

    choose(client, case, grace)

    assert fresh(case).version == before
    assert Event.objects.filter(code="ehcp.request_caseworker").count() == 1


@pytest.mark.parametrize("away", ["other authority", "other school", "ended", "rubbish"])
def test_caseworker_who_cannot_be_chosen_is_refused(sign_in, senco, school, case, authority, away):
    worker = {
        "other authority": lambda: CaseworkerFactory(authority=LocalAuthorityFactory(school=school)),
        "other school": CaseworkerFactory,
        "ended": lambda: CaseworkerFactory(authority=authority, ended_on=date(2026, 9, 1)),
        "rubbish": lambda: Caseworker(pk=999999),
    }[away]()

    assert choose(sign_in(senco), case, worker).status_code == 422
    assert fresh(case).caseworker is None


def test_two_people_choose_the_caseworker(sign_in, senco, case, authority, grace):
    owen = CaseworkerFactory(authority=authority, name="Owen Marsh")
    client, seen = sign_in(senco), fresh(case).version
    choose(client, case, owen)

    response = choose(client, case, grace, version=seen)

    assert response.status_code == 422
    assert "Owen Marsh" in words_of(response)
    assert response.context["form"]["caseworker"].value() == str(grace.pk)
    assert fresh(case).caseworker == owen
    assert choose(client, case, grace).status_code == 302


def test_caseworker_of_a_closed_request_stays(sign_in, senco, case, grace):
    services.close(case=case, version=1, reason="Withdrawn", by=senco)

    response = choose(sign_in(senco), case, grace)

    assert response.status_code == 422
    assert "is kept as it was" in words_of(response)
    assert address("assessment-caseworker", case) not in words_of(detail(sign_in(senco), case))


def test_service_refuses_a_stranger_from_the_beginning(pupil, authority, school, senco):
    stranger = CaseworkerFactory(authority=LocalAuthorityFactory(school=school))

    with refused(CaseworkerReason.OF_ANOTHER_AUTHORITY, worker=stranger.name, authority=authority.name):
        services.begin(pupil=pupil, authority=authority, caseworker=stranger, by=senco)


# --- Who may -----------------------------------------------------------------------------------------------------
STEPS = [
    *("sent", "received", "decision", "advice-asked", "advice-sent", "no-plan", "draft", "words", "final", "reversal")
]


def pages_of(case):
    plain = ("assessment-detail", "assessment-reason", "assessment-pack", "assessment-close", "assessment-caseworker")
    found = [address(route, case) for route in (*plain, "advice-add", "exemption-add")]
    found += [address("assessment-step", case, step) for step in STEPS]
    advice = case.advice.first()
    claim = Exemption.objects.create(
        assessment=case, step="final", ground="personal", claimed_by="la", claimed_on=date(2026, 12, 1)
    )
    return [*found, reverse("ehcp:advice-edit", args=[advice.pk]), reverse("ehcp:exemption-withdraw", args=[claim.pk])]


@pytest.mark.parametrize("role", [Role.SENCO, Role.HEAD])
def test_leaders_open_every_page(sign_in, school, case, role):
    client = sign_in(MembershipFactory(school=school, role=role).user)

    for url in pages_of(case):
        assert client.get(url).status_code == 200, url


@pytest.mark.parametrize(
    "role",
    [Role.TEACHER, Role.TEACHING_ASSISTANT, Role.OFFICE, Role.GOVERNOR, Role.ADMINISTRATOR, Role.DSL, Role.DPO],
)
def test_others_open_none(sign_in, school, case, role):
    client = sign_in(MembershipFactory(school=school, role=role).user)

    for url in [*pages_of(case), reverse("ehcp:assessment-list"), reverse("ehcp:assessment-new")]:
        assert client.get(url).status_code == 403, url
        assert client.post(url).status_code == 403, url


def test_another_school_meets_nothing(sign_in, outsider, case):
    client = sign_in(outsider)

    for url in pages_of(case):
        assert client.get(url).status_code == 404, url
        assert client.post(url).status_code in (404, 405), url
    assert case.pupil.forename not in words_of(client.get(reverse("ehcp:assessment-list")))


def test_step_that_nobody_wrote_is_not_there(sign_in, senco, case):
    assert sign_in(senco).get(address("assessment-step", case, "nothing")).status_code == 404


def test_reading_is_kept(sign_in, senco, case):
    detail(sign_in(senco), case)

    assert Read.objects.filter(pupil_id=case.pupil_id, user_id=senco.pk, what="needs assessment").exists()


# --- The list ----------------------------------------------------------------------------------------------------
def test_list_tells_stage_weeks_next_date_and_whose_duty(sign_in, senco, received):
    text = words_of(sign_in(senco).get(reverse("ehcp:assessment-list")))

    assert "Waiting for the decision to assess" in text
    assert "Week 17" in text
    assert "Mon 26 Oct 2026" in text
    assert "78 days late" in text
    assert '<span class="owner them">LA</span>' in text


def test_list_puts_what_is_late_first_and_what_has_no_date_last(sign_in, senco, school, authority, received):
    soon = NeedsAssessmentFactory(pupil__school=school, authority=authority, received_on=date(2027, 1, 4))
    without = NeedsAssessmentFactory(pupil__school=school, authority=authority, received_on=None)
    bring_up_to_date(soon)

    rows = sign_in(senco).get(reverse("ehcp:assessment-list")).context["rows"]

    assert [row.case.pk for row in rows] == [received.pk, soon.pk, without.pk]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"open"}),
        ("show=closed", {"closed"}),
        ("show=all", {"open", "closed"}),
        ("stage=decision", {"open"}),
        ("stage=draft", set()),
        ("asked_by=school", {"open"}),
        ("asked_by=parent&show=all", {"closed"}),
        ("year=5", {"open"}),
        ("year=9", set()),
        ("q=adeyemi", {"open"}),
        ("q=nobody", set()),
        ("authority=999999&show=rubbish&stage=%00&page=zz", {"open"}),
    ],
)
def test_filters_of_the_list(sign_in, senco, school, authority, received, query, found):
    received.pupil.year_group = "5"
    received.pupil.save()
    closed = NeedsAssessmentFactory(
        pupil__school=school, authority=authority, asked_by="parent", closed_on=date(2026, 12, 1), close_reason="Done"
    )
    names = {received.pk: "open", closed.pk: "closed"}

    rows = sign_in(senco).get(reverse("ehcp:assessment-list") + f"?{query}").context["rows"]

    assert {names[row.case.pk] for row in rows} == found


def test_list_asks_no_more_for_more_requests(sign_in, senco, school, authority, count_queries):
    sign_in(senco)

    def make(number):
        for _ in range(number):
            bring_up_to_date(NeedsAssessmentFactory(pupil__school=school, authority=authority))

    make(2)
    few = count_queries(reverse("ehcp:assessment-list"))
    make(10)

    assert count_queries(reverse("ehcp:assessment-list")) == few


def test_empty_list_says_what_to_do(sign_in, senco):
    assert "No request is open" in words_of(sign_in(senco).get(reverse("ehcp:assessment-list")))


# --- One request: what comes next --------------------------------------------------------------------------------
def test_gaps_of_a_request_lead_to_where_they_are_mended(sign_in, senco, case):
    text = words_of(detail(sign_in(senco), case))

    assert "7 of 7 missing" in text
    for url in (
        reverse("ehcp:costed-map", args=[case.pupil_id]),
        reverse("pupils:status-change", args=[case.pupil_id]),
        reverse("pupils:assessment-add", args=[case.pupil_id]),
        reverse("pupils:document-add", args=[case.pupil_id]),
        reverse("ehcp:advice-edit", args=[case.advice.get(kind="parent").pk]),
        address("assessment-reason", case),
    ):
        assert url in text


# (what happened, the one next thing)
NEXT = [
    ({}, "Say why a plan may be needed"),
    ({"reason": REASON}, "Make the request pack"),
    ({"reason": REASON, "pack_file_id": 1}, "Send the request"),
    ({"asked_by": "parent"}, "Enter when the authority received it"),
    ({"received_on": date(2027, 1, 4)}, "Enter the authority&#x27;s decision"),
    ({"received_on": date(2026, 11, 2)}, "Write to the authority"),
    (
        {"received_on": date(2026, 12, 7), "decision": "assess", "decision_on": date(2027, 1, 11)},
        "Enter when the school is asked for its advice",
    ),
    (
        {
            "received_on": date(2026, 12, 7), "decision": "assess", "decision_on": date(2027, 1, 8),
            "advice_asked_on": date(2027, 1, 8),
        },
        "Send the school&#x27;s advice",
    ),
    (
        {"received_on": date(2026, 12, 7), "decision": "refuse", "decision_on": date(2027, 1, 8)},
        "Open the appeal log",
    ),
    (
        {
            "received_on": date(2026, 10, 5), "decision": "assess", "decision_on": date(2026, 11, 9),
            "draft_served_on": date(2027, 1, 4),
        },
        "Help the parent to answer the draft",
    ),
    (
        {
            "received_on": date(2026, 10, 5), "decision": "assess", "decision_on": date(2026, 11, 9),
            "draft_served_on": date(2027, 1, 4), "representations_on": date(2027, 1, 11),
        },
        "Enter the final plan when it comes",
    ),
    (
        {
            "received_on": date(2026, 9, 14), "decision": "assess", "decision_on": date(2026, 10, 20),
            "no_plan_on": date(2027, 1, 4),
        },
        "Open the appeal log",
    ),
    (
        {
            "received_on": date(2026, 9, 14), "final_on": date(2027, 1, 4), "closed_on": date(2027, 1, 4),
            "close_reason": "The final plan came",
        },
        "Record the plan",
    ),
    ({"closed_on": date(2027, 1, 4), "close_reason": "Withdrawn"}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "title"), NEXT)
def test_one_next_thing_at_every_stage(sign_in, senco, pupil, authority, facts, title):
    facts = {"received_on": None} | facts
    case = NeedsAssessmentFactory(pupil=pupil, authority=authority, **facts)
    bring_up_to_date(case)

    text = words_of(detail(sign_in(senco), case))

    assert text.count('class="box box-pad nextbox"') == bool(title)
    assert not title or f'<h2 id="next-head">{title}</h2>' in text


def test_chaser_is_offered_once(case, senco, sign_in):
    case = services.record_received(case=case, version=1, received_on=date(2026, 11, 2), by=senco)
    client = sign_in(senco)
    url = reverse("ehcp:letter-new", args=["assessment", case.pk, "la_late_decision"])
    words = client.get(url).context["form"].initial

    client.post(url, {"dated_on": "2027-01-12", "to": "authority", **words})

    assert "Enter the authority&#x27;s decision" in words_of(detail(client, case))


def test_refused_request_leads_to_the_log_that_is_open(sign_in, senco, received):
    services.record_decision(
        case=received, version=received.version, decision="refuse", decision_on=date(2026, 10, 20), by=senco
    )
    log = Appeal.objects.create(
        school=received.school, pupil=received.pupil, authority=received.authority, assessment=received,
        about="not_assess", letter_on=date(2026, 10, 20),
    )  # fmt: skip

    assert reverse("ehcp:appeal-detail", args=[log.pk]) in words_of(detail(sign_in(senco), received))


# --- Steps -------------------------------------------------------------------------------------------------------
def test_sent_in_the_evening_counts_from_the_next_working_day_and_says_why(sign_in, senco, case):
    client = sign_in(senco)

    post_step(client, case, "sent", sent_at="2027-01-08T18:30", method="email")

    text = words_of(detail(client, case))
    assert fresh(case).received_on == date(2027, 1, 11)
    assert "E-mail, Fri 8 Jan 2027 at 18:30. It counts as received on Mon 11 Jan 2027" in text


@pytest.mark.parametrize(
    ("method", "received_on"),
    [
        ("email", date(2027, 1, 8)),
        ("portal", date(2027, 1, 8)),
        ("hand", date(2027, 1, 8)),
        ("first_class_post", date(2027, 1, 11)),
    ],
)
def test_each_way_of_sending_has_its_day(sign_in, senco, case, method, received_on):
    response = post_step(sign_in(senco), case, "sent", sent_at="2027-01-08T11:00", method=method)

    assert response.status_code == 302
    assert fresh(case).received_on == received_on


def test_day_of_receipt_is_told_while_the_form_is_filled_in(sign_in, senco, case):
    client, query = sign_in(senco), {"sent_at": "2027-01-08T18:30", "method": "email"}
    url = address("assessment-step", case, "sent")

    assert "Mon 11 Jan 2027" in words_of(client.get(url, query, headers={"HX-Request": "true"}))
    signed = client.get(url, query | {"method": "signed_for"}, headers={"HX-Request": "true"})
    assert "from the day it was signed for" in words_of(signed)
    assert words_of(client.get(url, {"sent_at": "x"}, headers={"HX-Request": "true"})) == ""


BAD = [
    ("sent", {"sent_at": "2027-01-08T11:00", "method": "signed_for"}, "Give the day it was signed for"),
    ("sent", {"sent_at": "2027-03-08T11:00", "method": "email"}, "cannot have gone then"),
    ("sent", {"sent_at": "0007-03-08T11:00", "method": "email"}, "cannot have gone then"),
    ("sent", {"sent_at": "soon", "method": "email"}, "Enter a valid date/time"),
    ("sent", {"sent_at": "2027-01-08T11:00", "method": "pigeon"}, "Select a valid choice"),
    (
        "sent",
        {"sent_at": "2027-01-08T11:00", "method": "signed_for", "received_on": "2027-01-04"},
        "cannot be received before it went",
    ),
    ("received", {}, "Give the day the authority received"),
    ("received", {"received_on": "2028-01-01"}, "cannot be after today"),
    ("decision", {"decision": "assess", "decision_on": "2026-09-01"}, "cannot be before"),
    ("decision", {"decision_on": "2026-10-01"}, "This field is required"),
    ("advice-sent", {"advice_sent_on": "2026-10-01"}, "Enter first when the authority asked"),
    ("no-plan", {"no_plan_on": "1987-10-01"}, "before September 2014"),
    ("draft", {"draft_served_on": "2026-09-01"}, "cannot be before"),
    ("words", {"representations_on": "2026-12-01"}, "Enter first when the draft plan came"),
    ("final", {"final_on": "2026-09-01"}, "cannot be before"),
    ("final", {"final_on": "2026-12-01", "plan": "99999"}, "Select a valid choice"),
    (
        "reversal",
        {"reversal": "own", "reversed_to": "assess", "reversed_on": "2026-12-01"},
        "Nothing was refused yet",
    ),
]


@pytest.mark.parametrize(("step", "data", "words"), BAD)
def test_impossible_facts_are_refused_with_what_was_typed(sign_in, senco, received, step, data, words):
    before = fresh(received).version

    response = post_step(sign_in(senco), received, step, **data)

    assert response.status_code == 422
    assert words in words_of(response)
    assert all(value in words_of(response) for value in data.values() if value[0].isdigit() and len(value) == 10)
    assert fresh(received).version == before


def test_whole_way_to_the_final_plan(sign_in, senco, received):
    client = sign_in(senco)
    steps = [
        ("decision", {"decision": "assess", "decision_on": "2026-10-20"}),
        ("advice-asked", {"advice_asked_on": "2026-10-21"}),
        ("advice-sent", {"advice_sent_on": "2026-11-20"}),
        ("draft", {"draft_served_on": "2026-12-14"}),
        ("words", {"representations_on": "2026-12-20"}),
        ("final", {"final_on": "2027-01-11"}),
    ]
    for step, data in steps:
        assert post_step(client, received, step, **data).status_code == 302, step

    case = fresh(received)
    assert case.closed_on == date(2027, 1, 11)
    text = words_of(detail(client, case))
    assert f"{reverse('ehcp:plan-new')}?pupil={case.pupil_id}" in text
    assert post_step(client, case, "draft", draft_served_on="2026-12-15").status_code == 422


def test_plan_that_is_recorded_already_is_linked(sign_in, senco, received):
    plan = PlanFactory(pupil=received.pupil, authority=received.authority, made_on=date(2027, 1, 11))

    post_step(sign_in(senco), received, "final", final_on="2027-01-11", plan=plan.pk)

    assert fresh(received).plan == plan


def test_order_replaces_the_dates_and_shows_what_they_were(sign_in, senco, received):
    client = sign_in(senco)
    post_step(client, received, "decision", decision="refuse", decision_on="2026-10-20")

    post_step(client, received, "reversal", reversal="order", reversed_to="assess", reversed_on="2026-11-18")

    text = words_of(detail(client, received))
    assert "Was due Mon 1 Feb 2027; replaced by" in text
    assert "Wed 24 Feb 2027" in text
    assert "Weeks since Wed 18 Nov 2026" in text


def test_agreement_in_mediation_strikes_the_old_dates_like_an_order(sign_in, senco, received):
    client = sign_in(senco)
    post_step(client, received, "decision", decision="refuse", decision_on="2026-10-20")
    step = {"reversal": "mediation", "reversed_to": "assess", "reversed_on": "2026-11-18"}

    post_step(client, received, "reversal", **step)

    text = words_of(detail(client, received))
    assert "Was due Mon 1 Feb 2027; replaced by new dates from the mediation agreement" in text
    assert "reg 42(2) with reg 44(2)(b)" in text
    assert "Ombudsman" not in text
    said = everywhere(client, senco, received.pupil, on=date(2027, 2, 24))
    for page in ("due", "pupil", "diary", "feed"):
        assert "Final plan" in said[page], page
    assert "Mon 1 Feb 2027" not in said["due"] + said["pupil"]
    agree(client, senco, received.pupil)


def test_own_change_of_mind_takes_no_time_agreed_in_writing(sign_in, senco, received):
    client = sign_in(senco)
    post_step(client, received, "decision", decision="refuse", decision_on="2026-10-20")
    step = {"reversal": "own", "reversed_to": "assess", "reversed_on": "2026-11-18"}

    response = post_step(client, received, "reversal", **step, reversal_agreed_by="2027-03-31")

    assert response.status_code == 422
    assert "can only be agreed in mediation" in words_of(response)


def test_own_change_of_mind_shows_one_final_plan_on_every_page(sign_in, senco, head, received):
    client = sign_in(senco)
    post_step(client, received, "decision", decision="refuse", decision_on="2026-10-20")

    post_step(client, received, "reversal", reversal="own", reversed_to="assess", reversed_on="2026-11-18")

    text = words_of(detail(client, received))
    assert "Was due Mon 1 Feb 2027; replaced by new dates from the authority" in text
    assert "Wed 24 Feb 2027" in text
    assert "Ombudsman practice" in text
    said = everywhere(client, senco, received.pupil, on=date(2027, 2, 24))
    for page in ("due", "pupil", "diary", "feed"):
        assert "Final plan" in said[page], page
    for page in ("due", "pupil"):
        assert "Mon 1 Feb 2027" not in said[page], page
    with time_machine.travel(datetime(2027, 3, 10, 10, tzinfo=LONDON), tick=False):
        missed = sign_in(head).get(reverse("compliance")).context["page"].object_list
        assert [item.rule for item in missed if item.title == "Final plan"] == ["rebased.final"]
        assert "Final plan" in mailed(date(2027, 3, 10))
        agree(sign_in(senco), senco, received.pupil)


def test_refused_request_can_be_closed_with_its_reason(sign_in, senco, received):
    url, client = address("assessment-close", received), sign_in(senco)

    assert client.post(url, {"version": received.version, "reason": " ", "on": "2027-01-12"}).status_code == 422
    client.post(url, {"version": received.version, "reason": "Withdrawn by the parent", "on": "2027-01-12"})

    assert fresh(received).close_reason == "Withdrawn by the parent"


# --- Two people at once ------------------------------------------------------------------------------------------
def test_reason_that_two_people_changed_shows_both(sign_in, senco, head, case):
    services.save_reason(case=case, version=1, reason="What the head wrote", by=head)

    response = sign_in(senco).post(address("assessment-reason", case), {"version": 1, "reason": "What I wrote"})

    text = words_of(response)
    assert response.status_code == 422
    assert "Two people changed this" in text
    assert "What the head wrote" in text
    assert "What I wrote" in text
    assert fresh(case).reason == "What the head wrote"
    again = sign_in(senco).post(address("assessment-reason", case), {"version": 2, "reason": "Both together"})
    assert again.status_code == 302


def test_step_that_two_people_entered_shows_both(sign_in, senco, head, received):
    services.record_decision(
        case=received, version=received.version, decision="refuse", decision_on=date(2026, 10, 22), by=head
    )
    data = {"version": received.version, "decision": "assess", "decision_on": "2026-10-20"}

    response = sign_in(senco).post(address("assessment-step", received, "decision"), data)

    assert response.status_code == 422
    assert "It will not assess" in words_of(response)
    assert fresh(received).decision == "refuse"


@pytest.mark.parametrize("route", ["assessment-close", "exemption-add"])
def test_stale_page_is_told_and_can_be_sent_again(sign_in, senco, received, route):
    client, url = sign_in(senco), address(route, received)
    data = {
        "version": 1, "reason": "Withdrawn", "on": "2027-01-12", "step": "final", "ground": "personal",
        "claimed_by": "la", "claimed_on": "2027-01-11",
    }  # fmt: skip

    response = client.post(url, data)

    assert response.status_code == 422
    assert "changed this request meanwhile" in words_of(response)
    assert client.post(url, data | {"version": response.context["form"]["version"].value()}).status_code == 302


# --- Advice ------------------------------------------------------------------------------------------------------
def test_advice_is_filed_with_the_child(sign_in, senco, received):
    row = received.advice.get(kind="psychology")
    upload = SimpleUploadedFile("advice.txt", b"Words of the psychologist", content_type="text/plain")
    data = {"who": "Dr Elin Voss", "asked_on": "2026-10-26", "received_on": "2026-12-01", "upload": upload}

    response = sign_in(senco).post(reverse("ehcp:advice-edit", args=[row.pk]), data)

    row.refresh_from_db()
    assert response.status_code == 302
    assert row.document.pupil_id == received.pupil_id
    assert row.document.dated_on == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"asked_on": "2026-12-01", "received_on": "2026-11-01"}, "cannot be before"),
        ({"received_on": "2031-11-01"}, "cannot be after today"),
        ({"upload": ("advice.txt", b"words")}, "Give the day it came"),
        ({"upload": ("advice.exe", b"MZ"), "received_on": "2026-12-01"}, "Upload a PDF, Word"),
        ({"document": "foreign"}, "Select a valid choice"),
    ],
)
def test_advice_says_what_is_wrong(sign_in, senco, received, other_pupil, data, words):
    row = received.advice.get(kind="psychology")
    if "upload" in data:
        data = data | {"upload": SimpleUploadedFile(*data["upload"])}
    if "document" in data:
        foreign = Document.objects.create(
            pupil=other_pupil, title="Not hers", kind="report", dated_on=date(2026, 1, 1), file_id=1, added_by=senco
        )
        data = {"document": foreign.pk}

    response = sign_in(senco).post(reverse("ehcp:advice-edit", args=[row.pk]), data)

    assert response.status_code == 422
    assert words in words_of(response)
    assert not Document.objects.filter(pupil=received.pupil).exists()


def test_somebody_more_is_put_on_the_list(sign_in, senco, received):
    client, url = sign_in(senco), address("advice-add", received)

    assert client.post(url, {"kind": "parent", "who": "Mum"}).status_code == 422
    client.post(url, {"kind": "requested", "who": "Priti Shah, speech therapist"})

    assert received.advice.get(kind="requested").who == "Priti Shah, speech therapist"


def test_advice_stands_in_the_order_of_the_law(received):
    assert [row.kind for row in selectors.advice_of(received)] == Advice.Kind.values[:5]


# --- Exceptions --------------------------------------------------------------------------------------------------
def claim(client, case, **data):
    facts = {"version": fresh(case).version, "claimed_by": "la", "claimed_on": "2027-01-11"} | data
    return client.post(address("exemption-add", case), facts, follow=True)


def test_exception_that_the_law_knows_lifts_the_limit_and_moves_no_date(sign_in, senco, received):
    response = claim(sign_in(senco), received, step="final", ground="personal")

    text = words_of(response)
    assert "The law knows this exception" in text
    assert "Was due Mon 1 Feb 2027, exception claimed" in text


def test_exception_that_the_law_does_not_know_is_kept_and_lifts_nothing(sign_in, senco, received):
    response = claim(
        sign_in(senco), received, step="advice", ground="school_closed", starts_on="2026-12-01", ends_on="2027-01-08"
    )

    text = words_of(response)
    assert "it does not hold" in text
    assert "reg 8(2) has no ground of a closed school" in text
    assert "Does not hold" in text
    assert received.exemptions.count() == 1


def test_conditions_are_explained_beside_the_form(sign_in, senco, received):
    text = words_of(sign_in(senco).get(address("exemption-add", received)))

    assert "reg 10(4)(a)" in text
    assert "reg 8(2)(c)" in text
    assert "too few psychologists" in text


def test_withdrawn_exception_lets_the_limit_count_again(sign_in, senco, received):
    client = sign_in(senco)
    claim(client, received, step="decision", ground="personal")

    url = reverse("ehcp:exemption-withdraw", args=[received.exemptions.get().pk])
    assert client.get(url).status_code == 200
    text = words_of(client.post(url, follow=True))

    assert "78 days late" in text
    assert "Withdrawn Tue 12 Jan 2027" in text


# --- The ruler ---------------------------------------------------------------------------------------------------
def test_ruler_is_to_scale_and_told_in_words(sign_in, senco, received):
    response = detail(sign_in(senco), received)

    ruler = response.context["ruler"]
    by_label = {mark.label: mark for mark in ruler.marks}
    week = (by_label["Final plan"].x - ruler.left) / 20
    assert round((by_label["Decision"].x - ruler.left) / week) == 6
    assert round((by_label["No plan"].x - ruler.left) / week) == 16
    assert ruler.today_week == 17
    assert "Decision Mon 26 Oct 2026, 78 days late" in words_of(response)


def test_ruler_grows_with_a_date_beyond_its_weeks(sign_in, senco, received):
    client = sign_in(senco)
    post_step(client, received, "decision", decision="refuse", decision_on="2026-10-20")
    agreed = {"reversal": "mediation", "reversed_on": "2027-01-11", "reversal_agreed_by": "2027-08-09"}
    post_step(client, received, "reversal", reversed_to="assess", **agreed)

    ruler = detail(client, received).context["ruler"]

    assert ruler.starts_on == date(2027, 1, 11)
    assert ruler.weeks == 30
    assert "As agreed" in {mark.label for mark in ruler.marks}
    assert max(mark.x for mark in ruler.marks) <= ruler.right


def test_request_that_was_not_received_has_no_ruler(sign_in, senco, case):
    assert detail(sign_in(senco), case).context["ruler"] is None


def test_stages_of_the_list_are_those_of_the_page(school, authority, senco):
    facts = [facts for facts, _ in NEXT]
    for one in facts:
        one = {"received_on": None} | one
        NeedsAssessmentFactory(pupil=PupilFactory(school=school), authority=authority, **one)

    stages = [row.stage for row in selectors.assessments_of(acting_for(senco)).order_by("pk")]

    assert stages == [
        "preparing", "preparing", "preparing", "preparing", "decision", "decision", "assessing", "assessing", "refused",
        "draft", "draft", "no_plan", "closed", "closed",
    ]  # fmt: skip


def test_a_request_of_somebody_else_has_no_pack(sign_in, senco, pupil, authority):
    case = services.begin(pupil=pupil, authority=authority, asked_by="parent", by=senco)
    client = sign_in(senco)

    assert "Request pack" not in words_of(detail(client, case))
    assert client.post(address("assessment-pack", case), {}).status_code == 422


def test_week_zero_is_the_day_of_responsibility_where_nobody_asked(sign_in, senco, pupil, authority):
    case = services.begin(pupil=pupil, authority=authority, asked_by="other", began_on=date(2026, 9, 1), by=senco)
    client = sign_in(senco)

    post_step(client, case, "received", became_responsible_on="2026-09-14")

    assert "Mon 26 Oct 2026" in words_of(detail(client, case))
    assert fresh(case).starts_on + timedelta(weeks=6) == date(2026, 10, 26)


# --- What the clock started with ---------------------------------------------------------------------------------
def test_every_page_counts_from_whichever_started_the_clock_and_names_it(sign_in, senco, pupil):
    authority, client = LocalAuthorityFactory(school=pupil.school), sign_in(senco)
    case = services.begin(pupil=pupil, authority=authority, began_on=date(2026, 12, 1), asked_by="other", by=senco)

    post_step(client, case, "received", received_on="2026-12-10", became_responsible_on="2026-12-01")

    item = DueItem.objects.get(rule="ehcna.decision")
    why = words_of(client.get(reverse("due-why", args=[item.pk])))
    assert "Tue 12 Jan 2027, the earlier of two limits" in why
    assert "6 weeks after the authority became responsible for the child on Tue 1 Dec 2026" in why
    said = everywhere(client, senco, pupil, on=date(2027, 1, 12))
    assert "12 Jan 2027" in words_of(detail(client, case))
    for page in ("due", "pupil", "diary", "feed"):
        assert "Decision whether to assess" in said[page], page
    agree(client, senco, pupil)
