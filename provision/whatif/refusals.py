from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class WhatIfReason(Reason):
    ACCEPTED = ("accepted", _("{name} was accepted already. Make another one to change more."))
    PAST = ("past", _("{day} is over. Choose a first day that is today or later."))
    NOTHING = ("nothing", _("No run would change hands among the adults who are here. There is nothing to accept."))
    CHANGED = (
        "changed",
        _(
            "What this plan comes to is different from what you saw: somebody changed a run, a post or an absence. "
            "Look again, then accept."
        ),
    )
