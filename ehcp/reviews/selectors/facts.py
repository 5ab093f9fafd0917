"""What follows from the facts of one review: what its report lacks, who was told too late, whose words are missing."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from sendco.clock import young_person_from
from sendco.clock.words import join_words

from ...deadlines import reviews as rules
from ...models import AnnualReview, Contribution, Invitee, OutcomeReview, Recommendation, ReviewReport
from ...plans.selectors.versions import in_force
from .. import layouts, steps


def missing_in_report(review: AnnualReview) -> list[str]:
    """Return in words what the report has to hold and does not."""
    missing = [] if review.recommendation else ["a recommendation"]
    missing += disagreeing(review)
    version = in_force(review.plan)
    outcomes = version.outcomes.count() if version else 0
    seen = OutcomeReview.objects.filter(review=review, outcome__plan_version=version).exclude(progress="").count()
    if outcomes > seen:
        missing.append(f"progress towards {outcomes - seen} of {outcomes} outcomes")
    if must_plan_for_adulthood(review) and not any(getattr(review, name) for name in steps.ADULTHOOD):
        year = rules.ADULTHOOD_FROM_YEAR
        missing.append(f"preparing for adulthood (the law asks for it from Year {year}, reg 20(6))")
    return missing


def parents_of(review: AnnualReview) -> QuerySet[Invitee]:
    """Those on the list who are recorded as having parental responsibility, whatever they come as: an authority may
    have it."""
    return review.invitees.filter(
        removed_on=None,
        contact__has_parental_responsibility=True,
        contact__do_not_contact=False,
        contact__ended_on=None,
    )


def lacks_parent(review: AnnualReview, *, invited: bool = False) -> bool:
    """Nobody with parental responsibility is on the list, or `invited`, and no reason is kept (reg 20(2)(a)).

    Once the rights are the young person's own, the young person is the one to invite.
    """
    born_on = review.pupil.birth_on
    if review.no_parent_note:
        return False
    is_their_own = born_on is not None and timezone.localdate() >= young_person_from(born_on)
    parents = review.invitees.filter(removed_on=None, role=Invitee.Role.CHILD) if is_their_own else parents_of(review)
    return not (parents.exclude(invited_on=None) if invited else parents).exists()


def disagreeing(review: AnnualReview) -> list[str]:
    """In words where the changes asked for and the recommendation say different things."""
    version = in_force(review.plan)
    rows = OutcomeReview.objects.filter(review=review, outcome__plan_version=version)
    is_changed = ~Q(new_text="") | Q(next_step=OutcomeReview.Next.CHANGE)
    if review.recommendation != Recommendation.CEASE:  # a plan that ends because an outcome is met takes it out
        is_changed |= Q(next_step=OutcomeReview.Next.END)
    rows = rows.filter(is_changed)
    numbers = [str(number) for number in rows.order_by("outcome__number").values_list("outcome__number", flat=True)]
    asked = ["the text of changes"] if review.changes_asked.strip() else []
    asked += [f"outcome {join_words(numbers)}"] if numbers else []
    if review.recommendation == Recommendation.AMEND and not asked:
        return ["which changes: the recommendation is to change the plan, and none is asked for"]
    if review.recommendation in (Recommendation.MAINTAIN, Recommendation.CEASE) and asked:
        said = "keep the plan as it is" if review.recommendation == Recommendation.MAINTAIN else "end the plan"
        return [f"one answer: the recommendation is to {said}, and changes are asked for ({join_words(asked)})"]
    return []


def must_plan_for_adulthood(review: AnnualReview) -> bool:
    return rules.looks_at_adulthood(review.pupil.year_group)


def contributions_wanted(review: AnnualReview) -> QuerySet[Invitee]:
    """The invitees whose words were asked for and have not come."""
    sent = Contribution.objects.exclude(sent_at=None).values("invitee")
    return review.invitees.filter(removed_on=None).exclude(asked_on=None).exclude(pk__in=sent)


def notice_is_short(review: AnnualReview) -> bool:
    """True when somebody who must be invited was told less than two weeks before the meeting (reg 20(3))."""
    if review.meeting_on is None:
        return False
    latest = rules.latest_notice(review.meeting_on)
    told = review.invitees.filter(removed_on=None, role__in=Invitee.REQUIRED)
    today = timezone.localdate()
    return told.filter(invited_on__gt=latest).exists() or (today > latest and told.filter(invited_on=None).exists())


def latest_report(review: AnnualReview) -> ReviewReport | None:
    return review.reports.order_by("-made_at", "-pk").first()


def is_current(report: ReviewReport) -> bool:
    """Does the report still say what the record says?"""
    review = report.review
    name, title, parts = layouts.layout_for(review.plan.authority)
    body, _lost = layouts.fill(parts, review)
    return (report.layout_name, report.title, report.body) == (name, title, body)
