from django import forms
from django.core.exceptions import ValidationError

from sendco.formkit.versions import VersionedForm

from ... import fields
from ...forms.checked import phone_field, postcode_field
from ...models import Contact

HIDDEN = "An address is kept and hidden. Leave this empty to keep it, or type a new one to replace it."


class ContactForm(VersionedForm, forms.ModelForm):
    """A parent or another adult. A hidden address is never put back into the form."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    phone = phone_field(label="Telephone")
    postcode = postcode_field(label="Postcode")

    class Meta:
        model = Contact
        fields = [
            "name",
            "relation",
            "priority",
            "has_parental_responsibility",
            "lives_with",
            "email",
            "phone",
            "address",
            "postcode",
            "address_hidden",
            "do_not_contact",
            "order_with_dsl",
            "language",
            "needs_interpreter",
            "note",
        ]
        labels = {
            "relation": "Who they are to the child",
            "priority": "Order to ring in",
            "email": "E-mail",
            "has_parental_responsibility": "Has parental responsibility",
            "lives_with": "The child lives here",
            "address_hidden": "Hide this address",
            "do_not_contact": "Do not contact",
            "order_with_dsl": "The safeguarding lead holds a court order",
            "needs_interpreter": "Needs an interpreter",
            "note": "How and when to reach them",
        }
        help_texts = {
            "relation": "For example: mother, foster carer, social worker.",
            "priority": "1 is first.",
            "address_hidden": (
                "It is locked away at once: in no list, letter or export, and taken off letters made before. "
                "A SENDCo or headteacher can look, with a reason."
            ),
            "do_not_contact": "No letter is ever made for this person. The ban shows beside the name.",
            "order_with_dsl": "Say only that there is one. What it says stays with the safeguarding lead.",
            "note": "For example: text first, works nights.",
        }
        widgets = {"address": forms.Textarea(attrs={"rows": 4, "autocomplete": "off"})}

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        allowed = fields.writable(fields.CONTACT, acting)
        for name in set(self._meta.fields) - allowed:
            del self.fields[name]
        self.fields["version"].initial = self.instance.version
        self.was_hidden = self.instance.address_hidden
        self._guard_protections(acting)
        if self.was_hidden and "address" in self.fields:
            self.fields["address"].help_text = HIDDEN

    def _guard_protections(self, acting):
        if fields.may_lift_protections(acting):
            return
        for name in fields.PROTECTIONS:
            if name in self.fields and getattr(self.instance, name):
                self.fields[name].disabled = True
                self.fields[name].help_text = "Only a SENDCo or headteacher can take this away."

    def clean_priority(self):
        priority = self.cleaned_data["priority"]
        if not 1 <= priority <= 20:
            raise ValidationError("Give a number from 1 to 20. 1 is rung first.")
        return priority

    def clean(self):
        cleaned = super().clean()
        address, postcode = cleaned.get("address"), cleaned.get("postcode")
        if self.was_hidden and postcode and not address:
            self.add_error("address", "Type the whole address: the new one takes the place of the hidden one.")
        if self.was_hidden and cleaned.get("address_hidden") is False and not address:
            self.add_error("address", "Type the address that may be shown. The hidden one does not come back.")
        return cleaned

    def _get_validation_exclusions(self):
        """Leave the constraint on sealing to the database: the service seals what this form holds in the clear."""
        return super()._get_validation_exclusions() | {"address_hidden"}

    def stored_in_words(self, stored, name):
        if stored.address_hidden and name in {"address", "postcode"}:
            return "Hidden"
        return ""


class RevealForm(forms.Form):
    reason = forms.CharField(
        label="Why do you need it?",
        min_length=10,
        max_length=300,
        help_text="At least 10 characters. It is kept with your name and the time.",
        error_messages={"min_length": "Write at least 10 characters, so that somebody can understand it later."},
    )
