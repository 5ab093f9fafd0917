"""Scores before and after in the demo: most runs have both, some children have none after, one compares with nothing.

Its dice are its own, so that what is thrown here changes nothing else.
"""

import random
from datetime import timedelta
from decimal import Decimal

from provision.library.starter import MEASURED_BY
from provision.models import InterventionMeasure, PlaceOutcome, PlaceScore
from pupils.measures.starter import STARTER, kind_of
from pupils.models import Assessment, Rater
from pupils.models.assessments import Scale
from pupils.record.services.assessments import score_in_words
from staff.selectors import school_calendar

POINT = PlaceScore.Point
Next, NoScore = PlaceOutcome.Next, PlaceOutcome.NoScore
NO_EXIT, NO_ENTRY, REVIEWED = 0.18, 0.05, 0.85
# {measure: (lowest and highest score before, least and most that it changes)}.
SCORES = {
    "SDQ total difficulties": ((17, 29), (-8, 2)),
    "Boxall Profile, developmental": ((58, 92), (2, 20)),
    "Boxall Profile, diagnostic": ((38, 72), (-18, 3)),
    "Reading age": ((68, 102), (1, 11)),
    "Spelling age": ((66, 98), (0, 9)),
    "Mathematics, standardised": ((72, 88), (-3, 11)),
    "BPVS3": ((70, 86), (-2, 10)),
    "PIVATS": ((4, 12), (0, 4)),
    "Phonics screening": ((6, 22), (1, 14)),
    "Phonics programme level": ((2, 6), (0, 3)),
    "Sentence level": ((1, 3), (0, 2)),
    "Attention stage": ((1, 2), (0, 2)),
    "Correct in a minute": ((8, 24), (2, 22)),
    "Incorrect in a minute": ((4, 12), (-8, 1)),
    "Words a minute, typing": ((6, 14), (2, 12)),
    "Words a minute, handwriting": ((6, 12), (0, 6)),
    "Language screen": ((60, 84), (1, 16)),
    "Talk Boost tracker": ((9, 18), (1, 9)),
    "Emotional literacy checklist": ((40, 62), (-2, 16)),
    "Social skills rating": ((18, 30), (-3, 7)),
    "Readiness to learn": ((2, 5), (0, 4)),
    "Confidence, 1 to 10": ((2, 5), (0, 4)),
    "Attendance": ((62, 88), (-2, 12)),
    "Days of suspension": ((2, 9), (-6, 1)),
}
FORMS = {"Reading age": "Reading test, form A", "Spelling age": "Spelling test, form A"}
BAND = 5  # points either side of a standardised score, as the report of an invented test says
SAID = {
    2: "Much quicker than we thought, and it shows in class",
    1: "Uses it in class without being asked",
    0: "Steady, as planned",
    -1: "Many sessions missed",
    -2: "It did not fit; the class teacher tries another way",
}


class Scores:
    """Scores of the runs that one writer of provision (provision.py) has set up."""

    def __init__(self, writer):
        self.writer, self.book, self.today, self.senco = writer, writer.book, writer.today, writer.senco
        self.rng = random.Random(f"scores of {writer.key}")  # noqa: S311  (invented data, nothing secret)
        self.measures, self.taken, self.calendar = {}, set(), None

    def _on_a_school_day(self, day):
        """The day itself, or the last school day before it."""
        while self.calendar.covers(day) and not self.calendar.is_school_day(day):
            day -= timedelta(days=1)
        return day

    def begin(self, first):
        """The measures of the school, and which of them each intervention is judged by."""
        self.calendar = school_calendar(self.writer.setting.school)
        kinds = {}
        for entry in STARTER:
            kind = kind_of(entry, self.writer.setting.school)
            kinds[entry.name] = self.book.add(kind, on=first, by=self.senco)
        for name, row in self.writer.rows.items():
            self.measures[name] = [kinds[measure] for measure in MEASURED_BY.get(name, ())]
            for kind in self.measures[name]:
                self.book.add(InterventionMeasure(intervention=row, kind=kind), on=first, by=self.senco)

    def of_run(self, run, places):
        over = run.ends_on < self.today
        for number, place in enumerate(places):
            had = False
            for kind in self.measures[run.intervention.name]:
                had |= self._scores(place, kind, number, over=over)
            if over and self.rng.random() < REVIEWED:
                self._outcome(place, number, had)

    def _scores(self, place, kind, number, *, over):
        """True where there is a score after."""
        run = place.provision
        before_on = self._on_a_school_day(min(place.starts_on + timedelta(days=number % 5), self.today))
        after_on = self._on_a_school_day(min(run.ends_on - timedelta(days=number % 5), self.today))
        if place.starts_on > self.today or (id(place.pupil), kind.name, before_on) in self.taken:
            return False
        (least, most), (low, high) = SCORES[kind.name]
        value, gain = self.rng.randint(least, most), self.rng.randint(low, high)
        rater = Rater.TEACHER if kind.has_raters else ""
        if self.rng.random() >= NO_ENTRY:
            self._score(place, kind, POINT.ENTRY, before_on, value, rater)
        if not over or self.rng.random() < NO_EXIT or after_on <= before_on:
            return False
        most_of_it = 10 if kind.scale == Scale.OPINION else int(kind.most or 999)
        value = min(max(value + gain, int(kind.least or 1)), most_of_it)
        # One questionnaire came back from the parent, where the first was the teacher's.
        after = Rater.PARENT if rater and number == 0 and run.name.endswith("club") else rater
        self._score(place, kind, POINT.EXIT, after_on, value, after)
        return True

    def _score(self, place, kind, point, on, value, rater):
        self.taken.add((id(place.pupil), kind.name, on))
        row = Assessment(
            pupil=place.pupil, kind=kind, test=kind.name, scale=kind.scale, rater=rater, taken_on=on,
            form=FORMS.get(kind.name, "Form A" if kind.asks_form else ""), score=Decimal(value),
            assessed_by=self.senco.name, entered_by=self.senco,
        )  # fmt: skip
        if kind.scale == Scale.STANDARDISED:
            row.low, row.high = Decimal(value - BAND), Decimal(value + BAND)
        self.book.add(row, on=on, by=self.senco)
        self.book.add(PlaceScore(place=place, score=row, point=point), on=on, by=self.senco)
        words = f"{place.provision.name}: {row.test}, {POINT(point).label.lower()}. {score_in_words(row)}"
        self.book.event("provision.score", place, words, on=on, by=self.senco, pupil=place.pupil)

    def _outcome(self, place, number, had):
        on = self._on_a_school_day(min(place.provision.ends_on, self.today))
        row = PlaceOutcome(place=place, decided_on=on, decided_by=self.senco)
        row.value = self.rng.choice((2, 1, 1, 0, 0, 0, -1, -1, -2)) if had else self.rng.choice((0, -1, None))
        row.no_score = "" if had else self.rng.choice((NoScore.ABSENT, NoScore.NOT_TAKEN, NoScore.UNSUITED))
        row.next_step = (Next.CONTINUE, Next.STOP, Next.ADAPT, Next.OTHER)[number % 4]
        row.note = SAID.get(row.value, "")
        self.book.add(row, on=on, by=self.senco)
