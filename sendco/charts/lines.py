"""Lines over time. A gap in what is known is a gap in the line, never a guess."""

import math
from dataclasses import dataclass

from .bars import Word
from .colours import INK, INK_2, LINE, SERIES
from .frame import Chart, frame
from .text import LINE_HEIGHT, checked, coordinate, figure, shorten, text_width

TOP = 12
BOTTOM = 24
END_SHARE = 0.4
KEY = 17


@dataclass(frozen=True)
class Line:
    """One line; dashed for somebody else's figures or for a target."""

    name: str
    values: tuple[float | None, ...]
    dashed: bool = False


@dataclass(frozen=True)
class Stroke:
    path: str
    colour: str
    dash: str = ""


@dataclass(frozen=True)
class Dot:
    x: str
    y: str
    colour: str


@dataclass(frozen=True, kw_only=True)
class LinesChart(Chart):
    grid: tuple[tuple[str, str, str], ...] = ()
    strokes: tuple[Stroke, ...] = ()
    dots: tuple[Dot, ...] = ()
    words: tuple[Word, ...] = ()

    grid_colour = LINE


@dataclass(frozen=True)
class Plot:
    """The box inside the margins, and where a value falls in it."""

    left: float
    right: float
    top: float
    bottom: float
    low: float
    high: float
    count: int

    def x(self, number):
        if self.count == 1:
            return (self.left + self.right) / 2
        return self.left + (self.right - self.left) * number / (self.count - 1)

    def y(self, value):
        return self.bottom - (float(value) - self.low) / (self.high - self.low) * (self.bottom - self.top)


def line_chart(
    *, title, labels, lines, desc="", prefix="", suffix="", start_at=0, head="", width=320, height=160, table=True
):
    """A chart of `Line`s or (name, values) pairs over `labels`; None is a gap.

    The axis starts at `start_at`, or lower where a value is lower.
    """
    lines = [line if isinstance(line, Line) else Line(*line) for line in lines]
    _check(labels, lines)
    rows = [
        (label, tuple(figure(line.values[number], prefix=prefix, suffix=suffix) for line in lines))
        for number, label in enumerate(labels)
    ]
    heads = (head, *(line.name for line in lines))
    told = desc or _told(labels, lines, prefix, suffix)
    common = frame(title=title, desc=told, head=heads, rows=rows, width=width, table=table)
    known = _known(lines)
    if not known:
        return LinesChart(**common, is_empty=True)

    ticks = _ticks(min(start_at, *known), max(known))
    tick_texts = [figure(tick, prefix=prefix, suffix=suffix) for tick in ticks]
    texts = [_end_text(line, len(lines), prefix, suffix) for line in lines]
    end_room = min(max(text_width(text, 13.5) for text in texts), width * END_SHARE)
    left = max(text_width(text) for text in tick_texts) + 8
    key = KEY if len(lines) > 1 else 0
    plot = Plot(left, width - end_room - 12 - key, TOP, height - BOTTOM, ticks[0], ticks[-1], len(labels))
    strokes, dots = _drawn(plot, lines)
    ends = _ends(plot, lines, texts)
    if key:
        strokes += [_key(plot.right + 9, end, lines) for end in ends]
    words = (
        *(_word(left - 6, plot.y(at) + 4.4, text, anchor="end") for at, text in zip(ticks, tick_texts, strict=True)),
        *(_word(plot.right + 9 + key, y + 4.4, shorten(text, end_room), colour=INK, bold=True) for y, text, _ in ends),
        *_axis_words(plot, labels, height),
    )
    grid = tuple((coordinate(left), coordinate(plot.right), coordinate(plot.y(tick))) for tick in ticks)
    return LinesChart(
        **common, height=coordinate(height), grid=grid, strokes=tuple(strokes), dots=tuple(dots), words=words
    )


def sparkline(*, title, labels, values, desc="", prefix="", suffix="", width=128, height=28, table=True):
    """One small line with its last value beside it; None is a gap."""
    line = Line(title, tuple(values))
    _check(labels, [line])
    rows = [
        (label, (figure(value, prefix=prefix, suffix=suffix),)) for label, value in zip(labels, values, strict=True)
    ]
    told = desc or _told(labels, [line], prefix, suffix)
    common = frame(title=title, desc=told, head=("", "Number"), rows=rows, width=width, table=table)
    known = _known([line])
    if not known:
        return LinesChart(**common, height=coordinate(height), is_empty=True)

    text = figure(_last(line)[1], prefix=prefix, suffix=suffix)
    high = float(max(known)) or 1.0
    plot = Plot(4, width - text_width(text, 13.5) - 10, 5, height - 5, 0, high, len(labels))
    strokes, dots = _drawn(plot, [line])
    words = (_word(plot.right + 8, height / 2 + 4.4, text, colour=INK, bold=True),)
    return LinesChart(**common, height=coordinate(height), strokes=tuple(strokes), dots=tuple(dots), words=words)


