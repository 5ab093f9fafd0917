"""Form fields that clean a number or an address as pupils/identifiers.py says, and form dates."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from ..identifiers import InvalidIdentifier, clean_postcode, clean_uln, clean_upn

_PHONE = re.compile(r"\+?[0-9 ()./-]+(?:(?:ext|x)\.? ?[0-9]{1,6})?", re.IGNORECASE)
DATE_HINT = "For example 27/03/2026"


def check_phone(text):
    """Return a telephone number with single spaces; raise InvalidIdentifier when it cannot be one."""
    phone = " ".join((text or "").split())
    digits = sum(character in "0123456789" for character in phone)
    if phone and (not _PHONE.fullmatch(phone) or not 5 <= digits <= 20):
        raise InvalidIdentifier(
            "This is not a telephone number. Write the digits, such as 01632 960001, and anything else in the note."
        )
    return phone


class CheckedField(forms.CharField):
    """Text that a function of pupils/identifiers.py cleans or refuses. Longer than what is stored: spaces go."""

    def __init__(self, check, *, stored_length, **kwargs):
        self.check, self.stored_length = check, stored_length
        super().__init__(required=False, max_length=60, **kwargs)

    def clean(self, value):
        try:
            cleaned = self.check(super().clean(value))
        except InvalidIdentifier as error:
            raise ValidationError(str(error)) from error
        if cleaned and len(cleaned) > self.stored_length:
            raise ValidationError(f"This is longer than {self.stored_length} characters. Shorten it.")
        return cleaned


def upn_field(**kwargs):
    return CheckedField(clean_upn, stored_length=13, **kwargs)


def former_upn_field(**kwargs):
    return CheckedField(lambda text: clean_upn(text) or "", stored_length=13, **kwargs)


def uln_field(**kwargs):
    return CheckedField(clean_uln, stored_length=10, **kwargs)


def postcode_field(**kwargs):
    return CheckedField(lambda text: clean_postcode(text) or "", stored_length=8, **kwargs)


def phone_field(**kwargs):
    return CheckedField(check_phone, stored_length=30, **kwargs)


def date_field(*, help_text=DATE_HINT, **kwargs):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(widget=widget, help_text=help_text, **kwargs)


def past_date_field(*, words, **kwargs):
    """A date that cannot be after today. `words` begin the message: "The first day"."""

    def not_after_today(day):
        if day > timezone.localdate():
            raise ValidationError(f"{words} cannot be after today. Check the date.")

    return date_field(validators=[not_after_today], **kwargs)
