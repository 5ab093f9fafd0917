"""Dates that the register itself gives. No Django: dates in, dates out."""

from datetime import date

from sendco.clock import SEND_LAW_FROM, Basis, Days, Duty, Months, Rule, SchoolCalendar, SchoolDays, WorkingDays

NOT_ENTERED = "calendar not entered, so working days are counted in place of school days."


def within(days, calendar: SchoolCalendar | None, trigger: date):
    """{count, check} of a rule: school days where the school's calendar reaches far enough; working days of England,
    and that it is so, where it does not."""
    count = SchoolDays(days)
    try:
        count.due(trigger, calendar)
    except ValueError:
        return {"count": WorkingDays(days), "check": NOT_ENTERED}
    return {"count": count}


def concern_first_look(*, days, calendar, trigger):
    """The school's own policy: somebody looks at a concern within so many school days of its being raised."""
    return Rule(
        code="concern.first_look",
        title="First look at a concern",
        duty=Duty.SCHOOL,
        basis=Basis.LOCAL,
        authority="School policy",
        trigger="the concern was raised",
        **within(days, calendar, trigger),
        valid_from=SEND_LAW_FROM,
        example=(date(2026, 11, 9), date(2026, 11, 16)),
    )


CONCERN_LOOK_AGAIN = Rule(
    code="concern.look_again",
    title="Second look at a concern",
    duty=Duty.SCHOOL,
    basis=Basis.LOCAL,
    authority="School policy (Code of Practice 6.44)",
    trigger="the date chosen at triage",
    count=Days(0),
    valid_from=SEND_LAW_FROM,
    example=(date(2026, 11, 9), date(2026, 11, 9)),
)
CONCERN_VIEW = Rule(
    code="concern.view",
    title="View of a colleague",
    duty=Duty.SCHOOL,
    basis=Basis.LOCAL,
    authority="School policy",
    trigger="the view was asked for",
    count=WorkingDays(5),
    valid_from=SEND_LAW_FROM,
    example=(date(2026, 11, 9), date(2026, 11, 16)),
)
WATCH_LOOK_AGAIN = Rule(
    code="watch.look_again",
    title="Next look at a monitored pupil",
    duty=Duty.SCHOOL,
    basis=Basis.LOCAL,
    authority="School policy",
    trigger="the date chosen when monitoring began",
    count=Days(0),
    valid_from=SEND_LAW_FROM,
    example=(date(2026, 11, 9), date(2026, 11, 9)),
)


def tell_parent(*, days, calendar, trigger):
    """CFA 2014 s68, which names PRUs and AP Academies too, sets the duty and no date; the days are school policy."""
    return Rule(
        code="support.tell_parent",
        title="Telling home that SEN Support has started",
        duty=Duty.SCHOOL,
        basis=Basis.LOCAL,
        authority="Children and Families Act 2014 s68 (Code of Practice 6.43); the number of days is school policy",
        trigger="SEN Support started",
        **within(days, calendar, trigger),
        valid_from=SEND_LAW_FROM,
        example=(date(2026, 11, 9), date(2026, 11, 16)),
    )


def equipment_check(*, kind, name, lifts_people):
    """The school's own interval. Of a hoist or a sling the inspector's report gives the day (LOLER 1998)."""
    return Rule(
        code="equipment.check",
        title=f"{kind}: {name}",
        duty=Duty.SCHOOL,
        basis=Basis.LOCAL,
        authority="School policy",
        trigger="the day set for it",
        count=Days(0),
        valid_from=SEND_LAW_FROM,
        check="hoists and slings are examined by a competent person (LOLER 1998); ask them for the interval."
        if lifts_people
        else "",
        example=(date(2026, 11, 9), date(2026, 11, 9)),
    )


def plan_review(*, kind, basis, authority, check, valid_from):
    """The review date agreed when the plan was made (Code of Practice 6.48), on its kind's own authority."""
    return Rule(
        code="support.review",
        title=f"Review the {kind}",
        duty=Duty.SCHOOL,
        basis=Basis(basis),
        authority=authority,
        trigger="the review date agreed",
        count=Days(0),
        valid_from=valid_from,
        check=check,
        example=(date(2026, 12, 4), date(2026, 12, 4)),
    )


def plan_review_at_least(*, kind, months, basis, authority, check, valid_from):
    """A kind whose authority wants a review at least every so many months, whatever date was agreed."""
    return Rule(
        code="support.at_least",
        title=f"Review the {kind} at the latest",
        duty=Duty.SCHOOL,
        basis=Basis(basis),
        authority=authority,
        trigger="the plan began",
        count=Months(months),
        valid_from=valid_from,
        check=check,
        example=(date(2026, 12, 4), date(2027, 12, 4)),
    )


TARGET_REVIEW = Rule(
    code="target.review",
    title="Review a target",
    duty=Duty.SCHOOL,
    basis=Basis.LOCAL,
    authority="School policy (Code of Practice 6.44: closer cycles as need is clearer)",
    trigger="the day set for the target",
    count=Days(0),
    valid_from=SEND_LAW_FROM,
    example=(date(2026, 11, 27), date(2026, 11, 27)),
)


def window_class(*, group):
    """The last day of a review window, for the class that writes its reviews."""
    return Rule(
        code="window.write",
        title=f"Write the reviews of {group}",
        duty=Duty.SCHOOL,
        basis=Basis.LOCAL,
        authority="School policy",
        trigger="the last day of the review window",
        count=Days(0),
        valid_from=SEND_LAW_FROM,
        example=(date(2026, 12, 11), date(2026, 12, 11)),
    )


