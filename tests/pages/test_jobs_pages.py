import pytest
from django.urls import reverse

from sendco.jobs.models import Job, Status


@pytest.fixture
def job(senco, school):
    return Job.objects.create(kind="test", title="Read a list", user_id=senco.pk, school_id=school.pk)


def test_progress_asks_again_until_finished(client, sign_in, senco, job):
    sign_in(senco)
    address = reverse("job-progress", args=[job.pk])

    assert 'hx-trigger="every 1s"' in client.get(address).content.decode()
    Job.objects.filter(pk=job.pk).update(status=Status.DONE, message="Read.")

    page = client.get(address).content.decode()
    assert "hx-trigger" not in page
    assert "Read." in page


def test_only_the_owner_sees_a_job(client, sign_in, head, job):
    sign_in(head)

    assert client.get(reverse("job-detail", args=[job.pk])).status_code == 404
    assert client.post(reverse("job-cancel", args=[job.pk])).status_code == 404


def test_cancel_and_retry(client, sign_in, senco, job):
    sign_in(senco)

    client.post(reverse("job-cancel", args=[job.pk]))
    job.refresh_from_db()
    assert job.status == Status.CANCELLED
    client.post(reverse("job-retry", args=[job.pk]))
    job.refresh_from_db()
    assert job.status == Status.QUEUED


def test_get_changes_nothing(client, sign_in, senco, job):
    sign_in(senco)

    assert client.get(reverse("job-cancel", args=[job.pk])).status_code == 405


def test_file_of_a_job_that_has_none(client, sign_in, senco, job):
    sign_in(senco)

    assert client.get(reverse("job-file", args=[job.pk])).status_code == 404
