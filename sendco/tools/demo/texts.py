"""The words that staff typed. `{name}` is the child's forename."""

STARTED_SUPPORT = {
    "SEMH": "Two terms of pastoral support have not been enough. {name} still leaves lessons most days.",
    "SLCN": "{name} loses spoken instructions of more than two steps. Screening shows understanding below age.",
    "ASD": "{name} needs changes prepared for and finds unstructured time hard. The parent and staff see the same.",
    "SPLD": "Reading and spelling stay well behind {name}'s spoken work after a term of extra phonics.",
    "MLD": "{name} is working more than two years below in reading and number, with small steps only.",
    "SLD": "{name} needs an adult for every step of learning and self-care, and communicates with symbols.",
    "MSI": "{name} has a sight and a hearing loss. The advisory teacher of multi-sensory impairment asks for support.",
    "PD": "{name} tires quickly and needs adapted equipment for writing and PE.",
    "HI": "The audiologist confirmed a hearing loss in both ears. {name} uses aids and a radio microphone.",
    "VI": "The sight advisory teacher asks for enlarged print and a seat near the board for {name}.",
    "OTH": "{name} is under investigation at the hospital. Support goes on until the type of need is known.",
    "NSA": "{name} is well behind in class. The type of need has not been assessed yet.",
}
ISSUED_PLAN = "The local authority issued the final EHC plan."
JOINED_WITH_SUPPORT = "Joined with SEN Support: the last school's plan was passed on."
JOINED_WITH_PLAN = "Joined with an EHC plan in force."
LEFT_REGISTER = "Targets met for two terms running. Support stops; {name} stays under the class teacher's eye."
BACK_ON_REGISTER = "The gap opened again within a term of support ending."
MOVED_IN_WITH_PLAN = "Moved to Westmarch with Northfen's EHC plan. The plan transfers on the day of the move."
PLAN_NAMES_ANOTHER = "The plan names Fallow Court School. Placed here until a place opens there."
PLAN_WITHOUT_REVIEW = "EHC plan on file without the date of its last review. Ask the authority."
DECIDED_BY = "SENDCo with the class teacher and the parent"
DECIDED_BY_AUTHORITY = "{authority} local authority"
WATCHED = (
    "Reading is slower than the class. Extra practice at home agreed.",
    "Short with friends since September. The parent has noticed it too.",
    "Speech is hard to follow when {name} is excited. Hearing test booked.",
    "Handwriting tires {name} within ten minutes.",
    "Attendance fell below 90% last half term.",
    "Number facts do not stick. The teacher tries daily recall first.",
    "Finds it hard to start work alone. A checklist is being tried.",
    "Joined mid-year. We look again once {name} has settled.",
)
# what, where, how often, tried, tried for, what the parent said
CONCERNS = (
    (
        "{name} cannot retell what has just been read, even when the words were read well.",
        "English and topic lessons",
        "Every day",
        "Pictures to order, reading in a pair, questions before reading.",
        "six weeks",
        "We see the same with films at home.",
    ),
    (
        "{name} gets up and leaves the room when work is set. It takes ten minutes to come back.",
        "Maths, and any lesson after lunch",
        "Three or four times a week",
        "A seat by the door, a time-out card, a check-in with an adult first thing.",
        "half a term",
        "Mornings at home are hard too.",
    ),
    (
        "{name} does not answer when called from behind and watches other children to know what to do.",
        "Carpet time and the hall",
        "Most days",
        "A seat at the front, saying the name first.",
        "three weeks",
        "The family doctor has been asked for a hearing test.",
    ),
    (
        "Letters are reversed and spelling changes from line to line. Spoken answers are strong.",
        "All writing",
        "Every piece of work",
        "Word mats, coloured paper, extra phonics twice a week.",
        "a term",
        "An uncle has dyslexia.",
    ),
    (
        "{name} cries at changes of routine and hides under the table when a supply teacher comes.",
        "Classroom",
        "Weekly",
        "Now-and-next board, warning before changes.",
        "two months",
        "Holidays and visitors are hard at home as well.",
    ),
    (
        "{name} plays alone and repeats the same game. Turn-taking ends in tears.",
        "Playground",
        "Every break",
        "A buddy, an adult starting games.",
        "a half term",
        "There are few other children to play with at home.",
    ),
    (
        "{name} has not spoken to an adult in school since starting, but chats to one friend.",
        "Everywhere in school",
        "All the time",
        "No pressure to answer, pointing, a puppet.",
        "eight weeks",
        "Talks all the time at home.",
    ),
    (
        "Behind in number: counts on fingers for sums to five.",
        "Maths",
        "Every lesson",
        "Counters, number line, small group twice a week.",
        "a term",
        "",
    ),
)
STRENGTHS = (
    "Kind to younger children. Draws very well.",
    "Works hard when the first step is shown. Good sense of humour.",
    "Strong memory for facts about animals.",
    "Loves practical work and helping adults.",
)
VIEW_NOTES = (
    "Managed better with the task in short parts.",
    "I see this in my lesson as well, mostly at the start.",
    "Less of a difficulty in practical lessons.",
)
STRATEGIES = (
    "Instructions in two steps with a picture card; sit near the teacher. Note what works.",
    "Five minutes of pre-teaching the words before each topic, by the teaching assistant.",
    "Movement break every twenty minutes and a quiet place to go to.",
)
OBSERVE = "Watch in two lessons and at lunch, ten minutes each, and write down what came before."
NO_ACTION = "Within what we expect for the age. The teacher carries on and tells the parent."
MONITOR = "Added to monitoring with a date to look again."
SUPPORT = "Enough has been tried. SEN Support starts and the parent is told."
HEALTH_NOTES = (
    ("Severe asthma", 4),
    ("Allergy, adrenaline pen in class", 6),
    ("Epilepsy", 2),
    ("Type 1 diabetes", 2),
    ("Gastrostomy", 1),
    ("Bladder and bowel plan", 2),
)
SAFEGUARDING = "Ask the safeguarding lead."
LETTER_SUBJECT = "Extra help for {name} at school"
LETTER_BODY = """Dear {recipient}

I am writing to tell you that from {day} we give {name} extra help, called SEN Support.

We decided this because of what {name}'s teachers see in class and what you told us. We meet you at least three times \
a year to look at how it goes. You may ask to talk to us at any time.

{authority} has a free and impartial advice service for families. We can give you its number.

Yours sincerely
{senco}
SENDCo, {school}
"""
# name of the test, form, scale, lowest, highest, width of the band
TESTS = (
    ("Single word reading", "A", "standard", 71, 108, 6),
    ("Spelling", "B", "standard", 69, 105, 7),
    ("BPVS3", "", "standard", 68, 112, 8),
    ("Reading age", "Form 1", "age", 66, 132, 0),
    ("Spelling age", "Form 1", "age", 66, 126, 0),
    ("SDQ total difficulties, teacher", "", "raw", 9, 29, 0),
)
