from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from pupils import search
from pupils.duplicates import services as merges
from pupils.duplicates.refusals import MergeReason, UndoReason
from pupils.duplicates.selectors import CHOOSABLE
from pupils.duplicates.services import ONE_EACH, ONE_OPEN, WHOLE, merge, undo
from pupils.merging import MOVED
from pupils.models import (
    Assessment,
    Concern,
    ConcernView,
    Contact,
    Document,
    Enrolment,
    GroupPlace,
    Letter,
    Merge,
    Need,
    NeedType,
    Profile,
    Pupil,
    PupilFlag,
    PupilSupport,
    RegisterEntry,
    WatchListEntry,
)
from pupils.register import services as registers
from sendco.audit.models import Event, Read
from sendco.due.models import DueItem
from sendco.files.models import StoredFile
from sendco.refusals import ChangedMeanwhile
from staff.owed import all_differences, bring_up_to_date
from tests.factories import PupilFactory, TeachingGroupFactory
from tests.refusals import refused, shows

from .races import race

pytestmark = pytest.mark.postgresql("locks, constraints and raw SQL")

UPN, OTHER_UPN, OLD_UPN = "X373400126001", "Z886321627014", "Q301407624219"
JOINED = date(2024, 9, 2)


@pytest.fixture
def kept(school):
    return PupilFactory(school=school, legal_forename="Kezia", legal_surname="Adeyemi", upn=UPN)


@pytest.fixture
def gone(school):
    return PupilFactory(
        school=school, legal_forename="Kezia", legal_surname="Adeyemi-Clarke", upn=OTHER_UPN, joined_on=date(2025, 1, 6)
    )


def need_type(code):
    return NeedType.objects.get(code=code)


def do(kept, gone, by, **more):
    kept.refresh_from_db()
    gone.refresh_from_db()
    return merge(kept=kept, gone=gone, versions=(kept.version, gone.version), by=by, **more)


def on_support(pupil, by, starts_on, *codes):
    return registers.change_status(
        pupil=pupil,
        code="K",
        starts_on=starts_on,
        reason="Reading",
        decided_by="N. Rahman",
        by=by,
        needs=[need_type(code) for code in codes or ("SPLD",)],
    )


def fill(pupil, user, school):
    """One row of everything that hangs on a pupil besides register and enrolment."""
    contact = Contact.objects.create(pupil=pupil, name="Dana Cole", phone="01632 960001")
    concern = Concern.objects.create(school=school, pupil=pupil, raised_by=user, what="Letters", parent_told="told")
    view = ConcernView.objects.create(concern=concern, asked_of=user, asked_by=user)
    watch = WatchListEntry.objects.create(school=school, pupil=pupil, reason="Reading", look_again_on=date(2027, 6, 1))
    for row in (concern, view, watch):
        bring_up_to_date(row)
    stored = StoredFile.objects.create(
        school_id=school.pk,
        pupil_id=pupil.pk,
        name="report.pdf",
        kind="pdf",
        size=1,
        sha256="0" * 64,
        storage_path=f"a/{pupil.pk}",
        uploaded_at=timezone.now(),
        purpose="document",
    )
    Document.objects.create(pupil=pupil, title="Report", kind="report", dated_on=JOINED, file_id=stored.pk)
    Assessment.objects.create(
        pupil=pupil, test="Reading", taken_on=JOINED, scale="standard", score=90, assessed_by="N. Rahman"
    )
    Letter.objects.create(
        pupil=pupil,
        kind="support_starts",
        contact=contact,
        recipient="Dana Cole",
        subject="Support",
        body="Dear",
        dated_on=JOINED,
        made_by=user,
    )
    PupilFlag.objects.create(pupil=pupil, kind="fsm")
    PupilSupport.objects.create(pupil=pupil, user=user)
    GroupPlace.objects.create(pupil=pupil, group=TeachingGroupFactory(school=school))


