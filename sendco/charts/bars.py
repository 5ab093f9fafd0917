"""Bars lie on their side: a label of any length stays level and readable."""

from dataclasses import dataclass

from .colours import INK, PAPER, SERIES, text_on
from .frame import Chart, frame
from .text import LINE_HEIGHT, NOT_KNOWN, checked, coordinate, figure, text_width, wrap

BAR_HEIGHT = 20
ROW_GAP = 9
TOP = 4
SEGMENT_GAP = 2  # paper between neighbours, so that two colours never touch
LABEL_SHARE = 0.42
KEY_HEIGHT = 20


@dataclass(frozen=True)
class Bar:
    """One bar; `words` is printed instead of the number, as for a hidden small count."""

    label: str
    value: float | None
    words: str = ""
    colour: str = ""


@dataclass(frozen=True)
class Series:
    """One part of every stacked bar; hatched for what was never planned."""

    name: str
    hatched: bool = False


@dataclass(frozen=True)
class Word:
    x: str
    y: str
    text: str
    colour: str = INK
    anchor: str = "start"
    bold: bool = False


@dataclass(frozen=True)
class Block:
    x: str
    y: str
    width: str
    height: str
    colour: str
    hatch: str = ""
    hatch_colour: str = ""


@dataclass(frozen=True, kw_only=True)
class BarsChart(Chart):
    blocks: tuple[Block, ...] = ()
    words: tuple[Word, ...] = ()


def bar_chart(*, title, bars, desc="", prefix="", suffix="", head=("", "Number"), width=320, table=True):
    """A chart of `Bar`s or (label, value) pairs; None is shown as not known."""
    bars = [bar if isinstance(bar, Bar) else Bar(*bar) for bar in bars]
    printed = [bar.words or figure(checked(bar.value), prefix=prefix, suffix=suffix) for bar in bars]
    rows = [(bar.label, (text,)) for bar, text in zip(bars, printed, strict=True)]
    common = frame(title=title, desc=desc, head=head, rows=rows, width=width, table=table)
    if not bars:
        return BarsChart(**common, is_empty=True)

    left = _label_room([bar.label for bar in bars], width)
    room = width - left - max(text_width(text, 13.5) for text in printed) - 6
    most = max(float(bar.value or 0) for bar in bars) or 1
    blocks, words, y = [], [], TOP
    for bar, text in zip(bars, printed, strict=True):
        lines, height = _label(bar.label, left, y)
        middle = y + height / 2
        length = float(bar.value or 0) / most * max(room, 20)
        if length:
            blocks.append(_block(left, middle, length, bar.colour or SERIES[0]))
        words += lines
        words.append(_word(left + (length + 6 if length else 0), middle, text, bold=True))
        y += height + ROW_GAP
    return BarsChart(**common, height=coordinate(y - ROW_GAP + TOP), blocks=tuple(blocks), words=tuple(words))


def stacked_bar(*, title, series, rows, desc="", prefix="", suffix="", head="", width=320, table=True):
    """A chart of (label, values) rows, one value for each of the `series` (names or `Series`); None is not known."""
    series = [part if isinstance(part, Series) else Series(part) for part in series]
    if len(series) > len(SERIES):
        raise ValueError(f"A stacked bar can tell {len(SERIES)} parts apart, not {len(series)}")
    rows = [(label, [checked(value) for value in values]) for label, values in rows]
    cells = [(label, _figures(values, series, prefix, suffix)) for label, values in rows]
    heads = (head, *(part.name for part in series))
    common = frame(title=title, desc=desc, head=heads, rows=cells, width=width, table=table)
    if not rows or not series:
        return BarsChart(**common, is_empty=True)

    left = _label_room([label for label, _ in rows], width)
    room = width - left - SEGMENT_GAP * (len(series) - 1) - 1  # half the edge of a hatched part lies outside it
    most = max(sum(float(value or 0) for value in values) for _, values in rows) or 1
    blocks, words, y = [], [], TOP
    for (label, values), (_, printed) in zip(rows, cells, strict=True):
        lines, height = _label(label, left, y)
        lengths = [float(value or 0) / most * room for value in values]
        more_blocks, more_words = _segments(left, y + height / 2, lengths, printed, series)
        blocks += more_blocks
        words += lines + (more_words or [_word(left, y + height / 2, _nothing(values), bold=True)])
        y += height + ROW_GAP
    key_blocks, key_words, y = _key(series, y, width)
    return BarsChart(**common, height=coordinate(y), blocks=tuple(blocks + key_blocks), words=tuple(words + key_words))


def _figures(values, series, prefix, suffix):
    if len(values) != len(series):
        raise ValueError(f"Each row needs {len(series)} values, one for each part; this one has {len(values)}")
    return tuple(figure(value, prefix=prefix, suffix=suffix) for value in values)


def _nothing(values):
    return NOT_KNOWN if None in values else "0"


def _segments(left, middle, lengths, printed, series):
    blocks, words, x = [], [], left
    for number, (length, text, part) in enumerate(zip(lengths, printed, series, strict=True)):
        if not length:
            continue
        colour = SERIES[number]
        blocks.append(_block(x, middle, length, colour, hatched=part.hatched))
        if not part.hatched and text_width(text, 13.5) + 4 <= length:
            words.append(_word(x + length / 2, middle, text, colour=text_on(colour), anchor="middle", bold=True))
        x += length + SEGMENT_GAP
    # A bar too short for its numbers still has bars, so only a row without any gets words in their place.
    return blocks, words or ([_word(x, middle, "")] if blocks else [])


def _key(series, y, width):
    blocks, words, x = [], [], 0
    y += KEY_HEIGHT / 2
    for number, part in enumerate(series):
        if x and x + 14 + text_width(part.name) > width:
            x, y = 0, y + KEY_HEIGHT
        blocks.append(_block(x, y, 10, SERIES[number], hatched=part.hatched, height=10))
        words.append(_word(x + 15, y, part.name))
        x += 15 + text_width(part.name) + 14
    return blocks, words, y + KEY_HEIGHT / 2


def _label_room(labels, width):
    return min(max(text_width(label) for label in labels), width * LABEL_SHARE) + 8


def _label(label, left, y):
    """The words of a row's label, and the height they and the bar need."""
    lines = wrap(label, left - 8)
    height = max(BAR_HEIGHT, len(lines) * LINE_HEIGHT)
    first = y + height / 2 - (len(lines) - 1) * LINE_HEIGHT / 2
    return [_word(0, first + number * LINE_HEIGHT, line) for number, line in enumerate(lines)], height


def _word(x, middle, text, **look):
    return Word(x=coordinate(x), y=coordinate(middle + 4.4), text=text, **look)


def _block(x, middle, length, colour, hatched=False, height=BAR_HEIGHT):
    top = middle - height / 2
    return Block(
        x=coordinate(x),
        y=coordinate(top),
        width=coordinate(length),
        height=coordinate(height),
        colour=PAPER if hatched else colour,
        hatch=_hatch(x, top, length, height) if hatched else "",
        hatch_colour=colour if hatched else "",
    )


def _hatch(x, y, width, height, step=5):
    """Slanted lines inside a box, as a path: a pattern would need an id, and ids repeat on a page of many charts."""
    lines = []
    offset = step
    while offset < width + height:
        start = (x + min(offset, width), y + max(0, offset - width))
        end = (x + max(0, offset - height), y + min(offset, height))
        lines.append(f"M{coordinate(start[0])} {coordinate(start[1])}L{coordinate(end[0])} {coordinate(end[1])}")
        offset += step
    return "".join(lines)
