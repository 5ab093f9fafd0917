"""Meetings about a child from the plan to what was agreed, the actions of all, and the log of contact with home."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from sendco.audit import services as audit
from sendco.formkit.page import FormPage, form_page, posted
from sendco.formkit.versions import Versioned, nothing
from staff.access import require_permission
from staff.permissions import Permission as P

from ..models import ContactLog, Meeting, MeetingAction, Pupil
from ..plans.forms import parent_names
from ..profiles.selectors import adults_of
from ..views.form_pages import pupil_crumbs, tab_title
from . import forms, selectors, services
from .invitation import calendar_of

READS = (P.SUPPORT_VIEW,)
WRITES = (P.SUPPORT_CONTRIBUTE,)
PER_PAGE = 40


def _pupil(request, pk):
    pupils = Pupil.objects.visible_to(request.acting).select_related("school", "form_group")
    return get_object_or_404(pupils, pk=pk)


def _meeting(request, pk):
    return get_object_or_404(selectors.in_view(request.acting), pk=pk)


def _own_or_led(request, user_id):
    """Whoever organises a meeting changes it, and whoever leads plans."""
    if user_id != request.user.pk and not request.acting.can(P.SUPPORT_LEAD):
        raise PermissionDenied


def _first(meeting):
    return meeting.pupils.all()[0].pupil


def address(meeting):
    return reverse("pupils:meeting-detail", args=[meeting.pk])


def _page(title, pupil, *, submit="", cancel="", **more):
    return {
        "title": title, "tab_title": tab_title(submit or "Meeting"), "section": "meetings",
        "crumbs": pupil_crumbs(pupil), "pupil": pupil, "submit": submit, "cancel": cancel or _tab(pupil),
    } | more  # fmt: skip


def _tab(pupil):
    return reverse("pupil-detail", args=[pupil.pk]) + "?tab=meetings"


# --- Lists -------------------------------------------------------------------------------------------------------
@require_permission(*READS)
@require_GET
def meeting_list(request):
    """Meetings to come and held, and what is agreed and open, of the pupils in view."""
    acting, today = request.acting, timezone.localdate()
    shown = request.GET.get("show")
    shown = shown if shown in ("coming", "held", "actions") else "coming"
    meetings = selectors.in_view(acting)
    rows = {
        "coming": lambda: meetings.open().order_by("planned_on", "starts_at", "pk"),
        "held": lambda: meetings.filter(held_on__isnull=False).order_by("-held_on", "-pk"),
        "actions": lambda: (
            MeetingAction.objects.visible_to(acting)
            .filter(state=MeetingAction.State.OPEN)
            .select_related("pupil", "owner", "meeting")
            .order_by("due_on", "pk")
        ),
    }[shown]()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": "Meetings",
        "section": "meetings",
        "today": today,
        "shown": shown,
        "page": page,
        "tabs": [("coming", "To come"), ("held", "Held"), ("actions", "Agreed and not yet done")],
    }
    return render(request, "pupils/meeting_list.html", context)


# --- One meeting -------------------------------------------------------------------------------------------------
@require_permission(*WRITES)
@form_page
def meeting_plan(request, pk):
    pupil = _pupil(request, pk)
    acting, today = request.acting, timezone.localdate()
    form = forms.PlanMeetingForm(
        posted(request),
        school=pupil.school,
        pupil=pupil,
        adults=adults_of([pupil.pk], today)[pupil.pk] - {request.user.pk},
        named=acting.can(P.CONTACT_VIEW),
    )

    def plan(cleaned):
        return services.plan(
            school=pupil.school, kind=cleaned["kind"], pupils=[pupil], values=form.values,
            users=list(cleaned["users"]), contacts=list(cleaned["contacts"]), is_meant=cleaned["is_meant"],
            by=request.user,
        )  # fmt: skip

    return FormPage(
        form=form,
        save=plan,
        done="The meeting is planned. The invitation for a calendar is on its page.",
        then=address,
        page=lambda: _page(f"Plan a meeting about {pupil.name}", pupil, submit="Plan the meeting"),
        draft=f"meeting-plan-{pupil.pk}",
    ).respond(request)


@require_permission(*READS)
@require_GET
def meeting_detail(request, pk):
    meeting = _meeting(request, pk)
    acting, pupil = request.acting, _first(meeting)
    for part in meeting.pupils.all():
        audit.record_read(
            school_id=meeting.school_id, pupil_id=part.pupil_id, by=request.user, what="meeting"
        )  # fmt: skip
    may_write = meeting.organiser_id == request.user.pk or acting.can(P.SUPPORT_LEAD)
    context = _page(f"{meeting.get_kind_display()}: {pupil.name}", pupil) | {
        "meeting": meeting,
        "people": _named_people(request, meeting),
        "parts": meeting.pupils.all(),
        "actions": meeting.actions.select_related("owner", "pupil"),
        "from_before": services.open_from_before(meeting),
        "may_write": may_write,
        "today": timezone.localdate(),
        "met": selectors.met_parents([pupil.pk], timezone.localdate())[pupil.pk],
        "three": selectors.MEETINGS_A_YEAR,
    }
    return render(request, "pupils/meeting_detail.html", context)


def _named_people(request, meeting):
    """[(person, what the page calls them)]. Who does not see contacts meets no parent's name."""
    people = meeting.people.all()
    parents = [person.contact for person in people if person.contact_id]
    names = parent_names(parents, named=request.acting.can(P.CONTACT_VIEW))
    return [
        (person, person.user.name if person.user_id else names[person.contact_id] if person.contact_id else person.name)
        for person in people
    ]


