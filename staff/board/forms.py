from django import forms
from django.utils import timezone

from sendco.formkit.versions import VersionedForm

from ..forms.days import DayField
from ..models import Period, SlotKind, Timetable, Week
from ..models.posts import WEEKDAYS
from ..posts.forms import TimeField
from ..weeks import monday_of

SCHOOL_WEEK = 5
EVERY_DAY = ""
WEEKDAY_CHOICES = [(EVERY_DAY, "Every day"), *((str(number), WEEKDAYS[number]) for number in range(SCHOOL_WEEK))]
MOST_PERIODS = 40
# What a school's day looks like before it is typed: (name, kind, from, until).
USUAL_DAY = (
    ("Registration", "other", "08:45", "09:00"),
    ("1", "lesson", "09:00", "09:55"),
    ("2", "lesson", "09:55", "10:50"),
    ("Break", "break", "10:50", "11:05"),
    ("3", "lesson", "11:05", "12:00"),
    ("Lunch", "lunch", "12:00", "13:00"),
    ("4", "lesson", "13:00", "14:00"),
    ("5", "lesson", "14:00", "15:00"),
    ("End of the day", "other", "15:00", "15:15"),
)


class BeginTimetableForm(forms.Form):
    name = forms.CharField(max_length=60, help_text="For example Autumn 2026")
    starts_on = DayField(label="From", help_text="The timetable before it holds until the day before.")
    has_two_weeks = forms.BooleanField(label="It has two weeks, A and B", required=False)
    first_week_on = DayField(label="A day in your first week A", help_text="The school's own first week: it is week A.")
    counts_holidays = forms.BooleanField(
        label="Holiday weeks count as a week",
        required=False,
        help_text="Usually not: the week after a holiday goes on where the school stopped.",
    )
    copies = forms.BooleanField(
        label="Take over the school's day and the slots from the timetable before",
        required=False,
        initial=True,
        help_text="Slots that end before this day stay behind.",
    )

    def __init__(self, *args, before=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = timezone.localdate()
        self.fields["first_week_on"].initial = before.first_week_on if before else monday_of(timezone.localdate())
        if before is None:
            del self.fields["copies"]


class TimetableForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    first_week_on = DayField(label="A day in your first week A")

    class Meta:
        model = Timetable
        fields = ["name", "has_two_weeks", "first_week_on", "counts_holidays"]
        labels = {"has_two_weeks": "It has two weeks, A and B", "counts_holidays": "Holiday weeks count as a week"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class PeriodsForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)


class PeriodForm(forms.Form):
    """One part of the day. A row without a name is left out."""

    name = forms.CharField(max_length=40, required=False)
    kind = forms.ChoiceField(choices=Period.Kind)
    weekday = forms.ChoiceField(label="Day", choices=WEEKDAY_CHOICES, required=False)
    starts_at = TimeField(label="From", required=False)
    ends_at = TimeField(label="Until", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-select" if name in ("kind", "weekday") else "form-control"

    def clean(self):
        data = super().clean()
        if self.errors or not (data.get("name") or data.get("starts_at") or data.get("ends_at")):
            return data
        for name, words in (
            ("name", "Give it a name."),
            ("starts_at", "Enter when it begins."),
            ("ends_at", "Enter when it ends."),
        ):
            if not data.get(name):
                self.add_error(name, words)
        if not self.errors and data["ends_at"] <= data["starts_at"]:
            self.add_error("ends_at", "The end is before the beginning. Check both times.")
        return data

    @property
    def values(self):
        data = self.cleaned_data
        if not data.get("name"):
            return None
        weekday = int(data["weekday"]) if data["weekday"] else None
        return {name: data[name] for name in ("name", "kind", "starts_at", "ends_at")} | {"weekday": weekday}


class Periods(forms.BaseFormSet):
    def clean(self):
        if not any(self.errors) and not self.rows:
            raise forms.ValidationError("Enter at least one part of the school's day.")

    @property
    def rows(self):
        return [form.values for form in self.forms if form.values]


PeriodFormSet = forms.formset_factory(
    PeriodForm, formset=Periods, extra=4, max_num=MOST_PERIODS, absolute_max=MOST_PERIODS, validate_max=True
)


def period_rows(periods):
    """Initial values: the parts there are, or a usual day to change."""
    rows = [
        {
            "name": period.name,
            "kind": period.kind,
            "weekday": EVERY_DAY if period.weekday is None else str(period.weekday),
            "starts_at": period.starts_at,
            "ends_at": period.ends_at,
        }
        for period in periods
    ]
    usual = [
        {"name": name, "kind": kind, "weekday": EVERY_DAY, "starts_at": first, "ends_at": last}
        for name, kind, first, last in USUAL_DAY
    ]
    return rows or usual


class WeekLetterForm(forms.Form):
    day = DayField(label="A day in that week")
    letter = forms.ChoiceField(
        label="It is", choices=[*Week.choices, ("", "As it would be counted")], required=False, widget=forms.RadioSelect
    )
    later_follow = forms.BooleanField(
        label="Later weeks count on from it", required=False, initial=True,
        help_text="Without this tick the weeks after it stay as they would have been.",
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = timezone.localdate()


class KindForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = SlotKind
        fields = ["name", "tone", "makes_busy", "needs_cover", "is_break", "is_with_teacher", "weight"]
        labels = {
            "tone": "Shown as",
            "makes_busy": "The adult is busy in it",
            "needs_cover": "It needs somebody else when the adult is away",
            "is_break": "It is the adult's break",
            "is_with_teacher": "It is time with the teacher",
            "weight": "When somebody is away",
        }
        help_texts = {
            "makes_busy": "Without this tick the adult counts as free.",
            "is_break": "Only such slots count as the rest break of a long day.",
            "is_with_teacher": "Counted for every adult who supports lessons.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)

    def clean(self):
        data = super().clean()
        if data.get("is_break") and data.get("makes_busy"):
            self.add_error("makes_busy", "Nobody is busy in a break. Take one of the two ticks away.")
        return data

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
