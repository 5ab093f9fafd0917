from datetime import time
from decimal import Decimal

from django import forms
from django.core.validators import MinValueValidator
from django.utils import timezone

from sendco.formkit.versions import VersionedForm

from ..forms.days import LONG_AGO, DayField, check_order
from ..forms.many import ManyRowsField
from ..models import ExtraTime, FormulaRate, PayRate, Post, StaffMember, Unit, User
from ..models.posts import WEEKDAYS
from . import selectors

SCHOOL_WEEK = 5
MIDNIGHT_IS_LATE = (
    "The end is before the beginning. A working day ends before midnight: enter the rest on the next day."
)


class MoneyField(forms.DecimalField):
    """Pounds and pence, never below zero."""

    def __init__(self, **kwargs):
        kwargs.setdefault("max_digits", 9)
        super().__init__(decimal_places=2, min_value=Decimal(0), **kwargs)
        self.error_messages["invalid"] = "Enter an amount, for example 16.50."
        for check in self.validators:
            if isinstance(check, MinValueValidator):
                check.message = "Enter an amount that is not below zero."
            elif hasattr(check, "decimal_places"):
                check.messages = check.messages | {"max_decimal_places": "Enter pounds and pence, for example 16.50."}
        self.widget.attrs["inputmode"] = "decimal"


class TimeField(forms.TimeField):
    default_error_messages = {"invalid": "Enter a time, for example 08:30."}

    def __init__(self, **kwargs):
        super().__init__(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **kwargs)


class AddMembersForm(forms.Form):
    users = ManyRowsField(
        User.objects.none(),
        label="Colleagues with an account",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Everyone who works here today and is not on the staff list yet",
    )
    name = forms.CharField(
        label="Somebody without an account",
        max_length=120,
        required=False,
        help_text="For example a counsellor who is bought in, or a midday assistant who does not sign in",
    )
    bought_in_from = forms.CharField(
        label="Bought in from",
        max_length=120,
        required=False,
        help_text="The agency or service. Leave this empty for somebody the school employs.",
    )

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["users"].queryset = selectors.without_record(acting)

    def clean(self):
        data = super().clean()
        if not self.errors and not data.get("users") and not data.get("name"):
            self.add_error("name", "Tick somebody, or type a name.")
        return data


class MemberForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = StaffMember
        fields = ["name", "user", "bought_in_from"]
        labels = {"user": "Account", "bought_in_from": "Bought in from"}
        help_texts = {
            "user": "The account with which this person signs in to sendco, if they have one",
            "bought_in_from": "The agency or service. Leave this empty for somebody the school employs.",
        }

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        mine = User.objects.filter(pk=self.instance.user_id)
        self.fields["user"].queryset = mine | User.objects.filter(pk__in=selectors.without_record(acting).values("pk"))
        self.fields["user"].empty_label = "No account"


class PostForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    starts_on = DayField(label="First day", earliest=LONG_AGO)
    ends_on = DayField(label="Last day", required=False, help_text="Leave this empty when there is none yet.")
    probation_ends_on = DayField(label="Probation ends", required=False, help_text="Leave empty where there is none.")
    probation_passed_on = DayField(
        label="Probation passed on", required=False, help_text="Until it is entered, the line manager is reminded."
    )

    class Meta:
        model = Post
        fields = [
            "title",
            "staff_group",
            "grade",
            "unit",
            "hours_a_week",
            "weeks_a_year",
            "works_inset",
            "extra_hours",
            "starts_on",
            "ends_on",
            "probation_ends_on",
            "probation_passed_on",
        ]
        labels = {
            "title": "Post",
            "staff_group": "Kind of post",
            "hours_a_week": "Hours a week",
            "weeks_a_year": "Weeks a year",
            "works_inset": "These weeks include INSET days",
            "extra_hours": "Extra hours a year",
        }
        help_texts = {
            "title": "As the contract says, for example Teaching assistant, level 3",
            "unit": "Leave this empty for the whole school.",
            "hours_a_week": "Paid hours in a school week, without unpaid breaks. For example 32.5",
            "weeks_a_year": "For example 38, or 39 with INSET days",
            "works_inset": "INSET days count as working time only then.",
            "extra_hours": "Hours for evenings and meetings beyond the pattern that the contract includes, if any",
        }
        error_messages = {"title": {"required": "Enter the post, as the contract says."}}

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        self.fields["unit"].queryset = Unit.objects.visible_to(acting)
        self.fields["unit"].empty_label = "Whole school"
        if self.instance.pk is None:
            self.initial.setdefault("starts_on", timezone.localdate())

    def clean(self):
        data = super().clean()
        check_order(self)
        check_order(self, last="probation_ends_on")
        check_order(self, last="probation_passed_on")
        return data

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


