"""What an annual review declares about itself."""

from ..cases.kind import CaseKind, DatedFact
from ..models import AnnualReview, CaseLetterKind
from .letter_values import meeting_values, report_values

MEETING = DatedFact("held_on", "The day of the meeting", "the meeting was held", after=("began_on", "papers_sent_on"))

REVIEW = CaseKind(
    code="review",
    model=AnnualReview,
    noun="review",
    tab="reviews",
    route="ehcp:review-detail",
    joins=("plan__authority", "plan__caseworker", "plan__school", "plan__pupil", "organiser"),
    held_by="plan",
    locked_first="plan",
    unversioned=("pack_job_id", "pack_file_id", "pack_made_at"),
    follows=lambda review: [review.plan],
    common_values=meeting_values,
    letter_values={CaseLetterKind.REVIEW_REPORT: report_values},
    facts=(
        DatedFact("began_on", "The day the review began", "the review began"),
        DatedFact("meeting_on", "The day planned for the meeting", "the day planned", after=("began_on",), ahead=True),
        DatedFact("papers_sent_on", "The day the papers went", "the papers went"),
        MEETING,
        DatedFact("report_sent_on", "The day the report went", "the report went", after=("held_on",)),
        DatedFact(
            "decision_on",
            "The day of the decision",
            "the authority decided",
            after=("held_on", "report_sent_on"),
            closes=True,
            clears=("decision",),
        ),
        DatedFact("notice_on", "The day of the amendment notice", "the amendment notice", after=("held_on",)),
        DatedFact("representations_on", "The day of the parent's comments", "the comments", after=("notice_on",)),
        DatedFact(
            "final_on",
            "The day of the final plan",
            "the final plan came",
            after=("notice_on", "decision_on"),
            closes=True,
            clears=("new_version", "names_next_school"),
        ),
        DatedFact(
            "not_amending_on",
            "The day of the letter that nothing will change",
            "the authority kept the plan as it was",
            after=("notice_on",),
            closes=True,
        ),
        DatedFact(
            "closed_on", "The last day of the review", "the review was closed", after=("began_on",), written=False
        ),
    ),
)
