from django import forms
from django.core.exceptions import ValidationError

LARGEST_ID = 2**63 - 1


class ManyRowsField(forms.ModelMultipleChoiceField):
    """Several rows. A number that no database counts to is refused like any other row that is not there.

    Django would hand it to the database, which fails.
    """

    def _check_values(self, value):
        for choice in value if isinstance(value, list | tuple) else ():
            if _is_beyond(choice):
                raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": choice})
        return super()._check_values(value)


def _is_beyond(value):
    try:
        return abs(int(value)) > LARGEST_ID
    except (TypeError, ValueError):
        return False
