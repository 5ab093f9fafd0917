"""The deployment board: where each adult is in a week, with which class or pupils, doing what."""

from collections import Counter, defaultdict
from datetime import date, timedelta

from django.contrib import messages
from django.db import transaction
from django.db.models import Max
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from pupils.deployment import selectors as deployment
from pupils.deployment.services import carry_pupils, let_read, set_pupils
from sendco.clock import short_date
from sendco.formkit.page import FormPage, form_page, posted
from sendco.formkit.versions import Versioned, nothing
from sendco.refusals import Refused
from staff.absences.selectors import may_know_reasons
from staff.access import require_permission
from staff.board import selectors as boards
from staff.board import services
from staff.board.forms import BeginTimetableForm
from staff.models import Slot, StaffMember
from staff.models.posts import WEEKDAYS
from staff.permissions import Permission as P
from staff.posts.selectors import own_record
from staff.posts.views import crumbs as staff_crumbs
from staff.posts.views import member_in_view, page_of, tabs_of
from staff.weeks import monday_of

from . import drawing, forms
from .skills import lacking

SEES_BOARD = (P.STAFF_VIEW, P.STAFF_VIEW_UNIT)
CHANGED_MEANWHILE = "Somebody else moved this slot meanwhile. Nothing was changed: look at where it is now."


def board_address(week=None, **more):
    query = "&".join(f"{name}={value}" for name, value in ({"week": week} | more).items() if value)
    return f"{reverse('board')}?{query}" if query else reverse("board")


def _crumbs(week=None):
    return [("Deployment board", board_address(week))]


def _may_plan(acting):
    return acting.can(P.BOARD_EDIT)


# --- The board ---
@require_permission(*SEES_BOARD)
@require_GET
def board(request):
    acting = request.acting
    chosen = forms.BoardFilter(request.GET, acting=acting)
    week = _board(acting, chosen.day, chosen.members(acting))
    context = {
        "title": "Deployment board",
        "section": "board",
        "filter": chosen,
        "shown": chosen.shown,
        "by": forms.BY,
        "board": week,
        "week": week.week,
        "head": drawing.head(week),
        "rows": _rows(acting, chosen, week),
        "may_edit": _may_plan(acting),
        "may_set_up": acting.can(P.TIMETABLE_EDIT),
        "seen": Slot.history.aggregate(last=Max("history_id"))["last"] or 0,
        "kept": chosen.kept,
        "is_empty": not week.adults,
    }
    return render(request, "pages/board/board.html", context)


def _board(acting, day, members):
    """The week as this person may see it: of days that have passed they know who was away in their own line."""
    return boards.board(acting.school, day, members, past_known_of=may_know_reasons(acting))


def _placed(week):
    return [slot for adult in week.adults for slots in adult.by_day.values() for slot in slots]


def _names(acting, slots):
    """({slot: first names}, {slot: how many children are not in view})."""
    with_pupils = [slot.pk for slot in slots if not slot.group]
    if not with_pupils:
        return {}, {}
    found = deployment.pupils_of_slots(with_pupils, acting)
    return (
        {pk: [pupil.forename for pupil in pupils] for pk, pupils in found.items()},
        deployment.hidden_in_slots(with_pupils, acting),
    )


def _rows(acting, chosen, week):
    days = [one.day for one in week.week.days]
    slots = _placed(week)
    if chosen.shown == "adult":
        names, hidden = _names(acting, slots)
        return drawing.rows_by_adult(week, names, hidden, may_edit=_may_plan(acting))
    adults = {adult.member.pk: adult.member.name for adult in week.adults}
    lines = defaultdict(list)
    if chosen.shown == "class":
        for slot in slots:
            if slot.group:
                lines[week.groups[slot.group]].append((slot, adults[slot.member]))
        ordered = sorted(lines.items())
    else:
        pupils = deployment.pupils_to_read({slot.pk: slot.group for slot in slots}, acting)
        order = {}
        for slot in slots:
            for pupil in pupils.get(slot.pk, ()):
                order[pupil.pk] = (pupil.sort_name, pupil.name)
                lines[pupil.pk].append((slot, adults[slot.member]))
        ordered = [(order[pk][1], lines[pk]) for pk in sorted(lines, key=lambda pk: (order[pk], pk))]
    return drawing.rows_by(ordered, days)


@require_permission(*SEES_BOARD)
@require_GET
def board_hours(request):
    """Contracted against deployed minutes of a week, who has no time with the teacher, whose day lacks its break."""
    acting = request.acting
    chosen = forms.BoardFilter(request.GET, acting=acting)
    week = _board(acting, chosen.day, chosen.members(acting))
    # Teachers whose own lessons stand on the board have no teacher to speak with.
    support = set(StaffMember.objects.filter(posts__staff_group__in=boards.SUPPORTS).values_list("pk", flat=True))
    without = [adult for adult in week.without_teacher_time if adult.member.pk in support]
    context = {
        "title": "Hours of the week",
        "section": "board",
        "crumbs": _crumbs(week.week.monday),
        "board": week,
        "week": week.week,
        "without_teacher_time": without,
        "classes": _classes_without(week, without),
        "no_break": [adult for adult in week.adults if adult.no_break],
    }
    return render(request, "pages/board/hours.html", context)


