"""What the pages of an import show, in words: tabs, sentences, and the notes and differences of a row."""

from django.core.paginator import Paginator

from staff.permissions import Permission

from ..models import ImportChange
from .fields import Difference
from .notes import NoteCode, words_of
from .questions import LEAVE_OUT, Question
from .selectors import previews as selectors
from .selectors.planning import year

Kind = ImportChange.Kind
EMPTY = "Empty"
DECIDE, NOTES = "decide", "notes"
SHOWN_ROWS = 12  # of rows that say the same; one answer holds for all
PER_PAGE = 50
FEW = 4  # answers that fit beside each other; more are a list to choose from
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
        _many(counts["unanswered"], "needs your decision", "need your decision"),
        _many(counts["left_out"], "row is left out", "rows are left out"),
    ]
    parts = [part for part in parts if part]
    return f"{', '.join(parts)}." if parts else "Nothing changes."


def counts_of(imported):
    """What applying would do and what is still to be decided, for the bar, the tabs and the decisions."""
    counts = selectors.counts_of(imported)
    about_file, groups = decisions_of(imported, selectors.asked_about(imported))
    missing = counts["by_kind"][Kind.LEAVER] if imported.is_whole_school else 0
    counts |= {
        "decisions": len(about_file) + len(groups) + bool(counts["by_kind"][Kind.COMPARE]) + bool(missing),
        "told": selectors.told(imported).count(),
        "about_file": about_file,
        "groups": groups,
        "missing": missing,
        "is_unsettled": any(question["is_open"] for question in about_file),
    }
    counts["may_apply"] = bool(counts["total"] or groups) and not counts["is_unsettled"]
    return counts | {"sentence": counts_sentence(counts)}


def told_of(imported, asked):
    """Rows about which there is something to read, filtered by kind and paged; `asked` is the page's query."""
    told = selectors.told_counts(imported)
    code = asked.get("note", "") if asked.get("note") in told else ""
    page = Paginator(selectors.told(imported, code), PER_PAGE).get_page(asked.get("page"))
    for change in page.object_list:
        dress_notes(change)
    return {"told": page, "told_filters": note_filters(told, code), "told_code": code}


def _many(number, one, many):
    return f"{number:,} {one if number == 1 else many}" if number else ""


def tabs_of(counts, asked):
    """Return (tabs with something in them, the one to show)."""
    tabs = [{"kind": DECIDE, "label": "Needs a decision", "count": counts["decisions"]}]
    tabs += [{"kind": kind.value, "label": label, "count": counts["by_kind"][kind]} for kind, label in TABS]
    tabs.append({"kind": NOTES, "label": "Notes", "count": counts["told"]})
    tabs = [tab for tab in tabs if tab["count"]]
    kinds = [tab["kind"] for tab in tabs]
    return tabs, asked if asked in kinds else (kinds[0] if kinds else "")


def notes_of(imported):
    """How the file was read, a sentence for each note."""
    return [words_of(note) for note in imported.notes]


def decisions_of(imported, changes):
    """Return (questions about the file, groups of rows of which the file says the same), each with its answers."""
    about_file = [_asked(Question.from_stored(stored)) for stored in imported.questions]
    groups = {}
    for change in changes:
        for stored in change.questions:
            question = Question.from_stored(stored)
            group = groups.setdefault(
                (question.key, question.says, str(question.note)), _asked(question) | {"rows": []}
            )
            group["rows"].append({"change": change, "question": _asked(question, f"for {change.label}")})
    ordered = sorted(groups.values(), key=lambda group: not any(row["question"]["is_open"] for row in group["rows"]))
    for number, group in enumerate(ordered):
        answers = {row["question"]["answer"] for row in group["rows"]}
        group |= {
            "number": number,
            "whose": f"for all {len(group['rows'])} rows",
            "answer": answers.pop() if len(answers) == 1 else "",
            "unanswered": sum(row["question"]["is_open"] for row in group["rows"]),
            "more": max(0, len(group["rows"]) - SHOWN_ROWS),
            "shown": group["rows"][:SHOWN_ROWS],
        }
    return about_file, ordered


def _asked(question, whose=""):
    """A question in words; `whose` it is, for those who hear the page."""
    options = [{"id": option.id, "label": str(option.label)} for option in question.options]
    return {
        "key": question.key,
        "says": question.says,
        "whose": whose or f"to: {question.note}",
        "words": str(question.note),
        "options": options,
        "is_long": len(options) > FEW + 1,
        "answer": question.answer,
        "is_open": question.is_open,
    }


def note_filters(told, asked):
    """Links by which notes are shown of one kind; `told` counts the rows by code."""
    known = {code: number for code, number in told.items() if code in NoteCode._value2member_map_}
    return [
        {"code": code, "label": code.replace("-", " ").capitalize(), "count": number, "is_now": code == asked}
        for code, number in known.items()
    ]


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
    questions = [Question.from_stored(stored) for stored in change.questions]
    answers = [str(question.chosen.label) for question in questions if question.chosen]
    change.status_words = "; ".join(filter(None, [row.get("status", ""), *answers]))
    change.waits = any(question.is_open for question in questions)
    # Such a row is chosen again by another answer, not by a button of its own.
    change.is_left_out = any(question.answer == LEAVE_OUT for question in questions)
    change.shown_reasons = [words_of(reason) for reason in change.reasons]
    return change


def dress_notes(change):
    change.shown_reasons = [words_of(reason) for reason in change.reasons]
    change.is_taken = change.kind != Kind.REJECTED and change.is_chosen
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
