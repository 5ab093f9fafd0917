"""The review grid: every cell saved by itself, two people lose nothing, one close for all; and review windows."""

from datetime import timedelta

import pypdfium2
import pytest
from django.urls import reverse
from django.utils import timezone

from pupils.models import Contact, PlanVoice, ReviewWindow, SupportOutcome, SupportPlan, TargetValue
from pupils.plans import selectors
from pupils.plans.refusals import SupportPlanReason, TargetReason, WindowReason
from pupils.plans.services import reviews, windows
from sendco.due.models import DueItem
from sendco.files.models import StoredFile
from sendco.files.services import open_stored
from sendco.jobs import runner
from sendco.jobs.models import Job
from staff.acting import acting_for
from tests.factories import PupilFactory

from .helping import READS, begin, refused, targets_of, write

pytestmark = pytest.mark.postgresql("locks and constraints")


@pytest.fixture
def plan(pupil, senco):
    return begin(pupil, senco)


def post_cell(client, target, field, value, was=""):
    return client.post(reverse("pupils:review-cell", args=[target.pk]), {"field": field, "value": value, "was": was})


def post_words(client, plan, field, value, was=""):
    url = reverse("pupils:review-plan-cell", args=[plan.pk])
    return client.post(url, {"field": field, "value": value, "was": was})


# --- Cells -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("field", "typed", "stands"),
    [
        ("value", "55", "55"),
        ("judgement", "partly", "partly"),
        ("comment", "Read two pages\nto the class", "Read two pages\nto the class"),
        ("unmeasured", "Was away", "Was away"),
        ("next_step", "carry", "carry"),
        ("carry_reason", "on_track", "on_track"),
    ],
)
def test_each_cell_is_saved_by_itself_and_comes_back(client, sign_in, teacher, plan, field, typed, stands):
    target = targets_of(plan)[0]
    sign_in(teacher)

    answer = post_cell(client, target, field, typed)

    assert (answer.status_code, answer.json()["stands"]) == (200, stands)
    page = client.get(reverse("pupils:support-review", args=[plan.pk])).content.decode()
    assert typed.split("\n")[0] in page


@pytest.mark.parametrize("field", ["note", "child", "parent"])
def test_the_note_and_all_voices_are_saved_alike(client, sign_in, teacher, plan, field):
    contact = Contact.objects.create(pupil=plan.pupil, name="Ada Adeyemi", has_parental_responsibility=True)
    field = f"parent-{contact.pk}" if field == "parent" else field
    sign_in(teacher)

    assert post_words(client, plan, field, "We like the cards").json()["stands"] == "We like the cards"
    assert post_words(client, plan, field, "Changed", was="We like the cards").json()["stands"] == "Changed"

    page = client.get(reverse("pupils:support-review", args=[plan.pk])).content.decode()
    assert "Changed" in page
    assert "Ada Adeyemi" not in page  # who does not see contacts meets no name
    if field != "note":
        voice = PlanVoice.objects.get(stage="review")
        assert [row.words for row in voice.history.order_by("history_id")] == ["We like the cards", "Changed"]


def test_months_are_kept_in_one_writing(plan, senco):
    target = targets_of(plan)[0]
    target.measure = "months"
    target.save()
    reviews.write_cell(target=target, field="value", typed="90", was="", by=senco)

    assert reviews.write_cell(target=target, field="value", typed="7y 8m", was="7y 6m", by=senco) == "7y 8m"


def test_two_in_different_cells_both_keep_their_work(client, sign_in, teacher, senco, plan):
    target = targets_of(plan)[0]
    sign_in(teacher)
    post_cell(client, target, "value", "55")
    sign_in(senco)
    post_cell(client, target, "comment", "Seen on Monday")

    review = target.reviews.get()
    assert (review.value.value, review.comment, review.written_by) == (55, "Seen on Monday", senco)


