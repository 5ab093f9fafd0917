"""How many children on roll need each skill, and why."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet

from staff.acting import Acting
from staff.models import Skill

from ..models import Need, Pupil, PupilFlag, PupilSkill, SkillTag
from ..models.pupil import flag_kinds_for
from ..models.querysets import current


def wanted(acting: Acting, skills: Iterable[Skill], *, named: bool = False) -> dict[int, set[int]]:
    """{skill: the children on roll, in view, who need it}. Four queries, whatever the number of children.

    A child counts once, however many reasons there are. Where the children are `named`, a flag that this person may not
    see is no reason: the skill would tell of it.
    """
    skills = list(skills)
    pupils = Pupil.objects.visible_to(acting).on_roll().order_by()
    found: dict[int, set[int]] = defaultdict(set)
    own = PupilSkill.objects.filter(current(), skill__in=skills, pupil__in=pupils)
    for skill, pupil in own.order_by().values_list("skill", "pupil"):
        found[skill].add(pupil)
    by_need: dict[int, set[int]] = defaultdict(set)
    by_flag: dict[str, set[int]] = defaultdict(set)
    for skill, need, flag in SkillTag.objects.filter(skill__in=skills).values_list("skill", "need_type", "flag"):
        if need:
            by_need[need].add(skill)
        else:
            by_flag[flag].add(skill)
    if by_need:
        rows = Need.objects.filter(ends_on=None, need_type__in=by_need, pupil__in=pupils)
        for pupil, need in rows.order_by().values_list("pupil", "need_type"):
            for skill in by_need[need]:
                found[skill].add(pupil)
    if by_flag:
        kinds = by_flag.keys() & flag_kinds_for(acting) if named else by_flag.keys()
        flags = PupilFlag.objects.filter(current(), kind__in=kinds, pupil__in=pupils)
        for pupil, flag in flags.order_by().values_list("pupil", "kind"):
            for skill in by_flag[flag]:
                found[skill].add(pupil)
    return found


def skills_of(acting: Acting, pupil: Pupil) -> QuerySet[PupilSkill]:
    return PupilSkill.objects.visible_to(acting).filter(current(), pupil=pupil).select_related("skill")


def tags_of(acting: Acting) -> QuerySet[SkillTag]:
    rows = SkillTag.objects.visible_to(acting).filter(skill__is_archived=False)
    return rows.select_related("skill", "need_type").order_by("skill__name", "need_type__code", "flag", "pk")
