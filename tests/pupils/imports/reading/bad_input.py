"""What people send and what they then see. The same table stands in docs/import-bad-input.md."""

import codecs
from collections.abc import Callable
from dataclasses import dataclass

from pupils.imports.fields import LABELS
from pupils.imports.notes import Note, NoteCode
from pupils.imports.reading.refusals import FileNotReadable, FileReason

from . import files
from .files import HEADINGS, OTHER, PUPIL, UPNS, csv_file, ctf, ctf_pupil, inline, ods, ods_row, with_extra, xlsx_table

BIDI = "\u202e"
FULL_WIDTH_EQUALS = "\uff1d"
HEADING_CELLS = HEADINGS.split(",")
PUPIL_CELLS = PUPIL.split(",")
OLE = codecs.decode("d0cf11e0a1b11ae1", "hex")


@dataclass(frozen=True)
class Case:
    sent: str
    file: bytes | Callable[[], bytes]
    seen: FileNotReadable | Note
    taken: int = 0  # rows that can be taken in all the same
    filename: str = "pupils.csv"
    quick: tuple = ()  # the name of a limit in ctf.py, and the smaller one that the file is made for

    @property
    def data(self):
        return self.file() if callable(self.file) else self.file


def said(code, column="", **data):
    return Note(code, data, column, LABELS.get(column, ""))


def named(forename):
    return csv_file(f"{UPNS[0]},Larkhill,{forename},14/02/2015")


def born(text):
    return csv_file(f"{UPNS[0]},Larkhill,Wren,{text}")


def hidden_only():
    def build(book):
        book.add_worksheet("Front")
        sheet = book.add_worksheet("Pupils")
        sheet.write_row(0, 0, HEADING_CELLS)
        sheet.hide()

    return files.xlsx(build)


def all_hidden():
    """Excel refuses to make one; other programs do not."""
    return files.raw_xlsx(
        f'<row r="1">{inline("A1", "UPN")}</row>',
        more={
            "xl/workbook.xml": f'<?xml version="1.0"?><workbook xmlns="{files.MAIN}" xmlns:r="{files.RELATIONSHIPS}">'
            '<sheets><sheet name="Pupils" sheetId="1" r:id="r1" state="hidden"/></sheets></workbook>'
        },
    )


def merged():
    def build(book):
        sheet = book.add_worksheet("Pupils")
        sheet.write_row(0, 0, [*HEADING_CELLS, "SEN Need"])
        for column, value in enumerate(PUPIL_CELLS):
            sheet.merge_range(1, column, 2, column, value)
        sheet.write(1, 4, "ASD")
        sheet.write(2, 4, "SLCN")

    return files.xlsx(build)


def long_number():
    return xlsx_table([[*HEADING_CELLS, "ULN"], [*PUPIL_CELLS, 1234567890123456789]])


def hidden_parts():
    def build(book):
        sheet = book.add_worksheet("Pupils")
        for number, row in enumerate([HEADING_CELLS, PUPIL_CELLS, OTHER.split(",")]):
            sheet.write_row(number, 0, row)
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column(1, 1, None, None, {"hidden": True})

    return files.xlsx(build)


def unfinished_formulas():
    """As programs write them that never worked them out."""
    heads = "".join(inline(f"{letter}1", text) for letter, text in zip("ABCD", HEADING_CELLS, strict=True))
    cells = "".join(inline(f"{letter}2", text) for letter, text in zip("ABC", PUPIL_CELLS, strict=False))
    birth = inline("D2", PUPIL_CELLS[3])
    return files.raw_xlsx(f'<row r="1">{heads}{inline("E1", "Class")}</row>'
                          f'<row r="2">{cells}{birth}<c r="E2"><f>A2&amp;"x"</f></c></row>')  # fmt: skip


def far_cell(place, row):
    return files.raw_xlsx(f'<row r="1">{inline("A1", "UPN")}</row><row r="{row}">{inline(place, "x")}</row>')


def zip_bomb():
    return files.raw_xlsx("", more={"xl/media/image1.png": b"\0" * 20_000_000})


def many_parts():
    return files.raw_xlsx("", more={f"xl/media/{number}.png": b"" for number in range(2100)})


