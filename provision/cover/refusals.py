from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class CoverReason(Reason):
    DAY_CHANGED = (
        "day_changed",
        _("The day is different from what you saw: somebody recorded or decided something. Look again, then accept."),
    )
    MOVES_CHANGED = (
        "moves_changed",
        _("With your choices somebody is taken from something else. See what, then accept."),
    )
    NOT_POSSIBLE = ("not_possible", _("{name} cannot take {what}. Choose somebody else."))
    TWO_PLACES = ("two_places", _("{name} would be in two places at {time}. Choose somebody else for one of them."))
    LOGGED = ("logged", _("{what} has been logged. Correct the log instead."))
    OVER = ("over", _("{day} is over. Correct the log of the session instead."))
    NOBODY_TO_TELL = ("nobody_to_tell", _("Everybody knows already. Nothing was sent."))
