"""Pages that every kind of case has."""

from sendco.formkit.page import FormPage, form_page, posted
from sendco.formkit.versions import Versioned
from staff.access import require_permission
from staff.permissions import Permission

from . import corrections
from . import finding as cases
from .forms import CorrectionForm


@require_permission(Permission.CASE_EDIT)
@form_page
def case_correct(request, case, pk):
    """Put wrong dates of a case right, with a reason, also after it was closed."""
    this_case = cases.find(request, case, pk)
    form = CorrectionForm(posted(request), case=this_case)

    def correct(cleaned):
        facts = {"version": cleaned["version"], "reason": cleaned["reason"]}
        return corrections.correct(case=this_case, values=form.values(), by=request.user, **facts)

    page = cases.below(this_case, title="Correct dates") | {
        "tab_title": "Case: correct dates",
        "lead": f"{cases.child_name(this_case)}. For a day that was typed wrongly. Empty a day that never was. What is "
        "due is worked out again, and the history keeps both days.",
        "submit": "Correct the dates",
        "cancel": cases.address_of(this_case),
    }
    return FormPage(
        form=form,
        save=correct,
        done="Corrected. What is due was worked out again.",
        then=cases.address_of(this_case),
        page=page,
        versioned=Versioned(values=form.days_of),
    ).respond(request)
