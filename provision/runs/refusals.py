from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class RunReason(Reason):
    NO_PUPIL = "no_pupil", _("Choose at least one pupil.")
    NO_DAY = "no_day", _("Tick at least one day of the week.")
    ENDS_BEFORE_START = "ends_before_start", _("The last day is before the first day. Check both dates.")
    TOO_LONG = "too_long", _("A run lasts at most a year. Choose an earlier last day, and copy it for the next year.")
    NO_WORKING_TIME = "no_working_time", _("{name} does not work here. Choose somebody else.")
    PARTS_WANT_ADULTS = "parts_want_adults", _("To split the group, choose at least two adults.")
    SESSIONS_AFTER = "sessions_after", _("{count} sessions after that day are logged already, the last on {day}.")
    SESSIONS_BEFORE = "sessions_before", _("{count} sessions before that day are logged already, the first on {day}.")
    TIME_TWICE = "time_twice", _("The run would meet twice at {time} on {weekday}. Take one of them away.")
    PLACE_THERE = "place_there", _("{pupil} is in this run already.")
    PLACE_OVERLAPS = "place_overlaps", _("{pupil} was in this run until {day}. Choose a later first day.")
    PLACE_OUTSIDE = "place_outside", _("The run lasts from {first} to {last}. Choose a day within it.")
    PLACE_LOGGED = "place_logged", _("{pupil} stands in the log of {day}. Choose that day or a later one.")
    PLACE_LOGGED_BEFORE = "place_logged_before", _("{pupil} stands in the log of {day}. Choose that day or earlier.")
    PLACE_ENDS_BEFORE = (
        "place_ends_before",
        _("{pupil} is in this run until {day} only. Change the days of that place first, or remove it."),
    )
    PLACE_STANDS = "place_stands", _("{pupil} stands in the log of {day}. End the place instead of removing it.")
    NO_SCHOOL_DAYS = (
        "no_school_days",
        _("No term dates are entered after {day}. Enter the next term on the page Term dates, then copy the run."),
    )
    COPIED = "copied", _("This run was copied already, as {name}.")
    ON_LIST = "on_list", _("{pupil} waits for this already, since {day}.")
    WAIT_OVER = "wait_over", _("{pupil} is not on the waiting list any more.")
    HAS_SESSIONS = "has_sessions", _("{count} sessions of this run are logged. End it instead of removing it.")
