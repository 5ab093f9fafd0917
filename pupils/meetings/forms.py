import json
from datetime import time

from django import forms
from django.db.models import Q
from django.utils import timezone

from sendco.formkit.versions import Versioned, VersionedForm
from staff.forms.many import ManyRowsField
from staff.models import User

from ..concerns.forms import CarefulForm
from ..forms.checked import date_field, past_date_field
from ..forms.steps import StepForm
from ..models import Contact, ContactLog, Meeting, MeetingAction, MeetingPerson, ParentsEvening, Pupil
from ..plans.forms import parent_names
from ..plans.selectors import leaders


class Opened:
    """A form whose record has rows of its own beside it: what they were is sent along, so that what somebody left alone
    is never taken for what they chose.
    """

    def keep_opened(self, facts):
        self.fields["opened"] = forms.CharField(
            required=False, widget=forms.HiddenInput, initial=json.dumps(facts), max_length=20_000
        )

    @property
    def opened(self):
        """What was sent along; nothing where it is not of the shape that this form sends."""
        try:
            facts = json.loads(self.data.get(self.add_prefix("opened"), ""))
        except (ValueError, RecursionError):
            return {}
        sent = json.loads(self.fields["opened"].initial)
        is_ours = isinstance(facts, dict) and all(type(facts.get(name)) is type(part) for name, part in sent.items())
        return facts if is_ours else {}

    def versioned(self):
        return Versioned(
            values=lambda row: row if isinstance(row, dict) else self.values_of(row), before=self.values_before
        )

    def values_before(self, row, mark):
        """The stored fields as of that version, with the rows beside them as the form was opened; None if not known."""
        seen = row.history.filter(version=mark).first()
        if seen is None or not self.opened:
            return None
        return {name: getattr(seen.instance, name) for name in self.stored_fields()} | self.beside()


class MeetingForm(VersionedForm, forms.Form):
    """When, where, with whom. On a day on which the school is closed it asks whether that is meant."""

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
    others = forms.CharField(
        label="Anybody else",
        max_length=1500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One a line: the name, a comma, and what they do. For example: Dr Obi, educational psychologist",
    )
    is_meant = forms.BooleanField(required=False, label="The school is closed that day, and that is meant so")

    def __init__(self, *args, school, pupils, named, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["users"].queryset = leaders(school)
        rows = Contact.objects.filter(pupil__in=pupils, ended_on=None, do_not_contact=False)
        names = parent_names(rows, named=named)
        self.fields["contacts"].queryset = rows
        self.fields["contacts"].label_from_instance = lambda contact: names[contact.pk]
        if not rows:
            del self.fields["contacts"]

    def clean_others(self):
        found = []
        for line in self.cleaned_data["others"].splitlines():
            name, _, role = (part.strip() for part in line.partition(","))
            if len(name) > 150 or len(role) > 100:
                raise forms.ValidationError("A line is too long: one person a line, the name, a comma, what they do.")
            if name:
                found.append((name, role))
        return list(dict.fromkeys(found))

    def stored_fields(self):
        return ["about", "planned_on", "starts_at", "minutes", "place"]

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.stored_fields()}

    @property
    def people(self):
        """(colleagues, parents, (name, role) of others)."""
        data = self.cleaned_data
        return list(data["users"]), list(data.get("contacts", ())), data["others"]


