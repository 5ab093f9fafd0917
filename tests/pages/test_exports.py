import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pupils.models import NeedType, RegisterEntry
from pupils.register import services as register
from sendco.audit.models import Event
from sendco.files.models import StoredFile
from sendco.files.services import open_stored
from sendco.jobs import runner
from sendco.jobs.models import Job, Status
from sendco.pages.register.forms import EXPORT_COLUMNS
from staff.models import Membership
from tests.factories import PupilFactory
from tests.pupils.imports.helping import preview, upload

pytestmark = pytest.mark.postgresql("order, and rows read in steps")

BODY = {"purpose": "For the exams officer", "kind": "csv", "fields_out": ["name", "status", "upn"], "who": "all"}


@pytest.fixture
def fresh(proved, senco):
    return proved(senco)


def export(client, **changes):
    response = client.post(reverse("register-export"), BODY | changes)
    assert response.status_code == 302, response.content.decode()
    job = Job.objects.latest("pk")
    runner.run(job.pk)
    job.refresh_from_db()
    return job


def rows_of(job):
    with open_stored(StoredFile.objects.get(pk=job.result["file"])) as stored:
        return list(csv.reader(io.StringIO(stored.read().decode("utf-8-sig"))))


def test_export_asks_for_the_password_again(client, sign_in, senco):
    sign_in(senco)

    response = client.get(reverse("register-export"))

    assert response.status_code == 302
    assert "reauthenticate" in response.url


def test_export_holds_the_rows_and_a_footer(fresh, pupil, other_pupil):
    rows = rows_of(export(fresh))

    assert rows[0] == ["Name in use", "SEN status", "UPN"]
    assert [row[0] for row in rows[1:3]] == ["Kezia Adeyemi", "Leo Farrant"]
    assert "Exported by Nadia Rahman" in rows[3][0]


def test_formulas_do_not_run(fresh, school):
    PupilFactory(school=school, legal_forename="=HYPERLINK(1)", legal_surname="Ash")

    rows = rows_of(export(fresh))

    assert rows[1][0].startswith("'=")


def test_chosen_pupils_only(fresh, pupil, other_pupil, foreign_pupil):
    rows = rows_of(export(fresh, pupil=[other_pupil.pk, foreign_pupil.pk]))

    assert [row[0] for row in rows[1:-1]] == ["Leo Farrant"]


def test_job_holds_no_name(fresh, pupil):
    job = export(fresh, q="kezia")

    assert "kezia" not in str(job.params).lower()
    assert [row[0] for row in rows_of(job)[1:-1]] == ["Kezia Adeyemi"]


def test_export_is_on_record(fresh, pupil):
    export(fresh)

    event = Event.objects.get(code="register.exported")
    assert "1 pupils exported (name, status, upn). For the exams officer" in event.text


def test_nothing_without_a_purpose(fresh, pupil):
    response = fresh.post(reverse("register-export"), BODY | {"purpose": ""})

    assert response.status_code == 422
    assert not Job.objects.exists()


def test_permission_is_asked_again_when_the_job_runs(fresh, senco, pupil):
    fresh.post(reverse("register-export"), BODY)
    job = Job.objects.latest("pk")
    Membership.objects.filter(user=senco).update(ends_on=timezone.localdate() - timedelta(days=1))

    runner.run(job.pk)

    job.refresh_from_db()
    assert job.status == Status.FAILED
    assert "no longer" in job.error


def test_file_is_its_makers_only(fresh, sign_in, head, client, pupil):
    job = export(fresh)

    assert fresh.get(reverse("job-file", args=[job.pk])).status_code == 200
    sign_in(head)
    assert client.get(reverse("job-file", args=[job.pk])).status_code == 404


def test_file_is_gone_after_a_day(fresh, pupil):
    job = export(fresh)
    StoredFile.objects.update(expires_at=timezone.now() - timedelta(minutes=1))

    assert fresh.get(reverse("job-file", args=[job.pk])).status_code == 404


def test_xlsx_opens(fresh, pupil):
    job = export(fresh, kind="xlsx")

    stored = StoredFile.objects.get(pk=job.result["file"])
    with open_stored(stored) as content:
        assert content.read(2) == b"PK"


@pytest.fixture
def many_sided(school, senco):
    """Pupils whose records hold what an import could take for something else."""
    people = [
        ("Philippa", "Wrack", {"preferred_forename": "Pip", "upn": "W380400225000", "middle_names": "Mary Ann"}),
        ("José", "Muñoz-Ruiz", {"upn": "K380400225001", "year_group": "7"}),
        ("=HYPERLINK(1)", "Ash", {"upn": "Z380400225002"}),
        ("Null", "Na", {"upn": "N380400225003"}),
        ("", "Suharto", {"upn": "C380400225004"}),
    ]
    made = [
        PupilFactory(school=school, legal_forename=forename, legal_surname=surname, **more)
        for forename, surname, more in people
    ]
    status = {"reason": "", "decided_by": "", "by": senco}
    slcn, asd = (NeedType.objects.get(code=code) for code in ("SLCN", "ASD"))
    day = timezone.localdate() - timedelta(days=400)
    register.change_status(pupil=made[0], code="K", starts_on=day, needs=[slcn, asd], **status)
    register.change_status(pupil=made[1], code="E", starts_on=day, needs=[asd], **status)
    register.start_watching(
        pupil=made[2], reason="Reading", look_again_on=timezone.localdate() + timedelta(days=30), by=senco
    )
    RegisterEntry.objects.filter(pupil=made[3]).update(is_start_unknown=True)
    return made


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_imports_again_without_a_change(fresh, school, senco, many_sided, kind):
    everything = [key for key, _ in EXPORT_COLUMNS]
    job = export(fresh, kind=kind, fields_out=everything)
    with open_stored(StoredFile.objects.get(pk=job.result["file"])) as stored:
        content = stored.read()

    imported = preview(school, upload(content, f"pupils.{kind}"), senco)

    assert [change.kind for change in imported.changes.all()] == ["same"] * len(many_sided)
