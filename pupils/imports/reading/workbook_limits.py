"""Measure a workbook before it is opened: calamine has no limits, and a small file can unpack to gigabytes."""

import io
import re
import sys
import zipfile
import zlib
from dataclasses import dataclass, field
from xml.parsers import expat

from sendco.files.bounds import MAX_ENTRIES, MAX_RATIO, MAX_UNPACKED
from sendco.files.unpacking import CHUNK, UnpacksTooFar, pieces_of

from ..notes import Note, NoteCode
from ..parsing.values import FORMULA
from .refusals import FileNotReadable, FileReason
from .sheets import (
    HEADER_SEARCH_ROWS,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    column_letter,
    too_many_cells,
)

_LONGEST_NUMBER = 20
_HEAD = 4096
_NOT_ELEMENTS = re.compile(rb"<\?.*?\?>|<!--.*?-->", re.DOTALL)
_ELEMENT = re.compile(rb"<(?:[\w.-]+:)?([\w.-]+)")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    NotImplementedError,
    EOFError,
    OSError,
    ValueError,
    KeyError,
)
_WIDEST = 1 << 14  # columns that Excel has
_CELL = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")


@dataclass
class SheetFacts:
    """What a sheet of an Excel workbook holds that its values do not tell."""

    hidden_rows: int = 0
    hidden_columns: int = 0
    empty_formulas: int = 0
    lost: dict[int, str] = field(default_factory=dict)  # by place: cells that the reader of values gives as empty

    def add_lost(self, row, column, text):
        self.lost[row * _WIDEST + column] = sys.intern(text)

    def each_lost(self):
        """Yield (row, column, text) of cells in error and of formulas without a result; the first row is 1."""
        for place, text in self.lost.items():
            yield *divmod(place, _WIDEST), text

    def notes(self):
        said = []
        if self.hidden_rows or self.hidden_columns:
            said.append(Note(NoteCode.HIDDEN_ROWS, {"rows": self.hidden_rows, "columns": self.hidden_columns}))
        if self.empty_formulas:
            said.append(Note(NoteCode.EMPTY_FORMULAS, {"cells": self.empty_formulas}))
        return said


def measure(data):
    """Unpack the file piece by piece, keeping nothing, and refuse it when it is too big or not a workbook.

    Returns the kind and, for Excel, {name of a sheet: SheetFacts}.
    """
    facts = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            kind = _kind(archive)
            _check_size(archive)
            if kind == "xlsx":
                facts = _check_xlsx(archive)
            else:
                _check_ods(archive)
    except _BROKEN:
        raise FileNotReadable(FileReason.DAMAGED) from None
    except RuntimeError:  # zipfile's word for an encrypted entry
        raise FileNotReadable(FileReason.LOCKED) from None
    return kind, facts


def _kind(archive):
    names = set(archive.namelist())
    if len(names) > MAX_ENTRIES or len(archive.infolist()) > MAX_ENTRIES:
        raise FileNotReadable(FileReason.UNPACKS_TOO_FAR)
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names and "mimetype" in names:
        if b"opendocument.spreadsheet" not in archive.open("mimetype").read(200):
            raise FileNotReadable(FileReason.NOT_A_SPREADSHEET)
        return "ods"
    if "xl/workbook.bin" in names:
        raise FileNotReadable(FileReason.BINARY_WORKBOOK)
    if "word/document.xml" in names:
        raise FileNotReadable(FileReason.WORD_DOCUMENT)
    raise FileNotReadable(FileReason.ARCHIVE)


def _check_size(archive):
    room = MAX_UNPACKED
    try:
        for entry in archive.infolist():
            room -= sum(map(len, pieces_of(archive, entry, room=room, most_ratio=MAX_RATIO)))
    except UnpacksTooFar:
        raise FileNotReadable(FileReason.UNPACKS_TOO_FAR) from None


