"""Several people at the same moment: one wins, the others are told, nothing is written twice and nobody waits for ever.

On both databases with real connections, on rows that are committed.
"""

import re
from datetime import time, timedelta
from functools import partial

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ehcp.models import Contribution, Invitee
from ehcp.reviews.services import contributions
from pupils.concerns import services as concerns
from pupils.duplicates import services as merges
from pupils.letters.services import letters
from pupils.meetings import evenings
from pupils.models import (
    Concern,
    Contact,
    Letter,
    Meeting,
    Merge,
    NeedType,
    ParentsEvening,
    Pupil,
    RegisterEntry,
    SupportPlan,
    WatchListEntry,
)
from pupils.models.letters import LetterKind
from pupils.plans.services.reviews import close_cycle
from pupils.record.services import contacts
from pupils.record.services import pupils as services
from pupils.register import services as register
from sendco.audit.models import Event
from sendco.due.models import DueItem
from sendco.jobs.models import Job
from sendco.jobs.services import claim
from sendco.limits.services import RateLimited, check_limit
from sendco.links import services as links
from staff import services as staff_services
from staff.models import Invitation, Membership, RoleRequest, User
from staff.roles import Role
from tests.ehcp.contributing import MONDAY, parent_of, planned_review
from tests.factories import MembershipFactory, PupilFactory, UserFactory
from tests.pupils.plans.helping import begin, targets_of, write

from .contest import Contest

pytestmark = pytest.mark.postgresql("races")

AT_ONCE = 6
Outcome = Concern.Outcome


@pytest.fixture(autouse=True)
def _committed(transactional_db):
    """The rows of these tests are committed, and the reference rows are there."""


@pytest.fixture
def contest(tmp_path):
    """Start when every row of the test is there."""
    return lambda: Contest(tmp_path)


@pytest.fixture
def concern(pupil, teacher):
    return concerns.raise_concern(
        pupil=pupil, what="Tired", parent_told="told", form_key="b1c6e7d2-0000-4000-8000-000000000001", by=teacher
    )


def winners(outcomes, *refusals):
    return [one for one in outcomes if one not in refusals]


def test_two_people_edit_one_pupil(pupil, senco, head, contest):
    def edit(number, by):
        return services.update_pupil(pupil=pupil, values={"pronouns": f"p{number}"}, version=1, by=by).pronouns

    race = contest()
    outcomes = race.between(*(partial(edit, number, (senco, head)[number % 2]) for number in range(AT_ONCE)))

    assert outcomes.count("ChangedMeanwhile") == AT_ONCE - 1
    (won,) = winners(outcomes, "ChangedMeanwhile")
    assert race.look(lambda: Pupil.objects.get(pk=pupil.pk).pronouns) == won
    assert race.look(lambda: Pupil.objects.get(pk=pupil.pk).version) == 2
    assert race.look(lambda: Event.objects.filter(code="pupil.changed").count()) == 1


def test_two_people_edit_one_contact(pupil, senco, contest):
    contact = Contact.objects.create(pupil=pupil, name="Parent", phone="1")

    def edit(number):
        mine = Contact.objects.get(pk=contact.pk)
        mine.phone = f"07700 90000{number}"
        return contacts.save_contact(contact=mine, version=1, by=senco).phone

    race = contest()
    outcomes = race.between(*(partial(edit, number) for number in range(AT_ONCE)))

    (won,) = winners(outcomes, "ChangedMeanwhile")
    assert race.look(lambda: Contact.objects.get(pk=contact.pk).phone) == won


def test_two_close_one_cycle(pupil, senco, head, contest):
    plan = begin(pupil, senco)
    for target in targets_of(plan):
        write(target, senco, value="5", judgement="partly", next_step="change")

    race = contest()
    outcomes = race.between(
        *(partial(close_cycle, plan=SupportPlan(pk=plan.pk), by=by) for by in (senco, head, senco, head))
    )

    assert len(winners(outcomes, "Refused")) == 1
    assert race.look(lambda: SupportPlan.objects.filter(pupil=pupil).count()) == 2  # the one closed, and its next
    assert race.look(lambda: SupportPlan.objects.get(pk=plan.pk).ending) == "reviewed"


