"""The steps of an annual review, from the day of the meeting to the amended plan, and the stages they lead through."""

from django.utils.translation import gettext_lazy as _

from ..cases.steps import Holds, Known, NotYet, Stage, Step, Whose, by_code
from ..models import AnnualReview, Recommendation
from .refusals import ReviewReason

DAY_FIXED = Known(("meeting_on",), ReviewReason.NO_DAY)
HELD = Known(("held_on",), ReviewReason.NOT_HELD)
REPORT_NOT_SENT = NotYet("report_sent_on", ReviewReason.REPORT_WENT)
TO_BE_AMENDED = Holds(lambda review: review.decision == Recommendation.AMEND, ReviewReason.NOT_AMENDING)


def still_waited_for(review: AnnualReview) -> bool:
    """A review that the school closed after its meeting: what the authority owes is entered whenever it comes."""
    return review.waits_for_authority


def report_still_due(review: AnnualReview) -> bool:
    """Its report is owed to everybody who was invited, whatever the school closed (reg 20(7))."""
    return review.waits_for_authority and review.report_sent_on is None


DAY = Step(
    "day",
    _("Fix the day of the meeting"),
    _("Plan the meeting"),
    "ehcp:review-plan",
    writes=("meeting_on", "meeting_time", "place", "contribute_by", "pep_on", "short_notice_note"),
    needs=(NotYet("held_on", ReviewReason.HELD_ALREADY),),
)
CALL_OFF = Step(
    "call_off",
    _("Call the meeting off"),
    _("Call it off"),
    "ehcp:review-call-off",
    needs=(DAY_FIXED, NotYet("held_on", ReviewReason.HELD_ALREADY)),
)
INVITE = Step(
    "invite",
    _("Invite everybody"),
    _("Invite {people}"),
    "ehcp:review-invite",
    needs=(DAY_FIXED,),
    rule="review.invite",
)
ASK = Step("ask", _("Ask for views and reports"), _("Ask {people}"), "ehcp:review-ask")
SCHOOL_REPORT = Step(
    "school_report",
    _("Write the school's report"),
    _("Write the school's report"),
    "ehcp:review-school-report",
    writes=("school_report",),
)
VIEWS = Step("views", _("Views and reports in"), _("Chase {people}"), "ehcp:review-chase")
# The first click has the papers drawn, and leads to where they are read and sent.
PACK = Step(
    "pack",
    _("Prepare the papers"),
    _("Prepare the papers"),
    "ehcp:review-pack-make",
    writes=("pack_job_id",),
    needs=(DAY_FIXED,),
)
PAPERS = Step(
    "papers",
    _("Send the papers round"),
    _("Send the papers"),
    "ehcp:review-papers",
    writes=("papers_sent_on",),
    needs=(DAY_FIXED,),
    rule="review.papers",
)
MEETING = Step(
    "meeting",
    _("Hold the meeting"),
    _("Open the meeting screen"),
    "ehcp:review-meeting",
    writes=("held_on", "meeting_on"),
)
# What is written up, page by page of the meeting's screen; the form of a page has these fields.
SUMMARY = ("strengths", "summary")
ADULTHOOD = ("adult_employment", "adult_living", "adult_community", "adult_health")
RECOMMENDING = ("recommendation", "recommendation_reason", "changes_asked", "actions")
WRITE_UP = Step(
    "write_up",
    _("Write up the meeting"),
    _("Write up the meeting"),
    "ehcp:review-meeting",
    writes=SUMMARY + RECOMMENDING + ADULTHOOD,
    needs=(REPORT_NOT_SENT,),
    when_closed=report_still_due,
)
REPORT = Step(
    "report",
    _("Make the report"),
    _("Make the report"),
    "ehcp:review-report",
    needs=(
        Known(("held_on",), ReviewReason.NOTHING_TO_REPORT),
        NotYet("report_sent_on", ReviewReason.REPORT_SENT_STAYS),
    ),
    when_closed=report_still_due,
)
APPROVE = Step(
    "approve",
    _("Head approves"),
    _("Approve the report"),
    "ehcp:review-approve",
    Whose.HEAD,
    writes=("approved_at", "approved_by"),
    needs=(REPORT_NOT_SENT, Known(("held_on",), ReviewReason.NOTHING_TO_REPORT)),
    when_closed=report_still_due,
)
SEND = Step(
    "send",
    _("Send the report"),
    _("Record that it went"),
    "ehcp:review-report-sent",
    writes=("report_sent_on",),
    needs=(HELD,),
    when_closed=report_still_due,
    rule="review.report",
)
DECISION = Step(
    "decision",
    _("The authority decides"),
    _("Record the decision"),
    "ehcp:review-decision",
    Whose.AUTHORITY,
    writes=("decision_on", "decision", "notice_on"),
    needs=(HELD,),
    when_closed=still_waited_for,
    rule="review.decision",
)
NOTICE = Step(
    "notice",
    _("Amendment notice"),
    _("Record the notice"),
    "ehcp:review-notice",
    Whose.AUTHORITY,
    writes=("notice_on",),
    needs=(TO_BE_AMENDED,),
    when_closed=still_waited_for,
    rule="review.notice",
)
COMMENTS = Step(
    "comments",
    _("Parent's comments"),
    _("Record the comments"),
    "ehcp:review-comments",
    Whose.PARENT,
    writes=("representations_on",),
    needs=(TO_BE_AMENDED,),
    when_closed=still_waited_for,
)
FINAL = Step(
    "final",
    _("Final plan"),
    _("Record the final plan"),
    "ehcp:review-final",
    Whose.AUTHORITY,
    writes=("final_on", "new_version", "names_next_school"),
    needs=(TO_BE_AMENDED,),
    when_closed=still_waited_for,
    rule="review.final",
)
NOT_AMENDED = Step(
    "not_amended",
    _("The plan stays as it was"),
    whose=Whose.AUTHORITY,
    writes=("not_amending_on",),
    needs=(TO_BE_AMENDED,),
    when_closed=still_waited_for,
)

BEFORE_MEETING = (DAY, INVITE, ASK, SCHOOL_REPORT, VIEWS, PAPERS, MEETING)
AFTER_MEETING = (WRITE_UP, REPORT, APPROVE, SEND, DECISION)
AMENDING = (NOTICE, COMMENTS, FINAL)
STEPS = by_code((*BEFORE_MEETING, CALL_OFF, PACK, *AFTER_MEETING, *AMENDING, NOT_AMENDED))
# A parent may comment or not: nothing waits for it.
HOLDS_NOTHING_UP = (COMMENTS,)


def steps_for(review: AnnualReview) -> tuple[Step, ...]:
    """The way of this review: what follows an amendment notice stands there once the authority decided to amend."""
    return BEFORE_MEETING + AFTER_MEETING + (AMENDING if TO_BE_AMENDED.test(review) else ())


# --- Stages ------------------------------------------------------------------------------------------------------
# The report lies before the head: a part of the stage of writing it, which the head sees as her own.
WITH_HEAD = "sign"
STAGES = (
    Stage("plan", _("To be planned")),
    Stage("prepare", _("Preparing the meeting"), "meeting_on"),
    Stage("report", _("Report to write"), "held_on"),
    Stage(WITH_HEAD, _("Report with the head"), "held_on"),
    Stage("send", _("Approved, to be sent"), "approved_at"),
    Stage("decision", _("Authority decides"), "report_sent_on"),
    Stage("amend", _("Authority changes the plan"), "decision_on"),
)
