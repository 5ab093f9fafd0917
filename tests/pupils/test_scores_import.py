"""Scores from a file: two shapes, whom a line is about, what is there already, and taking it back."""

import io
from datetime import date
from decimal import Decimal

import pytest
import time_machine
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from pupils.measures import importing, services
from pupils.measures.refusals import MeasureReason
from pupils.models import Assessment, Pupil, ScoreImport, ScoreKind
from pupils.record.services.assessments import update_assessment
from tests.factories import PupilFactory
from tests.refusals import refused

DAY = date(2026, 11, 2)
UPNS = ("X373400126001", "Z886321627014", "Z933205125108")


@pytest.fixture(autouse=True)
def _wednesday():
    with time_machine.travel("2026-11-04 12:00:00+00:00", tick=False):
        yield


@pytest.fixture
def three(school, group):
    names = (("Amara", "Osei-Bright"), ("Tomasz", "Nowak"), ("Edie", "O'Hara"))
    return [
        PupilFactory(
            school=school, form_group=group, legal_forename=forename, legal_surname=surname, upn=upn,
            birth_on=date(2016, 5, number),
        )
        for number, ((forename, surname), upn) in enumerate(zip(names, UPNS, strict=True), start=1)
    ]  # fmt: skip


@pytest.fixture
def kinds(school):
    return [
        ScoreKind.objects.create(school=school, name="Reading score", scale="raw", least=0, most=60),
        ScoreKind.objects.create(school=school, name="SDQ", scale="raw", has_raters=True, most=40),
        ScoreKind.objects.create(school=school, name="Reading age", scale="age", asks_form=True),
    ]


def read(acting, senco, text, *, usual=DAY, form="", name="scores.csv"):
    content = text.encode() if isinstance(text, str) else text
    return importing.read(content, name, acting=acting(senco), usual=usual, form=form)


def said(reading):
    names = dict(Pupil.objects.values_list("pk", "legal_forename"))
    measures = dict(ScoreKind.objects.values_list("pk", "name"))
    return [(names[one.pupil], measures[one.kind], one.rater, one.on, one.score) for one in reading.scores]


def test_one_score_a_line(three, kinds, acting, senco):
    found = read(
        acting, senco,
        "UPN,Measure,Score,Date,Who filled it in\n"
        f"{UPNS[0]},Reading score,41,02/11/2026,\n"
        f"{UPNS[0]},sdq,17,01/11/2026,Parent\n"
        f"{UPNS[1]},SDQ,9,,class teacher\n",
    )  # fmt: skip

    assert found.problems == []
    assert said(found) == [
        ("Amara", "Reading score", "", DAY, 41),
        ("Amara", "SDQ", "parent", date(2026, 11, 1), 17),
        ("Tomasz", "SDQ", "teacher", DAY, 9),
    ]


def test_a_column_for_each_measure_and_who_filled_it_in_behind_its_name(three, kinds, acting, senco):
    found = read(
        acting, senco,
        "Surname,Forename,Reading score,\"SDQ, parent\",SDQ (teacher)\n"
        "Osei-Bright,Amara,41,17,12\nNowak,Tomasz,abs,,9\nO\u2019Hara,Edie,30,n/a,-\n",
    )  # fmt: skip

    assert found.problems == []
    assert found.empty == 4
    assert said(found) == [
        ("Amara", "Reading score", "", DAY, 41),
        ("Amara", "SDQ", "parent", DAY, 17),
        ("Amara", "SDQ", "teacher", DAY, 12),
        ("Tomasz", "SDQ", "teacher", DAY, 9),
        ("Edie", "Reading score", "", DAY, 30),
    ]


def test_a_workbook_with_real_dates_and_ages_in_years_and_months(three, kinds, acting, senco):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("Scores")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for column, heading in enumerate(("Name", "Date of birth", "Reading age", "Date taken", "Form")):
            sheet.write_string(0, column, heading)
        sheet.write_row(1, 0, ["Nowak, Tomasz", "02/05/2016", "7y 6m"])
        sheet.write_datetime(1, 3, date(2026, 11, 3), day)
        sheet.write_string(1, 4, "B")
        sheet.write_row(2, 0, ["Edie O'Hara", "03/05/2016", 95])
        sheet.write_datetime(2, 3, date(2026, 11, 3), day)
        sheet.write_string(2, 4, "B")

    found = read(acting, senco, target.getvalue(), name="scores.xlsx")

    assert found.problems == []
    assert [(one.score, one.form, one.on) for one in found.scores] == [
        (90, "B", date(2026, 11, 3)), (95, "B", date(2026, 11, 3)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Z933205125108,Nowak Tomasz,Reading score,4,", "its number is that of Edie O'Hara"),
        (",Nobody Known,Reading score,4,", "nobody whom you may see has this name"),
        (",,Reading score,4,", "neither a number nor a name"),
        ("A12,,Reading score,4,", "Line 2:"),
        (",Nowak Tomasz,Maths,4,", "is none of your measures"),
        (",Nowak Tomasz,,4,", "it names no measure"),
        (",Nowak Tomasz,Reading score,61,", "between 0 and 60"),
        (",Nowak Tomasz,Reading score,lots,", "Reading score"),
        (",Nowak Tomasz,Reading score,4,31/02/2026", "Line 2:"),
        (",Nowak Tomasz,Reading score,4,05/11/2026", "cannot be after today"),
        (",Nowak Tomasz,SDQ,4,", "who filled it in"),
        (",Nowak Tomasz,Reading age,96,", "Name the test and its form"),
    ],
)
def test_what_cannot_be_is_left_out_with_its_line_and_why(three, kinds, acting, senco, line, words):
    found = read(acting, senco, f"UPN,Name,Measure,Score,Date\n{line}\n{UPNS[0]},,Reading score,5,\n")

    assert len(found.problems) == 1
    assert words in found.problems[0]
    assert len(found.scores) == 1  # the other line is read


