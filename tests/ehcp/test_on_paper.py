"""Letters and replies: who signs them, how they speak, and that what is read before approving is what goes."""

import time
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from ehcp.deadlines import appeals, assessments, reviews
from ehcp.letters import duties
from ehcp.letters.refusals import CaseLetterReason
from ehcp.letters.services import letters
from ehcp.models import Advice, CaseLetter, CaseLetterKind, Invitee, Recommendation
from ehcp.reviews.services.inviting import who_to_invite
from sendco.due.pages import pages_of
from staff import services
from staff.roles import Role
from staff.signatories import headteacher, signatory
from tests.ehcp.test_consultation_pages import NO
from tests.everywhere import agree, words_of
from tests.factories import MembershipFactory, UserFactory
from tests.factories.ehcp import AnnualReviewFactory, CaseworkerFactory, ConsultationFactory, NeedsAssessmentFactory
from tests.refusals import refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel("2026-11-23 10:00", tick=False):
        yield


@pytest.fixture
def deputy(school):
    """Sorted before the head by name, and with the head's role: "the first head found"."""
    return MembershipFactory(school=school, role=Role.HEAD, user=UserFactory(name="Abe Deputy")).user


@pytest.fixture
def ready(proved, senco, school):
    case = ConsultationFactory(school=school)
    proved(senco).post(at("reply", case), NO | {"version": 1, "ready": "1"})
    case.refresh_from_db()
    return case


def at(name, case):
    return reverse(f"ehcp:consultation-{name}", args=[case.pk])


def new_letter(code, case, kind):
    return reverse("ehcp:letter-new", args=[code, case.pk, kind])


# --- Who signs ---------------------------------------------------------------------------------------------------
def test_head_is_who_is_named_or_the_only_one(school, head, deputy):
    assert headteacher(school) is None
    assert signatory(school, head).role == "", "nobody is called the head by guessing"
    school.headteacher = head
    assert headteacher(school) == head
    assert signatory(school, head).role == "Headteacher"
    assert signatory(school, deputy).role == "Senior leader"
    school.headteacher = UserFactory()
    assert headteacher(school) is None, "somebody who left is not the head any more"
    head.memberships.all().delete()
    assert headteacher(school) is None, "and a deputy is not the head because the head has left"


def test_head_stays_the_head_when_a_deputy_gets_the_role(school, head, administrator):
    services.add_membership(user=UserFactory(name="Abe Deputy"), school=school, role=Role.HEAD, by=None)

    school.refresh_from_db()
    assert headteacher(school) == head


def test_school_names_its_head_on_its_page(proved, head, deputy, school, senco):
    client = proved(senco)
    form = client.get(reverse("staff:school-edit")).context["form"]
    values = {name: form[name].value() or "" for name in form.fields} | {"headteacher": head.pk}

    assert client.post(reverse("staff:school-edit"), values).status_code == 302

    assert "Ruth Calloway" in words_of(client.get(reverse("staff:school")))
    school.refresh_from_db()
    assert headteacher(school) == head


def test_reply_is_read_as_it_goes_and_signed_by_whoever_approves(proved, ready, head, deputy):
    client = proved(deputy)
    read = client.get(at("approve", ready)).context["paper"]

    client.post(at("approve", ready), {"version": ready.version})

    letter = CaseLetter.objects.get()
    assert (letter.subject, letter.body, letter.recipient) == (read["subject"], read["body"], read["recipient"])
    assert letter.body.rstrip().endswith("Abe Deputy\nFernhill Primary School"), "nobody knows who is the head"
    assert "Ruth Calloway" not in letter.body
    assert letter.signed_by == deputy
    assert letter.body.startswith("Dear SEN team,")


def test_reply_changed_after_approval_leaves_no_letter_to_send(proved, senco, ready, head):
    proved(head).post(at("approve", ready), {"version": ready.version})
    ready.refresh_from_db()
    old = CaseLetter.objects.get()
    desk = proved(senco)
    desk.post(at("reply", ready), NO | {"version": ready.version, "needed": "Other words", "ready": "1"})

    shown = words_of(desk.get(reverse("ehcp:letter-detail", args=[old.pk])))
    with refused(CaseLetterReason.REPLY_CHANGED):
        letters.mark_sent(letter=old, sent_on=date(2026, 11, 23), via="email", by=senco)

    assert "changed after this letter was made" in shown
    assert "It has gone" not in shown
    old.refresh_from_db()
    assert old.sent_on is None


