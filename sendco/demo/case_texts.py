"""The words of invented plans, reviews and consultations. `{name}` is the child's forename."""

VIEWS = (
    "<p>{name} likes being outdoors, football cards and helping younger children. {name} wants to have a friend to sit "
    "with at lunch and to be told before things change.</p>"
)
HEALTH = "<p>No health needs that relate to {name}'s special educational needs are known.</p>"
CARE = "<p>The family is not known to the disabled children's team.</p>"
PLACE = "<p>{setting}</p>"
ADVICE = "<ul><li>Parent</li><li>School</li><li>Educational psychologist</li><li>Health</li></ul>"
# need: (needs in section B, outcomes of E, lines of F as (text, minutes, times, per, who, group size, outcome number))
PLANS = {
    "SEMH": (
        "<p>{name} finds it hard to manage strong feelings and to trust adults. Lessons are often left when work feels "
        "too hard.</p>",
        (
            "By the end of the key stage {name} will stay in lessons for a whole morning on four days out of five.",
            "By the end of the key stage {name} will name a feeling and choose a way to calm down before leaving.",
        ),
        (
            ("One-to-one emotional literacy work from a trained assistant", 45, 1, "week", "ELSA", 1, 2),
            ("A check-in and a check-out with a key adult", 10, 2, "day", "Key worker", 1, 1),
            ("Access to a calm space as needed", None, None, "", "", None, 2),
        ),
    ),
    "SLCN": (
        "<p>{name} understands spoken language at a level well below age and finds it hard to be understood by people "
        "outside the family.</p>",
        (
            "By the end of the key stage {name} will follow a spoken instruction of three parts in class.",
            "By the end of the key stage {name} will tell a short event so that a new adult understands it.",
        ),
        (
            ("A programme set by a speech and language therapist", 20, 3, "week", "Trained assistant", 1, 1),
            (
                "A visit by a speech and language therapist to set and change the programme",
                60,
                1,
                "half_term",
                "Speech and language therapist",
                1,
                1,
            ),
            ("Regular opportunities to talk in a small group", None, None, "", "", 4, 2),
        ),
    ),
    "ASD": (
        "<p>{name} is autistic. Change without warning, noise and free time are hard. {name} learns well from pictures "
        "and routine.</p>",
        (
            "By the end of the key stage {name} will move between activities with a visual timetable and no adult.",
            "By the end of the key stage {name} will play a game with two other children for ten minutes.",
        ),
        (
            ("A visual timetable made and gone through with an adult", 10, 1, "day", "Class assistant", 1, 1),
            ("A social skills group led by a trained assistant", 45, 1, "week", "Trained assistant", 4, 2),
            ("Advice from the autism outreach teacher", 60, 1, "term", "Autism outreach teacher", None, 1),
            ("Sensory breaks as required", None, None, "", "", None, 1),
        ),
    ),
    "SPLD": (
        "<p>{name}'s reading and spelling are far behind what {name} can say and understand.</p>",
        ("By the end of the key stage {name} will read a text of the year below on sight.",),
        (
            ("A structured literacy programme, one to one", 20, 4, "week", "Trained assistant", 1, 1),
            ("Lessons with text read aloud or by a reading pen", None, None, "day", "Teachers", None, 1),
        ),
    ),
    "MLD": (
        "<p>{name} learns in small steps and needs things shown, not only said. Reading and number are about three "
        "years behind.</p>",
        (
            "By the end of the key stage {name} will use money to buy three things and check the change.",
            "By the end of the key stage {name} will read a page of a book for a younger age aloud.",
        ),
        (
            ("A small group for number", 30, 4, "week", "Teacher", 4, 1),
            ("Paired reading with an adult", 15, 5, "week", "Assistant", 1, 2),
        ),
    ),
}
OTHER = (
    "<p>{name} needs an adult and adapted equipment for parts of each school day.</p>",
    ("By the end of the key stage {name} will ask for help and use the equipment without being told.",),
    (
        ("An adult trained by the advisory teacher, in each practical lesson", 60, 4, "week", "Assistant", 1, 1),
        ("A visit by the advisory teacher", 90, 1, "half_term", "Advisory teacher", None, 1),
    ),
)
BANDS = (("Band C", 4650), ("Band D", 6200), ("Band E", 8400))
SCHOOL_REPORT = (
    "{name} has settled into the class and trusts two adults. Attendance is better than last year. Reading moves on; "
    "writing stays hard and needs a scribe for longer pieces."
)
PARENT_WORDS = "Mornings are calmer. {name} talks about one friend by name now. We worry about the next school."
CHILD_WORDS = "I like science and my key worker. I don't like when the room changes."
PROGRESS = (
    ("close", "Stays in lessons on most mornings; left twice this half term.", "keep"),
    ("some", "Uses the calm card with an adult beside, not yet alone.", "change"),
)
DIFFERENCE = ("Parent", "At home the hard times come after school, so we do not think this is nearly met yet.")
REASON_TO_ASK = (
    "{name} has had three cycles of support with help from outside. The gap has grown all the same, and the adults "
    "that {name} needs cost more than the school can give from its own budget."
)
CONSULTED = (
    ("Rowan Teasdale", "Needs a small class, speech therapy each week and an adult at lunch."),
    ("Imogen Farraday", "Autistic, uses symbols, needs a quiet room and a fixed routine."),
    ("Tobias Okonjo", "Out of school since June. Needs a slow start and one trusted adult."),
    ("Elodie Marchetti", "Hearing aids in both ears. Needs a room with little echo and a teacher of the deaf."),
    ("Casper Lindqvist", "Two years behind in reading, anxious, good at making things."),
)
EVIDENCE = (
    "The class has 14 children, nine of them with a plan, and two adults. Four of the nine need an adult within reach "
    "all day. One more child who needs the same leaves the others without it for a third of the day."
)
STEPS = "We looked at moving an adult from the next class, at a second small room and at a part-time start."

