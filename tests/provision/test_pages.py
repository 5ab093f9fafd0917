"""The pages of provision: set up on one page, a day on a phone, a log in four taps, and who sees what."""

from datetime import date, time

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from provision.models import Place, Provision, Session, WaitingPupil
from provision.runs.services import At, add_pupils, copy_run, put_on_list, set_adults, set_times
from provision.sessions import services
from provision.sessions.services import Mark, everyone_here
from pupils.models import Pupil
from sendco.audit.models import Read
from staff.models import Post, Skill
from tests.factories import MembershipFactory, PupilFactory
from tests.staff.adults import adult

from .helping import MONDAY, NINE, WEDNESDAY, fresh, held, intervention, run_of


def text_of(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def session(run):
    return run.sessions.get(on=WEDNESDAY)


# --- Setting up --------------------------------------------------------------------------------------------------
def setting_up(children, leader, **values):
    return {
        "name": "Robins", "pupils": [pupil.pk for pupil in children], "weekdays": ["0", "2"], "starts_at": "09:00",
        "minutes": 30, "adults": [leader.pk], "sharing": "together", "starts_on": "2026-11-09",
        "ends_on": "2026-11-27", "funding": "school",
    } | values  # fmt: skip


def test_a_run_is_set_up_on_one_page_and_takes_who_waits(open_school, pupils, leader, senco, sign_in):
    what = intervention(open_school)
    put_on_list(intervention=what, pupil=pupils[0], since=MONDAY, why="", by=senco)
    url = reverse("provision:provision-add", args=[what.pk])
    browser = sign_in(senco)

    form = browser.get(url).context["form"]
    assert form.initial["pupils"] == [pupils[0].pk]
    assert (form.initial["minutes"], form.initial["weekdays"]) == (30, ["0", "1"])
    page = browser.post(url, setting_up(pupils, leader), follow=True)

    run = Provision.objects.get()
    assert run.sessions.count() == 6
    assert run.places.count() == 4
    assert "Robins is set up" in text_of(page)
    assert WaitingPupil.objects.get().ending == "placed"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"pupils": []}, "pupils"),
        ({"weekdays": []}, "weekdays"),
        ({"ends_on": "2026-11-01"}, "ends_on"),
        ({"starts_at": ""}, "starts_at"),
        ({"sharing": "parts"}, "adults"),
        ({"pupils": ["99999999999999999999999"]}, "pupils"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_gone(
    open_school, pupils, leader, senco, sign_in, wrong, field
):
    url = reverse("provision:provision-add", args=[intervention(open_school).pk])

    page = sign_in(senco).post(url, setting_up(pupils, leader, **wrong))

    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert "Robins" in text_of(page)
    assert not Provision.objects.exists()


def test_a_child_or_adult_of_another_school_is_no_choice(open_school, foreign_pupil, other_school, senco, sign_in):
    url = reverse("provision:provision-add", args=[intervention(open_school).pk])

    page = sign_in(senco).post(url, setting_up([foreign_pupil], adult(other_school)))

    assert set(page.context["form"].errors) >= {"pupils", "adults"}


def test_what_does_not_fit_is_said_on_the_page_of_the_run(open_school, pupils, leader, senco, sign_in):
    skill = Skill.objects.create(school=open_school, name="Talk Boost")
    run_of(open_school, pupils[:1], by=senco, adults=[leader], name="First")
    second = run_of(
        open_school, pupils[:1], by=senco, adults=[leader], name="Second", ends_on=date(2026, 12, 18),
        what=intervention(open_school, "Other", skill=skill), times=((0, time(9, 15)), (2, time(15, 0))),
    )  # fmt: skip

    page = text_of(sign_in(senco).get(second.get_absolute_url()))

    assert "Aisha" in page
    assert "is in First at the same time: Mon 09:00" in page
    assert "leads First at the same time: Mon 09:00" in page
    assert "has no certificate in Talk Boost" in page
    assert "does not work Wed 15:00 for 30 minutes" in page


def test_the_list_of_runs_does_not_grow_in_queries(open_school, pupils, senco, sign_in, count_queries):
    sign_in(senco)
    run_of(open_school, pupils, by=senco)
    few = count_queries(reverse("provision:provision-list"))
    for number in range(3):
        run_of(open_school, pupils, by=senco, what=Provision.objects.first().intervention, name=f"More {number}")

    assert count_queries(reverse("provision:provision-list")) == few


# --- Who sees what -----------------------------------------------------------------------------------------------
def test_who_gives_a_child_something_sees_the_child_while_it_lasts(
    open_school, other_pupil, leader, senco, teaching_assistant, acting
):
    def seen():
        return Pupil.objects.visible_to(acting(teaching_assistant)).filter(pk=other_pupil.pk).exists()

    assert not seen()
    run = run_of(open_school, [other_pupil], by=senco, adults=[leader])
    assert seen()
    with time_machine.travel("2026-11-30 12:00:00+00:00", tick=False):
        assert not seen()
    Place.objects.filter(provision=run).update(ends_on=MONDAY)
    assert not seen()


def test_who_covers_sees_the_children_on_that_day_alone(run, session, senco, acting):
    user = MembershipFactory(school=run.school, role="teaching_assistant").user
    helper = adult(run.school, user=user)
    services.set_session_adults(session=session, members=[helper], version=session.version, by=senco)

    assert Pupil.objects.visible_to(acting(user)).count() == 4
    with time_machine.travel("2026-11-05 12:00:00+00:00", tick=False):
        assert not Pupil.objects.visible_to(acting(user)).exists()


def test_a_teacher_sees_the_runs_of_own_pupils_and_logs_none_of_them(run, session, teacher, sign_in):
    browser = sign_in(teacher)

    assert browser.get(run.get_absolute_url()).status_code == 200
    assert browser.get(reverse("provision:session-detail", args=[session.pk])).status_code == 200
    assert browser.get(reverse("provision:session-log", args=[session.pk])).status_code == 404
    assert browser.post(reverse("provision:session-lost", args=[session.pk]), {"reason": "trip"}).status_code == 404
    assert fresh(session).is_open


def test_a_teacher_reads_of_the_own_pupils_alone(open_school, other_pupil, pupils, leader, senco, teacher, sign_in):
    run = run_of(open_school, [*pupils[:1], other_pupil], by=senco, adults=[leader])
    marks = [Mark(pupils[0].pk, word="Read well"), Mark(other_pupil.pk, reason="no", word="Had a hard morning")]
    session = held(run.sessions.get(on=MONDAY), by=senco, marks=marks, note="Leo was upset")
    url = reverse("provision:session-detail", args=[session.pk])

    page, whole = text_of(sign_in(teacher).get(url)), text_of(sign_in(senco).get(url))
    assert "Read well" in page
    assert not any(words in page for words in ("Farrant", "hard morning", "upset"))
    assert "And 1 whom you do not teach or support" in page
    assert all(words in whole for words in ("Farrant", "hard morning", "upset"))
    assert "Farrant" not in text_of(sign_in(teacher).get(run.get_absolute_url()))


# --- The day -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("clock", "said"),
    [
        ("08:54", "Nothing"),
        ("08:56", "Now, until 09:30"),
        ("09:29", "Now, until 09:30"),
        ("09:31", "09:00, not logged yet"),
        ("17:00", "09:00, not logged yet"),
    ],
)
def test_the_day_opens_at_the_session_that_is_on(run, teaching_assistant, sign_in, clock, said):
    with time_machine.travel(f"{WEDNESDAY} {clock}:00+00:00", tick=False):
        page = text_of(sign_in(teaching_assistant).get(reverse("provision:my-day")))

    assert ("now-box" in page) == (said != "Nothing")
    assert said == "Nothing" or said in page


