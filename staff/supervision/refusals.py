from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class SupervisionReason(Reason):
    CHANGED_SINCE = "changed_since", _("It was changed a moment ago. Read it as it is now, then say so.")
    NOT_YOUR_LINE = (
        "not_your_line",
        _("{person} is not in your line. Their line manager or the headteacher plans meetings with them."),
    )
    CANCELLED = "cancelled", _("This meeting was called off. Plan a new one.")
    HELD_IN_FUTURE = "held_in_future", _("The day is still to come. Enter the day on which you met.")
    NOT_THE_TWO = "not_the_two", _("Only the two people of this meeting write its notes and actions.")
    OWNER_OF_NEITHER = "owner_of_neither", _("An action belongs to one of the two people of the meeting.")
    DONE_ALREADY = "done_already", _("This action is noted as done already.")
    SEEN_BY_THE_ADULT = "seen_by_the_adult", _("Only {person} says that they have read it.")
    NOTHING_TO_SEE = "nothing_to_see", _("Nothing is written yet.")
    GRANT_ASKED = "grant_asked", _("This was asked already and waits for a second person.")
    GRANT_CLOSED = "grant_closed", _("This was decided already.")
    GRANT_OWN = "grant_own", _("Another person agrees: neither who would read, nor the adult.")
    GRANT_LEADERS = (
        "grant_leaders",
        _("Another headteacher, the SENDCo or the data protection officer agrees."),
    )
    REPEAT_TOO_LONG = "repeat_too_long", _("That would be {number} meetings. Plan at most {most} at once.")
