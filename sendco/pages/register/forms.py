from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from staff.permissions import Permission

from .filters import RegisterFilter

# The headings are those by which an import of the file knows what each column holds.
EXPORT_COLUMNS = [
    ("name", "Name in use"),
    ("year", "Year"),
    ("class", "Class"),
    ("status", "SEN status"),
    ("since", "SEN status since"),
    ("needs", "Types of need"),
    ("worker", "Key worker"),
    ("next", "Next date"),
    ("flags", "Flags"),
    ("birth", "Date of birth"),
    ("upn", "UPN"),
    ("surname", "Legal surname"),
    ("forename", "Legal forename"),
    ("middle", "Middle names"),
]
USUAL_EXPORT = ["name", "year", "class", "status", "since", "needs", "worker", "next"]


class ExportForm(forms.Form):
    purpose = forms.CharField(
        label="What is it for?", min_length=5, max_length=200, help_text="Kept with the record of this export."
    )
    kind = forms.ChoiceField(
        label="File", choices=[("xlsx", "Excel (XLSX)"), ("csv", "CSV")], initial="xlsx", widget=forms.RadioSelect
    )
    fields_out = forms.MultipleChoiceField(
        label="Columns",
        choices=EXPORT_COLUMNS,
        initial=USUAL_EXPORT,
        widget=forms.CheckboxSelectMultiple,
        help_text="Take only what the purpose needs. Addresses and medical facts are never exported here.",
    )

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        if not acting.can(Permission.IDENTIFIERS_VIEW):
            hidden = {"birth", "upn"}
            self.fields["fields_out"].choices = [choice for choice in EXPORT_COLUMNS if choice[0] not in hidden]


class SavedViewForm(forms.Form):
    name = forms.CharField(max_length=40, min_length=1)
    query = forms.CharField(max_length=500, required=False)

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.acting = acting

    def clean_query(self):
        """Keep only what the register's filter knows: a saved view is never another address."""
        given = QueryDict(self.data.get("query", "")[:500].replace("\x00", ""))
        known = set(RegisterFilter.base_fields)
        return urlencode([(name, value) for name in given for value in given.getlist(name) if name in known])
