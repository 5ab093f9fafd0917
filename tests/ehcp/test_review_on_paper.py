"""Reviews as they leave the school: who is invited, what its report says, what outsiders see, what counts as done."""

import io
import re
from datetime import date

import docx
import pypdfium2
import pytest
import time_machine
from django.core import mail
from django.urls import reverse

import ehcp.tasks  # noqa: F401  (its handlers register themselves)
from ehcp.models import AnnualReview, Invitee, OutcomeReview, ReviewLayout, ReviewMail, ReviewReport
from ehcp.reviews.refusals import ReviewReason
from ehcp.reviews.selectors.facts import disagreeing, missing_in_report
from ehcp.reviews.selectors.progress import progress_of
from ehcp.reviews.selectors.reviews import people_of
from ehcp.reviews.services import contributions, inviting, reports
from ehcp.reviews.services import reviews as services
from sendco.files.models import StoredFile
from sendco.files.services import open_stored
from sendco.jobs import runner
from staff.acting import acting_for
from staff.models import Membership
from staff.roles import Role as StaffRole
from tests.again import later
from tests.everywhere import agree, words_of
from tests.factories import MembershipFactory, UserFactory
from tests.factories.ehcp import PlanFactory, PlanOutcomeFactory, PlanVersionFactory
from tests.refusals import refused

from .contributing import MONDAY, asked, enter, parent_of, person, planned_review, question, run_mails

Role = Invitee.Role
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def review(pupil, senco):
    return planned_review(pupil, senco)


@pytest.fixture
def held(pupil, senco):
    """Held two weeks ago, with one outcome looked at."""
    pupil.contacts.create(name="Hannah Adeyemi", has_parental_responsibility=True)
    plan = PlanFactory(pupil=pupil, made_on=date(2026, 2, 1))
    outcome = PlanOutcomeFactory(plan_version=PlanVersionFactory(plan=plan), number=1, text="Reads a page aloud")
    review = services.begin(plan=plan, kind="annual", by=senco, began_on=date(2026, 9, 1))
    review = services.record_held(review=review, held_on=date(2026, 11, 10), by=senco)
    services.review_outcome(review=review, outcome=outcome, progress="some", by=senco)
    return AnnualReview.objects.get(pk=review.pk)


def at(name, thing):
    return reverse(f"ehcp:{name}", args=[thing.pk])


# --- A parent is among the invited -------------------------------------------------------------------------------
@pytest.fixture
def without_parent(pupil, senco):
    return planned_review(pupil, senco, has_parental_responsibility=False)


def invite(client, review):
    people = list(review.invitees.filter(removed_on=None).values_list("pk", flat=True))
    return client.post(at("review-told", review), {"people": people, "invited_on": "2026-11-23", "via": "post"})


def test_review_without_a_parent_stops_with_the_reason(sign_in, senco, without_parent):
    client = sign_in(senco)

    answer = invite(client, without_parent)

    assert answer.status_code == 422
    assert "Nobody with parental responsibility is on the list" in words_of_refusal(answer)
    assert not without_parent.invitees.exclude(invited_on=None).exists()
    page = words_of(client.get(at("review-detail", without_parent)))
    assert "nobody can be invited yet (reg 20(2)(a))" in page
    assert at("review-no-parent", without_parent) in page
    with refused(ReviewReason.NO_PARENT):
        services.record_held(review=without_parent, held_on=TODAY, by=senco)
    agree(client, senco, without_parent.pupil)


def words_of_refusal(answer):
    return " ".join(answer.content.decode().split())


def test_reason_lets_it_go_on_and_is_printed(sign_in, senco, without_parent):
    client = sign_in(senco)
    client.post(
        at("review-no-parent", without_parent),
        {"note": "No address is known; the authority shares responsibility", "version": without_parent.version},
    )

    assert invite(client, without_parent).status_code == 302
    assert without_parent.invitees.exclude(invited_on=None).exists()
    body = reports.layouts.fill(reports.layouts.default_parts(), AnnualReview.objects.get())[0]
    assert "No address is known" in str(body)
    agree(client, senco, without_parent.pupil)


def test_parent_recorded_later_lets_it_go_on(sign_in, senco, without_parent):
    without_parent.pupil.contacts.update(has_parental_responsibility=True)
    contact = without_parent.pupil.contacts.get()
    if not without_parent.invitees.filter(contact=contact).exists():
        inviting.add_invitee(review=without_parent, role=Role.PARENT, name=contact.name, contact=contact, by=senco)

    assert invite(sign_in(senco), without_parent).status_code == 302


