"""What each record of this floor owes, from its facts."""

from django.utils import timezone

from sendco.clock import SEND_LAW_FROM, deadline
from sendco.due.registry import Source, register
from sendco.due.services import Owed

from . import deadlines
from .models import (
    Challenge,
    Concern,
    ConcernView,
    EquipmentCheck,
    HandoverPack,
    Meeting,
    MeetingAction,
    OutsideAsk,
    ProfileReading,
    Referral,
    RegisterEntry,
    SencoQuestion,
    SupportPlan,
    Target,
    WatchListEntry,
    WindowClass,
)
from .models.register import Code


def _day(moment):
    """The school's own day of a moment, or None: just after midnight in summer the UTC day is another."""
    return timezone.localdate(moment) if moment else None


def _item(rule, on, calendar, **facts):
    """One Owed as a list; empty where the date is not known, as for a support that began before the days we know."""
    found = deadline(rule, on, calendar)
    return [Owed(found, **facts)] if found else []


def of_watch(entry, calendar):
    rule, on = deadlines.WATCH_LOOK_AGAIN, entry.look_again_on
    return _item(rule, on, calendar, owner_id=entry.entered_by_id, met_on=entry.ends_on)


def of_register_entry(entry, calendar):
    """SEN Support asks that the parent is told. Nothing is owed for what began before sendco knew the child."""
    if entry.code != Code.SUPPORT or entry.is_taken_over:
        return []
    school = entry.school
    rule = deadlines.tell_parent(days=school.letter_days, calendar=calendar, trigger=entry.starts_on)
    closed = entry.ends_on if entry.parent_told_on is None else None
    return _item(rule, entry.starts_on, calendar, met_on=entry.parent_told_on, closed_on=closed)


def of_concern(concern, calendar):
    rule = deadlines.concern_first_look(days=concern.school.concern_days, calendar=calendar, trigger=concern.raised_on)
    seen = _day(concern.first_action_at)
    owed = _item(rule, concern.raised_on, calendar, met_on=seen, closed_on=concern.closed_on)
    again = deadlines.CONCERN_LOOK_AGAIN
    return owed + _item(
        again, concern.look_again_on, calendar, owner_id=concern.decided_by_id, met_on=concern.closed_on
    )


def of_view(view, calendar):
    answered = _day(view.answered_at)
    closed = None if answered else view.withdrawn_on or view.concern.closed_on
    facts = {"owner_id": view.asked_of_id, "met_on": answered, "closed_on": closed}
    return _item(deadlines.CONCERN_VIEW, view.asked_on, calendar, **facts)


def of_check(check, calendar):
    """The next time of a check; what was done stands as met."""
    thing = check.equipment
    rule = deadlines.equipment_check(
        kind=check.get_kind_display(), name=thing.name, lifts_people=check.kind == EquipmentCheck.Kind.LIFT
    )
    closed = None if check.done_on else check.ended_on or thing.gone_on
    return _item(rule, check.due_on, calendar, met_on=check.done_on, closed_on=closed)


def of_support_plan(plan, calendar):
    """The review agreed, and the kind's own limit where it has one. Of a confidential plan the kind is not said."""
    kind = plan.kind
    facts = {"valid_from": kind.valid_from or SEND_LAW_FROM}
    if plan.is_confidential:
        facts |= {"kind": "support plan", "basis": "local", "authority": "School policy", "check": ""}
    else:
        facts |= {"kind": kind.name, "basis": kind.basis, "authority": kind.authority, "check": kind.check_note}
    reviewed = plan.closed_on if plan.ending == SupportPlan.Ending.REVIEWED else None
    closed = None if reviewed else plan.closed_on or plan.pupil.left_on
    ends = {"owner_id": plan.lead_id, "met_on": reviewed, "closed_on": closed}
    owed = _item(deadlines.plan_review(**facts), plan.review_on, calendar, **ends)
    if kind.review_most_months and not plan.is_confidential:
        rule = deadlines.plan_review_at_least(months=kind.review_most_months, **facts)
        owed += _item(rule, plan.starts_on, calendar, **ends)
    return owed


