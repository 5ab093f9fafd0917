"""What moves when two records of one child become one. Each floor above names its own tables when it starts."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models


@dataclass(frozen=True)
class Moved:
    """A table whose rows follow the child whole.

    `one` and `many` are its words in the preview. `refuse(kept, gone)` returns a Refused when the two records cannot be
    merged yet, or None.
    """

    model: type[models.Model]
    one: str
    many: str
    refuse: Callable = lambda kept, gone: None


MOVED: dict[type[models.Model], Moved] = {}


def register(*tables: Moved):
    for table in tables:
        MOVED[table.model] = table


def refusals(kept, gone):
    """Why these two may not become one yet: a Refused for each table that is in the way."""
    answers = [table.refuse(kept, gone) for table in MOVED.values()]
    return [refusal for refusal in answers if refusal]