class _Extent:
    """How far the filled cells of a sheet reach and how much text they hold once every shared text is copied out."""

    def __init__(self):
        self.rows = 0
        self.columns = 0
        self.characters = 0

    def fill(self, row, column, characters):
        self.rows = max(self.rows, row)
        self.columns = max(self.columns, column)
        self.characters += characters
        if self.characters > MAX_UNPACKED:
            raise FileNotReadable(FileReason.UNPACKS_TOO_FAR)

    def check(self):
        if self.rows > MAX_ROWS + HEADER_SEARCH_ROWS:
            raise FileNotReadable(FileReason.TOO_MANY_ROWS_FAR_DOWN, most=MAX_ROWS, row=self.rows)
        if self.columns > MAX_COLUMNS:
            column = column_letter(self.columns - 1)
            raise FileNotReadable(FileReason.TOO_MANY_COLUMNS_FAR_OUT, column=column, most=MAX_COLUMNS)
        if self.rows * self.columns > MAX_CELLS:
            raise too_many_cells()


def _parse(stream, handler):
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    while chunk := stream.read(CHUNK):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _refuse_doctype(*_):
    raise FileNotReadable(FileReason.DAMAGED)


def _local(tag):
    return tag.rpartition("}")[2]


class _SharedTexts:
    """The lengths of the texts that cells refer to by number."""

    def __init__(self):
        self.lengths = []

    def start(self, tag, attributes):
        if _local(tag) == "si":
            self.lengths.append(0)
            if len(self.lengths) > MAX_CELLS:
                raise FileNotReadable(FileReason.UNPACKS_TOO_FAR)

    def end(self, tag):
        pass

    def text(self, data):
        if self.lengths:
            self.lengths[-1] += len(data)


class _XlsxSheet:
    def __init__(self, shared):
        self.shared = shared
        self.extent = _Extent()
        self.row = self.column = 0
        self.is_shared = self.in_value = False
        self.value = ""
        self.length = 0
        self.facts = SheetFacts()
        self.hidden_from_to = []
        self.is_hidden = self.has_formula = self.has_value = False
        self.type = ""

    def start(self, tag, attributes):
        name = _local(tag)
        if name == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.column = 0
            self.is_hidden = attributes.get("hidden") in ("1", "true")
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            self.hidden_from_to.append((int(attributes["min"]), int(attributes["max"])))
        elif name == "c":
            self._start_cell(attributes)
        elif name == "f":
            self.has_formula = True
        elif name in ("v", "t"):
            self.in_value = True
            self.value = ""
            self.length = 0

    def _start_cell(self, attributes):
        place = _CELL.fullmatch(attributes.get("r", ""))
        self.column += 1
        if place:
            self.row = int(place[2])
            self.column = _column_number(place[1])
        self.type = attributes.get("t", "")
        self.is_shared = self.type == "s"
        self.has_formula = self.has_value = False
        if self.is_hidden:
            self.facts.hidden_rows += 1
            self.is_hidden = False  # a row counts once, and only when something stands in it

    def end(self, tag):
        if _local(tag) == "c" and self.has_formula and not self.has_value:
            self.facts.empty_formulas += 1
            self.facts.add_lost(self.row, self.column, FORMULA)
        if _local(tag) in ("v", "t") and self.in_value:
            # An empty text is a result; an empty number is what nobody worked out.
            self.in_value, self.has_value = False, bool(self.length) or self.type == "str"
            if self.type == "e" and self.length:
                self.facts.add_lost(self.row, self.column, self.value)
            self.extent.fill(self.row, self.column, self._length())

    def _length(self):
        if not self.is_shared:
            return self.length
        index = int(self.value or 0)
        return self.shared[index] if 0 <= index < len(self.shared) else 0

    def count_hidden(self):
        """Columns hidden within what the sheet fills: Excel also hides all that lie beyond."""
        for first, last in self.hidden_from_to:
            self.facts.hidden_columns += max(0, min(last, self.extent.columns) - first + 1)

    def text(self, data):
        if self.in_value:
            self.length += len(data)
            if self.length < _LONGEST_NUMBER:
                self.value += data


