"""Whole files of three invented systems, from the first byte to the register, and sent again."""

from datetime import date

import pytest

from pupils.models import Contact, Import, Pupil, PupilFlag, RegisterEntry, SearchKey
from sendco.audit.models import Event
from sendco.files.models import StoredFile

from .helping import apply, kinds, preview, sample, take_in

pytestmark = [pytest.mark.closed_process, pytest.mark.django_db, pytest.mark.postgresql("many rows written at once")]
SAMPLES = [("alpha.csv", 14), ("beta.xlsx", 12), ("gamma.xml", 12)]


@pytest.mark.parametrize(("name", "pupils"), SAMPLES)
def test_a_sample_is_previewed_and_applied(school, senco, name, pupils):
    imported = preview(school, sample(name), senco)

    assert imported.status == Import.Status.CHECK
    assert {kind: len(rows) for kind, rows in kinds(imported).items()} == {"new": pupils}
    assert Pupil.objects.count() == 0

    imported = apply(imported, senco)

    assert imported.status == Import.Status.APPLIED
    assert imported.counts["applied"]["new"] == Pupil.objects.count() == pupils
    assert RegisterEntry.objects.filter(ends_on=None).count() == pupils
    assert Pupil.history.filter(history_user=senco, history_type="+").count() == pupils
    assert Event.objects.filter(code="pupil.imported", pupil_id__isnull=False).count() >= pupils
    assert SearchKey.objects.filter(kind="n").count() == pupils


@pytest.mark.parametrize(("name", "pupils"), SAMPLES)
def test_a_sample_sent_again_changes_nothing(school, senco, name, pupils):
    take_in(school, sample(name), senco)

    again = preview(school, sample(name), senco)

    assert {kind: len(rows) for kind, rows in kinds(again).items()} == {"same": pupils}


def test_the_file_is_deleted_after_applying(school, senco):
    imported = preview(school, sample("alpha.csv"), senco)
    assert StoredFile.objects.filter(purpose="import").count() == 1

    apply(imported, senco)

    assert not StoredFile.objects.filter(purpose="import").exists()


def test_the_register_of_a_report_is_right(school, senco):
    take_in(school, sample("alpha.csv"), senco)
    renee = Pupil.objects.get(upn="D372410721005")
    kit = Pupil.objects.get(upn="W37241072507C")

    entry = renee.register_entries.get()
    assert (entry.code, entry.starts_on, entry.entered_by) == ("K", date(2025, 9, 4), senco)
    assert [need.need_type.code for need in renee.needs.all()] == ["SEMH"]
    assert set(renee.flags.values_list("kind", flat=True)) == {"fsm", "lac"}
    assert renee.form_group.name == "10T"
    assert (renee.year_group, renee.contacts.get().email) == ("10", "home5@example.org")
    assert [need.need_type.code for need in kit.needs.all()] == ["NSA"]


def test_needs_of_several_rows_keep_their_order(school, senco):
    take_in(school, sample("beta.xlsx"), senco)
    silas = Pupil.objects.get(upn="T372221020002")

    assert [(need.rank, need.need_type.code) for need in silas.needs.all()] == [(1, "ASD"), (2, "SEMH"), (3, "SLCN")]
    assert silas.joined_on == silas.enrolments.get().starts_on == date(2024, 9, 4)
    assert set(PupilFlag.objects.filter(pupil__upn="Z372221020006").values_list("kind", flat=True)) == {"pp", "carer"}


def test_a_transfer_file_brings_its_history_the_codes_from_before_2014_included(school, senco):
    school.dfe_number = "3724988"
    school.save()
    take_in(school, sample("gamma.xml"), senco)
    anselm = Pupil.objects.get(upn="L372410719101")
    pia = Pupil.objects.get(upn="D372410719104")

    stages = [(entry.code, entry.starts_on, entry.ends_on) for entry in anselm.register_entries.order_by("starts_on")]
    assert stages == [("K", date(2022, 9, 5), date(2024, 3, 10)), ("E", date(2024, 3, 11), None)]
    assert [entry.code for entry in pia.register_entries.order_by("starts_on")] == ["A", "K", "N"]
    assert Pupil.objects.get(upn="A372410719102").former_upn == "H37241071904F"
    assert Contact.objects.filter(pupil=anselm).count() == 2
    assert anselm.contacts.first().relation == "Mother"
    # The days of joining in the file are those of the school that sent it.
    assert anselm.joined_on > date(2024, 9, 4)


def test_a_transfer_file_for_another_school_is_refused(school, senco):
    school.dfe_number = "9991234"
    school.save()

    imported = preview(school, sample("gamma.xml"), senco)

    assert imported.status == Import.Status.FAILED
    assert "another school" in imported.error
    assert not StoredFile.objects.exists()