def copied_text():
    """One long text, referred to by thousands of cells."""
    rows = "".join(
        f'<row r="{row}">' + "".join(f'<c r="{column}{row}" t="s"><v>0</v></c>' for column in "ABCDEFGH") + "</row>"
        for row in range(1, 3001)
    )
    return files.raw_xlsx(rows, shared=f"<si><t>{'long text ' * 2000}</t></si>")


def endless_ods():
    cell = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    return ods(f'{ods_row("UPN")}<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>')


REFUSED = [
    Case(
        "An empty file",
        b"",
        FileNotReadable(FileReason.EMPTY),
    ),
    Case(
        "A file of blank lines and commas",
        b"\r\n,,,\r\n , ,\r\n",
        FileNotReadable(FileReason.NOTHING_IN_IT),
    ),
    Case(
        "Headings without pupils",
        csv_file(),
        FileNotReadable(FileReason.NO_PUPILS, row=1),
    ),
    Case(
        "A CSV of more than 10 MB",
        lambda: b"x" * (11 * 1024 * 1024),
        FileNotReadable(FileReason.TOO_BIG, size=11.0, most=10),
    ),
    Case(
        "Any file of more than 50 MB",
        lambda: b"<?xml" + b" " * (51 * 1024 * 1024),
        FileNotReadable(FileReason.TOO_BIG, size=51.00000476837158, most=50),
        filename="transfer.xml",
    ),
    Case(
        "More than 50,000 rows",
        lambda: csv_file(*["a,b,c,d"] * 50_031),
        FileNotReadable(FileReason.TOO_MANY_ROWS, most=50_000),
    ),
    Case(
        "More than 200 columns",
        csv_file(PUPIL, "," * 250),
        FileNotReadable(FileReason.TOO_MANY_COLUMNS, row=3, columns=251, most=200),
    ),
    Case(
        "More than 2,000,000 cells",
        lambda: csv_file(*["," * 199] * 10_100),
        FileNotReadable(FileReason.TOO_MANY_CELLS, most=2_000_000),
    ),
    Case(
        "A cell of more than 5,000 characters",
        named("x" * 5001),
        FileNotReadable(FileReason.CELL_TOO_LONG, row=2, column="C", most=5_000),
    ),
    Case(
        "A quotation mark that is never closed",
        csv_file(f'{UPNS[0]},Larkhill,"Wren,14/02/2015', OTHER),
        FileNotReadable(FileReason.QUOTE_NEVER_CLOSED, row=2),
    ),
    Case(
        "The same in a long file",
        csv_file(f'{UPNS[0]},Larkhill,"Wren,14/02/2015', *[OTHER] * 300),
        FileNotReadable(FileReason.CELL_OVER_SEVERAL_LINES, row=2, column="C", most=5_000),
    ),
    Case(
        "A long text without a single comma",
        lambda: b"Wrenfield" * 50_000,
        FileNotReadable(FileReason.ENDLESS_CELL, row=1),
    ),
    Case(
        "Binary data named .csv",
        bytes(range(256)) * 20,
        FileNotReadable(FileReason.NOT_TEXT),
    ),
    Case(
        "UTF-16 cut in the middle of a letter",
        codecs.BOM_UTF16_LE + HEADINGS.encode("utf-16-le") + b"\x41",
        FileNotReadable(FileReason.LETTERS_UNREADABLE),
    ),
    Case(
        "A PDF named .csv",
        b"%PDF-1.7 rest of it",
        FileNotReadable(FileReason.OTHER_KIND, kind="a PDF"),
    ),
    Case(
        "A picture named .xlsx",
        b"\x89PNG\r\n\x1a\n rest of it",
        FileNotReadable(FileReason.OTHER_KIND, kind="a picture"),
        filename="pupils.xlsx",
    ),
    Case(
        "A web page named .xls",
        b"<html><table><tr><td>UPN</td></tr></table></html>",
        FileNotReadable(FileReason.WEB_PAGE),
        filename="pupils.xls",
    ),
    Case(
        "An old Excel workbook (.xls)",
        OLE + b"\0" * 600,
        FileNotReadable(FileReason.OLD_EXCEL),
        filename="pupils.xls",
    ),
    Case(
        "A workbook with a password",
        OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 100,
        FileNotReadable(FileReason.PASSWORD_IN_EXCEL),
        filename="pupils.xlsx",
    ),
    Case(
        "A workbook cut short",
        lambda: xlsx_table([HEADING_CELLS, PUPIL_CELLS])[:2000],
        FileNotReadable(FileReason.DAMAGED),
        filename="pupils.xlsx",
    ),
    Case(
        "A zip bomb named .xlsx",
        zip_bomb,
        FileNotReadable(FileReason.UNPACKS_TOO_FAR),
        filename="pupils.xlsx",
    ),
    Case(
        "A workbook of more than 2,000 parts",
        many_parts,
        FileNotReadable(FileReason.UNPACKS_TOO_FAR),
        filename="pupils.xlsx",
    ),
    Case(
        "A workbook in which thousands of cells share one long text",
        copied_text,
        FileNotReadable(FileReason.UNPACKS_TOO_FAR),
        filename="pupils.xlsx",
    ),
    Case(
        "A workbook with a cell filled in row 1,048,576",
        lambda: far_cell("A1048576", 1_048_576),
        FileNotReadable(FileReason.TOO_MANY_ROWS_FAR_DOWN, most=50_000, row=1_048_576),
        filename="pupils.xlsx",
    ),
    Case(
        "A workbook with a cell filled in column XFD",
        lambda: far_cell("XFD2", 2),
        FileNotReadable(FileReason.TOO_MANY_COLUMNS_FAR_OUT, column="XFD", most=200),
        filename="pupils.xlsx",
    ),
    Case(
        "A workbook whose XML defines entities",
        lambda: files.raw_xlsx(
            "", more={"xl/worksheets/sheet2.xml": '<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>'}
        ),
        FileNotReadable(FileReason.DAMAGED),
        filename="pupils.xlsx",
    ),
    Case(
        "A workbook with all sheets hidden",
        all_hidden,
        FileNotReadable(FileReason.NO_SHEET_TO_SEE),
        filename="pupils.xlsx",
    ),
    Case(
        "A workbook whose visible sheet is empty",
        hidden_only,
        FileNotReadable(FileReason.EMPTY_WORKBOOK),
        filename="pupils.xlsx",
    ),
    Case(
        "A Word document named .xlsx",
        lambda: files.zipped({"word/document.xml": "<w/>"}),
        FileNotReadable(FileReason.WORD_DOCUMENT),
        filename="pupils.xlsx",
    ),
    Case(
        "A ZIP archive with a CSV inside",
        lambda: files.zipped({"pupils.csv": csv_file(PUPIL)}),
        FileNotReadable(FileReason.ARCHIVE),
        filename="pupils.zip",
    ),
    Case(
        "An OpenDocument sheet that repeats one row a million times",
        endless_ods,
        FileNotReadable(FileReason.TOO_MANY_ROWS_FAR_DOWN, most=50_000, row=1_000_001),
        filename="pupils.ods",
    ),
    Case(
        "XML with entities that multiply",
        ctf(ctf_pupil(), prolog='<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'),
        FileNotReadable(FileReason.XML_UNSAFE),
        filename="transfer.xml",
    ),
    Case(
        "XML that reads a file of the server",
        ctf(ctf_pupil(), prolog='<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/hostname">]>'),
        FileNotReadable(FileReason.XML_UNSAFE),
        filename="transfer.xml",
    ),
    Case(
        "XML with more than 2,000,000 elements",
        lambda: ctf("<a/>" * 20_000),
        FileNotReadable(FileReason.TOO_MANY_ELEMENTS, most=2_000_000),
        filename="transfer.xml",
        quick=("MAX_ELEMENTS", 20_000),
    ),
    Case(
        "XML with 100,000 elements about one pupil",
        lambda: ctf(ctf_pupil("<a/>" * 100_001)),
        FileNotReadable(FileReason.TOO_MANY_ELEMENTS, most=100_000),
        filename="transfer.xml",
    ),
    Case(
        "XML nested 200 deep",
        lambda: ctf("<a>" * 200 + "</a>" * 200),
        FileNotReadable(FileReason.NESTED_TOO_DEEP, most=20),
        filename="transfer.xml",
    ),
    Case(
        "XML with a surname of 6,000 letters",
        ctf(ctf_pupil().replace("Larkhill", "x" * 6000)),
        FileNotReadable(FileReason.ELEMENT_TOO_LONG, element="Surname", most=5_000),
        filename="transfer.xml",
    ),
    Case(
        "XML cut short",
        ctf(ctf_pupil())[:-30],
        FileNotReadable(FileReason.XML_DAMAGED, line=1),
        filename="transfer.xml",
    ),
    Case(
        "XML that is no transfer file",
        b'<?xml version="1.0"?><note><to>School</to></note>',
        FileNotReadable(FileReason.NOT_A_TRANSFER_FILE),
        filename="transfer.xml",
    ),
    Case(
        "A transfer file without pupils",
        ctf(),
        FileNotReadable(FileReason.NO_PUPILS_IN_TRANSFER),
        filename="transfer.xml",
    ),
]

