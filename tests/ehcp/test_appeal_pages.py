from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from ehcp.appeals import services
from ehcp.letters.services import correspondence
from ehcp.models import Appeal
from ehcp.requests.services import assessments
from pupils.models import Document
from staff.owed import bring_up_to_date
from staff.roles import Role
from tests.everywhere import agree, everywhere
from tests.factories import MembershipFactory
from tests.factories.ehcp import AppealFactory, LocalAuthorityFactory, PlanFactory, PlanVersionFactory

LONDON = ZoneInfo("Europe/London")


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(datetime(2027, 1, 12, 10, tzinfo=LONDON), tick=False):
        yield


@pytest.fixture
def request_case(pupil, senco):
    authority = LocalAuthorityFactory(school=pupil.school, name="Westmarch Council")
    case = assessments.begin(pupil=pupil, authority=authority, began_on=date(2026, 9, 1), by=senco)
    case = assessments.record_received(case=case, version=1, received_on=date(2026, 9, 14), by=senco)
    return assessments.record_decision(
        case=case, version=2, decision="refuse", decision_on=date(2026, 10, 28), by=senco
    )


@pytest.fixture
def case(request_case, senco):
    return services.begin(about="not_assess", letter_on=date(2026, 10, 28), assessment=request_case, by=senco)


def address(route, case, *more):
    return reverse(f"ehcp:{route}", args=[case.pk, *more])


def words_of(response):
    return " ".join(response.content.decode().split())


def detail(client, case):
    response = client.get(address("appeal-detail", case))
    assert response.status_code == 200
    return words_of(response)


def fresh(case):
    return Appeal.objects.get(pk=case.pk)


def post(client, case, step, **data):
    """Send a part of the log as the form has it, with these fields changed."""
    url = address("appeal-step", case, step)
    form = client.get(url).context["form"]
    kept = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "")}
    return client.post(url, kept | data)


# --- Beginning ---------------------------------------------------------------------------------------------------
def test_refused_request_and_plans_are_offered(sign_in, senco, request_case, other_pupil):
    plan = PlanFactory(pupil=other_pupil)

    text = words_of(sign_in(senco).get(reverse("ehcp:appeal-new")))

    assert f"?assessment={request_case.pk}" in text
    assert f"?plan={plan.pk}" in text


def test_log_of_a_request_starts_with_its_decision_and_letter(sign_in, senco, request_case):
    client, url = sign_in(senco), reverse("ehcp:appeal-new") + f"?assessment={request_case.pk}"
    form = client.get(url).context["form"]

    assert form["about"].value() == "not_assess"
    assert form["letter_on"].value() == date(2026, 10, 28)
    client.post(url, {"about": "not_assess", "letter_on": "2026-10-28"})

    assert Appeal.objects.get().assessment == request_case


def test_log_of_a_plan_offers_what_can_be_appealed_about_a_plan(sign_in, senco, pupil):
    plan = PlanFactory(pupil=pupil)
    client, url = sign_in(senco), reverse("ehcp:appeal-new") + f"?plan={plan.pk}"

    assert client.post(url, {"about": "not_assess", "letter_on": "2026-10-28"}).status_code == 422
    client.post(url, {"about": "cease", "letter_on": "2026-10-28"})

    assert Appeal.objects.get().plan == plan


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"letter_on": ""}, "This field is required"),
        ({"letter_on": "2027-05-01"}, "cannot be after today"),
        ({"letter_on": "1997-05-01"}, "before September 2014"),
        ({"about": "x"}, "Select a valid choice"),
    ],
)
def test_new_log_says_what_is_wrong(sign_in, senco, request_case, data, words):
    url = reverse("ehcp:appeal-new") + f"?assessment={request_case.pk}"

    response = sign_in(senco).post(url, {"about": "not_assess", "letter_on": "2026-10-28"} | data)

    assert response.status_code == 422
    assert words in words_of(response)
    assert not Appeal.objects.exists()


