from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from sendco.formkit.versions import VersionedForm
from staff.models import TeachingGroup, Unit, User
from staff.permissions import Permission

from ... import fields
from ...forms.checked import date_field, former_upn_field, past_date_field, uln_field, upn_field
from ...models import Enrolment, Pupil
from ...models.pupil import YearGroup
from ...models.register import Code
from .. import selectors

OLDEST = 30  # years: an older birth date is a slip in the century


def year_in_words(number):
    """The national curriculum year that a birth date gives: 0 is Reception, below it nursery."""
    if number < -2 or number > 14:
        return "outside school years"
    value = {0: "R", -1: "N2", -2: "N1"}.get(number, str(number))
    return YearGroup(value).label


def year_by_birth(pupil, *, today=None):
    """The year by birth date in words when it is not the year taught in, else None. It is said, never written."""
    number = pupil.notional_year(today or timezone.localdate())
    if number is None:
        return None
    year = year_in_words(number)
    return None if pupil.get_year_group_display() == year else year


class PupilForm(VersionedForm, forms.ModelForm):
    """Details of a child. The fields are those the person may write, by pupils/fields.py."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    upn = upn_field(label="UPN", help_text="13 characters. Leave empty if there is none yet.")
    former_upn = former_upn_field(
        label="Former UPN", help_text="When the UPN above changes, the old one is kept here by itself."
    )
    uln = uln_field(label="ULN", help_text="10 digits, from about age 14.")
    birth_on = past_date_field(label="Date of birth", words="The date of birth", required=False)

    class Meta:
        model = Pupil
        fields = [
            "legal_forename",
            "middle_names",
            "legal_surname",
            "preferred_forename",
            "preferred_surname",
            "pronouns",
            "birth_on",
            "sex",
            "year_group",
            "form_group",
            "upn",
            "former_upn",
            "uln",
            "mis_id",
            "first_language",
            "home_authority",
        ]
        labels = {
            "legal_forename": "Legal first name",
            "legal_surname": "Legal surname",
            "preferred_forename": "First name the child likes",
            "preferred_surname": "Surname the child likes",
            "year_group": "Year taught in",
            "form_group": "Form or class",
            "mis_id": "Number in the school's information system",
        }
        help_texts = {
            "preferred_forename": "Leave empty if it is the legal one. Pages and lists show this name.",
            "year_group": "The year the child is really taught in.",
            "home_authority": "The council where the child lives. It may not be the school's.",
        }

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        allowed = fields.writable(fields.PUPIL, acting)
        for name in set(self._meta.fields) - allowed:
            del self.fields[name]
        self.acting, self.fields["version"].initial = acting, self.instance.version
        if "form_group" in self.fields:
            forms_here = selectors.forms_for_pupils(acting)
            if self.instance.form_group_id:
                kept = TeachingGroup.objects.visible_to(acting).filter(pk=self.instance.form_group_id)
                forms_here = (forms_here | kept).distinct()
            self.fields["form_group"].queryset = forms_here
        self._hint_at_year()

    def _hint_at_year(self):
        if "year_group" not in self.fields or "birth_on" not in self.fields or not self.instance.pk:
            return
        by_birth = year_by_birth(self.instance)
        if by_birth:
            self.fields["year_group"].help_text += f" By birth date it would be {by_birth}. Nothing changes by itself."

    def clean_birth_on(self):
        born = self.cleaned_data["birth_on"]
        if born and born.year < timezone.localdate().year - OLDEST:
            raise ValidationError(f"That is more than {OLDEST} years ago. Check the year.")
        return born

    def clean(self):
        cleaned = super().clean()
        joined, born = self.joined_on(cleaned), cleaned.get("birth_on")
        if joined and born and joined < born:
            self.add_error("birth_on", "The child joined the school before that day. Check both dates.")
        return cleaned

    def joined_on(self, cleaned):
        return self.instance.joined_on

    def values(self):
        """What to hand to the service: the fields of the record alone."""
        return {name: self.cleaned_data[name] for name in self.stored_fields()}


def _limit_units(form, units):
    form.fields["unit"].queryset = units
    if not form.fields["unit"].required and not units.exists():
        del form.fields["unit"]


class PupilAddForm(PupilForm):
    joined_on_day = past_date_field(label="First day on roll", words="The first day")
    kind = forms.ChoiceField(label="Registration", choices=Enrolment.Kind.choices, initial=Enrolment.Kind.SINGLE)
    unit = forms.ModelChoiceField(Unit.objects.none(), label="Unit", required=False, empty_label="None")
    other_school = forms.CharField(
        label="Other school", max_length=150, required=False, help_text="Only when the child is on two rolls."
    )
    code = forms.ChoiceField(
        label="SEN status on the first day",
        choices=Code.choices,
        initial=Code.NONE,
        help_text="As the last school or the plan says. The types of need come on the next page.",
    )

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, acting=acting, **kwargs)
        del self.fields["version"]
        self.fields.pop("former_upn", None)
        self.fields["unit"].required = not acting.sees_all_pupils
        _limit_units(self, selectors.units_one_may_admit_to(acting))
        if not acting.can(Permission.REGISTER_EDIT):
            del self.fields["code"]
        self.order_fields(["legal_forename", "middle_names", "legal_surname", "joined_on_day"])

    def joined_on(self, cleaned):
        return cleaned.get("joined_on_day")

    def clean(self):
        cleaned = super().clean()
        _check_other_school(self, cleaned)
        return cleaned

    def enrolment(self):
        cleaned = self.cleaned_data
        return {
            "joined_on": cleaned["joined_on_day"],
            "kind": cleaned["kind"],
            "unit": cleaned.get("unit"),
            "other_school": cleaned["other_school"],
            "code": cleaned.get("code") or Code.NONE,
        }


def _check_other_school(form, cleaned):
    """Two registrations need the name of the other school."""
    two = {Enrolment.Kind.MAIN, Enrolment.Kind.SUBSIDIARY, Enrolment.Kind.GUEST}
    if cleaned.get("kind") in two and not cleaned.get("other_school"):
        form.add_error("other_school", "Type the name of the other school.")


class EnrolmentForm(forms.Form):
    kind = forms.ChoiceField(label="Registration", choices=Enrolment.Kind.choices)
    unit = forms.ModelChoiceField(Unit.objects.none(), required=False, empty_label="None")
    other_school = forms.CharField(
        max_length=150, required=False, help_text="Only when the child is on two rolls, or is a guest."
    )
    commissioner = forms.CharField(
        label="Who commissions the place", max_length=150, required=False, help_text="A school or a council."
    )
    starts_on = past_date_field(label="First day", words="The first day")
    planned_end_on = date_field(label="Planned last day", required=False)

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        _limit_units(self, selectors.units_for_pupils(acting))

    def clean(self):
        cleaned = super().clean()
        _check_other_school(self, cleaned)
        starts, ends = cleaned.get("starts_on"), cleaned.get("planned_end_on")
        if starts and ends and ends < starts:
            self.add_error("planned_end_on", "The planned last day is before the first day. Check both dates.")
        return cleaned


class FirstDayForm(forms.Form):
    starts_on = past_date_field(label="First day", words="The first day")
    reason = forms.CharField(
        label="How do you know?", max_length=200, help_text="For example: the office typed the wrong year."
    )


class LeaverForm(forms.Form):
    left_on = past_date_field(label="Last day on roll", words="The last day")
    reason = forms.CharField(label="Why", max_length=200, help_text="For example: moved to another school.")
    destination = forms.CharField(
        label="Where to", max_length=200, required=False, help_text="The next school or college, if known."
    )


class ReadmitForm(forms.Form):
    joined_on = past_date_field(label="First day back", words="The first day back")
    kind = forms.ChoiceField(label="Registration", choices=Enrolment.Kind.choices, initial=Enrolment.Kind.SINGLE)
    unit = forms.ModelChoiceField(Unit.objects.none(), required=False, empty_label="None")
    other_school = forms.CharField(
        max_length=150, required=False, help_text="Only when the child is on two rolls, or is a guest."
    )

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        _limit_units(self, selectors.units_one_may_admit_to(acting))

    def clean(self):
        cleaned = super().clean()
        _check_other_school(self, cleaned)
        return cleaned


class KeyWorkerForm(forms.Form):
    user = forms.ModelChoiceField(
        User.objects.none(),
        label="Key worker",
        required=False,
        empty_label="Nobody",
        help_text="As long as this person is the key worker, they can open the child's record.",
    )

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = selectors.adults_for_pupils(acting)


class SupportForm(forms.Form):
    user = forms.ModelChoiceField(
        User.objects.none(),
        label="Who supports the child",
        help_text="From that day this person can open the child's record.",
    )
    starts_on = date_field(label="First day", required=False, help_text="Leave empty for today.")

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = selectors.adults_for_pupils(acting)


class GroupForm(forms.Form):
    group = forms.ModelChoiceField(
        TeachingGroup.objects.none(), label="Form or group", help_text="A form replaces the one before. Groups add up."
    )

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = selectors.groups_for_pupils(acting)
