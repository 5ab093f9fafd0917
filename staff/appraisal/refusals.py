from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class AppraisalReason(Reason):
    SCHEME_THERE = "scheme_there", _("There is a scheme for this kind of post and year already. Open and change it.")
    DATES_IN_ORDER = (
        "dates_in_order",
        _("The steps are not in order: objectives, mid-year, end of year. Check the days."),
    )
    BEGUN_ALREADY = "begun_already", _("{person} has an appraisal for this year already.")
    NO_APPRAISER = "no_appraiser", _("{person} has no line manager with an account. Set the line manager first.")
    OWN_APPRAISAL = "own_appraisal", _("Nobody appraises themselves. Choose somebody else.")
    WRONG_SCHEME = "wrong_scheme", _("{person} holds no post of that kind in that year.")
    NOT_THE_APPRAISER = "not_the_appraiser", _("Only {person}, who appraises, changes this.")
    NOT_THE_ADULT = "not_the_adult", _("Only the adult whose appraisal this is writes their comment.")
    THIRD_PERSON = "third_person", _("Only the adult and the appraiser sign.")
    SIGNED_ALREADY = "signed_already", _("You signed this version already.")
    READS_DIFFERENTLY = (
        "reads_differently",
        _("It reads differently now than when you opened it. Read it again, then sign."),
    )
    NOTHING_TO_SIGN = "nothing_to_sign", _("Set at least one objective first, or say that none were set and why.")
    NOT_JUDGED = "not_judged", _("Say of each objective how it ended first: {numbers}.")
    NOTHING_WRITTEN = "nothing_written", _("Write the review first: there is nothing to sign yet.")
    OBJECTIVES_THERE = "objectives_there", _("Objectives are set. Remove them first, if none of them holds.")
    OBJECTIVE_SIGNED = "objective_signed", _("This objective was signed. Change it, or judge it as no longer relevant.")
    MOST_OBJECTIVES = "most_objectives", _("An appraisal has at most {most} objectives.")
    EVIDENCE_OF_ANOTHER = "evidence_of_another", _("{person} wrote this, and takes it back.")
    YEAR_CLOSED = "year_closed", _("This year was closed on {day}. What comes now belongs to the next year.")
    VIEW_GIVEN = "view_given", _("The lines are there already. What belongs to the appraisal stays in it.")
    VIEW_ASKED = "view_asked", _("{person} was asked already.")
    VIEW_CLOSED = "view_closed", _("This is no longer asked for. Thank you all the same.")
    VIEW_OF_TWO = "view_of_two", _("The adult and the appraiser say theirs in the appraisal itself.")
    NO_ACCOUNT = "no_account", _("{person} has an account and signs with it.")
