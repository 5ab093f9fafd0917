"""One-to-ones: the page of an adult's meetings, each meeting with its notes and actions, and the second person."""

from functools import partial

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.formkit.versions import Versioned

from ..access import require_permission, step_up
from ..models import NotesGrant, StaffMember, SupervisionAction, SupervisionMeeting
from ..permissions import Permission as P
from ..posts.views import crumbs, open_member, page_of, tabs_of
from . import forms, selectors, services

MANY = 60


def meeting_in_view(request, pk):
    """A meeting that one may read; for writing, `of_two` decides in the service."""
    rows = SupervisionMeeting.objects.visible_to(request.acting).select_related("member__school", "leader")
    return get_object_or_404(rows, pk=pk)


def own_meeting(request, pk):
    rows = SupervisionMeeting.objects.of_two(request.acting).select_related("member__school", "leader")
    return get_object_or_404(rows, pk=pk)


def address(meeting):
    return reverse("staff:meeting-detail", args=[meeting.pk])


def _trail(request, member):
    return [*crumbs(request, member), ("One-to-ones", reverse("staff:meeting-list", args=[member.pk]))]


@require_permission(P.STAFF_OWN)
@require_GET
def meeting_list(request, pk):
    member = open_member(request, pk)
    acting = request.acting
    meetings = list(selectors.meetings_about(acting, member)[:MANY])
    leads = StaffMember.objects.led_by(acting).filter(pk=member.pk).exists()
    context = page_of(request, member, f"One-to-ones of {member.name}") | tabs_of(request, member, "meetings")
    context |= {
        "crumbs": crumbs(request),
        "planned": [row for row in reversed(meetings) if row.is_open],
        "past": [row for row in meetings if not row.is_open],
        # What somebody reads with a grant they read on the meeting's own page, which keeps that they did.
        "actions": [
            action
            for row in meetings
            if selectors.is_one_of_two(acting, row)
            for action in row.actions.all()
            if action.done_on is None
        ],
        "may_plan": leads,
        "may_ask": leads and acting.can(P.STAFF_LEAD),
        "grants": selectors.grants_of(acting, member),
        "today": acting.today,
    }
    return render(request, "staff/meeting_list.html", context)


@require_permission(P.STAFF_OWN)
@require_GET
def meeting_detail(request, pk):
    meeting = meeting_in_view(request, pk)
    one_of_two = selectors.is_one_of_two(request.acting, meeting)
    if not one_of_two:
        services.note_read(meeting, by=request.user)
    context = page_of(request, meeting.member, str(meeting.get_kind_display())) | {
        "crumbs": _trail(request, meeting.member),
        "meeting": meeting,
        "actions": meeting.actions.select_related("owner"),
        "one_of_two": one_of_two,
        "is_subject": meeting.member.user_id == request.user.pk,
        "asks_to_be_seen": bool(meeting.notes) and meeting.seen_at is None,
        "today": request.acting.today,
    }
    return render(request, "staff/meeting_detail.html", context)


@require_permission(P.STAFF_OWN)
@form_page
def meeting_plan(request, pk):
    member = get_object_or_404(StaffMember.objects.led_by(request.acting).select_related("school"), pk=pk)
    back = reverse("staff:meeting-list", args=[member.pk])
    return FormPage(
        form=forms.PlanForm(posted(request)),
        save=lambda cleaned: services.plan(
            member=member,
            kind=cleaned["kind"],
            planned_on=cleaned["planned_on"],
            every_weeks=cleaned["every_weeks"] or 0,
            until=cleaned["until"],
            by=request.user,
        ),
        done=lambda rows: f"{len(rows)} planned." if len(rows) > 1 else "Planned.",
        then=back,
        page=page_of(request, member, f"Plan a meeting with {member.name}", submit="Plan it", cancel=back),
    ).respond(request)


@require_permission(P.STAFF_OWN)
@form_page
def meeting_move(request, pk):
    meeting = own_meeting(request, pk)
    title = f"Another day for the {meeting.get_kind_display().lower()}"
    return FormPage(
        form=forms.MoveForm(posted(request), initial={"planned_on": meeting.planned_on}),
        save=lambda cleaned: services.move(meeting=meeting, by=request.user, **cleaned),
        done="Moved.",
        then=address(meeting),
        page=page_of(request, meeting.member, title, submit="Save day", cancel=address(meeting)),
    ).respond(request)


@require_permission(P.STAFF_OWN)
@form_page
def meeting_call_off(request, pk):
    meeting = own_meeting(request, pk)
    page = page_of(request, meeting.member, "Call this meeting off?", submit="Call it off", cancel=address(meeting))
    return ConfirmPage(
        act=partial(services.call_off, meeting=meeting, by=request.user),
        done="Called off.",
        then=reverse("staff:meeting-list", args=[meeting.member_id]),
        page=page | {"explanation": "What was written stays with you two.", "danger": True, "cancel_words": "Keep it"},
    ).respond(request)


