"""The merge fields of letters: a closed list, filled in by a plain replacement. No Django, and never a template."""

import re
from dataclasses import dataclass

FIELD = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


@dataclass(frozen=True)
class MergeField:
    code: str
    means: str
    sample: str

    @property
    def typed(self):
        """How it is written in a letter."""
        return "{{ " + self.code + " }}"


COMMON = (
    MergeField("recipient.name", "The person the letter goes to", "Folake Adeyemi"),
    MergeField("child.first_name", "The name the child likes", "Kezia"),
    MergeField("child.full_name", "First and family name", "Kezia Adeyemi"),
    MergeField("child.name_or_you", "The child's name; “you” in a letter to the young person", "Kezia"),
    MergeField("child.names_or_your", "The child's name with 's; “your” to the young person", "Kezia's"),
    MergeField("child.class", "The class or form", "5A"),
    MergeField("support.start_date", "The day SEN Support started", "12 January 2027"),
    MergeField(
        "support.needs",
        "The types of need on the register, the primary first",
        "Speech, language and communication needs",
    ),
    MergeField("letter.date", "The date of the letter", "13 January 2027"),
    MergeField("school.name", "The school's name", "Fernhill Primary School"),
    MergeField("school.contact", "How to reach the school, from its own details", "telephone 01632 960001"),
    MergeField("school.governing_body", "Governors, or Management Committee", "governors"),
    MergeField("sender.name", "Whoever signs the letter", "Nadia Rahman"),
    MergeField("sender.role", "The sender's role", "SENDCo"),
    MergeField("senco.name", "The school's SENDCo", "Nadia Rahman"),
)
END_DATE = MergeField("support.end_date", "The last day of SEN Support", "26 March 2027")
BY_KIND = {"support_starts": COMMON, "support_ends": (*COMMON, END_DATE)}


class LetterTextError(ValueError):
    """The words cannot be filled in: for the `unknown` fields as typed, or, when none, for brackets that stand alone.

    `known` are the fields that may stand there.
    """

    def __init__(self, unknown=(), known=()):
        super().__init__(unknown, known)
        self.unknown, self.known = tuple(unknown), tuple(known)


def fields_of(kind):
    return BY_KIND[kind]


def check_fields(text, fields):
    """Raise LetterTextError for a field that is not on the list, or for brackets that hold none."""
    known = {field.code for field in fields}
    unknown = [name for name in FIELD.findall(text) if name not in known]
    if unknown:
        raise LetterTextError(
            ["{{ " + name + " }}" for name in dict.fromkeys(unknown)], [field.typed for field in fields]
        )
    if re.search(r"\{\{|\}\}", FIELD.sub("", text)):
        raise LetterTextError(known=[field.typed for field in fields])


def fill_fields(text, values, fields):
    """Replace each field by its value, once: a value that looks like a field stays as it is. A line that holds nothing
    but an empty value goes."""
    check_fields(text, fields)
    kept = [line for line in text.split("\n") if not _holds_nothing(line, values)]
    filled = FIELD.sub(lambda match: values[match.group(1)], "\n".join(kept))
    return re.sub(r"\n{3,}", "\n\n", filled)


def _holds_nothing(line, values):
    alone = FIELD.fullmatch(line.strip())
    return alone is not None and not values[alone[1]].strip()


def check(text, kind):
    check_fields(text, fields_of(kind))


def fill_in(text, values, kind):
    return fill_fields(text, values, fields_of(kind))


def samples(kind):
    return {field.code: field.sample for field in fields_of(kind)}


# --- The words we start a school with ----------------------------------------------------------------------------
_STARTS = """Dear {{ recipient.name }},

From {{ support.start_date }}, {{ school.name }} gives {{ child.name_or_you }} extra help. It is called SEN Support. SEN means special educational needs. We tell you because it matters that you know, and because we want to plan this help with you.

What happens now

We work in four steps. We find out what makes learning hard and what helps. We plan the help together. We do it. Then we check with you whether it worked, and change what did not.

We will meet you at least three times a year to talk about {{ child.names_or_your }} progress. You can talk to us sooner whenever you want to.

What we ask of you

Tell us what works at home, what goes well, and what worries you. You know things that we do not.

SEN Support is not a diagnosis. It does not label anybody. It ends when the extra help is no longer needed.{PRU_STARTS}

Questions

Please {{ school.contact }} and ask for {{ senco.name }}. For free advice from people who do not work for the school, look for the SEND information, advice and support service of your local council. The council's Local Offer lists what help there is nearby.

Yours sincerely,

{{ sender.name }}
{{ sender.role }}
{{ school.name }}"""  # noqa: E501
_PRU_STARTS = """

If {{ child.name_or_you }} will go back to another school, or is still on its roll, we share the plan with that school so that the help goes on there. We talk to you first."""  # noqa: E501
_ENDS = """Dear {{ recipient.name }},

{{ child.full_name }} has had extra help at {{ school.name }}, called SEN Support, since {{ support.start_date }}. The last day of it was {{ support.end_date }}.

We looked at {{ child.names_or_your }} progress and think that good teaching in class is enough now. That is good news. We keep watching how it goes.{PRU_ENDS}

If you see it differently, please tell us. Nothing is lost: the help can start again at any time.

Questions

Please {{ school.contact }} and ask for {{ senco.name }}. For free advice from people who do not work for the school, look for the SEND information, advice and support service of your local council.

Yours sincerely,

{{ sender.name }}
{{ sender.role }}
{{ school.name }}"""  # noqa: E501
_PRU_ENDS = """

If there is a home school, or a next one, we tell it what helped, so that the good work goes on there."""
SUBJECTS = {
    "support_starts": "Extra help in school: SEN Support starts",
    "support_ends": "Extra help in school: SEN Support has ended",
}


def default_words(kind, *, is_alternative):
    """Return (subject, body) as we suggest them; a pupil referral unit's say what is shared with the home school."""
    if kind == "support_starts":
        body = _STARTS.replace("{PRU_STARTS}", _PRU_STARTS if is_alternative else "")
    else:
        body = _ENDS.replace("{PRU_ENDS}", _PRU_ENDS if is_alternative else "")
    return SUBJECTS[kind], body
