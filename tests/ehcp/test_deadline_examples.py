"""The worked examples of the law file for needs assessments, plans, reviews and appeals, each row by its number."""

import csv
import json
from datetime import date, datetime
from pathlib import Path

import pytest

from ehcp.deadlines import appeals, assessments, deadline, exemption_allowed, moves, reviews, transfers
from sendco.clock import (
    SchoolCalendar,
    closed_window,
    compulsory_school_age_ends,
    compulsory_school_age_starts,
    nc_year,
    receipt_date,
)
from tests.clock import test_deadline_examples as clock_examples

OURS = {
    *("0-D1", "0-D2", "0-D3", "0-D4", "0-D5", "0-D6", "0-D9", "0.1", "8.4"),
    *("1.1", "1.1-1", "1.1-3", "1.1-4", "1.1-5", "1.1-6", "1.1-7", "1.1-8", "1.5", "1.6"),
    *("2.1-1", "2.1-3", "2.1-4", "2.1-6", "2.1-7", "2.1-9", "2.1-10", "2.1-12", "2.1-plan", "2.3", "2.4", "2.5"),
}
# The rows of 0-D7 but bank holidays, which are the clock's own.
ALSO = {"DL008"}

with (Path(__file__).parents[1] / "data" / "deadline-examples.csv").open(newline="") as file:
    ROWS = list(csv.DictReader(file))
OUR_ROWS = [row for row in ROWS if row["section"] in OURS or row["id"] in ALSO]


def day(text):
    return text and date.fromisoformat(text)


def given(row):
    """The inputs with every date read; lists and words stay as they are."""
    facts = json.loads(row["inputs"])
    return {name: _read(value) for name, value in facts.items()}


def _read(value):
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return value


def calendar(facts):
    return SchoolCalendar.from_data(
        {
            "first_day": date(2026, 9, 1),
            "last_day": date(2027, 8, 31),
            "closures": facts["closures"],
            "inset_days": facts["inset"],
        }
    )


def due(rule, *names):
    """Answer with the row's date for the first of these facts that is given."""

    def answer(facts):
        return deadline(rule, next(facts[name] for name in names if name in facts)).due_on

    return answer


def decision(facts):
    if "request_sent" in facts:
        received = receipt_date(datetime.fromisoformat(facts["request_sent"]), facts["method"])
        return deadline(assessments.DECISION, received).due_on
    return due(assessments.DECISION, "request_received", "became_responsible")(facts)


def draft_target(facts):
    draft = deadline(assessments.DRAFT, facts["request_received"])
    return {"week14": draft.safe_on, "week16": draft.due_on}


def lodge(facts):
    return appeals.lodging_end(facts["decision_letter"], facts.get("certificate")).due_on


def after(table, to, outcome, fact, names):
    def answer(facts):
        dates = {rows[outcome].code: deadline(rows[outcome], facts[fact]).due_on for rows in table[to]}
        return {name: dates[code] for name, code in names.items()}

    return answer


def one(table, to):
    (rows,) = table[to]
    return due(rows[appeals.ORDER], "order")


ASSESS = {"notify": "order.assess_notify", "no_plan_notice": "order.assess_no_plan", "final_plan": "order.assess_final"}


def reversed_refusal(facts):
    names = {"no_plan_notice": "rebased.no_plan", "final_plan": "rebased.final"}
    dates = after(appeals.REBASED, "assess", appeals.REVERSED, "reversed_on", names)(facts)
    return {**dates, "original_week20": due(assessments.FINAL, "request_received")(facts)}


def review_due(facts):
    counted_from = facts.get("last_concluded", facts["plan_made"])
    return {
        "strict": deadline(reviews.DUE, counted_from).due_on,
        "common": reviews.anniversary(counted_from),
    }


def before_meeting(rule):
    def answer(facts):
        found = deadline(rule, facts["meeting"], calendar(facts))
        return {"due": found.due_on, "safe": found.safe_on, "operational": found.act_by_on}

    return answer


def final_after_review(facts):
    return reviews.final_after_review(meeting_on=facts["meeting"], notice_on=facts["notice_sent"]).due_on


def transfer(rule):
    def answer(facts):
        found = deadline(rule, date(facts["transfer_year"], 9, 1))
        return {"display": found.due_on, "strict": found.safe_on}

    return answer


def school_closed(facts):
    """The exception itself asks the window; the row also names the window's ends."""
    first_closed, reopens = facts["first_closed"], facts["reopens"]
    window = closed_window(first_closed, reopens)
    allowed = [
        exemption_allowed(
            step=step,
            ground="school_closed",
            starts_on=first_closed,
            ends_on=date.fromordinal(reopens.toordinal() - 1),
            advice_asked_on=facts["advice_requested"],
        ).ok
        for step in ("decision", "no_plan", "final")
    ]
    assert len(set(allowed)) == 1
    return {
        "closed_days": window.closed_days,
        "window_start": window.starts_on,
        "window_end": window.ends_on,
        "available": allowed[0],
    }


