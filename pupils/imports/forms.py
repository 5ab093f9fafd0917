from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from ..forms.checked import DATE_HINT
from ..models import ImportChange
from .fields import COLUMNS, LABELS, Shelf
from .questions import Question
from .reading.columns import missing_required

MOST_RADIOS = 3
WHOLE = [
    ("no", "No, some of them: pupils who are not in it stay as they are"),
    ("yes", "Yes, everybody on roll: I will be asked about pupils who are not in it"),
]
FIELD_CHOICES = [
    ("", "Leave this column out"),
    *((shelf.value, [(column.name, column.label) for column in COLUMNS if column.shelf == shelf]) for shelf in Shelf),
]


class ImportNewForm(forms.Form):
    upload = forms.FileField(
        label="The file",
        help_text="A CSV file, an Excel workbook (.xlsx) or a Common Transfer File (.xml). Any column names will do.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx,.ods,.xml"}),
        error_messages={"empty": "The file is empty. Export the pupils again and check its size before sending it."},
    )
    whole_school = forms.ChoiceField(
        label="Is every pupil on roll in this file?", choices=WHOLE, initial="no", widget=forms.RadioSelect
    )
    file_made_on = forms.DateField(
        label="When was the file made?",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=f"What was changed here after that day is kept. Leave it empty if it was made just now. {DATE_HINT}",
    )

    def clean_file_made_on(self):
        made = self.cleaned_data["file_made_on"]
        if made and made > timezone.localdate():
            raise ValidationError("This day is in the future. Give the day on which the file was made.")
        return made


class MatchForm(forms.Form):
    """One select for each column; `columns` lays them out with the heading and the first values."""

    choices = FIELD_CHOICES

    def __init__(self, *args, imported, **kwargs):
        super().__init__(*args, **kwargs)
        self.imported = imported
        matched = {int(index): name for index, name in imported.mapping.items()}
        self.questions = [Question.from_stored(stored) for stored in imported.questions]
        for number, question in enumerate(self.questions):
            self.fields[f"how_{number}"] = forms.ChoiceField(
                label=str(question.note),
                choices=[(option.id, str(option.label)) for option in question.options],
                widget=forms.RadioSelect()
                if len(question.options) <= MOST_RADIOS
                else forms.Select(attrs={"class": "form-select"}),
                initial=question.answer,
                required=False,
            )
        for index, heading in enumerate(imported.headers):
            self.fields[f"column_{index}"] = forms.ChoiceField(
                label=heading, choices=FIELD_CHOICES, required=False, initial=matched.get(index, "")
            )

    @property
    def columns(self):
        samples = self.imported.samples or [[] for _ in self.imported.headers]
        return [
            {"heading": heading, "samples": values, "field": self[f"column_{index}"]}
            for index, (heading, values) in enumerate(zip(self.imported.headers, samples, strict=False))
        ]

    @property
    def hows(self):
        return [self[f"how_{number}"] for number in range(len(self.questions))]

    @property
    def choices_made(self):
        """How the file is to be read, as far as it was said: key of a question to the answer."""
        said = ((each.key, self.cleaned_data.get(f"how_{number}")) for number, each in enumerate(self.questions))
        return {key: answer for key, answer in said if answer}

    @property
    def mapping(self):
        cells = ((index, self.cleaned_data.get(f"column_{index}")) for index in range(len(self.imported.headers)))
        return {index: name for index, name in cells if name}

    def clean(self):
        names = list(self.mapping.values())
        twice = {name for name in names if names.count(name) > 1}
        for index, name in self.mapping.items():
            if name in twice:
                self.add_error(f"column_{index}", f"{LABELS[name]} is matched twice. Leave one column out.")
        if not twice:
            for note in missing_required(self.mapping):
                self.add_error(None, str(note))
        return self.cleaned_data


class ChooseForm(forms.Form):
    """One choice on the preview, whichever kind of row it is about."""

    change = forms.IntegerField(required=False)
    key = forms.CharField(max_length=80, required=False)
    value = forms.ChoiceField(choices=[("file", "file"), ("ours", "ours")], required=False)
    pick = forms.CharField(max_length=90, required=False)  # "file|key" from the button of a page without JavaScript
    answer = forms.CharField(max_length=40, required=False)
    every = forms.ChoiceField(
        choices=[(kind.value, kind.label) for kind in ImportChange.Kind], required=False, label="Every row of a kind"
    )

    def clean(self):
        said = self.cleaned_data
        value, bar, key = said.get("pick", "").partition("|")
        if bar and value in ("file", "ours"):
            said |= {"value": value, "key": key}
        return said


class DecideForm(forms.Form):
    """An answer: about the file, about one row, or about all rows of which the file says the same."""

    change = forms.IntegerField(required=False)
    key = forms.CharField(max_length=120)
    says = forms.CharField(max_length=300, required=False, strip=False)
    answer = forms.CharField(max_length=60)
    about = forms.ChoiceField(choices=[("file", "file"), ("rows", "rows")])


class ConfirmForm(forms.Form):
    sure = forms.BooleanField(label="I have checked this and it is right", required=True)
