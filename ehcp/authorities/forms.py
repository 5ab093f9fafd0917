from django import forms

from pupils.forms.checked import phone_field
from sendco.formkit.versions import VersionedForm

from ..models import Caseworker, LocalAuthority
from .selectors import caseworkers_in_use

USUAL = ("top_up_from", "top_up_weeks")
DAYS = "In calendar days. Leave empty if it follows the law's own dates."


class AuthorityForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    telephone = phone_field(label="Telephone")

    class Meta:
        model = LocalAuthority
        fields = [
            "name",
            "email",
            "telephone",
            "address",
            "advice_service",
            "mediation_service",
            "report_days",
            "papers_days",
            "consultation_days",
            "practice_note",
            "top_up_from",
            "top_up_weeks",
        ]
        labels = {
            "email": "E-mail for SEN matters",
            "report_days": "Days it wants the review report in",
            "papers_days": "Days it wants the papers before a review",
            "consultation_days": "Days it gives for a consultation",
            "practice_note": "What it says about its own dates",
            "top_up_from": "Pounds a year that the school pays first",
            "top_up_weeks": "Weeks that it counts as a year",
        }
        help_texts = {
            "name": "As it writes its own name, for example Westmarch Council.",
            "advice_service": "Name, telephone and web address: letters to parents print it.",
            "mediation_service": "Whom parents ring before an appeal.",
            "report_days": DAYS,
            "papers_days": DAYS,
            "consultation_days": DAYS + " Guidance says 15.",
            "practice_note": "Shown beside its dates, for example: its handbook asks for the report in one week.",
        }
        widgets = {"address": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
        for name in USUAL:
            self.fields[name].required = False

    def _usual(self, name):
        """What was typed; left empty, what most authorities count."""
        value = self.cleaned_data[name]
        return LocalAuthority._meta.get_field(name).default if value is None else value

    def clean_top_up_from(self):
        return self._usual("top_up_from")

    def clean_top_up_weeks(self):
        return self._usual("top_up_weeks")

    def clean(self):
        cleaned = super().clean()
        for name in ("report_days", "papers_days", "consultation_days"):
            days = cleaned.get(name)
            if days is not None and not 1 <= days <= 365:
                self.add_error(name, "Give a number of days from 1 to 365, or leave it empty.")
        return cleaned

    def values(self):
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class CaseworkerForm(forms.ModelForm):
    telephone = phone_field(label="Telephone")

    class Meta:
        model = Caseworker
        fields = ["name", "email", "telephone"]


class CaseworkerEndForm(forms.Form):
    successor = forms.ModelChoiceField(
        queryset=Caseworker.objects.none(),
        required=False,
        label="Who takes over",
        empty_label="Nobody yet",
    )

    def __init__(self, *args, acting, worker, **kwargs):
        super().__init__(*args, **kwargs)
        rows = caseworkers_in_use(acting).filter(authority=worker.authority_id).exclude(pk=worker.pk)
        self.fields["successor"].queryset = rows