@require_permission(P.STAFF_OWN)
@form_page
def meeting_notes(request, pk):
    meeting = own_meeting(request, pk)
    names = ("held_on", "notes")
    initial = {name: getattr(meeting, name) for name in (*names, "version")}
    if meeting.held_on is None and meeting.planned_on <= request.acting.today:
        initial["held_on"] = meeting.planned_on
    title = f"Notes of the {meeting.get_kind_display().lower()}"
    return FormPage(
        form=forms.NotesForm(posted(request), initial=initial),
        save=lambda cleaned: services.write_notes(meeting=meeting, by=request.user, **cleaned),
        done="Notes saved. Only you two read them.",
        then=address(meeting),
        page=page_of(request, meeting.member, title, submit="Save notes", cancel=address(meeting)),
        versioned=Versioned(values=lambda row: {name: getattr(row, name) for name in names}),
    ).respond(request)


@require_permission(P.STAFF_OWN)
@form_page
def meeting_seen(request, pk):
    meeting = own_meeting(request, pk)
    page = page_of(request, meeting.member, "I have read it", submit="I have read it", cancel=address(meeting))
    return FormPage(
        form=forms.SeenForm(posted(request), initial={"version": request.GET.get("v") or meeting.version}),
        save=lambda cleaned: services.mark_seen(meeting=meeting, by=request.user, **cleaned),
        done="Noted that you have read it.",
        then=address(meeting),
        page=page | {"lead": "This says that you have read the feedback, not that you agree with it."},
    ).respond(request)


@require_permission(P.STAFF_OWN)
@form_page
def action_add(request, pk):
    meeting = own_meeting(request, pk)
    return FormPage(
        form=forms.ActionForm(posted(request), meeting=meeting),
        save=lambda cleaned: services.add_action(meeting=meeting, by=request.user, **cleaned),
        done="Action added.",
        then=address(meeting),
        page=page_of(request, meeting.member, "Add an action", submit="Add action", cancel=address(meeting)),
    ).respond(request)


@require_permission(P.STAFF_OWN)
@form_page
def action_done(request, pk):
    mine = SupervisionMeeting.objects.of_two(request.acting)
    rows = SupervisionAction.objects.filter(meeting__school=request.acting.school).select_related("meeting__member")
    row = get_object_or_404(rows.filter(owner=request.user) | rows.filter(meeting__in=mine), pk=pk)
    is_two = selectors.is_one_of_two(request.acting, row.meeting)
    back = address(row.meeting) if is_two else reverse("home")
    page = {"title": "Action done", "section": "my-week", "submit": "Note as done", "cancel": back, "lead": row.text}
    return FormPage(
        form=forms.DoneForm(posted(request)),
        save=lambda cleaned: services.finish_action(action=row, by=request.user, **cleaned),
        done="Noted as done.",
        then=back,
        page=page,
    ).respond(request)


# --- The second person ---
@require_permission(P.STAFF_LEAD)
@step_up
@form_page
def notes_ask(request, pk):
    member = get_object_or_404(StaffMember.objects.led_by(request.acting).select_related("school"), pk=pk)
    back = reverse("staff:meeting-list", args=[member.pk])
    lead = "One-to-ones are private to two people. A second person has to agree, and the two see that you asked."
    return FormPage(
        form=forms.AskForm(posted(request)),
        save=lambda cleaned: services.ask_to_read(member=member, by=request.user, **cleaned),
        done="Asked. Nothing opens until a second person agrees.",
        then=back,
        page=page_of(request, member, f"Read the notes of {member.name}", submit="Ask", cancel=back, lead=lead),
    ).respond(request)


@require_permission(P.ROLE_CONFIRM, P.PEOPLE_VIEW)
@step_up
@form_page
def notes_decide(request, pk):
    rows = NotesGrant.objects.visible_to(request.acting).select_related("member", "reader")
    grant = get_object_or_404(rows, pk=pk)
    if not selectors.may_agree(request.acting, grant):
        raise Http404
    page = {
        "title": f"May {grant.reader.name} read the notes of {grant.member.name}?",
        "section": "people",
        "lead": grant.reason,
        "submit": "Decide",
        "cancel": reverse("staff:people"),
        "crumbs": [("People", reverse("staff:people"))],
    }
    return FormPage(
        form=forms.DecideForm(posted(request)),
        save=lambda cleaned: services.decide_grant(grant=grant, agrees=cleaned["answer"] == "yes", by=request.user),
        done=lambda row: "They may read the notes for seven days." if row.agreed_at else "Refused.",
        then=reverse("staff:people"),
        page=page,
    ).respond(request)