def test_two_of_one_name_are_told_apart_by_their_birthday(three, kinds, school, acting, senco):
    PupilFactory(school=school, legal_forename="Edie", legal_surname="O'Hara", birth_on=date(2015, 1, 1))
    text = "Name,Date of birth,Reading score\nEdie O'Hara,{},5\n"

    assert "several pupils" in read(acting, senco, text.format("")).problems[0]
    assert said(read(acting, senco, text.format("03/05/2016")))[0][0] == "Edie"


def test_a_pupil_of_another_school_is_nobody(kinds, foreign_pupil, acting, senco):
    name = f"{foreign_pupil.legal_forename} {foreign_pupil.legal_surname}"

    assert "nobody whom you may see" in read(acting, senco, f"Name,Reading score\n{name},5\n").problems[0]


def test_the_same_score_twice_is_one_and_two_that_differ_are_told(three, kinds, acting, senco):
    found = read(
        acting, senco, f"UPN,Reading score\n{UPNS[0]},5\n{UPNS[0]},5\n{UPNS[0]},6\n{UPNS[1]},7\n"
    )  # fmt: skip

    assert [one.score for one in found.scores] == [5, 7]
    assert "line 2 has another score" in found.problems[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", "PDF"),
        (b"UPN,Height\nX373400126001,5\n", "No column of scores was found"),
        (b"Measure,Score,Colour\nReading score,5,red\n", "whom a line is about"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(three, kinds, acting, senco, content, words):
    with pytest.raises(importing.Unreadable, match=words):
        read(acting, senco, content)


# --- Saving ------------------------------------------------------------------------------------------------------
def saved(acting, senco, scores):
    plan = importing.plan_of(scores)
    return services.save_scores(acting=acting(senco), scores=scores, seen=plan.sum, file_name="scores.csv", by=senco)


def test_saved_twice_nothing_is_there_twice_and_what_is_here_otherwise_stays(three, kinds, acting, senco):
    first = read(acting, senco, f"UPN,Reading score\n{UPNS[0]},5\n{UPNS[1]},7\n").scores
    saved(acting, senco, first)

    again = read(acting, senco, f"UPN,Reading score\n{UPNS[0]},5\n{UPNS[1]},8\n{UPNS[2]},9\n").scores
    plan = importing.plan_of(again)
    assert (len(plan.new), plan.same, [(one.score, here) for one, here in plan.other]) == (1, 1, [(8, 7)])
    saved(acting, senco, again)

    assert sorted(Assessment.objects.values_list("score", flat=True)) == [5, 7, 9]


def test_what_changed_since_the_preview_is_looked_at_again(three, kinds, acting, senco):
    scores = read(acting, senco, f"UPN,Reading score\n{UPNS[0]},5\n").scores
    seen = importing.plan_of(scores).sum
    saved(acting, senco, scores)

    with refused(MeasureReason.FILE_CHANGED):
        services.save_scores(acting=acting(senco), scores=scores, seen=seen, file_name="x", by=senco)


def test_taken_back_but_for_what_somebody_changed(three, kinds, acting, senco):
    made = saved(acting, senco, read(acting, senco, f"UPN,Reading score\n{UPNS[0]},5\n{UPNS[1]},7\n").scores)
    changed = Assessment.objects.get(score=7)
    update_assessment(assessment=changed, values={"score": Decimal(8)}, version=1, by=senco)

    assert services.take_back(made=made, by=senco) == 1
    assert Assessment.objects.get(removed_on=None).score == 8
    with refused(MeasureReason.TAKEN_BACK):
        services.take_back(made=made, by=senco)


# --- Pages -------------------------------------------------------------------------------------------------------
def upload(text):
    return SimpleUploadedFile("spring.csv", text.encode(), content_type="text/csv")


def test_from_a_file_to_the_records_and_back(three, kinds, senco, sign_in):
    browser, start = sign_in(senco), reverse("pupils:scores-import")
    text = f"UPN,Reading score\n{UPNS[0]},5\n{UPNS[1]},99\n"

    page = browser.post(start, {"file": upload(text), "taken_on": "2026-11-02"}, follow=True)
    shown = " ".join(page.content.decode().split())
    assert "between 0 and 60" in shown
    assert "Amara Osei-Bright: Reading score, 5 on" in shown
    assert not Assessment.objects.exists()
    browser.post(reverse("pupils:scores-check"), {"sum": "1-0-0"})

    assert Assessment.objects.get().score == 5
    made = ScoreImport.objects.get()
    browser.post(reverse("pupils:scores-take-back", args=[made.pk]))
    assert not Assessment.objects.filter(removed_on=None).exists()


def test_without_a_file_the_check_leads_back(senco, sign_in):
    assert sign_in(senco).get(reverse("pupils:scores-check")).url == reverse("pupils:scores-import")


def test_a_file_that_is_none_says_so_on_its_field(kinds, senco, sign_in):
    page = sign_in(senco).post(reverse("pupils:scores-import"), {"file": upload("x"), "taken_on": "2026-11-02"})

    assert page.status_code == 422
    assert page.context["form"].errors["file"]


def test_whoever_enters_no_assessments_reads_no_file(teacher, sign_in):
    assert sign_in(teacher).get(reverse("pupils:scores-import")).status_code == 403
