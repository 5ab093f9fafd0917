"""What is refused about concerns and the views of colleagues: codes, and the words that people read."""

from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class ConcernReason(Reason):
    SENT_ALREADY = "sent_already", _("This form was sent already. Open a new one to raise another concern.")
    PUPIL_LEFT = "pupil_left", _("{pupil} has left the school. Speak to the SENDCo.")
    CLOSED = "closed", _("This concern is closed. Raise a new one if there is something new.")
    LOOK_AGAIN_NOT_IN_FUTURE = "look_again_not_in_future", _("The date to look again has to be after today.")


class ViewReason(Reason):
    ALL_ASKED_ALREADY = "all_asked_already", _("Everybody you chose has been asked already. Choose somebody else.")
    NOT_ASKED = "not_asked", _("You are not asked for this view any more.")
    SENT_ALREADY = (
        "sent_already",
        _("You have sent this view already. Speak to the person who asked if it has to change."),
    )
    NOT_NEEDED_ANY_MORE = "not_needed_any_more", _("This concern is closed, so no view is needed any more. Thank you.")
    TAKEN_BACK_ALREADY = "taken_back_already", _("This was taken back on {taken_back_on} already.")
    GIVEN_ALREADY = "given_already", _("{person} has given this view already. It stays with the concern.")
    CONCERN_CLOSED = "concern_closed", _("This concern is closed, so nobody is asked any more.")
