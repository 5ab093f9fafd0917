import re
from operator import attrgetter

from django import forms

from ..models import School, Unit
from ..roles import Role
from ..selectors import people_with

DFE_NUMBER = re.compile(r"\d{7}", re.ASCII)
URN = re.compile(r"\d{6}", re.ASCII)


class SchoolForm(forms.ModelForm):
    """The school's details. `version` is the one that was on the screen, so that two people cannot overwrite."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    # Wider than the column, so that 123/4567 can be typed.
    dfe_number = forms.CharField(
        label="DfE number",
        max_length=20,
        required=False,
        help_text="Three digits for the authority and four for the school, for example 123/4567",
    )
    urn = forms.CharField(
        label="URN", max_length=20, required=False, help_text="Six digits. It changes when a school becomes an academy."
    )

    class Meta:
        model = School
        fields = [
            "name",
            "short_name",
            "setting_type",
            "trust_name",
            "local_authority",
            "lowest_age",
            "highest_age",
            "dfe_number",
            "urn",
            "address",
            "telephone",
            "email",
            "headteacher",
            "idle_minutes",
            "concern_days",
            "letter_days",
        ]
        labels = {
            "name": "School name",
            "setting_type": "Kind of school",
            "trust_name": "Trust",
            "lowest_age": "Youngest age",
            "highest_age": "Oldest age",
            "email": "Email address",
            "idle_minutes": "Minutes before an unused screen closes",
            "concern_days": "School days to look at a new concern",
            "letter_days": "School days to tell parents about SEN support",
        }
        help_texts = {
            "setting_type": "Decides which laws bind the school, so which dates sendco works out.",
            "trust_name": "For an academy or a federation",
            "headteacher": "Signs for the school and is invited to reviews. Choose one if several have the role.",
            "idle_minutes": "10 to 60. What was typed is kept.",
        }
        widgets = {"address": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # A draft brings the version it was typed over, so that what somebody saved since is noticed.
        self.initial.setdefault("version", self.instance.version)
        heads = self.fields["headteacher"]
        heads.queryset, heads.empty_label = people_with(self.instance, Role.HEAD), "Whoever has the role alone"
        heads.label_from_instance = attrgetter("name")
        for name, low, high in (
            ("idle_minutes", 10, 60),
            ("lowest_age", 0, 25),
            ("highest_age", 0, 25),
            ("concern_days", 1, 60),
            ("letter_days", 1, 60),
        ):
            field = self.fields[name]
            field.widget.attrs.update({"min": low, "max": high})
            field.min_value, field.max_value = low, high

    def clean_address(self):
        # Browsers send another line end than is stored, and that is no change.
        return self.cleaned_data["address"].replace("\r\n", "\n")

    def clean_dfe_number(self):
        number = re.sub(r"[\s/-]", "", self.cleaned_data["dfe_number"])
        if number and not DFE_NUMBER.fullmatch(number):
            raise forms.ValidationError(
                "A DfE number has seven digits: three for the authority and four for the school, as in 123/4567."
            )
        return number

    def clean_urn(self):
        number = self.cleaned_data["urn"].strip()
        if number and not URN.fullmatch(number):
            raise forms.ValidationError("A URN has six digits. Check it on the national register of schools.")
        return number

    def clean(self):
        data = super().clean()
        for name in ("idle_minutes", "lowest_age", "highest_age", "concern_days", "letter_days"):
            field, value = self.fields[name], data.get(name)
            if value is not None and not field.min_value <= value <= field.max_value:
                self.add_error(name, f"Enter a number from {field.min_value} to {field.max_value}.")
        youngest, oldest = data.get("lowest_age"), data.get("highest_age")
        if youngest is not None and oldest is not None and oldest < youngest:
            self.add_error("highest_age", "The oldest age is below the youngest age. Check both.")
        return data

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class UnitForm(forms.ModelForm):
    class Meta:
        model = Unit
        fields = ["name", "kind", "tier", "places", "planned_weeks"]
        labels = {"tier": "Tier number", "planned_weeks": "Planned weeks"}
        help_texts = {
            "name": "As staff say it, for example The Willow Room",
            "kind": "Mainstream, a resourced provision, a SEN unit, or a tier of alternative provision",
            "tier": "Only for a tier of alternative provision: 1, 2 or 3",
            "places": "How many pupils it can take",
            "planned_weeks": "How long a pupil is planned to stay. Leave empty when there is no limit.",
        }

    def clean(self):
        data = super().clean()
        kind, tier = data.get("kind"), data.get("tier")
        if kind == Unit.Kind.TIER and tier is None and "tier" not in self.errors:
            self.add_error("tier", "Say which tier this is: 1, 2 or 3.")
        elif kind and kind != Unit.Kind.TIER and tier is not None:
            self.add_error("tier", "Only a tier of alternative provision has a number. Leave this empty.")
        for name, most in (("tier", 9), ("places", 5000), ("planned_weeks", 520)):
            if data.get(name) is not None and not 1 <= data[name] <= most:
                self.add_error(name, f"Enter a number from 1 to {most}.")
        return data
