"""Training pages: what was held and for whom, each adult's certificates and log, and the skills of the school."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sendco.clock import academic_year_name, academic_year_start
from sendco.files.http import download_response
from sendco.files.models import StoredFile
from sendco.files.services import FileNotAvailable
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.limits.services import check_limit

from ..access import require_permission
from ..models import Certificate, Skill, StaffMember, TrainingEvent, TrainingPlace
from ..permissions import Permission as P
from ..posts.selectors import own_record
from ..posts.views import crumbs, leads_not_self, open_member, page_of, tabs_of
from . import forms, selectors, services

LISTED = 80


def _page(title, *, submit="", cancel="", event=None, **more):
    trail = [("Training", reverse("staff:training-list"))]
    if event:
        trail.append((event.title, address(event)))
    return {"title": title, "section": "training", "crumbs": trail, "submit": submit, "cancel": cancel} | more


def address(event):
    return reverse("staff:training-detail", args=[event.pk])


def event_in_view(request, pk):
    """A training of the school for those who record them; for others, one they were in."""
    rows = selectors.with_places(TrainingEvent.objects.visible_to(request.acting).select_related("skill"))
    rows = rows.exclude(kind=TrainingEvent.Kind.OWN)
    if not request.acting.can(P.TRAINING_EDIT):
        rows = rows.filter(places__member__user=request.user)
    return get_object_or_404(rows.distinct(), pk=pk)


# --- The school's training ---
@require_permission(P.TRAINING_EDIT)
@require_GET
def training_list(request):
    acting = request.acting
    context = _page("Training") | {
        "crumbs": [],
        "events": selectors.events_for_list(acting)[:LISTED],
        "expiring": selectors.expiring(acting, acting.today),
        "today": acting.today,
        "may_enter_senco": acting.can(P.POST_EDIT),
    }
    return render(request, "staff/training_list.html", context)


@require_permission(P.TRAINING_EDIT, P.STAFF_OWN)
@require_GET
def training_detail(request, pk):
    event = event_in_view(request, pk)
    may_edit = request.acting.can(P.TRAINING_EDIT)
    led = set(StaffMember.objects.open_to(request.acting).values_list("pk", flat=True))
    context = _page(event.title) | {
        "crumbs": [("Training", reverse("staff:training-list"))] if may_edit else [],
        "event": event,
        # What somebody said of it is for them and whoever leads them.
        "places": [(place, place.member_id in led) for place in event.places.all()],
        "may_edit": may_edit and not event.cancelled_on,
        "mine": next((place for place in event.places.all() if place.member.user_id == request.user.pk), None),
    }
    return render(request, "staff/training_detail.html", context)


@require_permission(P.TRAINING_EDIT)
@form_page
def training_add(request):
    event = TrainingEvent(school=request.acting.school)
    return _event_page(request, event, title="Record or plan training", submit="Save training")


@require_permission(P.TRAINING_EDIT)
@form_page
def training_edit(request, pk):
    event = event_in_view(request, pk)
    return _event_page(request, event, title=f"Change {event.title}", submit="Save training")


def _event_page(request, event, *, title, submit):
    back = reverse("staff:training-list") if event.pk is None else address(event)
    shown, initial = event, {}
    if event.pk is not None:
        shown = event_in_view(request, event.pk)
        places = list(event.places.all())
        initial = {
            "members": [place.member_id for place in places],
            "absent": [place.member_id for place in places if place.state == TrainingPlace.State.ABSENT],
            "was_held": event.held_on is not None,
            "planned_on": event.planned_on,
        }
    form = forms.EventForm(posted(request), instance=shown, acting=request.acting, initial=initial)
    stored = TrainingEvent(school=request.acting.school) if event.pk is None else event

    def save(cleaned):
        return services.save_event(
            event=stored,
            values=form.values,
            members=cleaned["members"],
            there=form.there,
            version=cleaned["version"],
            certify=cleaned["certify"],
            by=request.user,
        )

    return FormPage(
        form=form,
        save=save,
        done=lambda saved: f"{saved.title} saved.",
        then=address,
        page=_page(title, submit=submit, cancel=back),
        template="staff/training_form.html",
    ).respond(request)


@require_permission(P.TRAINING_EDIT)
@form_page
def training_call_off(request, pk):
    event = event_in_view(request, pk)
    page = _page(f"Call off {event.title}?", submit="Call it off", cancel=address(event), event=event)
    return ConfirmPage(
        act=partial(services.call_off, event=event, by=request.user),
        done="Called off.",
        then=reverse("staff:training-list"),
        page=page | {"explanation": "It stays on the list as called off.", "danger": True, "cancel_words": "Keep it"},
    ).respond(request)


# --- One adult ---
@require_permission(P.STAFF_OWN)
@require_GET
def member_training(request, pk):
    member = open_member(request, pk)
    acting = request.acting
    year = academic_year_start(acting.today)
    certificates = list(selectors.certificates_of(acting, member))
    context = page_of(request, member, f"Training of {member.name}") | tabs_of(request, member, "training")
    context |= {
        "crumbs": crumbs(request),
        "standing": [one for one in certificates if one.renewed_on is None],
        "earlier": [one for one in certificates if one.renewed_on],
        "places": selectors.places_of(member)[:LISTED],
        "minutes": selectors.minutes_in_year(member, year),
        "year": academic_year_name(year),
        "today": acting.today,
        "soon": acting.today + selectors.SOON,
        "may_edit": acting.can(P.TRAINING_EDIT) and leads_not_self(request, member),
        "is_own": member.user_id == request.user.pk,
    }
    return render(request, "staff/member_training.html", context)


def _certificate(request, pk):
    rows = Certificate.objects.open_to(request.acting).select_related("member__school", "skill")
    return get_object_or_404(rows, pk=pk)


def _led_certificate(request, pk):
    led = StaffMember.objects.led_by(request.acting)
    rows = Certificate.objects.filter(member__in=led, removed_at=None).select_related("member__school", "skill")
    return get_object_or_404(rows, pk=pk)


def _training_of(member):
    return reverse("staff:member-training", args=[member.pk])


@require_permission(P.STAFF_OWN)
@require_GET
def certificate_detail(request, pk):
    """Where a date about a certificate leads: the page of its adult."""
    return redirect(_training_of(_certificate(request, pk).member))


@require_permission(P.TRAINING_EDIT)
@form_page
def certificate_add(request, pk):
    member = get_object_or_404(StaffMember.objects.led_by(request.acting).select_related("school"), pk=pk)
    return _certificate_page(request, Certificate(member=member), title=f"Add a certificate of {member.name}")


@require_permission(P.TRAINING_EDIT)
@form_page
def certificate_edit(request, pk):
    return _certificate_page(request, _led_certificate(request, pk), title="Correct a certificate")


def _certificate_page(request, certificate, *, title):
    member = certificate.member
    shown = certificate if certificate.pk is None else _led_certificate(request, certificate.pk)
    form = forms.CertificateForm(posted(request), request.FILES or None, instance=shown, acting=request.acting)
    stored = Certificate(member=member) if certificate.pk is None else certificate
    if request.method == "POST" and request.FILES:
        check_limit("upload", request.user.pk)

    def save(cleaned):
        return services.save_certificate(
            certificate=stored,
            values=form.values,
            version=cleaned["version"],
            upload=cleaned["upload"],
            by=request.user,
        )

    return FormPage(
        form=form,
        save=save,
        done="Certificate saved.",
        then=_training_of(member),
        page=page_of(request, member, title, submit="Save certificate", cancel=_training_of(member)),
    ).respond(request)


@require_permission(P.TRAINING_EDIT)
@form_page
def certificate_remove(request, pk):
    certificate = _led_certificate(request, pk)
    member = certificate.member
    page = page_of(request, member, "Remove this certificate?", submit="Remove certificate") | {
        "cancel": _training_of(member),
        "explanation": f"{certificate.skill.name}. Remove what was entered by mistake.",
        "danger": True,
        "cancel_words": "Keep it",
    }
    return ConfirmPage(
        act=partial(services.remove_certificate, certificate=certificate, by=request.user),
        done="Certificate removed.",
        then=_training_of(member),
        page=page,
    ).respond(request)


@require_permission(P.STAFF_OWN)
@require_GET
def certificate_file(request, pk):
    certificate = _certificate(request, pk)
    stored = StoredFile.objects.filter(pk=certificate.file_id, school_id=certificate.member.school_id).first()
    if stored is None:
        raise Http404
    try:
        return download_response(stored, filename=f"certificate-{certificate.pk}.{stored.name.rpartition('.')[2]}")
    except FileNotAvailable as error:
        messages.warning(request, str(error))
        return redirect(_training_of(certificate.member))


@require_permission(P.STAFF_OWN)
@form_page
def own_training_add(request):
    member = own_record(request.acting)
    if member is None:
        raise Http404
    back = _training_of(member)
    return FormPage(
        form=forms.OwnForm(posted(request)),
        save=lambda cleaned: services.log_own(member=member, by=request.user, **cleaned),
        done="It stands in your log.",
        then=back,
        page=page_of(request, member, "Add to my training log", submit="Add to my log", cancel=back),
    ).respond(request)


def _own_place(request, pk):
    rows = TrainingPlace.objects.filter(member__user=request.user, member__school=request.acting.school)
    return get_object_or_404(rows.select_related("event", "member"), pk=pk)


@require_permission(P.STAFF_OWN)
@form_page
def own_training_remove(request, pk):
    place = _own_place(request, pk)
    back = _training_of(place.member)
    page = page_of(request, place.member, f"Take {place.event.title} out of your log?", submit="Take it out")
    return ConfirmPage(
        act=partial(services.remove_own, place=place, by=request.user),
        done="Taken out.",
        then=back,
        page=page | {"cancel": back, "explanation": "", "danger": True, "cancel_words": "Keep it"},
    ).respond(request)


@require_permission(P.STAFF_OWN)
@form_page
def training_answer(request, pk):
    place = _own_place(request, pk)
    back = _training_of(place.member)
    return FormPage(
        form=forms.AnswerForm(posted(request), initial={"rating": place.rating, "comment": place.comment}),
        save=lambda cleaned: services.answer(place=place, by=request.user, **cleaned),
        done="Thank you.",
        then=back,
        page=page_of(request, place.member, f"What you think of {place.event.title}", submit="Send", cancel=back),
    ).respond(request)


@require_permission(P.STAFF_OWN)
@form_page
def training_follow_up(request, pk):
    place = _own_place(request, pk)
    back = _training_of(place.member)
    initial = {"changed": place.changed, "shared_with": place.shared_with}
    title = f"What changed in class after {place.event.title}"
    return FormPage(
        form=forms.FollowUpForm(posted(request), initial=initial),
        save=lambda cleaned: services.follow_up(place=place, by=request.user, **cleaned),
        done="Thank you.",
        then=back,
        page=page_of(request, place.member, title, submit="Send", cancel=back),
    ).respond(request)


# --- Skills ---
@require_permission(P.TRAINING_EDIT)
@form_page
def skill_add(request):
    return _skill_page(request, Skill(school=request.acting.school), title="Add a skill")


@require_permission(P.TRAINING_EDIT)
@form_page
def skill_edit(request, pk):
    skill = get_object_or_404(Skill.objects.visible_to(request.acting), pk=pk)
    return _skill_page(request, skill, title=f"Change the skill {skill.name}")


def _skill_page(request, skill, *, title):
    back = reverse("skills")
    shown = skill
    if skill.pk is not None:
        shown = get_object_or_404(Skill.objects.visible_to(request.acting), pk=skill.pk)
    form = forms.SkillForm(posted(request), instance=shown)
    stored = Skill(school=request.acting.school) if skill.pk is None else skill
    page = {"title": title, "section": "skills", "crumbs": [("Skills", back)], "submit": "Save skill", "cancel": back}
    return FormPage(
        form=form,
        save=lambda cleaned: services.save_skill(
            skill=stored, values=form.values, version=cleaned["version"], by=request.user
        ),
        done=lambda saved: f"{saved.name} saved.",
        then=back,
        page=page,
    ).respond(request)


@require_permission(P.TRAINING_EDIT)
@form_page
def skill_archive(request, pk):
    skill = get_object_or_404(Skill.objects.visible_to(request.acting), pk=pk)
    back = reverse("skills")
    page = {"title": f"Put away {skill.name}?", "section": "skills", "crumbs": [("Skills", back)], "cancel": back}
    return ConfirmPage(
        act=partial(services.archive_skill, skill=skill, by=request.user),
        done=f"{skill.name} put away.",
        then=back,
        page=page
        | {
            "submit": "Put it away",
            "explanation": "Certificates in it stay on record. Nothing asks for it any more.",
            "danger": True,
            "cancel_words": "Keep it",
        },
    ).respond(request)


@require_permission(P.TRAINING_EDIT)
@form_page
def skill_restore(request, pk):
    skill = get_object_or_404(Skill.objects.visible_to(request.acting).filter(is_archived=True), pk=pk)
    back = reverse("skills")
    page = {"title": f"Take {skill.name} out again?", "section": "skills", "crumbs": [("Skills", back)], "cancel": back}
    return ConfirmPage(
        act=partial(services.restore_skill, skill=skill, by=request.user),
        done=f"{skill.name} is there again.",
        then=back,
        page=page | {"submit": "Take it out", "explanation": "The certificates in it count again."},
    ).respond(request)