def test_second_log_of_one_decision_is_refused(sign_in, senco, case):
    url = reverse("ehcp:appeal-new") + f"?assessment={case.assessment_id}"

    response = sign_in(senco).post(url, {"about": "not_assess", "letter_on": "2026-10-28"})

    assert response.status_code == 422
    assert "open already" in words_of(response)


# --- Who may -----------------------------------------------------------------------------------------------------
def pages_of(case):
    found = [address(route, case) for route in ("appeal-detail", "appeal-close", "appeal-bundle")]
    return [*found, *[address("appeal-step", case, step) for step in ("mediation", "tribunal", "order", "note")]]


@pytest.mark.parametrize("role", [Role.SENCO, Role.HEAD])
def test_leaders_open_every_page(sign_in, school, case, role):
    client = sign_in(MembershipFactory(school=school, role=role).user)

    for url in pages_of(case):
        assert client.get(url).status_code == 200, url


@pytest.mark.parametrize("role", [Role.TEACHER, Role.TEACHING_ASSISTANT, Role.OFFICE, Role.GOVERNOR, Role.DSL])
def test_others_open_none(sign_in, school, case, role):
    client = sign_in(MembershipFactory(school=school, role=role).user)

    for url in [*pages_of(case), reverse("ehcp:appeal-list"), reverse("ehcp:appeal-new")]:
        assert client.get(url).status_code == 403, url


def test_another_school_meets_nothing(sign_in, outsider, case):
    client = sign_in(outsider)

    for url in pages_of(case):
        assert client.get(url).status_code == 404, url
    for query in (f"?assessment={case.assessment_id}", "?plan=9999"):
        assert client.get(reverse("ehcp:appeal-new") + query).status_code == 404
    assert case.pupil.forename not in words_of(client.get(reverse("ehcp:appeal-list")))


# --- The list ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "found"),
    [("", 1), ("show=closed", 1), ("show=all", 2), ("about=cease", 0), ("q=adeyemi", 1), ("q=x&authority=zz", 0)],
)
def test_filters_of_the_list(sign_in, senco, case, query, found):
    AppealFactory(pupil=case.pupil, authority=case.authority, closed_on=date(2026, 12, 1), outcome="withdrawn")

    assert len(sign_in(senco).get(reverse("ehcp:appeal-list") + f"?{query}").context["rows"]) == found


def test_list_asks_no_more_for_more_appeals(sign_in, senco, school, count_queries):
    sign_in(senco)
    authority = LocalAuthorityFactory(school=school)

    def make(number):
        for _ in range(number):
            bring_up_to_date(AppealFactory(pupil__school=school, authority=authority))

    make(2)
    few = count_queries(reverse("ehcp:appeal-list"))
    make(10)

    assert count_queries(reverse("ehcp:appeal-list")) == few


def test_empty_list_says_what_to_do(sign_in, senco):
    assert "No appeal is open" in words_of(sign_in(senco).get(reverse("ehcp:appeal-list")))


# --- The log -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("letter_on", "certificate_on", "day", "words"),
    [
        (date(2026, 10, 28), None, "Mon 4 Jan 2027", "between 25 December and 1 January"),
        (date(2026, 11, 17), None, "Mon 18 Jan 2027", "a day on which the Tribunal does not work"),
        (date(2026, 11, 17), date(2027, 1, 8), "Mon 8 Feb 2027", "would end on Sun 17 Jan 2027"),
        (date(2026, 12, 2), date(2027, 1, 11), "Thu 11 Feb 2027", ""),
        (date(2026, 6, 10), None, "Tue 1 Sep 2026", "in August"),
        (date(2026, 12, 2), None, "Tue 2 Feb 2027", ""),
    ],
)
def test_last_day_to_lodge_is_told_with_why(sign_in, senco, pupil, letter_on, certificate_on, day, words):
    case = AppealFactory(pupil=pupil, letter_on=letter_on, certificate_on=certificate_on)
    bring_up_to_date(case)

    text = detail(sign_in(senco), case)

    assert f"{day}.</b>" in text
    assert words in text
    assert ("would end on" in text) == bool(words)


