"""Pages that every kind of case has."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sendco.refusals import ChangedMeanwhile, Refused
from staff.access import require_permission
from staff.permissions import Permission

from . import corrections
from . import finding as cases
from .forms import CorrectionForm


@require_permission(Permission.CASE_EDIT)
@require_http_methods(["GET", "POST"])
def case_correct(request, case, pk):
    """Put wrong dates of a case right, with a reason, also after it was closed."""
    found = cases.find(request, case, pk)
    form = CorrectionForm(request.POST if request.method == "POST" else None, case=found)
    if request.method == "POST" and form.is_valid() and _corrected(request, found, form):
        return redirect(cases.address_of(found))
    context = cases.below(found, title="Correct dates") | {
        "tab_title": "Case: correct dates",
        "lead": f"{cases.child_name(found)}. For a day that was typed wrongly. Empty a day that never was. What is due "
        "is worked out again, and the history keeps both days.",
        "form": form,
        "submit": "Correct the dates",
        "cancel": cases.address_of(found),
    }
    return render(request, "components/form_page.html", context, status=422 if form.errors else 200)


def _corrected(request, case, form):
    values = form.values()
    if not values:
        form.add_error(None, "Every day is as it was. Change the one that is wrong.")
        return False
    facts = {"version": form.cleaned_data["version"], "reason": form.cleaned_data["reason"]}
    try:
        corrections.correct(case=case, values=values, by=request.user, **facts)
    except ChangedMeanwhile as meanwhile:
        # The help of each field shows what is kept now; the next try is made against that.
        form.data = form.data.copy()
        form.data["version"] = str(meanwhile.theirs.version)
        form.add_error(None, str(meanwhile))
    except Refused as refusal:
        field = refusal.data.get("field")
        form.add_error(field if field in form.fields else None, str(refusal))
    else:
        messages.success(request, "Corrected. What is due was worked out again.")
        return True
    return False