def test_two_in_the_same_cell_see_both(client, sign_in, teacher, senco, plan):
    target = targets_of(plan)[0]
    sign_in(teacher)
    post_cell(client, target, "comment", "The teacher's words")
    sign_in(senco)

    answer = post_cell(client, target, "comment", "The SENDCo's words", was="")

    assert (answer.status_code, answer.json()) == (409, {"theirs": "The teacher's words"})
    assert target.reviews.get().comment == "The teacher's words"
    kept = post_cell(client, target, "comment", "The SENDCo's words", was="The teacher's words")
    assert kept.json()["stands"] == "The SENDCo's words"


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("value", "much better", "is not a number"),
        ("value", "-4", "goes from"),
        ("comment", "She said dad hit me", "safeguarding lead"),
        ("unmeasured", "he was touched by his uncle", "safeguarding lead"),
    ],
)
def test_what_does_not_fit_a_cell_is_said_there(client, sign_in, teacher, plan, field, typed, words):
    sign_in(teacher)

    answer = post_cell(client, targets_of(plan)[0], field, typed)

    assert answer.status_code == 422
    assert words in answer.json()["message"]
    assert not TargetValue.objects.exists()


@pytest.mark.parametrize(("field", "typed"), [("judgement", "splendid"), ("settled_on", "2026-01-01"), ("", "x")])
def test_no_other_cell_can_be_written(client, sign_in, teacher, plan, field, typed):
    sign_in(teacher)

    assert post_cell(client, targets_of(plan)[0], field, typed).status_code == 404
    assert post_words(client, plan, "parent-999999", "x").status_code == 404
    assert post_words(client, plan, "parent-x", "x").status_code == 404
    assert post_words(client, plan, "lead", "x").status_code == 404


def test_a_parent_who_is_not_to_be_contacted_is_not_asked(client, sign_in, senco, plan):
    away = Contact.objects.create(pupil=plan.pupil, name="Dean", has_parental_responsibility=True, do_not_contact=True)
    sign_in(senco)

    assert post_words(client, plan, f"parent-{away.pk}", "x").status_code == 422
    assert f"parent-{away.pk}" not in client.get(reverse("pupils:support-review", args=[plan.pk])).content.decode()


def test_an_emptied_value_leaves_no_value(plan, senco):
    target = targets_of(plan)[0]
    write(target, senco, value="55")
    write(target, senco, value="")

    assert target.values.filter(removed_on=None).count() == 0
    assert target.values.count() == 1  # kept in the record, out of the plan


def test_a_closed_cycle_takes_no_cell(client, sign_in, senco, plan):
    target = targets_of(plan)[0]
    for one in targets_of(plan):
        write(one, senco, next_step="stop")
    reviews.close_cycle(plan=plan, by=senco, goes_on=False)
    sign_in(senco)

    answer = post_cell(client, target, "comment", "Too late")

    assert answer.status_code == 422
    assert "closed" in answer.json()["message"]


# --- One close for all -------------------------------------------------------------------------------------------
def test_all_that_are_ready_close_and_the_rest_stay(client, sign_in, school, group, senco, plan):
    other = PupilFactory(school=school, form_group=group, legal_forename="Tom", legal_surname="Frith")
    waiting = begin(other, senco)
    for target in targets_of(plan):
        write(target, senco, judgement="partly", next_step="carry", carry_reason="on_track")
    sign_in(senco)
    grid = f"{reverse('pupils:review-grid')}?group={group.pk}"

    answer = client.post(reverse("pupils:review-close"), {"plan": [plan.pk, waiting.pk], "back": grid}, follow=True)

    page = answer.content.decode()
    assert answer.redirect_chain == [(grid, 302)]
    assert "1 cycle closed, 1 begun from them." in page
    assert "Tom Frith: 2 of the targets have no next step yet" in page
    plan.refresh_from_db()
    waiting.refresh_from_db()
    assert (plan.closed_on, waiting.closed_on) == (timezone.localdate(), None)
    assert SupportPlan.objects.get(previous=plan).cycle == 2


