from django import forms


class StepForm(forms.Form):
    """Does one thing to a record, and says which version of it was on the screen."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput)

    # Of a form that adds something: no field of it is the record's own.
    adds = False

    def values_of(self, row):
        if self.adds:
            return {}
        return {name: getattr(row, name) for name in self.fields if name != "version" and hasattr(row, name)}
