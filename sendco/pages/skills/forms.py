from django import forms

from pupils.models import NeedType, PupilSkill
from pupils.models.pupil import FlagKind
from staff.models import Skill


class TagForm(forms.Form):
    skill = forms.ModelChoiceField(Skill.objects.none(), empty_label="Choose")
    need_type = forms.ModelChoiceField(
        NeedType.objects.none(), label="Every pupil with this type of need", required=False, empty_label="None"
    )
    flag = forms.ChoiceField(label="Or with this flag", choices=[("", "None"), *FlagKind.choices], required=False)

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["skill"].queryset = Skill.objects.visible_to(acting).filter(is_archived=False)
        self.fields["need_type"].queryset = NeedType.objects.filter(valid_to=None).order_by("name", "pk")


class PupilSkillForm(forms.Form):
    skill = forms.ModelChoiceField(Skill.objects.none(), label="Training that adults need", empty_label="Choose")
    source = forms.ChoiceField(label="Where that stands", choices=PupilSkill.Source, widget=forms.RadioSelect)

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["skill"].queryset = Skill.objects.visible_to(acting).filter(is_archived=False)
