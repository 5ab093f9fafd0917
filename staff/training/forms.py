from django import forms
from django.utils import timezone

from sendco.files.bounds import MAX_BYTES
from sendco.files.kinds import KIND_OF_EXTENSION
from sendco.formkit.versions import VersionedForm

from ..forms.days import DayField
from ..forms.many import ManyRowsField
from ..models import Certificate, Skill, StaffMember, TrainingEvent, TrainingPlace
from ..posts.selectors import at_work

ACCEPT = ",".join(f".{extension}" for extension in KIND_OF_EXTENSION)


class SkillForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Skill
        fields = ["name", "valid_months", "is_life_critical"]
        labels = {
            "valid_months": "Months a certificate is good for",
            "is_life_critical": "A life may hang on it",
        }
        help_texts = {
            "valid_months": "Leave empty where it does not run out. The course's own date goes before.",
            "is_life_critical": "For example rescue medicine or a hoist. Cover goes to it before all else.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class CertificateForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    issued_on = DayField(label="Issued on")
    expires_on = DayField(label="Good until", required=False, help_text="Leave empty for the usual time of this skill.")
    upload = forms.FileField(
        label="Certificate as a file",
        required=False,
        max_length=200,
        help_text=f"PDF, picture or Word, up to {MAX_BYTES // 1024 // 1024} MB.",
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )

    class Meta:
        model = Certificate
        fields = ["skill", "issued_on", "expires_on", "reference"]
        labels = {"skill": "In what", "reference": "Course or number"}

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        skills = Skill.objects.visible_to(acting)
        self.fields["skill"].queryset = skills.filter(is_archived=False) | skills.filter(pk=self.instance.skill_id or 0)
        self.fields["skill"].empty_label = "Choose"
        if self.instance.pk is not None:
            self.fields["expires_on"].help_text = "Leave empty where it does not run out."

    def _get_validation_exclusions(self):
        # The service says which of the two days is wrong.
        return super()._get_validation_exclusions() | {"expires_on"}

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class EventForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    planned_on = DayField(label="Day")
    was_held = forms.BooleanField(label="It was held on that day", required=False)
    members = ManyRowsField(
        StaffMember.objects.none(), label="For whom", widget=forms.CheckboxSelectMultiple, required=False
    )
    absent = ManyRowsField(
        StaffMember.objects.none(),
        label="Who was not there",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Only when it was held. Everyone else it was for was there.",
    )
    certify = forms.BooleanField(label="Whoever was there gets a certificate in this skill", required=False)

    class Meta:
        model = TrainingEvent
        fields = ["title", "kind", "skill", "provider", "minutes", "follow_up_weeks"]
        labels = {
            "title": "What it was about",
            "skill": "Skill it trains",
            "provider": "Who gave it",
            "minutes": "Minutes",
            "follow_up_weeks": "Ask after so many weeks what changed in class",
        }
        help_texts = {"follow_up_weeks": "Leave empty to ask nobody."}

    field_order = (
        "title", "kind", "planned_on", "was_held", "minutes", "members", "absent", "skill", "certify", "provider",
        "follow_up_weeks", "version",
    )  # fmt: skip

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        is_new = self.instance.pk is None
        here = at_work(acting.school, acting.today)
        seen = StaffMember.objects.visible_to(acting)
        members = here.filter(pk__in=seen.values("pk"))
        if not is_new:
            members = members | StaffMember.objects.filter(training__event=self.instance)
        for name in ("members", "absent"):
            self.fields[name].queryset = members.distinct()
        skills = Skill.objects.visible_to(acting)
        self.fields["skill"].queryset = skills.filter(is_archived=False) | skills.filter(pk=self.instance.skill_id or 0)
        self.fields["skill"].empty_label = "None"
        self.fields["kind"].choices = [choice for choice in TrainingEvent.Kind.choices if choice[0] != "own"]
        self.initial.setdefault("planned_on", self.instance.planned_on or timezone.localdate())
        if is_new:
            self.initial.setdefault("members", list(members.values_list("pk", flat=True)))
            self.initial.setdefault("was_held", True)

    def clean(self):
        data = super().clean()
        if not data.get("members") and "members" not in self.errors:
            self.add_error("members", "Choose at least one adult.")
        if data.get("certify") and not data.get("skill"):
            self.add_error("skill", "Choose the skill that the certificate is in.")
        if data.get("was_held") and data.get("planned_on") and data["planned_on"] > timezone.localdate():
            self.add_error("planned_on", "This day is still to come. Take the tick away until it was held.")
        return data

    @property
    def values(self):
        data = self.cleaned_data
        held = data["planned_on"] if data["was_held"] else None
        return {name: data[name] for name in self.Meta.fields} | {"planned_on": data["planned_on"], "held_on": held}

    @property
    def there(self):
        absent = set(self.cleaned_data["absent"])
        return [member for member in self.cleaned_data["members"] if member not in absent]


class OwnForm(forms.Form):
    title = forms.CharField(max_length=150, label="What it was about")
    on = DayField(label="Day")
    minutes = forms.IntegerField(min_value=5, max_value=6000, initial=60, label="Minutes")
    comment = forms.CharField(max_length=400, required=False, label="What you take from it")
    shared_with = forms.CharField(max_length=120, required=False, label="Shared with")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()


class AnswerForm(forms.Form):
    rating = forms.ChoiceField(
        label="What is it worth for your work?",
        choices=[choice for choice in TrainingPlace.Rating.choices if choice[0]],
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(max_length=400, required=False, label="A word about it")


class FollowUpForm(forms.Form):
    changed = forms.CharField(max_length=600, label="What changed in class?", widget=forms.Textarea(attrs={"rows": 4}))
    shared_with = forms.CharField(
        max_length=120, required=False, label="Shared with", help_text="For example the Year 2 team"
    )
