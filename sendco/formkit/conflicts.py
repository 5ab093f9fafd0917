"""Two people changed one record: lay both versions side by side, and let the second one choose field by field.

The page that asks carries both versions of each field as a browser would send them, and all else that was posted. So
the answer is a post like any other: `chosen` puts the chosen version of each field in its place before the view reads
it, and the form is checked and saved as if it had been typed so.
"""

import difflib
import re
from dataclasses import dataclass

from django import forms

from . import names
from .values import in_words, is_same, packed, sent_names, unpacked, written

LONGEST_COMPARED = 4000  # words; beyond that, both are shown without marks
CHOICES = (names.YOURS, names.THEIRS)


@dataclass(frozen=True)
class Side:
    """One version of a field: what is read, and what is sent when it is chosen."""

    words: str
    marked: list
    data: str = ""
    is_rich: bool = False


@dataclass(frozen=True)
class Row:
    """A field that differs. `untouched` when this person left it as it was: the stored value is suggested then."""

    name: str
    label: str
    yours: Side
    stored: Side
    untouched: bool = False
    is_file: bool = False


@dataclass(frozen=True)
class Conflict:
    rows: list
    same: list
    who: str
    at: object
    hidden: list

    @property
    def has_file(self):
        return any(row.is_file for row in self.rows)


def lay_side_by_side(request, form, stored, versioned):
    """The Conflict to show; None when this form holds no field of the record, so that there is nothing to choose."""
    values = versioned.values_of(stored, form)
    seen = form.cleaned_data.get(versioned.field)
    base = versioned.before_of(stored, seen)
    before = versioned.values_of(base, form) if base is not None else {}
    compared = [name for name in values if name in form.cleaned_data and not form[name].is_hidden]
    if not compared and not versioned.groups:
        return None
    rows, same = [], []
    for name in compared:
        field, mine, theirs = form.fields[name], form.cleaned_data[name], values[name]
        if is_same(field, mine, theirs):
            same.append(field.label or form[name].label)
            continue
        untouched = name in before and is_same(field, mine, before[name])
        rows.append(_row(request, form, name, mine, theirs, stored, untouched=untouched))
    rows += [_group_row(request, form, group, stored) for group in versioned.groups]
    rows += [
        Row(name, form[name].label, Side(file.name, []), Side("", []), is_file=True)
        for name, field in form.fields.items()
        if isinstance(field, forms.FileField) and (file := request.FILES.get(form.add_prefix(name)))
    ]
    who, at = _who_saved(stored)
    return Conflict(rows, same, who, at, _hidden(request, form, stored, versioned, rows))


def _row(request, form, name, mine, theirs, stored, *, untouched):
    field, html_name = form.fields[name], form.add_prefix(name)
    yours = in_words(field, mine)
    tell = getattr(form, "stored_in_words", None)
    told = (tell(stored, name) if tell else None) or in_words(field, theirs)
    marked_yours, marked_theirs = marked(yours, told)
    is_rich = len(sent_names(field, html_name)) == 3 and f"{html_name}_html" in sent_names(field, html_name)
    sent = {one: request.POST.getlist(one) for one in sent_names(field, html_name)}
    return Row(
        name=name,
        label=form[name].label,
        yours=Side(yours, marked_yours, packed(sent), is_rich),
        stored=Side(told, marked_theirs, packed(written(field, html_name, theirs)), is_rich),
        untouched=untouched,
    )


def _group_row(request, form, group, stored):
    yours, told = group.yours(form), group.stored(stored)
    marked_yours, marked_theirs = marked(yours, told)
    sent = {name: request.POST.getlist(name) for name in request.POST if group.owns(name)}
    theirs = dict.fromkeys(sent, []) | group.data(stored)
    return Row(
        name=group.name,
        label=group.label,
        yours=Side(yours, marked_yours, packed(dict.fromkeys(theirs, []) | sent)),
        stored=Side(told, marked_theirs, packed(theirs)),
    )


def _hidden(request, form, stored, versioned, rows):
    """All else that was posted, with the version that is stored now."""
    kept = {name for row in rows if row.yours.data for name in unpacked(row.yours.data)}
    version = form.add_prefix(versioned.field)
    found = [
        (name, text)
        for name, texts in request.POST.lists()
        if name not in kept and name != version and not names.is_ours(name)
        for text in texts
    ]
    mark = versioned.mark_of(stored)
    return [*found, (version, "" if mark is None else mark), (names.SEEN, request.POST.get(version, ""))]


def _who_saved(stored):
    history = getattr(stored, "history", None)
    last = history.select_related("history_user").first() if history is not None else None
    who = last.history_user.name if last and last.history_user else "Somebody else"
    return who, last.history_date if last else None


def chosen(data):
    """The posted data with the chosen version of each field in its place; the same data when nothing was chosen."""
    keeps = [name for name in data if name.startswith(names.KEEP)]
    if not keeps:
        return data
    data = data.copy()
    for keep in keeps:
        field = keep.removeprefix(names.KEEP)
        side = names.THEIRS if data.get(keep) == "theirs" else names.YOURS
        for name, texts in unpacked(data.get(side + field, "")).items():
            if texts:
                data.setlist(name, texts)
            else:
                data.pop(name, None)
    return data


# --- Marks on what differs ---------------------------------------------------------------------------------------
def marked(one, other):
    """Both texts in pieces, (is it only here, words), so that a page can mark what the other does not have."""
    first, second = _pieces(one), _pieces(other)
    if max(len(first), len(second)) > LONGEST_COMPARED:
        return [(False, one)], [(False, other)]
    left, right = [], []
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    for kind, from_one, to_one, from_other, to_other in matcher.get_opcodes():
        left.append((kind != "equal", "".join(first[from_one:to_one])))
        right.append((kind != "equal", "".join(second[from_other:to_other])))
    return left, right


def _pieces(text):
    return re.findall(r"\s+|\S+", text)
