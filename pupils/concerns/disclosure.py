"""Words that may belong with the safeguarding lead: a net for slips in whatever staff type about a child."""

import re

FAMILY = (
    r"(?:dad|daddy|mum|mummy|mother|father|step\w+|uncle|aunt|grandad|grandma"
    r"|brother|sister|carer|parent|partner|boyfriend)s?"
)
HARM = r"(?:hit|hits|hitting|beat|beats|hurt|hurts|slap|slaps|slapped|punched|kicked|touched|touches|burnt|burned)"
# What a child says, or what is seen, when the matter is for the safeguarding lead. A net for slips, not a judge.
DISCLOSURE = re.compile(
    rf"""\b(?:
        disclos(?:e|ed|es|ing|ure)
      | {FAMILY}\s+(?:\w+\s+)?{HARM}\s+(?:me|him|her|them|the\s+child)
      | {HARM}\s+by\s+(?:\w+\s+){{0,2}}{FAMILY}
      | {HARM}\s+(?:me|him|her|them)\s+at\s+home
      | bruis(?:e|es|ed|ing)
      | (?:cigarette|scald)\s+(?:burn|mark)s?
      | self[\s-]?harm(?:s|ed|ing)?
      | (?:cut|cuts|cutting)\s+(?:herself|himself|themselves|themself)
      | suicid(?:e|al)
      | (?:kill|killing)\s+(?:me|my|him|her|them)sel(?:f|ves)
      | wants?\s+to\s+die
      | sexual(?:ly)?\s+(?:abus\w+|touch\w*|assault\w*|harm\w*|exploit\w*)
      | private\s+parts?
      | (?:abuse|abused|abusive)
      | domestic\s+violence
      | (?:scared|afraid|frightened)\s+(?:to\s+go\s+home|of\s+(?:\w+\s+)?{FAMILY})
      | (?:not|isn['’]t)\s+safe\s+at\s+home
      | county\s+lines
      | fgm
      | forced\s+marriage
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)


def words_of_disclosure(*texts):
    """Return the words in these texts that may belong with the safeguarding lead, once each, in lower case."""
    phrases = (match.group().casefold() for text in texts for match in DISCLOSURE.finditer(text or ""))
    return list(dict.fromkeys(" ".join(phrase.split()) for phrase in phrases))
