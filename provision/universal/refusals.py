from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class UniversalReason(Reason):
    NAME_TAKEN = "name_taken", _("{name} is on the list already.")
    NOT_A_CLASS = "not_a_class", _("{name} is not a class any more.")
