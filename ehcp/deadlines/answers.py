"""The dates that follow an event, each with its sum: what the public page of dates shows."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sendco.clock import (
    LONDON,
    Basis,
    Deadline,
    Duty,
    NotKnownYet,
    SchoolCalendar,
    closed_window,
    compulsory_school_age_ends,
    compulsory_school_age_starts,
    deadline,
    long_date,
    nc_year,
    receipt_date,
)

from . import appeals, assessments, moves, reviews
from .exemptions import exemption_allowed

NOT_KNOWN = "Not known yet: it needs bank holidays or rules of a year that this page does not have."


@dataclass(frozen=True)
class Line:
    """One answer. `on` is None where the answer is words alone, or is not known yet."""

    title: str
    on: date | None
    words: str
    duty: Duty | None = None
    basis: Basis | None = None
    authority: str = ""
    check: str = ""
    safe_on: date | None = None
    act_by_on: date | None = None


def line_of(found: Deadline | None, title: str) -> Line:
    if found is None:
        return Line(title, None, NOT_KNOWN)
    rule = found.rule
    return Line(
        title=rule.title,
        on=found.due_on,
        words=_sum(found),
        duty=rule.duty,
        basis=rule.basis,
        authority=rule.authority,
        check=found.check,
        safe_on=found.safe_on if found.safe_on != found.due_on else None,
        act_by_on=found.act_by_on if rule.duty is Duty.SCHOOL and found.act_by_on != found.due_on else None,
    )


def _sum(due):
    """The first sentence of the explanation without the title and the date, which stand beside it, and the steps."""
    sentence = due.explanation.removeprefix(f"{due.rule.title} due {long_date(due.due_on)}").split(". ")[0]
    sentence = sentence.lstrip(":, ").rstrip(".")
    return f"{sentence[0].upper()}{sentence[1:]}. {due.steps}".rstrip()


def follow(*rules, fact="on"):
    """Answer with each of these rows, all counted from one day."""

    def answer(facts, calendar):
        return [line_of(deadline(rule, facts[fact], calendar), rule.title) for rule in rules]

    return answer


REQUEST_RULES = tuple(assessments.WITHOUT_REQUEST)
RESPONSIBLE_RULES = tuple(assessments.WITHOUT_REQUEST.values())


def sent(facts, calendar):
    """From the moment a request was sent: first the day it counts as received. ValueError without a signed day."""
    sent_at = datetime.combine(facts["sent_on"], facts["sent_time"], LONDON)
    try:
        received = receipt_date(sent_at, facts["method"], signed_on=facts.get("signed"))
    except NotKnownYet:
        return [Line("Counts as received", None, NOT_KNOWN)]
    note = "By hand and by e-mail: that day, or the next working day after 5pm or on a day that is not one. "
    note += "First class post: the next working day. Signed for: the day it was signed for. The law leaves it open."
    counted = Line("Counts as received", received, note, basis=Basis.PRACTICE, authority="Reading of advice services")
    return [counted, *(line_of(deadline(rule, received, calendar), rule.title) for rule in REQUEST_RULES)]


def draft(facts, calendar):
    served = facts["on"]
    first = assessments.earliest_final(served)
    note = f"The parent has all of the 15 days, the last of them {long_date(first - timedelta(days=1))}."
    comments = follow(assessments.REPRESENTATIONS)(facts, calendar)
    return [*comments, Line("First day on which the plan may be made final", first, note)]


def letter(facts, calendar):
    lodging = appeals.lodging_end(facts["on"], facts.get("certificate"), calendar)
    return [line_of(deadline(appeals.MEDIATION, facts["on"], calendar), ""), line_of(lodging, appeals.LODGE.title)]


def after(table, to, outcome):
    return follow(*(rows[outcome] for rows in table[to] if outcome in rows))


def reversed_refusal(facts, calendar):
    lines = after(appeals.REBASED, "assess", appeals.REVERSED)(facts, calendar)
    if facts.get("received"):
        lines += follow(assessments.FINAL, fact="received")(facts, calendar)
    return lines


def review_due(facts, calendar):
    counted_from = facts.get("concluded") or facts["on"]
    due = deadline(reviews.DUE_AGAIN if facts.get("concluded") else reviews.DUE, counted_from, calendar)
    lines = [line_of(due, reviews.DUE.title)]
    if due is not None:
        note = "Many take the anniversary. By the letter of the Act it is a day late; most would accept it."
        lines.append(Line("The anniversary", reviews.anniversary(counted_from), note, basis=Basis.PRACTICE))
        lines.append(line_of(deadline(reviews.MEETING, due.due_on, calendar), reviews.MEETING.title))
    return lines


def under_five(facts, calendar):
    if facts.get("concluded"):
        return follow(reviews.EARLY_YEARS_AGAIN, fact="concluded")(facts, calendar)
    return follow(reviews.EARLY_YEARS)(facts, calendar)


def meeting(facts, calendar):
    rules = (reviews.INVITE, reviews.PAPERS, reviews.REPORT, reviews.DECISION, reviews.NOTICE, reviews.FINAL_OUTER)
    return follow(*rules)(facts, calendar)


def notice(facts, calendar):
    final = reviews.final_after_review(meeting_on=facts.get("meeting"), notice_on=facts["on"], calendar=calendar)
    lines = follow(reviews.REPRESENTATIONS, reviews.NOT_AMENDING)(facts, calendar)
    return [lines[0], line_of(final, reviews.FINAL.title), lines[1]]


def move(facts, calendar):
    aware = facts.get("aware") or facts["on"]
    due = moves.transfer_due(moved_on=facts["on"], aware_on=aware, calendar=calendar)
    return [line_of(due, moves.TRANSFER_DAY.title)]


def transferred(facts, calendar):
    lines = follow(moves.TELL_PARENT)(facts, calendar)
    again = bool(facts.get("reviewed"))
    if counted_from := facts.get("reviewed") or facts.get("made"):
        start = {"counted_from": counted_from, "transferred_on": facts["on"], "again": again}
        due = moves.review_due(**start, calendar=calendar)
        lines.append(line_of(due, moves.REVIEW_YEAR.title))
    return lines


def birth(facts, calendar):
    born = facts["on"]
    starts, ends = compulsory_school_age_starts(born), compulsory_school_age_ends(born)
    law = {"basis": Basis.STATUTE, "authority": "Education Act 1996 s8"}
    first = "The fifth birthday, or the next of 31 March, 31 August and 31 December."
    last = "At the end of the last Friday in June of the school year of the 16th birthday."
    lines = [
        Line("Compulsory school age starts", starts, first, **law),
        Line("Compulsory school age ends", ends, last, **law),
        *follow(reviews.RIGHTS_PASS)(facts, calendar),
    ]
    if facts.get("year") is not None:
        year = nc_year(born, facts["year"])
        note = f"In the school year that starts in September {facts['year']}: {_year_words(year)} by age. "
        lines.append(Line("School year", None, note + "A child may be taught in another year."))
    return lines


def _year_words(year):
    if year < 0:
        return "before Reception"
    return f"Year {year}" if year else "Reception"


def closed(facts, calendar):
    first, reopens, asked = facts["on"], facts["reopens"], facts.get("asked")
    if reopens <= first:
        return [
            Line("When the exception can be claimed", None, "The day of re-opening is not after the first closed day.")
        ]
    window = closed_window(first, reopens)
    allowed = exemption_allowed(
        step="final",
        ground="school_closed",
        starts_on=first,
        ends_on=reopens - timedelta(days=1),
        advice_asked_on=asked,
    )
    lines = []
    if window.starts_on:
        note = f"Closed for {window.closed_days} days."
        lines.append(Line("The authority's request for advice counts from", window.starts_on, note))
        lines.append(Line("and until", window.ends_on, "A week before the school opens again."))
    if asked or not window.starts_on:
        title = "The exception can be claimed" if allowed.ok else "The exception cannot be claimed"
        lines.append(Line(title, None, allowed.words, basis=Basis.STATUTE))
    return lines


def last_school_day(facts, calendar):
    school_day = calendar.last_school_day_on_or_before(facts["on"]) if calendar else None
    note = "The legal date stands. The school acts on the last day on which pupils are in school."
    return [Line("Last school day on or before it", school_day, note if school_day else NOT_KNOWN)]


def calendar_of(day, closed_from=None, closed_to=None, inset_on=None):
    """A calendar around the day with this one holiday in it; None when nothing was said of the school's days."""
    if closed_from is None and inset_on is None:
        return None
    closures = [(closed_from, closed_to)] if closed_from else []
    return SchoolCalendar.from_data(
        {
            "first_day": date(day.year - 1, 1, 1),
            "last_day": date(day.year + 2, 12, 31),
            "closures": closures,
            "inset_days": [inset_on] if inset_on else [],
        }
    )
