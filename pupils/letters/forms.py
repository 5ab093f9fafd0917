from django import forms
from django.utils import timezone

from sendco.refusals import Refused

from ..concerns.forms import TICK, day_field
from ..models import Letter


class WordsForm(forms.Form):
    """The words of a letter of one kind. `words` (a LetterWords) refuses a field that is not on its list."""

    subject = forms.CharField(label="Heading", max_length=150)
    body = forms.CharField(label="The letter", max_length=20_000, widget=forms.Textarea(attrs={"rows": 22}))

    def __init__(self, *args, words, kind, **kwargs):
        super().__init__(*args, **kwargs)
        self.words, self.kind = words, kind

    def _checked(self, name):
        text = self.cleaned_data[name].replace("\r\n", "\n")
        try:
            self.words.check(self.kind, text)
        except Refused as error:
            raise forms.ValidationError(str(error)) from error
        return text

    def clean_subject(self):
        return self._checked("subject")

    def clean_body(self):
        return self._checked("body")


class SigningForm(forms.Form):
    """The choice of who signs a letter; `signatories` are those who may, whoever writes it first."""

    signed_by = forms.ChoiceField(label="Signed by", widget=forms.RadioSelect(attrs=TICK))

    def __init__(self, *args, signatories, **kwargs):
        super().__init__(*args, **kwargs)
        self.signatories = {str(signed.user.pk): signed for signed in signatories}
        field = self.fields["signed_by"]
        field.choices = [(key, str(signed)) for key, signed in self.signatories.items()]
        self.initial.setdefault("signed_by", field.choices[0][0])

    @property
    def signed(self):
        """Who is chosen, also while the form is only looked at."""
        return self.signatories.get(self["signed_by"].value()) or next(iter(self.signatories.values()))


class SignedForm(SigningForm, WordsForm):
    """A letter with the choice of who signs it."""


class TemplateForm(WordsForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class LetterForm(SignedForm):
    """`recipients` are those the letter may go to on its date; the services check them again."""

    dated_on = day_field("Date of the letter", initial=timezone.localdate)
    people = forms.MultipleChoiceField(
        label="Who gets it",
        widget=forms.CheckboxSelectMultiple(attrs=TICK),
        help_text="Each person gets a letter of their own. Nobody sees another's address.",
        error_messages={
            "required": "Choose at least one person.",
            "invalid_choice": "The letter may not go to somebody you chose. Look at the list again.",
        },
    )
    field_order = ["dated_on", "people", "signed_by", "subject", "body"]

    def __init__(self, *args, recipients, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = [
            (recipient.key, f"{recipient.name}{f' ({recipient.note})' if recipient.note else ''}")
            for recipient in recipients
        ]
        self.fields["people"].initial = [recipient.key for recipient in recipients if recipient.is_suggested]


class SentForm(forms.Form):
    sent_on = day_field("The day it went", initial=timezone.localdate)
    via = forms.ChoiceField(label="How", choices=Letter.Via.choices, widget=forms.RadioSelect(attrs=TICK))