def of_target(target, calendar):
    """A target's own day, where it is not the plan's; the days it was looked at before stand as met."""
    plan, outcome = target.outcome.plan, target.outcome
    settled = {row.due_on: row.settled_on for row in target.reviews.all() if row.settled_on and row.due_on}
    owed = []
    for due_on, settled_on in settled.items():
        owed += _item(deadlines.TARGET_REVIEW, due_on, calendar, owner_id=plan.lead_id, met_on=settled_on)
    if target.review_on and target.review_on not in settled:
        closed = target.ended_on or outcome.removed_on or plan.closed_on or plan.pupil.left_on
        owed += _item(deadlines.TARGET_REVIEW, target.review_on, calendar, owner_id=plan.lead_id, closed_on=closed)
    return owed


def of_profile_reading(reading, calendar):
    """Known to the adult alone who is asked. No query where the versions were read."""
    profile = reading.profile
    versions = [one for one in profile.versions.all() if one.withdrawn_on is None]
    newest = max(versions, key=lambda one: one.number, default=None)
    if newest is None:
        return []
    first = next((one for one in versions if one.number == newest.asks), newest)
    is_read = reading.read_number is not None and reading.read_number >= newest.asks
    met = reading.read_on if is_read else None
    gone = reading.asked_on if profile.pupil.merged_into_id else profile.pupil.left_on
    closed = None if met else reading.closed_on or gone
    facts = {"owner_id": reading.user_id, "met_on": met, "closed_on": closed, "is_personal": True}
    return _item(deadlines.PROFILE_READ, max(first.published_on, reading.asked_on), calendar, **facts)


def of_window_class(row, calendar):
    window = row.window
    closed = None if row.done_on else window.removed_on
    facts = {"owner_id": row.owner_id, "met_on": row.done_on, "closed_on": closed}
    rule = deadlines.window_class(group=row.group.name if row.group else "pupils of no class")
    return _item(rule, window.due_on, calendar, **facts)


def of_meeting(meeting, calendar):
    """Of a meeting about one child with that child; of one about several with nobody in particular."""
    left_on = meeting.pupil.left_on if meeting.pupil else None
    closed = None if meeting.held_on else meeting.cancelled_on or left_on
    facts = {"owner_id": meeting.organiser_id, "met_on": meeting.held_on, "closed_on": closed}
    return _item(deadlines.MEETING, meeting.planned_on, calendar, **facts)


def of_meeting_action(action, calendar):
    """Owed by the colleague who took it on; what somebody outside does is looked after by who organised the meeting."""
    done = action.settled_on if action.state == MeetingAction.State.DONE else None
    closed = None if done else action.settled_on or action.pupil.left_on
    owner = action.owner_id or action.meeting.organiser_id
    return _item(deadlines.MEETING_ACTION, action.due_on, calendar, owner_id=owner, met_on=done, closed_on=closed)


def of_referral(row, calendar):
    """Each step of a referral in turn. A row that ended owes nothing more; what was done stands as met."""
    closed = row.ended_on or row.pupil.left_on
    by_law = row.basis == row.Basis.LAW
    stands = by_law or row.consent_withdrawn_on is None
    facts = {"owner_id": row.lead_id}
    gone = closed or (None if stands else row.consent_withdrawn_on)
    owed = _item(deadlines.REFERRAL_SEND, row.written_on, calendar, met_on=row.sent_on, closed_on=gone, **facts)
    if row.sent_on:
        seen = row.seen_on or row.report_on
        owed += _item(deadlines.REFERRAL_ASK, row.ask_again_on, calendar, met_on=seen, closed_on=gone, **facts)
        owed += _item(
            deadlines.REFERRAL_REPORT, row.report_due_on, calendar, met_on=row.report_on, closed_on=gone, **facts
        )
    if row.report_on:
        advice = [one for one in row.recommendations.all() if one.removed_on is None]
        decided = max((one.decided_on for one in advice if one.decided_on), default=None)
        is_open = not advice or any(one.decided_on is None for one in advice)
        met = row.report_on if row.has_no_advice else None if is_open else decided
        owed += _item(deadlines.REFERRAL_ADVICE, row.report_on, calendar, met_on=met, closed_on=closed, **facts)
    if row.consent_withdrawn_on and not by_law:
        owed += _item(deadlines.REFERRAL_CONSENT, row.consent_withdrawn_on, calendar, met_on=row.ended_on, **facts)
    return owed


