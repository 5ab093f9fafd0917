from django import forms
from django.utils import timezone

from ..concerns.forms import TICK, CarefulForm, day_field, in_weeks
from ..models import NeedType
from ..models.register import Code
from .selectors import needs_on

RANKS = ("primary", "second", "third")


def reason_field(label="Reason", **kwargs):
    return forms.CharField(label=label, max_length=500, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)


def need_field(label, **kwargs):
    return forms.ModelChoiceField(label=label, queryset=NeedType.objects.none(), required=False, **kwargs)


class NeedsForm(CarefulForm):
    """Types of need in order: the first is the primary one. Only those that the code table holds on the day."""

    primary = need_field("Primary type of need", help_text="Needed with SEN Support and with an EHC plan.")
    second = need_field("Second type of need")
    third = need_field("Third type of need")
    starts_on = day_field("From", initial=timezone.localdate)

    def __init__(self, *args, needs=(), **kwargs):
        super().__init__(*args, **kwargs)
        table = needs_on(self._day())
        for name, present in zip(RANKS, [*needs, None, None, None], strict=False):
            self.fields[name].queryset = table
            self.fields[name].initial = present

    def _day(self):
        """The day the codes have to be in force: the one that was typed, where it can be read."""
        try:
            return self.fields["starts_on"].clean(self["starts_on"].value()) or timezone.localdate()
        except forms.ValidationError:
            return timezone.localdate()

    def needs(self):
        return [need for need in (self.cleaned_data[name] for name in RANKS) if need]

    def clean(self):
        cleaned = super().clean()
        chosen = [bool(cleaned.get(name)) for name in RANKS]
        if chosen != sorted(chosen, reverse=True):
            self.add_error("primary", "Fill in the types of need from the top: the primary one first.")
        return cleaned


class StatusForm(NeedsForm):
    """`entry` is the open entry that was on the page, so that a change by somebody else is noticed."""

    careful = ("reason", "evidence")
    code = forms.ChoiceField(
        label="New status",
        choices=Code.choices,
        widget=forms.RadioSelect(attrs=TICK),
        help_text="EHC plan only once the final plan is issued. While an assessment is under way it stays SEN Support.",
    )
    reason = reason_field(help_text="One or two sentences. It stays in the history.")
    decided_by = forms.CharField(
        label="Decided by", max_length=150, help_text="Everybody who decided: school and family"
    )
    evidence = forms.CharField(
        label="Evidence",
        max_length=500,
        required=False,
        help_text="For example: reading test of 12 Jan, two cycles of support",
    )
    entry = forms.IntegerField(widget=forms.HiddenInput, required=False)
    field_order = ["words_checked", "code", "starts_on", "reason", "decided_by", "evidence", *RANKS, "entry"]

    def values(self):
        names = ("code", "starts_on", "reason", "decided_by", "evidence")
        return {name: self.cleaned_data[name] for name in names} | {
            "needs": self.needs(),
            "seen_entry_id": self.cleaned_data["entry"],
        }


class NeedsChangeForm(NeedsForm):
    field_order = ["words_checked", *RANKS, "starts_on"]


class CorrectionForm(CarefulForm):
    careful = ("reason",)
    starts_on = day_field("Start date")
    reason = reason_field()
    decided_by = forms.CharField(label="Decided by", max_length=150)

    def values(self):
        return {name: self.cleaned_data[name] for name in ("starts_on", "reason", "decided_by")}


class WatchForm(CarefulForm):
    careful = ("reason",)
    reason = reason_field("What are you watching for?")
    look_again_on = day_field("Look again on")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["look_again_on"].initial = in_weeks(12, self.school)

    def values(self):
        return {name: self.cleaned_data[name] for name in ("reason", "look_again_on")}


class LookAgainForm(CarefulForm):
    careful = ("outcome",)
    GO_ON, STOP = "on", "stop"
    outcome = reason_field("What do you see now?")
    goes_on = forms.ChoiceField(
        label="What happens next?",
        choices=[(GO_ON, "Go on monitoring"), (STOP, "Stop monitoring")],
        widget=forms.RadioSelect(attrs=TICK),
    )
    look_again_on = day_field(
        "Look again on", required=False, help_text="Only when monitoring goes on. For example 27/03/2026"
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self):
        cleaned = super().clean()
        if (
            cleaned.get("goes_on") == self.GO_ON
            and not cleaned.get("look_again_on")
            and "look_again_on" not in self.errors
        ):
            self.add_error("look_again_on", "Choose a date to look again.")
        return cleaned

    def values(self):
        goes_on = self.cleaned_data["goes_on"] == self.GO_ON
        return {
            "outcome": self.cleaned_data["outcome"],
            "look_again_on": self.cleaned_data["look_again_on"] if goes_on else None,
            "version": self.cleaned_data["version"],
        }

    @classmethod
    def values_of(cls, entry):
        goes_on = cls.STOP if entry.ends_on else cls.GO_ON
        return {"outcome": entry.outcome, "goes_on": goes_on, "look_again_on": entry.look_again_on}
