"""A file leaves as a download, sealed off, and only for who may have it at that moment."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pupils.models import Document
from sendco.files.models import StoredFile
from sendco.files.services import store_bytes
from sendco.jobs import runner
from sendco.jobs.models import Job
from staff.models import Membership
from staff.roles import Role
from tests.factories import MembershipFactory

from .drive import client_of

SEALED = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
}


@pytest.fixture
def filed(school, senco):
    """File a document about a pupil. Returns the function."""

    def file(pupil, content=b"hidden words", name="report.txt", **changes):
        stored = store_bytes(
            name=name, content=content, school_id=pupil.school_id, by=senco, purpose="document", pupil_id=pupil.pk
        )
        facts = {"title": "Report", "kind": "report", "dated_on": "2026-01-12", "file_id": stored.pk}
        return Document.objects.create(pupil=pupil, **(facts | changes))

    return file


def download(user, document):
    return client_of(user).get(reverse("pupils:document-download", args=[document.pk]))


def is_sealed(response):
    found = {name: response.headers.get(name) for name in SEALED}
    return found == SEALED and response.headers["Content-Disposition"].startswith("attachment; ")


# --- Documents ---------------------------------------------------------------------------------------------------
def test_document_is_sealed_off(senco, pupil, filed):
    response = download(senco, filed(pupil))

    assert response.getvalue() == b"hidden words"
    assert response.headers["Content-Type"] == "text/plain"
    assert response.headers["Content-Disposition"] == 'attachment; filename="report-2026-01-12.txt"'
    assert is_sealed(response)


def test_page_in_a_text_file_stays_text(senco, pupil, filed):
    response = download(senco, filed(pupil, content=b"<script>alert(1)</script>"))

    assert response.headers["Content-Type"].startswith("text/plain")
    assert is_sealed(response)


@pytest.mark.parametrize("who", ["teacher", "teaching_assistant", "office", "governor", "administrator", "dsl"])
def test_document_of_a_child_in_view_is_not_for_every_role(request, pupil, filed, who):
    assert download(request.getfixturevalue(who), filed(pupil)).status_code == 403


def test_document_of_a_hidden_child_does_not_exist(outsider, pupil, foreign_pupil, senco, filed):
    for user, whose in ((outsider, pupil), (senco, foreign_pupil)):
        response = download(user, filed(whose))

        assert response.status_code == 404
        assert b"hidden words" not in response.content


def test_document_outside_the_unit_does_not_exist(school, pupil, other_pupil, filed):
    unit = school.units.create(name="The Nook", kind="resourced")
    pupil.enrolments.update(unit=unit)
    lead = MembershipFactory(school=school, role=Role.PROVISION_LEAD, unit=unit).user

    assert download(lead, filed(pupil)).status_code == 200
    assert download(lead, filed(other_pupil)).status_code == 404


def test_removed_document_does_not_exist(senco, pupil, filed):
    assert download(senco, filed(pupil, removed_on=timezone.localdate())).status_code == 404


@pytest.mark.parametrize("whose", ["foreign_pupil", "other_pupil"])
def test_row_that_points_at_another_child_s_file_opens_nothing(request, senco, pupil, filed, whose):
    """A wrong number in a document's row must not hand out the file of somebody else."""
    other = filed(request.getfixturevalue(whose))
    document = filed(pupil, file_id=other.file_id)

    assert download(senco, document).status_code == 404


def test_file_has_no_address_of_its_own(client, sign_in, senco, pupil, filed):
    stored = StoredFile.objects.get(pk=filed(pupil).file_id)
    sign_in(senco)

    for address in (f"/files/{stored.storage_path}", f"/media/{stored.storage_path}", f"/static/{stored.storage_path}"):
        assert client.get(address).status_code == 404


# --- Exports -----------------------------------------------------------------------------------------------------
@pytest.fixture
def exported(senco, pupil):
    """The address of a file that the SENCo exported."""
    asked = {"who": "all", "purpose": "For the test", "kind": "csv", "fields_out": ["name"]}
    assert client_of(senco).post(reverse("register-export"), asked).status_code == 302
    job = Job.objects.get(kind="sendco.export")
    runner.run(job.pk)
    return reverse("job-file", args=[job.pk])


def test_export_is_sealed_off(senco, pupil, exported):
    response = client_of(senco).get(exported)

    assert pupil.name in response.getvalue().decode("utf-8-sig")
    assert is_sealed(response)


def test_export_is_for_its_maker_alone(school, head, outsider, exported):
    second = MembershipFactory(school=school, role=Role.SENCO).user

    for user in (second, head, outsider):
        assert client_of(user).get(exported).status_code == 404


def test_export_does_not_follow_its_maker_to_another_school(senco, other_school, exported):
    MembershipFactory(user=senco, school=other_school, role=Role.SENCO)
    client = client_of(senco)
    session = client.session
    session["school_id"] = other_school.pk
    session.save()

    assert client.get(exported).status_code == 404


def test_export_is_not_for_a_maker_who_has_lost_the_role(school, senco, exported):
    client = client_of(senco)
    Membership.objects.filter(user=senco).update(role=Role.TEACHER)

    assert client.get(exported).status_code == 404


def test_export_is_not_for_a_maker_who_has_left(senco, exported):
    client = client_of(senco)
    Membership.objects.filter(user=senco).update(ends_on=timezone.localdate() - timedelta(days=1))

    assert client.get(exported).status_code == 403


def test_export_is_gone_after_a_day(senco, exported):
    StoredFile.objects.filter(purpose="export").update(expires_at=timezone.now() - timedelta(seconds=1))

    assert client_of(senco).get(exported).status_code == 404


def test_export_made_for_somebody_who_has_left_meanwhile_is_not_made(senco, pupil):
    asked = {"who": "all", "purpose": "For the test", "kind": "csv", "fields_out": ["name"]}
    client_of(senco).post(reverse("register-export"), asked)
    Membership.objects.filter(user=senco).update(ends_on=timezone.localdate() - timedelta(days=1))

    job = Job.objects.get(kind="sendco.export")
    runner.run(job.pk)

    job.refresh_from_db()
    assert job.status == "failed"
    assert not StoredFile.objects.filter(purpose="export").exists()


def test_job_file_hands_out_nothing_but_exports(senco, pupil, filed):
    """A job's result is a number; a document's number in it opens nothing."""
    document = filed(pupil)
    job = Job.objects.create(
        kind="sendco.export",
        title="Export pupils",
        user_id=senco.pk,
        school_id=pupil.school_id,
        status="done",
        result={"file": document.file_id},
    )

    assert client_of(senco).get(reverse("job-file", args=[job.pk])).status_code == 404
