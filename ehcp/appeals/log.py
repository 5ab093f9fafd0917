"""The log of an appeal, declared once: its three parts in the order of the law, and each fact that they hold."""

from dataclasses import dataclass

from ..models import Appeal


@dataclass(frozen=True)
class Line:
    """One fact of the log. `told` is what the trail says of it, `stage` how the appeal stands from then on."""

    field: str
    label: str
    told: str = ""
    stage: str = ""


@dataclass(frozen=True)
class Part:
    """What is entered on one page, under the law it rests on. `code` stands in its address."""

    code: str
    title: str
    law: str
    lines: tuple[Line, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(line.field for line in self.lines)


MEDIATION = Part(
    "mediation",
    "Mediation",
    "SEND Regulations 2014, regs 32 to 39",
    (
        Line("contacted_on", "Adviser contacted", "mediation adviser contacted", "Mediation adviser contacted"),
        Line("wants_mediation", "Parent wants mediation"),
        Line("told_on", "Adviser or authority told", stage="Mediation asked about"),
        Line("mediation_on", "Mediation ended", "mediation ended", "Mediation ended"),
        Line(
            "certificate_on",
            "Certificate issued",
            "mediation certificate issued",
            "Certificate: the appeal can be lodged",
        ),
    ),
)
TRIBUNAL = Part(
    "tribunal",
    "The Tribunal",
    "Tribunal Procedure Rules 2008 (HESC), rules 20 and 21",
    (
        Line("lodged_on", "Appeal lodged", "appeal lodged", "Appeal lodged"),
        Line("sent_to_la_on", "Sent to the authority"),
        Line("la_responded_on", "Authority's response", "authority responded"),
        Line("school_evidence_by", "School's evidence wanted by"),
        Line("school_evidence_on", "School's evidence sent", "school's evidence sent"),
        Line("hearing_on", "Hearing", "hearing fixed", "Hearing fixed"),
    ),
)
ORDER = Part(
    "order",
    "Outcome and order",
    "SEND Regulations 2014, regs 42, 44 and 45",
    (
        Line("outcome", "Outcome"),
        Line("order", "The authority has to"),
        Line(
            "order_on",
            "Order or agreement sent out",
            "order or agreement",
            "Order or agreement: to be carried out",
        ),
        Line("agreed_by_on", "Other time agreed in writing"),
        Line("other_steps", "Other steps agreed in mediation"),
        Line("other_by", "Other steps to be done by"),
        Line("other_done_on", "Other steps done", "other steps agreed in mediation done"),
        Line("draft_on", "First step done"),
        Line("complied_on", "Carried out", "authority did what was ordered", "The authority did what was ordered"),
    ),
)
PARTS = (MEDIATION, TRIBUNAL, ORDER)
LINES = tuple(line for part in PARTS for line in part.lines)
CHANGEABLE = (*(line.field for line in LINES), "note")
# An appeal about Section I alone needs no mediation.
FREE_OF_MEDIATION = "Not needed for an appeal about Section I alone (s55(2))"


def stage_of(case: Appeal) -> Line | None:
    """The last fact that says how the appeal stands; None before the first of them."""
    return next((line for line in reversed(LINES) if line.stage and getattr(case, line.field)), None)
