"""Where cover is planned and what is covered already: a floor above knows, and says it here."""

from collections.abc import Callable
from datetime import date

from ..acting import Acting
from ..models import Absence, School

NextPage = Callable[[Acting, Absence], str]
Covered = Callable[[School, date, date], dict[tuple[int, date], list[str]]]
_pages: list[NextPage] = []
_covered: list[Covered] = []


def planned_through(page: NextPage, covered: Covered) -> None:
    """Register the page to which recording an absence leads (empty where it uncovers nothing), and a function that says
    who stands in: (school, first day, last day) in, {(slot, day): words} out. Once, at the start."""
    _pages.append(page)
    _covered.append(covered)


def page_after(acting: Acting, absence: Absence) -> str:
    return next(filter(None, (page(acting, absence) for page in _pages)), "")


def covered_slots(school: School, first: date, last: date) -> dict[tuple[int, date], list[str]]:
    """{(slot, day): who stands in for its adult}."""
    found: dict[tuple[int, date], list[str]] = {}
    for source in _covered:
        found |= source(school, first, last)
    return found
