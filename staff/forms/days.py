from datetime import date

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

# No child on roll and no plan is older or further away: another year is a slip of the keyboard.
# Somebody who works here may have begun long before.
LONG_AGO = date(1960, 1, 1)
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


class DayField(forms.DateField):
    """A day, typed or picked, in a year that can be meant."""

    default_validators = [
        MinValueValidator(EARLIEST, "Check the year. It cannot be before 2000."),
        MaxValueValidator(LATEST, "Check the year. It cannot be after 2100."),
    ]
    default_error_messages = {"invalid": "Enter a real date, for example 27/03/2026."}

    def __init__(self, *, earliest=EARLIEST, **kwargs):
        kwargs.setdefault("help_text", "For example 27/03/2026")
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}), **kwargs)
        if earliest != EARLIEST:
            words = f"Check the year. It cannot be before {earliest.year}."
            self.validators = [MinValueValidator(earliest, words), self.default_validators[1]]


def check_order(form, first="starts_on", last="ends_on"):
    """Say on the last day that it lies before the first one."""
    starts, ends = form.cleaned_data.get(first), form.cleaned_data.get(last)
    if starts and ends and ends < starts:
        form.add_error(last, "The last day is before the first day. Check both dates.")
