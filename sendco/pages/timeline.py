"""Everything about one child in date order, for the person who looks."""

from pupils.selectors.duplicates import record_ids
from sendco.audit.selectors import pupil_events

ICONS = {
    "register": "list-check",
    "watch": "eye",
    "concern": "message-2-exclamation",
    "assessment": "chart-line",
    "document": "file-text",
    "letter": "mail",
    "pupil": "user",
    "contact": "phone",
    "import": "database-import",
    "merge": "arrows-join",
}
KINDS = (
    ("all", "All"),
    ("register", "Register"),
    ("concern", "Concerns"),
    ("assessment", "Assessments"),
    ("letter", "Letters"),
    ("document", "Documents"),
    ("pupil", "Details"),
)


def events_for(acting, pupil, kind="all"):
    """Return the events that this person may meet, newest first; narrowed to one kind of event."""
    ids = record_ids(pupil) if pupil.was_merged else [pupil.pk]
    events = pupil_events(school_id=pupil.school_id, pupil_ids=ids, audiences=acting.audiences)
    if kind != "all" and kind in dict(KINDS):
        events = events.filter(code__startswith=f"{kind}.")
    return events


def with_icons(events):
    events = list(events)
    for event in events:
        event.icon = ICONS.get(event.code.split(".")[0], "point")
    return events