def test_who_does_not_lead_closes_nothing(client, sign_in, teacher, senco, plan):
    for target in targets_of(plan):
        write(target, senco, next_step="stop")
    sign_in(teacher)

    client.post(reverse("pupils:review-close"), {"plan": [plan.pk]})

    plan.refresh_from_db()
    assert plan.is_open
    assert client.get(reverse("pupils:support-close", args=[plan.pk])).status_code == 403


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "/support/\\evil", "/due/"])
def test_the_way_back_stays_in_the_grid(client, sign_in, senco, back):
    sign_in(senco)

    assert client.post(reverse("pupils:review-close"), {"back": back}).url == reverse("pupils:support-list")


def test_who_leads_one_plan_closes_that_one(client, sign_in, teacher, pupil, senco):
    plan = begin(pupil, senco, lead=teacher)
    for target in targets_of(plan):
        write(target, teacher, next_step="stop")
    sign_in(teacher)

    client.post(reverse("pupils:support-close", args=[plan.pk]), {"goes_on": ""})

    plan.refresh_from_db()
    assert (plan.ending, plan.closed_by) == ("reviewed", teacher)


# --- Windows -----------------------------------------------------------------------------------------------------
@pytest.fixture
def window(school, plan, senco):
    today = timezone.localdate()
    return windows.save_window(
        window=ReviewWindow(school=school), name="Autumn", opens_on=today, due_on=today + timedelta(days=10),
        version=1, by=senco,
    )  # fmt: skip


def dates_of_window():
    return [(item.owner_id, item.met_on, item.closed_on) for item in DueItem.objects.filter(rule="window.write")]


def test_the_teacher_of_each_class_is_asked(window, group, teacher):
    row = window.classes.get()

    assert (row.group, row.owner) == (group, teacher)
    assert dates_of_window() == [(teacher.pk, None, None)]
    assert DueItem.objects.get(rule="window.write").title == f"Write the reviews of {group.name}"
    assert selectors.to_write(acting_for(teacher), timezone.localdate()) == [row]


def test_a_window_without_plans_asks_nobody(school, senco):
    today = timezone.localdate()

    refused(
        WindowReason.NO_CLASS_LEFT, windows.save_window, window=ReviewWindow(school=school), name="Empty",
        opens_on=today, due_on=today, version=1, by=senco,
    )  # fmt: skip
    assert not ReviewWindow.objects.exists()


def test_reviews_are_written_when_each_target_has_a_word(window, plan, teacher):
    row = window.classes.get()
    first, second = targets_of(plan)
    write(first, teacher, judgement="met")
    assert refused(WindowReason.REVIEWS_MISSING, windows.say_written, row=row, by=teacher).data == {"count": 1}

    write(second, teacher, comment="Not seen this term")
    windows.say_written(row=row, by=teacher)

    assert dates_of_window() == [(teacher.pk, timezone.localdate(), None)]
    refused(WindowReason.DONE, windows.say_written, row=row, by=teacher)


def test_closing_the_last_plan_of_a_class_is_writing_its_reviews(window, plan, senco, teacher):
    for target in targets_of(plan):
        write(target, senco, next_step="stop")
    reviews.close_cycle(plan=plan, by=senco, goes_on=False)

    assert dates_of_window() == [(teacher.pk, timezone.localdate(), None)]


def test_a_target_reviewed_alone_closes_no_window(window, plan, senco, teacher):
    target = targets_of(plan)[0]
    write(target, senco, judgement="met", unmeasured="Watched", next_step="done")
    reviews.settle_target(target=target, review_on=None, by=senco)

    assert dates_of_window() == [(teacher.pk, None, None)]


def test_a_window_taken_back_asks_nobody(window, senco, teacher):
    windows.remove_window(window=window, by=senco)

    assert dates_of_window() == [(teacher.pk, None, timezone.localdate())]
    assert not selectors.to_write(acting_for(teacher), timezone.localdate())


def test_another_class_teacher_opens_no_class_of_a_window(client, sign_in, window, teaching_assistant, teacher):
    url = reverse("pupils:window-class", args=[window.classes.get().pk])
    for user, status in ((teacher, 200), (teaching_assistant, 404)):
        sign_in(user)
        assert client.get(url).status_code == status


