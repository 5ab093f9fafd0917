from django import forms


class DeclineForm(forms.Form):
    why = forms.CharField(
        label="Why it is not accepted", max_length=200, error_messages={"required": "Say why it is not accepted."}
    )


class SealedForm(forms.Form):
    """One sealed log, as a phone sends it without a session: bytes as base64."""

    account = forms.IntegerField(min_value=1, max_value=2**62)
    key = forms.UUIDField()
    name = forms.CharField(max_length=24)
    iv = forms.CharField(max_length=40)
    text = forms.CharField(max_length=60_000, strip=False)
