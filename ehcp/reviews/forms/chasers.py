import re

from django import forms

from .. import chaser_days as chasers

ASIDE = re.compile(r"\s*(?:[,;]|\band\b|\s)\s*")
NUMBER = re.compile(r"[0-9]{1,6}")


class ChaserPlanForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    is_on = forms.BooleanField(label="Reminders go out by themselves", required=False)
    days = forms.CharField(
        label="Days before the meeting",
        max_length=60,
        error_messages={"required": "Give at least one day before the meeting, or take the tick out above."},
        help_text=(
            f"Whole numbers with commas between, at most {chasers.MOST}. For example 21, 16: the papers go out two "
            "weeks before the meeting, so a reminder after that comes too late for them."
        ),
    )

    def __init__(self, *args, plan, **kwargs):
        days = ", ".join(str(number) for number in plan.days)
        self.plan = plan
        super().__init__(*args, initial={"version": plan.version, "is_on": plan.is_on, "days": days}, **kwargs)
        if self.is_bound and not self.data.get("is_on"):
            self.fields["days"].required = False

    def clean_days(self):
        """The numbers as they were typed. Left empty while the reminders are off, those that are stored stay."""
        parts = [part for part in ASIDE.split(self.cleaned_data["days"].strip()) if part]
        if not parts and not self.cleaned_data.get("is_on"):
            return self.plan.days
        if not parts or not all(NUMBER.fullmatch(part) for part in parts):
            raise forms.ValidationError("Type whole numbers with commas between, for example 21, 16.")
        numbers = [int(part) for part in parts]
        if wrong := chasers.problem_with(numbers):
            raise forms.ValidationError(str(wrong), code=wrong.reason.value)
        return numbers