def test_papers_wait_until_the_parent_is_invited(sign_in, senco, review):
    client = sign_in(senco)
    gone = {"sent_on": "2026-11-23", "via": "email"}

    answer = client.post(at("review-papers", review), gone)
    inviting.record_invited(review=review, invitees=[parent_of(review)], invited_on=TODAY, via="post", by=senco)

    assert "Nobody with parental responsibility is invited yet" in words_of_refusal(answer)
    assert client.post(at("review-papers", review), gone).status_code == 302


def test_meeting_without_the_parent_who_was_never_invited_is_stopped(sign_in, senco, review):
    services.plan_meeting(review=review, version=review.version, meeting_on=TODAY, by=senco)
    client, here = sign_in(senco), f"{at('review-meeting', review)}?at=here"
    officer = person(review, Role.LA)

    alone = client.post(here, {"held_on": "2026-11-23", "people": [officer.pk], "go": "child"})
    with later():
        both = {"held_on": "2026-11-23", "people": [officer.pk, parent_of(review).pk], "go": "child"}
        together = sign_in(senco).post(here, both)

    assert "Nobody with parental responsibility is invited yet" in words_of_refusal(alone)
    assert together.status_code == 302
    assert AnnualReview.objects.get().held_on == TODAY


def test_young_person_needs_no_parent(sign_in, senco, without_parent):
    pupil = without_parent.pupil
    pupil.birth_on = date(2009, 3, 1)
    pupil.save()

    assert invite(sign_in(senco), without_parent).status_code == 302


# --- The report --------------------------------------------------------------------------------------------------
def test_suggested_wording_is_a_change(held):
    OutcomeReview.objects.update(next_step="keep", new_text="Reads two pages aloud")
    held.recommendation = "maintain"

    assert "outcome 1" in disagreeing(held)[0]


def test_outcomes_of_an_earlier_plan_count_for_nothing(held):
    OutcomeReview.objects.update(next_step="change")
    PlanOutcomeFactory(plan_version=PlanVersionFactory(plan=held.plan, number=2, dated_on=date(2026, 11, 20)), number=1)
    held.recommendation = "maintain"

    assert disagreeing(held) == []
    assert "progress towards 1 of 1 outcomes" in missing_in_report(held)


@pytest.mark.parametrize(
    ("recommendation", "asked_for", "step", "says"),
    [
        ("maintain", "", "keep", ""),
        ("maintain", "An amount in F2", "keep", "as it is, and changes are asked for (the text of changes)"),
        ("maintain", "", "change", "keep the plan as it is, and changes are asked for (outcome 1)"),
        ("cease", "", "end", ""),
        ("cease", "", "change", "end the plan, and changes are asked for (outcome 1)"),
        ("amend", "", "keep", "none is asked for"),
        ("amend", "An amount in F2", "keep", ""),
        ("amend", "", "end", ""),
        ("", "An amount in F2", "change", ""),
    ],
)  # fmt: skip
def test_recommendation_and_changes_agree(held, recommendation, asked_for, step, says):
    OutcomeReview.objects.update(next_step=step)
    held.recommendation, held.changes_asked = recommendation, asked_for

    found = " ".join(disagreeing(held))

    assert says in found
    assert bool(found) is bool(says)


def make(client, review):
    client.post(at("review-report", review))
    report = ReviewReport.objects.latest("pk")
    runner.run(report.job_id)
    report.refresh_from_db()
    return report


def approve(proved, head, report):
    review = AnnualReview.objects.get()
    answer = proved(head).post(at("review-approve", report), {"version": review.version})
    report.refresh_from_db()
    return answer


def text_of(response):
    document = pypdfium2.PdfDocument(b"".join(response.streaming_content))
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)


def test_report_that_contradicts_itself_is_not_approved(proved, senco, head, held):
    services.save_meeting(
        review=held, version=held.version, recommendation="maintain", changes_asked="An amount in F2", by=senco
    )
    report = make(proved(senco), held)

    answer = approve(proved, head, report)

    assert answer.status_code == 422
    assert "one answer: the recommendation is to keep the plan as it is" in words_of_refusal(answer)
    assert AnnualReview.objects.get().approved_at is None


