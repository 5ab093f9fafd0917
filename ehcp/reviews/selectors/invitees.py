"""What holds of somebody invited to a review: how they are reached, whether they may be written to, what they wrote."""

from datetime import timedelta

from django.utils import timezone

from sendco.links import services as links
from sendco.refusals import Refused
from staff.models import Membership
from staff.models.people import current_on

from ...models import AnnualReview, Contribution, Invitee
from ..refusals import InviteeReason, ReviewReason

Role = Invitee.Role
# What the secret addresses of contributions are for.
PURPOSE = "ehcp.contribution"
TALK_FIRST = "talk_first"
LONGEST = 90  # days that a secret address may live
KINDS: dict[str, Contribution.Kind] = {
    Role.PARENT: Contribution.Kind.PARENT,
    Role.CHILD: Contribution.Kind.CHILD,
    Role.STAFF: Contribution.Kind.STAFF,
    Role.HEAD: Contribution.Kind.STAFF,
}


def kind_of(invitee: Invitee) -> Contribution.Kind:
    return KINDS.get(invitee.role, Contribution.Kind.PROFESSIONAL)


def address_of(invitee: Invitee) -> str:
    """The address that mail goes to: a contact's or a colleague's own as it is today, else the one typed here."""
    known = invitee.contact if invitee.contact_id else invitee.user
    return (known.email if known else "") or invitee.email


def signs_in(invitee: Invitee) -> bool:
    """Does this person answer signed in, with an account of this school, and so without a secret address?"""
    if not invitee.user:
        return False
    works = Membership.objects.filter(
        current_on(timezone.localdate()), user=invitee.user_id, school=invitee.review.school_id
    )
    return invitee.user.is_active and works.exists()


def why_not(invitee: Invitee) -> Refused | None:
    """Return the Refused that says why this person may not be written to about this review now; None when they may."""
    review, contact = invitee.review, invitee.contact
    if review.closed_on:
        return Refused(InviteeReason.REVIEW_CLOSED, closed_on=review.closed_on)
    if review.held_on:
        return Refused(InviteeReason.MEETING_HELD, held_on=review.held_on)
    if invitee.removed_on:
        return Refused(InviteeReason.OFF_THE_LIST, name=invitee.name)
    if contact is not None and (not contact.may_be_written_to or contact.pupil_id != review.pupil_id):
        return Refused(ReviewReason.PERSON_HELD_BACK, name=invitee.name)
    return None


def to_tell(review: AnnualReview) -> list[Invitee]:
    """Who does not know yet that the meeting has another time or place, or is called off."""
    rows = review.invitees.filter(removed_on=None, tell_again=True).select_related("contact", "user")
    return list(rows)


def reached_by_mail(review: AnnualReview) -> list[Invitee]:
    """Those of them who may be written to and have an e-mail address."""
    invitees = to_tell(review)
    for invitee in invitees:
        invitee.review = review
    return [invitee for invitee in invitees if address_of(invitee) and why_not(invitee) is None]


def days_open(review: AnnualReview) -> int:
    """An address works until the meeting has begun, three weeks where no day is fixed, never longer than 90 days."""
    today = timezone.localdate()
    until = review.meeting_on or today + timedelta(days=links.DAYS)
    return min(max((until - today).days + 1, 1), LONGEST)


def contribution_of(invitee: Invitee) -> Contribution:
    """The contribution of this person; an unsaved one where nothing was typed yet."""
    contribution = Contribution.objects.filter(invitee=invitee).first()
    return contribution or Contribution(invitee=invitee, kind=kind_of(invitee))


def others_of(contribution: Contribution, code: str) -> list[str]:
    return [other["words"] for other in contribution.drafts.get(code, {}).get("others", [])]


def asks_to_talk_first(contribution: Contribution) -> bool:
    return bool(contribution.drafts.get(TALK_FIRST))
