from django import forms
from django.utils import timezone

from pupils.models import Pupil, Target
from sendco.formkit.versions import VersionedForm
from staff.forms.days import DayField, check_order
from staff.forms.many import ManyRowsField
from staff.models import StaffMember, Unit, Week
from staff.models.posts import WEEKDAYS
from staff.posts.forms import TimeField

from ..models import Place, Provision, Sharing
from . import selectors
from .services import At

SCHOOL_DAYS = [(str(number), WEEKDAYS[number]) for number in range(5)]
WEEKS = [("", "Every week"), *Week.choices]
MOST_TIMES = 14


def with_class(pupil):
    group = pupil.form_group.name if pupil.form_group else "no class"
    return f"{pupil.name}, {group}"


def pupils_field(**kwargs):
    return ManyRowsField(
        Pupil.objects.none(),
        error_messages={"required": "Choose at least one pupil."},
        widget=forms.CheckboxSelectMultiple(attrs={"data-narrow": ""}),
        **kwargs,
    )


def adults_field(**kwargs):
    return ManyRowsField(
        StaffMember.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"data-narrow": ""}), **kwargs,
    )  # fmt: skip


class RunFields(forms.Form):
    """What a run says of itself."""

    name = forms.CharField(label="Name of the group", max_length=80, help_text="For example: Talk Boost, Robins")
    starts_on = DayField(label="First day")
    ends_on = DayField(label="Last day")
    place = forms.CharField(label="Where", max_length=60, required=False)
    focus = forms.CharField(
        label="What it works on now",
        max_length=200,
        required=False,
        help_text="Whoever leads it, or covers, reads this before the session.",
    )
    unit = forms.ModelChoiceField(Unit.objects.none(), label="Unit", required=False, empty_label="None in particular")
    funding = forms.ChoiceField(label="Paid from", choices=Provision._meta.get_field("funding").choices)
    is_private = forms.BooleanField(
        label="Private, such as counselling",
        required=False,
        help_text="Only those who lead it, the SENCo and the headteacher see it. Teachers of the pupils do not.",
    )

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.visible_to(acting)
        if not self.fields["unit"].queryset.exists():
            del self.fields["unit"]

    def clean(self):
        cleaned = super().clean()
        check_order(self)
        return cleaned

    @property
    def values(self):
        names = ("name", "starts_on", "ends_on", "place", "focus", "unit", "funding", "is_private")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class SetUpForm(RunFields):
    """A whole run on one page. Who is on the waiting list is ticked already."""

    pupils = pupils_field(label="Pupils")
    weekdays = forms.MultipleChoiceField(
        label="Days",
        choices=SCHOOL_DAYS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick at least one day of the week."},
    )
    starts_at = TimeField(label="From", error_messages={"required": "Enter when it begins."})
    minutes = forms.IntegerField(label="Minutes each time", min_value=5, max_value=600)
    adults = adults_field(label="Adults")
    sharing = forms.ChoiceField(label="With several adults", choices=Sharing.choices)
    field_order = [
        "name", "pupils", "weekdays", "starts_at", "minutes", "adults", "sharing", "starts_on", "ends_on", "place",
        "focus", "unit", "funding", "is_private",
    ]  # fmt: skip

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, acting=acting, **kwargs)
        self.fields["pupils"].queryset = selectors.pupils_for_runs(acting)
        self.fields["pupils"].label_from_instance = with_class
        self.fields["adults"].queryset = selectors.adults_for_runs(acting)

    @property
    def times(self):
        data = self.cleaned_data
        return [At(int(day), data["starts_at"], data["minutes"]) for day in data["weekdays"]]

    @property
    def values(self):
        return super().values | {"sharing": self.cleaned_data["sharing"]}


class RunForm(VersionedForm, RunFields):
    version = forms.IntegerField(widget=forms.HiddenInput)

    def stored_fields(self):
        return [name for name in self.fields if name != "version"]


