import uuid
from datetime import timedelta

from django import forms
from django.utils import timezone

from sendco.clock import SendingDays, long_date
from sendco.formkit.versions import Group
from staff.forms.many import ManyRowsField
from staff.models import User
from staff.roles import Role
from staff.selectors import people_with, school_calendar

from ..models import Concern, ConcernView
from ..models.concerns import RATED
from ..models.register import ON_REGISTER
from .disclosure import words_of_disclosure

Outcome = Concern.Outcome
DATE_HINT = "For example 27/03/2026"
TICK = {"class": "form-check-input"}


def day_field(label, **kwargs):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **{"help_text": DATE_HINT} | kwargs)


def in_weeks(count, school):
    """The first day so many weeks ahead on which the school is open: nobody looks again on a Sunday."""
    return SendingDays(school_calendar(school)).on_or_after(timezone.localdate() + timedelta(weeks=count))


class CarefulForm(forms.Form):
    """A form whose words may hold a disclosure: it asks before it lets them through.

    `careful` names the fields that are read. Until somebody confirms, the form is invalid and nothing is kept.
    """

    careful = ()
    words_checked = forms.BooleanField(
        required=False,
        widget=forms.HiddenInput,
        label="I have checked. These words may stay: they are not about a child being harmed or at risk.",
    )

    def __init__(self, *args, school, **kwargs):
        super().__init__(*args, **kwargs)
        self.school = school
        self.found_words = []

    def clean(self):
        cleaned = super().clean()
        phrases = words_of_disclosure(*(cleaned.get(name) for name in self.careful))
        if phrases and not cleaned.get("words_checked"):
            self._ask(phrases)
        return cleaned

    def _ask(self, phrases):
        self.found_words = phrases
        leads = ", ".join(user.name for user in people_with(self.school, Role.DSL))
        self.fields["words_checked"].widget = forms.CheckboxInput()
        self.add_error(
            None,
            f"This belongs with the safeguarding lead{f', {leads}' if leads else ''}: speak to them now, do not wait. "
            f"Then take these words out: “{'”, “'.join(phrases)}”. Nothing has been kept yet.",
        )


class PupilSearchForm(forms.Form):
    q = forms.CharField(label="The child's name", max_length=80, required=False)


