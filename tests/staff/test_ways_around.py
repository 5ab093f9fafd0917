# ruff: noqa: F811  (tests ask for the fixtures that are imported)
"""Ways in which somebody tried to see of a colleague what is not theirs to see. Each ends where it began."""

from datetime import time, timedelta

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from governance.models import Acknowledgement, Digest, DigestLine
from governance.selectors import reminders
from governance.services.reminders import acknowledge
from pupils.models import PupilFlag, PupilSupport, SkillTag
from pupils.models.pupil import FlagKind
from pupils.skills.selectors import wanted
from sendco.audit.models import Event
from sendco.drafts.services import save_draft
from sendco.due.models import DueItem
from sendco.pages.board.skills import lacking
from staff.absences import selectors as absences
from staff.acting import acting_for
from staff.appraisal import services as appraising
from staff.models import (
    Absence,
    Appraisal,
    LineManagement,
    Membership,
    NotesGrant,
    Skill,
    Slot,
    StaffMember,
    Takeover,
    Vacancy,
)
from staff.posts import services as posts
from staff.posts.refusals import PostReason
from staff.roles import Role
from staff.supervision import selectors as supervising
from staff.supervision import services as supervision
from staff.supervision.refusals import SupervisionReason
from staff.vacancies.services import save_vacancy
from staff.weeks import monday_of
from tests.factories import MembershipFactory, PupilFactory
from tests.staff.test_appraisal import adults, appraisal, scheme  # noqa: F401  (fixtures)
from tests.staff.test_posts import POST, refused

from .adults import BEGAN, adult, kind, timetable

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql("locks, and who may what")]
TODAY = timezone.localdate


def days(number):
    return timedelta(days=number)


@pytest.fixture
def office_manager(school):
    """Somebody who manages accounts and works in the office: nobody's line manager."""
    user = MembershipFactory(school=school, role=Role.ADMINISTRATOR).user
    MembershipFactory(school=school, user=user, role=Role.OFFICE)
    return user


def set_line(member, manager, by):
    return posts.set_line(member=member, manager=manager, starts_on=TODAY(), by=by)


# --- Leaving ---
@pytest.mark.parametrize("last", [-1, 200])
def test_who_manages_accounts_takes_no_appraisal_over(proved, appraisal, senco, office_manager, last):
    client = proved(office_manager)
    last_day = TODAY() + days(last)

    client.post(reverse("person-leave", args=[senco.pk]), {"last_day": last_day.isoformat(), "to": office_manager.pk})

    assert Takeover.objects.get().to == office_manager
    assert Appraisal.objects.get().appraiser == senco
    assert client.get(reverse("staff:appraisal-detail", args=[appraisal.pk])).status_code == 404


def test_the_head_says_who_appraises_for_a_leaver_without_a_record(
    proved,
    school,
    adults,
    scheme,
    head,
    teacher,
):
    leaver = MembershipFactory(school=school, role=Role.DSL).user
    appraising.begin(member=adults["aide"], scheme=scheme, began_on=TODAY(), appraiser=leaver, by=head)

    proved(head).post(reverse("person-leave", args=[leaver.pk]), {"last_day": TODAY() - days(1), "to": teacher.pk})

    assert Appraisal.objects.get().appraiser == teacher


def test_who_leaves_in_months_appraises_until_then(proved, appraisal, senco, head, adults, school):
    deputy = adult(school, user=MembershipFactory(school=school, role=Role.TEACHER).user)
    last_day = TODAY() + days(60)

    proved(head).post(reverse("person-leave", args=[senco.pk]), {"last_day": last_day, "to": deputy.user_id})

    assert Appraisal.objects.get().appraiser == senco
    appraising.follow_lines(school, last_day)
    assert Appraisal.objects.get().appraiser == senco
    appraising.follow_lines(school, last_day + days(1))
    assert Appraisal.objects.get().appraiser == deputy.user


def test_what_is_personal_passes_to_nobody(school, senco, head, teacher, adults, appraisal, proved):
    other = MembershipFactory(school=school, role=Role.ADMINISTRATOR).user
    proved(other).post(reverse("person-leave", args=[senco.pk]), {"last_day": TODAY() - days(1), "to": teacher.pk})

    assert not DueItem.objects.filter(owner_id=teacher.pk, is_personal=True).exists()


