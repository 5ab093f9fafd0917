"""Reviews as schools live them, through the pages: another kind, two at a time, from before sendco, and changed."""

import re
from datetime import date, time

import pytest
import time_machine
from django.core import mail as django_mail
from django.urls import reverse

import ehcp.tasks  # noqa: F401  (its handlers register themselves)
from ehcp.cases.steps import Step
from ehcp.deadlines import RULES
from ehcp.models import AnnualReview, Invitee, ReviewMail
from ehcp.reviews import steps
from ehcp.reviews.services import deciding, inviting
from ehcp.reviews.services import reviews as services
from sendco.due.models import DueItem
from sendco.jobs.models import Job, Status
from sendco.jobs.runner import run
from staff.owed import all_differences, bring_up_to_date
from tests.everywhere import agree, everywhere, mailed, words_of
from tests.factories import PupilFactory
from tests.factories.ehcp import NeedsAssessmentFactory, PlanFactory


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel("2026-11-23 10:00", tick=False):
        yield


@pytest.fixture
def child(school):
    child = PupilFactory(school=school, year_group="6", birth_on=date(2015, 10, 1))
    child.contacts.create(name="Parent One", has_parental_responsibility=True)
    return child


@pytest.fixture
def plan(child):
    plan = PlanFactory(pupil=child, made_on=date(2025, 11, 3))
    bring_up_to_date(plan)
    return plan


def page(name, thing):
    return reverse(f"ehcp:{name}", args=[thing.pk])


def held_review(plan, senco, *, began_on=date(2026, 9, 1), held_on=date(2026, 10, 6), kind="annual"):
    review = services.begin(plan=plan, kind=kind, by=senco, began_on=began_on, asked_by="Parent", reason="Why")
    return services.record_held(review=review, held_on=held_on, by=senco)


def due(rule, **about):
    return DueItem.objects.get(rule=rule, **about)


# --- What is not owed is not late --------------------------------------------------------------------------------
def test_annual_review_whose_plan_names_the_next_school_meets_the_transfer(sign_in, senco, plan):
    client, review = sign_in(senco), held_review(plan, senco)
    review = deciding.record_decision(
        review=review, decision="amend", decision_on=date(2026, 10, 20), notice_on=date(2026, 10, 20), by=senco
    )

    response = client.post(page("review-final", review), {"final_on": "2026-11-20", "names_next_school": "on"})

    assert response.status_code == 302
    assert due("transfer.amend").met_on == date(2026, 11, 20)
    said = everywhere(client, senco, plan.pupil, on=date(2027, 2, 15))
    for where in ("due", "diary", "feed"):
        assert "Plan changed to name the next school" not in said[where], where
    assert list(all_differences()) == []
    agree(client, senco, plan.pupil)


def test_kind_of_a_review_can_be_changed_also_when_it_is_closed(sign_in, senco, plan):
    client, review = sign_in(senco), held_review(plan, senco)
    review = deciding.record_decision(review=review, decision="maintain", decision_on=date(2026, 11, 2), by=senco)
    assert due("transfer.meeting").met_on is None
    assert page("review-kind", review) in words_of(client.get(page("review-detail", review)))

    client.post(page("review-kind", review), {"kind": "transfer", "version": review.version})

    assert AnnualReview.objects.get().kind == "transfer"
    assert due("transfer.meeting").met_on == date(2026, 10, 6)
    assert due("transfer.amend").met_on == date(2026, 11, 2)
    agree(client, senco, plan.pupil)


def test_plan_in_time_leaves_no_notice_late_and_nobody_to_write_to(sign_in, senco, head, pupil):
    row = NeedsAssessmentFactory(
        pupil=pupil, received_on=date(2026, 7, 20), decision="assess", decision_on=date(2026, 8, 20)
    )
    bring_up_to_date(row)  # week 18: no draft yet, and the plan is due in two weeks

    client = sign_in(senco)
    said = everywhere(client, senco, pupil, on=date(2026, 11, 9))
    for where in ("due", "pupil", "diary", "feed"):
        assert "Notice that there will be no plan" not in said[where], where
    assert "Final plan" in said["due"]
    assert "Notice that there will be no plan" not in mailed(date(2026, 11, 23))
    compliance = sign_in(head).get(reverse("compliance"))
    assert "ehcna.no_plan" not in [item.rule for item in compliance.context["page"].object_list]
    letters = reverse("ehcp:letter-new", args=["assessment", row.pk, "la_late_decision"])
    assert letters not in words_of(sign_in(senco).get(reverse("due-list")))
    agree(sign_in(senco), senco, pupil)


