"""What each record of this floor owes, from its facts. What is about one adult's work is personal: known to whoever
owes it alone. What the law asks of the school, such as the SENCo's qualification, is not."""

from datetime import timedelta

from django.db.models import F, Value
from django.utils import timezone

from sendco.clock import deadline
from sendco.due.registry import Source, register
from sendco.due.services import Owed

from . import deadlines
from .appraisal.stages import signed_on, stage_days
from .deadlines import Course, Qualification
from .models import (
    Appraisal,
    AppraisalView,
    Certificate,
    JobDescription,
    Post,
    Reading,
    SencoAppointment,
    SupervisionAction,
    SupervisionMeeting,
    TrainingPlace,
)
from .models.posts import StaffGroup
from .models.school import SettingType
from .senco.selectors import STANDING, counted_from, course_of, state_of

MAINTAINED = {
    SettingType.MAINTAINED_PRIMARY,
    SettingType.MAINTAINED_SECONDARY,
    SettingType.MAINTAINED_ALL_THROUGH,
    SettingType.MAINTAINED_NURSERY,
    SettingType.PRU,
    SettingType.SPECIAL,
}


def _item(rule, on, calendar, *, owner_id, **facts):
    """One Owed as a list; empty without a date, and where nobody could be told of it."""
    found = deadline(rule, on, calendar) if owner_id else None
    return [Owed(found, owner_id=owner_id, is_personal=True, **facts)] if found else []


def of_meeting(meeting, calendar):
    return _item(
        deadlines.SUPERVISION_MEETING,
        meeting.planned_on,
        calendar,
        owner_id=meeting.leader_id,
        met_on=meeting.held_on,
        closed_on=meeting.cancelled_on or (None if meeting.held_on else _left_on(meeting.member)),
    )


def of_action(action, calendar):
    rule = deadlines.SUPERVISION_ACTION
    return _item(rule, action.due_on, calendar, owner_id=action.owner_id, met_on=action.done_on)


def is_statutory(staff_group, setting_type):
    """Whether the law asks for the yearly cycle: teachers of maintained schools alone (SI 2012/115)."""
    return staff_group == StaffGroup.TEACHER and setting_type in MAINTAINED


def of_appraisal(appraisal, calendar):
    scheme = appraisal.scheme
    statutory = is_statutory(scheme.staff_group, appraisal.school.setting_type)
    authority = deadlines.TEACHERS_APPRAISAL if statutory else deadlines.POLICY
    owed = []
    for stage, on in stage_days(appraisal):
        rule = deadlines.appraisal_step(stage, authority=authority)
        met = signed_on(appraisal, stage)
        closed = None if met else appraisal.closed_on
        owed += _item(rule, on, calendar, owner_id=appraisal.appraiser_id, met_on=met, closed_on=closed)
    return owed


def of_view(view, calendar):
    answered = timezone.localdate(view.answered_at) if view.answered_at else None
    on = view.due_on
    closed = None if answered else view.withdrawn_on or view.appraisal.closed_on
    return _item(deadlines.APPRAISAL_VIEW, on, calendar, owner_id=view.asked_of_id, met_on=answered, closed_on=closed)


def of_certificate(certificate, calendar):
    """Owed by the adult, and by whoever manages them today."""
    if certificate.removed_at or certificate.expires_on is None:
        return []
    left_on = _left_on(certificate.member)
    facts = {"met_on": certificate.renewed_on, "closed_on": None if certificate.renewed_on else left_on}
    own = _item(
        deadlines.TRAINING_EXPIRY, certificate.expires_on, calendar, owner_id=certificate.member.user_id, **facts
    )
    manager = _manager_of(certificate.member)
    return own + _item(deadlines.TRAINING_EXPIRY_LINE, certificate.expires_on, calendar, owner_id=manager, **facts)


def _manager_of(member):
    """The account of whoever manages the adult today. No query where the lines were read."""
    today = timezone.localdate()
    return next((line.manager.user_id for line in member.lines.all() if holds(line, today)), None)


def _left_on(member):
    """The last day of an adult whose posts are all over; None for who holds one, or has none yet. No query where the
    posts were read."""
    ends = [post.ends_on for post in member.posts.all()]
    today = timezone.localdate()
    return max(ends) if ends and all(end and end < today for end in ends) else None


def holds(row, day):
    return row.starts_on <= day and (row.ends_on is None or day <= row.ends_on)


def of_place(place, calendar):
    event = place.event
    if place.state != TrainingPlace.State.THERE or not (event.held_on and event.follow_up_weeks):
        return []
    on = event.held_on + timedelta(weeks=event.follow_up_weeks)
    owner = place.member.user_id
    return _item(deadlines.TRAINING_FOLLOW_UP, on, calendar, owner_id=owner, met_on=place.followed_up_on)


def of_post(post, calendar):
    """Probation, until somebody has entered that it was passed or the post has ended."""
    return _item(
        deadlines.PROBATION,
        post.probation_ends_on,
        calendar,
        owner_id=_manager_of(post.member),
        met_on=post.probation_passed_on,
        closed_on=None if post.probation_passed_on else post.ends_on,
    )


