"""The report of a review in an authority's own layout: which of our fields stand under which of its headings.

A body is plain data, so that it can be frozen: a list of {"heading", "note", "fields"}, each field
{"code", "title", "kind", ...} of kind "text" (paragraphs), "facts" (pairs) or "table" (head and rows).
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from provision.scores.selectors import came_to, lines_of_places, places_since
from pupils.agencies.selectors import advice_of
from pupils.models import Recommendation
from pupils.plans.selectors import cycles_since
from sendco.clock import academic_year_start, full_date
from sendco.richtext import plain_text

from ..ledger.selectors import ledger_of
from ..ledger.words import cause_words, minutes_words
from ..models import Invitee, PlanVersion, SectionLetter
from .selectors import answers

Role = Invitee.Role
EMPTY = "Nothing recorded."
LONGEST_LEDGER = timedelta(days=400)  # a review that is long overdue still tells a year


@dataclass(frozen=True)
class Field:
    title: str
    kind: str
    get: Callable
    head: tuple = ()
    voice: bool = False


class Facts:
    """What the fields read, fetched once."""

    def __init__(self, review):
        self.review, self.pupil, self.plan, self.school = review, review.pupil, review.plan, review.school
        people = review.invitees.filter(removed_on=None).select_related("contribution").order_by("pk")
        self.people = list(people)
        versions = self.plan.versions.filter(kind__in=PlanVersion.IN_FORCE).exclude(confirmed_at=None)
        self.version = versions.order_by("-dated_on", "-number").first()
        self.outcomes = list(self.version.outcomes.all()) if self.version else []
        self.lines = list(self.version.lines.all()) if self.version else []
        self.said = {row.outcome_id: row for row in review.outcome_reviews.all()}
        self.differences = list(review.differences.select_related("outcome"))

    def words_of(self, *roles):
        """[(who, [(question, words)])] of what these people sent before the meeting."""
        by_person = []
        for person in self.people:
            said = answers.sent_words(person) if person.role in roles else []
            if said:
                by_person.append((person, said))
        return by_person


def _day(day):
    return full_date(day) if day else ""


def _child(facts):
    pupil = facts.pupil
    return [
        ("Name", pupil.name),
        ("Date of birth", _day(pupil.birth_on)),
        ("Year group", pupil.get_year_group_display()),
        ("School", facts.school.name),
    ]


def _numbers(facts):
    return [("Unique pupil number (UPN)", facts.pupil.upn)]


def _plan(facts):
    plan = facts.plan
    return [
        ("Authority", plan.authority.name),
        ("Caseworker", plan.caseworker.name if plan.caseworker else ""),
        ("Date of the plan", _day(plan.made_on)),
        ("Version", str(facts.version.number) if facts.version else ""),
    ]


def _review(facts):
    review = facts.review
    return [
        ("Kind of review", review.get_kind_display()),
        ("Asked for by", review.asked_by),
        ("Why now", review.reason),
        ("Meeting", _day(review.held_on or review.meeting_on)),
        ("Place", review.place),
        ("Organised by", review.organiser.name),
        ("Personal education plan", _day(review.pep_on)),
    ]


def _people(facts):
    rows = []
    for person in facts.people:
        who = f"{person.name}, {person.organisation}" if person.organisation else person.name
        came = {True: "Came", False: "Did not come"}.get(person.attended, "")
        rows.append([who, person.get_role_display(), _day(person.invited_on), came, _advice(person)])
    return rows


def _advice(person):
    if answers.is_sent(person):
        return "Received"
    return f"Asked {_day(person.asked_on)}, not received" if person.asked_on else ""


def _notice(facts):
    review = facts.review
    days = [person.invited_on for person in facts.people if person.invited_on]
    return [
        ("Last invitation", _day(max(days)) if days else ""),
        ("Papers sent", _day(review.papers_sent_on)),
        ("Short notice", review.short_notice_note),
        ("Nobody with parental responsibility invited", review.no_parent_note),
    ]


def _words(*roles):
    def get(facts):
        parts = []
        for person, said in facts.words_of(*roles):
            lines = [f"{question}\n{answer}" if question else answer for question, answer in said]
            parts.append("\n\n".join([person.name, *lines]))
        return "\n\n".join(parts)

    return get


def _of_review(name):
    return lambda facts: getattr(facts.review, name)


def _outcomes(facts):
    rows = []
    for outcome in facts.outcomes:
        said = facts.said.get(outcome.pk)
        rows.append([
            f"{outcome.number}. {outcome.text}",
            said.get_progress_display() if said else "",
            said.evidence if said else "",
            said.get_next_step_display() if said else "",
            said.new_text if said else "",
        ])  # fmt: skip
    return rows


def _lines(facts):
    return [[f"{line.section}{line.number}", line.text, _amount(line), line.who] for line in facts.lines]


def _targets(facts):
    """Targets of support plans that are open, or were closed since the last review; none of a confidential plan."""
    rows = []
    for shown in cycles_since(facts.pupil, facts.plan.last_concluded_on or facts.plan.made_on):
        for outcome in shown.outcomes:
            rows += [_target(target) for target in outcome.targets]
        rows += [_target(target) for target in shown.ended]
    return rows


def _target(target):
    judged = [review.get_judgement_display() for review in target.settled if review.judgement]
    return [
        target.target.text,
        target.baseline_words or "Not measured",
        target.aim_words,
        target.last_words or "No value",
        judged[-1] if judged else "Not reviewed yet",
    ]


def _since(facts):
    """The last review, or the day of the plan, or where neither is known the first day of this school year."""
    known = facts.plan.last_concluded_on or facts.plan.made_on
    return known or date(academic_year_start(timezone.localdate()), 9, 1)


def _provision(facts):
    """What the child was in since the last review: how many sessions, and what the scores say. Not what is private."""
    places = places_since(facts.pupil, _since(facts))
    came = came_to(places)
    rows = []
    for place, lines in lines_of_places(places):
        last = min(filter(None, (place.ends_on, place.provision.ends_on)))
        here, whole = came.get(place.pk, (0, 0))
        said = "; ".join(f"{line.name}: {line.words}" for line in lines if line.before or line.after)
        rows.append([
            place.provision.intervention.name, f"{_day(place.starts_on)} to {_day(last)}",
            f"{here} of {whole} that were held" if whole else "No session is logged", said or "Not measured",
        ])  # fmt: skip
    return rows


def _ledger(facts):
    """Each line of Section F with what it promised and what took place, as far as the plan gives an amount."""
    today = timezone.localdate()
    first = max(_since(facts), today - LONGEST_LEDGER)
    found = ledger_of(facts.plan, first, today, today)
    rows = []
    for one in found.lines:
        if one.ledger.no_amount or not one.ledger.promised:
            continue
        causes = [cause_words(code, facts.pupil.forename) for code, _ in one.ledger.causes.most_common(2)]
        rows.append([
            f"{one.line.section}{one.line.number}", minutes_words(one.ledger.promised),
            minutes_words(one.ledger.promised - one.ledger.short), minutes_words(one.ledger.short), ", ".join(causes),
        ])  # fmt: skip
    return rows


def _agencies(facts):
    """What agencies advised, and what the school made of it; where there are several, how many went which way."""
    advice = list(advice_of(facts.pupil))
    rows = [[f"{one.referral.agency.name}, {_day(one.referral.report_on)}", one.text, _decision(one)] for one in advice]
    if len(advice) > 1:
        counts = Counter(one.decision for one in advice)
        said = [
            f"{label}: {counts[decision]}" for decision, label in Recommendation.Decision.choices if counts[decision]
        ]
        rows.append(["All", f"{len(advice)} recommendations", "; ".join(said)])
    return rows


def _decision(advice):
    return ". ".join(filter(None, (advice.get_decision_display(), advice.why, advice.where_on_paper)))


def _amount(line):
    parts = [f"{line.minutes} minutes"] if line.minutes else []
    parts += [f"{line.times} x {line.get_per_display()}"] if line.times and line.per else []
    return ", ".join(parts) or "No amount in the plan"


def _differences(facts):
    rows = []
    for row in facts.differences:
        about = f"Outcome {row.outcome.number}" if row.outcome else "The plan"
        rows.append([row.who, about, row.view])
    return rows


def _adulthood(facts):
    review = facts.review
    return [
        ("Further education and work", review.adult_employment),
        ("Living independently", review.adult_living),
        ("Friends and taking part", review.adult_community),
        ("Health", review.adult_health),
    ]


def _recommendation(facts):
    return facts.review.get_recommendation_display()


def _section(letter):
    def get(facts):
        section = facts.version.sections.filter(letter=letter).first() if facts.version else None
        return plain_text(section.html) if section else ""

    return get


FIELDS = {
    "child": Field("The child", "facts", _child),
    "child.number": Field("Numbers", "facts", _numbers),
    "plan": Field("The plan", "facts", _plan),
    "review": Field("The review", "facts", _review),
    "people": Field(
        "Who was invited", "table", _people, head=("Name", "Role", "Invited", "At the meeting", "Advice and views")
    ),
    "notice": Field("Notice and papers", "facts", _notice),
    "views.child": Field("The child's own views", "text", _words(Role.CHILD), voice=True),
    "views.parent": Field("Parents' views", "text", _words(Role.PARENT)),
    "views.school": Field("School staff's views", "text", _words(Role.STAFF, Role.HEAD)),
    "advice": Field("Advice from others", "text", _words(Role.LA, Role.HEALTH, Role.SOCIAL, Role.OTHER)),
    "report.school": Field("The school's report", "text", _of_review("school_report")),
    "needs": Field("Needs in Section B", "text", _section(SectionLetter.B)),
    "strengths": Field("What goes well", "text", _of_review("strengths")),
    "outcomes": Field(
        "Progress towards each outcome",
        "table",
        _outcomes,
        head=("Outcome", "Progress", "Evidence", "Next step", "Suggested wording"),
    ),
    "provision": Field("Provision in the plan", "table", _lines, head=("Line", "Provision", "Amount", "Who")),
    "support.targets": Field(
        "Targets of support plans in school", "table", _targets, head=("Target", "From", "Aim", "Reached", "Review")
    ),
    "support.provision": Field(
        "Provision since the last review", "table", _provision, head=("Provision", "Days", "Sessions", "What changed")
    ),
    "support.ledger": Field(
        "Section F since the last review",
        "table",
        _ledger,
        head=("Line", "Promised", "Took place", "Short", "Mostly because"),
    ),  # fmt: skip
    "support.advice": Field(
        "Agencies' recommendations", "table", _agencies, head=("Agency and report", "Advice", "What the school does")
    ),
    "adulthood": Field("Preparing for adulthood", "facts", _adulthood),
    "summary": Field("What the meeting said", "text", _of_review("summary")),
    "differences": Field("Differences of view", "table", _differences, head=("Who", "About", "Their view")),
    "recommendation": Field("Recommendation", "text", _recommendation),
    "recommendation.reason": Field("Reasons for it", "text", _of_review("recommendation_reason")),
    "changes": Field("Changes asked for", "text", _of_review("changes_asked")),
    "actions": Field("Actions", "text", _of_review("actions")),
}
DEFAULT = (
    ("About the child and the review", "", ("child", "plan", "review", "people", "notice")),
    ("The child's own views", "", ("views.child",)),
    ("Views and advice", "", ("views.parent", "views.school", "advice", "report.school")),
    (
        "Outcomes and provision",
        "",
        (
            "strengths",
            "outcomes",
            "provision",
            "support.targets",
            "support.provision",
            "support.ledger",
            "support.advice",
            "adulthood",
        ),
    ),
    ("What the meeting said", "", ("summary", "differences")),
    (
        "Recommendation",
        "SEND Regulations 2014, reg 20(7) to (9)",
        ("recommendation", "recommendation.reason", "changes", "actions"),
    ),
)
DEFAULT_NAME = "Our own layout"
DEFAULT_TITLE = "Report of the review of an EHC plan"


def default_parts():
    return [{"heading": heading, "note": note, "fields": list(codes)} for heading, note, codes in DEFAULT]


def layout_for(authority):
    """(name, title, parts) of the layout in use for this authority, else ours."""
    layout = authority.layouts.filter(ended_on=None).first()
    if layout is None:
        return DEFAULT_NAME, DEFAULT_TITLE, default_parts()
    return layout.name, layout.title, layout.parts


def fill(parts, review):
    """Put the review into a layout. Returns (body, titles of the fields that hold something and found no place)."""
    facts = Facts(review)
    body, placed = [], set()
    for part in parts:
        known = [code for code in part["fields"] if code in FIELDS]
        placed.update(known)
        body.append({
            "heading": part["heading"],
            "note": part.get("note", ""),
            "fields": [_filled(code, facts) for code in known],
        })  # fmt: skip
    lost = [field.title for code, field in FIELDS.items() if code not in placed and _content(field, facts)]
    return body, lost


def _content(field, facts):
    """What a field holds as plain data; empty when it holds nothing."""
    content = field.get(facts)
    if field.kind == "text":
        return (content or "").strip()
    if field.kind == "facts":
        return [[label, value] for label, value in content if value]
    return content


def _filled(code, facts):
    field = FIELDS[code]
    content = _content(field, facts)
    filled = {"code": code, "title": field.title, "kind": field.kind if content else "text", "voice": field.voice}
    if not content:
        return filled | {"text": EMPTY, "empty": True}
    if field.kind == "table":
        return filled | {"head": list(field.head), "rows": content}
    return filled | {"text" if field.kind == "text" else "pairs": content}
