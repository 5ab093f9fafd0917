"""The figures of a period and what was late in it, for the page and for its file."""

from dataclasses import dataclass

from django.db.models import Case, Value, When

from governance.selectors import compliance as figures
from governance.selectors.missed import causes, explanations_of, key_of, late
from sendco.clock import Basis, Duty

from ..due.items import known_to
from ..due.missed import may_explain
from ..due.views import shaped

OTHERS = (Duty.PARENT, Duty.HEALTH, Duty.OTHER)
FIRST_LAW = Case(*(When(basis=basis, then=Value(place)) for place, basis in enumerate(Basis)), default=Value(9))
FIRST_OURS = Case(When(duty=Duty.SCHOOL, then=Value(0)), When(duty=Duty.LA, then=Value(1)), default=Value(2))


@dataclass(frozen=True)
class MissedRow:
    row: object
    explanation: object
    may_explain: bool

    @property
    def item(self):
        return self.row.item


def missed_items(acting, period, today):
    """Every late item of the period that this person may know of, ours and the law's first."""
    items = late(known_to(acting), today).filter(due_on__gte=period.first, due_on__lte=period.last)
    return items.order_by(FIRST_OURS, FIRST_LAW, "-due_on", "-pk")


def missed_rows(items, acting):
    """Three queries: children, people, and what was said."""
    items = list(items)
    said = explanations_of(items)
    return [MissedRow(row, said.get(key_of(row.item)), may_explain(acting, row.item)) for row in shaped(items, acting)]


def figures_of(acting, period, today):
    """All the figures of the page. Four queries."""
    scope = {"school_id": acting.school.pk, "first": period.first, "last": period.last, "today": today}
    tally = figures.tally(**scope)
    return {
        "tally": tally,
        "ours": tally.share(duty=Duty.SCHOOL),
        "theirs": tally.share(duty=Duty.LA),
        "our_law": tally.lines_of(duties=[Duty.SCHOOL], basis=Basis.STATUTE),
        "their_law": tally.lines_of(duties=[Duty.LA], basis=Basis.STATUTE),
        "others_law": tally.lines_of(duties=OTHERS, basis=Basis.STATUTE),
        "guidance": tally.lines_of(duties=list(Duty), basis=Basis.GUIDANCE),
        "practice": tally.lines_of(duties=list(Duty), basis=Basis.PRACTICE),
        "policy": tally.lines_of(duties=list(Duty), basis=Basis.LOCAL),
        "by_authority": figures.by_authority(**scope),
        "causes": causes(**scope),
    }
