"""What somebody may ask the public page of dates: an event, and the days it needs."""

from collections.abc import Callable
from dataclasses import dataclass

from sendco.clock import SentBy

from . import answers, appeals, assessments, moves, reviews, transfers
from .answers import REQUEST_RULES, RESPONSIBLE_RULES, after, follow

DATE, TIME, METHOD, YEAR = "date", "time", "method", "year"


@dataclass(frozen=True)
class Fact:
    name: str
    label: str
    kind: str = DATE
    required: bool = True
    help: str = ""


@dataclass(frozen=True)
class Question:
    """`answer(facts, calendar)` returns the lines. `calendar` is asked for only where a school day matters."""

    key: str
    group: str
    words: str
    facts: tuple[Fact, ...]
    answer: Callable
    asks_calendar: bool = False
    note: str = ""


METHODS = {
    SentBy.EMAIL: "E-mail or web page",
    SentBy.BY_HAND: "By hand",
    SentBy.FIRST_CLASS_POST: "First class post",
    SentBy.SIGNED_FOR: "Signed-for post",
}


def _on(label, help=""):
    return Fact("on", label, help=help)


ASKING, PLACE, APPEAL = "Asking for an assessment", "Asking a school for a place", "When you disagree"
ORDERED, REVIEW, NEXT = "After the Tribunal or a change of mind", "Annual review", "The next school or college"
HOUSE, AGE = "Moving house", "Age, and days on which schools are closed"
TRIBUNAL_ORDER = (_on("Day the Tribunal sent out its order"),)
UNOPPOSED = (_on("Day the council told the Tribunal that it will not oppose"),)
AGREEMENT = (_on("Day of the agreement"),)


def _orders():
    """A question for each thing the Tribunal can order, and for a council that gives way."""
    effects = {
        "assess": "to assess or re-assess",
        "make": "to make a plan",
        "amend": "to change what the plan says",
        "name": "to change only the school named",
        "reconsider": "to think again",
        "maintain": "to keep the plan",
        "cease": "that lets the plan end",
    }
    for to, what in effects.items():
        answer = after(appeals.ORDERS, to, appeals.ORDER)
        yield Question(f"order_{to}", ORDERED, f"The Tribunal made an order {what}", TRIBUNAL_ORDER, answer)
    for to in ("assess", "make", "amend", "name", "maintain"):
        answer = after(appeals.ORDERS, to, appeals.UNOPPOSED)
        text = f"The council will not oppose the appeal ({effects[to]})"
        yield Question(f"unopposed_{to}", ORDERED, text, UNOPPOSED, answer)
    for to, what in effects.items():
        answer = after(appeals.ORDERS, to, appeals.AGREED)
        yield Question(f"agreed_{to}", ORDERED, f"Mediation ended in an agreement {what}", AGREEMENT, answer)
    yield Question(
        "agreed_other",
        ORDERED,
        "Mediation ended in an agreement about something that cannot be appealed",
        AGREEMENT,
        follow(appeals.OTHER_STEPS),
        note="Not where the parties agreed another time in writing.",
    )
    yield Question(
        "agreed_with_health",
        ORDERED,
        "Mediation about health care ended in an agreement, and the council took no part",
        AGREEMENT,
        follow(appeals.OTHER_STEPS_HEALTH, appeals.TELL_AUTHORITY),
        note="Not where the parties agreed another time in writing.",
    )