def of_outside_ask(row, calendar):
    """Looked after by who asked: the person outside is nobody whom sendco reminds by itself. What came waits to be
    read.

    A pack goes to the next school after the child has left; anything else ends with the child's going.
    """
    answered, left_on = _day(row.answered_at), None if row.kind == row.Kind.HANDOVER else row.pupil.left_on
    closed = None if answered else row.withdrawn_on or left_on or _ended_with(row)
    facts = {"owner_id": row.asked_by_id, "met_on": answered, "closed_on": closed}
    owed = _item(deadlines.OUTSIDE_ANSWER, row.answer_by, calendar, **facts)
    if answered and row.has_something:
        owed += _item(deadlines.OUTSIDE_READ, answered, calendar, owner_id=row.asked_by_id, met_on=row.read_on)
    return owed


def _ended_with(row):
    """The day since which no answer can come, because what the question rests on has ended; None while it stands."""
    if row.plan is not None and (row.plan.closed_on or row.plan.is_confidential):
        return row.plan.closed_on or row.asked_on
    if row.contact is not None and not row.contact.may_be_written_to:
        return row.contact.ended_on or row.asked_on
    if row.referral is not None and (row.referral.ended_on or not row.referral.has_basis):
        return row.referral.ended_on or row.referral.consent_withdrawn_on or row.asked_on
    return None


def of_handover_pack(pack, calendar):
    """Owed by the colleague who takes over. Of one for somebody outside the sending is owed, and then the link's own
    date.
    """
    if pack.to_user_id is None:
        asks = [ask for ask in pack.outside_asks.all() if ask.withdrawn_on is None]
        sent = min((ask.asked_on for ask in asks), default=None)
        facts = {"owner_id": pack.made_by_id, "met_on": sent, "closed_on": None if sent else pack.withdrawn_on}
        return _item(deadlines.HANDOVER_SENT, pack.made_on, calendar, **facts)
    facts = {"owner_id": pack.to_user_id, "met_on": pack.received_on, "closed_on": pack.withdrawn_on}
    return _item(deadlines.HANDOVER_RECEIVED, pack.made_on, calendar, **facts)


def of_question(question, calendar):
    """Owed by whoever leads support: by nobody in particular, so that an absence stops no answer."""
    left_on = question.pupil.left_on if question.pupil else None
    closed = None if question.answered_on else question.closed_on or left_on
    facts = {"met_on": question.answered_on, "closed_on": closed}
    return _item(deadlines.QUESTION_ANSWER, question.asked_on, calendar, **facts)


def of_challenge(row, calendar):
    closed = None if row.replied_on else row.ended_on
    facts = {"owner_id": row.owner_id, "met_on": row.replied_on, "closed_on": closed}
    return _item(deadlines.CHALLENGE_REPLY, row.reply_by, calendar, **facts)


def register_sources():
    """Tell the due table of this floor's records. Called once, when the floor starts."""
    register(Source(WatchListEntry, of_watch))
    register(Source(RegisterEntry, of_register_entry))
    register(Source(Concern, of_concern))
    register(Source(ConcernView, of_view, joins=("concern__school",), school="concern__school", pupil="concern__pupil"))
    register(Source(EquipmentCheck, of_check, joins=("equipment__school",), school="equipment__school", pupil=None))
    register(Source(SupportPlan, of_support_plan, joins=("pupil__school", "kind"), school="pupil__school"))
    register(
        Source(
            Target,
            of_target,
            joins=("outcome__plan__pupil__school",),
            school="outcome__plan__pupil__school",
            pupil="outcome__plan__pupil",
            prefetch=("reviews",),
        )
    )
    register(
        Source(WindowClass, of_window_class, joins=("window__school", "group"), school="window__school", pupil=None)
    )
    register(
        Source(
            ProfileReading,
            of_profile_reading,
            joins=("profile__pupil__school",),
            school="profile__pupil__school",
            pupil="profile__pupil",
            prefetch=("profile__versions",),
        )
    )
    register(
        Source(
            OutsideAsk,
            of_outside_ask,
            joins=("pupil__school", "plan", "contact", "referral"),
            school="pupil__school",
            prefetch=("files",),
        )
    )
    register(
        Source(
            HandoverPack,
            of_handover_pack,
            joins=("pupil__school",),
            school="pupil__school",
            prefetch=("outside_asks",),
        )
    )
    register(Source(SencoQuestion, of_question, joins=("school", "pupil")))
    register(Source(Challenge, of_challenge))
    register(Source(Meeting, of_meeting, joins=("school", "pupil")))
    register(
        Source(Referral, of_referral, joins=("pupil__school",), school="pupil__school", prefetch=("recommendations",))
    )
    register(Source(MeetingAction, of_meeting_action, joins=("meeting__school", "pupil"), school="meeting__school"))
