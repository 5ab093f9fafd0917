from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class AppealReason(Reason):
    ABOUT_NOTHING = "about_nothing", _("Choose the request or the plan that the decision is about.")
    OPEN_ALREADY = "open_already", _("The log of this decision is open already. Go on there.")
    ORDER_WITHOUT_DAY = (
        "order_without_day",
        _("Give the day the order or agreement was sent out: its time limits run from it."),
    )
    ONLY_IN_MEDIATION = (
        "only_in_mediation",
        _("Another time, and other steps, can only be agreed in mediation. Change the outcome, or leave these empty."),
    )
