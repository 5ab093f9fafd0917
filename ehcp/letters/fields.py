"""The merge fields and first words of the letters of this floor. No Django; never a template."""

from pupils.letters.fields import LetterTextError, MergeField, check_fields, fill_fields

COMMON = (
    MergeField("recipient.name", "The person or office the letter goes to", "Folake Adeyemi"),
    MergeField("recipient.greeting", "How a letter greets them after “Dear”", "Folake Adeyemi"),
    MergeField("child.first_name", "The name the child likes", "Kezia"),
    MergeField("child.full_name", "First and family name", "Kezia Adeyemi"),
    MergeField("child.birth_date", "Date of birth", "11 February 2016"),
    MergeField("authority.name", "The local authority", "Westmarch Council"),
    MergeField("authority.advice", "The authority's free SEND advice service", "Westmarch SENDIASS, 01632 960120"),
    MergeField("letter.date", "The date of the letter", "13 January 2027"),
    MergeField("school.name", "The school's name", "Fernhill Primary School"),
    MergeField("school.contact", "How to reach the school", "telephone 01632 960001"),
    MergeField("sender.name", "Whoever signs the letter", "Nadia Rahman"),
    MergeField("sender.role", "The sender's role", "SENDCo"),
    MergeField("head.name", "The headteacher; of a reply, whoever approved it", "Ruth Calloway"),
)
MEETING = (
    MergeField("meeting.date", "The day of the meeting", "9 February 2027"),
    MergeField("meeting.time", "The time of the meeting", "10:00"),
    MergeField("meeting.place", "Where the meeting is", "the library"),
    MergeField("meeting.kind", "Annual, early or phase transfer review", "annual review"),
    MergeField("contribute.by", "The day by which we ask for reports", "19 January 2027"),
)
DUTY = (
    MergeField(
        "duty.name", "What was due, as a sentence begins", "Your decision whether to carry out an EHC needs assessment"
    ),
    MergeField("duty.in_heading", "What was due, within a heading", "your decision whether to assess"),
    MergeField("duty.title", "What was due, as our lists call it", "Decision whether to assess"),
    MergeField("duty.due_date", "The date the law gives", "26 October 2026"),
    MergeField("duty.days_late", "How late it is", "9 days"),
    MergeField("duty.law", "The regulation", "SEND Regulations 2014, reg 5(1)"),
    MergeField("duty.footing", "Whether the law sets the date", "The limit is set by law."),
    MergeField("duty.sum", "How the date is worked out", "6 weeks after you received the request on 14 September 2026"),
    MergeField("duty.effect", "What a late plan means for the child; nothing where no plan is late", ""),
)
BY_KIND = {
    "assessment_request": (
        *COMMON,
        MergeField("request.what", "What the school asks for", "EHC needs assessment"),
        MergeField("request.asks", "The request as a sentence goes on", "assess the needs of Kezia Adeyemi"),
        MergeField("request.answer", "By when the law wants an answer", "The law gives you six weeks ..."),
        MergeField("request.reason", "Why the school asks", "Kezia has had three cycles of support."),
        MergeField("request.papers", "The papers of the pack, one a line", "1. Chronology"),
    ),
    "review_invitation": (*COMMON, *MEETING),
    "review_chaser": (*COMMON, *MEETING),
    "review_papers": (*COMMON, *MEETING, MergeField("papers.list", "The papers, one a line", "1. School report")),
    "review_report": (
        *COMMON,
        *MEETING,
        MergeField("report.recommendation", "What the review recommends", "Change the plan"),
        MergeField("report.decision_by", "The day by which the authority has to decide", "9 March 2027"),
    ),
    "consultation_reply": (
        *COMMON,
        MergeField("reply.summary", "The reply in one sentence", "We can meet the needs."),
        MergeField("reply.grounds", "Grounds of the law and the evidence for each", "Efficient education of others: …"),
        MergeField("reply.steps", "Steps that were considered", "We looked at the class next door …"),
        MergeField("reply.needed", "What would have to be in place", "A trained adult each morning."),
        MergeField("consulted.date", "The day the consultation arrived", "5 January 2027"),
    ),
    "la_late_decision": (*COMMON, *DUTY),
    "la_late_final": (*COMMON, *DUTY),
    "la_late_review": (*COMMON, *DUTY, *MEETING),
    "la_late_amended": (*COMMON, *DUTY, *MEETING),
    "la_vague_lines": (
        *COMMON,
        MergeField("plan.date", "The date of the plan", "16 March 2026"),
        MergeField("lines.list", "The lines that say no amount, one a line", "F2: access to a calm space (no amount)"),
    ),
    "la_short_lines": (
        *COMMON,
        MergeField("plan.date", "The date of the plan", "16 March 2026"),
        MergeField("ledger.days", "The days that are told", "1 September 2026 to 12 January 2027"),
        MergeField("ledger.list", "Each line with what it promised and what took place", "F1: promised 12 h 00, ..."),
        MergeField("ledger.sum", "What is short in all", "4 h 30 of 24 h 00"),
    ),
}
# Which letters each kind of case may have, by what the link on its page says; one without words has its link where the
# duty is late.
OF_CASE = {
    "assessment": {
        "assessment_request": "the request",
        "la_late_decision": "the decision is late",
        "la_late_final": "the final plan is late",
    },
    "plan": {
        "la_vague_lines": "to the authority about vague provision",
        "la_short_lines": "to the authority about provision that did not take place",
    },
    "review": {
        "review_invitation": "invitation",
        "review_chaser": "reminder",
        "review_papers": "letter with the papers",
        "review_report": "letter with the report",
        "la_late_review": "",
        "la_late_amended": "",
    },
    # Made when the reply is approved, and signed by whoever approved it: nobody changes its words afterwards.
    "consultation": {},
    "appeal": {"la_late_final": "the authority is late with what was ordered"},
}
# How an office without a known officer is written to.
SEN_TEAM = "SEN team"
TO_AUTHORITY = frozenset(kind for kind in BY_KIND if kind.startswith("la_")) | {
    "assessment_request",
    "consultation_reply",
}


