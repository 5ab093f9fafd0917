"""Late and not yet explained: say why a duty was late and what changes, in two answers."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from governance.models import MissedDeadline
from governance.selectors.missed import explanation_of, late, unexplained
from governance.services.missed import explain_late
from sendco.clock import Duty, long_date
from sendco.drafts.services import discard_draft, load_draft
from sendco.due.words import state_words
from sendco.refusals import ChangedMeanwhile, Refused
from staff.access import require_permission
from staff.permissions import Permission as P

from .items import children, known_to

PER_PAGE = 25
# Where somebody came from, by name: an address in the query would let anybody send them anywhere.
BACK = {
    "due": ("What is due", "due-list"),
    "late": ("Late and not yet explained", "late-list"),
    "compliance": ("Compliance", "compliance"),
}


def may_explain(acting, item):
    """Whoever works on cases, and the person whose duty it was."""
    return acting.can(P.CASE_EDIT) or item.owner_id == acting.user.pk


def to_explain(acting, today):
    """Late duties of the school that this person may explain and nobody has, the latest first."""
    items = unexplained(known_to(acting), today)
    if not acting.can(P.CASE_EDIT):
        items = items.filter(owner_id=acting.user.pk)
    return items.order_by("-due_on", "-pk")


def to_explain_count(acting, today):
    """For a home page. One query."""
    return to_explain(acting, today).count()


def lines_of(items, acting):
    """(item, child) of a page of items. One query."""
    items = list(items)
    pupils = children({item.pupil_id for item in items if item.pupil_id}, acting)
    return [(item, pupils.get(item.pupil_id)) for item in items]


class ExplainForm(forms.Form):
    cause = forms.ChoiceField(
        label="Why was it late?",
        choices=MissedDeadline.Cause.choices,
        widget=forms.RadioSelect,
        help_text="Name the cause, not the person.",
    )
    happened = forms.CharField(
        label="What happened",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One or two sentences. Needed for “something else”.",
    )
    mend = forms.CharField(
        label="What changes",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="So that it does not happen again. For example: a second person is named for each report.",
        error_messages={"required": "Write what changes, or that nothing can and why."},
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, ours, **kwargs):
        super().__init__(*args, **kwargs)
        if not ours:
            self.fields["mend"].required = False
            self.fields["mend"].label = "What we do about it"
            self.fields["mend"].help_text = "For example: a letter went, or a named person rings each week."

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("cause") == MissedDeadline.Cause.OTHER and not cleaned.get("happened"):
            self.add_error("happened", "Write what happened.")
        return cleaned


@require_permission(P.PUPIL_VIEW, P.PUPIL_VIEW_UNIT, P.PUPIL_VIEW_ALL)
@require_GET
def late_list(request):
    today = timezone.localdate()
    page = Paginator(to_explain(request.acting, today), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": "Late and not yet explained",
        "section": "due",
        "crumbs": [("What is due", reverse("due-list"))],
        "page": page,
        "lines": lines_of(page.object_list, request.acting),
        "today": today,
    }
    return render(request, "pages/late_list.html", context)


@require_permission(P.OWN_ACCOUNT)
@require_http_methods(["GET", "POST"])
def late_explain(request, pk):
    """Cause and mend of one late item; what was said before can be changed and its history stays."""
    item = get_object_or_404(late(known_to(request.acting), timezone.localdate()), pk=pk)
    if not may_explain(request.acting, item):
        raise PermissionDenied
    back = request.GET.get("next")
    words, route = BACK.get(back, BACK["due"])
    row, theirs = explanation_of(item), None
    form = ExplainForm(
        request.POST if request.method == "POST" else None,
        ours=item.duty == Duty.SCHOOL,
        initial=_said(row) | _draft(request, item),
    )
    if request.method == "POST" and form.is_valid():
        try:
            explain_late(item=item, by=request.user, **form.cleaned_data)
        except ChangedMeanwhile as error:
            theirs = error.theirs
            form.add_error(None, str(error))
            form.data = _with_version(form.data, theirs.version)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            discard_draft(by=request.user, school_id=item.school_id, form_key=_key(item))
            messages.success(request, f"{item.title}: noted why it was late.")
            return redirect(route)
    pupil = children([item.pupil_id]).get(item.pupil_id)
    context = {
        "title": "Why was it late?",
        "lead": f"{item.title}{f' for {pupil.name}' if pupil else ''}. Due {long_date(item.due_on)}. "
        f"{state_words(item, timezone.localdate())}.",
        "section": "due",
        "crumbs": [(words, reverse(route))],
        "form": form,
        "theirs": theirs,
        "submit": "Save",
        "cancel": reverse(route),
        "draft_key": _key(item),
    }
    return render(request, "pages/late_explain.html", context, status=422 if form.errors else 200)


def _with_version(data, version):
    data = data.copy()
    data["version"] = version
    return data


def _key(item):
    return f"late-{item.pk}"


def _said(row):
    if row is None:
        return {}
    return {"cause": row.cause, "happened": row.happened, "mend": row.mend, "version": row.version}


def _draft(request, item):
    """What was typed and not saved; the version is that of the words which stand now."""
    if request.method != "GET":
        return {}
    draft = load_draft(by=request.user, school_id=item.school_id, form_key=_key(item))
    typed = {name: values[-1] for name, values in draft.data.items() if values} if draft else {}
    return {name: typed[name] for name in ("cause", "happened", "mend") if name in typed}
