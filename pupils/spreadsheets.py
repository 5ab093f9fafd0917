"""Tables written for spreadsheet programs: no cell of ours may run as a formula when it is opened."""

import csv
import datetime
import io
import unicodedata

import xlsxwriter

_STARTS_FORMULA = frozenset("=+-@＝＋－＠")
_STARTS_CONTROL = ("\t", "\r", "\n", "\x00")
_QUOTES = frozenset("\"'`“”‘’«»")
_EXCEL_LONGEST = 32_767
_SHEET_NAME_LONGEST = 31


def safe_cell(text):
    """Put `'` before a text that a spreadsheet might take for a formula, also behind spaces, quotes or hidden marks."""
    if text.startswith(_STARTS_CONTROL):
        return f"'{text}"
    for char in text:
        if char in _STARTS_FORMULA:
            return f"'{text}"
        if not (char in _QUOTES or char.isspace() or unicodedata.category(char) in ("Cc", "Cf", "Zs")):
            return text
    return text


def csv_bytes(headers, rows):
    """Return a CSV that Excel opens with the right letters. Numbers stay numbers, None is an empty cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_csv_value(heading) for heading in headers])
    writer.writerows([_csv_value(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig", errors="replace")


def _csv_value(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, (int, float)):
        return value
    return safe_cell(value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else str(value))


def xlsx_file(path, headers, rows, *, sheet_name="Sheet1"):
    """Write a workbook row by row, whatever its length: texts as texts, no formulas, links or properties."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet(_sheet_name(sheet_name))
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(headers):
            sheet.write_string(0, column, str(heading)[:_EXCEL_LONGEST], bold)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                _write(sheet, number, column, value, day)


def _write(sheet, row, column, value, day):
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_string(row, column, "Yes" if value else "No")
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime.datetime):
        # Excel knows no time zones; the moment is written as text so that it is not moved.
        sheet.write_string(row, column, value.isoformat(sep=" ", timespec="minutes"))
    elif isinstance(value, datetime.date):
        sheet.write_datetime(row, column, value, day)
    else:
        sheet.write_string(row, column, str(value)[:_EXCEL_LONGEST])


def _sheet_name(name):
    """Drop what Excel forbids in the name of a sheet."""
    cleaned = "".join(" " if char in "[]:*?/\\" else char for char in name).strip().strip("'")
    return cleaned[:_SHEET_NAME_LONGEST] or "Sheet1"