def everything(*pupils):
    """A picture of all rows of these pupils, versions left out: they move on by design."""
    models = [model for model, _ in ONE_OPEN] + [*WHOLE, WatchListEntry, Need, RegisterEntry, Enrolment, ConcernView]
    picture = {}
    for model in models:
        about = {"concern__pupil__in": pupils} if model is ConcernView else {"pupil__in": pupils}
        for row in model.objects.filter(**about).values():
            picture[model.__name__, row["id"]] = {key: value for key, value in row.items() if key != "version"}
    for row in Pupil.objects.filter(pk__in=[pupil.pk for pupil in pupils]).values():
        picture["Pupil", row["id"]] = {k: v for k, v in row.items() if k not in ("version", "changed_at")}
    for row in StoredFile.objects.filter(pupil_id__in=[pupil.pk for pupil in pupils]).values("id", "pupil_id"):
        picture["StoredFile", row["id"]] = row
    due = DueItem.objects.filter(pupil_id__in=[pupil.pk for pupil in pupils])
    columns = ("source_type", "source_id", "rule", "pupil_id", "due_on", "met_on", "closed_on")
    return picture, sorted(due.values_list(*columns), key=str)


# --- What moves --------------------------------------------------------------------------------------------------
def test_everything_moves_and_nothing_is_lost(kept, gone, senco, school):
    fill(gone, senco, school)
    rows_before = {model: model.objects.count() for model in (Contact, Letter, RegisterEntry, Need, Enrolment, Concern)}

    done = do(kept, gone, senco)

    for model in (Contact, Concern, Assessment, Document, Letter, PupilFlag, PupilSupport, GroupPlace, WatchListEntry):
        assert list(model.objects.values_list("pupil", flat=True)) == [kept.pk], model
    assert {model: model.objects.count() for model in rows_before} == rows_before
    assert StoredFile.objects.get().pupil_id == kept.pk
    assert not DueItem.objects.filter(pupil_id=gone.pk).exists()
    assert list(all_differences()) == []
    assert (done.kept, done.gone, done.merged_by) == (kept, gone, senco)


def test_the_gone_record_leaves_lists_search_and_counts(kept, gone, senco, acting):
    do(kept, gone, senco)

    assert list(Pupil.objects.visible_to(acting(senco))) == [kept]
    assert search.find(acting(senco), "Adeyemi-Clarke") == []
    assert search.find(acting(senco), "Kezia") == [kept]
    assert RegisterEntry.objects.filter(ends_on=None).count() == 1
    assert Enrolment.objects.filter(ends_on=None).count() == 1
    gone.refresh_from_db()
    assert gone.merged_into == kept


def test_the_other_upn_becomes_the_former_one(kept, gone, senco):
    do(kept, gone, senco)

    kept.refresh_from_db()
    assert (kept.upn, kept.former_upn) == (UPN, OTHER_UPN)


def test_a_upn_that_is_chosen_moves_and_the_old_one_is_the_former(kept, gone, senco):
    do(kept, gone, senco, fields=["upn", "legal_surname"])

    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.upn, kept.former_upn, kept.legal_surname) == (OTHER_UPN, UPN, "Adeyemi-Clarke")
    assert gone.upn == OTHER_UPN


def test_a_former_upn_stays_when_the_other_record_has_no_number(kept, gone, senco):
    Pupil.objects.filter(pk=kept.pk).update(former_upn=OLD_UPN)
    Pupil.objects.filter(pk=gone.pk).update(upn=None)

    do(kept, gone, senco)

    kept.refresh_from_db()
    assert (kept.upn, kept.former_upn) == (UPN, OLD_UPN)


def test_fields_that_are_not_chosen_by_anybody_are_not_taken(kept, gone, senco):
    do(kept, gone, senco, fields=["merged_into", "version", "school", "left_on"])

    kept.refresh_from_db()
    assert (kept.merged_into, kept.left_on) == (None, None)


def test_a_leaver_who_came_back_under_a_new_record_is_on_roll(kept, gone, senco):
    from pupils.record.services.pupils import record_leaver

    record_leaver(pupil=kept, left_on=date(2024, 12, 20), reason="Moved", destination="", by=senco)

    do(kept, gone, senco)

    kept.refresh_from_db()
    assert (kept.left_on, kept.leaving_reason, kept.joined_on) == (None, "", JOINED)
    dates = list(kept.register_entries.order_by("starts_on").values_list("starts_on", "ends_on"))
    assert dates == [(JOINED, date(2024, 12, 20)), (date(2025, 1, 6), None)]
    assert kept.enrolments.filter(ends_on=None).count() == 1


