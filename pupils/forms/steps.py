from django import forms


class StepForm(forms.Form):
    """Does one thing to a record, and says which version of it was on the screen."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput)

    def values_of(self, row):
        return {name: getattr(row, name) for name in self.fields if name != "version" and hasattr(row, name)}
