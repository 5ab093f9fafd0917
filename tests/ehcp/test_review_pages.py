from datetime import date

import pytest
import time_machine
from django.urls import reverse

from ehcp.models import AnnualReview, CaseLetter, Contribution, Invitee, OutcomeReview, ReviewMail
from ehcp.reviews.selectors import reviews as selectors
from ehcp.reviews.selectors.progress import next_of, progress_of
from ehcp.reviews.services import inviting
from ehcp.reviews.services import reviews as services
from staff.models import AcademicYear, Term
from staff.owed import bring_up_to_date
from tests.factories import PupilFactory
from tests.factories.ehcp import (
    AnnualReviewFactory,
    LocalAuthorityFactory,
    PlanFactory,
    PlanOutcomeFactory,
    PlanVersionFactory,
)

TODAY = date(2026, 11, 23)
HELD = date(2026, 11, 10)
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel("2026-11-23 10:00", tick=False):
        yield


@pytest.fixture
def plan(pupil):
    pupil.year_group = "9"
    pupil.save()
    pupil.contacts.create(name="Parent One", has_parental_responsibility=True, email="one@example.org")
    pupil.contacts.create(name="Parent Two", has_parental_responsibility=True)
    plan = PlanFactory(pupil=pupil, made_on=date(2026, 2, 1))
    bring_up_to_date(plan)
    return plan


@pytest.fixture
def outcomes(plan):
    version = PlanVersionFactory(plan=plan)
    return [PlanOutcomeFactory(plan_version=version) for _ in range(2)]


@pytest.fixture
def review(plan, outcomes, senco):
    return services.begin(plan=plan, kind="annual", by=senco, began_on=date(2026, 9, 1))


@pytest.fixture
def planned(review, senco):
    return services.plan_meeting(
        review=review, version=review.version, meeting_on=date(2027, 1, 12), by=senco, contribute_by=date(2026, 12, 21)
    )


@pytest.fixture
def held(review, senco):
    return services.record_held(review=review, held_on=HELD, by=senco, attended=[])


def page(name, thing):
    return reverse(f"ehcp:{name}", args=[thing.pk])


def terms(school):
    year = AcademicYear.objects.create(school=school, starts_in=2026)
    for name, first, last in (("autumn", "2026-09-01", "2026-12-18"), ("spring", "2027-01-04", "2027-03-25")):
        Term.objects.create(academic_year=year, name=name, starts_on=first, ends_on=last)


# --- List --------------------------------------------------------------------------------------------------------
def test_plan_whose_review_is_coming_is_begun_with_one_click(sign_in, senco, plan):
    client = sign_in(senco)
    assert "To begin" in client.get(reverse("ehcp:review-list")).content.decode()

    response = client.post(reverse("ehcp:review-new"), {"plan": plan.pk, "kind": "annual"})

    review = AnnualReview.objects.get(plan=plan)
    assert response.url == page("review-detail", review)
    assert "To begin" not in client.get(reverse("ehcp:review-list")).content.decode()


def test_an_early_review_needs_who_asked_and_why(sign_in, senco, plan):
    response = sign_in(senco).post(reverse("ehcp:review-new"), {"plan": plan.pk, "kind": "early"})

    assert response.status_code == 422
    assert "who asks for the early review" in response.content.decode()
    assert not AnnualReview.objects.exists()


def test_a_second_open_review_leads_to_the_first(sign_in, senco, review):
    client = sign_in(senco)

    response = client.get(f"{reverse('ehcp:review-new')}?plan={review.plan_id}")
    again = client.post(reverse("ehcp:review-new"), {"plan": review.plan_id, "kind": "annual"})

    assert response.url == page("review-detail", review)
    assert again.status_code == 422
    assert "open already" in again.content.decode()


@pytest.mark.parametrize(("stage", "found"), [("prepare", True), ("report", False), ("", True)])
def test_list_narrows_by_stage(sign_in, senco, planned, stage, found):
    text = sign_in(senco).get(f"{reverse('ehcp:review-list')}?stage={stage}").content.decode()

    assert (page("review-detail", planned) in text) is found


def test_list_shows_closed_ones_when_asked(sign_in, senco, review):
    services.close(review=review, reason="Begun by mistake", by=senco)
    client = sign_in(senco)

    assert page("review-detail", review) not in client.get(reverse("ehcp:review-list")).content.decode()
    assert "Begun by mistake" in client.get(f"{reverse('ehcp:review-list')}?show=closed").content.decode()


def test_list_asks_no_more_for_more_reviews(sign_in, senco, school, count_queries):
    sign_in(senco)

    def fill(number):
        authority = LocalAuthorityFactory(school=school)
        for _ in range(number):
            pupil = PupilFactory(school=school)
            AnnualReviewFactory(pupil=pupil, plan=PlanFactory(pupil=pupil, authority=authority), organiser=senco)

    fill(2)
    few = count_queries(reverse("ehcp:review-list"))
    fill(8)

    assert count_queries(reverse("ehcp:review-list")) == few


