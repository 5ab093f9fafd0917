"""Reminders of contributions that go out by themselves: what the school sets, and one review taken out of it."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from sendco.formkit.page import FormPage, form_page, posted
from sendco.formkit.versions import Versioned
from sendco.refusals import Refused
from staff.access import require_permission
from staff.permissions import Permission as P

from ...cases.pages import case_page
from ..forms.chasers import ChaserPlanForm
from ..selectors import chasers as selectors
from ..services import chasers as services
from ..services import inviting
from .reviews import review_or_404

STOPPED = "No reminder of this review goes out by itself any more. You can still ask again yourself."
STARTED = "The reminders of this review go out by themselves again, on the days that are still to come."


@require_permission(P.REMINDER_EDIT)
@form_page
def chaser_plan(request):
    school = request.acting.school
    plan = selectors.plan_of(school)
    form = ChaserPlanForm(posted(request), plan=plan)

    def save(cleaned):
        return services.save_plan(school=school, by=request.user, **cleaned)

    def page():
        return case_page("reviews", title="Reminders before reviews") | {
            "submit": "Save",
            "cancel": reverse("ehcp:review-list"),
            "example": selectors.example(school, plan, today=timezone.localdate()),
            "changes": selectors.changes(school),
        }

    return FormPage(
        form=form,
        save=save,
        done="Saved. It holds from the next school day on.",
        then=reverse("ehcp:chaser-plan"),
        page=page,
        template="ehcp/chaser_plan.html",
        versioned=Versioned(values=lambda stored: ChaserPlanForm(plan=stored).initial),
    ).respond(request)


@require_permission(P.CASE_EDIT)
@require_POST
def review_chasers(request, pk):
    """Stop the reminders of one review, or start them again."""
    review = review_or_404(request, pk)
    stops = request.POST.get("go") == "stop"
    service, done = (inviting.stop_reminders, STOPPED) if stops else (inviting.start_reminders, STARTED)
    try:
        service(review=review, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("ehcp:contribution-list", review.pk)
