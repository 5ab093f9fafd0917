"""Who did it, as the ground knows them: the accounts themselves belong to a floor above."""

from typing import Any, Protocol


class Someone(Protocol):
    """Known by a number alone."""

    @property
    def pk(self) -> Any: ...


class Person(Someone, Protocol):
    @property
    def name(self) -> str: ...
