"""Run on its own database by the kill tests: `python -m tests.soak.import_under_fire WORD [NUMBER]`.

A worker is a process of its own, so its work is looked at from outside: this prints what is stored as one line of JSON.
"""

import json
import os
import sys
from datetime import timedelta

import django

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
HEADINGS = "UPN,Surname,Forename,DOB,Year,Class,SEN Status,SEN Need,Contact 1 name,Contact 1 phone"


def upn(number):
    digits = f"3724{107 + number // 1000:03d}99{number % 1000:03d}"
    return LETTERS[sum(int(digit) * (place + 2) for place, digit in enumerate(digits)) % 23] + digits


def file_of(rows):
    lines = [HEADINGS]
    for number in range(rows):
        name = f"Moss{LETTERS[number % 23]}{LETTERS[number // 23 % 23]}{LETTERS[number // 529 % 23]}".title()
        sen = "K,SLCN" if number % 7 == 0 else "N,"
        born = f"{1 + number % 28:02d}/{1 + number % 12:02d}/2016"
        lines.append(f"{upn(number)},{name},Wren,{born},5,5{LETTERS[number % 4]},{sen},Mr {name},01632 96{number:04d}")
    return "\n".join(lines).encode()


def prepare(rows):
    """A school, a person and an import whose columns are matched: the worker finds it to be read."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.core.management import call_command

    from pupils.imports.reading.columns import guess_mapping, remember
    from pupils.imports.services import steps as imports
    from pupils.models import ImportMapping
    from staff.models import Membership, School, User
    from staff.roles import Role

    call_command("migrate", verbosity=0)
    school = School.objects.create(name="Fernhill Primary School", short_name="Fernhill", setting_type="academy")
    senco = User.objects.create_user(email="nadia@fernhill.example", name="Nadia Rahman")
    Membership.objects.create(user=senco, school=school, role=Role.SENCO, starts_on="2024-09-01")
    headers = HEADINGS.split(",")
    ImportMapping.objects.create(school=school, headings=remember(headers, guess_mapping(headers)))
    imports.start(school=school, upload=SimpleUploadedFile("pupils.csv", file_of(rows)), by=senco)
    return state()


def ready(rows):
    """As `prepare`, with the preview made here: an apply waits for a worker."""
    from pupils.models import Import
    from sendco.jobs.runner import run

    prepare(rows)
    run(Import.objects.get().job_id)
    return apply()


def apply():
    from pupils.imports.services import steps as imports
    from pupils.models import Import
    from staff.models import User

    imports.apply(imported=Import.objects.get(), by=User.objects.get())
    return state()


def sweep():
    """What beat does each minute, as if the dead worker's last heartbeat were long ago."""
    from django.utils import timezone

    from sendco.jobs import services

    services.sweep(timezone.now() + timedelta(minutes=5))
    return state()


def state():
    from pupils.models import Contact, Enrolment, Import, Pupil, RegisterEntry, SearchKey
    from sendco.audit.models import Event
    from sendco.jobs.models import Job

    imported, job = Import.objects.get(), Job.objects.order_by("-pk").first()
    return {
        "status": imported.status,
        "job": job.status,
        "error": job.error,
        "attempts": job.attempts,
        "changes": imported.changes.count(),
        "pupils": Pupil.objects.count(),
        "entries": RegisterEntry.objects.filter(ends_on=None).count(),
        "enrolments": Enrolment.objects.count(),
        "contacts": Contact.objects.count(),
        "histories": Pupil.history.count(),
        "events": Event.objects.filter(code="pupil.imported").count(),
        "found": SearchKey.objects.filter(kind="n").count(),
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sendco.settings")
    django.setup()
    word, *numbers = sys.argv[1:]
    steps = {"prepare": prepare, "ready": ready, "apply": apply, "sweep": sweep, "state": state}
    sys.stdout.write(json.dumps(steps[word](*map(int, numbers))) + "\n")
