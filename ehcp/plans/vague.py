"""Find provision that nobody could check: words that promise nothing, and amounts that are missing. Pure functions.

A line of Section F has to be so specific and quantified that there is no doubt what was decided (law file 2 and 13;
Code of Practice 9.69). What is found here is a hint for a person, never a judgement.
"""

import re
from dataclasses import dataclass

# What a reader cannot hold anybody to. The key is what is searched, the value why it says nothing.
WORDS = {
    "access to": "having access is not the same as getting it",
    "opportunities for": "an opportunity need not be taken",
    "opportunity to": "an opportunity need not be taken",
    "opportunities to": "an opportunity need not be taken",
    "as needed": "nobody says who decides when",
    "as required": "nobody says who decides when",
    "when needed": "nobody says who decides when",
    "when required": "nobody says who decides when",
    "where needed": "nobody says who decides when",
    "if needed": "nobody says who decides when",
    "if required": "nobody says who decides when",
    "as necessary": "nobody says who decides when",
    "where necessary": "nobody says who decides when",
    "if necessary": "nobody says who decides when",
    "as appropriate": "nobody says who decides what is appropriate",
    "where appropriate": "nobody says who decides what is appropriate",
    "when appropriate": "nobody says who decides what is appropriate",
    "where possible": "it lets anybody off",
    "if possible": "it lets anybody off",
    "whenever possible": "it lets anybody off",
    "wherever possible": "it lets anybody off",
    "as far as possible": "it lets anybody off",
    "regular": "regular may mean every day or once a year",
    "regularly": "regular may mean every day or once a year",
    "frequent": "no number says how often",
    "frequently": "no number says how often",
    "occasional": "no number says how often",
    "occasionally": "no number says how often",
    "from time to time": "no number says how often",
    "periodic": "no number says how often",
    "periodically": "no number says how often",
    "ongoing": "no number says how often",
    "on-going": "no number says how often",
    "up to": "up to includes nothing at all",
    "may benefit": "benefiting is not provision",
    "would benefit": "benefiting is not provision",
    "will benefit from": "benefiting is not provision",
    "could include": "could is not will",
    "may include": "may is not will",
    "might include": "might is not will",
    "may need": "may is not will",
    "may require": "may is not will",
    "such as": "examples are not the provision itself",
    "for example": "examples are not the provision itself",
    "e.g.": "examples are not the provision itself",
    "etc": "it leaves the list open",
    "and so on": "it leaves the list open",
    "including but not limited to": "it leaves the list open",
    "some": "some is no number",
    "a range of": "a range is no number",
    "a variety of": "a variety is no number",
    "sufficient": "nobody says how much is enough",
    "adequate": "nobody says how much is enough",
    "appropriate": "nobody says who decides what is appropriate",
    "suitable": "nobody says who decides what is suitable",
    "high level of": "a level is no number",
    "higher level of": "a level is no number",
    "level of support": "a level is no number",
    "additional support": "no number says how much",
    "extra support": "no number says how much",
    "consideration should be given": "considering is not providing",
    "be considered": "considering is not providing",
    "to be encouraged": "encouraging is not providing",
    "should be": "should is not will",
    "subject to": "it depends on something else",
    "in line with school policy": "a policy can change; the plan cannot follow it",
    "at the discretion of": "it leaves the decision to somebody",
    "small group": "a group has to have a number",
    "small groups": "a group has to have a number",
    "key adult": "nobody says what this person is trained in",
    "a member of staff": "nobody says what this person is trained in",
    "an adult": "nobody says what this person is trained in",
    "adult support": "nobody says what this person is trained in, or how much",
    "weekly where": "it lets anybody off",
    "termly where": "it lets anybody off",
}
_ANY = re.compile(
    r"(?<![\w-])(" + "|".join(re.escape(phrase) for phrase in sorted(WORDS, key=len, reverse=True)) + r")(?![\w-])",
    re.IGNORECASE,
)

