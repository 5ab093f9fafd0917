"""Find a case of any kind from its address: the letters and papers of all of them have one set of pages."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from sendco.audit import services as audit

from ..models import AnnualReview, Appeal, Consultation, NeedsAssessment, Plan
from .pages import case_page

# kind in the address: (model, tab, the route of its page)
KINDS = {
    "assessment": (NeedsAssessment, "assessments", "ehcp:assessment-detail"),
    "plan": (Plan, "plans", "ehcp:plan-detail"),
    "review": (AnnualReview, "reviews", "ehcp:review-detail"),
    "consultation": (Consultation, "consultations", "ehcp:consultation-detail"),
    "appeal": (Appeal, "appeals", "ehcp:appeal-detail"),
}
JOINS = {"review": ("plan__authority", "plan__caseworker"), "plan": ("authority", "caseworker")}


def find(request, kind, pk):
    """Return the case, or 404 for one that is not in view; notes the reading."""
    if kind not in KINDS:
        raise Http404
    model = KINDS[kind][0]
    joins = JOINS.get(kind, ("authority",))
    case = get_object_or_404(model.objects.visible_to(request.acting).select_related("school", "pupil", *joins), pk=pk)
    if case.pupil_id:
        audit.record_read(school_id=case.school_id, pupil_id=case.pupil_id, by=request.user, what="case papers")
    return case


def kind_of(case):
    return next(kind for kind, (model, _, _) in KINDS.items() if type(case) is model)


def child_name(case):
    return case.pupil.name if case.pupil_id else case.child_name


def address_of(case):
    return reverse(KINDS[kind_of(case)][2], args=[case.pk])


def below(case, *, title, more=()):
    """Context of a page below a case: crumbs lead to the case and to its list."""
    _, tab, _ = KINDS[kind_of(case)]
    return case_page(tab, title=title, more=[(child_name(case), address_of(case)), *more])
