from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class TrainingReason(Reason):
    SKILL_THERE = "skill_there", _("There is a skill called {skill} already. Choose another name.")
    EXPIRES_BEFORE_ISSUE = (
        "expires_before_issue",
        _("It would end before it was issued. Check both dates."),
    )
    ISSUED_IN_FUTURE = (
        "issued_in_future",
        _("The day of issue is still to come. Check the date."),
    )
    CERTIFICATE_REMOVED = "certificate_removed", _("This certificate was removed meanwhile.")
    HELD_IN_FUTURE = "held_in_future", _("The day is still to come. Record who was there when it was held.")
    HELD_ALREADY = "held_already", _("It was held. Take the tick away first if that is wrong.")
    CALLED_OFF = "called_off", _("This training was called off.")
    OF_THE_SCHOOL = "of_the_school", _("The school recorded this training. Ask whoever keeps training to correct it.")
    NOT_THERE = "not_there", _("Only somebody who was there says what it changed.")
    OWN_ALONE = "own_alone", _("Only {person} answers this.")
    NOBODY = "nobody", _("Choose at least one adult.")
