"""What a plan owes: its next review, its transfers and moves, the day that rights pass, and its end."""

from dataclasses import replace
from datetime import date

from django.utils import timezone

from sendco.clock import academic_year_start, corresponding_date, long_date
from staff.models.school import SettingType

from ..deadlines import deadline, moves, reviews, transfers
from ..models import AnnualReview, Appeal, Recommendation
from .shared import earliest, first, item


def of_plan(plan, calendar):
    ended = earliest(plan.ceased_on, plan.pupil.left_on)
    all_reviews = sorted(plan.reviews.all(), key=lambda review: (review.began_on, review.pk))
    items = [
        *_review_cycles(plan, all_reviews, calendar),
        *_transfers(plan, all_reviews, calendar, ended),
        *_moves(plan, calendar),
        *_rights(plan, calendar),
        *_cease(plan, calendar),
    ]
    return _close_at(ended, items)


def _close_at(ended, items):
    """A plan that ceased, or whose child left, owes nothing more; what was open on that day is closed by it."""
    return [due if ended is None or due.met_on or due.closed_on else replace(due, closed_on=ended) for due in items]


def _review_cycles(plan, all_reviews, calendar):
    """One review after another: each counts from the decision of the last, the first from the day the plan was made."""
    began = max((day for day in (plan.made_on, plan.last_concluded_on) if day), default=None)
    if began is None:
        return []
    ends = [None, *(review.decision_on for review in _concluding(all_reviews, began))]
    items = []
    for number, decided_on in enumerate([*ends[1:], None]):
        items += _cycle(plan, ends[number] or began, decided_on, all_reviews, calendar)
    return items


def _concluding(all_reviews, began):
    """The reviews with whose decision a cycle ends, in order. A decision that comes after that of a later meeting ends
    none: the plan was reviewed since."""
    decided = sorted(
        (review for review in all_reviews if review.decision_on and review.decision_on > began),
        key=lambda review: review.decision_on,
    )
    concluding, latest_held = [], date.min
    for review in decided:
        held_on = first(review.held_on, review.decision_on)
        if held_on >= latest_held:
            concluding.append(review)
            latest_held = held_on
    return concluding


def _held_in(all_reviews, counted_from, decided_on):
    """The day that met the meeting of a cycle: the first held in it, or that of the review that ended it."""
    days = [review.held_on for review in all_reviews if review.held_on and review.held_on >= counted_from]
    ending = [review.held_on for review in all_reviews if decided_on and review.decision_on == decided_on]
    return earliest(*(day for day in days if decided_on is None or day <= decided_on)) or earliest(*ending)


def _cycle(plan, counted_from, decided_on, all_reviews, calendar):
    is_first = counted_from == plan.made_on
    due = deadline(reviews.DUE if is_first else reviews.DUE_AGAIN, counted_from, calendar)
    moved = [
        move.transferred_on
        for move in plan.moves.all()
        if move.transferred_on
        and move.transferred_on >= counted_from
        and (decided_on is None or move.transferred_on < decided_on)
    ]
    held_on = _held_in(all_reviews, counted_from, decided_on)
    items = []
    if moved:
        transferred_on = max(moved)
        replaced_by = f"the new authority's time to review, from the transfer on {long_date(transferred_on)}"
        items += item(due, closed_on=transferred_on, replaced_by=replaced_by)
        start = {"counted_from": counted_from, "transferred_on": transferred_on, "again": not is_first}
        due = moves.review_due(**start, calendar=calendar)
    items += item(due, met_on=decided_on)
    if due is not None:
        latest = deadline(reviews.MEETING, due.due_on, calendar)
        under_way = next((review for review in all_reviews if not review.closed_on and not review.decision_on), None)
        owner = under_way.organiser_id if under_way and not decided_on else None
        if latest and not _was_before(plan, latest.due_on):
            items += item(latest, met_on=held_on, closed_on=decided_on, owner_id=owner)
        if held_on and not decided_on and timezone.localdate() > due.due_on:
            items += _meeting_of_next_year(due, held_on, all_reviews, calendar, owner)
    early = deadline(reviews.EARLY_YEARS if is_first else reviews.EARLY_YEARS_AGAIN, counted_from, calendar)
    if early and reviews.is_under_five(plan.pupil.birth_on, counted_from):
        items += item(early, met_on=first(held_on, decided_on))
    return items


