"""What pages need to know of the rules about EHC plans: their short names, what is done about them and where."""

from dataclasses import replace

from django.db.models import OuterRef, Subquery

from sendco.due.pages import RulePages, Signing, Takes, Way, register_pages

from . import next_steps
from .consultations import selectors as consultations
from .models import CaseLetterKind, ReviewReport
from .reviews.selectors import reviews

REQUEST, PLAN, REVIEW, APPEAL = (f"ehcp:{kind}-detail" for kind in ("assessment", "plan", "review", "appeal"))
LATE_DECISION, LATE_FINAL = CaseLetterKind.LA_LATE_DECISION, CaseLetterKind.LA_LATE_FINAL
LATE_REVIEW, LATE_AMENDED = CaseLetterKind.LA_LATE_REVIEW, CaseLetterKind.LA_LATE_AMENDED

BEGIN_REVIEW = RulePages(action=Way("Begin the review", "ehcp:review-new", query="plan"), steps=next_steps.of_plan)
SEND_ADVICE = RulePages(short="Advice", action=Way("Send the advice", REQUEST))


def late(case, letter):
    """A duty of the authority's: when it is late, the letter about it is ready."""
    way = Way("Write to the authority", "ehcp:letter-new", (case, Takes.SOURCE, letter))
    return {"chaser": way, "letter": letter}


def newest_report():
    reports = ReviewReport.objects.filter(review_id=OuterRef("source_id")).order_by("-made_at", "-pk")
    return Subquery(reports.values("pk")[:1])


# Under the first part of a code stands what all rules of that family share.
PAGES = {
    "ehcna": RulePages(watched=REQUEST),
    "ehcna.decision": RulePages(short="Decision", **late("assessment", LATE_DECISION)),
    "ehcna.advice": SEND_ADVICE,
    # Not owed by an authority that makes a plan, so nobody is written to about it.
    "ehcna.no_plan": RulePages(short="No plan"),
    "ehcna.draft": RulePages(short="Draft"),
    "ehcna.representations": RulePages(short="Comments"),
    "ehcna.final": RulePages(short="Final plan", **late("assessment", LATE_FINAL)),
    "reassess": RulePages(watched=REQUEST),
    "reassess.decision": RulePages(short="Decision", **late("assessment", LATE_DECISION)),
    "reassess.advice": SEND_ADVICE,
    "reassess.final": RulePages(short="Final plan", **late("assessment", LATE_FINAL)),
    "rebased": RulePages(watched=REQUEST),
    "rebased.notify": RulePages(short="Notice", **late("assessment", LATE_FINAL)),
    "rebased.no_plan": RulePages(short="No plan"),
    "rebased.draft": RulePages(short="Draft", **late("assessment", LATE_FINAL)),
    "rebased.final": RulePages(short="Final plan", **late("assessment", LATE_FINAL)),
    "rebased.agreed_time": RulePages(short="As agreed", **late("assessment", LATE_FINAL)),
    "review": RulePages(watched=REVIEW),
    "review.due": replace(BEGIN_REVIEW, short="12 months end"),
    "review.early_years": BEGIN_REVIEW,
    "review.meeting": BEGIN_REVIEW,
    "review.invite": RulePages(short="Invite by", action=Way("Invite", "ehcp:review-invite")),
    "review.papers": RulePages(
        short="Papers out by", action=Way("Send the papers", "ehcp:review-papers"), steps=next_steps.of_papers
    ),
    "review.report": RulePages(
        short="Report due",
        action=Way("Send the report", REVIEW),
        steps=next_steps.of_report,
        signing=Signing(
            names=("report", "reports"),
            waiting=reviews.with_head,
            signed=newest_report,
            sign_route="ehcp:review-approve",
            route="ehcp:review-list",
            query="stage=sign",
        ),
    ),
    "review.decision": RulePages(short="LA decides by", **late("review", LATE_REVIEW)),
    "review.notice": RulePages(short="Notice due", **late("review", LATE_REVIEW)),
    "review.representations": RulePages(short="Comments by"),
    "review.final": RulePages(short="Final plan by", **late("review", LATE_AMENDED)),
    "consultation.reply": RulePages(
        action=Way("Write the reply", "ehcp:consultation-detail"),
        steps=next_steps.of_consultation,
        signing=Signing(
            names=("reply", "replies"),
            waiting=consultations.with_head,
            sign_route="ehcp:consultation-approve",
            route="ehcp:consultation-list",
            query="show=head",
        ),
    ),
    "appeal": RulePages(watched=APPEAL),
    "appeal.evidence": RulePages(action=Way("Send the evidence", APPEAL)),
    "mediation": RulePages(watched=APPEAL),
    "mediation.agreed_time": RulePages(short="As agreed", **late("appeal", LATE_FINAL)),
    "mediation.other": RulePages(short="Other steps"),
    "order": RulePages(watched=APPEAL, **late("appeal", LATE_FINAL)),
    "transfer": RulePages(watched=PLAN),
    "transfer.meeting": BEGIN_REVIEW,
    "move": RulePages(watched=PLAN),
    "move.review": BEGIN_REVIEW,
    "rights": RulePages(watched=PLAN),
    "cease": RulePages(watched=PLAN),
    "plan": RulePages(watched=PLAN),
}


def register_due_pages():
    register_pages(PAGES)