CLUMSY_FILES = [
    Case(
        "A CSV in Windows-1252",
        csv_file(f"{UPNS[0]},Núñez,Zoë,14/02/2015", encoding="windows-1252"),
        said(NoteCode.WINDOWS_LETTERS),
        taken=1,
    ),
    Case(
        "Columns separated by semicolons",
        csv_file(PUPIL).replace(b",", b";"),
        said(NoteCode.SEPARATED_BY, what="semicolons"),
        taken=1,
    ),
    Case(
        "UTF-16 with tabs, as Excel's “Unicode text”",
        csv_file(PUPIL).decode().replace(",", "\t").encode("utf-16"),
        said(NoteCode.SEPARATED_BY, what="tabs"),
        taken=1,
    ),
    Case(
        "A title and a date above the headings",
        b"Wrenfield Academy\r\nPrinted 14/09/2026\r\n\r\n" + csv_file(PUPIL),
        said(NoteCode.LINES_ABOVE_HEADINGS, lines=2, row=4),
        taken=1,
    ),
    Case(
        "A line of totals at the end",
        csv_file(PUPIL, "Total,1,,"),
        said(NoteCode.TOTALS_LEFT_OUT, rows=[3]),
        taken=1,
    ),
    Case(
        "The headings again on each page",
        csv_file(PUPIL, HEADINGS, OTHER),
        said(NoteCode.HEADINGS_REPEATED, rows=[3]),
        taken=2,
    ),
    Case(
        "Two columns with one heading",
        csv_file(f"{PUPIL},Lark", headings=f"{HEADINGS},Surname"),
        said(
            NoteCode.SEVERAL_COLUMNS,
            number=2,
            what="Legal surname",
            columns=["“Surname” (column 2)", "“Surname” (column 5)"],
            first="“Surname” (column 2)",
        ),
        taken=1,
    ),
    Case(
        "Two columns for one thing",
        csv_file(f"{PUPIL},Larkhill-Moss", headings=f"{HEADINGS},Legal Surname"),
        said(
            NoteCode.SEVERAL_COLUMNS,
            number=2,
            what="Legal surname",
            columns=["“Legal Surname” (column 5)", "“Surname” (column 2)"],
            first="“Legal Surname” (column 5)",
        ),
        taken=1,
    ),
    Case(
        "No column for the surname",
        csv_file("Wren,14/02/2015", headings="Forename,DOB"),
        said(NoteCode.NAME_COLUMN_MISSING, what="legal surname"),
    ),
    Case(
        "Neither UPN nor date of birth",
        csv_file("Larkhill,Wren", headings="Surname,Forename"),
        said(NoteCode.IDENTITY_COLUMN_MISSING),
    ),
    Case(
        "A column of ethnic groups",
        with_extra("Ethnicity", "WBRI"),
        said(NoteCode.LEFT_ALONE, heading="Ethnicity", what="Ethnicity"),
        taken=1,
    ),
    Case(
        "Merged cells, one pupil over two rows",
        merged,
        said(NoteCode.MERGED_CELLS, cells=4),
        taken=1,
        filename="pupils.xlsx",
    ),
    Case(
        "A workbook with a second sheet",
        lambda: files.xlsx(
            lambda book: [
                book.add_worksheet("Notes").write(0, 0, "See the other sheet"),
                *[book.add_worksheet("Pupils").write_row(n, 0, row) for n, row in [(0, HEADING_CELLS)]],
                book.get_worksheet_by_name("Pupils").write_row(1, 0, PUPIL_CELLS),
            ]
        ),
        said(NoteCode.SHEET_READ, sheet="Pupils", sheets=["Notes"]),
        taken=1,
        filename="pupils.xlsx",
    ),
    Case(
        "A number too long for Excel",
        long_number,
        said(NoteCode.LONG_NUMBERS, rows=[2]),
        taken=1,
        filename="pupils.xlsx",
    ),
    Case(
        "Headings of a class between the rows",
        csv_file("Class: 4K  Teacher: Mr X,,,", PUPIL),
        said(NoteCode.GROUP_HEADINGS, rows=[2]),
        taken=1,
    ),
    Case(
        "A legend at the end",
        csv_file(PUPIL, "* = yes,,,"),
        said(NoteCode.NOT_PUPILS, lines=["* = yes"]),
        taken=1,
    ),
    Case(
        "A legend in two cells",
        csv_file(PUPIL, "K,SEN Support,,"),
        said(NoteCode.NOT_PUPILS, lines=["K = SEN Support"]),
        taken=1,
    ),
    Case(
        "Hidden rows and columns",
        hidden_parts,
        said(NoteCode.HIDDEN_ROWS, rows=1, columns=1),
        taken=2,
        filename="pupils.xlsx",
    ),
    Case(
        "Formulas without their results",
        unfinished_formulas,
        said(NoteCode.EMPTY_FORMULAS, cells=1),
        taken=1,
        filename="pupils.xlsx",
    ),
    Case(
        "A partial transfer file",
        ctf(ctf_pupil(), header="<DocumentQualifier>partial</DocumentQualifier>"),
        said(NoteCode.PARTIAL_FILE),
        taken=1,
        filename="transfer.xml",
    ),
]

