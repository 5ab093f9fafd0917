"""Forms of the data check: which census, what to keep of two records, one key worker for several pupils."""

from django import forms
from django.utils import timezone

from sendco.clock import long_date
from staff.forms.many import ManyRowsField
from staff.models import User

from ..models import Pupil
from ..quality.census import censuses, key_of, next_census
from ..record.selectors import adults_for_pupils
from .selectors import GONE, KEPT, compare, conflicts


class CensusForm(forms.Form):
    census = forms.ChoiceField(label="Census")

    def __init__(self, data=None, *, today=None):
        today = today or timezone.localdate()
        self.known, self.usual = censuses(today), next_census(today)
        super().__init__(data, initial={"census": key_of(self.usual)})
        self.fields["census"].choices = [
            (key, f"{census.term.capitalize()} {census.census_on.year}: {long_date(census.census_on)}")
            for key, census in self.known.items()
        ]

    def chosen(self):
        """The census asked for; the next one when none or an unknown one is."""
        return self.known[self.cleaned_data["census"]] if self.is_bound and self.is_valid() else self.usual


class PairSearchForm(forms.Form):
    first = forms.ModelChoiceField(Pupil.objects.none(), required=False)
    q = forms.CharField(max_length=80, required=False)

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["first"].queryset = Pupil.objects.visible_to(acting).select_related("form_group")


class MergeForm(forms.Form):
    """For each field that differs, and for each thing open in both records: which side stays."""

    kept_version = forms.IntegerField(widget=forms.HiddenInput)
    gone_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data=None, *, kept, gone, acting):
        super().__init__(data, initial={"kept_version": kept.version, "gone_version": gone.version})
        self.kept, self.gone = kept, gone
        lines = compare(kept, gone, acting)
        self.differing = [line for line in lines if line.differs]
        self.same = [line for line in lines if not line.differs]
        self.open_in_both = conflicts(kept, gone)
        for line in self.differing:
            self.fields[f"field_{line.name}"] = _side(line)
        for choice in self.open_in_both:
            self.fields[f"open_{choice.name}"] = _side(choice)

    def rows(self):
        """Yield (label, bound field) for the table; each has two options, the kept side first."""
        for line in self.differing:
            yield line.label, self[f"field_{line.name}"]
        for choice in self.open_in_both:
            yield choice.label, self[f"open_{choice.name}"]

    def changed_record(self):
        """The record that is no longer the version that was compared, or None. Needs is_valid() before."""
        pairs = ((self.kept, "kept_version"), (self.gone, "gone_version"))
        return next((pupil for pupil, name in pairs if self.cleaned_data.get(name) != pupil.version), None)

    def answers(self):
        """What the service takes."""
        cleaned = self.cleaned_data
        return {
            "versions": (cleaned["kept_version"], cleaned["gone_version"]),
            "fields": [line.name for line in self.differing if cleaned[f"field_{line.name}"] == GONE],
            "keep_open": {choice.name: cleaned[f"open_{choice.name}"] for choice in self.open_in_both},
        }


def _side(line):
    return forms.ChoiceField(
        label=line.label, choices=[(KEPT, line.kept), (GONE, line.gone)], initial=line.best, widget=forms.RadioSelect
    )


class UndoForm(forms.Form):
    """Nothing to fill in: it carries a refusal."""


class KeyWorkerManyForm(forms.Form):
    pupil = ManyRowsField(Pupil.objects.none(), widget=forms.MultipleHiddenInput)
    user = forms.ModelChoiceField(User.objects.none(), label="Key worker", required=False, empty_label="Nobody")

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["pupil"].queryset = Pupil.objects.visible_to(acting).on_roll()
        self.fields["user"].queryset = adults_for_pupils(acting)
