"""Dates for anybody: choose what happened, type the day, see each date that follows with its sum and its authority.

Public. It reads and keeps nothing: no session, no cookie, no row; the days are in the address alone, and the log has
no query.
"""

from datetime import date

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from ehcp.deadlines.answers import calendar_of
from ehcp.deadlines.questions import BY_KEY, DATE, METHOD, METHODS, TIME, YEAR, Fact, grouped
from sendco.clock import SEND_LAW_FROM, academic_year_start, bank_holidays, long_date
from sendco.clock.holidays import FIRST_YEAR, LAST_YEAR
from sendco.due.words import BASIS_WORDS
from sendco.formkit.page import draw

FIRST, LAST = SEND_LAW_FROM, date(LAST_YEAR, 12, 31)
# Whoever was 25 when the law began, with a margin: nobody older can have had a plan.
FIRST_BIRTH = date(1989, 9, 1)
WHO = {
    "school": "School",
    "la": "Council",
    "parent": "Parent or young person",
    "health": "Health body",
    "other": "Others",
}
CALENDAR = (
    Fact("closed_from", "First day of a school holiday near it", required=False, help="To see the last school day"),
    Fact("closed_to", "Last day of that holiday", required=False),
    Fact("inset_on", "An INSET day near it", required=False),
)


def _date_field(fact, first):
    field = forms.DateField(
        label=fact.label,
        required=fact.required,
        help_text=fact.help or "For example 27/03/2026",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    too_early = f"Give a day from {long_date(first)}: earlier ones had another law."
    too_late = f"Give a day up to {long_date(LAST)}: later bank holidays are not known."
    field.validators += [_Bounds(first, LAST, too_early, too_late)]
    return field


class _Bounds:
    def __init__(self, first, last, too_early, too_late):
        self.first, self.last, self.too_early, self.too_late = first, last, too_early, too_late

    def __call__(self, day):
        if day < self.first:
            raise forms.ValidationError(self.too_early)
        if day > self.last:
            raise forms.ValidationError(self.too_late)


def _field(fact, question):
    if fact.kind == DATE:
        return _date_field(fact, FIRST_BIRTH if question.key == "birth" else FIRST)
    shared = {"label": fact.label, "required": fact.required, "help_text": fact.help}
    if fact.kind == TIME:
        return forms.TimeField(widget=forms.TimeInput(attrs={"type": "time", "step": "1"}), **shared)
    if fact.kind == METHOD:
        return forms.ChoiceField(choices=[(method.value, label) for method, label in METHODS.items()], **shared)
    if fact.kind == YEAR:
        return forms.IntegerField(min_value=academic_year_start(FIRST_BIRTH), max_value=LAST_YEAR, **shared)
    raise ValueError(fact.kind)


class FactsForm(forms.Form):
    """The days one question needs, and the school's own days where they matter."""

    def __init__(self, question, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.question = question
        for fact in (*question.facts, *(CALENDAR if question.asks_calendar else ())):
            self.fields[fact.name] = _field(fact, question)

    def clean(self):
        facts = super().clean()
        if bool(facts.get("closed_from")) != bool(facts.get("closed_to")):
            raise forms.ValidationError("Give both the first and the last day of the holiday, or neither.")
        return facts

    def answers(self):
        """The lines; adds an error and returns none when the facts do not fit together."""
        facts = dict(self.cleaned_data)
        school_days = [facts.pop(fact.name, None) for fact in CALENDAR]
        try:
            calendar = calendar_of(facts["on"], *school_days) if self.question.asks_calendar else None
            return self.question.answer(facts, calendar)
        except ValueError as error:
            self.add_error(None, str(error))
            return []


@login_not_required
@never_cache
@require_GET
def explain(request):
    key = request.GET.get("event", "")
    question = BY_KEY.get(key)
    if question is None:
        context = {"title": "Work out a date", "groups": grouped(), "unknown": bool(key), "years": _holidays()}
        return render(request, "pages/explain.html", context, status=404 if key else 200)
    asked = any(name in request.GET for name in ("on", "sent_on"))
    form = FactsForm(question, request.GET if asked else None)
    lines = form.answers() if asked and form.is_valid() else []
    context = {"title": question.words, "question": question, "form": form, "lines": _shown(lines)}
    return draw(request, "pages/explain_event.html", context, form)


def _shown(lines):
    return [
        {"line": line, "who": WHO.get(line.duty, ""), "basis": BASIS_WORDS.get(line.basis, "") if line.basis else ""}
        for line in lines
    ]


def _holidays():
    return [(year, sorted(bank_holidays(year))) for year in range(FIRST_YEAR, LAST_YEAR + 1)]