QUESTIONS = (
    Question(
        "received", ASKING, "The council received a request", (_on("Day it was received"),), follow(*REQUEST_RULES)
    ),
    Question(
        "sent",
        ASKING,
        "A request was sent",
        (
            Fact("sent_on", "Day it was sent"),
            Fact("sent_time", "Time it was sent", TIME, help="For example 16:30"),
            Fact("method", "How it was sent", METHOD),
            Fact("signed", "Day it was signed for", required=False, help="Only for signed-for post"),
        ),
        answers.sent,
    ),
    Question(
        "responsible",
        ASKING,
        "The council became responsible for a child without a request",
        (_on("Day it became responsible"),),
        follow(*RESPONSIBLE_RULES),
    ),
    Question(
        "advice",
        ASKING,
        "The council asked the school for advice",
        (_on("Day the school received it"),),
        follow(assessments.ADVICE),
        note="A closed school is no reason to be late with advice.",
    ),
    Question("draft", ASKING, "A draft plan was sent to the parent", (_on("Day it was served"),), answers.draft),
    Question(
        "issued",
        ASKING,
        "The final plan was sent",
        (_on("Day it was issued"),),
        follow(assessments.ADMIT, assessments.SECURE),
    ),
    Question(
        "reassess",
        ASKING,
        "The council received a request to re-assess",
        (_on("Day it was received"),),
        follow(assessments.REASSESS_DECISION),
    ),
    Question(
        "reassess_agreed",
        ASKING,
        "The council told the parent that it will re-assess",
        (_on("Day it told the parent"),),
        follow(assessments.REASSESS_FINAL),
    ),
    Question(
        "consulted",
        PLACE,
        "The council asked a school whether it can take a child",
        (_on("Day the school received it"),),
        follow(assessments.CONSULTATION_REPLY),
    ),
    Question(
        "letter",
        APPEAL,
        "The council sent a decision that can be appealed",
        (
            _on("Day it sent the letter"),
            Fact("certificate", "Day the mediation certificate was issued", required=False, help="If there is one"),
        ),
        answers.letter,
    ),
    Question(
        "no_mediation",
        APPEAL,
        "The parent told the adviser that they do not want mediation",
        (_on("Day they told the adviser"),),
        follow(appeals.CERTIFICATE),
    ),
    Question(
        "mediation_wanted",
        APPEAL,
        "The parent told the council that they want mediation",
        (_on("Day they told the council"),),
        follow(appeals.ARRANGE),
    ),
    Question(
        "mediation_health",
        APPEAL,
        "The parent wants mediation about health care alone",
        (_on("Day the council told the health body"),),
        follow(appeals.ARRANGE_HEALTH),
    ),
    Question(
        "mediation_not_held",
        APPEAL,
        "Mediation cannot be held in the 30 days",
        (_on("Day the adviser was told"),),
        follow(appeals.NOT_HELD),
    ),
    Question("mediation_ended", APPEAL, "Mediation ended", (_on("Day it ended"),), follow(appeals.CERTIFICATE_AFTER)),
    Question(
        "appeal_sent",
        APPEAL,
        "The Tribunal sent the appeal to the council",
        (_on("Day it was sent to the council"),),
        follow(appeals.RESPONSE),
    ),
    *_orders(),
    Question(
        "reversed",
        ORDERED,
        "The council refused to assess, and then changed its mind",
        (
            _on("Day it changed its mind"),
            Fact("received", "Day it had received the request", required=False, help="To see the first date as well"),
        ),
        answers.reversed_refusal,
        note="The law gives no new dates for this. The Ombudsman counts from the change of mind.",
    ),
    Question(
        "plan_made",
        REVIEW,
        "A plan was made, or its last review was decided",
        (
            _on("Day the plan was made"),
            Fact(
                "concluded",
                "Day the council sent its decision on the last review",
                required=False,
                help="If there was one: it counts instead",
            ),
        ),
        answers.review_due,
        asks_calendar=True,
    ),
    Question("meeting", REVIEW, "A review meeting", (_on("Day of the meeting"),), answers.meeting, asks_calendar=True),
    Question(
        "notice",
        REVIEW,
        "The council sent an amendment notice",
        (
            _on("Day it sent the notice"),
            Fact("meeting", "Day of the review meeting", required=False, help="The earlier of two limits counts"),
        ),
        answers.notice,
    ),
    Question(
        "under_five",
        REVIEW,
        "A child under 5 has a plan",
        (
            _on("Day the plan was made"),
            Fact(
                "concluded",
                "Day the council sent its decision on the last review",
                required=False,
                help="If there was one: it counts instead",
            ),
        ),
        answers.under_five,
    ),
    Question(
        "review_due",
        REVIEW,
        "A review is due by a day you know",
        (_on("Day the review is due"),),
        follow(reviews.MEETING),
        asks_calendar=True,
    ),
    Question(
        "final_by",
        REVIEW,
        "A changed plan is needed by a day",
        (_on("Day the final plan is needed"),),
        follow(reviews.FINAL_BY),
        asks_calendar=True,
    ),
    Question(
        "next_school",
        NEXT,
        "A child moves to the next school",
        (_on("First day at the next school", "For example 1 September 2027"),),
        follow(transfers.TO_SCHOOL),
        note="From nursery to school, and between infant, junior, primary, middle and secondary school.",
    ),
    Question(
        "after_school",
        NEXT,
        "A young person moves from school to a college or other post-16 place",
        (_on("First day there"),),
        follow(transfers.TO_POST16),
    ),
    Question(
        "sixth_form",
        NEXT,
        "A young person moves to a school's sixth form",
        (_on("First day there"),),
        follow(transfers.TO_SIXTH_FORM),
    ),
    Question(
        "between_colleges",
        NEXT,
        "A young person moves from one post-16 place to another",
        (_on("Day of the move"),),
        follow(transfers.POST16_MOVE),
    ),
    Question(
        "moved",
        HOUSE,
        "A family moved to another council's area",
        (
            _on("Day of the move"),
            Fact("aware", "Day the old council learned of it", required=False, help="If not the day of the move"),
        ),
        answers.move,
    ),
    Question(
        "transferred",
        HOUSE,
        "The plan was transferred to the new council",
        (
            _on("Day of the transfer"),
            Fact("made", "Day the plan was made", required=False, help="To see the next review"),
            Fact("reviewed", "Day the council sent its decision on the last review", required=False),
        ),
        answers.transferred,
    ),
    Question(
        "health",
        HOUSE,
        "The health body learned that another health body is now responsible",
        (_on("Day it became aware"),),
        follow(moves.HEALTH),
    ),
    Question(
        "ceasing",
        APPEAL,
        "The council sent notice that the plan will end",
        (_on("Day it sent the notice"),),
        follow(moves.CEASE_WINDOW),
    ),
    Question(
        "birth",
        AGE,
        "A child was born",
        (
            _on("Date of birth"),
            Fact("year", "School year that starts in September of", YEAR, required=False, help="For example 2026"),
        ),
        answers.birth,
    ),
    Question(
        "closed",
        AGE,
        "A school is closed for a long time",
        (
            _on("First day closed"),
            Fact("reopens", "Day it opens again"),
            Fact("asked", "Day the council asked the head for advice", required=False),
        ),
        answers.closed,
        note="The only holiday exception: it sets a time limit aside and moves no date.",
    ),
    Question(
        "last_school_day",
        AGE,
        "A date falls in a school holiday",
        (_on("The date"),),
        answers.last_school_day,
        asks_calendar=True,
    ),
)
BY_KEY = {question.key: question for question in QUESTIONS}


def grouped():
    """[(group, questions)] in the order a reader meets them."""
    order = dict.fromkeys((ASKING, PLACE, APPEAL, ORDERED, REVIEW, NEXT, HOUSE, AGE))
    return [(group, [question for question in QUESTIONS if question.group == group]) for group in order]