# --- A review lives on -------------------------------------------------------------------------------------------
CHASED = ("Authority's decision: keep, change or cease the plan", "Final amended plan")


def test_closing_a_held_review_keeps_the_meeting_and_chases_the_authority(sign_in, senco, head, plan):
    client, old = sign_in(senco), held_review(plan, senco)  # the decision was due on 3 November
    text = words_of(client.get(page("review-close", old)))
    assert "The meeting was held, so it counts" in text

    client.post(page("review-close", old), {"reason": "The authority stays silent"})
    client.post(reverse("ehcp:review-new") + f"?plan={plan.pk}", {"plan": plan.pk, "kind": "annual"})

    old, new = AnnualReview.objects.order_by("pk")
    assert (old.closed_on, new.closed_on) == (date(2026, 11, 23), None)
    assert due("review.meeting", due_on=date(2026, 10, 5)).met_on == date(2026, 10, 6)
    decision = due("review.decision")
    assert (decision.source_id, decision.met_on, decision.closed_on) == (old.pk, None, None)
    said = everywhere(client, senco, plan.pupil, on=date(2026, 11, 3))
    for where in ("due", "pupil", "diary", "feed"):
        assert CHASED[0] in said[where], where
    assert CHASED[0] in words_of(sign_in(head).get(reverse("compliance")))
    assert "late" in words_of(sign_in(senco).get(page("review-detail", old)))
    assert page("review-decision", old) in words_of(client.get(page("review-detail", old)))
    assert CHASED[0] in mailed(date(2026, 11, 24))
    assert list(all_differences()) == []
    agree(sign_in(senco), senco, plan.pupil)


def test_what_the_authority_sends_can_be_entered_however_late(sign_in, senco, plan):
    client, old = sign_in(senco), held_review(plan, senco)
    old = services.close(review=old, reason="The authority stays silent", by=senco)
    services.begin(plan=plan, kind="annual", by=senco)

    assert due("review.report", source_id=old.pk).closed_on is None  # the school still owes it
    assert client.get(page("review-meeting", old)).status_code == 200
    for name, data in (
        ("decision", {"decision": "amend", "decision_on": "2026-11-19"}),
        ("notice", {"on": "2026-11-20"}),
        ("comments", {"on": "2026-11-21"}),
        ("final", {"final_on": "2026-11-22"}),
    ):
        assert client.post(page(f"review-{name}", old), data).status_code == 302, name

    old.refresh_from_db()
    assert (old.final_on, old.closed_on, old.close_reason) == (
        *(date(2026, 11, 22), date(2026, 11, 23)),
        "The authority stays silent",
    )
    assert due("review.final", source_id=old.pk).met_on == date(2026, 11, 22)
    assert due("review.due", trigger_on=date(2025, 11, 3)).met_on == date(2026, 11, 19)
    again = client.post(page("review-decision", old), {"decision": "maintain", "decision_on": "2026-11-23"})
    assert again.status_code == 422
    assert list(all_differences()) == []
    agree(client, senco, plan.pupil)


def test_early_review_stands_beside_an_outstanding_final_plan(sign_in, senco, plan):
    client, old = sign_in(senco), held_review(plan, senco)
    old = deciding.record_decision(
        review=old, decision="amend", decision_on=date(2026, 10, 27), notice_on=date(2026, 10, 27), by=senco
    )
    assert "another=1" in words_of(client.get(page("review-detail", old)))
    lead = words_of(client.get(reverse("ehcp:review-new") + f"?plan={plan.pk}&another=1"))
    assert "It stays open beside this one" in lead

    client.post(
        reverse("ehcp:review-new") + f"?plan={plan.pk}&another=1",
        {"plan": plan.pk, "kind": "early", "asked_by": "The parent", "reason": "The placement is at risk"},
    )

    assert AnnualReview.objects.filter(closed_on=None).count() == 2
    said = everywhere(client, senco, plan.pupil, on=due("review.final").due_on)
    for where in ("due", "pupil", "diary", "feed"):
        assert CHASED[1] in said[where], where
    third = client.post(reverse("ehcp:review-new"), {"plan": plan.pk, "kind": "annual"})
    assert third.status_code == 422
    agree(client, senco, plan.pupil)


