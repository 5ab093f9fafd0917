from datetime import timedelta

from django.utils import timezone

from sendco.jobs.models import Heartbeat


def test_alive_needs_nobody(client, db):
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"alive")


def test_ready_says_which_part_does_not_work(client, db):
    Heartbeat.objects.create(name="beat", beat_at=timezone.now() - timedelta(hours=1))

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["database"] is True
    assert response.json()["beat"] is False


def test_ready_when_beat_is_fresh(client, db):
    Heartbeat.objects.create(name="beat", beat_at=timezone.now())

    found = client.get("/readyz").json()

    assert found["beat"] is True
    assert found["migrations"] is True


def test_administrator_is_told_that_timed_work_rests(client, sign_in, administrator):
    sign_in(administrator)

    assert "Timed work is not running" in client.get("/").content.decode()
    Heartbeat.objects.create(name="beat", beat_at=timezone.now())
    assert "Timed work is not running" not in client.get("/").content.decode()


def test_policy_report_keeps_no_address(client, db, caplog):
    body = b'{"csp-report":{"document-uri":"https://x/pupils/3/","violated-directive":"script-src"}}'

    response = client.post("/csp-report", body, content_type="application/csp-report")

    assert response.status_code == 204
    assert "pupils" not in caplog.text
