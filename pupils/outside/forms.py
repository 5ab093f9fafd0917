from datetime import timedelta

from django import forms
from django.utils import timezone

from sendco.links.services import DAYS
from staff.models import User

from ..forms.checked import date_field
from ..models import Contact, HandoverPack
from ..plans.forms import parent_names, words
from ..plans.selectors import leaders

TO_ANSWER = timedelta(weeks=2)  # what most people need, and a weekend more
PARTS_AT_FIRST = (HandoverPack.Part.PROFILE, HandoverPack.Part.PLANS, HandoverPack.Part.ACTIONS)


class ByForm(forms.Form):
    """By when an answer is asked for: as long as a link lives."""

    answer_by = date_field(label="Answer by")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["answer_by"].initial = timezone.localdate() + TO_ANSWER
        self.last = timezone.localdate() + timedelta(days=DAYS * 3)

    def clean_answer_by(self):
        day = self.cleaned_data["answer_by"]
        if day > self.last:
            raise forms.ValidationError(f"A link lives for {DAYS * 3} days at most. Choose an earlier day.")
        return day


class AskParentForm(ByForm):
    contact = forms.ModelChoiceField(
        label="Whom do you ask?",
        queryset=Contact.objects.none(),
        empty_label="Choose",
        error_messages={"required": "Choose whom you ask."},
        help_text="Each parent gets a link of their own, and sees nothing that the other wrote.",
    )
    question = words("What you ask", rows=3, most=1000)
    field_order = ["contact", "question", "answer_by"]

    def __init__(self, *args, pupil, named, **kwargs):
        super().__init__(*args, **kwargs)
        rows = Contact.objects.filter(pupil=pupil, ended_on=None, do_not_contact=False)
        rows = rows.filter(has_parental_responsibility=True)
        names = parent_names(rows, named=named)
        self.fields["contact"].queryset = rows
        self.fields["contact"].label_from_instance = lambda contact: names[contact.pk]
        self.fields["question"].initial = "What do you think of this plan? What works at home? What should we change?"


class AskOutsideForm(ByForm):
    name = forms.CharField(label="Name", max_length=150, error_messages={"required": "Write whom you ask."})
    organisation = forms.CharField(label="School or agency", max_length=150, required=False)
    email = forms.EmailField(
        label="Email address",
        help_text="Of this one person. The link and a code of six digits go there.",
        error_messages={"required": "Write the address that the link goes to."},
    )
    question = words("What you ask", rows=4, required=True, most=1000)
    field_order = ["name", "organisation", "email", "question", "answer_by"]


class PackForm(forms.Form):
    """What is handed over, and to whom: a colleague, or somebody at another school."""

    parts = forms.MultipleChoiceField(
        label="What goes into it",
        choices=HandoverPack.Part.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=PARTS_AT_FIRST,
        error_messages={"required": "Choose at least one part."},
    )
    note = words("Your own words to whoever takes over", rows=4, most=3000)
    to_user = forms.ModelChoiceField(
        label="To a colleague", queryset=User.objects.none(), required=False, empty_label="To somebody outside"
    )
    to_name = forms.CharField(label="To somebody outside: the name", max_length=150, required=False)
    to_place = forms.CharField(label="Their school", max_length=150, required=False)
    to_email = forms.EmailField(
        label="Their email address", required=False, help_text="They get a link, and a code when they open it."
    )

    def __init__(self, *args, school, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to_user"].queryset = leaders(school)
