"""What is done in a case, step by step, declared once by each room.

A service names its step, and the kernel refuses what is not possible yet; pages list the steps, say which one is next
and lead to it. Titles and labels only show: everything that decides compares codes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from django.db.models import Model
from django.utils.functional import Promise

from sendco.refusals import Reason, Refused


class Whose(Enum):
    """Who takes a step. What is the authority's or the parent's, the school enters when it hears of it."""

    SCHOOL = "school"
    HEAD = "head"
    AUTHORITY = "authority"
    PARENT = "parent"


class Need(Protocol):
    """What has to hold before a step is possible."""

    def refusal(self, case: Model) -> Refused | None: ...


@dataclass(frozen=True)
class Known:
    """One of these facts has to be known first."""

    fields: tuple[str, ...]
    reason: Reason

    def refusal(self, case: Model) -> Refused | None:
        return None if any(getattr(case, field) for field in self.fields) else Refused(self.reason)


@dataclass(frozen=True)
class NotYet:
    """This must not have happened; the refusal says on which day it did."""

    field: str
    reason: Reason

    def refusal(self, case: Model) -> Refused | None:
        value = getattr(case, self.field)
        return Refused(self.reason, **{self.field: value}) if value else None


@dataclass(frozen=True)
class Holds:
    """Something else about the case has to be true."""

    test: Callable[[Any], bool]
    reason: Reason

    def refusal(self, case: Model) -> Refused | None:
        return None if self.test(case) else Refused(self.reason)


@dataclass(frozen=True)
class Step:
    """One step of a kind of case.

    `code` stands in addresses, `title` names the step in lists, `label` the button that leads to `route`, which takes
    the id of the case. `asks` and `why` say what to do where it is the one next thing. `writes` are the fields of the
    case that the step sets; by itself it is done when the first of them is known. `needs` are what the service refuses
    the step without; `offered` is what pages ask besides before they show a way to it, and `when_closed` whether the
    step may still be entered in a case that the school closed. `rule` is the code of the date that the step meets.
    """

    code: str
    title: str | Promise
    label: str | Promise = ""
    route: str = ""
    whose: Whose = Whose.SCHOOL
    writes: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    offered: Callable[[Any], bool] = lambda case: True
    when_closed: Callable[[Any], bool] = lambda case: False
    asks: str | Promise = ""
    why: str | Promise = ""
    rule: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether somebody of the school takes it; for any other the school waits, and enters what it hears."""
        return self.whose in (Whose.SCHOOL, Whose.HEAD)

    def is_done(self, case: Model) -> bool:
        return bool(self.writes and getattr(case, self.writes[0]))

    def refusal(self, case: Model) -> Refused | None:
        """Why the step is not possible now; None when it is."""
        return next((refusal for need in self.needs if (refusal := need.refusal(case))), None)

    def is_possible(self, case: Model) -> bool:
        return self.refusal(case) is None

    def check(self, case: Model) -> None:
        """Raise Refused unless the step is possible now."""
        if refusal := self.refusal(case):
            raise refusal


@dataclass(frozen=True)
class Stage:
    """Where a case stands from the day that the fact `since` is known until that of a later stage is."""

    code: str
    label: str | Promise
    since: str = ""


def last_begun(stages: Iterable[Stage], case: Model) -> Stage:
    """The latest of the stages that have begun; the first of them has no `since`."""
    return [stage for stage in stages if not stage.since or getattr(case, stage.since)][-1]


def by_code(steps: Iterable[Step]) -> dict[str, Step]:
    """The steps of a room by their codes, in their order."""
    return {step.code: step for step in steps}
