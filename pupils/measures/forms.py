from django import forms

from sendco.formkit.versions import VersionedForm

from ..models import ScoreKind


class KindForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = ScoreKind
        fields = [
            "name", "scale", "unit", "lower_is_better", "least", "most", "band", "gap_weeks", "has_raters",
            "self_from_age", "asks_form", "family", "check_note", "is_archived",
        ]  # fmt: skip
        labels = {
            "name": "What is measured",
            "scale": "Scale",
            "unit": "Its unit",
            "lower_is_better": "A lower score is better",
            "least": "Lowest score",
            "most": "Highest score",
            "band": "A change up to this many points is no clear change",
            "gap_weeks": "Weeks that should lie between two scores",
            "has_raters": "Somebody fills it in, and it matters who",
            "self_from_age": "Pupils fill it in themselves from this age",
            "asks_form": "The test and its form have to be named",
            "family": "Part of",
            "check_note": "What to look up",
            "is_archived": "No longer used here",
        }
        help_texts = {
            "unit": "For example: points, months, words.",
            "least": "Leave empty where there is none but that of the scale.",
            "band": "From the manual of the test. A score with a band of its own goes by that one.",
            "gap_weeks": "Scores closer together are kept, and told as too close.",
            "has_raters": "A parent's score is then compared with a parent's alone.",
            "family": "The questionnaire that gives several scores, such as the Boxall Profile. Never added up.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        if self.instance.pk is None:
            del self.fields["is_archived"]

    def clean(self):
        data = super().clean()
        least, most = data.get("least"), data.get("most")
        if least is not None and most is not None and most <= least:
            self.add_error("most", "The highest score has to lie above the lowest.")
        return data

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}
