import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from pupils.models import Document
from pupils.record.refusals import DocumentReason
from pupils.record.services import documents as services
from sendco.audit.models import Event, Read
from sendco.files.models import StoredFile
from sendco.files.refusals import FileRefused, UploadReason
from sendco.limits.services import LIMITS, Limit
from tests.refusals import refused, shows

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 9)


def note(name="Kezia Adeyemi report.txt", content=b"Seen in class."):
    return SimpleUploadedFile(name, content)


def picture():
    file = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(file, "PNG")
    return SimpleUploadedFile("work.png", file.getvalue())


def url(name, row):
    return reverse(f"pupils:{name}", args=[row.pk])


def typed(upload, **changes):
    usual = {"title": "Speech report", "kind": "report", "dated_on": DAY.isoformat(), "author": "P. Shah"}
    return usual | {"upload": upload} | changes


@pytest.fixture
def document(pupil, senco):
    return services.add_document(
        pupil=pupil, upload=note(), title="Speech report", kind="report", dated_on=DAY, by=senco
    )


@pytest.mark.parametrize("upload", [note, picture], ids=["text", "picture"])
def test_document_add_files_it_with_the_pupil(sign_in, senco, pupil, upload):
    response = sign_in(senco).post(url("document-add", pupil), typed(upload()))

    document = Document.objects.get(pupil=pupil)
    stored = StoredFile.objects.get(pk=document.file_id)
    assert response.status_code == 302
    assert (stored.pupil_id, stored.school_id, stored.uploaded_by_id) == (pupil.pk, pupil.school_id, senco.pk)
    event = Event.objects.get(code="document.added")
    assert (event.text, event.happened_on) == ("Professional report added: Speech report", DAY)
    assert document.history.get().history_user == senco


@pytest.mark.parametrize(
    ("upload", "said"),
    [
        (SimpleUploadedFile("report.pdf", b"not a pdf at all"), UploadReason.OTHER_THAN_ITS_NAME),
        (SimpleUploadedFile("page.html", b"<html>"), UploadReason.WEB_PAGE),
        (SimpleUploadedFile("macro.docm", b"PK\x03\x04"), UploadReason.MACRO_FORMAT),
        (SimpleUploadedFile("all.zip", b"PK\x03\x04"), UploadReason.ARCHIVE),
        (SimpleUploadedFile("empty.txt", b""), "empty"),
    ],
)
def test_document_add_refuses_bad_files_at_their_field_and_keeps_the_rest(sign_in, senco, pupil, upload, said):
    upload.seek(0)

    response = sign_in(senco).post(url("document-add", pupil), typed(upload))

    assert response.status_code == 422
    assert shows(response.content.decode(), said)
    assert set(response.context["form"].errors) == {"upload"}
    assert response.context["form"]["title"].value() == "Speech report"
    assert not Document.objects.exists()
    assert not StoredFile.objects.exists()


def test_document_add_asks_for_what_is_missing(sign_in, senco, pupil):
    response = sign_in(senco).post(url("document-add", pupil), typed(note(), dated_on="2099-01-01", title=""))

    assert response.status_code == 422
    errors = response.context["form"].errors
    assert set(errors) == {"dated_on", "title", "upload"}
    assert "Choose this file again" in errors["upload"][0]  # the browser has let it go, and nothing would show that


def test_a_plan_is_kept_byte_for_byte(pupil, senco, monkeypatch):
    kept = {}

    def store(**how):
        kept.update(how)
        raise FileRefused(UploadReason.EMPTY)

    monkeypatch.setattr(services.files, "store", store)
    for kind, as_it_came in (("plan", True), ("report", False)):
        with pytest.raises(FileRefused):
            services.add_document(pupil=pupil, upload=note(), title="x", kind=kind, dated_on=DAY, by=senco)
        assert kept["keep_original"] is as_it_came


@pytest.mark.usefixtures("one_window")
def test_uploads_are_counted(sign_in, senco, pupil, monkeypatch):
    monkeypatch.setitem(LIMITS, "upload", Limit(1, 3600))
    client = sign_in(senco)
    assert client.post(url("document-add", pupil), typed(note())).status_code == 302

    response = client.post(url("document-add", pupil), typed(note()))

    assert response.status_code == 429
    assert Document.objects.count() == 1


def test_document_download_has_a_neutral_name_and_leaves_a_read(sign_in, senco, pupil, document):
    response = sign_in(senco).get(url("document-download", document))

    assert response.getvalue() == b"Seen in class."
    assert response["Content-Disposition"] == 'attachment; filename="report-2026-03-09.txt"'
    assert "no-store" in response["Cache-Control"]
    read = Read.objects.get(pupil_id=pupil.pk)
    assert (read.what, read.user_id) == ("document: Speech report", senco.pk)


def test_a_file_of_another_pupil_is_never_sent(sign_in, senco, other_pupil, document):
    Document.objects.filter(pk=document.pk).update(pupil=other_pupil)

    assert sign_in(senco).get(url("document-download", document)).status_code == 404


def test_a_file_that_lost_its_bytes_is_said(sign_in, senco, pupil, document):
    stored = StoredFile.objects.get(pk=document.file_id)
    services.files.storage().delete(stored.storage_path)

    response = sign_in(senco).get(url("document-download", document))

    assert (response.status_code, response.url) == (302, pupil.get_absolute_url())


def test_document_remove_keeps_the_row_and_the_file(sign_in, senco, document):
    client = sign_in(senco)
    assert client.get(url("document-remove", document)).status_code == 200

    client.post(url("document-remove", document))

    document.refresh_from_db()
    assert document.removed_on == timezone.localdate()
    assert StoredFile.objects.filter(pk=document.file_id).exists()
    assert client.get(url("document-download", document)).status_code == 404
    with refused(DocumentReason.REMOVED):
        services.remove_document(document=document, by=senco)


@pytest.mark.parametrize("where", ["document-download", "document-remove"])
def test_documents_open_to_who_reads_the_record(sign_in, document, teacher, office, outsider, where):
    assert sign_in(outsider).get(url(where, document)).status_code == 404
    for person in (teacher, office):
        assert sign_in(person).get(url(where, document)).status_code == 403
    assert not Read.objects.exists()


def test_document_download_is_a_get(sign_in, senco, document):
    assert sign_in(senco).post(url("document-download", document)).status_code == 405
