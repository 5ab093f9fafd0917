from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class SessionReason(Reason):
    IN_FUTURE = "in_future", _("This session is on {day}. Log it on that day or later.")
    ALREADY_LOGGED = (
        "already_logged",
        _("{name} logged this session at {time} on {day}, otherwise than you. Both stand below."),
    )
    NOT_LOGGED = "not_logged", _("Nobody has logged this session yet. Log it first.")
    NOT_IN_GROUP = "not_in_group", _("{count} of the children are not in this group any more. Open the log again.")
    NOBODY = "nobody", _("Nobody is in this group on {day}. Put the pupils in first.")
    TOO_LONG = "too_long", _("Enter the minutes between 1 and 600.")
    PART_TOO_LONG = "part_too_long", _("{pupil} cannot have been there for longer than the session lasted.")
    WHY_MISSING = "why_missing", _("Say why it was not held.")
    CLOSED_DAY = (
        "closed_day",
        _("The school is closed on {day}. Choose a school day, or tick that it was held all the same."),
    )
    OUTSIDE_RUN = "outside_run", _("The run lasts from {first} to {last}. Choose a day within it.")
    TIME_TAKEN = (
        "time_taken",
        _("This run has a session at {time} on {day} already. Log that one, or choose another time."),
    )
    NOT_LOST = "not_lost", _("This session is not one that was lost. Only a lost session can be made good.")
    MADE_GOOD = "made_good", _("This session is made good or moved already, to {day}.")
    NO_LONGER_TO = "no_longer_to", _("Only {minutes} minutes of it are left to make good.")
    IN_ITS_PLACE = "in_its_place", _("A session on {day} stands in its place. Take that one back first.")
    IS_MOVED = "is_moved", _("This session was moved to {day}. Log it there.")
    PLANNED_STAYS = "planned_stays", _("This session was planned. Say that it was not held instead of removing it.")
    LOGGED_STAYS = "logged_stays", _("This session is logged. Take the log back first.")
