from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class LedgerReason(Reason):
    NOT_OF_CHILD = "not_of_child", _("This provision is another child's. Open the page again.")
    ACTION_IN_FUTURE = "action_in_future", _("This day is still to come. Note what was done when it was done.")
