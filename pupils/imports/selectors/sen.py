"""Status and types of need from a file, by the rules of the register. Refusals and choices are said in words."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from sendco.clock import long_date

from ...models.register import ON_REGISTER, Code

ONE_DAY = timedelta(days=1)
NOT_ASSESSED = "NSA"
ASSUMED = "The file names no type of need, so “not assessed” is entered. Choose the type on the pupil's page."
NO_NEED_FOR_PLAN = "The file says EHC plan but names no type of need. Add the type of need to the file."
PLAN_STAYS = "A plan ends only by a decision of the local authority. Kept as it is."
ONLY_ISSUED = "Choose this only once the plan is issued: while the authority assesses, the status stays as it is."


@dataclass
class Sen:
    """What a file says about one pupil, made to obey the register."""

    code: str = ""  # "" when the file says nothing
    start: date | None = None
    needs: list = field(default_factory=list)
    past: list = field(default_factory=list)  # [code, first day, last day] of stages that are over
    notes: list = field(default_factory=list)
    refusal: str = ""


def sen_of(row, *, need_names, today, born):
    """Read status, start, needs and past stages of a row. `need_names` holds the types of need valid today."""
    sen = Sen(code=row.data.get("sen_code") or "")
    sen.start = _day(row.data.get("sen_start_on"))
    if sen.start and (sen.start > today or (born and sen.start < born)):
        sen.notes.append(f"The SEN start date {long_date(sen.start)} cannot be right, so it is not taken in.")
        sen.start = None
    for need in row.needs:
        if need["type"] in need_names:
            sen.needs.append(need["type"])
        else:
            sen.notes.append(f"The type of need {need['type']} is not in use today, so it is left out.")
    sen.past = _past_stages(row.sen_history, sen)
    return sen


def obey_register(sen, code):
    """Make the needs fit the status that the pupil will have."""
    if code == Code.NONE:
        if sen.needs:
            sen.notes.append("The file names types of need, but the status is no SEN: they are not taken in.")
        sen.needs = []
    elif code == Code.PLAN and NOT_ASSESSED in sen.needs:
        sen.needs = [need for need in sen.needs if need != NOT_ASSESSED]
        sen.notes.append("“Not assessed” goes with SEN Support only, so it is left out.")
    return sen


def complete(sen, code, held=()):
    """Return the needs a pupil with this status will have, or set the refusal when a plan would have none."""
    if code not in ON_REGISTER or sen.needs:
        return sen.needs
    if kept := [need for need in held if code == Code.SUPPORT or need != NOT_ASSESSED]:
        return kept
    if code == Code.SUPPORT:
        sen.notes.append(ASSUMED)
        return [NOT_ASSESSED]
    sen.refusal = NO_NEED_FOR_PLAN
    return []


def words(code, start, needs, need_names):
    text = Code(code).label
    if start:
        text += f" from {long_date(start)}"
    return f"{text}: {in_order(needs, need_names)}" if needs else text


def in_order(needs, need_names):
    return ", then ".join(need_names.get(need, need) for need in needs) or "None"


def _past_stages(history, sen):
    """Stages that are over, oldest first, without overlaps. Codes from before 2014 are read, never kept."""
    current = [stage for stage in history if not stage["end_on"]]
    limit = _day(current[-1]["start_on"]) if current else None
    found = []
    for stage in sorted(history, key=lambda stage: stage["start_on"]):
        start, end = _day(stage["start_on"]), _day(stage["end_on"])
        if stage["code"] not in Code.values or end is None or (limit and start >= limit):
            continue
        end = min(end, limit - ONE_DAY) if limit else end
        if found and start <= found[-1][2]:
            start = found[-1][2] + ONE_DAY
        if start <= end:
            found.append([stage["code"], start, end])
    return found


def _day(text):
    return date.fromisoformat(text) if text else None
