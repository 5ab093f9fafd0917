from datetime import timedelta

from django import forms
from django.utils import timezone

from ..forms.days import DayField, check_order
from ..models import Absence, Post, StaffMember
from ..permissions import Permission
from ..posts.forms import TimeField

# An absence of somebody who has left is entered late, and one of somebody who comes soon is known before.
AROUND = timedelta(days=92)
REASONS = [("", "Not said"), *((value, label) for value, label in Absence.Reason.choices if value)]


class AbsenceForm(forms.Form):
    """Who is away from when to when. The reason is asked only of those who may know it afterwards."""

    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    member = forms.ModelChoiceField(
        StaffMember.objects.none(),
        label="Who",
        empty_label="Choose",
        error_messages={"required": "Choose who is away."},
    )
    starts_on = DayField(label="First day away")
    ends_on = DayField(
        label="Last day away", required=False, help_text="Leave this empty when nobody knows yet: note the return then."
    )
    starts_at = TimeField(label="From", required=False, help_text="Only when the first day is not a whole day away")
    ends_at = TimeField(label="Until", required=False, help_text="Only when the last day is not a whole day away")
    reason = forms.ChoiceField(
        choices=REASONS,
        required=False,
        help_text="Only the kind, never an illness by name. Only the line manager and the headteacher see it.",
    )

    def __init__(self, *args, acting, known, absence=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.known, self.absence = known, absence
        self.fields["member"].queryset = choosable(acting)
        today = timezone.localdate()
        self.fields["starts_on"].initial = self.fields["ends_on"].initial = today
        if absence is not None:
            del self.fields["member"]
            if absence.member_id not in known:
                del self.fields["reason"]
        elif not known:
            del self.fields["reason"]

    def clean(self):
        data = super().clean()
        check_order(self)
        if data.get("ends_at") and not data.get("ends_on") and "ends_on" not in self.errors:
            self.add_error("ends_on", "Enter the last day as well: the time is on it.")
        return data

    @property
    def values(self):
        names = ("starts_on", "ends_on", "starts_at", "ends_at")
        member = self.absence.member_id if self.absence else self.cleaned_data["member"].pk
        reason = self.cleaned_data.get("reason") if member in self.known else None
        return {name: self.cleaned_data[name] for name in names} | {"reason": reason}


def choosable(acting):
    """The adults whom this person may record as away: those with a post now, soon or a short while ago."""
    held = Post.objects.filter(member__school=acting.school, starts_on__lte=acting.today + AROUND)
    held = held.exclude(ends_on__lt=acting.today - AROUND)
    here = StaffMember.objects.filter(pk__in=held.values("member")).order_by("name", "pk")
    return here if sees_all(acting) else here.filter(pk__in=StaffMember.objects.visible_to(acting).values("pk"))


def sees_all(acting):
    return acting.can(Permission.ABSENCE_EDIT) and not acting.can(Permission.STAFF_VIEW_UNIT)


class ReturnForm(forms.Form):
    returned_on = DayField(label="First day back")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["returned_on"].initial = timezone.localdate()


class DayForm(forms.Form):
    day = DayField()
