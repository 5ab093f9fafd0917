"""An appeal as its page shows it: its log in the order of the law, what is next, and the list of its papers."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from pupils.models import Document
from sendco.clock import long_date

from ..cases.showing import Next
from ..letters.selectors import papers_of
from ..models import Appeal
from . import log

About = Appeal.About


# --- One appeal --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Fact:
    label: str
    words: str


@dataclass(frozen=True)
class Group:
    """A part of the log: its facts, those still empty told as such, and where to enter them."""

    key: str
    title: str
    law: str
    facts: list
    href: str

    @property
    def known(self):
        return [fact for fact in self.facts if fact.words]

    @property
    def empty(self):
        return [fact.label.lower() for fact in self.facts if not fact.words]


def log_of(case: Appeal, *, may_edit: bool) -> list[Group]:
    """The facts of the appeal in the order of the law. An appeal about Section I skips mediation."""

    def group(part):
        href = reverse("ehcp:appeal-step", args=[case.pk, part.code]) if may_edit and not case.closed_on else ""
        facts = [Fact(line.label, _said(line, case)) for line in part.lines]
        is_free = part is log.MEDIATION and case.about == About.PLACEMENT
        return Group(part.code, part.title, log.FREE_OF_MEDIATION if is_free else part.law, facts, href)

    return [group(part) for part in log.PARTS]


def _said(line, case):
    value = getattr(case, line.field)
    if isinstance(value, date):
        return long_date(value)
    if line.field == "wants_mediation":
        return {True: "Yes", False: "No"}.get(value, "")
    if line.field == "other_by" and not case.other_steps:
        return ""
    shown = getattr(case, f"get_{line.field}_display", None)  # a day that is not known has none
    return shown() if shown else value or ""


def next_for(case: Appeal) -> Next | None:
    """The one thing to do about this appeal; None once it is closed."""
    if case.closed_on:
        return None

    def to(key, title, why, label="Enter it"):
        return Next(title, why, label, reverse("ehcp:appeal-step", args=[case.pk, key]))

    if case.complied_on or case.outcome in (Appeal.Outcome.WITHDRAWN, Appeal.Outcome.NONE, Appeal.Outcome.DISMISSED):
        close = reverse("ehcp:appeal-close", args=[case.pk])
        return Next("Close the log", "Nothing is open any more.", "Close it", close)
    if case.order_on:
        return _after_order(case, to)
    if case.lodged_on:
        return _at_the_tribunal(case, to)
    if case.certificate_on or case.about == About.PLACEMENT:
        return to("tribunal", "Enter the appeal when it is lodged", "The date below is the last day.")
    if case.contacted_on:
        return to("mediation", "Enter the mediation certificate", "Without it the appeal cannot be lodged.")
    return to("mediation", "Ask whether the parent contacts the mediation adviser", "Within two months of the letter.")


# How the refusal of a request fell, by the outcome of its appeal.
REVERSAL = {Appeal.Outcome.CONCEDED: "unopposed", Appeal.Outcome.AGREED: "mediation"}


def _after_order(case, to):
    request = case.assessment
    if request and not request.closed_on and not request.reversed_on and case.order in ("assess", "make"):
        known = {
            "reversal": REVERSAL.get(case.outcome, "order"),
            "reversed_to": "plan" if case.order == Appeal.Order.MAKE else "assess",
            "reversed_on": case.order_on.isoformat(),
        }
        if case.agreed_by_on:
            known["reversal_agreed_by"] = case.agreed_by_on.isoformat()
        href = f"{reverse('ehcp:assessment-step', args=[request.pk, 'reversal'])}?{urlencode(known)}"
        why = "The new dates of the request count from the order."
        return Next("Enter on the request that the refusal fell", why, "Enter it", href)
    return to("order", "Enter when the authority has done it", "Its time runs from the day the order was sent out.")


def _at_the_tribunal(case, to):
    if case.school_evidence_by and not case.school_evidence_on:
        why = f"The Tribunal wants it by {long_date(case.school_evidence_by)}."
        return to("tribunal", "Send the school's evidence", why, "It has gone")
    if case.hearing_on:
        return to("order", "Enter the outcome", f"Hearing on {long_date(case.hearing_on)}.")
    return to("tribunal", "Enter the response and the hearing", "From the Tribunal's letters.")


# --- The bundle --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Paper:
    on: object
    what: str
    who: str
    href: str


def bundle_of(case, acting):
    """Every paper of the case that a bundle may hold, oldest first: its own, its request's and plan's, and reports."""
    rows = [row for source in (case, case.assessment, case.plan) if source for row in papers_of(source, acting)]
    papers = [_paper(row) for row in rows] + _versions(case)
    letters = [row["letter"].file_id for row in rows if "letter" in row and row["letter"].file_id]
    documents = Document.objects.visible_to(acting).filter(pupil=case.pupil, removed_on=None)
    for document in documents.exclude(file_id__in=letters):
        href = reverse("pupils:document-download", args=[document.pk])
        what = f"{document.get_kind_display()}: {document.title}"
        papers.append(Paper(document.dated_on, what, document.author, href))
    return sorted(papers, key=lambda paper: (paper.on, paper.what))


def _paper(row):
    if "letter" in row:
        letter = row["letter"]
        href = reverse("ehcp:letter-detail", args=[letter.pk])
        return Paper(letter.dated_on, f"{letter.get_kind_display()}, to {letter.recipient}", letter.made_by.name, href)
    entry = row["entry"]
    way = "from" if entry.direction == "in" else "to"
    href = reverse("ehcp:correspondence-file", args=[entry.pk]) if entry.file_id else ""
    return Paper(entry.dated_on, f"{entry.subject}, {way} {entry.party}", entry.party, href)


def _versions(case):
    plan = case.plan or (case.assessment.plan if case.assessment else None)
    if plan is None:
        return []
    return [
        Paper(
            version.dated_on,
            f"EHC plan, version {version.number}: {version.get_kind_display().lower()}",
            plan.authority.name,
            reverse("ehcp:version-detail", args=[version.pk]),
        )
        for version in plan.versions.all()
    ]
