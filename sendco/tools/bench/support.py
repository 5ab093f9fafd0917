"""A class of thirty with four targets each, a pupil with five years of history, and thirty profiles to print."""

from datetime import date, timedelta

from django.utils import timezone

from pupils.models import (
    PlanKind,
    Profile,
    ProfileVersion,
    Pupil,
    SupportOutcome,
    SupportPlan,
    Target,
    TargetValue,
)
from pupils.profiles import jobs
from pupils.profiles.selectors import pupils_for_profiles
from sendco.audit import services as audit
from staff.acting import acting_for
from staff.models import TeachingGroup, User
from staff.roles import Role

PUPILS, TARGETS, VALUES, CYCLES, EVENTS = 30, 4, 3, 15, 200
A_CYCLE = timedelta(weeks=17)
WORDS = "Tell me what comes next and give me time to answer before you ask again. "


def add_support(school):
    """Plans and profiles for the class, and the history of its first pupil."""
    senco = User.objects.filter(memberships__school=school, memberships__role=Role.SENCO).order_by("pk").first()
    group = TeachingGroup.objects.create(school=school, name="Bench class")
    pupils = list(Pupil.objects.filter(school=school, left_on=None).order_by("pk")[:PUPILS])
    Pupil.objects.filter(pk__in=[pupil.pk for pupil in pupils]).update(form_group=group)
    kind, today = PlanKind.objects.get(code="sen_support", school=None), timezone.localdate()
    for pupil in pupils:
        _plan(pupil, kind, senco, today - timedelta(days=60), today + timedelta(days=20))
        profile = Profile.objects.create(pupil=pupil, support=WORDS * 6, matters=WORDS * 4, do=WORDS * 2, dont=WORDS)
        ProfileVersion.objects.create(
            profile=profile, number=1, asks=1, fit=3, support=WORDS * 6, matters=WORDS * 4, do=WORDS * 2, dont=WORDS
        )
    first = pupils[0]
    for number in range(CYCLES):
        starts_on = today - timedelta(days=70) - A_CYCLE * (CYCLES - number)
        plan = _plan(first, kind, senco, starts_on, starts_on + A_CYCLE)
        SupportPlan.objects.filter(pk=plan.pk).update(closed_on=starts_on + A_CYCLE, ending="reviewed")
    for number in range(EVENTS):
        audit.record("support.note_saved", first, text=f"Note {number}", by=senco, pupil_id=first.pk)
    return group


def _plan(pupil, kind, senco, starts_on: date, review_on: date):
    plan = SupportPlan.objects.create(pupil=pupil, kind=kind, lead=senco, starts_on=starts_on, review_on=review_on)
    outcome = SupportOutcome.objects.create(plan=plan, number=1, text="Reads for pleasure")
    targets = [
        Target(
            outcome=outcome, number=number, text=f"Target {number} of {pupil.pk}", measure="count", baseline=10, aim=40,
            wording=f"{pupil.pk}-{number}", by_on=review_on,
        )
        for number in range(1, TARGETS + 1)
    ]  # fmt: skip
    Target.objects.bulk_create(targets)
    TargetValue.objects.bulk_create(
        TargetValue(target=target, taken_on=starts_on + timedelta(days=7 * number), value=10 + number, taken_by=senco)
        for target in targets
        for number in range(1, VALUES + 1)
    )
    return plan


def print_class(school, senco, _share):
    """Thirty profiles in one file, from the request to the stored PDF."""
    # The bench of one job stands in a module that reads this one.
    from .work import finish

    acting = acting_for(senco, school.pk)
    group = TeachingGroup.objects.get(school=school, name="Bench class")
    pupils = list(pupils_for_profiles(acting).filter(form_group=group))
    job = finish(jobs.start(pupils, as_cards=False, acting=acting).pk)
    return {"pages": len(pupils), "file": job.result["file"]}
