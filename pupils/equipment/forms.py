from django import forms
from django.utils import timezone

from sendco.formkit.versions import VersionedForm
from staff.forms.days import DayField

from ..deployment.selectors import may_be_placed
from ..models import Equipment, EquipmentCheck, Pupil


class EquipmentForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    bought_on = DayField(label="Bought or received on", required=False)
    gone_on = DayField(label="Gone since", required=False)

    class Meta:
        model = Equipment
        fields = ["name", "serial", "owner", "bought_on", "cost", "notes", "outcome", "gone_on"]
        labels = {
            "name": "What it is",
            "serial": "Serial or asset number",
            "owner": "Whose it is",
            "cost": "Cost in pounds",
            "outcome": "What became of it",
        }
        help_texts = {"owner": "If it is not the school's: the council, the NHS, a charity."}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)

    def _get_validation_exclusions(self):
        # The service says which of outcome and day is missing.
        return super()._get_validation_exclusions() | {"gone_on", "outcome"}

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class LendForm(forms.Form):
    pupil = forms.ModelChoiceField(
        Pupil.objects.none(), required=False, empty_label="No pupil: a room", label="For which pupil"
    )
    room = forms.CharField(max_length=80, required=False, label="Or for which room")
    starts_on = DayField(label="From")

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["pupil"].queryset = may_be_placed(acting)
        self.fields["starts_on"].initial = timezone.localdate()


class BackForm(forms.Form):
    ends_on = DayField(label="Last day")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["ends_on"].initial = timezone.localdate()


class CheckForm(forms.Form):
    kind = forms.ChoiceField(label="Which check", choices=EquipmentCheck.Kind.choices)
    due_on = DayField(label="Next due")
    months = forms.IntegerField(label="Then every so many months", min_value=1, max_value=120, initial=12)


class ChangeCheckForm(forms.Form):
    due_on = DayField(label="Next due")
    months = forms.IntegerField(label="Then every so many months", min_value=1, max_value=120)


class DoneForm(forms.Form):
    done_on = DayField(label="Done on")
    found = forms.CharField(max_length=200, required=False, label="What was found")
    has_failed = forms.BooleanField(required=False, label="It failed and must not be used")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["done_on"].initial = timezone.localdate()
