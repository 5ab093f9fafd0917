from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class PracticeReason(Reason):
    NAMES_CHILD = (
        "names_child",
        _("It names {pupil}. Every colleague reads this: say what to do, and leave the name out."),
    )
    ARCHIVED = "archived", _("It was put away meanwhile. Take it out again first.")
    NOT_YOURS = "not_yours", _("Whoever wrote it changes it, or whoever looks at concerns. Say how it went instead.")
