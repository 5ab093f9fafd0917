"""Equipment: who has it, when it is checked, and what became of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from pupils.duplicates.services import merge
from pupils.equipment import selectors, services
from pupils.equipment.refusals import EquipmentReason
from pupils.models import Equipment, EquipmentCheck, EquipmentLoan, RegisterEntry
from sendco.due.models import DueItem
from sendco.pages.due.items import due_for
from sendco.refusals import Refused
from staff.acting import acting_for
from staff.models import Unit
from staff.owed import all_differences
from staff.roles import Role
from tests.factories import MembershipFactory, PupilFactory
from tests.staff.test_posts import refused

pytestmark = pytest.mark.postgresql("constraints and locks")
TODAY = timezone.localdate


def values(**more):
    return {
        "name": "Hoist", "serial": "H-1", "owner": "", "bought_on": date(2024, 9, 2), "cost": Decimal("1200.50"),
        "notes": "", "outcome": "", "gone_on": None,
    } | more  # fmt: skip


def save(by, thing, **more):
    return services.save_equipment(thing=thing, values=values(**more), version=thing.version, by=by)


@pytest.fixture
def thing(school, senco):
    return save(senco, Equipment(school=school))


@pytest.fixture
def pupil(school):
    return PupilFactory(school=school, legal_forename="Mia", legal_surname="Hartley")


def lend(thing, by, pupil=None, room="", starts_on=date(2026, 11, 2)):
    return services.lend(thing=thing, pupil=pupil, room=room, starts_on=starts_on, by=by)


def check(thing, by, **more):
    facts = {"kind": "lift", "months": 6, "due_on": date(2026, 12, 1)} | more
    return services.add_check(thing=thing, by=by, **facts)


def test_one_has_it_at_a_time(thing, pupil, senco):
    loan = lend(thing, senco, pupil=pupil)

    refused(EquipmentReason.ON_LOAN, lend, thing=thing, by=senco, room="Room 4")
    services.take_back(loan=loan, ends_on=date(2026, 11, 9), by=senco)
    lend(thing, senco, room="Room 4", starts_on=date(2026, 11, 10))

    assert [(one.room, one.ends_on) for one in thing.loans.all()] == [("Room 4", None), ("", date(2026, 11, 9))]


def test_it_goes_to_a_pupil_or_a_room(thing, pupil, senco):
    refused(EquipmentReason.PUPIL_OR_ROOM, lend, thing=thing, by=senco)
    refused(EquipmentReason.PUPIL_OR_ROOM, lend, thing=thing, by=senco, pupil=pupil, room="Room 4")


def test_it_is_not_back_before_it_went(thing, pupil, senco):
    loan = lend(thing, senco, pupil=pupil)

    refused(EquipmentReason.NOT_BACK_BEFORE, services.take_back, loan=loan, ends_on=date(2026, 11, 1), by=senco)


def test_loans_do_not_overlap_and_their_end_can_be_corrected(thing, pupil, senco):
    loan = lend(thing, senco, pupil=pupil)
    refused(
        EquipmentReason.BACK_IN_FUTURE, services.take_back, loan=loan, ends_on=TODAY() + timedelta(days=1), by=senco
    )
    services.take_back(loan=loan, ends_on=date(2026, 11, 9), by=senco)
    refused(EquipmentReason.LOAN_OVERLAPS, lend, thing=thing, by=senco, room="Hall", starts_on=date(2026, 11, 8))
    lend(thing, senco, room="Hall", starts_on=date(2026, 11, 12))

    services.take_back(loan=loan, ends_on=date(2026, 11, 11), by=senco)
    refused(EquipmentReason.LOAN_OVERLAPS, services.take_back, loan=loan, ends_on=date(2026, 11, 13), by=senco)


def test_a_refusal_names_no_pupil(thing, pupil, senco):
    lend(thing, senco, pupil=pupil)

    with pytest.raises(Refused) as refusal:
        lend(thing, senco, room="Hall")
    assert "Mia" not in str(refusal.value)


def test_what_a_pupil_has_is_not_scrapped_unseen(thing, pupil, senco):
    lend(thing, senco, pupil=pupil)

    refused(EquipmentReason.ON_LOAN, save, by=senco, thing=thing, outcome="scrapped")
    thing.refresh_from_db()
    assert thing.outcome == ""


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"gone_on": date(2026, 11, 2)}, EquipmentReason.OUTCOME_MISSING),
        ({"gone_on": date(2024, 9, 1), "outcome": "sold"}, EquipmentReason.GONE_BEFORE_BOUGHT),
    ],
)
def test_what_cannot_be_is_refused(thing, senco, more, reason):
    refused(reason, save, by=senco, thing=thing, **more)


# --- Checks ---
def test_a_check_is_due_and_comes_back(thing, senco, head):
    row = check(thing, senco)
    item = DueItem.objects.get(rule="equipment.check")
    assert (item.due_on, item.title) == (date(2026, 12, 1), "Hoist and sling: Hoist")
    assert "LOLER 1998" in item.explanation
    assert due_for(acting_for(head)).filter(pk=item.pk).exists()

    following = services.check_done(check=row, done_on=date(2026, 8, 31), found="", has_failed=False, by=senco)

    assert following.due_on == date(2027, 2, 28)
    item.refresh_from_db()
    assert item.met_on == date(2026, 8, 31)
    assert not list(all_differences())


def test_what_failed_is_due_again_at_once_and_says_so(client, thing, senco):
    row = check(thing, senco)
    on = TODAY() - timedelta(days=1)

    following = services.check_done(check=row, done_on=on, found="Frayed strap", has_failed=True, by=senco)

    assert following.due_on == on
    assert selectors.failed([thing.pk]) == {thing.pk}
    client.force_login(senco)
    assert "Failed: do not use" in client.get(reverse("pupils:equipment-list")).content.decode()
    services.check_done(check=following, done_on=TODAY(), found="Strap replaced", has_failed=False, by=senco)
    assert not selectors.failed([thing.pk])


def test_a_check_that_was_noted_wrongly_is_corrected_and_the_next_with_it(client, thing, senco):
    row = check(thing, senco)
    following = services.check_done(check=row, done_on=date(2026, 8, 31), found="", has_failed=True, by=senco)
    client.force_login(senco)

    typed = {"done_on": "2026-09-01", "found": "Fine"}
    client.post(reverse("pupils:equipment-check-correct", args=[row.pk]), typed)

    following.refresh_from_db()
    assert following.due_on == date(2027, 3, 1)
    assert not selectors.failed([thing.pk])
    assert not list(all_differences())


def test_a_check_that_nobody_needs_any_more_fails_nothing(thing, senco):
    following = services.check_done(check=check(thing, senco), done_on=TODAY(), found="", has_failed=True, by=senco)

    services.end_check(check=following, by=senco)

    assert not selectors.failed([thing.pk])


def test_a_check_is_noted_once_and_never_ahead(thing, senco):
    row = check(thing, senco)

    refused(EquipmentReason.CHECK_THERE, check, thing=thing, by=senco)
    refused(
        EquipmentReason.DONE_IN_FUTURE, services.check_done,
        check=row, done_on=TODAY() + timedelta(days=1), found="", has_failed=False, by=senco,
    )  # fmt: skip
    services.check_done(check=row, done_on=TODAY(), found="", has_failed=False, by=senco)
    refused(
        EquipmentReason.DONE_ALREADY, services.check_done,
        check=row, done_on=TODAY(), found="", has_failed=False, by=senco,
    )  # fmt: skip
    assert EquipmentCheck.objects.filter(done_on=None).count() == 1


def test_what_is_gone_owes_no_check_and_is_not_lent(thing, senco):
    row = check(thing, senco)

    save(senco, thing, outcome="scrapped")

    assert DueItem.objects.get(source_id=row.pk, rule="equipment.check").closed_on == TODAY()
    thing.refresh_from_db()
    refused(EquipmentReason.GONE, lend, thing=thing, by=senco, room="Room 4")
    assert not list(all_differences())


def test_a_date_entered_wrongly_is_corrected(thing, senco):
    row = check(thing, senco)

    services.change_check(check=row, months=12, due_on=date(2027, 3, 1), by=senco)

    assert DueItem.objects.get(rule="equipment.check").due_on == date(2027, 3, 1)
    services.end_check(check=row, by=senco)
    assert DueItem.objects.get(rule="equipment.check").closed_on == TODAY()


def test_through_the_pages_and_whose_name_is_shown(client, school, thing, pupil, senco):
    unit = Unit.objects.create(school=school, name="Willow", kind="arp")
    lead = MembershipFactory(school=school, role=Role.PROVISION_LEAD, unit=unit).user
    RegisterEntry.objects.filter(pupil=pupil).update(code="K")
    client.force_login(senco)
    assert client.post(reverse("pupils:equipment-add"), {"version": 1, "name": "X", "cost": "-1"}).status_code == 422
    typed = {"pupil": pupil.pk, "starts_on": "2026-11-02"}
    assert client.post(reverse("pupils:equipment-lend", args=[thing.pk]), typed).status_code == 302
    assert pupil.name in client.get(reverse("pupils:equipment-list")).content.decode()
    assert "£1,200.50" in client.get(reverse("pupils:equipment-detail", args=[thing.pk])).content.decode()

    client.force_login(lead)
    page = client.get(reverse("pupils:equipment-list")).content.decode()
    assert pupil.name not in page
    assert "a pupil" in page


def test_a_merged_pupil_keeps_the_loan(school, thing, pupil, senco, head):
    lend(thing, senco, pupil=pupil)
    kept = PupilFactory(school=school, legal_forename="Mia", legal_surname="Hartley")

    merge(kept=kept, gone=pupil, versions=(kept.version, pupil.version), by=senco)

    assert EquipmentLoan.objects.get().pupil_id == kept.pk