def test_a_class_in_the_window_holds_what_is_due_by_its_last_day(
    window, school, group, senco, client, sign_in, teacher
):
    late = PupilFactory(school=school, form_group=group, legal_forename="Later", legal_surname="Child")
    begin(late, senco, review_on=window.due_on + timedelta(days=40))
    sign_in(teacher)

    page = client.get(reverse("pupils:window-class", args=[window.classes.get().pk])).content.decode()

    assert "Kezia" in page
    assert "Later Child" not in page
    assert "Later Child" in client.get(f"{reverse('pupils:review-grid')}?group={group.pk}").content.decode()


def test_a_name_is_used_once(window, school, senco):
    facts = {"name": "Autumn", "opens_on": window.opens_on, "due_on": window.due_on, "version": 1, "by": senco}

    refused(WindowReason.NAME_TAKEN, windows.save_window, window=ReviewWindow(school=school), **facts)
    facts |= {"name": "Other", "due_on": window.opens_on - timedelta(days=1)}
    refused(WindowReason.DUE_BEFORE_OPENING, windows.save_window, window=ReviewWindow(school=school), **facts)


def test_the_pages_for_parents_of_a_class_are_one_file(client, sign_in, school, group, plan, pupil, senco, teacher):
    other = PupilFactory(school=school, form_group=group, legal_forename="Tom", legal_surname="Frith")
    begin(other, senco, outcome="Eats with friends")
    hidden = begin(pupil, senco, code="behaviour", is_confidential=True, outcome="A secret aim")
    sign_in(teacher)
    page = client.get(f"{reverse('pupils:review-grid')}?group={group.pk}").content.decode()
    assert reverse("pupils:review-parents") in page
    plans = [row.pk for row in SupportPlan.objects.all()]
    assert hidden.pk in plans

    answer = client.post(reverse("pupils:review-parents"), {"plan": plans, "back": "/support/grid/"})

    job = Job.objects.get(kind="pupils.support_parents")
    assert answer.url == reverse("job-detail", args=[job.pk])
    runner.run(job.pk)
    job.refresh_from_db()
    pdf = pypdfium2.PdfDocument(open_stored(StoredFile.objects.get(pk=job.result["file"])).read())
    text = " ".join(one.get_textpage().get_text_range() for one in pdf)
    assert len(pdf) == 2
    for words in ("Kezia's plan", "Tom's plan", "Reads a Year 3 page"):
        assert words in text
    assert "secret" not in text
    empty = client.post(reverse("pupils:review-parents"), {"plan": [hidden.pk], "back": "/support/grid/"})
    assert empty.url == "/support/grid/"


# --- A page of its own for one target ----------------------------------------------------------------------------
def test_one_target_is_reviewed_on_its_page(client, sign_in, senco, plan):
    target = targets_of(plan)[0]
    sign_in(senco)
    url = reverse("pupils:target-review", args=[target.pk])
    typed = {"value": "60", "judgement": "partly", "next_step": "carry", "carry_reason": ""}
    typed["seen"] = client.get(url).context["form"].initial["seen"]

    page = client.post(url, typed)
    assert page.status_code == 422
    assert "Say why it carries on" in page.content.decode()
    assert not target.reviews.exists()

    assert client.post(url, typed | {"carry_reason": "smaller"}).url == reverse("pupils:support-detail", args=[plan.pk])
    assert target.reviews.get().settled_on == timezone.localdate()


def test_a_plan_without_targets_is_not_closed_by_the_class(plan, senco):
    for target in targets_of(plan):
        write(target, senco, next_step="stop")
        reviews.settle_target(target=target, review_on=None, by=senco)

    done = reviews.close_many(plans=[plan], by=senco)

    assert [refusal.reason for _, refusal in done.left] == [SupportPlanReason.NOTHING_TO_CLOSE]


