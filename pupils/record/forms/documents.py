from django import forms

from sendco.files.bounds import MAX_BYTES
from sendco.files.kinds import KIND_OF_EXTENSION

from ...forms.checked import past_date_field
from ...models import Document

ACCEPT = ",".join(f".{extension}" for extension in KIND_OF_EXTENSION)


class DocumentFactsForm(forms.Form):
    """What a document is, for a file that is here already."""

    title = forms.CharField(max_length=150, help_text="What it is, without the child's name.")
    kind = forms.ChoiceField(choices=[("", "Choose"), *Document.Kind.choices])
    dated_on = past_date_field(label="Date on the document", words="The date")
    author = forms.CharField(max_length=150, required=False, label="Who wrote it")


class DocumentForm(DocumentFactsForm):
    upload = forms.FileField(
        label="File",
        max_length=200,
        help_text=f"PDF, Word, Excel, OpenDocument, picture or text, up to {MAX_BYTES // 1024 // 1024} MB.",
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )
    field_order = ["upload"]
