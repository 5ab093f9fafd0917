"""What staff do in a day around the canary: a concern from start to end, an export, a letter, a document."""

import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from pupils import tasks as pupil_tasks
from pupils.models import Concern
from sendco.jobs.models import Job, Status
from sendco.jobs.runner import run
from staff.roles import Role

from .cast import STRINGS

TEXTS = {name: one.text for name, one in STRINGS.items()}
WORD = TEXTS["pupil.preferred_forename"]


def found_in(text):
    """The names of the strings that stand in this text."""
    return {name for name, one in TEXTS.items() if one in text}


CONCERN = {
    "what": TEXTS["concern.what"],
    "where": TEXTS["concern.where"],
    "tried": TEXTS["concern.tried"],
    "parent_told": "told",
    "parent_words": TEXTS["concern.parent_words"],
}


def raise_concern(client, pupil, **changes):
    address = f"{reverse('pupils:concern-new')}?pupil={pupil.pk}"
    return client.post(address, CONCERN | {"form_key": str(uuid.uuid4())} | changes)


def work_off():
    """Do what waits, as the worker does, which knows every kind of job."""
    assert pupil_tasks.letter_pdf
    for job in Job.objects.filter(status=Status.QUEUED):
        run(job.pk)


def concern_to_its_end(client, stage):
    assert raise_concern(client, stage.pupil).status_code == 302
    concern = Concern.objects.latest("pk")
    client.post(reverse("pupils:concern-ask", args=[concern.pk]), {"people": [stage.people["asked"].pk]})
    decision = {"outcome": "none", "none_note": TEXTS["concern.outcome_note"], "version": 1}
    concern.refresh_from_db()
    client.post(reverse("pupils:concern-triage", args=[concern.pk]), decision | {"version": concern.version})
    concern.refresh_from_db()
    assert concern.closed_on


def export(client):
    asked = {"q": "canary", "who": "all", "purpose": "For the test", "kind": "csv", "fields_out": ["name", "upn"]}
    assert client.post(reverse("register-export"), asked).status_code == 302


def letter(client, stage):
    entry = stage.pupil.register_entries.get(code="K")
    shown = stage.pupil.contacts.get(address_hidden=False)
    words = {"people": [str(shown.pk)], "subject": "A letter", "body": "Dear {{ recipient.name }}\n\nWe write."}
    words["signed_by"] = stage.people[Role.SENCO.label].pk
    response = client.post(
        reverse("pupils:letter-new", args=[entry.pk]), words | {"dated_on": stage.pupil.joined_on.isoformat()}
    )
    assert response.status_code == 302, response.content.decode()


def document(client, stage):
    upload = SimpleUploadedFile(f"{WORD}.txt", TEXTS["document.words"].encode())
    words = {"upload": upload, "title": "Report", "kind": "report", "dated_on": "2026-01-12"}
    assert client.post(reverse("pupils:document-add", args=[stage.pupil.pk]), words).status_code == 302


def a_day(client, stage):
    concern_to_its_end(client, stage)
    export(client)
    letter(client, stage)
    document(client, stage)
    work_off()
