from django import forms
from django.utils import timezone

from pupils.concerns.forms import TICK, day_field
from pupils.letters.forms import SignedForm
from pupils.record.forms.documents import ACCEPT
from sendco.files.bounds import MAX_BYTES

from ..models import Correspondence, Method


class CaseLetterForm(SignedForm):
    """`recipients` are (key, words) of those this letter may go to."""

    dated_on = day_field("Date of the letter", initial=timezone.localdate)
    to = forms.ChoiceField(label="To", widget=forms.RadioSelect(attrs=TICK))
    field_order = ["dated_on", "to", "signed_by", "subject", "body"]

    def __init__(self, *args, recipients, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = recipients
        if recipients:
            self.fields["to"].initial = recipients[0][0]


class CaseLetterSentForm(forms.Form):
    sent_on = day_field("The day it went", initial=timezone.localdate)
    via = forms.ChoiceField(label="How", choices=Method.choices, widget=forms.RadioSelect(attrs=TICK))
    proof = forms.CharField(
        label="What proves it",
        max_length=200,
        required=False,
        help_text="For example: read receipt kept, signed-for number, seen in the council's web page.",
    )


class CorrespondenceForm(forms.Form):
    direction = forms.ChoiceField(choices=Correspondence.Direction.choices, widget=forms.RadioSelect(attrs=TICK))
    party = forms.CharField(label="From whom, or to whom", max_length=150)
    dated_on = day_field("Date on it", initial=timezone.localdate)
    received_on = day_field("The day it arrived", required=False, help_text="Leave empty for what went out.")
    method = forms.ChoiceField(label="How", choices=[("", "Not known"), *Method.choices], required=False)
    subject = forms.CharField(label="What it is about", max_length=200)
    note = forms.CharField(max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4}))
    proof = forms.CharField(label="What proves it", max_length=200, required=False)
    upload = forms.FileField(
        label="The letter or mail itself",
        required=False,
        max_length=200,
        help_text=f"PDF, Word, picture or text, up to {MAX_BYTES // 1024 // 1024} MB.",
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Why", max_length=200)
