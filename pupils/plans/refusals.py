"""What is refused about support plans, targets and their reviews: codes, and the words that people read."""

from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class SupportPlanReason(Reason):
    KIND_NOT_IN_FORCE = "kind_not_in_force", _("A plan of this kind cannot begin on {day}. Choose another kind or day.")
    OPEN_ALREADY = (
        "open_already",
        _("{pupil} has an open plan of this kind, which began on {day}. Review and close that one, or change it."),
    )
    PUPIL_LEFT = "pupil_left", _("{pupil} left on {day}. Open the record again first.")
    CLOSED = "closed", _("This plan was closed on {day}. Open it again to change it, or change the next one.")
    REVIEW_BEFORE_START = (
        "review_before_start",
        _("The plan began on {day}. A review cannot be before that: check both dates."),
    )
    TOO_FAR_AHEAD = "too_far_ahead", _("That is more than {years} years after the plan began. Check the year.")
    LEAD_NOT_HERE = "lead_not_here", _("{person} no longer works here. Choose somebody else to lead the plan.")
    NOT_SETTLED = (
        "not_settled",
        _("{count} of the targets have no next step yet: {targets}. Say for each what happens next, then close."),
    )
    NOT_EMPTY = (
        "not_empty",
        _("The next cycle has been worked on since {day}. Change that plan; this one stays closed."),
    )
    NOTHING_CLOSED = "nothing_closed", _("This plan is open already.")
    NOTHING_TO_CLOSE = "nothing_to_close", _("No plan is ready to close yet. Say what happens next with each target.")
    VOICE_THERE = (
        "voice_there",
        _("What this person says is here already, from {day}. Change that: what stood before stays in the history."),
    )
    CONTACT_NOT_TO_ASK = "contact_not_to_ask", _("This person is not to be contacted. Speak to the safeguarding lead.")
    OPEN_HIDDEN = (
        "open_hidden",
        _("Speak to the SENDCo before you begin this plan: there may be one that you cannot open."),
    )
    DOES_NOT_SEE = (
        "does_not_see",
        _("{person} does not teach or support {pupil}, so it would not open for them. Add them to the pupil first."),
    )
    READER_THERE = "reader_there", _("{person} is named already.")


class TargetReason(Reason):
    NOT_A_NUMBER = (
        "not_a_number",
        _("“{text}” is not a number. This target is measured in {measure}: write a number, such as {example}."),
    )
    YEARS_AND_MONTHS = (
        "years_and_months",
        _("Is {text} an age in years and months? Write {years}y {months}m, or the number of months."),
    )
    OUT_OF_BOUNDS = "out_of_bounds", _("{measure} goes from {least} to {most}. Check “{text}”.")
    WORDS_NEEDED = "words_needed", _("This target is described in words. Write in a few words where things stand.")
    VALUE_IN_FUTURE = "value_in_future", _("A value cannot be taken after today. Check the date.")
    VALUE_BEFORE_BASELINE = (
        "value_before_baseline",
        _("The plan began on {day}. Values from before belong to the baseline: check the date."),
    )
    DUE_BEFORE_START = "due_before_start", _("The plan began on {day}. The target's date cannot be before that.")
    AIM_BEHIND = (
        "aim_behind",
        _("The aim {aim} lies behind the baseline {baseline}. Check both, or tick that lower is better."),
    )
    MEASURE_HAS_VALUES = (
        "measure_has_values",
        _("Values are kept in {measure} already, so that cannot change. End this target and write a new one."),
    )
    ENDED = "ended", _("This target was ended on {day}.")
    CARRY_WHY = "carry_why", _("Say why it carries on: that is what makes the next cycle more than a copy.")
    MET_UNMEASURED = (
        "met_unmeasured",
        _("There is no value. Write the value reached, or say why it was not measured, before you call it met."),
    )
    NEXT_MISSING = "next_missing", _("Say what happens next with this target.")
    DISCLOSURE = (
        "disclosure",
        _(
            "This belongs with the safeguarding lead: speak to them now, do not wait. Then take these words out: "
            "{words}. Nothing of it has been kept here."
        ),
    )

    NO_VALUE_YET = "no_value_yet", _("Write the value first, then say that it was measured in another way.")
    UNITS_NEEDED = "units_needed", _("Choose how it is measured: a number alone does not say of what.")


class WindowReason(Reason):
    NAME_TAKEN = "name_taken", _("There is a window of this name already. Choose another name.")
    DUE_BEFORE_OPENING = "due_before_opening", _("The last day is before the first. Check both dates.")
    NO_CLASS_LEFT = "no_class_left", _("There is nobody to ask: no class has pupils with an open plan.")
    DONE = "done", _("These reviews were written by {day} already.")
    REVIEWS_MISSING = (
        "reviews_missing",
        _("{count} targets have no judgement and no word yet. Write them, or say so in the comment."),
    )


class KindReason(Reason):
    CODE_TAKEN = "code_taken", _("There is a kind of this name from that day already.")
    ENDS_BEFORE = "ends_before", _("It begins on {day}. The last day cannot be before that.")
    SHIPPED = "shipped", _("This kind comes with sendco and cannot be changed here. Add one of your own.")
    IN_USE = (
        "in_use",
        _("Plans of this kind exist, so its parts stay as they are. End it and add the next form of it."),
    )
