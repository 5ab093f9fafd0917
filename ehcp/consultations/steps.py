"""What is done in a consultation, and the stages between: from the authority's mail to what the authority did."""

from django.utils.translation import gettext_lazy as _

from ..cases.steps import Known, NotYet, Stage, Step, Whose, by_code
from .refusals import ConsultationReason

NOT_SENT = NotYet("sent_on", ConsultationReason.REPLY_WENT)
APPROVED = Known(("approved_at",), ConsultationReason.NOT_APPROVED)

DETAILS = Step("details", _("What the authority wrote"), _("Change"), "ehcp:consultation-edit", needs=(NOT_SENT,))
WRITE = Step(
    "write",
    _("The reply"),
    _("Write the reply"),
    "ehcp:consultation-reply",
    writes=("reply", "grounds", "evidence", "steps_considered", "needed", "ready_at"),
    needs=(NOT_SENT,),
)
APPROVE = Step(
    "approve",
    _("The head approves the reply"),
    _("Approve the reply"),
    "ehcp:consultation-approve",
    whose=Whose.HEAD,
    writes=("approved_at", "approved_by"),
    needs=(NOT_SENT,),
)
SEND_BACK = Step(
    "send-back",
    _("The head asks for changes"),
    _("Send it back"),
    "ehcp:consultation-send-back",
    whose=Whose.HEAD,
    needs=(NOT_SENT,),
)
LETTER = Step("letter", _("The letter"), _("Make the letter"), "ehcp:consultation-letter", needs=(APPROVED,))
SEND = Step(
    "send",
    _("The reply went"),
    _("Record that it went"),
    "ehcp:consultation-sent",
    writes=("sent_on", "sent_via", "proof"),
    needs=(NOT_SENT, APPROVED),
)
OUTCOME = Step(
    "outcome",
    _("What the authority did"),
    _("Record what the authority did"),
    "ehcp:consultation-outcome",
    whose=Whose.AUTHORITY,
    writes=("named_on", "named"),
)
STEPS = by_code((DETAILS, WRITE, APPROVE, SEND_BACK, LETTER, SEND, OUTCOME))

WITH_HEAD = "head"
STAGES = (
    Stage("new", _("New")),
    Stage("write", _("Reply being written"), "reply"),
    Stage(WITH_HEAD, _("With the head"), "ready_at"),
    Stage("send", _("Approved: send it"), "approved_at"),
    Stage("sent", _("Answered"), "sent_on"),
    Stage("closed", _("Closed"), "closed_on"),
)