def _classes_without(week, adults):
    """[(class, lessons supported by adults without time with the teacher)], by name."""
    found = Counter(
        week.groups[slot.group]
        for adult in adults
        for slots in adult.by_day.values()
        for slot in slots
        if slot.kind.makes_busy and slot.group
    )
    return sorted(found.items())


# --- One adult's week ---
@require_permission(P.STAFF_OWN, *SEES_BOARD)
@require_GET
def member_week(request, pk):
    return _week_page(request, member_in_view(request, pk))


@require_permission(P.STAFF_OWN)
@require_GET
def my_week(request):
    member = own_record(request.acting)
    if member is None:
        return render(request, "pages/board/no_record.html", {"title": "My week", "section": "my-week"})
    return _week_page(request, member)


def _week_page(request, member):
    """Where one adult is in a week, for reading and for one printed page."""
    acting = request.acting
    chosen = forms.BoardFilter(request.GET, acting=acting)
    week = _board(acting, chosen.day, StaffMember.objects.filter(pk=member.pk))
    adult = week.adults[0]
    slots = _placed(week)
    pupils = deployment.pupils_of_slots([slot.pk for slot in slots], acting)
    hidden = deployment.hidden_in_slots([slot.pk for slot in slots], acting)
    days = [
        {
            "day": one.day,
            "work": one,
            "note": "INSET day" if one.is_inset else week.week.notes.get(one.day, ""),
            "worked": adult.worked.get(one.day, []),
            "is_away": bool(adult.away.get(one.day)),
            "hours": adult.by_day_hours[one.day],
            "slots": [
                {
                    "slot": slot,
                    "group": week.groups.get(slot.group, ""),
                    "pupils": pupils.get(slot.pk, []),
                    "hidden": hidden.get(slot.pk, 0),
                    "faults": [drawing.FAULTS[fault] for fault in slot.faults],
                }
                for slot in adult.by_day[one.day]
            ],
        }
        for one in week.week.days
    ]
    context = page_of(request, member, member.name) | tabs_of(request, member, "week")
    context |= {
        "crumbs": staff_crumbs(request),
        "week": week.week,
        "adult": adult,
        "days": days,
        "today": acting.today,
        "may_edit": _may_plan(acting) and StaffMember.objects.visible_to(acting).filter(pk=member.pk).exists(),
    }
    return render(request, "pages/board/member_week.html", context)


# --- Placing and moving ---
def slots_in_view(request):
    rows = Slot.objects.visible_to(request.acting)
    return rows.select_related("member__school", "kind", "group", "timetable", "skill")


def _week_asked(request):
    chosen = forms.BoardFilter(request.GET, acting=request.acting)
    return chosen.day


def _slot_page(title, *, week, submit="", **more):
    page = {"title": title, "section": "board", "crumbs": _crumbs(week), "submit": submit}
    return page | {"cancel": board_address(week)} | more


@require_permission(P.BOARD_EDIT)
@form_page
def slot_add(request):
    """Place an adult on one or several days of the week."""
    acting, day = request.acting, _week_asked(request)
    timetable = boards.timetable_on(acting.school, max(day, acting.today)) or boards.timetable_on(acting.school, day)
    if timetable is None:
        messages.warning(request, "A timetable is needed first: the school's day stands in it.")
        return redirect("timetable-begin" if acting.can(P.TIMETABLE_EDIT) else "board")
    initial = {}
    if (member := request.GET.get("member", "")).isdecimal() and len(member) < 19:
        initial["member"] = int(member)
    form = forms.PlaceForm(posted(request), acting=acting, timetable=timetable, day=day, initial=initial)

    def save(cleaned):
        with transaction.atomic():
            return _place(request, form, cleaned, timetable)

    return FormPage(
        form=form,
        save=save,
        done=lambda answer: _placed_words(request, *answer),
        then=board_address(monday_of(day)),
        page=_slot_page("Place an adult", week=monday_of(day), submit="Place"),
    ).respond(request)


