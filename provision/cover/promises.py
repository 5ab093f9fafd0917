"""What is promised by law to the children of a run: the floor above says it, so that cover knows what weighs most."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Promised:
    """A Section F line that a child's place in a run delivers. `skill` is what its adult has to be trained in."""

    line: int
    pupil: int
    name: str
    skill: int | None = None


Source = Callable[[Iterable[int], date], dict[int, list[Promised]]]
_sources: list[Source] = []


def promised_through(source: Source) -> None:
    """Register a function: places in, {place: the lines that it delivers on that day} out. Once, at the start."""
    _sources.append(source)


def promises(places: Iterable[int], on: date) -> dict[int, list[Promised]]:
    """{place: the lines that it delivers on that day}."""
    places, found = list(places), {}
    for source in _sources if places else ():
        for place, lines in source(places, on).items():
            found.setdefault(place, []).extend(lines)
    return found
