"""Which records owe something. Each floor registers its own when it starts; the due table is derived from them all."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models


@dataclass(frozen=True)
class Source:
    """A kind of record with deadlines.

    `derive(row, calendar)` returns the list of Owed that the record's facts give today. `school` and `pupil` are the
    paths to them from the row ("concern__school"); a pupil path of None means that the record may be about nobody on
    roll. `joins` are what a bulk reading selects with the rows, the school among them.
    """

    model: type[models.Model]
    derive: Callable
    joins: tuple[str, ...] = ("school",)
    school: str = "school"
    pupil: str | None = "pupil"

    def school_of(self, row):
        for name in self.school.split("__"):
            row = getattr(row, name)
        return row

    def pupil_id_of(self, row):
        if self.pupil is None:
            return None
        *path, last = self.pupil.split("__")
        for name in path:
            row = getattr(row, name)
        return getattr(row, f"{last}_id")


SOURCES: dict[type[models.Model], Source] = {}


def register(source: Source):
    SOURCES[source.model] = source


def source_of(row):
    return SOURCES[type(row)]
