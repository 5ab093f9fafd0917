from django import forms

from sendco.formkit.versions import VersionedForm

from ..models import PracticeNote, PracticeUse
from .selectors import need_names


class NoteForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    needs = forms.MultipleChoiceField(
        label="For which types of need",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Leave all empty if it is for everybody.",
    )

    class Meta:
        model = PracticeNote
        fields = ["title", "text", "needs", "source"]
        labels = {"title": "Strategy", "text": "How to do it", "source": "Where it comes from"}
        help_texts = {"text": "A few lines that a colleague can do tomorrow. No child's name."}
        widgets = {"text": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        held = need_names()
        kept = {code: code for code in self.instance.needs if code not in held}
        self.fields["needs"].choices = list((held | kept).items())

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class UseForm(forms.Form):
    helped = forms.ChoiceField(label="How did it go?", choices=PracticeUse.Helped.choices, widget=forms.RadioSelect)
    comment = forms.CharField(
        max_length=300,
        required=False,
        label="A word about it",
        help_text="No child's name: every colleague reads this.",
    )


class FindForm(forms.Form):
    """What is looked for. Anything else than a known type of need is left out."""

    q = forms.CharField(required=False, max_length=100, label="Words")
    need = forms.ChoiceField(required=False, label="Type of need")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["need"].choices = [("", "Every need"), *need_names().items()]
