"""What is refused about the register and the watch list: codes, and the words that people read."""

from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class RegisterReason(Reason):
    RECORD_MERGED = (
        "record_merged",
        _("This record was merged into another a moment ago. Find the pupil again and repeat the change."),
    )
    NEEDS_WITHOUT_SEN = (
        "needs_without_sen",
        _("A pupil with no special educational need has no type of need. Leave the needs empty."),
    )
    NEEDS_MISSING = (
        "needs_missing",
        _("Choose at least one type of need. If it is not known yet, choose “not assessed” with SEN Support."),
    )
    NEED_REPEATED = "need_repeated", _("The same type of need is there twice. Choose each once.")
    NEED_ONLY_WITH_SUPPORT = (
        "need_only_with_support",
        _("“{need}” goes with SEN Support only. Choose the type of need that the plan names."),
    )
    HAS_LEFT = "has_left", _("{pupil} has left. Record that {forename} is back on roll first.")
    STATUS_IN_FUTURE = (
        "status_in_future",
        _("The start date is in the future. Change the status on the day, or give a past date."),
    )
    START_BEFORE_BIRTH = "start_before_birth", _("The start date is before the child was born. Check the year.")
    LAST_STATUS_ENDED_AFTER = (
        "last_status_ended_after",
        _("The last status ended on {ended_on}. Give a later start date."),
    )
    SAME_STATUS = "same_status", _("The status is {status} already, since {since}.")
    NOT_AFTER_PRESENT_STATUS = (
        "not_after_present_status",
        _("The present status began on {began_on}. Give a later date, or correct that entry first."),
    )
    CORRECTED_START_IN_FUTURE = "corrected_start_in_future", _("The start date is in the future. Check the date.")
    START_AFTER_END = "start_after_end", _("This status ended on {ended_on}. The start has to be before that.")
    NOT_AFTER_STATUS_BEFORE = (
        "not_after_status_before",
        _("The status before this one began on {began_on}. Give a later date."),
    )
    NEEDS_BEFORE_PRESENT_STATUS = (
        "needs_before_present_status",
        _("The present status began on {began_on}. Give that day or a later one."),
    )
    PARENT_TOLD_IN_FUTURE = "parent_told_in_future", _("The day they were told cannot be in the future.")


class WatchReason(Reason):
    NOT_ON_ROLL = "not_on_roll", _("{pupil} is not on roll.")
    ON_REGISTER = "on_register", _("{pupil} is on the register already, with {status}.")
    WATCHED_ALREADY = "watched_already", _("{pupil} is being monitored already.")
    LOOK_AGAIN_NOT_IN_FUTURE = "look_again_not_in_future", _("The date to look again has to be after today.")
    ENDED = "ended", _("This pupil is no longer being monitored.")
