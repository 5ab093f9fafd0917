"""What is done while a plan runs: strategies, notes with evidence, and what the child and the parents say."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.files import services as files
from sendco.files.models import StoredFile
from sendco.refusals import Refused
from staff.models import User
from staff.saving import save_versioned

from ...models import PlanNote, PlanStrategy, PlanVoice, PracticeNote, SupportPlan
from ...practice.services import save_note as save_practice
from ..refusals import SupportPlanReason, TargetReason
from .plans import locked, note

PURPOSE = "plan evidence"


@transaction.atomic
def add_strategy(*, plan: SupportPlan, values: dict[str, Any], by: User) -> PlanStrategy:
    row = locked(plan)
    strategy = PlanStrategy(plan=row, added_by=by)
    saved, _ = save_versioned(strategy, values, version=1, by=by)
    note("support.strategy_added", row, f"Strategy added: {saved.text}", by=by)
    return saved


@transaction.atomic
def change_strategy(*, strategy: PlanStrategy, values: dict[str, Any], version: int, by: User) -> PlanStrategy:
    """One that says something else now is new: it has not been tried before."""
    row = locked(strategy.plan)
    if values.get("text", strategy.text) != strategy.text:
        values = values | {"times": 1}
    saved, changed = save_versioned(strategy, values, version=version, by=by)
    if changed:
        note("support.strategy_changed", row, f"Strategy changed: {saved.text}", by=by)
    return saved


@transaction.atomic
def end_strategy(*, strategy: PlanStrategy, end_note: str, by: User) -> None:
    row = locked(strategy.plan)
    stored = PlanStrategy.objects.select_for_update(of=("self",)).get(pk=strategy.pk)
    if stored.ended_on:
        return
    stored.ended_on, stored.end_note, stored.version = timezone.localdate(), end_note, stored.version + 1
    with audit.saving(stored, by=by):
        stored.save(update_fields=["ended_on", "end_note", "version"])
    note("support.strategy_ended", row, f"Strategy ended: {stored.text}", by=by)


@transaction.atomic
def share_strategy(*, strategy: PlanStrategy, title: str, text: str, needs: list[str], by: User) -> PracticeNote:
    """Put a strategy into what works here, for every colleague. Raises Refused where it names a child."""
    row = locked(strategy.plan, open_only=False)
    found = save_practice(
        note=PracticeNote(school=row.pupil.school),
        values={"title": title, "text": text, "needs": needs, "source": ""},
        version=1,
        by=by,
    )
    stored = PlanStrategy.objects.select_for_update(of=("self",)).get(pk=strategy.pk)
    stored.note = found
    with audit.saving(stored, by=by):
        stored.save(update_fields=["note"])
    return found


# --- Notes and evidence ------------------------------------------------------------------------------------------
@transaction.atomic
def save_plan_note(
    *, plan_note: PlanNote, values: dict[str, Any], version: int, by: User, upload: UploadedFile | None = None
) -> PlanNote:
    """Add or change a note. Raises FileRefused; a picture is kept without its place, camera and remarks."""
    row = locked(plan_note.plan)
    if values["happened_on"] > timezone.localdate():
        raise Refused(TargetReason.VALUE_IN_FUTURE, field="happened_on")
    if upload is not None:
        stored = files.store(
            upload=upload, school_id=row.pupil.school_id, pupil_id=row.pupil_id, by=by, purpose=PURPOSE
        )
        values = values | {"file_id": stored.pk}
    if plan_note.pk is None:
        plan_note.added_by = by
    saved, changed = save_versioned(plan_note, values, version=version, by=by)
    if changed:
        text = f"{saved.get_kind_display()} on the {row.kind.name}"
        note("support.note_saved", row, text, by=by, happened_on=saved.happened_on)
    return saved


@transaction.atomic
def remove_plan_note(*, plan_note: PlanNote, by: User) -> None:
    row = locked(plan_note.plan, open_only=False)
    stored = PlanNote.objects.select_for_update(of=("self",)).get(pk=plan_note.pk)
    if stored.removed_on:
        return
    stored.removed_on, stored.version = timezone.localdate(), stored.version + 1
    with audit.saving(stored, by=by):
        stored.save(update_fields=["removed_on", "version"])
    note("support.note_removed", row, f"{stored.get_kind_display()} removed", by=by)


def file_of(plan_note: PlanNote) -> StoredFile | None:
    """The stored file of a note: of the same school and pupil, or None."""
    pupil = plan_note.plan.pupil
    return StoredFile.objects.filter(pk=plan_note.file_id or 0, school_id=pupil.school_id, pupil_id=pupil.pk).first()


# --- Voices ------------------------------------------------------------------------------------------------------
@transaction.atomic
def save_voice(*, voice: PlanVoice, values: dict[str, Any], version: int, by: User) -> PlanVoice:
    """Keep what one person says. What the same person said before stays in the history; others' words are theirs."""
    row = locked(voice.plan)
    if values["said_on"] > timezone.localdate():
        raise Refused(TargetReason.VALUE_IN_FUTURE, field="said_on")
    contact = values.get("contact", voice.contact)
    if contact is not None and contact.do_not_contact:
        raise Refused(SupportPlanReason.CONTACT_NOT_TO_ASK, field="contact")
    if voice.pk is None:
        voice.taken_by = by
        stage = values.get("stage", voice.stage)
        there = PlanVoice.objects.filter(plan=row, stage=stage, contact=contact, removed_on=None).first()
        if there:
            raise Refused(SupportPlanReason.VOICE_THERE, day=there.said_on, field="contact")
    saved, changed = save_versioned(voice, values, version=version, by=by)
    if changed:
        who = saved.contact.name if saved.contact else row.pupil.forename
        note("support.voice_kept", row, f"Views of {who}", by=by, happened_on=saved.said_on)
    return saved


@transaction.atomic
def remove_voice(*, voice: PlanVoice, by: User) -> None:
    row = locked(voice.plan)
    stored = PlanVoice.objects.select_for_update(of=("self",)).get(pk=voice.pk)
    if stored.removed_on:
        return
    stored.removed_on, stored.version = timezone.localdate(), stored.version + 1
    with audit.saving(stored, by=by):
        stored.save(update_fields=["removed_on", "version"])
    note("support.voice_removed", row, "Views removed", by=by)
