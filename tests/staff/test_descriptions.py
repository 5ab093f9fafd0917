"""Job descriptions that both agree to each year, and probation that somebody remembers."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sendco.due.models import DueItem
from sendco.pages.due.items import due_for
from sendco.refusals import ChangedMeanwhile
from staff.acting import acting_for
from staff.descriptions import services
from staff.descriptions.refusals import DescriptionReason
from staff.models import JobDescription
from staff.owed import all_differences
from staff.posts.services import save_post, set_line
from tests.staff.test_posts import refused

from .adults import adult

pytestmark = pytest.mark.postgresql("locks")
TODAY = timezone.localdate


@pytest.fixture
def pair(school, senco, teaching_assistant):
    manager = adult(school, user=senco)
    return manager, adult(school, user=teaching_assistant, manager=manager)


@pytest.fixture
def post(pair):
    return pair[1].posts.get()


def write(post, by, text="Works with a small group.", number=0):
    return services.write(post=post, text=text, number=number, by=by)


def owed(rule):
    return [(item.owner_id, item.due_on) for item in DueItem.objects.filter(rule=rule, met_on=None, closed_on=None)]


def test_both_are_asked_to_agree_and_again_a_year_after(post, senco, teaching_assistant):
    row = write(post, senco)
    in_two_weeks = TODAY() + timedelta(days=14)
    assert owed("description.agree") == [(teaching_assistant.pk, in_two_weeks)]
    assert owed("description.agree_line") == [(senco.pk, in_two_weeks)]

    services.agree(description=row, by=teaching_assistant)
    row = services.agree(description=row, by=senco)

    assert row.reviewed_on == TODAY()
    assert not owed("description.agree")
    ((owner, due_on),) = owed("description.review")
    assert (owner, due_on.year - TODAY().year) == (teaching_assistant.pk, 1)
    assert [owner for owner, _ in owed("description.review_line")] == [senco.pk]
    assert not list(all_differences())


def test_other_words_ask_both_again_and_keep_the_earlier_text(post, senco, teaching_assistant):
    first = write(post, senco)
    services.agree(description=first, by=teaching_assistant)

    second = write(post, senco, "Works with two small groups.", number=1)

    first.refresh_from_db()
    assert (first.superseded_on, first.member_agreed_on) == (TODAY(), TODAY())
    assert second.reviewed_on is None
    assert owed("description.review") == []
    assert [owner for owner, _ in owed("description.agree")] == [teaching_assistant.pk]
    refused(DescriptionReason.CHANGED, services.agree, description=first, by=senco)


def test_the_same_words_are_no_new_text(post, senco):
    write(post, senco)

    assert write(post, senco, number=1).number == 1


def test_two_who_write_at_once_lose_nothing(post, senco, head):
    write(post, senco)

    with pytest.raises(ChangedMeanwhile):
        write(post, head, "Mine", number=0)


def test_a_colleague_neither_reads_nor_agrees(client, post, senco, teacher, school):
    adult(school, user=teacher)
    row = write(post, senco)
    client.force_login(teacher)

    refused(DescriptionReason.NOT_THE_TWO, services.agree, description=row, by=teacher)
    assert client.get(reverse("staff:description", args=[post.pk])).status_code == 404
    assert client.get(reverse("staff:description-agree", args=[row.pk])).status_code == 404


def test_nobody_writes_their_own(client, post, teaching_assistant):
    client.force_login(teaching_assistant)

    assert client.get(reverse("staff:description", args=[post.pk])).status_code == 200
    assert client.get(reverse("staff:description-write", args=[post.pk])).status_code == 404


def test_a_new_manager_is_asked_in_place_of_the_old_one(school, pair, post, senco, teacher, head):
    write(post, senco)
    later = adult(school, user=teacher)

    set_line(member=pair[1], manager=later, starts_on=TODAY(), by=head)

    assert [owner for owner, _ in owed("description.agree_line")] == [teacher.pk]


def test_through_the_pages(client, post, senco, teaching_assistant):
    client.force_login(senco)
    typed = {"number": 0, "text": "Leads the reading group."}
    assert client.post(reverse("staff:description-write", args=[post.pk]), typed).status_code == 302
    row = JobDescription.objects.get()
    client.post(reverse("staff:description-agree", args=[row.pk]))

    client.force_login(teaching_assistant)
    page = client.get(reverse("staff:description", args=[post.pk])).content.decode()
    assert "Leads the reading group." in page
    assert "Not agreed yet" in page
    client.post(reverse("staff:description-agree", args=[row.pk]))
    row.refresh_from_db()
    assert row.reviewed_on == TODAY()


def test_what_somebody_typed_stands_beside_what_another_wrote(client, post, senco, head):
    write(post, senco, "The first text.")
    client.force_login(head)

    page = client.post(reverse("staff:description-write", args=[post.pk]), {"number": 0, "text": "What I typed."})

    assert page.status_code == 422
    assert "What I typed." in page.content.decode()
    assert "The first text." in page.content.decode()
    sent = dict(re.findall(r'name="(number|form_token)" value="([^"]*)"', page.content.decode()))
    assert sent["number"] == "1"
    typed = sent | {"text": "Both together."}
    assert client.post(reverse("staff:description-write", args=[post.pk]), typed).status_code == 302
    assert services.current_of(post).text == "Both together."


# --- Probation ---
def test_the_end_of_probation_is_the_line_managers_until_it_was_passed(pair, post, senco, teaching_assistant, head):
    kept = {name: getattr(post, name) for name in ("title", "staff_group", "hours_a_week", "starts_on")}
    ends = TODAY() + timedelta(days=10)

    saved = save_post(post=post, values=kept | {"probation_ends_on": ends}, version=post.version, by=head)

    assert due_for(acting_for(senco)).get(rule="post.probation").due_on == ends
    assert not due_for(acting_for(teaching_assistant)).filter(rule="post.probation").exists()
    save_post(
        post=saved,
        values=kept | {"probation_ends_on": ends, "probation_passed_on": date(2026, 11, 2)},
        version=saved.version,
        by=head,
    )
    assert not due_for(acting_for(senco)).filter(rule="post.probation").exists()
    assert not list(all_differences())
