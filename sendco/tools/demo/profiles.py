"""One-page profiles of the demo: for most pupils on SEN support and with a plan, some read by all, some by few."""

from datetime import timedelta

from pupils.models import Profile, ProfileReading, ProfileVersion
from pupils.models.register import Code

ADMIRE = (
    "Funny, loyal, and the first to help when somebody falls.",
    "Draws what others cannot say. Never gives up on a puzzle.",
    "Knows every bird by its call. Kind to the little ones.",
)
MATTERS = (
    "My dog, football on Saturday, and sitting next to my friend.\nThat people say what will happen and then do it.",
    "A quiet corner. Trains. Being asked before anybody touches my things.",
    "My sister. Being good at something. Not having to read aloud.",
)
SUPPORT = {
    "SLCN": "Say my name first, then one thing at a time. Show me as well as tell me. Give me ten seconds to answer.",
    "SEMH": "Meet me at the door with a job. When I go quiet, let me use my card. Talk about it later.",
    "SPLD": "Read the question to me. Let me say the answer before I write it. Mark what I know, not how I spell.",
    "ASD": "Show me what comes now and next. Warn me before a change. Loud rooms hurt: let me wear my headphones.",
}
SUPPORT_ELSE = "Check that I have understood. Break the task into steps. Tell me what I did well."
DO = "Give me time\nTell me the plan for the lesson\nLet me sit where I can see the door"
DONT = "Do not shout my name\nDo not make me read to the class\nDo not take my card away"
CARD = "Give time. One thing at a time. Time-out card: let me go, I come back in five minutes."


def add(setting, children):
    """Gather it into the book."""
    book, days, senco = setting.book, setting.days, setting.people["senco"]
    wanted = [child for child in children if child.pupil and not child.left and child.code in (Code.SUPPORT, Code.PLAN)]
    for place, child in enumerate(wanted):
        if place % 7 == 6:
            continue  # some have none yet
        need = child.needs[0] if child.needs else ""
        said_on = max(days.back(40 - place % 20), child.joined_on)
        words = {
            "admire": ADMIRE[place % 3],
            "matters": MATTERS[place % 3],
            "support": SUPPORT.get(need, SUPPORT_ELSE),
            "do": DO,
            "dont": DONT,
            "card": CARD,
            "method": "draw" if place % 4 == 1 else "talk",
            "said_on": said_on,
        }
        profile = Profile(pupil=child.pupil, written_by=senco, **words)
        if place % 9 == 5:
            profile.support += "\nNew: the lift key is in the office."  # written, not yet published
        book.add(profile, on=said_on, by=senco)
        first = ProfileVersion(
            profile=profile, number=1, asks=1, fit=0, published_on=said_on, published_by=senco, **words
        )  # fmt: skip
        book.add(first, on=said_on, by=senco)
        asks = 1
        if place % 5 == 2:
            changed = max(days.back(4), said_on)
            words["dont"] = DONT + "\nDo not stand behind me"
            profile.dont = words["dont"]
            second = ProfileVersion(
                profile=profile, number=2, asks=2, fit=0, published_on=changed, published_by=senco, **words
            )  # fmt: skip
            book.add(second, on=changed, by=senco)
            asks = 2
        elif place % 10 == 3:
            spelt = max(days.back(6), said_on)
            minor = ProfileVersion(
                profile=profile, number=2, asks=1, minor_reason="A word was misspelt", fit=0, published_on=spelt,
                published_by=senco, **words,
            )  # fmt: skip
            book.add(minor, on=spelt, by=senco)
        elif place % 17 == 8:
            first.withdrawn_on = max(days.back(2), said_on)  # found to say what the child had not said
        _readings(setting, child, profile, place, said_on, asks)


def _readings(setting, child, profile, place, said_on, asks):
    """The adults of the class: most have read it, some an older version, some none."""
    adults = []
    for model, rows in setting.book.rows.items():
        if model.__name__ == "GroupStaff":
            adults += [row.user for row in rows if row.group is child.form and row.ends_on is None]
    adults += [user for user in child.supports if user]
    if child.key_worker:
        adults.append(child.key_worker)
    for number, user in enumerate(dict.fromkeys(adults)):
        reading = ProfileReading(profile=profile, user=user, asked_on=said_on)
        if (place + number) % 4:
            reading.read_number = 1 if (place + number) % 3 else asks
            reading.read_on = max(setting.days.on_or_before(said_on + timedelta(days=3)), said_on)
        setting.book.add(reading, on=said_on, by=setting.people["senco"])
