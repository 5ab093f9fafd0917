"""The school's side: ask somebody outside by link, see what came, file it, and hand a child's facts over."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from sendco.audit import services as audit
from sendco.files.http import download_response
from sendco.files.kinds import extension_of
from sendco.files.services import FileNotAvailable
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted, pressed_once
from sendco.formkit.versions import Versioned, nothing
from sendco.refusals import Refused
from staff.access import require_permission
from staff.permissions import Permission as P

from ..concerns.disclosure import words_of_disclosure
from ..models import Document, HandoverPack, OutsideAsk, OutsideFile, Pupil, Referral, SupportPlan
from ..record.forms.documents import DocumentFactsForm
from ..views.form_pages import pupil_crumbs, tab_title
from . import forms, people, services

READS = (P.NARRATIVE_VIEW,)
LEADS = (P.SUPPORT_LEAD,)
PACKS = (P.SUPPORT_VIEW,)


def _pupil(request, pk):
    pupils = Pupil.objects.visible_to(request.acting).select_related("school", "form_group")
    return get_object_or_404(pupils, pk=pk)


def _tab(pupil):
    return reverse("pupil-detail", args=[pupil.pk]) + "?tab=meetings"


def _page(title, pupil, *, submit="", cancel="", **more):
    return {
        "title": title, "tab_title": tab_title(submit or "Asked outside"), "section": "meetings", "pupil": pupil,
        "crumbs": pupil_crumbs(pupil), "submit": submit, "cancel": cancel or _tab(pupil),
    } | more  # fmt: skip


def ask_address(row):
    return reverse("pupils:outside-detail", args=[row.pk])


# --- Asking ------------------------------------------------------------------------------------------------------
def _asking(request, form, row, title, back, *, names, **more):
    def ask(cleaned):
        for name in names:
            setattr(row, name, cleaned[name])
        return services.ask(row=row, by=request.user)

    return FormPage(
        form=form,
        save=ask,
        done="The link is on its way. The page of this question shows when it was opened and what came.",
        then=ask_address,
        page=_page(title, row.pupil, submit="Send the link", cancel=back, **more),
    ).respond(request)


@require_permission(*LEADS)
@form_page
def ask_parent(request, pk):
    """Ask one parent what they think of an open plan."""
    plans = SupportPlan.objects.visible_to(request.acting).filter(closed_on=None, is_confidential=False)
    plan = get_object_or_404(plans.select_related("pupil__school", "kind"), pk=pk)
    form = forms.AskParentForm(posted(request), pupil=plan.pupil, named=request.acting.can(P.CONTACT_VIEW))
    row = OutsideAsk(pupil=plan.pupil, kind=OutsideAsk.Kind.PARENT, plan=plan)
    back = reverse("pupils:support-detail", args=[plan.pk])
    lead = "They see the targets, what we do, and what the child says: nothing that staff or the other parent wrote."
    names = ("contact", "question", "answer_by")
    return _asking(request, form, row, f"Ask a parent about {plan.pupil.forename}'s plan", back, names=names, lead=lead)


@require_permission(*LEADS)
@form_page
def ask_agency(request, pk):
    """Ask the agency of a referral for its report."""
    referrals = Referral.objects.visible_to(request.acting).filter(ended_on=None)
    referral = get_object_or_404(referrals.select_related("pupil__school", "agency"), pk=pk)
    agency = referral.agency
    initial = {
        "name": agency.person or agency.name, "organisation": agency.name, "email": agency.email,
        "question": "Please send us your report, with what you recommend for school.",
    }  # fmt: skip
    form = forms.AskOutsideForm(posted(request), initial=initial)
    row = OutsideAsk(pupil=referral.pupil, kind=OutsideAsk.Kind.AGENCY, referral=referral)
    back = reverse("pupils:referral-detail", args=[referral.pk])
    names = ("name", "organisation", "email", "question", "answer_by")
    return _asking(request, form, row, f"Ask {agency.name} for the report", back, names=names)


@require_permission(*LEADS)
@form_page
def ask_school(request, pk):
    """Ask somebody at another school one question about a child."""
    pupil = _pupil(request, pk)
    form = forms.AskOutsideForm(posted(request))
    row = OutsideAsk(pupil=pupil, kind=OutsideAsk.Kind.SCHOOL)
    names = ("name", "organisation", "email", "question", "answer_by")
    return _asking(request, form, row, f"Ask another school about {pupil.name}", _tab(pupil), names=names)


def _ask(request, pk):
    rows = OutsideAsk.objects.visible_to(request.acting)
    ask = get_object_or_404(rows, pk=pk)
    return people.asks().get(pk=ask.pk)


@require_permission(*READS)
@require_GET
def outside_detail(request, pk):
    ask = _ask(request, pk)
    pupil = ask.pupil
    audit.record_read(school_id=pupil.school_id, pupil_id=pupil.pk, by=request.user, what="answer from outside")
    acting = request.acting
    named = ask.contact is None or acting.can(P.CONTACT_VIEW)
    context = _page(f"{ask.get_kind_display()}: {pupil.name}", pupil) | {
        "ask": ask,
        "who": ask.who if named else "A parent or carer",
        "trail": people.trail_of(ask),
        "files": ask.files.select_related("document"),
        "may_lead": acting.can(*LEADS),
        "may_file": acting.can(P.DOCUMENT_EDIT),
        "not_now": people.why_not(ask) if ask.is_open else None,
        "unread": ask.has_something and ask.read_on is None,
        # Not a decision: somebody trained for it reads the words.
        "look": words_of_disclosure(ask.words),
    }
    return render(request, "pupils/outside_detail.html", context)


@require_permission(*LEADS)
@form_page
def outside_again(request, pk):
    ask = _ask(request, pk)
    return FormPage(
        form=forms.ByForm(posted(request)),
        save=lambda cleaned: services.ask_again(row=ask, by=request.user, **cleaned),
        done="A new link is on its way. The old one is closed.",
        then=ask_address,
        page=_page("Ask again", ask.pupil, submit="Send a new link", cancel=ask_address(ask)),
        versioned=Versioned(values=nothing),
    ).respond(request)


@require_permission(*LEADS)
@form_page
def outside_withdraw(request, pk):
    ask = _ask(request, pk)
    return ConfirmPage(
        act=lambda: services.withdraw(row=ask, by=request.user),
        done="The link is closed.",
        then=ask_address(ask),
        page=_page(
            "Close the link", ask.pupil, submit="Close the link", cancel=ask_address(ask), danger=True,
            explanation="It stops working now, on every phone. What was typed and not sent is not shown to anybody.",
        ),
    ).respond(request)  # fmt: skip


@require_permission(*LEADS)
@form_page
def outside_close_all(request, pk):
    """Every open link of this room about one child, at once."""
    pupil = _pupil(request, pk)
    return ConfirmPage(
        act=lambda: services.close_all(pupil=pupil, by=request.user),
        done=lambda count: f"{count} link{'' if count == 1 else 's'} closed.",
        then=_tab(pupil),
        page=_page(
            "Close all links", pupil, submit="Close all links", danger=True,
            explanation="Every link about this child to parents, agencies and schools, those of annual reviews apart, "
            "stops working now.",
        ),
    ).respond(request)  # fmt: skip


@require_permission(*LEADS)
@require_POST
@pressed_once
def outside_read(request, pk):
    """Somebody has read what came: it leaves the list of what is due."""
    ask = _ask(request, pk)
    try:
        services.note_read(row=ask, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect(ask_address(ask))


# --- What came ---------------------------------------------------------------------------------------------------
def _came(request, pk):
    rows = OutsideFile.objects.visible_to(request.acting).exclude(ask__answered_at=None)
    return get_object_or_404(rows.select_related("ask__pupil", "ask__referral__agency", "document"), pk=pk)


@require_permission(*READS)
@require_GET
def outside_file(request, pk):
    attached = _came(request, pk)
    pupil, stored = attached.ask.pupil, services.stored_of(attached)
    if stored is None:
        raise Http404
    audit.record_read(school_id=pupil.school_id, pupil_id=pupil.pk, by=request.user, what="file from outside")
    name = f"answer-{timezone.localdate(attached.ask.answered_at):%Y-%m-%d}.{extension_of(stored.name)}"
    return _download(request, stored, name, ask_address(attached.ask))


def _download(request, stored, name, back):
    try:
        return download_response(stored, filename=name)
    except FileNotAvailable as error:
        messages.warning(request, str(error))
        return redirect(back)


@require_permission(P.DOCUMENT_EDIT)
@require_permission(*READS)
@form_page
def outside_file_keep(request, pk):
    """File a copy with the child's documents; of an agency's report it is noted that it came."""
    attached = _came(request, pk)
    ask = attached.ask
    agency = ask.referral.agency if ask.referral else None
    initial = {
        "title": f"Report of {agency.name}"[:150] if agency else f"From {ask.organisation or ask.name}"[:150],
        "kind": Document.Kind.REPORT if agency else Document.Kind.OTHER,
        "dated_on": timezone.localdate(ask.answered_at), "author": ask.name,
    }  # fmt: skip
    return FormPage(
        form=DocumentFactsForm(posted(request), initial=initial),
        save=lambda cleaned: services.file_it(attached=attached, facts=cleaned, by=request.user),
        done="It is filed with the child's documents.",
        then=ask_address(ask),
        page=_page("Keep with the child's documents", ask.pupil, submit="Keep it", cancel=ask_address(ask)),
    ).respond(request)


# --- Handover ----------------------------------------------------------------------------------------------------
def pack_address(pack):
    return reverse("pupils:handover-detail", args=[pack.pk])


@require_permission(*LEADS)
@form_page
def handover_add(request, pk):
    pupil = _pupil(request, pk)

    def make(cleaned):
        return services.make_pack(pack=HandoverPack(pupil=pupil, **cleaned), by=request.user)

    return FormPage(
        form=forms.PackForm(posted(request), school=pupil.school),
        save=make,
        done="The pack is being made. Look at it when it is ready; somebody outside gets the link when you send it.",
        then=pack_address,
        page=_page(
            f"Hand over {pupil.name}", pupil, submit="Make the pack",
            lead="Confidential plans are in no pack. Hand those over yourself.",
        ),
        draft=f"handover-{pupil.pk}",
    ).respond(request)  # fmt: skip


def _pack(request, pk):
    rows = HandoverPack.objects.visible_to(request.acting)
    return get_object_or_404(rows.select_related("pupil__school", "to_user", "made_by"), pk=pk)


@require_permission(*PACKS)
@require_GET
def handover_detail(request, pk):
    pack = _pack(request, pk)
    labels = dict(HandoverPack.Part.choices)
    audit.record_read(
        school_id=pack.pupil.school_id, pupil_id=pack.pupil_id, by=request.user, what="handover pack"
    )  # fmt: skip
    context = _page(f"Handover pack: {pack.pupil.name}", pack.pupil) | {
        "pack": pack,
        "parts": [labels.get(part, part) for part in pack.parts],
        "asks": people.trails_of(list(pack.outside_asks.all())),
        "may_lead": request.acting.can(*LEADS),
        "to_send": pack.file_id
        and pack.to_user_id is None
        and not pack.withdrawn_on
        and not pack.outside_asks.filter(withdrawn_on=None).exists(),
        "is_mine": pack.to_user_id == request.user.pk,
    }
    return render(request, "pupils/handover_detail.html", context)


@require_permission(*PACKS)
@require_GET
def handover_file(request, pk):
    pack = _pack(request, pk)
    try:
        stored = services.file_of(pack)
    except Refused as refusal:
        messages.info(request, str(refusal))
        return redirect(pack_address(pack))
    audit.record_export(
        school_id=pack.pupil.school_id, pupil_ids=[pack.pupil_id], by=request.user, what="Handover pack"
    )  # fmt: skip
    return _download(request, stored, stored.name, pack_address(pack))


@require_permission(*LEADS)
@form_page
def handover_send(request, pk):
    """To the school outside, once somebody has looked at what goes."""
    pack = _pack(request, pk)
    return ConfirmPage(
        act=lambda: services.send_pack(pack=pack, by=request.user),
        done="The link is on its way.",
        then=pack_address(pack),
        refused_to=pack_address(pack),
        page=_page(
            "Send the link", pack.pupil, submit="Send the link", cancel=pack_address(pack),
            explanation=f"{pack.to} gets an email with a link to this pack, and a code when they open it. Have you "
            "looked at the PDF?",
        ),
    ).respond(request)  # fmt: skip


@require_permission(*PACKS)
@form_page
def handover_receive(request, pk):
    """The colleague who takes over says that they have it."""
    pack = _pack(request, pk)
    if pack.to_user_id != request.user.pk:
        messages.info(request, f"Only {pack.to} can say that this pack is received.")
        return redirect(pack_address(pack))
    return ConfirmPage(
        act=lambda: services.receive(pack=pack, by=request.user),
        done="Thank you. It is noted that you have it.",
        then=pack_address(pack),
        refused_to=pack_address(pack),
        page=_page(
            "I have this handover", pack.pupil, submit="I have read it", cancel=pack_address(pack),
            explanation="This says that you have opened the pack and know what helps this child.",
        ),
    ).respond(request)  # fmt: skip


@require_permission(*LEADS)
@form_page
def handover_withdraw(request, pk):
    pack = _pack(request, pk)
    return ConfirmPage(
        act=lambda: services.withdraw_pack(pack=pack, by=request.user),
        done="The pack is withdrawn: its link is closed and its file is gone.",
        then=pack_address(pack),
        refused_to=pack_address(pack),
        page=_page(
            "Withdraw the pack", pack.pupil, submit="Withdraw it", cancel=pack_address(pack), danger=True,
            explanation="Its link stops working and its file is deleted. What somebody downloaded stays there.",
        ),
    ).respond(request)  # fmt: skip