def test_two_take_one_time_of_a_parents_evening(pupil, senco, school, contest):
    contact = Contact.objects.create(pupil=pupil, name="Parent", has_parental_responsibility=True)
    others = [PupilFactory(school=school) for _ in range(3)]
    values = {"name": "Autumn", "on": timezone.localdate() + timedelta(days=7), "minutes": 15, "place": "Hall"}
    evening = evenings.save(
        evening=ParentsEvening(school=school), values=values | {"starts_at": time(16), "ends_at": time(17)},
        users=[senco], version=1, by=senco, is_meant=True,
    )  # fmt: skip

    def book(child):
        return evenings.book(evening=evening, user=senco, at=time(16), pupil=child, by=senco).pk

    race = contest()
    outcomes = race.between(*(partial(book, child) for child in (pupil, *others)))

    assert contact.pk
    assert len(winners(outcomes, "Refused")) == 1
    assert race.look(lambda: Meeting.objects.filter(evening=evening).count()) == 1


def test_two_triages(concern, senco, head, contest):
    def decide(outcome, by, **more):
        return concerns.triage(concern=concern, outcome=outcome, note="A note", version=1, by=by, **more).outcome

    again = timezone.localdate() + timedelta(days=30)
    race = contest()
    outcomes = race.between(
        partial(decide, Outcome.NO_ACTION, senco),
        partial(decide, Outcome.STRATEGIES, head, look_again_on=again),
        partial(decide, Outcome.OBSERVE, senco, look_again_on=again),
        partial(decide, Outcome.MONITOR, head, look_again_on=again),
    )

    (won,) = winners(outcomes, "ChangedMeanwhile", "Refused")
    assert race.look(lambda: Concern.objects.get(pk=concern.pk).outcome) == won
    assert race.look(lambda: Event.objects.filter(code="concern.triaged").count()) == 1
    watched = race.look(lambda: WatchListEntry.objects.filter(pupil=concern.pupil_id, ends_on=None).count())
    assert watched == (won == Outcome.MONITOR)


def test_one_form_sent_many_times_is_one_concern(pupil, teacher, contest):
    def send():
        form_key = "b1c6e7d2-0000-4000-8000-000000000002"
        return concerns.raise_concern(pupil=pupil, what="Tired", parent_told="told", form_key=form_key, by=teacher).pk

    race = contest()
    outcomes = race.between(*[send] * AT_ONCE)

    assert len(set(outcomes)) == 1
    assert race.look(Concern.objects.count) == 1
    assert race.look(lambda: DueItem.objects.filter(rule="concern.first_look").count()) == 1


def test_two_acceptances_of_one_invitation(school, head, contest):
    invitation, _ = staff_services.invite(
        school=school, email="new@fernhill.example", name="Robin New", role=Role.TEACHER, by=head
    )

    def accept():
        mine = Invitation.objects.get(pk=invitation.pk)
        return staff_services.accept_invitation(invitation=mine, password="violet kettle harbour seven").email

    race = contest()
    outcomes = race.between(*[accept] * AT_ONCE)

    assert outcomes.count("Refused") == AT_ONCE - 1
    assert race.look(lambda: User.objects.filter(email="new@fernhill.example").count()) == 1
    assert race.look(lambda: Membership.objects.filter(user__email="new@fernhill.example").count()) == 1


def test_accepting_and_revoking_one_invitation(school, head, contest):
    invitation, _ = staff_services.invite(
        school=school, email="new@fernhill.example", name="Robin New", role=Role.TEACHER, by=head
    )

    def accept():
        mine = Invitation.objects.get(pk=invitation.pk)
        return staff_services.accept_invitation(invitation=mine, password="violet kettle harbour seven").email

    def revoke():
        staff_services.revoke_invitation(invitation=Invitation.objects.get(pk=invitation.pk), by=head)
        return "revoked"

    race = contest()
    race.between(accept, revoke, accept, revoke)

    kept = race.look(lambda: Invitation.objects.get(pk=invitation.pk))
    people = race.look(lambda: User.objects.filter(email="new@fernhill.example").count())
    assert people == (kept.accepted_at is not None)


