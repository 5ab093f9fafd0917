"""What the rules do not allow: a code that decides, the data, and words that only show.

Each room lists its refusals as an enumeration of `Reason`s. A service raises `Refused(Reason, **data)`; views show
`str(refusal)`; tests and callers compare `refusal.reason` and `refusal.data`, never the words.
"""

from collections.abc import Sequence
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any, Self

from django.utils.translation import gettext_lazy as _

from sendco.clock import long_date

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Reason(Enum):
    """Base of a room's refusals: `NAME = "code", _("Words with {named} data. Say what to do next.")`."""

    words: "StrOrPromise"

    def __new__(cls, code: str, words: "StrOrPromise") -> Self:
        member = object.__new__(cls)
        member._value_ = code
        member.words = words
        return member


class Refused(Exception):
    """The school's rules do not allow this. `str()` tells the person what happened and what to do instead."""

    def __init__(self, reason: Reason, **data: Any) -> None:
        super().__init__(reason, data)
        self.reason = reason
        self.data = data

    def __str__(self) -> str:
        return str(self.reason.words).format_map({name: _shown(value) for name, value in self.data.items()})


class SeveralRefused(Refused):
    """Several things are wrong at once. `reason` and `data` are the first's; `refusals` holds all, `str()` says all."""

    def __init__(self, refusals: Sequence[Refused]) -> None:
        super().__init__(refusals[0].reason, **refusals[0].data)
        self.refusals = tuple(refusals)

    def __str__(self) -> str:
        return " ".join(map(str, self.refusals))


class CommonReason(Reason):
    CHANGED_MEANWHILE = (
        "changed_meanwhile",
        _("Somebody else saved this while you were editing. Nothing of yours is lost: check both below."),
    )


class ChangedMeanwhile(Refused):
    """Somebody else saved the same record first. `theirs` is what is stored now."""

    def __init__(self, theirs: Any) -> None:
        super().__init__(CommonReason.CHANGED_MEANWHILE)
        self.theirs = theirs


def _shown(value: Any) -> Any:
    return long_date(value) if isinstance(value, date) else value
