"""What a plan knows for its letters."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sendco.clock import academic_year_start, full_date
from sendco.refusals import Reason, Refused

from ..ledger.selectors import OfLine, ledger_of
from ..ledger.words import cause_words, minutes_words
from ..models import Plan
from .selectors.versions import latest
from .vague import of_line


class PlanLetterReason(Reason):
    NOTHING_VAGUE = (
        "nothing_vague",
        _("Every line of the plan says how much, how often and by whom. There is nothing to challenge."),
    )
    NOTHING_SHORT = (
        "nothing_short",
        _("Nothing that the plan promises by an amount fell short since {day}. There is nothing to tell."),
    )


def short_line_values(plan: Plan) -> dict[str, str]:
    """What each line with an amount promised and what took place, in this school year up to yesterday."""
    today = timezone.localdate()
    first = date(academic_year_start(today), 9, 1)
    found = ledger_of(plan, first, today, today)
    judged = [one for one in found.lines if one.ledger.promised and not one.ledger.no_amount]
    if not any(one.ledger.short for one in judged):
        raise Refused(PlanLetterReason.NOTHING_SHORT, day=first)
    version = latest(plan)
    return {
        "plan.date": full_date(version.dated_on) if version else "",
        "ledger.days": f"{full_date(found.first)} to {full_date(found.last)}",
        "ledger.list": "\n".join(_line(one, plan) for one in judged),
        "ledger.sum": f"{minutes_words(found.short)} of {minutes_words(found.promised)}",
    }


def _line(one: OfLine, plan: Plan) -> str:
    ledger = one.ledger
    causes = [cause_words(code, plan.pupil.forename) for code, _ in ledger.causes.most_common(2)]
    words = f"- {one.line.section}{one.line.number}: promised {minutes_words(ledger.promised)}, took place "
    words += f"{minutes_words(ledger.promised - ledger.short)}, short {minutes_words(ledger.short)}"
    return words + (f" ({', '.join(causes)})" if causes else "")


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
