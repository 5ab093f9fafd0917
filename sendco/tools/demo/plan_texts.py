"""What support plans of the demo say, by type of need: outcomes, targets, strategies, and children's own words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Aim:
    """A target's words with its measure, and how far a child comes in one cycle."""

    text: str
    measure: str
    unit: str
    how: str
    start: int
    step: int
    lower: bool = False


OUTCOMES = {
    "SLCN": "{name} understands and is understood in class and at play",
    "SEMH": "{name} stays in lessons and comes back to learning after an upset",
    "SPLD": "{name} reads and writes what the lesson needs",
    "MLD": "{name} uses number and reading in everyday tasks without help",
    "ASD": "{name} copes with changes in the day",
    "PD": "{name} joins in every lesson, PE included",
    "HI": "{name} follows what is said in class",
    "VI": "{name} reads and finds the way around on their own",
}
OUTCOME = "{name} takes part in every lesson"
AREAS = {"SLCN": "ci", "ASD": "ci", "SEMH": "semh", "SPLD": "cl", "MLD": "cl", "PD": "sp", "HI": "sp", "VI": "sp"}
AIMS = {
    "SLCN": (
        Aim(
            "Follows an instruction with three parts",
            "count",
            "of 5 tries",
            "Five spoken instructions, no gestures",
            1,
            1,
        ),
        Aim(
            "Asks when something was not understood",
            "count",
            "times a day",
            "Tally on the desk, one day",
            0,
            2,
        ),
        Aim(
            "Is understood by an adult who does not know {name}",
            "percent",
            "",
            "Twenty words of a book",
            45,
            15,
        ),
    ),
    "SEMH": (
        Aim("Leaves the room without asking", "count", "times a week", "The class log, Monday to Friday", 9, 3, True),
        Aim(
            "Comes back to work after an upset",
            "count",
            "minutes",
            "From leaving to sitting again",
            25,
            6,
            True,
        ),
        Aim("Says how the morning is going", "scale", "", "Ask with the card, before break", 3, 2),
    ),
    "SPLD": (
        Aim(
            "Reads a page of the class book aloud",
            "count",
            "words a minute",
            "One minute, a new page",
            38,
            14,
        ),
        Aim("Reading age goes up", "months", "", "Single word reading, form A then B", 84, 5),
        Aim("Spells the words of the week in a sentence", "percent", "", "Ten words, dictated on Friday", 40, 20),
    ),
    "MLD": (
        Aim("Counts on from any number to 100", "percent", "", "Ten starts, no number line", 30, 20),
        Aim("Reads the instructions of a task alone", "count", "of 5 tasks", "Five tasks of the week", 1, 1),
    ),
    "ASD": (
        Aim("Moves to the next activity with the now and next board", "percent", "", "All changes of one day", 40, 20),
        Aim("Chooses a partner for paired work", "count", "times a week", "Tally by the TA", 0, 1),
    ),
}
PLAIN_AIMS = (
    Aim("Starts work within two minutes of being asked", "percent", "", "Five lessons of one day", 35, 20),
    Aim("Uses the equipment agreed without being reminded", "count", "lessons a week", "Tally on the planner", 4, 6),
)
STRATEGIES = {
    "SLCN": (
        ("Say {name}'s name first, then one thing at a time", "Every adult", "Always"),
        ("Teach three words before the lesson", "TA", "Monday, Wednesday, Friday, 10 minutes"),
    ),
    "SEMH": (
        ("Check in at the door with one small job", "Class teacher", "Every morning"),
        ("Time-out card, five minutes, then come back to the same seat", "Every adult", "When shown"),
    ),
    "SPLD": (
        ("Precision reading, one to one", "TA", "Daily, 10 minutes"),
        ("Read questions aloud in tests and quizzes", "Every teacher", "Always"),
    ),
    "MLD": (("Small-step number group", "HLTA", "Three times a week, 30 minutes"),),
    "ASD": (
        ("Now and next board on the desk; point to it before each change", "Every adult", "Always"),
        ("Quiet start in the library before the bell", "TA", "Daily, 10 minutes"),
    ),
}
PLAIN_STRATEGIES = (
    ("Seat near the board, and a check of understanding after each instruction", "Every teacher", "Always"),
)
KNOWN = (
    "{name} was screened in the autumn. In class the gap shows most in longer tasks and after lunch. "
    "A term of the usual catch-up made a small difference."
)
STRENGTHS = (
    "Kind to younger children, knows everything about football.",
    "Draws beautifully and remembers every song.",
    "Funny, quick to help, likes jobs that matter.",
    "Loves building things and explaining how they work.",
)
CHILD_SAYS = (
    "I like it when I know what we do next. I do not like reading out loud.",
    "Maths is good with the cubes. It is too loud at lunch.",
    "Please do not say my name in front of everybody.",
    "I can do it when I have time. My friends help me.",
    "I want to be in the group with Mr Adair again.",
)
PARENT_SAYS = (
    "Happier in the mornings than last year. Homework is still a fight.",
    "We practise the words in the car. Please send the list on Fridays.",
)
OTHER_PARENT_SAYS = "I do not see the difficulties at my house. Too much help makes it worse."
NOTES = (
    "Read two pages to the teaching assistant and wanted to go on.",
    "Used the card twice today without being reminded.",
    "Hard week: two days away, and the group did not run on Thursday.",
)
COMMENTS = {
    "met": "Seen in three lessons by two adults.",
    "partly": "Some days. Mornings go better than afternoons.",
    "not_met": "The support ran in four of ten weeks.",
}
