"""The team around the child, and what is agreed by whom."""

import pytest
from django.urls import reverse
from django.utils import timezone

from ehcp.models import Caseworker, LocalAuthority, Plan
from pupils.agencies.selectors import of_pupil
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
    Contact.objects.create(pupil=pupil, name="Ada Adeyemi", relation="Mother", phone="01632 960002")
    Contact.objects.create(pupil=pupil, name="Left Long Ago", ended_on=timezone.localdate())

    assert names(acting_for(senco), pupil) == {
        teacher.name: "Leads the SEN support plan, Teaches 5A, Supports Kezia",
        "Ada Adeyemi": "Mother",
        "Jo Park, The clinic": "Occupational therapy",
    }


def test_who_is_not_to_be_contacted_shows_no_number(pupil, senco):
    Contact.objects.create(pupil=pupil, name="Ben Adeyemi", phone="01632 960002", do_not_contact=True)

    assert [one.reach for one in team(acting_for(senco), pupil)][-1] == ["Do not contact"]


def test_who_left_is_named_only_where_they_still_lead(pupil, senco, teacher, head):
    begin(pupil, teacher)
    PupilSupport.objects.create(pupil=pupil, user=head)
    Membership.objects.exclude(user=senco).update(starts_on="2019-01-01", ends_on="2020-01-01")

    assert names(acting_for(senco), pupil) == {teacher.name: "Leads the SEN support plan, has left"}
    assert [one.reach for one in team(acting_for(senco), pupil)] == [[]]


def test_a_teacher_sees_the_school_and_neither_home_nor_agencies(pupil, senco, teacher, clinic):
    Contact.objects.create(pupil=pupil, name="Ada Adeyemi")

    assert names(acting_for(teacher), pupil) == {teacher.name: "Teaches 5A"}


def test_the_lead_of_a_confidential_plan_is_not_said(pupil, senco, head, teacher):
    confidential = begin(pupil, head)
    confidential.is_confidential = True
    confidential.save()

    assert head.name in names(acting_for(senco), pupil)
    assert head.name not in names(acting_for(teacher), pupil)


def test_the_caseworker_of_the_authority_belongs_to_it(client, sign_in, school, pupil, senco):
    authority = LocalAuthority.objects.create(school=school, name="Westmarch")
    worker = Caseworker.objects.create(school=school, authority=authority, name="Dee Marsh", telephone="01632 960003")
    Plan.objects.create(school=school, pupil=pupil, authority=authority, caseworker=worker)

    page = sign_in(senco).get(reverse("pupil-detail", args=[pupil.pk]) + "?tab=meetings").content.decode()

    for words in ("Dee Marsh", "EHC plan, Westmarch", "01632 960003"):
        assert words in page


# --- Agreed actions by person ------------------------------------------------------------------------------------
def test_what_is_agreed_is_listed_by_person_and_who_left_first(client, sign_in, pupil, senco, teacher):
    meeting = plan(pupil, senco)
    agree(meeting, senco, "Ring the clinic", owner=senco)
    agree(meeting, senco, "Make the cards", owner=teacher)
    agree(meeting, senco, "Send the glasses", owner_name="Zoë & the optician")
    Membership.objects.filter(user=teacher).update(ends_on="2020-01-01", starts_on="2019-01-01")
    url = reverse("pupils:meeting-list")
    page = sign_in(senco).get(url, {"show": "actions"})

    owners = page.context["owners"]
    assert [(one.name, one.has_left, one.count) for one in owners] == [
        (teacher.name, True, 1), (senco.name, False, 1), ("Zoë & the optician", False, 1)
    ]  # fmt: skip
    assert page.context["everybody"] == 3
    for owner, words in zip(owners, ("Make the cards", "Ring the clinic", "Send the glasses"), strict=True):
        page = client.get(url, {"show": "actions", "person": owner.key})
        assert [one.text for one in page.context["page"].object_list] == [words]
    for nobody in ("nobody", "99999", "n", "x", "1e9", "٣", "9" * 40):
        page = client.get(url, {"show": "actions", "person": nobody})
        assert (page.status_code, list(page.context["page"].object_list)) == (200, [])


def test_a_teacher_meets_only_actions_about_pupils_in_view(pupil, other_pupil, senco, teacher):
    agree(plan(pupil, senco, users=[teacher]), senco, "In view", owner=senco)
    agree(plan(other_pupil, senco, users=[teacher]), senco, "Out of view", owner=senco)
    acting = acting_for(teacher)

    actions = selectors.open_actions(acting)

    assert [one.text for one in actions] == ["In view"]
    assert [one.count for one in selectors.owners_of(acting, actions, timezone.localdate())] == [1]
