from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class ConsultationReason(Reason):
    TOO_LONG_AGO = "too_long_ago", _("That is more than ten years ago. Check the year.")
    AUTHORITY_NOT_IN_USE = "authority_not_in_use", _("Choose one of this school's authorities that is in use.")
    CHILD_OF_ANOTHER_SCHOOL = "child_of_another_school", _("That child belongs to another school.")
    REPLY_WENT = "reply_went", _("The reply went on {sent_on}. It is kept as it was sent.")
    NOT_A_GROUND = (
        "not_a_ground",
        _("Only the grounds of the law bind the authority. Choose from the list."),
    )
    NOT_READY = "not_ready", _("Not ready yet. Still missing: {missing}.")
    NOTHING_TO_CHANGE = "nothing_to_change", _("Say what should change.")
    OTHER_WORDS = (
        "other_words",
        _("The letter reads differently now from what you read. Read it again, then approve it."),
    )
    SENT_BEFORE_APPROVED = (
        "sent_before_approved",
        _("The reply was approved on {approved_on}. It cannot have gone before that. Check the date."),
    )
    NOT_APPROVED = "not_approved", _("The head has not approved the reply yet. Ask for that first.")
