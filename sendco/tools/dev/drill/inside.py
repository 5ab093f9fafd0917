"""Run in the site's own environment by the drills: `python -m sendco.tools.dev.drill.inside WORD [VALUES]`.

What it finds or did is the last line of what it prints, as JSON.
"""

import hashlib
import json
import os
import signal
import sys
import time
from contextlib import suppress

import django

from ....install.shell import say

REASON = "Drill"
EXAMPLE = "drill.example"
# Rows that come and go while nobody does anything: they tell nothing about a backup.
PASSING = {"django_session", "usersessions_usersession", "jobs_heartbeat", "jobs_job", "limits_hit"}


def facts():
    """What a restore must bring back: rows of every table, bytes of every file, sealed addresses in clear."""
    from django.apps import apps

    from pupils.models import Contact
    from sendco.files.models import StoredFile
    from sendco.files.services import has_its_bytes

    models = [model for model in apps.get_models() if model._meta.db_table not in PASSING]
    hidden = Contact.objects.filter(address_hidden=True).order_by("pk")
    clear = "\n".join(f"{contact.pk} {contact.reveal_address()}" for contact in hidden)
    return {
        "rows": {model._meta.db_table: model._base_manager.count() for model in models},
        "files": {str(stored.pk): stored.sha256 for stored in StoredFile.objects.all()},
        "lost": [stored.pk for stored in StoredFile.objects.all() if not has_its_bytes(stored)],
        "hidden": [len(hidden), hashlib.sha256(clear.encode()).hexdigest()],
    }