def test_the_day_is_one_of_london_in_summer_too(open_school, pupils, leader, senco, teaching_assistant, sign_in):
    run_of(open_school, pupils, by=senco, adults=[leader], starts_on=date(2027, 4, 12), ends_on=date(2027, 4, 30))

    with time_machine.travel("2027-04-12 08:10:00+00:00", tick=False):  # ten past nine on the wall
        assert "Now, until 09:30" in text_of(sign_in(teaching_assistant).get(reverse("provision:my-day")))


def test_somebody_who_is_not_on_the_staff_list_is_told(open_school, teacher, sign_in):
    assert "You are not on the staff list" in text_of(sign_in(teacher).get(reverse("provision:my-day")))


def test_the_day_does_not_grow_in_queries(run, senco, leader, pupils, teaching_assistant, sign_in, count_queries):
    sign_in(teaching_assistant)
    few = count_queries(reverse("provision:my-day"))
    for hour in (10, 11, 13):
        run_of(
            run.school, pupils, by=senco, adults=[leader], what=run.intervention, times=((2, time(hour)),),
            name=f"At {hour}",
        )  # fmt: skip

    assert count_queries(reverse("provision:my-day")) == few


# --- The log -----------------------------------------------------------------------------------------------------
def logging(session, away=(), **values):
    data = {"minutes": 30, "note": ""} | values
    for pupil in away:
        data |= {f"away-{pupil.pk}": "on", f"reason-{pupil.pk}": "absent"}
    return data


