"""One review with its people, a view and a report, for the walk of every address as every role."""

from datetime import date

from ehcp.models import AnnualReview, Invitee, Plan, PlanOutcome, ReviewReport, ViewDifference
from sendco.files.services import store_bytes

HELD = date(2026, 10, 6)


def review_things(school, user, pupil):
    """Made after the plan's own things: it is a review of that plan."""
    plan = Plan.objects.get(pupil=pupil)
    about = {"school_id": school.pk, "pupil_id": pupil.pk, "by": user, "purpose": "review report"}
    pdf = store_bytes(name="report.pdf", content=b"%PDF-", **about)
    review = AnnualReview.objects.create(
        school=school, pupil=pupil, plan=plan, organiser=user, began_on=date(2026, 9, 1), meeting_on=HELD, held_on=HELD,
        pack_file_id=pdf.pk,
    )  # fmt: skip
    outcome = PlanOutcome.objects.filter(plan_version__plan=plan).first()
    report = ReviewReport.objects.create(
        review=review, layout_name="Ours", title="Report", made_by=user, pdf_id=pdf.pk, docx_id=pdf.pk
    )
    return {
        "review": review.pk,
        "invitee": Invitee.objects.create(review=review, role="parent", name="Parent One").pk,
        "difference": ViewDifference.objects.create(review=review, outcome=outcome, who="Parent", view="No").pk,
        "review_report": report.pk,
    }


ABOUT_A_REVIEW = {"review", "invitee", "difference", "review_report"}
ON_A_REVIEW = (
    "plan", "kind", "call-off", "tell-off", "told-off", "school-report", "close", "invite", "told", "no-parent", "ask",
    "chase", "chasers", "papers", "pack-make", "meeting", "report", "report-sent", "decision", "notice", "comments",
    "not-amending", "final", "detail", "pack-file",
)  # fmt: skip


def review_routes(record, leads, head):
    """{route: (thing, roles)} of reviews, their reports and the layouts of these."""
    return {
        "ehcp:review-list": ("none", record),
        "ehcp:review-new": ("none", record),
        "ehcp:review-layouts": ("none", record),
        "ehcp:chaser-plan": ("none", leads),
        "ehcp:review-layout-edit": ("authority", leads),
        **{f"ehcp:review-{name}": ("review", record) for name in ON_A_REVIEW},
        "ehcp:invitee-add": ("review", record),
        "ehcp:invitee-edit": ("invitee", record),
        "ehcp:invitee-remove": ("invitee", record),
        "ehcp:invitee-chase": ("invitee", record),
        "ehcp:difference-remove": ("difference", record),
        "ehcp:review-report-pdf": ("review_report", record),
        "ehcp:review-report-docx": ("review_report", record),
        "ehcp:review-approve": ("review_report", head),
    }
