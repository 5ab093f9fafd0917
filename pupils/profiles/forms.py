from django import forms

from sendco.formkit.versions import VersionedForm

from ..concerns.forms import CarefulForm
from ..forms.checked import past_date_field
from ..models import PlanVoice, Profile
from ..models.profiles import BOXES, LONGEST, TITLES, WORDS

HINTS = {
    "admire": "What friends, family and adults say.",
    "matters": "People, places, routines, interests; what a good day looks like.",
    "support": "What a cover teacher needs to know, in a few lines.",
    "do": "One a line.",
    "dont": "One a line.",
}


def box(name):
    return forms.CharField(
        label=TITLES[name],
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=f"{HINTS[name]} About {BOXES[name]} characters.",
    )


class ProfileForm(VersionedForm, CarefulForm):
    """The words as they are being written: too much of them is kept too, and refused when it is published."""

    careful = (*BOXES, "card")
    says_optional_once = True
    admire, matters, support, do, dont = (box(name) for name in BOXES)
    card = forms.CharField(
        label="On the card for a lanyard",
        max_length=240,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="What somebody has to know in ten seconds. Up to 240 characters.",
    )
    method = forms.ChoiceField(label="How the child told us", choices=PlanVoice.Method.choices)
    said_on = past_date_field(label="Told us on", words="The day")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, profile, begun=None, **kwargs):
        stored = {name: getattr(profile, name) for name in WORDS}
        initial = {"version": profile.version if profile.pk else 0} | stored | (begun or {})
        super().__init__(*args, school=profile.pupil.school, initial=initial, **kwargs)

    def stored_fields(self):
        return list(WORDS)

    @staticmethod
    def values_of(profile: Profile):
        return {name: getattr(profile, name) for name in WORDS}

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in WORDS}


class PublishForm(forms.Form):
    is_minor = forms.BooleanField(
        required=False,
        label="Only a small change: nobody has to read it again",
        help_text="For spelling, say. If what helps has changed, leave this empty.",
    )
    minor_reason = forms.CharField(label="Why not", max_length=200, required=False)


class PhotoForm(forms.Form):
    upload = forms.FileField(
        label="Photo",
        help_text="JPEG. Where it was taken is removed from it. It shows from the next version on.",
        widget=forms.ClearableFileInput(attrs={"accept": ".jpg,.jpeg"}),
        error_messages={"required": "Choose a photo."},
    )
    consent = forms.CharField(
        label="Who agreed to it, and when",
        max_length=150,
        required=False,
        help_text="For example: the mother, by email, 3 November 2026.",
    )
