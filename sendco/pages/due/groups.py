"""Which list of the feed an open item stands in, worked out in SQL so that pages of any length stay true."""

from django.db.models import Case, Count, Min, Q, Value, When

from sendco.clock import Duty
from sendco.due.windows import THIS_WEEK

from .items import due_for, working_here

OVERDUE, WEEK, LATER, WAITING, EXCEPTED = "overdue", "week", "later", "waiting", "exception"
# In the order of the page: key, words, what is said beside it.
GROUPS = (
    (OVERDUE, "Overdue", "What you can put right today."),
    (WEEK, "This week", "Due within seven days."),
    (LATER, "Later", ""),
    (WAITING, "Waiting on others", ""),
    (EXCEPTED, "Exception claimed", "The law's time limit does not apply while the exception holds."),
)
PLACES = {key: place for place, (key, *_) in enumerate(GROUPS)}


def mine_to_do(acting, covered=()):
    """What the person can put right: mine, nobody's own, and that of those whom the person stands in for, the
    `covered`. What belongs to somebody who has no role here any more is nobody's own."""
    mine = Q(owner_id=None) | Q(owner_id__in={acting.user.pk, *covered})
    if acting.school:
        mine |= ~Q(owner_id__in=working_here(acting))
    return Q(duty=Duty.SCHOOL) & mine


def with_group(items, acting, today, covered=()):
    """Add `place`, the number of the group: what is to do by date, then others', then exceptions."""
    return items.annotate(
        place=Case(
            When(~Q(exception=""), then=Value(PLACES[EXCEPTED])),
            When(~mine_to_do(acting, covered), then=Value(PLACES[WAITING])),
            When(due_on__lt=today, then=Value(PLACES[OVERDUE])),
            When(due_on__lte=today + THIS_WEEK, then=Value(PLACES[WEEK])),
            default=Value(PLACES[LATER]),
        )
    )


def counts(items):
    """{key: number} of items that have their group. One query."""
    by_place = dict(items.order_by().values_list("place").annotate(Count("pk")))
    return {key: by_place.get(place, 0) for key, place in PLACES.items()}


def figures(acting, today):
    """What a home page says of the feed: how many of each group, how many of others' are late, the next date.

    One query.
    """
    items = with_group(due_for(acting), acting, today)
    of = {key: Count("pk", filter=Q(place=place)) for key, place in PLACES.items()}
    late_elsewhere = Q(place=PLACES[WAITING], due_on__lt=today) & ~Q(duty=Duty.PARENT)
    return items.aggregate(
        **of, late_elsewhere=Count("pk", filter=late_elsewhere), next_on=Min("due_on", filter=Q(due_on__gte=today))
    )
