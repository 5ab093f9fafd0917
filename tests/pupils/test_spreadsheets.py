import csv
import io
import zipfile
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from pupils.spreadsheets import csv_bytes, safe_cell, xlsx_file


@pytest.mark.parametrize("sign", list("=+-@＝＋－＠"))
@pytest.mark.parametrize("before", ["", " ", "   ", '"', "'", ' "', "\u00a0", "\u200b", "\ufeff", "\u202e", "“"])
def test_what_could_run_as_a_formula_is_made_text(before, sign):
    assert safe_cell(f"{before}{sign}1+1") == f"'{before}{sign}1+1"


@pytest.mark.parametrize("control", ["\t", "\r", "\n", "\x00"])
def test_texts_that_start_with_a_control_character_are_made_text(control):
    assert safe_cell(f"{control}Wren") == f"'{control}Wren"


@pytest.mark.parametrize(
    "text", ["", " ", "Wren", "O'Kestrel", "a=b", "7B", "ash@example.org", '"Wren"', "01632 960-001"]
)
def test_other_texts_stay_as_they_are(text):
    assert safe_cell(text) == text


def test_csv_keeps_numbers_and_letters():
    data = csv_bytes(
        ["Name", "=Age", "Score"], [["Zoë", 7, -1.5], ["-1", None, True], [date(2027, 1, 26), "a,b", "x\ny"]]
    )

    assert data.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))) == [
        ["Name", "'=Age", "Score"],
        ["Zoë", "7", "-1.5"],
        ["'-1", "", "Yes"],
        ["2027-01-26", "a,b", "x\ny"],
    ]


def test_workbooks_hold_texts_numbers_and_dates_but_no_formulas_or_links(tmp_path):
    path = tmp_path / "list.xlsx"
    rows = ([f"=1+{number}", "http://example.org", number, date(2027, 1, 26), None, "007"] for number in range(3))

    xlsx_file(path, ["Formula", "Link", "Number", "Day", "Empty", "Code"], rows, sheet_name="Pupils: 7/8")

    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "xl/worksheets/_rels/sheet1.xml.rels" not in archive.namelist()
        assert "<dc:creator></dc:creator>" in archive.read("docProps/core.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    with CalamineWorkbook.from_path(str(path)) as book:
        assert book.sheet_names == ["Pupils  7 8"]
        table = book.get_sheet_by_index(0).to_python()
    assert table[1] == ["=1+0", "http://example.org", 0.0, date(2027, 1, 26), "", "007"]
    assert len(table) == 4
