"""The forms of the sign-in pages in our words: labels above, no placeholders, hints that help."""

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError

from .words import three_words

HOW_TO_CHOOSE = (
    "At least 12 characters. Three words that have nothing to do with each other work well. "
    "You may paste it from a password manager."
)


class InOurWords:
    """Take out placeholders and put our labels and hints in."""

    labels = {}
    hints = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")


class ChoosesPassword(InOurWords):
    hints = {"password1": HOW_TO_CHOOSE}

    def suggestion(self):
        return three_words()


class LoginForm(InOurWords, account.LoginForm):
    labels = {"login": "Email", "password": "Password"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class ReauthenticateForm(InOurWords, account.ReauthenticateForm):
    labels = {"password": "Your password"}


class ResetPasswordForm(InOurWords, account.ResetPasswordForm):
    labels = {"email": "Email"}
    hints = {"email": "The address that your school invited."}


class ResetPasswordKeyForm(ChoosesPassword, account.ResetPasswordKeyForm):
    labels = {"password1": "New password", "password2": "New password again"}


class ChangePasswordForm(ChoosesPassword, account.ChangePasswordForm):
    labels = {
        "oldpassword": "Password you use now",
        "password1": "New password",
        "password2": "New password again",
    }


class SetPasswordForm(ChoosesPassword, account.SetPasswordForm):
    labels = {"password1": "Password", "password2": "Password again"}


class AddEmailForm(InOurWords, account.AddEmailForm):
    """The address is the one that was invited: nobody changes it alone."""

    def clean_email(self):
        raise ValidationError("Your email address cannot be changed here. Ask whoever manages people at your school.")


class AuthenticateForm(InOurWords, mfa.AuthenticateForm):
    labels = {"code": "Code"}
    hints = {"code": "The 6 digits that your app shows now, or one of your recovery codes."}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric"}


class ReauthenticateCodeForm(InOurWords, mfa.ReauthenticateForm):
    labels = AuthenticateForm.labels
    hints = AuthenticateForm.hints


class ActivateTOTPForm(InOurWords, totp.ActivateTOTPForm):
    labels = {"code": "Code from your app"}
    hints = {"code": "The 6 digits that the app shows now. They change every 30 seconds."}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric"}


class AddWebAuthnForm(InOurWords, webauthn.AddWebAuthnForm):
    labels = {"name": "Name of this passkey", "passwordless": "Sign in with this passkey alone, without my password"}
    hints = {"name": "So that you can tell your passkeys apart, for example: school laptop, blue key."}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True
        self.fields["name"].max_length = 60
        self.fields["name"].widget.attrs["maxlength"] = "60"


class EditWebAuthnForm(InOurWords, webauthn.EditWebAuthnForm):
    labels = {"name": "Name of this passkey"}
    hints = AddWebAuthnForm.hints
    name = forms.CharField(max_length=60)
