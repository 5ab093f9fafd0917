"""Put something to a council or an agency, chase it, note the reply, and say what came of it."""

from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from sendco.audit import services as audit
from sendco.files import services as files
from sendco.files.models import StoredFile
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import User
from staff.owed import bring_up_to_date
from staff.saving import save_versioned

from ..models import Challenge, ChallengeStep
from ..seeing import sees
from .refusals import ChallengeReason

PURPOSE = "challenge paper"


def _save(row: Any, *, by: User) -> Any:
    with audit.saving(row, by=by):
        row.save()
    return row


def _note(row: Challenge, code: str, text: str, *, by: User, on: date | None = None) -> Challenge:
    audit.record(code, row, text=text, by=by, school_id=row.school_id, pupil_id=row.pupil_id, happened_on=on)
    bring_up_to_date(row)
    return row


def _open(challenge: Challenge, version: int | None = None) -> Challenge:
    """The row, taken for the transaction. Raises ChangedMeanwhile where another version than this one stands."""
    row = _locked(challenge)
    if row.ended_on:
        raise Refused(ChallengeReason.CHALLENGE_ENDED, day=row.ended_on)
    if version is not None and row.version != version:
        raise ChangedMeanwhile(row)
    return row


def _locked(challenge: Challenge) -> Challenge:
    rows = Challenge.objects.select_for_update(of=("self",)).select_related("school", "pupil", "agency")
    return rows.get(pk=challenge.pk)


@transaction.atomic
def save_challenge(*, challenge: Challenge, values: dict[str, Any], version: int, by: User) -> Challenge:
    """Write it, or change it while it is open. Raises ChangedMeanwhile."""
    if values["agency"] is None and not values["name"].strip():
        raise Refused(ChallengeReason.WHOM_UNSAID, field="agency")
    owner = values.get("owner")
    about = challenge.pupil
    if owner is not None and owner.pk != challenge.owner_id and about is not None and not sees(owner, about):
        raise Refused(ChallengeReason.OWNER_CANNOT_SEE, person=owner.name, field="owner")
    if values["reply_by"] < values["raised_on"]:
        raise Refused(ChallengeReason.BY_BEFORE_RAISED, day=values["raised_on"], field="reply_by")
    is_new = challenge.pk is None
    if not is_new:
        row = _open(challenge)
        if row.replied_on and row.replied_on < values["raised_on"]:
            raise Refused(ChallengeReason.REPLIED_BEFORE_RAISED, day=values["raised_on"], field="raised_on")
    saved, changed = save_versioned(challenge, values, version=version, by=by)
    if changed:
        code = "challenge.raised" if is_new else "challenge.changed"
        _note(saved, code, f"Challenge to {saved.whom}: {saved.about}", by=by, on=saved.raised_on)
    return saved


@transaction.atomic
def add_step(
    *, challenge: Challenge, done_on: date, words: str, by: User, reply_by: date | None = None,
    version: int | None = None, upload: UploadedFile | None = None, in_letter: bool = False,
) -> Challenge:  # fmt: skip
    """What was done since. `reply_by`: until when a reply is expected now. `upload`: the paper that shows it, such as
    the letter sent or the answer received. `in_letter`: it may be said to them. Raises FileRefused."""
    row = _open(challenge, version)
    if done_on < row.raised_on:
        raise Refused(ChallengeReason.STEP_BEFORE_RAISED, day=row.raised_on, field="done_on")
    if reply_by is not None:
        if reply_by < done_on:
            raise Refused(ChallengeReason.BY_BEFORE_RAISED, day=done_on, field="reply_by")
        row.reply_by, row.version = reply_by, row.version + 1
        _save(row, by=by)
    step = ChallengeStep(challenge=row, done_on=done_on, words=words, by=by, in_letter=in_letter)
    if upload is not None:
        step.file_id = _store(row, upload, by=by).pk
    _save(step, by=by)
    return _note(row, "challenge.step", f"Challenge to {row.whom}: {words}"[:300], by=by, on=done_on)


@transaction.atomic
def change_step(
    *, step: ChallengeStep, values: dict[str, Any], version: int, by: User, upload: UploadedFile | None = None
) -> ChallengeStep:
    """Put a step right; a new paper takes the place of the one before, `file_id` None takes it away. Raises
    FileRefused."""
    row = _open(step.challenge)
    if values["done_on"] < row.raised_on:
        raise Refused(ChallengeReason.STEP_BEFORE_RAISED, day=row.raised_on, field="done_on")
    if upload is not None:
        values = values | {"file_id": _store(row, upload, by=by).pk}
    had, (saved, changed) = step.file_id, save_versioned(step, values, version=version, by=by)
    if changed:
        text = "Paper of a challenge changed" if saved.file_id != had else f"Challenge to {row.whom}: step put right"
        _note(row, "challenge.step_changed", text, by=by)
    return saved


def _store(row: Challenge, upload: UploadedFile, *, by: User) -> StoredFile:
    return files.store(upload=upload, school_id=row.school_id, pupil_id=row.pupil_id, by=by, purpose=PURPOSE)


def file_of(step: ChallengeStep) -> StoredFile | None:
    """The stored paper of a step: of the same school and child, or None."""
    row = step.challenge
    return StoredFile.objects.filter(pk=step.file_id or 0, school_id=row.school_id, pupil_id=row.pupil_id).first()


@transaction.atomic
def note_reply(
    *, challenge: Challenge, replied_on: date | None, reply: str, by: User, version: int | None = None
) -> Challenge:
    """The reply came; without a day it is taken back, as when it was another's."""
    row = _open(challenge, version)
    if replied_on is not None and replied_on < row.raised_on:
        raise Refused(ChallengeReason.REPLIED_BEFORE_RAISED, day=row.raised_on, field="replied_on")
    row.replied_on, row.reply, row.version = replied_on, reply, row.version + 1
    _save(row, by=by)
    text = f"{row.whom} replied" if replied_on else f"Reply of {row.whom} taken back"
    return _note(row, "challenge.reply", text, by=by, on=replied_on)


@transaction.atomic
def end(
    *, challenge: Challenge, ended_on: date, outcome: str, end_note: str, by: User, version: int | None = None
) -> Challenge:
    row = _open(challenge, version)
    if ended_on < row.raised_on:
        raise Refused(ChallengeReason.ENDED_BEFORE_RAISED, day=row.raised_on, field="ended_on")
    row.ended_on, row.outcome, row.end_note, row.version = ended_on, outcome, end_note, row.version + 1
    _save(row, by=by)
    return _note(row, "challenge.ended", f"{row.about}: {row.get_outcome_display().lower()}", by=by, on=ended_on)


@transaction.atomic
def reopen(*, challenge: Challenge, by: User) -> Challenge:
    row = _locked(challenge)
    if row.ended_on is None:
        raise Refused(ChallengeReason.CHALLENGE_OPEN)
    row.ended_on, row.outcome, row.end_note, row.version = None, "", "", row.version + 1
    _save(row, by=by)
    return _note(row, "challenge.reopened", f"Challenge to {row.whom} opened again", by=by)
