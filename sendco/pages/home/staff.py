"""What homes show of adults at work: one's own next steps, and for the head how far appraisals and training are."""

from staff.appraisal.selectors import completion, lines
from staff.appraisal.stages import next_step
from staff.models import Appraisal, Certificate, Skill, SupervisionMeeting
from staff.permissions import Permission
from staff.posts.figures import open_appraisals
from staff.reading.selectors import to_read
from staff.training.selectors import SOON, expiring

from ..skills import matrix

MOST = 5


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
