"""What a plan knows for its letters."""

from django.utils.translation import gettext_lazy as _

from sendco.clock import full_date
from sendco.refusals import Reason, Refused

from ..models import Plan
from .selectors.versions import latest
from .vague import of_line


class PlanLetterReason(Reason):
    NOTHING_VAGUE = (
        "nothing_vague",
        _("Every line of the plan says how much, how often and by whom. There is nothing to challenge."),
    )


def vague_line_values(plan: Plan) -> dict[str, str]:
    version = latest(plan)
    lines = [(line, of_line(line)) for line in version.lines.all()] if version else []
    listed = [
        f"- {line.section}{line.number}: {line.text} ({' '.join(reason.says for reason in reasons)})"
        for line, reasons in lines
        if reasons
    ]
    if not listed:
        raise Refused(PlanLetterReason.NOTHING_VAGUE)
    return {"plan.date": full_date(version.dated_on), "lines.list": "\n".join(listed)}
