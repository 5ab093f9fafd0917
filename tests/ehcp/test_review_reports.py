import io
from datetime import date

import docx
import pikepdf
import pytest
import time_machine
from django.urls import reverse
from PIL import Image

import ehcp.tasks  # noqa: F401  (its handlers register themselves)
from ehcp.models import Contribution, ContributionFile, Correspondence, ReviewLayout
from ehcp.reviews import layouts
from ehcp.reviews import pack as review_pack
from ehcp.reviews.refusals import LayoutReason, ReviewReason
from ehcp.reviews.report_docx import report_docx
from ehcp.reviews.services import layouts as review_layouts
from ehcp.reviews.services import reports as review_reports
from ehcp.reviews.services import reviews as services
from sendco.audit.models import Read
from sendco.files.models import StoredFile
from sendco.files.services import open_stored, store_bytes
from sendco.jobs import runner
from sendco.refusals import ChangedMeanwhile
from sendco.tools.demo.case_texts import LAYOUTS
from tests.factories.ehcp import PlanFactory, PlanOutcomeFactory, PlanVersionFactory, ProvisionLineFactory
from tests.refusals import refused, shows

HOSTILE = "<script>alert('x')</script><img src=file:///etc/passwd> \x07 {{ 7|add:7 }}"


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel("2026-11-23 10:00", tick=False):
        yield


@pytest.fixture
def held(pupil, senco):
    """A review whose meeting was held, written up whole."""
    pupil.year_group = "9"
    pupil.save()
    pupil.contacts.create(name="Parent One", has_parental_responsibility=True, email="one@example.org")
    plan = PlanFactory(pupil=pupil, made_on=date(2026, 2, 1))
    version = PlanVersionFactory(plan=plan)
    outcome = PlanOutcomeFactory(plan_version=version)
    ProvisionLineFactory(plan_version=version)
    review = services.begin(plan=plan, kind="annual", by=senco, began_on=date(2026, 9, 1))
    child = review.invitees.get(role="child")
    Contribution.objects.create(
        invitee=child, kind="child", answers={"going_well": "I like science"}, sent_at="2026-11-01T10:00Z"
    )
    review = services.save_school_report(review=review, version=review.version, text="Attendance 94%", by=senco)
    review = services.record_held(review=review, held_on=date(2026, 11, 10), by=senco, attended=[child.pk])
    services.review_outcome(review=review, outcome=outcome, by=senco, progress="some", evidence="Reads a page")
    services.add_difference(review=review, who="Mum", view="Wants weekly therapy", outcome=outcome, by=senco)
    review.refresh_from_db()
    return services.save_meeting(
        review=review, version=review.version, by=senco, recommendation="amend", recommendation_reason="F2 is vague",
        strengths="Kind to others", summary="A good year", changes_asked="An amount in F2", actions="SENDCo: letter",
        adult_employment="A week in a cafe",
    )  # fmt: skip


def layout_of(review, name):
    title, parts = LAYOUTS[name]
    return ReviewLayout.objects.create(
        school=review.school, authority=review.plan.authority, name=f"{name} form", title=title,
        parts=[{"heading": words, "note": note, "fields": list(codes)} for words, note, codes in parts],
    )  # fmt: skip


def made(review, by):
    report = review_reports.make(review=review, by=by)
    runner.run(report.job_id)
    report.refresh_from_db()
    return report


def content(pk):
    with open_stored(StoredFile.objects.get(pk=pk)) as file:
        return file.read()


def said(body):
    return str(body)


# --- Layouts -----------------------------------------------------------------------------------------------------
def test_our_own_layout_loses_only_the_numbers_it_never_prints(held):
    body, lost = layouts.fill(layouts.default_parts(), held)

    assert "I like science" in said(body)
    assert "F2 is vague" in said(body)
    assert set(lost) <= {"Numbers", "Needs in Section B"}


