"""The library a school begins with: 24 interventions as schools commonly run them, its own to edit and archive.

Shapes follow common school practice. Evidence is given only where a source can be named; all else says "not looked up
yet". No text of a publisher is in it.
"""

from dataclasses import dataclass
from decimal import Decimal

from pupils.models.register import Area

from ..models import Evidence, Tier

CL, CI, SEMH, SP = Area.COGNITION, Area.COMMUNICATION, Area.SEMH, Area.SENSORY
TARGETED, SPECIALIST = Tier.TARGETED, Tier.SPECIALIST
LITERACY = (
    Evidence.PROMISING,
    "Structured literacy groups led by trained assistants add about three months' progress on average.",
    "Education Endowment Foundation, guidance on teaching assistants",
)
NOT_YET = (Evidence.UNKNOWN, "", "")


@dataclass(frozen=True)
class Entry:
    name: str
    area: str
    group: int
    minutes: int
    times: int
    weeks: int
    summary: str
    entry: str
    exit: str
    tier: str = TARGETED
    adults: int = 1
    evidence: tuple[str, str, str] = NOT_YET
    licence: Decimal | None = None


STARTER = (
    Entry(
        "RWI phonics catch-up group", CL, 6, 30, 5, 12,
        "Daily phonics in a small group at the stage each child has reached.",
        "A phonics stage or more behind the class.", "At the stage of the class, or three reviews without movement.",
        evidence=LITERACY,
    ),
    Entry(
        "RWI one-to-one tutoring", CL, 1, 10, 5, 12,
        "Ten minutes a day on the sounds and blending that one child has not got yet.",
        "Gaps that the group has not closed in six weeks.", "The gaps named at the start are closed.",
        evidence=LITERACY,
    ),
    Entry(
        "Fresh Start", CL, 8, 45, 4, 24,
        "Phonics and reading for older pupils, in modules that go by level.",
        "Reading age well below age at key stage 3.", "Through the last module, or reading age within a year.",
        evidence=LITERACY,
    ),
    Entry(
        "Nessy Reading and Spelling", CL, 6, 30, 3, 20,
        "A computer programme for reading and spelling, with an adult who checks and helps.",
        "Spelling or reading behind by a year or more.", "Within six months of age, or no movement in a term.",
        licence=Decimal("25.00"),
    ),
    Entry(
        "Precision Teaching", CL, 1, 10, 5, 8,
        "A few facts or words a week, practised daily and timed for one minute.",
        "One skill that can be counted and has not stuck.", "The aim is met three days running.",
        evidence=(Evidence.EARLY, "Small studies and single cases; quick to see whether it helps one child.", ""),
    ),
    Entry(
        "Small-step number group", CL, 4, 30, 3, 10,
        "Number sense and the four operations in small steps with apparatus.",
        "Working two or more steps below the class.", "Working with the class, or three steps gained.",
    ),
    Entry(
        "Nuffield Early Language, group part", CI, 4, 30, 3, 20,
        "Vocabulary, listening and storytelling in a small group in the early years.",
        "Below the cut-off of the language screen.", "End of the programme: screen again.",
        evidence=(
            Evidence.STRONG,
            "Large trials found three to four months' extra progress in spoken language.",
            "Education Endowment Foundation, trial reports",
        ),
    ),
    Entry(
        "Talk Boost KS1", CI, 4, 40, 3, 10,
        "Listening, vocabulary, sentences and conversation in a group.",
        "Delayed language without a diagnosed disorder.", "End of the programme: tracker again.",
    ),
    Entry(
        "Speech and language programme", CI, 1, 20, 3, 12,
        "What the child's therapist has set, practised by a trained assistant.",
        "A therapist has set a programme.", "The therapist ends or changes it.", tier=SPECIALIST,
        evidence=(Evidence.SET, "The therapist judges it for the child.", "The therapist's report"),
    ),
    Entry(
        "Colourful Semantics", CI, 3, 20, 3, 12,
        "Sentences built from coloured parts: who, doing what, to what, where.",
        "Sentences shorter than is usual at this age.", "The next sentence level is used in class.",
        evidence=(Evidence.EARLY, "Small studies only.", ""),
    ),
    Entry(
        "Attention Autism", CI, 4, 20, 4, 12,
        "Shared attention in stages, with things worth watching.",
        "Shared attention is the first step needed.", "Two stages gained, or stage 4 kept for a term.",
        tier=SPECIALIST,
    ),
    Entry(
        "LEGO-based therapy", CI, 4, 45, 1, 12,
        "Building together in roles, to practise talking, waiting and solving problems.",
        "Finds working with others hard; can follow a simple plan.", "End of the run: look again with the teacher.",
        evidence=(
            Evidence.MIXED,
            "A trial in 98 schools found a small gain at 20 weeks that may be chance, and none at 52.",
            "PMC10576908",
        ),
    ),
    Entry(
        "ELSA, one to one", SEMH, 1, 45, 1, 8,
        "Emotional literacy with a trained assistant who has supervision.",
        "A named difficulty with feelings or friends.", "The aim agreed with the child is met, or eight sessions.",
    ),
    Entry(
        "ELSA, group", SEMH, 4, 45, 1, 8,
        "The same in a group on one theme.",
        "A shared theme, such as friendship.", "End of the run.",
    ),
    Entry(
        "Zones of Regulation", SEMH, 6, 30, 1, 12,
        "Naming how one feels and choosing what helps.",
        "Often too high or too low to learn.", "Uses two strategies without being told.",
    ),
    Entry(
        "Nurture group", SEMH, 8, 120, 5, 24,
        "A small class with two adults, routine and food, beside the main class.",
        "Early needs unmet, shown by a profile.", "Back in class for whole days, profile in range.",
        tier=SPECIALIST, adults=2,
    ),
    Entry(
        "Draw and talk", SEMH, 1, 45, 1, 6,
        "A child draws and talks with one adult, at the child's own pace.",
        "Something hard has happened and words are few.", "The six sessions, then look again.",
    ),
    Entry(
        "Mentoring", SEMH, 1, 45, 2, 12,
        "One trusted adult, goals for the week, and somebody who asks.",
        "Attendance, suspension or confidence at risk.", "Goals kept for four weeks.",
    ),
    Entry(
        "Counselling", SEMH, 1, 50, 1, 12,
        "A qualified counsellor, usually bought in. Nothing that is said is kept here.",
        "Referred, and the child wants it.", "The counsellor and the child end it.", tier=SPECIALIST,
    ),
    Entry(
        "Turnaround", SEMH, 6, 300, 4, 9,
        "A small group with a teacher and an assistant for four days, one day at the home school.",
        "Placed for a limited time with a way back.", "The return plan begins.", tier=SPECIALIST, adults=2,
    ),
    Entry(
        "Outreach teacher visits", SEMH, 1, 60, 2, 8,
        "A specialist teacher works with a child and the adults in the child's own school.",
        "Asked for by the school, at risk of suspension.", "The school carries on alone.", tier=SPECIALIST,
    ),
    Entry(
        "Sensory circuits", SP, 8, 20, 5, 12,
        "Alerting, organising and calming movement at the start of the day.",
        "Not ready to learn in the first lesson.", "Ready on four days of five.",
    ),
    Entry(
        "Motor skills programme", SP, 4, 20, 3, 12,
        "Hand and body skills in small steps.",
        "Handwriting or self-care held back by motor skills.", "The step named at the start is reached.",
    ),
    Entry(
        "Touch typing", SP, 6, 20, 3, 12,
        "Typing as the usual way of working.",
        "Typing would be quicker than writing by hand.", "25 words a minute, or as fast as by hand.",
    ),
)  # fmt: skip

