"""Hints for plain English: what somebody who does not know the school's words would stumble over. Hints, no more."""

import re
from dataclasses import dataclass

LONGEST_SENTENCE = 22  # words: GOV.UK asks for fewer than 25
LONGEST_WORD = 14  # letters
MOST_HINTS = 8
# Words of the trade, and what to write in their place.
TRADE = {
    "adapt": "",
    "apdr": "plan and review",
    "asd": "autism",
    "cognition": "thinking",
    "differentiate": "change the task",
    "differentiated": "changed for me",
    "dysregulated": "upset",
    "dysregulation": "being upset",
    "ehcp": "plan",
    "elsa": "talking time",
    "ep": "psychologist",
    "facilitate": "help",
    "intervention": "group",
    "metacognition": "thinking about how I learn",
    "provision": "help",
    "salt": "speech therapist",
    "scaffold": "help, step by step",
    "scaffolding": "help, step by step",
    "self-regulate": "calm down",
    "semh": "feelings",
    "senco": "",
    "slcn": "talking and understanding",
    "stimuli": "noise and light",
    "strategies": "ways that help",
    "transition": "change",
    "transitions": "changes",
    "utilise": "use",
    "visuals": "pictures",
}


@dataclass(frozen=True)
class Hint:
    """`words` are what was found, `instead` what to write, empty where only the words are named."""

    words: str
    instead: str
    kind: str


def hints(text: str) -> list[Hint]:
    """At most eight: words of the trade, capitals that stand for something, long words and long sentences."""
    found: dict[str, Hint] = {}
    for word in re.findall(r"[A-Za-z][A-Za-z'-]*", text):
        low = word.casefold()
        if TRADE.get(low):
            found.setdefault(low, Hint(word, TRADE[low], "trade"))
        elif len(word) > 1 and word.isupper() and low not in ("pe", "tv", "ok", "it"):
            found.setdefault(low, Hint(word, "", "letters"))
        elif len(word) > LONGEST_WORD:
            found.setdefault(low, Hint(word, "", "long"))
    for sentence in re.split(r"[.!?\n]+", text):
        count = len(sentence.split())
        if count > LONGEST_SENTENCE:
            found[sentence] = Hint(" ".join(sentence.split()[:6]) + " ...", f"{count} words", "sentence")
    return list(found.values())[:MOST_HINTS]
