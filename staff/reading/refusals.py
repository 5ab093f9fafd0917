from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class BriefingReason(Reason):
    STAGE_MISSING = "stage_missing", _("Say how far this change of the law is: proposal, Act or in force.")
    ARCHIVED = "archived", _("It was put away meanwhile. Take it out again first.")
    CHANGED = "changed", _("The text was changed a moment ago. Read it as it is now, then confirm.")
    NOT_ASKED = "not_asked", _("You are not asked to read this.")
    SAYS_SO = "says_so", _("{person} has an account, and says so there.")
    NOBODY = "nobody", _("Nobody at work holds a kind of post that it is for.")
