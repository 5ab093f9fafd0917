"""The places of a day that lost their adult: for each an adult, or nobody and why."""

from django import forms

from staff.forms.days import DayField

from ..models import CoverDecision
from .proposals import NOBODY
from .services import Decision

LONGEST_NOTE = 200
REASONS = [choice for choice in CoverDecision.Unfilled.choices if choice[0] != CoverDecision.Unfilled.ENOUGH]
MOST_PINS = 200
LONGEST_ID = 19  # digits, so that every database can hold the number
SHOWN = 3  # choices that stand open; the others are one press away


class CoverForm(forms.Form):
    """Fields who-, why- and note- for each row of the proposal."""

    def __init__(self, *args, proposal, **kwargs):
        super().__init__(*args, **kwargs)
        self.proposal = proposal
        for row in proposal.rows:
            chosen = row.chosen.pk if row.chosen else NOBODY
            adults = [(str(one.member.pk), one.member.name) for one in row.choices]
            self.fields[f"who-{row.key}"] = forms.ChoiceField(
                label=f"Who takes {row.task.title}, {row.task.starts_at:%H:%M}",
                choices=[*adults, (str(NOBODY), "Nobody")],
                initial=str(chosen),
                error_messages={
                    "invalid_choice": "This adult cannot take it any more. Choose again.",
                    "required": "Choose an adult, or nobody.",
                },
            )
            self.fields[f"why-{row.key}"] = forms.ChoiceField(
                label="Why nobody", choices=REASONS, initial=row.why_nobody, required=False,
                widget=forms.Select(attrs={"class": "form-select"}),
            )  # fmt: skip
            self.fields[f"note-{row.key}"] = forms.CharField(
                label="Note", max_length=LONGEST_NOTE, required=False,
                widget=forms.TextInput(attrs={"class": "form-control"}),
            )  # fmt: skip

    @property
    def rows(self):
        """(row, its choices shown, its further choices, its three fields)."""
        for row in self.proposal.rows:
            yield {
                "row": row,
                "shown": row.choices[:SHOWN],
                "more": row.choices[SHOWN:],
                "who": self[f"who-{row.key}"],
                "why": self[f"why-{row.key}"],
                "note": self[f"note-{row.key}"],
            }

    @property
    def decisions(self):
        data = self.cleaned_data
        return {
            row.key: Decision(int(data[f"who-{row.key}"]), data[f"why-{row.key}"], data[f"note-{row.key}"])
            for row in self.proposal.rows
        }


class AskedForm(forms.Form):
    """What the address of the page asks for: the day, choices that stand, an adult who takes all that they can."""

    day = DayField(required=False)
    everything = forms.IntegerField(required=False, min_value=1, max_value=2**62)


def pins_in(values):
    """{place: adult or nobody} out of texts such as "s12.0:45"; what cannot be read is left out."""
    found = {}
    for text in values[:MOST_PINS]:
        key, _, member = text.rpartition(":")
        if key and member.isdecimal() and len(member) < LONGEST_ID:
            found[key] = int(member)
    return found
