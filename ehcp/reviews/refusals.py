from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class ReviewReason(Reason):
    PLAN_CEASED = "plan_ceased", _("This plan ceased on {ceased_on}. There is nothing to review.")
    CHILD_LEFT = (
        "child_left",
        _("{child} has left the school. The school that has the child now arranges the review."),
    )
    BEFORE_PLAN = (
        "before_plan",
        _("The plan was made on {made_on}. Its review cannot have begun before that. Check both dates."),
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
    NO_PARENT = (
        "no_parent",
        _(
            "Nobody with parental responsibility is on the list, and the law asks you to invite them (reg 20(2)(a)). "
            "Add them under “People”, or say there why not."
        ),
    )
    PARENT_NOT_INVITED = (
        "parent_not_invited",
        _(
            "Nobody with parental responsibility is invited yet (reg 20(2)(a)). Invite them, or say under “People” why "
            "not."
        ),
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
    REPORT_NOT_DRAWN = (
        "report_not_drawn",
        _(
            "The approved report is not there yet, so it cannot have gone. Wait for it; if it does not come, make it "
            "again."
        ),
    )
    APPROVED_ALREADY = "approved_already", _("{name} has approved this report already.")
    SENT_BEFORE_APPROVED = (
        "sent_before_approved",
        _("The report was approved on {approved_on}. It cannot have gone before that. Check the date."),
    )
    REPORT_BEING_DRAWN = (
        "report_being_drawn",
        _("The report is still being drawn. Wait for it, read it, then approve it."),
    )


class InviteeReason(Reason):
    """Why somebody may not be written to about a review now."""

    REVIEW_CLOSED = "review_closed", _("This review was closed on {closed_on}.")
    MEETING_HELD = "meeting_held", _("The meeting was held on {held_on}.")
    OFF_THE_LIST = "off_the_list", _("{name} was taken off the list.")


class ReviewMailReason(Reason):
    NOBODY_CHOSEN = "nobody_chosen", _("Choose at least one person.")
    NO_DAY = "no_day", _("Fix the day of the meeting first: the mail says when it is.")
    NOBODY_TO_TELL = "nobody_to_tell", _("There is nobody to email: they were told, or have no e-mail address.")
    DAY_IS_FIXED = "day_is_fixed", _("The meeting is on {meeting_on} now. Invite them to it instead.")
    SENT_ALREADY = "sent_already", _("{names} sent a contribution already. Take the name off the list.")
    NO_ADDRESS = (
        "no_address",
        _("There is no e-mail address for {names}. Write on paper, or add an address first."),
    )


class ContributionReason(Reason):
    SENT_BY_YOU = (
        "sent_by_you",
        _("This was sent already. Ask the school to open it again if you want to change it."),
    )
    SENT_BY_LINK = "sent_by_link", _("This was sent already.")
    SENT_BY_THEM = "sent_by_them", _("{name} has sent a contribution. Open it again first.")
    NOTHING_WRITTEN = (
        "nothing_written",
        _("Nothing is written yet. Write something, or close the page if you have nothing to say."),
    )
    TOO_LONG = (
        "too_long",
        _("{count} of the answers have more than {most:,} characters. Add the rest as a file."),
    )
    OPEN_ALREADY = "open_already", _("This contribution is open already.")
    NOT_OPENED_AGAIN = "not_opened_again", _("{why} It cannot be opened again.")
    TOO_MANY_FILES = (
        "too_many_files",
        _("There are {most} files here already. Take one out first, or ring the school."),
    )
    FILES_TOO_LARGE = (
        "files_too_large",
        _("All files together may have {most} MB. Make this one smaller, or take another one out first."),
    )
    FILE_MAY_CHANGE = (
        "file_may_change",
        _("This contribution was opened again. Wait until it is sent: its files may still change."),
    )
    TALK_FIRST = (
        "talk_first",
        _("They do not want everybody to read this yet. Talk with them first, then keep the file."),
    )
    FILE_KEPT_ALREADY = "file_kept_already", _("It is with the child's documents already: “{title}”.")
    FILE_GONE = "file_gone", _("This file is not there any more. Ask whoever sent it for another copy.")


class ChaserReason(Reason):
    TOO_MANY = "too_many", _("At most {most} reminders. Take out {over}.")
    OUT_OF_RANGE = "out_of_range", _("{number} cannot be: each number is from {nearest} to {furthest}.")
    TWICE = "twice", _("{number} is there twice. Take one out.")
    NO_DAYS = "no_days", _("Give at least one day before the meeting.")


class LayoutReason(Reason):
    NO_HEADING = "no_heading", _("Write one heading at least.")
    TOO_MANY_HEADINGS = (
        "too_many_headings",
        _("More than {most} headings make no form. Put some of them together."),
    )
    EMPTY_HEADING = (
        "empty_heading",
        _("A heading is empty. Write what the authority's form says there, or remove the part."),
    )
    UNKNOWN_FIELD = "unknown_field", _("One of the fields is not known. Choose from the list.")
    FIELD_TWICE = "field_twice", _("“{title}” stands under two headings. Choose one of them.")
    MADE_MEANWHILE = (
        "made_meanwhile",
        _("A colleague made a layout for this authority at the same moment. Open that one."),
    )
