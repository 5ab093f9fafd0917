from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class PlanReason(Reason):
    IN_FUTURE = "in_future", _("{label} is in the future. Check the date, or record it on the day.")
    AUTHORITY_OF_ANOTHER_SCHOOL = (
        "authority_of_another_school",
        _("That authority belongs to another school's list. Choose one of this school's."),
    )
    AUTHORITY_NOT_IN_USE = (
        "authority_not_in_use",
        _("{authority} is not in use any more. Choose another, or take it back into use."),
    )
    NO_NAMED_SCHOOL = "no_named_school", _("Write which school or setting the plan names.")
    ENDED = "ended", _("This plan ended on {ceased_on}. It is kept as it was.")
    CHILD_LEFT = "child_left", _("{child} left on {left_on}. Only a pupil on roll gets a new plan here.")
    HAS_A_PLAN = "has_a_plan", _("{child} has an EHC plan already. Open it to add a version.")
    NO_DATE = (
        "no_date",
        _("Give the date on the final plan. If nobody knows it yet, choose that it came with the child."),
    )
    DRAFT_WITH_DATE = (
        "draft_with_date",
        _("A draft has no date of its own yet. Leave the dates empty until the final plan is issued."),
    )
    STATUS_BEGAN_TODAY = (
        "status_began_today",
        _(
            "The present status, {status}, began today. Correct the day it began on the register first; then the plan "
            "can follow it."
        ),
    )
    NO_NEED = "no_need", _("The register needs a type of need with an EHC plan. Choose the primary one.")
    DATED_ALREADY = "dated_already", _("This plan has its date already: {made_on}. Change it among the details.")
    DATE_TAKEN_AWAY = "date_taken_away", _("This plan has a date. Correct it; it cannot be taken away.")
    LAST_ONE_ENDED = "last_one_ended", _("The last {what} ended on {ends_on}. Give a later first day.")
    PRESENT_ONE_BEGAN = "present_one_began", _("The present {what} began on {starts_on}. Give a later first day.")
    DATED_ENDED = "dated_ended", _("This ended on {ends_on} already.")
    DATED_ENDS_BEFORE_START = (
        "dated_ends_before_start",
        _("It began on {starts_on}. The last day cannot be before that."),
    )
    PARENT_TOLD_BEFORE_TRANSFER = (
        "parent_told_before_transfer",
        _("Give the day the plan was transferred: the letter to the parent follows it."),
    )
    SAME_AUTHORITY = (
        "same_authority",
        _("{authority} keeps this plan already. Choose the authority of the new home."),
    )
    MOVE_UNDER_WAY = (
        "move_under_way",
        _("A move of this plan is under way. Give the day it was transferred first."),
    )
    AWARE_IN_FUTURE = (
        "aware_in_future",
        _("The day the old authority learned of the move is in the future. Check the date."),
    )
    NO_DECISION_TO_CEASE = (
        "no_decision_to_cease",
        _("The authority's decision to cease is not recorded. Note the date of its letter first."),
    )
    APPEAL_TIME_UNKNOWN = (
        "appeal_time_unknown",
        _("The time to appeal cannot be worked out from the date of the authority's letter. Check that date."),
    )
    APPEAL_TIME_RUNS = (
        "appeal_time_runs",
        _("The plan stays in force while the parent may appeal: until {until}. Give a later day."),
    )
    APPEAL_OPEN = (
        "appeal_open",
        _("An appeal against ceasing is open. The plan stays in force until it is decided."),
    )
    REVIEW_OPEN = (
        "review_open",
        _("A review of this plan is open. Close it, with the reason, before the plan ends."),
    )
    MISTAKE_WITHOUT_REASON = "mistake_without_reason", _("Write what went wrong. It stays in the history.")
    COPY_OF_ANOTHER_PLAN = "copy_of_another_plan", _("Copy from a version of the same plan.")
    ROW_GONE = (
        "row_gone",
        _("Somebody took this out meanwhile. What you typed is still here: add it as a new one."),
    )
    ROW_OUT_ALREADY = "row_out_already", _("Somebody took this out already.")
    TOO_MANY_ROWS = "too_many_rows", _("A version holds {most} of these at most. Put some together.")
    OUTCOME_OF_ANOTHER_VERSION = (
        "outcome_of_another_version",
        _("That outcome belongs to another version. Choose one of this version's."),
    )
    OUTCOME_REVIEWED = (
        "outcome_reviewed",
        _("A review looked at this outcome, so it stays. Begin a new version and take it out there."),
    )


class ReadingReason(Reason):
    """A plan that is read from its PDF."""

    NOT_A_PDF = (
        "not_a_pdf",
        _("Choose the plan as a PDF. A Word file can be saved as PDF first, or typed as a new version."),
    )
    ANOTHER_WAITS = (
        "another_waits",
        _("Version {number} was read from a PDF and is not checked yet. Check or discard it first."),
    )
    CONFIRMED_ALREADY = (
        "confirmed_already",
        _("This version was confirmed already. Change its sections on its own page."),
    )
    SECTIONS_UNCHECKED = (
        "sections_unchecked",
        _("Nobody has checked Section {sections} yet. Look at each beside its page first."),
    )
