"""The public page of dates shows what the table of worked examples says."""

import json
import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from ehcp.deadlines.questions import QUESTIONS
from tests.ehcp.test_deadline_examples import ROWS

LONDON = ZoneInfo("Europe/London")
WANTED = [row for row in ROWS if row["section"][0] in "012" or row["section"] == "8.4"]


def holiday_near(facts, day):
    """The page takes one holiday: the one that holds the day, or else the last before it."""
    spans = [span.split("/") for span in facts.get("closures", [])]
    before = [span for span in spans if span[0] <= day]
    first, last = max(before) if before else ("", "")
    inset = [one for one in facts.get("inset", []) if one <= day]
    return {"closed_from": first, "closed_to": last, "inset_on": max(inset, default="")}


def sent(facts, moment):
    local = datetime.fromisoformat(moment).astimezone(LONDON)
    return {
        "event": "sent",
        "sent_on": local.date().isoformat(),
        "sent_time": local.time().isoformat(),
        "method": facts["method"],
        "signed": facts.get("signed", ""),
    }


def ask(event, **names):
    """{fact of the page: name in the table}"""
    return lambda facts: {"event": event, **{fact: facts[name] for fact, name in names.items() if name in facts}}


def decision(facts):
    if "request_sent" in facts:
        return sent(facts, facts["request_sent"])
    return (
        ask("received", on="request_received")(facts)
        | ask("responsible", on="became_responsible")(facts)
        | {"event": "responsible" if "became_responsible" in facts else "received"}
    )


def review_meeting(facts):
    return {"event": "meeting", "on": facts["meeting"], **holiday_near(facts, facts["meeting"])}


def transfer(event):
    return lambda facts: {"event": event, "on": f"{facts['transfer_year']}-09-01"}


# {rule of the table: what to ask the page}
ASKED = {
    "ehcna_decision": decision,
    "ehcna_no_plan_notice": ask("received", on="request_received"),
    "ehcna_draft_target": ask("received", on="request_received"),
    "ehcna_final_plan": ask("received", on="request_received"),
    "ehcna_advice_reply": ask("advice", on="advice_request_received"),
    "draft_representations": ask("draft", on="served"),
    "draft_earliest_final": ask("draft", on="served"),
    "consultation_reply": ask("consulted", on="consulted"),
    "appeal_lodge_unrolled": ask("letter", on="decision_letter"),
    "mediation_contact": ask("letter", on="decision_letter"),
    "appeal_lodge": ask("letter", on="decision_letter", certificate="certificate"),
    "mediation_certificate_declined": ask("no_mediation", on="told"),
    "mediation_arrange": ask("mediation_wanted", on="told"),
    "mediation_certificate_after": ask("mediation_ended", on="ended"),
    "tribunal_la_response": ask("appeal_sent", on="sent_to_la"),
    "order_assess": ask("order_assess", on="order"),
    "order_make_plan": ask("order_make", on="order"),
    "order_amend_content": ask("order_amend", on="order"),
    "order_name_school": ask("order_name", on="order"),
    "order_reconsider": ask("order_reconsider", on="order"),
    "order_cease": ask("order_cease", on="order"),
    "unopposed_assess": ask("unopposed_assess", on="la_notified_tribunal"),
    "reversed_refusal": ask("reversed", on="reversed_on", received="request_received"),
    "review_due": ask("plan_made", on="plan_made", concluded="last_concluded"),
    "review_invite": review_meeting,
    "review_papers": review_meeting,
    "review_report": ask("meeting", on="meeting"),
    "review_decision": ask("meeting", on="meeting"),
    "amendment_representations": ask("notice", on="served"),
    "amended_plan_final": ask("notice", on="notice_sent", meeting="meeting"),
    "amended_plan_not_amending": ask("notice", on="notice_sent"),
    "review_latest_meeting": lambda facts: {
        "event": "review_due",
        "on": facts["review_due"],
        **holiday_near(facts, facts["review_due"]),
    },
    "final_by_latest_meeting": ask("final_by", on="target"),
    "phase_transfer_secondary": transfer("next_school"),
    "phase_transfer_post16": transfer("after_school"),
    "phase_transfer_post16_move": ask("between_colleges", on="move"),
    "reassess_decision": ask("reassess", on="request_received"),
    "reassess_final_plan": ask("reassess_agreed", on="notified"),
    "move_transfer_due": ask("moved", on="moved", aware="aware"),
    "move_inform_parent": ask("transferred", on="transferred"),
    "move_review_due": ask("transferred", on="transferred", reviewed="plan_made"),
    "health_body_change": ask("health", on="aware"),
    "receipt_date": lambda facts: sent(facts, facts["sent"]),
    "operational_date": lambda facts: {
        "event": "last_school_day",
        "on": facts["legal_due"],
        **holiday_near(facts, facts["legal_due"]),
    },
    "school_closed_exception": ask("closed", on="first_closed", reopens="reopens", asked="advice_requested"),
    "england_bank_holidays": lambda facts: {},
    "nc_year": ask("birth", on="dob", year="academic_year_start"),
    "compulsory_school_age_start": ask("birth", on="dob"),
    "rights_pass_to_young_person": ask("birth", on="dob"),
}