def test_report_says_who_approved_it_and_when_and_prints_no_prompt(proved, senco, head, held):
    ReviewLayout.objects.create(
        school=held.school, authority=held.plan.authority, name="Theirs", title="Review form",
        parts=[
            {"heading": "A. Recommendation", "note": "The panel reads this page first.", "fields": ["recommendation"]},
            {"heading": "B. Outcomes", "note": "List everybody invited.", "fields": ["outcomes"]},
        ],
    )  # fmt: skip
    services.save_meeting(review=held, version=held.version, recommendation="maintain", by=senco)
    desk = proved(senco)
    report = make(desk, held)
    draft = text_of(desk.get(at("review-report-pdf", report)))

    assert approve(proved, head, report).status_code == 302
    assert desk.get(at("review-report-pdf", report)).status_code == 404, "the draft is not handed out any more"
    runner.run(report.job_id)
    signed = text_of(desk.get(at("review-report-pdf", report)))
    words = "\n".join(
        paragraph.text
        for paragraph in docx.Document(
            io.BytesIO(b"".join(desk.get(at("review-report-docx", report)).streaming_content))
        ).paragraphs
    )

    assert "Draft. Not approved yet." in draft
    for text in (signed, words):
        assert "Approved by Ruth Calloway, Headteacher, on 23 November 2026." in text
        assert "Draft" not in text
    for text in (draft, signed, words):
        assert "panel reads" not in text
        assert "List everybody" not in text
    assert "Suggested wording" in signed
    agree(desk, senco, held.pupil)


def test_report_changed_after_approval_is_a_draft_again(proved, senco, head, held):
    held = services.save_meeting(review=held, version=held.version, recommendation="maintain", by=senco)
    desk = proved(senco)
    report = make(desk, held)
    approve(proved, head, report)
    runner.run(report.job_id)
    held.refresh_from_db()
    services.save_meeting(review=held, version=held.version, summary="Other words", by=senco)

    assert "Draft. Not approved yet." in text_of(desk.get(at("review-report-pdf", report)))


def test_report_made_again_after_approval_is_approved_again(proved, senco, head, held):
    held = services.save_meeting(review=held, version=held.version, recommendation="maintain", by=senco)
    desk = proved(senco)
    runner.run(approved_job(proved, head, make(desk, held)))
    with later():
        make(proved(senco), held)
        gone = proved(senco).post(at("review-report-sent", held), {"sent_on": "2026-11-23", "via": "email"})

    assert gone.status_code == 422
    held.refresh_from_db()
    assert (held.approved_at, held.report_sent_on) == (None, None)


def approved_job(proved, head, report):
    approve(proved, head, report)
    return report.job_id


def test_approved_report_cannot_have_gone_before_it_is_there_or_before_its_approval(proved, senco, head, held):
    held = services.save_meeting(review=held, version=held.version, recommendation="maintain", by=senco)
    job = approved_job(proved, head, make(proved(senco), held))
    held.refresh_from_db()
    with refused(ReviewReason.REPORT_NOT_DRAWN):
        reports.record_sent(review=held, sent_on=TODAY, via="email", proof="", by=senco)
    runner.run(job)
    with time_machine.travel("2026-11-25 10:00", tick=False), refused(ReviewReason.SENT_BEFORE_APPROVED):
        AnnualReview.objects.update(approved_at="2026-11-25T09:00Z")
        ReviewReport.objects.update(approved_at="2026-11-25T09:00Z")
        reports.record_sent(review=held, sent_on=date(2026, 11, 24), via="email", proof="", by=senco)


def test_second_head_replaces_no_signature(proved, senco, head, held):
    held = services.save_meeting(review=held, version=held.version, recommendation="maintain", by=senco)
    report = make(proved(senco), held)
    approve(proved, head, report)
    other = MembershipFactory(school=held.school, role=StaffRole.HEAD, user=UserFactory(name="Abe Deputy")).user

    answer = approve(proved, other, report)

    assert "Ruth Calloway has approved this report already" in words_of_refusal(answer)
    assert report.approved_by == head


def test_job_that_runs_twice_keeps_one_signed_report(proved, senco, head, held):
    services.save_meeting(review=held, version=held.version, recommendation="maintain", by=senco)
    report = make(proved(senco), held)
    approve(proved, head, report)
    runner.run(report.job_id)
    report.refresh_from_db()
    first = report.signed_pdf_id

    reports.file_report(report=report, pdf=b"other", docx=b"other", by=senco)

    report.refresh_from_db()
    assert report.signed_pdf_id == first
    with open_stored(StoredFile.objects.get(pk=first)) as file:
        assert file.read(4) == b"%PDF"


