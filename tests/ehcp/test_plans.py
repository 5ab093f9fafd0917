"""What people do to a plan: recording it, its dates, placement, moves, ceasing; and what the register shows."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from ehcp.authorities.refusals import CaseworkerReason
from ehcp.cases.corrections import correct
from ehcp.cases.refusals import CaseReason
from ehcp.models import AnnualReview, Appeal, Plan
from ehcp.plans.refusals import PlanReason
from ehcp.plans.services import ending
from ehcp.plans.services import plans as services
from pupils.imports.services import undoing
from pupils.models import Import, ImportChange, NeedType, RegisterEntry
from pupils.record.services.pupils import record_leaver
from pupils.register import services as register
from sendco.audit.models import Event
from sendco.due.models import DueItem
from sendco.refusals import ChangedMeanwhile
from tests.days import from_today
from tests.factories import PupilFactory
from tests.factories.ehcp import CaseworkerFactory, LocalAuthorityFactory, PlanFactory
from tests.refusals import refused

pytestmark = pytest.mark.postgresql("locks and constraints")

MADE = date(2026, 3, 16)


@pytest.fixture
def authority(school):
    return LocalAuthorityFactory(school=school, name="Westmarch")


@pytest.fixture
def need():
    return NeedType.objects.get(code="SLCN")


@pytest.fixture
def plan(pupil, authority, senco, need):
    return services.start_plan(pupil=pupil, authority=authority, made_on=MADE, needs=[need], by=senco)


def status_of(pupil):
    entry = register.open_entry(pupil)
    return entry.code, entry.starts_on


# --- Beginning ---------------------------------------------------------------------------------------------------
def test_a_final_plan_moves_the_register_to_e_from_its_date(plan, pupil):
    assert status_of(pupil) == ("E", MADE)
    assert pupil.needs.get(ends_on=None).need_type.code == "SLCN"
    assert Event.objects.filter(code="plan.started", pupil_id=pupil.pk).exists()


def test_the_next_review_has_its_date(plan):
    due = DueItem.objects.get(source_type="ehcp.plan", source_id=plan.pk, rule="review.due")

    assert due.due_on == date(2027, 3, 15)


def test_a_draft_moves_nothing_and_owes_nothing(pupil, authority, senco):
    plan = services.start_plan(pupil=pupil, authority=authority, state=services.DRAFT, by=senco)

    assert status_of(pupil)[0] == "N"
    assert plan.made_on is None
    assert not DueItem.objects.filter(source_type="ehcp.plan", source_id=plan.pk, rule="review.due").exists()


def test_a_draft_becomes_final_and_then_the_register_follows(pupil, authority, senco, need):
    plan = services.start_plan(pupil=pupil, authority=authority, state=services.DRAFT, by=senco)

    services.issue_plan(plan=plan, made_on=MADE, needs=[need], by=senco)

    assert status_of(pupil) == ("E", MADE)
    with refused(PlanReason.DATED_ALREADY, made_on=MADE):
        services.issue_plan(plan=plan, made_on=MADE, by=senco)


def test_a_plan_that_came_with_the_child_may_lack_its_date(pupil, authority, senco, need):
    plan = services.start_plan(
        pupil=pupil,
        authority=authority,
        state=services.CAME,
        last_concluded_on=date(2026, 5, 20),
        needs=[need],
        by=senco,
    )

    assert plan.made_on is None
    assert status_of(pupil)[0] == "E"
    assert DueItem.objects.get(source_id=plan.pk, rule="review.due").due_on == date(2027, 5, 19)


def test_an_old_plan_starts_e_after_the_present_status(pupil, authority, senco, need):
    services.start_plan(pupil=pupil, authority=authority, made_on=date(2021, 1, 4), needs=[need], by=senco)

    assert status_of(pupil) == ("E", pupil.joined_on + timedelta(days=1))


def test_an_entry_of_e_is_left_as_it_is(pupil, authority, senco):
    RegisterEntry.objects.filter(pupil=pupil, ends_on=None).update(code="E")

    services.start_plan(pupil=pupil, authority=authority, made_on=MADE, by=senco)

    assert pupil.register_entries.count() == 1


def test_the_types_of_need_of_sen_support_go_on(pupil, authority, senco, need):
    register.change_status(
        pupil=pupil, code="K", starts_on=date(2025, 9, 1), reason="Words", decided_by="All", by=senco, needs=[need]
    )

    services.start_plan(pupil=pupil, authority=authority, made_on=MADE, by=senco)

    assert status_of(pupil) == ("E", MADE)
    assert pupil.needs.get(ends_on=None).need_type == need


@pytest.mark.parametrize(
    ("values", "reason", "data"),
    [
        ({}, PlanReason.NO_NEED, {}),
        ({"made_on": None}, PlanReason.NO_DATE, {"field": "made_on"}),
        ({"made_on": timedelta(days=1)}, CaseReason.IN_FUTURE, {"field": "made_on"}),
        ({"made_on": date(2009, 3, 1)}, CaseReason.BEFORE_THE_LAW, {"field": "made_on"}),
        ({"made_on": date(2014, 12, 1)}, CaseReason.BEFORE_BIRTH, {"field": "made_on"}),
        (
            {"last_concluded_on": date(2026, 1, 1)},
            CaseReason.OUT_OF_ORDER,
            {"field": "last_concluded_on", "day": MADE},
        ),
        ({"names": "other"}, PlanReason.NO_NAMED_SCHOOL, {"field": "named_school"}),
        ({"state": services.DRAFT}, PlanReason.DRAFT_WITH_DATE, {}),
    ],
)
def test_what_cannot_be_is_refused_in_words(pupil, authority, senco, values, reason, data):
    with refused(reason, **data):
        services.start_plan(pupil=pupil, authority=authority, by=senco, **{"made_on": MADE} | from_today(values))

    assert not Plan.objects.exists()
    assert status_of(pupil)[0] == "N"


def test_a_child_has_one_plan(plan, pupil, authority, senco):
    with refused(PlanReason.HAS_A_PLAN, child=pupil.name):
        services.start_plan(pupil=pupil, authority=authority, made_on=MADE, by=senco)


def test_a_leaver_gets_no_new_plan(pupil, authority, senco):
    pupil.left_on = date(2026, 7, 20)
    pupil.save()

    with refused(PlanReason.CHILD_LEFT, left_on=pupil.left_on):
        services.start_plan(pupil=pupil, authority=authority, made_on=MADE, by=senco)


def test_an_authority_of_another_school_is_refused(pupil, other_school, senco):
    with refused(PlanReason.AUTHORITY_OF_ANOTHER_SCHOOL):
        services.start_plan(pupil=pupil, authority=LocalAuthorityFactory(school=other_school), made_on=MADE, by=senco)


# --- Details -----------------------------------------------------------------------------------------------------
def test_details_change_and_the_dates_follow(plan, senco):
    services.change_plan(plan=plan, values={"made_on": date(2026, 4, 1)}, version=plan.version, by=senco)

    assert DueItem.objects.get(source_id=plan.pk, rule="review.due").due_on == date(2027, 3, 31)


def test_two_people_at_once(plan, senco):
    services.change_plan(plan=plan, values={"note": "One"}, version=plan.version, by=senco)

    with pytest.raises(ChangedMeanwhile):
        services.change_plan(plan=plan, values={"note": "Two"}, version=plan.version, by=senco)


def test_the_date_cannot_be_taken_away(plan, senco):
    with refused(PlanReason.DATE_TAKEN_AWAY, field="made_on"):
        services.change_plan(plan=plan, values={"made_on": None}, version=plan.version, by=senco)


def test_the_caseworker_works_for_the_authority(plan, senco, school):
    stranger = CaseworkerFactory(authority=LocalAuthorityFactory(school=school))

    with refused(CaseworkerReason.OF_ANOTHER_AUTHORITY, worker=stranger.name, authority="Westmarch"):
        services.set_caseworker(plan=plan, caseworker=stranger, version=plan.version, by=senco)


def test_the_caseworker_of_a_plan_that_ended_stays(plan, senco):
    worker = CaseworkerFactory(authority=plan.authority)
    ending.close_mistake(plan=plan, reason="Entered twice", by=senco)

    with refused(CaseReason.CLOSED):
        services.set_caseworker(plan=plan, caseworker=worker, version=plan.version + 1, by=senco)


# --- Placement and top-up ----------------------------------------------------------------------------------------
def test_placements_follow_one_another(plan, senco):
    first = services.add_placement(plan=plan, setting="Fernhill", starts_on=date(2026, 4, 1), by=senco)
    services.add_placement(plan=plan, setting="Oakmere", starts_on=date(2026, 9, 1), by=senco)

    first.refresh_from_db()
    assert first.ends_on == date(2026, 8, 31)
    with refused(PlanReason.PRESENT_ONE_BEGAN, starts_on=date(2026, 9, 1), field="starts_on"):
        services.add_placement(plan=plan, setting="Elm", starts_on=date(2026, 9, 1), by=senco)


def test_a_top_up_ends_once(plan, senco):
    top_up = services.add_top_up(plan=plan, band="Band 3", amount="6000.00", starts_on=date(2026, 4, 1), by=senco)

    services.end_dated(row=top_up, ends_on=date(2026, 8, 31), by=senco)

    with refused(PlanReason.DATED_ENDED, ends_on=date(2026, 8, 31)):
        services.end_dated(row=top_up, ends_on=date(2026, 8, 31), by=senco)
    with refused(PlanReason.LAST_ONE_ENDED, ends_on=date(2026, 8, 31), field="starts_on"):
        services.add_top_up(plan=plan, band="Band 4", starts_on=date(2026, 8, 31), by=senco)


# --- Moving ------------------------------------------------------------------------------------------------------
@pytest.fixture
def new_authority(school):
    return LocalAuthorityFactory(school=school, name="Eastmarch")


def test_a_move_hands_the_plan_over_with_its_transfer(plan, new_authority, senco):
    move = services.record_move(
        plan=plan, new_authority=new_authority, moved_on=date(2026, 10, 5), aware_on=date(2026, 10, 1), by=senco
    )
    plan.refresh_from_db()
    assert plan.authority.name == "Westmarch"
    assert DueItem.objects.filter(source_id=plan.pk, rule="move.transfer").exists()

    services.change_move(move=move, transferred_on=date(2026, 10, 12), by=senco)

    plan.refresh_from_db()
    assert plan.authority == new_authority
    assert plan.caseworker is None
    assert DueItem.objects.get(source_id=plan.pk, rule="move.tell_parent").due_on == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("values", "reason", "data"),
    [
        ({"transferred_on": date(2026, 10, 4)}, CaseReason.OUT_OF_ORDER, {"day": date(2026, 10, 5)}),
        (
            {"parent_told_on": date(2026, 10, 20)},
            PlanReason.PARENT_TOLD_BEFORE_TRANSFER,
            {"field": "transferred_on"},
        ),
        ({"aware_on": timedelta(days=3)}, PlanReason.AWARE_IN_FUTURE, {"field": "aware_on"}),
    ],
)
def test_moves_in_an_impossible_order_are_refused(plan, new_authority, senco, values, reason, data):
    values = {"moved_on": date(2026, 10, 5), "aware_on": date(2026, 10, 1)} | from_today(values)

    with refused(reason, **data):
        services.record_move(plan=plan, new_authority=new_authority, by=senco, **values)


def test_one_move_at_a_time_and_never_to_the_same(plan, new_authority, authority, senco):
    days = {"moved_on": date(2026, 10, 5), "aware_on": date(2026, 10, 1), "by": senco}
    with refused(PlanReason.SAME_AUTHORITY, authority=authority.name):
        services.record_move(plan=plan, new_authority=authority, **days)
    services.record_move(plan=plan, new_authority=new_authority, **days)

    with refused(PlanReason.MOVE_UNDER_WAY):
        services.record_move(plan=plan, new_authority=new_authority, **days)


# --- Ceasing -----------------------------------------------------------------------------------------------------
def cease(plan, senco, **days):
    plan.refresh_from_db()
    return ending.note_ceasing(plan=plan, version=plan.version, by=senco, **days)


def end(plan, senco, ceased_on, code="K"):
    plan.refresh_from_db()
    return ending.end_plan(plan=plan, version=plan.version, ceased_on=ceased_on, next_code=code, by=senco)


def test_neither_letter_ends_the_plan(plan, senco, pupil):
    cease(plan, senco, proposed_on=date(2026, 6, 1), notified_on=date(2026, 7, 1))

    plan.refresh_from_db()
    assert plan.ceased_on is None
    assert status_of(pupil)[0] == "E"


def test_the_plan_stays_in_force_while_the_parent_may_appeal(plan, senco, pupil):
    with refused(PlanReason.NO_DECISION_TO_CEASE):
        end(plan, senco, date(2026, 9, 1))
    cease(plan, senco, proposed_on=date(2026, 6, 1), notified_on=date(2026, 8, 18))

    with refused(PlanReason.APPEAL_TIME_RUNS, until=date(2026, 10, 19), field="ceased_on"):
        end(plan, senco, date(2026, 10, 19))
    end(plan, senco, date(2026, 10, 20))

    assert status_of(pupil) == ("K", date(2026, 10, 21))
    assert pupil.register_entries.get(code="E").ends_on == date(2026, 10, 20)


def test_an_open_appeal_keeps_the_plan_in_force(plan, senco, pupil, school, authority):
    cease(plan, senco, proposed_on=date(2026, 6, 1), notified_on=date(2026, 8, 18))
    appeal = Appeal.objects.create(
        school=school, pupil=pupil, authority=authority, plan=plan, about="cease", letter_on=date(2026, 8, 18)
    )

    with refused(PlanReason.APPEAL_OPEN):
        end(plan, senco, date(2026, 11, 2))
    Appeal.objects.filter(pk=appeal.pk).update(closed_on=date(2026, 11, 1))
    end(plan, senco, date(2026, 11, 2), code="N")

    assert status_of(pupil) == ("N", date(2026, 11, 3))


def test_an_open_review_is_closed_by_a_person_first(plan, senco, pupil, school):
    AnnualReview.objects.create(school=school, pupil=pupil, plan=plan, organiser=senco)
    cease(plan, senco, notified_on=date(2026, 8, 18))

    with refused(PlanReason.REVIEW_OPEN):
        end(plan, senco, date(2026, 11, 2))


def test_the_decision_cannot_come_before_the_first_letter(plan, senco):
    with refused(CaseReason.OUT_OF_ORDER, field="cease_notified_on", day=date(2026, 7, 2)):
        cease(plan, senco, proposed_on=date(2026, 7, 2), notified_on=date(2026, 7, 1))


def test_placement_and_top_up_end_with_the_plan(plan, senco):
    placement = services.add_placement(plan=plan, setting="Fernhill", starts_on=date(2026, 4, 1), by=senco)
    cease(plan, senco, notified_on=date(2026, 8, 18))

    end(plan, senco, date(2026, 10, 20))

    placement.refresh_from_db()
    assert placement.ends_on == date(2026, 10, 20)
    with refused(CaseReason.CLOSED):
        services.add_placement(plan=plan, setting="Elm", starts_on=date(2026, 11, 1), by=senco)


@pytest.fixture
def ended(plan, senco):
    """With a placement that ended with it, the day after the time to appeal."""
    services.add_placement(plan=plan, setting="Fernhill", starts_on=date(2026, 4, 1), by=senco)
    cease(plan, senco, notified_on=date(2026, 8, 18), reason="No longer necessary")
    end(plan, senco, date(2026, 10, 20))
    plan.refresh_from_db()
    return plan


def put_right(plan, senco, ceased_on):
    values, reason = {"ceased_on": ceased_on}, "The letter names another day"
    return correct(case=plan, version=plan.version, values=values, reason=reason, by=senco)


def test_a_wrong_last_day_is_put_right_with_what_ended_on_it(ended, senco, pupil):
    put_right(ended, senco, date(2026, 10, 30))

    assert ended.placements.get().ends_on == date(2026, 10, 30)
    assert status_of(pupil) == ("K", date(2026, 10, 31))
    assert pupil.register_entries.get(code="E").ends_on == date(2026, 10, 30)


def test_a_last_day_is_not_put_into_the_time_to_appeal(ended, senco, pupil):
    with refused(PlanReason.APPEAL_TIME_RUNS, until=date(2026, 10, 19), field="ceased_on"):
        put_right(ended, senco, date(2026, 10, 1))

    assert ended.placements.get().ends_on == date(2026, 10, 20)
    assert status_of(pupil) == ("K", date(2026, 10, 21))


def test_a_plan_that_never_ceased_goes_on(ended, senco, pupil):
    put_right(ended, senco, None)

    ended.refresh_from_db()
    assert (ended.ceased_on, ended.cease_reason) == (None, "No longer necessary")
    assert ended.placements.get().ends_on is None
    assert status_of(pupil)[0] == "K"  # somebody decides that on the register
    assert DueItem.objects.filter(source_type="ehcp.plan", source_id=ended.pk).open().exists()


def test_a_plan_closed_by_mistake_goes_on(plan, senco):
    ending.close_mistake(plan=plan, reason="Wrong twin", by=senco)
    plan.refresh_from_db()

    put_right(plan, senco, None)

    plan.refresh_from_db()
    assert (plan.ceased_on, plan.cease_reason) == (None, "")


def test_no_second_plan_comes_to_be_in_force(ended, senco, pupil, authority):
    PlanFactory(pupil=pupil, authority=authority)

    with refused(CaseReason.ANOTHER_IS_OPEN, noun="plan"):
        put_right(ended, senco, None)


def test_a_mistake_is_closed_and_the_register_left_alone(plan, senco, pupil):
    ending.close_mistake(plan=plan, reason="Wrong twin", by=senco)

    plan.refresh_from_db()
    assert plan.ceased_on == timezone.localdate()
    assert status_of(pupil)[0] == "E"


def test_a_leaver_keeps_the_plan(plan, senco, pupil):
    record_leaver(pupil=pupil, left_on=date(2026, 11, 2), reason="Moved", destination="Elm School", by=senco)

    plan.refresh_from_db()
    assert plan.ceased_on is None
    assert not DueItem.objects.filter(source_type="ehcp.plan", source_id=plan.pk).open().exists()


def test_undoing_an_import_never_takes_a_plan(school, authority, senco):
    made = PupilFactory(school=school)
    imported = Import.objects.create(
        school=school, file_name="x.csv", started_by=senco, status=Import.Status.UNDOING, last_event_id=0
    )
    undo = {"made": {"pupils.pupil": [made.pk]}}
    change = ImportChange.objects.create(
        owner=imported, pupil=made, kind="new", row_number=1, outcome="done", undo=undo, label="One"
    )
    plan = PlanFactory(pupil=made, authority=authority)

    undoing.undo(imported=imported, by=senco, still_mine=lambda **how: None, progress=lambda done, total: None)

    change.refresh_from_db()
    assert change.outcome == "kept"
    assert Plan.objects.filter(pk=plan.pk, pupil=made).exists()
