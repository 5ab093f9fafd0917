from django import forms
from django.utils import timezone

from sendco.formkit.versions import VersionedForm

from ..forms.days import DayField
from ..models import Unit, Vacancy


class VacancyForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    opened_on = DayField(label="Open since")
    wanted_from = DayField(label="Wanted from", required=False)
    closed_on = DayField(label="Closed on", required=False)

    class Meta:
        model = Vacancy
        fields = [
            "title", "staff_group", "unit", "hours_a_week", "reason", "points", "opened_on", "wanted_from", "outcome",
            "closed_on",
        ]  # fmt: skip
        labels = {
            "title": "Post",
            "staff_group": "Kind of post",
            "hours_a_week": "Hours a week",
            "reason": "Why it is needed",
            "points": "What the person should bring",
            "outcome": "What came of it",
        }
        help_texts = {
            "points": "A point a line, for example: trained in Makaton. Names and notes about candidates belong in the "
            "personnel system, not here."
        }
        widgets = {"reason": forms.Textarea(attrs={"rows": 3}), "points": forms.Textarea(attrs={"rows": 8})}

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        self.fields["unit"].queryset = Unit.objects.visible_to(acting)
        self.fields["unit"].empty_label = "Whole school"
        if self.instance.pk is None:
            self.initial["opened_on"] = timezone.localdate()

    def _get_validation_exclusions(self):
        # The service says which of outcome and day is missing.
        return super()._get_validation_exclusions() | {"closed_on", "outcome"}

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
