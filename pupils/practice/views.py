"""The practice library: find a strategy, say how it went, add one."""

from functools import partial

from django.db.models import Q
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from staff.access import require_permission
from staff.permissions import Permission as P

from ..models import PracticeNote, PracticeUse
from . import forms, selectors, services

READS = (P.PUPIL_VIEW,)


def _page(title, *, submit="", cancel="", note=None, **more):
    trail = [("What works", reverse("pupils:practice-list"))]
    if note:
        trail.append((note.title, address(note)))
    return {"title": title, "section": "practice", "crumbs": trail, "submit": submit, "cancel": cancel} | more


def address(note):
    return reverse("pupils:practice-detail", args=[note.pk])


def _note(request, pk):
    rows = PracticeNote.objects.visible_to(request.acting).select_related("added_by")
    if not request.acting.can(P.CONCERN_TRIAGE):
        rows = rows.filter(Q(archived_on=None) | Q(added_by=request.user))
    return get_object_or_404(rows, pk=pk)


def _own_note(request, pk):
    """One that this person may change: their own, or any for whoever looks at concerns."""
    rows = PracticeNote.objects.visible_to(request.acting)
    if not request.acting.can(P.CONCERN_TRIAGE):
        rows = rows.filter(added_by=request.user)
    return get_object_or_404(rows, pk=pk)


@require_permission(*READS)
@require_GET
def practice_list(request):
    form = forms.FindForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    words, need = asked.get("q", ""), asked.get("need", "")
    names = selectors.need_names()
    context = _page("What works") | {
        "crumbs": [],
        "form": form,
        "notes": selectors.notes(request.acting, words=words, need=need),
        "archived": selectors.notes(request.acting, archived=True) if request.acting.can(P.CONCERN_TRIAGE) else [],
        "need_name": names.get(need, ""),
        "is_narrowed": bool(words or need),
    }
    return render(request, "pupils/practice_list.html", context)


@require_permission(*READS)
@require_GET
def practice_detail(request, pk):
    note = _note(request, pk)
    names = selectors.need_names()
    context = _page(note.title) | {
        "note": note,
        "need_names": [names.get(code, code) for code in note.needs],
        "uses": note.uses.select_related("user"),
        "may_unsay": request.acting.can(P.CONCERN_TRIAGE),
        "may_change": services.may_change(note, request.user),
    }
    return render(request, "pupils/practice_detail.html", context)


@require_permission(*READS)
@form_page
def practice_add(request):
    return _form(request, PracticeNote(school=request.acting.school), title="Add what works", submit="Add it")


@require_permission(*READS)
@form_page
def practice_edit(request, pk):
    note = _own_note(request, pk)
    return _form(request, note, title=f"Change {note.title}", submit="Save")


def _form(request, note, *, title, submit):
    is_new = note.pk is None
    form = forms.NoteForm(posted(request), instance=note if is_new else _own_note(request, note.pk))
    stored = PracticeNote(school=request.acting.school) if is_new else note
    return FormPage(
        form=form,
        save=lambda cleaned: services.save_note(
            note=stored, values=form.values, version=cleaned["version"], by=request.user
        ),
        done=lambda saved: f"{saved.title} saved.",
        then=address,
        page=_page(title, submit=submit, cancel=reverse("pupils:practice-list") if is_new else address(note)),
    ).respond(request)


@require_permission(*READS)
@form_page
def practice_say(request, pk):
    note = _note(request, pk)
    said = note.uses.filter(user=request.user).first()
    initial = {"helped": said.helped, "comment": said.comment} if said else {}
    return FormPage(
        form=forms.UseForm(posted(request), initial=initial),
        save=lambda cleaned: services.say(note=note, by=request.user, **cleaned),
        done="Thank you.",
        then=address(note),
        page=_page(f"How did it go: {note.title}", submit="Save", cancel=address(note), note=note),
    ).respond(request)


@require_permission(*READS)
@form_page
def practice_unsay(request, pk):
    rows = PracticeUse.objects.filter(note__school=request.acting.school)
    if not request.acting.can(P.CONCERN_TRIAGE):
        rows = rows.filter(user=request.user)
    use = get_object_or_404(rows.select_related("note", "user"), pk=pk)
    page = _page("Take this back?", submit="Take it back", cancel=address(use.note), note=use.note)
    return ConfirmPage(
        act=partial(services.unsay, use=use, by=request.user),
        done="Taken back.",
        then=address(use.note),
        page=page | {"explanation": use.comment or use.get_helped_display(), "danger": True, "cancel_words": "Keep it"},
    ).respond(request)


@require_permission(*READS)
@form_page
def practice_archive(request, pk):
    note = _own_note(request, pk)
    archive = note.archived_on is None
    page = _page(
        f"Put away {note.title}?" if archive else f"Take {note.title} out again?",
        submit="Put it away" if archive else "Take it out",
        cancel=address(note),
        note=note,
    )
    page |= {
        "explanation": "It leaves the list. What colleagues said of it stays."
        if archive
        else "It is on the list again.",
        "cancel_words": "Leave it",
    }
    return ConfirmPage(
        act=partial(services.set_archived, note=note, archived=archive, by=request.user),
        done="Put away." if archive else "Taken out again.",
        then=reverse("pupils:practice-list"),
        page=page,
    ).respond(request)
