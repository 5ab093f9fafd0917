from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.utils import timezone

from pupils.deployment.selectors import may_be_placed
from pupils.models import Pupil
from staff.board.selectors import members_on_board, periods_of, periods_on, who_support
from staff.forms.days import DayField, check_order
from staff.forms.many import ManyRowsField
from staff.models import Skill, SlotKind, StaffMember, TeachingGroup, Unit, Week
from staff.models.posts import WEEKDAYS
from staff.permissions import Permission as P
from staff.posts.forms import TimeField

SCHOOL_WEEK = 5
DAYS = [(str(number), WEEKDAYS[number]) for number in range(SCHOOL_WEEK)]
WHO = (("", "Those who support"), ("all", "Everyone with a post"))
BY = (("adult", "By adult"), ("class", "By class"), ("pupil", "By pupil"))


class BoardFilter(forms.Form):
    """What the board shows: bound to the address, and what cannot be read is left out."""

    week = DayField(required=False)
    by = forms.ChoiceField(choices=BY, required=False)
    unit = forms.ModelChoiceField(Unit.objects.none(), required=False, empty_label="Every unit")
    who = forms.ChoiceField(choices=WHO, required=False)

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.visible_to(acting)
        for name in ("unit", "who"):
            self.fields[name].widget.attrs["class"] = "form-select"
        self.is_valid()

    @property
    def day(self):
        return self.cleaned_data.get("week") or timezone.localdate()

    @property
    def shown(self):
        return self.cleaned_data.get("by") or "adult"

    @property
    def chosen_unit(self):
        return self.cleaned_data.get("unit")

    def members(self, acting):
        """The adults whom the board shows: by default those who support, and whoever is placed somewhere."""
        members = members_on_board(acting, self.day)
        if self.chosen_unit:
            members = members.filter(posts__unit=self.chosen_unit)
        if self.cleaned_data.get("who") != "all":
            members = who_support(members)
        return members

    @property
    def kept(self):
        """The choices beside the week, for the links of a page."""
        chosen = {"unit": self.chosen_unit and self.chosen_unit.pk, "who": self.cleaned_data.get("who")}
        return urlencode({name: value for name, value in chosen.items() if value})


class _SlotFields(forms.Form):
    """What both forms of a slot ask."""

    member = forms.ModelChoiceField(
        StaffMember.objects.none(),
        label="Who",
        empty_label="Choose",
        error_messages={"required": "Choose who is placed."},
    )
    kind = forms.ModelChoiceField(SlotKind.objects.none(), label="What kind of slot", empty_label=None)
    period = forms.ChoiceField(label="When", required=False)
    starts_at = TimeField(label="Or from", required=False)
    ends_at = TimeField(label="Until", required=False)
    week = forms.ChoiceField(label="Week", choices=[("", "Every week"), *Week.choices], required=False)
    group = forms.ModelChoiceField(
        TeachingGroup.objects.none(), label="With which class or group", required=False, empty_label="None"
    )
    pupils = ManyRowsField(
        Pupil.objects.none(),
        label="Or with which pupils",
        required=False,
        help_text="Those on the register, or who need a trained adult. Choose several with Ctrl or the space bar.",
    )
    doing = forms.CharField(
        label="Doing what", max_length=120, required=False, help_text="For example Phonics catch-up. No child's name."
    )
    place = forms.CharField(label="Where", max_length=60, required=False, help_text="The room, if it matters")
    skill = forms.ModelChoiceField(
        Skill.objects.none(),
        label="Training it needs",
        required=False,
        empty_label="None",
        help_text="The board shows when the adult is not trained.",
    )

    def __init__(self, *args, acting, timetable, day, **kwargs):
        super().__init__(*args, **kwargs)
        self.acting, self.timetable = acting, timetable
        self.fields["member"].queryset = members_on_board(acting, day)
        kinds = SlotKind.objects.visible_to(acting).filter(is_archived=False)
        self.fields["kind"].queryset = kinds
        # What was put away meanwhile stays where it stands.
        held = {name: getattr(self.initial.get(name), "pk", self.initial.get(name)) for name in ("skill", "group")}
        for name, model in (("skill", Skill), ("group", TeachingGroup)):
            rows = model.objects.visible_to(acting)
            self.fields[name].queryset = rows.filter(Q(is_archived=False) | Q(pk=held[name] or 0))
        self.fields["pupils"].queryset = may_be_placed(acting)
        self.fields["pupils"].label_from_instance = lambda pupil: pupil.name
        self.fields["pupils"].widget.attrs["size"] = 6
        self.periods = periods_of(timetable)
        names = dict.fromkeys(period.name for period in self.periods)
        self.fields["period"].choices = [("", "At the times below"), *((name, self._words(name)) for name in names)]
        if not timetable.has_two_weeks:
            del self.fields["week"]

    def _words(self, name):
        first = next(period for period in self.periods if period.name == name)
        return f"{name}, {first.starts_at:%H:%M} to {first.ends_at:%H:%M}"

    def _check_times(self, weekdays, field):
        """Write into `times` when the slot is on each of these days, or say what is missing."""
        data = self.cleaned_data
        self.times = {}
        for weekday in weekdays:
            if name := data.get("period"):
                found = next((one for one in periods_on(self.periods, weekday) if one.name == name), None)
                if found is None:
                    self.add_error(field, f"{WEEKDAYS[weekday]} has no {name}. Leave that day out, or enter times.")
                    return
                self.times[weekday] = (found.starts_at, found.ends_at)
            elif data.get("starts_at") and data.get("ends_at"):
                if data["ends_at"] <= data["starts_at"]:
                    self.add_error("ends_at", "The end is before the beginning. Check both times.")
                    return
                self.times[weekday] = (data["starts_at"], data["ends_at"])
            elif not {"starts_at", "ends_at"} & set(self.errors):
                self.add_error("period", "Choose when, or enter both times.")
                return

    def shared_values(self):
        data = self.cleaned_data
        names = ("kind", "group", "doing", "place", "skill")
        return {name: data[name] for name in names} | {"week": data.get("week", "")}


