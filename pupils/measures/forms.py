from django import forms

from sendco.formkit.versions import VersionedForm
from staff.forms.days import DayField

from ..imports.reading.readers import MAX_BYTES
from ..models import ScoreKind
from .importing import Unreadable, read


class FileForm(forms.Form):
    file = forms.FileField(
        label="File of scores",
        max_length=200,
        help_text="CSV or a workbook. Either with the columns Measure and Score, or with a column for each measure, "
        "headed by its name. Each line needs the UPN or the name of the pupil.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.ods,text/csv"}),
    )
    taken_on = DayField(label="Taken on, where the file has no date", required=False)
    form = forms.CharField(
        label="Test and form, where the file has none", max_length=60, required=False,
        help_text="The same before and after, or they cannot be compared.",
    )  # fmt: skip

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.acting = acting

    def clean(self):
        """Read the file; afterwards `reading` holds what it says."""
        data = super().clean()
        if "file" not in data or "taken_on" not in data:
            return data
        content = data["file"].read(MAX_BYTES + 1)
        try:
            self.reading = read(
                content, data["file"].name, acting=self.acting, usual=data["taken_on"], form=data.get("form", "")
            )
        except Unreadable as error:
            self.add_error("file", str(error))
        return data


class CheckForm(forms.Form):
    sum = forms.CharField(widget=forms.HiddenInput, max_length=64)


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
