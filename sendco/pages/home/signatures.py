"""What waits for the head's signature: reports of reviews and replies to consultations, by the date of their duty."""

from django.db.models import Case, Count, OuterRef, Q, Subquery, Value, When, Window
from django.urls import reverse

from ehcp.consultations import selectors as consultations
from ehcp.models import AnnualReview, Consultation, ReviewReport
from ehcp.reviews.selectors import reviews
from staff.permissions import Permission

from ..due.items import due_for

MOST = 8
REPORT, REPLY = "review.report", "consultation.reply"
# Where all of one kind stand: rule, words for one and for more, the list with its filter.
KINDS = (
    (REPORT, ("report", "reports"), "ehcp:review-list", "stage=sign"),
    (REPLY, ("reply", "replies"), "ehcp:consultation-list", "show=head"),
)


def to_sign(acting):
    """The due items of what lies before this person to sign, oldest duty first, one more than are shown; none for who
    may not sign. One query."""
    if not acting.can(Permission.CASE_APPROVE):
        return []
    reports = ReviewReport.objects.filter(review_id=OuterRef("source_id")).order_by("-made_at", "-pk")
    items = due_for(acting).filter(
        _of(AnnualReview, REPORT, reviews.with_head(acting)) | _of(Consultation, REPLY, consultations.with_head(acting))
    )
    items = items.annotate(
        report_id=Case(When(rule=REPORT, then=Subquery(reports.values("pk")[:1])), default=Value(None)),
        **{_number(rule): Window(Count(Case(When(rule=rule, then=1)))) for rule, *_ in KINDS},
    )
    items = list(items.urgent_first()[: MOST + 1])
    for item in items:
        item.sign_href = _address(item)
    return items


def _of(model, rule, cases):
    return Q(source_type=model._meta.label_lower, rule=rule, source_id__in=cases.order_by().values("pk"))


def _number(rule):
    return f"of_{rule.replace('.', '_')}"


def _address(item):
    if item.rule == REPORT:
        return reverse("ehcp:review-approve", args=[item.report_id])
    return reverse("ehcp:consultation-approve", args=[item.source_id])


def counted(items):
    """How many there are, and where all of them stand when not all are shown: {"count", "all": [(words, address)]}."""
    numbers = {rule: getattr(items[0], _number(rule)) if items else 0 for rule, *_ in KINDS}
    count = sum(numbers.values())
    found = [
        (f"All {numbers[rule]} {words[numbers[rule] != 1]}", f"{reverse(route)}?{query}")
        for rule, words, route, query in KINDS
        if count > MOST and numbers[rule]
    ]
    return {"count": count, "all": found}
