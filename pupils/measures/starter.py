"""The measures a school begins with: names, ranges and directions alone. No item and no manual of a publisher is in it.

What nobody could check is left open and said: a school takes it from its own manual.
"""

from dataclasses import dataclass
from typing import Any

from ..models import ScoreKind
from ..models.assessments import Scale

MANUAL = "Look up in your manual by how many points a score may vary by chance, and enter that as the band."
A_TERM = 13  # weeks: a reading age that is taken again sooner says little


@dataclass(frozen=True)
class Entry:
    name: str
    scale: str
    unit: str = "points"
    family: str = ""
    lower: bool = False
    least: int | None = None
    most: int | None = None
    raters: bool = False
    self_from: int | None = None
    form: bool = False
    gap: int | None = None
    check: str = ""


SDQ_CHECK = (
    "Cut-offs differ by who fills it in: a parent's score is compared with a parent's alone. Check its bands "
    "before you use them in a report."
)
STARTER = (
    Entry(
        "SDQ total difficulties", Scale.RAW, lower=True, least=0, most=40, raters=True, self_from=11, check=SDQ_CHECK
    ),
    Entry("Boxall Profile, developmental", Scale.RAW, family="Boxall Profile", least=0, gap=A_TERM),
    Entry("Boxall Profile, diagnostic", Scale.RAW, family="Boxall Profile", lower=True, least=0, gap=A_TERM),
    Entry("Reading age", Scale.AGE, "months", form=True, gap=A_TERM),
    Entry("Spelling age", Scale.AGE, "months", form=True, gap=A_TERM),
    Entry("Reading, standardised", Scale.STANDARDISED, form=True, gap=A_TERM, check=MANUAL),
    Entry("Mathematics, standardised", Scale.STANDARDISED, form=True, gap=A_TERM, check=MANUAL),
    Entry("BPVS3", Scale.STANDARDISED, form=True, gap=A_TERM, check=MANUAL),
    Entry("PIVATS", Scale.STEP, "steps", gap=6),
    Entry("Phonics screening", Scale.RAW, least=0, most=40, check="Enter the threshold of the year in the notes."),
    Entry("Phonics programme level", Scale.STEP, "levels"),
    Entry("Sentence level", Scale.STEP, "levels"),
    Entry("Attention stage", Scale.STEP, "stages", least=0, most=4),
    Entry("Correct in a minute", Scale.RATE, "a minute", family="Precision probe"),
    Entry("Incorrect in a minute", Scale.RATE, "a minute", family="Precision probe", lower=True),
    Entry("Words a minute, typing", Scale.RATE, "words"),
    Entry("Words a minute, handwriting", Scale.RATE, "words"),
    Entry("Language screen", Scale.RAW, least=0, form=True, check=MANUAL),
    Entry("Talk Boost tracker", Scale.RAW, least=0),
    Entry("Emotional literacy checklist", Scale.RAW, least=0, raters=True, self_from=7, check=MANUAL),
    Entry("Social skills rating", Scale.RAW, least=0, raters=True, check=MANUAL),
    Entry("Readiness to learn", Scale.OPINION, raters=True),
    Entry("Confidence, 1 to 10", Scale.OPINION, raters=True),
    Entry("Attendance", Scale.PERCENT, "per cent"),
    Entry("Days of suspension", Scale.DAYS, "days", lower=True),
)


def kind_of(entry: Entry, school: Any) -> ScoreKind:
    return ScoreKind(
        school=school, name=entry.name, family=entry.family, scale=entry.scale, unit=entry.unit,
        lower_is_better=entry.lower, least=entry.least, most=entry.most, has_raters=entry.raters,
        self_from_age=entry.self_from, asks_form=entry.form, gap_weeks=entry.gap, check_note=entry.check,
    )  # fmt: skip
