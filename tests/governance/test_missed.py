"""Why a duty was late: who may say it, when it is asked for, and that two people never overwrite each other unseen."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from governance.models import MissedDeadline
from governance.refusals import MissedReason
from governance.selectors.missed import causes, late, unexplained
from governance.services.missed import explain_late
from sendco.audit.models import Event
from sendco.drafts.models import Draft
from sendco.due.models import DueItem
from sendco.pages.due.missed import to_explain_count
from sendco.refusals import ChangedMeanwhile
from staff.roles import Role
from tests.factories import MembershipFactory
from tests.pages.test_feed import make_due
from tests.refusals import refused

pytestmark = pytest.mark.postgresql("sums by group")

SAID = {"cause": "away", "happened": "The writer was ill for a week.", "mend": "A second writer is named."}


@pytest.fixture
def today(db):
    return timezone.localdate()


@pytest.fixture
def met_late(pupil, today):
    return make_due(pupil, -10, met_on=today - timedelta(days=6))


def address(item, back="late"):
    return f"{reverse('late-explain', args=[item.pk])}?next={back}"


# --- What was late ------------------------------------------------------------------------------------------------
def test_late_is_what_ended_or_stands_after_its_date(pupil, today):
    make_due(pupil, -10, title="Met late", met_on=today - timedelta(days=9))
    make_due(pupil, -10, title="Fell away late", closed_on=today - timedelta(days=9))
    make_due(pupil, -1, title="Open late")
    make_due(pupil, 0, title="Due today")
    make_due(pupil, -10, title="On the day", met_on=today - timedelta(days=10))
    make_due(pupil, -10, title="Fell away in time", closed_on=today - timedelta(days=10))
    make_due(pupil, -10, title="Exception", exception="Away", met_on=today)
    make_due(pupil, -10, title="Replaced", closed_on=today, replaced_by="The order's date")

    found = late(DueItem.objects.all(), today).order_by("title")

    assert [item.title for item in found] == ["Fell away late", "Met late", "Open late"]


def test_asked_for_when_a_duty_of_the_school_ended_late(pupil, met_late, today, senco):
    make_due(pupil, -3, title="Still open")
    make_due(pupil, -9, title="The authority's", duty="la", met_on=today)
    make_due(pupil, -500, title="Long ago", met_on=today - timedelta(days=450))

    assert list(unexplained(DueItem.objects.all(), today)) == [met_late]
    explain_late(item=met_late, by=senco, **SAID)
    assert not unexplained(DueItem.objects.all(), today).exists()


def test_an_item_derived_again_keeps_its_explanation(met_late, today, senco):
    explain_late(item=met_late, by=senco, **SAID)
    met_late.delete()
    met_late.pk = None
    met_late.save()

    assert not unexplained(DueItem.objects.all(), today).exists()


# --- The service --------------------------------------------------------------------------------------------------
def test_explaining_is_on_record_and_has_a_history(met_late, senco, head):
    row = explain_late(item=met_late, by=senco, **SAID)
    explain_late(item=met_late, by=head, version=1, **SAID | {"cause": "waiting"})

    row.refresh_from_db()
    assert (row.cause, row.by, row.version, row.met_on) == ("waiting", head, 2, met_late.met_on)
    assert [one.cause for one in row.history.order_by("history_id")] == ["away", "waiting"]
    events = Event.objects.filter(code="due.late_explained", pupil_id=met_late.pupil_id)
    assert events.count() == 2
    assert "Somebody was ill or away" in events.first().text + events.last().text


def test_what_was_in_time_needs_no_reason(pupil, today, senco):
    for changes in ({"met_on": today - timedelta(days=10)}, {"exception": "Away"}):
        with refused(MissedReason.NOT_LATE):
            explain_late(item=make_due(pupil, -10, **changes), by=senco, **SAID)
    with refused(MissedReason.NOT_LATE):
        explain_late(item=make_due(pupil, 3), by=senco, **SAID)
    assert not MissedDeadline.objects.exists()


def test_two_people_do_not_overwrite_each_other(met_late, senco, head):
    explain_late(item=met_late, by=senco, **SAID)

    with pytest.raises(ChangedMeanwhile) as refused:
        explain_late(item=met_late, by=head, **SAID)

    assert refused.value.theirs.by == senco


def test_causes_are_numbers_of_what_is_late_still(pupil, met_late, today, senco, school):
    other = make_due(pupil, -8, met_on=today)
    gone = make_due(pupil, -8, met_on=today)
    for item, cause in ((met_late, "away"), (other, "away"), (gone, "time")):
        explain_late(item=item, by=senco, **SAID | {"cause": cause})
    gone.met_on = gone.due_on
    gone.save()

    found = causes(school_id=school.pk, first=today - timedelta(days=30), last=today, today=today)

    assert found == [("Somebody was ill or away", 2)]


# --- The pages ----------------------------------------------------------------------------------------------------
def test_list_names_the_duty_and_leads_to_the_form(client, sign_in, senco, met_late):
    sign_in(senco)

    words = client.get(reverse("late-list")).content.decode()

    assert "Review report" in words
    assert "Kezia Adeyemi" in words
    assert "Done 4 days late" in words
    assert address(met_late) in words


def test_saying_why_takes_it_off_the_list(client, sign_in, senco, acting, met_late, today):
    sign_in(senco)
    assert to_explain_count(acting(senco), today) == 1

    response = client.post(address(met_late, "compliance"), SAID)

    assert response.url == reverse("compliance")
    assert MissedDeadline.objects.get().mend == "A second writer is named."
    assert to_explain_count(acting(senco), today) == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cause": ""}, "required"),
        ({"mend": ""}, "what changes"),
        ({"cause": "other", "happened": ""}, "what happened"),
    ],
)
def test_half_an_answer_is_refused_with_what_was_typed(client, sign_in, senco, met_late, changes, words):
    sign_in(senco)

    response = client.post(address(met_late), SAID | {"happened": "Typed already"} | changes)

    assert response.status_code == 422
    assert words in response.content.decode().casefold()
    assert not MissedDeadline.objects.exists()


def test_the_authoritys_lateness_may_be_logged_without_a_mend(client, sign_in, senco, pupil, today):
    item = make_due(pupil, -9, duty="la", met_on=today)
    sign_in(senco)

    assert client.post(address(item), {"cause": "other_side", "mend": ""}).status_code == 302


def test_the_form_shows_what_was_said_and_by_whom_meanwhile(client, sign_in, senco, head, met_late):
    explain_late(item=met_late, by=head, **SAID)
    sign_in(senco)
    assert "A second writer is named." in client.get(address(met_late)).content.decode()

    response = client.post(address(met_late), SAID | {"mend": "Mine", "version": ""})

    assert response.status_code == 422
    words = response.content.decode()
    assert "Ruth Calloway saved" in words
    assert "Mine" in words
    assert client.post(address(met_late), SAID | {"mend": "Mine", "version": 1}).status_code == 302


def test_a_draft_comes_back_and_goes_with_saving(client, sign_in, senco, met_late):
    sign_in(senco)
    client.post(reverse("draft-save", args=[f"late-{met_late.pk}"]), {"mend": "Half a thou"})

    assert "Half a thou" in client.get(address(met_late)).content.decode()
    client.post(address(met_late), SAID)
    assert not Draft.objects.exists()


def test_whose_duty_it_was_may_say_why_and_no_other_teacher(client, sign_in, school, teacher, met_late, today):
    DueItem.objects.filter(pk=met_late.pk).update(owner_id=teacher.pk)
    sign_in(teacher)
    assert client.get(address(met_late)).status_code == 200
    assert "Review report" in client.get(reverse("late-list")).content.decode()

    sign_in(MembershipFactory(school=school, role=Role.TEACHER).user)
    assert client.get(address(met_late)).status_code == 404
    assert "Review report" not in client.get(reverse("late-list")).content.decode()


def test_what_is_not_late_has_no_such_page(client, sign_in, senco, pupil, foreign_pupil):
    sign_in(senco)

    assert client.get(address(make_due(pupil, 3))).status_code == 404
    assert client.get(address(make_due(foreign_pupil, -3))).status_code == 404


def test_next_is_a_name_and_never_an_address(client, sign_in, senco, met_late):
    sign_in(senco)

    assert client.post(address(met_late, "https://evil.example/"), SAID).url == reverse("due-list")