def test_a_log_takes_no_more_statements_for_a_larger_group(run, senco, teaching_assistant, pupils, sign_in):
    browser, counts = sign_in(teaching_assistant), []
    add_pupils(run=run, pupils=PupilFactory.create_batch(6, school=run.school), starts_on=WEDNESDAY, by=senco)
    for row in run.sessions.filter(on__lte=WEDNESDAY):
        with CaptureQueriesContext(connection) as queries:
            browser.post(reverse("provision:session-log", args=[row.pk]), logging(row))
        counts.append((fresh(row).present, len(queries)))

    assert [present for present, _ in counts] == [4, 10]
    assert counts[1][1] <= counts[0][1]


def test_a_log_says_who_was_away_and_leads_back_to_the_day(session, pupils, teaching_assistant, sign_in):
    browser, url = sign_in(teaching_assistant), reverse("provision:session-log", args=[session.pk])

    page = browser.post(url, logging(session, away=pupils[:1]))

    assert page.url == reverse("provision:my-day")
    assert (fresh(session).present, fresh(session).given) == (3, 30)


def test_a_log_sent_twice_is_one(session, teaching_assistant, sign_in):
    browser, url = sign_in(teaching_assistant), reverse("provision:session-log", args=[session.pk])
    key = browser.get(url).context["form"].initial["key"]

    for _ in range(2):
        browser.post(url, logging(session, key=str(key)))

    assert session.attendances.count() == 4


def test_two_logs_that_differ_stand_side_by_side(session, senco, teaching_assistant, pupils, sign_in):
    held(session, by=senco)

    url = reverse("provision:session-log", args=[session.pk])
    page = sign_in(teaching_assistant).post(url, logging(session, away=pupils[:1], note="Mine"))

    assert page.status_code == 422
    assert "It is logged already" in text_of(page)
    assert "Mine" in text_of(page)
    assert session.attendances.filter(reason="").count() == 4


def test_a_wrong_number_keeps_all_that_was_typed(session, teaching_assistant, pupils, sign_in):
    url = reverse("provision:session-log", args=[session.pk])
    typed = {f"word-{pupils[0].pk}": "Five words", f"value-{pupils[0].pk}": "many"}

    page = sign_in(teaching_assistant).post(url, logging(session, away=pupils[1:2], **typed))

    assert page.status_code == 422
    assert "Five words" in text_of(page)
    assert page.context["form"][f"away-{pupils[1].pk}"].value()
    assert fresh(session).is_open