def expected(row):
    """Every date the row expects, as the page writes it, and the words for what is no date."""
    text = row["expected"]
    dates = set(re.findall(r"\d{4}-\d\d-\d\d", text))
    words = set()
    if row["rule"] == "school_closed_exception":
        words.add(
            "The exception can be claimed" if json.loads(text)["available"] else "The exception cannot be claimed"
        )
    if row["rule"] == "nc_year":
        words.add(f"Year {text} by age")
    return dates, words


def shown(client, query):
    response = client.get(reverse("explain"), query)
    assert response.status_code == 200, response.content.decode()
    page = response.content.decode()
    return set(re.findall(r'<time datetime="([^"]+)"', page)), page


@pytest.mark.parametrize("row", WANTED, ids=lambda row: f"{row['id']}-{row['rule']}")
def test_the_page_shows_the_dates_of_the_table(client, row):
    dates, words = expected(row)

    on_page, page = shown(client, ASKED[row["rule"]](json.loads(row["inputs"])))

    assert dates <= on_page, row["note"]
    assert all(word in page for word in words)


def test_every_rule_of_the_table_is_asked_of_the_page():
    assert set(ASKED) == {row["rule"] for row in WANTED}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_each_event_has_its_form_and_its_answer(client, question):
    assert client.get(reverse("explain"), {"event": question.key}).status_code == 200
    facts = {fact.name: "2027-01-12" for fact in question.facts if fact.kind == "date"}
    facts |= {fact.name: {"time": "10:00", "method": "email", "year": "2027"}[fact.kind]
              for fact in question.facts if fact.kind != "date"}  # fmt: skip
    if question.key == "closed":
        facts["reopens"] = "2027-03-01"

    dates, page = shown(client, {"event": question.key, **facts})

    assert "What follows" in page
    assert dates or question.key == "last_school_day"


def test_each_date_says_who_must_act_and_by_which_authority(client):
    _, page = shown(client, {"event": "received", "on": "2026-09-14"})

    assert "Mon 1 Feb 2027" in page
    assert "<p>20 weeks after the authority received the request" in page
    assert "SEND Regulations 2014, reg 13(2)" in page
    assert ">Council<" in page
    assert ">Law<" in page
    assert ">Practice<" in page


def test_guidance_is_not_passed_off_as_law(client):
    _, page = shown(client, {"event": "consulted", "on": "2027-01-05"})

    assert ">Guidance<" in page
    assert ">Law<" not in page


def test_what_is_not_certain_is_said(client):
    _, page = shown(client, {"event": "sixth_form", "on": "2027-09-01"})

    assert "Check this:</b> when your LA wants the plan for the sixth form" in page


def test_it_is_not_legal_advice_and_says_so(client):
    _, page = shown(client, {})

    assert "This is not legal advice" in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"event": "received", "on": "soon"}, "Enter a valid date"),
        ({"event": "received", "on": ""}, "This field is required"),
        ({"event": "received", "on": "2011-09-01"}, "earlier ones had another law"),
        ({"event": "received", "on": "9999-12-31"}, "later bank holidays are not known"),
        ({"event": "sent", "sent_on": "2027-01-08", "sent_time": "09:00", "method": "pigeon"}, "Select a valid choice"),
        ({"event": "sent", "sent_on": "2027-01-08", "sent_time": "09:00", "method": "signed_for"}, "signed for"),
        ({"event": "meeting", "on": "2027-01-12", "closed_from": "2026-12-19"}, "first and the last day"),
        ({"event": "meeting", "on": "2027-01-12", "closed_from": "2027-01-03", "closed_to": "2026-12-19"}, "ends on"),
        ({"event": "birth", "on": "2016-02-14", "year": "many"}, "Enter a whole number"),
    ],
)
def test_a_wrong_day_is_explained_and_kept_in_its_box(client, query, words):
    response = client.get(reverse("explain"), query)

    assert response.status_code == 422
    page = response.content.decode()
    assert words in page
    assert "What follows" not in page
    if query.get("on"):
        assert f'value="{query["on"]}"' in page


def test_an_unknown_event_is_met_with_the_list(client):
    response = client.get(reverse("explain"), {"event": "lottery"})

    assert response.status_code == 404
    assert "We do not know that event" in response.content.decode()


def test_what_is_typed_is_escaped(client):
    response = client.get(reverse("explain"), {"event": "received", "on": '"><script>alert(1)</script>'})

    assert "<script>alert" not in response.content.decode()


def test_nobody_signs_in_and_nothing_is_kept(client, caplog):
    """Without the database: these tests have none, so a page that read or wrote a row would fail them all."""
    response = client.get(reverse("explain"), {"event": "received", "on": "2026-09-14"})

    assert response.status_code == 200
    assert not response.cookies
    assert "<script" not in response.content.decode()
    assert "2026-09-14" not in caplog.text
    assert client.post(reverse("explain")).status_code == 405


def test_the_sign_in_page_leads_there(client, db):
    assert f'href="{reverse("explain")}"' in client.get(reverse("account_login")).content.decode()


def test_no_date_of_a_year_that_is_not_known(client):
    _, page = shown(client, {"event": "appeal_sent", "on": f"{date(2035, 12, 20)}"})

    assert "Not known yet" in page
