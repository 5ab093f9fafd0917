"""The skills matrix, what asks for a skill, and the skills that one child needs."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from pupils.models import Pupil, PupilSkill, SkillTag
from pupils.skills import selectors, services
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from staff.access import require_permission
from staff.models import Skill
from staff.permissions import Permission as P
from staff.training.services import ensure_skills

from . import forms, matrix


def _page(title, *, submit="", cancel=""):
    trail = [("Skills", reverse("skills"))]
    return {"title": title, "section": "skills", "crumbs": trail, "submit": submit, "cancel": cancel}


@require_permission(P.STAFF_VIEW, P.STAFF_VIEW_UNIT)
@require_GET
def skills(request):
    acting = request.acting
    found = matrix.lines(acting, Skill.objects.visible_to(acting).filter(is_archived=False))
    context = _page("Skills") | {
        "crumbs": [],
        "lines": found,
        "single": matrix.single_points(found),
        "tags": selectors.tags_of(acting),
        "archived": Skill.objects.visible_to(acting).filter(is_archived=True),
        "may_edit": acting.can(P.TRAINING_EDIT),
        "sees_pupils": acting.sees_all_pupils or acting.can(P.PUPIL_VIEW_UNIT),
    }
    return render(request, "pages/skills/skills.html", context)


@require_permission(P.TRAINING_EDIT)
@require_POST
def skills_begin(request):
    """Give a school without skills the usual ones."""
    ensure_skills(request.acting.school, by=request.user)
    messages.success(request, "The usual skills are there. Change them, and say which needs ask for them.")
    return redirect("skills")


@require_permission(P.TRAINING_EDIT)
@form_page
def tag_add(request):
    def save(cleaned):
        return services.add_tag(school=request.acting.school, by=request.user, **cleaned)

    return FormPage(
        form=forms.TagForm(posted(request), acting=request.acting),
        save=save,
        done=lambda tag: f"{tag.skill.name} is asked for now.",
        then=reverse("skills"),
        page=_page("What asks for a skill", submit="Save", cancel=reverse("skills")),
    ).respond(request)


@require_permission(P.TRAINING_EDIT)
@form_page
def tag_remove(request, pk):
    tag = get_object_or_404(SkillTag.objects.visible_to(request.acting).select_related("skill"), pk=pk)
    page = _page(f"No longer ask for {tag.skill.name}?", submit="No longer ask", cancel=reverse("skills"))
    return ConfirmPage(
        act=partial(services.remove_tag, tag=tag, by=request.user),
        done="It is no longer asked for.",
        then=reverse("skills"),
        page=page | {"explanation": "Pupils with this need or flag no longer count for it.", "cancel_words": "Keep it"},
    ).respond(request)


# --- One child ---
def _register_tab(pupil):
    return f"{reverse('pupil-detail', args=[pupil.pk])}?tab=register"


@require_permission(P.REGISTER_EDIT)
@form_page
def pupil_skill_add(request, pk):
    pupil = get_object_or_404(Pupil.objects.visible_to(request.acting), pk=pk)
    page = {"title": f"Training that adults need for {pupil.name}", "section": "register", "submit": "Save"}
    return FormPage(
        form=forms.PupilSkillForm(posted(request), acting=request.acting),
        save=lambda cleaned: services.add_skill(pupil=pupil, by=request.user, **cleaned),
        done=lambda row: f"{row.skill.name} is counted for {pupil.name}.",
        then=_register_tab(pupil),
        page=page
        | {"cancel": _register_tab(pupil), "crumbs": [(pupil.name, _register_tab(pupil))], "tab_title": "Training"},
    ).respond(request)


@require_permission(P.REGISTER_EDIT)
@form_page
def pupil_skill_end(request, pk):
    rows = PupilSkill.objects.visible_to(request.acting).filter(ends_on=None).select_related("pupil", "skill")
    row = get_object_or_404(rows, pk=pk)
    pupil = row.pupil
    page = {"title": f"{row.skill.name} is no longer needed?", "section": "register", "submit": "End it"}
    return ConfirmPage(
        act=partial(services.end_skill, row=row, by=request.user),
        done="Ended.",
        then=_register_tab(pupil),
        page=page
        | {
            "cancel": _register_tab(pupil),
            "crumbs": [(pupil.name, _register_tab(pupil))],
            "tab_title": "Training",
            "explanation": "It no longer counts in the skills matrix. The record of it stays.",
            "cancel_words": "Keep it",
        },
    ).respond(request)
