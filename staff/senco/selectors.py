"""Where each SENCo stands with the qualification, in words and with its law."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from sendco.clock import Deadline, SchoolCalendar, deadline, long_date

from .. import deadlines
from ..acting import Acting
from ..deadlines import Course, Qualification
from ..models import SencoAppointment
from ..selectors import school_calendar

LAW = "SEND Regulations 2014, reg 49"
STANDING = {
    Qualification.HELD: "The qualification is held.",
    Qualification.BEFORE_THE_LAW: (
        f"Not needed: became a SENCo on or before {long_date(deadlines.NEEDED_AFTER)} ({LAW})."
    ),
    Qualification.ENOUGH_MONTHS: (
        f"Not needed: was a SENCo for more than {deadlines.MONTHS_ENOUGH} months before ({LAW})."
    ),
    Qualification.NOT_BOUND: "Reg 49 does not bind this kind of school.",
    Qualification.NEEDED: "",
}
COURSES = {
    Course.BEGUN_TOO_LATE: (
        f"NASENCO counts only if it was begun before {long_date(deadlines.NPQ_FROM)}. From then on it is the NPQ for "
        "SENCOs (SI 2024/535). Check the day."
    ),
    Course.DONE_TOO_LATE: (
        f"NASENCO counts only if it was completed by {long_date(deadlines.NASENCO_UNTIL)}. The NPQ for SENCOs is "
        "needed (SI 2024/535)."
    ),
    Course.BEGIN_UNKNOWN: (
        f"Enter when the course was begun: NASENCO counts only if it was before {long_date(deadlines.NPQ_FROM)} "
        "(SI 2024/535)."
    ),
    Course.NOT_OPEN_YET: (
        f"The NPQ for SENCOs counts from {long_date(deadlines.NPQ_FROM)} on (SI 2024/535). Check the day."
    ),
    Course.OPEN: "",
    Course.COUNTS: "",
    Course.NONE: "",
}


@dataclass(frozen=True)
class Standing:
    """One appointment with where it stands. `due` are the dates still to be met."""

    appointment: SencoAppointment
    state: Qualification
    words: str
    warnings: tuple[str, ...]
    due: tuple[Deadline, ...]


def course_of(appointment: SencoAppointment) -> Course:
    return deadlines.course_state(appointment.course, appointment.course_started_on, appointment.course_completed_on)


def counted_from(appointment: SencoAppointment) -> date:
    """The day whose third anniversary counts: of first becoming a SENCo, which is the stricter reading, unless that was
    before the law; then of this appointment."""
    first = appointment.became_senco_on
    return first if first > deadlines.NEEDED_AFTER else appointment.appointed_on


def state_of(appointment: SencoAppointment) -> Qualification:
    return deadlines.qualification_state(
        setting=appointment.school.setting_type,
        became_on=appointment.appointed_on,
        months_before=appointment.months_before,
        course=course_of(appointment),
    )


def standings(acting: Acting) -> list[Standing]:
    """Every SENCo of the school, those of today first. Two queries and the calendar's."""
    if not acting.school:
        return []
    calendar = school_calendar(acting.school)
    rows = SencoAppointment.objects.visible_to(acting).select_related("member", "school")
    return [_standing(row, calendar) for row in rows]


def _standing(row: SencoAppointment, calendar: SchoolCalendar | None) -> Standing:
    state, course = state_of(row), course_of(row)
    warnings = [COURSES[course]]
    if not (row.is_qualified_teacher or row.is_head):
        warnings.append(f"A SENCo is a qualified teacher at the school, or its head or acting head ({LAW}).")
    rule = deadlines.qualification_rule(row.school.setting_type)
    rules = []
    if rule and state == Qualification.NEEDED:
        rules = [(rule, counted_from(row))]
        if row.course == SencoAppointment.Course.NASENCO and course == Course.OPEN:
            rules.append((deadlines.NASENCO, deadlines.NASENCO_UNTIL))
    found = (deadline(rule, on, calendar) for rule, on in rules)
    due = tuple(one for one in found if one and (row.ended_on is None or row.ended_on > one.due_on))
    return Standing(row, state, STANDING[state], tuple(filter(None, warnings)), due)


def current(acting: Acting) -> QuerySet[SencoAppointment]:
    return SencoAppointment.objects.visible_to(acting).filter(ended_on=None)
