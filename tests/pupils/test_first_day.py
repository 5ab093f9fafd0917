from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pupils.models import Concern, GroupPlace, Need, NeedType, PupilSupport, RegisterEntry, WatchListEntry
from pupils.record.refusals import FirstDayReason
from pupils.record.services import pupils as services
from pupils.record.services.enrolments import correct_first_day
from sendco.audit.models import Event
from sendco.due.models import DueItem
from staff.models import Unit
from staff.owed import all_differences
from tests.factories import TeachingGroupFactory
from tests.refusals import refused, shows

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql("constraints over dates")]
LAST_YEAR, THIS_YEAR, RIGHT = date(2024, 9, 2), date(2025, 9, 2), date(2025, 9, 4)


def address(enrolment):
    return reverse("pupils:first-day-correct", args=[enrolment.pk])


@pytest.fixture
def child(school, senco):
    """On SEN Support since the first day, which was typed as 2 September 2025."""
    child = services.add_pupil(
        school=school, joined_on=THIS_YEAR, code="K", by=senco, legal_forename="Ivo", legal_surname="Lark",
        birth_on=date(2018, 5, 6),
    )  # fmt: skip
    need = NeedType.objects.get(code="SEMH")
    Need.objects.create(pupil=child, need_type=need, rank=1, area=need.area, starts_on=THIS_YEAR)
    return child


def enrolment_of(child):
    return child.enrolments.first()


def correct(child, day, by, reason="The office typed the wrong day."):
    return correct_first_day(enrolment=enrolment_of(child), starts_on=day, reason=reason, by=by)


# --- The page ---
def test_the_day_is_corrected_with_a_reason_and_a_history(sign_in, office, child):
    enrolment = enrolment_of(child)
    form = {"starts_on": RIGHT.isoformat(), "reason": "Wrong day typed."}

    page = sign_in(office).get(address(enrolment)).content.decode()
    response = sign_in(office).post(address(enrolment), form)

    assert "Correct the first day of Ivo Lark" in page
    assert response.url == reverse("pupil-detail", args=[child.pk])
    enrolment.refresh_from_db()
    child.refresh_from_db()
    assert (enrolment.starts_on, child.joined_on) == (RIGHT, RIGHT)
    past = enrolment.history.order_by("history_id")
    assert [row.starts_on for row in past] == [THIS_YEAR, RIGHT]
    assert past.last().history_user == office
    event = Event.objects.get(code="pupil.first_day_corrected")
    assert "Wrong day typed." in event.text
    assert event.pupil_id == child.pk


def test_the_page_of_enrolments_leads_there(sign_in, office, child):
    page = sign_in(office).get(reverse("pupils:enrolment-change", args=[child.pk])).content.decode()

    assert f'href="{address(enrolment_of(child))}"' in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"starts_on": ""}, "required"),
        ({"starts_on": "31/02/2025"}, "valid date"),
        ({"starts_on": "2999-01-01"}, "cannot be after today"),
        ({"starts_on": "2001-01-01"}, FirstDayReason.BEFORE_BIRTH),
        ({"starts_on": THIS_YEAR.isoformat()}, FirstDayReason.UNCHANGED),
        ({"reason": ""}, "required"),
        ({"reason": "x" * 201}, "at most 200"),
    ],
)
def test_a_wrong_form_comes_back_with_words(sign_in, office, child, changes, words):
    form = {"starts_on": RIGHT.isoformat(), "reason": "Typed wrongly."} | changes

    response = sign_in(office).post(address(enrolment_of(child)), form)

    assert response.status_code == 422
    assert shows(response.content.decode(), words)
    assert enrolment_of(child).starts_on == THIS_YEAR


def test_who_may_and_who_may_not(sign_in, child, teacher, outsider):
    for person, status in ((teacher, 403), (outsider, 404)):
        assert sign_in(person).get(address(enrolment_of(child))).status_code == status
        assert sign_in(person).post(address(enrolment_of(child))).status_code == status


# --- What moves with it ---
@pytest.mark.parametrize("day", [LAST_YEAR, RIGHT])
def test_status_needs_and_due_dates_move_with_the_day(child, senco, day):
    before = DueItem.objects.get(rule="support.tell_parent").due_on

    correct(child, day, senco)

    assert RegisterEntry.objects.get(pupil=child).starts_on == day
    assert Need.objects.get(pupil=child).starts_on == day
    item = DueItem.objects.get(rule="support.tell_parent")
    assert item.trigger_on == day
    assert item.due_on != before
    assert list(all_differences()) == []


def test_a_status_taken_over_from_before_stays(child, senco):
    RegisterEntry.objects.filter(pupil=child).update(starts_on=date(2022, 1, 10), is_taken_over=True)

    correct(child, RIGHT, senco)

    assert RegisterEntry.objects.get(pupil=child).starts_on == date(2022, 1, 10)


