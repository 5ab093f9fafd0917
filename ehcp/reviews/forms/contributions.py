from django import forms

from ..questions import LONGEST, picked_code
from ..services.contributions import clean


class WordsForm(forms.Form):
    """All questions of one person on one page, for somebody who is signed in."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, data=None, *, questions, contribution, shows_words, sends, **kwargs):
        start = contribution.answers if shows_words else {}
        super().__init__(data, initial={"version": contribution.version, **start}, **kwargs)
        self.questions = questions
        for question in questions:
            if question.picks:
                self._add_pictures(question, start)
            self.fields[question.code] = forms.CharField(
                label="In their own words" if question.picks else question.ask,
                help_text="" if question.picks else question.hint,
                required=False,
                strip=False,
                widget=forms.Textarea(attrs={"rows": 3 if question.picks else 4}),
            )
        if sends == "entered":
            self.fields["sure"] = forms.BooleanField(label="These are the words of this person, as they said them")

    def _add_pictures(self, question, start):
        code = picked_code(question.code)
        choices = [(word, word) for _, _, word in question.picks]
        chosen = [word for word in start.get(code, "").split("; ") if word]
        if question.many:
            self.fields[code] = forms.MultipleChoiceField(
                label=question.ask, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
            )
            self.initial[code] = chosen
        else:
            self.fields[code] = forms.ChoiceField(
                label=question.ask, choices=[("", "Nothing chosen"), *choices], required=False
            )
            self.initial[code] = chosen[0] if chosen else ""

    def clean(self):
        cleaned = super().clean()
        for question in self.questions:
            length = len(clean(cleaned.get(question.code) or ""))
            if length > LONGEST:
                text = f"This has {length:,} letters, and one answer holds {LONGEST:,}. Make it shorter."
                self.add_error(question.code, text)
        return cleaned

    def answers(self):
        answers = {}
        for question in self.questions:
            picked = self.cleaned_data.get(picked_code(question.code))
            if picked:
                answers[picked_code(question.code)] = "; ".join(picked) if isinstance(picked, list) else picked
            if text := self.cleaned_data.get(question.code):
                answers[question.code] = text
        return answers