def test_words_that_changed_while_they_were_read_are_read_again(proved, ready, head):
    client = proved(head)
    read = client.get(at("approve", ready)).context["read"]
    ready.authority.name = "Renamed Council"
    ready.authority.save()

    answer = client.post(at("approve", ready), {"version": ready.version, "read": read}, follow=True)

    assert "reads differently now" in answer.content.decode()
    assert not CaseLetter.objects.exists()


def test_facts_that_the_letter_prints_take_the_approval_back(proved, senco, ready, head):
    proved(head).post(at("approve", ready), {"version": ready.version})
    ready.refresh_from_db()
    facts = {name: getattr(ready, name) for name in ("received_on", "child_birth_on")} | {
        "authority": ready.authority_id
    }

    proved(senco).post(at("edit", ready), {k: v for k, v in facts.items() if v} | {"child_name": "Robin Ashworth"})

    ready.refresh_from_db()
    assert (ready.child_name, ready.approved_at) == ("Robin Ashworth", None)


def test_reply_and_its_letter_go_together(proved, senco, ready, head):
    proved(head).post(at("approve", ready), {"version": ready.version})
    ready.refresh_from_db()
    letter = CaseLetter.objects.get()
    gone = {"version": ready.version, "sent_on": "2026-11-23", "via": "email", "proof": "Receipt"}
    desk = proved(senco)

    assert desk.get(reverse("ehcp:letter-sent", args=[letter.pk])).url == at("sent", ready)
    desk.post(at("sent", ready), gone)

    letter.refresh_from_db()
    ready.refresh_from_db()
    assert (letter.sent_on, ready.sent_on, letter.proof) == (date(2026, 11, 23), date(2026, 11, 23), "Receipt")


def test_letter_is_signed_by_the_person_who_is_chosen(proved, senco, head, pupil):
    review = AnnualReviewFactory(pupil=pupil, meeting_on=date(2027, 1, 12))
    desk = proved(senco)
    url = new_letter("review", review, CaseLetterKind.REVIEW_PAPERS)
    words = desk.get(url).context["form"].initial | {"dated_on": "2026-11-23", "to": "authority"}

    shown = words_of(desk.post(url, words | {"signed_by": head.pk, "preview": "1"}))
    desk.post(url, words | {"signed_by": head.pk})

    assert "Ruth Calloway" in shown
    letter = CaseLetter.objects.get()
    assert letter.body.rstrip().endswith("Ruth Calloway\nHeadteacher\nFernhill Primary School")
    assert (letter.signed_by, letter.made_by) == (head, senco)


def test_nobody_outside_signs(proved, senco, outsider, pupil):
    review = AnnualReviewFactory(pupil=pupil, meeting_on=date(2027, 1, 12))
    desk = proved(senco)
    url = new_letter("review", review, CaseLetterKind.REVIEW_PAPERS)
    words = desk.get(url).context["form"].initial | {"dated_on": "2026-11-23", "to": "authority"}

    assert desk.post(url, words | {"signed_by": outsider.pk}).status_code == 422
    assert not CaseLetter.objects.exists()


@pytest.mark.parametrize(("minutes", "asked"), [(1, False), (55, False), (61, True)])
def test_approving_asks_no_second_password_soon_after_signing_in(sign_in, head, ready, minutes, asked):
    client = sign_in(head)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - minutes * 60}]
    session["account_authentication_methods_user"] = str(head.pk)
    session.save()

    answer = client.get(at("approve", ready))

    assert (answer.status_code == 302 and "reauthenticate" in answer.url) is asked


# --- To the authority --------------------------------------------------------------------------------------------
def test_every_duty_that_is_chased_has_its_name():
    rules = (*assessments.RULES, *reviews.RULES, *appeals.RULES)
    chased = {rule.code for rule in rules if pages_of(rule.code).letter}

    assert chased - set(duties.NAMES) == set()
    assert set(duties.NAMES) - chased == set()


