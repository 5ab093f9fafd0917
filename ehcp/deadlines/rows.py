"""What every table of this package is written with: short names for the instruments, and one maker for each footing."""

from datetime import date
from functools import partial

from sendco.clock import Basis, Rule

CFA = "Children and Families Act 2014"
REGS = "SEND Regulations 2014"
TRIBUNAL_RULES = "HESC Tribunal Rules 2008"
CODE = "SEND Code of Practice 2015"
# Part 3 of the Act, the Regulations and the Code all began on this day.
LAW_FROM = date(2014, 9, 1)

law = partial(Rule, basis=Basis.STATUTE, valid_from=LAW_FROM)
guidance = partial(Rule, basis=Basis.GUIDANCE, valid_from=LAW_FROM)
practice = partial(Rule, basis=Basis.PRACTICE, valid_from=LAW_FROM)
policy = partial(Rule, basis=Basis.LOCAL, valid_from=LAW_FROM)


def days(trigger, due):
    """A worked example: the day counted from, and the day it gives."""
    return date.fromisoformat(trigger), date.fromisoformat(due)
