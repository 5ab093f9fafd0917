from decimal import Decimal

from django import forms

from sendco.formkit.versions import VersionedForm
from staff.forms.days import DayField
from staff.forms.many import ManyRowsField
from staff.models import Skill, StaffMember
from staff.posts.forms import TimeField

from ..runs.forms import SCHOOL_DAYS, adults_field

MOST_NEW = 6
WORKED_OUT, NOBODY = "", "0"


class BeginForm(forms.Form):
    name = forms.CharField(max_length=80, help_text="For example: Spring without Bethan")
    starts_on = DayField(label="From", help_text="The first day of the term or year that you plan.")


class PlanForm(VersionedForm, forms.Form):
    """What a plan supposes, and who was decided on for single runs."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(max_length=80)
    starts_on = DayField(label="From")
    out = adults_field(label="Not there then")

    def __init__(self, *args, plan, result, **kwargs):
        super().__init__(*args, **kwargs)
        self.result = result
        here = [one.adult.key for one in result.adults] if result else []
        adults = StaffMember.objects.filter(school=plan.school, posts__isnull=False).distinct()
        self.fields["out"].queryset = (
            adults | StaffMember.objects.filter(pk__in=[pk for pk in here if pk > 0]).distinct()
        )
        for row in result.runs:
            self.fields[f"run-{row.run.pk}"] = forms.ChoiceField(
                label=f"Who leads {row.run.name}",
                required=False,
                choices=[(WORKED_OUT, "As worked out"), *_known(plan, row), (NOBODY, "Nobody")],
                initial=str(plan.pins.get(str(row.run.pk), WORKED_OUT)),
                widget=forms.Select(attrs={"class": "form-select"}),
                error_messages={"invalid_choice": "This adult cannot lead it then. Choose again."},
            )

    @property
    def rows(self):
        """(run line, its field)."""
        return [(row, self[f"run-{row.run.pk}"]) for row in self.result.runs]

    def stored_fields(self):
        return ["name", "starts_on", "out"]

    @property
    def values(self):
        data = self.cleaned_data
        chosen = {row.run.pk: data[f"run-{row.run.pk}"] for row in self.result.runs}
        pins = {str(run): int(value) for run, value in chosen.items() if value != WORKED_OUT}
        return {
            "name": data["name"],
            "starts_on": data["starts_on"],
            "out": sorted(member.pk for member in data["out"]),
            "pins": pins,
        }


def _known(plan, row):
    """Those who could, and whoever was decided on before, though they cannot any more: what was typed stays."""
    found = [(str(one.key), one.name) for one in row.could]
    pin = plan.pins.get(str(row.run.pk))
    if pin and str(pin) not in dict(found):
        found.append((str(pin), "Chosen before, cannot now"))
    return found


class NewAdultForm(forms.Form):
    """Somebody who would come. A row without a name is left out."""

    name = forms.CharField(max_length=80, required=False, label="Name or post")
    days = forms.MultipleChoiceField(
        label="Days", choices=SCHOOL_DAYS, required=False, widget=forms.CheckboxSelectMultiple
    )
    first = TimeField(label="From", required=False)
    last = TimeField(label="Until", required=False)
    skills = ManyRowsField(
        Skill.objects.none(), label="Trained in", required=False, widget=forms.CheckboxSelectMultiple
    )
    hourly = forms.DecimalField(
        label="Pounds an hour", required=False, min_value=Decimal(0), max_value=Decimal(1000), max_digits=6,
        decimal_places=2, help_text="Left empty, the authority's formula.",
    )  # fmt: skip

    def __init__(self, *args, school, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["skills"].queryset = Skill.objects.filter(school=school, is_archived=False)

    def clean(self):
        data = super().clean()
        if self.errors or not any(data.get(name) for name in ("name", "days", "first", "last", "hourly", "skills")):
            return data
        for name, words in (
            ("name", "Give them a name, or say which post it is."),
            ("days", "Tick the days on which they would work."),
            ("first", "Enter when they would begin."),
            ("last", "Enter when they would end."),
        ):
            if not data.get(name):
                self.add_error(name, words)
        if not self.errors and data["last"] <= data["first"]:
            self.add_error("last", "The end is before the beginning. Check both times.")
        return data

    @property
    def value(self):
        data = self.cleaned_data
        if not data.get("name"):
            return None
        return {
            "name": data["name"],
            "days": [int(day) for day in data["days"]],
            "first": f"{data['first']:%H:%M}",
            "last": f"{data['last']:%H:%M}",
            "skills": [skill.pk for skill in data["skills"]],
            "hourly": str(data["hourly"]) if data.get("hourly") is not None else "",
        }


class NewAdults(forms.BaseFormSet):
    @property
    def values(self):
        return [form.value for form in self.forms if form.value]


NewAdultFormSet = forms.formset_factory(
    NewAdultForm, formset=NewAdults, extra=1, max_num=MOST_NEW, absolute_max=MOST_NEW, validate_max=True
)
