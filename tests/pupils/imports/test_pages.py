"""The pages of an import: what each role sees, and what each button does."""

import csv
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pupils.imports.selectors.previews import told_counts
from pupils.models import Import, ImportChange, Pupil, PupilFlag
from sendco.audit.models import Event
from sendco.files.models import StoredFile
from sendco.files.refusals import StoredFileReason, UploadReason
from sendco.jobs.runner import run
from tests.factories import PupilFactory
from tests.refusals import shows

from .helping import HEADINGS, UPNS, apply, job_of, preview, sample, table, take_in, text_of, upload, work

pytestmark = pytest.mark.django_db
ROUTES = [
    ("get", "pupils:import-detail"),
    ("get", "pupils:import-progress"),
    ("get", "pupils:import-match"),
    ("post", "pupils:import-match"),
    ("post", "pupils:import-choose"),
    ("post", "pupils:import-apply"),
    ("post", "pupils:import-stop"),
    ("get", "pupils:import-undo"),
    ("post", "pupils:import-undo"),
    ("get", "pupils:import-rejected"),
    ("get", "pupils:import-notes"),
    ("post", "pupils:import-decide"),
]


@pytest.fixture
def imported(school, senco, other_pupil):
    """A preview of one new pupil, one changed, one rejected."""
    other_pupil.upn, other_pupil.year_group = UPNS[0], "4"
    other_pupil.save()
    return preview(
        school,
        table(
            f"{UPNS[0]},Farrant,Leo,14/02/2016,5,5A,N,",
            f"{UPNS[1]},Moss,Wren,01/03/2016,5,5A,K,SLCN",
            ",,Nobody,01/03/2016,5,5A,N,",
        ),
        senco,
    )


@pytest.fixture
def bare(school, senco):
    """An import that waits for somebody, without a file behind it."""
    return Import.objects.create(school=school, file_name="pupils.csv", started_by=senco, status=Import.Status.CHECK)


def url(name, imported):
    return reverse(name, args=[imported.pk])


@pytest.mark.parametrize(("method", "name"), ROUTES)
def test_another_schools_import_is_not_there(sign_in, outsider, bare, method, name):
    response = getattr(sign_in(outsider), method)(url(name, bare))

    assert response.status_code == 404


@pytest.mark.parametrize("person", ["teacher", "teaching_assistant", "governor", "administrator", "head", "dsl"])
@pytest.mark.parametrize(("method", "name"), ROUTES)
def test_roles_that_do_not_import_are_refused(request, sign_in, bare, person, method, name):
    response = getattr(sign_in(request.getfixturevalue(person)), method)(url(name, bare))

    assert response.status_code == 403


@pytest.mark.parametrize("name", ["choose", "decide", "apply", "stop"])
def test_changes_are_not_made_by_looking(sign_in, senco, bare, name):
    assert sign_in(senco).get(url(f"pupils:import-{name}", bare)).status_code == 405


def test_the_empty_list_teaches_how_to_begin(sign_in, office):
    page = sign_in(office).get(reverse("pupils:import-list")).content.decode()

    assert "No imports yet" in page
    assert reverse("pupils:import-new") in page


def test_the_list_query_count_does_not_grow(sign_in, senco, school, count_queries):
    sign_in(senco)
    address = reverse("pupils:import-list")
    Import.objects.create(school=school, file_name="a.csv", started_by=senco)
    count_queries(address)  # the first page of a session writes that somebody is there
    few = count_queries(address)
    for number in range(10):
        Import.objects.create(school=school, file_name=f"b{number}.csv", started_by=senco)

    assert count_queries(address) == few


def test_from_upload_to_register(sign_in, office, school):
    client = sign_in(office)

    sent = client.post(reverse("pupils:import-new"), {"upload": sample("alpha.csv"), "whole_school": "no"})
    imported = Import.objects.get()
    assert sent.url == imported.get_absolute_url()
    assert "Waiting to start" in client.get(sent.url).content.decode()

    run(imported.job_id)
    matched = client.get(sent.url, follow=True)
    assert "Ashgrove" in matched.content.decode()
    fields = {f"column_{index}": name for index, name in Import.objects.get().mapping.items()}
    client.post(url("pupils:import-match", imported), fields)
    work(Import.objects.get())
    page = client.get(sent.url).content.decode()
    assert "14 are added" in page
    assert "Apply 14" in page

    client.post(url("pupils:import-apply", imported))
    run(Import.objects.get().job_id)

    assert Pupil.objects.filter(school=school).count() == 14
    assert "New pupils" in client.get(sent.url).content.decode()


