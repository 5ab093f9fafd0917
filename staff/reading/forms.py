from django import forms

from sendco.formkit.versions import VersionedForm

from ..forms.days import DayField
from ..models import Briefing, StaffGroup


class BriefingForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    applies_from = DayField(label="From when", required=False)
    groups = forms.MultipleChoiceField(
        label="For whom",
        choices=StaffGroup.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="By kind of post. Leave all empty for everybody.",
    )
    is_minor = forms.BooleanField(label="Only a slip of the pen: nobody needs to read it again", required=False)

    class Meta:
        model = Briefing
        fields = ["kind", "title", "stage", "applies_from", "text", "what_we_do", "source", "groups"]
        labels = {
            "stage": "How far it is",
            "text": "What it says",
            "what_we_do": "What we do",
            "source": "Where it comes from",
        }
        help_texts = {
            "stage": "Of a change of the law.",
            "text": "One screen. Leave an empty line between paragraphs; begin a line with - for a list.",
            "source": "The Act, the regulation, the paragraph of the Code or the policy.",
        }
        widgets = {
            "text": forms.Textarea(attrs={"rows": 12}),
            "what_we_do": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        if self.instance.pk is None or not self.instance.asked_on:
            del self.fields["is_minor"]

    def _get_validation_exclusions(self):
        # The service asks for the stage of a law, and says so beside its field.
        return super()._get_validation_exclusions() | {"stage"}

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class ReadForm(forms.Form):
    """Which edition was on the screen when the button was pressed."""

    edition = forms.IntegerField(min_value=1, max_value=32767, widget=forms.HiddenInput)
