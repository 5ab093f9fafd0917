"""A letter of invitation that went is the proof of notice of the person it went to."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from sendco.clock import long_date
from sendco.refusals import Refused
from staff.models import User

from ...cases.kernel import locked
from ...models import AnnualReview, CaseLetter, CaseLetterKind, Invitee, Method
from . import inviting
from .mail import why_not

VIA: dict[str, Invitee.Via] = {
    Method.EMAIL: Invitee.Via.EMAIL,
    Method.PORTAL: Invitee.Via.EMAIL,
    Method.FIRST_CLASS: Invitee.Via.POST,
    Method.SIGNED_FOR: Invitee.Via.POST,
    Method.HAND: Invitee.Via.HAND,
}


@dataclass(frozen=True)
class Noted:
    """Whether the review now has this invitation, and in words what it has or why it has not."""

    ok: bool
    words: str


def invites(letter: CaseLetter) -> bool:
    return letter.kind == CaseLetterKind.REVIEW_INVITATION and letter.review_id is not None


def _review_of(letter: CaseLetter) -> AnnualReview:
    return letter.review  # type: ignore[return-value]  # an invitation is to a review


def invitee_of(letter: CaseLetter) -> Invitee | None:
    """Whom on the list of the review this letter invites; None for somebody who is not on it."""
    if letter.invitee_id:
        return letter.invitee
    listed = _review_of(letter).invitees.filter(removed_on=None)
    if letter.contact_id:
        return listed.filter(contact=letter.contact_id).first()
    own = list(listed.filter(role=Invitee.Role.CHILD, name=letter.recipient))
    if len(own) == 1:
        return own[0]
    officers = list(listed.filter(role=Invitee.Role.LA))
    named = [officer for officer in officers if officer.name == letter.recipient]
    likely = named or officers
    return likely[0] if len(likely) == 1 else None


def _names_another_day(letter: CaseLetter) -> str:
    """In words why the day of the meeting is not the one that the letter was written with; empty when it is."""
    review: Any = _review_of(letter)
    then = review.history.filter(history_date__lte=letter.made_at).order_by("history_date", "history_id").last()
    if then is None or then.meeting_on == review.meeting_on:
        return ""
    was = f"for {long_date(then.meeting_on)}" if then.meeting_on else "before the day was fixed"
    return f"The letter was written {was}; the meeting is on {long_date(review.meeting_on)} now. Write a new one."


@transaction.atomic
def note_letter(*, letter: CaseLetter, by: User) -> Noted:
    """Keep the invitation that this letter was, once it went. A day that is kept already stays. Returns Noted."""
    invitee = invitee_of(letter)
    if invitee is None:
        return Noted(False, f"{letter.recipient} is not on the list of the review, so no invitation is kept there.")
    review = locked(_review_of(letter))
    invitee = review.invitees.select_for_update(of=("self",)).select_related("contact").get(pk=invitee.pk)
    invitee.review = letter.review = review
    if refusal := why_not(invitee):
        return Noted(False, f"The invitation is not kept with the review. {refusal}")
    if review.meeting_on is None:
        return Noted(False, "The invitation is not kept with the review: no day of the meeting is fixed there.")
    if mismatch := _names_another_day(letter):
        return Noted(False, f"The invitation is not kept with the review. {mismatch}")
    if invitee.invited_on and not invitee.tell_again:
        return Noted(True, f"{invitee.name} was invited on {long_date(invitee.invited_on)} already; that day stays.")
    sent_on: Any = letter.sent_on  # this is called once it went
    try:
        inviting.record_invited(review=review, invitees=[invitee], invited_on=sent_on, via=VIA[letter.sent_via], by=by)
    except Refused as refusal:
        return Noted(False, f"The invitation is not kept with the review. {refusal}")
    return Noted(True, f"It is the invitation of {invitee.name}: kept with the review, {long_date(sent_on)}.")
