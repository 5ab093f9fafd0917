"""The measures of a school: which scores it takes, and what may be said of two of them."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sendco.drafts.services import discard_draft, load_draft, save_draft
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.limits.services import check_limit
from staff.access import require_permission
from staff.permissions import Permission as P

from ..models import Pupil, ScoreImport, ScoreKind
from . import forms, importing, selectors, services


def _page(title, *, submit="", cancel=""):
    trail = [] if title == "Measures" else [("Measures", reverse("pupils:measure-list"))]
    return {"title": title, "section": "provision", "crumbs": trail, "submit": submit, "cancel": cancel}


@require_permission(P.PROVISION_VIEW)
@require_GET
def measure_list(request):
    rows = list(selectors.with_counts(request.acting))
    context = _page("Measures") | {
        "kinds": [row for row in rows if not row.is_archived],
        "archived": [row for row in rows if row.is_archived],
        "may_edit": request.acting.can(P.PROVISION_EDIT),
        "may_import": request.acting.can(P.ASSESSMENT_EDIT),
    }
    return render(request, "pupils/measure_list.html", context)


@require_permission(P.PROVISION_EDIT)
@form_page
def measure_start(request):
    back = reverse("pupils:measure-list")
    page = _page("Begin with the measures that come with sendco?", submit="Add them", cancel=back)
    page["explanation"] = "Names, ranges and which way is better. No test is among them. They are yours to change."
    return ConfirmPage(
        act=partial(services.start_kinds, school=request.acting.school, by=request.user),
        done=lambda count: f"{count} measures added." if count else "All of them are on your list already.",
        then=back,
        page=page,
    ).respond(request)


@require_permission(P.PROVISION_EDIT)
@form_page
def measure_add(request):
    return _form(request, ScoreKind(school=request.acting.school), title="Add a measure")


@require_permission(P.PROVISION_EDIT)
@form_page
def measure_edit(request, pk):
    row = _kind(request, pk)
    return _form(request, row, title=f"Change {row.name}")


def _kind(request, pk):
    return get_object_or_404(ScoreKind.objects.visible_to(request.acting), pk=pk)


def _form(request, kind, *, title):
    is_new = kind.pk is None
    stored = ScoreKind(school=request.acting.school) if is_new else kind
    form = forms.KindForm(posted(request), instance=kind if is_new else _kind(request, kind.pk))
    back = reverse("pupils:measure-list")
    return FormPage(
        form=form,
        save=lambda cleaned: services.save_kind(
            kind=stored, values=form.values, version=cleaned["version"], by=request.user
        ),
        done=lambda saved: f"{saved.name} is saved.",
        then=back,
        page=_page(title, submit="Save", cancel=back),
    ).respond(request)


# --- Scores from a file ------------------------------------------------------------------------------------------
# No form's draft has such a key: what lies there was read from a file.
READ_FROM_FILE = "scores-read-from-a-file"


@require_permission(P.ASSESSMENT_EDIT)
@form_page
def scores_import(request):
    acting = request.acting
    if request.method == "POST":
        check_limit("upload", request.user.pk)
    form = forms.FileForm(posted(request), request.FILES or None, acting=acting)

    def keep(cleaned):
        data = {
            "name": cleaned["file"].name[:150],
            "scores": [one.as_stored() for one in form.reading.scores],
            "problems": form.reading.problems[:MOST_PROBLEMS],
            "more": max(0, len(form.reading.problems) - MOST_PROBLEMS),
            "empty": form.reading.empty,
            "lines": form.reading.lines,
        }
        save_draft(by=request.user, school_id=acting.school.pk, form_key=READ_FROM_FILE, data=data)

    done = ScoreImport.objects.visible_to(acting).select_related("made_by")[:20]
    page = _page("Scores from a file", submit="Read the file", cancel=reverse("pupils:measure-list"))
    return FormPage(
        form=form,
        save=keep,
        then=reverse("pupils:scores-check"),
        page=page | {"lead": "You see what would be kept before anything is saved.", "done": done},
        template="pupils/scores_import.html",
    ).respond(request)


MOST_PROBLEMS, SHOWN = 60, 100


@require_permission(P.ASSESSMENT_EDIT)
@form_page
def scores_check(request):
    acting = request.acting
    draft = load_draft(by=request.user, school_id=acting.school.pk, form_key=READ_FROM_FILE)
    if draft is None:
        messages.warning(request, "Choose the file again.")
        return redirect("pupils:scores-import")
    scores = [importing.Read.from_stored(one) for one in draft.data["scores"]]
    plan = importing.plan_of(scores)

    def save(cleaned):
        made = services.save_scores(
            acting=acting, scores=scores, seen=cleaned["sum"], file_name=draft.data["name"], by=request.user
        )
        discard_draft(by=request.user, school_id=acting.school.pk, form_key=READ_FROM_FILE)
        return made

    pupils = Pupil.objects.visible_to(acting).in_bulk({one.pupil for one in scores})
    kinds = ScoreKind.objects.visible_to(acting).in_bulk({one.kind for one in scores})
    cancel = reverse("pupils:scores-import")
    page = _page("Check the scores", submit=f"Keep {len(plan.new)} scores", cancel=cancel) | {
        "draft": draft.data,
        "plan": plan,
        "new": [importing.in_words(one, pupils, kinds) for one in plan.new[:SHOWN]],
        "more_new": max(0, len(plan.new) - SHOWN),
        "other": [(importing.in_words(one, pupils, kinds), stands) for one, stands in plan.other[:SHOWN]],
    }
    return FormPage(
        form=forms.CheckForm(posted(request), initial={"sum": plan.sum}),
        save=save,
        done=lambda made: f"{len(made.scores)} scores kept. On the page of a run you say which count for it.",
        then=cancel,
        page=page,
        template="pupils/scores_check.html",
    ).respond(request)


@require_permission(P.ASSESSMENT_EDIT)
@form_page
def scores_take_back(request, pk):
    made = get_object_or_404(ScoreImport.objects.visible_to(request.acting), pk=pk)
    back = reverse("pupils:scores-import")
    page = _page("Take this file back?", submit="Take it back", cancel=back) | {
        "explanation": f"{len(made.scores)} scores that were read from {made.file_name} leave the records. "
        "What somebody changed since stays.",
        "danger": True,
        "cancel_words": "Keep them",
    }
    return ConfirmPage(
        act=partial(services.take_back, made=made, by=request.user),
        done=lambda stay: f"Taken back, but for {stay} that were changed since." if stay else "Taken back.",
        then=back,
        page=page,
    ).respond(request)
