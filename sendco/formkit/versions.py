"""What a form says of the record behind it, so that two people who change it lose nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


def _same_name(name: str) -> Callable[[Any], Any]:
    def read(row: Any) -> Any:
        return getattr(row, name, None)

    return read


@dataclass(frozen=True)
class Group:
    """Fields that are one answer, such as the rows of a table or a formset: chosen together, all yours or all theirs.

    `yours` and `stored` tell each side in words; `data` gives {name: [texts]} of a stored row as a browser would send
    it. `owns` tells which posted names belong to it.
    """

    name: str
    label: str
    owns: Callable[[str], bool]
    yours: Callable[[Any], str]
    stored: Callable[[Any], str]
    data: Callable[[Any], dict]


@dataclass(frozen=True)
class Versioned:
    """How a form stands to the stored row.

    field: the hidden field that says which version was on the screen.
    mark: the version of a row, as that field holds it.
    values: {field name: value} of a row; fields that it leaves out are not compared. By default the row's own
        attributes of the same names.
    before: (row, mark) gives the row as this person saw it, or None when that is not known.
    words: what to say where there is no field to choose, in place of the usual sentence.
    renews: whether the form may then simply be sent again; not where somebody signs what they have read.
    """

    field: str = "version"
    mark: Callable[[Any], Any] | None = None
    values: Callable[[Any], dict] | None = None
    before: Callable[[Any, Any], Any] | None = None
    groups: tuple[Group, ...] = ()
    words: str = ""
    renews: bool = True

    def mark_of(self, row: Any) -> Any:
        return (self.mark or _same_name(self.field))(row)

    def values_of(self, row: Any, form: Any) -> dict[str, Any]:
        if self.values:
            return self.values(row)
        names = form.stored_fields() if hasattr(form, "stored_fields") else form.fields
        return {name: getattr(row, name) for name in names if hasattr(row, name)}

    def before_of(self, row: Any, mark: Any) -> Any:
        if self.before:
            return self.before(row, mark)
        history = getattr(row, "history", None)
        if history is None or not hasattr(type(row), self.field):
            return None
        seen = history.filter(**{self.field: mark}).first()
        return seen.instance if seen else None


def nothing(row: Any) -> dict[str, Any]:
    """For `values` of a form that does something to a record and holds no field of it."""
    return {}


class VersionedForm:
    """For a model form with a hidden `version`: the fields that are compared with what is stored."""

    _meta: Any
    fields: Any

    def stored_fields(self) -> list[str]:
        return [name for name in self._meta.fields if name in self.fields and not self.fields[name].disabled]
