from django import forms

from sendco.formkit.versions import VersionedForm

from ..forms.days import LONG_AGO, DayField
from ..models import SencoAppointment, StaffMember


class AppointmentForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    appointed_on = DayField(label="SENCo here since", earliest=LONG_AGO)
    ended_on = DayField(label="Last day as SENCo here", required=False)
    first_senco_on = DayField(
        label="First became a SENCo anywhere on",
        required=False,
        earliest=LONG_AGO,
        help_text="Leave empty if this is the first time.",
    )
    course_started_on = DayField(label="Course begun on", required=False, earliest=LONG_AGO)
    course_completed_on = DayField(label="Course completed on", required=False, earliest=LONG_AGO)

    class Meta:
        model = SencoAppointment
        fields = [
            "member", "appointed_on", "first_senco_on", "months_before", "is_qualified_teacher", "is_head", "course",
            "course_started_on", "course_completed_on", "ended_on",
        ]  # fmt: skip
        labels = {
            "member": "Who",
            "months_before": "Months as a SENCo before this appointment",
            "is_qualified_teacher": "Qualified teacher, with induction completed where it is required",
            "is_head": "Is the headteacher or acting headteacher",
            "course": "Qualification",
        }
        help_texts = {
            "months_before": "At any school, added up. More than 12 means that no qualification is asked for."
        }

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        self.fields["member"].queryset = StaffMember.objects.visible_to(acting)
        self.fields["member"].empty_label = "Choose"
        self.fields["months_before"].required = False

    def _get_validation_exclusions(self):
        # The service says which of two days is wrong.
        return super()._get_validation_exclusions() | {"ended_on"}

    def clean_months_before(self):
        return self.cleaned_data["months_before"] or 0

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
