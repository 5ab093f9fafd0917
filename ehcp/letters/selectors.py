"""The papers of a case: letters made here and what came and went, newest first."""

from datetime import date
from typing import Any

from django.db.models import Model

from sendco.due.models import DueItem
from sendco.due.pages import pages_of
from staff.acting import Acting

from ..cases.kinds import kind_of
from ..models import (
    AnnualReview,
    Appeal,
    CaseLetter,
    CaseLetterKind,
    Consultation,
    Correspondence,
    NeedsAssessment,
    Plan,
)

CHASERS = (
    CaseLetterKind.LA_LATE_DECISION,
    CaseLetterKind.LA_LATE_FINAL,
    CaseLetterKind.LA_LATE_REVIEW,
    CaseLetterKind.LA_LATE_AMENDED,
)

# What letters and correspondence are filed with.
LetterCase = NeedsAssessment | Plan | AnnualReview | Consultation | Appeal


def late_duty(case: Model, kind: str, *, today: date) -> DueItem | None:
    """The late duty of the authority that this chaser is about: the one that is latest; None when nothing is late."""
    items = DueItem.objects.overdue(today).filter(source_type=case._meta.label_lower, source_id=case.pk, duty="la")
    return next((item for item in items.order_by("due_on") if pages_of(item.rule).letter == kind), None)


def papers_of(case: Model, acting: Acting) -> list[dict[str, Any]]:
    """Return [{"on", "letter" or "entry"}] of one case for this person. Two queries."""
    about = {kind_of(case).code: case}
    letters = CaseLetter.objects.visible_to(acting).filter(**about).select_related("made_by")
    entries = Correspondence.objects.visible_to(acting).filter(**about, removed_on=None).select_related("entered_by")
    rows = [{"on": letter.dated_on, "pk": letter.pk, "letter": letter} for letter in letters]
    rows += [{"on": entry.dated_on, "pk": entry.pk, "entry": entry} for entry in entries]
    return sorted(rows, key=lambda row: (row["on"], row["pk"]), reverse=True)
