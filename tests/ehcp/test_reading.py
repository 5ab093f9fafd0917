"""Reading a plan from its PDF: kept byte for byte, suggested, and counted only once a person checked each section."""

import json
from datetime import date

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ehcp import tasks  # noqa: F401  (registers the handler)
from ehcp.models import PlanPage, PlanVersion, SectionLetter
from ehcp.plans import pdf_bounds
from ehcp.plans.refusals import ReadingReason
from ehcp.plans.selectors.versions import latest
from ehcp.plans.services import reading
from ehcp.plans.services import versions as versions_service
from ehcp.plans.text import listed
from pupils.models import Document
from sendco.files.models import StoredFile
from sendco.files.refusals import UploadReason
from sendco.files.services import open_stored
from sendco.jobs.models import Job
from sendco.jobs.runner import run
from tests.factories.ehcp import LocalAuthorityFactory, PlanFactory, PlanVersionFactory
from tests.refusals import refused

from .pdfs import PLAN, pdf_of

DATED = date(2026, 10, 5)


@pytest.fixture
def plan(pupil):
    return PlanFactory(pupil=pupil, authority=LocalAuthorityFactory(school=pupil.school))


def upload(content, name="plan.pdf"):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def begin(plan, by, content, name="plan.pdf"):
    return reading.start_reading(
        plan=plan, upload=upload(content, name), kind=PlanVersion.Kind.AMENDED, dated_on=DATED, by=by
    )


def read(plan, by, content):
    version = begin(plan, by, content)
    assert run(version.reading.job_id) == "done"
    return PlanVersion.objects.select_related("reading", "plan__pupil", "plan__school").get(pk=version.pk)


def seen(version, letter):
    return versions_service.seen_of(versions_service.section_of(version, letter).html)


def check(version, letter, by, html=None, is_right=True):
    section = versions_service.section_of(version, letter)
    return reading.check_section(
        version=version,
        letter=letter,
        html=section.html if html is None else html,
        seen=seen(version, letter),
        is_right=is_right,
        by=by,
    )


# --- What is read ------------------------------------------------------------------------------------------------
def test_a_plan_is_kept_read_and_drawn(plan, senco):
    content = pdf_of(PLAN)

    version = read(plan, senco, content)

    with open_stored(reading.stored_file(version)) as file:
        assert file.read() == content
    assert Document.objects.get(pupil=plan.pupil).kind == Document.Kind.PLAN
    assert version.sections.count() == 12
    assert version.sections.get(letter="A").html == "<p>Robin likes trains.</p>"
    assert version.outcomes.get().by_when == "By the end of Year 6"
    assert [line.text for line in version.lines.filter(section="F")] == [
        "A reading programme, 20 minutes, three times a week, by a trained assistant, alone.",
        "Access to movement breaks as needed.",
    ]
    assert version.reading.places["E"] == 2
    assert version.reading.pages == 2
    picture = StoredFile.objects.get(pk=version.reading.pictures.first().file_id)
    assert picture.pupil_id == plan.pupil_id
    with open_stored(picture) as file:
        assert file.read().startswith(b"\x89PNG")


def test_nothing_counts_before_it_is_confirmed(plan, senco):
    version = read(plan, senco, pdf_of(PLAN))

    assert latest(plan) is None
    with refused(ReadingReason.SECTIONS_UNCHECKED, sections=listed(SectionLetter.values)):
        reading.confirm_version(version=version, by=senco)


def test_each_section_is_looked_at_and_then_it_counts(plan, senco):
    version = read(plan, senco, pdf_of(PLAN))
    for letter in SectionLetter.values[1:]:
        check(version, letter, senco)
    with refused(ReadingReason.SECTIONS_UNCHECKED, sections="A"):
        reading.confirm_version(version=version, by=senco)
    check(version, "A", senco, html="<p>Robin likes <strong>trains</strong>.</p>")

    reading.confirm_version(version=version, by=senco)

    assert latest(plan) == version
    assert version.sections.get(letter="A").html == "<p>Robin likes <strong>trains</strong>.</p>"
    with refused(ReadingReason.CONFIRMED_ALREADY):
        check(version, "A", senco)


def test_a_tick_comes_off_again(plan, senco):
    version = read(plan, senco, pdf_of(PLAN))
    check(version, "A", senco)

    found = check(version, "A", senco, is_right=False)

    assert found.checked == []


def test_the_job_may_run_twice(plan, senco):
    version = read(plan, senco, pdf_of(PLAN))
    Job.objects.filter(pk=version.reading.job_id).update(status="queued", token="")

    assert run(version.reading.job_id) == "done"

    assert version.reading.pictures.count() == 2
    assert version.outcomes.count() == 1


def test_who_may_not_any_more_reads_nothing(plan, senco, school):
    version = begin(plan, senco, pdf_of(PLAN))
    senco.memberships.update(ends_on=date(2026, 1, 1))

    assert run(version.reading.job_id) == "failed"
    assert not version.sections.exists()


def test_throwing_it_away_keeps_the_pdf(plan, senco):
    version = read(plan, senco, pdf_of(PLAN))
    file_id = version.file_id

    reading.discard_version(version=version, by=senco)

    assert not PlanVersion.objects.exists()
    assert not PlanPage.objects.exists()
    assert list(StoredFile.objects.values_list("pk", flat=True)) == [file_id]


