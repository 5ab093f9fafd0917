"""A whole site for the kill tests of the reminders: `python -m tests.soak.reminders_under_fire`, words on its input.

It reads the program once and forks each worker, beat and web from itself, so that starting one anew after a kill -9
takes a moment. Each answer is one line of JSON. The clock of the site, its leases and its faults are set here; the
product has only the names of its steps.
"""

import json
import os
import signal
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import django

LONDON = ZoneInfo("Europe/London")
FIRST_DAY = date(2031, 11, 3)  # a Monday, and later than any real day of a test
ALONE = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
QUIET = ["--loglevel", "CRITICAL"]


def folder():
    from django.conf import settings

    return Path(settings.DATA_DIR)


# --- Instead of hours and minutes: moments -----------------------------------------------------------------------
def quicken():
    from django.conf import settings

    from governance import steps, tasks
    from governance.services import daily, sending

    settings.EMAIL_TIMEOUT = 1
    daily.LEASE = timedelta(seconds=1)
    sending.LEASE = timedelta(seconds=4)
    sending.PAUSES = [timedelta(seconds=1)]
    tasks.now = now
    steps.reached = reached


def now():
    """The site's own time: a day set by the test, which goes on from there as real time does."""
    real, day = json.loads((folder() / "clock").read_text())
    return datetime.fromisoformat(day) + timedelta(seconds=time.time() - real)


def reached(step):
    """Where a file of this name lies, the program that comes here first ends without a word, with all it started."""
    try:
        (folder() / "faults" / step).unlink()
    except FileNotFoundError:
        return
    os.killpg(os.getpgid(0), signal.SIGKILL)


# --- What a test asks for ----------------------------------------------------------------------------------------
def make_tables():
    """Straight from the models: the migrations, which tests of their own run, take most of a minute."""
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command

    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0)
    call_command("createcachetable", verbosity=0)


def prepare(people):
    from django.test import Client

    from staff.models import Membership, School, User
    from staff.roles import Role
    from tests.factories import PupilFactory

    make_tables()
    (folder() / "faults").mkdir(exist_ok=True)
    school = School.objects.create(name="Fernhill Primary School", short_name="Fernhill", setting_type="academy")
    PupilFactory(school=school)
    roles = [(Role.HEAD, "head"), *((Role.TEACHER, f"t{number}") for number in range(int(people)))]
    for role, name in roles:
        user = User.objects.create_user(email=f"{name}@fernhill.example", name=f"{name.title()} Moss")
        Membership.objects.create(user=user, school=school, role=role, starts_on="2024-09-01")
    browser = Client()
    head = User.objects.get(email="head@fernhill.example")
    browser.force_login(head, backend="allauth.account.auth_backends.AuthenticationBackend")
    return {"cookie": browser.cookies["sendco"].value}


def day(number):
    """Begin a day at seven: each teacher has two things due on it, and what was due before is done."""
    from pupils.models import Pupil
    from sendco.due.models import DueItem
    from staff.models import User

    today = FIRST_DAY + timedelta(days=int(number))
    DueItem.objects.filter(met_on=None).update(met_on=today)
    pupil = Pupil.objects.get()
    DueItem.objects.bulk_create(
        DueItem(
            school_id=pupil.school_id,
            pupil_id=pupil.pk,
            source_type="soak",
            source_id=int(number) * 1000 + place,
            rule="review.report",
            title="Report",
            duty="school",
            basis="statute",
            authority="Law",
            trigger_on=today - timedelta(days=14),
            due_on=today,
            explanation="Because",
            owner_id=user,
        )
        for place, user in enumerate(
            user for user in User.objects.filter(email__startswith="t").values_list("pk", flat=True) for _ in range(2)
        )
    )
    start = datetime.combine(today, datetime.min.time(), tzinfo=LONDON) + timedelta(hours=7)
    (folder() / "clock.new").write_text(json.dumps([time.time(), start.isoformat()]))
    (folder() / "clock.new").rename(folder() / "clock")
    return {}


def state(number):
    from governance.models import DailyRun, Digest, DigestLine

    today = FIRST_DAY + timedelta(days=int(number))
    digests = Digest.objects.filter(day=today)
    return {
        "runs": list(DailyRun.objects.filter(day=today).values_list("outcome", flat=True)),
        "digests": sorted(digests.values_list("user__email", "state")),
        "ids": dict(digests.values_list("user__email", "message_id")),
        "pks": dict(digests.values_list("user__email", "pk")),
        "lines": sorted(DigestLine.objects.filter(day=today).values_list("user__email", "stage")),
    }


# --- Programs ----------------------------------------------------------------------------------------------------
def worker(threads):
    from sendco.celery import app

    app.start(["worker", "--pool", "threads", "-c", threads, *ALONE, *QUIET])


def beat(name):
    from sendco.celery import app

    app.conf.beat_schedule = {
        "reminders": {"task": "governance.tasks.daily", "schedule": 0.5, "options": {"expires": 20}}
    }
    app.start(["beat", "--pidfile=", "--schedule", str(folder() / f"schedule-{name}"), *QUIET])


def web(port):
    from gunicorn.app.wsgiapp import run

    bound = ["--bind", f"127.0.0.1:{port}", "--workers", "1", "--log-level", "critical"]
    sys.argv = ["gunicorn", "-c", "python:sendco.gunicorn_config", *bound, "sendco.wsgi:application"]
    run()


QUESTIONS = {"prepare": prepare, "day": day, "state": state}
PROGRAMS = {"worker": worker, "beat": beat, "web": web}


def start(word, rest):
    """Fork a program into a session of its own, so that it is killed whole. Returns its number."""
    pid = os.fork()
    if pid:
        return pid
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nowhere = os.open(os.devnull, os.O_RDWR)
    log = os.open(folder() / f"{word}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number, place in ((0, nowhere), (1, log), (2, log)):
        os.dup2(place, number)
    try:
        PROGRAMS[word](*rest)
    finally:
        os._exit(1)


def listen():
    from django.db import connections

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    started = []
    for line in sys.stdin:
        word, *rest = line.split()
        if word in PROGRAMS:
            started.append(start(word, rest))
            answer = started[-1]
        else:
            answer = QUESTIONS[word](*rest)
            connections.close_all()
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    for pid in started:
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sendco.settings")
    django.setup()
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018  (reads every view once, before anything is forked)
    quicken()
    listen()
