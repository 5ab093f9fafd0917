"""What pages of every kind of case show."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Next:
    """The one thing to do: what, why, the words of its button and where it leads."""

    title: str
    why: str
    label: str
    href: str
