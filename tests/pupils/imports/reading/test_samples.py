"""Whole exports of three invented school systems, read from the first byte to the last."""

from datetime import date
from pathlib import Path

import pytest

from pupils.imports.fields import (
    BIRTH,
    CONTACTS,
    FLAGS,
    FORENAME,
    FORMER_UPN,
    JOINED,
    LANGUAGE,
    NEEDS,
    SEN,
    STAGES,
    SURNAME,
    UPN,
    YEAR,
)  # fmt: skip
from pupils.imports.reading.columns import guess_mapping, missing_required
from pupils.imports.reading.readers import read_file
from pupils.imports.reading.rows import normalise
from pupils.imports.rows import NeedSaid

FLAG = {flag.name: flag for flag in FLAGS}
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
    assert len({row.get(UPN) for row in rows}) == pupils
    assert all(row.get(BIRTH) and row.get(YEAR) for row in rows)


def test_alpha_is_a_report_with_a_title_and_accents():
    sheet, rows = read("alpha.csv")
    eelwhistle = next(row for row in rows if row.get(SURNAME) == "Eelwhistle")

    assert (sheet.encoding, rows[0].number) == ("windows-1252", 6)
    assert eelwhistle.get(FORENAME) == "Renée"
    assert eelwhistle.get(BIRTH) == date(2012, 2, 29)
    assert eelwhistle.get(FLAG["looked_after"]) is True
    assert eelwhistle.get(NEEDS) == (NeedSaid("SEMH", 1),)
    assert eelwhistle.get(CONTACTS)[0].email == "home5@example.org"


def test_beta_has_a_row_for_each_need():
    sheet, rows = read("beta.xlsx")
    silas = next(row for row in rows if row.get(FORENAME) == "Silas")

    assert sheet.sheet_name == "Students"
    assert silas.numbers == [4, 5, 6]
    assert [need.type for need in silas.get(NEEDS)] == ["ASD", "SEMH", "SLCN"]
    assert silas.get(CONTACTS)[0].phone == "07700900102"
    assert silas.get(JOINED) == date(2024, 9, 4)


def test_gamma_is_a_transfer_file():
    sheet, rows = read("gamma.xml")
    farrowgill = next(row for row in rows if row.get(SURNAME) == "Farrowgill")
    dallowmere = next(row for row in rows if row.get(SURNAME) == "Dallowmere")

    assert sheet.ctf.source_dfe_number == "3724107"
    assert [stage.code for stage in farrowgill.get(STAGES)] == ["A", "K", "N"]
    assert farrowgill.get(SEN) == "N"
    assert dallowmere.get(FORMER_UPN) == "H37241071904F"
    assert (dallowmere.get(FLAG["eal"]), dallowmere.get(LANGUAGE)) == (True, "ARA")
    assert [contact.responsibility for contact in rows[0].get(CONTACTS)] == [True, False]
