"""Late and not yet explained: say why a duty was late and what changes, in two answers."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from governance.models import MissedDeadline
from governance.selectors.missed import explanation_of, late, unexplained
from governance.services.missed import explain_late
from sendco.clock import Duty, long_date
from sendco.due.words import state_words
from sendco.formkit.page import FormPage, form_page, posted
from sendco.formkit.versions import Versioned
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
@form_page
def late_explain(request, pk):
    """Cause and mend of one late item; what was said before can be changed and its history stays."""
    item = get_object_or_404(late(known_to(request.acting), timezone.localdate()), pk=pk)
    if not may_explain(request.acting, item):
        raise PermissionDenied
    back = request.GET.get("next")
    label, route = BACK.get(back, BACK["due"])
    form = ExplainForm(posted(request), ours=item.duty == Duty.SCHOOL, initial=_said(explanation_of(item)))
    pupil = children([item.pupil_id]).get(item.pupil_id)
    page = {
        "title": "Why was it late?",
        "lead": f"{item.title}{f' for {pupil.name}' if pupil else ''}. Due {long_date(item.due_on)}. "
        f"{state_words(item, timezone.localdate())}.",
        "section": "due",
        "crumbs": [(label, reverse(route))],
        "submit": "Save",
        "cancel": reverse(route),
    }
    return FormPage(
        form=form,
        save=lambda cleaned: explain_late(item=item, by=request.user, **cleaned),
        done=f"{item.title}: noted why it was late.",
        then=reverse(route),
        page=page,
        draft=f"late-{item.pk}",
        template="pages/late_explain.html",
        versioned=Versioned(values=_said),
    ).respond(request)


def _said(row):
    if row is None:
        return {}
    return {"cause": row.cause, "happened": row.happened, "mend": row.mend, "version": row.version}