def _meeting_of_next_year(due, held_on, all_reviews, calendar, owner):
    """The authority has not decided in its year: the school meets again a year on all the same."""
    latest = deadline(reviews.MEETING, corresponding_date(due.due_on, 12), calendar)
    later = [review.held_on for review in all_reviews if review.held_on and review.held_on > max(held_on, due.due_on)]
    return item(latest, met_on=earliest(*later), owner_id=owner)


def _was_before(plan, day):
    """Whether a meeting on that day was nobody's here: the plan was not made yet, or the child not at this school."""
    return any(first_day and day < first_day for first_day in (plan.made_on, plan.pupil.joined_on))


def _transfers(plan, all_reviews, calendar, ended):
    """The transfer of this school year and the next, and the one just past, which figures still count."""
    pupil, school = plan.pupil, plan.school
    year = transfers.year_number(pupil.year_group)
    today = min(timezone.localdate(), ended or timezone.localdate())
    if plan.transfer_on:
        near_transfers = [transfers.unusual_transfer(on=plan.transfer_on, year=year)]
    else:
        ages = {"lowest_age": school.lowest_age, "highest_age": school.highest_age}
        nursery = school.setting_type == SettingType.MAINTAINED_NURSERY
        now = academic_year_start(today)
        just = {"year": None if year is None else year - 1, "academic_year": now - 1, "ahead": 0}
        coming = {"year": year, "academic_year": now}
        near_transfers = [transfers.next_transfer(**ages, **when, nursery=nursery) for when in (just, coming)]
    items = []
    for transfer in near_transfers:
        items += _transfer(plan, transfer, all_reviews, calendar) if transfer else []
    return items


def _transfer(plan, transfer, all_reviews, calendar):
    due = deadline(transfer.rule, transfer.on, calendar)
    here_from = first(plan.made_on, plan.pupil.joined_on)
    if due is None or any(day and day >= due.due_on for day in (here_from, plan.pupil.joined_on)):
        return []
    since = corresponding_date(transfer.on, -12)
    review = next((candidate for candidate in all_reviews if _is_for_transfer(candidate, since, transfer.on)), None)
    done = _amended_on(review) if review else None
    meeting = deadline(reviews.FINAL_BY, due.due_on, calendar)
    items = item(due, met_on=done)
    if meeting and not _was_before(plan, meeting.due_on):
        items += item(meeting, met_on=review.held_on if review else None, closed_on=done)
    return items


def _is_for_transfer(review, since, until):
    """A phase transfer review, or one of another kind whose final plan names the next school."""
    day = first(review.held_on, review.meeting_on, review.began_on)
    names = review.kind == AnnualReview.Kind.TRANSFER or review.names_next_school
    return names and since <= day < until


def _amended_on(review):
    if review.decision == Recommendation.AMEND:
        return first(review.final_on, review.not_amending_on)
    return review.decision_on


def _moves(plan, calendar):
    items = []
    for move in plan.moves.all():
        transfer = moves.transfer_due(moved_on=move.moved_on, aware_on=move.aware_on, calendar=calendar)
        told = deadline(moves.TELL_PARENT, move.transferred_on, calendar)
        health = deadline(moves.HEALTH, move.health_aware_on, calendar)
        items += item(transfer, met_on=move.transferred_on)
        items += item(told, met_on=move.parent_told_on)
        items += item(health, met_on=move.health_told_on)
    return items


def _rights(plan, calendar):
    """In the last year of school age; on the day itself it is done, whoever does what."""
    pupil, today = plan.pupil, timezone.localdate()
    passing = deadline(reviews.RIGHTS_PASS, pupil.birth_on, calendar)
    if passing is None or not reviews.in_final_year_of_school_age(pupil.birth_on, today):
        return []
    if any(day and day >= passing.due_on for day in (plan.made_on, pupil.joined_on)):
        return []
    return item(passing, met_on=passing.due_on if passing.due_on <= today else None)


def _cease(plan, calendar):
    if any(appeal.about == Appeal.About.CEASE for appeal in plan.appeals.all()):
        return []
    return item(deadline(moves.CEASE_WINDOW, plan.cease_notified_on, calendar), closed_on=plan.ceased_on)
