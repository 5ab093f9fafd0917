import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections

from sendco.limits.models import Hit
from sendco.limits.services import LIMITS, RateLimited, check_limit, clean_old, take

pytestmark = pytest.mark.postgresql("locks of rows")

NOON = datetime(2027, 1, 25, 12, 0, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_take_allows_the_limit_and_refuses_the_next():
    answers = [take("search:1", 3, 60, now=NOON) for _ in range(5)]

    assert answers == [True, True, True, False, False]
    assert Hit.objects.get().count == 3


@pytest.mark.django_db
def test_take_starts_afresh_in_the_next_window():
    assert take("search:1", 1, 60, now=NOON)
    assert not take("search:1", 1, 60, now=NOON + timedelta(seconds=59))

    assert take("search:1", 1, 60, now=NOON + timedelta(seconds=60))


@pytest.mark.django_db
def test_take_counts_each_key_and_each_length_of_window_apart():
    assert take("a", 1, 60, now=NOON)

    assert take("b", 1, 60, now=NOON)
    assert take("a", 1, 3600, now=NOON)


@pytest.mark.django_db
def test_take_accepts_a_key_longer_than_the_column():
    assert take("x" * 500, 1, 60, now=NOON)

    assert not take("x" * 500, 1, 60, now=NOON)
    assert take("x" * 501, 1, 60, now=NOON)


@pytest.mark.django_db
def test_take_is_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        take("search:1", 3, 60, now=NOON)
    with django_assert_num_queries(1):
        take("search:1", 3, 60, now=NOON)


@pytest.mark.parametrize(("limit", "seconds"), [(0, 60), (1, 0)])
def test_take_refuses_a_limit_that_makes_no_sense(limit, seconds):
    with pytest.raises(ValueError, match="at least one"):
        take("search:1", limit, seconds)


@pytest.mark.django_db
def test_check_limit_says_how_long_to_wait():
    for _ in range(LIMITS["export"].times):
        check_limit("export", 7, now=NOON)

    with pytest.raises(RateLimited, match="Wait 20 minutes, then try again") as refused:
        check_limit("export", 7, now=NOON + timedelta(minutes=40))

    assert refused.value.retry_after == 20 * 60
    check_limit("export", 8, now=NOON)


@pytest.mark.parametrize(("name", "times", "seconds"), [("search", 60, 60), ("export", 10, 3600), ("upload", 60, 3600)])
def test_named_limits(name, times, seconds):
    assert (LIMITS[name].times, LIMITS[name].per_seconds) == (times, seconds)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(10, "half a minute"), (45, "a minute"), (119, "a minute"), (121, "3 minutes"), (3599, "an hour")],
)
def test_rate_limited_words(seconds, words):
    assert f"Wait {words}," in str(RateLimited(seconds))


@pytest.mark.django_db
def test_clean_old_keeps_windows_that_may_still_count():
    take("old", 1, 60, now=NOON - timedelta(days=3))
    take("new", 1, 86400, now=NOON - timedelta(days=1))

    assert clean_old(now=NOON) == 1

    assert Hit.objects.get().key.endswith("new")


@pytest.fixture
def in_threads(tmp_path, transactional_db):
    """Run a function once in each of so many threads, each with a connection of its own; their results."""

    def own_connection():
        # SQLite in memory, as tests use it, locks out a second writer at once; a file waits its turn, as the site does.
        if connection.vendor == "sqlite":
            file = connection.settings_dict | {"NAME": tmp_path / "limits.sqlite3"}
            connections["default"] = type(connections["default"])(file, "default")

    def run(function, count=1):
        start = threading.Barrier(count)

        def once():
            own_connection()
            try:
                start.wait()
                return function()
            finally:
                connection.close()

        with ThreadPoolExecutor(count) as pool:
            return [future.result() for future in [pool.submit(once) for _ in range(count)]]

    if connection.vendor == "sqlite":
        run(create_table)
    return run


def create_table():
    with connection.schema_editor() as editor:
        editor.create_model(Hit)


def test_take_gives_no_more_than_the_limit_to_many_threads(in_threads):
    answers = in_threads(lambda: [take("export:1", 10, 3600, now=NOON) for _ in range(5)], count=8)

    assert sum(answers, []).count(True) == 10
    assert sum(answers, []).count(False) == 30
    assert in_threads(lambda: list(Hit.objects.values_list("count", flat=True))) == [[10]]
