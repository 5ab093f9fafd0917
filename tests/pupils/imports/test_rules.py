"""What an import may do with one pupil, rule by rule."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from pupils.imports.notes import Note, NoteCode
from pupils.imports.services import steps as imports
from pupils.models import Contact, Enrolment, Import, Need, NeedType, Pupil, PupilFlag, RegisterEntry
from pupils.record.services import pupils
from pupils.register import services as register
from sendco.audit.models import Event
from sendco.due.models import DueItem
from staff.models import TeachingGroup
from tests.factories import PupilFactory

from .helping import HEADINGS, UPNS, apply, kinds, preview, table, take_in

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def leo(school):
    """On roll, no SEN, with a UPN and a number."""
    return PupilFactory(
        school=school, legal_forename="Leo", legal_surname="Farrant", upn=UPNS[0], mis_id="0007",
        joined_on=date(2024, 9, 2), year_group="4",
    )  # fmt: skip


def row(upn=UPNS[0], surname="Farrant", forename="Leo", birth="14/02/2016", year="4", group="", code="", need=""):
    return ",".join([upn, surname, forename, birth, year, group, code, need])


def only(imported):
    return imported.changes.exclude(kind__in=["leaver"]).get()


def field(change, key):
    return next(item for item in change.fields if item["key"] == key)


def codes(notes):
    return [NoteCode(note["code"]) for note in notes]


def code_of(item):
    return NoteCode(item["note"]["code"])


def on(pupil, code, needs=("SLCN",), start=date(2025, 9, 1), by=None):
    types = [NeedType.objects.get(code=need) for need in needs]
    return register.change_status(pupil=pupil, code=code, needs=types, starts_on=start, reason="", decided_by="", by=by)


# --- Whom a row is about -------------------------------------------------------------------------------------------
def test_a_pupil_is_known_by_upn_though_the_name_changed(school, senco, leo):
    change = only(preview(school, table(row(surname="Marsh")), senco))

    assert (change.kind, change.pupil) == ("changed", leo)
    assert field(change, "legal_surname")["theirs"] == "Marsh"


def test_a_pupil_is_known_by_former_upn(school, senco, leo):
    file = table(f"{UPNS[1]},{UPNS[0]},Farrant,Leo,14/02/2016", headings="UPN,Former UPN,Surname,Forename,DOB")

    change = only(preview(school, file, senco))

    assert (change.kind, change.pupil) == ("changed", leo)
    assert field(change, "upn")["chosen"]


def test_a_pupil_is_known_by_the_number_of_the_office_system(school, senco, leo):
    file = table("0007,Farrand,Leo,14/02/2016", headings="Adno,Surname,Forename,DOB")

    change = only(preview(school, file, senco))

    assert (change.kind, change.pupil) == ("changed", leo)


def test_a_number_alone_makes_nobody_the_same(school, senco, leo):
    file = table("0007,Moss,Wren,01/03/2015", headings="Adno,Surname,Forename,DOB")

    assert only(preview(school, file, senco)).kind == "new"


def test_a_name_and_a_birthday_propose_a_pupil_and_a_person_can_say_otherwise(school, senco, leo):
    imported = preview(school, table(row(upn="", year="5")), senco)
    change = only(imported)
    assert (change.kind, change.pupil, change.answer, change.is_chosen) == ("compare", leo, "same", True)

    imports.compare(imported=imported, change=change, answer="new")
    apply(imported, senco)

    assert Pupil.objects.filter(legal_surname="Farrant").count() == 2


def test_a_name_and_a_birthday_without_news_ask_nothing(school, senco, leo):
    assert only(preview(school, table(row(upn="")), senco)).kind == "same"


def test_two_namesakes_are_left_to_a_person(school, senco, leo):
    PupilFactory(school=school, legal_forename="Leo", legal_surname="Farrant", upn=UPNS[2])

    change = only(preview(school, table(row(upn="")), senco))

    assert (change.kind, len(change.data["candidates"])) == ("compare", 2)


@pytest.mark.parametrize(
    ("upn", "surname", "birth"),
    [(UPNS[0], "Moss", "01/03/2015"), ("", "Farant", "14/02/2016"), ("", "Farrant", "15/02/2016")],
)
def test_what_looks_like_somebody_is_left_to_a_person(school, senco, leo, upn, surname, birth):
    imported = preview(school, table(row(upn=upn, surname=surname, birth=birth)), senco)

    change = only(imported)
    assert (change.kind, change.is_chosen) == ("compare", False)
    assert change.data["candidates"][0]["pupil"] == leo.pk


def test_a_twin_is_not_the_other_twin(school, senco, leo):
    file = table(row(), row(upn=UPNS[1], forename="Lee"))

    found = kinds(preview(school, file, senco))

    assert [change.label for change in found["new"]] == ["Lee Farrant"]


@pytest.mark.parametrize(("answer", "pupils_after"), [("same", 1), ("new", 2), ("out", 1)])
def test_a_person_answers_who_it_is(school, senco, leo, answer, pupils_after):
    imported = preview(school, table(row(upn="", surname="Farant", year="5"), row(upn=UPNS[1], surname="Moss")), senco)
    change = imported.changes.get(kind="compare")

    imports.compare(imported=imported, change=change, answer=answer, pupil_id=leo.pk)
    apply(imported, senco)

    leo.refresh_from_db()
    assert Pupil.objects.count() == pupils_after + 1
    assert leo.legal_surname == ("Farant" if answer == "same" else "Farrant")


def test_an_unanswered_likeness_is_left_out(school, senco, leo):
    imported = preview(school, table(row(upn="", surname="Farant"), row(upn=UPNS[1], surname="Moss")), senco)

    apply(imported, senco)

    assert Pupil.objects.count() == 2


def test_a_upn_that_another_school_holds_asks_without_naming_it(school, senco, foreign_pupil):
    foreign_pupil.upn = UPNS[0]
    foreign_pupil.save()
    imported = preview(school, table(row()), senco)
    change = only(imported)

    [question] = change.questions
    assert (change.kind, change.is_chosen) == ("new", False)
    assert NoteCode(question["note"]["code"]) == NoteCode.UPN_ELSEWHERE
    assert "Oakmere" not in str([change.data, change.questions])

    imports.answer(imported=imported, change=change, key=question["key"], answer="take")
    apply(imported, senco)
    assert Pupil.objects.filter(upn=UPNS[0], school=school).exists()


def test_a_upn_that_a_leaver_of_another_school_had_asks_nothing(school, senco, foreign_pupil):
    foreign_pupil.upn, foreign_pupil.left_on = UPNS[0], TODAY()
    foreign_pupil.save()

    assert only(preview(school, table(row()), senco)).questions == []


def test_merged_records_are_left_alone(school, senco, leo):
    kept = PupilFactory(school=school, legal_forename="Leo", legal_surname="Farrant", upn=UPNS[1])
    leo.merged_into, leo.left_on = kept, None
    leo.save()

    change = only(preview(school, table(row(year="6")), senco))

    assert [each["pupil"] for each in change.data["candidates"]] == [kept.pk]


# --- Which value wins ----------------------------------------------------------------------------------------------
def test_an_empty_cell_never_clears(school, senco, leo):
    leo.preferred_forename = "Lee"
    leo.save()
    file = table(f"{UPNS[0]},Farrant,Leo,,", headings="UPN,Surname,Forename,Preferred name,Year")

    assert only(preview(school, file, senco)).kind == "same"


def test_what_somebody_changed_after_the_file_was_made_is_kept(school, senco, leo):
    yesterday = TODAY() - timedelta(days=1)
    pupils.update_pupil(pupil=leo, values={"year_group": "6"}, version=leo.version, by=senco)

    item = field(only(preview(school, table(row(year="5")), senco, file_made_on=yesterday)), "year_group")

    assert not item["chosen"]
    assert code_of(item) == NoteCode.SOMEBODY_CHANGED_THIS
    assert item["note"]["data"]["who"] == "Nadia Rahman"


def test_what_an_import_wrote_is_no_newer_than_the_file(school, senco):
    yesterday = TODAY() - timedelta(days=1)
    take_in(school, table(row(year="5")), senco)

    item = field(only(preview(school, table(row(year="6")), senco, file_made_on=yesterday)), "year_group")

    assert (item["ours"], item["chosen"]) == ("Year 5", True)


def test_the_year_comes_from_the_file_not_from_the_birth_date(school, senco):
    take_in(school, table(row(birth="14/02/2016", year="3")), senco)

    assert Pupil.objects.get().year_group == "3"


def test_a_class_that_is_not_here_is_added_and_said(school, senco, leo):
    imported = preview(school, table(row(group="4 Heron")), senco)
    assert imported.counts["groups"] == ["4 Heron"]

    apply(imported, senco)

    leo.refresh_from_db()
    assert leo.form_group == TeachingGroup.objects.get(name="4 Heron")


def test_two_pupils_may_exchange_their_upns(school, senco, leo):
    mia = PupilFactory(school=school, legal_forename="Mia", legal_surname="Orme", upn=UPNS[1])
    imported = preview(school, table(row(upn=UPNS[1]), row(upn=UPNS[0], surname="Orme", forename="Mia")), senco)
    for change in imported.changes.filter(kind="compare"):
        right = leo if change.label == "Leo Farrant" else mia
        imports.compare(imported=imported, change=change, answer="same", pupil_id=right.pk)

    apply(imported, senco, confirmed=True)

    assert list(Pupil.objects.order_by("legal_surname").values_list("upn", "former_upn")) == [
        (UPNS[1], UPNS[0]),
        (UPNS[0], UPNS[1]),
    ]


def test_a_upn_that_a_pupil_here_keeps_is_not_given_twice(school, senco, leo):
    imported = preview(school, table(row(surname="Moss", forename="Wren"), row(upn=UPNS[1], surname="Orme")), senco)
    imports.compare(imported=imported, change=imported.changes.get(kind="compare"), answer="new")

    imported = apply(imported, senco)

    skipped = imported.changes.get(outcome="skipped")
    assert NoteCode(skipped.outcome_reason) == NoteCode.UPN_TAKEN
    assert Pupil.objects.filter(upn=UPNS[0]).get() == leo


def test_a_replaced_upn_is_asked_twice(school, senco, leo):
    file = table(f"{UPNS[1]},{UPNS[0]},Farrant,Leo,14/02/2016", headings="UPN,Former UPN,Surname,Forename,DOB")
    imported = preview(school, file, senco)

    with pytest.raises(imports.NeedsConfirmation) as asked:
        imports.apply(imported=imported, by=senco)
    assert asked.value.warnings == [Note(NoteCode.UPN_REPLACED, {"names": ["Leo Farrant"]})]

    apply(imported, senco, confirmed=True)
    leo.refresh_from_db()
    assert (leo.upn, leo.former_upn) == (UPNS[1], UPNS[0])


def test_a_pupil_changed_since_the_preview_is_skipped_with_the_reason(school, senco, leo):
    imported = preview(school, table(row(year="5"), row(upn=UPNS[1], surname="Moss")), senco)
    pupils.update_pupil(pupil=leo, values={"year_group": "6"}, version=leo.version, by=senco)

    imported = apply(imported, senco)

    leo.refresh_from_db()
    change = imported.changes.get(pupil=leo)
    assert leo.year_group == "6"
    assert (change.outcome, imported.counts["applied"]["skipped"]) == ("skipped", 1)
    assert NoteCode(change.outcome_reason) == NoteCode.MOVED_ON


# --- The register --------------------------------------------------------------------------------------------------
def test_sen_support_starts_by_the_rules(school, senco, leo):
    register.start_watching(pupil=leo, reason="Reading", look_again_on=TODAY() + timedelta(days=30), by=senco)

    take_in(school, table(row(code="K", need="SLCN"), headings=HEADINGS), senco)

    entries = list(leo.register_entries.order_by("starts_on"))
    assert [(entry.code, entry.ends_on is None) for entry in entries] == [("N", False), ("K", True)]
    assert entries[0].ends_on == entries[1].starts_on - timedelta(days=1)
    assert entries[1].entered_by == senco
    assert [need.need_type.code for need in leo.needs.all()] == ["SLCN"]
    assert leo.watch_entries.get().ends_on == TODAY()
    # Nobody said since when, so nobody can say by when home had to be told.
    assert entries[1].is_start_unknown
    assert not DueItem.objects.filter(source_id=entries[1].pk, rule="support.tell_parent").exists()


def test_home_is_told_of_support_that_starts_today(school, senco, leo):
    headings = "UPN,Surname,Forename,DOB,SEN Status,SEN Start Date,SEN Need"
    take_in(school, table(f"{UPNS[0]},Farrant,Leo,14/02/2016,K,{TODAY():%d/%m/%Y},SLCN", headings=headings), senco)

    entry = leo.register_entries.get(ends_on=None)
    assert DueItem.objects.filter(source_id=entry.pk, rule="support.tell_parent").exists()


def test_sen_support_without_a_type_is_a_gap(school, senco, leo):
    imported = take_in(school, table(row(code="K")), senco)

    assert not leo.needs.exists()
    assert NoteCode.NEED_MISSING in codes(only(imported).reasons)


def test_a_plan_never_ends_by_choosing_all(school, senco, leo):
    on(leo, "E", by=senco)
    imported = preview(school, table(row(code="K", need="SLCN"), row(upn=UPNS[1], surname="Moss")), senco)
    [question] = imported.changes.get(pupil=leo).questions
    assert (NoteCode(question["note"]["code"]), question["answer"]) == (NoteCode.PLAN_NOT_IN_FILE, "")

    imports.choose_all(imported=imported, kind="changed", take=True)
    apply(imported, senco, confirmed=True)

    assert RegisterEntry.objects.get(pupil=leo, ends_on=None).code == "E"


def test_a_plan_starts_only_when_somebody_says_so(school, senco, leo):
    on(leo, "K", by=senco)
    imported = preview(school, table(row(code="E", need="SLCN")), senco)
    change = only(imported)
    assert not field(change, "sen")["chosen"]
    assert code_of(field(change, "sen")) == NoteCode.ONLY_ONCE_ISSUED

    imports.choose_value(imported=imported, change=change, key="sen", take_file=True)
    apply(imported, senco)

    assert RegisterEntry.objects.get(pupil=leo, ends_on=None).code == "E"


def test_a_new_pupil_with_a_plan_and_no_type_of_need_comes_in_with_a_note(school, senco):
    change = only(preview(school, table(row(code="E")), senco))

    assert (change.kind, change.is_chosen) == ("new", True)
    assert codes(change.reasons) == [NoteCode.NEED_MISSING]


def test_needs_of_a_pupil_without_sen_are_not_taken_in(school, senco, leo):
    imported = preview(school, table(row(code="N", need="SLCN")), senco)

    change = only(imported)
    assert change.kind == "same"
    assert NoteCode.NEEDS_WITHOUT_SEN in codes(change.reasons)


def test_not_assessed_does_not_go_with_a_plan(school, senco, leo):
    on(leo, "E", needs=("ASD",), by=senco)

    take_in(school, table(row(code="E", need="NSA; SLCN")), senco)

    assert [need.need_type.code for need in Need.objects.filter(pupil=leo, ends_on=None)] == ["SLCN"]


def test_the_order_of_needs_changes(school, senco, leo):
    on(leo, "K", needs=("SLCN", "ASD"), by=senco)

    take_in(school, table(row(code="K", need="ASD; SLCN")), senco)

    current = Need.objects.filter(pupil=leo, ends_on=None).order_by("rank")
    assert [need.need_type.code for need in current] == ["ASD", "SLCN"]


# --- What is protected ---------------------------------------------------------------------------------------------
CONTACT = "UPN,Surname,Forename,DOB,Contact 1 name,Contact 1 phone,Contact 1 address"


def with_contact(name="Mrs Ana Farrant", phone="01632 960111", address="2 New Row"):
    return table(f"{UPNS[0]},Farrant,Leo,14/02/2016,{name},{phone},{address}", headings=CONTACT)


@pytest.mark.parametrize("ban", [{"do_not_contact": True}, {"address_hidden": True}])
def test_banned_and_hidden_contacts_are_untouched(school, senco, leo, ban):
    contact = Contact.objects.create(pupil=leo, name="Ana Farrant", phone="01632 960000", **ban)

    imported = preview(school, with_contact(), senco)

    assert only(imported).kind == "same"
    assert Contact.objects.count() == 1
    assert "hidden" not in str(only(imported).reasons)
    contact.refresh_from_db()
    assert (contact.phone, contact.address) == ("01632 960000", "")


def test_a_contact_is_changed_not_doubled(school, senco, leo):
    contact = Contact.objects.create(pupil=leo, name="Ana Farrant", phone="01632 960000")

    take_in(school, with_contact(), senco)

    contact.refresh_from_db()
    assert (contact.phone, contact.address, contact.version) == ("01632 960111", "2 New Row", 2)
    assert Contact.objects.count() == 1


def test_a_new_contact_is_added(school, senco, leo):
    Contact.objects.create(pupil=leo, name="Piers Farrant", phone="01632 960000")

    take_in(school, with_contact(), senco)

    assert set(leo.contacts.values_list("name", flat=True)) == {"Piers Farrant", "Mrs Ana Farrant"}


def test_flags_are_added_and_only_ordinary_ones_end(school, senco, leo):
    PupilFlag.objects.create(pupil=leo, kind="fsm", starts_on=date(2025, 9, 1))
    PupilFlag.objects.create(pupil=leo, kind="lac", starts_on=date(2025, 9, 1))
    file = table(f"{UPNS[0]},Farrant,Leo,14/02/2016,N,N,Y", headings="UPN,Surname,Forename,DOB,FSM,In care,EAL")

    take_in(school, file, senco)

    assert set(PupilFlag.objects.filter(pupil=leo, ends_on=None).values_list("kind", flat=True)) == {"lac", "eal"}
    assert not Event.objects.filter(audience="record", text__contains="ooked after").exists()


# --- Leavers -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("is_whole_school", [False, True])
def test_missing_pupils_are_never_leavers_by_themselves(school, senco, leo, is_whole_school):
    file = table(row(upn=UPNS[1], surname="Moss"))

    imported = preview(school, file, senco, is_whole_school=is_whole_school)

    assert not imported.changes.get(kind="leaver").is_chosen


def test_a_pupil_of_a_rejected_row_is_no_leaver(school, senco, leo):
    file = table(row(upn="A372410799009"), row(upn=UPNS[1], surname="Moss"))

    leaver = preview(school, file, senco, is_whole_school=True).changes.get(kind="leaver")

    assert (leaver.pupil, leaver.is_chosen) == (leo, False)
    assert codes(leaver.reasons) == [NoteCode.MAY_BE_REJECTED_ROW]


def test_a_leaver_is_closed_everywhere(school, senco, leo):
    on(leo, "K", by=senco)
    PupilFlag.objects.create(pupil=leo, kind="fsm", starts_on=date(2025, 9, 1))

    imported = preview(school, table(row(upn=UPNS[1], surname="Moss")), senco, is_whole_school=True)
    imports.choose_all(imported=imported, kind="leaver", take=True)
    apply(imported, senco, confirmed=True)

    leo.refresh_from_db()
    assert leo.left_on == TODAY()
    for model in (RegisterEntry, Need, PupilFlag, Enrolment):
        assert not model.objects.filter(pupil=leo, ends_on=None).exists()
    assert not DueItem.objects.filter(pupil_id=leo.pk).open().exists()


def test_a_leaver_in_the_file_comes_back_only_when_chosen(school, senco, leo):
    pupils.record_leaver(pupil=leo, left_on=date(2026, 7, 17), reason="", destination="", by=senco)
    imported = preview(school, table(row()), senco)
    change = only(imported)
    assert not field(change, "back")["chosen"]

    imports.choose_value(imported=imported, change=change, key="back", take_file=True)
    apply(imported, senco)

    leo.refresh_from_db()
    assert leo.on_roll
    assert RegisterEntry.objects.get(pupil=leo, ends_on=None).code == "N"


# --- Rows that contradict each other -------------------------------------------------------------------------------
def test_of_two_rows_about_one_pupil_somebody_takes_one(school, senco, leo):
    imported = preview(school, table(row(year="5"), row(year="6"), row(upn=UPNS[1], surname="Moss")), senco)
    first, second = imported.changes.filter(asked__gt=0).order_by("row_number")
    assert (first.pupil, second.pupil, first.is_chosen, second.is_chosen) == (leo, leo, False, False)

    imports.answer(imported=imported, change=second, key="rivals", answer="take")
    apply(imported, senco)

    leo.refresh_from_db()
    first.refresh_from_db()
    assert leo.year_group == "6"
    assert first.questions[0]["answer"] == "out"


def test_two_new_pupils_with_one_upn_are_asked_about(school, senco):
    imported = preview(school, table(row(), row(surname="Moss", forename="Wren", birth="21/03/2016")), senco)

    assert {(change.kind, change.is_chosen, change.asked) for change in imported.changes.all()} == {("new", False, 1)}
    assert all(NoteCode.NUMBER_SHARED in codes(change.reasons) for change in imported.changes.all())


# --- Coming back ---------------------------------------------------------------------------------------------------
def test_a_returning_pupil_starts_on_the_day_of_admission_with_what_the_file_says(school, senco, leo):
    pupils.record_leaver(pupil=leo, left_on=date(2026, 7, 17), reason="Moved", destination="", by=senco)
    headings = "UPN,Surname,Forename,DOB,Year,Admission Date,SEN Status,SEN Need"
    file = f"{UPNS[0]},Farrant,Leo,14/02/2016,6,03/09/2026,K,SLCN"
    imported = preview(school, table(file, headings=headings), senco)
    assert not only(imported).is_chosen

    imports.choose_value(imported=imported, change=only(imported), key="back", take_file=True)
    apply(imported, senco)

    leo.refresh_from_db()
    entry = leo.register_entries.get(ends_on=None)
    assert (leo.left_on, leo.joined_on, leo.year_group) == (None, date(2026, 9, 3), "6")
    assert (entry.code, entry.starts_on) == ("K", date(2026, 9, 3))
    assert leo.enrolments.get(ends_on=None).starts_on == date(2026, 9, 3)
    assert only(preview(school, table(file, headings=headings), senco)).kind == "same"


# --- Names ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("ours", "theirs", "chosen"), [
    ("Muñoz", "Munoz", False), ("Munoz", "Muñoz", True), ("Marsh", "MARSH", False), ("Marsh", "March", True),
])  # fmt: skip
def test_a_file_without_accents_does_not_take_ours(school, senco, leo, ours, theirs, chosen):
    leo.legal_surname = ours
    leo.save()

    assert field(only(preview(school, table(row(surname=theirs)), senco)), "legal_surname")["chosen"] is chosen


def test_a_pupil_with_one_name_is_possible(school, senco):
    imported = preview(school, table(row(surname="Suharto", forename="-")), senco)
    [question] = only(imported).questions
    assert NoteCode(question["note"]["code"]) == NoteCode.ONE_NAME

    imports.answer(imported=imported, change=only(imported), key=question["key"], answer="take")
    apply(imported, senco)

    suharto = Pupil.objects.get()
    assert (suharto.name, suharto.forename, suharto.legal_name) == ("Suharto", "Suharto", "Suharto")
    assert only(preview(school, table(row(surname="Suharto", forename="-")), senco)).kind == "same"


def test_a_plan_that_ends_takes_no_need_that_is_not_in_use(school, senco, leo):
    on(leo, "E", by=senco)
    NeedType.objects.filter(code="MLD").update(valid_to=date(2020, 8, 31))
    imported = preview(school, table(row(code="K", need="MLD; SLCN")), senco)

    imports.answer(imported=imported, change=only(imported), key="sen", answer="end")
    imported = apply(imported, senco)

    assert imported.status == Import.Status.APPLIED
    current = Need.objects.filter(pupil=leo, ends_on=None)
    assert [need.need_type.code for need in current] == ["SLCN"]


def test_what_an_answer_leaves_out_is_a_note(school, senco):
    imported = preview(school, table(row(code="SA+", need="SLCN")), senco)
    change = imports.answer(imported=imported, change=only(imported), key="sen", answer="N?")
    assert NoteCode.NEEDS_WITHOUT_SEN in codes(change.reasons)
    assert NoteCode.NEEDS_WITHOUT_SEN.value in change.told

    change = imports.answer(imported=imported, change=change, key="sen", answer="K?")

    assert NoteCode.NEEDS_WITHOUT_SEN not in codes(change.reasons)
    assert change.told == ""