def of_description(description, calendar):
    """Owed by each of the two: by the adult, and by whoever manages the adult today."""
    member, ended = description.post.member, description.superseded_on or description.post.ends_on
    rules = (deadlines.DESCRIPTION_AGREE, deadlines.DESCRIPTION_REVIEW)
    line_rules = (deadlines.DESCRIPTION_AGREE_LINE, deadlines.DESCRIPTION_REVIEW_LINE)
    owed = []
    for (agree, review), owner, agreed_on in (
        (rules, member.user_id, description.member_agreed_on),
        (line_rules, _manager_of(member), description.manager_agreed_on),
    ):
        owed += _item(
            agree,
            description.written_on,
            calendar,
            owner_id=owner,
            met_on=agreed_on,
            closed_on=None if agreed_on else ended,
        )
        owed += _item(review, agreed_on, calendar, owner_id=owner, closed_on=ended)
    return owed


def of_reading(reading, calendar):
    briefing = reading.briefing
    asks = briefing.asked_on and not briefing.archived_on
    met = reading.read_on if reading.is_current else None
    closed = None if met or asks else briefing.archived_on
    return _item(
        deadlines.reading(briefing.title),
        reading.due_on,
        calendar,
        owner_id=reading.member.user_id,
        met_on=met,
        closed_on=None if met else reading.closed_on or closed or _left_on(reading.member),
    )


def of_senco(appointment, calendar):
    """The school's duty, known to all who see what is due; carried by the SENCo, and by the head once it is late."""
    rule = deadlines.qualification_rule(appointment.school.setting_type)
    state, course = state_of(appointment), course_of(appointment)
    if rule is None or state == Qualification.BEFORE_THE_LAW:
        return []
    facts = {
        "owner_id": appointment.member.user_id,
        "met_on": appointment.course_completed_on if course == Course.COUNTS else None,
        "exception": STANDING[state] if state == Qualification.ENOUGH_MONTHS else "",
    }
    found = [deadline(rule, counted_from(appointment), calendar)]
    if appointment.course == SencoAppointment.Course.NASENCO and course in (Course.OPEN, Course.COUNTS):
        found.append(deadline(deadlines.NASENCO, deadlines.NASENCO_UNTIL, calendar))
    # Whoever is SENCo no more by the day does not owe it; whoever goes on beyond it does, last day or not.
    ended = None if course == Course.COUNTS else appointment.ended_on
    return [Owed(one, closed_on=ended if ended and ended <= one.due_on else None, **facts) for one in found if one]


COLLEAGUE = Value("colleague")
# Of each personal record: whom or what it is about, and a word beside it.
ABOUT = {
    SupervisionMeeting: ("member__name", COLLEAGUE),
    SupervisionAction: ("meeting__member__name", COLLEAGUE),
    Appraisal: ("member__name", COLLEAGUE),
    AppraisalView: ("appraisal__member__name", COLLEAGUE),
    Certificate: ("member__name", F("skill__name")),
    Post: ("member__name", F("title")),
    JobDescription: ("post__member__name", F("post__title")),
    TrainingPlace: ("event__title", Value("training")),
}


def subjects_of(items):
    """{(source type, id): (whom or what, a word beside it)} of personal due items. One query for each kind of record
    among them."""
    found = {}
    for model, (path, beside) in ABOUT.items():
        label = model._meta.label_lower
        ids = [item.source_id for item in items if item.is_personal and item.source_type == label]
        if ids:
            rows = model._default_manager.filter(pk__in=ids).values_list("pk", path, beside)
            found |= {(label, pk): (name, word) for pk, name, word in rows}
    return found


def register_sources():
    """Tell the due table of this floor's records. Called once, when the floor starts."""
    register(
        Source(SupervisionMeeting, of_meeting, joins=("school", "member"), pupil=None, prefetch=("member__posts",))
    )
    register(Source(SupervisionAction, of_action, joins=("meeting__school",), school="meeting__school", pupil=None))
    register(
        Source(
            Appraisal,
            of_appraisal,
            joins=("school", "scheme", "member"),
            pupil=None,
            prefetch=("signed__signatures",),
        )
    )
    register(
        Source(
            Certificate,
            of_certificate,
            joins=("member__school",),
            school="member__school",
            pupil=None,
            prefetch=("member__lines__manager", "member__posts"),
        )
    )
    register(Source(TrainingPlace, of_place, joins=("event__school", "member"), school="event__school", pupil=None))
    register(
        Source(
            Post, of_post, joins=("member__school",), school="member__school", pupil=None,
            prefetch=("member__lines__manager",),
        )
    )  # fmt: skip
    register(
        Source(
            JobDescription,
            of_description,
            joins=("post__member__school",),
            school="post__member__school",
            pupil=None,
            prefetch=("post__member__lines__manager",),
        )
    )
    register(
        Source(
            Reading,
            of_reading,
            joins=("briefing__school", "member"),
            school="briefing__school",
            pupil=None,
            prefetch=("member__posts",),
        )
    )
    register(Source(SencoAppointment, of_senco, joins=("school", "member"), pupil=None))
    register(Source(AppraisalView, of_view, joins=("appraisal__school",), school="appraisal__school", pupil=None))
