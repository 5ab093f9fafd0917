"""Is the school ready to ask for a needs assessment?"""

from django.db.models import QuerySet
from django.utils import timezone

from provision.runs.selectors import goes_on
from pupils.agencies.selectors import advice_of
from pupils.models import Document, PlanVoice, Pupil, RegisterEntry, SupportPlan
from sendco.clock import long_date
from sendco.files.kinds import Kind
from sendco.files.models import StoredFile

from ..models import Advice, NeedsAssessment

# What authorities commonly ask to see; from practice, not from law.
USUAL_CYCLES = 2


def readiness(case: NeedsAssessment) -> list[tuple]:
    """Return [(key, words, is there, what to do)] before a school's own request. Nothing here is a condition of law:
    the test is whether a plan may be necessary (CFA s36(8)); a gap makes the request weaker, not unlawful. What counts
    as there is what the pack prints or encloses.
    """
    pupil = case.pupil
    cycles = _reviewed(pupil)
    entries = RegisterEntry.objects.filter(pupil=pupil, code="K").order_by("starts_on")
    first = entries.first()
    documents = Document.objects.filter(pupil=pupil, removed_on=None)
    here = [piece for piece in case.advice.select_related("document") if piece.is_here]
    views = [piece for piece in here if piece.kind == Advice.Kind.PARENT]
    voices = PlanVoice.objects.filter(plan__pupil=pupil, plan__is_confidential=False, removed_on=None)
    voices = voices.exclude(plan__ending=SupportPlan.Ending.MISTAKE)
    outside = [piece for piece in here if piece.kind not in (Advice.Kind.PARENT, Advice.Kind.EDUCATION)]
    return [
        (
            "support",
            f"SEN Support since {long_date(first.starts_on)}" if first else "No SEN Support on the register",
            first is not None,
            "Put the child on SEN Support, or say in the request why you ask without it.",
        ),
        (
            "cycles",
            f"{cycles} reviewed cycle{'' if cycles == 1 else 's'} of support with values",
            cycles >= USUAL_CYCLES,
            "Review the plan with values. No law sets a number: authorities usually look for two cycles or more.",
        ),
        (
            "provision",
            "What the child gets, set up on the provision map with its cost over a year",
            goes_on(pupil, timezone.localdate()),
            "Set up the runs that the child is in, so that the pack can show what they cost and changed.",
        ),
        (
            "assessments",
            "Tests and scores that show the gap",
            pupil.assessments.filter(removed_on=None).exists(),
            "Enter the scores you have.",
        ),
        (
            "advice",
            "Advice from outside the school",
            bool(outside) or advice_of(pupil).exists() or _are_pages(documents.filter(kind=Document.Kind.REPORT)),
            "File the reports you have, or ask for one.",
        ),
        (
            "views",
            "The parent's and the child's views",
            bool(views) or (voices.filter(contact=None).exists() and voices.exclude(contact=None).exists()),
            "Ask for their views, then type their words or file the document. A date alone is not sent.",
        ),
        (
            "reason",
            "Why a plan may be needed, in your words",
            len(case.reason.split()) >= 20,
            "Write what was tried, what came of it, and what the child needs now.",
        ),
    ]


def _reviewed(pupil: Pupil) -> int:
    """How many cycles were reviewed with a value of at least one target. Confidential plans leave no trace here."""
    return (
        SupportPlan.objects.filter(pupil=pupil, ending=SupportPlan.Ending.REVIEWED, is_confidential=False)
        .filter(outcomes__targets__reviews__value__removed_on=None, outcomes__targets__reviews__value__isnull=False)
        .distinct()
        .count()
    )


def _are_pages(documents: QuerySet[Document]) -> bool:
    """Whether one of these becomes pages of the pack; anything else is only named in it."""
    pdfs = StoredFile.objects.filter(pk__in=documents.values("file_id"), kind=Kind.PDF, active_content=False)
    return pdfs.exists()
