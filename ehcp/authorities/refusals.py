from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class AuthorityReason(Reason):
    NAME_OUT_OF_USE = (
        "name_out_of_use",
        _("{authority} is there, but not in use any more. Take it back into use instead."),
    )
    NAME_IN_USE = "name_in_use", _("{authority} is there already. Open it to change it.")
    ENDED_ALREADY = "ended_already", _("{authority} is out of use already.")
    ONE_CASE_OPEN = (
        "one_case_open",
        _("{authority} has 1 open case. Close them, or move the children to their new authority, first."),
    )
    CASES_OPEN = (
        "cases_open",
        _("{authority} has {count} open cases. Close them, or move the children to their new authority, first."),
    )
    IN_USE_ALREADY = "in_use_already", _("{authority} is in use already.")
    NOT_IN_USE = "not_in_use", _("{authority} is out of use. Take it back into use first.")


class CaseworkerReason(Reason):
    OF_ANOTHER_AUTHORITY = (
        "of_another_authority",
        _("{worker} does not work for {authority} now. Choose somebody who does."),
    )
    ENDED_ALREADY = "ended_already", _("{worker} has ended already.")
    NO_SUCCESSOR = "no_successor", _("Choose somebody else who works for the same authority now.")
