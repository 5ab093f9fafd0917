"""One of everything about a request and an appeal, for the walk of every address as every role."""

from datetime import date

from ehcp.models import Advice, Appeal, Exemption, LocalAuthority, NeedsAssessment
from sendco.files.services import store_bytes

BEGAN = date(2026, 9, 7)


def request_things(school, user, pupil):
    authority, _ = LocalAuthority.objects.get_or_create(school=school, name="Westmarch")
    about = {"school_id": school.pk, "pupil_id": pupil.pk, "by": user, "purpose": "request pack"}
    case = NeedsAssessment.objects.create(
        school=school, pupil=pupil, authority=authority, kind="again", began_on=BEGAN, received_on=BEGAN,
        pack_file_id=store_bytes(name="request-pack.pdf", content=b"%PDF-", **about).pk,
    )  # fmt: skip
    appeal = Appeal.objects.create(
        school=school, pupil=pupil, authority=authority, assessment=case, about="not_reassess", letter_on=BEGAN
    )
    claim = Exemption.objects.create(
        assessment=case, step="final", ground="personal", claimed_by="la", claimed_on=BEGAN
    )
    return {
        "needs_assessment": case.pk,
        "request_step": (case.pk, "decision"),
        "request_advice": Advice.objects.create(assessment=case, kind="parent").pk,
        "exemption": claim.pk,
        "appeal": appeal.pk,
        "appeal_step": (appeal.pk, "mediation"),
    }


ABOUT_A_REQUEST = {"needs_assessment", "request_step", "request_advice", "exemption", "appeal", "appeal_step"}


def request_routes(record):
    """{route: (thing, roles)} of the pages of requests and appeals."""
    return {
        "ehcp:assessment-list": ("none", record),
        "ehcp:assessment-new": ("none", record),
        "ehcp:assessment-detail": ("needs_assessment", record),
        "ehcp:assessment-reason": ("needs_assessment", record),
        "ehcp:assessment-caseworker": ("needs_assessment", record),
        "ehcp:assessment-pack": ("needs_assessment", record),
        "ehcp:assessment-pack-file": ("needs_assessment", record),
        "ehcp:assessment-close": ("needs_assessment", record),
        "ehcp:assessment-step": ("request_step", record),
        "ehcp:advice-add": ("needs_assessment", record),
        "ehcp:advice-edit": ("request_advice", record),
        "ehcp:exemption-add": ("needs_assessment", record),
        "ehcp:exemption-withdraw": ("exemption", record),
        "ehcp:appeal-list": ("none", record),
        "ehcp:appeal-new": ("none", record),
        "ehcp:appeal-detail": ("appeal", record),
        "ehcp:appeal-step": ("appeal_step", record),
        "ehcp:appeal-close": ("appeal", record),
        "ehcp:appeal-bundle": ("appeal", record),
    }
