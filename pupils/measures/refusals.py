from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class MeasureReason(Reason):
    NAME_TAKEN = "name_taken", _("{name} is on the list already. Change that one, or choose another name.")
    SCALE_STANDS = (
        "scale_stands",
        _("{count} scores of it are kept on this scale. Add another measure for the other scale."),
    )
    RATERS_STAND = (
        "raters_stand",
        _("{count} scores of it say who filled it in. Keep that, so that they can still be told apart."),
    )
    OUT_OF_RANGE = (
        "out_of_range",
        _("{count} scores of it lie outside that range. Correct them on the records first, or widen the range."),
    )
