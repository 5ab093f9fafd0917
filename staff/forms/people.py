from datetime import timedelta

from django import forms
from django.utils import timezone

from ..models import Unit
from ..roles import Role
from .days import DayField, check_order


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role)
    unit = forms.ModelChoiceField(
        Unit.objects.none(), required=False, help_text="Only for a provision lead: the unit that they lead"
    )
    starts_on = DayField(label="From", help_text="The role opens its pages from this day. For example 27/03/2026")
    ends_on = DayField(label="Until", required=False, help_text="Leave this empty when there is no last day yet.")

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.visible_to(acting)
        self.fields["starts_on"].initial = timezone.localdate()

    def clean(self):
        data = super().clean()
        check_order(self)
        if data.get("role") == Role.PROVISION_LEAD and not data.get("unit") and "unit" not in self.errors:
            self.add_error("unit", "A provision lead leads one unit. Choose which.")
        elif data.get("role") and data["role"] != Role.PROVISION_LEAD:
            data["unit"] = None
        return data


class EndRoleForm(forms.Form):
    ends_on = DayField(
        label="Last day",
        help_text="Yesterday closes this access now. With a later day it closes that night.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["ends_on"].initial = timezone.localdate() - timedelta(days=1)


class LostFactorForm(forms.Form):
    checked = forms.ChoiceField(
        label="How do you know that it was they who asked?",
        choices=[
            ("", "Choose one"),
            ("face", "I spoke to them face to face."),
            ("phone", "I called them on a number that the school had before."),
        ],
        help_text="A mail or a message is not enough: somebody else could have written it.",
    )


class CoverForm(forms.Form):
    reason = forms.CharField(
        label="Why can't it wait, and whom did you try to reach?",
        min_length=10,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For example: the headteacher and the SENDCo are both ill, and an annual review is tomorrow.",
        error_messages={"min_length": "Write at least 10 characters, so that somebody can understand it later."},
    )
