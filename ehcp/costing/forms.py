from django import forms

from staff.forms.days import DayField

from .selectors import COLUMNS

MOST = 99


class KeepForm(forms.Form):
    note = forms.CharField(
        label="What it is for", max_length=200, required=False, help_text="For example: bid for the autumn panel"
    )


class SentForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    sent_on = DayField(label="Sent on", required=False, help_text="Empty: it was not sent. For example 27/03/2026")
    note = forms.CharField(label="What it is for", max_length=200, required=False)


class ColumnsForm(forms.Form):
    """For each column its heading, empty where the authority does not ask for it, and its place."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, columns, **kwargs):
        super().__init__(*args, **kwargs)
        asked = {code: (place, heading) for place, (code, heading) in enumerate(columns, start=1)}
        for number, (code, ours) in enumerate(COLUMNS, start=1):
            place, heading = asked.get(code, (number, ""))
            self.fields[f"heading_{code}"] = forms.CharField(
                label=f"Heading of “{ours}”", max_length=60, required=False, initial=heading
            )
            self.fields[f"place_{code}"] = forms.IntegerField(
                label=f"Place of “{ours}”", min_value=1, max_value=MOST, required=False, initial=place
            )

    @property
    def lines(self):
        return [(ours, self[f"heading_{code}"], self[f"place_{code}"]) for code, ours in COLUMNS]

    @property
    def columns(self):
        """(code, heading) of those that have a heading, in their places; without a place a column goes to the end."""
        data = self.cleaned_data
        named = [(data[f"place_{code}"] or MOST, number, code) for number, (code, _) in enumerate(COLUMNS)]
        return [(code, data[f"heading_{code}"]) for _, _, code in sorted(named) if data[f"heading_{code}"]]
