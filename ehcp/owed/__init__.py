"""What each record of this floor owes, from its facts. Services hand it to the due table; check_deadlines compares.

A date that was met, or that falls away, stays in the table: lists read the open ones, the figures read them all.
"""

from sendco.due.registry import Source, register

from ..models import AnnualReview, Appeal, Consultation, NeedsAssessment, Plan
from .appeals import of_appeal
from .assessments import exemption_words, of_assessment
from .plans import of_plan
from .reviews import of_consultation, of_review

__all__ = ["exemption_words", "register_sources"]


def register_sources():
    """Tell the due table of this floor's records. Called once, when the floor starts."""
    register(Source(NeedsAssessment, of_assessment, joins=("school", "pupil"), prefetch=("exemptions",)))
    register(Source(Appeal, of_appeal, joins=("school", "pupil", "assessment")))
    register(Source(Plan, of_plan, joins=("school", "pupil"), prefetch=("reviews", "moves", "appeals")))
    register(Source(AnnualReview, of_review, joins=("school", "pupil", "plan__authority"), prefetch=("invitees",)))
    register(Source(Consultation, of_consultation, joins=("school", "authority")))