# --- Lines ---
def test_a_post_ended_for_a_moment_frees_no_line(school, head, senco):
    adult(school, user=senco)
    manager = adult(school, user=head)
    member = adult(school, "In The Heads Line", manager=manager)
    post = manager.posts.get()
    kept = {name: getattr(post, name) for name in POST}
    for ends_on in (TODAY() - days(1), None):
        post.refresh_from_db()
        posts.save_post(post=post, values=kept | {"ends_on": ends_on}, version=post.version, by=senco)

    mine = StaffMember.objects.get(user=senco)
    refused(PostReason.LINE_NOT_YOURS, set_line, member=member, manager=mine, by=senco)


def test_with_a_manager_whom_nobody_manages_comes_nobody_below(school, senco, teacher):
    mine = adult(school, user=senco)
    deputy = adult(school, user=teacher)
    adult(school, "Below The Deputy", manager=deputy)

    refused(PostReason.LINE_NOT_YOURS, set_line, member=deputy, manager=mine, by=senco)


def test_ones_own_line_moves_within_it(school, senco):
    mine = adult(school, user=senco)
    leader = adult(school, "Leads Two", manager=mine)
    member = adult(school, "Below", manager=leader)

    set_line(member, mine, senco)

    assert LineManagement.objects.get(member=member, ends_on=None).manager == mine


def test_an_earlier_manager_does_not_hold_a_line(school, senco, teacher, head):
    mine, before = adult(school, user=senco), adult(school, user=teacher)
    leader = adult(school, "Leads Two", manager=mine)
    member = adult(school, "Came Over", manager=before)
    set_line(member, mine, head)

    set_line(member, leader, senco)

    assert LineManagement.objects.get(member=member, ends_on=None).manager == leader


def test_a_managers_record_keeps_its_account(school, senco, head, teacher):
    manager = adult(school, user=head)
    adult(school, "Reports", manager=manager)

    refused(
        PostReason.ACCOUNT_STAYS, posts.save_member,
        member=manager, values={"name": manager.name, "user": teacher, "bought_in_from": ""}, version=1, by=senco,
    )  # fmt: skip


def test_a_manager_of_last_month_is_no_appraiser_of_today(school, adults, scheme, senco, teacher, head):
    later = adult(school, user=teacher)
    set_line(adults["aide"], later, head)

    row = appraising.begin(member=adults["aide"], scheme=scheme, began_on=TODAY() - days(60), by=head)

    assert row.appraiser == teacher


def test_an_unconfirmed_provision_lead_leads_nobody(client, school):
    unit = school.units.create(name="The Nest", kind="resourced")
    member = adult(school, unit=unit)
    held = MembershipFactory(school=school, role=Role.PROVISION_LEAD, unit=unit)
    client.force_login(held.user)
    address = reverse("staff:member-absences", args=[member.pk])
    assert client.get(address).status_code == 200

    Membership.objects.filter(pk=held.pk).update(is_unconfirmed=True)

    assert client.get(address).status_code == 404


# --- Absences ---
def test_the_days_before_are_read_by_the_line_alone(client, school, senco, teaching_assistant, office):
    mine = adult(school, user=senco)
    member = adult(school, "Xavier Quiet", manager=mine)
    Absence.objects.create(member=member, starts_on=TODAY() - days(9), ends_on=TODAY() + days(3), recorded_by=senco)

    def shown(person, on):
        return [one.member.name for one in absences.away_on(acting_for(person), on)]

    assert shown(teaching_assistant, TODAY()) == shown(senco, TODAY()) == ["Xavier Quiet"]
    assert shown(senco, TODAY() - days(5)) == ["Xavier Quiet"]
    assert shown(teaching_assistant, TODAY() - days(5)) == shown(office, TODAY() - days(5)) == []
    client.force_login(teaching_assistant)
    assert "Last day away" not in client.get(reverse("staff:absence-list")).content.decode()


