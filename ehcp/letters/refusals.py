from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class CaseLetterReason(Reason):
    HELD_BACK = (
        "held_back",
        _("This person may not be written to. Ask the safeguarding lead before you do anything."),
    )
    HELD_BACK_SINCE = (
        "held_back_since",
        _("This person may not be written to any more. Ask the safeguarding lead before you do anything."),
    )
    NOTHING_LATE = (
        "nothing_late",
        _("Nothing of the authority's is late here on that date, so there is nothing to ask for."),
    )
    DATED_AHEAD = (
        "dated_ahead",
        _("A letter that says what is late today cannot be dated in the future. Choose today."),
    )
    WENT_ALREADY = "went_already", _("This letter went on {sent_on} already.")
    REPLY_CHANGED = (
        "reply_changed",
        _("The reply was changed after this letter was made. Have the new reply approved, and send its letter."),
    )
    SENT_IN_FUTURE = "sent_in_future", _("The day it went cannot be in the future.")


class CorrespondenceReason(Reason):
    IN_FUTURE = (
        "in_future",
        _("A letter that came or went cannot be dated in the future. Check the dates."),
    )
    RECEIVED_BEFORE_DATED = (
        "received_before_dated",
        _("It cannot have arrived before {dated_on}, the date on it. Check both dates."),
    )
