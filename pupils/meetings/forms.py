from django import forms
from django.utils import timezone

from sendco.formkit.versions import VersionedForm
from staff.forms.many import ManyRowsField
from staff.models import User

from ..concerns.forms import CarefulForm
from ..forms.checked import date_field, past_date_field
from ..models import Contact, ContactLog, Meeting, MeetingAction
from ..plans.forms import parent_names
from ..plans.selectors import leaders


class PlanMeetingForm(VersionedForm, forms.Form):
    """When, where, with whom. On a day on which the school is closed it asks whether that is meant."""

    kind = forms.ChoiceField(label="What kind of meeting?", choices=Meeting.Kind.choices, widget=forms.RadioSelect)
    about = forms.CharField(label="About", max_length=150, required=False, help_text="For example: review of the plan")
    planned_on = date_field(label="Day", error_messages={"required": "Choose the day."})
    starts_at = forms.TimeField(
        label="Time", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    minutes = forms.IntegerField(label="How long, in minutes", min_value=5, max_value=480, initial=30)
    place = forms.CharField(label="Place", max_length=120, required=False)
    users = ManyRowsField(
        label="Colleagues", queryset=User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    contacts = ManyRowsField(
        label="Parents and carers",
        queryset=Contact.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    is_meant = forms.BooleanField(required=False, label="The school is closed that day, and that is meant so")

    def __init__(self, *args, school, pupil, adults, named, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["users"].queryset = leaders(school)
        self.fields["users"].initial = list(adults)
        rows = Contact.objects.filter(pupil=pupil, ended_on=None, do_not_contact=False)
        names = parent_names(rows, named=named)
        self.fields["contacts"].queryset = rows
        self.fields["contacts"].label_from_instance = lambda contact: names[contact.pk]
        self.fields["contacts"].initial = [row.pk for row in rows if row.has_parental_responsibility]

    @property
    def values(self):
        names = ("about", "planned_on", "starts_at", "minutes", "place")
        return {name: self.cleaned_data[name] for name in names}


class CallOffForm(forms.Form):
    cancel_note = forms.CharField(label="Why", max_length=200, error_messages={"required": "Say why in a few words."})


class ActionForm(forms.Form):
    text = forms.CharField(label="What is agreed", max_length=300, error_messages={"required": "Write what is agreed."})
    owner = forms.ModelChoiceField(
        label="Who does it", queryset=User.objects.none(), required=False, empty_label="Somebody outside the school"
    )
    owner_name = forms.CharField(
        label="If it is somebody outside: who", max_length=150, required=False, help_text="For example: the mother"
    )
    due_on = date_field(label="By when")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, school, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = leaders(school)

    def stored_fields(self):
        return ["text", "owner", "owner_name", "due_on"]

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.stored_fields()}


class SettleForm(forms.Form):
    state = forms.ChoiceField(
        label="What came of it?",
        choices=MeetingAction.State.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one."},
    )
    word = forms.CharField(label="A word about it", max_length=300, required=False)


class HoldForm(CarefulForm):
    """The notes of a meeting, of all of it and of each child's part, and who came."""

    held_on = past_date_field(label="Held on", words="The day")
    notes = forms.CharField(
        label="What was said and agreed", max_length=8000, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, meeting, parts, people, **kwargs):
        initial = {"held_on": meeting.held_on or timezone.localdate(), "notes": meeting.notes}
        super().__init__(*args, school=meeting.school, initial=initial | {"version": meeting.version}, **kwargs)
        self.parts, self.people, careful = parts, people, ["notes"]
        for part in parts:
            for name, label in (("notes", "About {}"), ("child_says", "What {} says")):
                field = f"{name}_{part.pk}"
                self.fields[field] = forms.CharField(
                    label=label.format(part.pupil.forename), max_length=4000, required=False,
                    initial=getattr(part, name), widget=forms.Textarea(attrs={"rows": 2}),
                )  # fmt: skip
                careful.append(field)
        for person, name in people:
            came = forms.BooleanField(label=f"{name} came", required=False, initial=person.came)
            self.fields[f"came_{person.pk}"] = came
        self.careful = tuple(careful)

    def stored_fields(self):
        return ["held_on", "notes"]

    @property
    def about(self):
        data = self.cleaned_data
        return {part.pk: {name: data[f"{name}_{part.pk}"] for name in ("notes", "child_says")} for part in self.parts}

    @property
    def came(self):
        return {person.pk for person, _ in self.people if self.cleaned_data[f"came_{person.pk}"]}


class ContactForm(CarefulForm):
    careful = ("words",)
    contact = forms.ModelChoiceField(
        label="With whom", queryset=Contact.objects.none(), required=False, empty_label="Somebody else"
    )
    name = forms.CharField(label="If it is somebody else: who", max_length=150, required=False)
    way = forms.ChoiceField(label="Who contacted whom?", choices=ContactLog.Way.choices, widget=forms.RadioSelect)
    means = forms.ChoiceField(label="How", choices=ContactLog.Means.choices)
    happened_on = past_date_field(label="On", words="The day")
    words = forms.CharField(
        label="What was said", max_length=3000, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write what was said, in a line or two."},
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, pupil, named, **kwargs):
        super().__init__(*args, school=pupil.school, **kwargs)
        rows = Contact.objects.filter(pupil=pupil, ended_on=None)
        names = parent_names(rows, named=named)
        self.fields["contact"].queryset = rows
        self.fields["contact"].label_from_instance = lambda contact: names[contact.pk]

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("contact") and not cleaned.get("name"):
            self.add_error("name", "Say who it was with.")
        return cleaned

    def stored_fields(self):
        return ["contact", "name", "way", "means", "happened_on", "words"]

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.stored_fields()}