def test_two_leavers_leave_with_the_later_words(kept, gone, senco):
    from pupils.record.services.pupils import record_leaver

    record_leaver(pupil=kept, left_on=date(2025, 2, 1), reason="Moved", destination="Ashdown", by=senco)
    record_leaver(pupil=gone, left_on=date(2025, 5, 1), reason="Moved far", destination="Elmgate", by=senco)

    do(kept, gone, senco)

    kept.refresh_from_db()
    assert (kept.left_on, kept.destination) == (date(2025, 5, 1), "Elmgate")


# --- What cannot both stay open ----------------------------------------------------------------------------------
def test_the_status_that_says_more_stays_unless_somebody_chooses(kept, gone, senco):
    entry = on_support(gone, senco, date(2025, 9, 1))

    do(kept, gone, senco)

    open_entry = kept.register_entries.get(ends_on=None)
    assert open_entry == entry
    assert kept.needs.get(ends_on=None).need_type.code == "SPLD"
    entries = list(kept.register_entries.order_by("starts_on").values_list("code", "starts_on", "ends_on"))
    assert entries == [
        ("N", JOINED, date(2025, 1, 5)),
        ("N", date(2025, 1, 6), date(2025, 8, 31)),
        ("K", date(2025, 9, 1), None),
    ]


def test_the_status_that_is_not_chosen_closes_with_the_reason(kept, gone, senco):
    entry = on_support(gone, senco, date(2025, 9, 1))

    do(kept, gone, senco, keep_open={"register": "kept"})

    entry.refresh_from_db()
    assert entry.pupil == gone
    assert entry.ends_on == timezone.localdate()
    assert entry.reason == "Reading Closed when two records of this child were merged."
    assert kept.register_entries.get(ends_on=None).code == "N"
    assert not Need.objects.filter(ends_on=None).exists()
    assert "SEN Support from Mon 1 Sep 2025" in Event.objects.get(code="merge.done", pupil_id=kept.pk).text


def test_statuses_that_began_on_one_day_change_places(school, kept, senco):
    gone = PupilFactory(school=school, legal_forename="Kezia", legal_surname="Adeyemi")
    entry = on_support(gone, senco, date(2025, 9, 1))

    do(kept, gone, senco, keep_open={"register": "gone"})

    assert list(kept.register_entries.order_by("starts_on").values_list("code", flat=True)) == ["N", "K"]
    assert kept.register_entries.get(ends_on=None) == entry
    assert gone.register_entries.get().starts_on == JOINED
    assert not RegisterEntry.history.filter(starts_on__lt=date(2000, 1, 1)).exists()


def test_needs_follow_the_status_that_stays(kept, gone, senco):
    on_support(kept, senco, date(2025, 9, 1), "SEMH")
    on_support(gone, senco, date(2025, 10, 1), "SPLD", "SLCN")

    do(kept, gone, senco, keep_open={"register": "gone"})

    current = list(kept.needs.filter(ends_on=None).order_by("rank").values_list("need_type__code", "rank"))
    assert current == [("SPLD", 1), ("SLCN", 2)]


def test_the_enrolment_that_is_not_chosen_ends_the_day_before(kept, gone, senco):
    do(kept, gone, senco, keep_open={"enrolment": "gone"})

    dates = list(kept.enrolments.order_by("starts_on").values_list("starts_on", "ends_on"))
    assert dates == [(JOINED, date(2025, 1, 5)), (date(2025, 1, 6), None)]


def test_one_watch_entry_stays_open_and_none_beside_support(kept, gone, senco, school):
    for pupil in (kept, gone):
        WatchListEntry.objects.create(school=school, pupil=pupil, reason="Reading", look_again_on=date(2027, 6, 1))

    do(kept, gone, senco)

    assert WatchListEntry.objects.filter(pupil=kept, ends_on=None).count() == 1
    assert WatchListEntry.objects.get(pupil=kept, ends_on=timezone.localdate()).outcome == merges.CLOSED


def test_watching_ends_where_support_stays(kept, gone, senco, school):
    WatchListEntry.objects.create(school=school, pupil=kept, reason="Reading", look_again_on=date(2027, 6, 1))
    on_support(gone, senco, date(2025, 9, 1))

    do(kept, gone, senco)

    assert not WatchListEntry.objects.filter(ends_on=None).exists()


