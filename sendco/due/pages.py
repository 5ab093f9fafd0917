"""What pages need to know of a rule: its short name, what is done about its dates, and where.

Each floor registers its own when it starts, so that a page that shows dates of every floor knows none of their routes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from typing import Any

from django.db.models import Expression, QuerySet

from .models import DueItem


class Takes(Enum):
    """What stands in an address: the record that owes the date, or the pupil it is about."""

    SOURCE = "source_id"
    PUPIL = "pupil_id"


@dataclass(frozen=True)
class Way:
    """A button about a date: its label, its route, and what the route takes. `query` names the record in the query."""

    label: str
    route: str
    args: tuple[Takes | str, ...] = (Takes.SOURCE,)
    query: str = ""


@dataclass(frozen=True)
class Step:
    """A button about one date of one case, as far as that case is."""

    label: str
    route: str
    args: tuple


@dataclass(frozen=True)
class Signing:
    """What somebody with the right to approve signs before the date is met.

    `waiting` gives the cases that lie before this person, `signed` the id of what is signed where that is not the case
    itself. `names` are for one and for several; all of them stand on the list at `route` with `query`.
    """

    names: tuple[str, str]
    waiting: Callable[[Any], QuerySet]
    sign_route: str
    route: str
    query: str
    signed: Callable[[], Expression] | None = None


@dataclass(frozen=True)
class RulePages:
    """All fields may be empty.

    `short` is the name where there is no room for the title. `action` is the one next thing for whoever owes the date;
    where only its owner can do it, others get `for_others`. `steps` is asked with the person and the items of a page
    what is next in each case, by the id of the item; where it says nothing, `action` stands. `watched` is the route of
    the record, for a duty of somebody else's. `chaser` is the way to the letter to an authority that is late, `letter`
    the kind of that letter.
    """

    short: str = ""
    action: Way | None = None
    for_others: Way | None = None
    watched: str = ""
    chaser: Way | None = None
    letter: str = ""
    signing: Signing | None = None
    steps: "Callable[[Any, list[DueItem]], dict[int, Step]] | None" = None


_PAGES: dict[str, RulePages] = {}
NOTHING = RulePages()


def register_pages(pages: Mapping[str, RulePages]) -> None:
    """Tell of rules by their codes; under the first part of a code ("review") stands what all its rules share."""
    _PAGES.update(pages)
    pages_of.cache_clear()


@cache
def pages_of(rule: str) -> RulePages:
    """What was registered for this rule, with what its family shares."""
    family = _PAGES.get(rule.partition(".")[0], NOTHING)
    own = _PAGES.get(rule)
    if own is None:
        return family
    shared = {name: value for name, value in vars(family).items() if value and not getattr(own, name)}
    return replace(own, **shared)


def to_sign() -> dict[str, Signing]:
    """The rules whose dates are met by a signature."""
    return {rule: pages.signing for rule, pages in _PAGES.items() if pages.signing}