def _column_number(letters):
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _check_xlsx(archive):
    """Measure every sheet. Parts are told by their first element: a workbook may keep them under any name."""
    roots = {entry.filename: _root(archive, entry) for entry in archive.infolist()}
    texts = _SharedTexts()
    for name in (name for name, root in roots.items() if root == b"sst"):
        with archive.open(name) as stream:
            _parse(stream, texts)
    facts = {}
    for name in (name for name, root in roots.items() if root == b"worksheet"):
        sheet = _XlsxSheet(texts.lengths)
        with archive.open(name) as stream:
            _parse(stream, sheet)
        sheet.extent.check()
        sheet.count_hidden()
        facts[name] = sheet.facts
    return {title: facts[part] for title, part in _parts_of_sheets(archive).items() if part in facts}


class _Attributes:
    """The attributes of every element of one name."""

    def __init__(self, wanted):
        self.wanted, self.seen = wanted, []

    def start(self, tag, attributes):
        if _local(tag) == self.wanted:
            self.seen.append({_local(name): value for name, value in attributes.items()})

    def end(self, tag):
        pass

    def text(self, data):
        pass


def _parts_of_sheets(archive):
    """Return {name of a sheet: the part that holds it}, as far as the workbook says so in the usual place."""
    sheets, relations = _Attributes("sheet"), _Attributes("Relationship")
    try:
        for part, handler in (("xl/workbook.xml", sheets), ("xl/_rels/workbook.xml.rels", relations)):
            with archive.open(part) as stream:
                _parse(stream, handler)
    except KeyError:
        return {}
    targets = {each.get("Id"): each.get("Target", "") for each in relations.seen}
    named = {each.get("name"): targets.get(each.get("id"), "") for each in sheets.seen}
    return {title: target.lstrip("/") if target.startswith("/") else f"xl/{target}" for title, target in named.items()}


def _root(archive, entry):
    with archive.open(entry) as stream:
        head = stream.read(_HEAD).replace(b"\x00", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe\r\n\t ")
    if not head.startswith(b"<"):
        return b""
    first = _ELEMENT.search(_NOT_ELEMENTS.sub(b"", head))
    if not first:
        raise FileNotReadable(FileReason.DAMAGED)
    return first[1]


class _OdsSheets:
    """Rows and cells say how often they are repeated, so a short file may hold an endless table."""

    def __init__(self):
        self.extent = _Extent()
        self.row = self.column = self.row_repeat = self.cell_repeat = 0
        self.length = None

    def start(self, tag, attributes):
        name = _local(tag)
        if name == "table":
            self.extent.check()
            self.extent = _Extent()
            self.row = 0
        elif name == "table-row":
            self.row_repeat = _repeat(attributes, "number-rows-repeated")
            self.row += self.row_repeat
            self.column = 0
        elif name in ("table-cell", "covered-table-cell"):
            self.cell_repeat = _repeat(attributes, "number-columns-repeated")
            self.column += self.cell_repeat
            self.length = 0 if any(_local(key) in ("value", "value-type") for key in attributes) else None

    def end(self, tag):
        if _local(tag) in ("table-cell", "covered-table-cell") and self.length is not None:
            copies = self.row_repeat * self.cell_repeat
            self.extent.fill(self.row, self.column, self.length * copies)
            self.length = None

    def text(self, data):
        if self.column and data.strip():
            self.length = (self.length or 0) + len(data)


def _repeat(attributes, wanted):
    for key, value in attributes.items():
        if _local(key) == wanted:
            return max(1, int(value))
    return 1


def _check_ods(archive):
    sheets = _OdsSheets()
    with archive.open("content.xml") as stream:
        _parse(stream, sheets)
    sheets.extent.check()
