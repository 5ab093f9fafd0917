from django import forms
from django.utils import timezone

from pupils.concerns.forms import TICK, day_field
from pupils.models import Pupil
from pupils.record.forms.documents import ACCEPT
from sendco.files.bounds import MAX_BYTES

from ..models import Caseworker, Consultation, LocalAuthority, Method
from .services import Ground, Reply


class ConsultationForm(forms.Form):
    """What came: from whom, on which day, about which child."""

    authority = forms.ModelChoiceField(LocalAuthority.objects.none(), empty_label="Choose")
    caseworker = forms.ModelChoiceField(Caseworker.objects.none(), required=False, empty_label="Not known")
    received_on = day_field("The day it arrived", initial=timezone.localdate)
    method = forms.ChoiceField(label="How it came", choices=[("", "Not known"), *Method.choices], required=False)
    child_name = forms.CharField(label="The child's name", max_length=150)
    child_birth_on = day_field("Date of birth", required=False)
    child_year = forms.CharField(label="Year group asked for", max_length=20, required=False)
    coming_from = forms.CharField(label="Where the child is now", max_length=150, required=False)
    pupil = forms.ModelChoiceField(
        Pupil.objects.none(),
        required=False,
        label="On roll here already?",
        empty_label="No, not on roll",
        help_text="Only when the authority asks about a child who is here.",
    )
    needs = forms.CharField(
        label="Needs, and what the plan asks for", max_length=10_000, required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    upload = forms.FileField(
        label="The papers",
        required=False,
        max_length=200,
        help_text=f"The draft plan or the authority's letter, up to {MAX_BYTES // 1024 // 1024} MB. "
        "Add more later under letters and papers.",
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        authorities = LocalAuthority.objects.visible_to(acting).filter(ended_on=None)
        self.fields["authority"].queryset = authorities
        self.fields["caseworker"].queryset = Caseworker.objects.visible_to(acting).filter(
            ended_on=None, authority__in=authorities
        )
        self.fields["pupil"].queryset = Pupil.objects.visible_to(acting).filter(left_on=None).by_name()

    def clean(self):
        data = super().clean()
        worker, authority = data.get("caseworker"), data.get("authority")
        if worker and authority and worker.authority_id != authority.pk:
            self.add_error("caseworker", f"{worker.name} does not work for {authority.name}. Choose somebody who does.")
        born = data.get("child_birth_on")
        if born and born > timezone.localdate():
            self.add_error("child_birth_on", "The date of birth is in the future. Check the year.")
        return data


EVIDENCE = {
    Ground.UNSUITABLE.value: "why it would not suit the child",
    Ground.EDUCATION.value: "what it would do to the education of the others",
    Ground.RESOURCES.value: "what it would do to the use of resources",
}


class ReplyForm(forms.Form):
    """The reply, the grounds of the law with their evidence, and the class that the child would join."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    class_name = forms.CharField(label="Class or group the child would join", max_length=60, required=False)
    class_size = forms.IntegerField(label="Children in it now", min_value=0, max_value=400, required=False)
    class_plans = forms.IntegerField(label="Of these, with a plan", min_value=0, max_value=400, required=False)
    class_support = forms.IntegerField(label="Of these, on SEN Support", min_value=0, max_value=400, required=False)
    class_adults = forms.CharField(label="Adults in it", max_length=150, required=False)
    room = forms.CharField(label="The room", max_length=200, required=False)
    reply = forms.ChoiceField(choices=Reply.choices, widget=forms.RadioSelect(attrs=TICK), required=False)
    needed = forms.CharField(
        label="What would have to be in place", max_length=10_000, required=False,
        widget=forms.Textarea(attrs={"rows": 4}), help_text="For “we can if”: adults, training, equipment, money.",
    )  # fmt: skip
    steps_considered = forms.CharField(
        label="Steps you considered before saying no", max_length=10_000, required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for ground, label in Ground.choices:
            self.fields[f"ground_{ground}"] = forms.BooleanField(
                label=label, required=False, widget=forms.CheckboxInput(attrs=TICK)
            )
            self.fields[f"evidence_{ground}"] = forms.CharField(
                label=f"Evidence: {EVIDENCE[ground]}",
                max_length=10_000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 4}),
                help_text="Facts and figures about this child and this school.",
            )

    CLASS = ("class_name", "class_size", "class_plans", "class_support", "class_adults", "room")

    @staticmethod
    def initial_of(case):
        initial = {name: getattr(case, name) for name in (*ReplyForm.CLASS, "reply", "needed", "steps_considered")}
        initial["version"] = case.version
        for ground in Ground.values:
            initial[f"ground_{ground}"] = ground in case.grounds
            initial[f"evidence_{ground}"] = case.evidence.get(ground, "")
        return initial

    def clean(self):
        data = super().clean()
        size = data.get("class_size")
        parts = (data.get("class_plans") or 0) + (data.get("class_support") or 0)
        if size is not None and parts > size:
            self.add_error("class_size", "More children with a plan or SEN Support than children in the class.")
        return data

    def class_facts(self):
        return {name: self.cleaned_data[name] for name in self.CLASS}

    def reply_facts(self):
        data = self.cleaned_data
        grounds = [ground for ground in Ground.values if data[f"ground_{ground}"]]
        return {
            "reply": data["reply"],
            "grounds": grounds,
            "evidence": {ground: data[f"evidence_{ground}"] for ground in grounds},
            "steps_considered": data["steps_considered"],
            "needed": data["needed"],
        }

    def ground_rows(self):
        """[(tick, evidence)] as bound fields, for the template."""
        return [(self[f"ground_{ground}"], self[f"evidence_{ground}"]) for ground in Ground.values]


class SentForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    sent_on = day_field("The day it went", initial=timezone.localdate)
    via = forms.ChoiceField(
        label="How", choices=Method.choices, widget=forms.RadioSelect(attrs=TICK), initial=Method.EMAIL
    )
    proof = forms.CharField(label="What proves it", max_length=200, required=False)
    upload = forms.FileField(
        label="The receipt or mail", required=False, max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )  # fmt: skip


class OutcomeForm(forms.Form):
    named = forms.ChoiceField(
        label="What the plan says", choices=Consultation.Named.choices, widget=forms.RadioSelect(attrs=TICK)
    )
    named_on = day_field("The day of the plan", initial=timezone.localdate)


class SendBackForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(label="What should change", max_length=250, widget=forms.Textarea(attrs={"rows": 3}))


class FilterForm(forms.Form):
    show = forms.ChoiceField(
        choices=[
            ("open", "To answer"),
            ("head", "With the head"),
            ("sent", "Answered"),
            ("closed", "Closed"),
            ("all", "All"),
        ],
        required=False,
    )
    authority = forms.ModelChoiceField(LocalAuthority.objects.none(), required=False)

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["authority"].queryset = LocalAuthority.objects.visible_to(acting)
