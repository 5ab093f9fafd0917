import pytest
from django.db import transaction
from django.test import override_settings

from staff.roles import Role

from .cast import load
from .drive import client_of
from .work import a_day

QUICK_HASH = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="module")
def cast(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demo with the canary and an account of each role, made once for the module and rolled back after it."""
    folder = tmp_path_factory.mktemp("data")
    here = {"DEMO": True, "PASSWORD_HASHERS": QUICK_HASH, "DATA_DIR": folder, "CELERY_BROKER_URL": "memory://"}
    with django_db_blocker.unblock(), override_settings(**here), transaction.atomic():
        yield load(folder)
        transaction.set_rollback(True)


@pytest.fixture
def stage(cast, db, settings):
    """The cast, with the files that were made with it."""
    settings.DATA_DIR = cast.folder
    return cast


@pytest.fixture
def busy(stage, django_capture_on_commit_callbacks):
    """Let the SENCo do a day's work about the canary. Returns the browser it was done with."""

    def go():
        client = client_of(stage.people[Role.SENCO.label])
        with django_capture_on_commit_callbacks(execute=True):
            a_day(client, stage)
        return client

    return go
