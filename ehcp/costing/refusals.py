from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class CostingReason(Reason):
    NOTHING = "nothing", _("{pupil} is in no run today. A costed map needs provision that goes on.")
    SENT_IN_FUTURE = "sent_in_future", _("This day is still to come. Note it when it was sent.")
    SENT_STAYS = "sent_stays", _("It went to the authority on {day}, so it stays. Make a new one.")
    NO_COLUMN = "no_column", _("Keep at least one column.")
