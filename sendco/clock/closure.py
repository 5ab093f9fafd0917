"""The school-closed exception (SEND Regs 2014, regs 5(4)(a), 10(4)(a), 27(3)(a))."""

from dataclasses import dataclass
from datetime import date, timedelta

ONE_WEEK = timedelta(weeks=1)
LEAST_DAYS = 28


@dataclass(frozen=True)
class ClosedWindow:
    """Days on which the local authority's request for advice opens the exception; no days if the closure is short."""

    closed_days: int
    starts_on: date | None
    ends_on: date | None

    def is_open_on(self, advice_requested_on: date | None) -> bool:
        """False when advice was never asked for. True is only one condition: keeping the limit must be impractical."""
        if self.starts_on is None or self.ends_on is None or advice_requested_on is None:
            return False
        return self.starts_on <= advice_requested_on <= self.ends_on


def closed_window(first_closed: date, reopens: date) -> ClosedWindow:
    """From a week before the first closed day to a week before the day of re-opening, for a continuous closure of at
    least four weeks (28 calendar days). Raises ValueError if the school re-opens before it closes.
    """
    closed_days = (reopens - first_closed).days
    if closed_days < 1:
        raise ValueError("The school must re-open after the first closed day.")
    if closed_days < LEAST_DAYS:
        return ClosedWindow(closed_days, None, None)
    return ClosedWindow(closed_days, first_closed - ONE_WEEK, reopens - ONE_WEEK)
