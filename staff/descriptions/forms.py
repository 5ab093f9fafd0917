from django import forms


class DescriptionForm(forms.Form):
    number = forms.IntegerField(min_value=0, max_value=32767, widget=forms.HiddenInput)
    text = forms.CharField(
        label="Job description",
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text="What the post is for, whom it answers to, and its duties. Nothing about the person who holds it.",
    )
