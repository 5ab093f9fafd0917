"""Gaps between the register and the plans, on the data page beside the register's own (law file 3.5)."""

from pupils.models.register import Code
from pupils.quality.checks import CENSUS, STATUS, Check, Mend, add_checks
from pupils.quality.facts import Gap
from sendco.clock import long_date
from staff.permissions import Permission as P

from ..models import Plan

PLANS = Mend("Record the plan", "ehcp:plan-new", P.CASE_EDIT, by="query")
PLAN = Mend("Open the plan", "ehcp:plan-detail", P.CASE_VIEW, by="target")


def _in_force(facts):
    """Plans that have not ceased, by pupil. One query a page, kept with the facts."""
    plans = facts.__dict__.get("plans_in_force")
    if plans is None:
        rows = Plan.objects.visible_to(facts.acting).filter(ceased_on=None, pupil__left_on=None)
        plans = {row["pupil_id"]: row for row in rows.order_by().values("pupil_id", "pk", "made_on")}
        facts.__dict__["plans_in_force"] = plans
    return plans


def e_without_plan(facts):
    plans = _in_force(facts)
    return [Gap(pk) for pk in facts.on(Code.PLAN) if pk not in plans]


def plan_without_date(facts):
    plans = _in_force(facts)
    return [Gap(pk, target=plans[pk]["pk"]) for pk in facts.on(Code.PLAN) if pk in plans and not plans[pk]["made_on"]]


def plan_but_not_e(facts):
    plans = _in_force(facts)
    pupils = [pk for code in (Code.SUPPORT, Code.NONE) for pk in facts.on(code)]
    return [
        Gap(pk, f"Plan of {long_date(plans[pk]['made_on'])}") for pk in pupils if pk in plans and plans[pk]["made_on"]
    ]


def register_checks():
    add_checks(
        Check(
            "e-plan",
            CENSUS,
            "pupil on E has no plan recorded",
            "pupils on E have no plan recorded",
            "E means that a final plan was issued. Its date starts the clock of the reviews.",
            e_without_plan,
            PLANS,
        ),
        Check(
            "plan-date",
            CENSUS,
            "pupil on E has a plan without its date",
            "pupils on E have a plan without its date",
            "Without the date nobody can say when the next review is due. Ask the authority.",
            plan_without_date,
            PLAN,
        ),
        Check(
            "plan-not-e",
            CENSUS,
            "pupil has a final plan and is not on E",
            "pupils have a final plan and are not on E",
            "From the day of the final plan the census asks for E.",
            plan_but_not_e,
            STATUS,
        ),
    )