class PlaceForm(_SlotFields):
    days = forms.MultipleChoiceField(
        label="Days",
        choices=DAYS,
        widget=forms.CheckboxSelectMultiple,
        initial=[day for day, _ in DAYS],
        error_messages={"required": "Choose at least one day."},
    )
    starts_on = DayField(label="From")
    ends_on = DayField(label="Last day", required=False, help_text="Leave this empty for the rest of the timetable.")
    let_read = forms.BooleanField(
        label="Let them read about these pupils from that day on",
        required=False,
        initial=True,
        help_text="As an adult who supports them: profile, plan and what helps.",
    )

    field_order = (
        "member", "period", "starts_at", "ends_at", "group", "kind", "days", "week", "pupils", "doing", "place",
        "skill", "starts_on", "ends_on", "let_read",
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = max(timezone.localdate(), self.timetable.starts_on)
        if not self.acting.can(P.PUPIL_EDIT):
            del self.fields["let_read"]

    def clean(self):
        data = super().clean()
        check_order(self)
        if data.get("days"):
            self._check_times([int(day) for day in data["days"]], "days")
        return data


class SlotForm(_SlotFields):
    """Change a slot from a day on: what was before stays."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    weekday = forms.ChoiceField(label="Day", choices=DAYS)
    from_on = DayField(label="From which day", help_text="Weeks before this day stay as they were.")
    ends_on = DayField(label="Last day", required=False, help_text="Leave this empty for the rest of the timetable.")

    field_order = (
        "member", "weekday", "period", "starts_at", "ends_at", "week", "group", "kind", "pupils", "doing", "place",
        "skill", "from_on", "ends_on", "version",
    )  # fmt: skip

    def clean(self):
        data = super().clean()
        check_order(self, first="from_on")
        if data.get("weekday"):
            self._check_times([int(data["weekday"])], "weekday")
        return data


class RemoveForm(forms.Form):
    from_on = DayField(label="From which day", help_text="Weeks before this day stay as they were.")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["from_on"].initial = timezone.localdate()


class MoveForm(forms.Form):
    """What dragging sends: who and which day, and what the board had seen."""

    member = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    weekday = forms.IntegerField(min_value=0, max_value=4)
    week = DayField()
    seen = forms.IntegerField(min_value=0, max_value=2**63 - 1)
