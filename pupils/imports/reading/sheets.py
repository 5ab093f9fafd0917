"""What every reader of an import file hands on, and what it refuses."""

import re
from dataclasses import dataclass, field

from ..notes import SHOWN, Note, NoteCode
from ..parsing.codes import same_code, sen_code_of
from .columns import header_hits, is_repeated_header
from .refusals import FileNotReadable, FileReason

MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_CELLS = 2_000_000
MAX_CELL_LENGTH = 5_000
# A heading is looked for in this many rows; reports seldom put more above it.
HEADER_SEARCH_ROWS = 30

_TOTALS = re.compile(
    r"(grand |sub-?)?totals?\b|count( of\b|:)|number of (pupils|students|learners|records|rows)\b"
    r"|end of (report|file|list)\b|page \d+|printed (on|by)\b|report (run|printed|generated)\b"
    r"|\d+ (pupils|students|learners|records|rows)\b|exported (by|on|from)\b|produced (by|on)\b",
    re.IGNORECASE,
)
# A line above the pupils of one class, as class lists have it.
_CLASS_HEADING = re.compile(
    r"(?:form|class|tutor group|registration group|reg group|registration|group)(?:\s*[:–-]\s*|\s+)"
    r"(?P<group>[\w/.'& -]{1,30}?)(?:\s{2,}.*|[\s,(-]+(?:form )?(?:teacher|tutor|staff|room)\b.*)?",
    re.IGNORECASE,
)
# “4K”, “Oak Class”, and how many there are.
_BARE_CLASS = re.compile(
    r"(?P<group>(?:year\s*)?\d{1,2}\s?[A-Za-z]{1,3}|[A-Za-z][\w'& -]{0,24} (?:class|form|tutor group))"
    r"(?:\s*\(\d+(?: (?:pupils|students|children))?\))?",
    re.IGNORECASE,
)
_YEAR_HEADING = re.compile(
    r"(?:year(?: group)?|nc year)\s*:?\s*(?P<year>\d{1,2}|r|reception|n[12]?|nursery)"
    r"|(?P<word>reception|nursery(?: [12])?)(?: class)?",
    re.IGNORECASE,
)
# What else stands alone in a cell and is no pupil: legends, keys, notes. A name has none of these marks.
_NO_PUPIL = re.compile(
    r".*[=:;*†‡].*|.*\d.*|(?:key|legend|notes?|confidential|report|page|source)\b.*", re.IGNORECASE | re.DOTALL
)
_TOTALS_ROW_CELLS = 3
_COUNTED = {"boys", "girls", "male", "female", "pupils", "students", "children"}
_EXPLAINED = re.compile(r"\S{1,6}\s*=\s*\S.*", re.DOTALL)  # as in K = SEN Support


@dataclass(slots=True)
class SourceRow:
    number: int  # as the spreadsheet shows it: the first line of the file is 1
    values: list[str]  # at least as long as the headers; longer when the row has cells beyond them
    extra: dict | None = None  # CTF: sen_history, needs, contacts; lists: the group or year of the heading above


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
    notes: list[Note] = field(default_factory=list)
    encoding: str = ""
    sheet_name: str = ""
    ctf: CtfHeader | None = None
    sheet_names: list[str] = field(default_factory=list)  # those that may hold pupils, when there are several


def column_letter(index):
    """Return the spreadsheet's name of a column counted from 0: A, B, ... Z, AA."""
    letters = ""
    index += 1
    while index:
        index, remainder = divmod(index - 1, 26)
        letters = chr(65 + remainder) + letters
    return letters


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
            raise too_many_rows()
        if len(values) > MAX_COLUMNS:
            raise too_many_columns(len(values), number)
        if self.cells > MAX_CELLS:
            raise too_many_cells()
        for index, value in enumerate(values):
            if len(value) > MAX_CELL_LENGTH:
                raise cell_too_long(number, index, value)


def too_many_rows():
    return FileNotReadable(FileReason.TOO_MANY_ROWS, most=MAX_ROWS)


def too_many_columns(found, number):
    return FileNotReadable(FileReason.TOO_MANY_COLUMNS, row=number, columns=found, most=MAX_COLUMNS)


