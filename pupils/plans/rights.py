"""Who may do what with a plan that they may see: read, contribute, or lead it."""

from staff.acting import Acting
from staff.permissions import Permission

from ..models import SupportPlan


def may_lead(acting: Acting, plan: SupportPlan) -> bool:
    """Whoever leads plans, and the one who leads this plan: they change targets and close the cycle."""
    return acting.can(Permission.SUPPORT_LEAD) or plan.lead_id == acting.user.pk


def may_contribute(acting: Acting) -> bool:
    """Strategies, evidence, values and words for the review."""
    return acting.can(Permission.SUPPORT_CONTRIBUTE)
