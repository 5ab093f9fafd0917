"""The period that figures are for: a term, a school year, or two dates."""

from dataclasses import dataclass
from datetime import date, timedelta

from django import forms

from sendco.clock import academic_year_name, academic_year_start, long_date

from .forms.days import DayField
from .models import Term

CHOICES = [
    ("year", "This school year"),
    ("term", "This term"),
    ("last_term", "Last term"),
    ("last_year", "Last school year"),
    ("dates", "Two dates"),
]
LONGEST = timedelta(days=5 * 366)


@dataclass(frozen=True)
class Period:
    key: str
    words: str
    first: date
    last: date

    @property
    def dates(self):
        return f"{long_date(self.first)} to {long_date(self.last)}"


class PeriodForm(forms.Form):
    """What makes no sense falls back to this school year: a link may be old."""

    period = forms.ChoiceField(choices=CHOICES, required=False)
    first = DayField(required=False, label="From")
    last = DayField(required=False, label="To")


def period_of(data, *, school, today, usual="year"):
    """At most one query, for the terms. `usual` is what an address without a choice shows."""
    form = PeriodForm(data)
    form.is_valid()
    values = form.cleaned_data
    key, first, last = values.get("period") or usual, values.get("first"), values.get("last")
    if key == "dates" and first and last and first <= last <= first + LONGEST:
        return Period("dates", "Chosen dates", first, last)
    if key in ("term", "last_term") and (period := _term(school, today, back=key == "last_term")):
        return period
    return _year(academic_year_start(today) - (key == "last_year"), key)


def _year(starts_in, key):
    label = f"School year {academic_year_name(starts_in)}"
    return Period(
        "last_year" if key == "last_year" else "year", label, date(starts_in, 9, 1), date(starts_in + 1, 8, 31)
    )


def _term(school, today, *, back):
    """The term that has begun last, or the one before it, with the holidays after it."""
    terms = list(
        Term.objects.filter(academic_year__school=school).select_related("academic_year").order_by("starts_on", "pk")
    )
    begun = [place for place, term in enumerate(terms) if term.starts_on <= today]
    place = (begun[-1] if begun else -1) - back
    if place < 0:
        return None
    term = terms[place]
    last = terms[place + 1].starts_on - timedelta(days=1) if place + 1 < len(terms) else term.ends_on
    return Period("last_term" if back else "term", str(term), term.starts_on, last)