def test_the_board_of_last_week_tells_no_absence_of_another_line(client, school, senco, head):
    monday = monday_of(TODAY()) - days(14)
    member = adult(school, "Xavier Quiet")
    slot = Slot.objects.create(
        timetable=timetable(school), member=member, kind=kind(school), weekday=0, starts_at=time(9),
        ends_at=time(10), starts_on=BEGAN,
    )  # fmt: skip
    Absence.objects.create(member=member, starts_on=monday, ends_on=monday, recorded_by=head)
    asked = (reverse("board"), reverse("member-week", args=[member.pk]), reverse("board-hours"))

    def said(person):
        client.force_login(person)
        pages = [client.get(address, {"week": monday.isoformat(), "who": "all"}) for address in asked]
        slots = [one for one in pages[0].context["board"].adults[0].by_day[monday] if one.pk == slot.pk]
        return [slots[0].faults, pages[1].context["days"][0]["is_away"], pages[2].context["board"].adults[0].hours.away]

    assert said(head) == [["away"], True, 375]
    assert said(senco) == [[], False, 0]


# --- Notes of one-to-ones ---
@pytest.fixture
def meeting(school, senco, teaching_assistant):
    manager = adult(school, user=senco)
    member = adult(school, user=teaching_assistant, manager=manager)
    return supervision.plan(member=member, kind="one_to_one", planned_on=TODAY(), by=senco)[0]


def test_what_was_typed_and_not_saved_lies_encrypted(senco, school):
    save_draft(by=senco, school_id=school.pk, form_key="notes", data={"notes": "canary-typed-zq"})

    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM drafts_draft")
        assert "canary" not in str(cursor.fetchall())


def test_nobody_agrees_with_a_role_given_for_it(school, meeting, head):
    grant = supervision.ask_to_read(member=meeting.member, reason="A formal complaint", by=head)
    fresh = MembershipFactory(school=school, role=Role.DPO, starts_on=TODAY()).user
    standing = MembershipFactory(school=school, role=Role.DPO, starts_on=TODAY() - days(30)).user

    refused(SupervisionReason.GRANT_LEADERS, supervision.decide_grant, grant=grant, agrees=True, by=fresh)
    assert supervision.decide_grant(grant=grant, agrees=True, by=standing).agreed_at


def test_a_grant_ends_with_the_readers_role(client, school, meeting, head, senco):
    NotesGrant.objects.create(
        school=school, member=meeting.member, reader=head, reason="A complaint", agreed_at=timezone.now(),
        agreed_by=senco, ends_on=TODAY() + days(10),
    )  # fmt: skip
    client.force_login(head)
    address = reverse("staff:meeting-detail", args=[meeting.pk])
    assert client.get(address).status_code == 200

    Membership.objects.filter(user=head).update(role=Role.TEACHER)

    assert client.get(address).status_code == 404


def test_a_list_read_with_a_grant_holds_no_words(client, school, meeting, head, senco):
    supervision.add_action(meeting=meeting, text="canary-action-zq", owner=senco, due_on=TODAY(), by=senco)
    NotesGrant.objects.create(
        school=school, member=meeting.member, reader=head, reason="A complaint", agreed_at=timezone.now(),
        agreed_by=senco, ends_on=TODAY() + days(10),
    )  # fmt: skip
    client.force_login(head)

    page = client.get(reverse("staff:meeting-list", args=[meeting.member_id])).content.decode()

    assert "canary-action-zq" not in page
    assert reverse("staff:meeting-detail", args=[meeting.pk]) in page


def test_a_meeting_called_off_takes_no_action(meeting, senco):
    meeting.cancelled_on = TODAY()
    meeting.save()

    refused(
        SupervisionReason.CANCELLED, supervision.add_action,
        meeting=meeting, text="Visit", owner=senco, due_on=TODAY(), by=senco,
    )  # fmt: skip


def test_a_line_that_ends_with_a_post_calls_off_what_was_planned(school, meeting, senco, head):
    ahead = supervision.plan(member=meeting.member, kind="one_to_one", planned_on=TODAY() + days(9), by=senco)[0]
    post = StaffMember.objects.get(user=senco).posts.get()
    kept = {name: getattr(post, name) for name in POST}

    posts.save_post(post=post, values=kept | {"ends_on": TODAY() + days(3)}, version=post.version, by=head)

    ahead.refresh_from_db()
    assert ahead.cancelled_on
    assert supervising.meetings_about(acting_for(senco), meeting.member).filter(pk=ahead.pk).exists()