def test_report_whose_approver_left_before_it_was_drawn_is_drawn_for_somebody_else(proved, senco, head, held):
    services.save_meeting(review=held, version=held.version, recommendation="maintain", by=senco)
    desk = proved(senco)
    report = make(desk, held)
    approve(proved, head, report)
    Membership.objects.filter(user=head).delete()
    runner.run(report.job_id)
    report.refresh_from_db()
    assert report.signed_pdf_id is None

    with later():
        proved(senco).post(at("review-report", held))
        report.refresh_from_db()
        runner.run(report.job_id)

    assert ReviewReport.objects.count() == 1
    assert "Approved by Ruth Calloway, Headteacher" in text_of(proved(senco).get(at("review-report-pdf", report)))


def test_nothing_is_approved_without_a_report(proved, head, held):
    assert proved(head).post(reverse("ehcp:review-approve", args=[12345]), {"version": held.version}).status_code == 404
    assert not hasattr(services, "approve")


def test_stale_report_is_made_again_before_it_is_approved(proved, senco, head, held):
    held = services.save_meeting(review=held, version=held.version, recommendation="maintain", by=senco)
    report = make(proved(senco), held)
    services.save_meeting(review=held, version=held.version, summary="Other words", by=senco)

    page = words_of(proved(head).get(at("review-report", held)))
    assert "Make it again before it is approved" in page
    assert at("review-approve", report) not in page
    assert not way(held, senco)["report"].done


def test_letter_with_the_report_waits_for_the_report(proved, senco, held):
    page = words_of(proved(senco).get(reverse("ehcp:letter-new", args=["review", held.pk, "review_report"])))

    assert "The head has not approved the report yet" in page


# --- What outsiders see ------------------------------------------------------------------------------------------
def test_professional_sees_child_and_outcomes_after_the_code(client, review, senco):
    PlanOutcomeFactory(plan_version=PlanVersionFactory(plan=review.plan), number=2, text="Reads a page aloud")
    secret = asked(review, person(review, Role.HEALTH, name="Priya Nair"), senco)
    asking = mail.outbox[-1]
    before = client.post(reverse("link-open", args=[secret])).content.decode()
    enter(client, secret)

    pages = [words_of(client.get(question(number))) for number in range(1, 6)]

    for closed in (before, asking.subject, asking.body):
        assert "Adeyemi" not in closed
        assert "Kezia" not in closed
        assert "Reads a page" not in closed
    assert all("Kezia Adeyemi's annual review" in page for page in pages)
    assert "when you last saw Kezia" in pages[0]
    assert ["Reads a page aloud" in page for page in pages] == [False, True, False, False, False]


def test_staff_by_link_are_asked_about_each_outcome(client, review, senco):
    PlanOutcomeFactory(plan_version=PlanVersionFactory(plan=review.plan), number=2, text="Reads a page aloud")
    colleague = inviting.add_invitee(review=review, role=Role.STAFF, name="Supply", email="s@example.org", by=senco)
    enter(client, asked(review, colleague, senco))

    said = words_of(client.get(question(2)))

    assert "Outcome 2: what have you seen?" in said
    assert "Reads a page aloud" in said


def test_parent_is_told_no_outcome_that_is_the_plans_affair(client, review, senco):
    PlanOutcomeFactory(plan_version=PlanVersionFactory(plan=review.plan), number=2, text="Reads a page aloud")
    enter(client, asked(review, parent_of(review), senco))

    assert not any("Reads a page aloud" in words_of(client.get(question(number))) for number in range(1, 6))


def test_papers_say_that_words_came_after_them(sign_in, review, senco):
    client = sign_in(senco)
    runner.run(services.ask_for_pack(review=review, by=senco).pack_job_id)
    assert "Not up to date" not in words_of(client.get(at("review-papers", review)))

    with later():
        contributions.enter(invitee=parent_of(review), answers={"about": "Kind"}, version=1, by=senco)

    assert "Not up to date" in words_of(client.get(at("review-papers", review)))


def test_young_person_is_among_those_who_are_written_to(sign_in, review, senco):
    review.pupil.birth_on = date(2009, 3, 1)
    review.pupil.save()

    page = words_of(sign_in(senco).get(reverse("ehcp:letter-new", args=["review", review.pk, "review_invitation"])))

    assert "Kezia Adeyemi, the young person" in page


# --- What counts as done -----------------------------------------------------------------------------------------
def way(review, user):
    review = AnnualReview.objects.get(pk=review.pk)
    people = people_of(review, today=TODAY)
    acting = acting_for(user, review.school)
    return {progress.step.code: progress for progress in progress_of(review, people=people, acting=acting)}


