"""The form that puts dates of a case right."""

from django import forms
from django.utils import timezone

from pupils.forms.checked import date_field
from sendco.clock import long_date

from .corrections import correctable, may_be_taken_back
from .kind import day_of


class CorrectionForm(forms.Form):
    """One field for each day that was written about the case. `values()` gives those that differ from what is stored.

    A moment (when a request went) keeps its time of day: only its day is corrected here.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Why it is corrected",
        max_length=200,
        help_text="The history keeps the day before, the day after and this.",
    )

    def __init__(self, *args, case, **kwargs):
        super().__init__(*args, **kwargs)
        self.case = case
        self.initial["version"] = case.version
        for fact in correctable(case):
            day = day_of(case, fact.field)
            self.initial[fact.field] = day
            self.fields[fact.field] = date_field(
                label=fact.label,
                required=not may_be_taken_back(case, fact),
                help_text=f"Kept: {long_date(day)}. {fact.note}".strip(),
            )
        self.order_fields([*(fact.field for fact in correctable(case)), "reason", "version"])

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not self.values() and cleaned.get("version") == self.case.version:
            self.add_error(None, "Every day is as it was. Change the one that is wrong.")
        return cleaned

    def days_of(self, case):
        return {name: day_of(case, name) for name in self.fields if name not in ("reason", "version")}

    def values(self):
        facts = (fact for fact in correctable(self.case) if fact.field in self.cleaned_data)
        changed = {fact.field: self.cleaned_data[fact.field] for fact in facts}
        changed = {name: day for name, day in changed.items() if day != day_of(self.case, name)}
        return {name: self._moment(name, day) for name, day in changed.items()}

    def _moment(self, name, day):
        stored = getattr(self.case, name)
        if day is None or not hasattr(stored, "hour"):
            return day
        local = timezone.localtime(stored)
        return local.replace(year=day.year, month=day.month, day=day.day)
