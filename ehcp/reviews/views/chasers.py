"""Reminders of contributions that go out by themselves: what the school sets, and one review taken out of it."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from sendco.refusals import ChangedMeanwhile, Refused
from staff.access import require_permission
from staff.permissions import Permission as P

from ...cases.pages import case_page
from .. import chaser_days as chasers
from ..forms.chasers import ChaserPlanForm
from ..selectors import chasers as selectors
from ..services import chasers as services
from ..services import reviews
from .reviews import form_page, review_or_404

STOPPED = "No reminder of this review goes out by itself any more. You can still ask again yourself."
STARTED = "The reminders of this review go out by themselves again, on the days that are still to come."


@require_permission(P.REMINDER_EDIT)
@form_page
def chaser_plan(request):
    school = request.acting.school
    plan = selectors.plan_of(school)
    form = ChaserPlanForm(request.POST if request.method == "POST" else None, plan=plan)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_plan(school=school, by=request.user, **form.cleaned_data)
        except ChangedMeanwhile as conflict:
            form = _with_theirs(request, conflict)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Saved. It holds from the next school day on.")
            return redirect("ehcp:chaser-plan")
    context = case_page("reviews", title="Reminders before reviews") | {
        "form": form,
        "submit": "Save",
        "cancel": reverse("ehcp:review-list"),
        "example": selectors.example(school, plan, today=timezone.localdate()),
        "changes": selectors.changes(school),
    }
    return render(request, "ehcp/chaser_plan.html", context, status=422 if form.errors else 200)


def _with_theirs(request, conflict):
    """The form as it was typed, over what is stored now."""
    theirs = conflict.theirs
    form = ChaserPlanForm({**request.POST.dict(), "version": theirs.version}, plan=theirs)
    words = chasers.in_words(theirs.days) if theirs.is_on else "no reminders by themselves"
    form.add_error(None, f"{conflict} Stored now: {words}. Save again to keep yours.")
    return form


@require_permission(P.CASE_EDIT)
@require_POST
def review_chasers(request, pk):
    """Stop the reminders of one review, or start them again."""
    review = review_or_404(request, pk)
    stops = request.POST.get("go") == "stop"
    service, done = (reviews.stop_reminders, STOPPED) if stops else (reviews.start_reminders, STARTED)
    try:
        service(review=review, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("ehcp:contribution-list", review.pk)
