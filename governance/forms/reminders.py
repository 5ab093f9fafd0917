from datetime import time

from django import forms
from django.utils import timezone

from sendco.due.windows import THIS_WEEK
from staff.forms.days import DayField, check_order
from staff.models import User

from ..services.recipients import Recipients
from ..stages import CHOICES

HOURS = [time(half // 2, half % 2 * 30) for half in range(10, 41)]  # 05:00 to 20:00


class PlanForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    send_at = forms.TypedChoiceField(
        label="When the mail goes out",
        choices=[(f"{hour:%H:%M}", f"{hour:%H:%M}") for hour in HOURS],
        coerce=time.fromisoformat,
        help_text="UK time. Each person gets one mail on a school day, and none when nothing is due.",
    )
    pass_on_days = forms.IntegerField(
        label="Days until a late item is passed on to the head",
        min_value=0,
        max_value=60,
        help_text="Calendar days after the date. The head gets it again each week until it is done.",
    )

    def __init__(self, *args, plan, **kwargs):
        initial = {"version": plan.version, "send_at": f"{plan.send_at:%H:%M}", "pass_on_days": plan.pass_on_days}
        super().__init__(*args, initial=initial, **kwargs)


class StagesForm(forms.Form):
    days = forms.TypedMultipleChoiceField(
        label="Before and on the day",
        choices=list(CHOICES.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="A stage that falls on a closed day goes out on the school day before it.",
    )
    daily_when_late = forms.BooleanField(
        label="Each school day while it is late, until somebody acknowledges it",
        required=False,
        help_text="Without the tick it is said once.",
    )


def people_who_may_be_told(school):
    recipients = Recipients(school.pk, timezone.localdate())
    people = User.objects.working_at(school, timezone.localdate())
    return people.filter(pk__in=[person.pk for person in people if recipients.may_be_told(person.pk)])


class CoverForm(forms.Form):
    absent = forms.ModelChoiceField(User.objects.none(), label="Who is away")
    deputy = forms.ModelChoiceField(
        User.objects.none(), label="Who stands in", help_text="Somebody who may open what the other may open."
    )
    starts_on = DayField(label="First day")
    ends_on = DayField(label="Last day")
    is_instead = forms.TypedChoiceField(
        label="Who gets the mail",
        choices=[("1", "The deputy alone"), ("0", "Both of them")],
        coerce=lambda value: value == "1",
        initial="1",
    )

    def __init__(self, *args, school, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["absent"].queryset = self.fields["deputy"].queryset = people_who_may_be_told(school)

    def clean(self):
        data = super().clean()
        check_order(self)
        return data


class AcknowledgeForm(forms.Form):
    reason = forms.CharField(
        label="Why it is late",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What holds it up and who you have spoken to.",
    )
    look_again_on = DayField(
        label="Look at it again on",
        help_text="No daily mail until then, at most eight weeks. For example 27/03/2026",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["look_again_on"].initial = timezone.localdate() + THIS_WEEK
