"""The graduated approach in the demo: every pupil on SEN support in cycles, at mixed stages, awkward cases included."""

from collections import Counter
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from PIL import Image

from pupils.agencies.selectors import times_of
from pupils.models import (
    Agency,
    Challenge,
    CohortTarget,
    ContactLog,
    HandoverPack,
    Meeting,
    MeetingAction,
    OutsideAsk,
    PlanNote,
    PlanVoice,
    Profile,
    ProfileReading,
    ProfileVersion,
    Recommendation,
    Referral,
    RegisterEntry,
    SencoQuestion,
    SupportPlan,
    Target,
    TargetReview,
    TargetValue,
    WindowClass,
)
from pupils.plans.services import doing
from sendco.files.services import open_stored
from sendco.tools.demo import build, photos
from sendco.tools.demo.people import HARBOUR, KESTREL

QUICK_HASH = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SCHOOLS = pytest.mark.parametrize("key", [HARBOUR, KESTREL])


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), override_settings(DEMO=True, PASSWORD_HASHERS=QUICK_HASH):
        with transaction.atomic():
            yield build.load(today=timezone.localdate())
            transaction.set_rollback(True)


def plans(school):
    return SupportPlan.objects.filter(pupil__school=school, kind__code="sen_support")


@SCHOOLS
def test_nearly_every_pupil_on_sen_support_has_an_open_plan(loaded, db, key):
    school = loaded.schools[key]
    entries = RegisterEntry.objects.filter(school=school, ends_on=None, code="K", pupil__left_on=None)
    planned = plans(school).filter(closed_on=None).values("pupil")

    without = entries.exclude(pupil__in=planned)

    assert without.count() <= 4
    assert all(timezone.localdate() - entry.starts_on < timedelta(days=22) for entry in without)


@SCHOOLS
def test_plans_stand_at_mixed_stages_over_two_years(loaded, db, key):
    today, rows = timezone.localdate(), plans(loaded.schools[key])

    open_ones = rows.filter(closed_on=None, pupil__left_on=None)
    stages = Counter((plan.review_on > today) - (plan.review_on < today) for plan in open_ones)
    assert min(stages[-1], stages[1]) > 5
    assert max(rows.values_list("cycle", flat=True)) >= 5
    judged = TargetReview.objects.filter(target__outcome__plan__in=rows).values_list("judgement", flat=True)
    assert len(set(judged)) >= 3
    assert TargetReview.objects.filter(target__outcome__plan__in=open_ones, settled_on=None).exists()
    assert Target.objects.filter(outcome__plan__in=rows, cycles=2).exists()


@SCHOOLS
def test_the_awkward_cases_are_there(loaded, db, key):
    school = loaded.schools[key]
    rows = plans(school)

    assert rows.filter(is_confidential=True).exists()
    assert rows.filter(closed_on=None, pupil__left_on__isnull=False).exists()
    assert Target.objects.filter(outcome__plan__in=rows, measure="").exists()
    assert SupportPlan.objects.filter(pupil__school=school, kind__code="behaviour").exists()
    assert CohortTarget.objects.filter(school=school).exists()
    assert Target.objects.filter(outcome__plan__in=rows, outcome__plan__closed_on=None, cycles=3).exists()
    assert TargetValue.objects.filter(target__outcome__plan__in=rows, otherwise=True).exists()
    early = SupportPlan.objects.filter(pupil__school=school, kind__code="early_years")
    assert early.count() == (1 if key == KESTREL else 0)
    voices = Counter(PlanVoice.objects.filter(plan__in=rows, contact__isnull=False).values_list("plan", flat=True))
    assert 2 in voices.values()
    states = WindowClass.objects.filter(window__school=school)
    assert states.filter(done_on=None).exists()
    assert states.filter(done_on=None, window__due_on__lt=timezone.localdate()).count() == 1


