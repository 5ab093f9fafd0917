"""What the staff list says of each adult beside the post: deployed this week, the next appraisal step, what ends.

The last two are those of one's own line alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from ..acting import Acting
from ..appraisal.stages import next_step
from ..board.selectors import board
from ..minutes import Hours
from ..models import Appraisal, Certificate, StaffMember, Stage
from ..training.selectors import expiring


@dataclass(slots=True)
class Figures:
    """`hours` are None in a week without school. `step` is the next that is not signed, with its day."""

    hours: Hours | None = None
    step: tuple[Stage, date] | None = None
    certificates: list[Certificate] = field(default_factory=list)


def figures(acting: Acting, members: Iterable[StaffMember]) -> dict[int, Figures]:
    """{adult: figures}. A constant number of queries."""
    ids = [member.pk for member in members]
    found = {pk: Figures() for pk in ids}
    week = board(acting.school, acting.today, StaffMember.objects.filter(pk__in=ids))
    if week.week.is_open and week.week.timetables:
        for adult in week.adults:
            found[adult.member.pk].hours = adult.hours
    led = StaffMember.objects.led_by(acting)
    for appraisal in open_appraisals(acting).filter(member__in=led):
        if appraisal.member_id in found:
            found[appraisal.member_id].step = next_step(appraisal)
    for certificate in expiring(acting, acting.today):
        if certificate.member_id in found:
            found[certificate.member_id].certificates.append(certificate)
    return found


def open_appraisals(acting: Acting):
    """Appraisals in view that go on, with what their steps need. Three queries."""
    rows = Appraisal.objects.visible_to(acting).filter(closed_on=None)
    return rows.select_related("scheme", "member", "appraiser").prefetch_related("signed__signatures")