def too_many_cells():
    return FileNotReadable(FileReason.TOO_MANY_CELLS, most=MAX_CELLS)


def cell_too_long(number, index, value):
    over_lines = any(end in value for end in (chr(10), chr(13)))
    reason = FileReason.CELL_OVER_SEVERAL_LINES if over_lines else FileReason.CELL_TOO_LONG
    return FileNotReadable(reason, row=number, column=column_letter(index), most=MAX_CELL_LENGTH)


def build_sheet(table, *, kind, notes, encoding="", sheet_name=""):
    """Find the heading row in `table`, a list of (row number, values), and drop what is not a pupil."""
    table = [(number, values) for number, values in table if any(value.strip() for value in values)]
    if not table:
        raise FileNotReadable(FileReason.NOTHING_IN_IT)
    at = find_header(table)
    header_number, header = table[at]
    headers = name_headers(header)
    if at:
        notes.append(Note(NoteCode.LINES_ABOVE_HEADINGS, {"lines": at, "row": header_number}))
    rows = list(pupil_rows(table[at + 1 :], headers, notes))
    if not rows:
        raise FileNotReadable(FileReason.NO_PUPILS, row=header_number)
    if len(rows) > MAX_ROWS:
        raise too_many_rows()
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
    """Yield the rows that may be pupils. Headings of a class give the rows under them its name."""
    width = len(headers)
    totals, repeats, headings, others = [], [], [], []
    under = {}
    for number, values in table:
        alone = _alone(values) if width > 2 else ""
        if is_totals_row(values):
            totals.append(number)
        elif is_repeated_header(values, headers):
            repeats.append(number)
        elif alone and (heading := _heading_of_rows(alone)):
            headings.append(number)
            under |= heading
        elif width > 2 and (said := _no_pupil(values, alone)):
            others.append(said[:SHOWN])
        else:
            yield SourceRow(number, fit(values, width), dict(under) or None)
    if totals:
        notes.append(Note(NoteCode.TOTALS_LEFT_OUT, {"rows": totals}))
    if repeats:
        notes.append(Note(NoteCode.HEADINGS_REPEATED, {"rows": repeats}))
    if headings:
        notes.append(Note(NoteCode.GROUP_HEADINGS, {"rows": headings}))
    if others:
        notes.append(Note(NoteCode.NOT_PUPILS, {"lines": others}))


def _alone(values):
    """The text of a row that has one, in its first cell; else ""."""
    filled = [(place, " ".join(value.split())) for place, value in enumerate(values) if value.strip()]
    return filled[0][1] if len(filled) == 1 and filled[0][0] == 0 else ""


def _no_pupil(values, alone):
    """The text of a lone line that is no name, or of a legend, such as “K” beside “SEN Support”; else ""."""
    if alone:
        return alone if _NO_PUPIL.fullmatch(alone) else ""
    filled = [" ".join(value.split()) for value in values if value.strip()]
    if len(filled) > 1 and all(map(_EXPLAINED.fullmatch, filled)):
        return "; ".join(filled)
    if len(filled) == 2 and filled[1].isdecimal() and (sen_code_of(filled[0]) or filled[0].casefold() in _COUNTED):
        return f"{filled[0]}: {filled[1]}"
    return " = ".join(filled) if len(filled) == 2 and same_code(*filled) else ""


def _heading_of_rows(text):
    """What a line says about the rows under it: {"year": ...}, {"group": ...}, or {} when it is no heading."""
    if match := _YEAR_HEADING.fullmatch(text):
        return {"year": match["year"] or match["word"]}
    if match := _CLASS_HEADING.fullmatch(text):
        return {"group": match["group"].strip()}
    match = _BARE_CLASS.fullmatch(text)
    return {"group": match["group"]} if match else {}


def is_totals_row(values):
    filled = [value.strip() for value in values if value.strip()]
    return len(filled) <= _TOTALS_ROW_CELLS and bool(_TOTALS.match(filled[0]))


def fit(values, width):
    """Pad a short row; keep cells beyond the headings only when something stands in them."""
    values = list(values)
    while len(values) > width and not values[-1].strip():
        values.pop()
    return values + [""] * (width - len(values))
