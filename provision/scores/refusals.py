from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class ScoreReason(Reason):
    NOBODY = "nobody", _("Type the score of at least one pupil.")
    ENTRY_THERE = (
        "entry_there",
        _("{pupil} has a score before already, of {day}. Correct that one, or enter this one as taken while it runs."),
    )
    EXIT_THERE = (
        "exit_there",
        _("{pupil} has a score after already, of {day}. Correct that one, or enter this one as taken while it runs."),
    )
    EXIT_NOT_LATER = (
        "exit_not_later",
        _("The score before of {pupil} is of {day}. A score after has to be taken on a later day."),
    )
    ENTRY_NOT_EARLIER = (
        "entry_not_earlier",
        _("The score after of {pupil} is of {day}. A score before has to be taken on an earlier day."),
    )
    OF_ANOTHER = "of_another", _("That score is of another pupil.")
    SCORE_GONE = "score_gone", _("That score was removed from the record meanwhile.")
    NO_KIND = "no_kind", _("That score is of no measure of the school. Choose what was measured on the record first.")
    OF_PUPIL = "of_pupil", _("{pupil}: {words}")
    NO_SCORE_NO_CLAIM = (
        "no_score_no_claim",
        _("{pupil} has no score after. Say why there is none, or enter one: without it nothing shows that it worked."),
    )
    DECIDED_IN_FUTURE = "decided_in_future", _("This day is still to come. Note what was decided on that day.")
    LABEL_TWICE = "label_twice", _("Two of the five points have the same words. Tell them apart.")
