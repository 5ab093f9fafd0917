import csv
import io
import json
from datetime import date

import pytest

from pupils.imports.fields import CONTACTS, FORENAME, NEEDS, SEN, SEN_START, SEX, STAGES, SURNAME, UPN
from pupils.imports.notes import NoteCode
from pupils.imports.reading.columns import guess_mapping
from pupils.imports.reading.readers import read_file
from pupils.imports.reading.rejected import rejected_csv
from pupils.imports.reading.rows import normalise, unique_headers
from pupils.imports.reading.transport import row_as_json, row_from_json
from tests.pupils.imports.reading.files import HEADINGS, OTHER, PUPIL, UPNS, csv_file, ctf, ctf_pupil

TODAY = date(2026, 9, 14)


def rows_of(data, filename="pupils.csv"):
    sheet = read_file(data, filename)
    return normalise(sheet, guess_mapping(sheet.headers), today=TODAY)


def needs_of(row):
    return [(need.rank, need.type) for need in row.get(NEEDS)]


def test_a_plain_row():
    [row] = rows_of(csv_file(f"{PUPIL},K,ASD,-", headings=f"{HEADINGS},SEN Status,SEN Need,FSM"))

    assert {field.name: value for field, value in row.values.items() if value != ()} == {
        "upn": UPNS[0], "legal_surname": "Larkhill", "legal_forename": "Wren", "birth_on": date(2015, 2, 14),
        "sen": "K",
        "needs": row.get(NEEDS),
        "fsm": None,
    }  # fmt: skip
    assert needs_of(row) == [(1, "ASD")]
    assert row.notes == ()
    assert row.line.cells["DOB"] == "14/02/2015"


def test_columns_that_are_not_mapped_leave_no_key():
    [row] = rows_of(csv_file(PUPIL))

    assert SEX not in row.values


def test_a_row_survives_json():
    headings = f"{HEADINGS},SEN Status,SEN Start Date,SEN End Date"
    data = csv_file(f"{PUPIL},K,1/9/2020,31/8/2022", f"{PUPIL},SA+,,", f"{OTHER},Blue band,,", headings=headings)
    rows = rows_of(data)

    assert [row_from_json(json.loads(json.dumps(row_as_json(row)))) for row in rows] == rows


def test_one_row_for_each_need_becomes_one_pupil_in_the_order_of_the_file():
    rows = rows_of(
        csv_file(f"{PUPIL},SLCN", f"{OTHER},MLD", f"{PUPIL},ASD", f"{PUPIL},SLCN", headings=f"{HEADINGS},SEN Need")
    )

    assert [row.numbers for row in rows] == [[2, 4, 5], [3]]
    assert needs_of(rows[0]) == [(1, "SLCN"), (2, "ASD")]


def test_a_column_of_ranks_orders_the_needs():
    [row] = rows_of(csv_file(f"{PUPIL},SLCN,2", f"{PUPIL},ASD,1", headings=f"{HEADINGS},SEN Need,Rank"))

    assert needs_of(row) == [(1, "ASD"), (2, "SLCN")]


def test_rows_without_a_upn_are_one_pupil_by_name_and_birth():
    rows = rows_of(csv_file(f"{PUPIL},SLCN", ",LARKHILL,Wren,14 Feb 2015,ASD", headings=f"{HEADINGS},SEN Need"))

    assert [row.numbers for row in rows] == [[2, 3]]
    assert rows[0].get(UPN) == UPNS[0]


def test_one_row_for_each_contact_becomes_one_pupil():
    [row] = rows_of(
        csv_file(f"{PUPIL},Ash,Mother", f"{PUPIL},Rowan,Father", headings=f"{HEADINGS},Parent,Parent relationship")
    )

    assert [(contact.priority, contact.name, contact.relation) for contact in row.get(CONTACTS)] == [
        (1, "Ash", "Mother"),
        (2, "Rowan", "Father"),
    ]


def test_rows_that_disagree_are_rivals_among_which_somebody_chooses():
    rows = rows_of(csv_file(f"{PUPIL},7", f"{PUPIL},8", headings=f"{HEADINGS},Year"))

    assert [row.rivals for row in rows] == [(2, 3), (2, 3)]
    assert not any(row.is_rejected for row in rows)


def test_two_statuses_without_days_are_rivals():
    rows = rows_of(csv_file(f"{PUPIL},K", f"{PUPIL},E", headings=f"{HEADINGS},SEN Status"))

    assert [row.rivals for row in rows] == [(2, 3), (2, 3)]


def test_rows_of_several_statuses_with_their_days_are_one_history():
    headings = f"{HEADINGS},SEN Status,SEN Start Date"
    [row] = rows_of(csv_file(f"{PUPIL},K,1/9/2020", f"{PUPIL},E,1/9/2022", headings=headings))

    assert [(stage.code, stage.starts_on.year) for stage in row.get(STAGES)] == [("K", 2020), ("E", 2022)]
    assert [(doubt.note.code, doubt.proposed) for doubt in row.doubts] == [(NoteCode.TWO_OPEN_STAGES, "E")]


def test_a_status_that_ends_before_it_begins_keeps_the_row_out():
    headings = f"{HEADINGS},SEN Status,SEN Start Date,SEN End Date"
    [row] = rows_of(csv_file(f"{PUPIL},K,1/9/2022,1/9/2020", headings=headings))

    assert [note.code for note in row.reasons] == [NoteCode.SEN_ENDS_BEFORE_START]