# --- Planning ----------------------------------------------------------------------------------------------------
def test_the_page_suggests_school_days(sign_in, senco, school, review):
    terms(school)

    text = sign_in(senco).get(page("review-detail", review)).content.decode()

    assert "Days for the meeting" in text
    assert "?day=2026-12-" in text
    assert "?day=2026-12-25" not in text


def test_a_day_is_saved_and_its_dates_follow(sign_in, senco, review):
    data = {"version": review.version, "meeting_on": "2027-01-12", "contribute_by": "2026-12-21", "place": "Library"}

    response = sign_in(senco).post(page("review-plan", review), data, follow=True)

    review.refresh_from_db()
    assert review.meeting_on == date(2027, 1, 12)
    assert "Tue 29 Dec 2026" in response.content.decode()


def test_words_asked_for_after_the_meeting_are_refused(sign_in, senco, review):
    data = {"version": review.version, "meeting_on": "2027-01-12", "contribute_by": "2027-01-13"}

    response = sign_in(senco).post(page("review-plan", review), data)

    assert response.status_code == 422
    assert "Reports are needed before the meeting" in response.content.decode()


def test_two_people_planning_see_both_versions(sign_in, senco, planned):
    data = {"version": 1, "meeting_on": "2027-01-19", "place": "Hall"}

    response = sign_in(senco).post(page("review-plan", planned), data)

    assert response.status_code == 422
    assert "Two people changed this" in response.content.decode()


@pytest.mark.parametrize("day", ["x", "2026-02-30", "9999999999"])
def test_a_day_of_nonsense_in_the_address_is_no_day(sign_in, senco, review, day):
    assert sign_in(senco).get(f"{page('review-plan', review)}?day={day}").status_code == 200


# --- People ------------------------------------------------------------------------------------------------------
def test_invitations_go_by_mail_and_on_paper(sign_in, senco, planned):
    client = sign_in(senco)
    people = list(planned.invitees.exclude(role="child").values_list("pk", flat=True))

    response = client.post(page("review-invite", planned), {"people": people, "also_ask": "on"})

    parent, other = planned.invitees.get(name="Parent One"), planned.invitees.get(name="Parent Two")
    assert response.url == page("review-told", planned)
    assert parent.invited_on == parent.asked_on == TODAY
    assert other.invited_on is None
    assert CaseLetter.objects.get(invitee=other).kind == "review_invitation"
    assert set(ReviewMail.objects.filter(invitee=parent).values_list("kind", flat=True)) == {"invitation", "request"}


def test_notice_given_on_paper_is_proved_by_day_and_way(sign_in, senco, planned):
    person = planned.invitees.get(name="Parent Two")
    data = {"people": [person.pk], "invited_on": "2026-11-20", "via": "post"}

    sign_in(senco).post(page("review-told", planned), data)

    person.refresh_from_db()
    assert (person.invited_on, person.invited_via) == (date(2026, 11, 20), "post")


def test_somebody_of_another_review_cannot_be_invited_here(sign_in, senco, planned, other_pupil):
    other = AnnualReviewFactory(pupil=other_pupil, organiser=senco)
    stranger = Invitee.objects.create(review=other, role="parent", name="Stranger")

    response = sign_in(senco).post(page("review-invite", planned), {"people": [stranger.pk]})

    assert response.status_code == 422
    stranger.refresh_from_db()
    assert stranger.invited_on is None


def test_only_adults_who_may_be_written_to_are_offered(sign_in, senco, planned):
    banned = planned.pupil.contacts.create(name="Parent Three", do_not_contact=True)
    client = sign_in(senco)

    text = client.get(page("invitee-add", planned)).content.decode()
    answer = client.post(page("invitee-add", planned), {"contact": banned.pk, "role": "parent"})

    assert "Parent Three" not in text
    assert answer.status_code == 422
    assert not planned.invitees.filter(name="Parent Three").exists()


def test_whom_the_law_names_stays_on_the_list(sign_in, senco, planned):
    officer = planned.invitees.get(role="la")

    response = sign_in(senco).post(page("invitee-remove", officer), {"reason": "Busy"})

    assert response.status_code == 422
    assert "reg 20(2)" in response.content.decode()


def test_one_click_asks_one_person_again(sign_in, senco, planned):
    parent = planned.invitees.get(name="Parent One")
    inviting.record_asked(invitees=[parent], asked_on=date(2026, 11, 2), by=senco)

    sign_in(senco).post(page("invitee-chase", parent))

    parent.refresh_from_db()
    assert (parent.chased, parent.chased_on) == (1, TODAY)


