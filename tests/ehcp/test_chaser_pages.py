"""The pages of reminders that go out by themselves, and the daily beat that drives them."""

from datetime import date, time

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

import ehcp.tasks  # noqa: F401
from ehcp.models import AnnualReview, ChaserPlan, ChaserRun, Contribution, Invitee, ReviewMail
from ehcp.reviews.services import chasers as services
from ehcp.reviews.services import inviting
from governance import tasks
from governance.models import ReminderPlan
from sendco.jobs.models import Job

from .contributing import parent_of, person, planned_review, run_mails
from .test_chasers import ASKED_ON, FIRST, MEETING, SECOND, at

PLAN = reverse("ehcp:chaser-plan")
Role = Invitee.Role


@pytest.fixture
def review(pupil, senco):
    """Four days before the first set day; its parent, its nurse and its social worker were asked the week before."""
    with at(date(2026, 11, 23)):
        review = planned_review(pupil, senco)
    AnnualReview.objects.update(meeting_on=MEETING, contribute_by=None)
    people = [parent_of(review), person(review, Role.HEALTH, name="Priya Nair"), person(review, Role.SOCIAL)]
    with at(ASKED_ON):
        inviting.record_asked(invitees=people, asked_on=ASKED_ON, by=senco)
    review.refresh_from_db()
    with at(FIRST.replace(day=15)):
        yield review


def page(client, name, *args):
    response = client.get(reverse(f"ehcp:{name}", args=args))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


# --- One review --------------------------------------------------------------------------------------------------
def test_trail_says_when_the_next_go_and_to_how_many(review, sign_in, senco):
    html = page(sign_in(senco), "contribution-list", review.pk)

    assert "<b>2 reminders</b> go out by themselves: Thu 21 Jan, Tue 26 Jan. 3 people have not sent yet." in html
    assert "No mail by itself: Children&#x27;s social care (no e-mail address)." in html
    assert "Stop the reminders for this review" in html


def test_review_page_says_it_too(review, sign_in, senco):
    html = page(sign_in(senco), "review-detail", review.pk)

    assert "<b>2 reminders</b> go out by themselves: Thu 21 Jan, Tue 26 Jan. 3 people have not sent yet." in html
    assert "1 of them gets none by itself." in html


def test_one_reminder_and_one_person(review, sign_in, senco):
    Invitee.objects.exclude(pk=parent_of(review).pk).update(asked_on=None)
    ChaserRun.objects.create(school=review.school, ran_on=FIRST)
    with at(FIRST.replace(day=22)):
        html = page(sign_in(senco), "contribution-list", review.pk)

    assert "<b>1 reminder</b> goes out by itself: Tue 26 Jan. 1 person has not sent yet." in html


def sent(review):
    for invitee in review.invitees.exclude(asked_on=None):
        Contribution.objects.create(invitee=invitee, kind="parent", sent_at="2027-01-12T09:00:00Z")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda review: AnnualReview.objects.update(meeting_on=None),
            "once the day of the meeting is fixed: 21 and 16",
        ),
        (
            lambda review: AnnualReview.objects.update(meeting_on=date(2027, 1, 15)),
            "No more reminder goes out by itself",
        ),
        (
            lambda review: AnnualReview.objects.update(meeting_on=date(2027, 1, 20)),
            "No more reminder goes out by itself",
        ),
        (sent, "No more reminder goes out by itself. Everybody who was asked has sent."),
        (
            lambda review: Invitee.objects.update(asked_on=None),
            "to those who were asked and have not sent: Thu 21 Jan, Tue 26 Jan. Nobody is asked yet.",
        ),
        (
            lambda review: ChaserPlan.objects.create(school=review.school, is_on=False),
            "not go out by themselves at this",
        ),
    ],
)
def test_what_the_trail_says_else(review, sign_in, senco, change, words):
    change(review)

    assert words in page(sign_in(senco), "contribution-list", review.pk)


def test_nothing_is_said_after_the_meeting(review, sign_in, senco):
    AnnualReview.objects.update(held_on=date(2027, 1, 14))

    assert "Stop the reminders" not in page(sign_in(senco), "contribution-list", review.pk)


def test_stop_and_start_again(review, sign_in, senco):
    client = sign_in(senco)
    address = reverse("ehcp:review-chasers", args=[review.pk])

    answer = client.post(address, {"go": "stop"}, follow=True)
    html = " ".join(answer.content.decode().split())
    assert "Since Fri 15 Jan no reminder of this review goes out by itself." in html
    assert "Start the reminders for this review again" in html

    answer = client.post(address, {"go": "start"}, follow=True)
    assert "2 reminders" in answer.content.decode()
    review.refresh_from_db()
    assert review.reminders_stopped_on is None


def test_closed_review_says_why_nothing_changes(review, sign_in, senco):
    AnnualReview.objects.update(closed_on=date(2027, 1, 14))

    answer = sign_in(senco).post(reverse("ehcp:review-chasers", args=[review.pk]), {"go": "stop"}, follow=True)

    assert "was closed on" in answer.content.decode()


def test_other_school_meets_neither(review, sign_in, outsider):
    client = sign_in(outsider)

    assert client.post(reverse("ehcp:review-chasers", args=[review.pk]), {"go": "stop"}).status_code == 404
    client.post(PLAN, {"version": 1, "is_on": "on", "days": "7"})
    assert not ChaserPlan.objects.filter(school=review.school).exists()


