"""The causes and faults of the ledger in words, in the order in which charts show them."""

from fractions import Fraction

from provision.models import LostReason
from sendco.charts.colours import INK_2, SERIES

from . import sums

# What took place, and does not count for the line: why.
FAULTS = {
    "with_others": "not alone: with other children",
    "adult_shared": "adult with another session at the same time",
    "group_too_large": "group larger than the plan says",
    "untrained": "adult not trained as the plan asks",
}
CAUSES = {
    sums.CHILD_ABSENT: "{name} absent",
    LostReason.ADULT: "adult absent",
    LostReason.COVER: "adult needed elsewhere",
    LostReason.VACANCY: "no adult in post",
    LostReason.TRIP: "trip or event",
    LostReason.LESSON: "stayed in lesson",
    LostReason.ROOM: "no room",
    LostReason.CLOSED: "school closed",
    LostReason.OTHER: "other",
    "shorter": "shorter than planned",
    sums.MOVED: "moved to another week",
    **FAULTS,
    sums.NO_RECORD: "no record",
    sums.NOT_PLANNED: "never planned",
}

# Which colour a cause has, the same for every line; what was never planned is drawn open.
TOOK_PLACE, OPEN = SERIES[0], ""
COLOURS = {
    sums.CHILD_ABSENT: SERIES[2],
    **dict.fromkeys((LostReason.ADULT, LostReason.COVER, LostReason.VACANCY), SERIES[1]),
    **dict.fromkeys((LostReason.TRIP, LostReason.LESSON, LostReason.ROOM, LostReason.CLOSED), SERIES[3]),
    **dict.fromkeys((sums.MOVED, "shorter", LostReason.OTHER, *FAULTS), SERIES[4]),
    sums.NO_RECORD: INK_2,
    sums.NOT_PLANNED: OPEN,
}
KEY = (
    ("Took place", TOOK_PLACE),
    ("{name} absent", SERIES[2]),
    ("No adult", SERIES[1]),
    ("Trip, lesson, room or closed", SERIES[3]),
    ("Moved, shorter, or not as the plan says", SERIES[4]),
    ("No record", INK_2),
    ("Never planned", OPEN),
)


def segments(ledger: sums.Ledger) -> list[tuple[str, str, str]]:
    """(from, width, colour) of the parts of a line's bar, in hundredths of what was promised."""
    parts = [(ledger.promised - ledger.short, TOOK_PLACE)]
    parts += [(minutes, COLOURS.get(code, SERIES[4])) for code, minutes in ledger.causes.most_common()]
    found, begins = [], Fraction()
    for minutes, colour in parts:
        width = 100 * minutes / ledger.promised
        if width:
            found.append((f"{float(begins):.2f}", f"{float(max(width - Fraction(1, 2), Fraction(0))):.2f}", colour))
        begins += width
    return found


def cause_words(code: str, name: str) -> str:
    return str(CAUSES.get(code, code)).format(name=name)


def minutes_words(minutes: Fraction) -> str:
    """ "127 h 50", to the whole minute."""
    whole = round(minutes)
    hours, rest = divmod(whole, 60)
    return f"{hours:,} h {rest:02d}" if hours else f"{rest} min"
