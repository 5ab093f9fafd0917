"""Mediation, appeal to the Tribunal, and what the authority owes after an order, a concession or an agreement."""

from dataclasses import dataclass, replace
from datetime import date

from sendco.clock import Days, Duty, LodgingMonths, Rule, TribunalDays, Unit, Weeks, WorkingDays, deadline

from .counting import MonthsToOffice
from .limits import later
from .rows import CFA, REGS, TRIBUNAL_RULES, days, law, practice

LETTER = "the authority sent its written notice of the decision"
MEDIATION = law(
    code="appeal.mediation",
    title="Contact with the mediation adviser",
    duty=Duty.PARENT,
    authority=f"{REGS}, reg 33",
    trigger=LETTER,
    count=MonthsToOffice(2),
    example=days("2026-11-17", "2027-01-17"),
)
CERTIFICATE = law(
    code="appeal.certificate",
    title="Mediation certificate",
    duty=Duty.OTHER,
    authority=f"{REGS}, reg 34: by the mediation adviser",
    trigger="the parent told the adviser that they do not want mediation",
    count=WorkingDays(3),
    example=days("2026-12-18", "2026-12-23"),
)
ARRANGE = law(
    code="appeal.arrange",
    title="Mediation",
    duty=Duty.LA,
    authority=f"{REGS}, regs 35 to 37",
    trigger="the parent told the authority that they want mediation",
    count=Days(30),
    example=days("2027-01-05", "2027-02-04"),
)
ARRANGE_HEALTH = replace(
    ARRANGE,
    title="Mediation about health care alone",
    duty=Duty.HEALTH,
    trigger="the authority told the health body that the parent wants mediation",
)
NOT_HELD = law(
    code="appeal.certificate_not_held",
    title="Mediation certificate",
    duty=Duty.OTHER,
    authority=f"{REGS}, regs 35 to 39: by the mediation adviser",
    trigger="the adviser was told that mediation cannot be held within the 30 days",
    count=WorkingDays(3),
    example=days("2027-01-29", "2027-02-03"),
)
CERTIFICATE_AFTER = law(
    code="appeal.certificate_after",
    title="Mediation certificate",
    duty=Duty.OTHER,
    authority=f"{REGS}, reg 39: by the mediation adviser",
    trigger="mediation ended",
    count=WorkingDays(3),
    example=days("2027-01-29", "2027-02-03"),
)
LODGE = law(
    code="appeal.lodge",
    title="Appeal received by the Tribunal",
    duty=Duty.PARENT,
    authority=f"{CFA} s51 and s55; {TRIBUNAL_RULES}, r12 and r20(1)(c)",
    trigger=LETTER,
    count=LodgingMonths(2),
    example=days("2026-11-17", "2027-01-18"),
)
LODGE_CERTIFICATE = replace(
    LODGE,
    trigger="the date of issue of the mediation certificate",
    count=LodgingMonths(1),
    example=days("2027-01-08", "2027-02-08"),
)
RESPONSE = law(
    code="appeal.response",
    title="Authority's response to the appeal",
    duty=Duty.LA,
    authority=f"{TRIBUNAL_RULES}, with r12(3)(b)",
    trigger="the appeal was sent to the authority",
    count=TribunalDays(30),
    example=days("2026-11-16", "2027-01-05"),
)
EVIDENCE = law(
    code="appeal.evidence",
    title="School's evidence to the Tribunal",
    duty=Duty.SCHOOL,
    authority="The date that the Tribunal gave in its directions",
    trigger="the date in the Tribunal's letter",
    count=Days(0),
    example=days("2027-03-01", "2027-03-01"),
)


def lodging_end(letter_on, certificate_on=None, calendar=None, *, placement_only=False):
    """Last day for the Tribunal to have the appeal: the later of two limits once there is a certificate.

    An appeal about Section I alone needs no certificate (CFA s55(2)), so none moves it.
    """
    if placement_only:
        certificate_on = None
    return later(deadline(LODGE, letter_on, calendar), deadline(LODGE_CERTIFICATE, certificate_on, calendar))


# --- After an order, a concession or an agreement ----------------------------------------------------------------
# Reg 45 as SI 2015/359 amended it: the times for appeals that the authority does not oppose.
UNOPPOSED_FROM = date(2015, 4, 1)
ORDER, UNOPPOSED, AGREED, REVERSED = "order", "unopposed", "mediation", "own"
OMBUDSMAN = "Ombudsman practice: the time after an order, counted from"
# Reg 42(2): the authority keeps the times of reg 44 as if the written agreement were an order.
AGREEMENT = "reg 42(2) with {reg}; not where another time was agreed in writing (reg 42(5))"


@dataclass(frozen=True)
class Step:
    """One thing the authority owes afterwards. `order_reg` and `unopposed_reg` are its two regulations; a step without
    the second is not owed by an authority that will not oppose. `own`: the Ombudsman counts alike after the authority's
    own change of mind.
    """

    name: str
    title: str
    what: str
    count: Unit
    order_reg: str
    unopposed_reg: str = ""
    own: bool = False
    example: tuple[str, str] = ()
    check: str = ""