def test_late_decision_of_an_older_review_begins_no_new_year(senco, plan):
    old = services.close(review=held_review(plan, senco), reason="Silent", by=senco)
    new = held_review(plan, senco, began_on=date(2026, 10, 20), held_on=date(2026, 11, 2))
    deciding.record_decision(review=new, decision="maintain", decision_on=date(2026, 11, 10), by=senco)

    deciding.record_decision(review=old, decision="maintain", decision_on=date(2026, 11, 20), by=senco)

    open_due = DueItem.objects.open().get(rule="review.due")
    assert open_due.trigger_on == date(2026, 11, 10)
    assert due("review.decision", source_id=old.pk).met_on == date(2026, 11, 20)


def test_closed_review_that_waits_is_found_among_the_open_ones(sign_in, senco, plan):
    services.close(review=held_review(plan, senco), reason="Silent", by=senco)
    client = sign_in(senco)

    assert len(client.get(reverse("ehcp:review-list")).context["rows"]) == 1
    assert len(client.get(reverse("ehcp:review-list") + "?show=closed").context["rows"]) == 0


# --- What already happened ---------------------------------------------------------------------------------------
def test_review_that_is_over_is_entered_in_a_schools_first_week(sign_in, senco, head, plan):
    client = sign_in(senco)
    begin = {"plan": plan.pk, "kind": "annual", "began_on": "2026-09-01"}
    client.post(reverse("ehcp:review-new"), begin)
    review = AnnualReview.objects.get()
    people = [invitee.pk for invitee in review.invitees.all()]

    day = {"meeting_on": "2026-10-05", "version": review.version}
    assert client.post(page("review-plan", review), day).status_code == 302
    told = {"people": people, "invited_on": "2026-09-15", "via": "post"}
    assert client.post(page("review-told", review), told).status_code == 302
    assert client.post(page("review-papers", review), {"sent_on": "2026-09-18", "via": "email"}).status_code == 302
    held = {"people": people, "held_on": "2026-10-05"}
    assert client.post(page("review-meeting", review) + "?at=here", held).status_code == 302
    assert client.post(page("review-report-sent", review), {"sent_on": "2026-10-16", "via": "email"}).status_code == 302
    decision = {"decision": "maintain", "decision_on": "2026-11-02"}
    assert client.post(page("review-decision", review), decision).status_code == 302

    review.refresh_from_db()
    assert (review.began_on, review.held_on, review.closed_on) == (
        *(date(2026, 9, 1), date(2026, 10, 5)),
        date(2026, 11, 2),
    )
    ours = DueItem.objects.filter(source_type="ehcp.annualreview")
    assert {item.rule: item.met_on for item in ours} == {
        "review.invite": date(2026, 9, 15),
        "review.papers": date(2026, 9, 18),
        "review.report": date(2026, 10, 16),
        "review.decision": date(2026, 11, 2),
    }
    late = sign_in(head).get(reverse("compliance")).context["page"].object_list
    assert [item.rule for item in late] == []
    said = everywhere(sign_in(senco), senco, plan.pupil, on=date(2027, 11, 1))
    for where in ("due", "pupil", "diary", "feed"):
        assert "Review of the plan, with the authority's decision sent" in said[where], where
    assert due("review.due", met_on=None).due_on == date(2027, 11, 1)
    agree(sign_in(senco), senco, plan.pupil)


@pytest.mark.parametrize(
    ("began_on", "words"),
    [("2025-10-01", "cannot have begun before that"), ("2026-11-24", "cannot be after today")],
)
def test_day_on_which_no_review_can_have_begun_is_refused(sign_in, senco, plan, began_on, words):
    data = {"plan": plan.pk, "kind": "annual", "began_on": began_on}

    response = sign_in(senco).post(reverse("ehcp:review-new"), data)

    assert response.status_code == 422
    assert words in words_of_refusal(response)


def words_of_refusal(response):
    return " ".join(response.content.decode().split())


def test_meeting_after_its_own_decision_is_refused(sign_in, senco, plan):
    review = held_review(plan, senco)
    review = deciding.record_decision(review=review, decision="maintain", decision_on=date(2026, 11, 2), by=senco)
    correct = {"held_on": "2026-11-05", "reason": "Typed wrongly", "version": review.version}
    client = sign_in(senco)
    url = reverse("ehcp:case-correct", args=["review", review.pk])
    kept = {
        name: field.value() for name, field in ((f.name, f) for f in client.get(url).context["form"]) if field.value()
    }

    response = client.post(url, kept | correct)

    assert response.status_code == 422
    assert "cannot be before" in words_of_refusal(response)
    review.refresh_from_db()
    assert review.held_on == date(2026, 10, 6)


