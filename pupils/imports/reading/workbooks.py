"""Excel and OpenDocument workbooks: the values of the sheet that holds the pupils."""

import datetime
import io
import re

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from ..notes import Note, NoteCode
from .columns import header_hits
from .refusals import FileNotReadable, FileReason
from .sheets import HEADER_SEARCH_ROWS, Limits, build_sheet
from .workbook_limits import measure

_MAX_FILLED = 200_000
_SHORTENED_FROM = 1e15


# Sheets that hold pupils of another time, or a copy.
_ASIDE = re.compile(r"leaver|left|old|archive|former|previous|gone|copy|backup|template|example", re.IGNORECASE)


def read_workbook(data, wanted=""):
    """Read the sheet that is wanted by name, or the one that looks most like the pupils of today."""
    kind, facts = measure(data)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return _read_book(book, kind, facts, wanted)
    except PasswordError:
        raise FileNotReadable(FileReason.LOCKED) from None
    except CalamineError:
        raise FileNotReadable(FileReason.DAMAGED) from None


def _read_book(book, kind, facts, wanted):
    hidden, visible = [], []
    for sheet in book.sheets_metadata:
        if sheet.typ == SheetTypeEnum.WorkSheet:
            (visible if sheet.visible == SheetVisibleEnum.Visible else hidden).append(sheet.name)
    notes = []
    if hidden:
        notes.append(Note(NoteCode.HIDDEN_SHEETS, {"sheets": hidden}))
    if not visible:
        raise FileNotReadable(FileReason.NO_SHEET_TO_SEE)
    name, likely = _choose_sheet(book, visible, wanted)
    table = _read_table(book.get_sheet_by_name(name), notes, facts.get(name))
    others = [other for other in visible if other != name]
    if others:
        notes.append(Note(NoteCode.SHEET_READ, {"sheet": name, "sheets": others}))
    if name in facts:
        notes += facts[name].notes()
    sheet = build_sheet(table, kind=kind, notes=notes, sheet_name=name)
    sheet.sheet_names = likely if len(likely) > 1 else []
    return sheet


def _choose_sheet(book, names, wanted):
    """Return the sheet to read and all that may hold pupils: known headings make one, then the number of rows.

    Failing that, the first with anything in it.
    """
    scores, filled = {}, []
    for place, name in enumerate(names):
        table = _read_table(book.get_sheet_by_name(name), [])
        hits = max((header_hits(values) for _, values in table[:HEADER_SEARCH_ROWS]), default=0)
        if table:
            filled.append(name)
        if hits > 1:
            scores[name] = (not _ASIDE.search(name), hits, len(table), -place)
    if not filled:
        raise FileNotReadable(FileReason.EMPTY_WORKBOOK)
    likely = sorted(scores, key=scores.__getitem__, reverse=True)
    if wanted in filled:
        return wanted, likely
    return (likely or filled)[0], likely


def _read_table(sheet, notes, facts=None):
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
    if facts:
        _fill_lost(table, facts)
    _fill_merged(table, sheet.merged_cell_ranges or [], notes)
    if shortened:
        notes.append(Note(NoteCode.LONG_NUMBERS, {"rows": shortened}))
    return [(number, values) for number, values in table if any(values)]


def _fill_lost(table, facts):
    """Put what Excel shows where a cell is in error or not worked out, so that it is not taken for an empty one.

    Rows that hold nothing else stay empty: people drag their formulas down beyond the last pupil.
    """
    filled = [any(values) for _, values in table]
    for row, column, text in facts.each_lost():
        if 0 < row <= len(table) and filled[row - 1]:
            values = table[row - 1][1]
            values += [""] * (column - len(values))
            values[column - 1] = values[column - 1] or text


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
                raise FileNotReadable(FileReason.TOO_MANY_MERGED)
    if filled:
        notes.append(Note(NoteCode.MERGED_CELLS, {"cells": filled}))
