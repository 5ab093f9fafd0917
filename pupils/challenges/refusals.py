"""What is refused about challenges to councils and agencies: codes, and the words that people read."""

from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class ChallengeReason(Reason):
    WHOM_UNSAID = "whom_unsaid", _("Say whom it is put to: choose an agency, or write the name.")
    BY_BEFORE_RAISED = "by_before_raised", _("It was raised on {day}. A reply is expected then or later.")
    REPLIED_BEFORE_RAISED = "replied_before_raised", _("It was raised on {day}. A reply came then or later.")
    STEP_BEFORE_RAISED = "step_before_raised", _("It was raised on {day}. What was done after it lies then or later.")
    OWNER_CANNOT_SEE = (
        "owner_cannot_see",
        _("{person} does not see this child, so cannot look after it. Choose somebody else."),
    )
    CHALLENGE_ENDED = "challenge_ended", _("This ended on {day}. Open it again first.")
    ENDED_BEFORE_RAISED = "ended_before_raised", _("It was raised on {day}. It ended then or later.")
    CHALLENGE_OPEN = "challenge_open", _("This is open already.")
