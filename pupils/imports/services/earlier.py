"""New pupils in plans that an earlier release made: read as if planned today, so that such a preview can be applied."""

from typing import Any

from ...models import ImportChange
from ..fields import BY_NAME, CLASS, CONTACTS, ENROLMENT, KEY_WORKER, SEN
from ..fields.pupil import PupilValue
from ..questions import Question


def planned_of(change: ImportChange) -> dict[str, Any]:
    """What a change stores about a new pupil: the value of each field by its name, as the answers about it make it."""
    planned = dict(change.data["new"]) if "new" in change.data else _planned_from_row(change.data["row"])
    for stored in change.questions:
        question = Question.from_stored(stored)
        if question.chosen:
            planned |= question.chosen.sets
    planned[SEN.name] = {"past_needs": [], "watch": None, "reason": "", **planned[SEN.name]}
    return planned


def _planned_from_row(row: dict[str, Any]) -> dict[str, Any]:
    planned = {name: row[name] for name, field in BY_NAME.items() if isinstance(field, PupilValue) and name in row}
    planned |= {BY_NAME[f"flag:{kind}"].name: True for kind in row["flags"]}
    planned[SEN.name] = {"code": row["code"], "start": row["sen_start"], "needs": row["needs"], "past": row["past"]}
    if row["contacts"]:
        planned[CONTACTS.name] = row["contacts"]
    if row.get("enrolment_type"):
        planned[ENROLMENT.name] = row["enrolment_type"]
    if row.get("key_worker"):
        planned[KEY_WORKER.name] = row["key_worker"]
    if row.get("group"):
        planned[CLASS.name] = {"name": row["group"], "is_new": row["group_is_new"]}
    return planned
