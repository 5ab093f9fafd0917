import gc
import uuid
from unittest import mock

import pytest
import time_machine
from django.db import connection
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError
from django.test import TransactionTestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from staff.acting import acting_for
from staff.models import GroupStaff
from staff.roles import Role
from tests import first_rows, migrated
from tests.factories import MembershipFactory, PupilFactory, SchoolFactory, TeachingGroupFactory, UserFactory
from tests.staff.signing import just_proved
from tests.workers import ByPreparation


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ByPreparation(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_collection_finish():
    """What loading made is never garbage: to look through it again and again costs a twentieth of the suite."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    migrated.start_from_copies()
    yield
    migrated.fill_no_more()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    migrated.fill_no_more()
    with django_db_blocker.unblock():
        first_rows.keep()


@pytest.fixture(autouse=True)
def _quick(settings, tmp_path):
    """Argon2 is slow on purpose; files and mail go to a folder of the test's own."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.DATA_DIR = tmp_path
    settings.CELERY_BROKER_URL = "memory://"
    cache = settings.CACHES["default"]
    if "redis" in cache["BACKEND"]:  # one Redis serves every test and worker: each test counts by itself
        settings.CACHES = {"default": {**cache, "KEY_PREFIX": uuid.uuid4().hex}}


@pytest.fixture(autouse=True, scope="session")
def _first_rows_come_back():
    """After a test that commits, Django would empty every table: not the append-only ones, and the migrations' rows.

    Any other test may follow, so all is put back at once.
    """

    def teardown(case):
        first_rows.put_back()

    with mock.patch.object(TransactionTestCase, "_fixture_teardown", teardown):
        yield


@pytest.fixture(autouse=True, scope="session")
def _a_lock_is_taken_in_a_transaction():
    """PostgreSQL refuses a lock outside a transaction, which a test's own hides, and SQLite knows no lock at all."""
    draw = SQLCompiler.as_sql

    def as_sql(compiler, *args, **kwargs):
        if compiler.query.select_for_update:
            blocks = compiler.connection.atomic_blocks
            if not blocks or blocks[-1]._from_testcase:
                raise TransactionManagementError("A row is locked outside a transaction of the code's own.")
        return draw(compiler, *args, **kwargs)

    with mock.patch.object(SQLCompiler, "as_sql", as_sql):
        yield


@pytest.fixture
def one_window():
    """Limits count in windows of the clock: it stands still, so that none ends within the test."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture
def school(db):
    return SchoolFactory(name="Fernhill Primary School", short_name="Fernhill")


@pytest.fixture
def other_school(db):
    return SchoolFactory(name="Oakmere Primary School", short_name="Oakmere")


def _person(role, name):
    @pytest.fixture
    def person(school):
        return MembershipFactory(school=school, role=role, user=UserFactory(name=name)).user

    return person


senco = _person(Role.SENCO, "Nadia Rahman")
head = _person(Role.HEAD, "Ruth Calloway")
teacher = _person(Role.TEACHER, "Joe Adair")
teaching_assistant = _person(Role.TEACHING_ASSISTANT, "Dee Hartley")
office = _person(Role.OFFICE, "Pat Dolan")
governor = _person(Role.GOVERNOR, "Lin Fraser")
administrator = _person(Role.ADMINISTRATOR, "Sam Kaur")
dsl = _person(Role.DSL, "Owen Prosser")


@pytest.fixture
def outsider(other_school):
    return MembershipFactory(school=other_school, role=Role.SENCO, user=UserFactory(name="Tom Achebe")).user


@pytest.fixture
def acting():
    return acting_for


@pytest.fixture
def sign_in(client):
    def go(user):
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return go


@pytest.fixture
def group(school, teacher):
    group = TeachingGroupFactory(school=school, name="5A")
    GroupStaff.objects.create(group=group, user=teacher, kind=GroupStaff.Kind.TEACHES, starts_on="2025-09-01")
    return group


@pytest.fixture
def pupil(school, group):
    """On roll, in the teacher's class."""
    return PupilFactory(school=school, form_group=group, legal_forename="Kezia", legal_surname="Adeyemi")


@pytest.fixture
def other_pupil(school):
    """On roll in the same school, in nobody's class."""
    return PupilFactory(school=school, legal_forename="Leo", legal_surname="Farrant")


@pytest.fixture
def foreign_pupil(other_school):
    return PupilFactory(school=other_school, legal_forename="Ruby", legal_surname="Whitlock")


@pytest.fixture
def count_queries(client):
    def count(url):
        client.get(url)  # the first page of a session writes the session
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url)
        assert response.status_code == 200
        return len(queries)

    return count


@pytest.fixture
def proved(client, sign_in):
    """Sign in as somebody who gave the password again a moment ago, as exports, merges and roles ask."""

    def go(user):
        sign_in(user)
        just_proved(client, user)
        return client

    return go
