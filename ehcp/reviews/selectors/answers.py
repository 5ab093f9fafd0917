"""What invited people sent before the meeting, as far as the papers, the meeting and the report may show it."""

from .contributions import may_be_shared
from .contributions import sent_words as words_of


def contribution_of(invitee):
    return getattr(invitee, "contribution", None)


def is_sent(invitee):
    found = contribution_of(invitee)
    return found is not None and found.sent_at is not None


def is_held_back(invitee):
    """A child who sent words and asked to be spoken to first."""
    return is_sent(invitee) and not may_be_shared(contribution_of(invitee))


def sent_words(invitee):
    """[(question, words)] that this person sent; nothing while it is a draft or held back."""
    return words_of(contribution_of(invitee)) if is_sent(invitee) and not is_held_back(invitee) else []


def about_outcome(invitee, number):
    """What this person sent about one outcome, or ""."""
    if not is_sent(invitee) or is_held_back(invitee):
        return ""
    return contribution_of(invitee).answers.get(f"outcome_{number}", "")