def test_a_thousand_rows_about_one_pupil_are_kept_out():
    rows = rows_of(csv_file(*[f"{PUPIL},Ash {chr(97 + n % 26)}" for n in range(1000)], headings=f"{HEADINGS},Parent"))

    assert {row.reasons[0].code for row in rows} == {NoteCode.TOO_MANY_ROWS_ABOUT_ONE}


def test_own_columns_win_over_the_full_name():
    [row] = rows_of(csv_file(f'"Moss, Kit",{PUPIL}', headings=f"Name,{HEADINGS}"))

    assert (row.get(SURNAME), row.get(FORENAME)) == ("Larkhill", "Wren")


def test_a_bad_date_of_birth_keeps_the_row_out_with_a_upn_too():
    rows = rows_of(csv_file(f"{UPNS[0]},Larkhill,Wren,31/02/2015", ",Marlow,Finn,31/02/2015"))

    assert [row.is_rejected for row in rows] == [True, True]


def test_a_mapping_from_another_file_cannot_reach_beyond_the_columns():
    sheet = read_file(csv_file(PUPIL), "pupils.csv")

    [row] = normalise(sheet, {**guess_mapping(sheet.headers), 9: "sex", 10: "need_1", 11: "contact_1_name"})

    assert not row.is_rejected


def test_headings_that_occur_twice_keep_both_values():
    assert unique_headers(["A", "A", "A (2)", "A"]) == ["A", "A (2)", "A (2) (2)", "A (3)"]


def test_ten_thousand_rows():
    lines = [f"00{n},Larkhill,W{_letters(n)},14/02/2015" for n in range(10_000)]

    rows = rows_of(csv_file(*lines, headings="Adno,Surname,Forename,DOB"))

    assert len(rows) == 10_000
    assert not any(row.is_rejected for row in rows)


def _letters(number):
    return "".join(chr(97 + int(digit)) for digit in str(number))


HISTORY = """
<SENhistory>
  <SEN><StartDate>2024-03-11</StartDate><SENprovision>E</SENprovision></SEN>
  <SEN><StartDate>2013-09-02</StartDate><EndDate>2014-08-31</EndDate><SENprovision>A</SENprovision></SEN>
  <SEN><StartDate>2022-09-05</StartDate><EndDate>2024-03-10</EndDate><SENprovision>K</SENprovision></SEN>
  <SENneeds>
    <SENneed><SENtypeRank>2</SENtypeRank><SENtype>SLCN</SENtype></SENneed>
    <SENneed><SENtypeRank>1</SENtypeRank><SENtype>ASD</SENtype></SENneed>
    <SENneed><NeedEndDate>2023-01-01</NeedEndDate><SENtypeRank>3</SENtypeRank><SENtype>MLD</SENtype></SENneed>
  </SENneeds>
</SENhistory>
"""


def test_a_transfer_file_gives_every_stage_and_every_need_that_goes_on():
    [row] = rows_of(ctf(ctf_pupil(HISTORY)), "transfer.xml")

    assert [(stage.code, stage.starts_on, stage.ends_on) for stage in row.get(STAGES)] == [
        ("A", date(2013, 9, 2), date(2014, 8, 31)),
        ("K", date(2022, 9, 5), date(2024, 3, 10)),
        ("E", date(2024, 3, 11), None),
    ]
    assert (row.get(SEN), row.get(SEN_START)) == ("E", date(2024, 3, 11))
    assert needs_of(row) == [(1, "ASD"), (2, "SLCN"), (3, "MLD")]
    assert [need.ends_on for need in row.get(NEEDS)] == [None, None, date(2023, 1, 1)]


def test_a_historic_stage_that_goes_on_must_be_chosen_anew():
    stage = "<SENhistory><SEN><StartDate>2013-09-02</StartDate><SENprovision>S</SENprovision></SEN></SENhistory>"

    [row] = rows_of(ctf(ctf_pupil(stage)), "transfer.xml")

    assert row.get(SEN) is None
    assert row.get(STAGES)[0].code == "S"
    assert [doubt.note.code for doubt in row.doubts] == [NoteCode.STATUS_BEFORE_2014]


def test_rejected_rows_come_back_in_their_own_columns_with_the_reason():
    rows = rows_of(csv_file(PUPIL, ",=1+1a,Finn,-", f"{UPNS[1]},x,y,1/1/2015,over"))

    table = list(csv.reader(io.StringIO(rejected_csv(rows).decode("utf-8-sig"))))

    assert table[0] == ["Row in your file", "Why it was not taken in", *HEADINGS.split(","), "Column E"]
    assert [line[0] for line in table[1:]] == ["3", "4"]
    assert table[1][3] == "'=1+1a"
    assert table[1][5] == "'-"
    assert table[2][6] == "over"


def test_all_rows_of_a_rejected_pupil_come_back():
    rows = rows_of(csv_file(f"{UPNS[0]},Marlow,Finn,31/02/2014", f"{UPNS[0]},Marlow,Finn,31/02/2014"))

    table = rejected_csv(rows).decode("utf-8-sig").splitlines()

    assert [line.split(",")[0] for line in table[1:]] == ["2", "3"]


@pytest.mark.parametrize("data", [csv_file(PUPIL), csv_file(PUPIL, OTHER)])
def test_nothing_rejected_gives_headings_only(data):
    assert len(rejected_csv(rows_of(data)).splitlines()) == 1
