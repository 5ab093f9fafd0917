"""Meetings about a child from the plan to what was agreed, the actions of all, and the log of contact with home."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from sendco.audit import services as audit
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted, pressed_once
from sendco.formkit.versions import Versioned, nothing
from sendco.refusals import Refused
from staff.access import require_permission
from staff.models import TeachingGroup
from staff.permissions import Permission as P

from ..models import (
    ContactLog,
    EveningTeacher,
    Meeting,
    MeetingAction,
    MeetingPerson,
    ParentsEvening,
    Pupil,
    SupportPlan,
)
from ..plans.forms import parent_names
from ..profiles.selectors import adults_of
from ..views.form_pages import pupil_crumbs, tab_title
from . import evenings, forms, inviting, jobs, selectors, services
from .invitation import calendar_of
from .refusals import ChildMeetingReason

LIST = ("Meetings", reverse_lazy("pupils:meeting-list"))
READS = (P.SUPPORT_VIEW,)
WRITES = (P.SUPPORT_CONTRIBUTE,)
PER_PAGE = 40
TABS = (("coming", "To come"), ("held", "Held"), ("actions", "Agreed and not yet done"), ("met", "Met this year"))


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
    shown = shown if shown in dict(TABS) else "coming"
    meetings = selectors.in_view(acting)
    if shown == "met":
        return _met(request)
    if shown == "actions":
        return _agreed(request)
    rows = {
        "coming": lambda: meetings.open().order_by("planned_on", "starts_at", "pk"),
        "held": lambda: meetings.filter(held_on__isnull=False).order_by("-held_on", "-pk"),
    }[shown]()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": "Meetings",
        "section": "meetings",
        "today": today,
        "shown": shown,
        "page": page,
        "tabs": TABS,
        "evenings": evenings.coming(acting, today),
        "may_lead": acting.can(P.SUPPORT_LEAD),
        "may_plan": acting.can(*WRITES),
        "groups": selectors.groups_with_plans(acting),
    }
    return render(request, "pupils/meeting_list.html", context)


def _agreed(request):
    """What is agreed and not yet done, of everybody or of one person."""
    acting = request.acting
    actions = selectors.open_actions(acting)
    owners, person = selectors.owners_of(acting, actions, timezone.localdate()), request.GET.get("person", "")
    if person:
        known = person in {owner.key for owner in owners}
        actions = selectors.owned_by(actions, person) if known else actions.none()
    page = Paginator(actions, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = selectors.with_rights(acting, page.object_list)
    context = {
        "title": "Meetings", "section": "meetings", "shown": "actions", "tabs": TABS, "page": page,
        "today": timezone.localdate(), "owners": owners, "person": person,
        "everybody": sum(owner.count for owner in owners),
    }  # fmt: skip
    return render(request, "pupils/meeting_list.html", context)


def _met(request):
    """How often the parents of each pupil on the register were met this school year, the fewest first."""
    acting, today = request.acting, timezone.localdate()
    pupils = list(selectors.with_plan_or_status(acting).select_related("form_group").by_name())
    ids = [pupil.pk for pupil in pupils]
    met, planned = selectors.met_parents(ids, today), selectors.next_with_parents(ids, today)
    rows = sorted(((met[pupil.pk], pupil, planned.get(pupil.pk)) for pupil in pupils), key=lambda row: row[0])
    context = {
        "title": "Meetings", "section": "meetings", "shown": "met", "tabs": TABS, "three": selectors.MEETINGS_A_YEAR,
        "may_plan": acting.can(*WRITES),
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
    }  # fmt: skip
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
        pupils=[pupil],
        adults=adults_of([pupil.pk], today)[pupil.pk] - {request.user.pk},
        named=acting.can(P.CONTACT_VIEW),
    )

    def plan(cleaned):
        users, contacts, others = form.people
        return services.plan(
            school=pupil.school, kind=cleaned["kind"], pupils=[pupil], values=form.values, users=users,
            contacts=contacts, others=others, is_meant=cleaned["is_meant"], by=request.user,
        )  # fmt: skip

    return FormPage(
        form=form,
        save=plan,
        done="The meeting is planned. Nobody is told yet: “Tell people” sends the invitations.",
        then=address,
        page=lambda: _page(f"Plan a meeting about {pupil.name}", pupil, submit="Plan the meeting"),
        draft=f"meeting-plan-{pupil.pk}",
    ).respond(request)


@require_permission(*WRITES)
@form_page
def meeting_plan_group(request, pk):
    """A progress meeting: the pupils of a class whom one sees and who have a plan, each with notes of their own."""
    group = get_object_or_404(TeachingGroup.objects.filter(school=request.acting.school), pk=pk)
    planned = SupportPlan.objects.visible_to(request.acting).filter(closed_on=None)
    among = Pupil.objects.visible_to(request.acting).filter(form_group=group, pk__in=planned.values("pupil"))
    if not among:
        messages.info(request, f"Nobody in {group.name} has an open plan. Plan a meeting on a pupil's page.")
        return redirect("pupils:meeting-list")
    form = forms.ProgressMeetingForm(
        posted(request), school=group.school, among=among.by_name(), adults=[], named=False, initial={"minutes": 60}
    )

    def plan(cleaned):
        users, contacts, others = form.people
        return services.plan(
            school=group.school, kind=Meeting.Kind.PROGRESS, pupils=list(cleaned["pupils"]), values=form.values,
            users=users, contacts=contacts, others=others, is_meant=cleaned["is_meant"], by=request.user,
        )  # fmt: skip

    return FormPage(
        form=form,
        save=plan,
        done="The meeting is planned. Nobody is told yet: “Tell people” sends the invitations.",
        then=address,
        page={
            "title": f"Plan a progress meeting: {group.name}", "tab_title": "Plan a progress meeting",
            "section": "meetings", "crumbs": [LIST], "submit": "Plan the meeting", "cancel": LIST[1],
        },
        draft=f"meeting-plan-group-{group.pk}",
    ).respond(request)  # fmt: skip


@require_permission(*WRITES)
@form_page
def meeting_change(request, pk):
    meeting = _meeting(request, pk)
    _own_or_led(request, meeting.organiser_id)
    pupils = [part.pupil_id for part in meeting.pupils.all()]
    form = forms.ChangeMeetingForm(
        posted(request), meeting=meeting, school=meeting.school, pupils=pupils, named=request.acting.can(P.CONTACT_VIEW)
    )
    return FormPage(
        form=form,
        save=lambda cleaned: services.change(
            meeting=meeting, values=form.values, people=form.people, is_meant=cleaned["is_meant"],
            version=cleaned["version"], by=request.user,
        ),
        done="Changed. Who has to hear of it stands under People.",
        versioned=form.versioned(),
        then=address(meeting),
        page=_page("Change the meeting", _first(meeting), submit="Save the change", cancel=address(meeting)),
    ).respond(request)  # fmt: skip


@require_permission(*WRITES)
@form_page
def meeting_tell(request, pk):
    """Mail those who do not know of the meeting as it stands, or note how they were told."""
    meeting = _meeting(request, pk)
    _own_or_led(request, meeting.organiser_id)
    waiting = {person.pk for person in inviting.to_tell(meeting)}
    if not waiting:
        messages.info(request, "Everybody knows of the meeting as it stands.")
        return redirect(address(meeting))
    everybody = [*meeting.people.all(), *inviting.no_longer_invited(meeting)]
    people = [(person, name) for person, name in _named_people(request, everybody) if person.pk in waiting]
    addresses = {person.pk: inviting.address_of(person) for person, _ in people}
    form = forms.TellForm(posted(request), people=people, addresses=addresses)

    def told(counts):
        mails, noted = counts
        return f"{mails} email{'' if mails == 1 else 's'} on the way, {noted} noted as told in another way."

    return FormPage(
        form=form,
        save=lambda cleaned: inviting.tell(meeting=meeting, how=form.how, by=request.user),
        done=told,
        then=address(meeting),
        page=_page(
            "Tell people of the meeting", _first(meeting), submit="Send and note", cancel=address(meeting),
            lead="The email gives the day, time and place with a file for a calendar. It names no child and no reason.",
        ),
        versioned=Versioned(values=nothing),
    ).respond(request)  # fmt: skip


@require_permission(*READS)
@require_POST
@pressed_once
def meeting_pdf(request, pk):
    """Begin the page that parents take home."""
    return _print(request, _meeting(request, pk), jobs.SUMMARY)


@require_permission(*WRITES)
@require_POST
@pressed_once
def meeting_letter(request, pk):
    """Begin the letter that invites one parent."""
    person = get_object_or_404(MeetingPerson.objects.visible_to(request.acting).exclude(contact=None), pk=pk)
    return _print(request, _meeting(request, person.meeting_id), jobs.LETTER, person=person.pk)


def _print(request, meeting, what, **more):
    if meeting.cancelled_on:
        messages.warning(request, str(Refused(ChildMeetingReason.NOTHING_TO_PRINT)))
        return redirect(address(meeting))
    return redirect("job-detail", pk=jobs.start(meeting, what=what, acting=request.acting, **more).pk)


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
        "people": _named_people(request, meeting.people.all()),
        "parts": meeting.pupils.all(),
        "actions": selectors.with_rights(acting, selectors.agreed_at(meeting, acting)),
        "from_before": selectors.with_rights(acting, selectors.open_before(meeting, acting)),
        "may_write": may_write,
        "today": timezone.localdate(),
        "met": selectors.met_parents([pupil.pk], timezone.localdate())[pupil.pk],
        "three": selectors.MEETINGS_A_YEAR,
        "untold": {person.pk for person in inviting.to_tell(meeting)},
        "gone": [name for _, name in _named_people(request, inviting.no_longer_invited(meeting))],
        "letters": {
            person.pk for person in meeting.people.all() if person.contact and person.contact.may_be_written_to
        },
    }
    return render(request, "pupils/meeting_detail.html", context)


def _named_people(request, people):
    """[(person, what the page calls them)]. Who does not see contacts meets no parent's name."""
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
        posted(request),
        meeting=meeting,
        parts=list(meeting.pupils.all()),
        people=_named_people(request, meeting.people.all()),
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
            | {
                "from_before": selectors.with_rights(request.acting, selectors.open_before(meeting, request.acting)),
                "meeting": meeting,
            }
        ),
        draft=f"meeting-hold-{meeting.pk}",
        leaves=("words_checked",),
        template="pupils/meeting_hold.html",
        versioned=form.versioned(),
    ).respond(request)


