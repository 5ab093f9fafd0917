"""Files as schools send them, each with what is right: imported, and sent again, nothing changes."""

from dataclasses import dataclass, field

import pytest
from django.utils import timezone

from pupils.imports.notes import NoteCode
from pupils.imports.reading.readers import read_file
from pupils.imports.reading.refusals import FileNotReadable, FileReason
from pupils.imports.refusals import ImportReason
from pupils.models import Import, Pupil
from sendco.refusals import Refused

from .helping import (
    IMPORT_DAY,
    SAMPLES,
    UNKNOWN,
    answer_rows,
    apply,
    kinds,
    needs,
    preview,
    read_as,
    statuses,
    upload,
)
from .own_workbooks import WORKBOOKS

pytestmark = pytest.mark.django_db

PIA, OTTO, MAGS, NELL, OLA = (
    "G380400226000", "W380400226001", "K380400226002", "Z380400226003", "N380400226004",
)  # fmt: skip
TEMPORARY = "T38040022605F"


@dataclass
class Case:
    """`pupils` holds everybody who must be there afterwards, and what is right about each."""

    file: str
    pupils: dict
    why: str
    choices: dict = field(default_factory=dict)  # about the file
    answers: dict = field(default_factory=dict)  # about rows, by what the file says there
    asked: dict = field(default_factory=dict)  # questions about the file
    open: set = field(default_factory=set)  # what the file says where a row waits for an answer
    notes: set = field(default_factory=set)  # about the file; there may be others
    told: dict = field(default_factory=dict)  # notes on rows that come in, by number; there may be others
    rejected: dict = field(default_factory=dict)  # all rows that are kept out, with the reason
    again: set = frozenset({"same"})  # kinds of rows when it is sent again, those kept out apart
    written: str = "utf-8"
    line_end: str = "\n"
    before: str = ""  # a file that was imported earlier
    is_idle: bool = False  # nothing is chosen by itself, so that there is nothing to apply
    marks: tuple = ()


def since(code, day):
    return [(code, day, None)]


def undated(code):
    return since(code, IMPORT_DAY)


def left_on(day, code="N"):
    """The status of a leaver whose status nobody dated."""
    return [(code, f"{UNKNOWN}, kept as {day}", day)]


def is_right(status="N", types="", **facts):
    """What must be true of a pupil. A status alone is one that the file does not date."""
    status = undated(status) if isinstance(status, str) else status
    return {"statuses": status, "needs": types.split()} | facts


def found(pupil, wanted):
    return {name: FACTS[name](pupil) for name in wanted}


def _day(day):
    return IMPORT_DAY if day == timezone.localdate() else day and day.isoformat()


def _contacts(pupil):
    return [
        (each.name, each.relation, each.email, each.phone, each.has_parental_responsibility)
        for each in pupil.contacts.order_by("priority")
    ]


FACTS = {
    "statuses": statuses,
    "needs": needs,
    "name": lambda pupil: ", ".join(filter(None, [pupil.legal_surname, pupil.legal_forename])),
    "liked": lambda pupil: pupil.preferred_forename,
    "born": lambda pupil: pupil.birth_on.isoformat(),
    "year": lambda pupil: pupil.year_group,
    "group": lambda pupil: pupil.form_group.name if pupil.form_group else "",
    "sex": lambda pupil: pupil.sex,
    "number": lambda pupil: pupil.mis_id,
    "contacts": _contacts,
    "addresses": lambda pupil: [each.address for each in pupil.contacts.all()],
    "flags": lambda pupil: set(pupil.flags.filter(ends_on=None).values_list("kind", flat=True)),
    "joined": lambda pupil: _day(pupil.joined_on),
    "left": lambda pupil: _day(pupil.left_on),
    "watched": lambda pupil: _day(pupil.watch_entries.get().starts_on),
}

