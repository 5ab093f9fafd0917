"""What a review knows for its letters."""

from sendco.clock import full_date
from sendco.refusals import Refused

from ..deadlines import reviews as rules
from ..models import AnnualReview
from .refusals import ReviewReason


def meeting_values(review: AnnualReview) -> dict[str, str]:
    day = review.held_on or review.meeting_on
    return {
        "meeting.date": full_date(day) if day else "a day still to be fixed",
        "meeting.time": f"{review.meeting_time:%H:%M}" if review.meeting_time else "time to follow",
        "meeting.place": review.place or "at the school",
        "meeting.kind": review.get_kind_display().lower(),
        "contribute.by": full_date(review.contribute_by) if review.contribute_by else "two weeks before the meeting",
    }


def report_values(review: AnnualReview) -> dict[str, str]:
    if review.held_on is None:
        raise Refused(ReviewReason.NOTHING_TO_REPORT)
    if review.approved_at is None and review.report_sent_on is None:
        raise Refused(ReviewReason.NOT_APPROVED)
    return {
        "report.recommendation": review.get_recommendation_display() or "not said yet",
        "report.decision_by": full_date(rules.DECISION.count.due(review.held_on)),
    }
