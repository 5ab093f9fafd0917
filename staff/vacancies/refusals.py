from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class VacancyReason(Reason):
    CLOSED_BEFORE_OPENED = (
        "closed_before_opened",
        _("It would be closed before it was opened. Check both dates."),
    )
    OUTCOME_MISSING = "outcome_missing", _("Say what came of it.")
