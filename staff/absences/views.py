"""Who is away: recorded in one place, shown with what it leaves uncovered, and its return noted."""

from datetime import timedelta
from functools import partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.formkit.versions import Versioned

from ..access import require_permission
from ..board import selectors as boards
from ..models import Absence, StaffMember
from ..permissions import Permission as P
from ..posts.views import crumbs, open_member, page_of, tabs_of
from . import covering, forms, selectors, services

ONE_DAY = timedelta(days=1)
# A long absence uncovers the same slots week after week: the page shows the first weeks.
WEEKS_SHOWN = 2


def absence_in_view(request, pk):
    return get_object_or_404(Absence.objects.visible_to(request.acting).select_related("member__school"), pk=pk)


def sees_board(acting):
    return acting.can(P.STAFF_VIEW) or acting.can(P.STAFF_VIEW_UNIT)


@require_permission(P.ABSENCE_EDIT, P.STAFF_OWN)
@require_GET
def absence_list(request):
    """Who is away on a day, and what that leaves uncovered for those who plan the board."""
    acting = request.acting
    asked = forms.DayForm(request.GET)
    day = asked.cleaned_data["day"] if asked.is_valid() else acting.today
    away = selectors.away_on(acting, day)
    editable = set(
        Absence.objects.visible_to(acting).filter(pk__in=[one.absence.pk for one in away]).values_list("pk", flat=True)
        if acting.can(P.ABSENCE_EDIT)
        else ()
    )
    context = {
        "title": "Who is away",
        "section": "absences",
        "day": day,
        "before": day - ONE_DAY,
        "after": day + ONE_DAY,
        "is_today": day == acting.today,
        "away": away,
        "editable": editable,
        "may_record": acting.can(P.ABSENCE_EDIT),
        "may_cover": acting.can(P.PROVISION_EDIT) and day >= acting.today,
        "uncovered": _uncovered(acting, day) if sees_board(acting) and away else None,
    }
    return render(request, "staff/absence_list.html", context)


def _uncovered(acting, day):
    board = boards.board(acting.school, day, boards.who_support(boards.members_on_board(acting, day)))
    return _with_cover(acting, board, boards.uncovered_in(board, days=[day]))


def _with_cover(acting, board, uncovered):
    """[(slot that its adult does not hold, name of the group)], with who stands in."""
    covered = covering.covered_slots(acting.school, board.week.days[0].day, board.week.days[-1].day)
    found = []
    for one in uncovered:
        one.covered_by = covered.get((one.slot.pk, one.slot.day), [])
        found.append((one, board.groups.get(one.slot.group, "")))
    return found


@require_permission(P.ABSENCE_EDIT)
@require_GET
def absence_detail(request, pk):
    absence = absence_in_view(request, pk)
    acting = request.acting
    member = absence.member
    weeks = _weeks_uncovered(acting, absence) if sees_board(acting) else None
    context = page_of(request, member, f"{member.name} is away") | {
        "crumbs": [("Who is away", reverse("staff:absence-list"))],
        "section": "absences",
        "absence": absence,
        "member": member,
        "may_know": member.pk in selectors.may_know_reasons(acting),
        "weeks": weeks,
        "number": sum(len(rows) for _, rows in weeks) if weeks is not None else 0,
        "goes_on": absence.ends_on is None or absence.ends_on > _last_shown(absence, acting.today),
        "may_cover": acting.can(P.PROVISION_EDIT) and (absence.ends_on is None or absence.ends_on >= acting.today),
        "cover_on": max(absence.starts_on, acting.today),
        "may_note_return": absence.returned_on is None and absence.starts_on <= acting.today,
    }
    return render(request, "staff/absence_detail.html", context)


def _last_shown(absence, today):
    first = max(absence.starts_on, min(today, absence.ends_on or today))
    return first - timedelta(days=first.weekday()) + timedelta(weeks=WEEKS_SHOWN) - ONE_DAY


def _weeks_uncovered(acting, absence):
    """[(Monday, what is uncovered)] of the weeks shown, from today's on for one that goes on."""
    last = _last_shown(absence, acting.today)
    monday = last - timedelta(weeks=WEEKS_SHOWN) + ONE_DAY
    found = []
    while monday <= min(last, absence.ends_on or last):
        board = boards.board(acting.school, monday, boards.who_support(boards.members_on_board(acting, monday)))
        uncovered = [
            one for one in boards.uncovered_in(board)
            if one.member.pk == absence.member_id and selectors.stretch_on(absence, one.slot.day)
        ]  # fmt: skip
        found.append((monday, _with_cover(acting, board, uncovered)))
        monday += timedelta(weeks=1)
    return found