def test_groups_and_support_never_begin_before_the_child(child, senco, school, teaching_assistant):
    place = GroupPlace.objects.create(pupil=child, group=TeachingGroupFactory(school=school), starts_on=THIS_YEAR)
    support = PupilSupport.objects.create(pupil=child, user=teaching_assistant, starts_on=THIS_YEAR)

    correct(child, RIGHT, senco)

    place.refresh_from_db()
    support.refresh_from_db()
    assert (place.starts_on, support.starts_on) == (RIGHT, RIGHT)
    assert place.history.count() == 2


def test_a_move_within_the_school_pulls_the_enrolment_before_along(child, senco, school):
    unit = Unit.objects.create(school=school, name="Harbour", kind="resourced")
    moved = services.change_enrolment(
        pupil=child, kind="single", unit=unit, other_school="", starts_on=date(2026, 1, 5), by=senco
    )

    correct_first_day(enrolment=moved, starts_on=date(2026, 1, 12), reason="A week later.", by=senco)

    first = child.enrolments.get(unit=None)
    assert first.ends_on == date(2026, 1, 11)
    assert RegisterEntry.objects.get(pupil=child).starts_on == THIS_YEAR
    child.refresh_from_db()
    assert child.joined_on == THIS_YEAR


def test_the_day_of_coming_back_is_not_the_joining_date(child, senco):
    services.record_leaver(pupil=child, left_on=date(2025, 12, 19), reason="Moved", destination="", by=senco)
    services.readmit(pupil=child, joined_on=date(2025, 12, 20), by=senco)

    correct(child, date(2026, 1, 5), senco)

    back, first = child.enrolments.all()
    child.refresh_from_db()
    assert (back.starts_on, first.ends_on) == (date(2026, 1, 5), date(2025, 12, 19))
    assert RegisterEntry.objects.get(pupil=child, ends_on=None).starts_on == date(2026, 1, 5)
    assert child.joined_on == THIS_YEAR
    with refused(FirstDayReason.NOT_AFTER_LEAVING):
        correct(child, date(2025, 12, 18), senco)


# --- What contradicts it ---
def test_a_later_day_is_refused_when_something_was_recorded_before(child, senco, teacher, school):
    day = RIGHT + timedelta(days=30)
    concern = Concern.objects.create(
        school=school, pupil=child, raised_by=teacher, what="Tired", parent_told="told", raised_on=RIGHT
    )
    with refused(FirstDayReason.CONCERN_RAISED_BEFORE):
        correct(child, day, senco)

    concern.delete()
    watch = WatchListEntry.objects.create(
        school=school, pupil=child, reason="x", starts_on=RIGHT, look_again_on=timezone.localdate()
    )
    with refused(FirstDayReason.MONITORING_BEGAN_BEFORE):
        correct(child, day, senco)

    watch.delete()
    GroupPlace.objects.create(
        pupil=child, group=TeachingGroupFactory(school=school), starts_on=THIS_YEAR, ends_on=RIGHT
    )
    with refused(FirstDayReason.PLACE_ENDED_BEFORE):
        correct(child, day, senco)

    assert enrolment_of(child).starts_on == THIS_YEAR
    assert RegisterEntry.objects.get(pupil=child).starts_on == THIS_YEAR


def test_a_later_day_is_refused_when_another_status_began_before(child, senco):
    RegisterEntry.objects.filter(pupil=child).update(ends_on=date(2025, 10, 1))
    RegisterEntry.objects.create(school=child.school, pupil=child, code="N", starts_on=date(2025, 10, 2))

    with refused(FirstDayReason.STATUS_BEGAN_BEFORE, status="No special educational need"):
        correct(child, date(2025, 10, 20), senco)
    with refused(FirstDayReason.FIRST_STATUS_ENDED_BEFORE):
        correct(child, date(2025, 10, 2), senco)


def test_a_day_after_leaving_is_refused(child, senco):
    services.record_leaver(pupil=child, left_on=date(2025, 12, 19), reason="Moved", destination="", by=senco)

    with refused(FirstDayReason.AFTER_END):
        correct(child, date(2026, 1, 5), senco)


def test_a_move_cannot_begin_before_the_enrolment_it_follows(child, senco, school):
    moved = services.change_enrolment(
        pupil=child, kind="main", unit=None, other_school="Elsewhere", starts_on=date(2026, 1, 5), by=senco
    )

    with refused(FirstDayReason.NOT_AFTER_ENROLMENT_BEFORE):
        correct_first_day(enrolment=moved, starts_on=THIS_YEAR, reason="Earlier.", by=senco)