class FromDayForm(forms.Form):
    """From which day on something holds."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    from_on = DayField(label="From")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["from_on"].initial = timezone.localdate()


class TimeForm(forms.Form):
    """One time of the week. A row without a time is left out."""

    weekday = forms.ChoiceField(label="Day", choices=SCHOOL_DAYS)
    week = forms.ChoiceField(label="Week", choices=WEEKS, required=False)
    starts_at = TimeField(label="From", required=False)
    minutes = forms.IntegerField(label="Minutes", min_value=5, max_value=600, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-select" if name in ("weekday", "week") else "form-control"

    def clean(self):
        data = super().clean()
        if not self.errors and data.get("starts_at") and not data.get("minutes"):
            self.add_error("minutes", "Enter how long it lasts.")
        if not self.errors and data.get("minutes") and not data.get("starts_at") and self.has_changed():
            self.add_error("starts_at", "Enter when it begins.")
        return data

    @property
    def at(self):
        data = self.cleaned_data
        if not data.get("starts_at"):
            return None
        return At(int(data["weekday"]), data["starts_at"], data["minutes"], data["week"])


class Times(forms.BaseFormSet):
    def clean(self):
        if not any(self.errors) and not self.times:
            raise forms.ValidationError("Enter at least one time. To stop the run, change its last day.")

    @property
    def times(self):
        return [form.at for form in self.forms if form.at]


TimeFormSet = forms.formset_factory(
    TimeForm, formset=Times, extra=3, max_num=MOST_TIMES, absolute_max=MOST_TIMES, validate_max=True
)


class AdultsForm(FromDayForm):
    adults = adults_field(label="Adults", help_text="Where they take turns, they do so by name.")
    sharing = forms.ChoiceField(label="With several adults", choices=Sharing.choices)

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["adults"].queryset = selectors.adults_for_runs(acting, self.initial.get("adults", ()))


class PupilsForm(forms.Form):
    pupils = pupils_field(label="Pupils")
    starts_on = DayField(label="From")

    def __init__(self, *args, acting, run, **kwargs):
        super().__init__(*args, **kwargs)
        there = run.places.filter(ends_on=None).values("pupil")
        self.fields["pupils"].queryset = selectors.pupils_for_runs(acting).exclude(pk__in=there)
        self.fields["pupils"].label_from_instance = with_class
        self.fields["starts_on"].initial = max(timezone.localdate(), run.starts_on)


class PlaceForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    starts_on = DayField(label="First day")
    ends_on = DayField(label="Last day", required=False, help_text="Empty: until the run ends. For example 27/03/2026")
    targets = ManyRowsField(
        Target.objects.none(),
        label="For these targets of the support plan",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Place
        fields = ["starts_on", "ends_on", "part", "entry", "entry_note", "end_note"]
        labels = {
            "part": "Part of the group",
            "entry": "Entry criteria",
            "entry_note": "How we know",
            "end_note": "Why it ended",
        }

    def __init__(self, *args, acting, parts, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        self.initial.setdefault("targets", list(self.instance.targets.values_list("target", flat=True)))
        targets = Target.objects.visible_to(acting).filter(outcome__plan__pupil=self.instance.pupil_id, ended_on=None)
        kept = Target.objects.visible_to(acting).filter(provision__place=self.instance)
        self.fields["targets"].queryset = (targets.filter(outcome__plan__closed_on=None) | kept).distinct()
        self.fields["targets"].label_from_instance = lambda target: target.text
        if not self.fields["targets"].queryset:
            del self.fields["targets"]
        if parts:
            self.fields["part"] = forms.ChoiceField(
                label="Part of the group", choices=[(part, f"Part {part}") for part in parts]
            )
        else:
            del self.fields["part"]

    def _get_validation_exclusions(self):
        # The service says what is wrong with the dates of a place.
        return super()._get_validation_exclusions() | {"starts_on", "ends_on"}

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}

    @property
    def chosen(self):
        return list(self.cleaned_data.get("targets", ()))


class CopyForm(forms.Form):
    starts_on = DayField(label="First day")
    ends_on = DayField(label="Last day")

    def clean(self):
        cleaned = super().clean()
        check_order(self)
        return cleaned


class WaitForm(forms.Form):
    pupil = forms.ModelChoiceField(Pupil.objects.none(), label="Who", empty_label="Choose a pupil")
    since = DayField(label="Waits since")
    why = forms.CharField(label="Why", max_length=200, required=False)

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["pupil"].queryset = selectors.pupils_for_runs(acting)
        self.fields["pupil"].label_from_instance = with_class
        self.fields["since"].initial = timezone.localdate()

    def clean_since(self):
        since = self.cleaned_data["since"]
        if since > timezone.localdate():
            raise forms.ValidationError("Nobody waits from a day to come. Check the date.")
        return since


class EndWaitForm(forms.Form):
    note = forms.CharField(label="Why", max_length=200, required=False)
