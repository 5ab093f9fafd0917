"""Two people changed one record: lay both versions side by side, and let the second one choose field by field.

The page that asks carries both versions of each field as a browser would send them, and all else that was posted. So
the answer is a post like any other: `chosen` puts the chosen version of each field in its place before the view reads
it, and the form is checked and saved as if it had been typed so.
"""

import difflib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict

from sendco.richtext_field import RichWidget

from . import names
from .values import in_words, is_same, packed, sent_names, unpacked, written
from .versions import Group, Versioned

LONGEST_COMPARED = 4000  # words and spaces; beyond that, both are shown without marks
SHORT = 12  # words and spaces
# Pieces of a text: whether each is only here, and its words.
Marks = list[tuple[bool, str]]
CHOICES = (names.YOURS, names.THEIRS)


@dataclass(frozen=True)
class Side:
    """One version of a field: what is read, and what is sent when it is chosen."""

    words: str
    marked: Marks
    data: str = ""
    is_rich: bool = False


@dataclass(frozen=True)
class Row:
    """A field that differs. `yours` is None where this person changed nothing: the stored value is kept then."""

    name: str
    label: str
    yours: Side | None
    stored: Side
    is_file: bool = False


@dataclass(frozen=True)
class Conflict:
    """Both versions. `data` is what was posted, with the stored value of each field that this person left alone."""

    rows: list[Row]
    same: list[str]
    who: str
    at: datetime | None
    data: QueryDict
    hidden: list[tuple[str, str]]

    @property
    def has_file(self) -> bool:
        return any(row.is_file for row in self.rows)


def lay_side_by_side(request: HttpRequest, form: Any, stored: Any, versioned: Versioned) -> Conflict | None:
    """The Conflict to show; None when this form holds no field of the record, so that there is nothing to choose."""
    values = versioned.values_of(stored, form)
    seen = form.cleaned_data.get(versioned.field)
    base = versioned.before_of(stored, seen)
    before = versioned.values_of(base, form) if base is not None else {}
    compared = [name for name in values if name in form.fields and not form[name].is_hidden]
    if not compared and not versioned.groups:
        return None
    rows, same, data = [], [], form.data.copy()
    for name in compared:
        mine, theirs = _typed(form, name), values[name]
        if _agree(form, name, mine, theirs):
            same.append(form[name].label)
        elif name in before and _agree(form, name, mine, before[name]):
            _put(data, written(form.fields[name], form.add_prefix(name), theirs))
            rows.append(Row(name, form[name].label, None, _stored_side(form, name, theirs, stored)))
        else:
            rows.append(_row(form, name, mine, theirs, stored))
    rows += [_group_row(form, group, stored) for group in versioned.groups]
    rows += [
        Row(name, form[name].label, Side(str(file.name), []), Side("", []), is_file=True)
        for name, field in form.fields.items()
        if isinstance(field, forms.FileField) and (file := request.FILES.get(form.add_prefix(name)))
    ]
    who, at = _who_saved(stored)
    mark, version = versioned.mark_of(stored), form.add_prefix(versioned.field)
    was, data[version] = data.get(version, ""), "" if mark is None else str(mark)
    return Conflict(rows, same, who, at, data, [*_hidden(data, rows), (names.SEEN, was)])


def _typed(form: Any, name: str) -> Any:
    """What was typed, as its field reads it; the words themselves where a field makes something else of them."""
    value = form.cleaned_data.get(name)
    is_text = type(form.fields[name]) is forms.CharField and not isinstance(value, str)
    return form[name].data if is_text or name not in form.cleaned_data else value


def _agree(form: Any, name: str, mine: Any, theirs: Any) -> bool:
    return is_same(form.fields[name], mine, theirs)


def _stored_side(form: Any, name: str, theirs: Any, stored: Any, marks: Marks | None = None) -> Side:
    field, html_name = form.fields[name], form.add_prefix(name)
    return Side(
        text := _told(form, name, theirs, stored),
        marks or [(False, text)],
        packed(written(field, html_name, theirs)),
        isinstance(field.widget, RichWidget),
    )