def test_nothing_is_done_while_nobody_was_asked_and_nothing_is_in(sign_in, review, senco):
    steps = way(review, senco)

    assert not any(steps[code].done for code in ("invite", "ask", "school_report", "views", "papers", "meeting"))
    page = words_of(sign_in(senco).get(at("review-detail", review)))
    assert "Nobody asked yet" in page
    assert "0 in, 0 missing" not in page


def test_views_are_in_when_all_who_were_asked_have_sent(review, senco):
    parent = parent_of(review)
    inviting.record_asked(invitees=[parent], asked_on=TODAY, by=senco)
    assert not way(review, senco)["views"].done

    contributions.enter(invitee=parent, answers={"about": "Kind"}, version=1, by=senco)

    assert way(review, senco)["views"].done
    assert way(review, senco)["views"].note == "1 in, 0 missing"


def test_what_never_happened_is_not_done_because_the_meeting_was_held(sign_in, held, senco):
    steps = way(held, senco)

    for code in ("invite", "ask", "school_report", "views", "papers"):
        assert not steps[code].done, code
        assert steps[code].missed, code
    assert steps["meeting"].done
    page = words_of(sign_in(senco).get(at("review-detail", held)))
    assert page.count("Not done") >= 5


def test_done_late_is_not_green(sign_in, held, senco):
    AnnualReview.objects.update(
        papers_sent_on=date(2026, 11, 5), report_sent_on=date(2026, 11, 27), decision="maintain",
        decision_on=date(2026, 12, 20), recommendation="maintain",
    )  # fmt: skip

    steps = way(held, senco)

    assert {code for code, step in steps.items() if step.late} == {"papers", "send", "decision"}
    page = words_of(sign_in(senco).get(at("review-detail", held)))
    assert page.count("Done late") >= 3


def test_report_sent_before_the_review_was_entered_is_not_called_approved(held, senco):
    AnnualReview.objects.update(report_sent_on=date(2026, 11, 20), recommendation="maintain")

    steps = way(held, senco)

    assert steps["send"].done
    assert (steps["approve"].done, steps["approve"].missed) == (False, True)
    assert (steps["report"].done, steps["report"].missed) == (False, True)


# --- Buttons -----------------------------------------------------------------------------------------------------
def test_button_pressed_twice_asks_once(sign_in, review, senco):
    client, parent = sign_in(senco), parent_of(review)
    url = reverse("ehcp:invitee-chase", args=[parent.pk])

    answers = [client.post(url) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [302, 302, 302]
    assert {answer.url for answer in answers} == {answers[0].url}
    assert ReviewMail.objects.filter(invitee=parent).count() == 1
    with later():
        client.post(url)
    assert ReviewMail.objects.filter(invitee=parent).count() == 2, "asked again on purpose"


def test_report_and_papers_are_made_once_however_often_the_button_is_pressed(sign_in, held, senco):
    client = sign_in(senco)
    for _ in range(3):
        client.post(at("review-report", held))

    assert ReviewReport.objects.count() == 1


# --- Rows offer what is next -------------------------------------------------------------------------------------
def offers(client, label, href):
    """Whether the due list has a row whose button says this and leads there."""
    page = words_of(client.get(reverse("due-list")))
    return bool(re.search(rf'<a[^>]*href="{re.escape(href)}[^"]*"[^>]*>[^<]*{label}', page))


def test_row_of_a_report_names_the_step_that_is_next(proved, sign_in, senco, head, held):
    desk = sign_in(senco)
    assert offers(desk, "Write up the meeting", at("review-meeting", held))

    services.save_meeting(review=held, version=held.version, recommendation="maintain", by=senco)
    assert offers(desk, "Make the report", at("review-report", held))

    report = make(desk, held)
    assert offers(desk, "Read the report", at("review-report", held))
    assert at("review-approve", report) in words_of(proved(head).get(at("review-report", held)))

    approve(proved, head, report)
    assert offers(sign_in(senco), "Record that it went", at("review-report-sent", held))


def test_row_of_a_plan_opens_the_review_that_is_begun(sign_in, senco, review):
    client = sign_in(senco)

    assert offers(client, "Open the review", at("review-detail", review))
    assert offers(client, "Prepare the papers", at("review-papers", review))
    runner.run(services.ask_for_pack(review=review, by=senco).pack_job_id)
    assert offers(client, "Send the papers", at("review-papers", review))
    run_mails()