def _place(request, form, cleaned, timetable):
    by_times = defaultdict(list)
    for weekday, times in form.times.items():
        by_times[times].append(weekday)
    pupils, placed = list(cleaned["pupils"]), []
    shared = form.shared_values() | {name: cleaned[name] for name in ("starts_on", "ends_on")}
    for (starts_at, ends_at), weekdays in by_times.items():
        placed += services.place(
            member=cleaned["member"],
            timetable=timetable,
            weekdays=weekdays,
            values=shared | {"starts_at": starts_at, "ends_at": ends_at},
            by=request.user,
        )
    for slot in placed:
        set_pupils(slot=slot, pupils=pupils, by=request.user)
    given = []
    user = cleaned["member"].user
    if cleaned.get("let_read") and user:
        group = cleaned["group"] if request.acting.can(P.SCHOOL_EDIT) else None
        given = let_read(user=user, group=group, pupils=pupils, from_on=cleaned["starts_on"], by=request.user)
    return placed, given


def _placed_words(request, placed, given):
    member = placed[0].member
    if given:
        messages.info(request, f"{member.name} may now read about {', '.join(given)}.")
    for words in _faults(request, placed):
        messages.warning(request, words)
    days = ", ".join(WEEKDAYS[slot.weekday] for slot in sorted(placed, key=lambda slot: slot.weekday))
    return f"{member.name} placed: {days}."


def _first_weeks(placed):
    """{Monday: the slots that stand first in its week}: of one placed on a Saturday that is the next."""
    found = defaultdict(set)
    for slot in placed:
        first = slot.starts_on + timedelta(days=(slot.weekday - slot.starts_on.weekday()) % 7)
        found[monday_of(first)].add(slot.pk)
    return found


def _faults(request, placed):
    """What is wrong with slots just placed, in words, of the first week in which each stands."""
    if not placed:
        return []
    member, wrong = placed[0].member, defaultdict(list)
    for monday, keys in sorted(_first_weeks(placed).items()):
        week = boards.board(request.acting.school, monday, StaffMember.objects.filter(pk=member.pk))
        for slot in _placed(week):
            if slot.pk in keys:
                for fault in slot.faults:
                    wrong[fault].append(WEEKDAYS[slot.day.weekday()])
    said = {
        "outside": "{member} does not work then: {days}. Check the slot or the working pattern.",
        "doubled": "{member} is in two places at once: {days}. Move one of the slots.",
        "away": "{member} is away then: {days}.",
        "untrained": "{member} holds no certificate that stands for what this slot needs: {days}.",
    }
    words = [said[fault].format(member=member.name, days=", ".join(days)) for fault, days in wrong.items()]
    pupils = deployment.pupils_of_slots([placed[0].pk], request.acting).get(placed[0].pk, [])
    for skill, who in lacking(request.acting, member, pupils, placed[0].starts_on):
        names = ", ".join(pupil.name for pupil in who)
        words.append(f"{member.name} holds no certificate for {skill.name}, which {names} needs.")
    return words


@require_permission(P.STAFF_OWN, *SEES_BOARD)
@require_GET
def slot_detail(request, pk):
    slot = get_object_or_404(slots_in_view(request), pk=pk)
    acting = request.acting
    pupils = deployment.pupils_of_slots([slot.pk], acting).get(slot.pk, [])
    to_read = deployment.pupils_to_read({slot.pk: slot.group_id}, acting).get(slot.pk, [])
    knows = acting.can(P.TRAINING_EDIT) or StaffMember.objects.open_to(acting).filter(pk=slot.member_id).exists()
    context = _slot_page(f"{slot.member.name}, {slot}", week=None) | {
        "slot": slot,
        "pupils": pupils,
        "lacking": lacking(acting, slot.member, pupils, acting.today) if knows else [],
        "of_class": [] if pupils else to_read,
        "hidden": deployment.hidden_in_slots([slot.pk], acting).get(slot.pk, 0),
        "may_edit": _may_plan(acting),
        "today": acting.today,
        "back": reverse("member-week", args=[slot.member_id]),
    }
    if not any(acting.can(permission) for permission in SEES_BOARD):
        context |= {"crumbs": [("My week", reverse("my-week"))], "section": "my-week"}
    return render(request, "pages/board/slot.html", context)