def test_the_same_flag_twice_becomes_one(kept, gone, senco):
    for pupil in (kept, gone):
        PupilFlag.objects.create(pupil=pupil, kind="cp", starts_on=date(2026, 1, 5))

    do(kept, gone, senco)

    assert kept.flags.count() == 2
    assert kept.flags.get(ends_on=None)


# --- What is refused ---------------------------------------------------------------------------------------------
def test_records_of_two_schools_are_never_merged(pupil, foreign_pupil, senco):
    with refused(MergeReason.TWO_SCHOOLS):
        merge(kept=pupil, gone=foreign_pupil, versions=(1, 1), by=senco)

    assert not Merge.objects.exists()


def test_a_record_is_not_merged_with_itself(pupil, senco):
    with refused(MergeReason.SAME_RECORD):
        merge(kept=pupil, gone=pupil, versions=(1, 1), by=senco)


def test_a_record_that_was_changed_meanwhile_is_shown_first(kept, gone, senco):
    with pytest.raises(ChangedMeanwhile):
        merge(kept=kept, gone=gone, versions=(kept.version, gone.version + 1), by=senco)

    assert not Merge.objects.exists()


@pytest.mark.parametrize("protection", ["do_not_contact", "order_with_dsl", "address_hidden"])
def test_a_contact_is_never_less_protected_by_a_merge(kept, gone, senco, protection):
    Contact.objects.create(pupil=kept, name="Dana Cole")
    Contact.objects.create(pupil=gone, name="dana  cole", **{protection: True})

    with refused(MergeReason.PROTECTIONS_DIFFER):
        do(kept, gone, senco)


def test_a_merged_record_is_not_merged_again(kept, gone, other_pupil, senco):
    do(kept, gone, senco)

    with refused(MergeReason.MERGED_ALREADY):
        do(other_pupil, gone, senco)


def test_two_merges_at_once_one_wins(kept, gone, senco, tmp_path):
    outcomes = race(lambda: merge(kept=kept, gone=gone, versions=(1, 1), by=senco).kept_id, count=4, folder=tmp_path)

    assert sorted(outcomes, key=str) == [kept.pk, "Refused", "Refused", "Refused"]


def test_a_failure_half_way_changes_nothing(kept, gone, senco, school, monkeypatch):
    fill(gone, senco, school)
    before = everything(kept, gone)

    def fail(*args, **kwargs):
        raise RuntimeError("power cut")

    monkeypatch.setattr(merges, "_settle", fail)
    with pytest.raises(RuntimeError):
        do(kept, gone, senco)

    assert everything(kept, gone) == before


# --- Undoing -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("side", ["kept", "gone"])
def test_undo_restores_both_records_exactly(kept, gone, senco, school, side):
    for pupil in (kept, gone):
        fill(pupil, senco, school)
    on_support(gone, senco, date(2025, 9, 1), "SPLD", "SLCN")
    on_support(kept, senco, date(2025, 9, 1), "SEMH")
    PupilFlag.objects.create(pupil=kept, kind="cp")
    before = everything(kept, gone)

    done = do(kept, gone, senco, fields=list(CHOOSABLE), keep_open={"register": side, "enrolment": side})
    assert everything(kept, gone) != before
    undo(merge=done, by=senco)

    assert everything(kept, gone) == before
    assert list(all_differences()) == []
    done.refresh_from_db()
    assert done.undone_by == senco
    assert Event.objects.filter(code="merge.undone").count() == 2


def test_after_undo_both_are_found_again_and_may_be_merged_again(kept, gone, senco, acting):
    undo(merge=do(kept, gone, senco), by=senco)

    assert set(search.find(acting(senco), "Kezia")) == {kept, gone}
    assert do(kept, gone, senco).pk


def test_undo_is_refused_when_the_status_was_changed_since(kept, gone, senco):
    on_support(gone, senco, date(2025, 9, 1))
    done = do(kept, gone, senco)
    registers.change_status(
        pupil=kept, code="N", starts_on=date(2026, 9, 1), reason="Caught up", decided_by="N. Rahman", by=senco
    )
    before = everything(kept, gone)

    with refused(UndoReason.CHANGED_SINCE):
        undo(merge=done, by=senco)

    assert everything(kept, gone) == before


