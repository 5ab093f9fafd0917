from datetime import date

import pytest

from pupils.imports.notes import NoteCode
from pupils.imports.parsing import values
from pupils.imports.parsing.values import BadValue, Parsed

TODAY = date(2026, 9, 14)
NO_DATES = {
    NoteCode.NOT_A_DATE,
    NoteCode.DATE_UNCERTAIN,
    NoteCode.NO_SUCH_MONTH,
    NoteCode.NO_SUCH_DAY,
    NoteCode.UNLIKELY_YEAR,
}


@pytest.mark.parametrize(
    "text",
    [
        "14/02/2015", "14-02-2015", "14.02.2015", "14 02 2015", "14/2/15", "14-2-15", "2015-02-14", "2015/02/14",
        "14 Feb 2015", "14-Feb-2015", "14-Feb-15", "14 February 2015", "14th February 2015", "14th of Feb, 2015",
        "Sat 14 Feb 2015", "Saturday, 14 February 2015", "Feb 14, 2015", "February 14 2015", "42049", "42049.0",
        "20150214",
        "2015-02-14T00:00:00", "2015-02-14 09:30:00", "14/02/2015 00:00", "14/02/2015 09:30:15", "14–02–2015",
        "'14/02/2015",
        "14\u00a0Feb\u00a02015",
    ],
)  # fmt: skip
def test_dates_in_every_style_are_one_date(text):
    assert values.parse_birth_date(text, TODAY).value == date(2015, 2, 14)
    assert values.parse_date(text).value == date(2015, 2, 14)


def test_days_come_before_months():
    assert values.parse_date("03/04/2025").value == date(2025, 4, 3)


@pytest.mark.parametrize(
    ("text", "born"), [("01/09/08", date(2008, 9, 1)), ("01/09/25", date(2025, 9, 1)), ("01/09/98", date(1998, 9, 1))]
)
def test_a_birth_in_two_digits_is_the_latest_that_is_past(text, born):
    assert values.parse_birth_date(text, TODAY).value == born


def test_other_dates_in_two_digits_may_lie_ahead():
    assert values.parse_date("01/09/27").value == date(2027, 9, 1)


@pytest.mark.parametrize(
    "text",
    ["31/04/2015", "00/01/2015", "1/13/2015", "29/02/2015", "2015-02-30", "14/02", "Feb 2015", "14/02-2015",
     "٣/٤/٢٠١٥x", "0",
     "123456", "14/02/20150", "yesterday", "14 Febtober 2015"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text):
    with pytest.raises(BadValue) as refused:
        values.parse_date(text)

    assert refused.value.note.code in NO_DATES


@pytest.mark.parametrize("text", ["", " ", "-", "—", ".", "n/a", "N/A", "(none)", "#N/A", "NULL", "\u00a0"])
def test_the_many_ways_to_leave_a_cell_empty(text):
    assert values.is_blank(text)


@pytest.mark.parametrize("text", ["0", "No", "None", "x"])
def test_answers_are_not_blank(text):
    assert not values.is_blank(text)


@pytest.mark.parametrize("text", ["Y", "yes", "TRUE", "t", "1", "x", "X", "✓", "✔", " Yes ", "Yes - since 2024"])
def test_yes(text):
    assert values.parse_flag(text) == Parsed(True)


@pytest.mark.parametrize("text", ["N", "no", "FALSE", "F", "0", "✗", "Not eligible", "No - ended"])
def test_no(text):
    assert values.parse_flag(text) == Parsed(False)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("  Mary   Jane ", "Mary Jane"),
        ("O'Kestrel-Núñez", "O'Kestrel-Núñez"),
        ("Zoe\u0308", "Zoë"),
        ("Wren\u202e\u200f", "Wren"),
        ("W\x00r\x07en", "Wren"),
        ("Wren\tMoss\nLark", "Wren Moss Lark"),
        ("\ufeffWren", "Wren"),
        ("李小龙", "李小龙"),
        ("می\u200cنا", "می\u200cنا"),
    ],
)
def test_names_lose_what_cannot_be_seen_and_nothing_else(text, name):
    assert values.parse_name(text).value == name


