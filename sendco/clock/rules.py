"""Rules as dated data, and the deadlines they give."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sendco.clock.calendar import SchoolCalendar, last_open_day
from sendco.clock.errors import NotKnownYet
from sendco.clock.units import Unit, plain_date
from sendco.clock.words import long_date

SOON_DAYS = 7


class Duty(StrEnum):
    """Who must act."""

    SCHOOL = "school"
    LA = "la"
    PARENT = "parent"
    HEALTH = "health"
    OTHER = "other"


class Basis(StrEnum):
    """Why it is due: the law says so, statutory guidance says so, others usually hold so without a text that binds
    (the Ombudsman, advisers, councils), or the school itself does."""

    STATUTE = "statute"
    GUIDANCE = "guidance"
    PRACTICE = "practice"
    LOCAL = "local"


class Urgency(StrEnum):
    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    ON_TRACK = "on_track"


class NoSuchRule(LookupError):
    """No row, or more than one, of that code binds on that date."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One row of a table of rules. A law that changes is a new row with a new `valid_from`, never an edit.

    `title` is a noun that reads before "due" ("Report"), `trigger` a noun that reads after the count ("the meeting").
    `settings` are the setting types it binds; None is all. `valid_from` and `valid_to` are event dates, both included.
    `example` is a worked (trigger, due) pair for a test to read. `check` says what about this rule is not certain; it
    is shown wherever the date is.
    """

    code: str
    title: str
    duty: Duty
    basis: Basis
    authority: str
    trigger: str
    count: Unit
    valid_from: date
    example: tuple[date, date]
    valid_to: date | None = None
    settings: frozenset[str] | None = None
    soon_days: int = SOON_DAYS
    check: str = ""

    def __post_init__(self) -> None:
        blank = [name for name in ("code", "title", "authority", "trigger") if not getattr(self, name).strip()]
        if blank:
            raise ValueError(f"A rule needs {', '.join(blank)}.")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"Rule {self.code} ends before it starts.")
        if self.soon_days < 0:
            raise ValueError(f"Rule {self.code} warns after the date.")

    def is_valid_on(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def binds(self, setting: str) -> bool:
        return self.settings is None or setting in self.settings


@dataclass(frozen=True)
class Deadline:
    """`due_on` is the date to show. `safe_on` is on or before it: the stricter reading or the school's own margin, or
    `due_on` where there is neither. `act_by_on` is the last school day on or before `due_on`, None while the school
    calendar does not reach it. All are calendar dates. `check` is what is not certain about it: of its rule, and of
    counting from this very day. `steps` are the days in between, where one moved. `limits` are all of them, where the
    law sets two.
    """

    rule: Rule
    trigger_on: date
    due_on: date
    safe_on: date
    act_by_on: date | None
    explanation: str
    check: str = ""
    steps: str = ""
    limits: tuple["Deadline", ...] = ()

    def urgency(self, *, today: date) -> Urgency:
        return urgency_of(self.due_on, today=today, soon_days=self.rule.soon_days)

    def days_left(self, *, today: date) -> int:
        """Calendar days; 0 on the due day itself, negative once overdue."""
        return (self.due_on - today).days


def urgency_of(due_on: date, *, today: date, soon_days: int = SOON_DAYS) -> Urgency:
    """The due day itself is still in time. `soon_days` are calendar days."""
    if today > due_on:
        return Urgency.OVERDUE
    return Urgency.DUE_SOON if due_on - today <= timedelta(days=soon_days) else Urgency.ON_TRACK


def evaluate(rule: Rule, trigger_on: date, calendar: SchoolCalendar | None = None, safety_days: int = 0) -> Deadline:
    """The deadline a rule gives for a trigger date.

    `safety_days` is a margin of calendar days the school keeps on every deadline; where the rule has a stricter reading
    of its own, the earlier of the two is the safe date. A calendar that is missing or too short leaves `act_by_on`
    empty, but raises CalendarNotKnown if the rule counts school days. A count of working days beyond the bank holiday
    data raises HolidaysNotKnown.
    """
    if safety_days < 0:
        raise ValueError("A safety margin cannot be negative.")
    due_on = rule.count.due(plain_date(trigger_on), calendar)
    check = " ".join(filter(None, (rule.check, rule.count.doubt(trigger_on, calendar))))
    steps = rule.count.steps(trigger_on, calendar)
    safe_on = min(rule.count.safe(trigger_on, calendar), due_on - timedelta(days=safety_days))
    return Deadline(
        rule=rule,
        trigger_on=trigger_on,
        due_on=due_on,
        safe_on=safe_on,
        act_by_on=calendar.last_school_day_on_or_before(due_on) if calendar is not None else None,
        explanation=explain(rule, trigger_on, due_on, safe_on, steps=steps, check=check),
        check=check,
        steps=steps,
    )


def deadline(rule: Rule, trigger_on: date | None, calendar: SchoolCalendar | None = None) -> Deadline | None:
    """What the row gives for this day; None without a day, outside the row's own dates, or beyond the calendar data."""
    if trigger_on is None or not rule.is_valid_on(trigger_on):
        return None
    try:
        return evaluate(rule, trigger_on, calendar)
    except (NotKnownYet, OverflowError, ValueError):
        return None


def explain(rule: Rule, trigger_on: date, due_on: date, safe_on: date, *, steps: str = "", check: str = "") -> str:
    text = f"{rule.title} due {long_date(due_on)}: {rule.count.words} {rule.trigger} on {long_date(trigger_on)}."
    text = " ".join(filter(None, (text, steps, f"{rule.authority.rstrip('.')}.")))
    if safe_on != due_on:
        text += f" To be safe, finish by {long_date(last_open_day(safe_on))}."
    return f"{text} Check: {check}" if check else text


def pick(rules: Iterable[Rule], code: str, on: date, *, setting: str | None = None) -> Rule:
    """The row of `code` valid on the event's date, and binding `setting` if one is given.

    Raises NoSuchRule if there is none, or if two rows overlap.
    """
    rows = [r for r in rules if r.code == code and r.is_valid_on(on) and (setting is None or r.binds(setting))]
    if len(rows) != 1:
        raise NoSuchRule(f"{len(rows) or 'No'} rules with code {code} bind on {long_date(on)}.")
    return rows[0]
