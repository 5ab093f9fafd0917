"""What an annual review owes, before and after its meeting, and what a consultation owes."""

from datetime import timedelta

from ..deadlines import assessments, deadline, reviews
from ..models import Recommendation
from .shared import earliest, first, item, practice


def of_review(review, calendar):
    """A review that was held lives on when the school closes it: its report, and what the authority owes, stay due."""
    over = earliest(review.plan.ceased_on, review.pupil.left_on)
    ended = earliest(review.closed_on, over)
    return [
        *_before_meeting(review, calendar, ended),
        *_report(review, calendar, over if review.waits_for_authority else ended),
        *_after_meeting(review, calendar, over),
    ]


def _before_meeting(review, calendar, ended):
    meeting_on = first(review.meeting_on, review.held_on)
    authority = review.plan.authority
    papers = {}
    if meeting_on and authority.papers_days:
        papers = practice(authority, meeting_on - timedelta(days=authority.papers_days))
    past = first(review.held_on, ended)
    owner = {"owner_id": review.organiser_id, "closed_on": past}
    return [
        *item(deadline(reviews.INVITE, meeting_on, calendar), met_on=_all_invited_on(review), **owner),
        *item(deadline(reviews.PAPERS, meeting_on, calendar), met_on=review.papers_sent_on, **owner, **papers),
    ]


def _all_invited_on(review):
    """The day the last of those to invite was invited; None while one is not, or nobody is listed."""
    days = [invitee.invited_on for invitee in review.invitees.all() if not invitee.removed_on]
    return max(days) if days and all(days) else None


def _report(review, calendar, ended):
    held_on, authority = review.held_on, review.plan.authority
    own = {}
    if held_on and authority.report_days:
        own = practice(authority, held_on + timedelta(days=authority.report_days))
    report = deadline(reviews.REPORT, held_on, calendar)
    return item(report, met_on=review.report_sent_on, closed_on=ended, owner_id=review.organiser_id, **own)


def _after_meeting(review, calendar, over):
    decision = deadline(reviews.DECISION, review.held_on, calendar)
    return [
        *item(decision, met_on=review.decision_on, closed_on=over),
        *(_amendment(review, calendar, over) if review.decision == Recommendation.AMEND else []),
    ]


def _amendment(review, calendar, over):
    done = first(review.final_on, review.not_amending_on)
    comments = deadline(reviews.REPRESENTATIONS, review.notice_on, calendar)
    final = reviews.final_after_review(meeting_on=review.held_on, notice_on=review.notice_on, calendar=calendar)
    return [
        *item(deadline(reviews.NOTICE, review.held_on, calendar), met_on=review.notice_on, closed_on=first(done, over)),
        *item(comments, met_on=review.representations_on, closed_on=first(done, over)),
        *item(final, met_on=done, closed_on=over),
    ]


def of_consultation(row, calendar):
    asked = row.authority.consultation_days
    own = practice(row.authority, row.received_on + timedelta(days=asked)) if asked else {}
    return item(
        deadline(assessments.CONSULTATION_REPLY, row.received_on, calendar),
        met_on=row.sent_on,
        closed_on=first(row.closed_on, row.named_on),
        owner_id=row.drafted_by_id,
        **own,
    )