def test_a_session_is_not_held_with_a_reason(session, teaching_assistant, sign_in):
    url = reverse("provision:session-lost", args=[session.pk])
    browser = sign_in(teaching_assistant)

    assert browser.post(url, {}).status_code == 422
    browser.post(url, {"reason": "room", "note": "Boiler"})

    assert (fresh(session).state, fresh(session).reason) == ("lost", "room")


def test_a_correction_asks_why(session, senco, teaching_assistant, pupils, sign_in):
    held(session, by=senco)
    url, browser = reverse("provision:session-correct", args=[session.pk]), sign_in(teaching_assistant)

    assert browser.post(url, logging(session, version=2)).status_code == 422
    browser.post(url, logging(session, away=pupils[:2], version=2, why="Two were out"))

    assert fresh(session).present == 2


def test_a_log_speaks_of_the_children_on_the_page_and_of_nobody_else(
    run, session, pupils, open_school, group, senco, teaching_assistant, sign_in
):  # fmt: skip
    """A child joins and another leaves while the page is open: who was seen is logged, who was not is not."""
    url, browser = reverse("provision:session-log", args=[session.pk]), sign_in(teaching_assistant)
    shown = browser.get(url).context["form"]["shown"].value()
    new = PupilFactory(school=open_school, form_group=group, legal_forename="Zed")
    add_pupils(run=run, pupils=[new], starts_on=MONDAY, by=senco)

    browser.post(url, logging(session, away=pupils[:1], shown=shown))

    assert session.attendances.count() == 4
    assert not session.attendances.filter(pupil=new).exists()
    assert "Zed" in text_of(browser.get(reverse("provision:session-detail", args=[session.pk])))


def test_a_correction_says_nothing_of_a_child_of_whom_the_log_said_nothing(
    run, session, pupils, open_school, group, senco, sign_in
):  # fmt: skip
    held(session, by=senco)
    new = PupilFactory(school=open_school, form_group=group, legal_forename="Zed")
    add_pupils(run=run, pupils=[new], starts_on=MONDAY, by=senco)
    url, browser = reverse("provision:session-correct", args=[session.pk]), sign_in(senco)
    form = browser.get(url).context["form"]
    assert form[f"silent-{new.pk}"].initial is True

    same = logging(session, version=2, why="note", note="Late", shown=form["shown"].value())
    browser.post(url, same | {f"silent-{new.pk}": "on"})
    assert session.attendances.count() == 4
    browser.post(url, same | {"version": 3, "why": "Zed was there"})
    assert session.attendances.filter(pupil=new, reason="").exists()


@pytest.mark.parametrize("shown", ["", "x,y", "999999999999999999999999", ",,,", "1" * 400])
def test_a_broken_list_of_children_falls_back_on_the_group(session, teaching_assistant, sign_in, shown):
    url = reverse("provision:session-log", args=[session.pk])

    sign_in(teaching_assistant).post(url, logging(session, shown=shown))

    assert session.attendances.count() == 4


def test_a_private_run_is_for_those_who_lead_it_and_the_senco(
    run, session, teacher, teaching_assistant, senco, sign_in
):
    Provision.objects.filter(pk=run.pk).update(is_private=True)
    page, place = reverse("provision:provision-detail", args=[run.pk]), run.places.first()
    child = reverse("pupil-detail", args=[place.pupil_id]) + "?tab=provision"

    assert sign_in(teacher).get(page).status_code == 404
    assert sign_in(teacher).get(reverse("provision:session-detail", args=[session.pk])).status_code == 404
    assert "Robins" not in text_of(sign_in(teacher).get(child))
    for person in (teaching_assistant, senco):
        assert sign_in(person).get(page).status_code == 200


