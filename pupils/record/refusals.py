"""What is refused about a child's record: codes, and the words that people read."""

from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class AssessmentReason(Reason):
    TAKEN_IN_FUTURE = "taken_in_future", _("The test cannot be after today. Check the date.")
    TAKEN_BEFORE_BIRTH = "taken_before_birth", _("The test cannot be before the child was born. Check the year.")
    OUTSIDE_SCALE = (
        "outside_scale",
        _("{what} lies between {lowest} and {highest}. Check the number and the scale."),
    )
    BAND_HALF_EMPTY = (
        "band_half_empty",
        _("A confidence band has two ends. Type both, or leave both empty."),
    )
    BAND_REVERSED = "band_reversed", _("The band starts above where it ends. Check both numbers.")
    BAND_ABOVE_SCORE = "band_above_score", _("The band starts above the score. It has to lie around it.")
    BAND_BELOW_SCORE = "band_below_score", _("The band ends below the score. It has to lie around it.")
    REMOVED = "removed", _("This assessment was removed meanwhile. Add it again if it was right.")
    RATER_MISSING = "rater_missing", _("Say who filled it in: {kind} of two people cannot be compared.")
    RATER_TOO_YOUNG = (
        "rater_too_young",
        _("{kind} is for pupils from {age} to fill in themselves, and {pupil} was younger on that day."),
    )
    FORM_MISSING = "form_missing", _("Name the test and its form: two scores of {kind} compare only on the same one.")
    THERE_ALREADY = (
        "there_already",
        _("{pupil} has this score of {day} already: {score}. Change that one on the record if it is wrong."),
    )
    NO_NAME = "no_name", _("Choose what was measured, or name the test and its scale.")


class DocumentReason(Reason):
    OF_ANOTHER_CHILD = "of_another_child", _("That file belongs to another child.")
    REMOVED = "removed", _("This document was removed already.")


class FirstDayReason(Reason):
    UNCHANGED = "unchanged", _("{first_day} is the first day already. Nothing has to change.")
    IN_FUTURE = "in_future", _("The first day is in the future. Check the date.")
    BEFORE_BIRTH = "before_birth", _("The first day is before the child was born. Check the year.")
    AFTER_END = "after_end", _("This enrolment ended on {ended_on}. The first day cannot be after that.")
    NOT_AFTER_ENROLMENT_BEFORE = (
        "not_after_enrolment_before",
        _("The enrolment before began on {began_on}. Give a later date."),
    )
    NOT_AFTER_LEAVING = "not_after_leaving", _("{pupil} left on {left_on}. The first day back has to be after that.")
    STATUS_BEGAN_BEFORE = (
        "status_began_before",
        _("{status} began on {began_on}, before that day. Correct that status first."),
    )
    FIRST_STATUS_ENDED_BEFORE = (
        "first_status_ended_before",
        _(
            "The first status ended on {ended_on}. The first day cannot be after that: correct the status that follows "
            "first."
        ),
    )
    CONCERN_RAISED_BEFORE = (
        "concern_raised_before",
        _("A concern was raised on {raised_on}, so the child was here. Check the date."),
    )
    MONITORING_BEGAN_BEFORE = (
        "monitoring_began_before",
        _("Monitoring began on {began_on}, so the child was here. Check the date."),
    )
    EARLIER_STATUS_ENDED_AFTER = (
        "earlier_status_ended_after",
        _("The status before this one ended on {ended_on}. Give a later date."),
    )
    PLACE_ENDED_BEFORE = (
        "place_ended_before",
        _("A group or support ended on {ended_on}, so the child was here. Check the date."),
    )


class RecordReason(Reason):
    UPN_TAKEN = (
        "upn_taken",
        _("Another pupil of this school has that UPN. Check the number, or merge the two records."),
    )
    OTHER_SCHOOL = "other_school", _("That belongs to another school. Choose one of this school's.")


class EnrolmentReason(Reason):
    IN_FUTURE = "in_future", _("The first day is in the future. Record the change on the day or after it.")
    NOT_AFTER_PRESENT = "not_after_present", _("The present enrolment began on {began_on}. Give a later date.")


class RollReason(Reason):
    LEFT_ALREADY = "left_already", _("{pupil} left on {left_on} already.")
    LEFT_BEFORE_JOINING = "left_before_joining", _("{pupil} joined on {joined_on}. The last day has to be after that.")
    LEFT_IN_FUTURE = "left_in_future", _("The last day is in the future. Record the leaver on the day or after it.")
    LEFT_BEFORE_ENROLMENT = (
        "left_before_enrolment",
        _("The enrolment began on {began_on}. The last day cannot be before that."),
    )
    ON_ROLL = "on_roll", _("{pupil} is on roll already.")
    BACK_BEFORE_LEAVING = (
        "back_before_leaving",
        _("{pupil} left on {left_on}. The first day back has to be after that."),
    )
    BACK_IN_FUTURE = "back_in_future", _("The first day back is in the future. Record it on the day.")
    BACK_BEFORE_STATUS_ENDED = (
        "back_before_status_ended",
        _("The last status ended on {ended_on}. The first day back has to be after that."),
    )


class ContactReason(Reason):
    SHOWN_ADDRESS_MISSING = (
        "shown_address_missing",
        _("Type the address that may be shown now. The hidden one is not shown by itself."),
    )
    ENDED_ALREADY = "ended_already", _("{contact} stopped being a contact on {ended_on} already.")


class FlagReason(Reason):
    OPEN_ALREADY = "open_already", _("“{flag}” is there already.")
    ENDED_ALREADY = "ended_already", _("This ended on {ended_on} already.")
    ENDS_BEFORE_START = "ends_before_start", _("This began on {began_on}. The last day cannot be before.")


class SupportReason(Reason):
    OPEN_ALREADY = "open_already", _("{person} supports {pupil} already.")
    ENDED_ALREADY = "ended_already", _("{person} stopped on {ended_on} already.")


class GroupReason(Reason):
    IN_GROUP = "in_group", _("{pupil} is in {group} already.")
    ENDED_ALREADY = "ended_already", _("This ended on {ended_on} already.")


class EmergencyReason(Reason):
    TOO_MANY = (
        "too_many",
        _("You opened {most} records in an emergency within a day. Ask the SENDCo or the headteacher."),
    )
