"""What people send and what they then see. The same table stands in docs/import-bad-input.md."""

import codecs
from collections.abc import Callable
from dataclasses import dataclass

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
    seen: str
    taken: int = 0  # rows that can be taken in all the same
    filename: str = "pupils.csv"
    quick: tuple = ()  # the name of a limit in ctf.py, and the smaller one that the file is made for

    @property
    def data(self):
        return self.file() if callable(self.file) else self.file


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
        "The file is empty. Export the pupils again and check its size before sending it.",
    ),
    Case(
        "A file of blank lines and commas",
        b"\r\n,,,\r\n , ,\r\n",
        "The file has nothing in it. Export the pupils again and check it before sending it.",
    ),
    Case(
        "Headings without pupils",
        csv_file(),
        "The headings are in row 1 but there are no pupils under them. "
        "Check the filter of the report and export it again.",
    ),
    Case(
        "A CSV of more than 10 MB",
        lambda: b"x" * (11 * 1024 * 1024),
        "The file is 11.0 MB; the most is 10 MB. Take out columns you do not need, or split it into smaller files.",
    ),
    Case(
        "Any file of more than 50 MB",
        lambda: b"<?xml" + b" " * (51 * 1024 * 1024),
        "The file is 51.0 MB; the most is 50 MB. Take out columns you do not need, or split it into smaller files.",
        filename="transfer.xml",
    ),
    Case(
        "More than 50,000 rows",
        lambda: csv_file(*["a,b,c,d"] * 50_031),
        "The file has more than 50,000 rows. Split it into smaller files and send them one at a time.",
    ),
    Case(
        "More than 200 columns",
        csv_file(PUPIL, "," * 250),
        "Row 3 has 251 columns; the most is 200. "
        "Take out the columns that are not about pupils and send the file again.",
    ),
    Case(
        "More than 2,000,000 cells",
        lambda: csv_file(*["," * 199] * 10_100),
        "The file has more than 2,000,000 cells. Take out the columns you do not need and send the file again.",
    ),
    Case(
        "A cell of more than 5,000 characters",
        named("x" * 5001),
        "Row 2, column C holds more than 5,000 characters. Shorten that cell and send the file again.",
    ),
    Case(
        "A quotation mark that is never closed",
        csv_file(f'{UPNS[0]},Larkhill,"Wren,14/02/2015', OTHER),
        "A quotation mark is opened in row 2 and never closed, so the rows after it cannot be told apart. "
        "Correct it in the file, or save the file as an Excel workbook (.xlsx) and send that.",
    ),
    Case(
        "The same in a long file",
        csv_file(f'{UPNS[0]},Larkhill,"Wren,14/02/2015', *[OTHER] * 300),
        "Row 2, column C holds more than 5,000 characters over several lines. "
        "A quotation mark is probably opened there and never closed: correct it and send the file again.",
    ),
    Case(
        "A long text without a single comma",
        lambda: b"Wrenfield" * 50_000,
        "Row 1 holds one cell of endless length. Check that the file is a list of pupils and export it again.",
    ),
    Case(
        "Binary data named .csv",
        bytes(range(256)) * 20,
        "This does not look like a text file: it holds codes that no CSV file has. "
        "Open it in the program it came from, "
        "export it as CSV (UTF-8) or as an Excel workbook (.xlsx), and send that.",
    ),
    Case(
        "UTF-16 cut in the middle of a letter",
        codecs.BOM_UTF16_LE + HEADINGS.encode("utf-16-le") + b"\x41",
        "Some letters in the file cannot be read. Open it in Excel, choose Save as, then “CSV UTF-8”, and send that.",
    ),
    Case(
        "A PDF named .csv",
        b"%PDF-1.7 rest of it",
        "This file is a PDF, whatever its name says. Send a CSV file, an Excel workbook (.xlsx) or a CTF (.xml).",
    ),
    Case(
        "A picture named .xlsx",
        b"\x89PNG\r\n\x1a\n rest of it",
        "This file is a picture, whatever its name says. Send a CSV file, an Excel workbook (.xlsx) or a CTF (.xml).",
        filename="pupils.xlsx",
    ),
    Case(
        "A web page named .xls",
        b"<html><table><tr><td>UPN</td></tr></table></html>",
        "This is a web page, not a spreadsheet, although it may open in Excel. "
        "Open it, choose Save as, then “Excel workbook (.xlsx)” or “CSV”, and send that file.",
        filename="pupils.xls",
    ),
    Case(
        "An old Excel workbook (.xls)",
        OLE + b"\0" * 600,
        "This is an old kind of Excel file (.xls). "
        "Open it in Excel, choose Save as, then “Excel workbook (.xlsx)”, and send that file.",
        filename="pupils.xls",
    ),
    Case(
        "A workbook with a password",
        OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 100,
        "The workbook is protected by a password. Open it in Excel, choose File, Info, Protect Workbook, "
        "Encrypt with Password, clear the password, save it and send it again.",
        filename="pupils.xlsx",
    ),
    Case(
        "A workbook cut short",
        lambda: xlsx_table([HEADING_CELLS, PUPIL_CELLS])[:2000],
        "The workbook is damaged and cannot be opened. Open it in Excel, save it under a new name and send that file.",
        filename="pupils.xlsx",
    ),
    Case(
        "A zip bomb named .xlsx",
        zip_bomb,
        "The workbook unpacks to far more than a list of pupils needs, so it was not opened. "
        "Copy the list into a new workbook and send that.",
        filename="pupils.xlsx",
    ),
    Case(
        "A workbook of more than 2,000 parts",
        many_parts,
        "The workbook unpacks to far more than a list of pupils needs, so it was not opened. "
        "Copy the list into a new workbook and send that.",
        filename="pupils.xlsx",
    ),
    Case(
        "A workbook in which thousands of cells share one long text",
        copied_text,
        "The workbook unpacks to far more than a list of pupils needs, so it was not opened. "
        "Copy the list into a new workbook and send that.",
        filename="pupils.xlsx",
    ),
    Case(
        "A workbook with a cell filled in row 1,048,576",
        lambda: far_cell("A1048576", 1_048_576),
        "The file has more than 50,000 rows. Split it into smaller files and send them one at a time. "
        "(Something stands in row 1,048,576: if the list is short, delete the rows below it.)",
        filename="pupils.xlsx",
    ),
    Case(
        "A workbook with a cell filled in column XFD",
        lambda: far_cell("XFD2", 2),
        "The sheet has something in column XFD; the most is 200 columns. "
        "Delete the columns that are not about pupils and send the file again.",
        filename="pupils.xlsx",
    ),
    Case(
        "A workbook whose XML defines entities",
        lambda: files.raw_xlsx(
            "", more={"xl/worksheets/sheet2.xml": '<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>'}
        ),
        "The workbook is damaged and cannot be opened. Open it in Excel, save it under a new name and send that file.",
        filename="pupils.xlsx",
    ),
    Case(
        "A workbook with all sheets hidden",
        all_hidden,
        "The workbook has no sheet that can be seen. Unhide the sheet with the pupils and send it again.",
        filename="pupils.xlsx",
    ),
    Case(
        "A workbook whose visible sheet is empty",
        hidden_only,
        "The workbook has nothing in it. Export the pupils again and check it before sending it.",
        filename="pupils.xlsx",
    ),
    Case(
        "A Word document named .xlsx",
        lambda: files.zipped({"word/document.xml": "<w/>"}),
        "This is a Word document. Send a CSV file, an Excel workbook (.xlsx) or a CTF (.xml).",
        filename="pupils.xlsx",
    ),
    Case(
        "A ZIP archive with a CSV inside",
        lambda: files.zipped({"pupils.csv": csv_file(PUPIL)}),
        "This is a ZIP archive, not a workbook. Unpack it and send the file inside: CSV, Excel (.xlsx) or CTF (.xml).",
        filename="pupils.zip",
    ),
    Case(
        "An OpenDocument sheet that repeats one row a million times",
        endless_ods,
        "The file has more than 50,000 rows. Split it into smaller files and send them one at a time. "
        "(Something stands in row 1,000,001: if the list is short, delete the rows below it.)",
        filename="pupils.ods",
    ),
    Case(
        "XML with entities that multiply",
        ctf(ctf_pupil(), prolog='<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'),
        "The XML file defines its own document type or entities, which transfer files never do, so it was not read. "
        "Export the file again from the school's information system.",
        filename="transfer.xml",
    ),
    Case(
        "XML that reads a file of the server",
        ctf(ctf_pupil(), prolog='<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/hostname">]>'),
        "The XML file defines its own document type or entities, which transfer files never do, so it was not read. "
        "Export the file again from the school's information system.",
        filename="transfer.xml",
    ),
    Case(
        "XML with more than 2,000,000 elements",
        lambda: ctf("<a/>" * 20_000),
        "The XML file has more than 2,000,000 elements. Export it for fewer pupils at a time.",
        filename="transfer.xml",
        quick=("MAX_ELEMENTS", 20_000),
    ),
    Case(
        "XML with 100,000 elements about one pupil",
        lambda: ctf(ctf_pupil("<a/>" * 100_001)),
        "The XML file has more than 100,000 elements. Export it for fewer pupils at a time.",
        filename="transfer.xml",
    ),
    Case(
        "XML nested 200 deep",
        lambda: ctf("<a>" * 200 + "</a>" * 200),
        "The XML file nests its elements more than 20 deep, which transfer files never do, so it was not read.",
        filename="transfer.xml",
    ),
    Case(
        "XML with a surname of 6,000 letters",
        ctf(ctf_pupil().replace("Larkhill", "x" * 6000)),
        "An element (Surname) holds more than 5,000 characters, which transfer files never do, "
        "so the file was not read.",
        filename="transfer.xml",
    ),
    Case(
        "XML cut short",
        ctf(ctf_pupil())[:-30],
        "The XML file is damaged or cut short (line 1). "
        "Export the transfer file again; do not open and save it in between.",
        filename="transfer.xml",
    ),
    Case(
        "XML that is no transfer file",
        b'<?xml version="1.0"?><note><to>School</to></note>',
        "This XML file is not a Common Transfer File. Send a CTF (.xml), a CSV file or an Excel workbook (.xlsx).",
        filename="transfer.xml",
    ),
    Case(
        "A transfer file without pupils",
        ctf(),
        "The transfer file holds no pupils. Check which pupils were chosen and export it again.",
        filename="transfer.xml",
    ),
]

