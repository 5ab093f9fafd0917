from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from ..models import Unit, User
from ..roles import Role
from ..sign_in.forms import HOW_TO_CHOOSE
from ..sign_in.words import three_words


class InvitationForm(forms.Form):
    name = forms.CharField(max_length=120, label="Name", help_text="As colleagues know them, for example Nadia Rahman.")
    email = forms.EmailField(
        max_length=254, label="Email", help_text="Their own work address. The invitation works for this address alone."
    )
    role = forms.ChoiceField(choices=[("", "Choose a role"), *Role.choices], label="Role")
    unit = forms.ModelChoiceField(
        queryset=Unit.objects.none(), required=False, label="Unit", help_text="Only for a provision lead: which unit."
    )
    is_supply = forms.BooleanField(required=False, label="Supply, agency or cover: access ends on a day we know")
    ends_on = forms.DateField(
        required=False,
        label="Last day",
        help_text="For example 27/03/2026. After this day the account opens nothing here.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.acting = acting
        self.fields["unit"].queryset = Unit.objects.visible_to(acting)
        self.fields["name"].widget.attrs["autocomplete"] = self.fields["email"].widget.attrs["autocomplete"] = "off"

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if email == self.acting.user.email.lower():
            raise ValidationError("This is your own address. Nobody gives a role to themselves: ask a colleague.")
        return email

    def clean_ends_on(self):
        ends_on = self.cleaned_data["ends_on"]
        if ends_on and ends_on < timezone.localdate():
            raise ValidationError("The last day is in the past. Enter today or a later day.")
        return ends_on

    def clean(self):
        data = super().clean()
        if data.get("is_supply") and not data.get("ends_on") and "ends_on" not in self.errors:
            self.add_error("ends_on", "Enter the last day. You can invite them again if they stay longer.")
        if data.get("role") == Role.PROVISION_LEAD and not data.get("unit") and "unit" not in self.errors:
            self.add_error("unit", "A provision lead leads one unit. Choose which.")
        return data

    def values(self):
        """What the service takes. A unit belongs to the one role that needs it."""
        data = self.cleaned_data
        unit = data["unit"] if data["role"] == Role.PROVISION_LEAD else None
        return {name: data[name] for name in ("name", "email", "role", "ends_on")} | {"unit": unit}


class NewAccountForm(forms.Form):
    name = forms.CharField(max_length=120, label="Your name", help_text="As colleagues know you.")
    password1 = forms.CharField(label="Password", strip=False, help_text=HOW_TO_CHOOSE, widget=forms.PasswordInput)
    password2 = forms.CharField(label="Password again", strip=False, widget=forms.PasswordInput)

    def __init__(self, *args, invitation, **kwargs):
        super().__init__(*args, initial={"name": invitation.name}, **kwargs)
        self.invitation = invitation
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        for name in ("password1", "password2"):
            self.fields[name].widget.attrs["autocomplete"] = "new-password"

    def suggestion(self):
        return three_words()

    def clean(self):
        data = super().clean()
        first, second = data.get("password1"), data.get("password2")
        if first:
            person = User(email=self.invitation.email, name=data.get("name") or self.invitation.name)
            person.joins = self.invitation.school
            try:
                validate_password(first, person)
            except ValidationError as error:
                self.add_error("password1", error)
        if first and second and first != second:
            self.add_error("password2", "The two passwords are not the same. Type the second one again.")
        return data