@require_permission(P.BOARD_EDIT)
@form_page
def slot_edit(request, pk):
    slot = get_object_or_404(slots_in_view(request), pk=pk)
    acting = request.acting
    day = max(acting.today, slot.starts_on)
    pupils = deployment.pupils_of_slots([slot.pk], acting).get(slot.pk, [])
    names = ("member", "kind", "week", "group", "doing", "place", "skill", "starts_at", "ends_at", "ends_on", "version")
    initial = {name: getattr(slot, name) for name in names} | {
        "weekday": str(slot.weekday),
        "pupils": pupils,
        "from_on": day,
    }
    form = forms.SlotForm(posted(request), acting=acting, timetable=slot.timetable, day=day, initial=initial)

    def save(cleaned):
        weekday = int(cleaned["weekday"])
        starts_at, ends_at = form.times[weekday]
        values = form.shared_values() | {
            "member": cleaned["member"],
            "weekday": weekday,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "ends_on": cleaned["ends_on"],
        }
        with transaction.atomic():
            changed = services.change_slot(
                slot=slot, values=values, from_on=cleaned["from_on"], version=cleaned["version"], by=request.user
            )
            # Children whom this person may not see stay in the slot.
            kept = [row.pupil for row in slot.pupils.select_related("pupil") if row.pupil not in pupils]
            set_pupils(slot=changed, pupils=[*kept, *cleaned["pupils"]], by=request.user)
        return changed

    def done(changed):
        for words in _faults(request, [changed]):
            messages.warning(request, words)
        return "Slot saved."

    return FormPage(
        form=form,
        save=save,
        done=done,
        then=lambda changed: reverse("slot-detail", args=[changed.pk]),
        page=_slot_page(f"Change the slot of {slot.member.name}", week=None, submit="Save slot")
        | {"cancel": reverse("slot-detail", args=[pk])},
        versioned=Versioned(values=lambda row: {name: getattr(row, name) for name in names if name != "version"}),
    ).respond(request)


@require_permission(P.BOARD_EDIT)
@require_POST
def slot_move(request, pk):
    """What dragging a slot does: another adult or another day, from the week shown on."""
    slot = get_object_or_404(slots_in_view(request), pk=pk)
    form = forms.MoveForm(request.POST)
    if not form.is_valid():
        raise Http404
    asked = form.cleaned_data
    members = boards.members_on_board(request.acting, asked["week"])
    member = get_object_or_404(members, pk=asked["member"])
    back = board_address(monday_of(asked["week"]))
    if slot.history.filter(history_id__gt=asked["seen"]).exists():
        messages.warning(request, CHANGED_MEANWHILE)
        return redirect(back)
    from_on = max(request.acting.today, monday_of(asked["week"]), slot.starts_on)
    try:
        changed = _move(request, slot, member, asked["weekday"], from_on)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect(back)
    for words in _faults(request, [changed]):
        messages.warning(request, words)
    day = WEEKDAYS[asked["weekday"]]
    messages.success(request, f"Moved to {member.name}, {day}, from {short_date(from_on)} on.")
    return redirect(back)


@transaction.atomic
def _move(request, slot, member, weekday, from_on):
    changed = services.change_slot(
        slot=slot, values={"member": member, "weekday": weekday}, from_on=from_on, version=slot.version, by=request.user
    )
    if changed.pk != slot.pk:
        carry_pupils(pairs=[(slot.pk, changed.pk)], by=request.user)
    return changed


@require_permission(P.BOARD_EDIT)
@form_page
def slot_remove(request, pk):
    slot = get_object_or_404(slots_in_view(request), pk=pk)
    return FormPage(
        form=forms.RemoveForm(posted(request), initial={"version": slot.version}),
        save=lambda cleaned: services.remove_slot(slot=slot, by=request.user, **cleaned),
        done="Taken off the board. Weeks before stay as they were.",
        then=board_address(),
        page=_slot_page(f"Take {slot.member.name} off this slot", week=None, submit="Take off")
        | {"cancel": reverse("slot-detail", args=[pk])},
        versioned=Versioned(values=nothing, words=CHANGED_MEANWHILE),
    ).respond(request)


# --- Timetables, where slots with children are copied ---
@require_permission(P.TIMETABLE_EDIT)
@form_page
def timetable_begin(request):
    acting = request.acting
    before = boards.timetable_on(acting.school, date.max) or boards.timetable_on(acting.school, acting.today)
    form = BeginTimetableForm(posted(request), before=before)

    def save(cleaned):
        with transaction.atomic():
            copies = before if cleaned.pop("copies", False) else None
            timetable, copied = services.begin_timetable(
                school=acting.school, copies=copies, by=request.user, **cleaned
            )
            carry_pupils(pairs=copied, by=request.user)
        return timetable, len(copied)

    page = {
        "title": "Begin a timetable",
        "section": "board",
        "crumbs": [*_crumbs(), ("Timetables", reverse("staff:timetable-list"))],
        "submit": "Begin timetable",
        "cancel": reverse("staff:timetable-list"),
        "before": before,
        "to_come": _slots_to_come(before, acting.today),
    }
    return FormPage(
        form=form,
        save=save,
        done=lambda answer: f"{answer[0].name} begun, with {answer[1]} slots taken over.",
        then=lambda answer: (
            reverse("staff:periods-edit", args=[answer[0].pk])
            if not boards.periods_of(answer[0])
            else reverse("staff:timetable-detail", args=[answer[0].pk])
        ),
        page=page,
        template="pages/board/timetable_begin.html",
    ).respond(request)


def _slots_to_come(timetable, today):
    if timetable is None:
        return 0
    ahead = timetable.slots.exclude(ends_on__lt=today)
    return ahead.count()
