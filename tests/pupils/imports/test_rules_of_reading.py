"""Small files, each of a kind of fault, and what is right: imported, and sent again, nothing changes."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from pupils.imports.notes import NoteCode
from pupils.imports.services import steps as imports
from pupils.models import Import, Pupil, RegisterEntry
from sendco.due.models import DueItem
from sendco.refusals import Refused

from .helping import IMPORT_DAY, SAMPLES, answer_rows, apply, kinds, needs, preview, read_as, statuses, upload, work

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql("files are read and stored by both")]
TODAY = timezone.localdate


def send(school, by, name):
    return preview(school, upload((SAMPLES / "rules" / name).read_bytes(), name), by)


def take(school, by, name, answers=None, choices=None):
    """Send a file, answer what is asked about its rows by what the file says, and apply."""
    imported = read_as(send(school, by, name), by, choices)
    answer_rows(imported, answers or {})
    return apply(imported, by, confirmed=True)


def pupil(upn):
    return Pupil.objects.get(upn=upn)


def asked(imported):
    return {question["says"]: question["answer"] for change in imported.changes.all() for question in change.questions}


PIA, OTTO, MAGS, NELL, OLA = (
    "W380400225000", "K380400225001", "Z380400225002", "N380400225003", "C380400225004",
)  # fmt: skip
# File, answers to its questions, choices about the file, and (statuses, needs) of each pupil after it.
REGISTERS = [
    (
        "history-rows.csv", {}, {},
        {
            PIA: ([("K", "2020-09-01", "2022-08-31"), ("E", "2022-09-01", None)], ["SLCN"]),
            OTTO: ([("S", "2013-09-01", "2016-03-31"), ("E", "2016-04-01", None)], ["PD"]),
            MAGS: (
                [("K", "2020-09-01", "2021-03-31"), ("N", "2021-04-01", "2023-08-31"), ("K", "2023-09-01", None)],
                ["MLD"],
            ),
        },
    ),
    (
        "status-of-old-or-unknown.csv", {"S": "E?", "SA+": "K?", "EHCNA requested": "K?"}, {},
        {
            PIA: ([("E", IMPORT_DAY, None)], ["PD"]),
            OTTO: ([("K", IMPORT_DAY, None)], ["MLD"]),
            MAGS: ([("N", IMPORT_DAY, None)], []),
            NELL: ([("K", IMPORT_DAY, None)], ["ASD"]),
        },
    ),
    (
        "needs-in-words-with-their-place.csv", {}, {},
        {PIA: ([("K", "2024-09-01", None)], ["SLCN", "HI"]), OTTO: ([("E", "2024-09-01", None)], ["PD"])},
    ),
    (
        "plan-with-nsa-or-no-need.csv", {}, {},
        {
            PIA: ([("E", "2024-09-01", None)], []),
            OTTO: ([("E", "2024-09-01", None)], []),
            MAGS: ([("K", "2024-09-01", None)], []),
        },
    ),
    (
        "three-columns-of-one-name-twice-1.csv", {}, {},
        {PIA: ([("K", IMPORT_DAY, None)], ["SLCN", "MLD", "HI"]), OTTO: ([("K", IMPORT_DAY, None)], ["ASD"])},
    ),
    (
        "class-list-with-headings.csv", {}, {"names": "surname"},
        {
            PIA: ([("K", IMPORT_DAY, None)], []),
            OTTO: ([("N", IMPORT_DAY, None)], []),
            MAGS: ([("N", IMPORT_DAY, None)], []),
        },
    ),
    (
        "workbook-with-a-sheet-of-leavers-first.xlsx", {}, {},
        {OTTO: ([("K", IMPORT_DAY, None)], []), MAGS: ([("N", IMPORT_DAY, None)], [])},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "answers", "choices", "right"), REGISTERS, ids=[each[0] for each in REGISTERS])
def test_the_register_is_as_the_file_says_and_stays_so(school, senco, name, answers, choices, right):
    take(school, senco, name, answers, choices)

    assert {each.upn: (statuses(each), needs(each)) for each in Pupil.objects.all()} == right

    again = read_as(send(school, senco, name), senco, choices)
    assert set(kinds(again)) == {"same"}


# File, choices about the file, and (surname, forename, birth) of each pupil after it.
PEOPLE = [
    (
        "month-first.csv", {"dates:birth_on": "month"},
        {
            PIA: ("Wrack", "Pia", date(2014, 5, 27)),
            OTTO: ("Wrack", "Otto", date(2014, 5, 6)),
            MAGS: ("Wrack", "Mags", date(2014, 11, 30)),
            NELL: ("Wrack", "Nell", date(2014, 7, 8)),
        },
    ),
    (
        "names-like-blanks.csv", {},
        {
            PIA: ("Null", "Pia", date(2012, 4, 3)),
            OTTO: ("Wrack", "None", date(2012, 4, 4)),
            MAGS: ("Na", "Mags", date(2012, 4, 5)),
        },
    ),
    (
        "upn-with-hyphens-as-formula-wide.csv", {},
        {
            PIA: ("Wrack", "Pia", date(2012, 4, 3)),
            OTTO: ("Wrack", "Otto", date(2012, 5, 3)),
            MAGS: ("Wrack", "Mags", date(2012, 6, 3)),
        },
    ),
    (
        "mojibake.csv", {},
        {PIA: ("Muñoz", "Pia", date(2012, 4, 3)), OTTO: ("Dupré", "Otto", date(2012, 5, 3))},
    ),
    (
        "class-list-with-headings.csv", {"names": "surname"},
        {
            PIA: ("Wrack", "Pia", date(2018, 4, 3)),
            OTTO: ("Dune", "Otto", date(2018, 5, 3)),
            MAGS: ("Wrack", "Mags", date(2017, 5, 3)),
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "choices", "right"), PEOPLE, ids=[each[0] for each in PEOPLE])
def test_people_are_as_the_file_says_and_stay_so(school, senco, name, choices, right):
    take(school, senco, name, choices=choices)

    people = {each.upn: (each.legal_surname, each.legal_forename, each.birth_on) for each in Pupil.objects.all()}
    assert people == right

    again = read_as(send(school, senco, name), senco, choices)
    assert set(kinds(again)) == {"same"}


def test_a_birthday_that_cannot_be_keeps_the_row_out(school, senco):
    imported = send(school, senco, "bad-birth-date.csv")

    assert {change.row_number: change.reasons[0]["code"] for change in imported.changes.all()} == {
        2: NoteCode.NO_SUCH_DAY.value,
        3: NoteCode.BORN_IN_FUTURE.value,
        4: NoteCode.BIRTH_MISSING.value,
    }
    assert not imported.changes.exclude(kind="rejected").exists()


def test_an_unclear_status_waits_and_a_watched_pupil_goes_on_the_list(school, senco):
    imported = send(school, senco, "status-of-old-or-unknown.csv")
    assert asked(imported) == {"S": "", "SA+": "", "Monitoring": "W", "EHCNA requested": ""}

    apply(imported, senco, confirmed=True)

    [mags] = Pupil.objects.all()
    watch = mags.watch_entries.get()
    assert (mags.upn, watch.starts_on) == (MAGS, date(2025, 9, 1))
    assert watch.look_again_on > TODAY()
    assert "Monitoring" in watch.reason


def test_an_assessment_request_is_never_offered_as_a_plan(school, senco):
    imported = send(school, senco, "status-of-old-or-unknown.csv")

    [question] = imported.changes.get(row_number=5).questions

    assert [option["id"] for option in question["options"]] == ["K?", "N?", "out"]


def test_support_that_began_nobody_knows_when_asks_nobody_to_tell_parents(school, senco):
    take(school, senco, "three-columns-of-one-name-twice-1.csv")

    assert RegisterEntry.objects.filter(code="K").count() == 2
    assert not DueItem.objects.filter(rule="support.tell_parent").exists()


def test_an_answer_holds_for_the_next_file(school, senco):
    answers = {"S": "out", "SA+": "K?", "EHCNA requested": "out"}
    take(school, senco, "status-of-old-or-unknown.csv", answers)

    again = send(school, senco, "status-of-old-or-unknown.csv")

    assert {change.kind for change in again.changes.filter(row_number__in=[3, 4])} == {"same"}


def test_class_headings_give_the_class_and_brackets_the_name_they_like(school, senco):
    take(school, senco, "class-list-with-headings.csv", choices={"names": "surname"})

    assert {each.upn: each.form_group.name for each in Pupil.objects.all()} == {PIA: "4K", OTTO: "4K", MAGS: "5L"}
    assert pupil(PIA).preferred_forename == "Pip"
    assert list(pupil(PIA).flags.values_list("kind", flat=True)) == ["fsm"]


def test_an_import_waits_until_somebody_says_how_names_are_written(school, senco):
    imported = send(school, senco, "class-list-with-headings.csv")

    with pytest.raises(Refused) as refused:
        imports.apply(imported=imported, by=senco, confirmed=True)

    assert refused.value.reason.name == "FILE_NOT_SETTLED"
    assert {change.label for change in imported.changes.exclude(kind="rejected")} == {"Pia Wrack", "Mags Wrack"}


def test_a_leaver_in_the_first_file_is_kept_as_a_leaver(school, senco):
    take(school, senco, "leaver-in-the-first-file.csv")
    pia, otto = pupil(PIA), pupil(OTTO)

    assert (pia.left_on, otto.left_on) == (date(2026, 7, 17), None)
    assert not pia.enrolments.filter(ends_on=None).exists()
    assert not pia.register_entries.filter(ends_on=None).exists()
    assert set(kinds(send(school, senco, "leaver-in-the-first-file.csv"))) == {"same"}


def test_the_kept_start_is_the_one_the_preview_shows(school, senco):
    take(school, senco, "start-date-that-the-preview-shows-is-not-the-one-kept-1.csv")
    second = send(school, senco, "start-date-that-the-preview-shows-is-not-the-one-kept-2.csv")
    shown = next(item for item in second.changes.get(kind="changed").fields if item["key"] == "sen")["theirs"]

    apply(second, senco)

    assert "14 Sep 2026" in shown
    assert statuses(pupil(PIA)) == [("K", "2026-09-14", None)]
    third = send(school, senco, "start-date-that-the-preview-shows-is-not-the-one-kept-2.csv")
    assert set(kinds(third)) == {"same"}


def test_two_pupils_of_one_name_and_birthday_are_two(school, senco):
    take(school, senco, "two-pupils-of-one-name-and-birthday-own-numbers.csv")

    assert sorted(Pupil.objects.values_list("mis_id", "sex")) == [("501", "F"), ("502", "M")]
    assert set(kinds(send(school, senco, "two-pupils-of-one-name-and-birthday-own-numbers.csv"))) == {"same"}


def test_a_row_with_the_numbers_of_two_others_is_kept_out_alone(school, senco):
    take(school, senco, "one-number-each-of-two-pupils-1.csv")

    second = send(school, senco, "one-number-each-of-two-pupils-2.csv")

    assert {change.row_number: change.kind for change in second.changes.all()} == {
        2: "same", 3: "same", 4: "rejected",
    }  # fmt: skip


@pytest.mark.parametrize(("answer", "right"), [("keep", [("E", "2024-09-14", None)]), ("end", [
    ("E", "2024-09-14", "2026-09-13"), ("K", "2026-09-14", None)])])  # fmt: skip
def test_a_plan_ends_only_when_somebody_says_so_and_is_not_asked_again(school, senco, answer, right):
    take(school, senco, "plan-ends-in-the-file-1.csv")
    second = send(school, senco, "plan-ends-in-the-file-2.csv")
    assert asked(second) == {"E>K": ""}

    take(school, senco, "plan-ends-in-the-file-2.csv", {"E>K": answer})

    assert statuses(pupil(PIA)) == right
    third = send(school, senco, "plan-ends-in-the-file-2.csv")
    assert set(kinds(third)) == {"same"}


def test_parental_responsibility_is_read(school, senco):
    take(school, senco, "parental-responsibility.csv")

    contact = pupil(PIA).contacts.get()
    assert (contact.name, contact.relation, contact.has_parental_responsibility) == ("Rosa Wrack", "Mother", True)
    assert set(kinds(send(school, senco, "parental-responsibility.csv"))) == {"same"}


def test_words_for_years(school, senco):
    imported = send(school, senco, "year-words.csv")
    assert asked(imported) == {"-1": ""}
    assert {change.row_number for change in imported.changes.filter(kind="rejected")} == {4, 5}

    take(school, senco, "year-words.csv", {"-1": "N2"})

    assert {each.upn: each.year_group for each in Pupil.objects.all()} == {PIA: "E1", OTTO: "N2", OLA: "7"}
    assert pupil(OLA).form_group.name == "7M"


def test_headings_of_other_systems_are_matched_without_help(school, senco):
    take(school, senco, "other-headings.csv")
    [pia] = Pupil.objects.all()

    assert (pia.mis_id, pia.legal_surname, pia.birth_on, pia.year_group) == ("9", "Wrack", date(2012, 3, 4), "9")
    assert pia.form_group.name == "9M"
    assert statuses(pia) == [("K", "2024-01-01", None)]
    assert pia.contacts.get().email == "r@example.org"
    assert set(kinds(send(school, senco, "other-headings.csv"))) == {"same"}


def test_the_choice_of_a_sheet_is_offered_and_can_be_changed(school, senco):
    imported = send(school, senco, "workbook-with-a-sheet-of-leavers-first.xlsx")
    assert {change.label for change in imported.changes.all()} == {"Pia Wrack", "Otto Wrack"}

    other = work(imports.read_as(imported=imported, choices={"sheet": "Old leavers"}, by=senco))
    other = work(imports.match_columns(imported=other, mapping=other.mapping, by=senco))

    assert other.status == Import.Status.CHECK
    assert [change.label for change in other.changes.all()] == ["Guy Gone"]


def test_a_known_birthday_is_not_swapped_by_itself(school, senco):
    take(school, senco, "mojibake.csv")
    Pupil.objects.filter(upn=PIA).update(birth_on=date(2012, 3, 4))

    change = send(school, senco, "mojibake.csv").changes.get(pupil=pupil(PIA))

    [item] = change.fields
    assert (item["key"], item["chosen"], item["note"]["code"]) == ("birth_on", False, NoteCode.SWAPPED_DAY.value)


def test_a_status_of_next_week_keeps_the_row_out(school, senco):
    day = TODAY() + timedelta(days=7)
    file = upload(f"UPN,Surname,Forename,DOB,SEN Status,SEN Start Date\n{PIA},Wrack,Pia,23/04/2012,K,{day:%d/%m/%Y}\n")

    [change] = preview(school, file, senco).changes.all()

    assert (change.kind, change.told.split()) == ("rejected", [NoteCode.SEN_START_TO_COME.value])