@require_permission(*WRITES)
@form_page
def meeting_not_held(request, pk):
    meeting = _meeting(request, pk)
    _own_or_led(request, meeting.organiser_id)
    return ConfirmPage(
        act=lambda: services.not_held(meeting=meeting, by=request.user),
        done="Taken back: the meeting is still to come. What is written stays.",
        then=address(meeting),
        refused_to=address(meeting),
        page=_page(
            "It was not held", _first(meeting), submit="It was not held", cancel=address(meeting),
            explanation="The meeting counts as planned again, and nobody as having come. Notes and actions stay.",
        ),
    ).respond(request)  # fmt: skip


@require_permission(*WRITES)
@form_page
def meeting_call_off(request, pk):
    meeting = _meeting(request, pk)
    _own_or_led(request, meeting.organiser_id)
    return FormPage(
        form=forms.CallOffForm(posted(request)),
        save=lambda cleaned: services.call_off(meeting=meeting, by=request.user, **cleaned),
        done="Called off. “Tell people” says so to those who were invited.",
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
    names = ("pupil", "text", "owner", "owner_name", "due_on", "version")
    initial = {name: getattr(action, name) for name in names}
    return _action(request, action, "Change what is agreed", initial)


def _seen_action(request, pk):
    rows = MeetingAction.objects.visible_to(request.acting)
    return get_object_or_404(rows.select_related("meeting__school", "pupil", "owner"), pk=pk)


def _action(request, action, title, initial):
    seen = Pupil.objects.visible_to(request.acting)
    pupils = [part.pupil for part in action.meeting.pupils.filter(pupil__in=seen).select_related("pupil")]
    form = forms.ActionForm(posted(request), school=action.meeting.school, pupils=pupils, initial=initial)
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
    initial = {"state": action.state, "word": action.word, "version": action.version}
    opens = Meeting.objects.visible_to(request.acting).filter(pk=action.meeting_id).exists()
    back = address(action.meeting) if opens else _tab(action.pupil)
    form = forms.SettleForm(posted(request), initial=initial)
    return FormPage(
        form=form,
        save=lambda cleaned: services.settle_action(action=action, by=request.user, **cleaned),
        done="Kept.",
        then=back,
        page=_page("What came of it", action.pupil, submit="Save", cancel=back, lead=action.text),
        versioned=Versioned(values=form.values_of),
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


@require_permission(*WRITES)
@form_page
def contact_log_remove(request, pk):
    rows = ContactLog.objects.visible_to(request.acting).filter(removed_on=None).select_related("pupil__school")
    row = get_object_or_404(rows, pk=pk)
    _own_or_led(request, row.by_id)
    return ConfirmPage(
        act=lambda: services.remove_contact(row=row, by=request.user),
        done="Removed from the contact log.",
        then=_tab(row.pupil),
        page=_page(
            "Remove this contact", row.pupil, submit="Remove it", danger=True,
            explanation="It leaves the log, as when it was noted on the wrong child. It stays in the history.",
        ),
    ).respond(request)  # fmt: skip


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


# --- Parents' evenings -------------------------------------------------------------------------------------------
def _evening(request, pk):
    rows = ParentsEvening.objects.visible_to(request.acting).select_related("school")
    return get_object_or_404(rows, pk=pk)


def _evening_page(title, evening=None, **more):
    crumbs = [LIST] + ([(evening.name, _evening_address(evening))] if evening else [])
    cancel = _evening_address(evening) if evening else LIST[1]
    return {
        "title": title, "tab_title": more.get("submit") or "Parents' evening", "section": "meetings",
        "crumbs": crumbs, "cancel": cancel,
    } | more  # fmt: skip


def _evening_address(evening):
    return reverse("pupils:evening-detail", args=[evening.pk])


@require_permission(P.SUPPORT_LEAD)
@form_page
def evening_add(request):
    evening = ParentsEvening(school=request.acting.school)
    return _evening_form(request, evening, _evening_page("Set up a parents' evening", submit="Set it up"), users=[])


@require_permission(P.SUPPORT_LEAD)
@form_page
def evening_edit(request, pk):
    evening = _evening(request, pk)
    users = [row.user_id for row in evenings.teachers_of(evening)]
    return _evening_form(request, evening, _evening_page("Change the evening", evening, submit="Save"), users=users)


def _evening_form(request, evening, page, *, users):
    form = forms.EveningForm(posted(request), school=request.acting.school, instance=evening, initial={"users": users})
    return FormPage(
        form=form,
        save=lambda cleaned: evenings.save(
            evening=evening, values=form.values, users=list(cleaned["users"]), version=cleaned["version"],
            is_meant=cleaned["is_meant"], by=request.user,
        ),
        done="Kept.",
        then=_evening_address,
        page=page,
        versioned=form.versioned(),
    ).respond(request)  # fmt: skip


@require_permission(*READS)
@require_GET
def evening_detail(request, pk):
    """Who meets whom at which time. The child of a meeting is named for whoever sees that child."""
    evening = _evening(request, pk)
    seen = set(
        Pupil.objects.visible_to(request.acting).filter(own_meetings__evening=evening).values_list("pk", flat=True)
    )
    lines = evenings.lines_of(evening)
    context = _evening_page(evening.name) | {
        "evening": evening,
        "lines": lines,
        "teachers": [row for row, _ in lines[0].cells] if lines else [],
        "seen": seen,
        "may_lead": request.acting.can(P.SUPPORT_LEAD),
        "opens": set(Meeting.objects.visible_to(request.acting).filter(evening=evening).values_list("pk", flat=True)),
        "may_book": request.acting.can(*WRITES) and evening.on >= timezone.localdate(),
    }
    return render(request, "pupils/evening_detail.html", context)


@require_permission(*WRITES)
@form_page
def evening_book(request, pk):
    """Take a time for the parents of a pupil in view who is on the register or has a plan: one's own time, or by who
    leads support that of anybody.
    """
    rows = EveningTeacher.objects.visible_to(request.acting).filter(removed_on=None)
    row = get_object_or_404(rows.select_related("evening__school", "user"), pk=pk)
    evening = row.evening
    if row.user_id != request.user.pk and not request.acting.can(P.SUPPORT_LEAD):
        messages.info(request, f"The times of {row.user.name} are given out by {row.user.name} or a support lead.")
        return redirect(_evening_address(evening))
    times = evenings.free_times(row)
    if not times:
        messages.info(request, f"Every time of {row.user.name} is taken.")
        return redirect(_evening_address(evening))
    among = selectors.with_plan_or_status(request.acting).select_related("form_group").by_name()
    return FormPage(
        form=forms.BookForm(posted(request), among=among, times=times, initial={"at": request.GET.get("at", "")}),
        save=lambda cleaned: evenings.book(
            evening=evening, user=row.user, at=cleaned["at"], pupil=cleaned["pupil"], by=request.user
        ),
        done="The time is taken. Nobody is told yet: “Tell the parents” sends the invitations.",
        then=_evening_address(evening),
        page=_evening_page(f"Meet {row.user.name}", evening, submit="Take this time"),
    ).respond(request)


@require_permission(P.SUPPORT_LEAD)
@form_page
def evening_tell(request, pk):
    evening = _evening(request, pk)

    def told(counts):
        mails, left = counts
        rest = f" {left} without an address: tell them in another way, on the page of their meeting." if left else ""
        return f"{mails} email{'' if mails == 1 else 's'} on the way.{rest}"

    return ConfirmPage(
        act=lambda: evenings.tell_all(evening=evening, acting=request.acting),
        done=told,
        then=_evening_address(evening),
        page=_evening_page(
            "Tell the parents", evening, submit="Send the invitations",
            explanation="Each parent who has a time and does not know it yet gets an email with the day, the time and "
            "the place; each who was told and is not expected any more, that. It names no child.",
        ),
    ).respond(request)  # fmt: skip


@require_permission(P.SUPPORT_LEAD)
@form_page
def evening_remove(request, pk):
    evening = _evening(request, pk)
    return ConfirmPage(
        act=lambda: evenings.remove(evening=evening, by=request.user),
        done="The evening is removed.",
        then=str(LIST[1]),
        refused_to=_evening_address(evening),
        page=_evening_page(
            "Remove the evening", evening, submit="Remove it", danger=True,
            explanation="It can be removed while no time of it is taken.",
        ),
    ).respond(request)  # fmt: skip
