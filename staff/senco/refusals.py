from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class SencoReason(Reason):
    DATES_IN_ORDER = "dates_in_order", _("The last day is before the first day. Check both dates.")
    FIRST_AFTER_APPOINTED = (
        "first_after_appointed",
        _("Nobody first became a SENCo after becoming one here. Check both dates."),
    )
    FIRST_MISSING = (
        "first_missing",
        _("Months as a SENCo before are entered. Enter also when this person first became one."),
    )
    MONTHS_MISSING = (
        "months_missing",
        _("Enter the months as a SENCo before this appointment, at least 1."),
    )
    MONTHS_TOO_MANY = (
        "months_too_many",
        _("Between the first day and this appointment lie {most} months at most. Check the months."),
    )
    COURSE_IN_ORDER = "course_in_order", _("The course would end before it began. Check both dates.")
    COURSE_MISSING = "course_missing", _("Choose which course these dates are of.")
    COMPLETED_IN_FUTURE = (
        "completed_in_future",
        _("This day is still to come. Enter it when the course is completed."),
    )
    SENCO_ALREADY = "senco_already", _("{person} is entered as SENCo already. Change that entry.")
