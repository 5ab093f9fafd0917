"""Excel and OpenDocument workbooks: the values of the first visible sheet that has headings we know."""

import datetime
import io

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from .columns import header_hits
from .sheets import HEADER_SEARCH_ROWS, FileNotReadable, Limits, build_sheet, count, rows_named
from .workbook_limits import DAMAGED, LOCKED, measure

_MAX_FILLED = 200_000
_SHORTENED_FROM = 1e15


def read_workbook(data):
    kind = measure(data)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return _read_book(book, kind)
    except PasswordError:
        raise FileNotReadable(LOCKED) from None
    except CalamineError:
        raise FileNotReadable(DAMAGED) from None


def _read_book(book, kind):
    hidden, visible = [], []
    for sheet in book.sheets_metadata:
        if sheet.typ == SheetTypeEnum.WorkSheet:
            (visible if sheet.visible == SheetVisibleEnum.Visible else hidden).append(sheet.name)
    notes = []
    if hidden:
        notes.append(f"Hidden {'sheet' if len(hidden) == 1 else 'sheets'} not read: {_quoted(hidden)}.")
    if not visible:
        raise FileNotReadable(
            "The workbook has no sheet that can be seen. Unhide the sheet with the pupils and send it again."
        )
    name, table = _choose_sheet(book, visible, notes)
    others = [other for other in visible if other != name]
    if others:
        notes.append(f"Read the sheet “{name}”. Not read: {_quoted(others)}.")
    return build_sheet(table, kind=kind, notes=notes, sheet_name=name)


def _quoted(names, most=10):
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(f"“{name}”" for name in names[:most]) + more


def _choose_sheet(book, names, notes):
    """Take the first sheet whose headings are known; failing that, the first with anything in it."""
    fallback = None
    for name in names:
        own_notes = []
        table = _read_table(book.get_sheet_by_name(name), own_notes)
        hits = max((header_hits(values) for _, values in table[:HEADER_SEARCH_ROWS]), default=0)
        if hits > 1:
            notes += own_notes
            return name, table
        if table and fallback is None:
            fallback = (name, table, own_notes)
    if fallback is None:
        raise FileNotReadable("The workbook has nothing in it. Export the pupils again and check it before sending it.")
    notes += fallback[2]
    return fallback[:2]


def _read_table(sheet, notes):
    if sheet.start is None:
        return []
    left = [""] * sheet.start[1]
    limits = Limits()
    table, shortened = [], []
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        values = left + [_as_text(cell) for cell in cells]
        if any(isinstance(cell, float) and abs(cell) >= _SHORTENED_FROM for cell in cells):
            shortened.append(number)
        while values and not values[-1]:
            values.pop()
        limits.check(number, values)
        table.append((number, values))
    _fill_merged(table, sheet.merged_cell_ranges or [], notes)
    if shortened:
        notes.append(f"Excel keeps only 15 digits of a number: check the long numbers in {rows_named(shortened)}.")
    return [(number, values) for number, values in table if any(values)]


def _as_text(cell):
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime.datetime):
        return (
            cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(sep=" ", timespec="seconds")
        )
    if isinstance(cell, (datetime.date, datetime.time)):
        return cell.isoformat()
    return str(cell)


def _fill_merged(table, ranges, notes):
    """Copy a cell merged over several rows into each of them. Titles merged across columns stay where they are."""
    filled = 0
    for (top, column), (bottom, _) in ranges:
        if bottom <= top or top >= len(table) or column >= len(table[top][1]) or not table[top][1][column]:
            continue
        value = table[top][1][column]
        for _, values in table[top + 1 : bottom + 1]:
            values += [""] * (column + 1 - len(values))
            values[column] = values[column] or value
            filled += 1
            if filled > _MAX_FILLED:
                raise FileNotReadable("The sheet has too many merged cells. Unmerge them and send the file again.")
    if filled:
        notes.append(
            f"Merged cells: {count(filled, 'empty cell')} below them given the same value. Check them in the preview."
        )