def _check(labels, lines):
    if len(lines) > len(SERIES):
        raise ValueError(f"A chart can tell {len(SERIES)} lines apart, not {len(lines)}")
    for line in lines:
        if len(line.values) != len(labels):
            raise ValueError(f"{line.name} has {len(line.values)} values for {len(labels)} labels")
        for value in line.values:
            checked(value)


def _known(lines):
    return [float(value) for line in lines for value in line.values if value is not None]


def _last(line):
    """(number of the last known point, its value), or None."""
    points = [(number, value) for number, value in enumerate(line.values) if value is not None]
    return points[-1] if points else None


def _told(labels, lines, prefix, suffix):
    told = []
    for line in lines:
        points = [(label, value) for label, value in zip(labels, line.values, strict=True) if value is not None]
        if len(points) > 1:
            (first, start), (last, end) = points[0], points[-1]
            start, end = (figure(value, prefix=prefix, suffix=suffix) for value in (start, end))
            told.append(f"{line.name}: {start} at {first}, {end} at {last}.")
        elif points:
            told.append(f"{line.name}: {figure(points[0][1], prefix=prefix, suffix=suffix)} at {points[0][0]}.")
        else:
            told.append(f"{line.name}: nothing known yet.")
    return " ".join(told)


def _ticks(low, high):
    """Round numbers from below the lowest to above the highest, two to five steps apart."""
    span = float(high) - float(low) or float(high) or 1.0
    size = 10 ** math.floor(math.log10(span))
    step = next(size * part for part in (0.2, 0.5, 1, 2, 5) if span / (size * part) <= 5)
    # Steps below one would print as the same number twice.
    step = max(step, 0.1)
    start = math.floor(float(low) / step + 1e-9)
    end = max(math.ceil(float(high) / step - 1e-9), start + 1)
    return [round(number * step, 6) for number in range(start, end + 1)]


def _drawn(plot, lines):
    strokes, dots = [], []
    for number, line in enumerate(lines):
        colour, dash = SERIES[number], "5 4" if line.dashed else ""
        last = _last(line)
        for run in _runs(line.values):
            points = [(coordinate(plot.x(place)), coordinate(plot.y(line.values[place]))) for place in run]
            if len(points) > 1:
                path = "M" + "L".join(f"{x} {y}" for x, y in points)
                strokes.append(Stroke(path, colour, dash))
            if len(points) == 1 or run[-1] == last[0]:
                dots.append(Dot(*points[-1], colour))
    return strokes, dots


def _runs(values):
    """The places of the known values, in runs without a gap."""
    run = []
    for place, value in enumerate(values):
        if value is not None:
            run.append(place)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _end_text(line, count, prefix, suffix):
    last = _last(line)
    text = figure(last[1], prefix=prefix, suffix=suffix) if last else ""
    return text if count == 1 else f"{text} {line.name}".strip()


def _ends(plot, lines, texts):
    """(y, text, number of the line) for each line's end, pushed apart where two would meet."""
    known = [number for number, line in enumerate(lines) if _last(line)]
    placed, floor = [], plot.top - LINE_HEIGHT
    for y, number in sorted((plot.y(_last(lines[number])[1]), number) for number in known):
        floor = max(y, floor + LINE_HEIGHT)
        placed.append([floor, texts[number], number])
    ceiling = max(plot.bottom, plot.top + LINE_HEIGHT * (len(placed) - 1)) + LINE_HEIGHT
    for place in reversed(placed):
        ceiling = place[0] = min(place[0], ceiling - LINE_HEIGHT)
    return placed


def _key(x, end, lines):
    """A short piece of the line before its name: names that were pushed apart no longer stand at their own line."""
    y, _, number = end
    path = f"M{coordinate(x)} {coordinate(y)}H{coordinate(x + KEY - 5)}"
    return Stroke(path, SERIES[number], "4 3" if lines[number].dashed else "")


def _axis_words(plot, labels, height):
    shown = _labels_that_fit(labels, plot.right - plot.left)
    for number in shown:
        anchor = "middle" if plot.count == 1 else {0: "start", plot.count - 1: "end"}.get(number, "middle")
        text = shorten(labels[number], plot.right - plot.left)
        yield _word(plot.x(number), height - 6, text, anchor=anchor)


def _labels_that_fit(labels, room):
    """The places of the labels to print: evenly spaced, with the first and the last."""
    widest = max(text_width(label) for label in labels) + 12
    fit = max(int(room // widest), 1)
    last = len(labels) - 1
    if last == 0 or fit < 2:
        return [0] if last == 0 or room < 2 * widest else [0, last]
    step = math.ceil(last / (fit - 1))
    places = [place for place in range(0, last, step) if last - place >= step]
    return [*places, last]


def _word(x, y, text, *, colour=INK_2, anchor="start", bold=False):
    return Word(coordinate(x), coordinate(y), text, colour, anchor, bold)
