"""Background work of this room: the mail with the link, which is made inside it, and the PDF of a handover pack."""

import smtplib
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone

from sendco.clock import long_date
from sendco.jobs import services as jobs
from sendco.jobs.registry import handler
from sendco.jobs.runner import Run
from sendco.links import services as links
from sendco.pdf.jobs import draw
from staff.jobs import acting_of
from staff.mailing import answers_to, compose
from staff.permissions import Permission

from ..agencies.selectors import for_papers
from ..models import HandoverPack, MeetingAction, Need, OutsideAsk, ProfileVersion, Recommendation, SupportPlan
from ..plans.selectors import plan_shown
from ..profiles.services import page_of
from . import services
from .people import PURPOSE, address_of, asks, why_not

Part = HandoverPack.Part
Kind = OutsideAsk.Kind
ASKED = {
    Kind.PARENT: "We have written down what we plan to do to help your child, and would like to hear what you think.",
    Kind.AGENCY: "We have a question about a pupil who was referred to you, and a place to send your report to.",
    Kind.SCHOOL: "We have a question about a pupil whom you know.",
    Kind.HANDOVER: "We hand over what helps a pupil who comes to you. You can read it and say that you have it.",
}


@handler("pupils.outside_mail")
def outside_mail(run: Run) -> dict[str, Any]:
    """Make the link and send it. A second run changes nothing once it went."""
    ask = asks().filter(pk=run.params["ask"]).first()
    if ask is None or ask.mailed_at:
        return {"message": "Sent."}
    if problem := why_not(ask):
        OutsideAsk.objects.filter(pk=ask.pk).update(mail_problem=str(problem)[:200])
        raise jobs.JobFailed("This mail was not sent: the person may not be asked any more.")
    to, days = address_of(ask), (ask.answer_by - timezone.localdate()).days + 1
    with transaction.atomic():
        run.still_mine()
        link, secret = links.make(
            purpose=PURPOSE, subject_id=ask.pk, school_id=ask.pupil.school_id, pupil_id=ask.pupil_id, by=ask.asked_by,
            days=max(days, 1),
        )  # fmt: skip
        OutsideAsk.objects.filter(pk=ask.pk).update(link_id=link.pk, mailed_to=to)
    school = ask.pupil.school
    text = (
        f"Hello {ask.who},\n\n{ASKED[Kind(ask.kind)]}\n\nOpen this page. It is for you alone, and needs no password:\n"
        f"{settings.SITE_URL}{reverse('link-open', args=[secret])}\n\nPlease answer by {long_date(ask.answer_by)}. "
        f"Before the page opens, a code of six digits comes to this address.\n\n{ask.asked_by.name}\n{school.name}\n"
    )
    subject = f"{school.short_name or school.name}: we would like to hear from you"
    try:
        compose(to=to, subject=subject, text=text, reply_to=answers_to(school), automatic=False).send()
    except (OSError, smtplib.SMTPException) as error:
        OutsideAsk.objects.filter(pk=ask.pk).update(mail_problem="The mail server did not take it.")
        raise jobs.JobFailed("The mail server did not take this mail. Try again, or ask in another way.") from error
    OutsideAsk.objects.filter(pk=ask.pk).update(mailed_at=timezone.now(), mail_problem="")
    return {"message": "Sent."}


@handler("pupils.handover_pdf")
def handover_pdf(run: Run) -> dict[str, Any]:
    """Draw the chosen parts. Confidential plans are in none of them, whoever makes the pack."""
    acting = acting_of(run, Permission.SUPPORT_LEAD)
    pack = HandoverPack.objects.visible_to(acting).select_related("pupil__school", "made_by", "to_user")
    found = pack.filter(pk=run.params["pack"]).first()
    if found is None or found.withdrawn_on:
        raise jobs.JobFailed("This pack is not there any more.")
    content = draw("reports/handover.html", _context(found, acting), title="Handover pack")
    with transaction.atomic():
        run.still_mine()
        services.pack_made(pack=found, content=content, by=acting.user)
    return {"message": "The pack is ready."}


def _context(pack: HandoverPack, acting: Any) -> dict[str, Any]:
    pupil, parts, today = pack.pupil, set(pack.parts), timezone.localdate()
    plans = SupportPlan.objects.filter(pupil=pupil, is_confidential=False).exclude(ending=SupportPlan.Ending.MISTAKE)
    plans = plans.select_related("pupil__school", "kind", "lead").order_by("starts_on", "pk")
    version = None
    if Part.PROFILE in parts:
        versions = ProfileVersion.objects.filter(profile__pupil=pupil, withdrawn_on=None).select_related(
            "profile__pupil"
        )
        version = versions.order_by("-number").first()
    actions = MeetingAction.objects.filter(pupil=pupil, state=MeetingAction.State.OPEN).select_related("owner")
    needs = Need.objects.filter(pupil=pupil, ends_on=None).select_related("need_type")
    return {
        "title": "Handover pack",
        "pack": pack,
        "pupil": pupil,
        "school": pupil.school,
        "school_name": pupil.school.name,
        "author": pack.made_by.name,
        "made_at": timezone.localtime(),
        "today": today,
        "profile": page_of(version) if version else None,
        "needs": list(needs) if Part.NEEDS in parts else [],
        "plans": [plan_shown(plan) for plan in plans if plan.closed_on is None] if Part.PLANS in parts else [],
        "cycles": [plan_shown(plan) for plan in plans if plan.closed_on] if Part.CYCLES in parts else [],
        "referrals": _advice(pupil) if Part.ADVICE in parts else [],
        "actions": list(actions) if Part.ACTIONS in parts else [],
    }


def _advice(pupil: Any) -> list[Any]:
    advice = Recommendation.objects.filter(removed_on=None)
    return list(for_papers(pupil).select_related("agency").prefetch_related(Prefetch("recommendations", advice)))