@SCHOOLS
def test_profiles_are_read_by_some_in_an_older_version(loaded, db, key):
    profiles = Profile.objects.filter(pupil__school=loaded.schools[key])
    readings = ProfileReading.objects.filter(profile__in=profiles)

    assert profiles.count() > 30
    assert readings.filter(read_number=None).exists()
    assert readings.filter(read_number=1, profile__versions__number=2).exists()
    versions = ProfileVersion.objects.filter(profile__in=profiles)
    assert versions.exclude(minor_reason="").exists()
    assert versions.filter(withdrawn_on__isnull=False).exists()


@SCHOOLS
def test_meetings_are_held_planned_and_leave_something_to_do(loaded, db, key):
    meetings = Meeting.objects.filter(school=loaded.schools[key])

    assert meetings.filter(held_on__isnull=False).count() > 15
    assert meetings.filter(held_on=None).exists()
    actions = MeetingAction.objects.filter(meeting__in=meetings, state="open")
    assert actions.filter(due_on__lt=timezone.localdate()).exists()
    assert actions.exclude(owner_name="").exists()
    assert actions.filter(owner__is_active=False).count() == (1 if key == HARBOUR else 0)
    assert ContactLog.objects.filter(pupil__school=loaded.schools[key]).count() > 15
    assert set(meetings.values_list("kind", flat=True)) >= {"parents", "progress", "team"}
    assert meetings.filter(cancelled_on__isnull=False).exists()
    assert meetings.filter(evening__isnull=False).count() == 2


@SCHOOLS
def test_referrals_stand_at_every_stage(loaded, db, key):
    school, today = loaded.schools[key], timezone.localdate()
    referrals = Referral.objects.filter(pupil__school=school)

    assert (Agency.objects.filter(school=school).count(), referrals.count()) == (8, 19)
    waiting = [row.waits(today) for row in referrals.filter(seen_on=None, ended_on=None, sent_on__isnull=False)]
    assert sum(days > 126 for days in waiting) == (3 if key == HARBOUR else 2)
    assert referrals.filter(consent_withdrawn_on__isnull=False).exists()
    decisions = Recommendation.objects.filter(referral__in=referrals).values_list("decision", flat=True)
    assert set(decisions) == {"open", "adopted", "adapted", "not"}
    assert Recommendation.objects.filter(referral__in=referrals, strategy__target__isnull=False).exists()
    times = times_of(list(Agency.objects.filter(school=school)), today)
    assert {time.left < 0 for time in times} == {True, False}


@SCHOOLS
def test_questions_links_and_challenges_wait_and_are_answered(loaded, db, key):
    school = loaded.schools[key]

    for model, where in ((SencoQuestion, "school"), (Challenge, "school"), (OutsideAsk, "pupil__school")):
        rows = model.objects.filter(**{where: school})
        done = {SencoQuestion: "answered_on", Challenge: "replied_on", OutsideAsk: "answered_at"}[model]
        assert rows.filter(**{done: None}).exists()
        assert rows.exclude(**{done: None}).exists()
    assert HandoverPack.objects.filter(pupil__school=school, to_user=None).exists()
    assert HandoverPack.objects.filter(pupil__school=school, received_on__isnull=False).exists()
    kinds = OutsideAsk.objects.filter(pupil__school=school).values_list("kind", flat=True)
    assert set(kinds) == {"parent", "school", "agency"}
    assert Challenge.objects.filter(school=school, agency__isnull=False).exists()


def test_some_evidence_is_a_photo(loaded, db, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    photos.add(loaded.schools.values())

    notes = PlanNote.objects.filter(file_id__isnull=False).select_related("plan__pupil")
    assert len({note.plan.pupil.school_id for note in notes}) == 2
    for note in notes:
        stored = doing.file_of(note)
        assert Image.open(BytesIO(open_stored(stored).read())).size == photos.SIZE


def test_the_dates_of_all_of_it_are_what_the_facts_give(loaded, db):
    call_command("check_deadlines")
