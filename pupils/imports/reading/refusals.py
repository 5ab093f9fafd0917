"""Why a whole file is refused: codes, with the words that tell the person what happened and what to do next."""

from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason, Refused


class FileNotReadable(Refused):
    """The whole file is refused. Its reason is a code with data, so that it can be handed on by the closed process."""

    def as_json(self):
        return {"reason": self.reason.value, "data": self.data}

    @classmethod
    def from_json(cls, said):
        return cls(FileReason(said["reason"]), **said["data"])


class FileReason(Reason):
    EMPTY = "empty", _("The file is empty. Export the pupils again and check its size before sending it.")
    NOTHING_IN_IT = (
        "nothing_in_it",
        _("The file has nothing in it. Export the pupils again and check it before sending it."),
    )
    NO_PUPILS = (
        "no_pupils",
        _(
            "The headings are in row {row} but there are no pupils under them. "
            "Check the filter of the report and export it again."
        ),
    )
    TOO_BIG = (
        "too_big",
        _(
            "The file is {size:.1f} MB; the most is {most} MB. "
            "Take out columns you do not need, or split it into smaller files."
        ),
    )
    TOO_MANY_ROWS = (
        "too_many_rows",
        _("The file has more than {most:,} rows. Split it into smaller files and send them one at a time."),
    )
    TOO_MANY_ROWS_FAR_DOWN = (
        "too_many_rows_far_down",
        _(
            "The file has more than {most:,} rows. Split it into smaller files and send them one at a time. "
            "(Something stands in row {row:,}: if the list is short, delete the rows below it.)"
        ),
    )
    TOO_MANY_COLUMNS = (
        "too_many_columns",
        _(
            "Row {row} has {columns:,} columns; the most is {most}. "
            "Take out the columns that are not about pupils and send the file again."
        ),
    )
    TOO_MANY_COLUMNS_FAR_OUT = (
        "too_many_columns_far_out",
        _(
            "The sheet has something in column {column}; the most is {most} columns. "
            "Delete the columns that are not about pupils and send the file again."
        ),
    )
    TOO_MANY_CELLS = (
        "too_many_cells",
        _("The file has more than {most:,} cells. Take out the columns you do not need and send the file again."),
    )
    CELL_TOO_LONG = (
        "cell_too_long",
        _("Row {row}, column {column} holds more than {most:,} characters. Shorten that cell and send the file again."),
    )
    CELL_OVER_SEVERAL_LINES = (
        "cell_over_several_lines",
        _(
            "Row {row}, column {column} holds more than {most:,} characters over several lines. "
            "A quotation mark is probably opened there and never closed: correct it and send the file again."
        ),
    )
    ENDLESS_CELL = (
        "endless_cell",
        _("Row {row} holds one cell of endless length. Check that the file is a list of pupils and export it again."),
    )
    QUOTE_NEVER_CLOSED = (
        "quote_never_closed",
        _(
            "A quotation mark is opened in row {row} and never closed, so the rows after it cannot be told apart. "
            "Correct it in the file, or save the file as an Excel workbook (.xlsx) and send that."
        ),
    )
    NOT_TEXT = (
        "not_text",
        _(
            "This does not look like a text file: it holds codes that no CSV file has. Open it in the program it "
            "came from, export it as CSV (UTF-8) or as an Excel workbook (.xlsx), and send that."
        ),
    )
    LETTERS_UNREADABLE = (
        "letters_unreadable",
        _(
            "Some letters in the file cannot be read. "
            "Open it in Excel, choose Save as, then “CSV UTF-8”, and send that."
        ),
    )
    WEB_PAGE = (
        "web_page",
        _(
            "This is a web page, not a spreadsheet, although it may open in Excel. "
            "Open it, choose Save as, then “Excel workbook (.xlsx)” or “CSV”, and send that file."
        ),
    )
    XML_SPREADSHEET = (
        "xml_spreadsheet",
        _(
            "This is an old kind of Excel file (XML spreadsheet). "
            "Open it in Excel, choose Save as, then “Excel workbook (.xlsx)”, and send that file."
        ),
    )
    OLD_EXCEL = (
        "old_excel",
        _(
            "This is an old kind of Excel file (.xls). "
            "Open it in Excel, choose Save as, then “Excel workbook (.xlsx)”, and send that file."
        ),
    )
    PASSWORD_IN_EXCEL = (
        "password_in_excel",
        _(
            "The workbook is protected by a password. Open it in Excel, choose File, Info, Protect Workbook, "
            "Encrypt with Password, clear the password, save it and send it again."
        ),
    )
    OTHER_KIND = (
        "other_kind",
        _("This file is {kind}, whatever its name says. Send a CSV file, an Excel workbook (.xlsx) or a CTF (.xml)."),
    )
    DAMAGED = (
        "damaged",
        _(
            "The workbook is damaged and cannot be opened. "
            "Open it in Excel, save it under a new name and send that file."
        ),
    )
    LOCKED = (
        "locked",
        _("The workbook is protected by a password. Open it, take the password off, save it and send it again."),
    )
    UNPACKS_TOO_FAR = (
        "unpacks_too_far",
        _(
            "The workbook unpacks to far more than a list of pupils needs, so it was not opened. "
            "Copy the list into a new workbook and send that."
        ),
    )
    NOT_A_SPREADSHEET = (
        "not_a_spreadsheet",
        _(
            "This is an OpenDocument file but not a spreadsheet. "
            "Send a CSV file, an Excel workbook (.xlsx) or a CTF (.xml)."
        ),
    )
    BINARY_WORKBOOK = (
        "binary_workbook",
        _(
            "This is an Excel binary workbook (.xlsb). "
            "Open it, choose Save as, then “Excel workbook (.xlsx)”, and send that."
        ),
    )
    WORD_DOCUMENT = (
        "word_document",
        _("This is a Word document. Send a CSV file, an Excel workbook (.xlsx) or a CTF (.xml)."),
    )
    ARCHIVE = (
        "archive",
        _(
            "This is a ZIP archive, not a workbook. "
            "Unpack it and send the file inside: CSV, Excel (.xlsx) or CTF (.xml)."
        ),
    )
    NO_SHEET_TO_SEE = (
        "no_sheet_to_see",
        _("The workbook has no sheet that can be seen. Unhide the sheet with the pupils and send it again."),
    )
    EMPTY_WORKBOOK = (
        "empty_workbook",
        _("The workbook has nothing in it. Export the pupils again and check it before sending it."),
    )
    TOO_MANY_MERGED = (
        "too_many_merged",
        _("The sheet has too many merged cells. Unmerge them and send the file again."),
    )
    XML_DAMAGED = (
        "xml_damaged",
        _(
            "The XML file is damaged or cut short (line {line}). "
            "Export the transfer file again; do not open and save it in between."
        ),
    )
    XML_UNSAFE = (
        "xml_unsafe",
        _(
            "The XML file defines its own document type or entities, which transfer files never do, so it was not "
            "read. Export the file again from the school's information system."
        ),
    )
    NOT_A_TRANSFER_FILE = (
        "not_a_transfer_file",
        _("This XML file is not a Common Transfer File. Send a CTF (.xml), a CSV file or an Excel workbook (.xlsx)."),
    )
    TOO_MANY_ELEMENTS = (
        "too_many_elements",
        _("The XML file has more than {most:,} elements. Export it for fewer pupils at a time."),
    )
    NESTED_TOO_DEEP = (
        "nested_too_deep",
        _("The XML file nests its elements more than {most} deep, which transfer files never do, so it was not read."),
    )
    NO_PUPILS_IN_TRANSFER = (
        "no_pupils_in_transfer",
        _("The transfer file holds no pupils. Check which pupils were chosen and export it again."),
    )
    ELEMENT_TOO_LONG = (
        "element_too_long",
        _(
            "An element ({element}) holds more than {most:,} characters, "
            "which transfer files never do, so the file was not read."
        ),
    )
    TOO_MUCH_WORK = (
        "too_much_work",
        _(
            "Reading this file took more time or memory than a list of pupils needs, so it was stopped. "
            "Split it into smaller files, or save it as CSV and send that."
        ),
    )
    FOR_ANOTHER_SCHOOL = (
        "for_another_school",
        _(
            "This transfer file is for another school: it names {found}, and this school's DfE number is {ours}. "
            "Check that you chose the right file, or correct the number on the school's page."
        ),
    )
    NO_LONGER_KEPT = "no_longer_kept", _("The file is no longer kept. Send it again.")
