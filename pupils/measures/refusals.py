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
    FILE_CHANGED = (
        "file_changed",
        _("Scores were entered meanwhile, so the file would do something else now. Look again, then save."),
    )
    FILE_PUPIL_GONE = "file_pupil_gone", _("A pupil of the file is not in view any more. Choose the file again.")
    FILE_LINE = "file_line", _("Line {number} cannot be saved: {words}")
    TAKEN_BACK = "taken_back", _("This file was taken back already.")
    OUT_OF_RANGE = (
        "out_of_range",
        _("{count} scores of it lie outside that range. Correct them on the records first, or widen the range."),
    )
