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
AGREED_BESIDE = "Physiotherapy once a fortnight at school, until the health body writes its own programme"
# What came before a request, by the kind of advice.
ADVICE_GIVEN = {
    "parent": (
        "{name} comes home worn out and cannot say why. We read together every night, and {name} still guesses most "
        "words. What helps is quiet, a short list of what comes next, and somebody who waits. We want {name} to like "
        "school again."
    ),
    "psychology": (
        "I saw {name} twice, in class and alone. Reasoning with pictures is at the level of the age group; reading "
        "single words and remembering what is heard are far below it. {name} learns new words when they are taught a "
        "few at a time and met again on the same day. I recommend 20 minutes each morning with an adult trained in the "
        "programme."
    ),
}
PSYCHOLOGIST = "Dr Leonie Marsh, educational psychologist"
ADULTHOOD = (
    "Wants to work with engines. A taster day at the college in the spring term.",
    "Travels by bus alone now; next is a club outside school.",
)
NEEDED = (
    "Speech therapy set by a therapist for 30 minutes each week, and an assistant for the first half term. With both "
    "in Section F we can meet the needs from the start of next term."
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

# rule: what was said of one late duty after another, as (cause, what happened, what changes).
LATE = {
    "review.report": (
        (
            "waiting",
            "The therapist's advice came nine days after the meeting and the report waited for it.",
            "The report goes on the day with what is in. Late advice follows by itself.",
        ),
        (
            "time",
            "Four meetings fell into one week, and the reports were written one after another.",
            "No more than two meetings a week. The report is drafted in the meeting.",
        ),
        (
            "away",
            "The SENDCo was ill for eight days and nobody else had the notes.",
            "Notes are typed here during the meeting, and the deputy finishes the report.",
        ),
        (
            "waiting",
            "The class teacher's part was missing until the end of half term.",
            "Teachers are asked four weeks before, with a reminder at two weeks.",
        ),
    ),
    "review.papers": (
        (
            "waiting",
            "Health sent its advice the day before, and everybody waited for it.",
            "Papers go two weeks before with what is in.",
        ),
        (
            "time",
            "The papers were copied in the last week of term and posted after it.",
            "Papers go by e-mail from here, and on paper only where somebody asks.",
        ),
        (
            "waiting",
            "The school's own report was not finished.",
            "The school's report is due three weeks before the meeting.",
        ),
    ),
    "review.invite": (
        (
            "agreed",
            "The parent asked for an earlier day than the one that was planned.",
            "We write on the invitation that the family chose the day.",
        ),
        (
            "unknown",
            "The social worker had changed and we learned the new name late.",
            "Names are asked of the authority when a review begins.",
        ),
    ),
    "review.meeting": (
        (
            "other_side",
            "The authority's officer asked to move the day, then sent a report instead.",
            "We hold the meeting with or without the officer.",
        ),
        (
            "agreed",
            "The parent works shifts and could only come the week after.",
            "Two days are offered when the meeting is first planned.",
        ),
        ("time", "Interviews and mock exams left no room free.", "Review days are put into the calendar in July."),
    ),
    "referral.ask": (
        (
            "other_side",
            "The clinic had lost the referral and saw the child nine weeks after its usual wait.",
            "We ask each agency on the day set here, and write down who answered.",
        ),
        ("time", "The last weeks of term went into reviews.", "Asking agencies is a task of the assistant now."),
    ),
    "referral.report": (
        (
            "other_side",
            "The therapist wrote the report after a second visit.",
            "We ask for a first page with the recommendations on the day of the visit.",
        ),
        ("waiting", "The report went to the surgery and not to us.", "Our address is on each referral now."),
    ),
    "referral.advice": (
        (
            "time",
            "Teacher and SENDCo found no hour to go through the recommendations.",
            "Recommendations are decided on at the next progress meeting at the latest.",
        ),
        (
            "agreed",
            "The family wanted to talk the report over at home first.",
            "The family gets the report on the day it comes, and a date to talk.",
        ),
    ),
    "meeting.action": (
        ("away", "The assistant who had taken it on was ill for a week.", "Each action has a second name."),
        ("time", "It was forgotten over half term.", "Actions are due before a holiday, not after it."),
    ),
    "concern.first_look": (
        ("away", "The concern came in the week of a school visit.", "A second person looks at the queue on Fridays."),
        ("time", "It came with three others in one afternoon.", "Half an hour each Tuesday is kept for concerns."),
    ),
    "support.tell_parent": (
        (
            "unknown",
            "The parent was told at the gate and nobody wrote the letter.",
            "The letter is made on the day the status changes.",
        ),
        ("record", "The letter went in time; its day was typed wrongly.", "The office types the day when it posts it."),
    ),
    "watch.look_again": (
        ("time", "The teacher's half-term assessments came first.", "The next look is put on an assessment week."),
    ),
}
LATE_THEIRS = (
    ("other_side", "The officer's post was empty for a month.", "A letter goes the day after the date, then a call."),
    ("other_side", "The panel met a week after the date.", "We ask for the panel's dates when the report goes."),
    ("other_side", "Two advices were missing; nobody told us.", "We ring each Friday until the letter is here."),
)

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
