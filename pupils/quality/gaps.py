"""Gaps in what is kept about the pupils on roll, in the words and the order of the data page."""

from dataclasses import dataclass, field

from django.utils import timezone

from ..models import Pupil
from .checks import CHECKS, Check
from .facts import Facts


@dataclass
class Finding:
    """A check that found something: `gaps` are all of them, `rows` those that the page shows."""

    check: Check
    gaps: list
    rows: list = field(default_factory=list)

    @property
    def count(self):
        return len(self.gaps)

    @property
    def words(self):
        return self.check.words(self.count)


def find_gaps(acting, *, only=None, today=None):
    """Run the checks that this person may see the answers of. Ten queries at most, whatever the number of pupils."""
    facts = Facts(acting, today or timezone.localdate())
    checks = [check for check in CHECKS if acting.can(check.sees) and only in (None, check.code)]
    findings = [Finding(check, check.find(facts)) for check in checks]
    return [finding for finding in findings if finding.gaps]


def with_names(acting, findings, *, most):
    """Give each finding its first rows as (pupil, gap). One query for every name on the page."""
    shown = [(finding, finding.gaps[:most]) for finding in findings]
    wanted = {gap.pupil_id for _, gaps in shown for gap in gaps if gap.pupil_id}
    pupils = Pupil.objects.visible_to(acting).select_related("form_group").in_bulk(wanted)
    for finding, gaps in shown:
        finding.rows = [(pupils.get(gap.pupil_id), gap) for gap in gaps]
    return findings
