"""The two checks find nothing in order and bite when something is not."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from pupils.models import Enrolment, GroupPlace, PupilSupport, WatchListEntry
from sendco.audit.models import Event
from sendco.due.models import DueItem
from sendco.files.models import StoredFile
from sendco.management.commands.check_tenancy import school_path, tenanted_models
from staff.models import Membership, Unit
from staff.owed import bring_up_to_date
from staff.roles import Role
from tests.factories import RegisterEntryFactory, TeachingGroupFactory

pytestmark = pytest.mark.postgresql("queries over every table")


@pytest.fixture
def watched(pupil, senco):
    entry = WatchListEntry.objects.create(
        school=pupil.school,
        pupil=pupil,
        reason="Slow to settle",
        starts_on=date(2026, 9, 7),
        look_again_on=date(2026, 12, 7),
        entered_by=senco,
    )
    bring_up_to_date(entry)
    return entry


def fails(command, capsys):
    """Run a check that has to fail; returns what it printed."""
    with pytest.raises(CommandError) as failure:
        call_command(command)
    assert failure.value.returncode == 1
    return capsys.readouterr().out


# --- Deadlines ---
def test_deadlines_that_agree_pass(watched, capsys):
    call_command("check_deadlines")

    assert "Every deadline is what the facts say." in capsys.readouterr().out


def test_moved_date_is_named(watched, capsys):
    DueItem.objects.update(due_on=date(2026, 12, 8))

    assert "due_on is 2026-12-08, should be 2026-12-07" in fails("check_deadlines", capsys)


def test_lost_row_is_named(watched, capsys):
    DueItem.objects.all().delete()

    assert f"watchlistentry {watched.pk}: watch.look_again from 2026-12-07 is missing" in fails(
        "check_deadlines", capsys
    )


def test_row_of_a_record_that_is_gone_is_named(watched, capsys):
    WatchListEntry.objects.all().delete()

    assert "belongs to a record that is gone" in fails("check_deadlines", capsys)


# --- Tenancy ---
def test_schools_that_keep_to_themselves_pass(pupil, foreign_pupil, watched, group, capsys):
    pupil.key_worker = watched.entered_by
    pupil.save()
    GroupPlace.objects.create(pupil=pupil, group=group)

    call_command("check_tenancy")

    assert "No row points from one school into another." in capsys.readouterr().out


def test_form_of_another_school_is_named(foreign_pupil, group, capsys):
    foreign_pupil.form_group = group
    foreign_pupil.save()

    assert f"pupils.Pupil {foreign_pupil.pk}" in fails("check_tenancy", capsys)


def test_register_entry_under_another_school_is_named(pupil, other_school, capsys):
    pupil.register_entries.update(school=other_school)

    printed = fails("check_tenancy", capsys)

    assert f"of school {other_school.pk}: pupil points into school {pupil.school_id}" in printed


def test_group_place_across_schools_is_named(pupil, other_school, capsys):
    GroupPlace.objects.create(pupil=pupil, group=TeachingGroupFactory(school=other_school))

    assert "pupils.GroupPlace" in fails("check_tenancy", capsys)


def test_unit_of_another_school_is_named(pupil, other_school, capsys):
    unit = Unit.objects.create(school=other_school, name="Base", kind=Unit.Kind.RESOURCED)
    Enrolment.objects.filter(pupil=pupil).update(unit=unit)

    assert "unit points into school" in fails("check_tenancy", capsys)


def test_membership_in_a_unit_of_another_school_is_named(teacher, other_school, capsys):
    unit = Unit.objects.create(school=other_school, name="Base", kind=Unit.Kind.RESOURCED)
    Membership.objects.filter(user=teacher).update(unit=unit, role=Role.PROVISION_LEAD)

    assert "staff.Membership" in fails("check_tenancy", capsys)


@pytest.mark.parametrize("model", [DueItem, StoredFile])
def test_plain_id_of_another_school_is_named(model, watched, foreign_pupil, tmp_path, capsys):
    if model is StoredFile:
        StoredFile.objects.create(
            school_id=watched.school_id,
            pupil_id=foreign_pupil.pk,
            name="a.txt",
            kind="txt",
            size=1,
            sha256="0" * 64,
            storage_path="aa/b",
            uploaded_at="2026-11-09T09:00Z",
            purpose="test",
        )
    else:
        DueItem.objects.update(pupil_id=foreign_pupil.pk)

    assert f"pupil_id points into school {foreign_pupil.school_id}" in fails("check_tenancy", capsys)


def test_event_about_a_deleted_child_is_no_breach(school, capsys):
    Event.objects.create(
        school_id=school.pk,
        pupil_id=987654,
        code="x",
        subject_type="x",
        text="x",
        happened_on="2026-11-09",
        by_name="x",
    )

    call_command("check_tenancy")


def test_stranger_who_supports_a_child_is_named(pupil, outsider, capsys):
    PupilSupport.objects.create(pupil=pupil, user=outsider)

    assert "user is somebody who never worked there" in fails("check_tenancy", capsys)


def test_somebody_who_has_left_is_no_stranger(pupil, teacher):
    Membership.objects.filter(user=teacher).update(ends_on=date(2025, 7, 1))
    PupilSupport.objects.create(pupil=pupil, user=teacher)

    call_command("check_tenancy")


def test_every_model_about_a_child_has_a_way_to_its_school(db):
    paths = {model._meta.label: school_path(model) for model in tenanted_models()}

    assert paths["pupils.Need"] == "pupil__school"
    assert paths["pupils.ConcernView"] == "concern__school"
    assert paths["staff.GroupStaff"] == "group__school"
    assert paths["due.DueItem"] == "school_id"
    assert not any(label.split(".")[1].startswith("Historical") for label in paths)
    assert RegisterEntryFactory._meta.model._meta.label in paths
