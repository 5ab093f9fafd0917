"""The papers of a request for a needs assessment as one PDF: letter, index, what the school knows, and enclosures."""

import io
from contextlib import ExitStack
from dataclasses import dataclass

from django.db import models

from pupils.agencies.selectors import advice_of as advice_of_agencies
from pupils.concerns.selectors import readable
from pupils.models import Document, RegisterEntry
from pupils.plans.selectors import cycles_of
from pupils.record.services.assessments import score_in_words
from pupils.record.services.documents import file_of
from sendco.audit.models import Audience
from sendco.audit.selectors import pupil_events
from sendco.clock import long_date
from sendco.files.kinds import Kind
from sendco.files.services import FileNotAvailable, open_stored
from sendco.pdf.pages import settle_forms

from ..costing.selectors import costed_table
from ..letters.fields import SEN_TEAM
from ..letters.services import letters
from ..models import Advice, CaseLetterKind
from .selectors import advice_of

MOST_BYTES = 60 * 1024 * 1024
LONGEST = 400


class Part(models.TextChoices):
    """What the site itself writes into the pack, after the letter and the index."""

    CHRONOLOGY = "chronology", "Chronology"
    CYCLES = "cycles", "Assess, plan, do, review: the cycles of support"
    PROVISION = "provision", "Provision, what it costs over a year and what it changed"
    AGENCIES = "agencies", "What agencies advised, and what the school does"
    SCORES = "scores", "Tests and scores"
    VIEWS = "views", "Views of the child and the parents"
    ADVICE = "advice", "Advice, by the list of regulation 6(1)"


# --- What the school knows ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Happening:
    on: object
    what: str
    more: str = ""


# Events of the child's record that tell the authority something; nothing of flags, contacts or accounts is among them.
TOLD = ("letter.sent", "register.parent_told", "watch.started", "watch.looked_again")


def chronology(pupil, acting):
    """What happened, oldest first, as far as this person may see it."""
    happened = [_of_register(entry) for entry in RegisterEntry.objects.filter(pupil=pupil).order_by("starts_on", "pk")]
    happened += [_of_concern(concern) for concern in readable(acting).filter(pupil=pupil)]
    happened += [
        Happening(score.taken_on, f"Test: {score.test}", score_in_words(score))
        for score in pupil.assessments.filter(removed_on=None)
    ]
    reports = Document.objects.visible_to(acting).filter(pupil=pupil, removed_on=None, kind=Document.Kind.REPORT)
    happened += [Happening(report.dated_on, f"Report: {report.title}", report.author) for report in reports]
    # What is confidential never leaves the school by itself, whoever makes the pack.
    audiences = acting.audiences & {Audience.RECORD}
    events = pupil_events(school_id=pupil.school_id, pupil_ids=[pupil.pk], audiences=audiences)
    happened += [Happening(event.happened_on, event.text) for event in events.filter(code__in=TOLD)]
    return sorted(happened, key=lambda happening: (happening.on, happening.what))


def _of_register(entry):
    return Happening(entry.starts_on, f"On the register: {entry.get_code_display()}", entry.reason[:LONGEST])


def _of_concern(concern):
    more = [concern.what]
    more += [f"What was done: {concern.get_outcome_display()}."] if concern.outcome else []
    more += [concern.outcome_note] if concern.outcome_note else []
    return Happening(concern.raised_on, "Concern raised", " ".join(more)[:LONGEST])


# --- Enclosures --------------------------------------------------------------------------------------------------
@dataclass
class Enclosure:
    """A document that becomes pages of the pack; `page` is where it begins, known once the rest is drawn."""

    document: Document
    content: bytes
    pages: int
    page: int | None = None


def sort_out(documents):
    """Return (enclosures, [(document, why it goes separately)])."""
    enclosed, separate, room = [], [], MOST_BYTES
    for document in documents:
        content, why = _content(document)
        pages = 0 if why else _pages(content)
        if not why and pages is None:
            why = "it is locked or damaged"
        if not why and len(content) > room:
            why = "the pack would be too long"
        if why:
            separate.append((document, why))
        else:
            room -= len(content)
            enclosed.append(Enclosure(document, content, pages))
    return enclosed, separate


def _content(document):
    """Return (bytes of a PDF that may be enclosed, "") or (b"", why it may not)."""
    stored = file_of(document)
    if stored is None:
        return b"", "its file is not here"
    if stored.kind != Kind.PDF:
        return b"", "it is not a PDF"
    if stored.active_content:
        return b"", "it is kept exactly as it came"
    if stored.size > MOST_BYTES:
        return b"", "the pack would be too long"
    try:
        with open_stored(stored) as file:
            return file.read(), ""
    except FileNotAvailable:
        return b"", "its file cannot be opened now"


def _pages(content):
    """How many pages, or None for a PDF that is locked or damaged."""
    import pikepdf  # heavy, and only the worker needs it

    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return None if pdf.is_encrypted else len(pdf.pages)
    except (pikepdf.PdfError, pikepdf.PasswordError):
        return None


