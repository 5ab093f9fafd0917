from django import forms
from django.utils import timezone

from sendco.formkit.versions import VersionedForm

from ...forms.checked import date_field
from ...models import Assessment
from ..services.assessments import problems


class AssessmentForm(VersionedForm, forms.ModelForm):
    """A score on a named test. Never the test's questions, which belong to its publisher."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    taken_on = date_field(label="Date taken")

    class Meta:
        model = Assessment
        fields = ["test", "form", "taken_on", "scale", "score", "low", "high", "assessed_by", "note"]
        labels = {
            "test": "Test",
            "form": "Form or edition",
            "low": "Confidence band from",
            "high": "Confidence band to",
            "assessed_by": "Who gave it",
        }
        help_texts = {
            "test": "Its name, as on the manual.",
            "score": "Age in months: 8 years 11 months is 107.",
            "low": "Leave both empty if the report gives no band.",
            "note": "How it went. Never the questions of the test.",
        }

    def __init__(self, *args, pupil, **kwargs):
        super().__init__(*args, **kwargs)
        self.pupil, self.fields["version"].initial = pupil, self.instance.version

    def clean(self):
        cleaned = super().clean()
        values = {name: cleaned.get(name) for name in ("scale", "score", "low", "high", "taken_on")}
        refusals = problems(**values, birth_on=self.pupil.birth_on, today=timezone.localdate())
        for name, refusal in refusals.items():
            if name not in self.errors:
                self.add_error(name, str(refusal))
        return cleaned

    def values(self):
        return {name: self.cleaned_data[name] for name in self._meta.fields}