def test_who_no_longer_leads_a_run_no_longer_sees_the_group(run, teaching_assistant, senco, open_school, sign_in):
    with time_machine.travel("2026-11-03 12:00:00+00:00", tick=False):
        set_adults(
            run=run,
            adults=[adult(open_school, "Ana Field")],
            sharing="together",
            from_on=WEDNESDAY,
            version=1,
            by=senco,
        )

    assert sign_in(teaching_assistant).get(reverse("provision:provision-detail", args=[run.pk])).status_code == 404


def test_an_adult_who_left_stays_in_the_list_until_somebody_takes_them_out(run, session, leader, senco, sign_in):
    Post.objects.filter(member=leader).update(ends_on=date(2026, 11, 3))

    for name, row in (("provision-adults", run), ("session-adults", session)):
        page = sign_in(senco).get(reverse(f"provision:{name}", args=[row.pk]))
        assert leader.name in text_of(page)


def test_all_sessions_to_come_can_be_seen(run, senco, sign_in):
    set_times(run=run, times=[At(day, NINE, 20) for day in range(5)], from_on=MONDAY, version=1, by=senco)
    page = reverse("provision:provision-detail", args=[run.pk])

    assert len(sign_in(senco).get(page).context["ahead"]) == 10
    assert len(sign_in(senco).get(page + "?sessions=all").context["ahead"]) == 18


def test_looking_at_a_session_or_a_run_writes_that_its_children_were_read(run, session, senco, sign_in):
    sign_in(senco).get(reverse("provision:session-detail", args=[session.pk]))
    sign_in(senco).get(reverse("provision:provision-detail", args=[run.pk]))

    assert Read.objects.filter(what="session").count() == 4
    assert Read.objects.filter(what="provision").count() == 4


def test_catching_up_shows_past_sessions_without_a_record(run, senco, teaching_assistant, sign_in):
    mine = reverse("provision:catch-up")
    assert "Mon 2 Nov" in text_of(sign_in(teaching_assistant).get(mine))

    held(run.sessions.get(on=MONDAY), by=senco)

    assert "Every past session has a record" in text_of(sign_in(teaching_assistant).get(mine))
    assert "Every past session has a record" in text_of(sign_in(senco).get(mine))


def test_a_session_that_was_not_planned_leads_on_to_its_log(run, teaching_assistant, sign_in):
    url = reverse("provision:session-add", args=[run.pk])

    page = sign_in(teaching_assistant).post(url, {"on": "2026-11-03", "starts_at": "14:00", "minutes": 20})

    row = Session.objects.get(was_planned=False)
    assert page.url == reverse("provision:session-log", args=[row.pk])
    assert row.adults.get().member.user == teaching_assistant


def test_moving_and_making_good_by_their_pages(run, session, senco, sign_in):
    browser = sign_in(senco)
    there = {"on": "2026-11-05", "starts_at": "09:00"}

    browser.post(reverse("provision:session-move", args=[session.pk]), there)
    lost = run.sessions.get(on=MONDAY)
    services.mark_lost(session=lost, reason="adult", note="", by=senco)
    browser.post(reverse("provision:session-make-good", args=[lost.pk]), there | {"starts_at": "10:00", "minutes": 20})

    assert set(run.sessions.filter(on=date(2026, 11, 5)).values_list("in_place_of", "minutes")) == {
        (session.pk, 30),
        (lost.pk, 20),
    }
    assert "Moved to" in text_of(browser.get(reverse("provision:session-detail", args=[session.pk])))


