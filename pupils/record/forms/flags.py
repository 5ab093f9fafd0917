from django import forms

from ...forms.checked import past_date_field
from ...models.pupil import FlagKind, flag_kinds_for


class FlagForm(forms.Form):
    """The kinds are those the person may see: nobody learns here of a kind that is hidden from them."""

    kind = forms.ChoiceField(label="Flag")
    starts_on = past_date_field(label="Since", words="The first day")
    note = forms.CharField(
        max_length=200, required=False, help_text="A few words. The story behind it belongs in the safeguarding system."
    )

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        seen = flag_kinds_for(acting)
        self.fields["kind"].choices = [("", "Choose"), *((kind.value, kind.label) for kind in FlagKind if kind in seen)]


class FlagEndForm(forms.Form):
    ends_on = past_date_field(label="Last day", words="The last day")