def fields_of(kind):
    return BY_KIND[kind]


def check(text, kind):
    """Raise LetterTextError for a field that is not on the list of this kind, or for brackets that hold none."""
    check_fields(text, BY_KIND[kind])


def fill_in(text, values, kind):
    """Replace each field by its value, once; a value that is missing leaves nothing behind."""
    return fill_fields(text, {field.code: "" for field in BY_KIND[kind]} | values, BY_KIND[kind])


def samples(kind):
    return {field.code: field.sample for field in BY_KIND[kind]}


# --- The words we start a school with ----------------------------------------------------------------------------
_END = """

Yours sincerely,

{{ sender.name }}
{{ sender.role }}
{{ school.name }}"""
_TO_AUTHORITY = """Dear {{ recipient.greeting }},

{{ child.full_name }}, born {{ child.birth_date }}

"""
_LATE_LAW = """{{ duty.name }} was due by {{ duty.due_date }}: {{ duty.sum }} ({{ duty.law }}). On {{ letter.date }} it is {{ duty.days_late }} late, and it has not reached us.

{{ duty.footing }}"""  # noqa: E501
_LATE_ASK = """

Please tell us and {{ child.first_name }}'s parents, within five working days:

- whether it has been done, and on which day;
- if not, the day on which it will be;
- whether you rely on an exception in the regulations, which one, and why.

We keep this letter and your answer on {{ child.first_name }}'s file."""
WORDS = {
    "assessment_request": (
        "Request for an {{ request.what }}: {{ child.full_name }}",
        """Dear {{ recipient.greeting }},

We ask you to {{ request.asks }}

Why we ask

{{ request.reason }}

What we send with this letter

{{ request.papers }}

{{ request.answer }} If you need more from us, please {{ school.contact }}."""  # noqa: E501
        + _END,
    ),
    "review_invitation": (
        "Invitation: {{ meeting.kind }} for {{ child.full_name }}",
        """Dear {{ recipient.greeting }},

We invite you to the {{ meeting.kind }} of {{ child.first_name }}'s education, health and care plan.

When: {{ meeting.date }}, {{ meeting.time }}
Where: {{ meeting.place }}

We look together at what {{ child.first_name }} has learned, what helps, and what should change in the plan. {{ child.first_name }}'s own views come first.

Before the meeting

Please send us your report or your views by {{ contribute.by }}. The law asks us to send everything to everyone at least two weeks before the meeting (SEND Regulations 2014, reg 20(4)). A few words are enough. If you would rather talk, please {{ school.contact }}.

If you cannot come, tell us. You can join by video or telephone, or send your views.

For parents and young people: free advice from people who do not work for the school: {{ authority.advice }}."""  # noqa: E501
        + _END,
    ),
    "review_chaser": (
        "Your report for {{ child.full_name }}: please send it by {{ contribute.by }}",
        """Dear {{ recipient.greeting }},

We asked you for your report or views for {{ child.first_name }}'s {{ meeting.kind }} on {{ meeting.date }}. It has not reached us yet.

Please send it by {{ contribute.by }}. We have to send all papers to everyone at least two weeks before the meeting (SEND Regulations 2014, reg 20(4)).

If it went already, thank you: please tell us when, so that we can look for it. If you cannot write one, please {{ school.contact }}, and we take it down for you."""  # noqa: E501
        + _END,
    ),
    "review_papers": (
        "Papers for {{ child.full_name }}: {{ meeting.kind }} on {{ meeting.date }}",
        """Dear {{ recipient.greeting }},

Here are the papers for {{ child.first_name }}'s {{ meeting.kind }} on {{ meeting.date }}, {{ meeting.time }}, {{ meeting.place }}.

{{ papers.list }}

Please keep them private and bring them with you."""  # noqa: E501
        + _END,
    ),
    "review_report": (
        "Report of the {{ meeting.kind }} for {{ child.full_name }}",
        """Dear {{ recipient.greeting }},

Here is the report of {{ child.first_name }}'s {{ meeting.kind }}, held on {{ meeting.date }}.

The review recommends: {{ report.recommendation }}.

What happens now

{{ authority.name }} decides whether to keep, change or end the plan. It has to tell the parents, or the young person, and us by {{ report.decision_by }}, four weeks after the meeting (SEND Regulations 2014, reg 20(10)). If it proposes changes, it has to send them with that letter.

If something in the report is not as you remember it, tell us. We add your view.

For parents and young people: free advice from people who do not work for the school: {{ authority.advice }}."""  # noqa: E501
        + _END,
    ),
    "consultation_reply": (
        "Consultation about {{ child.full_name }}: our reply",
        """Dear {{ recipient.greeting }},

You consulted us about {{ child.full_name }}, born {{ child.birth_date }}. Your letter reached us on {{ consulted.date }} (Children and Families Act 2014, sections 38 and 39).

{{ reply.summary }}

{{ reply.grounds }}

{{ reply.steps }}

{{ reply.needed }}

If you have questions, please {{ school.contact }}.

Yours sincerely,

{{ sender.name }}
{{ sender.role }}
{{ school.name }}""",  # noqa: E501
    ),
    "la_late_decision": (
        "{{ child.full_name }}: {{ duty.in_heading }} is overdue",
        _TO_AUTHORITY + _LATE_LAW + _LATE_ASK + _END,
    ),
    "la_late_final": (
        "{{ child.full_name }}: {{ duty.in_heading }} is overdue",
        _TO_AUTHORITY
        + _LATE_LAW
        + """

{{ duty.effect }}"""
        + _LATE_ASK
        + _END,
    ),
    "la_late_review": (
        "{{ child.full_name }}: {{ duty.in_heading }} is overdue",
        _TO_AUTHORITY
        + "The review meeting was held on {{ meeting.date }}.\n\n"
        + _LATE_LAW
        + """

If you propose to change the plan, your notice with the changes has to come with the decision, in the same four weeks (SEND Regulations 2014, reg 22(2); R (L, M and P) v Devon CC [2022] EWHC 493 (Admin))."""  # noqa: E501
        + _LATE_ASK
        + _END,
    ),
    "la_late_amended": (
        "{{ child.full_name }}: {{ duty.in_heading }} is overdue",
        _TO_AUTHORITY
        + "The review meeting was held on {{ meeting.date }}.\n\n"
        + _LATE_LAW
        + """

From the meeting to the amended final plan there are twelve weeks in all (R (L, M and P) v Devon CC [2022] EWHC 493 (Admin))."""  # noqa: E501
        + _LATE_ASK
        + _END,
    ),
    "la_vague_lines": (
        "{{ child.full_name }}: provision in the plan of {{ plan.date }} that says no amount",
        _TO_AUTHORITY
        + """Section F of a plan has to be detailed and specific, and normally says how much (Code of Practice 9.69). These lines of the plan of {{ plan.date }} do not say enough for anybody to know whether the provision took place:

{{ lines.list }}

Please put the amounts into the plan, or tell us what was meant. Until then we record what we give and ask at the next review."""  # noqa: E501
        + _END,
    ),
    "la_short_lines": (
        "{{ child.full_name }}: provision of the plan of {{ plan.date }} that did not take place",
        _TO_AUTHORITY
        + """You have to secure the special educational provision in the plan (Children and Families Act 2014, s42). Our record of {{ ledger.days }} shows, line by line, what the plan promises and what took place:

{{ ledger.list }}

In all {{ ledger.sum }} did not take place. Please tell us what you will do so that the whole of it does. We go on to record what we give, and why the rest did not take place."""  # noqa: E501
        + _END,
    ),
}


def default_words(kind):
    """Return (subject, body) as we suggest them."""
    return WORDS[kind]


def links_of(case_code):
    """[(kind of letter, label)] that the page of a case of this kind offers."""
    return [(kind, label) for kind, label in OF_CASE[case_code].items() if label]


__all__ = [
    "BY_KIND",
    "OF_CASE",
    "TO_AUTHORITY",
    "LetterTextError",
    "SEN_TEAM",
    "check",
    "default_words",
    "fields_of",
    "fill_in",
    "links_of",
    "samples",
]