MEETING = Rule(
    code="meeting.hold",
    title="Hold a meeting and write its notes",
    duty=Duty.SCHOOL,
    basis=Basis.LOCAL,
    authority="School policy",
    trigger="the day planned for the meeting",
    count=Days(0),
    valid_from=SEND_LAW_FROM,
    example=(date(2026, 12, 4), date(2026, 12, 4)),
)
MEETING_ACTION = Rule(
    code="meeting.action",
    title="Do what was agreed at a meeting",
    duty=Duty.SCHOOL,
    basis=Basis.LOCAL,
    authority="School policy",
    trigger="the day agreed",
    count=Days(0),
    valid_from=SEND_LAW_FROM,
    example=(date(2026, 12, 4), date(2026, 12, 4)),
)


def _referral(code, title, trigger, *, count=None, check=""):
    """A date about a referral: the school's own, whatever an agency says of its waiting times."""
    count = count or Days(0)
    return Rule(
        code=f"referral.{code}",
        title=title,
        duty=Duty.SCHOOL,
        basis=Basis.LOCAL,
        authority="School policy",
        trigger=trigger,
        count=count,
        valid_from=SEND_LAW_FROM,
        check=check,
        example=(date(2026, 11, 9), count.due(date(2026, 11, 9), None)),
    )


REFERRAL_SEND = _referral("send", "Send a referral", "it was written", count=WorkingDays(5))
REFERRAL_ASK = _referral("ask", "Ask an agency when the child is seen", "the day set for asking again")
REFERRAL_REPORT = _referral("report", "Get the report of an agency", "the day it is expected")
REFERRAL_ADVICE = _referral("advice", "Decide on an agency's advice", "the report came", count=WorkingDays(10))
REFERRAL_CONSENT = _referral("consent", "Decide on a referral whose consent is withdrawn", "consent was withdrawn")
OUTSIDE_ANSWER = Rule(
    code="outside.answer",
    title="Get an answer to a question sent by link",
    duty=Duty.SCHOOL,
    basis=Basis.LOCAL,
    authority="School policy",
    trigger="the day to answer by",
    count=Days(0),
    valid_from=SEND_LAW_FROM,
    example=(date(2026, 11, 9), date(2026, 11, 9)),
)
OUTSIDE_READ = Rule(
    code="outside.read",
    title="Read an answer that came by link",
    duty=Duty.SCHOOL,
    basis=Basis.LOCAL,
    authority="School policy",
    trigger="it came",
    count=WorkingDays(2),
    valid_from=SEND_LAW_FROM,
    example=(date(2026, 11, 9), date(2026, 11, 11)),
)
HANDOVER_SENT = Rule(
    code="handover.send",
    title="Look at a handover pack and send it",
    duty=Duty.SCHOOL,
    basis=Basis.LOCAL,
    authority="School policy",
    trigger="the pack was made",
    count=WorkingDays(2),
    valid_from=SEND_LAW_FROM,
    example=(date(2026, 11, 9), date(2026, 11, 11)),
)
HANDOVER_RECEIVED = Rule(
    code="handover.receive",
    title="Read a handover pack and say so",
    duty=Duty.SCHOOL,
    basis=Basis.LOCAL,
    authority="School policy",
    trigger="the pack was made",
    count=WorkingDays(5),
    valid_from=SEND_LAW_FROM,
    example=(date(2026, 11, 9), date(2026, 11, 16)),
)
QUESTION_ANSWER = Rule(
    code="question.answer",
    title="Answer a colleague's question",
    duty=Duty.SCHOOL,
    basis=Basis.LOCAL,
    authority="School policy",
    trigger="it was asked",
    count=WorkingDays(5),
    valid_from=SEND_LAW_FROM,
    example=(date(2026, 11, 9), date(2026, 11, 16)),
)
CHALLENGE_REPLY = Rule(
    code="challenge.reply",
    title="Reply to a challenge",
    duty=Duty.SCHOOL,
    basis=Basis.LOCAL,
    authority="School policy",
    trigger="the day by which a reply is expected",
    count=Days(0),
    valid_from=SEND_LAW_FROM,
    example=(date(2026, 11, 9), date(2026, 11, 9)),
)
OF_REFERRALS = (REFERRAL_SEND, REFERRAL_ASK, REFERRAL_REPORT, REFERRAL_ADVICE, REFERRAL_CONSENT)
PROFILE_READ = Rule(
    code="profile.read",
    title="Read a one-page profile",
    duty=Duty.SCHOOL,
    basis=Basis.LOCAL,
    authority="School policy",
    trigger="it was published or you were asked",
    count=WorkingDays(5),
    valid_from=SEND_LAW_FROM,
    example=(date(2026, 11, 9), date(2026, 11, 16)),
)

FIXED = (
    CONCERN_LOOK_AGAIN,
    CONCERN_VIEW,
    WATCH_LOOK_AGAIN,
    TARGET_REVIEW,
    PROFILE_READ,
    MEETING,
    MEETING_ACTION,
    *OF_REFERRALS,
    OUTSIDE_ANSWER,
    OUTSIDE_READ,
    HANDOVER_SENT,
    HANDOVER_RECEIVED,
    QUESTION_ANSWER,
    CHALLENGE_REPLY,
)
COUNTED = (concern_first_look, tell_parent)