def test_short_notice_is_a_breach_that_agreement_does_not_mend(sign_in, senco, review):
    data = {"version": review.version, "meeting_on": "2026-11-30", "short_notice_note": "Both parents agreed"}
    client = sign_in(senco)
    client.post(page("review-plan", review), data)

    text = client.get(page("review-detail", review)).content.decode()

    assert "breaks reg 20(3)" in text
    assert "Both parents agreed" in text


# --- What is next ------------------------------------------------------------------------------------------------
def next_step(review, acting_senco):
    review.refresh_from_db()
    people = selectors.people_of(review, today=TODAY)
    coming = next_of(review, progress_of(review, people=people, acting=acting_senco), today=TODAY)
    return (coming.step.code, coming.label) if coming else None


def test_one_next_action_at_a_time(review, senco, acting, outcomes):
    me = acting(senco)
    assert next_step(review, me) == ("day", "Plan the meeting")

    services.plan_meeting(
        review=review, version=review.version, meeting_on=date(2026, 12, 8), contribute_by=TODAY, by=senco
    )
    assert next_step(review, me) == ("invite", "Invite 7 people")

    people = list(review.invitees.all())
    inviting.record_invited(review=review, invitees=people, invited_on=TODAY, via="email", by=senco)
    assert next_step(review, me) == ("ask", "Ask 6 people")

    inviting.record_asked(invitees=people, asked_on=TODAY, by=senco)
    assert next_step(review, me) == ("school_report", "Write the school's report")

    review.refresh_from_db()
    services.save_school_report(review=review, version=review.version, text="Well", by=senco)
    assert next_step(review, me) == ("views", "Chase 7 people")

    services.record_papers_sent(review=review, sent_on=TODAY, by=senco)
    assert next_step(review, me) == ("meeting", "Open the meeting screen")


def test_a_late_authority_is_written_to(sign_in, senco, held, outcomes):
    AnnualReview.objects.filter(pk=held.pk).update(
        held_on=date(2026, 10, 1), approved_at="2026-10-02T10:00Z", approved_by=senco, report_sent_on=date(2026, 10, 8)
    )
    bring_up_to_date(AnnualReview.objects.get(pk=held.pk))

    text = sign_in(senco).get(page("review-detail", held)).content.decode()

    assert f"/cases/review/{held.pk}/letters/la_late_review/" in text
    assert "Write to the authority" in text


def test_child_who_left_leaves_a_review_to_close(sign_in, senco, review):
    review.pupil.left_on = date(2026, 11, 20)
    review.pupil.save()

    text = sign_in(senco).get(page("review-detail", review)).content.decode()

    assert "Close this review with the reason" in text
    assert "Plan the meeting</a>" not in text


# --- The meeting -------------------------------------------------------------------------------------------------
def at(review, code):
    return f"{page('review-meeting', review)}?at={code}"


def test_meeting_begins_with_who_is_here(sign_in, senco, planned):
    came = planned.invitees.get(name="Parent One")
    client = sign_in(senco)

    response = client.post(at(planned, "here"), {"held_on": "2026-11-23", "people": [came.pk], "go": "child"})

    planned.refresh_from_db()
    came.refresh_from_db()
    assert response.url == at(planned, "child")
    assert planned.held_on == TODAY
    assert came.attended is True


def test_preparing_the_screen_does_not_hold_the_meeting(sign_in, senco, planned):
    sign_in(senco).post(at(planned, "here"), {"held_on": "", "go": "child"})

    planned.refresh_from_db()
    assert planned.held_on is None


def test_an_outcome_is_saved_with_every_step(sign_in, senco, held, outcomes):
    data = {
        "version": 0, "progress": "some", "evidence": HOSTILE, "next_step": "keep", "who": "Mum", "view": "Not at home",
        "go": f"outcome-{outcomes[1].pk}",
    }  # fmt: skip
    client = sign_in(senco)

    response = client.post(at(held, f"outcome-{outcomes[0].pk}"), data)
    text = client.get(at(held, f"outcome-{outcomes[0].pk}")).content.decode()

    assert response.url == at(held, f"outcome-{outcomes[1].pk}")
    assert OutcomeReview.objects.get(outcome=outcomes[0]).progress == "some"
    assert "Not at home" in text
    assert HOSTILE not in text


def test_two_people_at_one_outcome_lose_nothing(sign_in, senco, head, held, outcomes):
    services.review_outcome(review=held, outcome=outcomes[0], by=head, progress="met", evidence="Theirs")

    response = sign_in(senco).post(
        at(held, f"outcome-{outcomes[0].pk}"), {"version": 0, "progress": "none", "evidence": "Mine", "go": "stay"}
    )

    text = response.content.decode()
    assert response.status_code == 422
    assert "Theirs" in text
    assert "Mine" in text
    assert OutcomeReview.objects.get(outcome=outcomes[0]).evidence == "Theirs"


