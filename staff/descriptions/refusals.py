from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class DescriptionReason(Reason):
    CHANGED = "changed", _("It was written anew a moment ago. Read it as it is now, then agree.")
    NOT_THE_TWO = "not_the_two", _("Only {person} and whoever leads {person} agree to it.")