def test_an_ordinary_name_needs_no_note():
    assert values.parse_name("Wren").notes == ()


@pytest.mark.parametrize("start", list("=+-@＝＋－＠"))
def test_a_name_like_a_formula_is_kept_and_flagged(start):
    parsed = values.parse_name(f"{start}cmd|' /C calc'!A0")

    assert parsed.value == f"{start}cmd|' /C calc'!A0"
    assert [note.code for note in parsed.notes] == [NoteCode.NAME_LIKE_FORMULA]


@pytest.mark.parametrize(
    ("text", "parts"),
    [("Larkhill, Wren", ("Larkhill", "Wren", None)), ("van der Moss, Mary Jane", ("van der Moss", "Mary Jane", None)),
     ("Larkhill, Wren (Wrennie)", ("Larkhill", "Wren", "Wrennie")), ("Larkhill", ("Larkhill", None, None)),
     ("D'Arcy-O'Neill, Pia", ("D'Arcy-O'Neill", "Pia", None)), ("O'Dowd, D'Andre “Dee”", ("O'Dowd", "D'Andre", "Dee"))],
)  # fmt: skip
def test_full_names_are_split(text, parts):
    assert values.parse_full_name(text).value == parts


@pytest.mark.parametrize(("order", "parts"), [("forename", ("Otto", "Dune")), ("surname", ("Dune", "Otto"))])
def test_two_words_are_read_in_the_order_that_somebody_chose(order, parts):
    assert values.parse_full_name("Dune Otto", order).value[:2] == parts

    with pytest.raises(BadValue) as refused:
        values.parse_full_name("Dune Otto")
    assert refused.value.note.code == NoteCode.NAME_ORDER_UNKNOWN


def test_marks_are_not_stacked_without_end():
    assert values.parse_name("Z" + "\u0323" * 40 + "oe").value == "Ẓ" + "\u0323" * 3 + "oe"


@pytest.mark.parametrize("text", ["Wren Moss Larkhill", "Larkhill, Wren, Moss", ", Wren"])
def test_full_names_that_could_be_split_in_two_ways_are_refused(text):
    with pytest.raises(BadValue) as refused:
        values.parse_full_name(text)

    assert refused.value.note.code == NoteCode.NAME_NOT_SPLIT


@pytest.mark.parametrize(
    ("text", "email"),
    [("Ash@Example.ORG", "ash@example.org"), ("Ash Moss <ash@example.org>", "ash@example.org"),
     ("a@example.org; b@example.org", "a@example.org"), ("mailto:a@example.org", "a@example.org")],
)  # fmt: skip
def test_emails(text, email):
    assert values.parse_email(text).value == email


@pytest.mark.parametrize(
    "text", ["ash", "ash@example", "a b", "@example.org", "a@@example.org", f"{'a' * 260}@example.org"]
)
def test_what_is_no_email(text):
    with pytest.raises(BadValue) as refused:
        values.parse_email(text)

    assert refused.value.note.code == NoteCode.NOT_AN_EMAIL


@pytest.mark.parametrize(
    ("text", "phone"), [("01632 960001", "01632 960001"), ("7700900123", "07700900123"),
    ("+44 7700 900123", "+44 7700 900123")]
)  # fmt: skip
def test_phones(text, phone):
    assert values.parse_phone(text) == Parsed(phone)


@pytest.mark.parametrize("text", ["ask mum", "12", "7.70090E+09", "0" * 30])
def test_what_is_no_phone(text):
    with pytest.raises(BadValue) as refused:
        values.parse_phone(text)

    assert refused.value.note.code in (NoteCode.NOT_A_PHONE, NoteCode.PHONE_SHORTENED)


def test_identifiers_are_cleaned_and_checked():
    assert values.parse_upn(" x373 4001 26001 ").value == "X373400126001"
    assert values.parse_uln("9999999999").value is None
    assert values.parse_postcode("wf99zz").value == "WF9 9ZZ"


def test_an_address_over_several_lines_becomes_one():
    assert (
        values.parse_address("1 Larkspur Rise,\nWrenfield\r\nWrenshire").value
        == "1 Larkspur Rise, Wrenfield, Wrenshire"
    )
