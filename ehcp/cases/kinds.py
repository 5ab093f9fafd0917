"""The kinds of case, in the order of their tabs."""

from django.db.models import Model

from ..appeals.kind import APPEAL
from ..consultations.kind import CONSULTATION
from ..plans.kind import PLAN
from ..requests.kind import REQUEST
from ..reviews.kind import REVIEW
from .kind import CaseKind

KINDS = {kind.code: kind for kind in (PLAN, REVIEW, REQUEST, CONSULTATION, APPEAL)}
_OF_MODEL = {kind.model: kind for kind in KINDS.values()}


def kind_of(case: Model) -> CaseKind:
    return _OF_MODEL[type(case)]


def office_of(case: Model) -> Model:
    """The record that names the authority and its caseworker: the case itself, or the plan of a review."""
    return kind_of(case).office_of(case)