_NUMBER = (
    r"(?:\d+(?:[.,]\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|"
    r"forty[- ]?five|forty|sixty|ninety|half an|an|a)"
)
_AMOUNT = re.compile(rf"\b{_NUMBER}[\s-]*(?:x\s*)?(?:minutes?|mins?|hours?|hrs?|h)\b", re.IGNORECASE)
_FREQUENCY = re.compile(
    r"\b(?:daily|nightly|weekly|fortnightly|monthly|termly|half[- ]termly|yearly|annually|all day|full[- ]time|"
    r"every (?:(?:school )?day|morning|afternoon|lesson|week|fortnight|month|half[- ]?term|term|year|session|"
    r"playtime|break|lunchtime)|"
    r"(?:each|per|a) (?:(?:school )?day|morning|afternoon|lesson|week|fortnight|month|half[- ]?term|term|year)|"
    r"(?:once|twice|\d+ ?(?:x|times)|three times|four times|five times|six times)\b.{0,40}?"
    r"(?:day|week|fortnight|month|term|year)|"
    r"in (?:all|every) (?:lessons?|session)|at all times|throughout the (?:school )?day)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"\b(?:teacher|assistant|\bTA\b|HLTA|LSA|therapist|psychologist|SENC[Oo]|SENDCo|mentor|counsellor|tutor|nurse|"
    r"specialist|practitioner|coach|key ?worker|support worker|ELSA|SLT|SaLT|OT|physiotherapist|audiologist|"
    r"intervenor|interpreter|instructor|paediatrician|social worker|personal assistant|parent|headteacher)s?\b",
    re.IGNORECASE,
)
_GROUP = re.compile(
    rf"\b(?:individual(?:ly)?|alone|one[- ]to[- ]one|1\s*[:-]\s*\d+|1 to 1|in (?:a )?pairs?|whole class|"
    rf"(?:groups?|class(?:es)?) of (?:up to |no more than |at most |not more than |between )?{_NUMBER}|"
    rf"(?:no more than|at most|maximum of|max) {_NUMBER} (?:children|pupils|students|others|learners)|"
    rf"{_NUMBER} (?:children|pupils|students|other children|learners))\b",
    re.IGNORECASE,
)
_FULL_TIME = re.compile(r"\b(?:full[- ]time|at all times|throughout the (?:school )?day|all day)\b", re.IGNORECASE)
# "no more than 8" binds; "up to" before a group's size says how large a group may be, which is a limit one can check.
_BINDING = re.compile(r"\b(?:group|class|groups|classes) of up to\b", re.IGNORECASE)


@dataclass(frozen=True)
class Finding:
    """`words` are those of the plan, empty where something is missing; `says` is what to tell the reader."""

    kind: str
    says: str
    words: str = ""


def vague_words(text):
    """The words that promise nothing, in the order of the text, each once."""
    flagged, seen = [], set()
    for match in _ANY.finditer(_BINDING.sub(lambda same: same[0].replace("up to", "     "), text)):
        key = match[1].lower()
        if key not in seen:
            seen.add(key)
            flagged.append(Finding("words", f"“{match[1]}”: {WORDS[key]}", match[1]))
    return flagged


def missing(text, *, minutes=None, times=None, per="", who="", group_size=None):
    """What a reader could not measure: each thing that neither the words nor the columns say."""
    gaps = []
    if not (minutes or _AMOUNT.search(text) or _FULL_TIME.search(text)):
        gaps.append(Finding("amount", "It says no amount: how many minutes each time?"))
    if not ((times and per) or _FREQUENCY.search(text)):
        gaps.append(Finding("frequency", "It does not say how often: how many times a week or a term?"))
    if not (who.strip() or _PERSON.search(text)):
        gaps.append(Finding("person", "It does not say who gives it, or what they are trained in."))
    if not (group_size or _GROUP.search(text)):
        gaps.append(Finding("group", "It does not say alone or in a group of how many."))
    return gaps


def findings(text, *, minutes=None, times=None, per="", who="", group_size=None):
    """Everything about one line of provision that could be challenged; empty when it is specific."""
    return vague_words(text) + missing(text, minutes=minutes, times=times, per=per, who=who, group_size=group_size)


def of_line(line):
    """Findings of a ProvisionLine, or of anything with its fields."""
    return findings(
        line.text,
        minutes=line.minutes,
        times=line.times,
        per=line.per,
        who=line.who,
        group_size=line.group_size,
    )


# The same in a word or two, where a list has no room.
MISSING = {
    "amount": "no amount",
    "frequency": "no frequency",
    "person": "nobody named",
    "group": "alone or in a group?",
}


def is_vague(line):
    return bool(of_line(line))


# --- Lifting the amounts out of the words ------------------------------------------------------------------------
_VALUES = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40,
    "forty-five": 45, "forty five": 45, "fortyfive": 45, "sixty": 60, "ninety": 90, "half an": 0.5,
    "once": 1, "twice": 2,
}  # fmt: skip
_EACH = re.compile(
    rf"\b({_NUMBER})[\s-]*(minutes?|mins?|hours?|hrs?|h)\b(?!\s*(?:per|a|each|every)\s+year)", re.IGNORECASE
)
_TIMES = re.compile(
    r"\b(?:(once|twice)|(\d+|one|two|three|four|five|six|seven|eight|nine|ten)\s*(?:x|times|sessions?|visits?)"
    r"(?: of [^.;]{1,40}?)?)\s*(?:,\s*)?(?:a|an|per|each|every|in a)\s+(?:school )?"
    r"(day|week|fortnight|month|half[- ]?term|term|year)\b",
    re.IGNORECASE,
)
_PLAIN_TIMES = {
    "daily": (1, "day"),
    "weekly": (1, "week"),
    "fortnightly": (1, "fortnight"),
    "monthly": (1, "month"),
    "half-termly": (1, "half_term"),
    "half termly": (1, "half_term"),
    "termly": (1, "term"),
    "annually": (1, "year"),
    "yearly": (1, "year"),
}
_EVERY = re.compile(
    r"\b(?:each|every|a|per)\s+(?:school )?(day|morning|week|fortnight|month|half[- ]?term|term|year)\b", re.IGNORECASE
)
_ALONE = re.compile(r"\b(?:individual(?:ly)?|alone|one[- ]to[- ]one|1\s*[:-]\s*1|1 to 1)\b", re.IGNORECASE)
_GROUP_OF = re.compile(
    rf"\b(?:groups?|class) of (?:up to |no more than |at most |not more than )?({_NUMBER})\b", re.IGNORECASE
)


