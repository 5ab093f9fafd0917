"""The meeting, one thing at a time: which pages it has for this review, and which of them hold something."""

from dataclasses import dataclass

from ...deadlines.reviews import ADULTHOOD_FROM_YEAR
from ...models import AnnualReview, Invitee, OutcomeReview, PlanOutcome, ProvisionLine
from ...plans.selectors.versions import in_force
from .. import steps
from . import answers
from .facts import must_plan_for_adulthood

Role = Invitee.Role


@dataclass(frozen=True)
class Page:
    code: str
    title: str
    done: bool
    note: str = ""
    outcome: PlanOutcome | None = None
    said: OutcomeReview | None = None


@dataclass(frozen=True)
class Voice:
    invitee: Invitee
    name: str
    role: str
    said: list[tuple[str, str]]
    is_child: bool


def pages_of(review: AnnualReview) -> list[Page]:
    """The pages of the screen in order. Three queries."""
    version = in_force(review.plan)
    outcomes = list(version.outcomes.all()) if version else []
    said = {row.outcome_id: row for row in OutcomeReview.objects.filter(review=review)}
    pages = [
        Page("here", "Welcome and who is here", review.held_on is not None),
        Page("child", f"{review.pupil.forename}'s views", review.held_on is not None),
        Page("views", "What everybody sent", review.held_on is not None),
        *[_outcome_page(outcome, said.get(outcome.pk)) for outcome in outcomes],
    ]
    if must_plan_for_adulthood(review) or any(getattr(review, name) for name in steps.ADULTHOOD):
        done = any(getattr(review, name) for name in steps.ADULTHOOD)
        pages.append(Page("adulthood", "Preparing for adulthood", done, f"Required from Year {ADULTHOOD_FROM_YEAR}"))
    pages.append(Page("summary", "What goes well, what was said", bool(review.strengths or review.summary)))
    pages.append(Page("recommend", "What we recommend", bool(review.recommendation)))
    return pages


def _outcome_page(outcome: PlanOutcome, said: OutcomeReview | None) -> Page:
    done = said is not None and bool(said.progress)
    note = said.get_progress_display() if said and said.progress else ""
    return Page(f"outcome-{outcome.pk}", f"Outcome {outcome.number}", done, note, outcome, said)


def first_open(pages: list[Page]) -> Page:
    return next((page for page in pages if not page.done), pages[-1])


def voices_of(review: AnnualReview) -> list[Voice]:
    """What people sent, the child first."""
    people = review.invitees.filter(removed_on=None, contribution__sent_at__isnull=False)
    rows = []
    for invitee in people.select_related("contribution").order_by("pk"):
        if said := answers.sent_words(invitee):
            rows.append(Voice(invitee, invitee.name, invitee.get_role_display(), said, invitee.role == Role.CHILD))
    return sorted(rows, key=lambda voice: not voice.is_child)


def about_outcome(voices: list[Voice], outcome: PlanOutcome) -> list[tuple[str, str, str]]:
    """[(name, role, words)] of those who wrote about this outcome by itself."""
    rows = [(voice.name, voice.role, answers.about_outcome(voice.invitee, outcome.number)) for voice in voices]
    return [row for row in rows if row[2]]


def lines_of(outcome: PlanOutcome) -> list[ProvisionLine]:
    return list(outcome.lines.all())