def test_whole_way_through_mediation_and_tribunal(sign_in, senco, case):
    client = sign_in(senco)
    assert "Ask whether the parent contacts the mediation adviser" in detail(client, case)

    post(client, case, "mediation", contacted_on="2026-11-05", wants_mediation="False", told_on="2026-11-05")
    assert "Enter the mediation certificate" in detail(client, case)
    post(client, case, "mediation", certificate_on="2026-11-10")
    assert "Enter the appeal when it is lodged" in detail(client, case)
    post(client, case, "tribunal", lodged_on="2026-11-20", sent_to_la_on="2026-11-24")
    assert "Authority&#x27;s response to the appeal" in detail(client, case)
    post(client, case, "tribunal", school_evidence_by="2027-03-01", hearing_on="2027-04-20")
    assert "The Tribunal wants it by Mon 1 Mar 2027" in detail(client, case)
    post(client, case, "tribunal", school_evidence_on="2027-01-11")
    assert "Hearing on Tue 20 Apr 2027" in detail(client, case)
    post(client, case, "order", outcome="ordered", order="assess", order_on="2027-01-11")

    text = detail(client, case)
    assert "Mon 25 Jan 2027" in text
    assert "Enter on the request that the refusal fell" in text
    step = reverse("ehcp:assessment-step", args=[case.assessment_id, "reversal"])
    assert f"{step}?reversal=order&amp;reversed_to=assess&amp;reversed_on=2027-01-11" in text
    form = client.get(f"{step}?reversal=order&reversed_to=assess&reversed_on=2027-01-11").context["form"]
    assert form["reversed_on"].value() == "2027-01-11"
    assert fresh(case).wants_mediation is False
    post(client, case, "order", complied_on="2027-01-12")
    assert "Close the log" in detail(client, case)
    close = {"version": fresh(case).version, "outcome": "ordered", "on": "2027-01-12"}
    assert client.post(address("appeal-close", case), close).status_code == 302
    assert "Closed on Tue 12 Jan 2027" in detail(client, case)


def test_mediation_agreement_brings_its_own_dates(sign_in, senco, pupil):
    case = AppealFactory(pupil=pupil, plan=PlanFactory(pupil=pupil), about="content", letter_on=date(2026, 11, 17))
    client = sign_in(senco)

    agreed = {"outcome": "agreed", "order": "amend", "order_on": "2027-01-06"}
    post(client, case, "order", **agreed, other_steps="Physiotherapy every week", other_by="health")

    text = detail(client, case)
    assert "Wed 10 Feb 2027" in text  # 5 weeks
    assert "Wed 20 Jan 2027" in text  # 2 weeks
    assert "reg 42(2) with reg 44(2)(e)" in text
    assert "Physiotherapy every week" in text
    said = everywhere(client, senco, pupil, on=date(2027, 1, 20))
    for page in ("due", "pupil", "diary", "feed"):
        assert "Steps agreed in mediation that cannot be appealed" in said[page], page
    post(client, case, "order", agreed_by_on="2027-03-31", other_done_on="2027-01-12")
    text = detail(client, case)
    assert "Wed 31 Mar 2027" in text
    assert "replaced by the time agreed in writing" in text
    agree(client, senco, pupil)