class PlanMeetingForm(MeetingForm):
    kind = forms.ChoiceField(label="What kind of meeting?", choices=Meeting.Kind.choices, widget=forms.RadioSelect)
    field_order = ["kind"]

    def __init__(self, *args, adults, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["users"].initial = list(adults)
        if contacts := self.fields.get("contacts"):
            contacts.initial = [row.pk for row in contacts.queryset if row.has_parental_responsibility]


class ChangeMeetingForm(Opened, MeetingForm):
    """The day, time, place and people of a meeting that is planned."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def beside(self):
        return {name: self.opened.get(name, []) for name in ("users", "contacts")} | {
            "others": self.opened.get("others", "")
        }

    def values_of(self, row):
        """What is stored, the people too: who changed them meanwhile is laid side by side."""
        people = list(row.people.filter(removed_on=None).exclude(user=row.organiser_id))
        return {name: getattr(row, name) for name in self.stored_fields()} | {
            "users": [person.user_id for person in people if person.user_id],
            "contacts": [person.contact_id for person in people if person.contact_id],
            "others": lines_of(people),
        }

    def __init__(self, *args, meeting, **kwargs):
        people = [person for person in meeting.people.all() if person.user_id != meeting.organiser_id]
        initial = {name: getattr(meeting, name) for name in self.stored_fields()} | {
            "version": meeting.version,
            "users": [person.user_id for person in people if person.user_id],
            "contacts": [person.contact_id for person in people if person.contact_id],
            "others": lines_of(people),
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.keep_opened({name: initial[name] for name in ("users", "contacts", "others")})


def lines_of(people):
    """Those without an account, one a line as they are typed."""
    return "\n".join(", ".join(filter(None, (person.name, person.role))) for person in people if person.name)


class ProgressMeetingForm(PlanMeetingForm):
    """A meeting about several children of a class."""

    pupils = ManyRowsField(
        label="Pupils",
        queryset=Pupil.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose the pupils whom it is about."},
    )
    field_order = ["pupils"]

    def __init__(self, *args, among, **kwargs):
        super().__init__(*args, pupils=[], **kwargs)
        del self.fields["kind"]
        self.fields["pupils"].queryset = among
        self.fields["pupils"].initial = [pupil.pk for pupil in among]


class TellForm(forms.Form):
    """How each person is told of the meeting as it stands: now by mail, or already in another way."""

    def __init__(self, *args, people, addresses, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = [person for person, _ in people]
        for person, name in people:
            to = addresses.get(person.pk, "")
            mail = [(MeetingPerson.How.MAIL, "Email now")] if to else []
            told = [choice for choice in MeetingPerson.How.choices if choice[0] != MeetingPerson.How.MAIL]
            self.fields[f"how_{person.pk}"] = forms.ChoiceField(
                label=name, required=False, choices=[("", "Not yet"), *mail, *told], initial=mail[0][0] if mail else "",
                help_text="" if to else "No email address",
            )  # fmt: skip

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not self.how:
            raise forms.ValidationError("Choose for at least one person how they are told.")
        return cleaned

    @property
    def how(self):
        chosen = {person.pk: self.cleaned_data.get(f"how_{person.pk}") for person in self.people}
        return {pk: how for pk, how in chosen.items() if how}


class EveningForm(Opened, VersionedForm, forms.ModelForm):
    users = ManyRowsField(
        label="Whom parents can meet",
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one colleague."},
    )
    on = date_field(label="Day", error_messages={"required": "Choose the day."})
    is_meant = forms.BooleanField(required=False, label="The school is closed that day, and that is meant so")
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = ParentsEvening
        fields = ["name", "on", "starts_at", "ends_at", "minutes", "place"]
        labels = {"starts_at": "From", "ends_at": "To", "minutes": "Minutes for each meeting"}
        help_texts = {"name": "For example: Autumn parents' evening"}
        widgets = {name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M") for name in ("starts_at", "ends_at")}

    def __init__(self, *args, school, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["users"].queryset = leaders(school)
        self.fields["minutes"].min_value = 5
        self.initial.setdefault("version", self.instance.version)
        self.keep_opened({"users": self.initial.get("users", [])})

    def beside(self):
        return {"users": self.opened.get("users", [])}

    def clean(self):
        cleaned = super().clean()
        starts, ends, minutes = (cleaned.get(name) for name in ("starts_at", "ends_at", "minutes"))
        if starts and ends and ends <= starts:
            self.add_error("ends_at", "The evening ends before it begins. Check both times.")
        if minutes is not None and not 5 <= minutes <= 120:
            self.add_error("minutes", "A meeting takes 5 to 120 minutes.")
        return cleaned

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self._meta.fields}

    def values_of(self, row):
        users = list(row.teachers.filter(removed_on=None).values_list("user", flat=True))
        return {name: getattr(row, name) for name in self._meta.fields} | {"users": users}


class BookForm(forms.Form):
    pupil = forms.ModelChoiceField(
        label="Pupil",
        queryset=Pupil.objects.none(),
        empty_label="Choose",
        error_messages={"required": "Choose the pupil."},
    )

    at = forms.TypedChoiceField(
        label="Time",
        coerce=time.fromisoformat,
        error_messages={"invalid_choice": "This time is taken, or is none of that evening. Choose another."},
    )

    def __init__(self, *args, among, times, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["at"].choices = [(f"{at:%H:%M}", f"{at:%H:%M}") for at in times]
        self.fields["pupil"].queryset = among
        self.fields["pupil"].label_from_instance = lambda pupil: f"{pupil.name}, {pupil.where}"


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

    def __init__(self, *args, school, pupils, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = leaders(school)
        if len(pupils) > 1:
            about = forms.ModelChoiceField(label="About", queryset=Pupil.objects.filter(pk__in=[p.pk for p in pupils]))
            about.label_from_instance = lambda pupil: pupil.name
            self.fields = {"pupil": about} | self.fields

    def stored_fields(self):
        return [name for name in ("pupil", "text", "owner", "owner_name", "due_on") if name in self.fields]

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.stored_fields()}


class SettleForm(StepForm):
    state = forms.ChoiceField(
        label="What came of it?",
        choices=MeetingAction.State.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one."},
    )
    word = forms.CharField(label="A word about it", max_length=300, required=False)


PARTS = (
    ("notes", "About {}"),
    ("child_says", "What {} says"),
    ("for_parents", "For {}'s parents, in plain words (printed on their page)"),
)


class HoldForm(Opened, CarefulForm):
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
            for name, label in PARTS:
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
        self.keep_opened({
            "parts": {part.pk: part.version for part in parts},
            "came": [person.pk for person, _ in people if person.came],
        })  # fmt: skip

    def beside(self):
        came = self.opened.get("came", [])
        values = {f"came_{person.pk}": person.pk in came for person, _ in self.people}
        for part in self.parts:
            version = self.opened.get("parts", {}).get(str(part.pk))
            seen = part.history.filter(version=version).first() if isinstance(version, int) else None
            values |= {f"{name}_{part.pk}": getattr(seen or part, name) for name, _ in PARTS}
        return values

    def stored_fields(self):
        return ["held_on", "notes"]

    def values_of(self, row):
        """What is stored: also each child's part and who came, which are rows of their own."""
        parts = {part.pk: part for part in row.pupils.all()}
        came = dict(row.people.values_list("pk", "came"))
        values = {"held_on": row.held_on or self.initial["held_on"], "notes": row.notes}
        values |= {
            f"{name}_{part.pk}": getattr(parts.get(part.pk, part), name) for part in self.parts for name, _ in PARTS
        }
        return values | {f"came_{person.pk}": bool(came.get(person.pk)) for person, _ in self.people}

    @property
    def about(self):
        data = self.cleaned_data
        return {part.pk: {name: data[f"{name}_{part.pk}"] for name, _ in PARTS} for part in self.parts}

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
        # Whom it was with stays a choice, though their row ended since.
        stored = getattr(self.initial.get("contact"), "pk", None)
        rows = Contact.objects.filter(Q(ended_on=None) | Q(pk=stored), pupil=pupil)
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
