"""What must be asked once about a whole file: the order of its dates and names, its letters, its sheet, its words."""

from collections import Counter

from ..fields import COLUMNS
from ..fields.base import (
    AS_THEY_STAND,
    DATE_CELLS,
    DATE_ORDER,
    DAY_FIRST,
    EXCHANGED,
    MONTH_FIRST,
    NAME_ORDER,
)
from ..fields.needs import UNREAD_NEEDS, word_key
from ..notes import Note, NoteCode, brief
from ..parsing.codes import NEED_TYPES, likely_need
from ..parsing.values import LAST_MONTH, BadValue, NameOrder, date_cell, day_and_month, exchanged, parse_date
from ..questions import Option, Question
from .csv_files import MIXED, WINDOWS, lines_with_both
from .readers import LETTERS, SHEET

MOST_SAMPLES = 4
MOST_WORDS = 30  # a column with more is not one of needs
ASKED_WORDS = (*UNREAD_NEEDS, NoteCode.NEED_AS_CHOSEN)
LEAVE_WORD_OUT = "none"


def questions_of(sheet, mapping, rows, choices, data):
    """Return the Questions about a file, each with the answer that was given, or the one that is proposed.

    A question without an answer keeps the import from being applied: no way of reading is safe.
    """
    asked = [*_letters(sheet, data), *_sheets(sheet), *_dates(sheet, mapping), *_names(sheet, mapping, rows)]
    asked += _words(rows)
    return [question.answered(choices[question.key]) if question.key in choices else question for question in asked]


def _letters(sheet, data):
    if sheet.kind != "csv" or sheet.encoding not in (MIXED, WINDOWS):
        return
    if sheet.encoding == WINDOWS and not any("\u00c3" in value for row in sheet.rows for value in row.values):
        return
    samples = [brief(line) for line in lines_with_both(data)[:MOST_SAMPLES]]
    options = (Option(MIXED, Note(NoteCode.OPTION_MIXED)), Option(WINDOWS, Note(NoteCode.OPTION_WINDOWS)))
    yield Question(LETTERS, Note(NoteCode.MIXED_LETTERS, {"samples": samples}), "", options, MIXED)


def _sheets(sheet):
    if sheet.sheet_names:
        options = tuple(Option(name, Note(NoteCode.OPTION_WORDS, {"text": name})) for name in sheet.sheet_names)
        said = {"sheets": sheet.sheet_names, "sheet": sheet.sheet_name}
        yield Question(SHEET, Note(NoteCode.WHICH_SHEET, said), "", options, sheet.sheet_name)


def _dates(sheet, mapping):
    """One order for each column of dates, unless its values, or those of another column, show that the day is first."""
    dated = {column.name for column in COLUMNS if column.is_date}
    columns = [_Dates(sheet, index, name) for index, name in mapping.items() if name in dated]
    day_is_first = any(each.day_first for each in columns) and not any(each.month_first for each in columns)
    for each in columns:
        if each.month_first and not each.day_first:
            yield each.question(NoteCode.DATES_MONTH_FIRST, each.month_first + each.either)
        elif each.month_first and each.either:
            samples = [each.month_first[0], each.day_first[0], *each.either]
            yield each.question(NoteCode.DATES_BOTH_WAYS, samples, DAY_FIRST)
        elif each.either and not each.day_first and not day_is_first:
            yield each.question(NoteCode.DATES_EITHER_WAY, each.either, DAY_FIRST)
        if each.may_be_exchanged:
            yield each.question_of_cells()


