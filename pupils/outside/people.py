"""Who comes in by a link of this room, whether it still leads anywhere, and where the six digits go."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.links import services as links
from sendco.links.models import Link
from sendco.refusals import Refused
from staff.acting import Acting
from staff.models import Membership, User
from staff.models.people import current_on
from staff.tasks import send_account_mail

from ..models import HandoverPack, OutsideAsk, Pupil
from .refusals import OutsideReason

PURPOSE = "outside"
Kind = OutsideAsk.Kind


def asks():
    return OutsideAsk.objects.select_related(
        "pupil__school", "contact", "asked_by", "plan__kind", "plan__pupil", "plan__lead", "referral__agency", "pack"
    )


def address_of(ask: OutsideAsk) -> str:
    return ask.contact.email if ask.contact else ask.email


def why_not(ask: OutsideAsk) -> Refused | None:
    """Why this person cannot be asked, or answer, any more; None where nothing speaks against it."""
    if ask.withdrawn_on:
        return Refused(OutsideReason.WITHDRAWN, day=ask.withdrawn_on)
    if ask.answered_at:
        return Refused(OutsideReason.ANSWERED, day=timezone.localdate(ask.answered_at))
    if ask.contact is not None and not ask.contact.may_be_written_to:
        return Refused(OutsideReason.NOT_TO_ASK)
    if ask.plan is not None and (ask.plan.closed_on or ask.plan.is_confidential):
        return Refused(OutsideReason.PLAN_CLOSED_TO_THEM)
    if ask.referral is not None and ask.referral.ended_on:
        return Refused(OutsideReason.REFERRAL_ENDED, day=ask.referral.ended_on)
    if ask.referral is not None and not ask.referral.has_basis:
        return Refused(OutsideReason.CONSENT_GONE)
    if ask.pack is not None and ask.pack.withdrawn_on:
        return Refused(OutsideReason.WITHDRAWN, day=ask.pack.withdrawn_on)
    return None


def ask_of(link: Link) -> OutsideAsk | None:
    """What a link asks, or None when it leads nowhere any more."""
    ask = asks().filter(pk=link.subject_id, pupil__school=link.school_id, pupil__merged_into=None).first()
    if ask is None or why_not(ask) or _maker_left(link) or ask.mailed_to != address_of(ask):
        return None
    return ask


def leads_somewhere(link: Link) -> bool:
    return ask_of(link) is not None


def ask_with_pass(request: HttpRequest) -> tuple[Link, OutsideAsk]:
    """(link, ask) of the browser's pass. Raises LinkClosed."""
    link = links.link_of(request, PURPOSE)
    ask = ask_of(link)
    if ask is None:
        raise links.LinkClosed
    return link, ask


def trail_of(ask: OutsideAsk) -> str:
    """In words how far it is: on its way, sent, opened, answered, closed."""
    return trails_of([ask])[0][1]


def trails_of(rows: Sequence[OutsideAsk]) -> list[tuple[OutsideAsk, str]]:
    """[(ask, how far it is in words)]. Three queries, however many there are; none for none."""
    if not rows:
        return []
    found = {ask.pk: ask for ask in asks().filter(pk__in=[row.pk for row in rows])}
    links_by_id = Link.objects.in_bulk([row.link_id for row in rows if row.link_id])
    at_work = set(
        Membership.objects.filter(
            current_on(timezone.localdate()), user__in=[link.made_by_id for link in links_by_id.values()],
            user__is_active=True,
        ).values_list("user", "school")
    )  # fmt: skip
    return [
        (row, _trail(found[row.pk], links_by_id.get(row.link_id) if row.link_id else None, at_work)) for row in rows
    ]


def _trail(ask: OutsideAsk, link: Link | None, at_work: set[tuple[int, int]]) -> str:
    if ask.answered_at:
        return f"Answered on {long_date(timezone.localdate(ask.answered_at))}"
    if ask.withdrawn_on:
        return f"Closed on {long_date(ask.withdrawn_on)}"
    if ask.mail_problem:
        return f"Not sent: {ask.mail_problem}"
    if ask.mailed_at is None:
        return "On its way"
    sent = f"Sent on {long_date(timezone.localdate(ask.mailed_at))}"
    if why_not(ask):
        return f"{sent}, the link has ended"
    left = link is not None and link.made_by_id and (link.made_by_id, link.school_id) not in at_work
    if link is None or not link.is_open(timezone.now()) or left or ask.mailed_to != address_of(ask):
        return f"{sent}, the link has ended. Ask again"
    if link.first_opened_at is None:
        return f"{sent}, not opened yet"
    return f"{sent}, opened on {long_date(timezone.localdate(link.first_opened_at))}"


def of_pupil(acting: Acting, pupil: Pupil) -> dict[str, Any]:
    """What the pupil's page shows of this room: {asks: [(ask, trail)], has_open_asks, packs}."""
    rows = list(OutsideAsk.objects.visible_to(acting).filter(pupil=pupil).select_related("contact")[:30])
    packs = HandoverPack.objects.visible_to(acting).filter(pupil=pupil).select_related("to_user")[:10]
    return {
        "asks": trails_of([row for row in rows if row.kind != Kind.HANDOVER]),
        "has_open_asks": any(row.is_open for row in rows),
        "packs": packs,
    }


def _maker_left(link: Link) -> bool:
    works = Membership.objects.filter(
        current_on(timezone.localdate()), user=link.made_by_id, school=link.school_id, user__is_active=True
    )
    return link.made_by_id is not None and not works.exists()


# --- What the door asks of a purpose -----------------------------------------------------------------------------
def school_name(link: Link) -> str:
    return asks().get(pk=link.subject_id).pupil.school.name


def address_on_file(link: Link) -> str:
    """Always: each page says which child it is about, and a mail may have been forwarded."""
    return address_of(asks().get(pk=link.subject_id))


def send_code(link: Link, code: str) -> None:
    ask = asks().get(pk=link.subject_id)
    school = ask.pupil.school
    text = (
        f"Hello {ask.who},\n\nYour code of six digits: {code}\n\nIt works for 15 minutes. Type it on the page that "
        f"asked for it. If you did not ask for it, do nothing, and tell the school.\n\n{school.name}\n"
    )
    subject = f"{school.short_name or school.name}: your six digits"
    send_account_mail(to=address_of(ask), subject=subject, text=text, school=school)


@transaction.atomic
def tell_school(link: Link, *, closed: bool) -> None:
    """Tell whoever asked that somebody types wrong codes on the link, or asks for ever more of them."""
    ask = asks().get(pk=link.subject_id)
    what = (
        f"Somebody typed {links.MOST_WRONG} wrong codes, so the link was closed"
        if closed
        else f"Somebody asked for {links.MOST_CODES} codes, so no more are sent"
    )
    code = "link.closed_after_wrong_codes" if closed else "link.codes_used_up"
    school = ask.pupil.school
    audit.record(code, ask, text=f"{what}.", by=None, school_id=school.pk, pupil_id=ask.pupil_id)
    sender = User.objects.filter(pk__in=[ask.asked_by_id, link.made_by_id], is_active=True).first()
    if sender is None:
        return
    page = settings.SITE_URL + reverse("pupils:outside-detail", args=[ask.pk])
    text = (
        f"Hello {sender.first_name},\n\n{what}. It is the link of one person whom you asked something:\n{page}\n\nIt "
        "may be a slip of theirs, or somebody else has the link. Ring the person, and ask again if you still need an "
        f"answer.\n\n{school.name}\n"
    )
    send_account_mail(to=sender.email, subject="Codes tried on a link", text=text, school=school)