LAYOUT = [
    Case(
        "report-with-title-and-total.csv",
        {PIA: is_right("K", "SLCN"), OTTO: is_right("E", "ASD"), MAGS: is_right()},
        "A report has its title, date and filter above the headings, and counts below.",
        notes={NoteCode.LINES_ABOVE_HEADINGS, NoteCode.TOTALS_LEFT_OUT},
    ),
    Case(
        "pages-with-repeated-headings.csv",
        {PIA: is_right("K"), OTTO: is_right()},
        "Each printed page begins with the headings.",
        notes={NoteCode.HEADINGS_REPEATED, NoteCode.TOTALS_LEFT_OUT},
    ),
    Case(
        "legend-over-several-cells.csv",
        {PIA: is_right("K"), OTTO: is_right("E")},
        "A legend in two cells is no pupil whose birthday is missing.",
        notes={NoteCode.NOT_PUPILS},
    ),
    Case(
        "semicolons-and-commas.csv",
        {PIA: is_right("K", "SLCN HI", name="Wrack, Pia"), OTTO: is_right("E", "ASD", name="Dune, Otto")},
        "Excel in another locale: more commas within the cells than semicolons between them.",
        notes={NoteCode.SEPARATED_BY},
    ),
    Case(
        "semicolons-said-in-first-line.csv",
        {PIA: is_right(group="3 Oak, mornings"), OTTO: is_right(group="3 Elm")},
        "The first line is for Excel alone.",
    ),
    Case(
        "byte-order-mark.csv",
        {PIA: is_right("K"), OTTO: is_right()},
        "The mark is no part of the first heading, which is the UPN.",
        written="utf-8-sig",
    ),
    Case(
        "unicode-text.tsv",
        {PIA: is_right("K", name="Wrack, Zoë"), OTTO: is_right(name="Łęcki, Otto")},
        "Excel's “Unicode text” is UTF-16 with tabs.",
        written="utf-16",
        marks=(pytest.mark.postgresql("names of many alphabets are stored by both"),),
    ),
    Case(
        "windows-letters.csv",
        {PIA: is_right("K", name="O’Dowd, Zoë"), OTTO: is_right(name="Núñez, Otto")},
        "What Excel calls CSV, without UTF-8.",
        written="windows-1252",
        notes={NoteCode.WINDOWS_LETTERS},
    ),
    Case(
        "old-mac-lines.csv",
        {PIA: is_right("K"), OTTO: is_right()},
        "“CSV (Macintosh)” ends lines in a way of its own.",
        line_end="\r",
    ),
    Case(
        "cells-over-several-lines.csv",
        {
            PIA: is_right("K", "SLCN HI", addresses=["1 Larch Way, Greenhollow, GH1 1AA"]),
            OTTO: is_right(),
        },
        "A line end within quotation marks ends no row.",
    ),
    Case(
        "delimiter-at-the-end.csv",
        {PIA: is_right("K"), OTTO: is_right()},
        "Empty cells beyond the headings shift nothing.",
    ),
    Case(
        "blank-columns-and-rows.csv",
        {PIA: is_right("K"), OTTO: is_right()},
        "Lists that are made to be printed have margins.",
    ),
    Case(
        "two-columns-of-one-heading.csv",
        {PIA: is_right(group="3 Oak"), OTTO: is_right(group="3 Elm")},
        "The second column of a heading does not take the place of the first, and it is said that it is not used.",
        notes={NoteCode.UNMATCHED_COLUMNS},
    ),
    Case(
        "comma-in-a-bare-name.csv",
        {PIA: is_right(group="3 Oak")},
        "A name with a bare comma shifts its row, which is kept out whole.",
        rejected={3: NoteCode.CELLS_BEYOND_HEADINGS},
    ),
]  # fmt: skip
DATES = [
    Case(
        "two-digit-years.csv",
        {
            PIA: is_right(since("K", "2019-09-25"), born="2009-04-14"),
            OTTO: is_right(since("K", "2023-09-01"), born="2016-05-15"),
        },
        "A pupil is born in the latest century that is past.",
    ),
    Case(
        "dates-in-words.csv",
        {
            PIA: is_right(since("K", "2019-09-03"), born="2012-04-14"),
            OTTO: is_right(since("K", "2020-09-01"), born="2012-05-15"),
            MAGS: is_right(since("K", "2021-09-01"), born="2012-06-16"),
        },
        "A month in words says itself which of the numbers is the day.",
    ),
    Case(
        "dates-with-times.csv",
        {
            PIA: is_right(since("K", "2019-09-03"), born="2012-04-14"),
            OTTO: is_right(since("K", "2020-09-01"), born="2012-05-15"),
            MAGS: is_right(since("K", "2021-09-01"), born="2012-06-16"),
        },
        "Systems export the midnight at which a day begins.",
    ),
    Case(
        "dates-as-numbers-of-excel.csv",
        {
            PIA: is_right(since("K", "2019-09-03"), born="2012-04-14"),
            OTTO: is_right(since("K", "2020-09-01"), born="2012-05-15"),
        },
        "Saved while the column was formatted as a number.",
    ),
    Case(
        "dates-with-dots-and-year-first.csv",
        {
            PIA: is_right(since("K", "2019-09-03"), born="2012-04-14"),
            OTTO: is_right(since("K", "2020-09-01"), born="2012-05-15"),
        },
        "Each column has one way of its own.",
    ),
    Case(
        "month-first-in-two-columns.csv",
        {
            PIA: is_right(since("K", "2019-09-03"), born="2012-04-14"),
            OTTO: is_right(since("K", "2020-09-01"), born="2012-05-06"),
        },
        "The birthdays show the order, the other column nothing: each is asked about once.",
        choices={"dates:birth_on": "month", "dates:sen_start_on": "month"},
        asked={
            "dates:birth_on": NoteCode.DATES_MONTH_FIRST,
            "dates:sen_start_on": NoteCode.DATES_EITHER_WAY,
        },
        marks=(pytest.mark.postgresql("what was chosen about a file is kept as JSON by both"),),
    ),
    Case(
        "status-dates-without-a-day.csv",
        {NELL: is_right(since("K", "2022-09-01"))},
        "Nobody makes up the day that “Sept 2019” leaves out.",
        rejected=dict.fromkeys([2, 3, 4], NoteCode.DATE_UNCERTAIN),
    ),
    Case(
        "birthdays-that-are-none.csv",
        {OLA: is_right("K", born="2012-08-18")},
        "A bare year is neither the first of January nor today.",
        rejected={
            2: NoteCode.DATE_UNCERTAIN,
            3: NoteCode.DATE_UNCERTAIN,
            4: NoteCode.OLDER_THAN_A_PUPIL,
            5: NoteCode.DATE_UNCERTAIN,
        },
    ),
    Case(
        "status-dates-that-cannot-be.csv",
        {OLA: is_right(since("K", "2020-09-01"))},
        "An end to come is no end; any other day that cannot be keeps its row out.",
        rejected={
            2: NoteCode.NO_SUCH_DAY,
            3: NoteCode.SEN_START_BEFORE_BIRTH,
            4: NoteCode.SEN_ENDS_BEFORE_START,
            5: NoteCode.SEN_START_TO_COME,
        },
    ),
]
DATES += [
    Case(
        "days-in-world-time.csv",
        {
            PIA: is_right(since("K", "2021-09-01"), born="2012-04-14"),
            OTTO: is_right(since("K", "2019-09-03"), born="2012-01-15"),
        },
        "Programs write the midnight of a summer's day as 23:00 of the day before.",
    ),
    Case(
        "days-that-stand-for-none.csv",
        {
            PIA: is_right(left=None),
            OTTO: is_right(left=None),
            MAGS: is_right(joined=IMPORT_DAY, left=None),
            NELL: is_right(joined="2023-09-05", left=None),
        },
        "Some programs write an empty date as the first of January 1900: nobody left before they came.",
        told={
            2: {NoteCode.LAST_DAY_BEFORE_FIRST},
            3: {NoteCode.NO_SUCH_DAY},
            4: {NoteCode.FIRST_DAY_BEFORE_BIRTH},
            5: {NoteCode.LAST_DAY_BEFORE_FIRST},
        },
    ),
]
SCHOOL = [
    Case(
        "words-for-years.csv",
        {
            PIA: is_right(year="R"),
            OTTO: is_right(year="N2"),
            MAGS: is_right(year="7"),
            NELL: is_right(year="10"),
            OLA: is_right(year="3"),
        },
        "Years as offices write them.",
    ),
    Case(
        "classes-that-excel-read-as-dates.csv",
        {PIA: is_right(group="3/4"), OTTO: is_right(group="5/6"), MAGS: is_right(group="3/4")},
        "In a small school 3/4 is a class of two years, and no 3rd of April.",
        told={2: {NoteCode.CLASS_FROM_DATE}, 3: {NoteCode.CLASS_FROM_DATE}},
    ),
    Case(
        "headings-of-years.csv",
        {PIA: is_right("K", year="R"), OTTO: is_right(year="3")},
        "A year above its pupils is theirs.",
        notes={NoteCode.GROUP_HEADINGS},
    ),
    Case(
        "leavers-among-pupils.csv",
        {
            PIA: is_right(left_on("2024-07-19", "K"), left="2024-07-19"),
            OTTO: is_right("K", left=None),
            MAGS: is_right(left=None),
        },
        "Who leaves one day is here today.",
        notes={NoteCode.UNMATCHED_COLUMNS},
        told={3: {NoteCode.LAST_DAY_TO_COME}},
    ),
    Case(
        "only-leavers.csv",
        {
            PIA: is_right(left_on("2024-07-19"), joined="2021-09-05", left="2024-07-19"),
            OTTO: is_right(left_on("2024-07-19"), joined="2021-09-06", left="2024-07-19"),
        },
        "A file of last year's leavers brings nobody back on roll.",
        marks=(pytest.mark.postgresql("rows that end before the day they are stored"),),
    ),
    Case(
        "part-of-a-school-2.csv",
        {PIA: is_right("K", left=None), OTTO: is_right(left=None), MAGS: is_right(left=None)},
        "A file of a few says nothing of the others: who is missing is asked about and stays.",
        before="part-of-a-school-1.csv",
        again={"same", "leaver"},
        is_idle=True,
    ),
    Case(
        "ticks-and-errors-of-google-sheets.csv",
        {
            PIA: is_right("K", flags={"fsm"}, group=""),
            OTTO: is_right("K", "SLCN", flags={"pp"}, group="3 Oak"),
        },
        "A look-up that found no need is empty; one that broke is said, and one that found no status asks.",
        open={"#N/A"},
        again={"same", "new"},
        told={2: {NoteCode.EXCEL_ERROR, NoteCode.NEED_MISSING}},
    ),
    Case(
        "words-for-flags.csv",
        {PIA: is_right(flags={"fsm", "carer"}), OTTO: is_right(flags={"pp", "eal"})},
        "A word that is neither yes nor no is said and starts no flag.",
        told={2: {NoteCode.NEITHER_YES_NOR_NO}},
    ),
]
SEND = [
    Case(
        "needs-in-one-cell.csv",
        {
            PIA: is_right("K", "SLCN MLD"),
            OTTO: is_right("K", "ASD SEMH"),
            MAGS: is_right("K", "HI VI"),
            NELL: is_right("K", "SPLD SEMH PD"),
            OLA: is_right("K", "SLCN ASD"),
        },
        "Several needs in a cell, parted in as many ways as there are offices.",
    ),
    Case(
        "needs-before-2014-and-in-common-words.csv",
        {
            PIA: is_right("K", "SEMH"),
            OTTO: is_right("K"),
            MAGS: is_right("K", "ASD"),
            NELL: is_right("K", "SLCN"),
        },
        "A word that is no type is asked about once, and left out with a note while nobody says.",
        choices={"word:besd": "SEMH"},
        asked={"word:besd": NoteCode.WORD_FOR_NEED, "word:dyslexia": NoteCode.WORD_FOR_NEED},
        told={
            2: {NoteCode.NEED_AS_CHOSEN},
            3: {NoteCode.NOT_A_NEED, NoteCode.NEED_MISSING},
            4: {NoteCode.NEED_WITH_REMARK},
            5: {NoteCode.NOT_A_NEED},
        },
    ),
    Case(
        "broad-areas-of-need.csv",
        {PIA: is_right("K"), OTTO: is_right("K"), MAGS: is_right("K"), NELL: is_right("K", "SEMH")},
        "A broad area of the code of practice is one word for no type, not two words.",
        asked={
            "word:cognition and learning": NoteCode.WORD_FOR_NEED,
            "word:c&i": NoteCode.WORD_FOR_NEED,
            "word:sensory and/or physical": NoteCode.WORD_FOR_NEED,
        },
        told={row: {NoteCode.NOT_A_NEED} for row in (2, 3, 4)},
    ),
    Case(
        "needs-with-ranks-on-rows.csv",
        {PIA: is_right("K", "ASD SLCN"), OTTO: is_right("E", "PD")},
        "One row for each need.",
        told={2: {NoteCode.READ_AS_ONE}},
    ),
    Case(
        "statuses-in-words.csv",
        {
            PIA: is_right("K"), OTTO: is_right("E"), MAGS: is_right("N"), NELL: is_right("K"), OLA: is_right("N"),
        },
        "Words that mean one status only.",
    ),
    Case(
        "statuses-that-ask.csv",
        {PIA: is_right("K", "MLD"), OTTO: is_right("E", "PD"), MAGS: is_right("N")},
        "Old statuses, a question mark and “to be confirmed” wait for a person, and are never N by themselves.",
        answers={"School Action Plus": "K?", "Statement": "E?", "?": "N?"},
        open={"TBC"},
        again={"same", "new"},
        marks=(pytest.mark.postgresql("answers are found again in JSON by both"),),
    ),
    Case(
        "statuses-that-say-more-than-their-letter.csv",
        {
            OTTO: is_right("K"),
            MAGS: is_right("N", watched=IMPORT_DAY),
            OLA: is_right("E"),
        },
        "A letter does not outweigh the words beside it: a request is no plan, and who is monitored is watched.",
        open={"E - EHC needs assessment requested", "EHCP refused"},
        again={"same", "new"},
    ),
    Case(
        "pupils-who-are-watched.csv",
        {PIA: is_right("N", watched="2024-09-02"), OTTO: is_right("N", watched=IMPORT_DAY)},
        "Who is watched counts as having no SEN.",
    ),
    Case(
        "history-of-old-codes.csv",
        {
            PIA: is_right(
                [("A", "2011-09-05", "2012-08-31"), ("P", "2012-09-01", "2014-08-31"), ("K", "2014-09-01", None)],
                "MLD",
            ),
            OTTO: is_right([("K", "2019-09-02", "2021-07-23"), ("N", "2021-07-24", None)]),
        },
        "Periods in words; one that ended stays ended.",
        marks=(pytest.mark.postgresql("periods may not overlap, which each keeps in its own way"),),
    ),
    Case(
        "list-of-the-authority.csv",
        {PIA: is_right("N"), OTTO: is_right("N")},
        "Without a status nobody knows what the needs belong to: both are said.",
        notes={NoteCode.UNMATCHED_COLUMNS},
        told={2: {NoteCode.NEEDS_WITHOUT_SEN}, 3: {NoteCode.NEEDS_WITHOUT_SEN}},
    ),
    Case(
        "register-of-an-old-senco.csv",
        {
            "Wrack, Pia": is_right("K", "SLCN", year="10", group="10W", born="2012-04-14"),
            "Dune, Otto": is_right("E", "ASD", year="10", group="10W", born="2012-05-15"),
        },
        "A list that one person kept for twenty years.",
        answers={"SS": "K"},
        notes={NoteCode.UNMATCHED_COLUMNS},
        asked={"word:adhd": NoteCode.WORD_FOR_NEED},
        told={3: {NoteCode.NOT_A_NEED}},
    ),
]  # fmt: skip
SEND += [
    Case(
        "what-somebody-supposes.csv",
        {OTTO: is_right("K"), MAGS: is_right("K", "SLCN"), NELL: is_right("K", "ASD")},
        "A question mark beside a code says that nobody has decided.",
        open={"K?", "E (pending)"},
        asked={"word:?asd": NoteCode.WORD_FOR_NEED},
        told={3: {NoteCode.NOT_A_NEED}, 4: {NoteCode.NOT_A_NEED}, 5: {NoteCode.NEED_WITH_REMARK}},
        again={"same", "new"},
    ),
    Case(
        "send-as-yes-or-no.csv",
        {PIA: is_right("K", "SLCN"), OTTO: is_right("N")},
        "Yes does not say which: the pupils wait for one answer.",
        answers={"Y": "K"},
    ),
]
LAYOUT += [
    Case(
        "headings-with-hints.csv",
        {
            PIA: is_right("K", "SLCN", name="Wrack, Philippa", liked="Pip", year="3", group="3 Oak", flags={"pp"}),
            OTTO: is_right("E", "ASD", name="Dune, Otto", year="3", group="3 Oak", flags=set()),
        },
        "What stands in brackets tells how to fill the column in, or which of two names it holds.",
    ),
    Case(
        "consents-that-are-mostly-no.csv",
        dict.fromkeys([PIA, OTTO, MAGS, NELL, OLA], is_right("N")),
        "A column of N and Y without a heading that is known is not the SEN status.",
        notes={NoteCode.UNMATCHED_COLUMNS},
    ),
    Case(
        "numbers-of-a-program-for-data.csv",
        {
            PIA: is_right("K", number="123", year="7", contacts=[("Rosa Wrack", "", "", "07700900001", False)]),
            OTTO: is_right(number="124", contacts=[]),
        },
        "A column with gaps becomes one of decimals.",
    ),
    Case(
        "classes-and-counts-between-pupils.csv",
        {
            PIA: is_right("K", group="Oak Class"),
            OTTO: is_right(group="Oak Class"),
            MAGS: is_right("E", group="4K"),
        },
        "A line that counts pupils is none.",
        notes={NoteCode.GROUP_HEADINGS, NoteCode.NOT_PUPILS},
    ),
]
PEOPLE = [
    Case(
        "names-without-any-number.csv",
        {
            "O'Connor, Stéphane": is_right(born="2016-04-14"),
            "D’Arcy, Mary-Kate": is_right(born="2016-05-15"),
        },
        "Marks and accents in a name make nobody a second pupil.",
    ),
    Case(
        "names-from-a-web-page.csv",
        {PIA: is_right(name="O'Dowd, Zoë"), OTTO: is_right(name="O'Dowd, Otto")},
        "What a program wrote for a web page is a letter of a name.",
        told={row: {NoteCode.NAME_FROM_WEB_PAGE} for row in (2, 3)},
    ),
    Case(
        "names-with-marks.csv",
        {
            PIA: is_right(name="O'Dowd, Mary-Kate"),
            OTTO: is_right(name="St. John-Smythe, Otto"),
            MAGS: is_right(name="D’Arcy de la Croix, Ó Cléirigh"),
            NELL: is_right(name="van der Berg, J.P."),
        },
        "Names are kept letter for letter.",
    ),
    Case(
        "surname-comma-forename.csv",
        {
            PIA: is_right(name="WRACK, Pia"),
            OTTO: is_right(name="van der Berg, Otto James"),
            MAGS: is_right(name="O'Dowd-Shingle, Mary-Kate", liked="Mags"),
        },
        "The comma tells where the surname ends.",
    ),
    Case(
        "known-as-in-brackets.csv",
        {
            PIA: is_right(name="Wrack, Philippa", liked="Pip"),
            OTTO: is_right(name="Dune, Otto", liked="Ottie"),
            MAGS: is_right(name="Shingle, Margaret", liked="Mags"),
        },
        "Nobody likes to be called “Known as Pip”.",
        choices={"names": "surname"},
        asked={"names": NoteCode.NAMES_EITHER_WAY},
    ),
    Case(
        "forename-first.csv",
        {PIA: is_right(name="Wrack, Pia"), OTTO: is_right(name="Dune, Otto")},
        "Two words do not say which is the surname: one question for the column.",
        choices={"names": "forename"},
        asked={"names": NoteCode.NAMES_EITHER_WAY},
    ),
    Case(
        "pupil-with-one-name.csv",
        {PIA: is_right(name="Suharto"), OTTO: is_right(name="Dune, Otto")},
        "One name is a whole name when somebody says so.",
        answers={"Suharto": "take"},
    ),
    Case(
        "two-contacts.csv",
        {
            PIA: is_right(
                contacts=[
                    ("Mrs Rosa Wrack", "Mother", "", "07700900001", True),
                    ("Mr T. O'Dowd", "Step Father", "t.odowd@example.org", "", False),
                ]
            ),
            OTTO: is_right(contacts=[("Ms Ida Dune", "Carer", "", "+44 7700 900003", False)]),
        },
        "A nought that Excel dropped comes back; responsibility in doubt is said and not given.",
        told={3: {NoteCode.NEITHER_YES_NOR_NO}},
    ),
    Case(
        "contact-on-each-row.csv",
        {
            PIA: is_right(contacts=[("Rosa Wrack", "Mother", "", "", True), ("Tom Wrack", "Father", "", "", True)]),
            OTTO: is_right(contacts=[("Ida Dune", "Carer", "", "", False)]),
        },
        "A pupil with two contacts has two rows and stays one pupil.",
        told={2: {NoteCode.READ_AS_ONE}},
    ),
    Case(
        "upns-as-people-type-them.csv",
        {PIA: is_right(), OTTO: is_right(), TEMPORARY: is_right()},
        "Spaces and small letters are mended; a number that cannot be is never guessed.",
        rejected={5: NoteCode.NOT_AN_IDENTIFIER, 6: NoteCode.NOT_AN_IDENTIFIER},
    ),
    Case(
        "numbers-with-noughts-in-front.csv",
        {
            "000123": is_right("K", name="Wrack, Pia"),
            "000124": is_right(name="Dune, Otto"),
            "000125": is_right(name="Shingle, Mags"),
        },
        "A number in an information system is a text, whatever mark keeps Excel from reading it.",
    ),
    Case(
        "numbers-that-lost-their-noughts-2.csv",
        {PIA: is_right(number="000123"), OTTO: is_right(number="000124")},
        "Excel took the noughts: the number that is known stays.",
        before="numbers-that-lost-their-noughts-1.csv",
        is_idle=True,
    ),
    Case(
        "number-that-excel-shortened.csv",
        {PIA: is_right(sex="F"), OTTO: is_right()},
        "What is lost is said, and the pupil comes in.",
        told={2: {NoteCode.NUMBER_SHORTENED}, 3: {NoteCode.NOT_A_SEX}},
    ),
    Case(
        "one-pupil-on-two-rows.csv",
        {PIA: is_right("K", group="3 Oak")},
        "Rows that agree are one; of rows that differ somebody takes one.",
        open={"4,5"},
        told={2: {NoteCode.READ_AS_ONE}, 4: {NoteCode.RIVAL_ROWS}, 5: {NoteCode.RIVAL_ROWS}},
        again={"same", "new"},
    ),
    Case(
        "upn-of-another-pupil-2.csv",
        {PIA: is_right(name="Wrack, Pia"), OTTO: is_right(name="Dune, Otto")},
        "Nobody becomes another child because a number says so.",
        before="upn-of-another-pupil-1.csv",
        again={"same", "compare", "leaver"},
        is_idle=True,
    ),
]
TRANSFERS = [
    Case(
        "transfer-in-latin-letters.xml",
        {PIA: is_right(since("E", "2019-09-03"), "ASD", name="Núñez, Zoë")},
        "The file says itself how its letters are written.",
        written="iso-8859-1",
    ),
    Case(
        "transfer-with-a-gap-in-the-history.xml",
        {
            PIA: is_right(
                [("K", "2019-09-03", "2021-07-23"), ("N", "2021-07-24", "2023-09-04"), ("K", "2023-09-05", None)],
                "MLD SLCN",
            )
        },
        "Between two periods of support there was none.",
    ),
    Case(
        "transfer-with-contacts.xml",
        {
            OTTO: is_right(
                name="Dune, Zoë",
                year="9",
                contacts=[
                    ("Ida Dune", "Mother", "", "01632 960001", True),
                    ("Sol Dune", "Other contact", "", "", False),
                ],
            )
        },
        "Codes become words, and each contact keeps what it may decide.",
        notes={NoteCode.PARTIAL_FILE},
    ),
]
BOOKS = [
    Case(
        "a-sheet-for-each-year.xlsx",
        {OTTO: is_right()},
        "One sheet is read at a time, which is asked, and the others are named.",
        choices={"sheet": "Year 4"},
        asked={"sheet": NoteCode.WHICH_SHEET},
        notes={NoteCode.SHEET_READ},
    ),
    Case(
        "title-and-merged-classes.xlsx",
        {PIA: is_right("K", group="3 Oak"), OTTO: is_right(group="3 Oak")},
        "A merged cell holds for all rows it covers.",
        notes={NoteCode.LINES_ABOVE_HEADINGS, NoteCode.MERGED_CELLS},
    ),
    Case(
        "two-rows-of-headings.xlsx",
        {PIA: is_right("K", group="3 Oak"), OTTO: is_right(group="3 Elm")},
        "The row that names the columns is the second.",
    ),
    Case(
        "days-counted-from-1904.xlsx",
        {PIA: is_right("K", born="2016-04-14"), OTTO: is_right(born="2016-05-15")},
        "Nobody becomes four years older.",
    ),
    Case(
        "days-as-cells-and-as-text.xlsx",
        {PIA: is_right("K", born="2016-04-14"), OTTO: is_right(born="2016-05-15")},
        "Both are the same day.",
    ),
    Case(
        "numbers-as-numbers.xlsx",
        {
            PIA: is_right("K", year="3", flags={"fsm"}, contacts=[("Rosa Wrack", "", "", "07700900001", False)]),
            OTTO: is_right(year="3", flags=set()),
        },
        "A number is read as what it stands for.",
    ),
    Case(
        "formulas-without-results.xlsx",
        {PIA: is_right("K", group="")},
        "What nobody worked out is empty, and that is said; a status that nobody worked out is not N.",
        notes={NoteCode.EMPTY_FORMULAS},
        open={"="},
        again={"same", "new"},
    ),
    Case(
        "cells-in-error.xlsx",
        {PIA: is_right("K", group="")},
        "A cell in error held something: a status in error is not N.",
        told={2: {NoteCode.EXCEL_ERROR}},
        open={"#REF!"},
        again={"same", "new"},
    ),
    Case(
        "hidden-rows-columns-and-sheets.xlsx",
        {PIA: is_right("K", group="3 Oak"), OTTO: is_right(group="3 Elm")},
        "Hidden rows are read, hidden sheets are not, and both are said.",
        notes={NoteCode.HIDDEN_ROWS, NoteCode.HIDDEN_SHEETS},
    ),
    Case(
        "only-a-sheet-of-leavers.xlsx",
        dict.fromkeys([PIA, OTTO], is_right(left_on("2024-07-19", "N"), left="2024-07-19")),
        "With no other sheet this is the one, and they stay leavers.",
    ),
]
TWO_COLUMNS = [
    Case(
        "status-in-two-columns-of-yes-and-no.csv",
        {PIA: is_right("K"), OTTO: is_right("E"), MAGS: is_right(), NELL: is_right("E"), OLA: is_right()},
        "A plan is a plan, whatever the other column says.",
    ),
    Case(
        "sen-yes-and-plan-yes.csv",
        {PIA: is_right("K", "SLCN"), OTTO: is_right("E", "ASD"), MAGS: is_right()},
        "“Yes” alone is no status, beside the other column it is one; where the two do not agree a person says.",
        open={"N"},
        again={"same", "new"},
    ),
    Case(
        "status-beside-columns-that-say-more.csv",
        {
            PIA: is_right("E"),
            MAGS: is_right(watched=IMPORT_DAY),
            OLA: is_right(contacts=[("Ann", "", "", "01632/960001", False)]),
        },
        "A date beside a plan is said, not lost; what contradicts the status, or is no status, a person reads.",
        told={2: {NoteCode.NEITHER_YES_NOR_NO}},
        open={"E", "S"},
        again={"same", "new"},
    ),
    Case(
        "plan-column-alone.csv",
        {PIA: is_right("E"), OTTO: is_right()},
        "Who has no plan may have SEN Support: the file says nothing of it. A draft is no plan yet.",
        open={"draft"},
        again={"same", "new"},
    ),
    Case(
        "names-of-contacts-in-two-columns.csv",
        {
            PIA: is_right(contacts=[
                ("Rosa Wrack", "", "", "07700 900001", False), ("Tom Dale", "", "tom@example.org", "", False)
            ]),
            OTTO: is_right(contacts=[("Dune", "", "", "07700 900002", False)]),
        },
        "The two make one name; of two numbers the first is taken, and the other is named.",
        told={3: {NoteCode.FIRST_PHONE_TAKEN}},
    ),
    Case(
        "telephones-of-two.csv",
        {
            PIA: is_right(contacts=[("Rosa Wrack", "", "", "07700 900001", False)]),
            OTTO: is_right(contacts=[("Ann Dune", "", "", "01632 960002 / 12", False)]),
        },
        "An extension belongs to its number.",
        told={2: {NoteCode.FIRST_PHONE_TAKEN}},
    ),
    Case(
        "first-days-to-come.csv",
        {OTTO: is_right("K", joined=IMPORT_DAY), MAGS: is_right(joined="2024-09-02")},
        "Nobody is on roll before the first day, unless a person says that they are here.",
        answers={"2126-09-03": "take"},
        open={"2126-09-01"},
        again={"same", "new"},
    ),
    Case(
        "days-that-a-foreign-excel-exchanged.xlsx",
        {
            PIA: is_right("K", born="2016-03-04"), OTTO: is_right(born="2016-05-15"), MAGS: is_right(born="2016-06-06")
        },
        "Only the cells that Excel could read as dates are turned.",
        choices={"date-cells:birth_on": "exchanged"},
        asked={"date-cells:birth_on": NoteCode.DATES_OF_TWO_KINDS},
    ),
]  # fmt: skip
CASES = [*TWO_COLUMNS, *LAYOUT, *DATES, *SCHOOL, *SEND, *PEOPLE, *TRANSFERS, *BOOKS]


