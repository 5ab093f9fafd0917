"""What was typed and not saved: given back on the page it was typed on, and gone once it is saved.

Every form finds again what came after its session had ended; a form with a draft key also keeps what is being typed.
"""

from collections.abc import Iterable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

from django import forms
from django.forms import BaseFormSet
from django.http import HttpRequest, QueryDict

from sendco.drafts.models import Draft
from sendco.drafts.services import DraftTooLong, discard_draft, load_draft, save_draft

from . import tokens
from .names import CSRF, is_ours

READ_BACK = (forms.DateField, forms.DateTimeField, forms.TimeField, forms.IntegerField, forms.DecimalField)


def _place(request: HttpRequest, form_key: str) -> dict[str, Any] | None:
    school_id = request.session.get("draft_school")
    return {"by": request.user, "school_id": school_id, "form_key": form_key} if school_id else None


def find(request: HttpRequest, form_key: str) -> Draft | None:
    """The draft of this form, or None: also when the person asks for what is stored instead."""
    place = _place(request, form_key)
    return load_draft(**place) if place and "stored" not in request.GET else None


def typed_in(draft: Draft, form: forms.BaseForm | Any | Any, *, leaves: Iterable[str] = ()) -> dict[str, Any]:
    """The words of a draft as initial values of this form; fields that it does not hold stay as they are."""
    data, values = _posted_form(draft), {}
    for name, field in form.fields.items():
        html_name = form.add_prefix(name)
        if name in leaves or field.disabled or field.widget.value_omitted_from_data(data, {}, html_name):
            continue
        values[name] = _as_stored(field, field.widget.value_from_datadict(data, {}, html_name))
    return values


def _as_stored(field: forms.Field, value: Any) -> Any:
    """What was typed as Python has it, where it can be read: pages look at initial days and numbers, not at text."""
    if not isinstance(field, READ_BACK) or not isinstance(value, str):
        return value
    try:
        return field.to_python(value)
    except forms.ValidationError:
        return value


def typed_rows(draft: Draft, formset: BaseFormSet) -> list[dict[str, Any]]:
    """The rows of a formset as they were typed, as its initial values. At most as many rows as it takes."""
    data, fields = _posted_form(draft), formset.empty_form.fields
    rows = []
    for place in range(formset.max_num):
        prefix = formset.add_prefix(place)
        names = {name: f"{prefix}-{name}" for name in fields}
        if not data.keys().isdisjoint(names.values()):
            rows.append({name: fields[name].widget.value_from_datadict(data, {}, names[name]) for name in fields})
    return rows


def _posted_form(draft: Draft) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, values in draft.data.items():
        data.setlist(name, values if isinstance(values, list) else [values])
    return data


def forget(request: HttpRequest, form_key: str) -> None:
    if place := _place(request, form_key):
        discard_draft(**place)


def keep(
    request: HttpRequest, form_key: str, *, leaves: Iterable[str] = (), version: tuple[str, str] | None = None
) -> None:
    """Keep what was posted as the draft of this form. `version` is (name, value) of what was on the screen first."""
    place = _place(request, form_key)
    if place:
        save_draft(**place, data=_words(request, leaves) | ({version[0]: [version[1]]} if version else {}))


def keep_late(request: HttpRequest) -> str:
    """Keep a form that came after its session had ended, for the person it was given to.

    The token says who that is: nobody is signed in any more. Returns the address of the page where the form stands,
    or "" when nothing was kept.
    """
    token = tokens.posted(request) if request.method == "POST" else None
    if token is None or not token.school_id:
        return ""
    place: dict[str, Any] = {
        "by": SimpleNamespace(pk=token.user_id),
        "school_id": token.school_id,
        "form_key": token.draft_key,
    }
    with suppress(DraftTooLong):
        save_draft(**place, data=_words(request, token.leaves))
        return token.page
    return ""


def _words(request: HttpRequest, leaves: Iterable[str]) -> dict[str, list[str]]:
    names = [name for name in request.POST if name != CSRF and not is_ours(name) and name not in leaves]
    return {name: request.POST.getlist(name) for name in names}
