"""Two people changed one record: lay both versions side by side and lose nothing that was typed."""

from dataclasses import dataclass
from decimal import Decimal

from django.forms import BooleanField

from sendco.clock import long_date


@dataclass(frozen=True)
class Row:
    """One field that differs. `yours` is None where this person changed nothing: the stored value is kept then."""

    label: str
    yours: str | None
    stored: str


@dataclass(frozen=True)
class Conflict:
    rows: list
    who: str
    at: object


def in_words(form, name, value):
    field = form.fields[name]
    if isinstance(field, BooleanField):
        return "Yes" if value else "No"
    if value in (None, ""):
        return "Empty"
    choices = dict(getattr(field, "choices", None) or []) if not hasattr(field, "queryset") else {}
    if value in choices:
        return str(choices[value])
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return long_date(value) if hasattr(value, "isoformat") else str(value)


def _plain(value):
    return getattr(value, "pk", value)


def _write(data, form, name, value):
    """Put a stored value into the posted data, as the browser would have sent it."""
    key = form.add_prefix(name)
    if isinstance(form.fields[name], BooleanField):
        data.pop(key, None)
        if value:
            data[key] = "on"
    else:
        prepared = form.fields[name].prepare_value(value)
        data[key] = "" if prepared is None else str(prepared)


def lay_side_by_side(form, stored):
    """Return the data to bind the form with again, and the Conflict to show.

    A field that this person left as it was takes what is stored now; one that both changed keeps what was typed.
    """
    base = stored.history.filter(version=form.cleaned_data["version"]).first()
    data, rows = form.data.copy(), []
    for name in form.stored_fields():
        yours, theirs = form.cleaned_data[name], getattr(stored, name)
        if _plain(yours) == _plain(theirs):
            continue
        untouched = base is not None and _plain(yours) == getattr(base, stored._meta.get_field(name).attname)
        if untouched:
            _write(data, form, name, theirs)
        rows.append(
            Row(
                label=form.fields[name].label,
                yours=None if untouched else in_words(form, name, yours),
                stored=form.stored_in_words(stored, name),
            )
        )
    data[form.add_prefix("version")] = str(stored.version)
    last = stored.history.select_related("history_user").first()
    who = last.history_user.name if last and last.history_user else "Somebody else"
    return data, Conflict(rows=rows, who=who, at=last.history_date if last else None)


class VersionedForm:
    """For a model form with a hidden `version`: what lay_side_by_side asks of it."""

    def stored_fields(self):
        return [name for name in self._meta.fields if name in self.fields and not self.fields[name].disabled]

    def stored_in_words(self, stored, name):
        return in_words(self, name, getattr(stored, name))
