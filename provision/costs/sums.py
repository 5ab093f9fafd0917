"""Minutes and pounds, added up exactly and rounded once, at the end. No database."""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

PENNY = Decimal("0.01")


def pounds(amount: Fraction) -> Decimal:
    """To the penny, half a penny up."""
    exact = Decimal(amount.numerator) / Decimal(amount.denominator)
    return exact.quantize(PENNY, rounding=ROUND_HALF_UP)


@dataclass
class Cost:
    """Minutes of adults and what they cost. `unpriced` are minutes for which no rate is entered: they are in no cost.

    `waited` are minutes of adults to whose session nobody came: no cost to date, a figure of their own.
    """

    planned: Fraction = field(default_factory=Fraction)
    given: Fraction = field(default_factory=Fraction)
    waited: Fraction = field(default_factory=Fraction)
    unpriced: Fraction = field(default_factory=Fraction)
    planned_cost: Fraction = field(default_factory=Fraction)
    cost: Fraction = field(default_factory=Fraction)

    def add(
        self, *, planned: int | Fraction = 0, given: int | Fraction = 0, waited: int | Fraction = 0,
        hourly: Decimal | None, share: int = 1,
    ) -> None:  # fmt: skip
        """Add minutes of an adult at this rate, divided among so many children."""
        self.planned += Fraction(planned, share)
        self.given += Fraction(given, share)
        self.waited += Fraction(waited, share)
        if hourly is None:
            self.unpriced += Fraction(max(planned, given), share)
            return
        self.planned_cost += Fraction(planned, share) * Fraction(hourly) / 60
        self.cost += Fraction(given, share) * Fraction(hourly) / 60

    def __iadd__(self, other: "Cost") -> "Cost":
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self

    @property
    def planned_pounds(self) -> Decimal:
        return pounds(self.planned_cost)

    @property
    def pounds(self) -> Decimal:
        return pounds(self.cost)

    @property
    def planned_hours(self) -> Decimal:
        return _hours(self.planned)

    @property
    def given_hours(self) -> Decimal:
        return _hours(self.given)

    @property
    def unpriced_hours(self) -> Decimal:
        return _hours(self.unpriced)

    @property
    def waited_hours(self) -> Decimal:
        return _hours(self.waited)


def _hours(minutes: Fraction) -> Decimal:
    hours = minutes / 60
    return (Decimal(hours.numerator) / Decimal(hours.denominator)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
