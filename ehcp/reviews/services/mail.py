"""Mail of a review: invitations, requests for a contribution, reminders. One job a person, and each secret address is
made inside it: it stands in that one mail and nowhere else."""

import smtplib
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from sendco.clock import SendingDays, long_date
from sendco.jobs import services as jobs
from sendco.jobs.services import JobFailed
from sendco.links import services as links
from sendco.refusals import Refused
from staff.mailing import answers_to, compose
from staff.models import User
from staff.selectors import school_calendar

from ...cases.kernel import locked
from ...models import AnnualReview, Contribution, Invitee, ReviewMail
from ..refusals import ReviewMailReason
from ..selectors.invitees import PURPOSE, address_of, days_open, reached_by_mail, signs_in, why_not
from . import inviting, reviews

Kind = ReviewMail.Kind
Role = Invitee.Role
TITLES: dict[str, str] = {
    Kind.INVITATION: "Send an invitation to a review",
    Kind.REQUEST: "Ask for a contribution to a review",
    Kind.REMINDER: "Remind of a contribution to a review",
    Kind.CALLED_OFF: "Say that a meeting is called off",
}
TEMPLATES: dict[str, str] = {Kind.INVITATION: "review_invitation", Kind.CALLED_OFF: "review_called_off"}
WITHOUT_LINK = set(TEMPLATES)
BY_ITSELF = "Remind by itself of a contribution to a review"
SENT = "Sent."
HANDED_OVER = "The worker stopped while it was handed over, so it may have gone."


# --- What the pages call -----------------------------------------------------------------------------------------
@transaction.atomic
def send_invitations(*, review: AnnualReview, invitees: Sequence[Invitee], by: User) -> list[ReviewMail]:
    """Record the notice of today and mail each person. Raises Refused, naming who has no e-mail address."""
    invitees = _checked(review, invitees)
    today = timezone.localdate()
    review = inviting.record_invited(review=review, invitees=invitees, invited_on=today, via=Invitee.Via.EMAIL, by=by)
    return queue(invitees, Kind.INVITATION, by)


@transaction.atomic
def ask_for_contributions(*, review: AnnualReview, invitees: Sequence[Invitee], by: User) -> list[ReviewMail]:
    """Record that these people were asked today and mail each their own address to answer at."""
    return _ask(review, invitees, Kind.REQUEST, by)


@transaction.atomic
def chase(*, review: AnnualReview, invitees: Sequence[Invitee], by: User) -> list[ReviewMail]:
    """Remind those who were asked and have not sent. Their old address closes; what they wrote stays."""
    invitees = _checked(review, invitees)
    sent = set(
        Contribution.objects.filter(invitee__in=invitees).exclude(sent_at=None).values_list("invitee", flat=True)
    )
    if done := [invitee.name for invitee in invitees if invitee.pk in sent]:
        raise Refused(ReviewMailReason.SENT_ALREADY, names=_list(done))
    return _ask(review, invitees, Kind.REMINDER, by)


@transaction.atomic
def tell_called_off(*, review: AnnualReview, by: User) -> list[ReviewMail]:
    """Mail everybody who had been invited and can be reached so; the others stay to be told."""
    review = locked(review)
    if review.meeting_on:
        raise Refused(ReviewMailReason.DAY_IS_FIXED, meeting_on=review.meeting_on)
    invitees = reached_by_mail(review)
    if not invitees:
        raise Refused(ReviewMailReason.NOBODY_TO_TELL)
    reviews.record_told_off(review=review, invitees=invitees, by=by)
    was = review.history.exclude(meeting_on=None).order_by("-history_id").values_list("meeting_on", flat=True).first()
    return queue(invitees, Kind.CALLED_OFF, by, about_on=was)


def _ask(review: AnnualReview, invitees: Sequence[Invitee], kind: str, by: User) -> list[ReviewMail]:
    invitees = _checked(review, invitees)
    inviting.record_asked(invitees=invitees, asked_on=timezone.localdate(), by=by)
    return queue(invitees, kind, by)


def _checked(review: AnnualReview, invitees: Sequence[Invitee]) -> list[Invitee]:
    review = locked(review)
    wanted = [invitee.pk for invitee in invitees]
    rows = review.invitees.select_related("contact", "user").filter(pk__in=wanted)
    invitees = list(rows)
    if not invitees:
        raise Refused(ReviewMailReason.NOBODY_CHOSEN)
    if review.meeting_on is None:
        raise Refused(ReviewMailReason.NO_DAY)
    for invitee in invitees:
        invitee.review = review
        if refusal := why_not(invitee):
            raise refusal
    if paper := [invitee.name for invitee in invitees if not address_of(invitee)]:
        raise Refused(ReviewMailReason.NO_ADDRESS, names=_list(paper))
    return invitees


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def queue(
    invitees: Sequence[Invitee], kind: str, by: User, *, set_on: date | None = None, about_on: date | None = None
) -> list[ReviewMail]:
    """Write each mail and its job in the caller's transaction. `set_on` is the set day of one that goes by itself."""
    mails = []
    for invitee in invitees:
        mail = ReviewMail.objects.create(
            invitee=invitee, kind=kind, to=address_of(invitee), made_by=by, set_on=set_on, about_on=about_on
        )
        jobs.enqueue(
            "ehcp.review_mail",
            title=BY_ITSELF if set_on else TITLES[kind],
            by=by,
            school_id=invitee.review.school_id,
            params={"mail": mail.pk, "review": invitee.review_id},
        )
        mails.append(mail)
    return mails