def test_a_confirmed_version_is_not_thrown_away(plan, senco):
    with refused(ReadingReason.CONFIRMED_ALREADY):
        reading.discard_version(version=PlanVersionFactory(plan=plan), by=senco)


def test_one_reading_at_a_time(plan, senco):
    begin(plan, senco, pdf_of(PLAN))

    with refused(ReadingReason.ANOTHER_WAITS, number=1):
        begin(plan, senco, pdf_of(PLAN))


# --- Files that are not as they should be --------------------------------------------------------------------------
def test_a_scan_says_so_and_shows_its_pages(plan, senco):
    version = read(plan, senco, pdf_of([[], []]))

    assert "scan" in version.reading.notes[0]
    assert version.reading.pictures.count() == 2
    assert not version.sections.exists()
    check(version, "B", senco, html="<p>Typed beside the picture</p>")
    assert version.sections.get().letter == "B"


def test_a_locked_file_is_refused_before_anything_is_kept(plan, senco):
    with refused(UploadReason.LOCKED):
        begin(plan, senco, pdf_of(PLAN, password="secret"))

    assert not StoredFile.objects.exists()
    assert not plan.versions.exists()


@pytest.mark.parametrize(
    ("content", "reason", "data"),
    [
        (b"", UploadReason.EMPTY, {}),
        (b"%PDF-1.7 and then nothing of the kind", UploadReason.DAMAGED, {}),
        (b"PK\x03\x04 a Word file by another name", UploadReason.OTHER_THAN_ITS_NAME, {"kind": "PDF"}),
        (b"%PDF-1.7\n" + b"0" * (20 * 1024 * 1024), UploadReason.TOO_LARGE, {"most": 20}),
    ],
    ids=["empty", "malformed", "another-kind", "too-large"],
)
def test_files_that_are_no_plan_are_refused_in_words(plan, senco, content, reason, data):
    with refused(reason, **data):
        begin(plan, senco, content)

    assert not plan.versions.exists()


def test_a_word_file_is_not_read(plan, senco):
    with refused(ReadingReason.NOT_A_PDF):
        begin(plan, senco, b"words", name="plan.docx")


def test_a_program_in_the_file_is_kept_and_marked(plan, senco):
    content = pdf_of(PLAN, script=True)

    version = read(plan, senco, content)

    stored = reading.stored_file(version)
    assert stored.active_content
    with open_stored(stored) as file:
        assert file.read() == content


def test_many_pages_are_read_up_to_a_limit(plan, senco, monkeypatch):
    drawn = []
    monkeypatch.setattr(reading, "_draw", lambda content, numbers: drawn.extend(numbers) or {})
    lines = [["Section B: Special educational needs", "Needs."]] + [[f"Line {number}"] for number in range(1, 1000)]

    version = read(plan, senco, pdf_of(lines))

    assert version.reading.pages == 1000
    assert max(drawn) == pdf_bounds.MAX_PAGES
    assert any("1,000 pages; the first 200 were read" in note for note in version.reading.notes)
    assert "Line 199" in version.sections.get(letter="B").html


def test_a_page_as_large_as_a_field_is_drawn_small(plan, senco):
    version = read(plan, senco, pdf_of([["Section B: Special educational needs", "Needs."]], size=(14_000, 14_000)))

    stored = StoredFile.objects.get(pk=version.reading.pictures.get().file_id)
    assert stored.size < 2_000_000


def test_a_file_that_only_the_reader_cannot_take_is_kept_for_typing(plan, senco, monkeypatch):
    monkeypatch.setattr(reading, "run_child", lambda *args, **kwargs: json.dumps({"refused": "damaged"}).encode())

    version = read(plan, senco, pdf_of(PLAN))

    assert version.reading.notes == [reading.UNREADABLE]
    assert reading.stored_file(version) is not None
    check(version, "A", senco, html="<p>Typed</p>")


def test_a_reader_that_dies_costs_the_words_and_not_the_file(plan, senco, monkeypatch):
    def die(*args, **kwargs):
        raise reading.ChildFailed(-9)

    monkeypatch.setattr(reading, "run_child", die)

    version = read(plan, senco, pdf_of(PLAN))

    assert version.reading.notes == [reading.UNREADABLE]


def test_hostile_words_stay_words(plan, senco):
    lines = ["Section B: Special educational needs", "<script>alert(1)</script> {{ 7*7 }} needs."]

    version = read(plan, senco, pdf_of([lines]))

    html = version.sections.get(letter="B").html
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_one_bad_page_costs_only_itself(plan, senco):
    import io

    document = pikepdf.open(io.BytesIO(pdf_of(PLAN)))
    document.pages[0].obj.Contents = document.make_stream(b"BT /F1 (((( Tj \xff\xfe ET q q q")
    saved = io.BytesIO()
    document.save(saved)

    version = read(plan, senco, saved.getvalue())

    assert version.sections.get(letter="I").html == "<p>Fernhill Primary School</p>"


# --- The closed process ------------------------------------------------------------------------------------------
def test_the_reader_is_closed_in(tmp_path):
    """It gets limits and the file; the doors are closed before it looks at a byte of it."""
    source = (reading.run_child.__globals__["ROOT"] / "ehcp" / "plans" / "pdf_child.py").read_text()

    assert source.index("limit_this_process()") < source.index("close_the_doors()\n    content")
    assert reading.LIMITS.memory_mb <= 1024
    pages, text, problem = reading.words_of(pdf_of(PLAN))
    assert (pages, problem) == (2, "")
    assert "Robin likes trains." in text[0]