def test_what_a_leaver_left_open_ends_the_day_after(proved, school, meeting, senco, head):
    last_day = TODAY() + days(5)
    supervision.add_action(meeting=meeting, text="Visit", owner=senco, due_on=TODAY() + days(2), by=senco)
    proved(head).post(reverse("person-leave", args=[senco.pk]), {"last_day": last_day, "to": ""})
    assert DueItem.objects.open().filter(rule__startswith="supervision").count() == 2

    supervision.close_of_leavers(school, last_day)
    assert DueItem.objects.open().filter(rule__startswith="supervision").count() == 2
    supervision.close_of_leavers(school, last_day + days(1))

    assert not DueItem.objects.open().filter(rule__startswith="supervision").exists()


# --- Children ---
def test_a_confidential_flag_is_not_told_by_a_skill(client, school, teaching_assistant):
    member, pupil = adult(school, user=teaching_assistant), PupilFactory(school=school)
    PupilSupport.objects.create(pupil=pupil, user=teaching_assistant, starts_on=BEGAN)
    skill = Skill.objects.create(school=school, name="Safeguarding level 3")
    SkillTag.objects.create(school=school, skill=skill, flag=FlagKind.CHILD_IN_NEED)
    PupilFlag.objects.create(pupil=pupil, kind=FlagKind.CHILD_IN_NEED, starts_on=BEGAN)
    acting = acting_for(teaching_assistant)
    assert wanted(acting, [skill])[skill.pk] == {pupil.pk}

    assert lacking(acting, member, [pupil], TODAY()) == []


# --- Reminders ---
@pytest.fixture
def late_step(appraisal, scheme):
    """A step of an appraisal that is late, known to the appraiser alone."""
    with time_machine.travel(timezone.now() + days(400)):
        yield DueItem.objects.filter(rule="appraisal.objectives").get()


def test_why_a_personal_duty_is_late_is_no_event(late_step, senco):
    acknowledge(item=late_step, reason="canary-signed-off-zq", look_again_on=TODAY() + days(7), by=senco)

    assert Acknowledgement.objects.get().reason == "canary-signed-off-zq"
    assert not Event.objects.filter(code__startswith="reminders.").exists()


def test_what_one_said_of_it_is_not_for_the_next(late_step, senco, teacher):
    acknowledge(item=late_step, reason="canary-signed-off-zq", look_again_on=TODAY() + days(7), by=senco)
    assert reminders.acknowledgements_of(late_step).exists()

    late_step.owner_id = teacher.pk

    assert not reminders.acknowledgements_of(late_step).exists()


def test_a_digest_shows_personal_lines_to_its_reader_alone(school, appraisal, senco, head):
    item = DueItem.objects.filter(rule="appraisal.objectives").get()
    digest = Digest.objects.create(
        user=senco, day=TODAY(), state=Digest.State.REFUSED, message_id="<1>", not_before=timezone.now()
    )
    DigestLine.objects.create(
        digest=digest, school=school, user=senco, day=TODAY(), due_item_id=item.pk, rule=item.rule, title=item.title,
        due_on=item.due_on, stage="late",
    )  # fmt: skip

    assert len(reminders.lines_for_page(digest, acting_for(senco))) == 1
    assert reminders.lines_for_page(digest, acting_for(head)) == []
    assert {row.open for row in reminders.rules_for_page(school) if row.rule.startswith("appraisal")} == {0}


def test_a_vacancy_is_no_news_of_the_school(school, head):
    values = {
        "title": "Deputy SENCo", "hours_a_week": 20, "reason": "Growth", "points": "", "opened_on": TODAY(),
        "closed_on": None, "outcome": "", "note": "",
    }  # fmt: skip
    names = {field.name for field in Vacancy._meta.get_fields()}

    save_vacancy(
        vacancy=Vacancy(school=school), values={key: values[key] for key in values.keys() & names}, version=1, by=head
    )

    assert Event.objects.get(code="vacancy.saved").audience == "staff"