CLUMSY_FILES = [
    Case(
        "A CSV in Windows-1252",
        csv_file(f"{UPNS[0]},Núñez,Zoë,14/02/2015", encoding="windows-1252"),
        "Read as Windows-1252, an older way to write letters. Check names with accents in the preview.",
        taken=1,
    ),
    Case(
        "Columns separated by semicolons",
        csv_file(PUPIL).replace(b",", b";"),
        "Columns are separated by semicolons.",
        taken=1,
    ),
    Case(
        "UTF-16 with tabs, as Excel's “Unicode text”",
        csv_file(PUPIL).decode().replace(",", "\t").encode("utf-16"),
        "Columns are separated by tabs.",
        taken=1,
    ),
    Case(
        "A title and a date above the headings",
        b"Wrenfield Academy\r\nPrinted 14/09/2026\r\n\r\n" + csv_file(PUPIL),
        "2 lines above the headings left out. The headings are in row 4.",
        taken=1,
    ),
    Case(
        "A line of totals at the end",
        csv_file(PUPIL, "Total,1,,"),
        "Left out as totals or footers: row 3.",
        taken=1,
    ),
    Case(
        "The headings again on each page",
        csv_file(PUPIL, HEADINGS, OTHER),
        "Left out because the headings are repeated there: row 3.",
        taken=2,
    ),
    Case(
        "Two columns with one heading",
        csv_file(f"{PUPIL},Lark", headings=f"{HEADINGS},Surname"),
        "2 columns could be Legal surname: “Surname” (column 2) and “Surname” (column 5). "
        "“Surname” (column 2) is used; choose another if that is wrong.",
        taken=1,
    ),
    Case(
        "Two columns for one thing",
        csv_file(f"{PUPIL},Larkhill-Moss", headings=f"{HEADINGS},Legal Surname"),
        "2 columns could be Legal surname: “Legal Surname” (column 5) and “Surname” (column 2). "
        "“Legal Surname” (column 5) is used; choose another if that is wrong.",
        taken=1,
    ),
    Case(
        "No column for the surname",
        csv_file("Wren,14/02/2015", headings="Forename,DOB"),
        "Choose the column that holds the legal surname, or one that holds the full name.",
    ),
    Case(
        "Neither UPN nor date of birth",
        csv_file("Larkhill,Wren", headings="Surname,Forename"),
        "Choose the column that holds the UPN or the date of birth: without one, pupils cannot be told apart.",
    ),
    Case(
        "A column of ethnic groups",
        with_extra("Ethnicity", "WBRI"),
        "“Ethnicity” is left alone: Ethnicity is not taken in.",
        taken=1,
    ),
    Case(
        "Merged cells, one pupil over two rows",
        merged,
        "Merged cells: 4 empty cells below them given the same value. Check them in the preview.",
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
        "Read the sheet “Pupils”. Not read: “Notes”.",
        taken=1,
        filename="pupils.xlsx",
    ),
    Case(
        "A number too long for Excel",
        long_number,
        "Excel keeps only 15 digits of a number: check the long numbers in row 2.",
        taken=1,
        filename="pupils.xlsx",
    ),
    Case(
        "A partial transfer file",
        ctf(ctf_pupil(), header="<DocumentQualifier>partial</DocumentQualifier>"),
        "A partial file: it does not hold everything the school sends.",
        taken=1,
        filename="transfer.xml",
    ),
]

