"""What this floor's records of a child do when two records of that child become one."""

from django.utils.translation import gettext_lazy as _

from pupils.merging import Moved, register
from sendco.refusals import Reason, Refused

from .models import AnnualReview, Appeal, CaseLetter, Consultation, Correspondence, CostedMap, NeedsAssessment, Plan


class MergingReason(Reason):
    TWO_PLANS = (
        "two_plans",
        _(
            "Both records have an EHC plan in force, and a child has one. Open the plans of both, close the one that "
            "was entered twice, then merge."
        ),
    )
    TWO_REQUESTS = (
        "two_requests",
        _(
            "Both records have an open request for a needs assessment of the same kind. Close the one that was entered "
            "twice, then merge."
        ),
    )


def two_plans(kept, gone):
    """A child has one plan in force: which of two is the right one, nobody can tell from here."""
    if Plan.objects.filter(pupil__in=[kept, gone], ceased_on=None).count() < 2:
        return None
    return Refused(MergingReason.TWO_PLANS)


def two_assessments(kept, gone):
    kinds = (
        NeedsAssessment.objects.filter(pupil__in=[kept, gone], closed_on=None).order_by().values_list("kind", flat=True)
    )
    if len(kinds) == len(set(kinds)):
        return None
    return Refused(MergingReason.TWO_REQUESTS)


def register_tables():
    """Tell the merging of records of this floor's tables. Called once, when the floor starts."""
    register(
        Moved(Plan, "EHC plan", "EHC plans", refuse=two_plans),
        Moved(
            NeedsAssessment, "request for a needs assessment", "requests for a needs assessment", refuse=two_assessments
        ),
        Moved(AnnualReview, "review", "reviews"),
        Moved(Consultation, "consultation", "consultations"),
        Moved(Appeal, "appeal", "appeals"),
        Moved(CaseLetter, "letter of a case", "letters of a case"),
        Moved(CostedMap, "costed map", "costed maps"),
        Moved(Correspondence, "piece of correspondence", "pieces of correspondence"),
    )