def test_mail_that_went_by_itself_is_marked(review, school, sign_in, senco):
    with at(FIRST):
        services.remind(school=school, today=FIRST)
        run_mails()
        html = page(sign_in(senco), "contribution-list", review.pk)
    ReviewMail.objects.update(sent_at=None, problem="The mail server did not take it.")

    assert "Reminded by itself: went Thu 21 Jan, 09:00" in html
    with at(FIRST):
        html = page(sign_in(senco), "contribution-list", review.pk)
    assert "Reminded by itself: <b>not sent.</b> The mail server did not take it." in html


def test_trail_asks_no_more_for_more_people(review, school, sign_in, senco, count_queries):
    client, address = sign_in(senco), reverse("ehcp:contribution-list", args=[review.pk])
    count_queries(address)
    few = count_queries(address)
    for number in range(8):
        Invitee.objects.create(
            review=review, role=Role.OTHER, name=f"Person {number}", email=f"p{number}@example.org", asked_on=ASKED_ON
        )

    assert client
    assert count_queries(address) == few


def test_job_leads_to_the_trail(review, school, sign_in, senco):
    with at(FIRST):
        services.remind(school=school, today=FIRST)
        run_mails()
        job = Job.objects.filter(kind="ehcp.review_mail").first()
        html = sign_in(senco).get(reverse("job-detail", args=[job.pk])).content.decode()

    assert job.title == "Remind by itself of a contribution to a review"
    assert f'href="{reverse("ehcp:contribution-list", args=[review.pk])}"' in html
    assert "See what was sent" in html


# --- The school's days -------------------------------------------------------------------------------------------
def test_default_is_on_and_says_why(review, sign_in, senco):
    html = page(sign_in(senco), "chaser-plan")

    assert 'value="21, 16"' in html
    assert "checked" in html
    assert "As stored now, for the meeting on Thu 11 Feb 2027: Thu 21 Jan, Tue 26 Jan." in html


def test_example_has_a_day_ahead(review, school, sign_in, senco):
    AnnualReview.objects.update(meeting_on=date(2027, 1, 25))

    assert "As stored now" not in page(sign_in(senco), "chaser-plan")


def test_days_are_saved_and_said(review, sign_in, senco):
    answer = sign_in(senco).post(PLAN, {"version": 1, "is_on": "on", "days": "28; 14 and 7"}, follow=True)

    assert ChaserPlan.objects.get().days == [28, 14, 7]
    html = answer.content.decode()
    assert "Saved." in html
    assert "28, 14 and 7 days before the meeting" in html


def test_off_keeps_the_days(school, sign_in, senco):
    sign_in(senco).post(PLAN, {"version": 1, "days": ""})

    plan = ChaserPlan.objects.get()
    assert (plan.is_on, plan.days) == (False, [21, 16])


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Give at least one day"),
        ("three weeks", "Type whole numbers"),
        ("21.5", "Type whole numbers"),
        ("-3", "Type whole numbers"),
        ("\u0662\u0661", "Type whole numbers"),
        ("0", "from 1 to 90"),
        ("21, 999999", "from 1 to 90"),
        ("16, 16", "16 is there twice"),
        ("1 2 3 4 5 6", "At most 5 reminders. Take out 1."),
    ],
)
def test_bad_days_are_shown_again_with_what_was_typed(school, sign_in, senco, typed, words):
    answer = sign_in(senco).post(PLAN, {"version": 1, "is_on": "on", "days": typed})

    assert answer.status_code == 422
    html = answer.content.decode()
    assert words in html
    assert f'value="{typed}"' in html or not typed
    assert not ChaserPlan.objects.exists()


def test_two_people_at_once(school, sign_in, senco, head):
    services.save_plan(school=school, is_on=True, days=[10], version=1, by=head)

    client = sign_in(senco)
    answer = client.post(PLAN, {"version": 1, "is_on": "on", "days": "7"})

    assert answer.status_code == 422
    (row,) = answer.context["conflict"].rows
    assert (row.yours.words, row.stored.words) == ("7", "10")
    client.post(PLAN, {"version": 2, "is_on": "on", "days": "7"})
    assert ChaserPlan.objects.get().days == [7]


def test_ways_to_the_page(review, sign_in, senco):
    client = sign_in(senco)

    assert PLAN in page(client, "review-list")
    assert PLAN in page(client, "contribution-list", review.pk)
    html = client.get(reverse("governance:reminder-rules")).content.decode()
    assert PLAN in html
    assert "By themselves, 21 and 16 days before the meeting" in html


# --- The beat ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("clock", "goes"), [("06:55", False), ("07:05", True), ("19:00", True)])
def test_goes_at_the_schools_hour(review, clock, goes):
    with time_machine.travel(f"2027-01-21 {clock}", tick=False):
        tasks.daily()
        tasks.daily()
        run_mails()

    reminders = [one for one in mail.outbox if "we would like to hear" in one.subject]
    assert len(reminders) == (2 if goes else 0)


def test_school_with_an_hour_of_its_own(review, school):
    ReminderPlan.objects.create(school=school, send_at=time(16))
    for clock, mails in (("15:55", 0), ("16:05", 2)):
        with time_machine.travel(f"2027-01-21 {clock}", tick=False):
            tasks.daily()
        assert ReviewMail.objects.exclude(set_on=None).count() == mails


def test_school_that_fails_holds_up_nobody(review, school, other_school, monkeypatch):
    done = []

    def fails(*, school, today):
        done.append(school.pk)
        raise RuntimeError("broken")

    monkeypatch.setattr(services, "remind", fails)
    with at(SECOND):
        tasks.daily()

    assert done == [school.pk, other_school.pk]