def store_files():
    """Documents of ten pupils: the demo has none."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.utils import timezone

    from pupils.models import Document, Pupil
    from pupils.record.services.documents import add_document

    senco = _senco()
    pupils = Pupil.objects.filter(school=senco.memberships.get().school_id).order_by("pk")[:10]
    for pupil in pupils:
        upload = SimpleUploadedFile("report.txt", f"Report about pupil {pupil.pk}\n".encode() * 500)
        about = {"title": "Report", "kind": Document.Kind.OTHER, "dated_on": timezone.localdate()}
        add_document(pupil=pupil, upload=upload, by=senco, **about)
    return len(pupils)


def seal():
    """Seal the days before today, as the night does."""
    from django.utils import timezone

    from sendco.audit.sealing import SEALED_FROM
    from sendco.audit.sealing import seal as seal_days

    made = seal_days(timezone.localtime().replace(hour=SEALED_FROM.hour + 1))
    return made.head if made else ""


def ways_in():
    """One open address of each kind: what somebody may hold who is not signed in."""
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str
    from django.urls import reverse

    from ehcp.models import Invitee
    from ehcp.reviews.selectors.invitees import PURPOSE, why_not
    from governance.services.feeds import make_feed
    from sendco.links import services as links
    from staff import services as staff

    senco = _senco()
    school = senco.memberships.get().school
    invited = {"email": f"new@{EXAMPLE}", "name": "New Person", "role": "teacher", "by": senco}
    asked = Invitee.objects.filter(review__school=school, contribution=None, user=None).order_by("-pk")
    invitee = next(one for one in asked.select_related("review__pupil", "contact") if not why_not(one))
    about = {"subject_id": invitee.pk, "school_id": school.pk, "pupil_id": invitee.review.pupil_id}
    _, link = links.make(purpose=PURPOSE, by=senco, **about)
    _, feed = make_feed(user=senco, school=school)
    _, invitation = staff.invite(school=school, **invited)
    reset = f"{user_pk_to_url_str(senco)}-{default_token_generator.make_token(senco)}"
    return {
        "link": reverse("link-open", args=[link]),
        "feed": reverse("calendar-feed-read", args=[feed]),
        "invitation": reverse("staff:invitation-accept", args=[invitation]),
        "reset": f"/accounts/password/reset/key/{reset}/",
    }


def change():
    """What happens after a backup: somebody is let in, ways in are closed, a file goes, words change."""
    from governance.services.feeds import revoke_feeds
    from pupils.models import Document
    from pupils.record.services.documents import remove_document
    from sendco.links import services as links
    from staff.models import Invitation

    senco = _senco()
    links.revoke()
    revoke_feeds(user=senco, school=senco.memberships.get().school)
    Invitation.objects.filter(accepted_at=None).delete()
    document = Document.objects.order_by("pk").first()
    remove_document(document=document, by=senco)
    store_files()
    return 1


def enqueue(mails, exports, seconds):
    """Hand in mails and exports evenly over so many seconds; returns the slowest hand-in."""
    from django.db import transaction

    from pupils.models import Pupil
    from sendco.jobs import services as jobs
    from staff.models import OutgoingMail

    senco = _senco()
    school = senco.memberships.get().school_id
    picked = list(Pupil.objects.filter(school=school).values_list("pk", flat=True)[:400])
    params = {"query": "", "picked": picked, "kind": "xlsx", "columns": ["name", "year", "class"], "purpose": REASON}
    slowest, started = 0.0, time.monotonic()
    for number in range(int(mails)):
        begun = time.monotonic()
        with transaction.atomic():
            mail = OutgoingMail.objects.create(to=f"n{number}@{EXAMPLE}", subject="Drill", text="Drill")
            jobs.enqueue("staff.send_mail", title=REASON, by=None, params={"mail": mail.pk})
            if number % (int(mails) // int(exports)) == 0:
                jobs.enqueue("sendco.export", title=REASON, by=senco, school_id=school, params=params)
        slowest = max(slowest, time.monotonic() - begun)
        due = started + (number + 1) * float(seconds) / int(mails)
        time.sleep(max(0.0, due - time.monotonic()))
    return round(slowest, 2)


def kill_in_a_job(pid, seconds, *killed):
    """Kill the worker while it runs an export; returns that job, or None when none came.

    What was `killed` in before counts as running until the sweep puts it back.
    """
    from sendco.jobs.models import Job, Status

    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        running = Job.objects.filter(kind="sendco.export", status=Status.RUNNING).exclude(pk__in=killed)
        job = running.order_by("-pk").first()
        if job:
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
                return job.pk
        time.sleep(0.005)
    return None


def jobs():
    """How the drill's jobs ended, and what they left: a job done twice leaves two of something."""
    from django.conf import settings
    from django.db.models import Count

    from sendco.audit.models import Event
    from sendco.files.models import StoredFile
    from sendco.files.services import storage
    from sendco.jobs.models import Job

    drilled = Job.objects.filter(title=REASON)
    texts = [file.read_text(encoding="utf-8") for file in (settings.DATA_DIR / "mail").glob("*.log")]
    mails = [line for text in texts for line in text.splitlines() if line.startswith("To: n")]
    kept = {path.name for path in (settings.DATA_DIR / "files").glob("*/*")}
    rows = {stored.storage_path.rpartition("/")[2] for stored in StoredFile.objects.all()}
    return {
        "status": dict(drilled.order_by().values_list("status").annotate(Count("pk"))),
        "again": drilled.filter(attempts__gt=1).count(),
        "exports": drilled.filter(kind="sendco.export").count(),
        "files": StoredFile.objects.filter(purpose="export").count(),
        "events": Event.objects.filter(code="register.exported").count(),
        "bytes lost": sum(not storage().exists(stored.storage_path) for stored in StoredFile.objects.all()),
        "bytes left over": len(kept - rows),
        "mails": len(set(mails)),
        "mails doubled": len(mails) - len(set(mails)),
    }


def pupil():
    """A pupil the SENDCo sees, with how many contacts and documents there are, and the bytes without a row."""
    from pupils.models import Contact, Document, Pupil

    found = Pupil.objects.filter(school=_senco().memberships.get().school_id).order_by("pk").first()
    return {
        "pk": found.pk,
        "contacts": Contact.objects.filter(pupil=found).count(),
        "documents": Document.objects.filter(pupil=found).count(),
        "bytes left over": jobs()["bytes left over"],
    }


def _senco():
    from staff.models import User

    return User.objects.get(email="priya.venkat@kestrelgreen.example")


WORDS = {
    "facts": facts,
    "store-files": store_files,
    "seal": seal,
    "ways-in": ways_in,
    "change": change,
    "enqueue": enqueue,
    "kill-in-a-job": kill_in_a_job,
    "jobs": jobs,
    "pupil": pupil,
}


def main(arguments):
    django.setup()
    word, *values = arguments
    say(json.dumps(WORDS[word](*values)))


if __name__ == "__main__":
    main(sys.argv[1:])