ASSESS, MAKE = "assess", "make a plan"
AFTER_ASSESS = (
    Step(
        *("notify", "Notice that it will assess", ASSESS, Weeks(2), "reg 44(2)(b)", "reg 45(3)", True),
        example=("2026-11-18", "2026-12-02"),
    ),
    Step(
        *("no_plan", "Notice that there will be no plan", ASSESS, Weeks(10), "reg 44(2)(b)", "reg 45(3A)", True),
        example=("2026-11-18", "2027-01-27"),
    ),
    Step(
        *("final", "Final plan", ASSESS, Weeks(14), "reg 44(2)(b)", "reg 45(3A)", True),
        example=("2026-11-18", "2027-02-24"),
    ),
)
AFTER_MAKE = (
    Step(
        *("draft", "Draft plan", MAKE, Weeks(5), "reg 44(2)(c)", "reg 45"),
        example=("2026-11-18", "2026-12-23"),
    ),
    Step(
        *("final", "Final plan", MAKE, Weeks(11), "reg 44(2)(c)", "reg 45"),
        example=("2026-11-18", "2027-02-03"),
    ),
)
AFTER_OTHERS = (
    Step(
        *("amend", "Amended plan", "amend the plan", Weeks(5), "reg 44(2)(e)", "reg 45(4)"),
        example=("2026-11-18", "2026-12-23"),
    ),
    Step(
        *("name", "Plan with the school changed", "change the school named", Weeks(2), "reg 44(2)(f)", "reg 45"),
        example=("2026-11-18", "2026-12-02"),
    ),
    Step(
        *("reconsider", "Draft plan or a refusal with reasons", "reconsider", Weeks(2), "reg 44(2)(d)"),
        example=("2026-11-18", "2026-12-02"),
        check="the two weeks, which are as under the 2001 Regulations; what was ordered or agreed may say otherwise.",
    ),
    Step(
        *("maintain", "Plan kept in force", "go on maintaining the plan", Days(0), "reg 44", "reg 45"),
        example=("2026-11-18", "2026-11-18"),
    ),
    Step(
        *("cease", "End of the plan", "cease the plan", Days(0), "reg 44(2)(a)"),
        example=("2026-11-18", "2026-11-18"),
    ),
)


def _after(step, code):
    """The rows of one step: after an order, unopposed, agreed in mediation, and the authority's own change of mind."""
    row = {"code": code, "title": step.title, "duty": Duty.LA, "count": step.count, "example": days(*step.example)}
    checked = law(**row, trigger=f"the Tribunal's order to {step.what}", authority=f"{REGS}, {step.order_reg}")
    checked = replace(checked, check=step.check)
    agreement = f"{REGS}, {AGREEMENT.format(reg=step.order_reg)}"
    rows = {
        ORDER: checked,
        AGREED: replace(checked, trigger=f"the mediation agreement to {step.what}", authority=agreement),
    }
    if step.unopposed_reg:
        trigger = f"the authority told the Tribunal that it will not oppose an order to {step.what}"
        unopposed = law(**row, trigger=trigger, authority=f"{REGS}, {step.unopposed_reg}")
        rows[UNOPPOSED] = replace(unopposed, valid_from=UNOPPOSED_FROM)
    if step.own:
        trigger = "the authority changed its own refusal to assess"
        rows[REVERSED] = practice(**row, trigger=trigger, authority=f"{OMBUDSMAN} the authority's change of mind")
    return rows


# {what the authority must do: [{outcome: row}]}, for the refusal of a request and for an appeal of its own.
REBASED: dict[str, list[dict[str, Rule]]] = {
    "assess": [_after(step, f"rebased.{step.name}") for step in AFTER_ASSESS],
    "plan": [_after(step, f"rebased.{step.name}") for step in AFTER_MAKE],
}
ORDERS: dict[str, list[dict[str, Rule]]] = {
    "assess": [_after(step, f"order.assess_{step.name}") for step in AFTER_ASSESS],
    "make": [_after(step, f"order.make_{step.name}") for step in AFTER_MAKE],
    **{step.name: [_after(step, f"order.{step.name}")] for step in AFTER_OTHERS},
}


# What mediation alone brings: steps that no appeal could order, and other times agreed in writing.
OTHER_STEPS = law(
    code="mediation.other",
    title="Steps agreed in mediation that cannot be appealed",
    duty=Duty.LA,
    authority=f"{REGS}, reg 42(3)",
    trigger="the mediation agreement with the authority",
    count=Weeks(2),
    example=days("2026-11-18", "2026-12-02"),
)
OTHER_STEPS_HEALTH = replace(OTHER_STEPS, duty=Duty.HEALTH, trigger="the mediation agreement with the health body")
TELL_AUTHORITY = law(
    code="mediation.tell_authority",
    title="Authority told what was agreed without it",
    duty=Duty.HEALTH,
    authority=f"{REGS}, reg 42(4)",
    trigger="the mediation agreement in which the authority took no part",
    count=Weeks(1),
    example=days("2026-11-18", "2026-11-25"),
)
AGREED_TIME = law(
    code="mediation.agreed_time",
    title="What was agreed in mediation",
    duty=Duty.LA,
    authority=f"{REGS}, reg 42(5): the time agreed in writing takes the place of those in regs 42 and 44",
    trigger="the day agreed in writing",
    count=Days(0),
    example=days("2027-03-31", "2027-03-31"),
)


AGREED_TIME_OF_REQUEST = replace(AGREED_TIME, code="rebased.agreed_time", title="Plan by the time agreed in mediation")


def counted_again(to, outcome):
    """The rows of a request whose refusal fell, which take the place of those counted from the request: law after an
    order, an agreement in mediation or the authority's notice that it will not oppose, and the Ombudsman's practice
    after its own change of mind. None where nobody counts again: the first dates run on.
    """
    return [rows[outcome] for rows in REBASED[to] if outcome in rows]


RULES = (
    *(MEDIATION, CERTIFICATE, ARRANGE, ARRANGE_HEALTH, NOT_HELD, CERTIFICATE_AFTER, LODGE, LODGE_CERTIFICATE),
    *(RESPONSE, EVIDENCE, OTHER_STEPS, OTHER_STEPS_HEALTH, TELL_AUTHORITY, AGREED_TIME, AGREED_TIME_OF_REQUEST),
    *(row for table in (REBASED, ORDERS) for steps in table.values() for rows in steps for row in rows.values()),
)
