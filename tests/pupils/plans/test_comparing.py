"""Two cycles side by side, and the plans of one's own class with their targets."""

import pytest
from django.urls import reverse

from pupils.models import GroupPlace, PlanStrategy, PupilSupport
from pupils.plans import selectors
from pupils.plans.comparing import compare
from pupils.plans.services import plans, reviews, targets
from staff.acting import acting_for
from staff.models import GroupStaff, TeachingGroup
from tests.factories import PupilFactory

from .helping import READS, begin, targets_of, write

pytestmark = pytest.mark.postgresql("dates and order")


def next_cycle(plan, by):
    """Carry the first target on, finish the rest, and close."""
    first, *rest = targets_of(plan)
    write(first, by, value="50", judgement="partly", next_step="carry", carry_reason="on_track")
    for target in rest:
        write(target, by, value="7", judgement="met", next_step="done")
    return reviews.close_cycle(plan=plan, by=by)


def test_a_target_stands_in_one_row_over_any_number_of_cycles(pupil, senco):
    first = begin(pupil, senco)
    second = next_cycle(first, senco)
    third = next_cycle(second, senco)
    reads = targets_of(third)[0]
    reworded = {"text": "Reads a Year 4 page aloud"}
    targets.save_target(target=reads, values=reworded, version=reads.version, by=senco)

    found = compare(first, third)

    both, gone = found.pairs
    assert (both.earlier.target.text, both.later.target.text) == (READS["text"], "Reads a Year 4 page aloud")
    assert (both.text, both.was_worded) == ("Reads a Year 4 page aloud", READS["text"])
    assert (gone.earlier.target.text, gone.later, gone.was_worded) == ("Asks for help with the card", None, "")


def test_strategies_are_kept_begun_or_ended(pupil, senco):
    first = begin(pupil, senco)
    later = next_cycle(first, senco)
    PlanStrategy.objects.create(plan=later, text="A card to ask for help", added_by=senco)
    PlanStrategy.objects.create(plan=first, text="Sit near the door", added_by=senco)

    found = compare(first, later)

    words = [[one.text for one in some] for some in (found.kept, found.begun, found.ended)]
    assert words == [["Pre-teach three words"], ["A card to ask for help"], ["Sit near the door"]]


def test_the_page_takes_the_cycle_before_or_the_one_that_is_chosen(client, sign_in, pupil, senco):
    first = begin(pupil, senco)
    sign_in(senco)
    alone = client.get(reverse("pupils:support-compare", args=[first.pk]), follow=True)
    assert "no other cycle yet" in alone.content.decode()

    second = next_cycle(first, senco)
    third = next_cycle(second, senco)
    url = reverse("pupils:support-compare", args=[third.pk])
    page = client.get(url)
    assert [shown.plan.pk for shown in page.context["sides"]] == [second.pk, third.pk]
    page = client.get(url, {"with": first.pk})
    assert [shown.plan.pk for shown in page.context["sides"]] == [first.pk, third.pk]
    assert "Not in this cycle" in page.content.decode()
    page = client.get(reverse("pupils:support-compare", args=[first.pk]), {"with": "x"})
    assert [shown.plan.pk for shown in page.context["sides"]] == [first.pk, second.pk]


def test_no_cycle_is_compared_that_one_may_not_open(client, sign_in, pupil, senco, teacher):
    first = begin(pupil, senco)
    second = next_cycle(first, senco)
    plans.set_confidential(plan=first, is_confidential=True, by=senco)
    sign_in(teacher)

    answer = client.get(reverse("pupils:support-compare", args=[second.pk]), {"with": first.pk})

    assert answer.status_code == 302
    assert client.get(reverse("pupils:support-compare", args=[first.pk])).status_code == 404


def test_two_first_cycles_are_told_apart_by_their_days(client, sign_in, pupil, senco):
    first = begin(pupil, senco)
    plans.stop(plan=first, ending="stopped", ending_note="Enough", version=first.version, by=senco)
    second = begin(pupil, senco, days_ago=3)

    page = sign_in(senco).get(reverse("pupils:support-compare", args=[second.pk])).content.decode()

    assert first.cycle_words != second.cycle_words
    assert f'data-l="{first.cycle_words}"' in page
    assert f'data-l="{second.cycle_words}"' in page


# --- One's own class ---------------------------------------------------------------------------------------------
def test_a_tutor_sees_the_targets_and_reviews_of_the_own_group(client, sign_in, school, pupil, senco, teacher, group):
    plan = begin(pupil, senco)
    elsewhere = PupilFactory(school=school, legal_forename="Noor")
    begin(elsewhere, senco)
    sign_in(teacher)

    page = client.get(reverse("pupils:support-list"), {"show": "own"})
    assert [one.pk for one in page.context["page"].object_list] == [plan.pk]
    text = page.content.decode()
    assert READS["text"] in text
    assert "70 words a minute" in text
    assert "?show=own" in client.get(reverse("home")).content.decode()


def test_ones_own_are_taught_in_a_class_or_set_or_supported_alone(school, pupil, senco, teacher):
    in_class, in_a_set, alone, nobodys = [pupil, *PupilFactory.create_batch(3, school=school)]
    for one in (in_class, in_a_set, alone, nobodys):
        begin(one, senco)
    maths = TeachingGroup.objects.create(school=school, name="Maths 2")
    GroupStaff.objects.create(group=maths, user=teacher, kind="teaches")
    GroupPlace.objects.create(pupil=in_a_set, group=maths)
    PupilSupport.objects.create(pupil=alone, user=teacher)
    nobodys.key_worker = senco
    nobodys.save()

    def own(user):
        return {one.pupil for one in selectors.plans_of_own_pupils(acting_for(user))}

    assert own(teacher) == {in_class, in_a_set, alone}
    assert own(senco) == {nobodys}  # as key worker: who sees every child has few of their own


def test_the_own_class_takes_the_same_queries_for_one_plan_and_for_six(
    count_queries, sign_in, school, pupil, senco, teacher, group
):
    begin(pupil, senco)
    sign_in(teacher)
    url = reverse("pupils:support-list") + "?show=own"
    one = count_queries(url)
    for _ in range(5):
        begin(PupilFactory(school=school, form_group=group), senco)

    assert count_queries(url) == one
