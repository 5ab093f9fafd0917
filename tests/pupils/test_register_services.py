from datetime import date, timedelta

import pytest
from django.utils import timezone

from pupils.models import Need, NeedType, RegisterEntry, WatchListEntry
from pupils.models.register import Code
from pupils.record.services.pupils import record_leaver
from pupils.register import services as register
from pupils.register.refusals import RegisterReason, WatchReason
from pupils.register.selectors import needs_on
from sendco.audit.models import Event
from sendco.due.models import DueItem
from sendco.refusals import ChangedMeanwhile
from staff.owed import all_differences
from tests.days import from_today
from tests.factories import PupilFactory
from tests.refusals import refused

from .races import race

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql("locks and constraints")]
TODAY = timezone.localdate


def days_ago(number):
    return TODAY() - timedelta(days=number)


def needs(*codes):
    return [NeedType.objects.get(code=code, valid_to=None) for code in codes]


def change(pupil, by, code=Code.SUPPORT, on=None, types=("SPLD",), **values):
    types = needs(*types) if code != Code.NONE else []
    values = {"reason": "Reads below the class", "decided_by": "N. Rahman"} | values
    return register.change_status(pupil=pupil, code=code, starts_on=on or TODAY(), needs=types, by=by, **values)


def open_needs(pupil):
    return [(need.need_type.code, need.rank) for need in Need.objects.filter(pupil=pupil, ends_on=None)]


def last_event():
    return Event.objects.order_by("-pk").first()


# --- Status ------------------------------------------------------------------------------------------------------
def test_change_status_closes_the_entry_before_and_opens_one_with_needs(pupil, senco):
    entry = change(pupil, senco, on=days_ago(3), types=("SPLD", "SEMH"))

    before = RegisterEntry.objects.exclude(pk=entry.pk).get(pupil=pupil)
    assert (before.code, before.ends_on) == (Code.NONE, days_ago(4))
    assert (entry.code, entry.ends_on, entry.entered_by) == (Code.SUPPORT, None, senco)
    assert open_needs(pupil) == [("SPLD", 1), ("SEMH", 2)]
    event = last_event()
    assert (event.code, event.happened_on, event.by_id) == ("register.changed", days_ago(3), senco.pk)
    assert entry.history.get().history_user == senco
    assert before.history.first().history_user == senco


def test_starting_support_owes_the_telling_of_the_parent_until_it_is_noted(pupil, senco):
    entry = change(pupil, senco, on=days_ago(3))
    due = DueItem.objects.get(rule="support.tell_parent", pupil_id=pupil.pk)
    assert (due.met_on, due.closed_on) == (None, None)

    register.note_parent_told(entry=entry, told_on=days_ago(1), how="By letter", by=senco)

    due.refresh_from_db()
    assert due.met_on == days_ago(1)
    assert list(all_differences()) == []


def test_note_parent_told_refuses_the_future(pupil, senco):
    entry = change(pupil, senco)

    with refused(RegisterReason.PARENT_TOLD_IN_FUTURE):
        register.note_parent_told(entry=entry, told_on=TODAY() + timedelta(days=1), how="By letter", by=senco)


def test_a_plan_closes_what_support_owed(pupil, senco):
    change(pupil, senco, on=days_ago(9))

    change(pupil, senco, code=Code.PLAN, on=days_ago(2))

    assert DueItem.objects.get(rule="support.tell_parent").closed_on == days_ago(3)
    assert list(all_differences()) == []


def test_no_need_closes_the_needs(pupil, senco):
    change(pupil, senco, on=days_ago(9))

    change(pupil, senco, code=Code.NONE, on=days_ago(1))

    assert open_needs(pupil) == []
    assert Need.objects.get(pupil=pupil).ends_on == days_ago(2)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"on": timedelta(days=1)}, RegisterReason.STATUS_IN_FUTURE),
        ({"on": date(2015, 1, 1)}, RegisterReason.START_BEFORE_BIRTH),
        ({"on": date(2024, 9, 2)}, RegisterReason.NOT_AFTER_PRESENT_STATUS),
        ({"types": ()}, RegisterReason.NEEDS_MISSING),
        ({"types": ("SPLD", "SPLD")}, RegisterReason.NEED_REPEATED),
        ({"code": Code.PLAN, "types": ("NSA",)}, RegisterReason.NEED_ONLY_WITH_SUPPORT),
        ({"code": Code.NONE}, RegisterReason.SAME_STATUS),
    ],
)
def test_change_status_refuses_what_cannot_be(pupil, senco, values, reason):
    with refused(reason):
        change(pupil, senco, **from_today(values))

    assert RegisterEntry.objects.get(pupil=pupil).ends_on is None
    assert not Event.objects.exists()


