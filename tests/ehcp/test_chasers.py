"""Reminders that go out by themselves: on which days, to whom, in whose name, and never twice."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, transaction

import ehcp.tasks  # noqa: F401
from ehcp.cases.refusals import CaseReason
from ehcp.models import AnnualReview, ChaserPlan, ChaserRun, Contribution, Invitee, ReviewMail
from ehcp.reviews import chaser_days as chasers
from ehcp.reviews.refusals import ChaserReason
from ehcp.reviews.selectors import chasers as selectors
from ehcp.reviews.services import chasers as services
from ehcp.reviews.services import contributions, inviting
from ehcp.reviews.services import mail as review_mail
from sendco.audit.models import Event
from sendco.clock import DateRange, SchoolCalendar, SendingDays
from sendco.jobs import services as jobs
from sendco.jobs.models import Job, Status
from sendco.links import services as links
from sendco.refusals import ChangedMeanwhile
from staff.models import AcademicYear, Closure, Membership, Term
from staff.roles import Role as StaffRole
from tests.factories import MembershipFactory, UserFactory
from tests.refusals import refused

from .contributing import asked, parent_of, person, planned_review, run_mails, secret_in

Role = Invitee.Role
MEETING = date(2027, 2, 11)
FIRST, SECOND = date(2027, 1, 21), date(2027, 1, 26)  # Thu and Tue: 21 and 16 days before
ASKED_ON = date(2027, 1, 11)
OPEN = SendingDays(None)


# --- Days, without a database ------------------------------------------------------------------------------------
def calendar(*closures):
    return SendingDays(
        SchoolCalendar(date(2026, 9, 2), date(2027, 7, 21), tuple(DateRange(*days) for days in closures), frozenset())
    )


def goes_on(numbers, days=OPEN):
    return [day.goes_on for day in chasers.set_days(MEETING, numbers, days)]


def test_days_are_counted_back_from_the_meeting():
    assert goes_on([16, 21]) == [FIRST, SECOND]


def test_closed_day_goes_to_the_school_day_before():
    closed = calendar((date(2027, 1, 18), date(2027, 1, 21)))

    assert goes_on([21], closed) == [date(2027, 1, 15)]
    assert goes_on([19]) == [date(2027, 1, 22)]  # a Saturday


@pytest.mark.parametrize(
    ("last", "too_soon"),
    [(FIRST - timedelta(days=4), False), (FIRST - timedelta(days=3), True), (FIRST, True), (SECOND, True)],
)
def test_three_days_of_quiet(last, too_soon):
    assert chasers.set_days(MEETING, [21], OPEN)[0].is_too_soon(last) is too_soon


@pytest.mark.parametrize(
    ("today", "ran_on", "number"),
    [
        (FIRST - timedelta(days=1), None, None),
        (FIRST, None, 21),
        (FIRST + timedelta(days=1), None, None),  # nothing ran before, so nothing was missed
        (FIRST + timedelta(days=1), FIRST - timedelta(days=1), 21),
        (FIRST + timedelta(days=1), FIRST, None),
        (SECOND + timedelta(days=3), FIRST - timedelta(days=1), 16),  # of two that were missed, the newer
    ],
)
def test_newest_day_that_no_run_has_come_past(today, ran_on, number):
    found = chasers.reached(chasers.set_days(MEETING, [21, 16], OPEN), today=today, ran_on=ran_on)

    assert (found.number if found else None) == number


def test_day_that_was_closed_after_its_day_before_had_gone_is_made_good():
    snow = calendar((SECOND, SECOND))
    found = chasers.set_days(MEETING, [16], snow)

    assert chasers.reached(found, today=SECOND + timedelta(days=1), ran_on=SECOND - timedelta(days=1)) == found[0]


def to_come(numbers, heard, *, today=ASKED_ON, ran_on=None, days=OPEN):
    found = chasers.set_days(MEETING, numbers, days)
    return chasers.to_come(found, heard=heard, meeting_on=MEETING, today=today, ran_on=ran_on, days=days)


def test_page_counts_only_days_on_which_somebody_hears():
    assert to_come([21, 16], [ASKED_ON]) == [FIRST, SECOND]
    assert to_come([21, 16], [FIRST - timedelta(days=1)]) == [SECOND]
    assert to_come([21, 20, 16], [ASKED_ON]) == [FIRST, SECOND]
    assert to_come([21, 16], []) == []


def test_page_does_not_promise_what_has_gone():
    assert to_come([21, 16], [ASKED_ON], today=FIRST, ran_on=FIRST) == [SECOND]
    assert to_come([21, 16], [ASKED_ON], today=FIRST) == [FIRST, SECOND]
    assert to_come([21], [ASKED_ON], today=FIRST + timedelta(days=1), ran_on=FIRST - timedelta(days=1)) == [
        FIRST + timedelta(days=1)
    ]


@pytest.mark.parametrize(
    ("numbers", "reason", "data"),
    [
        ([0], ChaserReason.OUT_OF_RANGE, {"number": 0, "nearest": 1, "furthest": 90}),
        ([91], ChaserReason.OUT_OF_RANGE, {"number": 91, "nearest": 1, "furthest": 90}),
        ([21, 21], ChaserReason.TWICE, {"number": 21}),
        ([1, 2, 3, 4, 5, 6], ChaserReason.TOO_MANY, {"most": 5, "over": 1}),
    ],
)
def test_list_of_days_is_checked(numbers, reason, data):
    wrong = chasers.problem_with(numbers)

    assert (wrong.reason, wrong.data) == (reason, data)


@pytest.mark.parametrize("numbers", [[21, 16], [1, 90]])
def test_list_of_days_that_can_be_is_taken(numbers):
    assert chasers.problem_with(numbers) is None


def test_days_in_words():
    assert chasers.in_words([16, 21]) == "21 and 16 days before the meeting"
    assert chasers.in_words([1]) == "1 day before the meeting"
    assert chasers.in_words([7, 21, 16]) == "21, 16 and 7 days before the meeting"


# --- The step ----------------------------------------------------------------------------------------------------
@pytest.fixture
def review(pupil, senco):
    """Its parent and a nurse were asked on Mon 11 Jan by the SENDCo."""
    with at(date(2026, 11, 23)):
        review = planned_review(pupil, senco)
        AnnualReview.objects.update(meeting_on=MEETING, contribute_by=None)
    review.refresh_from_db()
    with at(ASKED_ON):
        review_mail.ask_for_contributions(review=review, invitees=[parent_of(review), nurse_of(review)], by=senco)
        run_mails()
    mail.outbox.clear()
    return review


def at(day, hour=9):
    return time_machine.travel(f"{day.isoformat()} {hour:02d}:00", tick=False)


def nurse_of(review):
    return person(review, Role.HEALTH, name="Priya Nair")


def remind(school, day):
    """The step of this day, and the mails that went. Their addresses."""
    with at(day):
        services.remind(school=school, today=day)
        return sorted(one.to[0] for one in run_mails())


def every_day(school, first, last):
    """{day: addresses} of each day with mail."""
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    return {day: found for day in days if (found := remind(school, day))}


BOTH = ["hannah@example.org", "priya@clinic.example"]


def test_two_reminders_before_the_meeting_and_no_other(review, school):
    assert every_day(school, ASKED_ON, MEETING + timedelta(days=3)) == {FIRST: BOTH, SECOND: BOTH}

    parent = parent_of(review)
    assert (parent.chased, parent.chased_on) == (2, SECOND)


def test_mail_is_a_reminder_and_closes_the_old_address(review, school, senco):
    with at(ASKED_ON):
        old = asked(review, parent_of(review), senco)
    Invitee.objects.update(chased_on=None, chased=0)
    mail.outbox.clear()

    remind(school, FIRST)

    message = next(one for one in mail.outbox if one.to == ["hannah@example.org"])
    assert "a reminder" in message.subject
    assert "Nadia Rahman" in message.body
    with at(FIRST):
        assert links.find(secret_in(message))
        with pytest.raises(links.LinkClosed):
            links.find(old)


def test_record_says_that_it_went_by_itself(review, school):
    remind(school, FIRST)

    event = Event.objects.get(text__startswith="Reminded by itself")
    assert event.text.startswith("Reminded by itself, 21 days before the meeting, in the name of Nadia Rahman: Hannah")
    assert (event.by_id, event.by_name, event.happened_on) == (None, "sendco", FIRST)
    assert parent_of(review).history.first().history_user is None
    sent = ReviewMail.objects.filter(set_on=FIRST)
    assert {(one.kind, one.made_by.name) for one in sent} == {("reminder", "Nadia Rahman")}


# --- To whom ---
def test_who_has_sent_hears_no_more(review, school):
    Contribution.objects.create(invitee=nurse_of(review), kind="professional", sent_at="2027-01-15T09:00:00Z")

    assert remind(school, FIRST) == ["hannah@example.org"]


def test_only_those_who_were_asked(review, school):
    Invitee.objects.filter(pk=nurse_of(review).pk).update(asked_on=None)

    assert remind(school, FIRST) == ["hannah@example.org"]


@pytest.mark.parametrize("change", [{"do_not_contact": True}, {"ended_on": date(2027, 1, 15)}, {"email": ""}])
def test_who_may_not_be_written_to_and_who_has_no_address(review, school, change):
    type(parent_of(review).contact).objects.update(**change)
    Invitee.objects.filter(pk=parent_of(review).pk).update(email="")

    assert remind(school, FIRST) == ["priya@clinic.example"]
    assert parent_of(review).chased == 0


def test_who_was_taken_off_the_list(review, school):
    Invitee.objects.filter(pk=nurse_of(review).pk).update(removed_on=ASKED_ON)

    assert remind(school, FIRST) == ["hannah@example.org"]


def test_colleague_who_left_hears_no_more(review, school, teacher, senco):
    with at(ASKED_ON):
        colleague = inviting.add_invitee(review=review, role=Role.STAFF, name="Joe", user=teacher, by=senco)
        inviting.record_asked(invitees=[colleague], asked_on=ASKED_ON, by=senco)

    assert teacher.email in remind(school, FIRST)
    Membership.objects.filter(user=teacher).update(ends_on=FIRST)
    assert remind(school, SECOND) == BOTH


@pytest.mark.parametrize(("before", "hears"), [(4, True), (3, False), (0, False)])
def test_nobody_hears_again_within_three_days(review, school, before, hears):
    Invitee.objects.filter(pk=parent_of(review).pk).update(chased_on=FIRST - timedelta(days=before), chased=1)

    found = every_day(school, FIRST, SECOND - timedelta(days=1))

    assert found == {FIRST: BOTH if hears else ["priya@clinic.example"]}


# --- When not ---
@pytest.mark.parametrize(
    "facts",
    [
        {"meeting_on": None},
        {"held_on": date(2027, 1, 20)},
        {"closed_on": date(2027, 1, 20)},
        {"reminders_stopped_on": date(2027, 1, 20)},
    ],
)
def test_review_without_a_meeting_ahead_is_left_alone(review, school, facts):
    AnnualReview.objects.update(**facts)

    assert every_day(school, FIRST, SECOND) == {}
    assert not ReviewMail.objects.exclude(set_on=None).exists()


def test_child_who_left_and_plan_that_ceased(review, school, pupil):
    type(pupil).objects.filter(pk=pupil.pk).update(left_on=date(2027, 1, 15))
    assert remind(school, FIRST) == []
    type(pupil).objects.filter(pk=pupil.pk).update(left_on=None)
    type(review.plan).objects.update(ceased_on=date(2027, 1, 15))
    assert remind(school, SECOND) == []


def test_school_that_turned_them_off(review, school, senco):
    services.save_plan(school=school, is_on=False, days=[21, 16], version=1, by=senco)

    assert every_day(school, FIRST, SECOND) == {}


def test_school_with_days_of_its_own(review, school, senco):
    services.save_plan(school=school, is_on=True, days=[7], version=1, by=senco)

    assert every_day(school, ASKED_ON, MEETING) == {MEETING - timedelta(days=7): BOTH}


def test_other_school_is_not_touched(review, school, other_school):
    assert remind(other_school, FIRST) == []
    assert remind(school, FIRST) == BOTH


def test_closed_days_of_the_school(review, school):
    year = AcademicYear.objects.create(school=school, starts_in=2026)
    Term.objects.create(academic_year=year, name="Spring", starts_on=date(2027, 1, 5), ends_on=date(2027, 3, 25))
    Closure.objects.create(
        school=school, name="Boiler", starts_on=FIRST - timedelta(days=1), ends_on=FIRST + timedelta(days=1)
    )

    assert every_day(school, ASKED_ON, MEETING) == {FIRST - timedelta(days=2): BOTH, SECOND: BOTH}


def test_stopped_and_started_again_makes_nothing_good(review, school, senco):
    remind(school, FIRST - timedelta(days=1))
    with at(FIRST, hour=6):
        inviting.stop_reminders(review=review, by=senco)
    assert remind(school, FIRST) == []
    with at(FIRST, hour=15):
        inviting.start_reminders(review=review, by=senco)

    assert every_day(school, FIRST, MEETING) == {SECOND: BOTH}


def test_started_again_after_the_run_of_the_day_sends_nothing_that_day(review, school, senco):
    services.save_plan(school=school, is_on=True, days=[19], version=1, by=senco)  # a Saturday
    friday = date(2027, 1, 22)
    AnnualReview.objects.update(reminders_stopped_on=FIRST)
    assert remind(school, friday) == []
    AnnualReview.objects.update(reminders_stopped_on=None)

    assert remind(school, friday) == []


# --- Once, whatever dies ---
def test_second_run_of_a_day_sends_nothing(review, school):
    assert remind(school, FIRST) == BOTH
    assert remind(school, FIRST) == []
    ChaserRun.objects.all().delete()
    assert remind(school, FIRST) == []
    Invitee.objects.update(chased_on=None)  # as if only the mails had been written

    ChaserRun.objects.all().delete()
    assert remind(school, FIRST) == []
    assert ReviewMail.objects.filter(set_on=FIRST).count() == 2
    assert ChaserRun.objects.get().ran_on == FIRST


@pytest.mark.postgresql("constraint")
def test_database_lets_a_person_have_one_for_a_set_day(review, senco):
    parent = parent_of(review)
    review_mail.queue([parent], ReviewMail.Kind.REMINDER, senco, set_on=FIRST)

    with pytest.raises(IntegrityError, match="(?i)unique"), transaction.atomic():
        review_mail.queue([parent], ReviewMail.Kind.REMINDER, senco, set_on=FIRST)

    review_mail.queue([nurse_of(review)], ReviewMail.Kind.REMINDER, senco, set_on=FIRST)
    review_mail.queue([parent], ReviewMail.Kind.REMINDER, senco, set_on=SECOND)
    review_mail.queue([parent], ReviewMail.Kind.REMINDER, senco)


def test_worker_that_saw_nothing_of_the_other_is_stopped_by_the_database(review, school, monkeypatch, caplog):
    """Two at once: the second has read before the first has written."""
    with at(FIRST):
        seen_before = selectors.missing_of(review, today=FIRST)
        assert services.remind(school=school, today=FIRST) == 2
        ChaserRun.objects.all().delete()
        with monkeypatch.context() as late:
            late.setattr(services, "_to_tell", lambda *_: seen_before)
            assert services.remind(school=school, today=FIRST) == 0

        assert "failed; they are tried again" in caplog.text
        assert not ChaserRun.objects.exists()
        assert sorted(one.to[0] for one in run_mails()) == BOTH
        assert services.remind(school=school, today=FIRST) == 0
        assert ChaserRun.objects.get().ran_on == FIRST
    assert parent_of(review).chased == 1


def test_worker_that_dies_half_way_leaves_nothing_and_the_next_sends_all(review, school, monkeypatch):
    def die(*args, **kwargs):
        if Job.objects.filter(status=Status.QUEUED).exists():
            raise RuntimeError("killed")
        return enqueue(*args, **kwargs)

    enqueue = review_mail.jobs.enqueue
    with monkeypatch.context() as killed:
        killed.setattr(review_mail.jobs, "enqueue", die)
        assert remind(school, FIRST) == []
    assert not ReviewMail.objects.exclude(set_on=None).exists()
    assert parent_of(review).chased == 0

    assert remind(school, FIRST) == BOTH


def test_review_that_fails_holds_up_no_other(review, school, senco, other_pupil, monkeypatch):
    with at(ASKED_ON):
        other = planned_review(other_pupil, senco, email="tim@example.org")
        AnnualReview.objects.update(meeting_on=MEETING, contribute_by=None)
        inviting.record_asked(invitees=[parent_of(other)], asked_on=ASKED_ON, by=senco)
    remind_one = services._remind

    def fails(row, **facts):
        if row.pk == review.pk:
            raise RuntimeError("broken")
        return remind_one(row, **facts)

    with monkeypatch.context() as broken:
        broken.setattr(services, "_remind", fails)
        assert remind(school, FIRST) == ["tim@example.org"]

    assert remind(school, FIRST) == BOTH


def test_machine_that_was_off_makes_good_with_one_mail(review, school):
    remind(school, FIRST - timedelta(days=1))

    late = SECOND + timedelta(days=2)
    assert every_day(school, late, MEETING) == {late: BOTH}
    assert set(ReviewMail.objects.exclude(set_on=None).values_list("set_on", flat=True)) == {SECOND}


def test_machine_that_comes_back_on_a_closed_day_waits_for_the_next_open_one(review, school):
    remind(school, FIRST - timedelta(days=1))

    saturday = SECOND + timedelta(days=4)
    assert every_day(school, saturday, MEETING) == {saturday + timedelta(days=2): BOTH}


def test_nothing_is_made_good_once_the_meeting_has_come(review, school):
    remind(school, FIRST - timedelta(days=1))

    assert every_day(school, MEETING, MEETING + timedelta(days=5)) == {}


def test_first_day_of_all_makes_nothing_good(review, school):
    assert every_day(school, FIRST + timedelta(days=1), SECOND - timedelta(days=1)) == {}


def test_meeting_that_is_moved_has_days_of_its_own(review, school):
    assert remind(school, FIRST) == BOTH
    AnnualReview.objects.update(meeting_on=MEETING + timedelta(days=14))

    assert every_day(school, FIRST, MEETING) == {
        FIRST + timedelta(days=14): BOTH,
        SECOND + timedelta(days=14): BOTH,
    }


# --- In whose name ---
@pytest.fixture
def lead(school):
    return MembershipFactory(school=school, role=StaffRole.SENCO, user=UserFactory(name="Bea Lowry")).user


def test_in_the_name_of_who_asked_last(review, school, lead):
    with at(ASKED_ON + timedelta(days=1)):
        review_mail.chase(review=review, invitees=[parent_of(review)], by=lead)
        run_mails()

    assert remind(school, FIRST) == BOTH
    names = dict(ReviewMail.objects.filter(set_on=FIRST).values_list("to", "made_by__name"))
    assert names == {"hannah@example.org": "Bea Lowry", "priya@clinic.example": "Nadia Rahman"}
    assert Event.objects.filter(text__contains="in the name of Bea Lowry: Hannah").exists()


@pytest.mark.parametrize("gone", ["ended", "closed", "teacher"])
def test_in_the_name_of_the_organiser_when_who_asked_is_gone(review, school, senco, lead, gone):
    AnnualReview.objects.update(organiser=lead)
    held = Membership.objects.filter(user=senco)
    if gone == "ended":
        held.update(ends_on=FIRST - timedelta(days=1))
    elif gone == "teacher":
        held.update(role=StaffRole.TEACHER)
    else:
        type(senco).objects.filter(pk=senco.pk).update(is_active=False)

    assert remind(school, FIRST) == BOTH
    assert set(ReviewMail.objects.filter(set_on=FIRST).values_list("made_by__name", flat=True)) == {"Bea Lowry"}


def test_nobody_left_to_write_as(review, school, senco):
    Membership.objects.filter(user=senco).update(ends_on=FIRST - timedelta(days=1))

    assert remind(school, FIRST) == []
    assert "no longer works on reviews here" in selectors.missing_of(review, today=FIRST)[0].why_not


# --- Between writing and sending ---
def change_sent(review, senco):
    contributions.enter(invitee=parent_of(review), answers={"well": "He reads."}, version=1, by=senco)


def change_stopped(review, senco):
    inviting.stop_reminders(review=review, by=senco)


@pytest.mark.parametrize(
    ("change", "words"), [(change_sent, "Their words came first"), (change_stopped, "were stopped on Thu 21 Jan 2027")]
)
def test_what_changes_before_the_mail_goes(review, school, senco, change, words):
    Invitee.objects.filter(pk=nurse_of(review).pk).update(asked_on=None)
    with at(FIRST):
        assert services.remind(school=school, today=FIRST) == 1
        change(review, senco)

        assert run_mails() == []

    assert words in ReviewMail.objects.get(set_on=FIRST).problem


@pytest.mark.parametrize(
    ("day", "words"),
    [(FIRST + timedelta(days=2), "The school was closed"), (MEETING, "The day of the meeting had come")],
)
def test_worker_that_comes_too_late_sends_nothing(review, school, day, words):
    with at(FIRST):
        services.remind(school=school, today=FIRST)
    with at(day):
        assert run_mails() == []

    assert words in ReviewMail.objects.filter(set_on=FIRST).first().problem


def kill_after_handing_over(self, messages):
    handed_over(self, messages)
    raise SystemExit


handed_over = EmailBackend.send_messages


def test_worker_killed_as_the_mail_goes_sends_it_no_second_time(review, school, monkeypatch):
    Invitee.objects.filter(pk=nurse_of(review).pk).update(asked_on=None)
    with at(FIRST):
        services.remind(school=school, today=FIRST)
        with monkeypatch.context() as killed:
            killed.setattr(EmailBackend, "send_messages", kill_after_handing_over)
            with pytest.raises(SystemExit):
                run_mails()
    with at(FIRST, hour=10):
        jobs.sweep()
        assert run_mails() == []

        job = Job.objects.get(kind="ehcp.review_mail", title=review_mail.BY_ITSELF)
        assert (job.status, len(mail.outbox)) == (Status.FAILED, 1)
        assert "it may have gone. If nothing comes, ask again yourself." in ReviewMail.objects.get(set_on=FIRST).problem
        jobs.retry(job)  # a person decides
        assert len(run_mails()) == 1
        assert ReviewMail.objects.get(set_on=FIRST).problem == ""


# --- What a school sets ---
def test_days_are_kept_sorted_with_history_and_words(school, senco):
    plan = services.save_plan(school=school, is_on=True, days=[7, 28], version=1, by=senco)

    assert (plan.days, plan.version) == ([28, 7], 2)
    assert plan.history.first().history_user == senco
    event = Event.objects.get(code="reminders.reviews_changed")
    assert event.text == "Reminders of contributions to reviews: 28 and 7 days before the meeting"


def test_same_days_again_change_nothing(school, senco):
    services.save_plan(school=school, is_on=True, days=[16, 21], version=1, by=senco)

    assert ChaserPlan.objects.get().version == 1
    assert not Event.objects.filter(code="reminders.reviews_changed").exists()


def test_older_version_is_told_what_is_stored(school, senco):
    services.save_plan(school=school, is_on=True, days=[7], version=1, by=senco)

    with pytest.raises(ChangedMeanwhile) as meanwhile:
        services.save_plan(school=school, is_on=True, days=[14], version=1, by=senco)
    assert meanwhile.value.theirs.days == [7]


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        ([], ChaserReason.NO_DAYS),
        ([0], ChaserReason.OUT_OF_RANGE),
        ([91], ChaserReason.OUT_OF_RANGE),
        ([7, 7], ChaserReason.TWICE),
        ([1, 2, 3, 4, 5, 6], ChaserReason.TOO_MANY),
    ],
)
def test_bad_days_are_refused(school, senco, days, reason):
    with refused(reason):
        services.save_plan(school=school, is_on=True, days=days, version=1, by=senco)


def test_stopping_twice_is_one_event(review, senco):
    inviting.stop_reminders(review=review, by=senco)
    inviting.stop_reminders(review=review, by=senco)

    assert Event.objects.filter(code="ehcp.reminders_stopped").count() == 1
    assert review.history.first().history_user == senco


def test_closed_review_is_refused(review, senco):
    AnnualReview.objects.update(closed_on=ASKED_ON)

    with refused(CaseReason.CLOSED, closed_on=ASKED_ON):
        inviting.stop_reminders(review=review, by=senco)
