"""The skills matrix against a table worked by hand."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pupils.models import Need, NeedType, PupilFlag, PupilSkill, SkillTag
from pupils.skills import services
from pupils.skills.refusals import SkillReason
from pupils.skills.selectors import wanted
from sendco.pages.skills import matrix
from staff.acting import acting_for
from staff.models import Certificate, Skill, Slot
from staff.training.selectors import SOON, trained
from tests.factories import PupilFactory
from tests.staff.adults import BEGAN, adult, kind, timetable
from tests.staff.test_posts import refused

ISSUED = date(2026, 1, 5)


@pytest.fixture
def makaton(school):
    return Skill.objects.create(school=school, name="Makaton")


def hold(member, skill, expires_on=None, **more):
    return Certificate.objects.create(member=member, skill=skill, issued_on=ISSUED, expires_on=expires_on, **more)


def line_of(person, skill):
    return next(line for line in matrix.lines(acting_for(person), Skill.objects.filter(pk=skill.pk)))


def test_six_pupils_one_adult_who_is_not_there_on_tuesdays(school, senco, makaton):
    for _ in range(6):
        PupilSkill.objects.create(pupil=PupilFactory(school=school), skill=makaton)
    hold(adult(school, days=(0, 2, 3, 4)), makaton)

    line = line_of(senco, makaton)

    assert line.words == "6 pupils need Makaton, one adult trained, not on Tuesday"
    assert line.state == matrix.ONE


def test_a_removed_certificate_leaves_nobody(school, senco, makaton):
    PupilSkill.objects.create(pupil=PupilFactory(school=school), skill=makaton)
    row = hold(adult(school), makaton)
    assert line_of(senco, makaton).state == matrix.ONE

    row.removed_at = timezone.now()
    row.save()

    line = line_of(senco, makaton)
    assert (line.state, line.words) == (matrix.NOBODY, "1 pupil needs Makaton, no adult trained")


@pytest.mark.parametrize(
    ("expires", "counts"), [(None, True), (timedelta(0), True), (timedelta(days=-1), False), (SOON, True)]
)
def test_an_adult_counts_while_the_certificate_stands(school, makaton, expires, counts):
    today = timezone.localdate()
    hold(adult(school), makaton, expires_on=today + expires if expires is not None else None)

    found = trained(school, today, [makaton])[makaton.pk]

    assert bool(found.adults) == counts
    assert bool(found.lapsed) == (not counts)


def test_an_adult_who_left_does_not_count(school, makaton):
    member = adult(school)
    hold(member, makaton)
    member.posts.update(ends_on=timezone.localdate() - timedelta(days=1))

    assert trained(school, timezone.localdate(), [makaton])[makaton.pk].adults == []


def test_a_child_counts_once_whatever_the_reasons(school, senco, makaton):
    need = NeedType.objects.get(code="SLCN")
    SkillTag.objects.create(school=school, skill=makaton, need_type=need)
    SkillTag.objects.create(school=school, skill=makaton, flag="eal")
    by_need, by_flag, thrice, left, ended = (PupilFactory(school=school) for _ in range(5))
    for pupil in (by_need, thrice, left):
        Need.objects.create(pupil=pupil, need_type=need, rank=1, area="ci", starts_on=ISSUED)
    for pupil in (by_flag, thrice):
        PupilFlag.objects.create(pupil=pupil, kind="eal", starts_on=ISSUED)
    Need.objects.create(pupil=ended, need_type=need, rank=1, area="ci", starts_on=ISSUED, ends_on=ISSUED)
    PupilSkill.objects.create(pupil=thrice, skill=makaton)
    left.left_on = timezone.localdate()
    left.save()

    assert wanted(acting_for(senco), [makaton])[makaton.pk] == {by_need.pk, by_flag.pk, thrice.pk}


def test_the_worst_stands_first(school, senco, makaton):
    first_aid = Skill.objects.create(school=school, name="First aid")
    unused = Skill.objects.create(school=school, name="Unused")
    pupil = PupilFactory(school=school)
    for skill in (makaton, first_aid):
        PupilSkill.objects.create(pupil=pupil, skill=skill)
    for number in range(2):
        hold(adult(school, f"Adult {number}"), first_aid)

    found = matrix.lines(acting_for(senco), [unused, first_aid, makaton])

    assert [(line.skill.name, line.state) for line in found] == [
        ("Makaton", matrix.NOBODY), ("First aid", matrix.HELD), ("Unused", matrix.HELD),
    ]  # fmt: skip
    assert [line.skill.name for line in matrix.single_points(found)] == ["Makaton"]


def test_two_adults_who_share_no_friday(school, senco, makaton):
    PupilSkill.objects.create(pupil=PupilFactory(school=school), skill=makaton)
    for number in range(2):
        hold(adult(school, f"Adult {number}", days=(0, 1, 2, 3)), makaton)

    line = line_of(senco, makaton)

    assert (line.state, line.trained.days_without) == (matrix.DAYS, ["Friday"])


def test_an_untrained_adult_is_marked_on_the_board(school, senco, makaton, client):
    row, member = timetable(school), adult(school)
    Slot.objects.create(
        timetable=row, member=member, kind=kind(school), weekday=0, starts_at=time(9), ends_at=time(10),
        starts_on=BEGAN, skill=makaton,
    )  # fmt: skip
    client.force_login(senco)
    assert "not trained</i></a>" in client.get("/board/?week=2026-11-16").content.decode()

    hold(member, makaton)

    assert "not trained</i></a>" not in client.get("/board/?week=2026-11-16").content.decode()


# --- Saying what is needed ---
def test_a_need_or_a_flag_asks_for_a_skill(school, senco, makaton):
    need = NeedType.objects.get(code="SLCN")
    asked = {"school": school, "skill": makaton, "by": senco}
    services.add_tag(**asked, need_type=need, flag="")

    refused(SkillReason.TAGGED, services.add_tag, **asked, need_type=need, flag="")
    refused(SkillReason.NEED_OR_FLAG, services.add_tag, **asked, need_type=need, flag="eal")
    refused(SkillReason.NEED_OR_FLAG, services.add_tag, **asked, need_type=None, flag="")


def test_one_childs_own(client, school, senco, makaton):
    pupil = PupilFactory(school=school)
    client.force_login(senco)
    client.post(reverse("pupil-skill-add", args=[pupil.pk]), {"skill": makaton.pk, "source": "health"})

    page = client.get(f"/pupils/{pupil.pk}/?tab=register").content.decode()

    assert "Makaton" in page
    assert "Healthcare plan" in page
    refused(SkillReason.NEEDED, services.add_skill, pupil=pupil, skill=makaton, source="plan", by=senco)
    services.end_skill(row=PupilSkill.objects.get(), by=senco)
    assert wanted(acting_for(senco), [makaton]).get(makaton.pk) is None


def test_the_matrix_costs_as_many_queries_for_many_as_for_few(client, school, senco, makaton, count_queries):
    client.force_login(senco)
    PupilSkill.objects.create(pupil=PupilFactory(school=school), skill=makaton)
    hold(adult(school), makaton)
    few = count_queries("/skills/")
    for number in range(8):
        PupilSkill.objects.create(pupil=PupilFactory(school=school), skill=makaton)
        hold(adult(school, f"Adult {number}"), makaton)

    assert count_queries("/skills/") == few
