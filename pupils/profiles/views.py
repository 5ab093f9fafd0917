"""One-page profiles: to read on a phone, to write, to publish, to print, and to see who has read them."""

from functools import partial

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from sendco.audit import services as audit
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted, pressed_once
from sendco.formkit.versions import Versioned
from sendco.limits.services import check_limit
from sendco.pdf.render import PdfUnavailable, pdf_available
from staff.access import require_permission
from staff.models import TeachingGroup
from staff.permissions import Permission as P

from ..models import PlanStrategy, Profile, ProfileVersion, Pupil, SupportPlan
from ..models.profiles import ASKS_AGAIN, BOXES, TITLES
from ..views.form_pages import tab_title
from . import forms, jobs, plain, selectors, services

READS = (P.SUPPORT_VIEW,)
WRITES = (P.SUPPORT_CONTRIBUTE,)
LEADS = (P.SUPPORT_LEAD,)
PER_PAGE = 60


def _pupil(request, pk):
    pupils = Pupil.objects.visible_to(request.acting).select_related("school", "form_group")
    return get_object_or_404(pupils, pk=pk)


def _crumbs(pupil, *more):
    return [("Profiles", reverse("pupils:profile-list")), (pupil.name, pupil.get_absolute_url()), *more]


def _page(pupil, title, *, submit="", **more):
    return {
        "pupil": pupil,
        "title": title,
        "tab_title": tab_title(submit or "One-page profile"),
        "section": "profiles",
        "crumbs": _crumbs(pupil, ("One-page profile", _address(pupil))) if submit else _crumbs(pupil),
        "submit": submit,
        "cancel": _address(pupil),
    } | more


def _address(pupil):
    return reverse("pupils:profile", args=[pupil.pk])


def _profile(pupil):
    """The profile of a pupil in view, or a new one that is not saved."""
    profile = Profile.objects.filter(pupil=pupil).first() or Profile(pupil=pupil)
    profile.pupil = pupil
    return profile


# --- The list ----------------------------------------------------------------------------------------------------
@require_permission(*READS)
@require_GET
def profile_list(request):
    """Pupils by class, with who has one, and how many adults have read it."""
    acting = request.acting
    pupils = selectors.pupils_for_profiles(acting)
    chosen, group = request.GET.get("group", ""), None
    if chosen.isascii() and chosen.isdigit():
        group = get_object_or_404(TeachingGroup.objects.visible_to(acting), pk=chosen)
        pupils = pupils.filter(
            Q(form_group=group) | Q(group_places__group=group, group_places__ends_on=None)
        ).distinct()
    leads = acting.can(P.SUPPORT_LEAD)
    only_unread = leads and request.GET.get("read") == "nobody"
    if only_unread:
        pupils = pupils.filter(pk__in=selectors.unread(acting).values("pupil"))
    groups = TeachingGroup.objects.visible_to(acting).filter(
        pk__in=Pupil.objects.visible_to(acting).filter(left_on=None).values("form_group")
    )
    page = Paginator(pupils, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": f"Profiles: {group.name}" if group else "One-page profiles",
        "section": "profiles",
        "crumbs": [("Profiles", reverse("pupils:profile-list"))] if group else [],
        "page": page,
        "rows": selectors.rows_of(list(page.object_list), acting),
        "group": group,
        "groups": groups.order_by("name", "pk"),
        "to_read": selectors.to_read(acting),
        "may_lead": leads,
        "only_unread": only_unread,
        "unread": selectors.unread_by_class(acting) if leads and not group else [],
    }
    return render(request, "pupils/profile_list.html", context)


