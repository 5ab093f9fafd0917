"""Appraisal: objectives, evidence, signatures of both, versions after changes, and whose gap a year without was."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from sendco.audit.models import Event
from sendco.due.models import DueItem
from sendco.pages.due.items import due_for
from sendco.refusals import ChangedMeanwhile
from staff.acting import acting_for
from staff.appraisal import selectors, services
from staff.appraisal.refusals import AppraisalReason
from staff.models import Appraisal, AppraisalScheme, AppraisalView, Objective, Stage
from staff.models.school import SettingType
from staff.posts.services import set_line
from staff.roles import Role
from tests.factories import MembershipFactory
from tests.staff.test_posts import refused

from .adults import adult

pytestmark = pytest.mark.postgresql("constraints and locks")

BEGAN = date(2026, 9, 7)
OBJECTIVE = {"text": "Lead a phonics group", "measure": "Six sessions logged", "support": "Training on 4 January"}


@pytest.fixture
def scheme(school):
    return AppraisalScheme.objects.create(
        school=school, starts_in=2026, staff_group="support", objectives_by=date(2026, 10, 31),
        mid_year_by=date(2027, 2, 28), end_year_by=date(2027, 7, 15),
    )  # fmt: skip


@pytest.fixture
def adults(school, senco, teaching_assistant):
    manager = adult(school, user=senco)
    return {"manager": manager, "aide": adult(school, user=teaching_assistant, manager=manager)}


@pytest.fixture
def appraisal(adults, scheme, head):
    return services.begin(member=adults["aide"], scheme=scheme, began_on=BEGAN, by=head)


@pytest.fixture
def objective(appraisal, senco):
    return services.save_objective(appraisal=appraisal, objective=None, values=OBJECTIVE, version=1, by=senco)


def fresh(appraisal):
    return selectors.whole(Appraisal.objects.filter(pk=appraisal.pk)).get()


def state(appraisal, stage):
    return next(one for one in selectors.states_of(fresh(appraisal)) if one.stage == stage)


def sign(appraisal, stage, by, **more):
    return services.sign(appraisal=appraisal, stage=stage, seen=state(appraisal, stage).sum, by=by, **more)


def review(appraisal, by, **texts):
    row = Appraisal.objects.get(pk=appraisal.pk)
    return services.write_review(appraisal=row, values=texts, version=row.version, by=by)


def judge(objective, by, judgement="met"):
    row = Objective.objects.get(pk=objective.pk)
    values = {"judgement": judgement, "judgement_note": "Logged"}
    return services.save_objective(appraisal=row.appraisal, objective=row, values=values, version=row.version, by=by)


# --- Schemes and beginning ---
def test_the_law_binds_teachers_of_maintained_schools_alone():
    law = [
        (group, setting)
        for group in ("teacher", "support")
        for setting in SettingType.values
        if selectors.basis_words(group, setting) == selectors.STATUTORY
    ]

    assert ("teacher", "maintained_primary") in law
    assert ("teacher", "academy") not in law
    assert not [group for group, _ in law if group == "support"]


@pytest.mark.parametrize("swapped", ["objectives_by", "mid_year_by"])
def test_steps_out_of_order_are_refused(school, scheme, head, swapped):
    values = {name: getattr(scheme, name) for name in ("objectives_by", "mid_year_by", "end_year_by")}

    refused(
        AppraisalReason.DATES_IN_ORDER, services.save_scheme,
        scheme=scheme, values=values | {swapped: date(2027, 7, 16)}, version=1, by=head,
    )  # fmt: skip


def test_one_scheme_a_year_and_kind(school, scheme, head):
    names = ("starts_in", "staff_group", "objectives_by", "mid_year_by", "end_year_by")
    values = {name: getattr(scheme, name) for name in names}

    refused(
        AppraisalReason.SCHEME_THERE, services.save_scheme,
        scheme=AppraisalScheme(school=school), values=values, version=1, by=head,
    )  # fmt: skip


def test_the_line_manager_appraises(appraisal, senco):
    assert appraisal.appraiser == senco


def test_what_cannot_begin(school, adults, scheme, appraisal, head, senco):
    alone = adult(school, "No Manager")
    office = adult(school, "In the office", manager=adults["manager"], staff_group="admin")
    began = {"scheme": scheme, "began_on": BEGAN, "by": head}

    refused(AppraisalReason.NO_APPRAISER, services.begin, member=alone, **began)
    refused(AppraisalReason.BEGUN_ALREADY, services.begin, member=adults["aide"], **began)
    refused(AppraisalReason.WRONG_SCHEME, services.begin, member=office, **began)
    refused(AppraisalReason.OWN_APPRAISAL, services.begin, member=adults["manager"], appraiser=senco, **began)


def test_all_of_a_line_begin_at_once(school, adults, scheme, senco):
    adult(school, "Second", manager=adults["manager"])
    adult(school, "In another line")
    members = list(selectors.without_appraisal(acting_for(senco), scheme))

    assert services.begin_all(scheme=scheme, members=members, began_on=BEGAN, by=senco) == (2, 0)
    assert not selectors.without_appraisal(acting_for(senco), scheme).exists()


# --- Dates ---
def test_steps_are_owed_by_the_appraiser_and_known_to_nobody_else(appraisal, senco, head, teaching_assistant):
    seen = {
        name: due_for(acting_for(person)).filter(rule__startswith="appraisal.").count()
        for name, person in (("appraiser", senco), ("head", head), ("adult", teaching_assistant))
    }

    assert seen == {"appraiser": 3, "head": 0, "adult": 0}
    item = DueItem.objects.filter(rule="appraisal.objectives").get()
    assert (item.title, item.due_on, item.authority) == ("Appraisal step", date(2026, 10, 31), "School policy")


def test_a_teachers_steps_name_the_regulations(school, head, teacher):
    manager = adult(school, user=head)
    member = adult(school, user=teacher, manager=manager, staff_group="teacher")
    scheme = AppraisalScheme.objects.create(
        school=school, starts_in=2026, staff_group="teacher", objectives_by=date(2026, 10, 31),
        end_year_by=date(2027, 7, 15),
    )  # fmt: skip
    services.begin(member=member, scheme=scheme, began_on=BEGAN, by=head)

    assert "SI 2012/115" in DueItem.objects.filter(rule="appraisal.objectives").get().authority
    assert not DueItem.objects.filter(rule="appraisal.mid_year").exists()


def test_one_that_begins_in_the_middle_of_the_year_says_so(client, adults, scheme, head, senco):
    row = services.begin(member=adults["aide"], scheme=scheme, began_on=date(2027, 3, 8), by=head)
    client.force_login(senco)

    page = client.get(reverse("staff:appraisal-detail", args=[row.pk])).content.decode()

    assert "in the middle of the year" in page
    days = dict(DueItem.objects.values_list("rule", "due_on"))
    assert days == {"appraisal.objectives": date(2027, 3, 8), "appraisal.end_year": date(2027, 7, 15)}


def test_a_step_is_met_when_the_second_signed(appraisal, objective, senco, teaching_assistant):
    sign(appraisal, Stage.OBJECTIVES, senco)
    assert DueItem.objects.open().filter(rule="appraisal.objectives").exists()

    sign(appraisal, Stage.OBJECTIVES, teaching_assistant)

    assert DueItem.objects.get(rule="appraisal.objectives").met_on == timezone.localdate()


# --- Signing ---
def test_nothing_is_signed_before_there_is_something(appraisal, senco):
    refused(AppraisalReason.NOTHING_TO_SIGN, sign, appraisal=appraisal, stage=Stage.OBJECTIVES, by=senco)
    refused(AppraisalReason.NOTHING_WRITTEN, sign, appraisal=appraisal, stage=Stage.MID_YEAR, by=senco)


def test_nobody_signs_twice_and_no_third_person_signs(appraisal, objective, senco, head):
    sign(appraisal, Stage.OBJECTIVES, senco)

    refused(AppraisalReason.SIGNED_ALREADY, sign, appraisal=appraisal, stage=Stage.OBJECTIVES, by=senco)
    refused(AppraisalReason.THIRD_PERSON, sign, appraisal=appraisal, stage=Stage.OBJECTIVES, by=head)


def test_what_changed_since_it_was_read_is_not_signed(appraisal, objective, senco, teaching_assistant):
    seen = state(appraisal, Stage.OBJECTIVES).sum
    services.save_objective(
        appraisal=appraisal, objective=objective, values=OBJECTIVE | {"text": "Another"}, version=1, by=senco
    )

    refused(
        AppraisalReason.READS_DIFFERENTLY, services.sign,
        appraisal=appraisal, stage=Stage.OBJECTIVES, seen=seen, by=teaching_assistant,
    )  # fmt: skip


def test_a_change_after_signing_makes_a_version_that_both_sign(appraisal, objective, senco, teaching_assistant):
    for person in (senco, teaching_assistant):
        sign(appraisal, Stage.OBJECTIVES, person)
    services.save_objective(
        appraisal=appraisal, objective=objective, values=OBJECTIVE | {"measure": "Ten"}, version=1, by=senco
    )

    after = state(appraisal, Stage.OBJECTIVES)
    assert (after.changed, after.member, after.appraiser) == (True, None, None)
    sign(appraisal, Stage.OBJECTIVES, senco)
    versions = list(appraisal.signed.order_by("number"))
    assert [row.content["objectives"][0]["measure"] for row in versions] == ["Six sessions logged", "Ten"]
    assert versions[0].signatures.count() == 2


def test_the_year_ends_with_each_objective_judged(appraisal, objective, senco, teaching_assistant):
    review(appraisal, senco, end_year_text="A good year")
    refused(AppraisalReason.NOT_JUDGED, sign, appraisal=appraisal, stage=Stage.END_YEAR, by=senco)
    judge(objective, senco)

    for person in (senco, teaching_assistant):
        sign(appraisal, Stage.END_YEAR, person)

    appraisal.refresh_from_db()
    assert appraisal.closed_on == timezone.localdate()
    assert not DueItem.objects.open().filter(source_type="staff.appraisal").exists()


def test_a_year_without_objectives_says_whose_gap_that_was(appraisal, senco, teaching_assistant):
    review(appraisal, senco, end_year_text="Nothing was agreed")
    refused(AppraisalReason.NOTHING_TO_SIGN, sign, appraisal=appraisal, stage=Stage.END_YEAR, by=senco)

    services.say_none_set(appraisal=appraisal, why="manager", by=senco)

    signed = sign(appraisal, Stage.END_YEAR, senco)
    assert signed.content["none_set"] == "manager"


def test_an_objective_takes_the_words_none_set_back(appraisal, senco):
    services.say_none_set(appraisal=appraisal, why="manager", by=senco)

    services.save_objective(appraisal=appraisal, objective=None, values=OBJECTIVE, version=1, by=senco)

    appraisal.refresh_from_db()
    assert appraisal.none_set == ""
    refused(AppraisalReason.OBJECTIVES_THERE, services.say_none_set, appraisal=appraisal, why="away", by=senco)


def test_an_adult_without_an_account_signs_on_paper(school, adults, scheme, head, senco):
    member = adult(school, "No Account", manager=adults["manager"])
    row = services.begin(member=member, scheme=scheme, began_on=BEGAN, by=head)
    services.save_objective(appraisal=row, objective=None, values=OBJECTIVE, version=1, by=senco)
    sign(row, Stage.OBJECTIVES, senco)

    sign(row, Stage.OBJECTIVES, senco, on_paper=True)

    assert state(row, Stage.OBJECTIVES).is_signed
    assert state(row, Stage.OBJECTIVES).member.on_paper


def test_nobody_signs_on_paper_for_somebody_with_an_account(appraisal, objective, senco):
    refused(AppraisalReason.NO_ACCOUNT, sign, appraisal=appraisal, stage=Stage.OBJECTIVES, by=senco, on_paper=True)


# --- Who writes what ---
def test_each_writes_their_own(appraisal, objective, senco, teaching_assistant, head):
    asked = {"appraisal": appraisal, "version": 1}

    refused(AppraisalReason.NOT_THE_APPRAISER, services.write_review, values={}, by=head, **asked)
    refused(AppraisalReason.NOT_THE_ADULT, services.write_comment, values={}, by=senco, **asked)
    refused(
        AppraisalReason.NOT_THE_APPRAISER, services.save_objective,
        objective=objective, values=OBJECTIVE, by=teaching_assistant, **asked,
    )  # fmt: skip
    refused(AppraisalReason.THIRD_PERSON, services.add_evidence, objective=objective, text="x", on=BEGAN, by=head)
    services.add_evidence(objective=objective, text="Session log", on=BEGAN, by=teaching_assistant)
    assert objective.evidence.get().by == teaching_assistant


def test_the_two_write_at_once_and_both_keep_their_words(appraisal, senco, teaching_assistant):
    services.write_comment(
        appraisal=appraisal, values={"mid_year_comment": "My view"}, version=1, by=teaching_assistant
    )

    services.write_review(appraisal=appraisal, values={"mid_year_text": "Theirs"}, version=1, by=senco)

    appraisal.refresh_from_db()
    assert (appraisal.mid_year_comment, appraisal.mid_year_text) == ("My view", "Theirs")
    with pytest.raises(ChangedMeanwhile):
        services.write_review(appraisal=appraisal, values={"mid_year_text": "Again"}, version=1, by=senco)


def test_a_signed_objective_is_not_removed(appraisal, objective, senco):
    sign(appraisal, Stage.OBJECTIVES, senco)

    refused(AppraisalReason.OBJECTIVE_SIGNED, services.remove_objective, objective=objective, by=senco)


def test_at_most_eight_objectives(appraisal, senco):
    wanted = {"appraisal": appraisal, "objective": None, "values": OBJECTIVE, "version": 1, "by": senco}
    for _ in range(services.MOST_OBJECTIVES):
        services.save_objective(**wanted)

    refused(AppraisalReason.MOST_OBJECTIVES, services.save_objective, **wanted)


# --- Three lines of a colleague ---
def test_a_teacher_gives_three_lines_that_the_adult_reads(client, appraisal, senco, teacher, teaching_assistant):
    view = services.ask_view(appraisal=appraisal, asked_of=teacher, by=senco)
    assert due_for(acting_for(teacher)).get(rule="appraisal.view").owner_id == teacher.pk
    client.force_login(teacher)

    client.post(reverse("staff:appraisal-view-answer", args=[view.pk]), {"text": "canary-lines-zq"})

    client.force_login(teaching_assistant)
    page = client.get(reverse("staff:appraisal-detail", args=[appraisal.pk])).content.decode()
    assert "canary-lines-zq" in page
    client.force_login(teacher)
    assert client.get(reverse("staff:appraisal-detail", args=[appraisal.pk])).status_code == 404


def test_who_is_not_asked(appraisal, senco, teacher, teaching_assistant):
    services.ask_view(appraisal=appraisal, asked_of=teacher, by=senco)

    refused(AppraisalReason.VIEW_ASKED, services.ask_view, appraisal=appraisal, asked_of=teacher, by=senco)
    refused(AppraisalReason.VIEW_OF_TWO, services.ask_view, appraisal=appraisal, asked_of=teaching_assistant, by=senco)


def test_three_lines_are_part_of_what_is_signed_at_the_end(appraisal, objective, senco, teacher, teaching_assistant):
    view = services.ask_view(appraisal=appraisal, asked_of=teacher, by=senco)
    judge(objective, senco)
    review(appraisal, senco, end_year_text="A good year")
    sign(appraisal, Stage.END_YEAR, senco)

    services.answer_view(view=view, text="Calm and clear", by=teacher)

    assert state(appraisal, Stage.END_YEAR).changed
    sign(appraisal, Stage.END_YEAR, teaching_assistant)
    assert appraisal.signed.order_by("-number").first().content["views"] == [["Joe Adair", "Calm and clear"]]


# --- Who sees ---
@pytest.mark.parametrize("role", list(Role))
def test_every_sentence_opens_for_its_subject_and_no_stranger(
    client, school, appraisal, objective, senco, teacher, role, teaching_assistant
):
    services.add_evidence(objective=objective, text="canary-evidence-zq", on=BEGAN, by=senco)
    review(appraisal, senco, mid_year_text="canary-mid-zq", end_year_text="canary-end-zq")
    view = services.ask_view(appraisal=appraisal, asked_of=teacher, by=senco)
    services.answer_view(view=view, text="canary-lines-zq", by=teacher)
    judge(objective, senco)
    address = reverse("staff:appraisal-detail", args=[appraisal.pk])

    client.force_login(teaching_assistant)
    page = client.get(address).content.decode()
    assert all(word in page for word in ("canary-evidence-zq", "canary-mid-zq", "canary-end-zq", "canary-lines-zq"))
    if role == Role.PROVISION_LEAD:
        return
    client.force_login(MembershipFactory(school=school, role=role).user)
    assert client.get(address).status_code == (200 if role == Role.HEAD else 403 if role in NO_STAFF else 404)


NO_STAFF = {Role.GOVERNOR, Role.ADMINISTRATOR, Role.DSL, Role.DPO}


def test_a_former_line_manager_loses_sight_on_the_day_and_the_new_one_appraises(
    client, school, adults, appraisal, senco, teacher, head
):
    later = adult(school, user=teacher)
    address = reverse("staff:appraisal-detail", args=[appraisal.pk])
    client.force_login(senco)
    tomorrow = timezone.localdate() + timedelta(days=1)
    set_line(member=adults["aide"], manager=later, starts_on=tomorrow, by=head)
    assert client.get(address).status_code == 200

    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        client.force_login(senco)
        assert client.get(address).status_code == 404
        services.follow_lines(school, timezone.localdate())
        assert Appraisal.objects.get().appraiser == teacher
        client.force_login(teacher)
        assert client.get(address).status_code == 200


def test_a_new_line_manager_of_today_appraises_at_once(school, adults, appraisal, teacher, head):
    later = adult(school, user=teacher)

    set_line(member=adults["aide"], manager=later, starts_on=timezone.localdate(), by=head)

    assert Appraisal.objects.get().appraiser == teacher
    assert set(DueItem.objects.filter(rule__startswith="appraisal").values_list("owner_id", flat=True)) == {teacher.pk}


def test_whoever_is_named_after_the_line_ended_appraises(client, school, adults, appraisal, senco, teacher, head):
    later = adult(school, user=teacher)
    set_line(member=adults["aide"], manager=later, starts_on=timezone.localdate(), by=head)

    services.change_appraiser(appraisal=Appraisal.objects.get(), appraiser=senco, by=head)
    services.follow_lines(school, timezone.localdate())

    client.force_login(senco)
    assert client.get(reverse("staff:appraisal-detail", args=[appraisal.pk])).status_code == 200


def test_a_former_manager_signs_nothing(appraisal, objective, adults, senco, school, head):
    seen = state(appraisal, Stage.OBJECTIVES).sum
    alone = adult(school, "Without An Account")
    set_line(member=adults["aide"], manager=alone, starts_on=timezone.localdate(), by=head)

    assert not Appraisal.objects.visible_to(acting_for(senco)).exists()
    assert seen == state(appraisal, Stage.OBJECTIVES).sum
    assert Appraisal.objects.visible_to(acting_for(head)).get().appraiser == senco


def test_a_signed_mid_year_review_stands_through_the_rest_of_the_year(appraisal, objective, senco, teaching_assistant):
    review(appraisal, senco, mid_year_text="Well begun")
    sign(appraisal, Stage.MID_YEAR, senco)
    services.add_evidence(objective=objective, text="Before the adult signed", on=BEGAN, by=senco)
    assert state(appraisal, Stage.MID_YEAR).changed
    sign(appraisal, Stage.MID_YEAR, senco)
    sign(appraisal, Stage.MID_YEAR, teaching_assistant)

    services.add_evidence(objective=objective, text="Of the summer term", on=BEGAN, by=teaching_assistant)
    version = Appraisal.objects.get().version
    values = {"end_year_comment": "Of July"}
    services.write_comment(appraisal=appraisal, values=values, version=version, by=teaching_assistant)
    judge(objective, senco)

    assert state(appraisal, Stage.MID_YEAR).is_done
    refused(
        AppraisalReason.SIGNED_ALREADY, services.sign,
        appraisal=appraisal, stage=Stage.MID_YEAR, seen=state(appraisal, Stage.MID_YEAR).sum, by=senco,
    )  # fmt: skip
    review(appraisal, senco, mid_year_text="Said otherwise")
    assert state(appraisal, Stage.MID_YEAR).changed


def test_one_signature_of_a_new_version_is_not_both(appraisal, objective, senco, teaching_assistant):
    for person in (senco, teaching_assistant):
        sign(appraisal, Stage.OBJECTIVES, person)
    changed = OBJECTIVE | {"text": "Lead two groups"}
    row = Objective.objects.get()
    services.save_objective(appraisal=appraisal, objective=row, values=changed, version=row.version, by=senco)

    sign(appraisal, Stage.OBJECTIVES, senco)

    assert not state(appraisal, Stage.OBJECTIVES).is_done
    assert selectors.lines(Appraisal.objects.all())[0].next.stage == Stage.OBJECTIVES
    sign(appraisal, Stage.OBJECTIVES, teaching_assistant)
    assert state(appraisal, Stage.OBJECTIVES).is_done


def test_an_appraisal_begun_ahead_of_time_follows_the_line(school, adults, scheme, teacher, head):
    today = timezone.localdate()
    services.begin(member=adults["aide"], scheme=scheme, began_on=today + timedelta(days=30), by=head)
    later = adult(school, user=teacher)
    set_line(member=adults["aide"], manager=later, starts_on=today + timedelta(days=5), by=head)

    services.follow_lines(school, today + timedelta(days=5))

    assert Appraisal.objects.get().appraiser == teacher


def test_what_was_signed_opens_as_it_read_then(client, appraisal, objective, senco, teaching_assistant, teacher):
    evidence = services.add_evidence(objective=objective, text="canary-taken-back-zq", on=BEGAN, by=teaching_assistant)
    review(appraisal, senco, mid_year_text="canary-first-words-zq")
    signed = sign(appraisal, Stage.MID_YEAR, senco)
    services.remove_evidence(evidence=evidence, by=teaching_assistant)
    review(appraisal, senco, mid_year_text="Other words")
    detail = reverse("staff:appraisal-detail", args=[appraisal.pk])
    address = reverse("staff:appraisal-signed", args=[signed.pk])
    client.force_login(teaching_assistant)

    assert address in client.get(detail).content.decode()
    page = client.get(address).content.decode()
    assert "canary-taken-back-zq" in page
    assert "canary-first-words-zq" in page
    client.force_login(teacher)
    assert client.get(address).status_code == 404


def test_evidence_of_a_closed_year_stays(appraisal, objective, senco):
    evidence = services.add_evidence(objective=objective, text="Session log", on=BEGAN, by=senco)
    Appraisal.objects.update(closed_on=date(2027, 7, 15))

    with time_machine.travel(datetime(2027, 7, 16, tzinfo=UTC)):
        refused(AppraisalReason.YEAR_CLOSED, services.remove_evidence, evidence=evidence, by=senco)
        refused(
            AppraisalReason.YEAR_CLOSED, services.add_evidence,
            objective=objective, text="Of August", on=BEGAN, by=senco,
        )  # fmt: skip


def test_no_event_holds_a_word_of_an_appraisal(appraisal, objective, senco, teaching_assistant):
    services.add_evidence(objective=objective, text="canary-evidence-zq", on=BEGAN, by=senco)
    review(appraisal, senco, mid_year_text="canary-mid-zq")
    version = Appraisal.objects.get().version
    values = {"end_year_comment": "canary-mine-zq"}
    services.write_comment(appraisal=appraisal, values=values, version=version, by=teaching_assistant)

    words = " ".join(event.text for event in Event.objects.all())
    assert "canary" not in words
    assert OBJECTIVE["text"] not in words


# --- The list ---
def test_completion_counts_only_those_whose_step_it_is(
    adults, scheme, head, senco, appraisal, objective, school, teaching_assistant
):
    late = adult(school, "Late Starter", manager=adults["manager"])
    services.begin(member=late, scheme=scheme, began_on=date(2027, 3, 8), by=head)
    for person in (senco, teaching_assistant):
        sign(appraisal, Stage.OBJECTIVES, person)

    found = selectors.lines(Appraisal.objects.visible_to(acting_for(head)))

    assert selectors.completion(found) == [
        ("Objectives", 1, 2), ("Mid-year review", 0, 1), ("End-of-year review", 0, 2),
    ]  # fmt: skip


def test_last_years_objectives_stand_beside_this_years(client, school, adults, appraisal, senco, head):
    before = AppraisalScheme.objects.create(
        school=school, starts_in=2025, staff_group="support", objectives_by=date(2025, 10, 31),
        end_year_by=date(2026, 7, 15),
    )  # fmt: skip
    old = services.begin(member=adults["aide"], scheme=before, began_on=date(2025, 9, 8), by=head)
    services.save_objective(
        appraisal=old, objective=None, values=OBJECTIVE | {"text": "Last year's aim"}, version=1, by=senco
    )
    client.force_login(senco)

    assert "Last year&#x27;s aim" in client.get(reverse("staff:appraisal-detail", args=[appraisal.pk])).content.decode()


def test_the_list_costs_as_many_queries_for_many_as_for_few(
    school, adults, scheme, head, appraisal, objective, count_queries, client
):
    client.force_login(head)
    few = count_queries(reverse("staff:appraisal-list"))
    for number in range(6):
        member = adult(school, f"Adult {number}", manager=adults["manager"])
        services.begin(member=member, scheme=scheme, began_on=BEGAN, by=head)

    assert count_queries(reverse("staff:appraisal-list")) == few


def test_the_sign_button_says_when_it_reads_differently(client, appraisal, objective, senco):
    client.force_login(senco)
    address = reverse("staff:appraisal-sign", args=[appraisal.pk])

    page = client.post(address, {"stage": "objectives", "seen": "0" * 64}, follow=True).content.decode()

    assert "It reads differently now" in page
    assert client.post(address, {"stage": "elsewhere", "seen": "0" * 64}).status_code == 404


# --- Leaving ---
def test_an_appraisers_appraisals_go_to_whoever_takes_over(school, appraisal, senco, head, teacher):
    view = services.ask_view(appraisal=appraisal, asked_of=teacher, by=senco)

    assert services.hand_over(user=senco, to=head, school=school, last_day=timezone.localdate(), by=head) == 1
    services.hand_over(user=teacher, to=None, school=school, last_day=timezone.localdate(), by=head)

    appraisal.refresh_from_db()
    assert appraisal.appraiser == head
    assert DueItem.objects.open().filter(rule="appraisal.objectives", owner_id=head.pk).exists()
    assert AppraisalView.objects.get(pk=view.pk).withdrawn_on


def test_a_leavers_own_appraisal_closes(school, appraisal, teaching_assistant, head):
    last_day = timezone.localdate() + timedelta(days=60)
    services.hand_over(user=teaching_assistant, to=None, school=school, last_day=last_day, by=head)

    appraisal.refresh_from_db()
    assert appraisal.closed_on == last_day
    assert not DueItem.objects.open().filter(source_type="staff.appraisal").exists()


def test_what_is_late_is_known_to_the_appraiser(client, appraisal, senco):
    Appraisal.objects.update(began_on=timezone.localdate() - timedelta(days=60))
    late = timezone.localdate() - timedelta(days=3)
    AppraisalScheme.objects.update(objectives_by=late, mid_year_by=None, end_year_by=late + timedelta(days=200))
    client.force_login(senco)

    assert "Late, was due" in client.get(reverse("staff:appraisal-list")).content.decode()