def test_report_written_here_still_waits_for_the_head(sign_in, senco, plan):
    review = held_review(plan, senco)

    response = sign_in(senco).post(page("review-report-sent", review), {"sent_on": "2026-11-23", "via": "email"})

    assert response.status_code == 422
    assert "has not approved the report yet" in words_of_refusal(response)


# --- Changed after the invitations -------------------------------------------------------------------------------
@pytest.fixture
def invited(plan, senco):
    review = services.begin(plan=plan, kind="annual", by=senco)
    facts = {"meeting_on": date(2026, 12, 15), "meeting_time": time(10), "place": "Library"}
    review = services.plan_meeting(review=review, version=review.version, by=senco, **facts)
    people = list(review.invitees.all())
    inviting.record_invited(review=review, invitees=people, invited_on=date(2026, 11, 20), via="post", by=senco)
    review.refresh_from_db()
    return review


def test_another_time_asks_to_tell_people_again_and_keeps_the_notice(sign_in, senco, invited):
    client = sign_in(senco)
    data = {"meeting_on": "2026-12-15", "meeting_time": "14:00", "place": "Library", "version": invited.version}

    response = client.post(page("review-plan", invited), data, follow=True)

    text = words_of(response)
    assert "The time or place changed: tell" in text
    assert "Not told yet:" in text
    people = list(invited.invitees.all())
    assert due("review.invite").met_on == date(2026, 11, 20)
    told = {"people": [person.pk for person in people], "invited_on": "2026-11-23", "via": "told"}
    client.post(page("review-told", invited), told)
    assert set(invited.invitees.values_list("invited_on", "tell_again")) == {(date(2026, 11, 20), False)}
    assert "Not told yet" not in words_of(client.get(page("review-detail", invited)))
    assert due("review.invite").met_on == date(2026, 11, 20)
    agree(client, senco, invited.pupil)


def test_meeting_called_off_without_a_new_day(sign_in, senco, invited):
    client = sign_in(senco)
    before = everywhere(client, senco, invited.pupil, on=date(2026, 12, 15))
    assert "Annual review meeting" in before["diary"]

    data = {"reason": "The parent is ill", "version": invited.version}
    assert client.post(page("review-call-off", invited), data).status_code == 302

    invited.refresh_from_db()
    assert (invited.meeting_on, invited.meeting_time, invited.closed_on) == (None, None, None)
    text = words_of(client.get(page("review-detail", invited)))
    assert "The meeting was called off. Tell" in text
    assert "Plan the meeting" in text
    after = everywhere(client, senco, invited.pupil, on=date(2026, 12, 15))
    for where in ("diary", "feed"):
        assert "Annual review meeting" not in after[where], where
    assert "Invitations to the review meeting" not in after["due"]
    assert not DueItem.objects.filter(rule__in=("review.invite", "review.papers")).exists()
    client.post(page("review-told-off", invited))
    assert "The meeting was called off. Tell" not in words_of(client.get(page("review-detail", invited)))
    assert list(all_differences()) == []
    agree(client, senco, invited.pupil)


def test_late_transfer_review_is_listed_late_and_offered_as_what_it_is(sign_in, senco, child):
    plan = PlanFactory(pupil=child, made_on=date(2024, 3, 16), last_concluded_on=date(2026, 10, 6))
    bring_up_to_date(plan)
    with time_machine.travel("2026-12-01 10:00", tick=False):
        client = sign_in(senco)
        listed = words_of(client.get(reverse("ehcp:review-list")))
        transfers = words_of(client.get(reverse("ehcp:plan-transfers")))
        begin = client.get(f"{reverse('ehcp:review-new')}?plan={plan.pk}")

    assert "Was due Mon 23 Nov 2026" in listed
    assert "Begin transfer review" in listed
    assert "8 days late" in transfers
    assert begin.context["form"]["kind"].value() == "transfer"
    assert "was to be held by Mon 23 Nov 2026" in words_of(begin)


def test_step_whose_date_has_passed_is_late_and_not_to_come(sign_in, senco, invited):
    with time_machine.travel("2026-12-04 10:00", tick=False):
        text = words_of(sign_in(senco).get(page("review-detail", invited)))

    assert re.search(r"Late</span>\s*<span class=\"review-step-words\">\s*<b>Send the papers round", text)
    assert not re.search(r"Late</span>\s*<span class=\"review-step-words\">\s*<b>Hold the meeting", text)


