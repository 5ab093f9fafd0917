"""When somebody is reminded of a date: stages before it, on it and after it. No Django: dates in, dates out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sendco.clock import LONGEST_CLOSURE, Basis, SendingDays

ON_THE_DAY = 0
# Stages that are no number of days: the law's last day on a closed day, each day after the date, and the head's turn.
LAST_DAY, LATE, PASSED_ON = "last", "late", "passed_on"
CHOICES = {
    84: "12 weeks before",
    56: "8 weeks before",
    42: "6 weeks before",
    28: "4 weeks before",
    21: "3 weeks before",
    14: "2 weeks before",
    7: "1 week before",
    3: "3 days before",
    1: "The day before",
    0: "On the day",
}
LONG = (56, 28, 14, 3, 0)
SHORT = (3, 0)


@dataclass(frozen=True)
class Stages:
    """The stages of one rule: days before the date, the longest first, and whether a late item comes each day."""

    days: tuple[int, ...]
    daily_when_late: bool = True

    def fitting(self, trigger_on: date, due_on: date) -> tuple[int, ...]:
        """Those that fall after the clock began: a rule of three days has no stage of eight weeks."""
        span = (due_on - trigger_on).days
        return tuple(days for days in self.days if days == ON_THE_DAY or span <= 0 or days < span)


LONG_STAGES, SHORT_STAGES = Stages(LONG), Stages(SHORT)


# Certificates: courses are booked a term ahead.
EXPIRY_STAGES = Stages((84, 42, 14, 0), daily_when_late=False)
# Steps of a school's own that take weeks of preparing.
SLOW_STAGES = Stages((14, 3, 0), daily_when_late=False)
OF_A_RULE = {"training.expiry": EXPIRY_STAGES, "training.expiry_line": EXPIRY_STAGES}
OF_A_FAMILY = {"appraisal": SLOW_STAGES, "supervision": Stages((1,), daily_when_late=False)}


def default_stages(basis: str, rule: str = "") -> Stages:
    """Law and guidance have the long ladder; what the school sets for itself, in days, a short one."""
    own = OF_A_RULE.get(rule) or OF_A_FAMILY.get(rule.partition(".")[0])
    return own or (SHORT_STAGES if basis == Basis.LOCAL else LONG_STAGES)


def stage_words(stage: str) -> str:
    if stage.isdigit():
        days = int(stage)
        return CHOICES.get(days, f"{days} days before")
    return {LAST_DAY: "On the last day of the law", LATE: "Late", PASSED_ON: "Passed on to the head"}.get(stage, stage)


@dataclass(frozen=True)
class Choice:
    """What one item says today: its stage, and earlier ones that fell on days when nothing ran."""

    stage: str
    folded: tuple[str, ...] = ()


def choose(
    *,
    basis: str,
    trigger_on: date,
    due_on: date,
    stages: Stages,
    today: date,
    ran_on: date | None,
    days: SendingDays,
) -> Choice | None:
    """The stage that an item before its date has reached, or None. `ran_on` is the last day on which the run happened.

    On a closed day only the law's own last day speaks: today's, or one that a missed run kept silent.
    """
    law = basis == Basis.STATUTE and ON_THE_DAY in stages.days
    if not days.is_open(today):
        missed = ran_on is not None and ran_on < due_on
        return Choice(LAST_DAY) if law and (due_on == today or (missed and due_on < today)) else None
    if due_on < today:
        return None
    begun = [
        (on, number)
        for number in stages.fitting(trigger_on, due_on)
        if (on := days.on_or_before(due_on - timedelta(days=number))) <= today
    ]
    if not begun:
        return None
    now = min(number for _, number in begun)
    folded = [number for on, number in begun if number != now and ran_on is not None and on > ran_on and on < today]
    return Choice(str(now), tuple(str(number) for number in folded))


def reach(stages: Iterable[Stages]) -> int:
    """How many days ahead a date can already have a stage today."""
    return max((max(rule_stages.days, default=0) for rule_stages in stages), default=0) + LONGEST_CLOSURE


def stages_in_words(days, daily_when_late):
    labels = [stage_words(str(number)).lower() for number in days]
    return ", ".join([*labels, "late: each school day" if daily_when_late else "late: once"])
