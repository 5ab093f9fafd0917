"""The value of a form field in three shapes: as Python has it, as a browser sends it, and in words."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Model
from django.utils import timezone

from sendco.clock import long_date
from sendco.richtext import plain_text
from sendco.richtext_field import RichWidget


def plain(value: Any) -> Any:
    """A value to compare: rows by their number, several in order, line ends as one, nothing as None."""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, str):
        return value.replace("\r\n", "\n") or None
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        parts = [plain(part) for part in value]
        return parts if any(isinstance(part, dict | list) for part in parts) else sorted(parts, key=str)
    return value


def is_same(field: forms.Field, one: Any, other: Any) -> bool:
    if plain(one) == plain(other):
        return True
    if isinstance(field, forms.FileField):
        return not one and not other
    return _lines(written(field, "x", one)) == _lines(written(field, "x", other))


def _lines(data: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: [text.replace("\r\n", "\n") for text in texts] for name, texts in data.items()}


def sent_names(field: forms.Field, html_name: str) -> list[str]:
    """The names under which a browser sends this field."""
    if isinstance(field.widget, RichWidget):
        return [html_name, f"{html_name}_html", f"{html_name}_kind"]
    if isinstance(field.widget, forms.MultiWidget):
        ends = field.widget.widgets_names  # type: ignore[attr-defined]  # unknown to the stubs
        return [html_name + end for end in ends]
    return [html_name]


def written(field: forms.Field, html_name: str, value: Any) -> dict[str, list[str]]:
    """{name: [texts]} as a browser would send this value. An empty list is a box without a tick, or no file."""
    widget = field.widget
    if isinstance(widget, RichWidget):
        html = value or ""
        return {html_name: [plain_text(html)], f"{html_name}_html": [html], f"{html_name}_kind": ["rich"]}
    if isinstance(widget, forms.FileInput):
        return {html_name: []}
    if isinstance(field, forms.BooleanField) and not isinstance(field, forms.NullBooleanField):
        return {html_name: ["on"] if value else []}
    if isinstance(widget, forms.MultiWidget):
        parts: Any = widget.decompress(field.prepare_value(value))
        ends = sent_names(field, html_name)
        return {
            end: _texts(part.format_value(part_value))
            for end, part, part_value in zip(ends, widget.widgets, parts, strict=True)
        }
    if isinstance(field, forms.TypedChoiceField):
        value = _chosen(field, value)
    texts = _texts(widget.format_value(field.prepare_value(value)))
    is_many = isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)
    return {html_name: [text for text in texts if text] if is_many else texts}


def written_form(form: Any, owns: Callable[[str], bool] = lambda name: True) -> dict[str, list[str]]:
    """{name: [texts]} of every field of an unbound form as a browser would send it; of a formset, all its rows."""
    parts = [form.management_form, *form.forms] if hasattr(form, "management_form") else [form]
    texts_by_name: dict[str, list[str]] = {}
    for part in parts:
        for name, field in part.fields.items():
            if owns(name):
                texts_by_name |= written(field, part.add_prefix(name), part.get_initial_for_field(field, name))
    return texts_by_name


def _texts(formatted: Any) -> list[str]:
    if isinstance(formatted, list | tuple):
        return [str(text) for text in formatted]
    return ["" if formatted is None else str(formatted)]


def _chosen(field: forms.TypedChoiceField, value: Any) -> Any:
    """The choice that stands for this value, where what is stored is not what is sent."""
    if value is None or value == "":
        return value
    for key, _ in _flat(field.choices):
        if key == value or (key not in ("", None) and _coerced(field, key) == value):
            return key
    return value


def _coerced(field: forms.TypedChoiceField, key: Any) -> Any:
    try:
        return field.coerce(str(key))
    except (ValueError, TypeError):
        return None


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield key, label


def in_words(field: forms.Field, value: Any) -> str:
    """What somebody reads: of every kind of field."""
    if isinstance(field, forms.FileField):
        return getattr(value, "name", "") or "No file"
    if isinstance(field, forms.BooleanField) and not isinstance(field, forms.NullBooleanField):
        return "Yes" if value else "No"
    if isinstance(field, forms.ModelChoiceField):
        return _rows_in_words(field, value)
    if value is None or value == "" or value == []:
        return "Empty"
    if isinstance(field, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in _flat(field.choices)}
        if isinstance(field, forms.TypedChoiceField):
            value = _chosen(field, value)
        many = value if isinstance(value, list | tuple | set) else [value]
        return ", ".join(labels.get(str(choice), str(choice)) for choice in many)
    return _plain_words(value)


def _rows_in_words(field: forms.ModelChoiceField, value: Any) -> str:
    rows = value if isinstance(value, Iterable) and not isinstance(value, str | Model) else [value]
    labels = []
    for row in rows:
        if row in (None, ""):
            continue
        if not isinstance(row, Model):
            rows_of_field: Any = field.queryset  # None for no field of a form that is in use
            row = rows_of_field.filter(pk=row).first() or row
        labels.append(field.label_from_instance(row) if isinstance(row, Model) else str(row))
    return ", ".join(labels) or "Empty"


def _plain_words(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
        return f"{long_date(value.date())}, {value:%H:%M}"
    if isinstance(value, date):
        return long_date(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_plain_words(part)}" for name, part in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(_plain_words(part) for part in value)
    return str(value)


def packed(data: dict[str, list[str]]) -> str:
    return json.dumps(data, ensure_ascii=False)


def unpacked(text: str) -> dict[str, list[str]]:
    """{name: [texts]}, or nothing of what no page of ours has sent."""
    try:
        data = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(data, dict):
        return {}
    return {
        name: texts
        for name, texts in data.items()
        if isinstance(texts, list) and all(isinstance(item, str) for item in texts)
    }
