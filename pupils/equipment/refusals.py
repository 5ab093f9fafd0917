from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class EquipmentReason(Reason):
    OUTCOME_MISSING = "outcome_missing", _("Say what became of it.")
    GONE_BEFORE_BOUGHT = "gone_before_bought", _("It would be gone before it was bought. Check both dates.")
    GONE = "gone", _("{thing} is not in use any more.")
    ON_LOAN = "on_loan", _("Somebody has {thing}. Note that it came back first.")
    LOAN_OVERLAPS = "loan_overlaps", _("It was given out until {day}. Choose that day or a later one.")
    BACK_IN_FUTURE = "back_in_future", _("This day is still to come. Note the return when it is back.")
    PUPIL_OR_ROOM = "pupil_or_room", _("Choose a pupil or write a room, one of the two.")
    NOT_BACK_BEFORE = "not_back_before", _("It was given out on {day}. It cannot have come back before.")
    CHECK_THERE = "check_there", _("This check is entered already. Change that one.")
    DONE_IN_FUTURE = "done_in_future", _("This day is still to come. Note the check when it was done.")
    DONE_ALREADY = "done_already", _("This check was noted already.")