def test_step_names_a_rule_that_there_is():
    known = {rule.code for rule in RULES}

    assert {step.rule for step in vars(steps).values() if isinstance(step, Step) and step.rule} <= known


def test_who_was_invited_and_is_taken_off_is_to_be_told(sign_in, senco, invited):
    invitee = invited.invitees.exclude(role="parent").first()

    response = sign_in(senco).post(page("invitee-remove", invitee), {"reason": "Has left the service"}, follow=True)

    assert "is off the list. They were invited on Fri 20 Nov 2026: tell them" in words_of(response)


def test_nobody_is_left_to_invite_another_way(sign_in, senco, invited):
    response = sign_in(senco).get(page("review-told", invited), follow=True)

    assert response.redirect_chain == [(page("review-detail", invited), 302)]


def test_no_day_is_offered_for_a_meeting_that_was_held(sign_in, senco, plan):
    review = held_review(plan, senco)

    assert "School days that keep every date" not in words_of(sign_in(senco).get(page("review-plan", review)))


def test_plan_whose_review_is_late_is_not_shown_as_well(sign_in, senco, child):
    plan = PlanFactory(pupil=child, made_on=date(2025, 12, 20))
    bring_up_to_date(plan)
    held_review(plan, senco)
    client = sign_in(senco)
    assert "Under way, late" in words_of(client.get(reverse("ehcp:plan-list")))


def test_those_with_an_address_are_told_by_email_and_the_others_stay(sign_in, senco, invited):
    with_mail = invited.invitees.get(name="Parent One")
    others = invited.invitees.exclude(pk=with_mail.pk)
    Invitee.objects.filter(pk=with_mail.pk).update(email="parent.one@example.org")
    client = sign_in(senco)
    client.post(page("review-call-off", invited), {"reason": "The parent is ill", "version": invited.version})
    assert "Email 1 of them" in words_of(client.get(page("review-detail", invited)))

    client.post(page("review-tell-off", invited))

    mail = ReviewMail.objects.get(kind=ReviewMail.Kind.CALLED_OFF)
    assert (mail.invitee, mail.about_on) == (with_mail, date(2026, 12, 15))
    assert run(Job.objects.get(kind="ehcp.review_mail").pk) == Status.DONE
    (message,) = django_mail.outbox
    assert message.to == ["parent.one@example.org"]
    assert "Tue 15 Dec does not take place" in message.body
    assert invited.pupil.name not in message.body + message.subject
    left = invited.invitees.filter(tell_again=True)
    assert set(left) == set(others)
    client.post(page("review-tell-off", invited))
    assert ReviewMail.objects.filter(kind=ReviewMail.Kind.CALLED_OFF).count() == 1


def test_once_a_new_day_is_fixed_nobody_is_told_that_there_is_none(sign_in, senco, invited):
    Invitee.objects.filter(review=invited).update(email="parent.one@example.org")
    client = sign_in(senco)
    client.post(page("review-call-off", invited), {"reason": "The parent is ill", "version": invited.version})
    client.post(page("review-tell-off", invited))
    invited.refresh_from_db()
    facts = {"meeting_on": date(2027, 1, 12), "meeting_time": time(10), "place": "Library"}
    services.plan_meeting(review=invited, version=invited.version, by=senco, **facts)

    for job in Job.objects.filter(kind="ehcp.review_mail"):
        assert run(job.pk) == Status.FAILED
    assert django_mail.outbox == []
    assert ReviewMail.objects.filter(problem__contains="new day").count() == invited.invitees.count()


def test_meeting_that_was_held_is_not_called_off(sign_in, senco, plan):
    review = held_review(plan, senco)

    response = sign_in(senco).post(page("review-call-off", review), {"reason": "Ill", "version": review.version})

    assert response.status_code == 422


def test_school_meets_again_a_year_on_while_the_authority_is_silent(sign_in, senco, plan):
    services.close(review=held_review(plan, senco), reason="Silent", by=senco)
    client = sign_in(senco)

    meetings = DueItem.objects.filter(rule="review.meeting").order_by("due_on")
    assert [(item.due_on, item.met_on) for item in meetings] == [
        (date(2026, 10, 5), date(2026, 10, 6)),
        (date(2027, 10, 5), None),
    ]
    said = everywhere(client, senco, plan.pupil, on=date(2027, 10, 5))
    for where in ("due", "pupil", "diary", "feed"):
        assert "Review meeting" in said[where], where
    agree(client, senco, plan.pupil)
