from django import forms
from django.utils import timezone

from sendco.clock import academic_year_start
from sendco.formkit.versions import VersionedForm

from ..forms.days import DayField
from ..models import Appraisal, AppraisalScheme, Objective, StaffMember, User
from ..selectors import colleagues

YEARS = (2000, 2099)


class SchemeForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    starts_in = forms.IntegerField(
        label="School year begins in", min_value=YEARS[0], max_value=YEARS[1], help_text="2026 for 2026-27"
    )
    objectives_by = DayField(label="Objectives set by")
    mid_year_by = DayField(label="Mid-year review by", required=False, help_text="Leave empty where there is none.")
    end_year_by = DayField(label="End-of-year review by")

    class Meta:
        model = AppraisalScheme
        fields = ["starts_in", "staff_group", "objectives_by", "mid_year_by", "end_year_by"]
        labels = {"staff_group": "For"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        if self.instance.pk is None:
            self.initial.setdefault("starts_in", academic_year_start(timezone.localdate()))

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class BeginForm(forms.Form):
    scheme = forms.ModelChoiceField(AppraisalScheme.objects.none(), label="Scheme", empty_label=None)
    began_on = DayField(label="It begins on")
    appraiser = forms.ModelChoiceField(
        User.objects.none(), required=False, empty_label="The line manager", help_text="Only where it is another"
    )

    def __init__(self, *args, acting, schemes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["scheme"].queryset = schemes
        self.fields["began_on"].initial = timezone.localdate()
        self.fields["appraiser"].queryset = colleagues(acting.school, acting.today)


class BeginAllForm(forms.Form):
    began_on = DayField(label="They begin on")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["began_on"].initial = timezone.localdate()


class AppraiserForm(forms.Form):
    appraiser = forms.ModelChoiceField(User.objects.none(), empty_label=None)

    def __init__(self, *args, acting, member: StaffMember, **kwargs):
        super().__init__(*args, **kwargs)
        here = colleagues(acting.school, acting.today)
        self.fields["appraiser"].queryset = here.exclude(pk=member.user_id or 0)


class ObjectiveForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Objective
        fields = ["text", "measure", "support", "judgement", "judgement_note"]
        labels = {
            "text": "Objective",
            "measure": "How you will both know",
            "support": "Training or support for it",
            "judgement": "How it ended",
            "judgement_note": "Why you judge it so",
        }
        help_texts = {
            "measure": "What shows that it is met, by when",
            "judgement": "At the end of the year. Leave it until then.",
        }
        widgets = {"text": forms.Textarea(attrs={"rows": 3}), "judgement_note": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        if self.instance.pk is None:
            del self.fields["judgement"], self.fields["judgement_note"]

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.fields}


class EvidenceForm(forms.Form):
    text = forms.CharField(
        label="What shows it", max_length=600, widget=forms.Textarea(attrs={"rows": 4}), help_text="No child's name"
    )
    on = DayField(label="Day")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()


class ReviewForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    mid_year_text = forms.CharField(
        label="Mid-year review", required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 6})
    )
    end_year_text = forms.CharField(
        label="End-of-year review", required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 6})
    )


class CommentForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    mid_year_comment = forms.CharField(
        label="On the mid-year review",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Your appraiser and the headteacher read both, and nobody changes them but you.",
    )
    end_year_comment = forms.CharField(
        label="On the end-of-year review", required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 6})
    )


class NoneSetForm(forms.Form):
    why = forms.ChoiceField(
        label="Why were none set?", choices=Appraisal.NoObjectives.choices, widget=forms.RadioSelect
    )


class AskViewForm(forms.Form):
    asked_of = forms.ModelChoiceField(User.objects.none(), label="Who directs the adult", empty_label="Choose")

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["asked_of"].queryset = colleagues(acting.school, acting.today)


class ViewForm(forms.Form):
    text = forms.CharField(
        label="Three lines: what works, what would help",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The adult reads this before signing. No child's name.",
    )


class SignForm(forms.Form):
    stage = forms.ChoiceField(choices=[("objectives", ""), ("mid_year", ""), ("end_year", "")])
    seen = forms.CharField(min_length=64, max_length=64)
    on_paper = forms.BooleanField(required=False)
