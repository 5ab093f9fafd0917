"""Flags of a pupil, such as free school meals. Confidential ones never end by themselves."""

from ..notes import Note, NoteCode
from ..parsing import values
from .base import Difference, Field, Shelf, Source, column


class Flag(Field):
    """A yes or a no. `kind` is the flag's code in the record."""

    def __init__(self, name, kind, column):
        super().__init__(name, column)
        self.kind = kind

    def compare(self, said):
        value, held = said.row.values.get(self), said.known.open_flag(self.kind)
        if value is None or value == bool(held):
            return
        is_secret, last = said.directory.is_confidential(self.kind), said.known.flags.get(self.kind)
        ours, theirs = ("No", "Yes") if value else ("Yes", "No")
        is_chosen = value or not is_secret
        yield Difference(
            f"flag:{self.kind}", said.directory.flag_label(self.kind), ours, theirs, value, is_chosen=is_chosen,
            is_confidential=is_secret, note=None if is_chosen else Note(NoteCode.ENDED_ONLY_WHEN_CHOSEN),
            source=Source.of(last, "ends_on" if value else "starts_on"),
        )  # fmt: skip

    def plan(self, said):
        return True if said.row.get(self) else None

    def begin(self, writer, value):
        writer.start_flag(self.kind, from_first_day=True)

    def apply(self, writer, difference):
        if difference.value:
            writer.start_flag(self.kind)
        else:
            writer.end_flag(self.kind)


FLAGS = (
    Flag(
        "fsm",
        "fsm",
        column(
            "fsm",
            "FSM; Free school meals; FSM eligible; Eligible for free meals; Free meals; FSM status; "
            "Free school meal; Eligible for FSM; Eligible for free school meals; FSM eligibility; Current FSM",
            values.parse_flag,
            Shelf.FLAGS,
        ),
    ),
    Flag(
        "pupil_premium",
        "pp",
        column(
            "pupil_premium",
            "Pupil Premium; PP; Pupil Premium Indicator; Pupil premium eligible; Pupil premium status; "
            "Pupil premium recipient; PPI; Disadvantaged; FSM6; FSM Ever 6; Ever 6 FSM; Ever6; "
            "Eligible for pupil premium; In receipt of pupil premium",
            values.parse_flag,
            Shelf.FLAGS,
        ),
    ),
    Flag(
        "eal",
        "eal",
        column(
            "eal",
            "EAL; English as an additional language; English additional language; EAL status; Is EAL; "
            "English as additional language; EAL pupil",
            values.parse_flag,
            Shelf.FLAGS,
        ),
    ),
    Flag(
        "looked_after",
        "lac",
        column(
            "looked_after",
            "Looked after; CLA; LAC; In care; Child looked after; Looked after child; In LEA care; "
            "Looked after status; In local authority care; Children looked after; Currently in care; In LA care; "
            "Care status; Looked after (in care)",
            values.parse_flag,
            Shelf.FLAGS,
        ),
    ),
    Flag(
        "child_in_need",
        "cin",
        column(
            "child_in_need",
            "Child in need; CIN; CIN status; Child in need plan; CIN plan; Children in need",
            values.parse_flag,
            Shelf.FLAGS,
        ),
    ),
    Flag(
        "child_protection",
        "cp",
        column(
            "child_protection",
            "Child protection plan; Child protection; CP plan; CP; CP status; CPP; Subject to child protection plan; "
            "On child protection plan",
            values.parse_flag,
            Shelf.FLAGS,
        ),
    ),
    Flag(
        "previously_looked_after",
        "plac",
        column(
            "previously_looked_after",
            "Previously looked after; PLAC; Post LAC; Ever in care; Post looked after; "
            "Previously looked after child; Previously LAC; Previously CLA; "
            "Post looked after arrangements; PLAA; Ever been in care; "
            "Adopted from care",
            values.parse_flag,
            Shelf.FLAGS,
        ),
    ),
    Flag(
        "service_child",
        "service",
        column(
            "service_child",
            "Service child; Service children; Service family; Services child; Armed forces child; "
            "Service children in education; Parent in armed forces; Service pupil; Service child in education; "
            "Service premium",
            values.parse_flag,
            Shelf.FLAGS,
        ),
    ),
    Flag(
        "young_carer",
        "carer",
        column(
            "young_carer",
            "Young carer; Young carers; Is young carer; Carer status; Young carer indicator; Young carer status",
            values.parse_flag,
            Shelf.FLAGS,
        ),
    ),
)