def test_undo_is_refused_when_another_pupil_has_the_upn_now(kept, gone, senco, school):
    done = do(kept, gone, senco)
    PupilFactory(school=school, upn=OTHER_UPN)

    with refused(UndoReason.NEW_ROW_IN_THE_WAY):
        undo(merge=done, by=senco)

    gone.refresh_from_db()
    assert gone.merged_into == kept


def test_undo_is_refused_after_thirty_days_and_a_second_time(kept, gone, senco):
    done = do(kept, gone, senco)

    with refused(UndoReason.TOO_LATE, days=30):
        undo(merge=done, by=senco, now=timezone.now() + timedelta(days=31))
    undo(merge=done, by=senco)
    with refused(UndoReason.SEPARATED_ALREADY):
        undo(merge=done, by=senco)


def test_the_later_merge_is_undone_first(kept, gone, other_pupil, senco):
    first = do(kept, gone, senco)
    second = do(other_pupil, kept, senco)

    with refused(UndoReason.MERGED_AGAIN):
        undo(merge=first, by=senco)
    undo(merge=second, by=senco)
    undo(merge=first, by=senco)

    assert not Pupil.objects.exclude(merged_into=None).exists()


def test_what_was_added_since_stays_with_the_kept_record(kept, gone, senco):
    done = do(kept, gone, senco)
    added = Contact.objects.create(pupil=kept, name="New Contact")

    undo(merge=done, by=senco)

    added.refresh_from_db()
    assert added.pupil == kept


# --- Nothing is forgotten ----------------------------------------------------------------------------------------
# What points at a pupil and stays where it is: the merge's own rows, answers given, and an import's account of itself.
# What was decided about a file that named the record that goes says nothing of one that names the other.
# So does who opened it in an emergency: nothing opens the other by that.
STAYS = {"Merge", "NotDuplicate", "ImportChange", "ImportDecision", "Emergency", "SearchKey", "Pupil"}


def test_every_table_that_points_at_a_pupil_is_moved_or_stays_on_purpose():
    pointing = {
        relation.related_model.__name__
        for relation in Pupil._meta.get_fields(include_hidden=True)
        if relation.auto_created and relation.is_relation and not relation.concrete
    }
    moved = {model.__name__ for model, _ in ONE_OPEN} | {model.__name__ for model in WHOLE}
    moved |= {"Need", "RegisterEntry", "Enrolment", "WatchListEntry", "MeetingPupil"}
    moved |= {model.__name__ for model in (*MOVED, *ONE_EACH)}

    assert {name for name in pointing if not name.startswith("Historical")} == moved | STAYS


@pytest.mark.parametrize("both", [False, True])
def test_a_profile_moves_where_the_kept_record_has_none(kept, gone, senco, both):
    profile = Profile.objects.create(pupil=gone, support="From the record that goes")
    if both:
        Profile.objects.create(pupil=kept, support="Kept")

    merged = do(kept, gone, senco)

    profile.refresh_from_db()
    assert (profile.pupil_id == gone.pk) is both
    assert Profile.objects.get(pupil=kept).support == ("Kept" if both else "From the record that goes")
    undo(merge=merged, by=senco)
    profile.refresh_from_db()
    assert profile.pupil_id == gone.pk


def test_every_field_of_a_pupil_is_chosen_or_follows_from_the_merge():
    follows = {"former_upn", "joined_on", "left_on", "leaving_reason", "destination"}
    own = {"id", "school", "merged_into", "sort_name", "made_at", "changed_at", "version"}

    assert {column.name for column in Pupil._meta.concrete_fields} == set(CHOOSABLE) | follows | own


def test_history_names_the_person_who_merged(kept, gone, senco, head, school):
    fill(gone, head, school)

    do(kept, gone, senco)

    assert Contact.history.latest().history_user == senco
    assert Pupil.history.filter(id=gone.pk).latest().merged_into_id == kept.pk


# --- Pages -------------------------------------------------------------------------------------------------------
@pytest.fixture
def fresh(proved, senco):
    return proved(senco)


def answers(kept, gone, **more):
    return {
        "kept_version": kept.version,
        "gone_version": gone.version,
        "field_legal_surname": "gone",
        "field_upn": "kept",
        "open_register": "kept",
        "open_enrolment": "kept",
    } | more


def address(name, kept, gone):
    return reverse(f"pupils:{name}", args=[kept.pk, gone.pk])