# authority: (title of its form, its headings in its order with a note and the fields under each). Each leaves
# something out, as real forms do: the report says by name what found no place.
LAYOUTS = {
    "Westmarch": (
        "Westmarch Council: Annual Review Report (form AR2)",
        (
            ("Part 1. Child or young person", "", ("child", "child.number", "plan", "review")),
            ("Part 2. Who took part", "List everybody invited.", ("people", "notice")),
            ("Part 3. Views of the child or young person", "In their own words.", ("views.child",)),
            ("Part 4. Views of parents and carers", "", ("views.parent",)),
            ("Part 5. Advice received", "", ("views.school", "report.school", "advice")),
            ("Part 6. Progress towards outcomes", "", ("outcomes", "adulthood")),
            ("Part 7. Areas of disagreement", "", ("differences",)),
            (
                "Part 8. Recommendation to the authority",
                "Return within seven days of the meeting.",
                ("recommendation", "recommendation.reason", "changes", "actions"),
            ),
        ),
    ),
    "Eastholt": (
        "Eastholt: review of an education, health and care plan",
        (
            (
                "A. Recommendation",
                "The panel reads this page first.",
                ("recommendation", "recommendation.reason", "changes"),
            ),
            ("B. About me", "", ("child", "views.child", "strengths")),
            ("C. My family", "", ("views.parent",)),
            ("D. How it is going", "", ("summary", "outcomes", "provision")),
            ("E. Growing up", "From Year 9.", ("adulthood",)),
            ("F. The meeting", "", ("review", "people", "actions", "differences")),
        ),
    ),
    "Northfen": (
        "Northfen County: EHCP annual review paperwork",
        (
            ("Section 1: Pupil and plan details", "", ("child", "child.number", "plan")),
            ("Section 2: Meeting details", "", ("review", "notice", "people")),
            (
                "Section 3: Outcomes and provision",
                "One row for each outcome.",
                ("needs", "outcomes", "provision", "adulthood"),
            ),
            (
                "Section 4: Contributions",
                "",
                ("views.child", "views.parent", "views.school", "advice", "report.school"),
            ),
            ("Section 5: Minutes", "", ("strengths", "summary", "actions")),
            ("Section 6: School's recommendation", "", ("recommendation", "recommendation.reason")),
        ),
    ),
}
