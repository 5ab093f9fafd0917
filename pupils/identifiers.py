"""Numbers that name pupils and schools: cleaning and checking, standard library only.

Each `clean_...` takes what a person typed or a file held and returns the text to store, None for an empty value (store
null), or raises InvalidIdentifier, whose text tells the person what is wrong. They check form alone: none looks a
number up, and none takes facts about a pupil or a place from it.
"""

import re

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # no I, O or S; a letter's place is its value
DIGITS = "0123456789"
UPN_LENGTH = 13
ULN_LENGTH = 10
NO_ULN_YET = "9999999999"  # funding returns use it as a placeholder
DFE_LENGTH = 7

_OUTWARD = re.compile(r"(?:[A-PR-UWYZ][0-9][0-9A-HJKPSTUW]?|[A-PR-UWYZ][A-HK-Y][0-9][0-9A-Z]?|GIR)", re.ASCII)
_INWARD = re.compile(r"[0-9][ABD-HJLNP-UW-Z]{2}", re.ASCII)


class InvalidIdentifier(ValueError):
    """Its text can be shown to the person who typed the value."""


def upn_check_letter(twelve: str) -> str:
    """Check letter for characters 2 to 13 of a UPN (DfE, Unique Pupil Numbers guide): weights 2 to 13 from the left,
    remainder on division by 23. It finds any one wrong character and any two neighbours swapped, except that a last
    digit and the temporary letter of the same value (5 and F) look alike to it. Raises ValueError for other input.
    """
    *digits, last = twelve
    if len(twelve) != UPN_LENGTH - 1 or not _all_digits(digits) or last not in DIGITS + UPN_LETTERS:
        raise ValueError("A UPN's check letter is worked out from eleven digits and a last digit or letter.")
    values = [int(digit) for digit in digits] + [int(last) if last in DIGITS else UPN_LETTERS.index(last)]
    return UPN_LETTERS[sum(weight * value for weight, value in enumerate(values, start=2)) % len(UPN_LETTERS)]


def clean_upn(text: str | None) -> str | None:
    """Unique Pupil Number: check letter, eleven digits, a digit (a letter if temporary). Old and new local authority
    numbers both pass.
    """
    upn = _squeeze(text)
    if not upn:
        return None
    _check_length("UPN", upn, UPN_LENGTH, "characters")
    _check_upn_form(upn)
    if upn[0] != upn_check_letter(upn[1:]):
        raise InvalidIdentifier(
            "This UPN's first letter does not match the rest, so at least one character is wrong. "
            "Compare it with the pupil's records."
        )
    return upn


def is_temporary_upn(upn: str) -> bool:
    """For a cleaned UPN: a temporary one ends in a letter."""
    return upn[-1] in UPN_LETTERS


def clean_uln(text: str | None) -> str | None:
    """Unique Learner Number: ten digits, the last a check digit. The placeholder 9999999999 counts as empty."""
    uln = _squeeze(text)
    if not uln or uln == NO_ULN_YET:
        return None
    if not _all_digits(uln):
        raise InvalidIdentifier(
            "A ULN has digits only. If it came from a spreadsheet, format the column as text and copy it again."
        )
    _check_length("ULN", uln, ULN_LENGTH, "digits")
    if uln[0] == "0":
        raise InvalidIdentifier("A ULN does not start with 0. Check the first digit.")
    remainder = sum(int(digit) * weight for digit, weight in zip(uln[:9], range(10, 1, -1), strict=True)) % 11
    if remainder == 0 or int(uln[9]) != 10 - remainder:
        raise InvalidIdentifier(
            "This ULN's last digit does not match the rest, so at least one digit is wrong. "
            "Compare it with the pupil's records."
        )
    return uln


def clean_postcode(text: str | None) -> str | None:
    """UK postcode in capitals with one space. Checks the form, not that the place exists."""
    postcode = _squeeze(text)
    if not postcode:
        return None
    outward, inward = postcode[:-3], postcode[-3:]
    if not _INWARD.fullmatch(inward):
        raise InvalidIdentifier("A postcode ends in a digit and two letters, as in AB12 3DE. Check the last three.")
    if not _OUTWARD.fullmatch(outward):
        raise InvalidIdentifier(
            "A postcode starts with one or two letters and a number, as in AB12 3DE. Check the first part."
        )
    return f"{outward} {inward}"


def clean_dfe_number(text: str | None) -> str | None:
    """DfE number: three digits of the local authority and four of the school, typed with or without / or -."""
    number = re.sub(r"\A([0-9]{3})[/-]([0-9]{4})\Z", r"\1\2", _squeeze(text))
    if not number:
        return None
    if not _all_digits(number):
        raise InvalidIdentifier("A DfE number has digits only, as in 123/4567.")
    _check_length("DfE number", number, DFE_LENGTH, "digits")
    return number


def _squeeze(text: str | None) -> str:
    return "".join((text or "").split()).upper()


def _all_digits(characters) -> bool:
    # str.isdigit also accepts digits of other scripts.
    return all(character in DIGITS for character in characters)


def _check_length(name: str, value: str, length: int, unit: str) -> None:
    if len(value) != length:
        raise InvalidIdentifier(f"A {name} has {length} {unit}. This one has {len(value)}.")


def _check_upn_form(upn: str) -> None:
    if upn[0] not in UPN_LETTERS:
        raise InvalidIdentifier(f"A UPN starts with a letter, never I, O or S. This one starts with {upn[0]}.")
    for place, character in enumerate(upn[1:-1], start=2):
        if character not in DIGITS:
            raise InvalidIdentifier(
                f"Characters 2 to 12 of a UPN are the digits 0 to 9. Character {place} of this one is {character}."
            )
    if upn[-1] not in DIGITS + UPN_LETTERS:
        raise InvalidIdentifier(
            "A UPN ends in a digit, or in a letter other than I, O or S if it is temporary. "
            f"This one ends in {upn[-1]}."
        )
