"""What an import has to say: a code and what it is about. The words stand in one table, and nothing decides by them.

A note is kept with its code and its data and put into words only when somebody reads it. Notes that were kept as
sentences, by releases before this table, are shown as they were written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from string import Formatter

from django.utils.translation import gettext_lazy as _

from sendco.clock import long_date
from sendco.refusals import Reason

SHOWN = 40


class NoteCode(Reason):
    """A code and its words, which may be (words for one, words for several, the number that tells which)."""

    AS_WRITTEN = ("as-written", "{text}")

    # One cell
    NUMBER_SHORTENED = (
        "number-shortened",
        _(
            "“{value}” is a long number that Excel has shortened, and its last digits are lost. "
            "Format the column as text, export it again and send that file."
        ),
    )
    NOT_AN_IDENTIFIER = ("not-an-identifier", _("“{value}”: {why}"))
    TOO_LONG = ("too-long", _("{what!c} has {length} characters; the most is {most}. Shorten it."))
    EXCEL_ERROR = ("excel-error", _("“{value}” is an Excel error, not a value. Correct the cell."))
    NAME_TOO_LONG = ("name-too-long", _("“{value}” has {length} letters; a name may have {most}. Shorten it."))
    NAME_WITHOUT_LETTERS = ("name-without-letters", _("“{value}” has no letters in it. Write the name."))
    NAME_HAD_HIDDEN_MARKS = ("name-had-hidden-marks", _("Hidden characters were taken out of “{value}”."))
    NAME_LIKE_FORMULA = (
        "name-like-formula",
        _("“{value}” starts like a formula. It is kept as plain text: check that it is a name."),
    )
    NAME_WITH_MARKUP = (
        "name-with-markup",
        _("“{value}” holds markup. It is kept as plain text: check that it is a name."),
    )
    NAME_FROM_WEB_PAGE = (
        "name-from-web-page",
        _("“{value}” was written for a web page. It was read as {name}: check that it is a name."),
    )
    NAME_WITH_DIGITS = ("name-with-digits", _("“{value}” holds digits. Check that it is a name."))
    NAME_LOST_LETTERS = (
        "name-lost-letters",
        _("“{value}” has lost a letter on its way here (�). Correct the name in the file, or here afterwards."),
    )
    NAME_READ_AS_SPOKEN = (
        "name-read-as-spoken",
        _("“{value}” was read as forename {forename}, surname {surname}."),
    )
    NAME_ORDER_UNKNOWN = (
        "name-order-unknown",
        _("“{value}” can be read in two ways. Say above how the names in this column are written."),
    )
    NAME_NOT_SPLIT = ("name-not-split", _("“{value}” cannot be split for certain. Write it as “Surname, Forename”."))
    NOT_A_DATE = ("not-a-date", _("“{value}” is not a date. Write the day first, such as 14/02/2015."))
    DATE_UNCERTAIN = (
        "date-uncertain",
        _("“{value}” is not a date that can be read for certain. Write the day first, such as 14/02/2015."),
    )
    NO_SUCH_MONTH = (
        "no-such-month",
        _("“{value}” is not a date: there is no month {month}. Write the day first, such as 14/02/2015."),
    )
    NO_SUCH_DAY = (
        "no-such-day",
        _("“{value}” is not a date: that month has no day {day}. Write the day first, such as 14/02/2015."),
    )
    UNLIKELY_YEAR = ("unlikely-year", _("“{value}” is not a likely date: check the year {year}."))
    BORN_IN_FUTURE = ("born-in-future", _("“{value}” is in the future. Check the year of birth."))
    OLDER_THAN_A_PUPIL = ("older-than-a-pupil", _("“{value}”: that would be older than a pupil. Check the year."))
    YOUNGER_THAN_A_PUPIL = (
        "younger-than-a-pupil",
        _("“{value}”: that would be younger than a pupil. Check the year."),
    )
    NEITHER_YES_NOR_NO = (
        "neither-yes-nor-no",
        _("“{value}” is neither yes nor no. Write Yes or No, or leave the cell empty."),
    )
    NOT_AN_EMAIL = ("not-an-email", _("“{value}” is not an e-mail address. Write one like name@example.org."))
    FIRST_EMAIL_TAKEN = ("first-email-taken", _("The first of {number} e-mail addresses was taken."))
    FIRST_PHONE_TAKEN = (
        "first-phone-taken",
        _("The first of {number} phone numbers was taken. Left out: {value}."),
    )
    PHONE_SHORTENED = (
        "phone-shortened",
        _("“{value}” is a phone number that Excel has shortened. Format the column as text and export it again."),
    )
    NOT_A_PHONE = ("not-a-phone", _("“{value}” is not a phone number. Write the digits, such as 01632 960001."))
    YEAR_IN_DOUBT = ("year-in-doubt", _("“{value}” is how some systems write a nursery year. Choose which it is."))
    YEAR_AND_CLASS = ("year-and-class", _("“{value}” was read as year {year} and class {name}."))
    CLASS_FROM_DATE = (
        "class-from-date",
        _("Excel had turned the class into a date ({value}). It was read as class {name}."),
    )
    NOT_A_YEAR_GROUP = (
        "not-a-year-group",
        _("“{value}” is not a year group. Write N1, N2, R or a number from 1 to 14."),
    )
    NOT_A_SEX = ("not-a-sex", _("“{value}” is not a code for legal sex. Write M, F or U (unknown)."))
    STATUS_BEFORE_2014 = (
        "status-before-2014",
        _("“{value}” is a status from before 2014. Choose what it is today: the file cannot tell."),
    )
    STATUS_IS_WATCHING = (
        "status-is-watching",
        _("“{value}” is not a status of the census, where the pupil counts as having no SEN."),
    )
    STATUS_IS_REQUEST = (
        "status-is-request",
        _("“{value}”: until a plan is issued the status stays what it was before. Choose it."),
    )
    NOT_A_STATUS = (
        "not-a-status",
        _("“{value}” is not a SEN status that is known here. Choose what it means."),
    )
    NEED_WITH_REMARK = ("need-with-remark", _("“{value}” was read as {need}; the words beside it are not kept."))
    NEED_BEFORE_2014 = (
        "need-before-2014",
        _("BESD is a type of need from before 2014: choose a current one. Most became SEMH."),
    )
    NOT_A_NEED = ("not-a-need", _("“{value}” is not a type of need. Write its code, such as SLCN, ASD or SEMH."))
    NOT_AN_ENROLMENT = (
        "not-an-enrolment",
        _("“{value}” is not an enrolment status. Write single, main, subsidiary or guest."),
    )

    # A row as a whole
    CELLS_BEYOND_HEADINGS = (
        "cells-beyond-headings",
        _(
            "The row has {cells} cells but there are {headings} headings, "
            "so its values may stand in the wrong columns. "
            "Look for a comma inside a name: such a name needs quotation marks around it."
        ),
    )
    STAGE_LEFT_OUT = ("stage-left-out", _("A SEN stage (“{value}”) without a known code or a start date was left out."))
    CONTACT_WITHOUT_NAME = ("contact-without-name", _("Contact {number} has no name, so it was left out."))
    NAME_MISSING = ("name-missing", _("There is no {what}. Write it in the file."))
    NOBODY_TO_TELL_BY = (
        "nobody-to-tell-by",
        _("There is neither a UPN nor a date of birth that can be used. Give one of them."),
    )

    BIRTH_MISSING = ("birth-missing", _("The date of birth is empty. Write it in the file."))
    SEN_START_TO_COME = ("sen-start-to-come", _("The status begins on {day!d}, which is still to come."))
    SEN_START_BEFORE_BIRTH = ("sen-start-before-birth", _("The status begins on {day!d}, before the pupil was born."))
    SEN_ENDS_BEFORE_START = (
        "sen-ends-before-start",
        _("The status begins on {day!d} and ends on {last!d}, which is earlier. Correct one of them."),
    )
    SEN_DAY_WITHOUT_STATUS = (
        "sen-day-without-status",
        _("There is a day for the SEN status ({day!d}) but no status, so the day was left out."),
    )
    NOT_A_RANK = ("not-a-rank", _("“{value}” is not a rank. Write 1 for the primary need, 2 for the next."))
    TWO_OPEN_STAGES = (
        "two-open-stages",
        _("The file has two statuses that go on: {codes!l}. Choose the one that holds today."),
    )
    STATUS_SAID_TWO_WAYS = (
        "status-said-two-ways",
        _("The status is “{value}”, and another column says {status}. Choose the one that holds today."),
    )
    NEED_AS_CHOSEN = ("need-as-chosen", _("“{value}” was taken as {need}, as chosen."))
    NEED_LEFT_OUT = ("need-left-out", _("“{value}” is not a type of need and was left out."))
    ONE_NAME = ("one-name", _("There is one name only, “{value}”. Is that the whole name?"))

    # Several rows
    READ_AS_ONE = ("read-as-one", _("{rows!N} are about this pupil and were read as one."))
    TOO_MANY_ROWS_ABOUT_ONE = (
        "too-many-rows-about-one",
        _("{rows!N} are about the same pupil; the most is {most}. Leave one row for the pupil."),
    )
    NUMBER_SHARED = (
        "number-shared",
        _(
            "{rows!N} have the same {what} ({value}) but are about different pupils. "
            "Correct the one that is wrong and send the file again."
        ),
    )
    RIVAL_ROWS = (
        "rival-rows",
        _("{rows!N} are about one pupil but differ in {what!l}. Choose the row that is right."),
    )
    NAMESAKES = ("namesakes", _("{rows!N} have the same name and date of birth. Check that they are different pupils."))

    # The file
    MIXED_LETTERS = (
        "mixed-letters",
        _("This file mixes two ways to write letters with accents. Check these: {samples!q}."),
    )
    DATES_MONTH_FIRST = (
        "dates-month-first",
        _("The dates in “{heading}” are written with the month first: {samples!q}. Say how to read all of them."),
    )
    DATES_BOTH_WAYS = (
        "dates-both-ways",
        _("The dates in “{heading}” are written in two ways: {samples!q}. Say how to read those that could be either."),
    )
    DATES_EITHER_WAY = (
        "dates-either-way",
        _("Nothing in “{heading}” shows whether the day or the month stands first: {samples!q}."),
    )
    DATES_OF_TWO_KINDS = (
        "dates-of-two-kinds",
        _(
            "In “{heading}” some days are dates and others are text: {samples!q}. Excel made a date of each whose day "
            "is 12 or less, and may have exchanged day and month."
        ),
    )
    NAMES_EITHER_WAY = (
        "names-either-way",
        _("In “{heading}” two words stand without a comma: {samples!q}. Say which is the surname."),
    )
    WORD_FOR_NEED = (
        "word-for-need",
        (
            _("“{value}” is not a type of need ({rows} row). Choose one, or leave it out."),
            _("“{value}” is not a type of need ({rows} rows). Choose one, or leave it out."),
            "rows",
        ),
    )
    WHICH_SHEET = ("which-sheet", _("The workbook has several sheets with pupils: {sheets!q}. Read “{sheet}”?"))
    GROUP_HEADINGS = ("group-headings", _("Read as headings of a class, not as pupils: {rows!n}."))
    NOT_PUPILS = ("not-pupils", _("Left out, because they hold a remark or a legend and no pupil: {lines!q}."))
    UNMATCHED_COLUMNS = ("unmatched-columns", _("Columns that are not used: {headings!q}."))
    FOUND_BY_VALUES = ("found-by-values", _("“{heading}” was recognised by its values as {what}. Check it."))
    HIDDEN_ROWS = (
        "hidden-rows",
        _("Hidden in the sheet and read all the same: {rows:,} rows and {columns:,} columns."),
    )
    EMPTY_FORMULAS = (
        "empty-formulas",
        _(
            "{cells:,} cells hold a formula without its result, and are read as empty. "
            "Open the workbook in Excel, save it and send it again."
        ),
    )

    # Answers
    OPTION_WORDS = ("option-words", "{text}")
    OPTION_OUT = ("option-out", _("Leave this row out"))
    OPTION_LEFT_OUT = ("option-left-out", _("Leave it out"))
    OPTION_TAKE = ("option-take", _("Yes, take it in"))
    OPTION_DAY_FIRST = ("option-day-first", _("Day first: {sample} is {day!d}"))
    OPTION_MONTH_FIRST = ("option-month-first", _("Month first: {sample} is {day!d}"))
    OPTION_ON_ROLL_NOW = ("option-on-roll-now", _("Here already: on roll from the day of the import"))
    OPTION_AS_IT_STANDS = ("option-as-it-stands", _("As they stand: {sample} is {day!d}"))
    OPTION_EXCHANGED = ("option-exchanged", _("Excel exchanged them: {sample} is {day!d}"))
    OPTION_FORENAME_FIRST = ("option-forename-first", _("Forename first: surname {word}"))
    OPTION_SURNAME_FIRST = ("option-surname-first", _("Surname first: surname {word}"))
    OPTION_MIXED = ("option-mixed", _("Each as it seems"))
    OPTION_WINDOWS = ("option-windows", _("All as Windows-1252"))
    OPTION_PLAN_STAYS = ("option-plan-stays", _("The EHC plan goes on"))
    OPTION_PLAN_ENDED = ("option-plan-ended", _("The plan has ended: {what}"))
    OPTION_WATCHED = ("option-watched", _("No SEN, and on the watch list"))
    OPTION_STATUS = ("option-status", _("{status}"))
    OPTION_STATUS_UNDATED = ("option-status-undated", _("{status}, start not known"))
    OPTION_THIS_ROW = ("option-this-row", _("This row is right"))
    WINDOWS_LETTERS = (
        "windows-letters",
        _("Read as Windows-1252, an older way to write letters. Check names with accents in the preview."),
    )
    SEPARATED_BY = ("separated-by", _("Columns are separated by {what}."))
    HIDDEN_SHEETS = (
        "hidden-sheets",
        (_("Hidden sheet not read: {sheets!q}."), _("Hidden sheets not read: {sheets!q}."), "sheets"),
    )
    SHEET_READ = ("sheet-read", _("Read the sheet “{sheet}”. Not read: {sheets!q}."))
    LONG_NUMBERS = ("long-numbers", _("Excel keeps only 15 digits of a number: check the long numbers in {rows!n}."))
    MERGED_CELLS = (
        "merged-cells",
        (
            _("Merged cells: {cells:,} empty cell below them given the same value. Check them in the preview."),
            _("Merged cells: {cells:,} empty cells below them given the same value. Check them in the preview."),
            "cells",
        ),
    )
    LINES_ABOVE_HEADINGS = (
        "lines-above-headings",
        (
            _("{lines:,} line above the headings left out. The headings are in row {row}."),
            _("{lines:,} lines above the headings left out. The headings are in row {row}."),
            "lines",
        ),
    )
    TOTALS_LEFT_OUT = ("totals-left-out", _("Left out as totals or footers: {rows!n}."))
    HEADINGS_REPEATED = ("headings-repeated", _("Left out because the headings are repeated there: {rows!n}."))
    TRANSFER_FILE = ("transfer-file", _("Common Transfer File{version}."))
    SENT_BY = ("sent-by", _("Sent by {school}."))
    PARTIAL_FILE = ("partial-file", _("A partial file: it does not hold everything the school sends."))
    PUPILS_IN_ORDER = (
        "pupils-in-order",
        (
            _("{pupils:,} pupil, numbered in the order of the file."),
            _("{pupils:,} pupils, numbered in the order of the file."),
            "pupils",
        ),
    )
    LEFT_ALONE = ("left-alone", _("“{heading}” is left alone: {what} is not taken in."))
    SEVERAL_COLUMNS = (
        "several-columns",
        _("{number} columns could be {what}: {columns!l}. {first} is used; choose another if that is wrong."),
    )
    ADDRESS_NOT_KEPT = (
        "address-not-kept",
        _("The pupil's own address is not kept in sendco: the addresses of contacts are."),
    )

    # Columns still to be matched
    NAME_COLUMN_MISSING = (
        "name-column-missing",
        _("Choose the column that holds the {what}, or one that holds the full name."),
    )
    IDENTITY_COLUMN_MISSING = (
        "identity-column-missing",
        _("Choose the column that holds the UPN or the date of birth: without one, pupils cannot be told apart."),
    )

    # What the preview says about a pupil
    MAY_BE_REJECTED_ROW = ("may-be-rejected-row", _("A row that was not taken in may be about this pupil."))
    MAY_BE_COMPARED_ROW = ("may-be-compared-row", _("A row that looks like this pupil waits for you to compare."))
    SOMEBODY_CHANGED_THIS = ("somebody-changed-this", _("{who} changed this on {day!d}, after the file was made."))
    UPN_CHANGES = ("upn-changes", _("The number itself changes: check that this is the same child."))
    NOT_A_CLASS = ("not-a-class", _("“{name}” is a teaching group here, not a class, so the class is not taken in."))
    CLASS_NAME_TOO_LONG = (
        "class-name-too-long",
        _("The name of the class, “{name}…”, is too long, so it is not taken in."),
    )
    CLASS_WILL_BE_ADDED = ("class-will-be-added", _("This class is not in sendco yet and will be added."))
    KEY_WORKER_UNKNOWN = (
        "key-worker-unknown",
        _("Nobody called {email} works here, so the key worker is not taken in."),
    )
    NEED_NOT_IN_USE = ("need-not-in-use", _("The type of need {need} is not in use today, so it is left out."))
    NEEDS_WITHOUT_SEN = (
        "needs-without-sen",
        _("The file names types of need, but the status is no SEN: they are not taken in."),
    )
    NOT_ASSESSED_WITH_PLAN = (
        "not-assessed-with-plan",
        _("“Not assessed” goes with SEN Support only, so it is left out."),
    )
    NEED_MISSING = (
        "need-missing",
        _("The file names no type of need that can be used. The data page lists the pupil until one is entered."),
    )
    NEEDS_NOT_ALL_READ = (
        "needs-not-all-read",
        _("Not every word could be read, so the needs stay as they are unless you choose these."),
    )
    PLAN_NOT_IN_FILE = (
        "plan-not-in-file",
        _("The file says {status}, but there is an EHC plan here since {day!d}. A plan ends only by a decision."),
    )
    PLAN_ENDS_HERE = ("plan-ends-here", _("The EHC plan ends here too."))
    STARTED_BEFORE_PRESENT = (
        "started-before-present",
        _(
            "The file's day is not after {day!d}, when the present status began. If you choose this, the status "
            "changes on the day of the import, and since when is not known."
        ),
    )
    UPN_ELSEWHERE = (
        "upn-elsewhere",
        _("Another school has a pupil with this UPN. Is this the same child, who comes to you?"),
    )
    SWAPPED_DAY = (
        "swapped-day",
        _("Only day and month are exchanged. Check which is right: the day in sendco stays unless you choose this."),
    )
    ONLY_ACCENTS = ("only-accents", _("Only accents or capitals are missing in the file, so the name stays."))
    SAME_NAME_AND_BIRTH = ("same-name-and-birth", _("The same name and date of birth, but no number to tell by"))
    ONLY_ONCE_ISSUED = (
        "only-once-issued",
        _("Choose this only once the plan is issued: while the authority assesses, the status stays as it is."),
    )
    EARLIER_STATUS_BLOCKS = (
        "earlier-status-blocks",
        _("An earlier status stands in the way: correct it on the pupil's page."),
    )
    ENDED_ONLY_WHEN_CHOSEN = ("ended-only-when-chosen", _("Confidential: ended only when somebody chooses it."))
    CONTACT_KEPT = ("contact-kept", _("The contact {name} is kept as it is: an import does not change it."))
    CHECK_A_DOCUMENT = ("check-a-document", _("Check a document before you change this."))
    LAST_DAY_TO_COME = (
        "last-day-to-come",
        _("The last day, {day!d}, is still to come. Record the leaver on the day or after it."),
    )
    LAST_DAY_BEFORE_FIRST = (
        "last-day-before-first",
        _("The last day, {day!d}, is before the first day here, so it is not taken in."),
    )
    FIRST_DAY_TO_COME = (
        "first-day-to-come",
        _("The first day, {day!d}, is still to come. Nobody is on roll before it: import the list again then."),
    )
    FIRST_DAY_BEFORE_BIRTH = (
        "first-day-before-birth",
        _("The first day, {day!d}, is before the pupil was born, so it is not taken in."),
    )
    CAME_BACK = ("came-back", _("Choose this if the pupil has come back. The rest of the row is taken in with it."))

    # Why a row looks like a pupil who is here
    SAME_UPN = ("same-upn", _("The same UPN, but another name or date of birth"))
    SAME_FORMER_UPN = ("same-former-upn", _("The former UPN, but another name or date of birth"))
    SAME_PERSON_OTHER_UPN = ("same-person-other-upn", _("The same name and date of birth, but another UPN"))
    SAME_PERSON_OTHER_NUMBER = (
        "same-person-other-number",
        _("The same name and date of birth, but another number in the information system"),
    )
    SAME_PERSON_AS_SEVERAL = ("same-person-as-several", _("The same name and date of birth, as another pupil here"))
    SAME_BIRTH_LIKE_NAME = ("same-birth-like-name", _("The same date of birth and a name like this"))
    SAME_NAME_LIKE_BIRTH = ("same-name-like-birth", _("The same name, and the dates of birth may be one"))

    # Before applying, and what became of a row
    MANY_LEAVERS = (
        "many-leavers",
        _(
            "{leavers:,} of {on_roll:,} pupils on roll would be recorded as leavers, which is more than a fifth. "
            "Check that the file holds the whole school."
        ),
    )
    STILL_UNANSWERED = (
        "still-unanswered",
        (
            _("{rows:,} row waits for your decision. It is left out if you apply now."),
            _("{rows:,} rows wait for your decision. They are left out if you apply now."),
            "rows",
        ),
    )
    UPN_REPLACED = (
        "upn-replaced",
        _("The UPN of a pupil would be replaced by another: {names!m}. Check that it is the same child."),
    )
    MOVED_ON = (
        "moved-on",
        _("Somebody changed this pupil after the preview was made, so nothing was taken in. Import the file again."),
    )
    GONE = ("gone", _("This record was merged or removed after the preview was made, so nothing was taken in."))
    UPN_TAKEN = ("upn-taken", _("Another pupil here has this UPN, so the row was left out."))
    WORKED_ON_LATER = ("worked-on-later", _("Somebody worked on this record after the import, so it is kept as it is."))


@dataclass(frozen=True)
class Note:
    """One thing to say. `label` names the column it is about; a fatal note keeps the row out."""

    code: NoteCode
    data: Mapping = field(default_factory=dict)
    column: str = ""
    label: str = ""
    is_fatal: bool = False

    def __str__(self):
        wording = self.code.words
        if isinstance(wording, tuple):
            one, several, counted = wording
            wording = one if _number(self.data[counted]) == 1 else several
        said = _SAY.vformat(str(wording), (), self.data)
        return f"{self.label}: {said}" if self.label else said

    def as_stored(self):
        kept = {"code": self.code.value, "data": dict(self.data), "column": self.column, "label": self.label}
        return {name: value for name, value in kept.items() if value} | ({"fatal": True} if self.is_fatal else {})

    @classmethod
    def from_stored(cls, stored):
        """Accept a sentence too: releases before these codes kept one."""
        if isinstance(stored, str):
            return cls(NoteCode.AS_WRITTEN, {"text": stored})
        return cls(
            NoteCode(stored["code"]), stored.get("data", {}), stored.get("column", ""), stored.get("label", ""),
            stored.get("fatal", False),
        )  # fmt: skip


class Notes(tuple):
    """Several notes, said one after the other."""

    def __format__(self, spec):
        return " ".join(map(str, self))


def words_of(stored):
    """The words of a note as it is stored: a code with data, or a bare code, or a sentence of an earlier release."""
    if isinstance(stored, str) and stored in NoteCode._value2member_map_:
        return str(Note(NoteCode(stored)))
    return str(Note.from_stored(stored)) if stored else ""


def brief(text):
    """A cell in one line, cut short: a note does not repeat pages of it."""
    text = " ".join(text.replace("\x00", "").split())
    return f"{text[:SHOWN]}…" if len(text) > SHOWN else text


def rows_named(numbers, most=10):
    shown = ", ".join(str(number) for number in numbers[:most])
    more = f" and {len(numbers) - most} more" if len(numbers) > most else ""
    return f"{'row' if len(numbers) == 1 else 'rows'} {shown}{more}"


def listed(names):
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _several(names, most):
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _number(value):
    return len(value) if isinstance(value, list | tuple) else value


class _Say(Formatter):
    """Placeholders may name how a value is said: `!d` a date, `!n` row numbers, `!l` a list, `!q` quoted names."""

    HOW = {
        "c": lambda text: text[0].upper() + text[1:],
        "d": lambda day: long_date(date.fromisoformat(day)) if day else "not a date",
        "l": listed,
        "m": lambda names: _several(names, 5),
        "n": rows_named,
        "N": lambda numbers: rows_named(numbers).capitalize(),
        "q": lambda names: _several([f"“{name}”" for name in names], 10),
    }

    def convert_field(self, value, conversion):
        return self.HOW[conversion](value) if conversion in self.HOW else super().convert_field(value, conversion)


_SAY = _Say()