# --- What the job does -------------------------------------------------------------------------------------------
def send(mail: ReviewMail, *, still_mine: Callable[[], None]) -> str:
    """Make the address, send the mail, mark it. A second run closes the first address and makes another.

    One that goes by itself and may have gone already is left to a person: nobody is reminded twice by a machine.
    """
    mail = ReviewMail.objects.select_related(
        "invitee__review__school", "invitee__review__pupil", "invitee__contact", "invitee__user", "made_by",
        "invitee__review__organiser",
    ).get(pk=mail.pk)  # fmt: skip
    if mail.sent_at:
        return SENT
    if mail.set_on and mail.problem == HANDED_OVER:
        ReviewMail.objects.filter(pk=mail.pk).update(problem=f"{HANDED_OVER} If nothing comes, ask again yourself.")
        raise JobFailed("This mail may have gone already. If no answer comes, ask again yourself.")
    invitee = mail.invitee
    moved = address_of(invitee) != mail.to and "The address was changed meanwhile."
    if problem := why_not(invitee) or _not_needed(mail) or moved:
        ReviewMail.objects.filter(pk=mail.pk).update(problem=str(problem)[:200])
        raise JobFailed("This mail was not sent: the person may not be written to, or the review has moved on.")
    with transaction.atomic():
        still_mine()
        message = composed(mail, _place(mail, _secret(mail)))
        if mail.set_on:
            ReviewMail.objects.filter(pk=mail.pk).update(problem=HANDED_OVER)
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as error:
        ReviewMail.objects.filter(pk=mail.pk).update(problem="The mail server did not take it.")
        raise JobFailed("The mail server did not take this mail. Try again, or write on paper.") from error
    ReviewMail.objects.filter(pk=mail.pk).update(sent_at=timezone.now(), problem="")
    return SENT


def _not_needed(mail: ReviewMail) -> str:
    """Say why a mail that waited to be sent has become needless; what goes by itself asks more."""
    review = mail.invitee.review
    if mail.kind == Kind.REMINDER and Contribution.objects.filter(invitee=mail.invitee).exclude(sent_at=None).exists():
        return "Their words came first."
    if mail.kind == Kind.CALLED_OFF:
        return "A new day is fixed: invite them to it." if review.meeting_on else ""
    if review.meeting_on is None:
        return "The day of the meeting was taken back."
    if mail.set_on is None:
        return ""
    today = timezone.localdate()
    if review.reminders_stopped_on:
        return f"The reminders of this review were stopped on {long_date(review.reminders_stopped_on)}."
    if review.meeting_on <= today:
        return "The day of the meeting had come."
    if not review.pupil.on_roll:
        return "The child has left the school."
    if not SendingDays(school_calendar(review.school)).is_open(today):
        return "The school was closed when it could have gone."
    return ""


def _secret(mail: ReviewMail) -> str:
    invitee = mail.invitee
    if mail.kind in WITHOUT_LINK or signs_in(invitee):
        return ""
    review = invitee.review
    link, secret = links.make(
        purpose=PURPOSE,
        subject_id=invitee.pk,
        school_id=review.school_id,
        pupil_id=review.pupil_id,
        by=mail.made_by,
        days=days_open(review),
    )
    ReviewMail.objects.filter(pk=mail.pk).update(link_id=link.pk)
    return secret


def _place(mail: ReviewMail, secret: str) -> str:
    if mail.kind in WITHOUT_LINK:
        return ""
    if secret:
        return settings.SITE_URL + reverse("link-open", args=[secret])
    return settings.SITE_URL + reverse("ehcp:my-view", args=[mail.invitee_id])


def composed(mail: ReviewMail, place: str) -> EmailMultiAlternatives:
    """The mail as it goes. No child's name in the subject; in the body the first name for the family, else initials."""
    invitee = mail.invitee
    review, contact = invitee.review, invitee.contact
    family = invitee.role in (Role.PARENT, Role.CHILD)
    # Whoever composes a mail has looked: the day is fixed, or was.
    meeting_on: Any = review.meeting_on or mail.about_on
    subjects: dict[str, str] = {
        Kind.INVITATION: f"{review.school.short_name}: invitation to a meeting",
        Kind.REQUEST: f"{review.school.short_name}: we would like to hear from you",
        Kind.REMINDER: f"{review.school.short_name}: a reminder, we would like to hear from you",
        Kind.CALLED_OFF: f"{review.school.short_name}: a meeting is called off",
    }
    subject = subjects[mail.kind]
    context = {
        "subject": subject,
        "invitee": invitee,
        "review": review,
        "meeting_on": meeting_on,
        "school": review.school,
        "child": review.pupil.forename if family else review.pupil.initials,
        "own": invitee.role == Role.CHILD,
        "family": family,
        "sender": mail.made_by,
        "place": place,
        "signs_in": signs_in(invitee),
        "interpreter": bool(contact and contact.needs_interpreter),
        "last_day": min(meeting_on, timezone.localdate() + timedelta(days=days_open(review))),
        "reminder": mail.kind == Kind.REMINDER,
    }
    name = TEMPLATES.get(mail.kind, "review_request")
    text = render_to_string(f"emails/{name}-body-text.txt", context)
    return compose(
        to=mail.to,
        subject=subject,
        text=text,
        html=render_to_string(f"emails/{name}-body-html.html", context),
        reply_to=answers_to(review.school),
        automatic=bool(mail.set_on),
    )


def example(invitee: Invitee, *, by: User) -> EmailMultiAlternatives:
    """The mail that would go to this person now, with words where the secret address stands."""
    mail = ReviewMail(invitee=invitee, kind=Kind.REQUEST, to=address_of(invitee), made_by=by)
    return composed(mail, "(the link, for this person alone)")
