"""The words for an item that is due: whose duty, on what footing, how it stands. No queries."""

from datetime import date

from sendco.clock import Basis, Duty, Urgency, long_date

from .models import DueItem

BASIS_WORDS: dict[str, str] = {
    Basis.STATUTE: "Law",
    Basis.GUIDANCE: "Guidance",
    Basis.PRACTICE: "Practice",
    Basis.LOCAL: "School policy",
}
DUTY_WORDS: dict[str, str] = {
    Duty.SCHOOL: "School",
    Duty.LA: "LA",
    Duty.PARENT: "Parent",
    Duty.HEALTH: "Health",
    Duty.OTHER: "Others",
}


def days_in_words(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def basis_words(item: DueItem) -> str:
    return BASIS_WORDS.get(item.basis, "School policy")


def duty_words(item: DueItem) -> str:
    return DUTY_WORDS.get(item.duty, "Others")


def authority_words(item: DueItem) -> str:
    """The authority after the word for its footing, which it does not repeat."""
    authority, said = item.authority, basis_words(item)
    if not authority.casefold().startswith(said.casefold()):
        return authority
    rest = authority[len(said) :].strip(" :,")
    if rest.startswith("(") and rest.endswith(")"):
        rest = rest[1:-1]
    return rest[:1].upper() + rest[1:]


def ended_on(item: DueItem) -> date | None:
    """The day the duty was done or fell away; None while it is open."""
    return item.met_on or item.closed_on


def was_late(item: DueItem, today: date) -> bool:
    """Past its date when it was done or fell away, or open and past it now. An exception claimed disapplies the date,
    and a date that another replaced is history. A parent may answer or not, and is never late."""
    if item.exception or item.replaced_by or item.duty == Duty.PARENT:
        return False
    return (ended_on(item) or today) > item.due_on


def state_words(item: DueItem, today: date) -> str:
    """How an item stands, in one line: for exports, lists of what was missed, and whoever cannot see colours."""
    if item.replaced_by:
        return f"Replaced: {item.replaced_by}"
    if item.exception and not item.met_on:
        return f"Exception claimed (was due {long_date(item.due_on)}): {item.exception}"
    late = ((ended_on(item) or today) - item.due_on).days
    if item.duty == Duty.PARENT and ended_on(item):
        return "Done" if item.met_on else "No longer needed"
    if item.met_on:
        return f"Done {days_in_words(late)} late" if late > 0 and not item.exception else "Done"
    if item.closed_on:
        return f"Not done; closed {days_in_words(late)} late" if late > 0 else "No longer needed"
    return open_words(-late, item.urgency(today))


def open_words(left: int, urgency: Urgency) -> str:
    if urgency is Urgency.OVERDUE:
        return f"{days_in_words(-left)} late"
    return "Due today" if left == 0 else f"{days_in_words(left)} left"
