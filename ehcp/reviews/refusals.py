from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class ReviewReason(Reason):
    PLAN_CEASED = "plan_ceased", _("This plan ceased on {ceased_on}. There is nothing to review.")
    CHILD_LEFT = (
        "child_left",
        _("{child} has left the school. The school that has the child now arranges the review."),
    )
    OPEN_ALREADY = (
        "open_already",
        _("A review of this plan is open already, since {began_on}. Finish or close that one first."),
    )
    BEGUN_MEANWHILE = (
        "begun_meanwhile",
        _("A colleague began a review of this plan at the same moment. Open that one."),
    )
    CONTACT_HELD_BACK = (
        "contact_held_back",
        _("This person may not be written to about this child. Ask the safeguarding lead."),
    )
    PERSON_HELD_BACK = (
        "person_held_back",
        _("{name} may not be written to. Ask the safeguarding lead before you do anything."),
    )
    REQUIRED_BY_LAW = (
        "required_by_law",
        _("The law asks you to invite {role} (reg 20(2)). Change the name."),
    )
    HELD_ALREADY = "held_already", _("The meeting was held on {held_on}. It cannot be moved any more.")
    TOO_FAR_AHEAD = "too_far_ahead", _("The meeting is more than two years away. Check the year.")
    WORDS_AFTER_MEETING = (
        "words_after_meeting",
        _("Reports are needed before the meeting, not after it. Check the day you ask for them by."),
    )
    NO_DAY = "no_day", _("Fix the day of the meeting first: invitations and papers say when it is.")
    INVITED_IN_FUTURE = "invited_in_future", _("The day of the invitation cannot be in the future. Check the date.")
    INVITED_AFTER_MEETING = (
        "invited_after_meeting",
        _("Nobody is invited after the meeting. Check both dates: {invited_on} and {held_on}."),
    )
    REPORT_WENT = (
        "report_went",
        _(
            "The report went on {report_sent_on}. What it says cannot be changed any more; add a letter to the case "
            "instead."
        ),
    )
    OUTCOME_OF_ANOTHER_PLAN = "outcome_of_another_plan", _("This outcome belongs to another plan.")
    NOT_HELD = "not_held", _("The meeting has not been held yet. Enter the day it was held first.")
    REPORT_NOT_READY = "report_not_ready", _("The report is not ready. Still missing: {missing}.")
    NOT_APPROVED = "not_approved", _("The head has not approved the report yet. Ask for that first.")
    NOT_AMENDING = (
        "not_amending",
        _("The authority has not decided to change the plan. Enter its decision first."),
    )
    NOTHING_TO_REPORT = "nothing_to_report", _("The meeting has not been held yet, so there is nothing to report.")
    REPORT_SENT_STAYS = "report_sent_stays", _("The report went on {report_sent_on}. It stays as it was sent.")
    NEWER_REPORT = "newer_report", _("A newer report has been made. Read that one.")
    REPORT_STALE = (
        "report_stale",
        _("The record has changed since this report was made. Make the report again, then have it approved."),
    )
    REPORT_BEING_DRAWN = (
        "report_being_drawn",
        _("The report is still being drawn. Wait for it, read it, then approve it."),
    )
