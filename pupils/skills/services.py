"""Saying which skills children need."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.refusals import Refused
from staff.models import School, Skill, User

from ..models import NeedType, Pupil, PupilSkill, SkillTag
from .refusals import SkillReason


@transaction.atomic
def add_tag(*, school: School, skill: Skill, need_type: NeedType | None, flag: str, by: User) -> SkillTag:
    """Every child with this need, or this flag, needs the skill."""
    if bool(need_type) == bool(flag):
        raise Refused(SkillReason.NEED_OR_FLAG, field="need_type")
    tag = SkillTag(school=school, skill=skill, need_type=need_type, flag=flag)
    try:
        with transaction.atomic(), audit.saving(tag, by=by):
            tag.save()
    except IntegrityError as error:
        raise Refused(SkillReason.TAGGED, skill=skill.name, field="skill") from error
    audit.record("training.tag_added", tag, text=f"{skill.name} is asked for by a need or flag", by=by)
    return tag


@transaction.atomic
def remove_tag(*, tag: SkillTag, by: User) -> None:
    audit.record("training.tag_removed", tag, text=f"{tag.skill.name} is no longer asked for by a need or flag", by=by)
    with audit.saving(tag, by=by):
        tag.delete()


@transaction.atomic
def add_skill(*, pupil: Pupil, skill: Skill, source: str, by: User) -> PupilSkill:
    """This child needs adults with the skill, from today."""
    row = PupilSkill(pupil=pupil, skill=skill, source=source)
    try:
        with transaction.atomic(), audit.saving(row, by=by):
            row.save()
    except IntegrityError as error:
        raise Refused(SkillReason.NEEDED, pupil=pupil.name, skill=skill.name, field="skill") from error
    text = f"{pupil.name} needs adults trained in {skill.name}"
    audit.record("pupil.skill_added", row, text=text, by=by, school_id=pupil.school_id)
    return row


@transaction.atomic
def end_skill(*, row: PupilSkill, by: User) -> None:
    """It is no longer needed: yesterday was the last day."""
    current = PupilSkill.objects.select_for_update(of=("self",)).select_related("pupil", "skill").get(pk=row.pk)
    if current.ends_on:
        return
    yesterday = timezone.localdate() - timedelta(days=1)
    text = f"{current.pupil.name} no longer needs adults trained in {current.skill.name}"
    audit.record("pupil.skill_ended", current, text=text, by=by, school_id=current.pupil.school_id)
    with audit.saving(current, by=by):
        if yesterday < current.starts_on:
            current.delete()
            return
        current.ends_on = yesterday
        current.save(update_fields=["ends_on"])
