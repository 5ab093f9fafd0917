from django import forms

from sendco.formkit.versions import VersionedForm

from ..models import UniversalCheck, UniversalItem


class ItemForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = UniversalItem
        fields = ["area", "name", "is_archived"]
        labels = {"name": "What every class has", "is_archived": "No longer on the list"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        if self.instance.pk is None:
            del self.fields["is_archived"]

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}


class ClassForm(forms.Form):
    """One answer and one note for each thing on the list."""

    def __init__(self, *args, items, looks, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput)
        self.items = items
        for item in items:
            last = looks.get(item.pk)
            self.fields[f"state-{item.pk}"] = forms.ChoiceField(
                label=item.name, choices=UniversalCheck.State.choices, required=False, widget=forms.RadioSelect,
                initial=last.state if last else "",
            )  # fmt: skip
            self.fields[f"note-{item.pk}"] = forms.CharField(
                label=f"Note on {item.name.lower()}", max_length=200, required=False, initial=last.note if last else ""
            )

    def clean(self):
        data = super().clean()
        for item in self.items:
            if data.get(f"note-{item.pk}") and not data.get(f"state-{item.pk}"):
                self.add_error(f"state-{item.pk}", f"Say whether it is in place: {item.name}. The note goes with it.")
        return data

    @property
    def lines(self):
        return [(item, self[f"state-{item.pk}"], self[f"note-{item.pk}"]) for item in self.items]

    @property
    def answers(self):
        data = self.cleaned_data
        said = {item.pk: (data[f"state-{item.pk}"], data[f"note-{item.pk}"]) for item in self.items}
        return {pk: answer for pk, answer in said.items() if answer[0]}