def test_a_view_without_its_owner_is_asked_for(sign_in, senco, held, outcomes):
    response = sign_in(senco).post(
        at(held, f"outcome-{outcomes[0].pk}"), {"version": 0, "view": "Not at home", "go": "stay"}
    )

    assert response.status_code == 422
    assert "who it is, and what they say" in response.content.decode()


def test_from_year_nine_adulthood_has_its_page(sign_in, senco, held):
    client = sign_in(senco)
    assert "Preparing for adulthood" in client.get(at(held, "adulthood")).content.decode()

    held.pupil.year_group = "8"
    held.pupil.save()

    assert client.get(at(held, "adulthood")).status_code == 404


def test_the_childs_words_come_first(sign_in, senco, planned):
    child, parent = planned.invitees.get(role="child"), planned.invitees.get(name="Parent One")
    for person, kind, words in ((parent, "parent", "Mum's words"), (child, "child", "My own words")):
        Contribution.objects.create(
            invitee=person, kind=kind, answers={"going_well": words}, sent_at="2026-11-20T10:00Z"
        )
    client = sign_in(senco)

    assert "My own words" in client.get(at(planned, "child")).content.decode()
    assert "Mum&#x27;s words" in client.get(at(planned, "views")).content.decode()


def test_draft_words_are_shown_to_nobody(sign_in, senco, planned):
    parent = planned.invitees.get(name="Parent One")
    Contribution.objects.create(invitee=parent, kind="parent", answers={"going_well": "Half a tho"})
    client = sign_in(senco)

    for address in (at(planned, "views"), page("review-papers", planned), page("review-detail", planned)):
        assert "Half a tho" not in client.get(address).content.decode()


def test_unknown_page_of_the_meeting_is_not_found(sign_in, senco, held):
    assert sign_in(senco).get(at(held, "outcome-999999")).status_code == 404


def test_a_view_noted_by_mistake_is_taken_out(sign_in, senco, held, outcomes):
    row = services.add_difference(review=held, who="Dad", view="No", outcome=outcomes[0], by=senco)

    response = sign_in(senco).post(page("difference-remove", row))

    assert response.url == at(held, f"outcome-{outcomes[0].pk}")
    assert not held.differences.exists()


# --- After -------------------------------------------------------------------------------------------------------
def test_decision_before_the_meeting_is_refused(sign_in, senco, review):
    data = {"decision": "maintain", "decision_on": "2026-11-20"}

    response = sign_in(senco).post(page("review-decision", review), data)

    assert response.status_code == 422
    assert "has not been held yet" in response.content.decode()


def test_keeping_the_plan_ends_the_review(sign_in, senco, held):
    sign_in(senco).post(page("review-decision", held), {"decision": "maintain", "decision_on": "2026-11-20"})

    held.refresh_from_db()
    assert held.closed_on == date(2026, 11, 20)


def test_changing_the_plan_leads_through_notice_to_its_upload(sign_in, senco, held):
    client = sign_in(senco)
    client.post(page("review-decision", held), {"decision": "amend", "decision_on": "2026-11-16"})
    client.post(page("review-notice", held), {"on": "2026-11-17"})
    client.post(page("review-comments", held), {"on": "2026-11-19"})

    response = client.post(page("review-final", held), {"final_on": "2026-11-20"})

    held.refresh_from_db()
    assert held.closed_on == held.final_on == date(2026, 11, 20)
    assert response.url == reverse("ehcp:plan-read", args=[held.plan_id])


def test_not_changing_it_after_all_ends_it_too(sign_in, senco, held):
    client = sign_in(senco)
    client.post(page("review-decision", held), {"decision": "amend", "decision_on": "2026-11-16"})

    client.post(page("review-not-amending", held), {"on": "2026-11-20"})

    held.refresh_from_db()
    assert held.not_amending_on == date(2026, 11, 20)


def test_closing_needs_a_reason(sign_in, senco, review):
    client = sign_in(senco)

    assert client.post(page("review-close", review), {"reason": ""}).status_code == 422
    client.post(page("review-close", review), {"reason": "Begun by mistake"})

    review.refresh_from_db()
    assert review.close_reason == "Begun by mistake"


def test_a_teacher_meets_no_page_of_a_review(sign_in, teacher, review):
    client = sign_in(teacher)

    for name in ("review-detail", "review-meeting", "review-papers", "review-report"):
        assert client.get(page(name, review)).status_code == 403


def test_another_schools_review_does_not_exist(sign_in, outsider, review):
    assert sign_in(outsider).get(page("review-detail", review)).status_code == 404
