"""What only a person can decide about a row or a whole file, before anything is applied.

A question keeps, with each of its options, what choosing it would store: choosing changes nothing else, and the preview
shows the words of what Apply will do. Nothing is asked twice: an answer about a pupil is remembered with what the file
said, see `ImportDecision`.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from .notes import Note

LEAVE_OUT, TAKE = "out", "take"


@dataclass(frozen=True)
class Option:
    """One answer. `sets` are values of a new pupil by field; `fields` are stored differences of a pupil who is here."""

    id: str
    label: Note
    sets: dict[str, Any] = field(default_factory=dict)
    fields: tuple[dict[str, Any], ...] = ()
    notes: tuple[dict[str, Any], ...] = ()

    def as_stored(self) -> dict[str, Any]:
        kept = {"id": self.id, "label": self.label.as_stored(), "sets": self.sets}
        return kept | {"fields": list(self.fields), "notes": list(self.notes)}

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> "Option":
        label = Note.from_stored(stored["label"])
        return cls(stored["id"], label, stored["sets"], tuple(stored["fields"]), tuple(stored["notes"]))


@dataclass(frozen=True)
class Question:
    """`says` is what the file says: rows that say the same are asked about together, and an answer is kept by it."""

    key: str
    note: Note
    says: str
    options: tuple[Option, ...]
    answer: str = ""

    @property
    def is_open(self) -> bool:
        return not self.answer

    @property
    def chosen(self) -> Option | None:
        return next((option for option in self.options if option.id == self.answer), None)

    def answered(self, answer: str) -> "Question":
        """The same question with an answer; one that is no option of it leaves the question open."""
        return replace(self, answer=answer if any(option.id == answer for option in self.options) else "")

    def as_stored(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "note": self.note.as_stored(),
            "says": self.says,
            "options": [option.as_stored() for option in self.options],
            "answer": self.answer,
        }

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> "Question":
        options = tuple(Option.from_stored(option) for option in stored["options"])
        return cls(stored["key"], Note.from_stored(stored["note"]), stored["says"], options, stored["answer"])
