from django import forms

from .. import term_dates
from ..models import Closure, Term
from .days import DayField, check_order

HALF_TERMS = ("Autumn 1", "Autumn 2", "Spring 1", "Spring 2", "Summer 1", "Summer 2")
WHOLE_TERMS = ("Autumn term", "Spring term", "Summer term")
KINDS = [(term_dates.TERM, "Term"), *Closure.Kind.choices]


class TermRowForm(forms.Form):
    """One term or half term. A row without dates is left out."""

    name = forms.CharField(max_length=Term._meta.get_field("name").max_length, required=False)
    starts_on = DayField(label="First day", required=False, help_text="")
    ends_on = DayField(label="Last day", required=False, help_text="")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"

    def clean(self):
        data = super().clean()
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if bool(starts) != bool(ends) and not self.errors:
            self.add_error("ends_on" if starts else "starts_on", "Enter both days, or neither.")
        if starts and ends and not data.get("name"):
            self.add_error("name", "Give the term a name.")
        check_order(self)
        return data

    @property
    def term(self):
        data = self.cleaned_data
        return (data["name"], data["starts_on"], data["ends_on"]) if data.get("starts_on") else None


class TermRows(forms.BaseFormSet):
    def clean(self):
        if not any(self.errors) and not self.terms:
            raise forms.ValidationError("Enter the first and the last day of at least one term.")

    @property
    def terms(self):
        return [form.term for form in self.forms if form.term]


TermFormSet = forms.formset_factory(
    TermRowForm, formset=TermRows, extra=0, max_num=6, absolute_max=12, validate_max=True
)


def term_rows(terms, *, names):
    """Initial values: the terms there are, then named rows without dates."""
    rows = [{"name": term.name, "starts_on": term.starts_on, "ends_on": term.ends_on} for term in terms]
    return rows or [{"name": name} for name in names]


class YearForm(forms.Form):
    is_confirmed = forms.BooleanField(
        label="These dates are confirmed",
        required=False,
        help_text="Leave this unticked while the school or the local authority may still change them.",
    )


class WhichYearForm(forms.Form):
    year = forms.IntegerField(min_value=2000, max_value=2099)


class ClosureForm(forms.Form):
    name = forms.CharField(max_length=80, help_text="For example Half term, Staff training or Boiler repair")
    kind = forms.ChoiceField(choices=Closure.Kind, widget=forms.RadioSelect, initial=Closure.Kind.INSET)
    starts_on = DayField(label="First day")
    ends_on = DayField(label="Last day", required=False, help_text="Leave this empty for one day.")

    def clean(self):
        data = super().clean()
        check_order(self)
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends - starts > term_dates.LONGEST:
            self.add_error("ends_on", f"This is longer than {term_dates.LONGEST.days} days. Check both dates.")
        return data

    @property
    def closure(self):
        data = self.cleaned_data
        return data["name"], data["kind"], data["starts_on"], data["ends_on"] or data["starts_on"]


class CalendarFileForm(forms.Form):
    file = forms.FileField(
        label="Calendar file or table",
        help_text="ICS from the local authority's website or your calendar, CSV from Outlook or Google Calendar, or "
        "CSV with the columns name, first day, last day, kind. At most 1 MB and 500 entries.",
        widget=forms.ClearableFileInput(attrs={"accept": ".ics,.csv,text/calendar,text/csv"}),
    )

    def clean_file(self):
        """Read the file; afterwards `reading` holds what it says."""
        file = self.cleaned_data["file"]
        try:
            self.reading = term_dates.read(file.read(term_dates.MAX_BYTES + 1))
        except term_dates.Unreadable as error:
            raise forms.ValidationError(str(error)) from error
        return file


class ImportRowForm(forms.Form):
    is_wanted = forms.BooleanField(required=False)
    kind = forms.ChoiceField(choices=KINDS)

    def __init__(self, *args, row, **kwargs):
        super().__init__(*args, **kwargs)
        self.row = row
        self.fields["is_wanted"].widget.attrs.update({"class": "tick-box", "aria-label": f"Add {row.name}"})
        self.fields["kind"].widget.attrs.update({"class": "form-select", "aria-label": f"Kind of {row.name}"})


class ImportRows(forms.BaseFormSet):
    """One line for each entry of the file. Names and dates come from the server, never back from the browser."""

    def __init__(self, *args, rows, **kwargs):
        self.rows = rows
        initial = [{"is_wanted": row.is_wanted, "kind": row.kind} for row in rows]
        super().__init__(*args, initial=initial, **kwargs)

    def get_form_kwargs(self, index):
        return {**super().get_form_kwargs(index), "row": self.rows[index or 0]}

    def total_form_count(self):
        return len(self.rows)

    def initial_form_count(self):
        return len(self.rows)

    def clean(self):
        if not any(self.errors) and not any(self.chosen()):
            raise forms.ValidationError("Tick at least one line, or cancel.")

    def chosen(self):
        """Return (terms, closures) as the service wants them."""
        terms, closures = [], []
        for form in self.forms:
            row, data = form.row, form.cleaned_data
            if data.get("is_wanted") and data["kind"] == term_dates.TERM:
                terms.append((row.name[:40], row.starts_on, row.ends_on))
            elif data.get("is_wanted"):
                closures.append((row.name, data["kind"], row.starts_on, row.ends_on))
        return terms, closures


ImportFormSet = forms.formset_factory(ImportRowForm, formset=ImportRows, extra=0, max_num=term_dates.MAX_ROWS)
