"""What every chart has: a name, a description, a size and its figures as a table."""

from dataclasses import dataclass

from .text import FONT, FONT_SIZE, NOTHING_YET, coordinate

MOST_IN_WORDS = 12


@dataclass(frozen=True, kw_only=True)
class Chart:
    title: str
    desc: str
    width: str
    height: str = "40"
    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    table: bool = True
    is_empty: bool = False

    font = FONT
    font_size = coordinate(FONT_SIZE)
    nothing_yet = NOTHING_YET


def frame(*, title, desc, head, rows, width, table):
    """The arguments every chart shares; without a description, the figures are told in words."""
    rows = tuple((label, tuple(cells)) for label, cells in rows)
    return {
        "title": title,
        "desc": desc or _told(head, rows),
        "head": tuple(head),
        "rows": rows,
        "width": coordinate(width),
        "table": table,
    }


def _told(head, rows):
    if not rows:
        return NOTHING_YET
    told = [f"{label}: {', '.join(_named(head[1:], cells))}" for label, cells in rows[:MOST_IN_WORDS]]
    left_out = len(rows) - MOST_IN_WORDS
    return ". ".join(told) + (f". And {left_out} more, in the table." if left_out > 0 else ".")


def _named(names, cells):
    return cells if len(cells) == 1 else [f"{name} {cell}" for name, cell in zip(names, cells, strict=True)]
