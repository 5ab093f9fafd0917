"""The papers of a review: the child's words first, then everybody's, the school's report, and the plan's outcomes."""

import io

from PIL import Image

from sendco.files.kinds import Kind
from sendco.files.models import StoredFile
from sendco.files.services import FileNotAvailable, open_stored
from sendco.pdf.pages import settle_forms

from ..models import Invitee
from . import layouts
from .selectors import answers

MOST_BYTES = 60 * 1024 * 1024
PICTURES = (Kind.JPEG, Kind.PNG)
SUPPORT = ("support.targets", "support.provision", "support.ledger", "support.advice")
A4 = (7.7, 11.1)  # inches, inside a margin


def papers_of(review):
    """Return ([{"title", "note", "fields"}], [names of those whose words are missing])."""
    facts = layouts.Facts(review)
    first = sorted(facts.people, key=lambda person: person.role != Invitee.Role.CHILD)
    papers = [_contribution(person) for person in first if answers.sent_words(person)]
    if review.school_report.strip():
        papers.append(_paper("The school's report", "", [_field("The school's report", review.school_report)]))
    for title, codes in (("Outcomes of the plan", ("now.outcomes",)), ("Provision in the plan", ("provision",))):
        fields = [field for field in (_now(code, facts) for code in codes) if field]
        if fields:
            papers.append(_paper(title, f"version {facts.version.number}", fields))
    support = [field for field in (_now(code, facts) for code in SUPPORT) if field]
    if support:
        papers.append(_paper("Support in school since the last review", "", support))
    missing = [person.name for person in facts.people if person.asked_on and not answers.is_sent(person)]
    return papers, missing


def _paper(title, note, fields):
    return {"title": title, "note": note, "fields": fields}


def _field(title, text, *, voice=False):
    return {"title": title, "kind": "text", "text": text, "voice": voice}


def _contribution(person):
    child = person.role == Invitee.Role.CHILD
    said = [_field(question, answer, voice=child) for question, answer in answers.sent_words(person)]
    note = "with what came with it, at the end" if answers.contribution_of(person).file_id else ""
    return _paper(f"{person.name}, {person.get_role_display().lower()}", note, said)


def _now(code, facts):
    if code == "now.outcomes":
        rows = [[str(outcome.number), outcome.text, outcome.by_when] for outcome in facts.outcomes]
        head = ["No.", "Outcome", "By when"]
    else:
        rows, head = layouts.FIELDS[code].get(facts), list(layouts.FIELDS[code].head)
    title = layouts.FIELDS[code].title if code.startswith("support.") else "As the plan has them"
    return {"title": title, "kind": "table", "head": head, "rows": rows} if rows else None


def changed_since_made(review):
    """Whether words came, or the school's report was changed, after the papers were put together."""
    if review.pack_made_at is None or review.papers_sent_on:
        return False
    then = review.history.filter(history_date__lte=review.pack_made_at).order_by("history_date", "history_id").last()
    came = review.invitees.filter(removed_on=None, contribution__sent_at__gt=review.pack_made_at)
    return came.exists() or (then is not None and then.school_report != review.school_report)


# --- Files that came with the words ------------------------------------------------------------------------------
def files_of(review):
    """Stored PDFs and pictures that came with words that everybody may read, in the order of the papers."""
    people = review.invitees.filter(removed_on=None, contribution__sent_at__isnull=False).order_by("pk")
    shared = [person for person in people.select_related("contribution") if not answers.is_held_back(person)]
    shared.sort(key=lambda person: person.role != Invitee.Role.CHILD)
    ids = [attached.file_id for person in shared for attached in person.contribution.files.order_by("pk")]
    kinds = [Kind.PDF, *PICTURES]
    files = StoredFile.objects.filter(school_id=review.school_id, pupil_id=review.pupil_id, kind__in=kinds).in_bulk(ids)
    return [files[pk] for pk in ids if pk in files]


def with_files(pdf, stored_files):
    """The papers with these at their end. One that cannot be opened, or is too long, stays a file of its own."""
    import pikepdf  # heavy, and only the worker needs it

    room = MOST_BYTES
    with pikepdf.open(io.BytesIO(pdf)) as whole:
        for stored in stored_files:
            room -= stored.size
            if room > 0:
                _append(whole, stored)
        kept = io.BytesIO()
        whole.save(kept)
    return kept.getvalue()


def _append(whole, stored):
    import pikepdf  # heavy, and only the worker needs it

    try:
        with open_stored(stored) as file:
            content = _page_of(file) if stored.kind in PICTURES else file.read()
        with pikepdf.open(io.BytesIO(content)) as more:
            settle_forms(more)
            whole.pages.extend(more.pages)
    except (FileNotAvailable, pikepdf.PdfError, pikepdf.PasswordError, OSError, Image.DecompressionBombError):
        return


def _page_of(file):
    """A picture as a page that fits A4. It was drawn anew when it was kept, so nothing but a picture is in it."""
    with Image.open(file) as picture:
        scale = max(picture.width / A4[0], picture.height / A4[1])
        kept = io.BytesIO()
        picture.convert("RGB").save(kept, "PDF", resolution=max(scale, 1))
    return kept.getvalue()