def test_one_role_that_is_asked_for_is_confirmed_and_refused_at_once(school, administrator, head, senco, contest):
    friend = MembershipFactory(school=school, role=Role.GOVERNOR, user=UserFactory(name="Second Self")).user
    wanted = staff_services.give_role(user=friend, school=school, role=Role.SENCO, by=administrator)

    def confirm():
        return staff_services.confirm_role(wanted=wanted, by=head) and RoleRequest.Outcome.CONFIRMED

    def refuse():
        return staff_services.refuse_role(wanted=wanted, by=senco) or RoleRequest.Outcome.REFUSED

    race = contest()
    outcomes = race.between(*[confirm, refuse] * (AT_ONCE // 2))

    (won,) = winners(outcomes, "Refused")
    assert race.look(lambda: RoleRequest.objects.get().outcome) == won
    given = race.look(lambda: Membership.objects.filter(user=friend, role=Role.SENCO).count())
    assert given == (won == RoleRequest.Outcome.CONFIRMED)
    decided = ["person.role_confirmed", "person.role_refused"]
    assert race.look(lambda: Event.objects.filter(code__in=decided).count()) == 1


def test_one_answer_is_sent_by_link_and_typed_in_by_the_school_at_once(pupil, senco, contest):
    """Two phones and the office: one answer is kept, and whoever else sent is told so."""
    with time_machine.travel(MONDAY, tick=False):
        parent = parent_of(planned_review(pupil, senco))
        link, _ = links.make(purpose=contributions.PURPOSE, subject_id=parent.pk, school_id=pupil.school_id, by=senco)
        contributions.save_answer(invitee=parent, code="well", words="By phone")

        def send():
            mine = Invitee.objects.select_related("review").get(pk=parent.pk)
            return contributions.send(invitee=mine, link=link) and "link"

        def enter():
            mine = Invitee.objects.select_related("review").get(pk=parent.pk)
            told = {"well": "By letter"}
            return contributions.enter(invitee=mine, answers=told, version=2, by=senco) and "paper"

        race = contest()
        outcomes = race.between(*[send, enter] * (AT_ONCE // 2))

        (won,) = winners(outcomes, "ChangedMeanwhile", "Refused")
        kept = race.look(lambda: Contribution.objects.get().answers["well"])
        assert kept == {"link": "By phone", "paper": "By letter"}[won]
        assert race.look(lambda: Event.objects.filter(code="ehcp.contribution_sent").count()) == 1


def test_two_statuses_of_one_pupil(pupil, senco, contest):
    seen = RegisterEntry.objects.get(pupil=pupil, ends_on=None).pk
    need = NeedType.objects.get(code="SEMH")

    def change(code):
        return concerns.change_status(
            pupil=pupil,
            seen_entry_id=seen,
            code=code,
            starts_on=timezone.localdate(),
            reason="Decided",
            decided_by="The SENDCo",
            needs=[need],
            by=senco,
        ).code

    race = contest()
    outcomes = race.between(*(partial(change, code) for code in ("K", "E", "K", "E")))

    (won,) = winners(outcomes, "ChangedMeanwhile", "Refused")
    codes = race.look(lambda: list(RegisterEntry.objects.filter(pupil=pupil, ends_on=None).values_list("code")))
    assert codes == [(won,)]


def test_two_merges_of_one_pair(school, senco, contest):
    one, other = (PupilFactory(school=school, legal_forename="Amy", legal_surname="Twice") for _ in range(2))

    def join(kept, gone):
        return merges.merge(kept=kept, gone=gone, versions=(1, 1), by=senco).kept_id

    race = contest()
    outcomes = race.between(*[partial(join, one, other), partial(join, other, one)] * 2)

    (won,) = winners(outcomes, "ChangedMeanwhile", "Refused")
    assert race.look(lambda: Merge.objects.get().kept_id) == won
    assert race.look(lambda: Pupil.objects.filter(merged_into=None, legal_surname="Twice").count()) == 1


def test_a_job_is_one_worker_s(school, senco, contest):
    job = Job.objects.create(kind="test", title="Test", user_id=senco.pk, school_id=school.pk)

    def take():
        return claim(job.pk) is not None

    assert sorted(contest().between(*[take] * AT_ONCE)) == [False] * (AT_ONCE - 1) + [True]


def test_letter_is_marked_as_sent_once(pupil, senco, contest):
    entry = register.change_status(
        pupil=pupil,
        code="K",
        starts_on=timezone.localdate(),
        reason="Decided",
        decided_by="The SENDCo",
        needs=[NeedType.objects.get(code="SEMH")],
        by=senco,
    )
    contact = Contact.objects.create(pupil=pupil, name="Parent", has_parental_responsibility=True)
    letter = Letter.objects.create(
        pupil=pupil,
        kind=LetterKind.SEN_SUPPORT_STARTS,
        contact=contact,
        recipient="Parent",
        subject="S",
        body="B",
        dated_on=timezone.localdate(),
        register_entry=entry,
        made_by=senco,
    )

    def send(via):
        return letters.mark_sent(letter=letter, sent_on=timezone.localdate(), via=via, by=senco).sent_via

    race = contest()
    outcomes = race.between(*(partial(send, via) for via in ("post", "hand", "post", "hand")))

    (won,) = winners(outcomes, "Refused")
    assert race.look(lambda: Letter.objects.get(pk=letter.pk).sent_via) == won


@pytest.mark.usefixtures("one_window")
def test_limit_counts_every_try(senco, contest):
    """More tries at once than are allowed: exactly as many as are allowed come through."""

    def try_once():
        try:
            check_limit("export", senco.pk)
        except RateLimited:
            return "limited"
        return "let through"

    outcomes = contest().between(*[try_once] * 14)

    assert outcomes.count("let through") == 10


def test_different_work_on_one_pupil_waits_and_ends(pupil, concern, senco, head, teacher, contest):
    """Services take locks in one order: none of these waits for another for ever."""
    again = timezone.localdate() + timedelta(days=30)
    need = NeedType.objects.get(code="SLCN")
    race = contest()

    def triage():
        return concerns.triage(concern=concern, outcome=Outcome.NO_ACTION, note="n", version=1, by=senco).pk

    def watch():
        return register.start_watching(pupil=pupil, reason="r", look_again_on=again, by=head).pk

    def edit():
        return services.update_pupil(pupil=pupil, values={"pronouns": "they"}, version=1, by=senco).pk

    def change():
        return register.change_status(
            pupil=pupil,
            code="K",
            starts_on=timezone.localdate(),
            reason="r",
            decided_by="d",
            needs=[need],
            by=head,
        ).pk

    def ask():
        return concerns.ask_for_views(concern=concern, people=[teacher], by=senco)

    def leave():
        return services.record_leaver(
            pupil=pupil, left_on=timezone.localdate(), reason="Moved", destination="Away", by=head
        ).pk

    outcomes = race.between(triage, watch, edit, change, ask, leave)

    assert len(outcomes) == 6
    opened = race.look(lambda: RegisterEntry.objects.filter(pupil=pupil, ends_on=None).count())
    on_roll = race.look(lambda: Pupil.objects.get(pk=pupil.pk).left_on is None)
    assert opened == on_roll


# --- One form, sent many times at once ---------------------------------------------------------------------------
def sender(client, address, data):
    """Send the form with the same cookies, from a browser of its own."""

    def send():
        again = Client()
        again.cookies = client.cookies
        return again.post(address, data).status_code

    return send


@pytest.mark.parametrize("token", [True, False])
def test_contact_form_sent_ten_times_at_once_is_one_contact(sign_in, pupil, senco, tmp_path, token, transactional_db):
    client, address = sign_in(senco), reverse("pupils:contact-add", args=[pupil.pk])
    page = client.get(address).content.decode()
    found = re.search(r'name="form_token" value="([^"]+)"', page)[1]
    typed = {"name": "Hannah Adeyemi", "relation": "Mother", "priority": "1", "version": "1"}
    contest = Contest(tmp_path, whole=False)

    answers = contest.between(*[sender(client, address, typed | ({"form_token": found} if token else {}))] * 10)

    assert set(answers) == {302}
    assert contest.look(lambda: Contact.objects.filter(pupil=pupil).count()) == 1
