from django import forms
from django.db.models import Q
from django.utils import timezone

from sendco.formkit.versions import VersionedForm
from sendco.refusals import Refused

from ...forms.checked import date_field
from ...models import Assessment, ScoreKind
from ..refusals import AssessmentReason
from ..services.assessments import kind_problems, problems


class AssessmentForm(VersionedForm, forms.ModelForm):
    """A score on a named test. Never the test's questions, which belong to its publisher."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ModelChoiceField(
        ScoreKind.objects.none(), label="What was measured", required=False, empty_label="Another test, named below",
        help_text="One of the school's measures. Its scores can be compared over time.",
    )  # fmt: skip
    taken_on = date_field(label="Date taken")

    class Meta:
        model = Assessment
        fields = ["kind", "rater", "test", "form", "taken_on", "scale", "score", "low", "high", "assessed_by", "note"]
        labels = {
            "rater": "Who filled it in",
            "test": "Test",
            "form": "Form or edition",
            "low": "Confidence band from",
            "high": "Confidence band to",
            "assessed_by": "Who gave it",
        }
        help_texts = {
            "rater": "For a questionnaire. A parent's score is compared with a parent's alone.",
            "test": "Its name, as on the manual, where it is not one of the measures above.",
            "score": "Age in months: 8 years 11 months is 107.",
            "low": "Leave both empty if the report gives no band.",
            "note": "How it went. Never the questions of the test.",
        }

    def __init__(self, *args, pupil, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = ScoreKind.objects.filter(school=pupil.school_id)
        self.fields["kind"].queryset = kinds.filter(Q(is_archived=False) | Q(pk=self.instance.kind_id))
        self.fields["test"].required = self.fields["scale"].required = False
        self.pupil, self.fields["version"].initial = pupil, self.instance.version

    def clean(self):
        cleaned = super().clean()
        kind = cleaned.get("kind")
        values = {name: cleaned.get(name) for name in ("scale", "score", "low", "high", "taken_on")}
        refusals = problems(**values, birth_on=self.pupil.birth_on, today=timezone.localdate(), kind=kind)
        refusals |= kind_problems(
            kind, pupil=self.pupil, rater=cleaned.get("rater", ""), form=cleaned.get("form", ""),
            taken_on=values["taken_on"],
        )  # fmt: skip
        if not kind and not (cleaned.get("test") and cleaned.get("scale")):
            refusals["test"] = Refused(AssessmentReason.NO_NAME)
        for name, refusal in refusals.items():
            if name not in self.errors:
                self.add_error(name, str(refusal))
        return cleaned

    def values(self):
        return {name: self.cleaned_data[name] for name in self._meta.fields}
