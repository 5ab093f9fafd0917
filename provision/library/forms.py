from django import forms
from django.db.models import Q

from pupils.models import ScoreKind
from sendco.formkit.versions import VersionedForm
from staff.forms.many import ManyRowsField
from staff.models import Skill

from ..models import Intervention


class InterventionForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    measures = ManyRowsField(
        ScoreKind.objects.none(), label="Measured by", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="Scores that are taken before and after.",
    )  # fmt: skip

    class Meta:
        model = Intervention
        fields = [
            "name", "area", "tier", "summary", "group_size", "adults", "minutes", "times_a_week", "weeks", "entry",
            "exit", "skill", "evidence", "evidence_note", "evidence_source", "licence", "licence_for",
        ]  # fmt: skip
        labels = {
            "summary": "What it is",
            "group_size": "Pupils in the group",
            "adults": "Adults in the room",
            "minutes": "Minutes each time",
            "times_a_week": "Times a week",
            "weeks": "Weeks",
            "entry": "Who it is for",
            "exit": "When it ends",
            "skill": "Training that an adult needs",
            "evidence": "How well it is known to help",
            "evidence_note": "What the evidence says",
            "evidence_source": "Where that comes from",
            "licence": "Licence in pounds a year",
            "licence_for": "The licence is",
        }
        help_texts = {
            "entry": "What has to be true before a child starts.",
            "exit": "What has to be true for it to end well, and when to stop in any case.",
            "evidence_source": "A report or an address where a colleague can look it up.",
            "licence": "Leave empty where there is none.",
        }
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 2}),
            "entry": forms.Textarea(attrs={"rows": 2}),
            "exit": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        skills = Skill.objects.visible_to(acting)
        kept = skills.filter(pk=self.instance.skill_id or 0)
        self.fields["skill"].queryset = skills.filter(is_archived=False) | kept
        self.fields["skill"].empty_label = "None in particular"
        chosen = list(self.instance.measures.values_list("kind", flat=True)) if self.instance.pk else []
        self.initial.setdefault("measures", chosen)
        kinds = ScoreKind.objects.visible_to(acting)
        self.fields["measures"].queryset = kinds.filter(Q(is_archived=False) | Q(pk__in=chosen))
        if not self.fields["measures"].queryset:
            del self.fields["measures"]

    @property
    def kinds(self):
        return list(self.cleaned_data["measures"]) if "measures" in self.fields else None

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
