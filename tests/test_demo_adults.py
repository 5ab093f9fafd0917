"""The adults of the demo against its plan, and against tables worked by hand."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from pupils.models import Pupil, SkillTag
from sendco.pages.skills import matrix
from sendco.tools.demo import build
from sendco.tools.demo.people import HARBOUR, KESTREL
from staff.acting import acting_for
from staff.appraisal.selectors import states_of, whole
from staff.board import selectors as boards
from staff.board.selectors import SUPPORTS
from staff.models import Absence, Appraisal, Membership, Post, Skill, StaffGroup, StaffMember, TrainingEvent, User
from staff.posts.selectors import posts_without_rate
from staff.roles import Role
from staff.training.selectors import SOON, trained
from staff.weeks import monday_of

QUICK_HASH = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), override_settings(DEMO=True, PASSWORD_HASHERS=QUICK_HASH):
        with transaction.atomic():
            yield build.load(today=timezone.localdate())
            transaction.set_rollback(True)


@pytest.fixture
def harbour(loaded, db):
    return loaded.schools[HARBOUR]


@pytest.fixture
def kestrel(loaded, db):
    return loaded.schools[KESTREL]


def senco_of(school):
    return User.objects.get(memberships__in=Membership.objects.filter(school=school, role=Role.SENCO))


def groups(school):
    return Counter(Post.objects.filter(member__school=school).values_list("staff_group", flat=True))


def test_everybody_has_a_post_a_line_and_a_rate(harbour, kestrel):
    assert groups(harbour) == {"leader": 2, "teacher": 11, "support": 7, "specialist": 1, "admin": 1}
    assert groups(kestrel) == {"leader": 2, "teacher": 19, "support": 21, "admin": 1}
    for school in (harbour, kestrel):
        assert not posts_without_rate(school, timezone.localdate()).exists()
        alone = StaffMember.objects.filter(school=school, lines=None).exclude(posts__staff_group=StaffGroup.LEADER)
        assert not alone.exists()


def test_the_senco_of_the_primary_manages_the_office(kestrel):
    office = StaffMember.objects.get(school=kestrel, posts__staff_group=StaffGroup.ADMIN)

    assert office.lines.get().manager.user == senco_of(kestrel)


def test_one_adult_works_in_two_schools_and_never_at_once(harbour, kestrel):
    rows = StaffMember.objects.filter(name="Wendy Brack")
    days = {row.school_id: set(row.posts.get().patterns.get().times.values_list("weekday", flat=True)) for row in rows}

    assert days == {harbour.pk: {0, 1, 2}, kestrel.pk: {3, 4}}


def test_physical_intervention_is_in_date_ending_and_ended(harbour):
    today = timezone.localdate()
    found = trained(harbour, today, Skill.objects.filter(school=harbour, name="Physical intervention"))
    row = next(iter(found.values()))

    assert (len(row.adults) - len(row.soon), len(row.soon), len(row.lapsed)) == (14, 3, 3)
    assert all(on <= today + SOON for _, on in row.soon)


def test_one_thing_hangs_on_one_adult(kestrel):
    acting = acting_for(senco_of(kestrel), kestrel.pk)
    found = matrix.lines(acting, Skill.objects.filter(school=kestrel))

    words = [line.words for line in matrix.single_points(found)]
    assert "6 pupils need Makaton, one adult trained, on every day" in words
    assert "2 pupils need Epilepsy: emergency medicine, no adult trained" in words


# {skill: (pupils who need it, adults trained in date)}, counted from the lists that the demo is made of: one "speech"
# and one "elsa" among the adults, one who signs, 14 in date and 3 ending in physical intervention.
BY_HAND = {
    HARBOUR: {
        "Speech and language programmes": (20, 0),
        "Emotional literacy support (ELSA)": (39, 1),
        "Physical intervention": (4, 17),
    },
    KESTREL: {
        "Epilepsy: emergency medicine": (2, 0),
        "Speech and language programmes": (44, 1),
        "Emotional literacy support (ELSA)": (24, 1),
        "Makaton": (6, 1),
    },
}


def test_the_skills_matrix_is_the_table_worked_by_hand(harbour, kestrel):
    for school, key in ((harbour, HARBOUR), (kestrel, KESTREL)):
        found = matrix.lines(acting_for(senco_of(school), school.pk), Skill.objects.filter(school=school))

        assert {line.skill.name: (line.pupils, line.adults) for line in found if line.pupils} == BY_HAND[key]
        # The same needs, asked child by child.
        for line in found:
            tags = SkillTag.objects.filter(skill=line.skill)
            pupils = Pupil.objects.filter(school=school, left_on=None)
            asked = [
                pupil
                for pupil in pupils
                if pupil.skills.filter(skill=line.skill, ends_on=None).exists()
                or pupil.needs.filter(need_type__in=tags.values("need_type"), ends_on=None).exists()
                or pupil.flags.filter(kind__in=tags.exclude(flag="").values("flag"), ends_on=None).exists()
            ]
            assert len(asked) == line.pupils


def test_appraisals_are_at_mixed_stages(harbour, kestrel):
    for school, number in ((harbour, 8), (kestrel, 21)):
        rows = [
            row
            for row in whole(Appraisal.objects.filter(school=school, closed_on=None))
            if row.scheme.staff_group in SUPPORTS
        ]
        stages = Counter(
            (bool(row.objectives.all()), states_of(row)[0].is_signed, bool(states_of(row)[0].appraiser)) for row in rows
        )
        assert len(rows) == number
        assert len(stages) >= 4


def test_last_years_appraisals_were_signed_by_both(harbour):
    rows = whole(Appraisal.objects.filter(school=harbour).exclude(closed_on=None))

    assert rows
    assert all(state.is_signed and not state.changed for row in rows for state in states_of(row) if state.versions)


def test_somebody_is_away_today_and_what_that_uncovers(harbour, kestrel):
    today = timezone.localdate()
    for school in (harbour, kestrel):
        assert Absence.objects.filter(member__school=school).on(today).count() == 2
        assert TrainingEvent.objects.filter(school=school).count() == 6


def test_a_week_of_one_adult_worked_by_hand(kestrel):
    """Colette Marsh, ta1, in a full week: five days of 6 h 15, each with two lessons in the morning."""
    member = StaffMember.objects.get(school=kestrel, name="Colette Marsh")
    monday = next(
        day
        for weeks in range(-8, 9)
        if (day := monday_of(timezone.localdate()) + timedelta(weeks=weeks))
        and all(one.is_open for one in boards.board_week(kestrel, day).days)
    )

    adult = boards.board(kestrel, monday, StaffMember.objects.filter(pk=member.pk)).adults[0]

    by_kind = Counter()
    for slots in adult.by_day.values():
        for slot in slots:
            by_kind[slot.kind.name] += slot.stretch[1] - slot.stretch[0]
    # One to one in lesson 3 on three days, a group on the other two, each of an hour.
    assert by_kind["One to one"] == 3 * 60
    assert by_kind["Small group"] == 2 * 60
    assert adult.hours.contracted == 5 * 375
    # Lessons 1 and 2 on five days, lesson 5 on three; a break of 15 minutes a day.
    assert by_kind["In a lesson"] == 5 * (60 + 45) + 3 * 60
    assert (adult.hours.deployed, adult.hours.breaks, adult.hours.free) == (705 + 180 + 120, 75, 795)
