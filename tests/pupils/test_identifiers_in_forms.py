"""What a form takes and refuses in its numbers, with the words of pupils/identifiers.py."""

import pytest
from django.core.exceptions import ValidationError

from pupils.forms import checked

FIELDS = {
    "upn": checked.upn_field(),
    "former_upn": checked.former_upn_field(),
    "uln": checked.uln_field(),
    "postcode": checked.postcode_field(),
    "phone": checked.phone_field(),
}


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("upn", " x3734 00126001", "X373400126001"),
        ("upn", "w80120002400a", "W80120002400A"),
        ("upn", "", None),
        ("former_upn", "", ""),
        ("former_upn", "Z886321627014", "Z886321627014"),
        ("uln", "1234 567 899", "1234567899"),
        ("uln", "9999999999", None),
        ("postcode", "ab123de", "AB12 3DE"),
        ("postcode", "", ""),
        ("phone", " 01632  960001 ", "01632 960001"),
        ("phone", "+44 (0)1632 960001 ext 12", "+44 (0)1632 960001 ext 12"),
        ("phone", "", ""),
    ],
)
def test_a_number_is_kept_in_one_form(name, typed, kept):
    assert FIELDS[name].clean(typed) == kept


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("upn", "Y373400126001", "first letter does not match"),
        ("upn", "Q30140762421", "has 13 characters. This one has 12"),
        ("upn", "S933205125108", "never I, O or S"),
        ("former_upn", "Z886321627041", "first letter does not match"),
        ("uln", "1234567890", "last digit does not match"),
        ("uln", "12E9", "digits only"),
        ("postcode", "AB12", "ends in a digit and two letters"),
        ("postcode", "Q1 1AA", "starts with one or two letters"),
        ("phone", "ring after six", "not a telephone number"),
        ("phone", "1234", "not a telephone number"),
        ("phone", "01632 960001 01632 960002 000", "not a telephone number"),
        ("phone", "(01632) 960 001 - 02 . . . . . . . .", "longer than 30"),
        ("phone", "٠١٦٣٢٩٦٠٠٠١", "not a telephone number"),
    ],
)
def test_a_wrong_number_is_refused_in_words(name, typed, words):
    with pytest.raises(ValidationError, match=words):
        FIELDS[name].clean(typed)
