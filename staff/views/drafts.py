"""What somebody typed before and did not send, on the pages that keep it."""

from sendco.drafts.services import discard_draft, load_draft


def _key(request, form_key):
    return {"by": request.user, "school_id": request.acting.school.pk, "form_key": form_key}


def find_draft(request, form_key):
    """The draft to fill the form with, or None: on a POST, and when the person asks for what is stored."""
    if request.method != "GET" or "stored" in request.GET:
        return None
    return load_draft(**_key(request, form_key))


def typed(draft):
    """The draft as initial values by field name; the last one where a field came several times."""
    return {name: values[-1] for name, values in draft.data.items() if values} if draft else {}


def forget_draft(request, form_key):
    discard_draft(**_key(request, form_key))