def test_a_known_file_goes_straight_to_the_preview(school, senco):
    take_in(school, sample("alpha.csv"), senco)

    again = preview(school, sample("alpha.csv"), senco)

    assert job_of(again).kind == "pupils.import_read"
    assert again.status == Import.Status.CHECK
    assert Event.objects.filter(code="import.started").count() == 2


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"%PDF-1.7 nothing", "pupils.csv", "is a PDF"),
        (b"PK\x03\x04broken", "pupils.xlsx", "damaged"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><CTfile>&a;</CTfile>', "x.xml", "defines its own document"),
        (b"Surname,Forename\n", "pupils.csv", "no pupils under them"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "pupils.xls", "old kind of Excel"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(sign_in, senco, school, content, name, words):
    client = sign_in(senco)
    client.post(reverse("pupils:import-new"), {"upload": upload(content, name), "whole_school": "no"})
    imported = work(Import.objects.get())

    page = client.get(imported.get_absolute_url()).content.decode()

    assert imported.status == Import.Status.FAILED
    assert words in page
    assert not StoredFile.objects.exists()


def test_a_file_that_waits_for_the_scanner_is_not_read(sign_in, senco, monkeypatch):
    client = sign_in(senco)
    client.post(reverse("pupils:import-new"), {"upload": sample("alpha.csv"), "whole_school": "no"})
    monkeypatch.setattr("sendco.files.scan.is_configured", lambda: True)
    imported = work(Import.objects.get())

    page = client.get(imported.get_absolute_url()).content.decode()

    assert imported.status == Import.Status.FAILED
    assert shows(page, StoredFileReason.NOT_SCANNED)


def test_a_file_with_a_virus_is_refused_at_once(sign_in, senco, monkeypatch):
    monkeypatch.setattr("sendco.files.scan.is_configured", lambda: True)
    monkeypatch.setattr("sendco.files.scan.is_infected", lambda chunks: True)
    data = {"upload": sample("alpha.csv"), "whole_school": "no"}

    answer = sign_in(senco).post(reverse("pupils:import-new"), data)

    assert answer.status_code == 422
    assert shows(answer.content.decode(), UploadReason.INFECTED)
    assert not Import.objects.exists()
    assert not StoredFile.objects.exists()


def test_an_empty_upload_is_refused_at_once(sign_in, senco):
    answer = sign_in(senco).post(reverse("pupils:import-new"), {"upload": upload(b""), "whole_school": "no"})

    assert answer.status_code == 422
    assert "The file is empty" in answer.content.decode()


def test_two_columns_for_one_field_are_refused(sign_in, senco, school):
    client = sign_in(senco)
    imported = preview(school, table("x,y,z", headings="One,Two,Three"), senco, match=False)

    both = {"column_0": "legal_surname", "column_1": "legal_surname"}
    answer = client.post(url("pupils:import-match", imported), both)

    assert answer.status_code == 422
    assert "matched twice" in answer.content.decode()


def test_columns_without_a_name_are_refused(sign_in, senco, school):
    client = sign_in(senco)
    imported = preview(school, table("x,y,z", headings="One,Two,Three"), senco, match=False)

    answer = client.post(url("pupils:import-match", imported), {"column_0": "upn"})

    assert answer.status_code == 422
    assert "legal surname" in answer.content.decode()


def test_the_file_value_is_chosen_and_ours_can_be_kept(sign_in, senco, imported, other_pupil):
    client = sign_in(senco)
    change = imported.changes.get(kind="changed")
    page = client.get(f"{imported.get_absolute_url()}?tab=changed").content.decode()
    assert "Year taught in" in page

    choice = {"change": change.pk, "key": "year_group", "value": "ours"}
    answer = client.post(url("pupils:import-choose", imported), choice, headers={"HX-Request": "true"})

    assert "import-bar" in answer.content.decode()
    change.refresh_from_db()
    assert [item["chosen"] for item in change.fields if item["key"] == "year_group"] == [False]
    client.post(url("pupils:import-apply", imported))
    run(Import.objects.get().job_id)
    other_pupil.refresh_from_db()
    assert other_pupil.year_group == "4"


def test_a_button_chooses_without_javascript(sign_in, senco, imported):
    change = imported.changes.get(kind="changed")

    choice = {"change": change.pk, "pick": "ours|year_group"}
    answer = sign_in(senco).post(url("pupils:import-choose", imported), choice)

    assert answer.status_code == 302
    change.refresh_from_db()
    assert [item["chosen"] for item in change.fields if item["key"] == "year_group"] == [False]


def test_a_change_of_another_import_cannot_be_chosen(sign_in, senco, school, imported):
    other = Import.objects.create(school=school, file_name="b.csv", started_by=senco, status="check")
    change = imported.changes.get(kind="changed")

    answer = sign_in(senco).post(url("pupils:import-choose", other), {"change": change.pk, "value": "file"})

    assert answer.status_code == 404


def test_a_new_pupil_can_be_left_out(sign_in, senco, imported):
    change = imported.changes.get(kind="new")

    sign_in(senco).post(url("pupils:import-choose", imported), {"change": change.pk, "value": "ours"})
    apply(imported, senco)

    assert not Pupil.objects.filter(upn=UPNS[1]).exists()


def test_every_tab_can_be_opened(sign_in, senco, imported):
    client = sign_in(senco)
    for kind in [*ImportChange.Kind.values, "decide", "notes"]:
        assert client.get(f"{imported.get_absolute_url()}?tab={kind}").status_code == 200


def test_rejected_rows_come_back_with_the_reason(sign_in, senco, imported):
    answer = sign_in(senco).get(url("pupils:import-rejected", imported))

    rows = list(csv.reader(text_of(answer).decode("utf-8-sig").splitlines()))
    assert rows[0][:3] == ["Row in your file", "Why it was not taken in", "UPN"]
    assert rows[1][0] == "4"
    assert "no legal surname" in rows[1][1]


def test_rejected_rows_are_for_their_sender_and_for_a_day(sign_in, senco, office, imported):
    assert sign_in(office).get(url("pupils:import-rejected", imported)).status_code == 404
    StoredFile.objects.filter(purpose="import_rejected").update(expires_at=timezone.now() - timedelta(seconds=1))

    assert sign_in(senco).get(url("pupils:import-rejected", imported)).status_code == 404


def test_stopping_changes_nothing_and_deletes_the_file(sign_in, senco, imported):
    sign_in(senco).post(url("pupils:import-stop", imported))

    imported.refresh_from_db()
    assert imported.status == Import.Status.STOPPED
    assert not StoredFile.objects.filter(purpose="import").exists()
    assert not imported.changes.exists()
    assert Pupil.objects.count() == 1


def test_a_fifth_of_leavers_is_asked_twice(sign_in, senco, school):
    PupilFactory.create_batch(3, school=school)
    row = f"{UPNS[1]},Moss,Wren,01/03/2016,5,5A,N,"
    imported = preview(school, table(row), senco, is_whole_school=True)
    client = sign_in(senco)
    client.post(url("pupils:import-choose", imported), {"every": "leaver", "value": "file"})

    first = client.post(url("pupils:import-apply", imported))
    assert first.status_code == 422
    assert "more than a fifth" in first.content.decode()
    imported.refresh_from_db()
    assert imported.status == Import.Status.CHECK

    client.post(url("pupils:import-apply", imported), {"asked": "1", "sure": "on"})
    run(Import.objects.get().job_id)
    assert Pupil.objects.filter(left_on=None).count() == 1


def test_undo_asks_first_and_then_puts_back(sign_in, senco, imported, other_pupil):
    apply(imported, senco)
    client = sign_in(senco)
    assert "Undo the import" in client.get(url("pupils:import-undo", imported)).content.decode()

    client.post(url("pupils:import-undo", imported))
    run(Import.objects.get().job_id)

    assert list(Pupil.objects.all()) == [other_pupil]
    assert "1 put back" not in client.get(imported.get_absolute_url()).content.decode()
    assert "2 put back" in client.get(imported.get_absolute_url()).content.decode()


def test_undo_ends_after_seven_days(sign_in, senco, imported):
    apply(imported, senco)
    Import.objects.update(applied_at=timezone.now() - timedelta(days=7))

    answer = sign_in(senco).post(url("pupils:import-undo", imported), follow=True)

    assert "Those days are over" in answer.content.decode()
    assert Import.objects.get().status == Import.Status.APPLIED


def test_progress_asks_for_the_page_once_the_work_is_over(sign_in, senco, imported):
    answer = sign_in(senco).get(url("pupils:import-progress", imported))

    assert answer.headers["HX-Refresh"] == "true"


def test_the_office_does_not_meet_confidential_flags(sign_in, senco, office, school, other_pupil):
    other_pupil.upn = UPNS[0]
    other_pupil.save()
    PupilFlag.objects.create(pupil=other_pupil, kind="lac")
    row = f"{UPNS[0]},Farrant,Leo,14/02/2016,No"
    imported = preview(school, table(row, headings="UPN,Surname,Forename,DOB,In Care"), senco)

    assert "Looked after" in sign_in(senco).get(imported.get_absolute_url()).content.decode()
    assert "Looked after" not in sign_in(office).get(imported.get_absolute_url()).content.decode()


# --- Decisions -----------------------------------------------------------------------------------------------------
UNCLEAR = [
    f"{UPNS[0]},Farrant,Leo,24/02/2016,5,5A,SA+,MLD",
    f"{UPNS[1]},Moss,Wren,21/03/2016,5,5A,SA+,SLCN",
    f"{UPNS[2]},Orme,Mia,22/03/2016,5,5A,N,",
]


@pytest.fixture
def unclear(school, senco):
    """Two rows of a status from before 2014, and one without a question."""
    return preview(school, table(*UNCLEAR), senco)


def test_decisions_come_first_and_rows_that_say_the_same_are_answered_together(sign_in, senco, unclear):
    client = sign_in(senco)
    page = client.get(unclear.get_absolute_url()).content.decode()
    assert "Needs a decision" in page
    assert "for all 2 rows" in page

    answer = {"about": "rows", "key": "sen", "says": "SA+", "answer": "K?"}
    client.post(url("pupils:import-decide", unclear), answer)

    assert set(unclear.changes.filter(asked__gt=0).values_list("unanswered", "is_chosen")) == {(0, True)}


def test_one_row_may_be_answered_otherwise(sign_in, senco, unclear):
    client = sign_in(senco)
    first, second = unclear.changes.filter(asked__gt=0).order_by("row_number")
    client.post(url("pupils:import-decide", unclear), {"about": "rows", "key": "sen", "says": "SA+", "answer": "K?"})

    said = {"about": "rows", "key": "sen", "says": "SA+", "answer": "out", "change": second.pk}
    answer = client.post(url("pupils:import-decide", unclear), said, headers={"HX-Request": "true"})

    assert "import-bar" in answer.content.decode()
    assert list(unclear.changes.filter(asked__gt=0).order_by("row_number").values_list("is_chosen", flat=True)) == [
        True, False,
    ]  # fmt: skip
    assert first.row_number < second.row_number


def test_an_answer_that_is_no_option_leaves_the_question_open(sign_in, senco, unclear):
    said = {"about": "rows", "key": "sen", "says": "SA+", "answer": "Z"}

    sign_in(senco).post(url("pupils:import-decide", unclear), said)

    assert set(unclear.changes.filter(asked__gt=0).values_list("unanswered", flat=True)) == {1}


def test_applying_with_open_questions_says_how_many_rows_wait(sign_in, senco, unclear):
    client = sign_in(senco)

    first = client.post(url("pupils:import-apply", unclear))

    assert first.status_code == 422
    assert "2 rows wait for your decision" in first.content.decode()
    client.post(url("pupils:import-apply", unclear), {"asked": "1", "sure": "on"})
    run(Import.objects.get().job_id)
    assert [pupil.legal_forename for pupil in Pupil.objects.all()] == ["Mia"]


def test_a_file_with_the_month_first_is_read_again_as_somebody_says(sign_in, senco, school):
    imported = preview(school, table(f"{UPNS[0]},Farrant,Leo,02/24/2016,5,5A,N,", headings=HEADINGS), senco)
    client = sign_in(senco)
    page = client.get(imported.get_absolute_url()).content.decode()
    assert "First say how the file is to be read" in page
    assert client.post(url("pupils:import-apply", imported), follow=True).status_code == 200
    assert Import.objects.get().status == Import.Status.CHECK

    client.post(
        url("pupils:import-decide", imported), {"about": "file", "key": "dates:birth_on", "answer": "month"}
    )  # fmt: skip
    imported = work(Import.objects.get())

    assert imported.changes.get().kind == "new"
    client.post(url("pupils:import-apply", imported))
    run(Import.objects.get().job_id)
    assert str(Pupil.objects.get().birth_on) == "2016-02-24"


def test_how_a_file_is_read_can_be_said_where_columns_are_matched(sign_in, senco, school):
    imported = preview(school, table(f"{UPNS[0]},Farrant,Leo,02/24/2016,5,5A,N,"), senco, match=False)
    client = sign_in(senco)
    assert "How the file is read" in client.get(url("pupils:import-match", imported)).content.decode()

    fields = {f"column_{index}": name for index, name in imported.mapping.items()} | {"how_0": "month"}
    client.post(url("pupils:import-match", imported), fields)

    assert work(Import.objects.get()).changes.get().kind == "new"


def test_columns_that_are_not_used_are_marked(sign_in, senco, school):
    file = table(f"{UPNS[0]},Farrant,Leo,24/02/2016,Kestrel", headings="UPN,Surname,Forename,DOB,House")
    imported = preview(school, file, senco, match=False)

    page = sign_in(senco).get(url("pupils:import-match", imported)).content.decode()

    assert "Not used" in page
    assert "Columns that are not used: “House”" in page


@pytest.fixture
def noted(school, senco):
    lines = [f"{UPNS[0]},Farrant,Leo,24/02/2016,maybe,", f"{UPNS[1]},Moss,Wren,21/03/2016,Yes,nowhere"]
    return preview(school, table(*lines, headings="UPN,Surname,Forename,DOB,FSM,Parent 1 email"), senco)


def test_notes_are_counted_filtered_and_downloaded(sign_in, senco, noted):
    client = sign_in(senco)
    assert told_counts(noted) == {"neither-yes-nor-no": 1, "not-an-email": 1}
    page = client.get(f"{noted.get_absolute_url()}?tab=notes&note=not-an-email").content.decode()
    assert "Wren Moss" in page
    assert "“maybe” is neither" not in page

    answer = client.get(url("pupils:import-notes", noted))

    rows = list(csv.reader(text_of(answer).decode("utf-8-sig").splitlines()))
    assert [row[:3] for row in rows] == [
        ["Row in your file", "Pupil", "Taken in"], ["2", "Leo Farrant", "Yes"], ["3", "Wren Moss", "Yes"],
    ]  # fmt: skip
    assert Event.objects.filter(code="import.notes_downloaded", by_id=senco.pk).exists()


def test_notes_are_still_there_once_the_import_is_done(sign_in, senco, noted):
    apply(noted, senco)

    page = sign_in(senco).get(noted.get_absolute_url()).content.decode()

    assert "“maybe” is neither yes nor no" in page
    assert "Download all notes" in page


def test_a_row_in_question_is_not_added_by_another_button(sign_in, senco, unclear):
    client = sign_in(senco)
    change = unclear.changes.filter(unanswered=1).first()

    client.post(url("pupils:import-choose", unclear), {"change": change.pk, "value": "file"})
    client.post(url("pupils:import-choose", unclear), {"every": "new", "value": "file"})

    assert not unclear.changes.filter(unanswered=1, is_chosen=True).exists()
    assert unclear.changes.filter(kind="new", is_chosen=True).count() == 1
    assert "Needs a decision" in client.get(f"{unclear.get_absolute_url()}?tab=new").content.decode()
