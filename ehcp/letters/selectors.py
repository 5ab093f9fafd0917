"""The papers of a case: letters made here and what came and went, newest first."""

from ..cases.kinds import kind_of
from ..models import CaseLetter, Correspondence


def papers_of(case, acting):
    """Return [{"on", "letter" or "entry"}] of one case for this person. Two queries."""
    about = {kind_of(case).code: case}
    letters = CaseLetter.objects.visible_to(acting).filter(**about).select_related("made_by")
    entries = Correspondence.objects.visible_to(acting).filter(**about, removed_on=None).select_related("entered_by")
    rows = [{"on": letter.dated_on, "pk": letter.pk, "letter": letter} for letter in letters]
    rows += [{"on": entry.dated_on, "pk": entry.pk, "entry": entry} for entry in entries]
    return sorted(rows, key=lambda row: (row["on"], row["pk"]), reverse=True)
