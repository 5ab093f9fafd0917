"""Previews that an earlier release made, with sentences for notes: shown, applied and undone all the same."""

from datetime import date

import pytest

from pupils.imports.notes import NoteCode
from pupils.imports.selectors.known import known_pupils
from pupils.imports.services import steps as imports
from pupils.models import Contact, Import, ImportChange, Pupil, PupilFlag
from tests.factories import PupilFactory

from .helping import UPNS, apply, work

pytestmark = pytest.mark.django_db
NEW = {
    "upn": UPNS[1], "legal_surname": "Moss", "legal_forename": "Wren", "birth_on": "2016-03-01", "year_group": "5",
    "joined_on": "2024-09-02", "enrolment_type": "main", "code": "K", "needs": ["SLCN"], "sen_start": "2025-09-01",
    "past": [["N", "2024-09-02", "2025-08-31"]], "flags": ["fsm"], "group": "5A", "group_is_new": True,
    "key_worker": None, "summary": "Year 5, 5A", "status": "SEN Support from Mon 1 Sep 2025: SLCN",
    "contacts": [
        {"priority": 1, "name": "Ana Moss", "relation": "Mother", "email": None, "phone": "01632 960001",
         "address": None, "postcode": None, "responsibility": True},
    ],
}  # fmt: skip
LINE = {
    "key": "year_group", "label": "Year taught in", "ours": "Empty", "theirs": "Year 5", "value": "5", "chosen": True,
    "locked": False, "note": "A sentence of an earlier release.", "confidential": False,
}  # fmt: skip


@pytest.fixture
def leo(school):
    return PupilFactory(school=school, legal_forename="Leo", legal_surname="Farrant", upn=UPNS[0], year_group="")


@pytest.fixture
def imported(school, senco, leo):
    """A preview with a new pupil, a changed one and a note about the file, as they used to be stored."""
    imported = Import.objects.create(
        school=school, file_name="pupils.csv", started_by=senco, status=Import.Status.CHECK, kind="csv",
        notes=["Columns are separated by tabs."], counts={"rows": 2},
    )  # fmt: skip
    seen = known_pupils(school)[leo.pk].as_seen()
    make = ImportChange.objects.create
    make(owner=imported, kind="new", row_number=2, label="Wren Moss", data={"row": NEW}, reasons=["A note on Wren."])
    make(owner=imported, kind="changed", row_number=3, pupil=leo, label=leo.name, data={"seen": seen}, fields=[LINE])
    return imported


def test_an_earlier_preview_is_shown(sign_in, senco, imported):
    client = sign_in(senco)

    changed = client.get(f"{imported.get_absolute_url()}?tab=changed").content.decode()
    new = client.get(f"{imported.get_absolute_url()}?tab=new").content.decode()

    assert "A sentence of an earlier release." in changed
    assert "Columns are separated by tabs." in changed
    assert "A note on Wren." in new
    assert "SEN Support from Mon 1 Sep 2025" in new


def test_an_earlier_preview_is_applied(senco, imported, leo):
    apply(imported, senco)

    leo.refresh_from_db()
    wren = Pupil.objects.get(upn=UPNS[1])
    stages = [(entry.code, entry.starts_on) for entry in wren.register_entries.order_by("starts_on")]
    assert leo.year_group == "5"
    assert (wren.form_group.name, wren.birth_on, wren.enrolments.get().kind) == ("5A", date(2016, 3, 1), "main")
    assert stages == [("N", date(2024, 9, 2)), ("K", date(2025, 9, 1))]
    assert PupilFlag.objects.get(pupil=wren).kind == "fsm"
    assert Contact.objects.get(pupil=wren).has_parental_responsibility


def test_an_earlier_import_is_undone(senco, imported, leo):
    imported = apply(imported, senco)

    imported = work(imports.undo(imported=imported, by=senco))

    assert imported.counts["undo"] == {"undone": 2, "kept": 0}
    assert list(Pupil.objects.all()) == [leo]


def test_why_a_row_was_left_out_is_shown_as_it_was_kept(sign_in, senco, imported):
    imported.changes.filter(kind="new").update(outcome="skipped", outcome_reason="A sentence kept with the row.")
    imported.changes.filter(kind="changed").update(outcome="skipped", outcome_reason=NoteCode.MOVED_ON.value)
    Import.objects.update(status=Import.Status.STOPPED)

    page = sign_in(senco).get(imported.get_absolute_url()).content.decode()

    assert "A sentence kept with the row." in page
    assert "Somebody changed this pupil after the preview was made" in page
