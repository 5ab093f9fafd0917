"""Cover of a day: what lost its adult, the best plan and the choices, accepting it, and telling those concerned."""

from datetime import timedelta
from functools import partial
from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from pupils.skills.selectors import wanted
from sendco.clock.units import plural
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted, pressed_once
from sendco.refusals import Refused
from staff.absences.selectors import away_on
from staff.access import require_permission
from staff.permissions import Permission as P

from ..models import CoverDecision
from . import forms, selectors, services
from .jobs import day_of
from .proposals import propose

ONE_DAY = timedelta(days=1)


def address(on, **more):
    query = [("day", on.isoformat()), *more.items()]
    return f"{reverse('provision:cover-day')}?{urlencode(query)}"


def _asked(request):
    form = forms.AskedForm(request.GET)
    form.is_valid()
    return form.cleaned_data.get("day") or request.acting.today, form.cleaned_data.get("everything") or 0


@require_permission(P.PROVISION_EDIT)
@form_page
def cover_day(request):
    """What a day's absences uncover, the heaviest first, with a plan that leaves least undone. Nothing is changed, and
    nobody hears of it, before it is accepted."""
    acting, now = request.acting, timezone.localtime()
    on, everything = _asked(request)
    if request.method == "POST" and "again" in request.POST:
        return redirect(_with_choices(request, on))
    day = day_of(acting, on, now)
    if request.method == "POST":
        pins, everything = _chosen(request), 0  # what the form says stands before what its address asked for
    else:
        pins = forms.pins_in(request.GET.getlist("pin"))
    proposal = propose(day, pins, everything=everything)
    form = forms.CoverForm(posted(request), proposal=proposal)

    def save(cleaned):
        return services.accept(
            acting=acting, on=on, decisions=form.decisions, seal=request.POST.get("seal", ""),
            moved_seal=request.POST.get("moved", ""), now=now, by=request.user,
        )  # fmt: skip

    return FormPage(
        form=form,
        save=save,
        done=_done,
        then=address(on),
        page=partial(_page, request, day, proposal, everything),
        template="provision/cover_day.html",
    ).respond(request)


def _done(covers):
    filled = sum(one.member_id is not None for one in covers)
    left = len(covers) - filled
    words = f"Accepted: {plural(filled, 'place')} filled"
    return f"{words}, {left} left with a reason. Nobody has been told yet." if left else f"{words}. Nobody is told yet."


def _chosen(request):
    """{place: adult or nobody} as the form says."""
    prefix = "who-"
    texts = [f"{name[len(prefix) :]}:{value}" for name, value in request.POST.items() if name.startswith(prefix)]
    return forms.pins_in(texts)


def _with_choices(request, on):
    """The address of the page with what the person chose otherwise than proposed, now or before."""
    chosen = _chosen(request)
    kept = set(forms.pins_in(request.GET.getlist("pin")))
    pins = [
        f"{key}:{member}" for key, member in chosen.items()
        if key in kept or request.POST.get(f"was-{key}", "") != str(member)
    ]  # fmt: skip
    query = [("day", on.isoformat()), *(("pin", pin) for pin in pins)]
    return f"{reverse('provision:cover-day')}?{urlencode(query)}"


def _page(request, day, proposal, everything):
    acting, on = request.acting, day.on
    decided = selectors.decided_on(acting, on)
    today = timezone.localdate()
    return {
        "title": "Cover",
        "tab_title": "Cover",
        "section": "absences",
        "crumbs": [("Who is away", f"{reverse('staff:absence-list')}?day={on.isoformat()}")],
        "day": day,
        "on": on,
        "before": on - ONE_DAY,
        "after": on + ONE_DAY,
        "is_today": on == today,
        "is_over": on < today,
        "proposal": proposal,
        "everything": everything,
        "for_all": _for_all(proposal),
        "away": away_on(acting, on),
        "unsafe": _unsafe(acting, day),
        "decided": decided,
        "back": selectors.back_after_all(decided, on),
        "untold": selectors.untold(acting.school, on) if on >= today else [],
        "told": selectors.last_told(acting.school, on),
        "may_record": acting.can(P.ABSENCE_EDIT),
    }


def _for_all(proposal):
    """[(adult, how many of the open places they could take)] for those who could take more than one."""
    counts = {}
    for row in proposal.rows:
        for pk in row.task.job.may:
            counts[pk] = counts.get(pk, 0) + 1
    adults = proposal.day.adults
    found = [(adults[pk].member, number) for pk, number in counts.items() if number > 1]
    return sorted(found, key=lambda one: (-one[1], one[0].name))


def _unsafe(acting, day):
    """Care on which a life may hang, in which nobody who is there is trained, and how many pupils need it."""
    if not day.is_open:
        return []
    skills = [skill for skill in day.skills.values() if skill.is_life_critical and not skill.is_archived]
    needed = wanted(acting, skills)
    there = {pk for pk, adult in day.adults.items() if adult.worked and not _is_out(adult)}
    return [
        (skill, len(needed[skill.pk]))
        for skill in skills
        if needed.get(skill.pk) and not any(day.has(pk, skill.pk) for pk in there)
    ]


def _is_out(adult):
    return not any(adult.is_in(stretch) for stretch in adult.worked)


@require_permission(P.PROVISION_EDIT)
@require_POST
@pressed_once
def cover_tell(request):
    on, _ = _asked(request)
    try:
        notices = services.tell(school=request.acting.school, on=on, by=request.user)
    except Refused as refusal:
        messages.info(request, str(refusal))
        return redirect(address(on))
    mailed = [one.member.name for one in notices if one.is_mailed]
    others = [one.member.name for one in notices if not one.is_mailed]
    if mailed:
        messages.success(request, f"Told: {', '.join(mailed)}.")
    if others:
        messages.warning(request, f"No account, so tell them yourself: {', '.join(others)}.")
    return redirect(address(on))


@require_permission(P.PROVISION_EDIT)
@form_page
def cover_take_back(request, pk):
    rows = CoverDecision.objects.visible_to(request.acting).standing()
    cover = get_object_or_404(rows.select_related("member", "instead_of", "session__provision", "slot__kind"), pk=pk)
    what = cover.session.provision.name if cover.session else cover.slot.doing or cover.slot.kind.name
    who = cover.member.name if cover.member else "nobody"
    page = {
        "title": "Decide this anew?",
        "section": "absences",
        "crumbs": [("Cover", address(cover.on))],
        "submit": "Take it back",
        "cancel": address(cover.on),
        "cancel_words": "Leave it",
        "explanation": f"{what}, {cover.starts_at:%H:%M}: {who}. It becomes open again, and whatever the adult was "
        "taken from is theirs again. Who was told hears of the change when you press Tell them.",
    }
    return ConfirmPage(
        act=partial(services.take_back, cover=cover, by=request.user),
        done="Taken back: it is open again.",
        then=address(cover.on),
        refused_to=address(cover.on),
        page=page,
    ).respond(request)
