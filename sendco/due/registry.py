"""Which records owe something. Each floor registers its own when it starts; the due table is derived from them all."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from django.db import models

CHUNK = 500
Record = TypeVar("Record", bound=models.Model)
Item = TypeVar("Item")


@dataclass(frozen=True)
class Source:
    """A kind of record with deadlines.

    `derive(row, calendar)` returns the list of Owed that the record's facts give today. `school` and `pupil` are the
    paths to them from the row ("concern__school"); a pupil path of None means that the record may be about nobody on
    roll. `joins` are what a bulk reading selects with the rows, the school among them; `prefetch` are the child rows
    that `derive` reads, fetched for many records at once.
    """

    model: type[models.Model]
    derive: Callable
    joins: tuple[str, ...] = ("school",)
    school: str = "school"
    pupil: str | None = "pupil"
    prefetch: tuple[str, ...] = ()

    def rows(self, **filters: Any) -> models.QuerySet[Any]:
        """The records with all that `derive` reads, so that deriving asks nothing more."""
        objects: models.Manager[Any] = self.model.objects  # type: ignore[attr-defined]  # each model has its own
        return objects.filter(**filters).select_related(*self.joins).prefetch_related(*self.prefetch)

    def chunks(self, **filters: Any) -> Iterator[list[Any]]:
        """The same in lists short enough to hold."""
        yield from batched(self.rows(**filters).order_by("pk").iterator(chunk_size=CHUNK), CHUNK)

    def fresh(self, row: Record) -> Record:
        """The record as `derive` wants it: child rows written a moment ago must not hide behind ones read before."""
        return self.rows(pk=row.pk).get() if self.prefetch else row

    def school_of(self, row: Any) -> Any:
        for name in self.school.split("__"):
            row = getattr(row, name)
        return row

    def pupil_id_of(self, row: Any) -> int | None:
        if self.pupil is None:
            return None
        *path, last = self.pupil.split("__")
        for name in path:
            row = getattr(row, name)
        return getattr(row, f"{last}_id")


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    items = iter(items)
    while batch := list(islice(items, size)):
        yield batch


SOURCES: dict[type[models.Model], Source] = {}


def register(source: Source) -> None:
    SOURCES[source.model] = source


def source_of(row: models.Model) -> Source:
    return SOURCES[type(row)]
