"""Workbooks as schools send them, made cell by cell so that what is odd about each can be read here."""

import io
from datetime import date, datetime

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904

HEADINGS = ["UPN", "Surname", "Forename", "DOB", "Class", "SEN Status"]
PIA = ["G380400226000", "Wrack", "Pia", date(2016, 4, 14), "3 Oak", "K"]
OTTO = ["W380400226001", "Dune", "Otto", date(2016, 5, 15), "3 Elm", "N"]


def saved(book):
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def book_of(*rows, title="Pupils"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return book


def title_and_merged_classes():
    """A title across the sheet, headings in the third row, and one class written over the rows of its pupils."""
    book = book_of(["Year 3"], [], HEADINGS, PIA, [*OTTO[:4], None, "N"])
    book.active.merge_cells("A1:F1")
    book.active.merge_cells("E4:E5")
    return saved(book)


def two_rows_of_headings():
    """Groups of columns have a heading above their own."""
    book = book_of(["Pupil", None, None, None, "School", "SEN"], HEADINGS, PIA, OTTO)
    book.active.merge_cells("A1:D1")
    return saved(book)


def days_counted_from_1904():
    """Excel for the Mac counted days from another day."""
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    for row in (HEADINGS, PIA, OTTO):
        book.active.append(row)
    return saved(book)


def days_as_cells_and_as_text():
    """A column of dates, one of them with a time and one typed as text."""
    return saved(
        book_of(HEADINGS, [*PIA[:3], datetime(2016, 4, 14, 0, 0), *PIA[4:]], [*OTTO[:3], "15/05/2016", *OTTO[4:]])
    )


def numbers_as_numbers():
    """Excel holds numbers, not what people typed: the year is 3.0, a telephone lost its nought."""
    headings = [*HEADINGS, "Year", "Contact 1 Name", "Contact 1 Phone", "FSM"]
    return saved(book_of(headings, [*PIA, 3.0, "Rosa Wrack", 7700900001, True], [*OTTO, 3, None, None, False]))


def formulas_without_results():
    """A program that made the workbook left the working out to Excel."""
    beyond = [None, None, None, None, None, '=""&"N"']
    return saved(book_of(HEADINGS, [*PIA[:4], '="3 "&"Oak"', "K"], [*OTTO[:5], '=""&"N"'], beyond, beyond))


def cells_in_error():
    """Look-ups that found nothing. What a status in error was, nobody can tell."""
    beyond = [None, None, None, None, "#N/A", "#N/A"]  # the formulas were dragged down too far
    book = book_of(HEADINGS, [*PIA[:4], "#REF!", "K"], [*OTTO[:5], "#REF!"], beyond, beyond)
    for place in ("E2", "F3", "E4", "F4", "E5", "F5"):
        book.active[place].data_type = "e"
    return saved(book)


def hidden_rows_columns_and_sheets():
    """Somebody filtered the list before it was sent."""
    book = book_of(HEADINGS, PIA, OTTO)
    book.active.row_dimensions[3].hidden = True
    book.active.column_dimensions["E"].hidden = True
    aside = book.create_sheet("Old")
    aside.append(HEADINGS)
    aside.sheet_state = "hidden"
    return saved(book)


def only_a_sheet_of_leavers():
    """Nothing but the sheet that other workbooks keep beside the pupils."""
    left = [HEADINGS[:4] + ["Leaving Date"], [*PIA[:4], date(2024, 7, 19)], [*OTTO[:4], date(2024, 7, 19)]]
    return saved(book_of(*left, title="Leavers"))


def a_sheet_for_each_year():
    """Each teacher kept a sheet."""
    book = book_of(HEADINGS, PIA, title="Year 3")
    other = book.create_sheet("Year 4")
    for row in (HEADINGS, OTTO):
        other.append(row)
    return saved(book)


def days_that_a_foreign_excel_exchanged():
    """Opened in the United States: what could be read as month and day became a date, the rest stayed text."""
    first, second, third = ([*row[:3]] for row in (PIA, OTTO, ["K380400226002", "Mole", "Mags"]))
    texts = [[*first, date(2016, 4, 3), "K"], [*second, "15/05/2016", "N"], [*third, date(2016, 6, 6), "N"]]
    return saved(book_of([*HEADINGS[:4], "SEN Status"], *texts))


WORKBOOKS = {
    made.__name__.replace("_", "-") + ".xlsx": made
    for made in (
        title_and_merged_classes, two_rows_of_headings, days_counted_from_1904, days_as_cells_and_as_text,
        numbers_as_numbers, formulas_without_results, cells_in_error, hidden_rows_columns_and_sheets,
        only_a_sheet_of_leavers, a_sheet_for_each_year, days_that_a_foreign_excel_exchanged,
    )
}  # fmt: skip
