"""Find a case of any kind from its address: the letters and papers of all of them have one set of pages."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from sendco.audit import services as audit

from .kinds import KINDS, kind_of
from .pages import case_page


def find(request, kind, pk):
    """Return the case, or 404 for one that is not in view; notes the reading."""
    if kind not in KINDS:
        raise Http404
    rows = KINDS[kind].model.objects.visible_to(request.acting).select_related("school", "pupil", *KINDS[kind].joins)
    case = get_object_or_404(rows, pk=pk)
    if case.pupil_id:
        audit.record_read(school_id=case.school_id, pupil_id=case.pupil_id, by=request.user, what="case papers")
    return case


def child_name(case):
    return case.pupil.name if case.pupil_id else case.child_name


def address_of(case):
    return reverse(kind_of(case).route, args=[case.pk])


def below(case, *, title, more=()):
    """Context of a page below a case: crumbs lead to the case and to its list."""
    return case_page(kind_of(case).tab, title=title, more=[(child_name(case), address_of(case)), *more])