# --- One profile -------------------------------------------------------------------------------------------------
@require_permission(*READS)
@require_GET
def profile(request, pk):
    """The version that is read today; for those who write it, what has changed since."""
    pupil = _pupil(request, pk)
    acting, held = request.acting, _profile(pupil)
    audit.record_read(school_id=pupil.school_id, pupil_id=pupil.pk, by=request.user, what="profile")
    version = selectors.published(held) if held.pk else None
    if version is not None:
        version.profile = held
    reading = selectors.reading_of(held, request.user) if held.pk else None
    is_read = bool(version and reading and reading.read_number and reading.read_number >= version.asks)
    context = _page(pupil, f"{pupil.name}: one-page profile") | {
        "profile": held if held.pk else None,
        "version": version,
        "photo": services.photo_of(version) if version else "",
        "boxes": _boxes(version),
        "reading": reading,
        "is_read": is_read,
        "readers": selectors.readers_of(held, version) if held.pk and acting.can(P.SUPPORT_LEAD) else None,
        "changed": services.differs(held, version) if held.pk else [],
        "may_write": acting.can(P.SUPPORT_CONTRIBUTE) and not pupil.left_on,
        "may_lead": acting.can(P.SUPPORT_LEAD) and not pupil.left_on,
        "versions": _versions(acting, held) if held.pk else [],
    }
    return render(request, "pupils/profile.html", context)


def _versions(acting, held):
    """All for who leads; for others those that stand: one that was taken back is not to be read."""
    rows = held.versions.select_related("published_by")
    return rows if acting.can(P.SUPPORT_LEAD) else rows.filter(withdrawn_on=None)


def _boxes(version):
    """(name, title, words) of the boxes that have words."""
    if version is None:
        return []
    return [(name, TITLES[name], getattr(version, name)) for name in BOXES if getattr(version, name)]


@require_permission(*READS)
@require_GET
def profile_version(request, pk):
    """An earlier version, as it was read."""
    rows = ProfileVersion.objects.visible_to(request.acting).select_related("profile__pupil__school", "published_by")
    if not request.acting.can(P.SUPPORT_LEAD):
        rows = rows.filter(withdrawn_on=None)
    version = get_object_or_404(rows, pk=pk)
    pupil = version.profile.pupil
    audit.record_read(school_id=pupil.school_id, pupil_id=pupil.pk, by=request.user, what="profile")
    context = _page(pupil, f"Version {version.number}", submit="Version") | {
        "version": version,
        "boxes": _boxes(version),
        "may_lead": request.acting.can(P.SUPPORT_LEAD),
    }
    return render(request, "pupils/profile_version.html", context)


@require_permission(*WRITES)
@form_page
def profile_edit(request, pk):
    """Write the words. They are read by nobody until a lead publishes them."""
    pupil = _pupil(request, pk)
    held = _profile(pupil)
    form = forms.ProfileForm(posted(request), profile=held, begun=None if held.pk else _begun(request.acting, pupil))
    return FormPage(
        form=form,
        save=lambda cleaned: services.save(
            profile=held, values=form.values, version=cleaned["version"], by=request.user
        ),
        done="Saved. It is read once it is published.",
        then=_address(pupil),
        page=lambda: (
            _page(pupil, f"Write the profile of {pupil.name}", submit="Save the words")
            | {"hints": [(TITLES[name], plain.hints(getattr(held, name))) for name in BOXES]}
        ),
        draft=f"profile-{pupil.pk}",
        leaves=("words_checked",),
        versioned=Versioned(values=forms.ProfileForm.values_of),
        template="pupils/profile_edit.html",
    ).respond(request)


def _begun(acting, pupil):
    """What the plan says already, so that nobody types it twice: the child's words, strengths and strategies."""
    plan = (
        SupportPlan.objects.visible_to(acting)
        .filter(pupil=pupil, is_confidential=False)
        .order_by("-closed_on", "-starts_on")
        .select_related("kind")
        .filter(closed_on=None)
        .first()
    )
    if plan is None:
        return {}
    voice = plan.voices.filter(contact=None, removed_on=None).order_by("-said_on").first()
    strategies = PlanStrategy.objects.filter(plan=plan, ended_on=None).values_list("text", flat=True)
    begun = {
        "admire": plan.assessed.get("strengths", ""),
        "matters": voice.words if voice else "",
        "support": "\n".join(strategies),
    }
    if voice:
        begun |= {"method": voice.method, "said_on": voice.said_on}
    return begun


