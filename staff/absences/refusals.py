from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class AbsenceReason(Reason):
    DATES_IN_ORDER = "dates_in_order", _("The last day is before the first day. Check both dates.")
    TIMES_IN_ORDER = "times_in_order", _("The absence would end before it begins. Check both times.")
    OVERLAPS = (
        "overlaps",
        _("{person} is recorded as away from {first} already. Open that absence and change it."),
    )
    NOT_IN_POST = "not_in_post", _("{person} holds no post here on {day}. Check the date.")
    AFTER_LEAVING = "after_leaving", _("The last post of {person} ends on {day}. An absence cannot go on after it.")
    RETURN_TOO_EARLY = "return_too_early", _("The return is before the first day away. Check the date.")
    RETURN_AHEAD = "return_ahead", _("This day is still to come. Change the absence and enter its last day instead.")
    REMOVED = "removed", _("This absence was removed meanwhile.")
