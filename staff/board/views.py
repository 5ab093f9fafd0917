"""The school's day and the kinds of slots: what the deployment board stands on."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.formkit.versions import Versioned

from ..access import require_permission
from ..models import SlotKind, Timetable
from ..permissions import Permission as P
from . import forms, selectors, services


def timetable_in_view(request, pk):
    return get_object_or_404(Timetable.objects.visible_to(request.acting).select_related("school"), pk=pk)


def address(timetable):
    return reverse("staff:timetable-detail", args=[timetable.pk])


def _page(title, *, submit="", cancel="", timetable=None, **more):
    trail = [("Deployment board", reverse("board")), ("Timetables", reverse("staff:timetable-list"))]
    if timetable:
        trail.append((timetable.name, address(timetable)))
    return {"title": title, "section": "board", "crumbs": trail, "submit": submit, "cancel": cancel} | more


@require_permission(P.TIMETABLE_EDIT)
@require_GET
def timetable_list(request):
    context = _page("Timetables") | {
        "crumbs": [("Deployment board", reverse("board"))],
        "timetables": Timetable.objects.visible_to(request.acting),
        "now": selectors.timetable_on(request.acting.school, request.acting.today),
        "kinds": SlotKind.objects.visible_to(request.acting).filter(is_archived=False),
    }
    return render(request, "staff/timetable_list.html", context)


@require_permission(P.TIMETABLE_EDIT)
@require_GET
def timetable_detail(request, pk):
    timetable = timetable_in_view(request, pk)
    today = request.acting.today
    context = _page(timetable.name) | {
        "timetable": timetable,
        "periods": selectors.periods_of(timetable),
        "letters": timetable.letters.all(),
        "letter_now": selectors.week_letter(timetable, today),
        "slots": timetable.slots.count(),
        "imports": timetable.imports.select_related("made_by")[:10],
        "today": today,
        "may_remove": timetable.starts_on > today or not timetable.slots.exists(),
    }
    return render(request, "staff/timetable_detail.html", context)


@require_permission(P.TIMETABLE_EDIT)
@form_page
def timetable_edit(request, pk):
    timetable = timetable_in_view(request, pk)
    form = forms.TimetableForm(posted(request), instance=timetable_in_view(request, pk))

    def save(cleaned):
        return services.save_timetable(
            timetable=timetable, values=form.values, version=cleaned["version"], by=request.user
        )

    return FormPage(
        form=form,
        save=save,
        done="Timetable saved.",
        then=address(timetable),
        page=_page(f"Change {timetable.name}", submit="Save timetable", cancel=address(timetable), timetable=timetable),
    ).respond(request)


@require_permission(P.TIMETABLE_EDIT)
@form_page
def timetable_remove(request, pk):
    timetable = timetable_in_view(request, pk)
    page = _page(f"Take back {timetable.name}?", submit="Take it back", cancel=address(timetable), timetable=timetable)
    slots = timetable.slots.count()
    page |= {
        "explanation": f"Nothing has happened in it. Its {slots} slots go, and the timetable before it holds on.",
        "danger": True,
        "cancel_words": "Keep it",
    }
    return ConfirmPage(
        act=partial(services.remove_timetable, timetable=timetable, today=request.acting.today, by=request.user),
        done="Taken back. The timetable before it holds on.",
        then=reverse("staff:timetable-list"),
        refused_to=address(timetable),
        page=page,
    ).respond(request)


@require_permission(P.TIMETABLE_EDIT)
@form_page
def periods_edit(request, pk):
    timetable = timetable_in_view(request, pk)
    rows = forms.period_rows(selectors.periods_of(timetable))
    formset = forms.PeriodFormSet(posted(request), initial=rows, prefix="day")

    def save(cleaned):
        return services.save_periods(
            timetable=timetable, rows=formset.rows, version=cleaned["version"], by=request.user
        )

    page = _page("The school's day", cancel=address(timetable), timetable=timetable, formset=formset)
    return FormPage(
        form=forms.PeriodsForm(posted(request), initial={"version": timetable.version}),
        also=(formset,),
        save=save,
        done="The school's day is saved. Slots keep the times they were placed at.",
        then=address(timetable),
        page=page,
        template="staff/periods_form.html",
        versioned=Versioned(words="Somebody else saved this timetable meanwhile. Look at it, then save yours again."),
    ).respond(request)


@require_permission(P.TIMETABLE_EDIT)
@form_page
def week_letter_set(request, pk):
    timetable = timetable_in_view(request, pk)

    def save(cleaned):
        return services.set_week_letter(timetable=timetable, by=request.user, **cleaned)

    page = _page("Set a week by hand", submit="Save week", cancel=address(timetable), timetable=timetable)
    return FormPage(
        form=forms.WeekLetterForm(posted(request)),
        save=save,
        done="Week saved.",
        then=address(timetable),
        page=page,
    ).respond(request)


@require_permission(P.TIMETABLE_EDIT)
@form_page
def kind_add(request):
    return _kind_page(request, SlotKind(school=request.acting.school), title="Add a kind of slot")


@require_permission(P.TIMETABLE_EDIT)
@form_page
def kind_edit(request, pk):
    kind = get_object_or_404(SlotKind.objects.visible_to(request.acting), pk=pk)
    return _kind_page(request, kind, title=f"Change the kind {kind.name}")


def _kind_page(request, kind, *, title):
    back = reverse("staff:timetable-list")
    shown = kind
    if kind.pk is not None:
        shown = get_object_or_404(SlotKind.objects.visible_to(request.acting), pk=kind.pk)
    form = forms.KindForm(posted(request), instance=shown)
    stored = SlotKind(school=request.acting.school) if kind.pk is None else kind

    def save(cleaned):
        return services.save_kind(kind=stored, values=form.values, version=cleaned["version"], by=request.user)

    return FormPage(
        form=form,
        save=save,
        done=lambda saved: f"{saved.name} saved.",
        then=back,
        page=_page(title, submit="Save kind", cancel=back),
    ).respond(request)


@require_permission(P.TIMETABLE_EDIT)
@form_page
def kind_archive(request, pk):
    kind = get_object_or_404(SlotKind.objects.visible_to(request.acting), pk=pk)
    back = reverse("staff:timetable-list")
    page = _page(f"Put away the kind {kind.name}?", submit="Put it away", cancel=back) | {
        "explanation": "Past slots keep it. Nobody can choose it any more.",
        "danger": True,
        "cancel_words": "Keep it",
    }
    return ConfirmPage(
        act=partial(services.archive_kind, kind=kind, today=request.acting.today, by=request.user),
        done=f"{kind.name} put away.",
        then=back,
        page=page,
    ).respond(request)
