"""What every reader of an import file hands on, and what it refuses."""

import re
from dataclasses import dataclass, field

from .columns import header_hits, is_repeated_header

MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_CELLS = 2_000_000
MAX_CELL_LENGTH = 5_000
# A heading is looked for in this many rows; reports seldom put more above it.
HEADER_SEARCH_ROWS = 30

_TOTALS = re.compile(
    r"(grand |sub-?)?totals?\b|count( of\b|:)|number of (pupils|students|learners|records|rows)\b"
    r"|end of (report|file|list)\b|page \d+|printed (on|by)\b|report (run|printed|generated)\b"
    r"|\d+ (pupils|students|learners|records|rows)\b",
    re.IGNORECASE,
)
_TOTALS_ROW_CELLS = 3


class FileNotReadable(Exception):
    """The whole file is refused. The message says what happened and what to do next."""


@dataclass(slots=True)
class SourceRow:
    number: int  # as the spreadsheet shows it: the first line of the file is 1
    values: list[str]  # at least as long as the headers; longer when the row has cells beyond them
    extra: dict | None = None  # CTF only: sen_history, needs, contacts


@dataclass(frozen=True)
class CtfHeader:
    version: str = ""
    document_name: str = ""
    qualifier: str = ""
    created_at: str = ""
    supplier: str = ""
    source_la: str = ""
    source_estab: str = ""
    source_name: str = ""
    academic_year: str = ""
    dest_la: str = ""
    dest_estab: str = ""

    @property
    def source_dfe_number(self):
        return self.source_la + self.source_estab

    @property
    def dest_dfe_number(self):
        return self.dest_la + self.dest_estab


@dataclass
class Sheet:
    kind: str  # csv, xlsx, ods or ctf
    headers: list[str]
    rows: list[SourceRow]
    notes: list[str] = field(default_factory=list)
    encoding: str = ""
    sheet_name: str = ""
    ctf: CtfHeader | None = None


def column_letter(index):
    """Return the spreadsheet's name of a column counted from 0: A, B, ... Z, AA."""
    letters = ""
    index += 1
    while index:
        index, remainder = divmod(index - 1, 26)
        letters = chr(65 + remainder) + letters
    return letters


def count(number, singular, plural=None):
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


class Limits:
    """Counts rows and cells as they are read and refuses the file once it is too big."""

    def __init__(self):
        self.rows = 0
        self.cells = 0

    def check(self, number, values):
        self.rows += 1
        self.cells += len(values)
        # The rows above the heading do not count against the school.
        if self.rows > MAX_ROWS + HEADER_SEARCH_ROWS:
            raise FileNotReadable(too_many_rows())
        if len(values) > MAX_COLUMNS:
            raise FileNotReadable(too_many_columns(len(values), number))
        if self.cells > MAX_CELLS:
            raise FileNotReadable(too_many_cells())
        for index, value in enumerate(values):
            if len(value) > MAX_CELL_LENGTH:
                raise FileNotReadable(cell_too_long(number, index, value))


def too_many_rows():
    return f"The file has more than {MAX_ROWS:,} rows. Split it into smaller files and send them one at a time."


def too_many_columns(found, number):
    return (
        f"Row {number} has {found:,} columns; the most is {MAX_COLUMNS}. "
        "Take out the columns that are not about pupils and send the file again."
    )


def too_many_cells():
    return f"The file has more than {MAX_CELLS:,} cells. Take out the columns you do not need and send the file again."


def cell_too_long(number, index, value):
    where = f"Row {number}, column {column_letter(index)}"
    if "\n" in value or "\r" in value:
        return (
            f"{where} holds more than {MAX_CELL_LENGTH:,} characters over several lines. "
            "A quotation mark is probably opened there and never closed: correct it and send the file again."
        )
    return f"{where} holds more than {MAX_CELL_LENGTH:,} characters. Shorten that cell and send the file again."


def build_sheet(table, *, kind, notes, encoding="", sheet_name=""):
    """Find the heading row in `table`, a list of (row number, values), and drop what is not a pupil."""
    table = [(number, values) for number, values in table if any(value.strip() for value in values)]
    if not table:
        raise FileNotReadable("The file has nothing in it. Export the pupils again and check it before sending it.")
    at = find_header(table)
    header_number, header = table[at]
    headers = name_headers(header)
    if at:
        notes.append(f"{count(at, 'line')} above the headings left out. The headings are in row {header_number}.")
    rows = list(pupil_rows(table[at + 1 :], headers, notes))
    if not rows:
        raise FileNotReadable(
            f"The headings are in row {header_number} but there are no pupils under them. "
            "Check the filter of the report and export it again."
        )
    if len(rows) > MAX_ROWS:
        raise FileNotReadable(too_many_rows())
    return Sheet(kind=kind, headers=headers, rows=rows, notes=notes, encoding=encoding, sheet_name=sheet_name)


def find_header(table):
    """Return the place of the row in which most headings are known; else of the first row with two cells."""
    candidates = table[:HEADER_SEARCH_ROWS]
    hits = [header_hits(values) for _, values in candidates]
    if max(hits):
        return hits.index(max(hits))
    for place, (_, values) in enumerate(candidates):
        if sum(1 for value in values if value.strip()) > 1:
            return place
    return 0


def name_headers(header):
    """Give columns without a heading their letter, and leave off empty columns at the end."""
    cleaned = [" ".join(heading.replace("\ufeff", "").replace("\x00", "").split()) for heading in header]
    while cleaned and not cleaned[-1]:
        cleaned.pop()
    return [heading or f"Column {column_letter(index)}" for index, heading in enumerate(cleaned)]


def pupil_rows(table, headers, notes):
    width = len(headers)
    totals, repeats = [], []
    for number, values in table:
        if is_totals_row(values):
            totals.append(number)
        elif is_repeated_header(values, headers):
            repeats.append(number)
        else:
            yield SourceRow(number, fit(values, width))
    if totals:
        notes.append(f"Left out as totals or footers: {rows_named(totals)}.")
    if repeats:
        notes.append(f"Left out because the headings are repeated there: {rows_named(repeats)}.")


def rows_named(numbers, most=10):
    shown = ", ".join(str(number) for number in numbers[:most])
    more = f" and {len(numbers) - most} more" if len(numbers) > most else ""
    return f"{'row' if len(numbers) == 1 else 'rows'} {shown}{more}"


def is_totals_row(values):
    filled = [value.strip() for value in values if value.strip()]
    return len(filled) <= _TOTALS_ROW_CELLS and bool(_TOTALS.match(filled[0]))


def fit(values, width):
    """Pad a short row; keep cells beyond the headings only when something stands in them."""
    values = list(values)
    while len(values) > width and not values[-1].strip():
        values.pop()
    return values + [""] * (width - len(values))