def test_missing_measures_are_marked_in_the_grid(client, sign_in, senco, pupil):
    plan = begin(pupil, senco, targets=[{"text": "Is happier"}, READS])
    sign_in(senco)

    page = client.get(reverse("pupils:support-review", args=[plan.pk])).content.decode()

    assert page.count('class="grid-unmeasured"') == 1
    target = targets_of(plan)[0]
    assert post_cell(client, target, "value", "smiles at the door").json()["stands"] == "smiles at the door"


def test_an_ended_target_takes_no_cell(plan, senco):
    target = targets_of(plan)[0]
    write(target, senco, next_step="stop")
    reviews.settle_target(target=target, review_on=None, by=senco)

    refused(TargetReason.ENDED, reviews.write_cell, target=target, field="comment", typed="x", was="", by=senco)


# --- What a stranger's eye found ---------------------------------------------------------------------------------
def test_words_that_were_looked_at_may_stay(client, sign_in, teacher, plan):
    sign_in(teacher)
    target, words = targets_of(plan)[0], "Fewer abusive words to other pupils"

    first = post_cell(client, target, "comment", words)
    assert (first.status_code, first.json()["may_stay"]) == (422, True)
    url = reverse("pupils:review-cell", args=[target.pk])
    answer = client.post(url, {"field": "comment", "value": words, "was": "", "words_checked": "1"})

    assert answer.json()["stands"] == words


def test_a_tick_without_a_value_says_what_to_do(client, sign_in, teacher, plan):
    sign_in(teacher)

    answer = post_cell(client, targets_of(plan)[0], "otherwise", "1")

    assert "Write the value first" in answer.json()["message"]


def test_the_tick_comes_back_with_each_value(client, sign_in, teacher, plan):
    sign_in(teacher)
    target = targets_of(plan)[0]
    assert post_cell(client, target, "value", "50").json()["otherwise"] == ""
    post_cell(client, target, "otherwise", "1")
    assert post_cell(client, target, "value", "55", was="50").json()["otherwise"] == "1"


def test_what_was_written_meanwhile_is_shown_before_a_target_is_settled(client, sign_in, teacher, senco, plan):
    target = targets_of(plan)[0]
    sign_in(senco)
    url = reverse("pupils:target-review", args=[target.pk])
    seen = client.get(url).context["form"].initial["seen"]
    write(target, teacher, comment="The assistant's words")
    typed = {"seen": seen, "judgement": "met", "unmeasured": "Away", "next_step": "stop", "comment": "Mine"}

    page = client.post(url, typed)

    assert page.status_code == 422
    assert "The assistant&#x27;s words" in page.content.decode()
    assert target.reviews.get().settled_on is None


def test_an_ended_target_comes_back_with_its_review(client, sign_in, senco, plan):
    target = targets_of(plan)[0]
    write(target, senco, judgement="met", unmeasured="Away", next_step="done")
    reviews.settle_target(target=target, review_on=None, by=senco)
    sign_in(senco)

    client.post(reverse("pupils:target-restore", args=[target.pk]))

    target.refresh_from_db()
    assert (target.ended_on, target.reviews.get().settled_on) == (None, None)


def test_a_confidential_plan_is_asked_of_no_class(window, pupil, senco, teacher, plan):
    own = begin(pupil, senco, code="behaviour", is_confidential=True)
    for target in targets_of(plan):
        write(target, teacher, comment="Seen")

    windows.say_written(row=window.classes.get(), by=teacher)

    assert own not in windows.plans_of(window)


def test_an_outcome_without_a_target_hides_no_unwritten_one(window, plan, senco, teacher):
    SupportOutcome.objects.create(plan=plan, number=2, text="Eats with others")

    assert windows.unwritten(window.classes.get()) == 2


def test_all_finished_is_not_said_to_go_on(client, sign_in, senco, plan):
    for target in targets_of(plan):
        write(target, senco, next_step="stop")
    sign_in(senco)

    page = client.post(reverse("pupils:review-close"), {"plan": [plan.pk]}, follow=True).content.decode()

    assert "1 cycle closed, none begun from them." in page
