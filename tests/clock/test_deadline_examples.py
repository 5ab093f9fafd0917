"""The worked examples of the law file that the clock answers for, each row by its number."""

import csv
import json
from datetime import date, datetime
from pathlib import Path

import pytest

from sendco.clock import (
    Before,
    Days,
    LodgingMonths,
    Months,
    SchoolCalendar,
    Weeks,
    WorkingDays,
    bank_holidays,
    closed_window,
    compulsory_school_age_ends,
    compulsory_school_age_starts,
    nc_year,
    receipt_date,
    suggest_census,
    young_person_from,
)

OURS = {"0", "0-D1", "0-D2", "0-D3", "0-D4", "0-D5", "0-D6", "0-D7", "0-D9", "0.1", "3.5", "8.4"}
# Rules of the floors above, tested with their tables.
OTHERS = {
    *("1.1", "1.1-1", "1.1-3", "1.1-4", "1.1-5", "1.1-6", "1.1-7", "1.1-8", "1.5", "1.6"),
    *("2.1-1", "2.1-3", "2.1-4", "2.1-6", "2.1-7", "2.1-9", "2.1-10", "2.1-12", "2.1-plan", "2.3", "2.4", "2.5"),
    *("4", "4.2", "5.2", "5.3", "5.4", "6.2", "9", "9.1"),
}
# DL001-DL036, DL139-DL144, DL171-DL181, DL195-DL200
OUR_IDS = {f"DL{n:03}" for first, last in ((1, 36), (139, 144), (171, 181), (195, 200)) for n in range(first, last + 1)}

with (Path(__file__).parents[1] / "data" / "deadline-examples.csv").open(newline="") as file:
    ROWS = list(csv.DictReader(file))
OUR_ROWS = [row for row in ROWS if row["section"] in OURS]


def day(text):
    return date.fromisoformat(text)


def strict_and_common(given):
    made = day(given["plan_made"])
    return {"strict": Months(12, period=True).due(made), "common": Months(12).due(made)}


def phase_transfer(unit):
    def answer(given):
        transfer = date(given["transfer_year"], 9, 1)
        return {"display": unit.due(transfer), "strict": unit.safe(transfer)}

    return answer


def received(given):
    signed = given.get("signed")
    return receipt_date(datetime.fromisoformat(given["sent"]), given["method"], signed_on=signed and day(signed))


def operational(given):
    calendar = SchoolCalendar.from_data(
        {
            "first_day": "2026-09-01",
            "last_day": "2027-08-31",
            "closures": given["closures"],
            "inset_days": given["inset"],
        }
    )
    return calendar.last_school_day_on_or_before(day(given["legal_due"]))


def closed(given):
    window = closed_window(day(given["first_closed"]), day(given["reopens"]))
    return {
        "closed_days": window.closed_days,
        "window_start": window.starts_on,
        "window_end": window.ends_on,
        "available": window.is_open_on(day(given["advice_requested"])),
    }


def census(term):
    def answer(given):
        suggestion = suggest_census(term, given["year"])
        return {"census_day": suggestion.census_on, "return_by": suggestion.return_by_on}

    return answer


def rights_pass(given):
    dob = day(given["dob"])
    return {
        "compulsory_school_age_ends": compulsory_school_age_ends(dob),
        "young_person_from": young_person_from(dob),
    }


ANSWERS = {
    "ehcna_decision": lambda given: Weeks(6).due(day(given["request_received"])),
    "draft_representations": lambda given: Days(15, from_service=True).due(day(given["served"])),
    "consultation_reply": lambda given: Days(15).due(day(given["consulted"])),
    "appeal_lodge_unrolled": lambda given: Months(2).due(day(given["decision_letter"])),
    "appeal_lodge": lambda given: LodgingMonths(2).due(day(given["decision_letter"])),
    "review_due": strict_and_common,
    "phase_transfer_secondary": phase_transfer(Before(2, 15)),
    "phase_transfer_post16": phase_transfer(Before(3, 31)),
    "move_transfer_due": lambda given: WorkingDays(15, beginning_with=True).due(day(given["aware"])),
    "england_bank_holidays": lambda given: sorted(bank_holidays(given["year"])),
    "receipt_date": received,
    "operational_date": operational,
    "school_closed_exception": closed,
    "census_autumn": census("autumn"),
    "census_spring": census("spring"),
    "census_summer": census("summer"),
    "nc_year": lambda given: nc_year(day(given["dob"]), given["academic_year_start"]),
    "compulsory_school_age_start": lambda given: compulsory_school_age_starts(day(given["dob"])),
    "rights_pass_to_young_person": rights_pass,
}


def as_text(value):
    """The way the table writes a value: dates in ISO form, anything else as JSON."""
    return value.isoformat() if isinstance(value, date) else json.dumps(value, default=date.isoformat)


@pytest.mark.parametrize("row", OUR_ROWS, ids=lambda row: f"{row['id']}-{row['rule']}")
def test_example(row):
    answer = ANSWERS[row["rule"]](json.loads(row["inputs"]))
    assert as_text(answer) == row["expected"], row["note"]


def test_every_section_is_ours_or_another_floors():
    assert OURS.isdisjoint(OTHERS)
    assert {row["section"] for row in ROWS} == OURS | OTHERS


def test_no_row_of_our_sections_is_left_out():
    assert {row["id"] for row in OUR_ROWS} == OUR_IDS
    assert len(OUR_ROWS) == len(OUR_IDS)
    assert {row["rule"] for row in OUR_ROWS} == set(ANSWERS)
