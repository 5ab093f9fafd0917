"""What an answer does to a row of a preview: which fields it brings, and whether anything of the row is chosen."""

from typing import Any

from ...models import ImportChange
from ..fields import BACK
from ..questions import LEAVE_OUT, Question

Kind, Answer = ImportChange.Kind, ImportChange.Answer


def told_by(reasons: list[Any]) -> str:
    """The codes of notes, each between spaces."""
    codes = dict.fromkeys(reason["code"] for reason in reasons)
    return f" {' '.join(codes)} " if codes else ""


def ask(change: ImportChange, questions: list[Question]) -> None:
    """Keep the questions of a change, and let the answers that there are take effect."""
    change.questions = [question.as_stored() for question in questions]
    change.asked = len(questions)
    change.unanswered = sum(question.is_open for question in questions)
    if questions and change.kind == Kind.NEW:
        change.is_chosen = True  # unless `settle` finds a reason against it
    settle(change)


def settle(change: ImportChange) -> None:
    """Say whether a change is chosen: nothing is while a question about it is open, or was answered by leaving it out.

    The fields that an answer brings stand beside the others, in place of one of the same key; so do its notes.
    """
    questions = [Question.from_stored(stored) for stored in change.questions]
    brought = [
        {**item, "asked": question.key} for question in questions if question.chosen for item in question.chosen.fields
    ]
    if questions:
        keys = {item["key"] for item in brought}
        own = [item for item in change.fields if not item.get("asked")]
        aside = change.data.get("aside", [])
        own += [item for item in aside if item["key"] not in {each["key"] for each in own}]
        change.data["aside"] = [item for item in own if item["key"] in keys]
        change.fields = [item for item in own if item["key"] not in keys] + brought
        told = [{**note, "asked": True} for question in questions if question.chosen for note in question.chosen.notes]
        change.reasons = [reason for reason in change.reasons if not reason.get("asked")] + told
        change.told = told_by(change.reasons)
    if change.kind == Kind.CHANGED or (change.kind == Kind.COMPARE and change.answer == Answer.SAME):
        change.is_chosen = _takes_effect(change.fields)
    if any(question.is_open or question.answer == LEAVE_OUT for question in questions):
        change.is_chosen = False


def _takes_effect(fields: list[dict[str, Any]]) -> bool:
    """Of a pupil who had left nothing is taken in unless they have come back."""
    back = next((item for item in fields if item["key"] == BACK.name), None)
    return back["chosen"] if back else any(item["chosen"] for item in fields)


def take_candidate(change: ImportChange, pupil_id: int) -> bool:
    """Make a row that looks like a pupil one about this pupil. Returns whether the pupil is one of its candidates."""
    found = next((each for each in change.data["candidates"] if each["pupil"] == pupil_id), None)
    if found is None:
        return False
    change.answer, change.pupil_id = Answer.SAME, pupil_id
    change.fields, change.data["seen"] = found["fields"], found["seen"]
    change.data.pop("aside", None)
    ask(change, [Question.from_stored(stored) for stored in found.get("questions", [])])
    return True
