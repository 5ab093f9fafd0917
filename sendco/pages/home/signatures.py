"""What waits for the head's signature: reports of reviews and replies to consultations, by the date of their duty."""

from django.db.models import Case, Count, F, Q, When, Window
from django.urls import reverse

from sendco.due import pages
from staff.permissions import Permission

from ..due.items import due_for

MOST = 8


def to_sign(acting):
    """The due items of what lies before this person to sign, oldest duty first, one more than are shown; none for who
    may not sign. One query."""
    if not acting.can(Permission.CASE_APPROVE):
        return []
    signings = pages.to_sign()
    items = due_for(acting).filter(_waiting(signings, acting))
    items = items.annotate(
        signs_id=Case(
            *(When(rule=rule, then=signing.signed()) for rule, signing in signings.items() if signing.signed),
            default=F("source_id"),
        ),
        **{_number(rule): Window(Count(Case(When(rule=rule, then=1)))) for rule in signings},
    )
    items = list(items.urgent_first()[: MOST + 1])
    for item in items:
        item.sign_href = reverse(signings[item.rule].sign_route, args=[item.signs_id])
    return items


def _waiting(signings, acting):
    waiting = Q()
    for rule, signing in signings.items():
        cases = signing.waiting(acting)
        source = cases.model._meta.label_lower
        waiting |= Q(source_type=source, rule=rule, source_id__in=cases.order_by().values("pk"))
    return waiting


def _number(rule):
    return f"of_{rule.replace('.', '_')}"


def counted(items):
    """How many there are, and where all of them stand when not all are shown: {"count", "all": [(words, address)]}."""
    signings = pages.to_sign()
    numbers = {rule: getattr(items[0], _number(rule)) if items else 0 for rule in signings}
    count = sum(numbers.values())
    links = [
        (
            f"All {numbers[rule]} {signing.names[numbers[rule] != 1]}",
            f"{reverse(signing.route)}?{signing.query}",
        )
        for rule, signing in signings.items()
        if count > MOST and numbers[rule]
    ]
    return {"count": count, "all": links}