def test_no_sum_speaks_of_the_authority_to_the_authority():
    for rule in (*assessments.RULES, *reviews.RULES, *appeals.RULES):
        if pages_of(rule.code).letter:
            found = reviews.deadline(rule, rule.example[0])
            said = duties.sum_of(found)
            assert "authority" not in said, said
            assert " it will" not in said, said
            assert "of you told" not in said, said


def test_letter_about_a_late_decision(proved, senco, pupil):
    case = NeedsAssessmentFactory(pupil=pupil, received_on=date(2026, 9, 14))
    case.caseworker = CaseworkerFactory(authority=case.authority, name="Maud Pellatt")
    case.save()
    with time_machine.travel("2026-11-04 10:00", tick=False):
        desk = proved(senco)
        desk.post(reverse("ehcp:assessment-reason", args=[case.pk]), {"reason": "word " * 20, "version": case.version})
        url = new_letter("assessment", case, CaseLetterKind.LA_LATE_DECISION)
        paper = desk.get(url).context["paper"]
        agree(desk, senco, pupil)

    body = " ".join(paper["body"].split())
    assert body.startswith("Dear Maud Pellatt, Kezia Adeyemi, born ")
    assert (
        "Your decision whether to carry out an EHC needs assessment was due by 26 October 2026: 6 weeks after you "
        "received the request on 14 September 2026 (SEND Regulations 2014, reg 5(1)). On 4 November 2026 it is 9 days "
        "late, and it has not reached us."
    ) in body


def test_letter_about_a_late_final_plan_names_both_limits(proved, senco, pupil):
    review = AnnualReviewFactory(
        pupil=pupil, began_on=date(2026, 6, 1), meeting_on=date(2026, 7, 21), held_on=date(2026, 7, 21),
        report_sent_on=date(2026, 7, 28),
    )  # fmt: skip
    desk = proved(senco)
    desk.post(
        reverse("ehcp:review-decision", args=[review.pk]),
        {"decision": Recommendation.AMEND, "decision_on": "2026-08-16", "notice_on": "2026-08-16"},
    )

    paper = desk.get(new_letter("review", review, CaseLetterKind.LA_LATE_AMENDED)).context["paper"]
    agree(desk, senco, pupil)

    assert (
        "The amended final EHC plan was due by 11 October 2026: 8 weeks after the amendment notice was sent on 16 "
        "August 2026, and not later than 12 weeks after the review meeting on 21 July 2026, which is 13 October 2026"
    ) in " ".join(paper["body"].split())


# --- Whom the law wants invited ----------------------------------------------------------------------------------
def test_head_of_the_list_is_not_the_first_one_found(pupil, head, deputy):
    review = AnnualReviewFactory(pupil=pupil)

    listed = next(person for person in who_to_invite(review) if person.role == Invitee.Role.HEAD)

    assert (listed.name, listed.user) == ("Headteacher", None)


def test_chaser_is_not_dated_ahead(proved, senco, pupil):
    case = NeedsAssessmentFactory(pupil=pupil, received_on=date(2026, 9, 14))
    desk = proved(senco)
    desk.post(reverse("ehcp:assessment-reason", args=[case.pk]), {"reason": "word " * 20, "version": case.version})
    url = new_letter("assessment", case, CaseLetterKind.LA_LATE_DECISION)
    words = desk.get(url).context["form"].initial

    answer = desk.post(url, words | {"dated_on": "2027-06-01", "to": "authority"})

    assert answer.status_code == 422
    assert not CaseLetter.objects.exists()


def test_request_to_reassess_names_its_own_law(proved, senco, pupil):
    case = NeedsAssessmentFactory(pupil=pupil, kind="again", received_on=None, asked_by="school")
    Advice.objects.create(assessment=case, kind="medical", received_on=date(2026, 11, 2))

    paper = proved(senco).get(new_letter("assessment", case, CaseLetterKind.ASSESSMENT_REQUEST)).context["paper"]

    assert "re-assessment" in paper["subject"]
    assert "section 44(2)" in paper["body"]
    assert "reg 25(1)" in paper["body"]
    assert "Health" not in paper["body"], "only a date is known of it"
