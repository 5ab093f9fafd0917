"""What the pages of an import show, in words: tabs, sentences, and the notes and differences of a row."""

from staff.permissions import Permission

from ..models import ImportChange
from .fields import Difference
from .notes import words_of
from .selectors.planning import year

Kind = ImportChange.Kind
EMPTY = "Empty"
TABS = (
    (Kind.CHANGED, "Changed"),
    (Kind.NEW, "New"),
    (Kind.REJECTED, "Not taken in"),
    (Kind.LEAVER, "Leavers"),
    (Kind.COMPARE, "Looks like somebody else"),
    (Kind.SAME, "The same"),
)


def counts_sentence(counts):
    parts = [
        _many(counts["changed"], "pupil changes", "pupils change"),
        _many(counts["added"], "is added", "are added"),
        _many(counts["leavers"], "is recorded as a leaver", "are recorded as leavers"),
        _many(counts["waiting"], "waits for you to compare", "wait for you to compare"),
        _many(counts["left_out"], "row is left out", "rows are left out"),
    ]
    parts = [part for part in parts if part]
    return f"{', '.join(parts)}." if parts else "Nothing changes."


def _many(number, one, many):
    return f"{number:,} {one if number == 1 else many}" if number else ""


def tabs_of(counts, asked):
    """Return (tabs with something in them, the one to show)."""
    tabs = [{"kind": kind.value, "label": label, "count": counts["by_kind"][kind]} for kind, label in TABS]
    tabs = [tab for tab in tabs if tab["count"]]
    kinds = [tab["kind"] for tab in tabs]
    return tabs, asked if asked in kinds else (kinds[0] if kinds else "")


def notes_of(imported):
    """How the file was read, a sentence for each note."""
    return [words_of(note) for note in imported.notes]


def dress(change, acting):
    """Give a row what its template shows; confidential fields only for those who may see such flags."""
    may_see_all = acting.can(Permission.FLAG_CONFIDENTIAL_VIEW)
    change.shown_fields = _lines(change.fields, may_see_all)
    change.hidden_fields = len(change.fields) - len(change.shown_fields)
    change.candidates = [
        candidate | {"shown": _lines(candidate["fields"], may_see_all), "why": words_of(candidate["why"])}
        for candidate in change.data.get("candidates", [])
    ]
    change.detail = change.data.get("detail", "")
    row = change.data.get("row", {})
    change.summary = row.get("summary", "") or year(row.get("year_group"))
    change.status_words = row.get("status", "")
    change.shown_reasons = [words_of(reason) for reason in change.reasons]
    return change


def dress_outcome(change):
    change.outcome_words = words_of(change.outcome_reason)
    return change


def _lines(stored, may_see_all):
    differences = [Difference.from_stored(item) for item in stored]
    return [_line(each) for each in differences if may_see_all or not each.is_confidential]


def _line(difference):
    return {
        "key": difference.key,
        "label": difference.label,
        "ours": difference.ours or EMPTY,
        "theirs": difference.theirs or EMPTY,
        "chosen": difference.is_chosen,
        "locked": difference.is_locked,
        "note": str(difference.note) if difference.note else "",
    }
