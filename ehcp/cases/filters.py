"""Which cases a list shows: the fields that every list has, and how the form is drawn."""

from collections.abc import Iterator
from dataclasses import dataclass

from django import forms

from pupils.models.pupil import YearGroup

from ..models import LocalAuthority

OPEN_OR_CLOSED = [("open", "Open"), ("closed", "Closed"), ("all", "All")]


@dataclass(frozen=True)
class Pick:
    """A list to choose one value from: its name in the address, its label, and (value, label, is chosen)."""

    name: str
    label: str
    options: list[tuple[str, str, bool]]


class CaseFilterForm(forms.Form):
    """What the address asks for. What it says and the form does not know is left out; nothing is refused.

    The lists are drawn in the order of `drawn`; `carried` are chosen elsewhere on the page and go on as they are.
    `noun` names the cases of the list, which stands at `route`.
    """

    noun = ""
    route = ""
    drawn: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()

    q = forms.CharField(required=False, max_length=100, label="Name")
    show = forms.ChoiceField(required=False, label="Show", choices=OPEN_OR_CLOSED)
    authority = forms.ModelChoiceField(
        LocalAuthority.objects.none(), required=False, label="Authority", empty_label="Any"
    )

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["authority"].queryset = LocalAuthority.objects.visible_to(acting)

    def values(self):
        """What can be used of the address."""
        self.is_valid()
        return self.cleaned_data

    @property
    def is_narrowed(self):
        return any(self.data.get(name) for name in self.fields)

    def picks(self) -> Iterator[Pick]:
        values = self.values()
        for name in self.drawn:
            field, chosen = self.fields[name], _as_texts(values.get(name))
            choices = [(str(value), label) for value, label in field.choices]
            if isinstance(field, AnyOf):
                choices = [("", field.any_label), *choices]
            yield Pick(name, field.label, [(value, label, value in chosen) for value, label in choices])

    def hidden(self):
        """(name, value) of what is carried."""
        values = self.values()
        return [(name, self.data.get(name)) for name in self.carried if values.get(name)]


class AnyOf(forms.MultipleChoiceField):
    """Any of several values, drawn as a list of one: an address may name more than a list can show."""

    def __init__(self, *, any_label="Any", **kwargs):
        self.any_label = any_label
        super().__init__(required=False, **kwargs)


class YearsField(AnyOf):
    def __init__(self):
        super().__init__(label="Year", choices=YearGroup.choices)


def _as_texts(value):
    values = value if isinstance(value, list) else [value]
    return {str(one.pk if isinstance(one, LocalAuthority) else one) for one in values if one}
