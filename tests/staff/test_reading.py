"""Read and acknowledged: of which text, by whom, who is asked again, and who has not."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sendco.due.models import DueItem
from sendco.jobs import runner
from sendco.jobs.models import Job
from sendco.refusals import ChangedMeanwhile
from staff.acting import acting_for
from staff.models import Briefing, Post, Reading
from staff.owed import all_differences
from staff.posts.services import save_post
from staff.reading import selectors, services
from staff.reading.cards import FIRST
from staff.reading.refusals import BriefingReason
from tests.staff.test_posts import refused

from .adults import adult

pytestmark = pytest.mark.postgresql("constraints and locks")
TODAY = timezone.localdate


def values(**more):
    return {
        "kind": "policy", "title": "Lunch duty", "stage": "", "applies_from": None, "text": "Be there at twelve.",
        "what_we_do": "", "source": "", "groups": [],
    } | more  # fmt: skip


@pytest.fixture
def briefing(school, head):
    return services.save_briefing(briefing=Briefing(school=school), values=values(), version=1, by=head)


@pytest.fixture
def adults(school, senco, teaching_assistant, teacher):
    return {
        "senco": adult(school, user=senco, staff_group="leader"),
        "assistant": adult(school, user=teaching_assistant),
        "teacher": adult(school, user=teacher, staff_group="teacher"),
    }


def save(briefing, by, *, is_minor=False, **more):
    briefing.refresh_from_db()
    return services.save_briefing(
        briefing=briefing, values=values(**more), version=briefing.version, is_minor=is_minor, by=by
    )


def read(briefing, member, edition=1):
    return services.confirm_read(briefing=briefing, edition=edition, member=member, by=member.user)


def names(rows):
    return [row.member.name for row in rows]


def test_everybody_it_is_for_is_asked_within_two_weeks(briefing, adults, head, teaching_assistant):
    assert services.ask_everybody(briefing=briefing, by=head) == 3

    item = DueItem.objects.get(rule="reading.read", owner_id=teaching_assistant.pk)
    assert item.due_on == TODAY() + timedelta(days=14)
    assert item.title == "To read: Lunch duty"
    assert item.is_personal
    assert [row.briefing for row in selectors.to_read(acting_for(teaching_assistant))] == [briefing]
    assert not list(all_differences())


def test_a_card_for_assistants_asks_no_teacher(briefing, adults, head):
    save(briefing, head, groups=["support"])

    services.ask_everybody(briefing=briefing, by=head)

    assert names(Reading.objects.all()) == [adults["assistant"].name]


def test_a_card_for_nobody_says_so(briefing, adults, head):
    save(briefing, head, groups=["specialist"])

    refused(BriefingReason.NOBODY, services.ask_everybody, briefing=briefing, by=head)
    briefing.refresh_from_db()
    assert briefing.asked_on is None


def test_who_read_the_first_text_is_asked_again_for_the_second(briefing, adults, head):
    services.ask_everybody(briefing=briefing, by=head)
    for member in adults.values():
        read(briefing, member)
    assert len(selectors.readers_of(briefing).read) == 3

    saved = save(briefing, head, text="Be there at half past eleven.")

    found = selectors.readers_of(saved)
    assert (len(found.read), len(found.older), len(found.none)) == (0, 3, 0)
    assert DueItem.objects.filter(rule="reading.read", met_on=None).count() == 3
    assert not list(all_differences())


def test_a_slip_of_the_pen_asks_nobody_again(briefing, adults, head):
    services.ask_everybody(briefing=briefing, by=head)
    read(briefing, adults["teacher"])

    saved = save(briefing, head, is_minor=True, text="Be there at 12.")

    assert saved.edition == 1
    assert names(selectors.readers_of(saved).read) == [adults["teacher"].name]


def test_a_text_that_changed_under_the_reader_is_not_confirmed(briefing, adults, head):
    services.ask_everybody(briefing=briefing, by=head)
    save(briefing, head, text="Another text.")

    refused(
        BriefingReason.CHANGED, services.confirm_read,
        briefing=briefing, edition=1, member=adults["teacher"], by=adults["teacher"].user,
    )  # fmt: skip
    assert not Reading.objects.exclude(read_on=None).exists()


def test_nobody_reads_for_another(briefing, adults, head, teacher):
    refused(
        BriefingReason.NOT_ASKED, services.confirm_read,
        briefing=briefing, edition=1, member=adults["assistant"], by=teacher,
    )  # fmt: skip


def test_a_new_colleague_is_asked_two_weeks_from_the_first_day(school, briefing, adults, head):
    services.ask_everybody(briefing=briefing, by=head)
    newcomer = adult(school, "New Colleague", starts_on=TODAY() + timedelta(days=30))
    post = newcomer.posts.get()
    post.delete()
    starts_on = TODAY() + timedelta(days=30)

    save_post(
        post=Post(member=newcomer),
        values={"title": "Teacher", "staff_group": "teacher", "hours_a_week": 30, "starts_on": starts_on},
        version=1,
        by=head,
    )

    assert newcomer.readings.get().due_on == starts_on + timedelta(days=14)


def test_a_leaver_owes_nothing_any_more(briefing, adults, head):
    services.ask_everybody(briefing=briefing, by=head)
    post = adults["teacher"].posts.get()
    kept = {name: getattr(post, name) for name in ("title", "staff_group", "hours_a_week", "starts_on")}

    save_post(post=post, values=kept | {"ends_on": TODAY() - timedelta(days=1)}, version=post.version, by=head)

    assert adults["teacher"].readings.get().closed_on == TODAY()
    assert len(selectors.readers_of(briefing).none) == 2
    assert not list(all_differences())


def test_what_was_put_away_is_owed_by_nobody_and_comes_back(briefing, adults, head, teacher):
    services.ask_everybody(briefing=briefing, by=head)
    read(briefing, adults["senco"])
    services.put_away(briefing=briefing, by=head)

    assert not DueItem.objects.filter(rule="reading.read", met_on=None, closed_on=None).exists()
    assert not selectors.to_read(acting_for(teacher)).exists()
    assert not Briefing.objects.visible_to(acting_for(teacher)).exists()
    refused(BriefingReason.ARCHIVED, services.ask_everybody, briefing=briefing, by=head)

    services.take_out(briefing=briefing, by=head)
    assert selectors.to_read(acting_for(teacher)).count() == 1
    assert names(selectors.readers_of(briefing).read) == [adults["senco"].name]
    assert not list(all_differences())


def test_a_change_of_the_law_says_how_far_it_is(school, head):
    refused(
        BriefingReason.STAGE_MISSING, services.save_briefing,
        briefing=Briefing(school=school), values=values(kind="law"), version=1, by=head,
    )  # fmt: skip
    saved = services.save_briefing(
        briefing=Briefing(school=school), values=values(kind="note", stage="act"), version=1, by=head
    )
    assert saved.stage == ""


def test_two_at_once_see_both_texts(briefing, head):
    with pytest.raises(ChangedMeanwhile):
        services.save_briefing(briefing=briefing, values=values(title="Other"), version=7, by=head)


def test_who_is_not_asked_confirms_nothing(client, briefing, adults, head, teacher):
    save(briefing, head, groups=["support"])
    services.ask_everybody(briefing=briefing, by=head)
    client.force_login(teacher)

    assert "I have read this" not in client.get(reverse("staff:briefing-detail", args=[briefing.pk])).content.decode()
    refused(
        BriefingReason.NOT_ASKED, services.confirm_read,
        briefing=briefing, edition=1, member=adults["teacher"], by=teacher,
    )  # fmt: skip
    assert selectors.briefings_for_list(acting_for(head)).get().asked == 1


def test_somebody_without_an_account_is_noted(client, school, briefing, adults, head):
    paper = adult(school, "On Paper")
    services.ask_everybody(briefing=briefing, by=head)
    row = paper.readings.get()
    client.force_login(head)

    client.post(reverse("staff:reading-note", args=[row.pk]))

    assert names(selectors.readers_of(briefing).read) == ["On Paper"]
    other = adults["teacher"].readings.get()
    assert client.get(reverse("staff:reading-note", args=[other.pk])).status_code == 404
    refused(BriefingReason.SAYS_SO, services.note_read, reading=other, by=head)


# --- What a school begins with ---
def test_the_first_cards_fit_the_model_and_come_once(school, head):
    assert services.ensure_first(school, by=head) == len(FIRST)
    assert services.ensure_first(school, by=head) == 0

    for row in Briefing.objects.all():
        row.full_clean()
        assert row.asked_on is None
        assert (row.kind == "law") == bool(row.stage)


def test_no_proposal_is_called_law():
    proposed = [one for one in FIRST if one.get("stage") == "proposal"]

    assert {one["title"] for one in proposed} == {
        "White paper: Every Child Achieving and Thriving", "Education for All Bill",
    }  # fmt: skip
    assert all("law" in one["text"] for one in proposed)


# --- Pages ---
def test_written_asked_and_read_through_the_pages(client, school, adults, head, teacher):
    client.force_login(head)
    typed = {"version": 1, "kind": "law", "title": "New rule", "stage": "", "text": "It says this.", "groups": []}
    refused_page = client.post(reverse("staff:briefing-add"), typed)
    assert refused_page.status_code == 422
    assert "Say how far this change" in refused_page.content.decode()
    client.post(reverse("staff:briefing-add"), typed | {"stage": "in_force"})
    row = Briefing.objects.get()
    client.post(reverse("staff:briefing-ask", args=[row.pk]))

    client.force_login(teacher)
    assert "New rule" in client.get(reverse("staff:briefing-list")).content.decode()
    reading = adults["teacher"].readings.get()
    assert client.get(reverse("staff:reading-open", args=[reading.pk])).url == reverse(
        "staff:briefing-detail", args=[row.pk]
    )
    page = client.get(reverse("staff:briefing-detail", args=[row.pk])).content.decode()
    assert "I have read this" in page
    assert "Who has read it" not in page
    assert client.post(reverse("staff:briefing-detail", args=[row.pk]), {"edition": 1}).status_code == 302

    client.force_login(head)
    page = client.get(reverse("staff:briefing-detail", args=[row.pk])).content.decode()
    assert f"{teacher.name} (" in page


def test_a_number_that_is_none_is_no_fault(client, briefing, adults, teacher):
    client.force_login(teacher)

    for edition in ("", "x", "99999999999999999999", "-1"):
        response = client.post(reverse("staff:briefing-detail", args=[briefing.pk]), {"edition": edition})
        assert response.status_code == 422


def test_the_pdf_holds_the_text(client, briefing, head):
    client.force_login(head)
    client.post(reverse("staff:briefing-pdf", args=[briefing.pk]))
    job = Job.objects.get(kind="staff.briefing_pdf")

    runner.run(job.pk)

    job.refresh_from_db()
    assert job.message == "Lunch duty is ready."
