"""What homes show of adults at work: one's own next steps, and for the head how far appraisals and training are."""

from dataclasses import dataclass

from provision.sessions.selectors import next_day_of, of_member, without_record
from pupils.deployment.selectors import pupils_to_read
from staff.absences.selectors import stretches_away
from staff.appraisal.selectors import completion, lines
from staff.appraisal.stages import next_step
from staff.board import selectors as boards
from staff.minutes import common
from staff.models import Appraisal, Certificate, GroupStaff, Skill, Slot, StaffMember, SupervisionMeeting
from staff.models.people import current_on
from staff.permissions import Permission
from staff.posts.figures import open_appraisals
from staff.posts.selectors import reports_of
from staff.reading.selectors import to_read
from staff.training.selectors import SOON, expiring

from ..skills import matrix

MOST = 5


@dataclass(frozen=True)
class Helper:
    """An adult who is with a class of one's own today."""

    slot: boards.Placed
    name: str
    group: str
    is_away: bool


def my_day(acting, member, today):
    """Where one is today, for those on the staff list, and which adults are with one's classes."""
    week = boards.board(acting.school, today, StaffMember.objects.filter(pk=member.pk if member else None))
    context = {"helpers": _helpers(acting, member, today, week), "has_week": bool(member and week.week.timetables)}
    if member:
        placed = week.adults[0].by_day.get(today, [])
        pupils = pupils_to_read({slot.pk: slot.group for slot in placed}, acting)
        context["my_day"] = [(slot, week.groups.get(slot.group, ""), pupils.get(slot.pk, [])) for slot in placed]
    return context


def sessions_today(acting, member, today):
    """The sessions one holds today, or on the next day with any, and how many have no record. Four queries."""
    if member is None:
        return {}
    now = of_member(member, today)
    next_on = None if now else next_day_of(member, today)
    return {
        "sessions_now": now,
        "sessions_on": next_on or today,
        "sessions_next": of_member(member, next_on) if next_on else [],
        "sessions_behind": without_record(acting, member).count(),
    }


def _helpers(acting, member, today, week):
    """Two queries, and two more where somebody comes."""
    if not week.week.timetables:
        return []
    taught = GroupStaff.objects.filter(current_on(today), user=acting.user, kind=GroupStaff.Kind.TEACHES)
    slots = Slot.objects.filter(group__in=taught.values("group"), group__is_archived=False)
    placed = boards.placed_in(week.week, slots.exclude(member=member) if member else slots, week.kinds)
    now = [slot for slot in placed if slot.day == today]
    if not now:
        return []
    ids = {slot.member for slot in now}
    names = dict(StaffMember.objects.filter(pk__in=ids).values_list("pk", "name"))
    away = stretches_away(ids, [today])

    def is_away(slot):
        return bool(common([slot.stretch], away[slot.member].get(today, [])))

    return [Helper(slot, names[slot.member], week.groups[slot.group], is_away(slot)) for slot in now]


def own_work(acting, member, today):
    """One's next one-to-one, the next step of one's appraisal, certificates that end, and what one is asked to read."""
    reading = list(to_read(acting)[: MOST + 1])
    if member is None:
        return {"to_read": reading}
    meetings = SupervisionMeeting.objects.visible_to(acting).filter(
        member=member, held_on=None, cancelled_on=None, planned_on__gte=today
    )
    certificates = Certificate.objects.filter(
        member=member, removed_at=None, renewed_on=None, expires_on__lte=today + SOON
    )
    return {
        "own_member": member,
        "own_reports": list(reports_of(member, today)) if acting.line else [],
        "own_meeting": meetings.select_related("leader").order_by("planned_on", "pk").first(),
        "own_appraisals": [(row, next_step(row)) for row in open_appraisals(acting).filter(member=member)],
        "own_certificates": certificates.select_related("skill").order_by("expires_on", "pk")[:MOST],
        "to_read": reading,
        "today": today,
    }


def school_work(acting, today):
    """For whoever leads every adult: how many appraisals of this year are signed, and where training has gaps."""
    if not acting.can(Permission.STAFF_LEAD):
        return {}
    skills = matrix.lines(acting, Skill.objects.visible_to(acting).filter(is_archived=False))
    year = Appraisal.objects.visible_to(acting).order_by("-scheme__starts_in").values_list("scheme__starts_in").first()
    rows = Appraisal.objects.visible_to(acting).filter(scheme__starts_in=year[0]) if year else Appraisal.objects.none()
    return {
        "appraisals_signed": completion(lines(rows)) if year else [],
        "skill_gaps": matrix.single_points(skills),
        "certificates_ended": sum(one.expires_on < today for one in expiring(acting, today)),
    }
