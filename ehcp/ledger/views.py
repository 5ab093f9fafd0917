"""The Section F ledger: what the plan promises, what we planned, what took place, and why the rest did not."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sendco.audit import services as audit
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.formkit.versions import Versioned, nothing
from staff.access import require_permission
from staff.periods import CHOICES, period_of
from staff.permissions import Permission as P

from ..models import LineAction, Plan, ProvisionLine
from ..plans.views.plans import plan_in_view, plan_page
from . import forms, selectors, services
from .words import KEY, cause_words, minutes_words, segments

SUMS = ("promised", "delivered", "short", "net_short")


def address(plan):
    return reverse("ehcp:plan-ledger", args=[plan.pk])


def _page(plan, title, **more):
    trail = [("Section F ledger", address(plan))] if more.pop("below", False) else []
    page = plan_page(plan, title)
    return page | {"crumbs": [*page["crumbs"], *trail]} | more


@require_permission(P.CASE_VIEW)
@require_GET
def ledger(request, pk):
    plan, today = plan_in_view(request, pk), request.acting.today
    audit.record_read(school_id=plan.school_id, pupil_id=plan.pupil_id, by=request.user, what="Section F ledger")
    period = period_of(request.GET, school=request.acting.school, today=today)
    found = selectors.ledger_of(plan, period.first, period.last, today)
    name = plan.pupil.forename
    context = _page(plan, f"Section F ledger: {name}") | {
        "plan": plan,
        "period": period,
        "choices": CHOICES,
        "kept": "",
        "kept_fields": [],
        "found": found,
        "lines": [_line(one, name) for one in found.lines],
        "causes": [(cause_words(code, name), minutes_words(part)) for code, part in found.causes],
        "words": {part: minutes_words(getattr(found, part)) for part in SUMS},
        "week_words": minutes_words(found.week_minutes) if found.week_minutes is not None else "",
        "asked_words": minutes_words(found.asked_minutes),
        "key": [(words.format(name=name), colour) for words, colour in KEY],
        "may_edit": request.acting.can(P.CASE_EDIT),
    }
    return render(request, "ehcp/ledger.html", context)


def _line(one, name):
    """A line as the page shows it: words, a bar, causes."""
    causes = one.ledger.causes.most_common()
    drawn = one.ledger.promised and not one.ledger.no_amount
    parts = ("promised", "planned", "delivered", "short", "made_good", "otherwise", "took_place")
    return {
        "of": one,
        "line": one.line,
        "ledger": one.ledger,
        "bar": segments(one.ledger) if drawn else [],
        "causes": [(cause_words(code, name), minutes_words(part)) for code, part in causes],
        "words": {part: minutes_words(getattr(one.ledger, part)) for part in parts},
    }


# --- One line ----------------------------------------------------------------------------------------------------
def _line_in_view(request, pk):
    rows = ProvisionLine.objects.filter(
        plan_version__plan__in=Plan.objects.visible_to(request.acting), plan_version__confirmed_at__isnull=False
    )
    line = get_object_or_404(rows.select_related("plan_version__plan", "conditions"), pk=pk)
    return line, plan_in_view(request, line.plan_version.plan_id)


@require_permission(P.CASE_VIEW)
@require_GET
def line_weeks(request, pk):
    """Each week of a line, or each stretch in which it is owed."""
    line, plan = _line_in_view(request, pk)
    today = request.acting.today
    period = period_of(request.GET, school=request.acting.school, today=today)
    found = selectors.ledger_of(plan, period.first, period.last, today)
    one = next((row for row in found.lines if row.line.pk == line.pk), None)
    blocks = one.ledger.blocks if one else []
    name = plan.pupil.forename
    context = _page(plan, f"Line {line.number} by the week", below=True) | {
        "plan": plan,
        "line": line,
        "period": period,
        "choices": CHOICES,
        "kept": "",
        "kept_fields": [],
        "rows": [
            (row, minutes_words(row.block.owed), minutes_words(row.planned), minutes_words(row.delivered),
             minutes_words(row.short), minutes_words(row.made_good),
             [(cause_words(code, name), minutes_words(part)) for code, part in row.causes.most_common()])
            for row in blocks
        ],
        "running_until": one.ledger.running_until if one else None,
    }  # fmt: skip
    return render(request, "ehcp/ledger_weeks.html", context)


@require_permission(P.CASE_EDIT)
@form_page
def line_link(request, pk):
    line, plan = _line_in_view(request, pk)
    asked = getattr(line, "conditions", None)
    initial = {"places": list(line.deliveries.values_list("place", flat=True)), "version": 0}
    if asked:
        initial |= {
            "version": asked.version,
            "skill": asked.skill_id,
            "is_pro_rata": asked.is_pro_rata,
            "activity": asked.activity,
        }
    form = forms.LinkForm(posted(request), acting=request.acting, plan=plan, initial=initial)
    return FormPage(
        form=form,
        save=lambda cleaned: services.link_line(
            line=line, places=list(cleaned["places"]), conditions=form.conditions,
            version=cleaned["version"], by=request.user,
        ),
        done="Linked. The ledger counts its sessions.",
        then=address(plan),
        versioned=Versioned(
            values=nothing,
            mark=lambda row: services.version_of(row),
            words="Somebody else linked this line meanwhile. Look at it as it stands, then save yours again.",
        ),
        page=_page(
            plan, f"What delivers line {line.number}?", below=True, submit="Save", cancel=address(plan),
            lead=line.text[:300],
        ),
    ).respond(request)  # fmt: skip


@require_permission(P.CASE_EDIT)
@form_page
def line_action_add(request, pk):
    line, plan = _line_in_view(request, pk)
    return FormPage(
        form=forms.ActionForm(posted(request)),
        save=lambda cleaned: services.note_action(line=line, by=request.user, **cleaned),
        done="Noted.",
        then=address(plan),
        page=_page(
            plan, f"What was done about line {line.number}?", below=True, submit="Note it", cancel=address(plan)
        ),
    ).respond(request)


@require_permission(P.CASE_EDIT)
@form_page
def line_action_remove(request, pk):
    mine = LineAction.objects.filter(line__plan_version__plan__in=Plan.objects.visible_to(request.acting))
    action = get_object_or_404(mine.select_related("line__plan_version__plan"), pk=pk)
    plan = plan_in_view(request, action.line.plan_version.plan_id)
    page = _page(plan, "Remove this note?", below=True, submit="Remove it", cancel=address(plan))
    page |= {"explanation": action.text, "danger": True, "cancel_words": "Keep it"}
    return ConfirmPage(
        act=partial(services.remove_action, action=action, by=request.user), done="Removed.", then=address(plan),
        page=page,
    ).respond(request)  # fmt: skip
