"""Undoing: everything goes back, unless somebody built on it."""

from datetime import date

import pytest
from django.utils import timezone

from pupils.imports.refusals import ImportReason
from pupils.imports.selectors.previews import where_it_stands
from pupils.imports.services import steps as imports
from pupils.imports.services import undoing
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
from sendco.jobs.models import Job, Status
from sendco.jobs.runner import run
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


# --- In parts ----------------------------------------------------------------------------------------------------
@pytest.fixture
def one_by_one(monkeypatch):
    """Every pupil is a part of its own."""
    monkeypatch.setattr(undoing, "PART", 1)
    monkeypatch.setattr(undoing, "OTHERS_FIRST", 0)


def interrupted(monkeypatch, after):
    """The worker dies when so many parts are written."""
    run = undoing._Undo.run
    parts = []

    def dies(part):
        if len(parts) == after:
            raise KeyboardInterrupt
        parts.append(part)
        return run(part)

    monkeypatch.setattr(undoing._Undo, "run", dies)


def test_what_a_dead_worker_left_is_put_back_by_the_next(school, senco, one_by_one, monkeypatch):
    before = facts()
    imported = take_in(school, sample("alpha.csv"), senco)
    added = Pupil.objects.count()
    imported = imports.undo(imported=imported, by=senco)
    with monkeypatch.context() as dying:
        interrupted(dying, after=3)
        with pytest.raises(KeyboardInterrupt):
            run(imported.job_id)
    assert Pupil.objects.count() == added - 3
    Job.objects.filter(pk=imported.job_id).update(status=Status.QUEUED)

    imported = work(imported)

    assert imported.status == Import.Status.UNDONE
    assert imported.counts["undo"] == {"undone": added, "kept": 0}
    assert facts() == before


def test_nobody_stops_it_between_two_parts(school, senco, one_by_one, monkeypatch):
    before = facts()
    imported = imports.undo(imported=take_in(school, sample("alpha.csv"), senco), by=senco)
    run_part = undoing._Undo.run

    def stopped_meanwhile(part):
        run_part(part)
        Job.objects.filter(pk=imported.job_id).update(cancel_asked=True)

    monkeypatch.setattr(undoing._Undo, "run", stopped_meanwhile)

    assert work(imported).status == Import.Status.UNDONE
    assert facts() == before


def test_it_is_stopped_before_the_first(school, senco, one_by_one):
    imported = take_in(school, sample("alpha.csv"), senco)
    after = facts()
    imported = imports.undo(imported=imported, by=senco)
    Job.objects.filter(pk=imported.job_id).update(cancel_asked=True)

    run(imported.job_id)

    assert facts() == after
    assert where_it_stands(imported) == Import.Status.APPLIED
    assert work(imports.undo(imported=imported, by=senco)).status == Import.Status.UNDONE


def test_two_who_exchanged_their_numbers_go_back_together(school, senco, one_by_one):
    births = {"year_group": "5", "birth_on": date(2016, 2, 14)}
    one = PupilFactory(school=school, legal_forename="Leo", legal_surname="Farrant", upn=UPNS[0], **births)
    two = PupilFactory(school=school, legal_forename="Mia", legal_surname="Orme", upn=UPNS[1], **births)
    lines = [f"{UPNS[1]},Farrant,Leo,14/02/2016,5,,N,", f"{UPNS[0]},Orme,Mia,14/02/2016,5,,N,"]
    imported = preview(school, table(*lines), senco)
    for change in imported.changes.filter(kind="compare"):
        right = one if change.label == "Leo Farrant" else two
        imports.compare(imported=imported, change=change, answer="same", pupil_id=right.pk)
    imported = apply(imported, senco, confirmed=True)
    one.refresh_from_db()
    assert one.upn == UPNS[1]

    undo(imported, senco)

    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.upn, two.upn) == (UPNS[0], UPNS[1])


def test_pupil_on_whom_somebody_works_meanwhile_is_kept(school, senco, one_by_one, monkeypatch):
    imported = imports.undo(imported=take_in(school, sample("alpha.csv"), senco), by=senco)
    last = imported.changes.order_by("pk").last().pupil
    run_part = undoing._Undo.run

    def works_meanwhile(part):
        run_part(part)
        if not last.flags.exists():
            pupils.add_flag(pupil=last, kind="fsm", starts_on=timezone.localdate(), by=senco)

    monkeypatch.setattr(undoing._Undo, "run", works_meanwhile)

    imported = work(imported)

    assert imported.counts["undo"]["kept"] == 1
    assert Pupil.objects.get() == last
