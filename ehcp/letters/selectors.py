"""The papers of a case: letters made here and what came and went, newest first."""

from sendco.due.models import DueItem

from ..cases.kinds import kind_of
from ..models import CaseLetter, CaseLetterKind, Correspondence

Kind = CaseLetterKind
# Which late duty of the authority each chaser is about.
CHASED = {
    Kind.LA_LATE_DECISION: ("ehcna.decision", "reassess.decision", "ehcna.no_plan"),
    Kind.LA_LATE_FINAL: ("ehcna.final", "reassess.final", "rebased.", "order."),
    Kind.LA_LATE_REVIEW: ("review.decision", "review.notice"),
    Kind.LA_LATE_AMENDED: ("review.final",),
}


def late_duty(case, kind, *, today):
    """The late duty of the authority that this chaser is about: the one that is latest; None when nothing is late."""
    items = DueItem.objects.overdue(today).filter(source_type=case._meta.label_lower, source_id=case.pk, duty="la")
    about = [item for item in items.order_by("due_on") if item.rule.startswith(CHASED[kind])]
    return about[0] if about else None


def papers_of(case, acting):
    """Return [{"on", "letter" or "entry"}] of one case for this person. Two queries."""
    about = {kind_of(case).code: case}
    letters = CaseLetter.objects.visible_to(acting).filter(**about).select_related("made_by")
    entries = Correspondence.objects.visible_to(acting).filter(**about, removed_on=None).select_related("entered_by")
    rows = [{"on": letter.dated_on, "pk": letter.pk, "letter": letter} for letter in letters]
    rows += [{"on": entry.dated_on, "pk": entry.pk, "entry": entry} for entry in entries]
    return sorted(rows, key=lambda row: (row["on"], row["pk"]), reverse=True)
