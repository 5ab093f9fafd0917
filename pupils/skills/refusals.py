from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class SkillReason(Reason):
    TAGGED = "tagged", _("{skill} is asked for by that already.")
    NEEDED = "needed", _("{pupil} needs {skill} already.")
    NEED_OR_FLAG = "need_or_flag", _("Choose a type of need or a flag, one of the two.")
