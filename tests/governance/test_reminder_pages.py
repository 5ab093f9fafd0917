"""The pages of reminders: what was sent, when rules speak, cover, and what is known to be late."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from governance.models import Acknowledgement, Cover, DailyRun, Digest, DigestLine, ReminderPlan, RuleStages
from governance.refusals import CoverReason, MailReason, PauseReason, ReminderReason
from governance.selectors import reminders as selectors
from governance.services import reminders as services
from governance.services.daily import run_daily
from sendco.audit.models import Event
from sendco.refusals import ChangedMeanwhile
from staff.models import AcademicYear, Term
from staff.roles import Role
from tests.factories import MembershipFactory, UserFactory
from tests.refusals import refused, shows

from .conftest import at

MONDAY = date(2026, 11, 9)


def page(client, route, *args, **query):
    response = client.get(reverse(f"governance:{route}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def refused_mail(make_due, senco):
    """One mail of Monday, refused."""
    make_due(MONDAY)
    run_daily(at(MONDAY), send=False)
    Digest.objects.update(state="refused", error="The mail server refused this address (code 550).", attempts=1)
    return Digest.objects.get()


# --- What was sent ---
def test_list_shows_whom_when_and_what_failed(refused_mail, sign_in, head):
    html = page(sign_in(head), "reminder-list")

    for words in ("Nadia Rahman", "Mon 9 Nov", "Refused by the mail server", "code 550", "Send again", "Failed (1)"):
        assert words in html
    assert "1 item for 1 person" in " ".join(html.split())


def test_filter_of_failed_and_waiting(refused_mail, sign_in, head):
    client = sign_in(head)

    assert "Nadia Rahman" in page(client, "reminder-list", show="failed")
    assert "Nadia Rahman" not in page(client, "reminder-list", show="waiting")
    assert "Nadia Rahman" in page(client, "reminder-list", show="no such filter")


def test_administrator_meets_no_childs_name(refused_mail, sign_in, administrator, pupil):
    client = sign_in(administrator)

    html = page(client, "reminder-detail", refused_mail.pk)
    assert "Report of the review meeting" in html
    assert pupil.name not in html
    assert "Pupils are not named here" in html


def test_head_sees_whose_item_it_was(refused_mail, sign_in, head, pupil):
    assert pupil.name in page(sign_in(head), "reminder-detail", refused_mail.pk)


def test_digest_of_another_school_does_not_exist(refused_mail, sign_in, other_school):
    other = MembershipFactory(school=other_school, role=Role.HEAD).user
    client = sign_in(other)

    assert "Nadia" not in page(client, "reminder-list")
    assert client.get(reverse("governance:reminder-detail", args=[refused_mail.pk])).status_code == 404
    assert client.post(reverse("governance:reminder-retry", args=[refused_mail.pk])).status_code == 404


def test_person_of_two_schools_shows_each_its_own_lines(
    refused_mail, sign_in, senco, other_school, foreign_pupil, make_due
):
    other = MembershipFactory(school=other_school, role=Role.HEAD).user
    MembershipFactory(school=other_school, role=Role.SENCO, user=senco)
    DigestLine.objects.create(
        digest=refused_mail,
        school=other_school,
        user=senco,
        day=MONDAY,
        due_item_id=make_due(MONDAY, about=foreign_pupil, title="Theirs").pk,
        rule="x",
        title="Theirs",
        due_on=MONDAY,
        stage="0",
    )

    html = page(sign_in(other), "reminder-detail", refused_mail.pk)

    assert "Theirs" in html
    assert "Report of the review meeting" not in html


def test_send_again(refused_mail, sign_in, head, django_capture_on_commit_callbacks):
    client = sign_in(head)

    with django_capture_on_commit_callbacks():
        response = client.post(reverse("governance:reminder-retry", args=[refused_mail.pk]), follow=True)

    assert "goes out again within a few minutes" in response.content.decode()
    assert Digest.objects.get().state == "waiting"
    again = client.post(reverse("governance:reminder-retry", args=[refused_mail.pk]), follow=True)
    assert shows(again.content.decode(), MailReason.SENT_OR_BEING_SENT)


def test_list_queries_do_not_grow(sign_in, head, school, make_due, count_queries):
    sign_in(head)
    make_due(MONDAY)
    run_daily(at(MONDAY), send=False)
    few = count_queries(reverse("governance:reminder-list"))
    for number in range(12):
        person = MembershipFactory(school=school, user=UserFactory(name=f"Ada Moss{number}")).user
        make_due(MONDAY + timedelta(days=1), owner_id=person.pk)
    run_daily(at(MONDAY + timedelta(days=1)), send=False)

    assert count_queries(reverse("governance:reminder-list")) == few


# --- Whether it ran ---
@pytest.fixture
def ran_before(school):
    DailyRun.objects.create(school=school, day=date(2026, 11, 6), outcome="done", made_at=at(date(2026, 11, 6)))


@pytest.mark.parametrize(
    ("moment", "speaks"),
    [
        (at(MONDAY, 7, 59), ""),
        (at(MONDAY, 8, 1), "Mon 9 Nov 2026"),
        (at(date(2026, 11, 7), 12), ""),  # a Saturday
        (at(date(2026, 11, 10), 6), "Mon 9 Nov 2026"),
    ],
)
def test_warning_when_the_run_did_not_happen(school, ran_before, moment, speaks):
    warning = selectors.daily_run_warning(school, moment)

    assert bool(warning) == bool(speaks)
    assert speaks in warning


def test_no_warning_after_the_run_and_one_for_mails_that_wait(school, ran_before, make_due, senco):
    make_due(MONDAY)
    run_daily(at(MONDAY), send=False)

    assert selectors.daily_run_warning(school, at(MONDAY, 8, 1)) == ""
    assert "One reminder mail has waited" in selectors.daily_run_warning(school, at(MONDAY, 8, 10))
    Digest.objects.update(state="sent")
    assert selectors.daily_run_warning(school, at(MONDAY, 9)) == ""


def test_refused_mail_is_spoken_of_for_some_days(school, refused_mail):
    assert "One reminder mail has not arrived" in selectors.daily_run_warning(school, at(MONDAY, 8))
    assert selectors._waiting_words(school, MONDAY + timedelta(days=4), at(MONDAY + timedelta(days=4))) == ""


def test_warning_asks_little_when_all_is_well(school, refused_mail, django_assert_num_queries):
    Digest.objects.update(state="sent")
    with django_assert_num_queries(2):
        assert selectors.daily_run_warning(school, at(MONDAY, 8)) == ""


def test_trouble_of_another_school_is_not_ours(other_school, refused_mail):
    assert DailyRun.objects.filter(school=other_school, day=MONDAY).exists()

    assert selectors.daily_run_warning(other_school, at(MONDAY, 8)) == ""


def test_mail_that_carries_an_older_one_says_so(sign_in, head, senco, make_due):
    make_due(MONDAY)
    run_daily(at(MONDAY), send=False)
    run_daily(at(MONDAY + timedelta(days=1)), send=False)

    html = page(sign_in(head), "reminder-detail", Digest.objects.get(state="waiting").pk)

    assert "of the mail of Mon 9 Nov, which could not go" in html


def test_new_school_is_not_warned_at_once(school):
    assert selectors.daily_run_warning(school, timezone.now()) == ""


def test_holiday_is_no_day_without_a_run(school, ran_before):
    year = AcademicYear.objects.create(school=school, starts_in=2026)
    Term.objects.create(academic_year=year, name="Autumn", starts_on=date(2026, 9, 2), ends_on=date(2026, 11, 6))
    Term.objects.create(academic_year=year, name="Spring", starts_on=date(2026, 11, 23), ends_on=date(2027, 3, 25))

    assert selectors.daily_run_warning(school, at(date(2026, 11, 18), 12)) == ""


def test_health_counts_runs_and_mails(school, make_due, senco):
    assert selectors.run_health(at(MONDAY, 8)) == (0, 1, 0)
    make_due(MONDAY)
    run_daily(at(MONDAY), send=False)
    assert selectors.run_health(at(MONDAY, 8)) == (1, 1, 1)


# --- The hour and the stages ---
def test_rules_page_shows_defaults_and_own(sign_in, head, school, make_due):
    make_due(MONDAY)
    make_due(MONDAY, rule="watch.look_again", title="Next look", basis="local")
    RuleStages.objects.create(school=school, rule="watch.look_again", days=[7], daily_when_late=False)

    html = page(sign_in(head), "reminder-rules")

    assert "8 weeks before, 4 weeks before, 2 weeks before, 3 days before, on the day, late: each school day" in html
    assert "1 week before, late: once" in html
    assert html.count("Our own") == 1


def test_stages_are_changed_kept_in_history_and_reset(sign_in, head, school, make_due):
    make_due(MONDAY, rule="watch.look_again", title="Next look", basis="local")
    client = sign_in(head)
    url = reverse("governance:reminder-stages", args=["watch.look_again"])

    assert "On the day" in client.get(url).content.decode()
    response = client.post(url, {"days": ["14", "0"], "daily_when_late": "on"}, follow=True)
    assert "saved" in response.content.decode()
    assert RuleStages.objects.get().days == [14, 0]
    assert RuleStages.history.get().history_user == head
    assert "Reminders of Next look: 2 weeks before, on the day" in page(client, "reminder-rules")

    client.post(reverse("governance:reminder-stages-reset", args=["watch.look_again"]))
    assert not RuleStages.objects.exists()
    assert Event.objects.filter(code="reminders.stages_reset", by_id=head.pk).exists()


@pytest.mark.parametrize("answer", [{}, {"days": ["14"]}, {"days": ["0"]}, {"daily_when_late": "on"}])
def test_the_laws_last_day_is_always_sent(sign_in, head, make_due, answer):
    make_due(MONDAY)
    client = sign_in(head)

    response = client.post(reverse("governance:reminder-stages", args=["review.report"]), answer)

    assert response.status_code == 422
    assert "always sent" in response.content.decode()
    assert not RuleStages.objects.exists()


def test_rule_that_gave_no_date_has_no_page(sign_in, head, make_due, foreign_pupil):
    make_due(MONDAY, rule="only.there", about=foreign_pupil)

    assert sign_in(head).get(reverse("governance:reminder-stages", args=["only.there"])).status_code == 404


def test_stage_that_is_not_offered_is_refused(school, head):
    with refused(ReminderReason.STAGES_NOT_OFFERED):
        services.set_stages(school=school, rule="x", basis="local", title="X", days=[5], daily_when_late=True, by=head)


def test_hour_is_changed_and_two_people_cannot_overwrite(sign_in, head, school):
    client = sign_in(head)
    url = reverse("governance:reminder-plan")
    answer = {"version": 1, "send_at": "08:30", "pass_on_days": 5}

    assert client.post(url, answer).status_code == 302
    plan = ReminderPlan.objects.get()
    assert (plan.send_at, plan.pass_on_days, plan.version) == (time(8, 30), 5, 2)
    late = client.post(url, answer | {"send_at": "06:00"})
    assert late.status_code == 422
    (row,) = late.context["conflict"].rows
    assert (row.yours.words, row.stored.words) == ("06:00", "08:30")
    with pytest.raises(ChangedMeanwhile):
        services.save_plan(school=school, send_at=time(6), pass_on_days=1, version=1, by=head)


def test_hour_in_the_night_is_not_offered(sign_in, head):
    response = sign_in(head).post(
        reverse("governance:reminder-plan"), {"version": 1, "send_at": "01:30", "pass_on_days": 5}
    )

    assert response.status_code == 422


# --- Cover ---
def test_cover_is_set_shown_and_ended(sign_in, head, senco, school):
    client, today = sign_in(head), timezone.localdate()
    answer = {"absent": senco.pk, "deputy": head.pk, "starts_on": today, "ends_on": today, "is_instead": "1"}

    assert client.post(reverse("governance:cover-add"), answer).status_code == 302
    cover = Cover.objects.get()
    assert (cover.absent, cover.deputy, cover.is_instead) == (senco, head, True)
    assert "Nadia Rahman" in page(client, "cover-list")
    assert "End it now" in page(client, "cover-end", cover.pk)
    client.post(reverse("governance:cover-end", args=[cover.pk]))
    assert not Cover.objects.exists()
    assert Cover.history.count() == 2


def test_cover_that_has_begun_ends_yesterday(head, senco, school):
    today = timezone.localdate()
    cover = Cover.objects.create(
        school=school, absent=senco, deputy=head, starts_on=today - timedelta(days=3), ends_on=today
    )

    services.end_cover(cover=cover, by=head)

    assert Cover.objects.get().ends_on == today - timedelta(days=1)
    with refused(CoverReason.ENDED):
        services.end_cover(cover=cover, by=head)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"deputy": "senco"}, CoverReason.SAME_PERSON),
        ({"deputy": "teacher"}, CoverReason.MAY_SEE_LESS),
        ({"ends_on": -1}, CoverReason.ENDS_BEFORE_START),
        ({"starts_on": -9, "ends_on": -2}, CoverReason.PASSED),
        ({"ends_on": 500}, CoverReason.TOO_LONG),
    ],
)
def test_cover_that_cannot_work_is_refused(head, senco, teacher, school, changes, reason):
    people, today = {"senco": senco, "teacher": teacher}, timezone.localdate()
    deputy = people.get(changes.get("deputy"), head)
    starts_on = today + timedelta(days=changes.get("starts_on", 0))
    ends_on = today + timedelta(days=changes.get("ends_on", 0))

    with refused(reason):
        services.add_cover(
            school=school, absent=senco, deputy=deputy, starts_on=starts_on, ends_on=ends_on, is_instead=True, by=head
        )


def test_one_deputy_at_a_time(head, senco, school):
    today = timezone.localdate()
    cover = {"school": school, "absent": senco, "deputy": head, "is_instead": True, "by": head}
    services.add_cover(starts_on=today, ends_on=today + timedelta(days=4), **cover)

    with refused(CoverReason.COVERED_ALREADY):
        services.add_cover(starts_on=today + timedelta(days=4), ends_on=today + timedelta(days=9), **cover)


def test_governor_and_strangers_are_no_choice_for_cover(sign_in, head, governor, outsider):
    html = page(sign_in(head), "cover-add")

    assert "Ruth Calloway" in html
    assert governor.name not in html
    assert outsider.name not in html


# --- Late, and known ---
@pytest.fixture
def late(make_due):
    return make_due(timezone.localdate() - timedelta(days=3))


def acknowledge(client, item, *, days=7, reason="Waiting for the clinic"):
    answer = {"reason": reason, "look_again_on": timezone.localdate() + timedelta(days=days)}
    return client.post(reverse("governance:due-acknowledge", args=[item.pk]), answer)


def test_senco_acknowledges_a_late_item(sign_in, senco, late, pupil):
    client = sign_in(senco)

    assert pupil.name in page(client, "due-acknowledge", late.pk)
    assert acknowledge(client, late).status_code == 302
    row = Acknowledgement.objects.get()
    assert (row.due_item_id, row.due_on, row.by) == (late.pk, late.due_on, senco)
    assert Event.objects.filter(code="reminders.acknowledged", pupil_id=pupil.pk).exists()
    assert selectors.acknowledged([late]) == {late.pk: row}
    assert "Waiting for the clinic" in page(client, "due-acknowledge", late.pk)


def test_acknowledgement_of_a_child_is_not_among_the_schools_changes(sign_in, head, senco, late):
    acknowledge(sign_in(senco), late)

    assert "Waiting for the clinic" not in page(sign_in(head), "reminder-rules")


@pytest.mark.parametrize(("days", "words"), [(0, PauseReason.NOT_IN_FUTURE), (57, PauseReason.TOO_LONG)])
def test_day_to_look_again_has_bounds(sign_in, senco, late, days, words):
    response = acknowledge(sign_in(senco), late, days=days)

    assert response.status_code == 422
    assert shows(response.content.decode(), words)


def test_reason_is_asked_for(sign_in, senco, late):
    assert acknowledge(sign_in(senco), late, reason=" ").status_code == 422


def test_what_is_not_late_needs_no_acknowledgement(sign_in, senco, make_due):
    item = make_due(timezone.localdate())

    assert shows(acknowledge(sign_in(senco), item).content.decode(), PauseReason.NOT_LATE)


def test_done_meanwhile_is_gone(sign_in, senco, late):
    type(late).objects.update(met_on=timezone.localdate())

    assert acknowledge(sign_in(senco), late).status_code == 404


def test_owner_and_deputy_may_acknowledge_others_may_not(sign_in, teacher, teaching_assistant, late, school):
    type(late).objects.update(owner_id=teacher.pk)
    url = reverse("governance:due-acknowledge", args=[late.pk])

    assert sign_in(teacher).get(url).status_code == 200
    assert sign_in(teaching_assistant).get(url).status_code == 404
    today = timezone.localdate()
    Cover.objects.create(school=school, absent=teacher, deputy=teaching_assistant, starts_on=today, ends_on=today)
    assert sign_in(teaching_assistant).get(url).status_code == 200


def test_item_of_another_school_does_not_exist(sign_in, outsider, late):
    assert sign_in(outsider).get(reverse("governance:due-acknowledge", args=[late.pk])).status_code == 404


# --- Stopping the daily mail from the lists, and letting it go on ---
def shown_on(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_after_saying_so_the_page_says_who_did_and_when(sign_in, senco, late):
    client = sign_in(senco)

    html = client.post(
        reverse("governance:due-acknowledge", args=[late.pk]),
        {"reason": "Waiting for the clinic", "look_again_on": timezone.localdate() + timedelta(days=7)},
        follow=True,
    ).content.decode()

    assert "You will not be reminded daily of this any more" in html
    assert f"Nadia Rahman, {timezone.localtime():%a} {timezone.localdate().day}" in html
    assert "Remind daily again" in html


@pytest.mark.parametrize("url", ["/", "/due/", "pupil"])
def test_each_list_stops_the_daily_mail_and_says_who_has(sign_in, senco, late, make_due, pupil, url):
    make_due(timezone.localdate() + timedelta(days=1), title="Not late")
    make_due(timezone.localdate() - timedelta(days=5), title="Excepted", exception="Away")
    client, url = sign_in(senco), pupil.get_absolute_url() if url == "pupil" else url
    address = reverse("governance:due-acknowledge", args=[late.pk])

    before = shown_on(client, url)
    acknowledge(client, late)
    after = shown_on(client, url)

    assert before.count("Stop the daily mail") == 1
    assert f'href="{address}" data-panel="{late.pk}"' in before
    assert "Stop the daily mail" not in after
    assert "Nadia Rahman knows since" in after
    assert f'href="{address}" data-panel="{late.pk}"' in after


def test_what_was_said_of_an_older_date_stops_nothing(sign_in, senco, late):
    client = sign_in(senco)
    acknowledge(client, late)
    type(late).objects.update(due_on=late.due_on + timedelta(days=1))

    assert "Stop the daily mail" in shown_on(client, "/due/")
    assert "Remind daily again" not in page(client, "due-acknowledge", late.pk)


def test_mail_goes_on_when_it_is_taken_back(sign_in, senco, late, pupil, school):
    client, today = sign_in(senco), timezone.localdate()
    acknowledge(client, late)

    html = client.post(reverse("governance:due-remind-again", args=[late.pk]), follow=True).content.decode()

    assert "Mail about it goes out each school day again" in html
    assert "Waiting for the clinic" in html  # what was said is kept
    assert not Acknowledgement.objects.filter(look_again_on__gt=today).exists()
    event = Event.objects.get(code="reminders.acknowledgement_ended")
    assert (event.by_id, event.pupil_id) == (senco.pk, pupil.pk)
    again = client.post(reverse("governance:due-remind-again", args=[late.pk]), follow=True).content.decode()
    assert shows(again, PauseReason.NOTHING_HELD_BACK)
    assert Event.objects.filter(code="reminders.acknowledgement_ended").count() == 1


def test_newest_word_holds_with_its_earlier_day(sign_in, senco, late):
    client = sign_in(senco)
    acknowledge(client, late, days=30)
    acknowledge(client, late, days=3)

    until = Acknowledgement.objects.filter(look_again_on__gt=timezone.localdate())
    assert [row.look_again_on for row in until] == [timezone.localdate() + timedelta(days=3)]


def test_taking_back_is_for_those_who_may_say_it(sign_in, teacher, outsider, senco, late):
    acknowledge(sign_in(senco), late)
    url = reverse("governance:due-remind-again", args=[late.pk])

    assert sign_in(teacher).post(url).status_code == 404
    assert sign_in(outsider).post(url).status_code == 404
    assert sign_in(senco).get(url).status_code == 405
    assert Acknowledgement.objects.filter(look_again_on__gt=timezone.localdate()).exists()


@pytest.mark.parametrize("url", ["/", "/due/"])
def test_who_knows_of_it_costs_the_lists_one_query(sign_in, senco, late, make_due, count_queries, url):
    client = sign_in(senco)
    none = count_queries(url)
    acknowledge(client, late)
    few = count_queries(url)
    assert few == none + 1
    for days in range(4, 12):
        acknowledge(client, make_due(timezone.localdate() - timedelta(days=days)))

    assert count_queries(url) == few