@pytest.mark.postgresql("distinct minutes")
def test_times_adults_dates_and_places_are_changed_by_their_pages(run, senco, sign_in, pupils):
    browser, other = sign_in(senco), adult(run.school, "Cora Lee")
    times = {
        "version": 1, "from_on": "2026-11-09", "time-TOTAL_FORMS": 2, "time-INITIAL_FORMS": 0, "time-0-weekday": "1",
        "time-0-starts_at": "10:00", "time-0-minutes": 20, "time-1-weekday": "0",
    }  # fmt: skip
    assert browser.post(reverse("provision:provision-times", args=[run.pk]), times).status_code == 302
    assert run.sessions.filter(on__gt=date(2026, 11, 9)).values_list("minutes", flat=True).distinct().get() == 20
    adults = {"version": 2, "from_on": "2026-11-04", "adults": [other.pk], "sharing": "together"}
    assert browser.post(reverse("provision:provision-adults", args=[run.pk]), adults).status_code == 302
    late = adults | {"sharing": "by_week"}
    assert browser.post(reverse("provision:provision-adults", args=[run.pk]), late).status_code == 422  # of version 2
    edited = {
        "version": 3, "name": "Wrens", "starts_on": "2026-11-02", "ends_on": "2026-12-04", "funding": "top_up",
    }  # fmt: skip
    assert browser.post(reverse("provision:provision-edit", args=[run.pk]), edited).status_code == 302
    place = run.places.get(pupil=pupils[0])
    ends = {"version": 1, "starts_on": "2026-11-02", "ends_on": "2026-11-20", "entry": "met", "end_note": "Met it"}
    assert browser.post(reverse("provision:place-edit", args=[place.pk]), ends).status_code == 302

    run.refresh_from_db()
    assert (run.name, run.funding, run.version) == ("Wrens", "top_up", 4)
    assert Place.objects.get(pk=place.pk).ends_on == date(2026, 11, 20)
    late = PupilFactory(school=run.school)
    added = {"pupils": [late.pk], "starts_on": "2026-11-09"}
    assert browser.post(reverse("provision:place-add", args=[run.pk]), added).status_code == 302
    assert run.places.count() == 5


def test_a_run_with_a_log_is_not_removed_and_one_without_is(run, senco, sign_in):
    url = reverse("provision:provision-remove", args=[run.pk])
    row = held(run.sessions.get(on=MONDAY), by=senco)

    sign_in(senco).post(url)
    assert Provision.objects.filter(pk=run.pk).exists()

    services.take_log_back(session=fresh(row), why="", version=2, by=senco)
    sign_in(senco).post(url)
    assert not Provision.objects.filter(pk=run.pk).exists()


def test_a_run_is_removed_though_it_was_copied_and_though_something_was_to_make_it_good(run, senco, sign_in):
    copy = copy_run(run=run, starts_on=date(2027, 1, 4), ends_on=date(2027, 1, 29), by=senco)
    first = run.sessions.order_by("on").first()
    Session.objects.filter(pk=first.pk).update(state="lost", reason="closed")
    services.make_good(session=fresh(first), on=WEDNESDAY, starts_at=time(14), minutes=30, by=senco)

    sign_in(senco).post(reverse("provision:provision-remove", args=[run.pk]))

    assert list(Provision.objects.all()) == [copy]
    assert Provision.objects.get().copied_from is None


@pytest.mark.parametrize(("name", "data"), [
    ("session-lost", {"reason": "trip"}), ("session-move", {"on": "2026-11-05", "starts_at": "09:00"}),
])  # fmt: skip
def test_what_somebody_logged_meanwhile_is_said_and_stays(session, senco, teaching_assistant, sign_in, name, data):
    held(session, by=senco)

    page = sign_in(teaching_assistant).post(reverse(f"provision:{name}", args=[session.pk]), data)

    assert page.status_code == 422
    assert "Somebody else changed this log meanwhile" in text_of(page)
    assert fresh(session).state == "held"


def test_a_session_to_come_that_was_said_not_to_be_held_can_be_held_after_all(run, senco, sign_in):
    row = run.sessions.order_by("-on").first()
    services.mark_lost(session=row, reason="trip", note="", by=senco)

    sign_in(senco).post(reverse("provision:session-take-back", args=[row.pk]), {"version": 2, "why": "The trip is off"})

    assert fresh(row).is_open


def test_marks_of_everyone_are_of_those_expected(session, pupils):
    assert {mark.pupil_id for mark in everyone_here(session)} == {pupil.pk for pupil in pupils}
