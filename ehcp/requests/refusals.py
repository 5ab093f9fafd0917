from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class RequestReason(Reason):
    CHILD_LEFT = "child_left", _("{child} has left the school.")
    AUTHORITY_NOT_IN_USE = "authority_not_in_use", _("Choose one of this school's authorities that is in use.")
    HAS_A_PLAN = "has_a_plan", _("{child} has an EHC plan. Ask for a re-assessment instead.")
    HAS_NO_PLAN = "has_no_plan", _("{child} has no EHC plan, so there is nothing to assess again.")
    OPEN_ALREADY = (
        "open_already",
        _("A request for {child} is open already. Finish or close that one first."),
    )
    DOCUMENT_OF_ANOTHER_CHILD = "document_of_another_child", _("That document belongs to another child.")
    ADVICE_ON_THE_LIST = "advice_on_the_list", _("That line is on the list already. Change it there.")
    ADVICE_IN_FUTURE = "advice_in_future", _("{label} cannot be in the future. Check the date.")
    ADVICE_BEFORE_ASKED = (
        "advice_before_asked",
        _("The day the advice came cannot be before it was asked for on {asked_on}. Check both dates."),
    )
    BEYOND_BANK_HOLIDAYS = (
        "beyond_bank_holidays",
        _("That date lies beyond the bank holidays known here. Give the day it was received."),
    )
    SIGNED_FOR_WITHOUT_DAY = "signed_for_without_day", _("Give the day it was signed for.")
    RECEIVED_BEFORE_SENT = (
        "received_before_sent",
        _("It cannot be received before it went on {sent_on}. Check both dates."),
    )
    NO_START = "no_start", _("Give the day the authority received the request, or became responsible.")
    NOT_STARTED = "not_started", _("Enter first when the authority received the request.")
    NOT_ASKED_FOR_ADVICE = "not_asked_for_advice", _("Enter first when the authority asked the school for advice.")
    REFUSED_TO_ASSESS = (
        "refused_to_assess",
        _("The authority refused to assess, so it has not assessed. Enter first that the refusal was reversed."),
    )
    NO_DRAFT = "no_draft", _("Enter first when the draft plan came.")
    PLAN_OF_ANOTHER_CHILD = "plan_of_another_child", _("That plan belongs to another child.")
    REQUEST_OF_ANOTHER_CHILD = "request_of_another_child", _("That request is about another child.")
    PLAN_STANDS_ALREADY = (
        "plan_stands_already",
        _("A plan stands with this request already. Open the request to see it."),
    )
    CLOSED_WITHOUT_PLAN = "closed_without_plan", _("That request was closed without a plan on {closed_on}.")
    NOTHING_REFUSED = (
        "nothing_refused",
        _("Nothing was refused yet, so nothing can be reversed. Enter the refusal first."),
    )
    REVERSED_BEFORE_REFUSED = (
        "reversed_before_refused",
        _("The reversal cannot be before the refusal on {refused_on}. Check both dates."),
    )
    ONLY_IN_MEDIATION = (
        "only_in_mediation",
        _("Another time can only be agreed in mediation. Change how the refusal fell, or leave this date empty."),
    )
    NOT_OURS = (
        "not_ours",
        _("The school did not make this request, so there is no pack of the school's to send."),
    )
    PACK_WENT = "pack_went", _("The request has gone. Its pack stays as it went.")
    EXEMPTION_ENDS_FIRST = (
        "exemption_ends_first",
        _("The last day is before the first day. Check both dates."),
    )