def rights_pass(facts):
    passes = deadline(reviews.RIGHTS_PASS, facts["dob"])
    return {"compulsory_school_age_ends": compulsory_school_age_ends(facts["dob"]), "young_person_from": passes.due_on}


ANSWERS = {
    "ehcna_decision": decision,
    "draft_representations": due(assessments.REPRESENTATIONS, "served"),
    "draft_earliest_final": lambda facts: assessments.earliest_final(facts["served"]),
    "consultation_reply": due(assessments.CONSULTATION_REPLY, "consulted"),
    "appeal_lodge_unrolled": due(appeals.MEDIATION, "decision_letter"),
    "review_due": review_due,
    "phase_transfer_secondary": transfer(transfers.TO_SCHOOL),
    "phase_transfer_post16": transfer(transfers.TO_POST16),
    "phase_transfer_post16_move": due(transfers.POST16_MOVE, "move"),
    "move_transfer_due": lambda facts: moves.transfer_due(moved_on=facts["moved"], aware_on=facts["aware"]).due_on,
    "appeal_lodge": lodge,
    "school_closed_exception": school_closed,
    "ehcna_advice_reply": due(assessments.ADVICE, "advice_request_received"),
    "ehcna_no_plan_notice": due(assessments.NO_PLAN, "request_received"),
    "ehcna_draft_target": draft_target,
    "ehcna_final_plan": due(assessments.FINAL, "request_received"),
    "mediation_contact": due(appeals.MEDIATION, "decision_letter"),
    "mediation_certificate_declined": due(appeals.CERTIFICATE, "told"),
    "mediation_arrange": due(appeals.ARRANGE, "told"),
    "mediation_certificate_after": due(appeals.CERTIFICATE_AFTER, "ended"),
    "tribunal_la_response": due(appeals.RESPONSE, "sent_to_la"),
    "order_assess": after(appeals.ORDERS, "assess", appeals.ORDER, "order", ASSESS),
    "unopposed_assess": after(appeals.ORDERS, "assess", appeals.UNOPPOSED, "la_notified_tribunal", ASSESS),
    "order_make_plan": after(
        *(appeals.ORDERS, "make", appeals.ORDER, "order"),
        {"draft": "order.make_draft", "final_plan": "order.make_final"},
    ),
    "order_amend_content": one(appeals.ORDERS, "amend"),
    "order_name_school": one(appeals.ORDERS, "name"),
    "order_reconsider": one(appeals.ORDERS, "reconsider"),
    "order_cease": one(appeals.ORDERS, "cease"),
    "reversed_refusal": reversed_refusal,
    "review_invite": before_meeting(reviews.INVITE),
    "review_papers": before_meeting(reviews.PAPERS),
    "review_report": due(reviews.REPORT, "meeting"),
    "review_decision": due(reviews.DECISION, "meeting"),
    "amendment_representations": due(reviews.REPRESENTATIONS, "served"),
    "amended_plan_final": final_after_review,
    "amended_plan_not_amending": due(reviews.NOT_AMENDING, "notice_sent"),
    "review_latest_meeting": lambda facts: deadline(reviews.MEETING, facts["review_due"], calendar(facts)).due_on,
    "final_by_latest_meeting": due(reviews.FINAL_BY, "target"),
    "reassess_decision": due(assessments.REASSESS_DECISION, "request_received"),
    "reassess_final_plan": due(assessments.REASSESS_FINAL, "notified"),
    "move_inform_parent": due(moves.TELL_PARENT, "transferred"),
    "move_review_due": lambda facts: (
        moves.review_due(counted_from=facts["plan_made"], transferred_on=facts["transferred"]).due_on
    ),
    "health_body_change": due(moves.HEALTH, "aware"),
    "nc_year": lambda facts: nc_year(facts["dob"], facts["academic_year_start"]),
    "compulsory_school_age_start": lambda facts: compulsory_school_age_starts(facts["dob"]),
    "rights_pass_to_young_person": rights_pass,
}


@pytest.mark.parametrize("row", OUR_ROWS, ids=lambda row: f"{row['id']}-{row['rule']}")
def test_example(row):
    answer = ANSWERS[row["rule"]](given(row))
    assert clock_examples.as_text(answer) == row["expected"], row["note"]


def test_every_row_of_sections_0_to_2_and_8_4_is_worked_out_by_somebody():
    wanted = {row["id"] for row in ROWS if row["section"][0] in "012" or row["section"] == "8.4"}
    by_clock = {row["id"] for row in clock_examples.OUR_ROWS}

    assert wanted == {row["id"] for row in OUR_ROWS} | (wanted & by_clock)
    assert {row["rule"] for row in OUR_ROWS} == set(ANSWERS)


def test_rows_that_only_the_clock_answers_for_are_no_deadlines():
    ours = {row["id"] for row in OUR_ROWS}
    rest = {row["rule"] for row in ROWS if row["section"][0] in "012" and row["id"] not in ours}

    assert rest == {"receipt_date", "operational_date", "england_bank_holidays"}
