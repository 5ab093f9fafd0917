"""Everything about one child in date order, for the person who looks."""

from django.utils import timezone
from django.utils.html import format_html_join

from pupils.duplicates.selectors import record_ids
from pupils.models import SupportPlan
from sendco.audit.selectors import pupil_events
from sendco.templatetags.sendco_ui import day, full_day, icon

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
    "support": "target-arrow",
    "profile": "id",
    "meeting": "users-group",
    "question": "message-question",
    "challenge": "gavel",
    "outside": "mail",
    "handover": "arrows-join",
    "referral": "building",
    "agency": "building",
}
PLAN = SupportPlan._meta.label_lower
KINDS = (
    ("all", "All"),
    ("register", "Register"),
    ("concern", "Concerns"),
    ("assessment", "Assessments"),
    ("support", "Support plans"),
    ("meeting", "Meetings"),
    ("referral", "Referrals"),
    ("letter", "Letters"),
    ("document", "Documents"),
    ("pupil", "Details"),
)


def events_for(acting, pupil, kind="all"):
    """Return the events that this person may meet, newest first; narrowed to one kind of event."""
    ids = record_ids(pupil) if pupil.was_merged else [pupil.pk]
    events = pupil_events(school_id=pupil.school_id, pupil_ids=ids, audiences=acting.audiences)
    events = events.exclude(subject_type=PLAN, subject_id__in=_shut(acting, ids))
    events = events.only("code", "text", "by_name", "happened_on", "recorded_at")
    if kind != "all" and kind in dict(KINDS):
        events = events.filter(code__startswith=f"{kind}.")
    return events


EVENT = """
<li>
  <span class="when tiny-text dim-text">{}</span>
  <span class="dot" aria-hidden="true">{}</span>
  <div class="body"><span class="overflow">{}</span><br /><span class="tiny-text dim-text">{}, {}</span></div>
</li>"""


def _shut(acting, pupil_ids):
    """Confidential plans that do not open for this person: nothing that was ever said of them is told."""
    confidential = SupportPlan.objects.filter(pupil__in=pupil_ids, is_confidential=True)
    return confidential.exclude(pk__in=SupportPlan.objects.visible_to(acting).values("pk")).values("pk")


def drawn(events):
    """Draw the events as the items of a list: date, what happened, who did it and when it was typed."""
    return format_html_join("", EVENT, (_cells(event) for event in events))


def _cells(event):
    recorded = timezone.localtime(event.recorded_at)
    at = recorded.strftime("%H:%M")
    typed = at if recorded.date() == event.happened_on else f"typed {full_day(recorded.date())}, {at}"
    shape = ICONS.get(event.code.split(".")[0], "point")
    return day(event.happened_on), icon(shape), event.text, event.by_name, typed
