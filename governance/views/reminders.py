"""Reminders: what was sent, when each rule speaks, who stands in, and what is known to be late."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pupils.models import Pupil
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.refusals import Refused
from staff.access import require_permission
from staff.permissions import Permission

from ..forms.reminders import AcknowledgeForm, CoverForm, PlanForm, StagesForm
from ..models import Cover, Digest
from ..selectors import reminders as selectors
from ..services import reminders as services
from ..services import sending

A_PAGE = 30
RECENT = 6
NO_MORE = "You will not be reminded daily of this any more."
TABS = (("", "All"), ("failed", "Failed"), ("waiting", "Waiting"))


def page(title, *crumbs):
    return {"title": title, "section": "reminders", "crumbs": list(crumbs)}


def sent_crumb():
    return ("Reminders", reverse("governance:reminder-list"))


def rules_crumb():
    return ("When reminders go out", reverse("governance:reminder-rules"))


def cover_crumb():
    return ("Cover", reverse("governance:cover-list"))


# --- What was sent -----------------------------------------------------------------------------------------------
@require_permission(Permission.REMINDER_VIEW)
@require_GET
def reminder_list(request):
    which = request.GET.get("show", "")
    digests = Paginator(selectors.digests_for_list(request.acting, which), A_PAGE).get_page(request.GET.get("page"))
    context = page("Reminders sent") | {
        "page": digests,
        "tabs": TABS,
        "which": which,
        "failed": selectors.failed_count(request.acting),
        "runs": selectors.runs_for_page(request.acting),
        "warning": selectors.daily_run_warning(request.acting.school, timezone.now()),
        "may_edit": request.acting.can(Permission.REMINDER_EDIT),
    }
    return render(request, "governance/reminders_list.html", context)


@require_permission(Permission.REMINDER_VIEW)
@require_GET
def reminder_detail(request, pk):
    digest = get_object_or_404(Digest.objects.visible_to(request.acting).select_related("user"), pk=pk)
    context = page(f"Mail to {digest.user.name}", sent_crumb()) | {
        "digest": digest,
        "rows": selectors.lines_for_page(digest, request.acting),
        "shows_children": request.acting.can(Permission.NARRATIVE_VIEW),
    }
    return render(request, "governance/reminders_detail.html", context)


@require_permission(Permission.REMINDER_VIEW)
@require_POST
def reminder_retry(request, pk):
    digest = get_object_or_404(Digest.objects.visible_to(request.acting).select_related("user"), pk=pk)
    try:
        sending.retry(digest=digest, school=request.acting.school, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, f"The mail to {digest.user.name} goes out again within a few minutes.")
    return redirect("governance:reminder-list")


# --- When it goes out --------------------------------------------------------------------------------------------
@require_permission(Permission.REMINDER_EDIT)
@require_GET
def reminder_rules(request):
    context = page("When reminders go out", sent_crumb()) | {
        "plan": selectors.plan_of(request.acting.school),
        "review_words": selectors.reviews_in_words(request.acting.school),
        "rules": selectors.rules_for_page(request.acting.school),
        "changes": selectors.reminder_changes(request.acting)[:RECENT],
    }
    return render(request, "governance/reminders_rules.html", context)


@require_permission(Permission.REMINDER_EDIT)
@form_page
def reminder_plan(request):
    plan = selectors.plan_of(request.acting.school)
    return FormPage(
        form=PlanForm(posted(request), plan=plan),
        save=lambda cleaned: services.save_plan(school=request.acting.school, by=request.user, **cleaned),
        done="Saved. It holds from the next run.",
        then=reverse("governance:reminder-rules"),
        page=page("The hour and the head", sent_crumb(), rules_crumb())
        | {"submit": "Save", "cancel": reverse("governance:reminder-rules")},
    ).respond(request)


def _rule_or_404(request, rule):
    rows = selectors.rules_for_page(request.acting.school, rule)
    if not rows:
        raise Http404
    return rows[0]


@require_permission(Permission.REMINDER_EDIT)
@form_page
def reminder_stages(request, rule):
    row = _rule_or_404(request, rule)
    now = {"days": list(row.stages.days), "daily_when_late": row.stages.daily_when_late}

    def save(cleaned):
        facts = {"rule": row.rule, "basis": row.basis, "title": row.title}
        return services.set_stages(school=request.acting.school, by=request.user, **facts, **cleaned)

    return FormPage(
        form=StagesForm(posted(request), initial=now),
        save=save,
        done=f"Reminders of “{row.title}” saved. They hold from the next run.",
        then=reverse("governance:reminder-rules"),
        page=page(row.title, sent_crumb(), rules_crumb())
        | {"row": row, "submit": "Save stages", "cancel": reverse("governance:reminder-rules")},
        template="governance/reminders_stages.html",
    ).respond(request)


@require_permission(Permission.REMINDER_EDIT)
@require_POST
def reminder_stages_reset(request, rule):
    row = _rule_or_404(request, rule)
    services.reset_stages(
        school=request.acting.school, rule=row.rule, basis=row.basis, title=row.title, by=request.user
    )
    messages.success(request, f"“{row.title}” has the usual stages again.")
    return redirect("governance:reminder-rules")


# --- Cover -------------------------------------------------------------------------------------------------------
@require_permission(Permission.REMINDER_EDIT)
@require_GET
def cover_list(request):
    context = page("Cover", sent_crumb()) | {
        "covers": selectors.covers_for_page(request.acting),
        "today": timezone.localdate(),
    }
    return render(request, "governance/reminders_cover.html", context)


@require_permission(Permission.REMINDER_EDIT)
@form_page
def cover_add(request):
    return FormPage(
        form=CoverForm(posted(request), school=request.acting.school),
        save=lambda cleaned: services.add_cover(school=request.acting.school, by=request.user, **cleaned),
        done="Saved. The deputy gets the mail from the first day on.",
        then=reverse("governance:cover-list"),
        page=page("Somebody is away", sent_crumb(), cover_crumb())
        | {
            "lead": "Their reminders go to a deputy for these days, so that nothing waits unread.",
            "submit": "Save cover",
            "cancel": reverse("governance:cover-list"),
        },
    ).respond(request)


@require_permission(Permission.REMINDER_EDIT)
@form_page
def cover_end(request, pk):
    rows = Cover.objects.visible_to(request.acting).select_related("absent", "deputy")
    cover = get_object_or_404(rows, pk=pk)
    shown = page("End this cover", sent_crumb(), cover_crumb()) | {
        "explanation": f"{cover.deputy.name} stands in for {cover.absent.name}. From the next mail on, "
        f"{cover.absent.name} gets their own reminders again.",
        "submit": "End it now",
        "cancel": reverse("governance:cover-list"),
    }
    return ConfirmPage(
        act=partial(services.end_cover, cover=cover, by=request.user),
        done=f"From today {cover.absent.name} gets their own reminders again.",
        then=reverse("governance:cover-list"),
        page=shown,
    ).respond(request)


# --- Late, and known ---------------------------------------------------------------------------------------------
@require_permission(Permission.OWN_ACCOUNT)
@form_page
def due_acknowledge(request, pk):
    item = get_object_or_404(selectors.due_in_view(request.acting), pk=pk)
    today = timezone.localdate()
    standing = selectors.standing_acknowledgement(item, today)
    form = AcknowledgeForm(posted(request), initial={"reason": standing.reason} if standing else None)

    def shown():
        return page("I know that this is late") | {
            "section": "home",
            "item": item,
            "pupil": Pupil.objects.filter(pk=item.pupil_id).select_related("form_group").first(),
            "today": today,
            "standing": standing,
            "no_more": NO_MORE,
            "earlier": [row for row in selectors.acknowledgements_of(item)[:RECENT] if row != standing],
            "submit": "Stop the daily mail" if standing is None else "Save the new day",
            "cancel": reverse("home"),
        }

    return FormPage(
        form=form,
        save=lambda cleaned: services.acknowledge(item=item, by=request.user, **cleaned),
        done=f"{NO_MORE} It stays on the list as late.",
        then=reverse("governance:due-acknowledge", args=[item.pk]),
        page=shown,
        template="governance/reminders_acknowledge.html",
    ).respond(request)


@require_permission(Permission.OWN_ACCOUNT)
@require_POST
def due_remind_again(request, pk):
    """Take the acknowledgement back."""
    item = get_object_or_404(selectors.due_in_view(request.acting), pk=pk)
    try:
        services.remind_again(item=item, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "Mail about it goes out each school day again, until it is done.")
    return redirect("governance:due-acknowledge", pk=item.pk)