@require_permission(*LEADS)
@form_page
def profile_publish(request, pk):
    pupil = _pupil(request, pk)
    held = _profile(pupil)
    if held.pk is None:
        raise Http404
    before = selectors.published(held)
    changed = services.differs(held, before)
    asks = before is None or any(name in ASKS_AGAIN for name in changed)

    def publish(cleaned):
        return services.publish(profile=held, by=request.user, **cleaned)

    return FormPage(
        form=forms.PublishForm(posted(request)),
        save=publish,
        done=lambda version: f"Version {version.number} is published.",
        then=_address(pupil),
        page=_page(pupil, f"Publish the profile of {pupil.name}", submit="Publish it")
        | {
            "asks": asks,
            "before": before,
            "changed": [TITLES.get(name, name.replace("_", " ")) for name in changed],
            "trouble": "" if pdf_available() else str(PdfUnavailable()),
        },
        template="pupils/profile_publish.html",
    ).respond(request)


@require_permission(*LEADS)
@form_page
def profile_withdraw(request, pk):
    rows = ProfileVersion.objects.visible_to(request.acting).filter(withdrawn_on=None).select_related("profile__pupil")
    version = get_object_or_404(rows, pk=pk)
    pupil = version.profile.pupil
    page = _page(pupil, f"Take version {version.number} back?", submit="Take it back") | {
        "explanation": "The version before it is read again. This one stays in the record.",
        "danger": True,
    }
    return ConfirmPage(
        act=partial(services.withdraw, version=version, by=request.user),
        done="Taken back.",
        then=_address(pupil),
        page=page,
    ).respond(request)


@require_permission(*LEADS)
@form_page
def profile_photo(request, pk):
    pupil = _pupil(request, pk)
    held = _profile(pupil)
    if held.pk is None:
        raise Http404
    if request.method == "POST":
        check_limit("upload", request.user.pk)
    form = forms.PhotoForm(posted(request), request.FILES or None)
    return FormPage(
        form=form,
        save=lambda cleaned: services.set_photo(profile=held, by=request.user, **cleaned),
        done="The photo is kept. It shows once the profile is published.",
        then=_address(pupil),
        page=_page(pupil, f"Photo of {pupil.name}", submit="Keep the photo"),
        leaves=("upload",),
    ).respond(request)


@require_permission(*LEADS)
@form_page
def profile_photo_off(request, pk):
    pupil = _pupil(request, pk)
    held = _profile(pupil)
    if held.pk is None:
        raise Http404
    page = _page(pupil, "Take the photo off?", submit="Take it off")
    return ConfirmPage(
        act=partial(services.set_photo, profile=held, upload=None, consent="", by=request.user),
        done="It is off once the profile is published.",
        then=_address(pupil),
        page=page | {"explanation": "Versions that were published with it keep it."},
    ).respond(request)


@require_permission(*READS)
@require_POST
@form_page
def profile_read(request, pk):
    """I have read this version."""
    pupil = _pupil(request, pk)
    held = _profile(pupil)
    if held.pk is None:
        raise Http404
    number = request.POST.get("number", "")
    number = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0
    return ConfirmPage(
        act=partial(services.say_read, profile=held, number=number, by=request.user),
        done="Thank you.",
        then=_address(pupil),
        refused_to=_address(pupil),
        page={},
    ).respond(request)


# --- On paper ----------------------------------------------------------------------------------------------------
@require_permission(*READS)
@require_POST
@pressed_once
def profile_pdf(request, pk):
    return _print(request, [_pupil(request, pk)])


@require_permission(*READS)
@require_POST
@pressed_once
def profile_class_pdf(request, pk):
    """Every profile of a class in one file, or its cards."""
    group = get_object_or_404(TeachingGroup.objects.visible_to(request.acting), pk=pk)
    pupils = selectors.pupils_for_profiles(request.acting).filter(
        Q(form_group=group) | Q(group_places__group=group, group_places__ends_on=None)
    )
    return _print(request, list(pupils.distinct()))


def _print(request, pupils):
    job = jobs.start(pupils, as_cards=request.POST.get("as") == "cards", acting=request.acting)
    return redirect("job-detail", pk=job.pk)