# --- A pattern: a row for each day of the week, twice where the weeks differ ---
class PatternForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    starts_on = DayField(label="From", earliest=LONG_AGO, help_text="The pattern before it holds until the day before.")
    has_two_weeks = forms.BooleanField(
        label="Week B is different",
        required=False,
        help_text="For a two-week timetable. Then the upper rows are week A.",
    )


class WorkTimeForm(forms.Form):
    """One day. Without times nothing is worked."""

    starts_at = TimeField(label="From", required=False)
    ends_at = TimeField(label="Until", required=False)
    unpaid_from = TimeField(label="Unpaid break from", required=False)
    unpaid_until = TimeField(label="Break until", required=False)

    def __init__(self, *args, place, **kwargs):
        super().__init__(*args, **kwargs)
        self.week, self.weekday = ("A" if place < SCHOOL_WEEK else "B"), place % SCHOOL_WEEK
        self.day_name = WEEKDAYS[self.weekday]
        for field in self.fields.values():
            field.widget.attrs.update(
                {"class": "form-control", "aria-label": f"{self.day_name}, {field.label.lower()}"}
            )

    def clean(self):
        data = super().clean()
        starts, ends = data.get("starts_at"), data.get("ends_at")
        first, last = data.get("unpaid_from"), data.get("unpaid_until")
        if self.errors:
            return data
        if bool(starts) != bool(ends):
            self.add_error("ends_at" if starts else "starts_at", "Enter both times, or neither.")
        elif starts and ends and ends <= starts:
            self.add_error("ends_at", MIDNIGHT_IS_LATE)
        elif bool(first) != bool(last):
            self.add_error("unpaid_until" if first else "unpaid_from", "Enter both ends of the break, or neither.")
        elif first and last and not (starts and starts <= first < last <= ends):
            self.add_error("unpaid_from", "The unpaid break lies outside the working time. Check the times.")
        return data

    @property
    def values(self):
        data = self.cleaned_data
        names = ("starts_at", "ends_at", "unpaid_from", "unpaid_until")
        return {"weekday": self.weekday} | {name: data[name] for name in names} if data.get("starts_at") else None


class WorkTimes(forms.BaseFormSet):
    def get_form_kwargs(self, index):
        return {**super().get_form_kwargs(index), "place": index or 0}

    def total_form_count(self):
        return 2 * SCHOOL_WEEK

    def initial_form_count(self):
        return 2 * SCHOOL_WEEK

    def rows(self, *, two_weeks):
        """The values of the rows as the service wants them."""
        found = [form for form in self.forms if form.values and (two_weeks or form.week == "A")]
        return [{"week": form.week if two_weeks else "", **form.values} for form in found]

    @property
    def weeks(self):
        """For the page: [(week, its rows)]."""
        return [("A", self.forms[:SCHOOL_WEEK]), ("B", self.forms[SCHOOL_WEEK:])]


WorkTimeFormSet = forms.formset_factory(WorkTimeForm, formset=WorkTimes, extra=0, max_num=10, absolute_max=20)


def pattern_rows(times):
    """Initial values of the ten rows."""
    rows = [{} for _ in range(2 * SCHOOL_WEEK)]
    for one in times:
        if one.weekday < SCHOOL_WEEK:
            place = one.weekday + (SCHOOL_WEEK if one.week == "B" else 0)
            names = ("starts_at", "ends_at", "unpaid_from", "unpaid_until")
            rows[place] = {name: getattr(one, name) for name in names}
    return rows