@pytest.mark.parametrize(
    ("name", "first", "lost"),
    [
        ("Westmarch", "Part 1. Child or young person", {"What goes well", "What the meeting said"}),
        ("Eastholt", "A. Recommendation", {"The plan", "The school's report"}),
        ("Northfen", "Section 1: Pupil and plan details", {"Differences of view", "Changes asked for"}),
    ],
)  # fmt: skip
def test_one_review_in_three_layouts_names_what_each_loses(held, name, first, lost):
    layout = layout_of(held, name)

    body, missing = layouts.fill(layout.parts, held)

    assert body[0]["heading"] == first
    assert [part["heading"] for part in body] == [part["heading"] for part in layout.parts]
    assert lost <= set(missing)
    for title in missing:
        field = next(field for field in layouts.FIELDS.values() if field.title == title)
        assert all(row["title"] != field.title for part in body for row in part["fields"])


def test_an_empty_field_without_a_place_is_not_lost(held):
    held.strengths = ""

    _, lost = layouts.fill([{"heading": "All", "fields": ["recommendation"]}], held)

    assert "What goes well" not in lost
    assert "What the meeting said" in lost


def test_a_field_of_an_older_layout_that_is_gone_is_passed_over(held):
    body, _ = layouts.fill([{"heading": "Old", "fields": ["gone.field", "recommendation"]}], held)

    assert [row["code"] for row in body[0]["fields"]] == ["recommendation"]


def test_layout_is_saved_once_and_checked(held, head):
    authority = held.plan.authority
    parts = [{"heading": "One", "note": "", "fields": ["child"]}]
    facts = {"authority": authority, "name": "Form", "title": "Form", "by": head}

    layout = review_layouts.save(parts=parts, version=0, **facts)
    assert layout.version == 1

    with pytest.raises(ChangedMeanwhile):
        review_layouts.save(parts=parts, version=0, **facts)
    for bad, reason in (
        ([], LayoutReason.NO_HEADING),
        ([{"heading": " ", "fields": ["child"]}], LayoutReason.EMPTY_HEADING),
        ([{"heading": "One", "fields": ["child.secret"]}], LayoutReason.UNKNOWN_FIELD),
        ([{"heading": "One", "fields": ["child"]}, {"heading": "Two", "fields": ["child"]}], LayoutReason.FIELD_TWICE),
        ([{"heading": "One", "fields": []}] * 31, LayoutReason.TOO_MANY_HEADINGS),
    ):
        with refused(reason):
            review_layouts.save(parts=bad, version=1, **facts)


def test_editor_changes_order_and_names_what_has_no_place(sign_in, head, held):
    address = reverse("ehcp:review-layout-edit", args=[held.plan.authority_id])
    client = sign_in(head)
    data = {
        "name": "Form", "title": "Form", "version": 0, "rows": 2, "heading_0": "Second", "order_0": 2,
        "fields_0": ["recommendation"], "heading_1": "First", "order_1": 1, "fields_1": ["child"],
    }  # fmt: skip

    preview = client.post(address, data | {"preview": "1"}).content.decode()
    assert "What goes well" in preview
    assert not ReviewLayout.objects.exists()

    assert client.post(address, data | {"save": "1"}).status_code == 302
    assert [part["heading"] for part in ReviewLayout.objects.get().parts] == ["First", "Second"]


@pytest.mark.parametrize("rows", ["", "x", "-1", "99999"])
def test_editor_survives_a_tampered_count_of_rows(sign_in, head, held, rows):
    address = reverse("ehcp:review-layout-edit", args=[held.plan.authority_id])

    response = sign_in(head).post(address, {"name": "F", "title": "F", "version": 0, "rows": rows, "save": "1"})

    assert response.status_code == 422


