"""The chart's share of the design tokens, as hex: a PDF is drawn without the page's style sheet."""

PAPER = "#ffffff"
SUNK = "#edeae2"
LINE = "#dfdbd1"
LINE_STRONG = "#857f71"
INK = "#1c2a2f"
INK_2 = "#48555a"
SERIES = ("#0d5868", "#cd8141", "#5e9ba9", "#8a5a78", "#9c927c", "#b78b2e")

TOKENS = {
    "paper": PAPER,
    "sunk": SUNK,
    "line": LINE,
    "line-strong": LINE_STRONG,
    "ink": INK,
    "ink-2": INK_2,
    **{f"c{number}": colour for number, colour in enumerate(SERIES, start=1)},
}


def contrast(one, other):
    """The WCAG contrast ratio of two hex colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def text_on(background):
    """White or ink, whichever reads better on `background`."""
    return max((PAPER, INK), key=lambda text: contrast(text, background))


def _luminance(colour):
    red, green, blue = (_linear(int(colour[start : start + 2], 16) / 255) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel):
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
