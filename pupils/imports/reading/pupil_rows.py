"""One pupil as an import file tells it, with what is wrong."""

from dataclasses import asdict, dataclass, field

from .columns import FIELD_LABELS

NAME_FIELDS = ("legal_surname", "legal_forename")


@dataclass
class Problem:
    field: str  # "" when it concerns the row as a whole
    message: str
    fatal: bool = False  # a fatal problem keeps the row out


@dataclass
class ImportRow:
    """One pupil of the file. `data` holds only fields whose column is mapped; None stands for an empty cell."""

    number: int
    data: dict = field(default_factory=dict)
    needs: list[dict] = field(default_factory=list)
    sen_history: list[dict] = field(default_factory=list)
    contacts: list[dict] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    raw: dict = field(default_factory=dict)
    folded: list[dict] = field(default_factory=list)  # {"number", "raw"} of further rows about this pupil

    @property
    def is_rejected(self):
        return any(problem.fatal for problem in self.problems)

    @property
    def reasons(self):
        return [problem.message for problem in self.problems if problem.fatal]

    @property
    def numbers(self):
        return [self.number, *(row["number"] for row in self.folded)]

    def as_dict(self):
        return asdict(self)

    @classmethod
    def from_dict(cls, data):
        return cls(**{**data, "problems": [Problem(**problem) for problem in data["problems"]]})


def person(row):
    """Return surname, forename and date of birth, in a form that can be compared."""
    return tuple((row.data.get(name) or "").casefold() for name in (*NAME_FIELDS, "birth_on"))


def label(name):
    return FIELD_LABELS.get(name, name)