class _Dates:
    """What the dates of one column show about their order."""

    def __init__(self, sheet, index, name):
        self.heading, self.name = sheet.headers[index], name
        read = [(text, numbers) for row in sheet.rows if (numbers := day_and_month(text := row.values[index]))]
        self.day_first = [text for text, (one, two) in read if one > LAST_MONTH >= two]
        self.month_first = [text for text, (one, two) in read if two > LAST_MONTH >= one]
        cells = [(row.values[index], parts) for row in sheet.rows if (parts := date_cell(row.values[index]))]
        self.cells = [text for text, (_, month, day) in cells if month != day]
        # A spreadsheet of another country makes dates of those texts that can be read in its order, and of no others.
        low = all(day <= LAST_MONTH for _, (_, _, day) in cells)
        self.may_be_exchanged = bool(low and self.cells and self.day_first and not self.month_first)
        self.either = [text for text, (one, two) in read if max(one, two) <= LAST_MONTH and one != two]

    def question(self, code, samples, proposed=""):
        samples = [brief(text) for text in dict.fromkeys(samples)][:MOST_SAMPLES]
        shown = brief((self.either or samples)[0])
        options = tuple(
            Option(order, Note(words, {"sample": shown, "day": _read(shown, order == MONTH_FIRST)}))
            for order, words in ((DAY_FIRST, NoteCode.OPTION_DAY_FIRST), (MONTH_FIRST, NoteCode.OPTION_MONTH_FIRST))
        )
        said = {"heading": self.heading, "samples": samples}
        return Question(f"{DATE_ORDER}:{self.name}", Note(code, said), "", options, proposed)

    def question_of_cells(self):
        shown = self.cells[0]
        options = tuple(
            Option(answer, Note(words, {"sample": shown, "day": day}))
            for answer, words, day in (
                (AS_THEY_STAND, NoteCode.OPTION_AS_IT_STANDS, shown),
                (EXCHANGED, NoteCode.OPTION_EXCHANGED, exchanged(shown)),
            )
        )
        samples = [*dict.fromkeys(self.cells)][:2] + [*dict.fromkeys(self.day_first)][:2]
        said = {"heading": self.heading, "samples": [brief(text) for text in samples]}
        return Question(f"{DATE_CELLS}:{self.name}", Note(NoteCode.DATES_OF_TWO_KINDS, said), "", options)


def _read(text, month_first):
    """The day as ISO text, or "" where the order makes it impossible."""
    try:
        return parse_date(text, month_first=month_first).value.isoformat()
    except BadValue:
        return ""


def _names(sheet, mapping, rows):
    column = next((index for index, name in mapping.items() if name == "full_name"), None)
    codes = (NoteCode.NAME_ORDER_UNKNOWN, NoteCode.NAME_READ_AS_SPOKEN)
    told = [note.data["value"] for row in rows for note in row.notes if note.code in codes]
    if column is None or not told:
        return
    first = told[0].split()
    options = (
        Option(NameOrder.FORENAME_FIRST, Note(NoteCode.OPTION_FORENAME_FIRST, {"word": first[-1]})),
        Option(NameOrder.SURNAME_FIRST, Note(NoteCode.OPTION_SURNAME_FIRST, {"word": first[0]})),
    )
    said = {"heading": sheet.headers[column], "samples": list(dict.fromkeys(told))[:MOST_SAMPLES]}
    yield Question(NAME_ORDER, Note(NoteCode.NAMES_EITHER_WAY, said), "", options)


def _words(rows):
    """Words in columns of needs that are no type of need: one question for each word, whatever the number of rows."""
    times = Counter()
    for row in rows:
        times.update({note.data.get("value", "BESD") for note in row.notes if note.code in ASKED_WORDS})
    for word, number in times.most_common(MOST_WORDS):
        likely = likely_need(word)
        types = sorted(NEED_TYPES, key=lambda code: code != likely)
        options = [Option(code, Note(NoteCode.OPTION_WORDS, {"text": NEED_TYPES[code]})) for code in types]
        options.append(Option(LEAVE_WORD_OUT, Note(NoteCode.OPTION_LEFT_OUT)))
        said = {"value": word, "rows": number}
        yield Question(word_key(word), Note(NoteCode.WORD_FOR_NEED, said), "", tuple(options), LEAVE_WORD_OUT)
