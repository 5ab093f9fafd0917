"""What is refused about questions to the SENDCo: codes, and the words that people read."""

from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class QuestionReason(Reason):
    QUESTION_CLOSED = "question_closed", _("This question was closed on {day}. Open it again, or ask a new one.")
    NOT_ANSWERED = "not_answered", _("Nobody has answered yet. There is nothing to share.")
    SHARED_ALREADY = "shared_already", _("It is in What works already, as “{title}”.")