def amounts(text):
    """What a line says of its amounts, as columns: minutes, times, per, group_size; only what stands there."""
    columns = {}
    if match := _EACH.search(text):
        number = _value(match[1]) * (60 if match[2].lower().startswith("h") else 1)
        if 1 <= number <= 2000:
            columns["minutes"] = round(number)
    columns |= _how_often(text)
    if _ALONE.search(text):
        columns["group_size"] = 1
    elif match := _GROUP_OF.search(text):
        columns["group_size"] = round(_value(match[1]))
    return columns


def _value(figure):
    figure = figure.lower().replace(",", ".")
    return _VALUES[figure] if figure in _VALUES else float(figure)


_PER_PERIOD = re.compile(
    rf"\b{_NUMBER}[\s-]*(?:minutes?|mins?|hours?|hrs?|h)\s*(?:a|an|per|each|every)\s+(?:school )?"
    r"(day|week|fortnight|month|half[- ]?term|term|year)\b",
    re.IGNORECASE,
)
_BY_X = re.compile(
    rf"\b(\d+)\s*x\s*{_NUMBER}[\s-]*(?:minutes?|mins?|hours?|hrs?|h)\b[^.;]{{0,40}}?\b(?:a|per|each|every)\s+"
    r"(day|week|fortnight|month|half[- ]?term|term|year)\b",
    re.IGNORECASE,
)


def _how_often(text):
    if match := _BY_X.search(text):
        return {"times": int(match[1]), "per": _period(match[2])}
    if (match := _PER_PERIOD.search(text)) and not _TIMES.search(text):
        return {"times": 1, "per": _period(match[1])}
    if match := _TIMES.search(text):
        return {"times": round(_value(match[1] or match[2])), "per": _period(match[3])}
    for adverb, (times, per) in _PLAIN_TIMES.items():
        if re.search(rf"(?<![\w-]){adverb}\b", text, re.IGNORECASE):
            return {"times": times, "per": per}
    if match := _EVERY.search(text):
        return {"times": 1, "per": _period(match[1])}
    return {}


def _period(period):
    period = period.lower().replace("-", " ").replace("halfterm", "half term")
    return {"morning": "day", "half term": "half_term"}.get(period, period)
