"""Who comes in by the secret address of a review, whether it still leads anywhere, and where six digits go."""

from django.http import HttpRequest
from django.utils import timezone

from sendco.links import services as links
from sendco.links.models import Link
from staff.models import Membership
from staff.models.people import current_on
from staff.tasks import send_account_mail

from ...models import Invitee, ReviewMail
from .contributions import contribution_of
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
    """Where the six digits go: only when there is something written to protect."""
    invitee = Invitee.objects.select_related("contact", "user").get(pk=link.subject_id)
    row = contribution_of(invitee)
    begun = row.pk and (row.answers or row.files.exists())
    return address_of(invitee) if begun else ""


def send_code(link: Link, code: str) -> None:
    invitee = Invitee.objects.select_related("contact", "user", "review__school").get(pk=link.subject_id)
    school = invitee.review.school
    text = (
        f"Hello {invitee.name},\n\nYour six digits: {code}\n\nThey work for 15 minutes. Type them on the page that "
        f"asked for them. If you did not ask for them, do nothing, and tell the school.\n\n{school.name}\n"
    )
    send_account_mail(to=address_of(invitee), subject=f"{school.short_name}: your six digits", text=text, school=school)
