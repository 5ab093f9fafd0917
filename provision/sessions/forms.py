from uuid import uuid4

from django import forms
from django.utils import timezone

from staff.forms.days import DayField
from staff.posts.forms import TimeField

from ..models import AwayReason, LostReason
from ..runs import selectors as runs
from ..runs.forms import adults_field
from .services import LONGEST, Mark

# Closures and moves have ways of their own.
REASONS = [choice for choice in LostReason.choices if choice[0] not in (LostReason.MOVED, LostReason.PUPILS)]
# The first four are on the screen at once; the others behind them.
NEAR = (AwayReason.ABSENT, AwayReason.LESSON, AwayReason.NO, AwayReason.TRIP)


class LogForm(forms.Form):
    """A log: everyone is there unless somebody taps. One small group of fields for each child, by the child's id."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    # The ids of the children on the page: the group may change while somebody writes, and nothing is said of a child
    # whom they did not see.
    shown = forms.CharField(widget=forms.HiddenInput, required=False)
    minutes = forms.IntegerField(label="How long, in minutes", min_value=1, max_value=LONGEST)
    note = forms.CharField(label="A word about the session", max_length=300, required=False)

    def __init__(self, data=None, *, pupils, planned, stored=None, session=None, why=False):
        initial = {
            "key": uuid4(),
            "minutes": (session.given if session else None) or planned,
            "shown": ",".join(str(pupil.pk) for pupil in pupils),
        }
        if session:
            initial |= {"note": session.note, "version": session.version}
        super().__init__(data, initial=initial)
        self.pupils = pupils
        if why:
            self.fields["why"] = forms.CharField(
                label="Why it is corrected", max_length=200, error_messages={"required": "Say why it is corrected."}
            )
            self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput)
        for pupil in pupils:
            row = (stored or {}).get(pupil.pk)
            self._add(pupil, row)
            if stored and row is None:
                self._add_silent(pupil)

    def _add_silent(self, pupil):
        """A child of whom the log says nothing: corrected, it goes on to say nothing unless somebody does."""
        name = f"silent-{pupil.pk}"
        label = f"No record of {pupil.forename} in this session"
        self.fields[name] = forms.BooleanField(required=False, label=label, initial=True)

    def _add(self, pupil, row):
        names = _names(pupil.pk)
        self.fields[names["away"]] = forms.BooleanField(required=False, label=f"{pupil.forename} was away")
        self.fields[names["reason"]] = forms.ChoiceField(
            required=False, choices=AwayReason.choices, label=f"Why {pupil.forename} was away", widget=forms.RadioSelect
        )
        self.fields[names["star"]] = forms.BooleanField(required=False, label=f"A star for {pupil.forename}")
        self.fields[names["word"]] = forms.CharField(
            required=False, max_length=200, label=f"A word on {pupil.forename}"
        )
        self.fields[names["value"]] = forms.DecimalField(
            required=False, max_digits=7, decimal_places=2, label=f"A number for {pupil.forename}"
        )
        self.fields[names["part"]] = forms.IntegerField(
            required=False, min_value=1, max_value=LONGEST, label=f"Minutes of {pupil.forename}, if fewer"
        )
        if row:
            self.initial |= {
                names["away"]: bool(row.reason),
                names["reason"]: row.reason or AwayReason.ABSENT,
                names["star"]: row.star,
                names["word"]: row.word,
                names["value"]: row.value,
                names["part"]: row.minutes,
            }
        else:
            self.initial[names["reason"]] = AwayReason.ABSENT

    @property
    def lines(self):
        """(pupil, {what: bound field}, whether nothing is said of them or None) of each child, for the page."""
        return [
            (
                pupil,
                {what: self[name] for what, name in _names(pupil.pk).items()},
                self[silent] if (silent := f"silent-{pupil.pk}") in self.fields else None,
            )
            for pupil in self.pupils
        ]

    @property
    def marks(self):
        said_of = [pupil for pupil in self.pupils if not self.cleaned_data.get(f"silent-{pupil.pk}")]
        return [self._mark(pupil.pk) for pupil in said_of]

    def _mark(self, pk):
        said = {what: self.cleaned_data.get(name) for what, name in _names(pk).items()}
        if said["away"]:
            return Mark(pk, reason=said["reason"] or AwayReason.UNKNOWN, word=said["word"], value=said["value"])
        return Mark(pk, minutes=said["part"], star=said["star"], word=said["word"], value=said["value"])


def _names(pk):
    return {what: f"{what}-{pk}" for what in ("away", "reason", "star", "word", "value", "part")}


class LostForm(forms.Form):
    reason = forms.ChoiceField(
        label="Why was it not held?", choices=REASONS, widget=forms.RadioSelect,
        error_messages={"required": "Say why it was not held."},
    )  # fmt: skip
    note = forms.CharField(label="Anything else", max_length=300, required=False)


class TakeBackForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    why = forms.CharField(label="Why", max_length=200, error_messages={"required": "Say why it is taken back."})


class _When(forms.Form):
    on = DayField(label="Day")
    starts_at = TimeField(label="From", error_messages={"required": "Enter when it begins."})
    is_meant = forms.BooleanField(required=False, label="The school is closed that day, and it is held all the same")


class MoveForm(_When):
    note = forms.CharField(label="Why", max_length=300, required=False)


class MakeGoodForm(_When):
    minutes = forms.IntegerField(label="Minutes", min_value=1, max_value=LONGEST)


class AddForm(_When):
    minutes = forms.IntegerField(label="Minutes", min_value=1, max_value=LONGEST)
    part = forms.ChoiceField(label="Part of the group", required=False)

    def __init__(self, *args, parts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()
        if parts:
            self.fields["part"].choices = [(part, f"Part {part}") for part in parts]
        else:
            del self.fields["part"]


class SessionAdultsForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    members = adults_field(label="Adults")

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["members"].queryset = runs.adults_for_runs(acting, self.initial["members"])
