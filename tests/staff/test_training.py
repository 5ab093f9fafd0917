"""Training and certificates: who was there, what it changed, what ends when, and who is told."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from governance.stages import default_stages
from sendco.due.models import DueItem
from sendco.pages.due.items import due_for
from staff.acting import acting_for
from staff.models import Certificate, Skill, TrainingEvent, TrainingPlace
from staff.posts.services import set_line
from staff.training import selectors, services
from staff.training.refusals import TrainingReason
from tests.staff.test_posts import refused

from .adults import adult

pytestmark = pytest.mark.postgresql("constraints and locks")

TODAY = timezone.localdate


@pytest.fixture
def skill(school):
    return Skill.objects.create(school=school, name="Physical intervention", valid_months=12)


@pytest.fixture
def pair(school, senco, teaching_assistant):
    manager = adult(school, user=senco)
    return manager, adult(school, user=teaching_assistant, manager=manager)


def certify(member, skill, issued_on, by, expires_on=None, **more):
    values = {"skill": skill, "issued_on": issued_on, "expires_on": expires_on, "reference": ""} | more
    return services.save_certificate(certificate=Certificate(member=member), values=values, version=1, by=by)


def event_values(**more):
    values = {
        "title": "Zones of Regulation", "kind": "inset", "skill": None, "provider": "", "minutes": 90,
        "follow_up_weeks": None, "planned_on": date(2026, 11, 9), "held_on": date(2026, 11, 9),
    }  # fmt: skip
    return values | more


# --- Certificates ---
@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 11, 9), 36, date(2029, 11, 9)),
        (date(2026, 12, 15), 12, date(2027, 12, 15)),
    ],
)
def test_the_usual_time_of_a_skill(day, months, later):
    assert services.months_after(day, months) == later


def test_without_an_end_the_usual_time_is_taken(pair, skill, senco):
    row = certify(pair[1], skill, date(2026, 3, 2), senco)

    assert row.expires_on == date(2027, 3, 2)
    skill.valid_months = None
    assert certify(pair[1], skill, date(2026, 4, 2), senco).expires_on is None


def test_a_certificate_ends_after_it_was_issued(pair, skill, senco):
    issued = date(2026, 3, 2)

    refused(
        TrainingReason.EXPIRES_BEFORE_ISSUE, certify,
        member=pair[1], skill=skill, issued_on=issued, by=senco, expires_on=issued,
    )  # fmt: skip
    refused(
        TrainingReason.ISSUED_IN_FUTURE, certify,
        member=pair[1], skill=skill, issued_on=TODAY() + timedelta(days=1), by=senco,
    )  # fmt: skip
    assert not Certificate.objects.exists()


def test_an_end_before_the_issue_is_said_beside_the_field(client, pair, skill, senco):
    client.force_login(senco)
    typed = {
        "version": 1,
        "skill": skill.pk,
        "issued_on": "2026-03-02",
        "expires_on": "2026-03-01",
        "reference": "Kept",
    }

    response = client.post(reverse("staff:certificate-add", args=[pair[1].pk]), typed)

    page = response.content.decode()
    assert response.status_code == 422
    assert "It would end before it was issued" in page
    assert "Kept" in page


def test_a_later_certificate_renews_the_earlier_one(pair, skill, senco):
    old = certify(pair[1], skill, date(2025, 12, 1), senco)
    new = certify(pair[1], skill, date(2026, 11, 2), senco)

    old.refresh_from_db()
    assert old.renewed_on == date(2026, 11, 2)
    assert DueItem.objects.filter(rule="training.expiry", source_id=old.pk).get().met_on == date(2026, 11, 2)
    services.remove_certificate(certificate=new, by=senco)
    old.refresh_from_db()
    assert old.renewed_on is None
    assert not DueItem.objects.filter(source_type="staff.certificate", source_id=new.pk).exists()


def test_the_only_certificate_is_removed(pair, skill, senco):
    row = certify(pair[1], skill, date(2025, 12, 1), senco)

    services.remove_certificate(certificate=row, by=senco)

    assert not selectors.certificates_of(acting_for(senco), pair[1]).exists()


def test_the_end_is_told_to_the_adult_and_the_manager_and_nobody_else(pair, skill, senco, teaching_assistant, head):
    certify(pair[1], skill, TODAY() - timedelta(days=300), senco)

    rules = {
        name: sorted(due_for(acting_for(person)).filter(rule__startswith="training.").values_list("rule", flat=True))
        for name, person in (("adult", teaching_assistant), ("manager", senco), ("head", head))
    }

    assert rules == {"adult": ["training.expiry"], "manager": ["training.expiry_line"], "head": []}
    assert default_stages("local", "training.expiry").days[:3] == (84, 42, 14)


def test_a_new_manager_is_told_in_place_of_the_old_one(school, pair, skill, senco, teacher, head):
    certify(pair[1], skill, TODAY() - timedelta(days=300), senco)
    later = adult(school, user=teacher)

    set_line(member=pair[1], manager=later, starts_on=TODAY(), by=head)

    assert DueItem.objects.get(rule="training.expiry_line").owner_id == teacher.pk


def test_the_file_of_a_certificate_opens_for_those_who_lead(client, pair, skill, senco, teaching_assistant, teacher):
    upload = SimpleUploadedFile("certificate.txt", b"Course passed", content_type="text/plain")
    values = {"skill": skill, "issued_on": date(2026, 3, 2), "expires_on": None, "reference": ""}
    row = services.save_certificate(
        certificate=Certificate(member=pair[1]), values=values, version=1, upload=upload, by=senco
    )
    found = {}
    for name, person in (("manager", senco), ("adult", teaching_assistant), ("stranger", teacher)):
        client.force_login(person)
        found[name] = client.get(reverse("staff:certificate-file", args=[row.pk])).status_code

    assert found == {"manager": 200, "adult": 200, "stranger": 404}


# --- Training ---
def save(event, members, there, by, **values):
    return services.save_event(
        event=event, values=event_values(**values), members=members, there=there, version=event.version, by=by
    )


def test_who_was_there_and_who_was_not(school, pair, senco):
    event = save(TrainingEvent(school=school), pair, [pair[0]], senco)

    states = dict(event.places.values_list("member__name", "state"))
    assert states == {pair[0].name: "there", pair[1].name: "absent"}


def test_a_day_to_come_was_not_held(school, pair, senco):
    later = TODAY() + timedelta(days=1)

    refused(
        TrainingReason.HELD_IN_FUTURE, save,
        event=TrainingEvent(school=school), members=pair, there=[], by=senco, planned_on=later, held_on=later,
    )  # fmt: skip
    refused(TrainingReason.NOBODY, save, event=TrainingEvent(school=school), members=[], there=[], by=senco)


def test_planned_training_is_called_off(school, pair, senco):
    event = save(TrainingEvent(school=school), pair, [], senco, held_on=None)
    services.call_off(event=event, by=senco)
    event.refresh_from_db()

    assert event.stage_words == "Called off"
    refused(TrainingReason.CALLED_OFF, save, event=event, members=pair, there=[], by=senco)


def test_whoever_answered_stays_in_the_training(school, pair, senco, teaching_assistant):
    event = save(TrainingEvent(school=school), pair, pair, senco)
    services.answer(place=event.places.get(member=pair[1]), rating="used", comment="Every day", by=teaching_assistant)

    save(event, [pair[0]], [pair[0]], senco)

    assert event.places.count() == 2


def test_certificates_for_those_who_were_there(school, pair, skill, senco):
    event = TrainingEvent(school=school)
    services.save_event(
        event=event, values=event_values(skill=skill), members=pair, there=[pair[1]], version=1, certify=True, by=senco
    )
    services.save_event(
        event=event, values=event_values(skill=skill), members=pair, there=[pair[1]], version=1, certify=True, by=senco
    )

    row = Certificate.objects.get()
    assert (row.member, row.expires_on) == (pair[1], date(2027, 11, 9))


def test_after_some_weeks_each_who_was_there_is_asked(school, pair, senco, teaching_assistant):
    event = save(TrainingEvent(school=school), pair, [pair[1]], senco, follow_up_weeks=6)

    item = DueItem.objects.get(rule="training.follow_up")
    assert (item.owner_id, item.due_on) == (teaching_assistant.pk, date(2026, 12, 21))
    place = event.places.get(member=pair[1])
    services.follow_up(place=place, changed="The corner is used daily", shared_with="Year 2", by=teaching_assistant)
    assert not DueItem.objects.open().filter(rule="training.follow_up").exists()


def test_only_whoever_was_there_answers(school, pair, senco, teaching_assistant):
    event = save(TrainingEvent(school=school), pair, [pair[0]], senco)
    place = event.places.get(member=pair[1])

    refused(TrainingReason.NOT_THERE, services.answer, place=place, rating="used", comment="", by=teaching_assistant)
    refused(TrainingReason.OWN_ALONE, services.follow_up, place=place, changed="x", shared_with="", by=senco)


def test_own_study_stands_in_ones_own_log(client, pair, teaching_assistant, senco):
    client.force_login(teaching_assistant)
    typed = {"title": "Read about AAC", "on": "2026-11-09", "minutes": "45", "comment": "", "shared_with": "Team"}

    client.post(reverse("staff:own-training-add"), typed)

    assert selectors.minutes_in_year(pair[1], 2026) == 45
    refused(
        TrainingReason.OWN_ALONE, services.log_own,
        member=pair[1], title="x", on=TODAY(), minutes=5, shared_with="", comment="", by=senco,
    )  # fmt: skip


def test_recording_an_inset_ticks_everybody_at_work(client, school, pair, senco):
    others = [adult(school, f"Adult {number}") for number in range(18)]
    client.force_login(senco)
    page = client.get(reverse("staff:training-add"))
    ticked = page.context["form"].initial["members"]

    response = client.post(
        reverse("staff:training-add"),
        {
            "version": 1, "title": "Safeguarding update", "kind": "inset", "planned_on": "2026-11-09", "was_held": "on",
            "minutes": "60", "members": ticked, "absent": [others[0].pk], "skill": "", "provider": "",
            "follow_up_weeks": "",
        },
    )  # fmt: skip

    assert response.status_code == 302
    assert len(ticked) == 20
    assert TrainingPlace.objects.filter(state="there").count() == 19


def test_what_somebody_said_is_read_by_those_who_lead_them(client, school, pair, senco, teaching_assistant, head):
    event = save(TrainingEvent(school=school), pair, pair, senco)
    services.answer(place=event.places.get(member=pair[0]), rating="none", comment="canary-said-zq", by=senco)
    address = reverse("staff:training-detail", args=[event.pk])
    found = {}
    for name, person in (("head", head), ("self", senco), ("colleague", teaching_assistant)):
        client.force_login(person)
        found[name] = "canary-said-zq" in client.get(address).content.decode()

    assert found == {"head": True, "self": True, "colleague": False}


def test_what_ends_is_on_the_list_of_those_who_lead(client, pair, skill, senco, teacher):
    certify(pair[1], skill, TODAY() - timedelta(days=400), senco)
    client.force_login(senco)

    page = client.get(reverse("staff:training-list")).content.decode()

    assert "Ended" in page
    assert not selectors.expiring(acting_for(teacher), TODAY()).exists()


def test_the_usual_skills_come_once(client, school, senco):
    client.force_login(senco)
    for _ in range(2):
        client.post(reverse("skills-begin"))

    assert Skill.objects.filter(school=school).count() == len(services.FIRST_SKILLS)


def test_two_skills_of_one_name_are_refused(school, skill, senco):
    refused(
        TrainingReason.SKILL_THERE, services.save_skill,
        skill=Skill(school=school), values={"name": skill.name, "valid_months": None}, version=1, by=senco,
    )  # fmt: skip