BAD = [
    ("mediation", {"contacted_on": "2026-10-01"}, "cannot be before the authority&#x27;s letter"),
    ("mediation", {"mediation_on": "2026-11-01", "told_on": "2026-11-05"}, "cannot be before"),
    ("mediation", {"wants_mediation": "perhaps"}, "Select a valid choice"),
    ("tribunal", {"lodged_on": "2031-01-01"}, "cannot be after today"),
    ("tribunal", {"hearing_on": "2016-04-20"}, "cannot be before the authority"),
    ("tribunal", {"lodged_on": "2026-11-20", "sent_to_la_on": "2026-11-19"}, "cannot be before"),
    ("order", {"order": "assess"}, "Give the day the order or agreement was sent out"),
    ("order", {"order_on": "2027-01-04", "complied_on": "2027-01-03"}, "cannot be before"),
    ("order", {"outcome": "x"}, "Select a valid choice"),
    ("order", {"outcome": "agreed", "other_steps": "More"}, "Give the day the order or agreement was sent out"),
    ("order", {"order_on": "2027-01-04", "agreed_by_on": "2027-03-01"}, "can only be agreed in mediation"),
    ("note", {"note": "x" * 5001}, "at most 5000"),
]


@pytest.mark.parametrize(("step", "data", "words"), BAD)
def test_impossible_facts_are_refused(sign_in, senco, case, step, data, words):
    response = post(sign_in(senco), case, step, **data)

    assert response.status_code == 422
    assert words in words_of(response)
    assert fresh(case).version == case.version


def test_what_two_people_entered_stands_side_by_side(sign_in, senco, head, case):
    services.change(case=case, version=1, contacted_on=date(2026, 11, 5), by=head)

    response = sign_in(senco).post(
        address("appeal-step", case, "mediation"), {"version": 1, "contacted_on": "2026-11-09"}
    )

    assert response.status_code == 422
    assert "Two people changed this" in words_of(response)
    assert "Thu 5 Nov 2026" in words_of(response)
    assert fresh(case).contacted_on == date(2026, 11, 5)


def test_closed_log_takes_nothing_more(sign_in, senco, case):
    services.close(case=case, version=1, outcome="none", by=senco)
    client = sign_in(senco)

    response = client.post(address("appeal-step", case, "note"), {"version": 2, "note": "More"})

    assert response.status_code == 422
    assert "kept as it was" in words_of(response)
    assert (
        "btn-primary"
        not in detail(client, case).split("<main")[1].split("hx-headers")[0].replace("data-stay", "")[:400]
    )


def test_appeal_about_section_i_alone_needs_no_mediation(sign_in, senco, pupil):
    case = AppealFactory(pupil=pupil, plan=PlanFactory(pupil=pupil), about="placement")
    bring_up_to_date(case)

    text = detail(sign_in(senco), case)

    assert "Not needed for an appeal about Section I alone" in text
    assert "Enter the appeal when it is lodged" in text


# --- The bundle --------------------------------------------------------------------------------------------------
def test_bundle_lists_every_paper_oldest_first(sign_in, senco, case, other_pupil):
    plan = PlanFactory(pupil=case.pupil, authority=case.authority, made_on=date(2027, 1, 4))
    PlanVersionFactory(plan=plan)
    Appeal.objects.filter(pk=case.pk).update(plan=plan)
    correspondence.log(
        case=case.assessment, direction="in", party="Westmarch Council", dated_on=date(2026, 10, 28),
        subject="Decision not to assess", by=senco,
    )  # fmt: skip
    for pupil, title in ((case.pupil, "Psychologist"), (other_pupil, "Not hers")):
        Document.objects.create(
            pupil=pupil, title=title, kind="report", dated_on=date(2026, 5, 1), file_id=1, added_by=senco
        )

    response = sign_in(senco).get(address("appeal-bundle", case))

    assert [paper.what for paper in response.context["papers"]] == [
        "Professional report: Psychologist",
        "Decision not to assess, from Westmarch Council",
        "EHC plan, version 1: final plan",
    ]
    assert "data-print" in words_of(response)


def test_bundle_without_papers_says_what_comes(sign_in, senco, case):
    assert "No paper yet" in words_of(sign_in(senco).get(address("appeal-bundle", case)))
