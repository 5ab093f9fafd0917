"""What invited people sent before the meeting, as far as the papers, the meeting and the report may show it."""

from ...models import Contribution, Invitee
from .contributions import may_be_shared
from .contributions import sent_words as words_of


def contribution_of(invitee: Invitee) -> Contribution | None:
    return getattr(invitee, "contribution", None)


def is_sent(invitee: Invitee) -> bool:
    contribution = contribution_of(invitee)
    return contribution is not None and contribution.sent_at is not None


def is_held_back(invitee: Invitee) -> bool:
    """A child who sent words and asked to be spoken to first."""
    contribution = contribution_of(invitee)
    return contribution is not None and contribution.sent_at is not None and not may_be_shared(contribution)


def sent_words(invitee: Invitee) -> list[tuple[str, str]]:
    """[(question, words)] that this person sent; nothing while it is a draft or held back."""
    contribution = contribution_of(invitee)
    return words_of(contribution) if contribution and is_sent(invitee) and not is_held_back(invitee) else []


def about_outcome(invitee: Invitee, number: int) -> str:
    """What this person sent about one outcome, or ""."""
    contribution = contribution_of(invitee)
    if not contribution or not is_sent(invitee) or is_held_back(invitee):
        return ""
    return contribution.answers.get(f"outcome_{number}", "")
