from django import forms


class EmergencyForm(forms.Form):
    reason = forms.CharField(
        label="What has happened, and what do you need to know?",
        min_length=10,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For example: on the school trip, she has a seizure, and her class teacher is not here.",
        error_messages={"min_length": "Write at least 10 characters, so that somebody can understand it later."},
    )
