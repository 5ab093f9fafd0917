from datetime import timedelta

from django import forms
from django.utils import timezone

from ..forms.days import DayField, check_order
from ..models import SupervisionMeeting, User


class PlanForm(forms.Form):
    kind = forms.ChoiceField(label="What it is", choices=SupervisionMeeting.Kind, widget=forms.RadioSelect)
    planned_on = DayField(label="Day")
    every_weeks = forms.IntegerField(
        label="Again every so many weeks", min_value=1, max_value=26, required=False, help_text="Leave empty for one."
    )
    until = DayField(label="Until", required=False, help_text="The last day of the row")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].initial = SupervisionMeeting.Kind.ONE_TO_ONE
        self.fields["planned_on"].initial = timezone.localdate() + timedelta(days=7)

    def clean(self):
        data = super().clean()
        check_order(self, "planned_on", "until")
        if data.get("every_weeks") and not data.get("until") and "until" not in self.errors:
            self.add_error("until", "Enter until when it comes again.")
        return data


class MoveForm(forms.Form):
    planned_on = DayField(label="New day")


class NotesForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    held_on = DayField(label="Held on", required=False, help_text="Leave this empty while you prepare it.")
    notes = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 10}),
        required=False,
        max_length=20000,
        help_text="Only you two read this. It is kept encrypted. What belongs on a child's record is written there.",
    )


class ActionForm(forms.Form):
    text = forms.CharField(label="What is to be done", max_length=300)
    owner = forms.ModelChoiceField(User.objects.none(), label="Who does it", empty_label=None)
    due_on = DayField(label="By")

    def __init__(self, *args, meeting, **kwargs):
        super().__init__(*args, **kwargs)
        ids = [pk for pk in (meeting.leader_id, meeting.member.user_id) if pk]
        self.fields["owner"].queryset = User.objects.filter(pk__in=ids).order_by("name", "pk")
        self.fields["due_on"].initial = timezone.localdate() + timedelta(days=14)


class DoneForm(forms.Form):
    done_on = DayField(label="Done on")
    outcome = forms.CharField(label="What came of it", max_length=300, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["done_on"].initial = timezone.localdate()


class AskForm(forms.Form):
    reason = forms.CharField(
        label="Why do you need to read these notes?",
        min_length=10,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The adult, whoever leads them and the second person read this.",
        error_messages={"min_length": "Write at least 10 characters, so that somebody can understand it later."},
    )


class DecideForm(forms.Form):
    answer = forms.ChoiceField(
        label="Do you agree?", choices=[("yes", "Yes, for seven days"), ("no", "No")], widget=forms.RadioSelect
    )


class SeenForm(forms.Form):
    """Which version of the notes was there when the button was pressed."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
