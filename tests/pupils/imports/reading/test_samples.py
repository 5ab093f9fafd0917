"""Whole exports of three invented school systems, read from the first byte to the last."""

from datetime import date
from pathlib import Path

import pytest

from pupils.imports.reading.columns import guess_mapping, missing_required
from pupils.imports.reading.readers import read_file
from pupils.imports.reading.rows import normalise

SAMPLES = Path(__file__).resolve().parents[3] / "data" / "imports"


def read(name):
    sheet = read_file(SAMPLES / name, name)
    mapping = guess_mapping(sheet.headers)
    assert missing_required(mapping) == []
    return sheet, normalise(sheet, mapping, today=date(2026, 9, 14))


@pytest.mark.parametrize(
    ("name", "kind", "pupils"), [("alpha.csv", "csv", 14), ("beta.xlsx", "xlsx", 12), ("gamma.xml", "ctf", 12)]
)
def test_every_pupil_of_a_sample_is_taken(name, kind, pupils):
    sheet, rows = read(name)

    assert sheet.kind == kind
    assert len(rows) == pupils
    assert not any(row.is_rejected for row in rows)
    assert len({row.data["upn"] for row in rows}) == pupils
    assert all(row.data["birth_on"] and row.data["year_group"] for row in rows)


def test_alpha_is_a_report_with_a_title_and_accents():
    sheet, rows = read("alpha.csv")
    eelwhistle = next(row for row in rows if row.data["legal_surname"] == "Eelwhistle")

    assert (sheet.encoding, rows[0].number) == ("windows-1252", 6)
    assert eelwhistle.data["legal_forename"] == "Renée"
    assert eelwhistle.data["birth_on"] == "2012-02-29"
    assert eelwhistle.data["looked_after"] is True
    assert eelwhistle.needs == [{"type": "SEMH", "rank": 1}]
    assert eelwhistle.contacts[0]["email"] == "home5@example.org"


def test_beta_has_a_row_for_each_need():
    sheet, rows = read("beta.xlsx")
    silas = next(row for row in rows if row.data["legal_forename"] == "Silas")

    assert sheet.sheet_name == "Students"
    assert silas.numbers == [4, 5, 6]
    assert [need["type"] for need in silas.needs] == ["ASD", "SEMH", "SLCN"]
    assert silas.contacts[0]["phone"] == "07700900102"
    assert silas.data["joined_on"] == "2024-09-04"


def test_gamma_is_a_transfer_file():
    sheet, rows = read("gamma.xml")
    farrowgill = next(row for row in rows if row.data["legal_surname"] == "Farrowgill")
    dallowmere = next(row for row in rows if row.data["legal_surname"] == "Dallowmere")

    assert sheet.ctf.source_dfe_number == "3724107"
    assert [stage["code"] for stage in farrowgill.sen_history] == ["A", "K", "N"]
    assert farrowgill.data["sen_code"] == "N"
    assert dallowmere.data["former_upn"] == "H37241071904F"
    assert (dallowmere.data["eal"], dallowmere.data["first_language"]) == (True, "ARA")
    assert [contact["responsibility"] for contact in rows[0].contacts] == [True, False]
