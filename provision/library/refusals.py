from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class LibraryReason(Reason):
    NAME_TAKEN = "name_taken", _("{name} is in the library already. Open that one, or choose another name.")
    RUNS_GO_ON = "runs_go_on", _("{count} runs of it go on. End them first.")
