"""The team around the child, and what is agreed by whom."""

import pytest
from django.urls import reverse
from django.utils import timezone

from ehcp.models import Caseworker, LocalAuthority, Plan
from pupils.agencies.selectors import of_pupil
from pupils.agencies.services import withdraw_consent
from pupils.meetings import selectors
from pupils.meetings.team import team_of
from pupils.models import Agency, Contact, PupilSupport, Referral
from staff.acting import acting_for
from staff.models import Membership

from .helping import begin
from .test_meetings import agree, plan

pytestmark = pytest.mark.postgresql("dates and order")


def names(acting, pupil):
    return {one.name: one.part for one in team(acting, pupil)}


def team(acting, pupil):
    return team_of(acting, pupil, of_pupil(acting, pupil), timezone.localdate())


@pytest.fixture
def clinic(school, pupil, senco):
    today = timezone.localdate()
    clinic = Agency.objects.create(
        school=school, name="The clinic", kind="ot", person="Jo Park", telephone="01632 960001"
    )
    Referral.objects.create(
        pupil=pupil, agency=clinic, lead=senco, reason="x", consent_on=today, consent_name="Mother", sent_on=today
    )
    return clinic


def test_each_person_stands_once_with_all_they_are(pupil, senco, teacher, clinic):
    begin(pupil, teacher)
    PupilSupport.objects.create(pupil=pupil, user=teacher)
    Contact.objects.create(
        pupil=pupil, name="Ada Adeyemi", relation="Mother", phone="01632 960002", has_parental_responsibility=True
    )
    Contact.objects.create(pupil=pupil, name="Left Long Ago", ended_on=timezone.localdate())

    assert names(acting_for(senco), pupil) == {
        teacher.name: "Leads the SEN support plan, Teaches 5A, Supports Kezia",
        "Ada Adeyemi": "Mother, parental responsibility",
        "Jo Park, The clinic": "Occupational therapy",
    }


@pytest.mark.parametrize(
    ("mark", "words"),
    [("do_not_contact", "Do not contact"), ("order_with_dsl", "Court order: ask the safeguarding lead")],
)
def test_of_whom_to_ask_about_first_no_number_is_shown(pupil, senco, mark, words):
    Contact.objects.create(pupil=pupil, name="Ben Adeyemi", phone="01632 960002", **{mark: True})

    assert [one.reach for one in team(acting_for(senco), pupil)][-1] == [words]


def test_an_agency_without_a_basis_is_no_more_of_the_team(pupil, senco, clinic):
    referral = Referral.objects.get()
    withdraw_consent(referral=referral, on=timezone.localdate(), by=senco)
    assert "Jo Park, The clinic" not in names(acting_for(senco), pupil)

    Referral.objects.create(
        pupil=pupil, agency=clinic, lead=senco, reason="x", basis="law", basis_note="s47", sent_on=timezone.localdate()
    )
    assert names(acting_for(senco), pupil)["Jo Park, The clinic"] == "Occupational therapy, the family was not asked"


def test_who_left_is_named_only_where_they_still_lead(pupil, senco, teacher, head):
    begin(pupil, teacher)
    PupilSupport.objects.create(pupil=pupil, user=head)
    pupil.key_worker = head
    pupil.save()
    Membership.objects.exclude(user=senco).update(starts_on="2019-01-01", ends_on="2020-01-01")

    assert names(acting_for(senco), pupil) == {
        head.name: "Key worker, has left",
        teacher.name: "Leads the SEN support plan, has left",
    }
    assert [one.reach for one in team(acting_for(senco), pupil)] == [[], []]


def test_a_teacher_sees_the_school_and_neither_home_nor_agencies(pupil, senco, teacher, clinic):
    Contact.objects.create(pupil=pupil, name="Ada Adeyemi")

    assert names(acting_for(teacher), pupil) == {teacher.name: "Teaches 5A"}


def test_the_lead_of_a_confidential_plan_is_not_said(pupil, senco, head, teacher):
    confidential = begin(pupil, head)
    confidential.is_confidential = True
    confidential.save()

    assert head.name in names(acting_for(senco), pupil)
    assert head.name not in names(acting_for(teacher), pupil)


def test_the_caseworker_of_the_authority_belongs_to_it(client, sign_in, school, pupil, senco, teacher):
    authority = LocalAuthority.objects.create(school=school, name="Westmarch")
    worker = Caseworker.objects.create(school=school, authority=authority, name="Dee Marsh", telephone="01632 960003")
    Plan.objects.create(school=school, pupil=pupil, authority=authority, caseworker=worker)

    said = ("Dee Marsh", "EHC plan, Westmarch", "01632 960003")
    url = reverse("pupil-detail", args=[pupil.pk]) + "?tab=meetings"

    assert all(words in sign_in(senco).get(url).content.decode() for words in said)
    # A teacher reads the plan, and does not work with the authority.
    assert not any(words in sign_in(teacher).get(url).content.decode() for words in said)
    Plan.objects.update(ceased_on=timezone.localdate(), cease_reason="left")
    assert not any(words in sign_in(senco).get(url).content.decode() for words in said)


# --- Agreed actions by person ------------------------------------------------------------------------------------
def test_what_is_agreed_is_listed_by_person_and_who_left_first(client, sign_in, pupil, senco, teacher):
    meeting = plan(pupil, senco)
    agree(meeting, senco, "Ring the clinic", owner=senco)
    agree(meeting, senco, "Make the cards", owner=teacher)
    agree(meeting, senco, "Send the glasses", owner_name="Zoë & the optician")
    agree(meeting, senco, "Practise the words", owner_name="The mother")
    Membership.objects.filter(user=teacher).update(ends_on="2020-01-01", starts_on="2019-01-01")
    url = reverse("pupils:meeting-list")
    page = sign_in(senco).get(url, {"show": "actions"})

    owners = page.context["owners"]
    assert [(one.name, one.has_left, one.count) for one in owners] == [
        (teacher.name, True, 1), (senco.name, False, 1), ("Parents and others", False, 2)
    ]  # fmt: skip
    assert page.context["everybody"] == 4
    theirs = (["Make the cards"], ["Ring the clinic"], ["Send the glasses", "Practise the words"])
    for owner, words in zip(owners, theirs, strict=True):
        page = client.get(url, {"show": "actions", "person": owner.key})
        assert [one.text for one in page.context["page"].object_list] == words
    for nobody in ("nobody", "99999", "n\x00", "\x00", "1e9", "٣", "9" * 40):
        page = client.get(url, {"show": "actions", "person": nobody})
        assert (page.status_code, list(page.context["page"].object_list)) == (200, [])


def test_a_teacher_meets_only_actions_about_pupils_in_view(pupil, other_pupil, senco, teacher):
    agree(plan(pupil, senco, users=[teacher]), senco, "In view", owner=senco)
    agree(plan(other_pupil, senco, users=[teacher]), senco, "Out of view", owner=senco)
    acting = acting_for(teacher)

    actions = selectors.open_actions(acting)

    assert [one.text for one in actions] == ["In view"]
    assert [one.count for one in selectors.owners_of(acting, actions, timezone.localdate())] == [1]
