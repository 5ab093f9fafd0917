"""J9: somebody rings in at a quarter to eight. What it uncovers, who could take it, deciding, and telling once."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from ehcp.models import LineDelivery
from provision.cover import selectors, services
from provision.cover.jobs import day_of
from provision.cover.proposals import NOBODY, propose
from provision.cover.refusals import CoverReason
from provision.cover.services import Decision
from provision.cover.solving import Rank
from provision.models import CoverDecision, CoverNotice, LostReason
from provision.runs.services import plan_school
from provision.sessions.services import Mark, correct_log
from pupils.models import PupilSkill
from sendco.audit.models import Event
from staff.models import Absence, Certificate, OutgoingMail, Skill, Slot, Unit
from staff.roles import Role
from tests.factories import MembershipFactory, PupilFactory
from tests.factories.ehcp import PlanFactory, PlanVersionFactory, ProvisionLineFactory
from tests.refusals import refused
from tests.staff.adults import BEGAN, adult, kind, timetable

from .helping import WEDNESDAY, fresh, held, intervention, run_of

pytestmark = pytest.mark.postgresql("locks, aggregates, distinct")

LONDON = ZoneInfo("Europe/London")
QUARTER_TO_EIGHT = datetime(2026, 11, 4, 7, 45, tzinfo=LONDON)
TEN, ELEVEN = time(10), time(11)


@pytest.fixture(autouse=True)
def _early():
    with time_machine.travel(QUARTER_TO_EIGHT, tick=False):
        yield


@pytest.fixture
def board(open_school):
    return timetable(open_school)


@pytest.fixture
def bea(open_school):
    return adult(open_school, "Bea Moss")


@pytest.fixture
def cal(open_school, teaching_assistant):
    return adult(open_school, user=teaching_assistant)


@pytest.fixture
def dev(open_school):
    return adult(open_school, "Dev Lall")


@pytest.fixture
def session(open_school, pupils, bea, senco):
    """Talk Boost at nine, which Bea holds."""
    return run_of(open_school, pupils, by=senco, adults=[bea]).sessions.get(on=WEDNESDAY)


def away(member, on=WEDNESDAY, **values):
    return Absence.objects.create(member=member, starts_on=on, ends_on=values.pop("ends_on", on), **values)


def slot(member, first, last, name="In a lesson", *, group=None, skill=None, doing="", weekday=2):
    return Slot.objects.create(
        timetable=member.school.timetables.get(), member=member, kind=kind(member.school, name), weekday=weekday,
        starts_at=first, ends_at=last, group=group, starts_on=BEGAN, skill=skill, doing=doing,
    )  # fmt: skip


def certified(member, skill, **values):
    return Certificate.objects.create(member=member, skill=skill, issued_on=BEGAN, **values)


def line_for(place):
    """A line of Section F that this place delivers."""
    version = PlanVersionFactory(plan=PlanFactory(pupil=place.pupil))
    line = ProvisionLineFactory(plan_version=version, section="F", minutes=30, times=2, per="week")
    LineDelivery.objects.create(line=line, place=place)
    return line


@pytest.fixture
def who(acting, senco, open_school):
    return acting(senco, open_school.pk)


@pytest.fixture
def seen(who):
    def look(on=WEDNESDAY, pins=None, everything=NOBODY):
        return propose(day_of(who, on, QUARTER_TO_EIGHT), pins, everything=everything)

    return look


@pytest.fixture
def accept(who, seen, senco):
    """Accept the day as it is proposed, or with these choices {title: adult or None}."""

    def do(on=WEDNESDAY, **more):
        found = seen(on, more.pop("pins", None))
        decisions = {row.key: Decision(row.chosen.pk if row.chosen else NOBODY) for row in found.rows}
        return services.accept(
            acting=who, on=on, decisions=decisions | more.pop("decisions", {}),
            seal=more.get("seal", found.seal), moved_seal=more.get("moved_seal", found.moved_seal),
            now=QUARTER_TO_EIGHT, by=senco,
        )  # fmt: skip

    return do


def names(rows):
    return [(row.task.title, row.chosen.name if row.chosen else None) for row in rows]


# --- What an absence uncovers ------------------------------------------------------------------------------------
def test_a_session_whose_adult_is_away_is_open_and_a_free_adult_is_proposed(session, bea, cal, seen):
    assert seen().rows == []
    away(bea)
    found = seen()
    assert names(found.rows) == [("Talk Boost, Robins", cal.name)]
    assert found.rows[0].task.job.rank == Rank.PROVISION


def test_whoever_is_away_at_any_minute_is_never_proposed(session, bea, cal, seen):
    away(bea)
    away(cal, starts_at=time(9, 29), ends_at=TEN)
    found = seen()
    assert names(found.rows) == [("Talk Boost, Robins", None)]
    assert found.rows[0].choices == []
    assert found.rows[0].barred == ["2 away"]


def test_an_absence_of_part_of_the_day_uncovers_that_part(session, bea, cal, seen):
    away(bea, starts_at=time(9, 30), ends_at=time(12))
    assert seen().rows == []


def test_a_line_of_a_plan_weighs_more_and_is_named(session, bea, cal, pupils, seen):
    line_for(session.provision.places.get(pupil=pupils[0]))
    away(bea)
    found = seen()
    assert found.rows[0].task.job.rank == Rank.LINE
    assert (found.lines, found.lines_lost) == (1, 0)
    away(cal)
    assert seen().lines_lost == 1


def test_a_child_who_has_left_the_run_brings_no_line(session, bea, cal, pupils, seen):
    place = session.provision.places.get(pupil=pupils[0])
    line_for(place)
    place.ends_on = WEDNESDAY - timedelta(days=1)
    place.save()
    away(bea)
    assert seen().rows[0].task.job.rank == Rank.PROVISION


def test_an_untrained_adult_is_never_proposed(session, bea, cal, dev, open_school, seen):
    skill = Skill.objects.create(school=open_school, name="Talk Boost course")
    session.provision.intervention.skill = skill
    session.provision.intervention.save()
    certified(dev, skill, expires_on=WEDNESDAY)
    certified(cal, skill, expires_on=WEDNESDAY - timedelta(days=1))
    away(bea)
    found = seen()
    assert names(found.rows) == [("Talk Boost, Robins", "Dev Lall")]
    assert [one.member for one in found.rows[0].choices] == [dev]
    assert "trained in Talk Boost course until 4 Nov 2026" in found.rows[0].choices[0].words


def test_care_on_which_a_life_may_hang_goes_before_the_lines(session, bea, cal, pupils, board, open_school, seen):
    skill = Skill.objects.create(school=open_school, name="Rescue medicine", is_life_critical=True)
    certified(cal, skill)
    slot(bea, time(9), time(9, 30), "Duty", skill=skill, doing="Medicine")
    other = adult(open_school, "Eve Tan")
    slot(other, time(9), time(9, 30), skill=skill, doing="Medicine at lunch")
    line_for(session.provision.places.get(pupil=pupils[0]))
    session.provision.adults.all().delete()
    session.adults.update(member=other)
    away(bea)
    away(other)
    found = seen()
    assert [row.task.job.rank for row in found.rows] == [Rank.CARE, Rank.LINE]
    assert names(found.rows) == [("Medicine", cal.name), ("Talk Boost, Robins", None)]


def test_a_lighter_duty_is_left_and_says_so(session, bea, cal, board, group, seen):
    slot(cal, time(8, 45), TEN, group=group)
    away(bea)
    found = seen()
    assert names(found.rows) == [("Talk Boost, Robins", cal.name)]
    assert [(move.leaves, move.loss.task.starts_at, move.loss.last) for move in found.moves] == [
        (cal, time(9), 9 * 60 + 30)
    ]


def test_the_second_adult_of_a_class_is_asked_before_the_only_one(session, bea, cal, dev, board, group, seen):
    eve = adult(cal.school, "Eve Tan")
    other = group.__class__.objects.create(school=cal.school, name="6B")
    slot(cal, time(8, 45), TEN, group=other)
    slot(dev, time(8, 45), TEN, group=group)
    slot(eve, time(8, 45), TEN, group=group)
    away(bea)
    found = seen()
    assert found.rows[0].chosen in (dev, eve)
    assert [one.member for one in found.rows[0].choices][-1] == cal
    assert len(found.rows[0].choices) == 3


def test_break_is_nobodys_cover(session, bea, cal, board, seen):
    slot(cal, time(9), time(9, 15), "Break")
    away(bea)
    assert names(seen().rows) == [("Talk Boost, Robins", None)]


def test_a_teacher_is_not_taken_from_a_lesson(session, bea, open_school, board, group, seen):
    teacher = adult(open_school, "Tom Reed", staff_group="teacher")
    slot(teacher, time(9), TEN, group=group)
    away(bea)
    assert seen().rows[0].choices == []


def test_a_private_run_is_covered_by_its_own_adults_alone(session, bea, cal, dev, seen, senco):
    session.provision.is_private = True
    session.provision.save()
    away(bea)
    assert seen().rows[0].choices == []
    session.provision.adults.create(member=dev, starts_on=session.provision.starts_on)
    assert names(seen().rows) == [("Talk Boost, Robins", "Dev Lall")]


def test_a_session_that_nobody_was_named_for_is_open_too(session, bea, cal, seen):
    session.adults.all().delete()
    row = seen().rows[0]
    assert (row.gone.cause, row.chosen) == (CoverDecision.Cause.EMPTY, bea)  # she leads it


def test_help_of_which_others_go_on_is_no_place_to_fill(bea, cal, dev, board, group, seen):
    slot(bea, time(9), TEN, group=group)
    slot(cal, time(9), TEN, group=group)
    away(bea)
    found = seen()
    assert found.rows == []
    assert [task.stretch for task in found.day.thinner] == [(540, 600)]
    away(cal)
    assert names(seen().rows) == [("5A, In a lesson", "Dev Lall")]


def test_what_is_over_is_not_proposed(session, bea, cal, who):
    away(bea)
    found = propose(day_of(who, WEDNESDAY, QUARTER_TO_EIGHT.replace(hour=9, minute=30)))
    assert found.rows == []
    assert [task.title for task in found.day.past] == ["Talk Boost, Robins"]


def test_one_adult_for_the_whole_day(session, bea, cal, dev, pupils, open_school, senco, seen):
    run_of(open_school, pupils[:1], by=senco, adults=[bea], times=((2, TEN),), what=intervention(open_school, "ELSA"))
    away(bea)
    assert {row.chosen for row in seen(everything=dev.pk).rows} == {dev}
    assert {row.chosen for row in seen(everything=cal.pk).rows} == {cal}


def test_the_day_costs_the_same_number_of_questions_whatever_is_in_it(
    session, bea, cal, dev, pupils, open_school, senco, board, group, who, django_assert_max_num_queries
):
    away(bea)
    for hour in range(10, 15):
        run_of(open_school, pupils, by=senco, adults=[bea], times=((2, time(hour)),),
               what=intervention(open_school, f"Group {hour}"))  # fmt: skip
        slot(dev, time(hour), time(hour, 40), group=group)
    with django_assert_max_num_queries(33):
        found = propose(day_of(who, WEDNESDAY, QUARTER_TO_EIGHT))
    assert len(found.rows) == 6


# --- Deciding ----------------------------------------------------------------------------------------------------
def test_nothing_changes_before_it_is_accepted(session, bea, cal, seen):
    away(bea)
    seen()
    assert [row.member for row in fresh(session).adults.all()] == [bea]
    assert not CoverDecision.objects.exists()
    assert mail.outbox == []


def test_accepted_the_session_is_the_covering_adults(session, bea, cal, accept, seen):
    away(bea)
    (cover,) = accept()
    assert (cover.member, cover.instead_of, cover.cause) == (cal, bea, "away")
    (row,) = fresh(session).adults.all()
    assert (row.member, row.is_cover) == (cal, True)
    assert seen().rows == []
    assert mail.outbox == []
    assert Event.objects.filter(code="cover.decided", happened_on=WEDNESDAY).count() == 1


def test_left_unfilled_it_is_not_held_and_says_why(session, bea, accept, senco, pupils):
    away(bea)
    (cover,) = accept()
    assert (cover.member, cover.reason) == (None, CoverDecision.Unfilled.NOBODY)
    row = fresh(session)
    assert (row.state, row.reason) == ("lost", LostReason.ADULT)
    assert "Nobody trained was free" in row.note
    assert cover.minutes == 30  # what was planned stands: the shortfall is whole


def test_a_session_that_took_place_after_all_can_be_logged(session, bea, accept, senco, pupils):
    away(bea)
    accept()
    row = fresh(session)
    correct_log(session=row, marks=[Mark(pupils[0].pk)], minutes=20, note="", why="It was held", version=row.version,
                by=senco)  # fmt: skip
    assert fresh(session).state == "held"


def test_what_an_adult_is_taken_from_is_written_down(session, bea, cal, board, group, accept, seen):
    own = slot(cal, time(8, 45), TEN, group=group)
    away(bea)
    accept()
    taken = CoverDecision.objects.get(cause="taken")
    assert (taken.slot, taken.instead_of, taken.member, taken.reason) == (own, cal, None, "weightier")
    assert (taken.starts_at, taken.minutes) == (time(9), 30)
    assert seen().rows == []


def test_what_goes_on_with_others_says_so(session, bea, cal, dev, board, group, accept):
    slot(cal, time(8, 45), TEN, group=group)
    slot(dev, time(8, 45), TEN, group=group)
    away(bea)
    accept()
    assert CoverDecision.objects.get(cause="taken").reason == CoverDecision.Unfilled.ENOUGH


def test_the_board_under_a_covered_session_is_not_open_again(session, bea, cal, board, group, accept, seen):
    """Her lesson from a quarter to nine held the session within it: what was decided of the session is decided."""
    slot(bea, time(8, 45), TEN, group=group)
    away(bea)
    before = {row.task.stretch for row in seen().rows}
    assert before == {(540, 570), (525, 540), (570, 600)}
    accept()
    assert seen().rows == []


def test_a_session_left_for_a_line_is_lost_to_it(session, bea, cal, pupils, open_school, senco, accept):
    line_for(session.provision.places.get(pupil=pupils[0]))
    other = run_of(
        open_school, pupils[1:2], by=senco, adults=[cal], times=((2, time(9, 15)),),
        what=intervention(open_school, "Reading"),
    )  # fmt: skip
    away(bea)
    accept()
    row = other.sessions.get(on=WEDNESDAY)
    assert (row.state, row.reason) == ("lost", LostReason.COVER)
    assert [one.member for one in fresh(session).adults.all()] == [cal]


def test_the_day_as_it_was_seen_is_what_is_accepted(session, bea, cal, accept, seen):
    away(bea)
    with refused(CoverReason.DAY_CHANGED):
        accept(seal="something else")
    with refused(CoverReason.MOVES_CHANGED):
        accept(moved_seal="something else")
    assert not CoverDecision.objects.exists()
    assert [row.member for row in fresh(session).adults.all()] == [bea]


def test_somebody_who_cannot_is_refused_by_name(session, bea, cal, dev, accept, seen):
    away(bea)
    away(dev)
    key = seen().rows[0].key
    with refused(CoverReason.NOT_POSSIBLE, name="Dev Lall"):
        accept(decisions={key: Decision(dev.pk)})


def test_nobody_is_put_in_two_places(session, bea, cal, pupils, open_school, senco, accept, seen):
    eve = adult(open_school, "Eve Tan")
    run_of(open_school, pupils[:1], by=senco, adults=[eve], times=((2, time(9, 10)),),
           what=intervention(open_school, "ELSA"))  # fmt: skip
    away(bea)
    away(eve)
    wanted = {row.key: Decision(cal.pk) for row in seen().rows}
    assert len(wanted) == 2
    with refused(CoverReason.TWO_PLACES, name=cal.name):
        accept(decisions=wanted)
    assert not CoverDecision.objects.exists()


def test_planning_leaves_what_was_decided(session, bea, cal, accept, open_school):
    away(bea)
    accept()
    plan_school(open_school)
    assert [row.member for row in fresh(session).adults.all()] == [cal]


# --- Taking back -------------------------------------------------------------------------------------------------
def test_taken_back_everything_is_as_it_was(session, bea, cal, board, group, accept, senco, seen):
    slot(cal, time(8, 45), TEN, group=group)
    away(bea)
    covers = accept()
    services.take_back(cover=covers[0], by=senco)
    assert not CoverDecision.objects.standing().exists()
    assert CoverDecision.objects.count() == 2
    assert [row.member for row in fresh(session).adults.all()] == [bea]
    assert names(seen().rows) == [("Talk Boost, Robins", cal.name)]
    services.take_back(cover=covers[0], by=senco)  # once more changes nothing
    assert [row.member for row in fresh(session).adults.all()] == [bea]


def test_unfilled_taken_back_is_open_again(session, bea, accept, senco, seen):
    away(bea)
    (cover,) = accept()
    services.take_back(cover=cover, by=senco)
    assert fresh(session).state == "planned"
    assert len(seen().rows) == 1


def test_what_was_logged_meanwhile_is_not_taken_back(session, bea, cal, accept, senco):
    away(bea)
    (cover,) = accept()
    held(fresh(session), by=senco)
    with refused(CoverReason.LOGGED):
        services.take_back(cover=cover, by=senco)
    assert cover in CoverDecision.objects.standing()


def test_an_adult_who_comes_after_all_is_pointed_out(session, bea, cal, accept):
    gone = away(bea)
    covers = accept()
    assert selectors.back_after_all(covers, WEDNESDAY) == set()
    gone.removed_at = QUARTER_TO_EIGHT
    gone.save()
    assert selectors.back_after_all(covers, WEDNESDAY) == {covers[0].pk}


# --- Telling -----------------------------------------------------------------------------------------------------
@pytest.fixture
def tell(open_school, senco):
    def do():
        notices = services.tell(school=open_school, on=WEDNESDAY, by=senco)
        return [(one.member.name, len(one.items)) for one in notices]

    return do


def _mails():
    return list(OutgoingMail.objects.order_by("pk").values_list("to", "subject"))


def test_nobody_hears_before_tell_them_and_then_once(session, bea, cal, accept, tell):
    away(bea)
    accept()
    assert _mails() == []
    assert tell() == [(cal.name, 1)]
    assert _mails() == [(cal.user.email, "You cover somebody")]
    with refused(CoverReason.NOBODY_TO_TELL):
        tell()
    assert len(_mails()) == 1


def test_a_mail_names_no_child_no_run_and_no_colleague(session, bea, cal, accept, tell):
    away(bea)
    accept()
    tell()
    text = OutgoingMail.objects.get().text
    assert "09:00, 30 minutes" in text
    for secret in ("Talk Boost", "Robins", "Bea", "Aisha"):
        assert secret not in text


def test_a_change_after_that_is_told_once_to_both(session, bea, cal, dev, accept, tell, senco, seen):
    away(bea)
    covers = accept(pins={seen().rows[0].key: cal.pk})
    assert covers[0].member == cal
    tell()
    services.take_back(cover=covers[0], by=senco)
    (cover,) = accept(pins={seen().rows[0].key: dev.pk})
    assert cover.member == dev
    assert sorted(tell()) == sorted([(cal.name, 0), ("Dev Lall", 1)])
    assert [subject for _, subject in _mails()][1:] == ["You are not needed as cover any more"]
    assert CoverNotice.objects.get(member=dev).is_mailed is False  # Dev has no account
    with refused(CoverReason.NOBODY_TO_TELL):
        tell()


def test_taken_back_and_given_again_before_anybody_was_told_tells_once(session, bea, cal, accept, tell, senco):
    away(bea)
    (cover,) = accept()
    services.take_back(cover=cover, by=senco)
    accept()
    assert tell() == [(cal.name, 1)]


# --- Pages -------------------------------------------------------------------------------------------------------
URL = "/cover/?day=2026-11-04"


def test_a_day_by_the_page(session, bea, cal, sign_in, senco):
    away(bea)
    client = sign_in(senco)
    page = client.get(URL)
    proposal = page.context["proposal"]
    key = proposal.rows[0].key
    data = {f"who-{key}": str(cal.pk), "seal": proposal.seal, "moved": proposal.moved_seal}
    answer = client.post(URL, data)
    assert answer.status_code == 302
    after = client.get(URL)
    assert [one.member for one in after.context["untold"]] == [cal]
    assert client.post("/cover/tell/?day=2026-11-04").status_code == 302
    assert client.get(URL).context["untold"] == []


def test_a_day_that_changed_meanwhile_is_shown_again_and_nothing_is_saved(session, bea, cal, sign_in, senco):
    away(bea)
    client = sign_in(senco)
    key = client.get(URL).context["proposal"].rows[0].key
    answer = client.post(URL, {f"who-{key}": str(cal.pk), "seal": "x", "moved": "x"})
    assert answer.status_code == 422
    assert not CoverDecision.objects.exists()
    shown = answer.context["proposal"]
    data = {f"who-{key}": str(cal.pk), "seal": shown.seal, "moved": shown.moved_seal}
    assert client.post(URL, data).status_code == 302


def test_my_own_choices_stand_in_the_address(session, bea, cal, dev, sign_in, senco):
    away(bea)
    client = sign_in(senco)
    row = client.get(URL).context["proposal"].rows[0]
    other = dev if row.chosen == cal else cal
    answer = client.post(URL, {f"who-{row.key}": str(other.pk), f"was-{row.key}": str(row.chosen.pk), "again": "1"})
    assert f"pin={row.key}%3A{other.pk}" in answer.url
    assert client.get(answer.url).context["proposal"].rows[0].chosen == other


def test_on_a_day_given_to_one_adult_a_choice_of_ones_own_stands(session, bea, cal, dev, sign_in, senco):
    away(bea)
    client, url = sign_in(senco), f"{URL}&everything={cal.pk}"
    proposal = client.get(url).context["proposal"]
    key = proposal.rows[0].key
    assert proposal.rows[0].chosen == cal
    data = {f"who-{key}": str(dev.pk), "seal": proposal.seal, "moved": proposal.moved_seal}
    assert client.post(url, data).status_code == 302
    assert CoverDecision.objects.get().member == dev


@pytest.mark.parametrize(
    "query",
    ["day=never", "day=", "day=0001-01-01", "day=9999-12-31", "everything=x", "everything=999", "pin=s1.0:²",
     "pin=:::", "pin=s1.0:99999999999999999999", "everything=99999999999999999999"],
)  # fmt: skip
def test_odd_addresses_show_a_day(session, bea, cal, sign_in, senco, query):
    away(bea)
    assert sign_in(senco).get(f"/cover/?{query}").status_code == 200


def test_recording_an_absence_leads_to_what_it_uncovers(session, bea, cal, sign_in, senco, open_school):
    data = {"version": 0, "member": bea.pk, "starts_on": WEDNESDAY, "ends_on": WEDNESDAY}
    answer = sign_in(senco).post(reverse("staff:absence-add"), data)
    assert answer.url == URL
    data["member"] = cal.pk
    answer = sign_in(senco).post(reverse("staff:absence-add"), data)
    assert answer.url == reverse("staff:absence-detail", args=[cal.absences.get().pk])


def test_the_covering_adult_sees_it_in_their_day(session, bea, cal, dev, board, group, accept, sign_in):
    own = slot(bea, TEN, ELEVEN, group=group, doing="Maths set 3")
    slot(cal, TEN, time(11, 30), "Meeting", doing="Talk with Ms Reed")
    away(bea)
    accept(pins={f"b{own.pk}-600.0": cal.pk})
    page = sign_in(cal.user).get(reverse("provision:my-day")).content.decode()
    assert "Cover: Maths set 3" in page
    assert "instead of Bea Moss" in page
    assert "Needed elsewhere 10:00 to 11:00" in " ".join(page.split())


def test_a_covered_slot_says_so_where_it_was_called_uncovered(bea, cal, board, group, accept, sign_in, senco):
    slot(bea, TEN, ELEVEN, group=group, doing="Maths set 3")
    away(bea)
    accept()
    page = sign_in(senco).get(reverse("staff:absence-list") + "?day=2026-11-04").content.decode()
    assert f"Cover: {cal.name}" in " ".join(page.split())


def test_a_life_without_a_trained_adult_in_the_building_is_said(open_school, bea, cal, pupils, sign_in, senco, session):
    skill = Skill.objects.create(school=open_school, name="Rescue medicine", is_life_critical=True)
    PupilSkill.objects.create(pupil=pupils[0], skill=skill, source="health", starts_on=BEGAN)
    certified(bea, skill)
    client = sign_in(senco)
    assert client.get(URL).context["unsafe"] == []
    away(bea)
    assert client.get(URL).context["unsafe"] == [(skill, 1)]


def test_a_provision_lead_decides_for_their_unit_alone(open_school, sign_in, acting, bea, cal, session):
    unit = Unit.objects.create(school=open_school, name="The Willow Room")
    lead = MembershipFactory(school=open_school, role=Role.PROVISION_LEAD, unit=unit).user
    away(bea)
    assert sign_in(lead).get(URL).context["proposal"].rows == []


def test_teachers_and_assistants_do_not_plan_cover(session, sign_in, teacher, cal):
    assert sign_in(teacher).get(URL).status_code == 403
    assert sign_in(cal.user).post("/cover/tell/").status_code == 403


def test_another_schools_decision_is_not_there(session, bea, cal, accept, sign_in, outsider):
    away(bea)
    (cover,) = accept()
    assert sign_in(outsider).get(reverse("provision:cover-take-back", args=[cover.pk])).status_code == 404


def test_pupils_of_the_day_are_counted_and_not_named_on_the_page(session, bea, cal, sign_in, senco, pupils):
    PupilFactory(school=bea.school, legal_forename="Zelda")
    away(bea)
    page = sign_in(senco).get(URL).content.decode()
    assert "4 pupils" in page
    assert pupils[0].legal_forename not in page