ROWS = [
    Case(
        "A comma in a name without quotation marks",
        csv_file(f"{UPNS[0]},Larkhill, Jr,Wren,14/02/2015"),
        "The row has 5 cells but there are 4 headings, so its values may stand in the wrong columns. "
        "Look for a comma inside a name: such a name needs quotation marks around it.",
    ),
    Case("A row without a surname", csv_file(f"{UPNS[0]},-,Wren,14/02/2015"),
         "There is no legal surname. Write it in the file."),
    Case("A row with a name alone", csv_file(",Larkhill,Wren,n/a"),
         "There is neither a UPN nor a date of birth that can be used. Give one of them."),
    Case(
        "A UPN with a wrong check letter",
        csv_file("Y373400126001,Larkhill,Wren,14/02/2015"),
        "UPN: “Y373400126001”: This UPN's first letter does not match the rest, so at least one character is wrong. "
        "Compare it with the pupil's records.",
    ),
    Case(
        "Two pupils with one UPN",
        csv_file(PUPIL, f"{UPNS[0]},Marlow,Finn,03/09/2014", OTHER.replace(UPNS[1], UPNS[2])),
        "Rows 2, 3 have the same UPN (X373400126001) but are about different pupils. "
        "Correct the one that is wrong and send the file again.",
        taken=1,
    ),
    Case(
        "One pupil twice, with two dates of birth",
        csv_file(PUPIL, PUPIL.replace("2015", "2014"), OTHER),
        "Rows 2, 3 are about the same pupil but differ in Date of birth. "
        "Leave one row for the pupil, or make them agree.",
        taken=1,
    ),
    Case("One pupil twice, alike", csv_file(PUPIL, PUPIL),
         "Rows 2, 3 are about this pupil and were read as one.", taken=1),
    Case(
        "Two pupils with one name and date of birth",
        csv_file(PUPIL, PUPIL.replace(UPNS[0], UPNS[1])),
        "Rows 2, 3 have the same name and date of birth. Check that they are different pupils.",
        taken=2,
    ),
    Case(
        "A ULN that Excel has shortened",
        with_extra("ULN", "1.23457E+09"),
        "ULN: “1.23457E+09” is a long number that Excel has shortened, and its last digits are lost. "
        "Format the column as text, export it again and send that file.",
        taken=1,
    ),
    Case("31 June", born("31/06/2015"),
         "Date of birth: “31/06/2015” is not a date: that month has no day 31. "
         "Write the day first, such as 14/02/2015.",
         taken=1),
    Case("29 February in a common year", born("29 Feb 2015"),
         "Date of birth: “29 Feb 2015” is not a date: that month has no day 29. "
         "Write the day first, such as 14/02/2015.",
         taken=1),
    Case("The month first, as in America", born("02/14/2015"),
         "Date of birth: “02/14/2015” is not a date: there is no month 14. Write the day first, such as 14/02/2015.",
         taken=1),
    Case("Words for a date", born("spring 2015"),
         "Date of birth: “spring 2015” is not a date that can be read for certain. "
         "Write the day first, such as 14/02/2015.", taken=1),
    Case("A birth in the future", born("14/02/2051"),
         "Date of birth: “14/02/2051” is in the future. Check the year of birth.", taken=1),
    Case("A birth in the year 215", born("14/02/0215"),
         "Date of birth: “14/02/0215” is not a likely date: check the year 215.", taken=1),
    Case("A pupil born in 1985", born("14/02/1985"),
         "Date of birth: Born 14/2/1985: older than a pupil. Check the year.", taken=1),
    Case("A number that is no date", born("99999"),
         "Date of birth: “99999” is not a date. Write the day first, such as 14/02/2015.", taken=1),
    Case("A formula for a name", named("\"=HYPERLINK(\"\"http://example.org\"\",\"\"Wren\"\")\""),
         "Legal forename: “=HYPERLINK(\"http://example.org\",\"Wren\")” starts like a formula. "
         "It is kept as plain text: check that it is a name.", taken=1),
    Case("A formula behind a full-width sign", named(f"{FULL_WIDTH_EQUALS}1+1a"),
         f"Legal forename: “{FULL_WIDTH_EQUALS}1+1a” starts like a formula. "
         "It is kept as plain text: check that it is a name.", taken=1),
    Case("Markup for a name", named("<script>alert(1)</script>"),
         "Legal forename: “<script>alert(1)</script>” holds markup. It is kept as plain text: check that it is a name.",
         taken=1),
    Case("A name with a mark that turns the writing round", named(f"W{BIDI}ren"),
         "Legal forename: Hidden characters were taken out of “Wren”.", taken=1),
    Case("A name with a NUL in it", named("Wr\0en"),
         "Legal forename: Hidden characters were taken out of “Wren”.", taken=1),
    Case("A name of 300 letters", named("W" * 300),
         f"Legal forename: “{'W' * 40}…” has 300 letters; a name may have 100. Shorten it."),
    Case("A name without letters", named("12345"), "Legal forename: “12345” has no letters in it. Write the name."),
    Case("An Excel error for a name", named("#REF!"),
         "Legal forename: “#REF!” is an Excel error, not a value. Correct the cell."),
    Case("A name in one cell that cannot be split", csv_file(f"{UPNS[0]},Wren Moss Larkhill", headings="UPN,Name"),
         "Full name: “Wren Moss Larkhill” cannot be split for certain. Write it as “Surname, Forename”."),
    Case("A SEN status from before 2014", with_extra("SEN Status", "A"),
         "SEN status: A is a code from before 2014: choose K, E or N.", taken=1),
    Case("An unknown SEN status", with_extra("SEN Status", "Watching"),
         "SEN status: “Watching” is not a SEN status. Choose K (SEN Support), E (EHC plan) or N (no SEN).", taken=1),
    Case("A type of need from before 2014", with_extra("SEN Need", "BESD"),
         "SEN need 1: BESD is a type of need from before 2014: choose a current one. Most became SEMH.", taken=1),
    Case("An unknown type of need", with_extra("SEN Need", "Handwriting"),
         "SEN need 1: “Handwriting” is not a type of need. Write its code, such as SLCN, ASD or SEMH.", taken=1),
    Case("A year group that does not exist", with_extra("Year Group", "Year 15"),
         "Year group: “Year 15” is not a year group. Write N1, N2, R or a number from 1 to 14.", taken=1),
    Case("A sex that has no code", with_extra("Gender", "Q"),
         "Sex: “Q” is not a code for legal sex. Write M, F or U (unknown).", taken=1),
    Case("Neither yes nor no", with_extra("FSM", "maybe"),
         "FSM: “maybe” is neither yes nor no. Write Yes or No, or leave the cell empty.", taken=1),
    Case("An e-mail address without an @", csv_file(f"{PUPIL},Ash,ash at example.org",
                                                  headings=f"{HEADINGS},Contact 1 name,Contact 1 email"),
         "Contact 1 email: “ash at example.org” is not an e-mail address. Write one like name@example.org.", taken=1),
    Case("A contact with a phone number but no name", with_extra("Priority 1 contact telephone", "01632 960001"),
         "Contact 1 has no name, so it was left out.", taken=1),
    Case("An enrolment status that does not exist", with_extra("Enrolment Status", "Z"),
         "Enrolment status: “Z” is not an enrolment status. Write single, main, subsidiary or guest.", taken=1),
    Case("A stage without a date in a transfer file",
         ctf(ctf_pupil("<SENhistory><SEN><SENprovision>K</SENprovision></SEN></SENhistory>")),
         "A SEN stage (“K”) without a known code or a start date was left out.", taken=1, filename="transfer.xml"),
]  # fmt: skip

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
        lines += [f"| {_cell(case.sent)} | {_cell(case.seen)} |" for case in cases]
        lines.append("")
    return "\n".join(lines)


def _cell(text):
    return text.replace("|", "\\|").replace("<", "&lt;")
