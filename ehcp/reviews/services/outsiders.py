"""Who comes in by the secret address of a review, whether it still leads anywhere, and where six digits go."""

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from sendco.audit import services as audit
from sendco.links import services as links
from sendco.links.models import Link
from staff.models import Membership, User
from staff.models.people import current_on
from staff.tasks import send_account_mail

from ...models import Invitee, ReviewMail
from .mail import PURPOSE, address_of, why_not


def invitee_of(link: Link) -> Invitee | None:
    """The person a link was made for, or None when it leads nowhere any more."""
    rows = Invitee.objects.select_related("review__school", "review__pupil", "review__organiser", "contact", "user")
    invitee = rows.filter(pk=link.subject_id, review__school_id=link.school_id).first()
    if invitee is None or why_not(invitee) or _maker_left(link) or _address_changed(invitee, link):
        return None
    return invitee


def leads_somewhere(link: Link) -> bool:
    return invitee_of(link) is not None


def person_with_pass(request: HttpRequest) -> tuple[Link, Invitee]:
    """(link, invitee) of the browser's pass. Raises LinkClosed."""
    link = links.link_of(request, PURPOSE)
    invitee = invitee_of(link)
    if invitee is None:
        raise links.LinkClosed
    return link, invitee


def _maker_left(link: Link) -> bool:
    works = Membership.objects.filter(
        current_on(timezone.localdate()), user=link.made_by_id, school=link.school_id, user__is_active=True
    )
    return link.made_by_id is not None and not works.exists()


def _address_changed(invitee: Invitee, link: Link) -> bool:
    """A link that was mailed dies with the address it went to."""
    went_to = ReviewMail.objects.filter(link_id=link.pk).values_list("to", flat=True).first()
    return went_to is not None and went_to != address_of(invitee)


def school_name(link: Link) -> str:
    return Invitee.objects.select_related("review__school").get(pk=link.subject_id).review.school.name


def address_on_file(link: Link) -> str:
    """Where the six digits go. Always: the pages say whose review it is, and a mail may have been forwarded."""
    return address_of(Invitee.objects.select_related("contact", "user").get(pk=link.subject_id))


def send_code(link: Link, code: str) -> None:
    invitee = Invitee.objects.select_related("contact", "user", "review__school").get(pk=link.subject_id)
    school = invitee.review.school
    text = (
        f"Hello {invitee.name},\n\nYour code of six digits: {code}\n\nIt works for 15 minutes. Type it on the page "
        f"that asked for it. If you did not ask for it, do nothing, and tell the school.\n\n{school.name}\n"
    )
    send_account_mail(to=address_of(invitee), subject=f"{school.short_name}: your six digits", text=text, school=school)


@transaction.atomic
def tell_school(link: Link, *, closed: bool) -> None:
    """Tell whoever sent the link that somebody types wrong codes on it, or asks for ever more of them."""
    invitee = Invitee.objects.select_related("review__school", "review__organiser").get(pk=link.subject_id)
    review = invitee.review
    what = (
        f"Somebody typed {links.MOST_WRONG} wrong codes, so the link was closed"
        if closed
        else f"Somebody asked for {links.MOST_CODES} codes, so no more are sent"
    )
    code = "link.closed_after_wrong_codes" if closed else "link.codes_used_up"
    audit.record(
        code, invitee, text=f"Link of {invitee.name}: {what}", by=None, school_id=review.school_id,
        pupil_id=review.pupil_id,
    )  # fmt: skip
    sender = User.objects.filter(pk__in=[review.organiser_id, link.made_by_id], is_active=True).first()
    if sender is None:
        return
    page = settings.SITE_URL + reverse("ehcp:contribution-list", args=[review.pk])
    text = (
        f"Hello {sender.first_name},\n\n{what}. It is the link of one person whom you asked before a review:\n{page}\n"
        "\n"
        "It may be a slip of theirs, or somebody else has the link. Ring the person, and send a new link if they still "
        f"need one.\n\n{review.school.name}\n"
    )
    send_account_mail(to=sender.email, subject="Codes tried on a link", text=text, school=review.school)