class ConcernForm(CarefulForm):
    careful = ("what", "where", "how_often", "tried", "tried_for", "parent_words")
    what = forms.CharField(
        label="What do you see?",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write what you see."},
        help_text="What the child does or says. Facts, not a diagnosis.",
    )
    where = forms.CharField(label="Where?", max_length=300, required=False, help_text="For example: in maths, at lunch")
    how_often = forms.CharField(
        label="How often?", max_length=200, required=False, help_text="For example: most days, since half term"
    )
    tried = forms.CharField(
        label="What have you tried?", max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    tried_for = forms.CharField(
        label="For how long?", max_length=100, required=False, help_text="For example: three weeks"
    )
    parent_told = forms.ChoiceField(
        label="Does the parent know about your concern?",
        choices=Concern.Parent.choices,
        error_messages={"required": "Say whether the parent knows."},
        widget=forms.RadioSelect(attrs=TICK),
    )
    parent_words = forms.CharField(
        label="What did the parent say, or why not yet?",
        help_text="Needed when the parent does not know yet.",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("parent_told") == Concern.Parent.NOT_YET and not cleaned.get("parent_words"):
            self.add_error("parent_words", "Say in a few words why the parent does not know yet.")
        return cleaned

    def values(self):
        names = ("what", "where", "how_often", "tried", "tried_for", "parent_told", "parent_words")
        return {name: self.cleaned_data[name] for name in names} | {"form_key": str(self.cleaned_data["form_key"])}


# What each outcome asks for, in the order of the page.
NEEDED = {
    Outcome.STRATEGIES: ("strategies_note", "strategies_date"),
    Outcome.OBSERVE: ("observe_note", "observe_date"),
    Outcome.MONITOR: ("monitor_note", "monitor_date"),
    Outcome.SUPPORT: ("support_note",),
    Outcome.NO_ACTION: ("none_note",),
}
READ = "The person who raised the concern reads this."


def on_one_line(text, most=500):
    return " ".join(text.split())[:most]


def note_field(label, missing, **kwargs):
    widget = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, max_length=500, widget=widget, error_messages={"required": missing}, **kwargs)


def again_field():
    return day_field("Look again on", error_messages={"required": "Choose a date to look again."})


class TriageForm(CarefulForm):
    """One question; each answer asks only for what it needs. `status` is the child's present code."""

    outcome = forms.ChoiceField(
        label="What happens next?",
        choices=Outcome.choices,
        widget=forms.RadioSelect(attrs=TICK),
        error_messages={"required": "Choose one."},
    )
    strategies_note = note_field("Strategies to try", "Write which strategies to try.", help_text=READ)
    strategies_date = again_field()
    observe_note = note_field("Who observes, and where", "Write who observes, and where.", help_text=READ)
    observe_date = again_field()
    monitor_note = note_field("Why", "Write why the child is monitored.", help_text=READ)
    monitor_date = again_field()
    support_note = note_field(
        "Why",
        "Write why SEN Support should start.",
        help_text="The next page asks for the type of need, with this reason filled in.",
    )
    none_note = note_field("Why", "Write why no action is needed.", help_text=READ)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, concern, status, is_watched, **kwargs):
        initial = {
            "version": concern.version,
            "strategies_date": in_weeks(6, concern.school),
            "observe_date": in_weeks(2, concern.school),
            "monitor_note": on_one_line(concern.what),
            "monitor_date": in_weeks(12, concern.school),
            "support_note": on_one_line(concern.what),
        }
        super().__init__(*args, initial=initial, school=concern.school, **kwargs)
        self.status = status
        shut = {Outcome.MONITOR, Outcome.SUPPORT} if status in ON_REGISTER else set()
        if is_watched:
            shut.add(Outcome.MONITOR)
        self.fields["outcome"].choices = [choice for choice in Outcome.choices if choice[0] not in shut]

    @property
    def careful(self):
        return NEEDED.get(self.cleaned_data.get("outcome"), ())[:1]

    def clean(self):
        cleaned = super().clean()
        needed = NEEDED.get(cleaned.get("outcome"), ())
        for name in {name for names in NEEDED.values() for name in names} - set(needed):
            self.errors.pop(name, None)  # what belongs to another answer is neither shown nor kept
        return cleaned

    def options(self):
        """Each outcome with the fields it needs, for the page."""
        chosen = self["outcome"].value()
        for value, label in self.fields["outcome"].choices:
            fields = [self[name] for name in NEEDED[value]]
            yield {"value": value, "label": label, "chosen": value == chosen, "fields": fields}

    def values(self):
        note, *day = (self.cleaned_data[name] for name in NEEDED[self.cleaned_data["outcome"]])
        return {
            "outcome": self.cleaned_data["outcome"],
            "note": note,
            "look_again_on": day[0] if day else None,
            "version": self.cleaned_data["version"],
        }

    def in_words(self, outcome, note, look_again_on):
        """One decision as a line. Before anybody has decided, colleagues were asked."""
        decision = dict(Outcome.choices).get(outcome, "Views asked for")
        again = f" Look again on {long_date(look_again_on)}." if look_again_on else ""
        return f"{decision}. {note or 'Nothing written yet.'}{again}"

    def decision(self):
        """What somebody decided is one answer: the outcome with its words and its day."""
        parts = {"outcome", *(name for names in NEEDED.values() for name in names)}

        def data(concern):
            if not concern.outcome:
                return {}
            day = concern.look_again_on.isoformat() if concern.look_again_on else ""
            sent = zip(NEEDED[concern.outcome], (concern.outcome_note, day), strict=False)
            return {"outcome": [concern.outcome], **{name: [text] for name, text in sent}}

        return Group(
            name="decision",
            label="What happens next",
            owns=parts.__contains__,
            yours=lambda form: self.in_words(*(form.values()[name] for name in ("outcome", "note", "look_again_on"))),
            stored=lambda concern: self.in_words(concern.outcome, concern.outcome_note, concern.look_again_on),
            data=data,
        )


class AskForm(forms.Form):
    people = ManyRowsField(label="Ask", queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple(attrs=TICK))

    def __init__(self, *args, colleagues, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = colleagues
        gone = "One of them no longer works here, or cannot give a view. Choose again."
        self.fields["people"].error_messages |= {
            "required": "Choose at least one colleague.",
            "invalid_choice": gone,
            "invalid_pk_value": gone,
        }


RATED_WORDS = {
    "attention": "Keeps attention",
    "memory": "Remembers what was taught",
    "understanding": "Understands new things",
    "communication": "Understands others and makes themselves understood",
    "social": "Gets on with others and manages feelings",
    "physical": "Moves, sees and hears",
}
NOT_SEEN = "x"
RATINGS = [*((str(value), label) for value, label in ConcernView.Scale.choices), (NOT_SEEN, "I have not seen this")]


def rating_field(name):
    return forms.TypedChoiceField(
        label=RATED_WORDS[name],
        choices=RATINGS,
        coerce=lambda value: None if value == NOT_SEEN else int(value),
        empty_value=None,
        widget=forms.RadioSelect(attrs=TICK),
        error_messages={"required": "Choose one."},
    )


class WithdrawViewForm(CarefulForm):
    careful = ("reason",)
    reason = forms.CharField(
        max_length=100, label="Why is it no longer needed?", help_text="It stays in the history of the concern."
    )


class ViewAnswerForm(CarefulForm):
    careful = ("strengths", "notes")
    attention = rating_field("attention")
    memory = rating_field("memory")
    understanding = rating_field("understanding")
    communication = rating_field("communication")
    social = rating_field("social")
    physical = rating_field("physical")
    strengths = forms.CharField(
        label="What is this child good at?",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    notes = forms.CharField(
        label="What else should we know?", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def ratings(self):
        return [self[name] for name in RATED]

    def values(self):
        return {name: self.cleaned_data[name] for name in (*RATED, "strengths", "notes")}
