"""The questions that each kind of person answers before a review. Pure: words only.

`{name}` is the child's first name. `picks` are
pictures with a word each, for the child; the icon is one of static/icons.txt.
"""

from dataclasses import dataclass, field

LONGEST = 20_000


@dataclass(frozen=True)
class Question:
    code: str
    ask: str
    hint: str = ""
    think: str = ""
    picks: tuple = field(default=())  # (code, icon, word)
    many: bool = False

    def for_child(self, name):
        def filled(text):
            return text.replace("{name}", name)

        return Question(self.code, filled(self.ask), filled(self.hint), filled(self.think), self.picks, self.many)


PARENT = (
    Question(
        "about",
        "What is {name} like?",
        "What {name} enjoys, is good at, and what you are proud of. A few words are enough.",
        "What makes {name} laugh. What {name} would choose to do all day. What other people often do not see.",
    ),
    Question(
        "going_well",
        "What is going well for {name}?",
        "At school, at home or anywhere else. A few words are enough. Spelling does not matter.",
        "Friends. Mornings. Getting to school. Things {name} can do now and could not do last year.",
    ),
    Question(
        "worries",
        "What is hard, or worries you?",
        "You know {name} best. Small things count too.",
        "Sleep. Lunch. Travel. Being with others. Work that is too hard or too easy. Health. A change that is coming.",
    ),
    Question(
        "help",
        "What helps {name}, and what should change?",
        "What should stay just as it is. What is promised in the plan and does not happen. What you would try.",
        "Help in lessons. Therapy. Equipment. Breaks. The way school and home talk to each other.",
    ),
    Question(
        "future",
        "What do you hope for?",
        "Next year, and later. And anything that you want the meeting to talk about.",
        "Reading a book. A friend to visit. The next school. Travelling alone. A job. Living more independently.",
    ),
)

FEELINGS = (
    ("happy", "mood-happy", "Happy"),
    ("ok", "mood-smile", "OK"),
    ("worried", "mood-nervous", "Worried"),
    ("sad", "mood-sad", "Sad"),
    ("angry", "mood-angry", "Angry"),
    ("unsure", "help-circle", "I do not know"),
)
LIKES = (
    ("friends", "friends", "My friends"),
    ("play", "ball-football", "Playtime"),
    ("books", "book", "Reading"),
    ("numbers", "math", "Maths"),
    ("art", "palette", "Art"),
    ("music", "music", "Music"),
    ("computers", "device-laptop", "Computers"),
    ("making", "tools", "Making things"),
    ("outside", "trees", "Being outside"),
    ("lunch", "soup", "Lunch"),
    ("quiet", "headphones", "Quiet time"),
    ("people", "heart-handshake", "Kind adults"),
)
HARD = (
    ("books", "book", "Reading"),
    ("writing", "pencil", "Writing"),
    ("numbers", "math", "Maths"),
    ("noise", "volume", "Loud noise"),
    ("crowd", "users-group", "Lots of people"),
    ("still", "armchair", "Sitting still"),
    ("friends", "friends", "Making friends"),
    ("change", "refresh-alert", "Changes"),
    ("asking", "hand-stop", "Asking for help"),
    ("morning", "sunrise", "Coming to school"),
)
HELPS = (
    ("adult", "heart-handshake", "An adult near me"),
    ("place", "home", "A quiet place"),
    ("pictures", "photo", "Pictures"),
    ("time", "clock", "More time"),
    ("breaks", "player-pause", "Breaks"),
    ("friend", "friends", "A friend"),
    ("moving", "run", "Moving around"),
    ("sound", "headphones", "Headphones"),
    ("plan", "list-check", "Knowing what comes next"),
)
COMING = (
    ("yes", "thumb-up", "Yes, I will come"),
    ("part", "clock", "For a short time"),
    ("told", "message-circle", "Somebody tells them for me"),
    ("no", "thumb-down", "No"),
)
CHILD = (
    Question("feel", "How is school?", "Choose a picture. You can say why.", picks=FEELINGS),
    Question("going_well", "What do you like?", "Choose as many as you want.", picks=LIKES, many=True),
    Question("worries", "What is hard?", "Choose as many as you want.", picks=HARD, many=True),
    Question("help", "What helps you?", "Choose as many as you want.", picks=HELPS, many=True),
    Question("future", "What do you want to do next?", "Something to learn, to try, or to be one day."),
    Question("coming", "We will meet and talk about your plan. Will you come?", "No is fine too.", picks=COMING),
)

STAFF = (
    Question(
        "going_well",
        "What is going well for {name}?",
        "Strengths and what has changed since the last review, with one example you saw.",
    ),
    Question(
        "progress",
        "What progress has {name} made?",
        "Towards the outcomes of the plan: what you saw, and where you have it, a figure and its date.",
    ),
    Question(
        "help",
        "What helps, and how often does it happen?",
        "What you and others do, how often it really took place, and what you have stopped because it did not help.",
    ),
    Question("worries", "What is hard?", "In lessons, with others, at break. Facts rather than labels."),
    Question("future", "What should come next?", "What to keep, what to change, and what {name} is ready for."),
)

PROFESSIONAL = (
    Question(
        "involvement",
        "What is your involvement now?",
        "Your role, when you last saw {name}, how often, and on what your view rests.",
    ),
    Question(
        "progress",
        "What progress do you see towards the outcomes?",
        "The outcomes that your work serves: what has changed since the last review, with measures and dates.",
    ),
    Question(
        "needs",
        "What needs are there now?",
        "Health, care, communication, learning or other needs, and what is new since the plan was written.",
    ),
    Question(
        "provision",
        "What provision do you recommend?",
        "Say how much: minutes, how often, by whom with which training, alone or in a group, and for how long. "
        "A plan that says how much can be kept.",
    ),
    Question(
        "going_well",
        "What works well, and what else should the meeting know?",
        "Anything that should be decided there, and what should end.",
    ),
)

SETS = {"parent": PARENT, "child": CHILD, "staff": STAFF, "professional": PROFESSIONAL}


def questions_for(kind, name):
    """The questions of one kind of person, with the child's name in them."""
    return [question.for_child(name) for question in SETS[kind]]


def with_outcomes(questions, outcomes):
    """Staff say what they saw of each outcome: [(number, text)] take the place of the one question about progress."""
    asked = []
    for question in questions:
        if question.code == "progress" and outcomes:
            asked += [
                Question(f"outcome_{number}", f"Outcome {number}: what have you seen?", text)
                for number, text in outcomes
            ]
        else:
            asked.append(question)
    return asked


def picked_code(code):
    return f"{code}_picked"


def title_of(code, kind, name):
    """The words above an answer where it is read: the question, or what stands in for it."""
    for question in questions_for(kind, name):
        if question.code == code:
            return question.ask
    if code.startswith("outcome_"):
        return f"Outcome {code.removeprefix('outcome_')}"
    return code.replace("_", " ").capitalize()
