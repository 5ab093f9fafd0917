import codecs
import datetime

import pytest

from pupils.imports.notes import Note, NoteCode
from pupils.imports.reading.readers import read_file
from pupils.imports.reading.sheets import column_letter
from tests.pupils.imports.reading.files import (
    HEADINGS,
    OTHER,
    PUPIL,
    UPNS,
    csv_file,
    ctf,
    ctf_pupil,
    inline,
    ods,
    ods_row,
    raw_xlsx,
    xlsx,
    xlsx_table,
)

ACCENTED = f"{UPNS[0]},Núñez,Zoë,14/02/2015"


@pytest.mark.parametrize(
    ("mark", "encoding", "named"),
    [
        (b"", "utf-8", "utf-8"),
        (codecs.BOM_UTF8, "utf-8", "utf-8-sig"),
        (b"", "windows-1252", "windows-1252"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
        (b"", "utf-16-le", "utf-16-le"),
        (b"", "utf-16-be", "utf-16-be"),
    ],
)
def test_letters_are_right_in_every_encoding(mark, encoding, named):
    sheet = read_file(mark + csv_file(ACCENTED, encoding=encoding), "pupils.csv")

    assert sheet.headers == HEADINGS.split(",")
    assert sheet.rows[0].values[1:3] == ["Núñez", "Zoë"]
    assert sheet.encoding == named


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_separators_and_line_ends(delimiter, line_end):
    text = csv_file(PUPIL, OTHER).decode().replace(",", delimiter).replace("\r\n", line_end)

    sheet = read_file(text.encode(), "pupils.csv")

    assert [row.values[0] for row in sheet.rows] == list(UPNS[:2])


def test_a_first_line_that_names_the_separator():
    sheet = read_file(b"sep=;\r\n" + csv_file(PUPIL).replace(b",", b";"), "pupils.csv")

    assert (sheet.headers[0], sheet.rows[0].number) == ("UPN", 3)


def test_commas_in_a_semicolon_file_stay_in_their_cells():
    sheet = read_file(b'Name;UPN\r\n"Larkhill, Wren";X373400126001\r\n', "pupils.csv")

    assert sheet.rows[0].values == ["Larkhill, Wren", UPNS[0]]


def test_line_ends_inside_quotation_marks_do_not_count_as_rows():
    sheet = read_file(csv_file(f'{UPNS[0]},Larkhill,"Wren\nMoss",14/02/2015', OTHER), "pupils.csv")

    assert [row.number for row in sheet.rows] == [2, 3]
    assert sheet.rows[0].values[2] == "Wren\nMoss"


def test_row_numbers_are_those_of_the_file():
    sheet = read_file(b"School list\r\n\r\n" + csv_file(PUPIL, "", ",,,", OTHER), "pupils.csv")

    assert [row.number for row in sheet.rows] == [4, 7]


def test_short_rows_are_filled_and_empty_ends_cut():
    sheet = read_file(csv_file("a,b", f"{PUPIL},,,"), "pupils.csv")

    assert [len(row.values) for row in sheet.rows] == [4, 4]


def test_columns_without_a_heading_are_called_by_their_letter():
    sheet = read_file(csv_file("a,b,c,d,e", headings="UPN,,Forename,,"), "pupils.csv")

    assert sheet.headers == ["UPN", "Column B", "Forename"]


def test_a_quotation_mark_inside_a_name_is_no_open_quotation():
    sheet = read_file(csv_file(f'{UPNS[0]},Larkhill,Wren "Jo" Moss,14/02/2015'), "pupils.csv")

    assert sheet.rows[0].values[2] == 'Wren "Jo" Moss'


def test_the_content_decides_and_not_the_name():
    assert read_file(csv_file(PUPIL), "pupils.xlsx").kind == "csv"
    assert read_file(xlsx_table([HEADINGS.split(","), PUPIL.split(",")]), "pupils.csv").kind == "xlsx"
    assert read_file(ctf(ctf_pupil()), "pupils.csv").kind == "ctf"


def test_a_file_is_read_from_its_path(tmp_path):
    path = tmp_path / "pupils.csv"
    path.write_bytes(csv_file(PUPIL))

    assert len(read_file(path, path.name).rows) == 1


def test_workbook_cells_become_the_text_that_csv_would_hold():
    def build(book):
        sheet = book.add_worksheet("Pupils")
        sheet.write_row(0, 0, ["UPN", "Surname", "DOB", "Year", "FSM", "Joined", "Score"])
        sheet.write_row(1, 0, [UPNS[0], "Larkhill"])
        sheet.write_datetime(1, 2, datetime.datetime(2015, 2, 14), book.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write_number(1, 3, 7)
        sheet.write_boolean(1, 4, True)
        sheet.write_datetime(
            1, 5, datetime.datetime(2024, 9, 4, 8, 30), book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        )
        sheet.write_number(1, 6, 1.5)

    sheet = read_file(xlsx(build), "pupils.xlsx")

    assert sheet.rows[0].values == [UPNS[0], "Larkhill", "2015-02-14", "7", "Yes", "2024-09-04 08:30:00", "1.5"]
    assert (sheet.rows[0].number, sheet.sheet_name) == (2, "Pupils")


def test_a_formula_in_a_workbook_gives_its_value_only():
    def build(book):
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS.split(","))
        sheet.write_row(1, 0, PUPIL.split(","))
        sheet.write_formula(1, 2, '="Wr"&"en"', None, "Wren")

    assert read_file(xlsx(build), "pupils.xlsx").rows[0].values[2] == "Wren"


def test_a_table_that_starts_away_from_the_corner():
    def build(book):
        sheet = book.add_worksheet()
        sheet.write(0, 0, None)
        sheet.write_row(4, 2, HEADINGS.split(","))
        sheet.write_row(5, 2, PUPIL.split(","))

    sheet = read_file(xlsx(build), "pupils.xlsx")

    assert sheet.headers[2:] == HEADINGS.split(",")
    assert sheet.rows[0].number == 6


def test_hidden_sheets_are_named_and_not_read():
    def build(book):
        hidden = book.add_worksheet("Old pupils")
        hidden.write_row(0, 0, HEADINGS.split(","))
        hidden.write_row(1, 0, OTHER.split(","))
        shown = book.add_worksheet("Pupils")
        shown.write_row(0, 0, HEADINGS.split(","))
        shown.write_row(1, 0, PUPIL.split(","))
        shown.activate()
        shown.set_first_sheet()
        hidden.hide()

    sheet = read_file(xlsx(build), "pupils.xlsx")

    assert sheet.rows[0].values[0] == UPNS[0]
    assert Note(NoteCode.HIDDEN_SHEETS, {"sheets": ["Old pupils"]}) in sheet.notes


def test_cells_that_are_only_formatted_do_not_count():
    rows = "".join(
        f'<row r="{number}">'
        + "".join(inline(f"{'ABCD'[place]}{number}", text) for place, text in enumerate(line))
        + "</row>"
        for number, line in enumerate([HEADINGS.split(","), PUPIL.split(",")], start=1)
    )
    data = raw_xlsx(f'{rows}<row r="1048576"><c r="XFD1048576"/></row>')

    assert len(read_file(data, "pupils.xlsx").rows) == 1


def test_an_opendocument_sheet():
    empty = '<table:table-cell table:number-columns-repeated="16384"/>'
    tail = f'<table:table-row table:number-rows-repeated="1048574">{empty}</table:table-row>'

    sheet = read_file(ods(ods_row(*HEADINGS.split(",")) + ods_row(*PUPIL.split(",")) + tail), "pupils.ods")

    assert (sheet.kind, sheet.rows[0].values) == ("ods", PUPIL.split(","))


def test_the_header_of_a_transfer_file_names_the_school():
    header = (
        "<CTFversion>25.0</CTFversion><SourceSchool><LEA>373</LEA><Estab>4001</Estab><SchoolName>Wrenfield</SchoolName>"
        "</SourceSchool><DestSchool><LEA>373</LEA><Estab>4988</Estab></DestSchool>"
    )

    sheet = read_file(ctf(ctf_pupil(), header=header), "transfer.xml")

    assert (sheet.ctf.source_dfe_number, sheet.ctf.dest_dfe_number, sheet.ctf.version) == ("3734001", "3734988", "25.0")
    assert Note(NoteCode.SENT_BY, {"school": "Wrenfield 3734001"}) in sheet.notes


def test_a_transfer_file_with_a_namespace():
    data = ctf(ctf_pupil()).replace(b"<CTfile>", b'<CTfile xmlns="http://example.org/ctf">')

    assert len(read_file(data, "transfer.xml").rows) == 1


@pytest.mark.parametrize(
    ("histories", "meals"),
    [
        ("", ""),
        ("<FSMhistory/>", "No"),
        ("<FSMhistory><FSMinstances><FSMstartDate>2024-09-02</FSMstartDate></FSMinstances></FSMhistory>", "Yes"),
        (
            "<FSMhistory><FSMinstances><FSMstartDate>2023-09-02</FSMstartDate><FSMendDate>2024-07-20</FSMendDate>"
            "</FSMinstances></FSMhistory>",
            "No",
        ),
    ],
)
def test_free_meals_in_a_transfer_file(histories, meals):
    sheet = read_file(ctf(ctf_pupil(histories)), "transfer.xml")

    assert sheet.rows[0].values[sheet.headers.index("FSM")] == meals


@pytest.mark.parametrize(
    ("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
)
def test_column_letters(index, letter):
    assert column_letter(index) == letter
