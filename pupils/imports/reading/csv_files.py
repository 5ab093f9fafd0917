"""CSV in the encodings and with the separators that school systems and Excel write."""

import codecs
import csv
import io
import itertools
import re

from pupils.spreadsheets import safe_cell

from ..notes import Note, NoteCode
from .columns import header_hits
from .refusals import FileNotReadable, FileReason
from .sheets import HEADER_SEARCH_ROWS, Limits, build_sheet

_DELIMITERS = (",", ";", "\t", "|")
_DELIMITER_NAMES = {";": "semicolons", "\t": "tabs", "|": "upright bars"}
_SAMPLE_BYTES = 4096


MIXED, WINDOWS = "mixed", "windows-1252"
_TWO_BYTES = re.compile(rb"[\xc3-\xc5][\x80-\xbf]")  # letters with accents, as UTF-8 writes them


def read_csv(data, letters=""):
    """`letters` is how a file in two encodings is read: MIXED, or WINDOWS for all of it."""
    text, encoding = decode(data, letters)
    notes = []
    if encoding == WINDOWS:
        notes.append(Note(NoteCode.WINDOWS_LETTERS))
    text, named = take_separator_line(text)
    delimiter = named or sniff_delimiter(text)
    if delimiter in _DELIMITER_NAMES:
        notes.append(Note(NoteCode.SEPARATED_BY, {"what": _DELIMITER_NAMES[delimiter]}))
    table = [(number, [_plain(cell) for cell in values]) for number, values in read_table(
        text, delimiter, first=2 if named else 1)]  # fmt: skip
    return build_sheet(table, kind="csv", notes=notes, encoding=encoding)


def _plain(cell):
    """The text of a cell without what was put around it for Excel: ="text", or an apostrophe before a formula."""
    if len(cell) > 3 and cell.startswith('="') and cell.endswith('"'):
        return cell[2:-1]
    return cell[1:] if cell.startswith("'") and safe_cell(cell[1:]) == cell else cell


def decode(data, letters=""):
    """Return the text and the name of its encoding: a byte order mark decides, then the shape of the bytes."""
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise FileNotReadable(FileReason.NOT_TEXT)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strictly(data, "utf-16"), "utf-16"
    shape = utf16_shape(data)
    if shape:
        return _strictly(data, shape), shape
    if _is_binary(data):
        raise FileNotReadable(FileReason.NOT_TEXT)
    marked = data.startswith(codecs.BOM_UTF8)
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode("utf-8"), "utf-8-sig" if marked else "utf-8"
    except UnicodeDecodeError:
        if letters != WINDOWS and (marked or _TWO_BYTES.search(data)):
            return data.decode("utf-8", errors="as-windows"), MIXED
        return _strictly(data, WINDOWS), WINDOWS


def _as_windows(error):
    """Read what is no UTF-8 as Windows-1252; a byte that neither knows is shown as lost."""
    return error.object[error.start : error.end].decode(WINDOWS, errors="replace"), error.end


codecs.register_error("as-windows", _as_windows)


def lines_with_both(data):
    """The lines of a mixed file with the letters in question, read each as it seems, for somebody to judge."""
    lines = data.removeprefix(codecs.BOM_UTF8).splitlines()
    odd = [line for line in lines if not line.isascii()]
    return [line.decode("utf-8", errors="as-windows") for line in odd]


def _strictly(data, encoding):
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise FileNotReadable(FileReason.LETTERS_UNREADABLE) from None


def utf16_shape(data):
    """Tell UTF-16 without its mark by the zero bytes beside plain letters."""
    sample = data[:_SAMPLE_BYTES]
    half = len(sample) // 2
    if half < 4:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > half * 0.7 and even < half * 0.05:
        return "utf-16-le"
    if even > half * 0.7 and odd < half * 0.05:
        return "utf-16-be"
    return ""


def _is_binary(data):
    """A stray NUL in a name is cleaned later; many control codes mean the file is no text at all."""
    sample = data[: _SAMPLE_BYTES * 4]
    controls = sum(sample.count(code) for code in range(32) if code not in (9, 10, 12, 13))
    return controls > max(2, len(sample) // 50)


def take_separator_line(text):
    """Excel writes `sep=;` as a first line of its own."""
    line, _, rest = text.partition("\n")
    line = line.strip().strip('"')
    if len(line) == 5 and line.lower().startswith("sep=") and line[4] in _DELIMITERS:
        return rest, line[4]
    return text, ""


def sniff_delimiter(text):
    """Choose the separator under which one row names most columns, then the one that makes most columns."""

    def score(delimiter):
        try:
            rows = list(itertools.islice(_reader(text, delimiter), HEADER_SEARCH_ROWS))
        except csv.Error:
            return (0, 0)
        return (max(map(header_hits, rows), default=0), max(map(len, rows), default=0))

    return max(_DELIMITERS, key=score)


def _reader(text, delimiter, *, strict=False):
    # newline="" keeps line ends inside quoted cells and also reads old Mac files, which end lines in CR alone.
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)


def read_table(text, delimiter, *, first):
    limits = Limits()
    table = []
    reader = _reader(text, delimiter)
    last_start = 0
    number = first - 1
    while True:
        start = reader.line_num
        try:
            values = next(reader)
        except StopIteration:
            break
        except csv.Error:
            raise _endless_cell(number + 1, text) from None
        number += 1
        last_start = start
        limits.check(number, values)
        table.append((number, values))
    if _ends_inside_quotes(text, delimiter, last_start):
        raise _quote_never_closed(number)
    return table


def _ends_inside_quotes(text, delimiter, line):
    """Read the last record once more, strictly: an open quotation mark swallows every row after it."""
    lines = itertools.islice(io.StringIO(text, newline=""), line, None)
    try:
        for _ in csv.reader(lines, delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "end of data" in str(error)
    return False


def _endless_cell(number, text):
    """The csv module stops at a cell of 131,072 characters: an open quotation mark, or no table at all."""
    if '"' in text:
        return _quote_never_closed(number)
    return FileNotReadable(FileReason.ENDLESS_CELL, row=number)


def _quote_never_closed(number):
    return FileNotReadable(FileReason.QUOTE_NEVER_CLOSED, row=number)