# The measures of the starter list by which each is usually judged.
MEASURED_BY = {
    "RWI phonics catch-up group": ("Phonics programme level", "Phonics screening"),
    "RWI one-to-one tutoring": ("Phonics programme level",),
    "Fresh Start": ("Reading age",),
    "Nessy Reading and Spelling": ("Reading age", "Spelling age"),
    "Precision Teaching": ("Correct in a minute", "Incorrect in a minute"),
    "Small-step number group": ("Mathematics, standardised", "PIVATS"),
    "Nuffield Early Language, group part": ("Language screen", "BPVS3"),
    "Talk Boost KS1": ("Talk Boost tracker",),
    "Speech and language programme": (),
    "Colourful Semantics": ("Sentence level", "BPVS3"),
    "Attention Autism": ("Attention stage",),
    "LEGO-based therapy": ("Social skills rating",),
    "ELSA, one to one": ("Emotional literacy checklist", "SDQ total difficulties"),
    "ELSA, group": ("Emotional literacy checklist",),
    "Zones of Regulation": ("Readiness to learn",),
    "Nurture group": ("Boxall Profile, developmental", "Boxall Profile, diagnostic", "Attendance"),
    "Draw and talk": ("SDQ total difficulties",),
    "Mentoring": ("SDQ total difficulties", "Attendance", "Days of suspension"),
    "Counselling": ("SDQ total difficulties",),
    "Turnaround": (
        "SDQ total difficulties",
        "Boxall Profile, developmental",
        "Boxall Profile, diagnostic",
        "Attendance",
    ),
    "Outreach teacher visits": ("Attendance", "Days of suspension", "Confidence, 1 to 10"),
    "Sensory circuits": ("Readiness to learn",),
    "Motor skills programme": ("Words a minute, handwriting",),
    "Touch typing": ("Words a minute, typing",),
}