def test_change_status_refuses_needs_without_a_need(pupil, senco):
    with refused(RegisterReason.NEEDS_WITHOUT_SEN):
        register.check_needs(Code.NONE, needs("SPLD"))


def test_change_status_refuses_a_leaver(pupil, senco):
    record_leaver(pupil=pupil, left_on=TODAY(), reason="", destination="", by=senco)

    with refused(RegisterReason.HAS_LEFT):
        change(pupil, senco)


def test_change_status_at_once_opens_one_entry(pupil, senco, tmp_path):
    outcomes = race(lambda: change(pupil, senco).code, count=5, folder=tmp_path)

    assert sorted(outcomes) == ["K", "Refused", "Refused", "Refused", "Refused"]


# --- Corrections -------------------------------------------------------------------------------------------------
def correct(entry, by, on, **values):
    return register.correct_entry(entry=entry, starts_on=on, reason="Typed wrongly", decided_by="", by=by, **values)


def test_correct_entry_moves_the_one_before_the_needs_and_the_due_date(pupil, senco):
    entry = change(pupil, senco, on=days_ago(3))
    due_before = DueItem.objects.get(rule="support.tell_parent").due_on

    correct(entry, senco, days_ago(10))

    entry.refresh_from_db()
    before = RegisterEntry.objects.exclude(pk=entry.pk).get(pupil=pupil)
    assert (entry.starts_on, before.ends_on) == (days_ago(10), days_ago(11))
    assert Need.objects.get(pupil=pupil).starts_on == days_ago(10)
    assert DueItem.objects.get(rule="support.tell_parent").due_on < due_before
    assert last_event().code == "register.corrected"
    assert entry.history.first().history_change_reason == "correction"
    assert list(all_differences()) == []


@pytest.mark.parametrize(
    ("on", "reason"),
    [
        (timedelta(days=1), RegisterReason.CORRECTED_START_IN_FUTURE),
        (date(2024, 9, 2), RegisterReason.NOT_AFTER_STATUS_BEFORE),
        (date(2015, 1, 1), RegisterReason.START_BEFORE_BIRTH),
    ],
)
def test_correct_entry_refuses_what_cannot_be(pupil, senco, on, reason):
    entry = change(pupil, senco, on=days_ago(3))

    with refused(reason):
        correct(entry, senco, from_today(on))


def test_correct_entry_reads_what_is_stored_not_what_the_page_held(pupil, senco):
    entry = change(pupil, senco, on=days_ago(9))
    held = RegisterEntry.objects.get(pk=entry.pk)
    change(pupil, senco, code=Code.PLAN, on=days_ago(5))

    with refused(RegisterReason.START_AFTER_END):
        correct(held, senco, days_ago(2))


# --- Needs -------------------------------------------------------------------------------------------------------
def test_set_needs_leaves_what_stays_and_dates_what_changes(pupil, senco):
    change(pupil, senco, on=days_ago(9), types=("SPLD", "SEMH"))

    register.set_needs(pupil=pupil, needs=needs("SPLD", "SLCN"), starts_on=days_ago(2), by=senco)

    assert open_needs(pupil) == [("SPLD", 1), ("SLCN", 2)]
    assert Need.objects.get(pupil=pupil, need_type__code="SPLD").starts_on == days_ago(9)
    assert Need.objects.get(pupil=pupil, need_type__code="SEMH").ends_on == days_ago(3)
    assert last_event().code == "register.needs_changed"


def test_set_needs_refuses_a_day_before_the_status(pupil, senco):
    change(pupil, senco, on=days_ago(3))

    with refused(RegisterReason.NEEDS_BEFORE_PRESENT_STATUS):
        register.set_needs(pupil=pupil, needs=needs("SEMH"), starts_on=days_ago(4), by=senco)


def test_needs_on_keeps_to_the_dates_of_the_code_table(db):
    row = NeedType.objects.create(
        code="OLD", name="Old", short_name="Old", area="x", valid_from=date(2010, 1, 1), valid_to=date(2014, 12, 31)
    )

    assert row in needs_on(date(2014, 12, 31))
    assert row not in needs_on(date(2015, 1, 1))


