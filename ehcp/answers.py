"""What invited people sent before the meeting, as (question, words)."""


def contribution_of(invitee):
    return getattr(invitee, "contribution", None)


def is_sent(invitee):
    found = contribution_of(invitee)
    return found is not None and found.sent_at is not None


def sent_words(invitee):
    """[(question, words)] that this person sent, in the order of the questions; nothing while it is a draft."""
    if not is_sent(invitee):
        return []
    found = contribution_of(invitee)
    return [(_question(code), words) for code, words in found.answers.items() if isinstance(words, str) and words]


def _question(code):
    return code.replace("_", " ").capitalize()
