from django import forms
from django.db.models import Q
from django.utils import timezone

from provision.models import Place
from staff.forms.days import DayField
from staff.forms.many import ManyRowsField
from staff.models import Skill


class LinkForm(forms.Form):
    # Of the conditions; 0 where none were entered yet. Links are counted with them.
    version = forms.IntegerField(widget=forms.HiddenInput)
    places = ManyRowsField(
        Place.objects.none(), label="Delivered by", required=False, widget=forms.CheckboxSelectMultiple
    )
    skill = forms.ModelChoiceField(
        Skill.objects.none(), label="Training that the plan asks of the adult", required=False, empty_label="None"
    )
    is_pro_rata = forms.BooleanField(label="The plan says pro rata: less in a short week", required=False)
    activity = forms.CharField(
        label="For which lessons or activity", max_length=120, required=False,
        help_text="Where the plan names them. It is shown to whoever links sessions and stands in the ledger.",
    )  # fmt: skip

    def __init__(self, *args, acting, plan, **kwargs):
        super().__init__(*args, **kwargs)
        places = Place.objects.filter(pupil=plan.pupil_id).select_related("provision__intervention")
        self.fields["places"].queryset = places.order_by("-starts_on", "-pk")
        self.fields["places"].label_from_instance = _place_words
        kept = Q(is_archived=False) | Q(pk=self.initial.get("skill"))
        self.fields["skill"].queryset = Skill.objects.visible_to(acting).filter(kept)

    @property
    def conditions(self):
        return {name: self.cleaned_data[name] for name in ("skill", "is_pro_rata", "activity")}


def _place_words(place):
    last = min(filter(None, (place.ends_on, place.provision.ends_on)))
    return (
        f"{place.provision.name} ({place.provision.intervention.name}), {place.starts_on:%d/%m/%Y} to {last:%d/%m/%Y}"
    )


class ActionForm(forms.Form):
    on = DayField(label="Day")
    text = forms.CharField(
        label="What was done", max_length=300, help_text="For example: second adult trained, starts on Monday"
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()
