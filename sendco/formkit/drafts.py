"""What was typed and not saved: given back on the page it was typed on, and gone once it is saved.

Every form finds again what came after its session had ended; a form with a draft key also keeps what is being typed.
"""

from contextlib import suppress
from types import SimpleNamespace

from django.http import QueryDict

from sendco.drafts.services import DraftTooLong, discard_draft, load_draft, save_draft

from . import tokens
from .names import CSRF, is_ours


def _place(request, form_key):
    school_id = request.session.get("draft_school")
    return {"by": request.user, "school_id": school_id, "form_key": form_key} if school_id else None


def find(request, form_key):
    """The draft of this form, or None: also when the person asks for what is stored instead."""
    place = _place(request, form_key)
    return load_draft(**place) if place and "stored" not in request.GET else None


def typed_in(draft, form, *, leaves=()):
    """The words of a draft as initial values of this form; fields that it does not hold stay as they are."""
    data = QueryDict(mutable=True)
    for name, values in draft.data.items():
        data.setlist(name, values if isinstance(values, list) else [values])
    values = {}
    for name, field in form.fields.items():
        html_name = form.add_prefix(name)
        if name in leaves or field.disabled or field.widget.value_omitted_from_data(data, {}, html_name):
            continue
        values[name] = field.widget.value_from_datadict(data, {}, html_name)
    return values


def forget(request, form_key):
    if place := _place(request, form_key):
        discard_draft(**place)


def keep(request, form_key, *, leaves=(), version=()):
    """Keep what was posted as the draft of this form. `version` is (name, value) of what was on the screen first."""
    place = _place(request, form_key)
    if place:
        save_draft(**place, data=_words(request, leaves) | ({version[0]: [version[1]]} if version else {}))


def keep_late(request):
    """Keep a form that came after its session had ended, for the person it was given to; returns whether it was.

    The token says who that is: nobody is signed in any more.
    """
    token = tokens.posted(request) if request.method == "POST" else None
    if token is None or not token.school_id:
        return False
    place = {"by": SimpleNamespace(pk=token.user_id), "school_id": token.school_id, "form_key": token.draft_key}
    with suppress(DraftTooLong):
        save_draft(**place, data=_words(request, token.leaves))
        return True
    return False


def _words(request, leaves):
    names = [name for name in request.POST if name != CSRF and not is_ours(name) and name not in leaves]
    return {name: request.POST.getlist(name) for name in names}
