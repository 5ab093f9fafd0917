"""Flags of a pupil, such as free school meals. Confidential ones never end by themselves."""

from ..notes import Note, NoteCode
from .base import Difference, Field, Source


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
