from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class KeptReason(Reason):
    NOT_YOURS = (
        "not_yours",
        _("This session was removed, or it is not one of yours any more. Ask whoever sets up provision."),
    )
    NO_ROLE = "no_role", _("You have no role at this school any more. Ask whoever sets up provision there.")
    DECIDED = "decided", _("{name} decided this one already. Look at the session as it stands.")
    SESSION_GONE = (
        "session_gone",
        _("Its session was removed. Add one that was not planned and log it there, then do not accept this one."),
    )
    WRONG_FIELDS = "wrong_fields", "{words}"
    UNREADABLE = "unreadable", _("What was kept cannot be read any more. Log the session again.")