def content_of(case, name):
    """The bytes as the school's program wrote them: kept in UTF-8 here, so that a person can read them."""
    if name in WORKBOOKS:
        return WORKBOOKS[name]()
    text = (SAMPLES / "own" / name).read_bytes().decode()
    return text.replace("\n", case.line_end).encode(case.written)


def send(school, by, case, name=""):
    name = name or case.file
    imported = preview(school, upload(content_of(case, name), name), by)
    return read_as(imported, by, case.choices if name == case.file else {})


def codes(notes):
    return {NoteCode(note["code"]) for note in notes}


def who(pupil):
    return pupil.upn or pupil.mis_id or FACTS["name"](pupil)


def open_questions(imported):
    waiting = imported.changes.filter(unanswered__gt=0).exclude(kind="compare")
    return {each["says"] for change in waiting for each in change.questions if not each["answer"] and each["says"]}


@pytest.mark.parametrize("case", [pytest.param(each, marks=each.marks, id=each.file) for each in CASES])
def test_a_file_is_read_right_and_nothing_changes_the_second_time(school, senco, case):
    if case.before:
        apply(send(school, senco, case, case.before), senco, confirmed=True)

    imported = send(school, senco, case)
    assert imported.status == Import.Status.CHECK, imported.error
    answer_rows(imported, case.answers)
    changes = {change.row_number: change for change in imported.changes.all()}
    out = {row: change.reasons[0]["code"] for row, change in changes.items() if change.kind == "rejected"}
    assert out == {row: code.value for row, code in case.rejected.items()}
    assert codes(imported.notes) >= case.notes
    assert {question["key"]: NoteCode(question["note"]["code"]) for question in imported.questions} == case.asked
    assert {row: codes(changes[row].reasons) & told for row, told in case.told.items()} == case.told
    assert open_questions(imported) == case.open
    if case.is_idle:
        with pytest.raises(Refused) as refused:
            apply(imported, senco, confirmed=True)
        assert refused.value.reason == ImportReason.NOTHING_CHOSEN
    else:
        apply(imported, senco, confirmed=True)

    assert {who(each): found(each, case.pupils.get(who(each), ())) for each in Pupil.objects.all()} == case.pupils

    again = set(kinds(send(school, senco, case)))
    assert again - {"rejected"} == case.again


# Nothing of these comes in: the person is told why, and what to do.
REFUSED = [
    ("headings-only.csv", FileReason.NO_PUPILS),
    ("blank-lines-only.csv", FileReason.NOTHING_IN_IT),
    ("quotation-mark-never-closed.csv", FileReason.QUOTE_NEVER_CLOSED),
]


@pytest.mark.parametrize(("name", "reason"), REFUSED)
def test_a_file_without_pupils_says_so(school, senco, name, reason):
    content = (SAMPLES / "own" / name).read_bytes()

    with pytest.raises(FileNotReadable) as refused:
        read_file(content, name)

    assert refused.value.reason == reason