def _told(form: Any, name: str, theirs: Any, stored: Any) -> str:
    tell = getattr(form, "stored_in_words", None)
    return (tell(stored, name) if tell else "") or in_words(form.fields[name], theirs)


def _row(form: Any, name: str, mine: Any, theirs: Any, stored: Any) -> Row:
    field, html_name = form.fields[name], form.add_prefix(name)
    yours = in_words(field, mine)
    marks, their_marks = marked(yours, _told(form, name, theirs, stored))
    sent = {sent_name: form.data.getlist(sent_name) for sent_name in sent_names(field, html_name)}
    return Row(
        name=name,
        label=form[name].label,
        yours=Side(yours, marks, packed(sent), isinstance(field.widget, RichWidget)),
        stored=_stored_side(form, name, theirs, stored, their_marks),
    )


def _group_row(form: Any, group: Group, stored: Any) -> Row:
    yours, told = group.yours(form), group.stored(stored)
    marks, their_marks = marked(yours, told)
    sent = {name: form.data.getlist(name) for name in form.data if group.owns(name)}
    theirs = dict.fromkeys(sent, []) | group.data(stored)
    return Row(
        name=group.name,
        label=group.label,
        yours=Side(yours, marks, packed(dict.fromkeys(theirs, []) | sent)),
        stored=Side(told, their_marks, packed(theirs)),
    )


def _put(data: QueryDict, sent: dict[str, list[str]]) -> None:
    for name, texts in sent.items():
        if texts:
            data.setlist(name, texts)
        else:
            data.pop(name, None)


def _hidden(data: QueryDict, rows: list[Row]) -> list[tuple[str, str]]:
    """All else that was posted."""
    kept = {name for row in rows if row.yours and row.yours.data for name in unpacked(row.yours.data)}
    return [
        (name, text) for name, texts in data.lists() if name not in kept and not names.is_ours(name) for text in texts
    ]


def _who_saved(stored: Any) -> tuple[str, datetime | None]:
    history = getattr(stored, "history", None)
    last = history.select_related("history_user").first() if history is not None else None
    who = last.history_user.name if last and last.history_user else "Somebody else"
    return who, last.history_date if last else None


def chosen(data: QueryDict) -> QueryDict:
    """The posted data with the chosen version of each field in its place; the same data when nothing was chosen."""
    keeps = [name for name in data if name.startswith(names.KEEP)]
    if not keeps:
        return data
    data = data.copy()
    for keep in keeps:
        field = keep.removeprefix(names.KEEP)
        side = names.THEIRS if data.get(keep) == "theirs" else names.YOURS
        _put(data, unpacked(data.get(side + field, "")))
    return data


# --- Marks on what differs ---------------------------------------------------------------------------------------
def marked(one: str, other: str) -> tuple[Marks, Marks]:
    """Both texts in pieces, (is it only here, words), so that a page can mark what the other does not have.

    A short answer, such as a name or a date, is marked as a whole.
    """
    first, second = _pieces(one), _pieces(other)
    if max(len(first), len(second)) > LONGEST_COMPARED:
        return [(False, one)], [(False, other)]
    if min(len(first), len(second)) < SHORT:
        return [(True, one)], [(True, other)]
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    left: Marks = []
    right: Marks = []
    for kind, from_one, to_one, from_other, to_other in matcher.get_opcodes():
        _add(left, kind != "equal", "".join(first[from_one:to_one]))
        _add(right, kind != "equal", "".join(second[from_other:to_other]))
    return left, right


def _add(pieces: Marks, is_new: bool, text: str) -> None:
    """Add a piece; a space between two marked ones belongs to them."""
    if not text:
        return
    is_new = is_new or (text.isspace() and bool(pieces) and pieces[-1][0])
    if pieces and pieces[-1][0] == is_new:
        text = pieces.pop()[1] + text
    pieces.append((is_new, text))


def _pieces(text: str) -> list[str]:
    return re.findall(r"\s+|\S+", text)
