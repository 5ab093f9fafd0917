import csv
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pupils.identifiers import (
    UPN_LETTERS,
    InvalidIdentifier,
    clean_dfe_number,
    clean_postcode,
    clean_uln,
    clean_upn,
    is_temporary_upn,
    upn_check_letter,
)

with (Path(__file__).parents[1] / "data" / "identifiers.csv").open(newline="", encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))
CLEAN = {"UPN": clean_upn, "ULN": clean_uln}
STORED_AS_NULL = {"ID036", "ID061", "ID062"}
VALID = [row for row in ROWS if row["valid"] == "true"]
REFUSED = [row for row in ROWS if row["valid"] == "false" and row["id"] not in STORED_AS_NULL]

digits = st.text("0123456789", min_size=11, max_size=11)
permanent = st.builds(str.__add__, digits, st.sampled_from("0123456789"))
temporary = st.builds(str.__add__, digits, st.sampled_from(UPN_LETTERS))


def upn(twelve):
    return upn_check_letter(twelve) + twelve


def row_id(row):
    return row["id"]


@pytest.mark.parametrize("row", VALID, ids=row_id)
def test_valid_example(row):
    assert CLEAN[row["type"]](row["value"]) == row["normalised"]
    if row["type"] == "UPN":
        assert is_temporary_upn(row["normalised"]) is (row["temporary"] == "true")


@pytest.mark.parametrize("row", REFUSED, ids=row_id)
def test_invalid_example(row):
    with pytest.raises(InvalidIdentifier, match=row["type"]):
        CLEAN[row["type"]](row["value"])


@pytest.mark.parametrize("row", [row for row in ROWS if row["id"] in STORED_AS_NULL], ids=row_id)
def test_example_stored_as_null(row):
    assert CLEAN[row["type"]](row["value"]) is None


def test_no_example_is_left_out():
    assert {row["id"] for row in ROWS} == {f"ID{n:03}" for n in range(1, 65)}
    assert len(VALID) + len(REFUSED) + len(STORED_AS_NULL) == len(ROWS)


@pytest.mark.parametrize("clean", [clean_upn, clean_uln, clean_postcode, clean_dfe_number])
@pytest.mark.parametrize("value", [None, "", "  \t\u00a0"])
def test_empty_is_null(clean, value):
    assert clean(value) is None


@pytest.mark.parametrize(
    ("clean", "value", "message"),
    [
        (clean_upn, "Q30140762421", "A UPN has 13 characters. This one has 12."),
        (clean_upn, "1203204633048", "starts with a letter, never I, O or S. This one starts with 1."),
        (clean_upn, "S933205125108", "This one starts with S."),
        (clean_upn, "N2032O4633048", "Character 6 of this one is O."),
        (clean_upn, "L37340012603I", "This one ends in I."),
        (clean_upn, "Y373400126001", "first letter does not match the rest"),
        (clean_uln, "1.23457E+09", "format the column as text"),
        (clean_uln, "123456789", "A ULN has 10 digits. This one has 9."),
        (clean_uln, "0123456788", "does not start with 0"),
        (clean_uln, "1234567898", "last digit does not match the rest"),
        (clean_postcode, "AB12 3D", "ends in a digit and two letters"),
        (clean_postcode, "12AB 3DE", "Check the first part"),
        (clean_dfe_number, "873/330A", "digits only"),
        (clean_dfe_number, "873330", "A DfE number has 7 digits. This one has 6."),
    ],
)
def test_message_says_what_is_wrong(clean, value, message):
    with pytest.raises(InvalidIdentifier) as caught:
        clean(value)
    assert message in str(caught.value)


@pytest.mark.parametrize("twelve", ["", "37340012600", "37340012600I", "3734001260A1", "37340012600x"])
def test_check_letter_is_for_twelve_characters_of_a_upn(twelve):
    with pytest.raises(ValueError, match="eleven digits|not enough"):
        upn_check_letter(twelve)


@given(permanent | temporary)
def test_a_made_number_is_valid_however_it_is_typed(twelve):
    typed = upn(twelve).lower()
    assert clean_upn(f" {typed[:4]} {typed[4:]} ") == upn(twelve)


@given(permanent | temporary, st.integers(0, 12), st.data())
def test_upn_check_finds_any_single_wrong_character(twelve, place, data):
    good = upn(twelve)
    # At the end a digit and the letter of the same value look alike, so a digit there is changed to a digit.
    alphabet = UPN_LETTERS if good[place].isalpha() else "0123456789"
    wrong = data.draw(st.sampled_from(alphabet.replace(good[place], "")))
    with pytest.raises(InvalidIdentifier):
        clean_upn(good[:place] + wrong + good[place + 1 :])


@given(permanent | temporary, st.integers(0, 11))
def test_upn_check_finds_any_two_neighbours_swapped(twelve, place):
    good = upn(twelve)
    assume(good[place] != good[place + 1])
    with pytest.raises(InvalidIdentifier):
        clean_upn(good[:place] + good[place + 1] + good[place] + good[place + 2 :])


@given(st.from_regex(r"[1-9][0-9]{8}", fullmatch=True))
def test_uln_has_at_most_one_check_digit(nine):
    def fits(digit):
        try:
            return clean_uln(nine + digit) is not None
        except InvalidIdentifier:
            return False

    remainder = sum(int(d) * w for d, w in zip(nine, (10, 9, 8, 7, 6, 5, 4, 3, 2), strict=True)) % 11
    # 999999999 would take a 9 were it not the placeholder's nine digits.
    expected = [] if remainder == 0 or nine == "9" * 9 else [str(10 - remainder)]
    assert [digit for digit in "0123456789" if fits(digit)] == expected


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("ab123de", "AB12 3DE"),
        ("  B1  1AA ", "B1 1AA"),
        ("m601nw", "M60 1NW"),
        ("w1a0ax", "W1A 0AX"),
        ("cr2 6xh", "CR2 6XH"),
        ("EC1A 1BB", "EC1A 1BB"),
        ("gir0aa", "GIR 0AA"),
    ],
)
def test_postcode(typed, stored):
    assert clean_postcode(typed) == stored


@pytest.mark.parametrize(
    "typed", ["AB12 ODE", "AB12 3DI", "QA1 1AA", "AZ1 1AA", "AB123 4DE", "1AA", "A1 1A١", "AB12-3DE", "N/A"]
)
def test_postcode_refused(typed):
    with pytest.raises(InvalidIdentifier, match="postcode"):
        clean_postcode(typed)


@pytest.mark.parametrize("typed", ["8730301", "873/0301", "873-0301", " 873 0301 "])
def test_dfe_number_keeps_leading_zeros(typed):
    assert clean_dfe_number(typed) == "8730301"


@pytest.mark.parametrize("typed", ["87/30301", "873/03011", "87303011", "٨730301", "873//0301"])
def test_dfe_number_refused(typed):
    with pytest.raises(InvalidIdentifier, match="DfE number"):
        clean_dfe_number(typed)
