"""What an authority is late with, as a letter to it says so: the name of each duty, and how its date is worked out.

No Django: deadlines in, words out.
"""

import re

from sendco.clock import Days, Deadline, full_date

# What each duty is called in a sentence to the authority, by the code of its rule.
NAMES = {
    "ehcna.decision": "Your decision whether to carry out an EHC needs assessment",
    "ehcna.final": "The final EHC plan",
    "reassess.decision": "Your decision whether to carry out a re-assessment",
    "reassess.final": "The final EHC plan after the re-assessment",
    "review.decision": "Your decision whether to maintain, amend or cease the plan after the annual review",
    "review.notice": "Your amendment notice with the proposed changes to the plan",
    "review.final": "The amended final EHC plan",
    "mediation.agreed_time": "What you agreed in mediation",
    "rebased.agreed_time": "The EHC plan that you agreed in mediation",
    "rebased.notify": "Your notice that you will carry out the EHC needs assessment",
    "rebased.draft": "The draft EHC plan",
    "rebased.final": "The final EHC plan",
    "order.assess_notify": "Your notice that you will carry out the EHC needs assessment",
    "order.assess_no_plan": "Your decision whether to issue an EHC plan",
    "order.assess_final": "The final EHC plan",
    "order.make_draft": "The draft EHC plan",
    "order.make_final": "The final EHC plan",
    "order.amend": "The amended EHC plan",
    "order.name": "The EHC plan that names the new school",
    "order.reconsider": "Your draft plan, or your refusal with reasons",
    "order.maintain": "Your confirmation that the plan is maintained",
    "order.cease": "Your confirmation that the plan has ceased",
}
# While these are late a child who has no plan yet goes without what it would secure.
SECURES = frozenset(
    ("ehcna.final", "rebased.draft", "rebased.final", "rebased.agreed_time", "order.assess_final", "order.make_draft",
     "order.make_final")
)  # fmt: skip
WITHOUT = "Each week without the plan is a week in which {child} goes without the provision that it would secure."
# The rules speak of the authority; a letter speaks to it.
SPOKEN = (("the authority's own", "your own"), ("its own", "your own"), ("that it will", "that you will"),
          ("by the authority", "by you"), ("with the authority", "with you"), ("the authority", "you"))  # fmt: skip


def name_of(rule: str, title: str) -> str:
    """The duty as the subject of a sentence; the title of its rule where there is no better name."""
    return NAMES.get(rule, title)


def in_heading(rule: str, title: str) -> str:
    """The same within a heading or a sentence."""
    name = name_of(rule, title)
    return name[:1].lower() + name[1:]


def effect_of(rule: str, child: str) -> str:
    return WITHOUT.format(child=child) if rule in SECURES else ""


def sum_of(found: Deadline) -> str:
    """How the date is worked out, after "was due on …: "; where the law sets two limits, both."""
    limits = [limit for limit in found.limits if limit.rule != found.rule]
    both = [_one(found), *(f"{_one(limit)}, which is {full_date(limit.due_on)}" for limit in limits)]
    return ", and not later than ".join(both)


def _one(found: Deadline) -> str:
    trigger = found.rule.trigger
    for ours, theirs in SPOKEN:
        trigger = re.sub(rf"\b{re.escape(ours)}\b", theirs, trigger)
    if found.rule.count == Days(0):
        if trigger.startswith("the day"):
            return trigger
        on = "the day on which" if trigger.startswith("you ") else "the day of"
        return f"{on} {trigger}"
    return f"{found.rule.count.words} {trigger} on {full_date(found.trigger_on)}"