# --- The watch list ----------------------------------------------------------------------------------------------
def watch(pupil, by, again=30):
    return register.start_watching(
        pupil=pupil, reason="Slow to settle", look_again_on=TODAY() + timedelta(days=again), by=by
    )


def test_start_watching_owes_another_look(pupil, senco):
    entry = watch(pupil, senco)

    due = DueItem.objects.get(rule="watch.look_again")
    assert (due.due_on, due.owner_id) == (entry.look_again_on, senco.pk)
    assert last_event().code == "watch.started"
    assert entry.history.get().history_user == senco


def test_start_watching_refuses_twice_the_register_and_a_past_date(pupil, other_pupil, senco):
    with refused(WatchReason.LOOK_AGAIN_NOT_IN_FUTURE):
        watch(pupil, senco, again=0)
    watch(pupil, senco)
    with refused(WatchReason.WATCHED_ALREADY):
        watch(pupil, senco)
    change(other_pupil, senco)
    with refused(WatchReason.ON_REGISTER):
        watch(other_pupil, senco)


def test_start_watching_at_once_opens_one(pupil, senco, tmp_path):
    assert race(lambda: watch(pupil, senco).reason, count=4, folder=tmp_path).count("Refused") == 3


def test_starting_support_closes_the_watch(pupil, senco):
    entry = watch(pupil, senco)

    change(pupil, senco)

    entry.refresh_from_db()
    assert entry.ends_on == TODAY()
    assert DueItem.objects.get(rule="watch.look_again").met_on == TODAY()


def test_look_again_goes_on_or_ends(pupil, senco):
    entry = watch(pupil, senco)
    later = TODAY() + timedelta(days=60)

    entry = register.look_again(entry=entry, outcome="Better", look_again_on=later, version=1, by=senco)
    assert DueItem.objects.get(rule="watch.look_again", met_on=None).due_on == later
    entry = register.look_again(entry=entry, outcome="Well settled", version=2, by=senco)

    assert entry.ends_on == TODAY()
    assert list(all_differences()) == []
    with refused(WatchReason.ENDED):
        register.look_again(entry=entry, outcome="", by=senco)


def test_look_again_of_an_older_version_is_refused(pupil, senco, tmp_path):
    entry = watch(pupil, senco)
    later = TODAY() + timedelta(days=60)

    def look():
        return register.look_again(entry=entry, outcome="x", look_again_on=later, version=1, by=senco).version

    assert race(look, count=4, folder=tmp_path).count("ChangedMeanwhile") == 3
    register.look_again(entry=entry, outcome="Better", look_again_on=later, version=1, by=senco)
    with pytest.raises(ChangedMeanwhile) as meanwhile:
        look()
    assert meanwhile.value.theirs.outcome == "Better"


def test_a_leaver_closes_status_needs_and_watch(pupil, other_pupil, senco):
    change(pupil, senco, on=days_ago(3))
    watch(other_pupil, senco)

    for one in (pupil, other_pupil):
        record_leaver(pupil=one, left_on=TODAY(), reason="", destination="", by=senco)

    assert not RegisterEntry.objects.filter(ends_on=None).exists()
    assert not Need.objects.filter(ends_on=None).exists()
    assert not WatchListEntry.objects.filter(ends_on=None).exists()
    assert list(all_differences()) == []


def test_a_status_of_no_known_day_gives_way_to_one_that_is_known(school, senco):
    pupil = PupilFactory(school=school)
    RegisterEntry.objects.filter(pupil=pupil).update(starts_on=timezone.localdate(), is_start_unknown=True)
    slcn = NeedType.objects.get(code="SLCN")

    entry = register.change_status(
        pupil=pupil, code="K", needs=[slcn], starts_on=date(2024, 9, 2), reason="", decided_by="", by=senco
    )

    assert list(pupil.register_entries.values_list("pk", "code", "starts_on", "is_start_unknown")) == [
        (entry.pk, "K", date(2024, 9, 2), False)
    ]
    assert RegisterEntry.history.filter(id=entry.pk, code="N").exists()


def test_correcting_the_first_day_makes_it_known(school, senco):
    pupil = PupilFactory(school=school)
    RegisterEntry.objects.filter(pupil=pupil).update(starts_on=timezone.localdate(), is_start_unknown=True)

    register.correct_entry(
        entry=pupil.register_entries.get(), starts_on=date(2024, 9, 2), reason="", decided_by="", by=senco
    )

    assert pupil.register_entries.get().known_start == date(2024, 9, 2)
