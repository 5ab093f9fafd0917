"""What is refused about reminders, cover and what was late: codes, and the words that people read."""

from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class ReminderReason(Reason):
    STAGES_NOT_OFFERED = "stages_not_offered", _("Choose the stages from the list.")
    LEGAL_STAGES_OFF = (
        "legal_stages_off",
        _("The law sets this date, so the day itself and late items are always sent. Tick both again."),
    )
    NO_STAGES = "no_stages", _("Nobody would ever hear of this. Tick at least one stage.")


class CoverReason(Reason):
    SAME_PERSON = "same_person", _("Nobody stands in for themselves. Choose a colleague.")
    ENDS_BEFORE_START = "ends_before_start", _("The last day is before the first day. Check both dates.")
    PASSED = "passed", _("These days have passed. Check both dates.")
    TOO_LONG = "too_long", _("This is longer than a year. Change the roles of both people instead.")
    MAY_SEE_LESS = (
        "may_see_less",
        _(
            "{deputy} cannot open what {absent} may see, so could not act on it. Choose somebody else, or give them a "
            "role first."
        ),
    )
    COVERED_ALREADY = (
        "covered_already",
        _("Somebody stands in for {absent} on some of these days already. End that first."),
    )
    ENDED = "ended", _("This has ended already.")


class PauseReason(Reason):
    DONE = "done", _("This is done already, so no mail goes out about it.")
    NOT_LATE = "not_late", _("This is not late yet. Its reminders stop by themselves when it is done.")
    NOT_IN_FUTURE = "not_in_future", _("Choose a day after today on which you will look again.")
    TOO_LONG = "too_long", _("Choose a day within eight weeks, so that nothing is forgotten.")
    NOTHING_HELD_BACK = "nothing_held_back", _("Nothing holds back the daily mail about this.")


class MailReason(Reason):
    SENT_OR_BEING_SENT = (
        "sent_or_being_sent",
        _("This mail has gone, or is being sent just now. Look at the list again."),
    )


class MissedReason(Reason):
    NOT_LATE = (
        "not_late",
        _("This was not late, or an exception is claimed for it, so there is nothing to explain."),
    )