def usual_rows(hours):
    """What a new pattern suggests: the post's hours spread over five days from half past eight."""
    minutes = int(hours * 60 / SCHOOL_WEEK)
    end = min(8 * 60 + 30 + minutes, 23 * 60 + 59)
    return [{"starts_at": time(8, 30), "ends_at": time(end // 60, end % 60)} for _ in range(SCHOOL_WEEK)] + [
        {} for _ in range(SCHOOL_WEEK)
    ]


# --- What an hour costs ---
class PayRateForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    starts_on = DayField(
        label="From", earliest=LONG_AGO, help_text="A rise that is backdated starts on its own first day."
    )
    salary = MoneyField(label="Salary a year, in pounds", required=False, help_text="What is paid for this post")
    on_costs = MoneyField(
        label="On-costs a year, in pounds",
        required=False,
        help_text="The employer's national insurance and pension contributions, and the apprenticeship levy",
    )
    hourly = MoneyField(label="Price of an hour, in pounds", required=False, help_text="Only for bought-in work")

    class Meta:
        model = PayRate
        fields = ["starts_on", "method", "salary", "on_costs", "paid_hours", "paid_weeks", "hourly"]
        labels = {"method": "How it is worked out", "paid_hours": "Hours a week", "paid_weeks": "Weeks worked"}
        help_texts = {
            "paid_hours": "The hours a week that this salary is for",
            "paid_weeks": "The weeks that are worked for it, for example 39: not those that are paid as holiday",
        }
        widgets = {"method": forms.RadioSelect}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        self.fields["method"].choices = PayRate.Method.choices

    def clean(self):
        data = super().clean()
        wanted = ("salary", "on_costs", "paid_hours", "paid_weeks")
        if data.get("method") == PayRate.Method.PRICE:
            wanted = ("hourly",)
        for name in wanted:
            if data.get(name) is None and name not in self.errors:
                self.add_error(name, f"Enter {self.fields[name].label.split(',')[0].lower()}.")
        return data

    def _get_validation_exclusions(self):
        # It is worked out from the others, so that an empty one is no fault of the row.
        return super()._get_validation_exclusions() | {"hourly"}

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class FormulaForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    starts_on = DayField(label="From")
    yearly = MoneyField(
        label="Pounds a year for each weekly hour", help_text="As the authority publishes it, for example 655.00"
    )

    class Meta:
        model = FormulaRate
        fields = ["authority", "staff_group", "starts_on", "yearly", "weeks"]
        labels = {"authority": "Local authority", "staff_group": "Kind of post", "weeks": "Weeks it counts"}
        help_texts = {"authority": "Named as on pupils' records", "weeks": "Usually 38"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        if self.instance.pk is None:
            self.initial.setdefault("starts_on", timezone.localdate())

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class LineForm(forms.Form):
    manager = forms.ModelChoiceField(
        StaffMember.objects.none(), label="Line manager", required=False, empty_label="Nobody"
    )
    starts_on = DayField(label="From", help_text="Whoever managed before sees nothing more from this day on.")

    def __init__(self, *args, acting, member, **kwargs):
        super().__init__(*args, **kwargs)
        here = selectors.at_work(acting.school, acting.today)
        self.fields["manager"].queryset = here.exclude(pk=member.pk)
        self.fields["starts_on"].initial = timezone.localdate()


class ExtraTimeForm(forms.Form):
    post = forms.ModelChoiceField(Post.objects.none(), empty_label=None)
    on = DayField(label="Day")
    hours = forms.IntegerField(min_value=0, max_value=24, initial=0, label="Hours")
    minutes = forms.IntegerField(min_value=0, max_value=59, initial=0, label="Minutes")
    what = forms.CharField(max_length=120, label="What it was for", help_text="For example Parents' evening")
    counts = forms.ChoiceField(label="How it counts", choices=ExtraTime.Counts, widget=forms.RadioSelect)

    def __init__(self, *args, member, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["post"].queryset = member.posts.order_by("-starts_on", "-pk")
        self.fields["on"].initial = timezone.localdate()

    def clean(self):
        data = super().clean()
        if not self.errors and not data["hours"] * 60 + data["minutes"]:
            self.add_error("minutes", "Enter how long it was.")
        if not self.errors and data["hours"] * 60 + data["minutes"] > 24 * 60:
            self.add_error("hours", "A day has 24 hours. Check the time.")
        return data

    @property
    def values(self):
        data = self.cleaned_data
        return {name: data[name] for name in ("post", "on", "what", "counts")} | {
            "minutes": data["hours"] * 60 + data["minutes"]
        }