def test_preview_lays_both_side_by_side_and_keeps_the_read(fresh, kept, gone, senco, school):
    fill(gone, senco, school)

    page = fresh.get(address("merge-preview", kept, gone)).content.decode()

    assert "Adeyemi-Clarke" in page
    assert "1 contact<" in page
    assert address("merge-preview", gone, kept) in page
    assert Read.objects.count() == 2


def test_merging_through_the_page(fresh, kept, gone):
    response = fresh.post(address("merge", kept, gone), answers(kept, gone))

    assert response.status_code == 302
    assert response.url == kept.get_absolute_url()
    kept.refresh_from_db()
    assert kept.legal_surname == "Adeyemi-Clarke"
    assert fresh.get(address("merge-preview", kept, gone)).status_code == 404


def test_the_page_asks_again_when_an_answer_is_missing(fresh, kept, gone):
    response = fresh.post(address("merge", kept, gone), answers(kept, gone, field_legal_surname=""))

    assert response.status_code == 422
    assert "Legal surname" in response.content.decode()
    assert not Merge.objects.exists()


def test_the_page_shows_a_change_made_meanwhile_and_keeps_the_answers(fresh, kept, gone):
    data = answers(kept, gone)
    Pupil.objects.filter(pk=gone.pk).update(version=7, preferred_forename="Kez")

    response = fresh.post(address("merge", kept, gone), data)

    page = response.content.decode()
    assert response.status_code == 422
    assert "was changed while you compared" in page
    assert "Kez" in page
    assert 'name="gone_version" value="7"' in page
    assert not Merge.objects.exists()


def test_the_page_shows_a_refusal(fresh, kept, gone):
    Contact.objects.create(pupil=kept, name="Dana Cole")
    Contact.objects.create(pupil=gone, name="Dana Cole", do_not_contact=True)

    response = fresh.post(address("merge", kept, gone), answers(kept, gone))

    assert response.status_code == 422
    assert shows(response.content.decode(), MergeReason.PROTECTIONS_DIFFER)


def test_undoing_through_the_page(fresh, kept, gone, senco):
    done = do(kept, gone, senco)
    undo_address = reverse("pupils:merge-undo", args=[done.pk])

    assert "Make two records" in fresh.get(undo_address).content.decode()
    response = fresh.post(undo_address, follow=True)

    assert "are two records again" in response.content.decode()
    assert fresh.post(undo_address).status_code == 404


def test_undoing_through_the_page_shows_a_refusal(fresh, kept, gone, senco, school):
    done = do(kept, gone, senco)
    PupilFactory(school=school, upn=OTHER_UPN)

    response = fresh.post(reverse("pupils:merge-undo", args=[done.pk]))

    assert response.status_code == 422
    assert "in the way" in response.content.decode()


@pytest.mark.parametrize("name", ["merge-preview", "merge"])
def test_merging_asks_for_the_password_again(client, sign_in, senco, kept, gone, name):
    sign_in(senco)

    response = getattr(client, "get" if name == "merge-preview" else "post")(address(name, kept, gone))

    assert response.status_code == 302
    assert "reauthenticate" in response.url
    assert not Merge.objects.exists()


@pytest.mark.parametrize("role", ["head", "office", "teacher", "governor", "administrator", "dsl"])
def test_only_who_may_merge_reaches_the_pages(request, role, sign_in, kept, gone):
    client = sign_in(request.getfixturevalue(role))

    assert client.get(address("merge-preview", kept, gone)).status_code == 403
    assert client.post(address("merge", kept, gone)).status_code == 403


def test_merge_pages_know_no_pupil_of_another_school(fresh, kept, foreign_pupil):
    assert fresh.get(address("merge-preview", kept, foreign_pupil)).status_code == 404
    assert fresh.post(address("merge", foreign_pupil, kept)).status_code == 404


def test_wrong_methods_are_refused(fresh, kept, gone):
    assert fresh.post(address("merge-preview", kept, gone)).status_code == 405
    assert fresh.get(address("merge", kept, gone)).status_code == 405


def test_the_ledger_never_holds_a_contact_in_clear(kept, gone, senco, school):
    fill(gone, senco, school)

    do(kept, gone, senco)

    with connection.cursor() as cursor:
        cursor.execute("SELECT moved FROM pupils_merge")
        moved = str(cursor.fetchone()[0])
    assert "Dana Cole" not in moved
    assert "960001" not in moved
