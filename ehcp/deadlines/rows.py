"""What every table of this package is written with: short names for the instruments, and one maker for each footing."""

from datetime import date
from functools import partial

from sendco.clock import SEND_LAW_FROM, Basis, Rule

CFA = "Children and Families Act 2014"
REGS = "SEND Regulations 2014"
TRIBUNAL_RULES = "HESC Tribunal Rules 2008"
CODE = "SEND Code of Practice 2015"
law = partial(Rule, basis=Basis.STATUTE, valid_from=SEND_LAW_FROM)
guidance = partial(Rule, basis=Basis.GUIDANCE, valid_from=SEND_LAW_FROM)
practice = partial(Rule, basis=Basis.PRACTICE, valid_from=SEND_LAW_FROM)
policy = partial(Rule, basis=Basis.LOCAL, valid_from=SEND_LAW_FROM)


def days(trigger, due):
    """A worked example: the day counted from, and the day it gives."""
    return date.fromisoformat(trigger), date.fromisoformat(due)
