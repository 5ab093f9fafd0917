"""What is refused about meetings, their actions and contact with home: codes, and the words that people read."""

from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class ChildMeetingReason(Reason):
    CLOSED_DAY = (
        "closed_day",
        _("The school is closed on {day}. Choose {before} or {after}, or say that it is meant so."),
    )
    HELD_IN_FUTURE = "held_in_future", _("A meeting cannot have been held after today. Check the date.")
    CANCELLED = "cancelled", _("This meeting was called off on {day}. Plan another one.")
    HELD = "held", _("This meeting was held on {day}. Its notes can still be changed.")
    NO_PUPIL = "no_pupil", _("Choose the pupil whom it is about.")
    OWNER_NOT_HERE = "owner_not_here", _("{person} no longer works here. Choose somebody else.")
    OWNER_BLIND = (
        "owner_blind",
        _("{person} does not see this child, so it would not reach them. Choose somebody else."),
    )
    TOO_FAR = "too_far", _("{day} is more than three years away. Check the date.")
    NOT_HELD = "not_held", _("This meeting is not noted as held.")
    OWNER_MISSING = "owner_missing", _("Say who does it: a colleague, or the name of somebody outside.")
    DUE_BEFORE_MEETING = "due_before_meeting", _("The meeting is on {day}. What is agreed there is due then or later.")
    SETTLED = "settled", _("This action was settled on {day}.")
    NOT_TO_CONTACT = "not_to_contact", _("This person is not to be contacted. Speak to the safeguarding lead.")
    NO_ADDRESS = "no_address", _("There is no email address for this person. Choose how else you told them.")
    TIME_TAKEN = "time_taken", _("{person} meets somebody else at {time}. Choose another time.")
    FAMILY_BUSY = "family_busy", _("At {time} the parents of {child} meet {person}. Choose another time.")
    NOT_A_TIME = "not_a_time", _("This is not one of the times of that evening. Choose one from the list.")
    NOT_THAT_EVENING = "not_that_evening", _("{person} takes no part in that evening. Choose somebody else.")
    EVENING_BOOKED = "evening_booked", _("Times of that evening are taken. Move or call off those meetings first.")
    NOTHING_TO_PRINT = "nothing_to_print", _("This meeting was called off. There is nothing to print.")
    IN_FUTURE = "in_future", _("That cannot have happened after today. Check the date.")