ROWS = [
    Case(
        "A comma in a name without quotation marks",
        csv_file(f"{UPNS[0]},Larkhill, Jr,Wren,14/02/2015"),
        said(NoteCode.CELLS_BEYOND_HEADINGS, cells=5, headings=4),
    ),
    Case(
        "A row without a surname",
        csv_file(f"{UPNS[0]},-,Wren,14/02/2015"),
        said(NoteCode.NAME_MISSING, what="legal surname"),
    ),
    Case("A row with a name alone", csv_file(",Larkhill,Wren,n/a"), said(NoteCode.NOBODY_TO_TELL_BY)),
    Case(
        "A UPN with a wrong check letter",
        csv_file("Y373400126001,Larkhill,Wren,14/02/2015"),
        said(
            NoteCode.NOT_AN_IDENTIFIER,
            "upn",
            value="Y373400126001",
            why="This UPN's first letter does not match the rest, so at least one character is wrong. "
            "Compare it with the pupil's records.",
        ),
    ),
    Case(
        "One pupil twice, with two dates of birth",
        csv_file(PUPIL, PUPIL.replace("2015", "2014"), OTHER),
        said(NoteCode.RIVAL_ROWS, rows=[2, 3], what=["Date of birth"]),
        taken=3,
    ),
    Case("One pupil twice, alike", csv_file(PUPIL, PUPIL), said(NoteCode.READ_AS_ONE, rows=[2, 3]), taken=1),
    Case(
        "Two pupils with one name and date of birth",
        csv_file(PUPIL, PUPIL.replace(UPNS[0], UPNS[1])),
        said(NoteCode.NAMESAKES, rows=[2, 3]),
        taken=2,
    ),
    Case(
        "A ULN that Excel has shortened",
        with_extra("ULN", "1.23457E+09"),
        said(NoteCode.NUMBER_SHORTENED, "uln", value="1.23457E+09"),
        taken=1,
    ),
    Case("31 June", born("31/06/2015"), said(NoteCode.NO_SUCH_DAY, "birth_on", value="31/06/2015", day=31)),
    Case(
        "No date of birth where others have one",
        csv_file(PUPIL, f"{UPNS[1]},Marlow,Finn,"),
        said(NoteCode.BIRTH_MISSING),
        taken=1,
    ),
    Case(
        "29 February in a common year",
        born("29 Feb 2015"),
        said(NoteCode.NO_SUCH_DAY, "birth_on", value="29 Feb 2015", day=29),
    ),
    Case(
        "The month first, as in America",
        born("02/14/2015"),
        said(NoteCode.NO_SUCH_MONTH, "birth_on", value="02/14/2015", month=14),
    ),
    Case("Words for a date", born("spring 2015"), said(NoteCode.DATE_UNCERTAIN, "birth_on", value="spring 2015")),
    Case(
        "A birth in the future",
        born("14/02/2051"),
        said(NoteCode.BORN_IN_FUTURE, "birth_on", value="14/02/2051"),
    ),
    Case(
        "A birth in the year 215",
        born("14/02/0215"),
        said(NoteCode.UNLIKELY_YEAR, "birth_on", value="14/02/0215", year=215),
    ),
    Case(
        "A pupil born in 1985",
        born("14/02/1985"),
        said(NoteCode.OLDER_THAN_A_PUPIL, "birth_on", value="14/02/1985"),
    ),
    Case("A number that is no date", born("99999"), said(NoteCode.NOT_A_DATE, "birth_on", value="99999")),
    Case(
        "A formula for a name",
        named('"=HYPERLINK(""http://example.org"",""Wren"")"'),
        said(NoteCode.NAME_LIKE_FORMULA, "legal_forename", value='=HYPERLINK("http://example.org","Wren")'),
        taken=1,
    ),
    Case(
        "A formula behind a full-width sign",
        named(f"{FULL_WIDTH_EQUALS}1+1a"),
        said(NoteCode.NAME_LIKE_FORMULA, "legal_forename", value="＝1+1a"),
        taken=1,
    ),
    Case(
        "Markup for a name",
        named("<script>alert(1)</script>"),
        said(NoteCode.NAME_WITH_MARKUP, "legal_forename", value="<script>alert(1)</script>"),
        taken=1,
    ),
    Case(
        "A name as a web page writes it",
        named("Wr&eacute;n"),
        said(NoteCode.NAME_FROM_WEB_PAGE, "legal_forename", value="Wr&eacute;n", name="Wrén"),
        taken=1,
    ),
    Case(
        "A name with a mark that turns the writing round",
        named(f"W{BIDI}ren"),
        said(NoteCode.NAME_HAD_HIDDEN_MARKS, "legal_forename", value="Wren"),
        taken=1,
    ),
    Case(
        "A name with a NUL in it",
        named("Wr\0en"),
        said(NoteCode.NAME_HAD_HIDDEN_MARKS, "legal_forename", value="Wren"),
        taken=1,
    ),
    Case(
        "A name of 300 letters",
        named("W" * 300),
        said(
            NoteCode.NAME_TOO_LONG,
            "legal_forename",
            value="WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW…",
            length=300,
            most=100,
        ),
    ),
    Case(
        "A name without letters", named("12345"), said(NoteCode.NAME_WITHOUT_LETTERS, "legal_forename", value="12345")
    ),
    Case("An Excel error for a name", named("#REF!"), said(NoteCode.EXCEL_ERROR, "legal_forename", value="#REF!")),
    Case(
        "Two words without a comma for a name",
        csv_file(f"{UPNS[0]},Wren Larkhill", headings="UPN,Name"),
        said(NoteCode.NAME_ORDER_UNKNOWN, "full_name", value="Wren Larkhill"),
    ),
    Case(
        "A pupil with one name",
        csv_file(f"{UPNS[0]},Larkhill,,14/02/2015"),
        Note(NoteCode.ONE_NAME, {"value": "Larkhill"}, "legal_forename"),
        taken=1,
    ),
    Case(
        "A name that lost a letter",
        named("Zo\ufffd"),
        said(NoteCode.NAME_LOST_LETTERS, "legal_forename", value="Zo\ufffd"),
        taken=1,
    ),
    Case(
        "A name in one cell that cannot be split",
        csv_file(f"{UPNS[0]},Wren Moss Larkhill", headings="UPN,Name"),
        said(NoteCode.NAME_NOT_SPLIT, "full_name", value="Wren Moss Larkhill"),
    ),
    Case(
        "A SEN status from before 2014",
        with_extra("SEN Status", "A"),
        said(NoteCode.STATUS_BEFORE_2014, "sen_code", value="A", status="A"),
        taken=1,
    ),
    Case(
        "An unknown SEN status",
        with_extra("SEN Status", "Blue band"),
        said(NoteCode.NOT_A_STATUS, "sen_code", value="Blue band"),
        taken=1,
    ),
    Case(
        "A pupil who is being watched",
        with_extra("SEN Status", "Monitoring"),
        said(NoteCode.STATUS_IS_WATCHING, "sen_code", value="Monitoring"),
        taken=1,
    ),
    Case(
        "An assessment that was asked for",
        with_extra("SEN Status", "EHCNA requested"),
        said(NoteCode.STATUS_IS_REQUEST, "sen_code", value="EHCNA requested"),
        taken=1,
    ),
    Case(
        "A type of need from before 2014",
        with_extra("SEN Need", "BESD"),
        said(NoteCode.NEED_BEFORE_2014, "need_1"),
        taken=1,
    ),
    Case(
        "An unknown type of need",
        with_extra("SEN Need", "Handwriting"),
        said(NoteCode.NOT_A_NEED, "need_1", value="Handwriting"),
        taken=1,
    ),
    Case(
        "A year group that does not exist",
        with_extra("Year Group", "Year 15"),
        said(NoteCode.NOT_A_YEAR_GROUP, "year_group", value="Year 15"),
    ),
    Case(
        "A nursery year written as a number",
        with_extra("Year Group", "-1"),
        said(NoteCode.YEAR_IN_DOUBT, "year_group", value="-1"),
        taken=1,
    ),
    Case(
        "Year and class in one cell",
        with_extra("Year / Reg", "7 / 7M"),
        said(NoteCode.YEAR_AND_CLASS, "group", value="7 / 7M", year="7", name="7M"),
        taken=1,
    ),
    Case(
        "A class that Excel took for a date",
        with_extra("Class", "2026-04-03"),
        said(NoteCode.CLASS_FROM_DATE, "group", value="2026-04-03", name="3/4"),
        taken=1,
    ),
    Case("A sex that has no code", with_extra("Gender", "Q"), said(NoteCode.NOT_A_SEX, "sex", value="Q"), taken=1),
    Case(
        "Neither yes nor no",
        with_extra("FSM", "maybe"),
        said(NoteCode.NEITHER_YES_NOR_NO, "fsm", value="maybe"),
        taken=1,
    ),
    Case(
        "An e-mail address without an @",
        csv_file(f"{PUPIL},Ash,ash at example.org", headings=f"{HEADINGS},Contact 1 name,Contact 1 email"),
        said(NoteCode.NOT_AN_EMAIL, "contact_1_email", value="ash at example.org"),
        taken=1,
    ),
    Case(
        "A contact with a phone number but no name",
        with_extra("Priority 1 contact telephone", "01632 960001"),
        said(NoteCode.CONTACT_WITHOUT_NAME, number=1),
        taken=1,
    ),
    Case(
        "An enrolment status that does not exist",
        with_extra("Enrolment Status", "Z"),
        said(NoteCode.NOT_AN_ENROLMENT, "enrolment_type", value="Z"),
        taken=1,
    ),
    Case(
        "A stage without a date in a transfer file",
        ctf(ctf_pupil("<SENhistory><SEN><SENprovision>K</SENprovision></SEN></SENhistory>")),
        said(NoteCode.STAGE_LEFT_OUT, value="K"),
        taken=1,
        filename="transfer.xml",
    ),
]

CASES = [*REFUSED, *CLUMSY_FILES, *ROWS]
SECTIONS = (
    ("Files that are not opened", REFUSED),
    ("Files that are opened, with a note", CLUMSY_FILES),
    ("Rows and cells", ROWS),
)


def as_markdown():
    lines = []
    for title, cases in SECTIONS:
        lines += [f"## {title}", "", "| What you send | What you see |", "| --- | --- |"]
        lines += [f"| {_cell(case.sent)} | {_cell(str(case.seen))} |" for case in cases]
        lines.append("")
    return "\n".join(lines)


def _cell(text):
    return text.replace("&", "&amp;").replace("|", "\\|").replace("<", "&lt;")
