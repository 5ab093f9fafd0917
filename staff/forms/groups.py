from datetime import timedelta

from django import forms
from django.utils import timezone

from ..models import AcademicYear, GroupStaff, TeachingGroup, User
from .days import DayField


class GroupForm(forms.ModelForm):
    class Meta:
        model = TeachingGroup
        fields = ["name", "kind", "academic_year"]
        labels = {"academic_year": "School year"}
        help_texts = {
            "name": "As staff say it, for example 5A or Maths set 2",
            "kind": "A pupil has one form or class, and any number of teaching groups.",
            "academic_year": "Leave this empty for a group that goes on from year to year.",
        }

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["academic_year"].queryset = AcademicYear.objects.visible_to(acting)
        self.fields["academic_year"].empty_label = "Every year"


class GroupStaffForm(forms.Form):
    user = forms.ModelChoiceField(User.objects.none(), label="Who", help_text="Everyone who works here today")
    kind = forms.ChoiceField(label="What they do", choices=GroupStaff.Kind, widget=forms.RadioSelect)
    starts_on = DayField(
        label="From", help_text="They see the pupils of this group from this day. For example 27/03/2026"
    )

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = User.objects.working_at(acting.school, timezone.localdate())
        self.fields["starts_on"].initial = timezone.localdate()


class EndPlaceForm(forms.Form):
    ends_on = DayField(
        label="Last day",
        help_text="Yesterday ends it now. With a later day they see the pupils until that evening.",
    )

    def __init__(self, *args, place, **kwargs):
        super().__init__(*args, **kwargs)
        self.place = place
        self.fields["ends_on"].initial = timezone.localdate() - timedelta(days=1)

    def clean_ends_on(self):
        day = self.cleaned_data["ends_on"]
        if day < self.place.starts_on < timezone.localdate():
            raise forms.ValidationError("The last day is before the first day. Check the date.")
        return day
