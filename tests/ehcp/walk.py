"""One of everything about a plan, for the walk of every address as every role."""

from datetime import date

from django.utils import timezone

from ehcp.models import (
    Caseworker,
    CostedMap,
    LineAction,
    LocalAuthority,
    Placement,
    Plan,
    PlanMove,
    PlanOutcome,
    PlanPage,
    PlanReading,
    PlanVersion,
    ProvisionLine,
    TopUpFunding,
)
from sendco.files.services import store_bytes

MADE = date(2026, 3, 16)


def authority_things(school):
    authority = LocalAuthority.objects.create(school=school, name="Walk authority")
    worker = Caseworker.objects.create(school=school, authority=authority, name="Walk worker")
    return {"authority": authority.pk, "caseworker": worker.pk}


def plan_things(school, user, pupil):
    authority, _ = LocalAuthority.objects.get_or_create(school=school, name="Westmarch")
    plan = Plan.objects.create(school=school, pupil=pupil, authority=authority, made_on=MADE)
    version = PlanVersion.objects.create(
        plan=plan, number=1, kind="final", dated_on=MADE, confirmed_at=timezone.now(), confirmed_by=user
    )
    unread = PlanVersion.objects.create(plan=plan, number=2, kind="amended", dated_on=MADE)
    reading = PlanReading.objects.create(plan_version=unread, pages=1, read_at=timezone.now())
    about = {"school_id": school.pk, "pupil_id": pupil.pk, "by": user, "purpose": "page of a plan"}
    picture = store_bytes(name="page-1.png", content=b"\x89PNG", **about)
    PlanPage.objects.create(reading=reading, number=1, file_id=picture.pk)
    PlanVersion.objects.filter(plan=plan).update(file_id=store_bytes(name="plan.pdf", content=b"%PDF-", **about).pk)
    line = ProvisionLine.objects.create(plan_version=version, number=1, text="Regular help")
    return {
        "plan": plan.pk,
        "plan_version": version.pk,
        "plan_unread": unread.pk,
        "plan_section": (version.pk, "B"),
        "plan_check": (unread.pk, "B"),
        "plan_page": (unread.pk, 1),
        "plan_outcome": PlanOutcome.objects.create(plan_version=version, number=1, text="Read").pk,
        "plan_line": line.pk,
        "line_action": LineAction.objects.create(line=line, text="Raised with the authority").pk,
        "placement": Placement.objects.create(plan=plan, setting="Fernhill", starts_on=MADE).pk,
        "costed_map": CostedMap.objects.create(school=school, pupil=pupil, total=0, threshold=6000).pk,
        "top_up": TopUpFunding.objects.create(plan=plan, band="3", starts_on=MADE).pk,
        "plan_move": PlanMove.objects.create(
            plan=plan, old_authority="Eastmarch", new_authority=authority, moved_on=MADE, aware_on=MADE
        ).pk,
    }


ABOUT_A_PLAN = {
    "plan",
    "plan_version",
    "plan_unread",
    "plan_section",
    "plan_check",
    "plan_page",
    "plan_outcome",
    "plan_line",
    "line_action",
    "costed_map",
    "placement",
    "top_up",
    "plan_move",
}


def plan_routes(record, classroom, leads):
    """{route: (thing, roles)} of the pages of plans and authorities."""
    return {
        "ehcp:plan-list": ("none", record),
        "ehcp:plan-new": ("none", record),
        "ehcp:plan-vague": ("none", record),
        "ehcp:plan-transfers": ("none", record),
        "ehcp:plan-detail": ("plan", classroom),
        "ehcp:plan-edit": ("plan", record),
        "ehcp:plan-issue": ("plan", record),
        "ehcp:plan-caseworker": ("plan", record),
        "ehcp:placement-add": ("plan", record),
        "ehcp:placement-end": ("placement", record),
        "ehcp:top-up-add": ("plan", record),
        "ehcp:top-up-end": ("top_up", record),
        "ehcp:plan-move": ("plan", record),
        "ehcp:plan-move-edit": ("plan_move", record),
        "ehcp:plan-cease": ("plan", record),
        "ehcp:plan-end": ("plan", record),
        "ehcp:plan-mistake": ("plan", record),
        "ehcp:plan-read": ("plan", record),
        "ehcp:version-new": ("plan", record),
        "ehcp:version-detail": ("plan_version", record),
        "ehcp:version-edit": ("plan_version", record),
        "ehcp:version-compare": ("plan_version", record),
        "ehcp:version-file": ("plan_version", record),
        "ehcp:version-check": ("plan_unread", record),
        "ehcp:section-check": ("plan_check", record),
        "ehcp:version-discard": ("plan_unread", record),
        "ehcp:version-page": ("plan_page", record),
        "ehcp:section-edit": ("plan_section", record),
        "ehcp:outcome-add": ("plan_version", record),
        "ehcp:outcome-edit": ("plan_outcome", record),
        "ehcp:outcome-remove": ("plan_outcome", record),
        "ehcp:outcome-move": ("plan_outcome", record),
        "ehcp:line-add": ("plan_version", record),
        "ehcp:line-edit": ("plan_line", record),
        "ehcp:line-remove": ("plan_line", record),
        "ehcp:line-move": ("plan_line", record),
        "ehcp:line-challenge": ("plan_line", record),
        "ehcp:plan-ledger": ("plan", record),
        "ehcp:line-link": ("plan_line", record),
        "ehcp:line-weeks": ("plan_line", record),
        "ehcp:line-action-add": ("plan_line", record),
        "ehcp:line-action-remove": ("line_action", record),
        "ehcp:costed-map": ("pupil", record),
        "ehcp:costed-map-file": ("pupil", record),
        "ehcp:costed-map-keep": ("pupil", record),
        "ehcp:costed-map-kept": ("costed_map", record),
        "ehcp:costed-map-kept-file": ("costed_map", record),
        "ehcp:costed-map-sent": ("costed_map", record),
        "ehcp:costed-map-remove": ("costed_map", record),
        "ehcp:cost-list": ("none", record),
        "ehcp:authority-columns": ("authority", leads),
        "ehcp:authority-list": ("none", record),
        "ehcp:authority-add": ("none", record),
        "ehcp:authority-detail": ("authority", record),
        "ehcp:authority-edit": ("authority", leads),
        "ehcp:authority-end": ("authority", leads),
        "ehcp:caseworker-add": ("authority", record),
        "ehcp:caseworker-edit": ("caseworker", record),
        "ehcp:caseworker-end": ("caseworker", record),
    }