# --- Files -------------------------------------------------------------------------------------------------------
def test_pdf_is_tagged_and_says_what_the_word_document_says(held, senco):
    layout_of(held, "Westmarch")

    report = made(held, senco)

    with pikepdf.open(io.BytesIO(content(report.pdf_id))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en-GB"
        assert "/StructTreeRoot" in pdf.Root
    document = docx.Document(io.BytesIO(content(report.docx_id)))
    headings = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert headings == [part["heading"] for part in report.body]
    cells = " ".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    assert "Reads a page" in cells
    assert "Wants weekly therapy" in cells
    assert "What goes well" in report.lost_fields


def test_hostile_words_stay_words(held, senco, client):
    held = services.save_meeting(review=held, version=held.version, by=senco, summary=HOSTILE, actions=HOSTILE)

    report = made(held, senco)

    document = docx.Document(io.BytesIO(content(report.docx_id)))
    assert any("<script>alert('x')</script>" in one.text for one in document.paragraphs)
    assert content(report.pdf_id).startswith(b"%PDF-")
    client.force_login(senco, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(reverse("ehcp:review-report", args=[held.pk])).content.decode()
    assert "<script>alert(" not in page
    assert "&lt;script&gt;" in page


def test_word_document_leaves_out_what_xml_cannot_hold():
    body = [{"heading": "A\x00B", "note": "", "fields": [{"title": "T", "kind": "text", "text": "\x07\ud800ok"}]}]

    document = docx.Document(io.BytesIO(report_docx(title="T", subtitle="S", school_name="School", body=body)))

    assert "ok" in [one.text for one in document.paragraphs]


def test_drawing_twice_keeps_the_first_files(held, senco):
    report = made(held, senco)
    files = report.pdf_id, report.docx_id

    review_reports.file_report(report=report, pdf=b"%PDF-other", docx=b"PK", by=senco)

    report.refresh_from_db()
    assert (report.pdf_id, report.docx_id) == files


def test_downloads_are_kept_as_reads_and_refused_to_others(sign_in, senco, teacher, outsider, held):
    report = made(held, senco)
    address = reverse("ehcp:review-report-pdf", args=[report.pk])

    assert sign_in(senco).get(address).status_code == 200
    assert Read.objects.filter(what="review report", pupil_id=held.pupil_id).exists()
    assert sign_in(teacher).get(address).status_code == 403
    assert sign_in(outsider).get(address).status_code == 404


# --- Signing and sending -----------------------------------------------------------------------------------------
def test_only_the_head_signs_and_only_what_is_current(held, senco, head, proved):
    report = made(held, senco)
    address = reverse("ehcp:review-approve", args=[report.pk])
    assert proved(senco).get(address).status_code == 403

    services.save_meeting(review=held, version=held.version, by=senco, summary="Something else")
    held.refresh_from_db()
    answer = proved(head).post(address, {"version": held.version})
    assert answer.status_code == 422
    assert shows(answer.content.decode(), ReviewReason.REPORT_STALE)

    assert proved(head).post(address, {}).status_code == 422

    again = made(held, senco)
    proved(head).post(reverse("ehcp:review-approve", args=[again.pk]), {"version": held.version})
    held.refresh_from_db()
    assert held.approved_by == head


def test_a_report_cannot_be_signed_before_it_is_drawn(held, senco, head):
    report = review_reports.make(review=held, by=senco)

    with refused(ReviewReason.REPORT_BEING_DRAWN):
        review_reports.approve(report=report, version=held.version, by=head)


def test_a_change_takes_the_signature_back(held, senco, head):
    report = made(held, senco)
    held = review_reports.approve(report=report, version=held.version, by=head)

    held = services.save_meeting(review=held, version=held.version, by=senco, actions="Another")

    assert held.approved_at is None


def test_report_without_progress_is_not_signed(held, senco, head):
    held.outcome_reviews.all().delete()
    report = made(held, senco)

    with refused(ReviewReason.REPORT_NOT_READY, missing="progress towards 1 of 1 outcomes"):
        review_reports.approve(report=report, version=held.version, by=head)


def test_sent_with_proof_is_filed_with_the_case(held, senco, head, sign_in):
    report = made(held, senco)
    review_reports.approve(report=report, version=held.version, by=head)
    report.refresh_from_db()
    runner.run(report.job_id)
    data = {"sent_on": "2026-11-23", "via": "email", "proof": "Read receipts kept"}

    sign_in(senco).post(reverse("ehcp:review-report-sent", args=[held.pk]), data)

    held.refresh_from_db()
    assert held.report_sent_on == date(2026, 11, 23)
    assert Correspondence.objects.get(review=held).proof == "Read receipts kept"
    with refused(ReviewReason.REPORT_SENT_STAYS, report_sent_on=date(2026, 11, 23)):
        review_reports.make(review=held, by=senco)


def test_nothing_is_sent_unsigned(sign_in, senco, held):
    data = {"sent_on": "2026-11-23", "via": "email"}

    response = sign_in(senco).post(reverse("ehcp:review-report-sent", args=[held.pk]), data)

    assert response.status_code == 422
    assert "has not approved the report" in response.content.decode()


# --- The papers --------------------------------------------------------------------------------------------------
@pytest.fixture
def planned(held):
    held.invitees.filter(role="parent").update(invited_on=date(2026, 11, 2))
    held.held_on = None
    held.meeting_on = date(2027, 1, 12)
    held.save()
    return held


def test_papers_are_one_pdf_with_the_childs_words_first(planned, senco):
    papers, _ = review_pack.papers_of(planned)
    assert "the child" in papers[0]["title"]

    version = planned.version
    planned = services.ask_for_pack(review=planned, by=senco)
    runner.run(planned.pack_job_id)

    planned.refresh_from_db()
    assert planned.version == version  # whoever types while it is drawn meets no conflict
    with pikepdf.open(io.BytesIO(content(planned.pack_file_id))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert len(pdf.pages) == 1 + len(papers)


def test_a_pdf_that_came_with_words_is_appended_and_a_broken_one_does_no_harm(planned, senco):
    about = {"school_id": planned.school_id, "pupil_id": planned.pupil_id, "by": senco, "purpose": "contribution"}
    kept = io.BytesIO()
    with pikepdf.new() as more:
        more.add_blank_page()
        more.save(kept)
    good = store_bytes(name="advice.pdf", content=kept.getvalue(), **about)
    broken = store_bytes(name="broken.pdf", content=b"%PDF-1.4 nothing", **about)

    drawing = io.BytesIO()
    Image.new("RGB", (1600, 900), "green").save(drawing, "PNG")
    picture = store_bytes(name="drawing.png", content=drawing.getvalue(), **about)
    row = Contribution.objects.get(invitee__review=planned)
    for stored in (broken, good, picture):
        ContributionFile.objects.create(contribution=row, file_id=stored.pk, name=stored.name, size=stored.size)

    whole = review_pack.with_files(kept.getvalue(), review_pack.files_of(planned))

    with pikepdf.open(io.BytesIO(whole)) as pdf:
        assert len(pdf.pages) == 3


def test_words_of_a_child_who_wants_to_talk_first_stay_out(planned):
    row = Contribution.objects.get(invitee__review=planned)
    row.drafts = {"talk_first": True}
    row.save()

    papers, _ = review_pack.papers_of(planned)

    assert "I like science" not in str(papers)
    assert review_pack.files_of(planned) == []


def test_papers_that_went_are_recorded_with_proof(sign_in, senco, planned):
    data = {"sent_on": "2026-11-23", "via": "signed_for", "proof": "Slip 42"}

    sign_in(senco).post(reverse("ehcp:review-papers", args=[planned.pk]), data)

    planned.refresh_from_db()
    assert planned.papers_sent_on == date(2026, 11, 23)
    assert planned.invitees.filter(papers_sent_on=None).count() == 0
