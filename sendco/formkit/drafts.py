"""What was typed and not saved: given back on the page it was typed on, and gone once it is saved.

Every form finds again what came after its session had ended; a form with a draft key also keeps what is being typed.
"""

from contextlib import suppress
from types import SimpleNamespace

from django import forms
from django.http import QueryDict

from sendco.drafts.services import DraftTooLong, discard_draft, load_draft, save_draft

from . import tokens
from .names import CSRF, is_ours

READ_BACK = (forms.DateField, forms.DateTimeField, forms.TimeField, forms.IntegerField, forms.DecimalField)


def _place(request, form_key):
    school_id = request.session.get("draft_school")
    return {"by": request.user, "school_id": school_id, "form_key": form_key} if school_id else None


def find(request, form_key):
    """The draft of this form, or None: also when the person asks for what is stored instead."""
    place = _place(request, form_key)
    return load_draft(**place) if place and "stored" not in request.GET else None


def typed_in(draft, form, *, leaves=()):
    """The words of a draft as initial values of this form; fields that it does not hold stay as they are."""
    data, values = _posted_form(draft), {}
    for name, field in form.fields.items():
        html_name = form.add_prefix(name)
        if name in leaves or field.disabled or field.widget.value_omitted_from_data(data, {}, html_name):
            continue
        values[name] = _as_stored(field, field.widget.value_from_datadict(data, {}, html_name))
    return values


def _as_stored(field, value):
    """What was typed as Python has it, where it can be read: pages look at initial days and numbers, not at text."""
    if not isinstance(field, READ_BACK) or not isinstance(value, str):
        return value
    try:
        return field.to_python(value)
    except forms.ValidationError:
        return value


def typed_rows(draft, formset):
    """The rows of a formset as they were typed, as its initial values. At most as many rows as it takes."""
    data, fields = _posted_form(draft), formset.empty_form.fields
    found = []
    for place in range(formset.max_num):
        prefix = formset.add_prefix(place)
        names = {name: f"{prefix}-{name}" for name in fields}
        if not data.keys().isdisjoint(names.values()):
            found.append({name: fields[name].widget.value_from_datadict(data, {}, names[name]) for name in fields})
    return found


def _posted_form(draft):
    data = QueryDict(mutable=True)
    for name, values in draft.data.items():
        data.setlist(name, values if isinstance(values, list) else [values])
    return data


def forget(request, form_key):
    if place := _place(request, form_key):
        discard_draft(**place)


def keep(request, form_key, *, leaves=(), version=()):
    """Keep what was posted as the draft of this form. `version` is (name, value) of what was on the screen first."""
    place = _place(request, form_key)
    if place:
        save_draft(**place, data=_words(request, leaves) | ({version[0]: [version[1]]} if version else {}))


def keep_late(request):
    """Keep a form that came after its session had ended, for the person it was given to.

    The token says who that is: nobody is signed in any more. Returns the address of the page where the form stands,
    or "" when nothing was kept.
    """
    token = tokens.posted(request) if request.method == "POST" else None
    if token is None or not token.school_id:
        return ""
    place = {"by": SimpleNamespace(pk=token.user_id), "school_id": token.school_id, "form_key": token.draft_key}
    with suppress(DraftTooLong):
        save_draft(**place, data=_words(request, token.leaves))
        return token.page
    return ""


def _words(request, leaves):
    names = [name for name in request.POST if name != CSRF and not is_ours(name) and name not in leaves]
    return {name: request.POST.getlist(name) for name in names}
