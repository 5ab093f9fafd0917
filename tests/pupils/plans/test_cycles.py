"""A cycle from its beginning to the next: what may begin, what is measured, and what goes on with which reason."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from pupils.models import PlanKind, SupportPlan, Target, TargetReview, TargetValue
from pupils.models.plans import wording_of
from pupils.plans import selectors
from pupils.plans.refusals import SupportPlanReason, TargetReason
from pupils.plans.services import plans, reviews, targets
from pupils.record.services.pupils import hand_over, record_leaver
from sendco.audit.models import Event
from sendco.due.models import DueItem
from sendco.refusals import ChangedMeanwhile
from staff.acting import acting_for
from staff.models import Unit
from staff.roles import Role
from tests.factories import MembershipFactory, PupilFactory

from .helping import ASKS, READS, begin, kind, refused, targets_of, write

pytestmark = pytest.mark.postgresql("constraints, locks and dates")


def due(plan, rule="support.review"):
    return list(DueItem.objects.filter(source_type="pupils.supportplan", source_id=plan.pk, rule=rule))


# --- Beginning ---------------------------------------------------------------------------------------------------
def test_a_first_cycle_holds_what_was_typed(pupil, senco):
    plan = begin(pupil, senco)

    reads, asks = targets_of(plan)
    assert (reads.baseline, reads.aim, reads.unit) == (Decimal(40), Decimal(70), "words a minute")
    assert (asks.measure, asks.how, asks.number) == ("scale", "Ask the adult", 2)
    assert plan.outcomes.get().text == "Reads for pleasure"
    assert plan.strategies.get().who == "TA"
    assert [(item.due_on, item.basis, item.owner_id) for item in due(plan)] == [(plan.review_on, "guidance", senco.pk)]
    assert "6.48" in due(plan)[0].explanation
    assert Event.objects.filter(code="support.begun", pupil_id=pupil.pk).exists()


def test_only_one_of_a_kind_is_open(pupil, senco):
    begin(pupil, senco)

    refused(SupportPlanReason.OPEN_ALREADY, begin, pupil=pupil, by=senco)
    assert begin(pupil, senco, code="behaviour").kind.code == "behaviour"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"days": -1}, SupportPlanReason.REVIEW_BEFORE_START),
        ({"days": 365 * 6}, SupportPlanReason.TOO_FAR_AHEAD),
    ],
)
def test_a_review_lies_after_the_beginning_and_in_sight(pupil, senco, more, reason):
    today = timezone.localdate()

    refused(reason, begin, pupil=pupil, by=senco, days_ago=0, review_on=today + timedelta(days=more["days"]))
    assert not SupportPlan.objects.exists()


def test_what_is_only_proposed_does_not_begin(pupil, senco):
    assert kind("isp").is_held_back
    refused(SupportPlanReason.KIND_NOT_IN_FORCE, begin, pupil=pupil, by=senco, code="isp")


def test_nothing_half_saved_where_a_target_is_refused(pupil, senco):
    refusal = refused(
        TargetReason.NOT_A_NUMBER, begin, pupil=pupil, by=senco, targets=[READS, READS | {"aim": "much better"}]
    )

    assert refusal.data["field"] == "aim"
    assert not SupportPlan.objects.exists()


def test_an_aim_behind_the_baseline_is_asked_about(pupil, senco):
    wrong = READS | {"baseline": "70", "aim": "40"}

    refused(TargetReason.AIM_BEHIND, begin, pupil=pupil, by=senco, targets=[wrong])
    assert targets_of(begin(pupil, senco, targets=[wrong | {"lower_is_better": True}]))


def test_who_leads_has_to_work_here(pupil, senco, outsider):
    refused(SupportPlanReason.LEAD_NOT_HERE, begin, pupil=pupil, by=senco, lead=outsider)


def test_nobody_begins_a_plan_for_who_has_left(pupil, senco):
    record_leaver(pupil=pupil, left_on=timezone.localdate(), reason="Moved", destination="", by=senco)

    refused(SupportPlanReason.PUPIL_LEFT, begin, pupil=pupil, by=senco)


# --- Values ------------------------------------------------------------------------------------------------------
def value(target, by, typed, *, days_ago=0, otherwise=False):
    return targets.save_value(
        value=TargetValue(target=target), typed=typed, taken_on=timezone.localdate() - timedelta(days=days_ago),
        otherwise=otherwise, note_words="", version=1, by=by,
    )  # fmt: skip


def shown(target):
    target = Target.objects.select_related("outcome__plan__pupil", "outcome__plan__kind").get(pk=target.pk)
    return selectors.shown_targets([target])[target.pk]


def test_the_first_value_is_the_baseline_where_the_target_says_so(pupil, senco):
    plan = begin(pupil, senco, targets=[READS | {"baseline": "", "baseline_from_first": True}])
    target = targets_of(plan)[0]

    first = value(target, senco, "44", days_ago=10)
    value(target, senco, "60")
    assert (shown(target).baseline_words, shown(target).gain_words) == ("44 words a minute", "+16")

    targets.save_value(
        value=first,
        typed="50",
        taken_on=first.taken_on,
        otherwise=False,
        note_words="",
        version=first.version,
        by=senco,
    )
    assert (shown(target).baseline_words, shown(target).gain_words) == ("50 words a minute", "+10")


def test_a_value_taken_another_way_is_kept_and_left_out_of_the_gain(pupil, senco):
    target = targets_of(begin(pupil, senco))[0]
    value(target, senco, "50", days_ago=3)
    value(target, senco, "90", otherwise=True)

    found = shown(target)
    assert len(found.values) == 2
    assert (found.last.value, found.gain_words, found.reached) == (Decimal(50), "+10", False)


def test_values_stand_inside_the_cycle(pupil, senco):
    target = targets_of(begin(pupil, senco, days_ago=10))[0]

    refused(TargetReason.VALUE_BEFORE_BASELINE, value, target=target, by=senco, typed="50", days_ago=11)
    refused(TargetReason.VALUE_IN_FUTURE, value, target=target, by=senco, typed="50", days_ago=-1)
    refused(TargetReason.NOT_A_NUMBER, value, target=target, by=senco, typed="better")
    assert not TargetValue.objects.exists()


def test_a_measure_with_values_does_not_change(pupil, senco):
    target = targets_of(begin(pupil, senco))[0]
    value(target, senco, "50")
    values = {"text": target.text, "measure": "percent", "baseline": "40", "aim": "70"}

    refused(TargetReason.MEASURE_HAS_VALUES, targets.save_target, target=target, values=values, version=1, by=senco)


def test_two_who_change_one_target_lose_nothing(pupil, senco, head):
    target = targets_of(begin(pupil, senco))[0]
    values = {"text": "Other words", "measure": "count", "baseline": "40", "aim": "70"}
    targets.save_target(target=target, values=values, version=1, by=senco)

    with pytest.raises(ChangedMeanwhile):
        targets.save_target(target=target, values=values | {"text": "Third words"}, version=1, by=head)
    assert target.history.count() == 2


# --- Closing -----------------------------------------------------------------------------------------------------
def ready(plan, by, *, judgement="partly", next_step="carry", carry_reason="on_track", value="55"):
    for target in targets_of(plan):
        typed = value if target.measure == "count" else "4"
        write(target, by, value=typed, judgement=judgement, next_step=next_step)
        if next_step == "carry":
            write(target, by, carry_reason=carry_reason)


def test_a_closed_cycle_seeds_the_next(pupil, senco):
    plan = begin(pupil, senco)
    ready(plan, senco)

    after = reviews.close_cycle(plan=plan, by=senco)

    plan.refresh_from_db()
    first, second = targets_of(after)
    assert (after.cycle, after.previous, after.assessed) == (2, plan, {"known": "Reads slowly"})
    assert (first.text, first.baseline, first.aim, first.cycles) == (READS["text"], Decimal(55), Decimal(70), 2)
    assert (second.carried_from.text, second.carry_reason) == (ASKS["text"], "on_track")
    assert after.strategies.get().times == 2
    assert (plan.ending, plan.closed_by) == ("reviewed", senco)
    assert due(plan)[0].met_on == plan.closed_on
    assert due(after)[0].due_on == after.review_on
    assert TargetReview.objects.filter(settled_on=plan.closed_on).count() == 2


def test_a_cycle_is_not_copied_without_a_reason(pupil, senco):
    plan = begin(pupil, senco)
    ready(plan, senco, carry_reason="")

    refused(TargetReason.CARRY_WHY, reviews.close_cycle, plan=plan, by=senco)
    assert SupportPlan.objects.count() == 1
    assert not TargetReview.objects.filter(settled_on__isnull=False).exists()


def test_every_target_says_what_happens_next(pupil, senco):
    plan = begin(pupil, senco)
    write(targets_of(plan)[0], senco, next_step="done")

    refusal = refused(SupportPlanReason.NOT_SETTLED, reviews.close_cycle, plan=plan, by=senco)
    assert refusal.data["targets"] == "2"


def test_nothing_is_met_without_a_value_or_why_there_is_none(pupil, senco):
    plan = begin(pupil, senco, targets=[READS])
    target = targets_of(plan)[0]
    write(target, senco, judgement="met", next_step="done")
    refused(TargetReason.MET_UNMEASURED, reviews.close_cycle, plan=plan, by=senco)

    write(target, senco, unmeasured="The test was away")
    assert reviews.close_cycle(plan=plan, by=senco, goes_on=False).closed_on


def test_the_third_cycle_is_counted(pupil, senco):
    plan = begin(pupil, senco)
    for _ in range(2):
        ready(plan, senco)
        plan = reviews.close_cycle(plan=plan, by=senco)

    found = selectors.plan_shown(selectors.plans_in_view(acting_for(senco)).get(pk=plan.pk), acting_for(senco))
    assert [one.cycle_words for one in found.targets] == ["Third cycle of this target"] * 2
    assert [strategy.times for strategy in found.repeated] == [3]
    assert [one.cycle for one in found.series] == [3, 2, 1]


def test_what_is_finished_does_not_go_on(pupil, senco):
    plan = begin(pupil, senco)
    reads, asks = targets_of(plan)
    write(reads, senco, value="72", judgement="met", next_step="done")
    write(asks, senco, value="4", judgement="not_met", next_step="change")

    after = reviews.close_cycle(plan=plan, by=senco)

    assert not targets_of(after)
    assert after.outcomes.get().text == "Reads for pleasure"


def test_after_not_met_an_earlier_date_is_proposed(pupil, senco):
    plan = begin(pupil, senco)
    today = timezone.localdate()
    ready(plan, senco, judgement="partly")
    usual = reviews.proposed_review(plan, reviews.current_targets(plan), today)
    write(targets_of(plan)[0], senco, judgement="not_met")

    sooner = reviews.proposed_review(plan, reviews.current_targets(plan), today)

    assert today < sooner < usual


def test_closed_by_two_people_at_once_is_closed_once(pupil, senco, head):
    plan = begin(pupil, senco)
    ready(plan, senco)
    reviews.close_cycle(plan=plan, by=senco)

    refused(SupportPlanReason.CLOSED, reviews.close_cycle, plan=plan, by=head)
    assert SupportPlan.objects.count() == 2


def test_a_closing_is_taken_back_while_nobody_worked_on_the_next(pupil, senco):
    plan = begin(pupil, senco)
    ready(plan, senco)
    after = reviews.close_cycle(plan=plan, by=senco)

    plans.reopen(plan=plan, by=senco)

    plan.refresh_from_db()
    after.refresh_from_db()
    assert (plan.closed_on, plan.ending) == (None, "")
    assert (after.ending, after.previous) == ("mistake", None)
    assert [review.settled_on for review in TargetReview.objects.all()] == [None, None]
    assert due(plan)[0].met_on is None
    again = reviews.close_cycle(plan=plan, by=senco)
    assert again.cycle == 2


def test_a_cycle_that_was_worked_on_keeps_the_one_before_closed(pupil, senco):
    plan = begin(pupil, senco)
    ready(plan, senco)
    after = reviews.close_cycle(plan=plan, by=senco)
    value(targets_of(after)[0], senco, "60")

    refused(SupportPlanReason.NOT_EMPTY, plans.reopen, plan=plan, by=senco)


def test_an_open_cycle_of_a_leaver_waits_to_be_closed(pupil, senco):
    plan = begin(pupil, senco)
    today = timezone.localdate()
    record_leaver(pupil=pupil, left_on=today, reason="Moved", destination="", by=senco)

    assert due(plan)[0].closed_on == today
    assert list(selectors.of_leavers(acting_for(senco))) == [plan]
    assert plan not in selectors.open_plans(acting_for(senco))
    plan.pupil.refresh_from_db()
    plans.stop(plan=plan, ending="left", ending_note="", version=1, by=senco)
    assert not selectors.of_leavers(acting_for(senco))


def test_who_takes_over_leads_the_plans(pupil, senco, teacher, school):
    plan = begin(pupil, senco, lead=teacher)

    hand_over(user=teacher, to=senco, school=school, by=senco)

    plan.refresh_from_db()
    assert (plan.lead, due(plan)[0].owner_id) == (senco, senco.pk)


# --- One target alone --------------------------------------------------------------------------------------------
def test_a_target_with_its_own_day_is_reviewed_alone(pupil, senco):
    today = timezone.localdate()
    plan = begin(pupil, senco, targets=[READS | {"review_on": today}, ASKS])
    target = targets_of(plan)[0]
    own = DueItem.objects.get(rule="target.review")
    assert (own.due_on, own.source_id, own.pupil_id) == (today, target.pk, pupil.pk)
    write(target, senco, value="50", judgement="partly", next_step="carry", carry_reason="on_track")

    reviews.settle_target(target=target, review_on=today + timedelta(days=21), by=senco)

    plan.refresh_from_db()
    assert plan.is_open
    rows = DueItem.objects.filter(rule="target.review").order_by("due_on")
    assert [(row.due_on, row.met_on) for row in rows] == [(today, today), (today + timedelta(days=21), None)]
    assert due(plan)[0].met_on is None


def test_the_words_of_an_earlier_plan_typed_again_are_marked(sign_in, pupil, senco):
    first = begin(pupil, senco, targets=[READS, ASKS])
    for target in targets_of(first):
        write(target, senco, value="7", judgement="met", next_step="stop")
    reviews.close_cycle(plan=first, by=senco, goes_on=False)
    second = begin(pupil, senco, targets=[READS | {"text": READS["text"].upper()}])

    found = selectors.plan_shown(selectors.plans_in_view(acting_for(senco)).get(pk=second.pk))
    before = selectors.plan_shown(selectors.plans_in_view(acting_for(senco)).get(pk=first.pk))

    assert [one.typed_again for one in found.targets] == [True]
    assert [one.typed_again for one in before.targets] == [False, False]
    page = sign_in(senco).get(reverse("pupils:support-detail", args=[second.pk]))
    assert "Target 1 has the words of an earlier plan." in " ".join(page.content.decode().split())


def test_the_same_words_for_another_child_are_marked(school, group, pupil, senco):
    other = PupilFactory(school=school, form_group=group, legal_forename="Tom", legal_surname="Frith")
    begin(pupil, senco, targets=[READS | {"text": "Kezia reads a page aloud."}])
    plan = begin(other, senco, targets=[READS | {"text": "TOM reads a page aloud"}, ASKS])

    found = selectors.plan_shown(selectors.plans_in_view(acting_for(senco)).get(pk=plan.pk))

    assert [one.same_elsewhere for one in found.targets] == [1, 0]
    assert not any(one.typed_again for one in found.targets)
    assert wording_of("Kezia's page", pupil) != wording_of("Kezia's pages", pupil)


def test_gaps_are_named(pupil, senco):
    plan = begin(pupil, senco, targets=[{"text": "Gets better at reading"}, READS])

    found = selectors.plan_shown(selectors.plans_in_view(acting_for(senco)).get(pk=plan.pk))

    assert [(target.number, gaps) for target, gaps in found.gaps] == [
        (1, ["no measure", "no aim", "no baseline"]),
    ]  # fmt: skip


# --- Who sees it -------------------------------------------------------------------------------------------------
def test_a_confidential_plan_opens_for_those_named(pupil, senco, head, teacher, teaching_assistant):
    plan = begin(pupil, senco, is_confidential=True)

    def sees(user):
        return SupportPlan.objects.visible_to(acting_for(user)).filter(pk=plan.pk).exists()

    assert {user.name: sees(user) for user in (senco, head, teacher, teaching_assistant)} == {
        senco.name: True, head.name: True, teacher.name: False,
        teaching_assistant.name: False,
    }  # fmt: skip
    reader = plans.name_reader(plan=plan, user=teacher, by=senco)
    assert sees(teacher)
    plans.end_reader(reader=reader, by=senco)
    assert not sees(teacher)
    texts = Event.objects.filter(code__startswith="support.").values_list("text", flat=True)
    assert not any("Reads" in text or "SEN" in text for text in texts)
    assert set(Event.objects.filter(code__startswith="support.").values_list("audience", flat=True)) == {"confidential"}
    assert due(plan)[0].title == "Review the support plan"


def test_pages_read_a_constant_number_of_times(school, group, pupil, senco):
    plan = begin(pupil, senco)

    def queries():
        with CaptureQueriesContext(connection) as found:
            selectors.plan_shown(selectors.plans_in_view(acting_for(senco)).get(pk=plan.pk))
            selectors.grid(selectors.open_plans(acting_for(senco)))
        return len(found)

    few = queries()
    for number in range(3):
        child = PupilFactory(school=school, form_group=group, legal_forename=f"Child{number}", legal_surname="Frith")
        begin(child, senco)
    value(targets_of(plan)[0], senco, "50")

    assert queries() == few


def test_kinds_that_ship_are_read_only_and_dated(db):
    assert {row.code: row.valid_from is not None for row in PlanKind.objects.filter(school=None)} == {
        "sen_support": True, "behaviour": True, "early_years": True, "isp": False,
    }  # fmt: skip


# --- What a stranger's eye found ---------------------------------------------------------------------------------
def test_who_may_not_open_it_is_not_told_of_a_confidential_plan(school, group, pupil, senco, teacher):
    own = begin(pupil, senco, code="behaviour", is_confidential=True, targets=[READS])
    lead = SupportPlan.objects.visible_to(acting_for(teacher))
    assert own not in lead

    refusal = refused(SupportPlanReason.OPEN_HIDDEN, begin, pupil=pupil, by=teacher, lead=teacher, code="behaviour")
    assert "behaviour" not in str(refusal).lower()
    other = PupilFactory(school=school, form_group=group, legal_forename="Tom", legal_surname="Frith")
    plan = begin(other, senco, targets=[READS])
    assert shown(targets_of(plan)[0]).same_elsewhere == 0
    item = due(own)[0]
    assert (item.authority, item.basis) == ("School policy", "local")


def test_words_before_a_plan_was_confidential_leave_the_timeline(client, sign_in, pupil, senco):
    plan = begin(pupil, senco, code="behaviour", outcome="A secret aim")
    plans.set_confidential(plan=plan, is_confidential=True, by=senco)
    unit = Unit.objects.create(school=pupil.school, name="ARP", kind="resourced")
    pupil.enrolments.update(unit=unit)
    lead = MembershipFactory(school=pupil.school, role=Role.PROVISION_LEAD, unit=unit).user
    url = reverse("pupil-timeline", args=[pupil.pk])

    for user, sees in ((senco, True), (lead, False)):
        sign_in(user)
        assert ("A secret aim" in client.get(url).content.decode()) is sees


def test_a_lead_and_a_reader_see_the_child(pupil, senco, teaching_assistant):
    refused(SupportPlanReason.DOES_NOT_SEE, begin, pupil=pupil, by=senco, lead=teaching_assistant)
    plan = begin(pupil, senco, is_confidential=True)
    refused(SupportPlanReason.DOES_NOT_SEE, plans.name_reader, plan=plan, user=teaching_assistant, by=senco)


def test_numbers_without_a_measure_are_asked_about_and_words_are_kept(pupil, senco):
    bare = {"text": "Is calmer", "measure": "", "baseline": "12", "aim": "40"}
    assert refused(TargetReason.UNITS_NEEDED, begin, pupil=pupil, by=senco, targets=[bare]).data["field"] == "measure"

    words = {"text": "Comes in", "measure": "words", "baseline": "Cries at the gate", "aim": "Walks in by himself"}
    target = targets_of(begin(pupil, senco, targets=[words]))[0]

    assert (target.baseline_words, target.aim_words) == ("Cries at the gate", "Walks in by himself")


def test_a_cycle_with_written_reviews_is_not_taken_back(pupil, senco):
    plan = begin(pupil, senco)
    ready(plan, senco)
    after = reviews.close_cycle(plan=plan, by=senco)
    write(targets_of(after)[0], senco, comment="Seen in maths")

    refused(SupportPlanReason.NOT_EMPTY, plans.reopen, plan=plan, by=senco)


def test_a_next_cycle_that_was_a_mistake_does_not_block_another(pupil, senco):
    plan = begin(pupil, senco)
    ready(plan, senco)
    after = reviews.close_cycle(plan=plan, by=senco)
    plans.stop(plan=after, ending="mistake", ending_note="", version=after.version, by=senco)

    plans.reopen(plan=plan, by=senco)

    assert reviews.close_cycle(plan=plan, by=senco).cycle == 2


def test_opening_a_stopped_plan_opens_no_settled_look(pupil, senco):
    plan = begin(pupil, senco)
    target = targets_of(plan)[0]
    write(target, senco, judgement="partly", next_step="carry", carry_reason="on_track")
    reviews.settle_target(target=target, review_on=None, by=senco)
    plan.refresh_from_db()
    plans.stop(plan=plan, ending="stopped", ending_note="", version=plan.version, by=senco)

    plans.reopen(plan=plan, by=senco)

    assert target.reviews.get().settled_on == timezone.localdate()


def test_words_of_a_part_that_is_gone_stand_with_the_first(pupil, senco):
    plan = begin(pupil, senco, assessed={"known": "Reads slowly", "barriers": "Noise"})
    plan.kind.sections = plan.kind.sections[:1]

    assert reviews._moved(plan, plan.kind) == {"known": "Reads slowly\n\nNoise"}