def merged(pdf, enclosures, numbers):
    """The pack with its enclosures, each an item of the outline, and its pages numbered on: `numbers` is a PDF with as
    many pages as are enclosed, each with nothing but its number.

    Enclosures bring no tags of ours, so with them the whole no longer claims to be an accessible PDF throughout.
    """
    import pikepdf  # heavy, and only the worker needs it

    with ExitStack() as opened:
        whole = opened.enter_context(pikepdf.open(io.BytesIO(pdf)))
        numbered = opened.enter_context(pikepdf.open(io.BytesIO(numbers)))
        own = len(whole.pages)
        with whole.open_outline() as outline:
            for enclosure in enclosures:
                more = opened.enter_context(pikepdf.open(io.BytesIO(enclosure.content)))
                settle_forms(more)
                _untag(more)
                outline.root.append(pikepdf.OutlineItem(f"Enclosure: {enclosure.document.title}", len(whole.pages)))
                whole.pages.extend(more.pages)
        for page, number in zip(list(whole.pages)[own:], numbered.pages, strict=True):
            page.add_overlay(number)
        with whole.open_metadata() as metadata:
            for name in [name for name in metadata if "pdfua" in name]:
                del metadata[name]
        kept = io.BytesIO()
        whole.save(kept)
    return kept.getvalue()


def _untag(pdf):
    """Pages of another document point into its own tag tree, which does not come along."""
    for page in pdf.pages:
        if "/StructParents" in page:
            del page["/StructParents"]


def page_count(pdf):
    import pikepdf  # heavy, and only the worker needs it

    with pikepdf.open(io.BytesIO(pdf)) as whole:
        return len(whole.pages)


# --- The whole ---------------------------------------------------------------------------------------------------
def recipient_of(case):
    return case.caseworker.name if case.caseworker_id else f"{SEN_TEAM}, {case.authority.name}"


def documents_of_advice(case, parts):
    """The ids of documents that the pack's own pages lead to: what is named there is enclosed."""
    if not {Part.VIEWS, Part.ADVICE} & set(parts):
        return set()
    return {piece.document_id for piece in advice_of(case) if piece.kept_document}


def contents(case, acting, *, parts, enclosures, separate, dated_on, signed, total=None):
    """What the template of the pack is drawn from. `total` is how many pages it has with what is enclosed."""
    pupil = case.pupil
    pages = {enclosure.document.pk: enclosure.page for enclosure in enclosures}
    scores = pupil.assessments.filter(removed_on=None).order_by("taken_on", "pk")
    advice = [(piece, pages.get(piece.document_id)) for piece in advice_of(case)]
    views = [(piece, page) for piece, page in advice if piece.kind == Advice.Kind.PARENT]
    return {
        "case": case,
        "pupil": pupil,
        "dated_on": dated_on,
        "recipient": recipient_of(case),
        "total": total,
        "letter": _letter(case, parts, enclosures, dated_on, signed),
        "parts": [(part, Part(part).label) for part in Part.values if part in parts],
        "chronology": chronology(pupil, acting) if Part.CHRONOLOGY in parts else [],
        "cycles": cycles_of(pupil) if Part.CYCLES in parts else [],
        "costed": costed_table(acting, pupil, dated_on) if Part.PROVISION in parts else None,
        "recommendations": advice_of_agencies(pupil) if Part.AGENCIES in parts else [],
        "scores": [(score, score_in_words(score)) for score in scores],
        "views": [(piece, page) for piece, page in views if piece.is_here],
        "views_missing": [piece for piece, _ in views if not piece.is_here],
        "advice": [(piece, page) for piece, page in advice if piece.kind != Advice.Kind.PARENT],
        "enclosures": enclosures,
        "separate": separate,
    }


def _letter(case, parts, enclosures, dated_on, signed):
    """The (heading, words) of the letter, which names the papers that come with it."""
    papers = [Part(part).label for part in Part.values if part in parts]
    papers += [f"{enclosure.document.title}, {long_date(enclosure.document.dated_on)}" for enclosure in enclosures]
    values = letters.own_values(case, CaseLetterKind.ASSESSMENT_REQUEST)
    if papers:
        values["request.papers"] = "\n".join(f"{number}. {paper}" for number, paper in enumerate(papers, start=1))
    return letters.written(
        case=case, kind=CaseLetterKind.ASSESSMENT_REQUEST, recipient=recipient_of(case), dated_on=dated_on,
        signed=signed, values=values,
    )  # fmt: skip


def drawn(case, acting, draw, *, parts, documents, dated_on, signed, progress):
    """The bytes of the pack. `draw(context, template)` returns a PDF; where pages are enclosed it is drawn twice,
    because the index says where each begins.
    """
    enclosures, separate = sort_out(documents)
    about = {"parts": parts, "enclosures": enclosures, "separate": separate, "dated_on": dated_on, "signed": signed}
    pdf = draw(contents(case, acting, **about))
    if not enclosures:
        return pdf
    progress()
    own = page_count(pdf)
    page = own + 1
    for enclosure in enclosures:
        enclosure.page = page
        page += enclosure.pages
    numbers = draw({"numbers": range(own + 1, page), "total": page - 1}, "reports/page_numbers.html")
    return merged(draw(contents(case, acting, **about, total=page - 1)), enclosures, numbers)