@require_permission(*WRITES)
@form_page
def meeting_hold(request, pk):
    """What was said and who came. What was agreed last time stands above, each with its answer."""
    meeting = _meeting(request, pk)
    _own_or_led(request, meeting.organiser_id)
    form = forms.HoldForm(
        posted(request), meeting=meeting, parts=list(meeting.pupils.all()), people=_named_people(request, meeting)
    )

    def hold(cleaned):
        return services.hold(
            meeting=meeting, held_on=cleaned["held_on"], notes=cleaned["notes"], came=form.came, about=form.about,
            version=cleaned["version"], by=request.user,
        )  # fmt: skip

    return FormPage(
        form=form,
        save=hold,
        done="The notes are kept.",
        then=address(meeting),
        page=lambda: (
            _page("Notes of the meeting", _first(meeting), submit="Keep the notes", cancel=address(meeting))
            | {"from_before": services.open_from_before(meeting), "meeting": meeting}
        ),
        draft=f"meeting-hold-{meeting.pk}",
        leaves=("words_checked",),
        template="pupils/meeting_hold.html",
    ).respond(request)


@require_permission(*WRITES)
@form_page
def meeting_call_off(request, pk):
    meeting = _meeting(request, pk)
    _own_or_led(request, meeting.organiser_id)
    return FormPage(
        form=forms.CallOffForm(posted(request)),
        save=lambda cleaned: services.call_off(meeting=meeting, by=request.user, **cleaned),
        done="Called off. Give those invited the calendar file again: it takes the meeting off.",
        then=address(meeting),
        page=_page("Call the meeting off", _first(meeting), submit="Call it off", cancel=address(meeting)),
    ).respond(request)


@require_permission(*READS)
@require_GET
def meeting_ics(request, pk):
    meeting = _meeting(request, pk)
    response = HttpResponse(calendar_of(meeting), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="meeting.ics"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


# --- Actions -----------------------------------------------------------------------------------------------------
@require_permission(*WRITES)
@form_page
def action_add(request, pk):
    meeting = _meeting(request, pk)
    _own_or_led(request, meeting.organiser_id)
    action = MeetingAction(meeting=meeting, pupil=_first(meeting))
    return _action(request, action, "Add what is agreed", {"version": 1})


@require_permission(*WRITES)
@form_page
def action_edit(request, pk):
    action = _seen_action(request, pk)
    _own_or_led(request, action.meeting.organiser_id)
    initial = {name: getattr(action, name) for name in ("text", "owner", "owner_name", "due_on", "version")}
    return _action(request, action, "Change what is agreed", initial)


def _seen_action(request, pk):
    rows = MeetingAction.objects.visible_to(request.acting)
    return get_object_or_404(rows.select_related("meeting__school", "pupil", "owner"), pk=pk)


def _action(request, action, title, initial):
    form = forms.ActionForm(posted(request), school=action.meeting.school, initial=initial)
    return FormPage(
        form=form,
        save=lambda cleaned: services.save_action(
            action=action, values=form.values, version=cleaned["version"], by=request.user
        ),
        done="Kept. Its owner sees it on their list.",
        then=address(action.meeting),
        page=_page(title, action.pupil, submit="Keep it", cancel=address(action.meeting)),
    ).respond(request)


@require_permission(*WRITES)
@form_page
def action_settle(request, pk):
    """Done, no longer needed, or not yet: by its owner, whoever organised the meeting, or whoever leads."""
    action = _seen_action(request, pk)
    if action.owner_id != request.user.pk:
        _own_or_led(request, action.meeting.organiser_id)
    initial = {"state": action.state, "word": action.word}
    opens = Meeting.objects.visible_to(request.acting).filter(pk=action.meeting_id).exists()
    back = address(action.meeting) if opens else _tab(action.pupil)
    return FormPage(
        form=forms.SettleForm(posted(request), initial=initial),
        save=lambda cleaned: services.settle_action(action=action, by=request.user, **cleaned),
        done="Kept.",
        then=back,
        page=_page("What came of it", action.pupil, submit="Save", cancel=back, lead=action.text),
        versioned=Versioned(values=nothing),
    ).respond(request)


# --- Contact with home -------------------------------------------------------------------------------------------
@require_permission(*WRITES)
@form_page
def contact_log_add(request, pk):
    pupil = _pupil(request, pk)
    row = ContactLog(pupil=pupil)
    initial = {"happened_on": timezone.localdate(), "way": ContactLog.Way.OUT, "version": 1}
    return _log(request, row, pupil, initial, title=f"Contact about {pupil.name}")


@require_permission(*WRITES)
@form_page
def contact_log_edit(request, pk):
    rows = ContactLog.objects.visible_to(request.acting).filter(removed_on=None).select_related("pupil__school")
    row = get_object_or_404(rows, pk=pk)
    _own_or_led(request, row.by_id)
    names = ("contact", "name", "way", "means", "happened_on", "words", "version")
    return _log(request, row, row.pupil, {name: getattr(row, name) for name in names}, title="Change this contact")


def _log(request, row, pupil, initial, *, title):
    form = forms.ContactForm(posted(request), pupil=pupil, named=request.acting.can(P.CONTACT_VIEW), initial=initial)
    return FormPage(
        form=form,
        save=lambda cleaned: services.log_contact(
            row=row, values=form.values, version=cleaned["version"], by=request.user
        ),
        done="Kept.",
        then=_tab(pupil),
        page=_page(title, pupil, submit="Keep it"),
        draft=f"contact-log-{row.pk or f'of-{pupil.pk}'}",
        leaves=("words_checked",),
    ).respond(request)
