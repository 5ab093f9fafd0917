"""What is refused about letters and their words: codes, and the words that people read."""

from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class LetterReason(Reason):
    NO_LETTER_FOR_STATUS = "no_letter_for_status", _("No letter goes with this status.")
    NOBODY_CHOSEN = "nobody_chosen", _("Choose at least one person to write to.")
    RECIPIENT_NOT_ALLOWED = (
        "recipient_not_allowed",
        _("On that date the letter may not go to somebody you chose. Check the date and choose again."),
    )
    MAY_NOT_BE_WRITTEN_TO = (
        "may_not_be_written_to",
        _("This person may not be written to any more. Ask the safeguarding lead before you do anything."),
    )
    SENT_ALREADY = "sent_already", _("This letter went on {sent_on} already.")
    SENT_IN_FUTURE = "sent_in_future", _("The day it went cannot be in the future.")


class TextReason(Reason):
    UNKNOWN_FIELDS = "unknown_fields", _("We do not know {unknown}. You can use: {known}.")
    LONE_BRACKETS = "lone_brackets", _("Two curly brackets stand alone. A field looks like {example}.")
