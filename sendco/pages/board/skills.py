"""Whether an adult is trained for the children they are placed with."""

from datetime import date

from pupils.models import Pupil
from pupils.skills.selectors import wanted
from staff.acting import Acting
from staff.models import Certificate, Skill, StaffMember


def lacking(acting: Acting, member: StaffMember, pupils: list[Pupil], day: date) -> list[tuple[Skill, list[Pupil]]]:
    """[(skill, the children who need it)] in which the adult holds no certificate on that day. No query without
    children."""
    if not pupils:
        return []
    skills = list(Skill.objects.visible_to(acting).filter(is_archived=False).order_by("name", "pk"))
    needed = wanted(acting, skills, named=True)
    held = Certificate.objects.filter(member=member, removed_at=None, issued_on__lte=day).exclude(expires_on__lt=day)
    trained = set(held.values_list("skill", flat=True))
    found = [(skill, [pupil for pupil in pupils if pupil.pk in needed[skill.pk]]) for skill in skills]
    return [(skill, who) for skill, who in found if who and skill.pk not in trained]
