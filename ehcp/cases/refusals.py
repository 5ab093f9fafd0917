from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class CaseReason(Reason):
    """What holds for a case of every kind."""

    CLOSED = "closed", _("This {noun} was closed on {closed_on}. It is kept as it was; a wrong date can be corrected.")
    IN_FUTURE = "in_future", _("{label} cannot be in the future. Check the date.")
    BEFORE_THE_LAW = (
        "before_the_law",
        _("{label} is before September 2014, when there were no EHC plans. Check the year."),
    )
    BEFORE_BIRTH = "before_birth", _("{label} is before the child was born. Check the year.")
    OUT_OF_ORDER = "out_of_order", _("{label} cannot be before {event} on {day}. Check both dates.")
    NO_REASON = "no_reason", _("Say why, in a few words. It stays in the history.")
    NOT_A_FACT = "not_a_fact", _("That date cannot be corrected here.")
    NOT_WRITTEN = "not_written", _("{label} was not entered yet. Enter it with its own step.")
    STILL_NEEDED = (
        "still_needed",
        _("{label} cannot be taken back while this rests on it: {later}. Take that back first, or correct the day."),
    )
    ALWAYS_NEEDED = "always_needed", _("{label} cannot be taken back, because every case has one. Correct the day.")
    ANOTHER_IS_OPEN = (
        "another_is_open",
        _("This would open the {noun} again, and another one of the child is open. Close that one first."),
    )
