"""Undoing: everything goes back, unless somebody built on it."""

from datetime import date

import pytest

from pupils.imports.refusals import ImportReason
from pupils.imports.services import steps as imports
from pupils.models import (
    Contact,
    Enrolment,
    Import,
    ImportChange,
    Need,
    Pupil,
    PupilFlag,
    RegisterEntry,
    SearchKey,
)
from pupils.record.services import pupils
from sendco.due.models import DueItem
from staff.models import TeachingGroup
from tests.factories import PupilFactory

from .helping import UPNS, apply, preview, sample, table, take_in, work

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql("many rows written at once")]
FACTS = (Pupil, Enrolment, RegisterEntry, Need, PupilFlag, Contact, SearchKey, DueItem, TeachingGroup)
SKIPPED = {"version", "changed_at", "id"}


@pytest.fixture
def leo(school):
    return PupilFactory(school=school, legal_forename="Leo", legal_surname="Farrant", upn=UPNS[0], year_group="4")


def facts():
    """Everything stored about pupils, apart from what counts changes."""
    return {
        model.__name__: sorted(
            str({name: value for name, value in row.items() if name not in SKIPPED}) for row in model.objects.values()
        )
        for model in FACTS
    }


def undo(imported, by):
    return work(imports.undo(imported=imported, by=by))


@pytest.mark.parametrize("name", ["alpha.csv", "beta.xlsx", "gamma.xml"])
def test_a_whole_file_is_taken_back(school, senco, name):
    before = facts()
    imported = take_in(school, sample(name), senco)

    imported = undo(imported, senco)

    assert imported.status == Import.Status.UNDONE
    assert imported.counts["undo"]["kept"] == 0
    assert facts() == before
    assert Pupil.history.filter(history_type="-", history_user=senco).exists()


def test_changes_go_back_field_by_field(school, senco, leo):
    Contact.objects.create(pupil=leo, name="Ana Farrant", phone="01632 960000")
    PupilFlag.objects.create(pupil=leo, kind="fsm", starts_on=date(2025, 9, 1))
    before = facts()
    headings = "UPN,Surname,Forename,DOB,Year,Class,SEN Status,SEN Need,FSM,EAL,Contact 1 name,Contact 1 phone"
    line = f"{UPNS[0]},Marsh,Leo,14/02/2016,5,9Z,K,SLCN,N,Y,Ana Farrant,01632 960999"
    imported = take_in(school, table(line, headings=headings), senco)
    assert facts() != before

    undo(imported, senco)

    assert facts() == before


def test_a_leaver_comes_back(school, senco, leo):
    before = facts()
    imported = preview(school, table(f"{UPNS[1]},Moss,Wren,01/03/2016,5,,N,"), senco, is_whole_school=True)
    imports.choose_all(imported=imported, kind="leaver", take=True)
    imported = apply(imported, senco, confirmed=True)
    leo.refresh_from_db()
    assert leo.left_on

    undo(imported, senco)

    assert facts() == before


def test_what_somebody_built_on_is_kept_and_listed(school, senco, leo):
    line = f"{UPNS[0]},Farrant,Leo,14/02/2016,5,,N,"
    imported = take_in(school, table(line, f"{UPNS[1]},Moss,Wren,01/03/2016,5,,N,"), senco)
    leo.refresh_from_db()
    pupils.add_flag(pupil=leo, kind="eal", starts_on=date(2026, 9, 1), by=senco)

    imported = undo(imported, senco)

    leo.refresh_from_db()
    kept = imported.changes.get(outcome=ImportChange.Outcome.KEPT)
    assert imported.counts["undo"] == {"undone": 1, "kept": 1}
    assert (kept.pupil, leo.year_group) == (leo, "5")
    assert not Pupil.objects.filter(upn=UPNS[1]).exists()


def test_a_new_pupil_with_later_work_stays(school, senco):
    imported = take_in(school, table(f"{UPNS[1]},Moss,Wren,01/03/2016,5,,N,"), senco)
    wren = Pupil.objects.get()
    # A row that no service wrote: there is no event, but the pupil must stay for it.
    PupilFlag.objects.create(pupil=wren, kind="fsm")

    imported = undo(imported, senco)

    assert imported.counts["undo"] == {"undone": 0, "kept": 1}
    assert Pupil.objects.get() == wren


def test_an_older_import_waits_for_the_newer(school, senco):
    first = take_in(school, table(f"{UPNS[1]},Moss,Wren,01/03/2016,5,,N,"), senco)
    take_in(school, table(f"{UPNS[1]},Moss,Wren,01/03/2016,6,,N,"), senco)

    undo(first, senco)

    assert Pupil.objects.get().year_group == "6"


def test_undoing_twice_changes_nothing(school, senco, leo):
    imported = take_in(school, table(f"{UPNS[0]},Farrant,Leo,14/02/2016,5,,N,"), senco)
    undo(imported, senco)

    with pytest.raises(imports.Refused) as refused:
        imports.undo(imported=imported, by=senco)
    assert refused.value.reason == ImportReason.NOT_NOW


def test_old_plans_are_emptied(school, senco, leo):
    imported = preview(school, table(f"{UPNS[0]},Farrant,Leo,14/02/2016,5,,N,"), senco)
    imported = apply(imported, senco)
    week_later = imported.applied_at + imports.UNDO_FOR * 2

    assert imports.clear_old(now=week_later) == 1

    change = imported.changes.get()
    assert (change.data, change.fields, change.undo) == ({}, [], {})
