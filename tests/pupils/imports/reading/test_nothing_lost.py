"""No cell that held something ends as nothing: it is a value, a note, a question, or its row is kept out."""

from datetime import date

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pupils.imports.fields import COLUMNS, CONTACTS, FIELDS, NAMES, NEEDS, SEN, STAGES
from pupils.imports.fields.base import Shelf
from pupils.imports.parsing.values import is_blank
from pupils.imports.reading.columns import guess_mapping
from pupils.imports.reading.readers import read_file
from pupils.imports.reading.rows import normalise
from pupils.spreadsheets import csv_bytes

from .files import UPNS

TODAY = date(2026, 9, 14)
# Read so that nobody wonders, and not kept: the page says so by the column.
KEPT = [column for column in COLUMNS if column.shelf != Shelf.NOT_KEPT and not column.name.startswith("legal_")]
SAID = [
    "K", "E", "N", "S", "SA+", "Monitoring", "EHCNA requested", "Blue band", "SLCN", "ASD, Dyslexia", "MLD (dyslexia)",
    "ASD and ADHD", "Primary", "2", "x", "Yes", "no", "maybe", "03/04/2015", "27/05/2014", "05/27/2014", "31/04/2015",
    "2014-05-27", "1 September 2020", "01/09/2031", "7", "Year 7", "7 / 7M", "-1", "3/4", "6.5", "X", "M", "Female",
    "rosa@example.org", "rosa", "07700 900001", "1.2E+10", "n/a", "-", "Null", "None", "Mother", "MOT", "PR",
    "X373400126001", "Y373400126001", "1000000027", "single", "Z", "12 High Street", "AB12 3DE", "🙂", "\u202eabc",
]  # fmt: skip
CELLS = st.one_of(
    st.sampled_from(SAID), st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
)


def lists():
    """A list of one to three pupils with some of the columns there are."""
    columns = st.lists(st.sampled_from(KEPT), min_size=1, max_size=8, unique_by=lambda column: column.name)
    return columns.flatmap(
        lambda chosen: st.tuples(
            st.just(chosen),
            st.lists(st.lists(CELLS, min_size=len(chosen), max_size=len(chosen)), min_size=1, max_size=3),
        )
    )


def read(columns, lines):
    headings = ["Legal surname", "Legal forename", "MIS id", *(column.label for column in columns)]
    rows = [[f"Larkhill{chr(97 + n)}", "Wren", f"9{n}", *line] for n, line in enumerate(lines)]
    sheet = read_file(csv_bytes(headings, rows), "pupils.csv")
    mapping = dict(guess_mapping(sheet.headers))
    return sheet, mapping, normalise(sheet, mapping, today=TODAY)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lists())
@example(([column for column in KEPT if column.name in ("sen_start_on", "birth_on")], [["03/04/2015", "03/04/2016"]]))
@example(([column for column in KEPT if column.name in ("need_rank", "upn")], [["first?", UPNS[0]]]))
def test_no_cell_ends_as_nothing(made):
    columns, lines = made
    columns = [column for column in columns if column.name != "mis_id"] or [KEPT[0]]
    lines = [line[: len(columns)] for line in lines]
    sheet, mapping, rows = read(columns, lines)

    by_number = {number: row for row in rows for number in row.numbers}
    for source in sheet.rows:
        row = by_number[source.number]
        if row.is_rejected or row.rivals:
            continue
        for index, name in mapping.items():
            text = source.values[index]
            if not is_blank(text) and text.strip():
                assert _is_told(row, name, text), (name, text, row)


def _is_told(row, name, text):
    told = {note.column for note in row.notes} | {doubt.column for doubt in row.doubts}
    if name in told or (name.startswith("need_") and any(column.startswith("need_") for column in told)):
        return True
    field = next(field for field in FIELDS if any(column.name == name for column in field.columns))
    if name.startswith("contact_"):
        part = name.rpartition("_")[2]
        return any(getattr(contact, part) is not None for contact in row.get(CONTACTS, ())) or any(
            column.startswith("contact_") for column in told
        )
    if name == "need_rank":
        return True  # said with a need, or of none
    if name.startswith("need_"):
        return bool(row.get(NEEDS)) or text.strip().casefold() in ("none", "no")
    if name in ("sen_code", "sen_start_on", "sen_end_on"):
        return bool(row.get(SEN) or row.get(STAGES) or "sen_code" in told)
    if name == "full_name":
        return all(row.get(part) for part in NAMES)
    # Marks that show nothing are no value; NO for a flag is one.
    return row.values.get(field) is not None or not any(char.isalnum() for char in text)