@require_permission(P.ABSENCE_EDIT)
@form_page
def absence_add(request):
    acting = request.acting
    known = selectors.may_know_reasons(acting)
    form = forms.AbsenceForm(posted(request), acting=acting, known=known, initial=_asked_for(request))

    def save(cleaned):
        return services.save_absence(member=cleaned["member"], absence=None, by=request.user, **form.values)

    page = {
        "title": "Record an absence",
        "section": "absences",
        "crumbs": [("Who is away", reverse("staff:absence-list"))],
        "submit": "Record absence",
        "cancel": reverse("staff:absence-list"),
    }
    return FormPage(
        form=form,
        save=save,
        done=lambda absence: f"Recorded: {absence.member.name} is away.",
        then=partial(_after_recording, acting),
        page=page,
        template="staff/absence_form.html",
    ).respond(request)


def _after_recording(acting, absence):
    """To what the absence uncovers next, where a floor above plans that; else to the absence."""
    return covering.page_after(acting, absence) or reverse("staff:absence-detail", args=[absence.pk])


def _asked_for(request):
    member = request.GET.get("member", "")
    return {"member": int(member)} if member.isdecimal() and len(member) < 19 else {}


@require_permission(P.ABSENCE_EDIT)
@form_page
def absence_edit(request, pk):
    absence = absence_in_view(request, pk)
    known = selectors.may_know_reasons(request.acting)
    names = ("starts_on", "ends_on", "starts_at", "ends_at", "reason", "version")
    initial = {name: getattr(absence, name) for name in names}
    form = forms.AbsenceForm(posted(request), acting=request.acting, known=known, absence=absence, initial=initial)
    back = reverse("staff:absence-detail", args=[pk])

    def save(cleaned):
        return services.save_absence(
            member=absence.member, absence=absence, version=cleaned["version"], by=request.user, **form.values
        )

    page = page_of(request, absence.member, f"Change the absence of {absence.member.name}", submit="Save absence")
    return FormPage(
        form=form,
        save=save,
        done="Absence saved.",
        then=back,
        page=page | {"section": "absences", "cancel": back},
        template="staff/absence_form.html",
        versioned=Versioned(values=lambda row: {name: getattr(row, name) for name in form.fields if name != "version"}),
    ).respond(request)


@require_permission(P.ABSENCE_EDIT)
@form_page
def absence_return(request, pk):
    absence = absence_in_view(request, pk)
    back = reverse("staff:absence-detail", args=[pk])

    def save(cleaned):
        return services.note_return(absence=absence, returned_on=cleaned["returned_on"], by=request.user)

    page = page_of(request, absence.member, f"{absence.member.name} is back", submit="Note the return")
    return FormPage(
        form=forms.ReturnForm(posted(request)),
        save=save,
        done=lambda row: f"Noted: {row.member.name} is back.",
        then=back,
        page=page | {"section": "absences", "cancel": back},
        refused_on="returned_on",
    ).respond(request)


@require_permission(P.ABSENCE_EDIT)
@form_page
def absence_remove(request, pk):
    absence = absence_in_view(request, pk)
    back = reverse("staff:absence-detail", args=[pk])
    page = page_of(request, absence.member, "Remove this absence?", submit="Remove absence", cancel=back) | {
        "section": "absences",
        "explanation": f"Remove an absence of {absence.member.name} that was recorded by mistake.",
        "danger": True,
        "cancel_words": "Keep it",
    }
    return ConfirmPage(
        act=partial(services.remove_absence, absence=absence, by=request.user),
        done="Absence removed.",
        then=reverse("staff:absence-list"),
        refused_to=back,
        page=page,
    ).respond(request)


@require_permission(P.STAFF_OWN)
@require_GET
def member_absences(request, pk):
    """An adult's absences, for the adult and whoever leads them."""
    member = open_member(request, pk)
    context = page_of(request, member, f"Absences of {member.name}") | tabs_of(request, member, "absences")
    context |= {
        "crumbs": crumbs(request),
        "absences": selectors.absences_of(member),
        "today": request.acting.today,
        "may_record": request.acting.can(P.ABSENCE_EDIT)
        and StaffMember.objects.led_by(request.acting).filter(pk=member.pk).exists(),
    }
    return render(request, "staff/member_absences.html", context)
